package server

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/store"
)

// A true sign-in is played in a real browser; this is what no browser sends.

func TestWhereThereArePasskeys(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, base, host string
		want             string // the host that keys are bound to
	}{
		{"this machine", "", "localhost:8080", "localhost"},
		{"an address", "", "127.0.0.1:8080", ""},
		{"a name that anybody may have sent", "", "clinic.example", ""},
		{"the operator's name", "https://legs.example.org", "whatever", "legs.example.org"},
		{"without TLS", "http://legs.example.org", "legs.example.org", ""},
		{"the operator's address", "https://192.0.2.1", "192.0.2.1", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, func(o *Options) {
				if tt.base != "" {
					o.BaseURL, _ = url.Parse(tt.base)
				}
			})
			r := httptest.NewRequest(http.MethodGet, pathSignIn, nil)
			r.Host = tt.host
			r = r.WithContext(&visit{Context: r.Context()})
			got := ""
			if party := s.relyingParty(r); party != nil {
				got = party.Config.RPID
			}
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	s := newSite(t)
	b := s.browser(t).get(pathSignIn)
	if strings.Contains(b.body, "data-passkey") {
		t.Error("an address offers passkeys")
	}
	b.post(pathByPasskey, url.Values{"credential": {"{}"}}).fails(http.StatusNotFound)
}

func TestForgedPasskeys(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) { o.BaseURL = &url.URL{Scheme: "https", Host: "legs.example.org"} })
	c := s.clinic(t, "north")
	a := s.hire(t, c, "anna", account.Reviewer)
	err := s.staff(a).AddPasskey(t.Context(), store.Passkey{ID: []byte("known"), Name: "Phone", Data: []byte(`{"id":"a25vd24=","publicKey":"AAAA"}`)})
	if err != nil {
		t.Fatal(err)
	}
	const client = `eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiQUFBQSIsIm9yaWdpbiI6Imh0dHBzOi8vbGVncy5leGFtcGxlLm9yZyJ9`
	assertion := func(id, handle string) string {
		return `{"id":"` + id + `","rawId":"` + id + `","type":"public-key","response":{"authenticatorData":"` + strings.Repeat("A", 50) + `","clientDataJSON":"` +
			client + `","signature":"AAAA","userHandle":"` + handle + `"}}`
	}
	fresh := func() string { return s.browser(t).get(pathSignIn).value("challenge") }
	late := fresh()
	s.clock.jump(challengeLife + time.Second)
	used := fresh()
	s.browser(t).post(pathByPasskey, url.Values{"challenge": {used}, "credential": {"{}"}})
	before := s.recorded(t, c)
	for name, form := range map[string]url.Values{
		"nothing":             {},
		"no challenge":        {"credential": {assertion("a25vd24", "aWQtb2YtYW5uYQ")}},
		"made-up challenge":   {"challenge": {"AAAA"}, "credential": {assertion("a25vd24", "aWQtb2YtYW5uYQ")}},
		"old challenge":       {"challenge": {late}, "credential": {assertion("a25vd24", "aWQtb2YtYW5uYQ")}},
		"used challenge":      {"challenge": {used}, "credential": {assertion("a25vd24", "aWQtb2YtYW5uYQ")}},
		"not JSON":            {"challenge": {fresh()}, "credential": {"<script>"}},
		"unknown passkey":     {"challenge": {fresh()}, "credential": {assertion("dW5rbm93bg", "aWQtb2YtYW5uYQ")}},
		"another's handle":    {"challenge": {fresh()}, "credential": {assertion("a25vd24", "aWQtb2YtYm9yaXM")}},
		"a signature of none": {"challenge": {fresh()}, "credential": {assertion("a25vd24", "aWQtb2YtYW5uYQ")}},
	} {
		b := s.browser(t).post(pathByPasskey, form)
		if b.status != http.StatusUnprocessableEntity || !strings.Contains(b.body, "This passkey was not accepted") || b.token() != "" {
			t.Errorf("%s: status %d, token %q", name, b.status, b.token())
		}
	}
	if n := s.recorded(t, c) - before; n != 1 {
		t.Errorf("%d failures recorded, want that with the known passkey", n)
	}
}
