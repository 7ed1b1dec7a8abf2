package account

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tidy gives a name as it is kept: without space around it, control signs, and signs that turn the reading direction.
func Tidy(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError, unicode.IsControl(r), unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp):
			return -1
		}
		return r
	}, name)
	return strings.Join(strings.Fields(name), " ")
}

// ValidName reports whether a name as Tidy gives it can be one.
func ValidName(name string) bool { return name != "" && utf8.RuneCountInString(name) <= NameLength }

// ValidLogin reports whether a login as Fold gives it can be one: signs that can be seen, without space.
func ValidLogin(login string) bool {
	return login != "" && utf8.RuneCountInString(login) <= LoginLength && Tidy(login) == login && !strings.ContainsFunc(login, unicode.IsSpace)
}
