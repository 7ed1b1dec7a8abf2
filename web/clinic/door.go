package clinic

import (
	"strconv"

	"ekbom/web/page"
)

// SignInView fills the page that asks for name and password.
type SignInView struct {
	Base
	Name     Field // the name to sign in with
	Password Field
	Faults   []page.Fault
	Notice   string       // why we are here; may be empty
	Kept     []page.Field // what was typed on the page that the person goes back to
	Action   string
	Passkey  *PasskeyForm // nil: there can be none here
}

// PasskeyForm lets the script sign in with a passkey.
type PasskeyForm struct {
	Action    string
	Options   string // JSON: what the browser asks the passkey
	Challenge string // sealed, to come back
}

// PasskeyView fills the page that makes a passkey.
type PasskeyView struct {
	Base
	Action  string
	Options string // JSON: what the browser makes the passkey from
	Name    Field
	Faults  []page.Fault
	Back    string
}

// CodeView fills the page that asks for a one-time code.
type CodeView struct {
	Base
	Code   Field
	Faults []page.Fault
	Action string
	Cancel string // takes the form that ends signing in
}

// EnrolView fills the page that sets up the second step.
type EnrolView struct {
	Base
	Required bool // by the clinic, while signing in
	QR       *page.QR
	Secret   string // to type, in groups
	Code     Field
	Faults   []page.Fault
	Action   string
	Cancel   string // Required: takes the form that ends signing in; else the address to go back to
}

// RecoveryView fills the page that shows new recovery codes.
type RecoveryView struct {
	Base
	Codes  []string
	Action string // takes the form that says that they are kept
}

// WelcomeView fills the page of a one-time link.
type WelcomeView struct {
	Base
	First  bool    // makes the first clinic
	Reset  bool    // chooses a new password
	Fields []Field // in order
	Steps  *Tick   // everybody signs in with a one-time code
	Faults []page.Fault
	Action string
}

// LinkGoneView fills the page of a one-time link that cannot be used.
type LinkGoneView struct {
	Base
	SignIn string
}

func (v SignInView) failed() bool  { return len(v.Faults) > 0 }
func (v CodeView) failed() bool    { return len(v.Faults) > 0 }
func (v EnrolView) failed() bool   { return len(v.Faults) > 0 }
func (v WelcomeView) failed() bool { return len(v.Faults) > 0 }

func (v WelcomeView) heading() string {
	switch {
	case v.First:
		return v.L.T("welcome.first")
	case v.Reset:
		return v.L.T("welcome.reset")
	}
	return v.L.T("welcome.invite", "clinic", v.Clinic)
}

func (v WelcomeView) lead() string {
	switch {
	case v.First:
		return v.L.T("welcome.first.lead")
	case v.Reset:
		return v.L.T("welcome.reset.lead")
	}
	return v.L.T("welcome.invite.lead")
}

func viewBox(c *page.QR) string {
	size := strconv.Itoa(c.Size)
	return "0 0 " + size + " " + size
}
