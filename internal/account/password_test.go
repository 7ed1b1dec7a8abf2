package account

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
)

func TestWeak(t *testing.T) {
	t.Parallel()
	names := []string{"anna.petrova", "Anna Petrova", "Riverside Practice", "Клиника на Садовой"}
	for _, tt := range []struct {
		name, password string
		want           Weakness
	}{
		{"nothing", "", TooShort},
		{"eleven signs of three bytes", "ошибкаужепр", TooShort},
		{"twelve signs", "vq8#kd0Lx!tz", ""},
		{"two hundred signs", strings.Repeat("vq8#kd0Lxt", 5) + strings.Repeat("яблоко и ёлка, ", 10), ""},
		{"one more", strings.Repeat("vq8#kd0Lxt", 20) + "a", TooLong},
		{"signs that melt into one count as one", strings.Repeat("e\u0301", 11), TooShort},
		{"words of a sentence", "correct horse battery staple", ""},
		{"words of a Russian sentence", "сорока спит на заборе", ""},
		{"spaces and any sign", "  gł\u0105b ☂ kiwi 7", ""},
		{"from a password manager", "kF7_wq2Zp-Xr4mNv", ""},
		{"the most common", "password1234", Common},
		{"with look-alikes", "P@ssw0rd!2024", Common},
		{"Russian", "пароль123456", Common},
		{"Russian with capital and year", "Привет2024!!", Common},
		{"Russian typed on an English keyboard", "ghbdtnghbdtn", Common},
		{"English typed on a Russian keyboard", "зфыыцщкв1234", Common},
		{"keys", "qwertyuiop[]", Common},
		{"Russian keys", "йцукенгшщзхъ", Common},
		{"columns of keys", "1qaz2wsx3edc", Common},
		{"shifted keys", "!@#$%^&*()_+", Common},
		{"one sign", strings.Repeat("a", 40), Common},
		{"one sign, very often", strings.Repeat("я", 200), Common},
		{"a block again and again", "k7xk7xk7xk7xk7x", Common},
		{"alphabet", "abcdefghijklmnop", Common},
		{"Russian alphabet", "абвгдежзийклмн", Common},
		{"digits", "123456789012", Common},
		{"dates", "19.04.1985 1985", Common},
		{"backwards", "drowssap4321", Common},
		{"clinic words", "clinicdoctor", Common},
		{"own name", "annapetrova1", HoldsName},
		{"own name, disguised", "P3tr0v@Petrova9", HoldsName},
		{"clinic's name", "Riverside2024!", HoldsName},
		{"clinic's name in Russian", "Садовой-Садовой-7", HoldsName},
		{"a name within a good one", "petrova keeps 19 green herons", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Weak(tt.password, names...); got != tt.want {
				without, with := guessing(tt.password, nil)
				t.Errorf("%q is %q, want %q (%.1f bits, %.1f)", tt.password, got, tt.want, without, with)
			}
		})
	}
}

func TestHasher(t *testing.T) {
	t.Parallel()
	h, ctx := NewHasher(), t.Context()
	hash, err := h.Hash(ctx, "café au lait 7")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %s", hash)
	}
	cheap := cost
	cheap.Memory = 8
	old, err := argon2id.CreateHash("café au lait 7", &cheap)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, password, hash string
		matches, outdated    bool
	}{
		{"right", "café au lait 7", hash, true, false},
		{"accent typed as a sign of its own", "cafe\u0301 au lait 7", hash, true, false},
		{"wrong", "cafe au lait 7", hash, false, false},
		{"empty", "", hash, false, false},
		{"far too long", strings.Repeat("x", 1<<20), hash, false, false},
		{"no hash", "café au lait 7", "", false, false},
		{"hash of older cost", "café au lait 7", old, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			matches, outdated, err := h.Matches(ctx, tt.password, tt.hash)
			if err != nil || matches != tt.matches || outdated != tt.outdated {
				t.Errorf("got %v, %v, %v; want %v, %v", matches, outdated, err, tt.matches, tt.outdated)
			}
		})
	}
	if _, _, err := h.Matches(ctx, "x", "$argon2id$broken"); err == nil {
		t.Error("a broken hash is taken for one")
	}
	again, err := h.Hash(ctx, "café au lait 7")
	if err != nil || again == hash {
		t.Errorf("the same password has the same hash twice (%v)", err)
	}
}

// Whoever gives up waiting leaves the queue, and nobody hashes without a place.
func TestHasherWaits(t *testing.T) {
	t.Parallel()
	h := NewHasher()
	for range cap(h.slots) {
		h.slots <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := h.Hash(ctx, "anything at all"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hash: %v", err)
	}
	if _, _, err := h.Matches(ctx, "anything at all", ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("compare: %v", err)
	}
	<-h.slots
	if _, err := h.Hash(t.Context(), "anything at all"); err != nil {
		t.Error(err)
	}
}

// Comparing with nothing costs what comparing with a hash costs: the same parameters, so the same work.
func TestDummyCostsTheSame(t *testing.T) {
	t.Parallel()
	params, _, _, err := argon2id.DecodeHash(NewHasher().dummy)
	if err != nil {
		t.Fatal(err)
	}
	if *params != cost {
		t.Errorf("dummy at %+v, passwords at %+v", *params, cost)
	}
	if one, other := NewHasher(), NewHasher(); one.dummy == other.dummy {
		t.Error("every server has the same dummy")
	}
}
