package account

import (
	"crypto/rand"
	"strings"
)

// RecoveryCodes is how many recovery codes a person gets at once.
const RecoveryCodes = 10

// No sign looks like another one, in any hand.
const (
	recoverySigns = "23456789abcdefghjkmnpqrstuvwxyz"
	recoveryGroup = 4
	recoverySize  = 3 * recoveryGroup // 59 bits
)

// NewRecoveryCodes makes codes that stand in for the app, each once: three groups of four signs.
func NewRecoveryCodes() []string {
	codes := make([]string, RecoveryCodes)
	for i := range codes {
		codes[i] = newRecoveryCode()
	}
	return codes
}

func newRecoveryCode() string {
	var b strings.Builder
	raw := make([]byte, 1)
	for n := 0; n < recoverySize; {
		_, _ = rand.Read(raw) // never fails
		// The last few values would make some signs likelier than others.
		if int(raw[0]) >= 256/len(recoverySigns)*len(recoverySigns) {
			continue
		}
		if n > 0 && n%recoveryGroup == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(recoverySigns[int(raw[0])%len(recoverySigns)])
		n++
	}
	return b.String()
}

// foldRecovery gives the signs of a code however it was typed, or "" when it cannot be one.
func foldRecovery(typed string) string {
	if len(typed) > 100 {
		return ""
	}
	code := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -\u00a0\u2010\u2011\u2013\t", r) {
			return -1
		}
		return r
	}, strings.ToLower(typed))
	if len(code) != recoverySize || strings.Trim(code, recoverySigns) != "" {
		return ""
	}
	return code
}
