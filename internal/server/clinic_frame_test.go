package server

import (
	"net/http"
	"strings"
	"testing"

	"ekbom/internal/account"
)

// TestStaffProblems: a problem keeps the frame of somebody who is signed in, and no copy of any page is kept, not even where
// there is none.
func TestStaffProblems(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.member(t, s.clinic(t, "north"), account.Reviewer)
	tests := []struct {
		name, path string
		browser    *browser
		status     int
		says       string
		framed     bool
	}{
		{"role too low", pathStatistics, s.browser(t).as(a), http.StatusForbidden, "Your role cannot do this", true},
		{"no such submission", pathSubmission + "nothing", s.browser(t).as(a), http.StatusNotFound, "There is nothing here", true},
		{"no such page", "/clinic/nowhere", s.browser(t), http.StatusNotFound, "There is nothing here", false},
	}
	for _, tt := range tests {
		b := tt.browser
		b.get(tt.path)
		if b.status != tt.status || !strings.Contains(b.body, tt.says) {
			t.Errorf("%s: %d, and does not say %q", tt.name, b.status, tt.says)
		}
		if got := strings.Contains(b.body, a.Name) && strings.Contains(b.body, `href="`+pathQueue+`"`); got != tt.framed {
			t.Errorf("%s: framed %v", tt.name, got)
		}
		if got := strings.Contains(b.got.Get("Content-Security-Policy"), "connect-src 'self'"); got != tt.framed {
			t.Errorf("%s: a script may ask the server: %v", tt.name, got)
		}
		if got := b.got.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: kept as %q", tt.name, got)
		}
	}
}
