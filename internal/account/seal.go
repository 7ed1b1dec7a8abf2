package account

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Vault does what needs the operator's secret. Without it a stolen database gives away no second step, no recovery code
// and not whose names were tried.
type Vault struct {
	seal                       cipher.AEAD
	recovery, attempts, device []byte
}

// NewVault derives the keys.
func NewVault(secret string) (*Vault, error) {
	var err error
	key := func(use string) []byte {
		k, keyErr := hkdf.Key(sha256.New, []byte(secret), nil, "ekbom account "+use, sha256.Size)
		err = errors.Join(err, keyErr)
		return k
	}
	v := &Vault{recovery: key("recovery codes"), attempts: key("attempts"), device: key("devices")}
	block, blockErr := aes.NewCipher(key("second step"))
	if err = errors.Join(err, blockErr); err != nil {
		return nil, fmt.Errorf("account keys: %w", err)
	}
	if v.seal, err = cipher.NewGCMWithRandomNonce(block); err != nil {
		return nil, fmt.Errorf("account keys: %w", err)
	}
	return v, nil
}

// Seal encrypts the secret of an account's second step.
func (v *Vault) Seal(id ID, secret []byte) []byte { return v.seal.Seal(nil, nil, secret, []byte(id)) }

// Open decrypts what Seal made for the same account. Everything else is an error.
func (v *Vault) Open(id ID, sealed []byte) ([]byte, error) {
	secret, err := v.seal.Open(nil, nil, sealed, []byte(id))
	if err != nil {
		return nil, errors.New("the second step was sealed for another account or with another EKBOM_SECRET")
	}
	return secret, nil
}

// Recovery gives what the store keeps of a recovery code, and what a typed one is looked up by. It is nil for what cannot
// be a code.
func (v *Vault) Recovery(id ID, typed string) []byte {
	code := foldRecovery(typed)
	if code == "" {
		return nil
	}
	return mac(v.recovery, string(id), code)
}

// Attempts gives the key under which attempts to sign in are counted. No name or address can be read from it.
func (v *Vault) Attempts(parts ...string) []byte { return mac(v.attempts, parts...) }

// deviceLife is how long a browser is known after a person signed in there.
const deviceLife = 180 * 24 * time.Hour

// Device gives the mark that a browser gets when a person has signed in there. It opens nothing: attempts from there are
// merely counted apart from those of strangers.
func (v *Vault) Device(id ID, now time.Time) string {
	until := strconv.FormatInt(now.Add(deviceLife).Unix(), 10)
	return until + "." + base64.RawURLEncoding.EncodeToString(mac(v.device, string(id), until))
}

// KnowsDevice reports whether a mark was given to a browser where this account signed in.
func (v *Vault) KnowsDevice(id ID, mark string, now time.Time) bool {
	until, given, _ := strings.Cut(mark, ".")
	end, err := strconv.ParseInt(until, 10, 64)
	if err != nil || now.Unix() > end {
		return false
	}
	// As it was written: attempts are counted by the mark, and a sum has several spellings that mean the same.
	return hmac.Equal([]byte(given), []byte(base64.RawURLEncoding.EncodeToString(mac(v.device, string(id), until))))
}

func mac(key []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(p)))
		h.Write(size[:])
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}
