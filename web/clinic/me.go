package clinic

import "ekbom/web/page"

// MeView fills the person's own page.
type MeView struct {
	Base
	Facts    []Fact
	Notice   string
	Faults   []page.Fault
	TwoSteps bool
	Required bool // by the clinic: the second step cannot be turned off
	Recovery int  // codes left
	Sessions []OwnSession
	Actions  MeActions
	Old      Field // for a new password
	New      Field
	Confirm  Field // the password, for new recovery codes and to set up the second step anew
	Off      Field // the password, to turn the second step off
	Columns  []Column

	Passkeys       []OwnPasskey
	CanAddPasskey  bool
	Passkey        Field // the password, to add a passkey
	PasskeyColumns []Column
}

// MeActions are where the forms of the page go.
type MeActions struct {
	Password, Enrol, Off, Recovery, End, EndOthers, AddPasskey, RemovePasskey string
}

// OwnSession is one place where the person is signed in.
type OwnSession struct {
	ID      string // for the form that ends it
	Device  string // in words
	Network string
	Started string
	Seen    string
	This    bool
}

// OwnPasskey is one of the person's passkeys.
type OwnPasskey struct{ ID, Name, Added, Used string }

func (v MeView) few() string {
	if v.TwoSteps && v.Recovery <= 2 {
		return v.L.N("me.recovery.few", v.Recovery)
	}
	return ""
}
