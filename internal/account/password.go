package account

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"
)

// Lengths of a password, in signs.
const (
	PasswordLeast = 12
	PasswordMost  = 200
)

// cost is what one guess costs whoever steals the database, and us at every sign-in. A hash made at another cost is made anew.
var cost = argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Hasher hashes passwords, few at a time: each takes 19 MB and a core for some fiftieths of a second.
type Hasher struct {
	slots chan struct{}
	dummy string // a hash that no password is known for
}

// NewHasher makes a hasher that uses every core once.
func NewHasher() *Hasher {
	raw := make([]byte, cost.SaltLength+cost.KeyLength)
	_, _ = rand.Read(raw) // never fails
	enc := base64.RawStdEncoding
	return &Hasher{
		slots: make(chan struct{}, runtime.GOMAXPROCS(0)),
		dummy: fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", cost.Memory, cost.Iterations, cost.Parallelism,
			enc.EncodeToString(raw[:cost.SaltLength]), enc.EncodeToString(raw[cost.SaltLength:])),
	}
}

func (h *Hasher) enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Hash gives what to keep of a password.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	defer leave()
	hash, err := argon2id.CreateHash(norm.NFC.String(password), &cost)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// Matches reports whether a password is the one of hash, and whether the hash should be made anew. Without a hash nothing
// matches, and that takes as long: nobody can tell by a clock which names have a password.
func (h *Hasher) Matches(ctx context.Context, password, hash string) (matches, outdated bool, err error) {
	known := hash != "" && utf8.RuneCountInString(password) <= PasswordMost
	if !known {
		hash = h.dummy
	}
	if len(password) > PasswordMost*utf8.UTFMax {
		password = "" // no password is this long
	}
	leave, err := h.enter(ctx)
	if err != nil {
		return false, false, fmt.Errorf("compare password: %w", err)
	}
	defer leave()
	matches, used, err := argon2id.CheckHash(norm.NFC.String(password), hash)
	if err != nil {
		return false, false, fmt.Errorf("compare password: %w", err)
	}
	return matches && known, *used != cost, nil
}

// Weakness says why a new password is refused.
type Weakness string

// The weaknesses.
const (
	TooShort  Weakness = "too-short"
	TooLong   Weakness = "too-long"
	Common    Weakness = "common"     // among the first that somebody would try
	HoldsName Weakness = "holds-name" // would be among them for somebody who knows the person and the clinic
)

// Weak says what is wrong with a password, or "" when nothing is. names are those of the person and the clinic. There is
// no rule about capitals, digits and signs: a long password of plain words is a good one.
func Weak(password string, names ...string) Weakness {
	password = norm.NFC.String(password)
	switch n := utf8.RuneCountInString(password); {
	case n < PasswordLeast:
		return TooShort
	case n > PasswordMost:
		return TooLong
	}
	own := []string{"ekbom"}
	for _, name := range names {
		for _, word := range strings.FieldsFunc(strings.ToLower(norm.NFC.String(name)), func(r rune) bool { return strings.ContainsRune(" .,-_@'’()", r) }) {
			if utf8.RuneCountInString(word) >= 3 {
				own = append(own, word)
			}
		}
	}
	without, with := guessing(password, own)
	switch {
	case with >= enough:
		return ""
	case without >= enough, without-with > telling:
		return HoldsName
	}
	return Common
}
