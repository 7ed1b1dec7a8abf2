package account

import (
	"crypto/rand"
	"crypto/sha256"
	"time"
)

// TokenKind says what a one-time link is for.
type TokenKind string

// The kinds of one-time links.
const (
	FirstLink  TokenKind = "first"  // names the first clinic and makes its admin
	InviteLink TokenKind = "invite" // chooses the first password of an account
	ResetLink  TokenKind = "reset"  // chooses a new one and takes the second step away
)

// Life is how long a link of a kind can be used.
func (k TokenKind) Life() time.Duration {
	if k == InviteLink {
		return 7 * 24 * time.Hour
	}
	return 24 * time.Hour
}

// NewToken makes the secret part of a one-time link or of a session cookie, 130 bits.
func NewToken() string { return rand.Text() }

// HashToken gives what the store keeps of a token. It needs no key: nobody guesses 130 bits.
func HashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
