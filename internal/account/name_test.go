package account

import (
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, typed, want string
		valid             bool
	}{
		{"plain", "Anna Petrova", "Anna Petrova", true},
		{"space", "  Anna\t\n Petrova ", "Anna Petrova", true},
		{"turned around", "Anna\u202e Petrova\u2066", "Anna Petrova", true},
		{"control signs", "An\x00na\x7f", "Anna", true},
		{"broken", "Anna\xff", "Anna", true},
		{"nothing", " \u200f ", "", false},
		{"as long as may be", strings.Repeat("я", NameLength), strings.Repeat("я", NameLength), true},
		{"longer", strings.Repeat("я", NameLength+1), strings.Repeat("я", NameLength+1), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Tidy(tt.typed); got != tt.want || ValidName(got) != tt.valid {
				t.Errorf("%q, valid %v; want %q, %v", got, ValidName(got), tt.want, tt.valid)
			}
		})
	}
	for login, want := range map[string]bool{
		"anna@example.org": true, "анна": true, "": false, "anna petrova": false, "anna\u202e": false, strings.Repeat("a", LoginLength+1): false,
	} {
		if got := ValidLogin(Fold(login)); got != want {
			t.Errorf("%q: valid %v", login, got)
		}
	}
}
