package account

import (
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

const (
	totpPeriod = 30 * time.Second
	totpSize   = 20 // bytes of a secret, as RFC 4226 asks
	totpDigits = 6
)

var totpText = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewTOTP makes the secret that an authenticator app and we share.
func NewTOTP() []byte {
	secret := make([]byte, totpSize)
	_, _ = rand.Read(secret) // never fails
	return secret
}

// TOTPAddress is what the QR code of a secret says to an app.
func TOTPAddress(secret []byte, clinic, login string) (string, error) {
	key, err := totp.Generate(totp.GenerateOpts{
		// The colon parts issuer and account.
		Issuer: "Ekbom", AccountName: strings.ReplaceAll(login+" ("+clinic+")", ":", " "), Secret: secret,
	})
	if err != nil {
		return "", fmt.Errorf("one-time code: %w", err)
	}
	return key.String(), nil
}

// TOTPTyped is a secret for those who cannot scan: groups of four letters and digits.
func TOTPTyped(secret []byte) string {
	text := totpText.EncodeToString(secret)
	var groups []string
	for len(text) > 4 {
		groups, text = append(groups, text[:4]), text[4:]
	}
	return strings.Join(append(groups, text), " ")
}

// CheckTOTP finds the time step that a typed code belongs to: that of now, the one before or the one after, since clocks
// differ. Steps up to last were used. Whoever accepts the code keeps its step, and so it works once.
func CheckTOTP(secret []byte, typed string, now time.Time, last int64) (step int64, ok bool) {
	code := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return r
	}, typed)
	if len(code) != totpDigits || strings.Trim(code, "0123456789") != "" {
		return 0, false
	}
	text := totpText.EncodeToString(secret)
	current := now.Unix() / int64(totpPeriod/time.Second)
	for _, s := range []int64{current, current - 1, current + 1} {
		if s > last && s >= 0 && hotp.Validate(code, uint64(s), text) {
			return s, true
		}
	}
	return 0, false
}
