package e2e_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// authenticator gives the visitor's browser a security key that says yes to everything, and a way to make it answer wrongly.
func (v *visitor) authenticator() (misbehave func(bogusSignature, badUser bool)) {
	v.Helper()
	var id webauthn.AuthenticatorID
	v.do("plug in a security key", func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		if _, err := cdp.Call(ctx, t, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return chromedp.Void{}, err
		}
		result, err := cdp.Call(ctx, t, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: "ctap2", Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true,
			AutomaticPresenceSimulation: true, IsUserVerified: true,
		}})
		id = result.AuthenticatorID
		return chromedp.Void{}, err
	})
	return func(bogusSignature, badUser bool) {
		v.Helper()
		v.do("change what the key answers", func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, t, webauthn.SetResponseOverrideBits, webauthn.SetResponseOverrideBitsParams{
				AuthenticatorID: id, IsBogusSignature: &bogusSignature, IsBadUV: &badUser,
			})
			return chromedp.Void{}, err
		})
	}
}

func (v *visitor) typeIn(fields ...string) {
	v.Helper()
	for i := 0; i+1 < len(fields); i += 2 {
		v.do("fill "+fields[i], chromedp.SendKeys(chromedp.CSS("#"+fields[i]), fields[i+1]))
	}
}

func TestPasskey(t *testing.T) {
	t.Parallel()
	s := start(t)
	link := <-s.first
	// An address is no name that a key could be bound to.
	v := visit(t, &service{base: strings.Replace(s.base, "127.0.0.1", "localhost", 1)})
	misbehave := v.authenticator()
	const password = "green herons over water"
	v.open(link)
	v.typeIn("clinic", "North Road", "slug", "north-road", "name", "Dr Anna", "login", "anna", "password", password)
	v.do("without one-time codes", chromedp.Click(chromedp.CSS("#steps"), chromedp.NodeVisible))
	v.press("main button")

	v.open("/clinic/me")
	v.typeIn("password-passkey", password)
	v.press(`form[action="/clinic/me/passkeys/begin"] button`)
	v.wantPath("/clinic/me/passkeys/new")
	v.press(`form[data-passkey] button`)
	v.wantPath("/clinic/me")
	v.wantText("Your passkey is added", "Chrome on Linux", "never")
	v.picture("clinic-passkey")

	v.press(".person button")
	v.press(`form[data-passkey] button`)
	v.open("/clinic/me")
	v.wantPath("/clinic/me")
	v.wantNoText("never")

	// A signature that is none, and a key whose owner did not show that they are there themselves.
	for _, tt := range []struct{ bogus, user bool }{{true, false}, {false, true}} {
		v.press(".person button")
		misbehave(tt.bogus, tt.user)
		v.press(`form[data-passkey] button`)
		v.wantText("This passkey was not accepted")
		misbehave(false, false)
		v.press(`form[data-passkey] button`)
		v.open("/clinic/me")
		v.wantPath("/clinic/me")
	}

	v.press(`form[action="/clinic/me/passkeys/remove"] button`)
	v.wantText("The passkey is removed")
	v.press(".person button")
	v.press(`form[data-passkey] button`)
	v.wantText("This passkey was not accepted")
}

// The button of the warning keeps the session alive without leaving the page.
func TestStaySignedIn(t *testing.T) {
	t.Parallel()
	s := start(t)
	v := visit(t, s)
	v.open(<-s.first)
	v.typeIn("clinic", "North Road", "slug", "north-road", "name", "Dr Anna", "login", "anna", "password", "green herons over water")
	v.do("without one-time codes", chromedp.Click(chromedp.CSS("#steps"), chromedp.NodeVisible))
	v.press("main button")
	v.open("/clinic/me")
	press := chromedp.Evaluate[string](`(async () => {
		const warning = document.getElementById("session");
		warning.hidden = false;
		warning.querySelector("form").requestSubmit();
		for (let i = 0; i < 100; i++) {
			await new Promise((go) => setTimeout(go, 50));
			if (warning.hidden) return "stays";
			if (!warning.querySelector("[data-failed]").hidden) return "failed";
		}
		return "nothing happened";
	})()`, chromedp.EvalAwaitPromise)
	if got := get(v, "stay signed in", press); got != "stays" {
		t.Error(got)
	}
	v.wantPath("/clinic/me")
	// Signed out in another window, the same button says that it did not work.
	if status := get(v, "sign out elsewhere", chromedp.Evaluate[int](`fetch("/clinic/sign-out", { method: "POST" }).then((r) => r.status)`, chromedp.EvalAwaitPromise)); status != 200 {
		t.Fatalf("signing out: %d", status)
	}
	if got := get(v, "stay signed in", press); got != "failed" {
		t.Error(got)
	}
}
