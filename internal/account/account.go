// Package account says who the people of a clinic are and what each of them may do.
package account

import (
	"errors"
	"slices"
	"strings"
	"time"

	q "ekbom/internal/questionnaire"
)

// ID names an account. It is no secret.
type ID string

// Status says whether an account can be used.
type Status string

// The statuses of an account.
const (
	Invited  Status = "invited" // has no password yet
	Active   Status = "active"
	Disabled Status = "disabled"
)

// Account is a person who works for one clinic.
type Account struct {
	ID       ID
	Clinic   q.ClinicID
	Login    string // the name to sign in with, as Fold gives it
	Name     string // as colleagues and the audit trail call them
	Role     Role
	Status   Status
	Created  time.Time
	SignedIn time.Time // the last time; zero: never
	TwoSteps bool      // a one-time code is asked for
}

// LoginLength and NameLength are the most signs of a login and of a name.
const (
	LoginLength = 100
	NameLength  = 100
)

// Fold gives a login as it is stored and compared: without the space around it and in lower case.
func Fold(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

// Principal is a signed-in person: whose acts these are, for which clinic, in which role.
type Principal struct {
	Account ID
	Clinic  q.ClinicID
	Name    string
	Role    Role
}

// May reports whether the person has a right.
func (p Principal) May(r Right) bool { return p.Role.May(r) }

// Role is what a person is for their clinic. Each role may do all that the one before it may.
type Role string

// The roles.
const (
	Reviewer Role = "reviewer" // reviews submissions
	Lead     Role = "lead"     // also manages people and sees statistics and readers
	Admin    Role = "admin"    // also manages the clinic, retention and the audit trail
)

// Roles lists the roles from the least.
func Roles() []Role { return []Role{Reviewer, Lead, Admin} }

// ParseRole reads a role's word, and reports whether it is one.
func ParseRole(word string) (Role, bool) {
	r := Role(word)
	return r, slices.Contains(Roles(), r)
}

// May reports whether a role has a right. A role that is none has no rights.
func (r Role) May(right Right) bool {
	least, known := least[right]
	return known && slices.Contains(Roles(), r) && slices.Index(Roles(), r) >= slices.Index(Roles(), least)
}

// Covers reports whether a role may do all that another may. Nobody manages people above their own role.
func (r Role) Covers(other Role) bool {
	return slices.Contains(Roles(), r) && slices.Contains(Roles(), other) && slices.Index(Roles(), r) >= slices.Index(Roles(), other)
}

// The reasons why people cannot be managed so.
var (
	ErrAbove     = errors.New("above one's own role")
	ErrOwn       = errors.New("not on one's own account")
	ErrLastAdmin = errors.New("the last admin who can sign in")
	ErrLogin     = errors.New("the name to sign in with is taken")
	ErrSlug      = errors.New("the address is taken")
	ErrName      = errors.New("another clinic has this name")
	ErrNoSteps   = errors.New("has no second step themself")
)

// Right is one thing that a role may do. Everything staff can reach asks for one.
type Right string

// The rights.
const (
	OwnAccount    Right = "own-account" // password, second step, sessions
	Review        Right = "review"      // see the queue, open, note, move, take over, answer the patient, print, export one
	ExportQueue   Right = "export-queue"
	SeeReaders    Right = "see-readers" // who opened, printed and exported what
	SeeStatistics Right = "see-statistics"
	ManagePeople  Right = "manage-people"
	HoldAndErase  Right = "hold-and-erase"
	ManageClinic  Right = "manage-clinic" // settings, retention, further clinics
	SeeAudit      Right = "see-audit"
)

var least = map[Right]Role{
	OwnAccount: Reviewer, Review: Reviewer,
	ExportQueue: Lead, SeeReaders: Lead, SeeStatistics: Lead, ManagePeople: Lead, HoldAndErase: Lead,
	ManageClinic: Admin, SeeAudit: Admin,
}

// Member is a person of a clinic, as colleagues see them.
type Member struct {
	ID   ID
	Name string
}
