// Package audit says who did what and when, and chains the events so that none can be changed or taken out unnoticed.
package audit

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	q "ekbom/internal/questionnaire"
)

// Action is what was done.
type Action string

// The actions.
const (
	SignedIn        Action = "signed-in"
	SignInFailed    Action = "sign-in-failed"
	SignedOut       Action = "signed-out"
	PasswordChanged Action = "password-changed"
	TwoStepsOn      Action = "two-steps-on"
	TwoStepsOff     Action = "two-steps-off"
	RecoveryUsed    Action = "recovery-used"
	RecoveryRenewed Action = "recovery-renewed"
	SessionsEnded   Action = "sessions-ended"
	PasskeyAdded    Action = "passkey-added"
	PasskeyRemoved  Action = "passkey-removed"

	Sent      Action = "sent" // by a patient, as is the next
	Withdrawn Action = "withdrawn"

	Opened   Action = "opened"
	Printed  Action = "printed"
	Exported Action = "exported" // one submission
	Listed   Action = "listed"   // the queue, exported
	Noted    Action = "noted"
	Messaged Action = "messaged"
	Moved    Action = "moved"
	Assigned Action = "assigned"
	Held     Action = "held"
	Freed    Action = "freed"
	Erased   Action = "erased"
	Purged   Action = "purged" // by the server
	Denied   Action = "denied" // asked for something of another clinic

	ClinicOpened    Action = "clinic-opened"
	ClinicChanged   Action = "clinic-changed"
	AccountAdded    Action = "account-added"
	AccountJoined   Action = "account-joined" // used the one-time link
	AccountChanged  Action = "account-changed"
	AccountDisabled Action = "account-disabled"
	AccountEnabled  Action = "account-enabled"
	AccountReset    Action = "account-reset"
)

// Actors that are no account.
const (
	Patient  = "patient"
	Operator = "operator" // at the command line
	Machine  = "server"
	Stranger = "stranger" // not signed in
)

// Event is one act. It tells no health data, no patient's name and nothing that was written.
type Event struct {
	Clinic  q.ClinicID
	Seq     int64 // from 1 in each clinic, without gaps
	At      time.Time
	Actor   string // an account's id, or one of the actors above
	Name    string // the actor's, as it was then
	Role    string // the actor's, as it was then
	Action  Action
	Subject string // whom or what it was done to: the id of a submission, an account, a clinic; empty: nothing
	Detail  string // which state, how many
	Hash    []byte // of the event and of the hash before it
}

// Chain computes the hashes of events. Without the operator's secret nobody can make one up.
type Chain struct{ key, end []byte }

// NewChain derives the chain's key from the operator's secret.
func NewChain(secret string) (Chain, error) {
	key, err := hkdf.Key(sha256.New, []byte(secret), nil, "ekbom audit chain", sha256.Size)
	if err != nil {
		return Chain{}, fmt.Errorf("audit chain: %w", err)
	}
	end, err := hkdf.Key(sha256.New, []byte(secret), nil, "ekbom audit end", sha256.Size)
	if err != nil {
		return Chain{}, fmt.Errorf("audit chain: %w", err)
	}
	return Chain{key, end}, nil
}

// End gives what is kept beside a chain that ends in an event with this hash. It cannot be read from the events, so whoever
// cuts the last of them off cannot make the end fit.
func (c Chain) End(hash []byte) []byte {
	mac := hmac.New(sha256.New, c.end)
	mac.Write(hash)
	return mac.Sum(nil)
}

// Next gives the hash of e after an end of the chain; nil for the first.
func (c Chain) Next(end []byte, e Event) []byte {
	mac := hmac.New(sha256.New, c.key)
	part := func(b []byte) {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(b)))
		mac.Write(size[:])
		mac.Write(b)
	}
	part(end)
	for _, text := range []string{
		string(e.Clinic), fmt.Sprint(e.Seq), fmt.Sprint(e.At.UnixMicro()), e.Actor, e.Name, e.Role, string(e.Action), e.Subject, e.Detail,
	} {
		part([]byte(text))
	}
	return mac.Sum(nil)
}

// Check tells what is wrong with e as the event after before, nil when nothing is. before is the zero Event for the first.
func (c Chain) Check(before, e Event) error {
	var end []byte
	if before.Seq > 0 {
		end = c.End(before.Hash)
	}
	switch {
	case e.Seq != before.Seq+1:
		return fmt.Errorf("event %d follows event %d: events are missing", e.Seq, before.Seq)
	case before.Seq == 0 && e.Action != ClinicOpened:
		return errors.New("event 1 is not that the clinic was opened: all before it was taken out")
	case !hmac.Equal(e.Hash, c.Next(end, e)):
		return fmt.Errorf("event %d was changed, or the one before it was taken out", e.Seq)
	}
	return nil
}
