// Package returncode makes and reads the codes by which a person returns to their answers without an account. A code is
// 13 signs of chance and one check sign, written on paper and typed by tired people on small keyboards.
package returncode

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"unicode"
)

// Code is a return code without its dashes. The empty Code is none.
type Code string

const (
	signs = 14
	// Crockford's base 32: no I, L, O and U, which look or sound like others.
	alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	// longest is far more than any honest way of writing a code.
	longest = 200
)

// ErrInvalid says that a text is no return code.
var ErrInvalid = errors.New("not a return code")

// Key derives the key that codes are hashed with from the operator's secret.
func Key(secret string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, []byte(secret), nil, "ekbom return codes", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("key of return codes: %w", err)
	}
	return key, nil
}

// New gives a new code with 65 bits of chance.
func New() Code {
	var chance [signs - 1]byte
	rand.Read(chance[:]) // never fails
	var values [signs]byte
	for i, b := range chance {
		values[i] = b & 31
	}
	values[signs-1] = check(values[:signs-1])
	var code [signs]byte
	for i, v := range values {
		code[i] = alphabet[v]
	}
	return Code(code[:])
}

// Parse reads a code as people write it: in any case, with spaces or dashes anywhere or nowhere, with the letter O for
// zero, and with the Cyrillic letters that look the same. It gives ErrInvalid for anything else, and for every code with
// one wrong sign or two neighbours swapped.
func Parse(s string) (Code, error) {
	if len(s) > longest {
		return "", ErrInvalid
	}
	var values [signs]byte
	n := 0
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.Is(unicode.Cf, r) || r == '\u2212' {
			continue
		}
		v := value(r)
		if v < 0 || n == signs {
			return "", ErrInvalid
		}
		values[n] = byte(v)
		n++
	}
	if n != signs || check(values[:signs-1]) != values[signs-1] {
		return "", ErrInvalid
	}
	var code [signs]byte
	for i, v := range values {
		code[i] = alphabet[v]
	}
	return Code(code[:]), nil
}

// value gives what a sign counts, -1 for a sign that no code has.
func value(r rune) int {
	r = unicode.ToUpper(r)
	switch r {
	case 'O', 'О':
		r = '0'
	case 'I', 'L', 'І':
		r = '1'
	case 'U':
		r = 'V'
	case 'А':
		r = 'A'
	case 'В':
		r = 'B'
	case 'Е':
		r = 'E'
	case 'К':
		r = 'K'
	case 'М':
		r = 'M'
	case 'Н':
		r = 'H'
	case 'Р':
		r = 'P'
	case 'С':
		r = 'C'
	case 'Т':
		r = 'T'
	case 'У':
		r = 'Y'
	case 'Х':
		r = 'X'
	}
	return strings.IndexRune(alphabet, r)
}

// check gives the check sign: a sum over the field of 32 elements in which every place has a weight of its own, so that
// one wrong sign and every swap of two signs change it.
func check(values []byte) byte {
	weight, sum := byte(1), byte(0)
	for _, v := range values {
		weight = times(weight, 2)
		sum ^= times(weight, v)
	}
	return sum
}

// times multiplies in the field of 32 elements with x^5 + x^2 + 1, whose powers of 2 are all different up to the 31st.
func times(a, b byte) byte {
	var p byte
	for ; b != 0; b >>= 1 {
		if b&1 != 0 {
			p ^= a
		}
		if a <<= 1; a&32 != 0 {
			a ^= 0b100101
		}
	}
	return p
}

// String gives the code in groups, as people see it.
func (c Code) String() string {
	if len(c) != signs {
		return string(c)
	}
	return string(c[:5] + "-" + c[5:10] + "-" + c[10:])
}

// LogValue keeps codes out of logs.
func (c Code) LogValue() slog.Value { return slog.StringValue("[return code]") }

// Hash gives what is kept in place of the code. Without the key a stolen table says nothing about codes.
func (c Code) Hash(key []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(c))
	return mac.Sum(nil)
}
