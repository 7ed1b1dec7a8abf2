package server

import (
	"net/url"
	"strings"
	"testing"

	"ekbom/internal/account"

	"golang.org/x/net/html"
)

func TestPoster(t *testing.T) {
	t.Parallel()
	base, err := url.Parse("http://legs.example.org")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, want string
		change     func(*Options)
	}{
		{"the operator's address", "legs.example.org/c/north", func(o *Options) { o.BaseURL = base }},
		{"the address it came by", "/c/north", func(*Options) {}},
	} {
		s := newSite(t, tt.change)
		c := s.clinic(t, "north")
		a := s.member(t, c, account.Reviewer)
		b := s.browser(t).as(a)
		b.get(pathPoster).at(pathPoster).says("Clinic north", tt.want, "Restless legs in the evening or at night?", "Беспокойные ноги", "call the emergency number")
		if code := find(b.root, func(n *html.Node) bool { return attr(n, "class") == "qr" }); code == nil {
			t.Errorf("%s: no picture of the address", tt.name)
		}
		if strings.Contains(b.body, a.Login) {
			t.Errorf("%s: the poster names who prints it", tt.name)
		}
	}
}
