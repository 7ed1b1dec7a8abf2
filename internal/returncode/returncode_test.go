package returncode

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func code(t *rapid.T) Code {
	var b strings.Builder
	var values [signs - 1]byte
	for i := range values {
		values[i] = byte(rapid.IntRange(0, 31).Draw(t, "sign"))
		b.WriteByte(alphabet[values[i]])
	}
	b.WriteByte(alphabet[check(values[:])])
	return Code(b.String())
}

func TestNew(t *testing.T) {
	t.Parallel()
	seen := map[Code]bool{}
	var counts [256]int
	for range 2000 {
		c := New()
		if seen[c] {
			t.Fatalf("the code %s came twice", c)
		}
		seen[c] = true
		if got, err := Parse(c.String()); err != nil || got != c {
			t.Fatalf("Parse(%s) = %s, %v", c, got, err)
		}
		for _, s := range []byte(c) {
			counts[s]++
		}
	}
	for _, s := range []byte(alphabet) {
		if n := counts[s]; n < 600 || n > 1150 { // 875 expected
			t.Errorf("sign %c came %d times in 28000", s, n)
		}
	}
	if c := New(); len(c.String()) != len("XXXXX-XXXXX-XXXX") {
		t.Errorf("String() = %s", c)
	}
}

func TestParseForgives(t *testing.T) {
	t.Parallel()
	// A code with every sign that has a look-alike.
	values := []byte{0, 1, 10, 11, 14, 19, 20, 17, 22, 12, 26, 29, 30}
	plain := ""
	for _, v := range append(values, check(values)) {
		plain += string(alphabet[v])
	}
	want := Code(plain)
	last := plain[13:]
	for name, s := range map[string]string{
		"as shown":     want.String(),
		"plain":        plain,
		"lower case":   strings.ToLower(plain),
		"spaces":       "  " + strings.Join(strings.Split(plain, ""), " ") + "\t\n",
		"dashes":       plain[:4] + "–" + plain[4:8] + "—" + plain[8:10] + "\u2011" + plain[10:12] + "\u2212" + plain[12:],
		"no-break":     plain[:5] + "\u00a0" + plain[5:] + "\u200b\ufeff",
		"full stop":    plain + ".",
		"letter O":     "O" + plain[1:],
		"letter I":     "0I" + plain[2:],
		"small letter": "ol" + plain[2:],
		"cyrillic":     "О1АВЕКМНРСТХУ" + last,
		"cyrillic low": "оіавекмнрстху" + last,
	} {
		if got, err := Parse(s); err != nil || got != want {
			t.Errorf("%s: Parse(%q) = %q, %v, want %q", name, s, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	good := string(New())
	for name, s := range map[string]string{
		"empty": "", "dashes": "-----", "short": good[:13], "long": good + "0",
		"strange sign": "Ж" + good[1:], "percent": "%" + good[1:], "very long": strings.Repeat(" ", longest) + good,
		"bad utf-8": "\xff" + good[1:], "zero byte": "\x00" + good,
	} {
		if got, err := Parse(s); err != ErrInvalid || got != "" {
			t.Errorf("%s: Parse(%q) = %q, %v", name, s, got, err)
		}
	}
}

// Every slip that people make with one hand: one sign wrong, or two signs in the wrong order.
func TestSlipsAreCaught(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := code(t)
		for i := range signs {
			for _, s := range alphabet {
				wrong := string(c[:i]) + string(s) + string(c[i+1:])
				if got, err := Parse(wrong); (err == nil) != (wrong == string(c)) {
					t.Fatalf("%s for %s: %q, %v", wrong, c, got, err)
				}
			}
			for j := range i {
				b := []byte(c)
				b[i], b[j] = b[j], b[i]
				if _, err := Parse(string(b)); (err == nil) != (string(b) == string(c)) {
					t.Fatalf("%s with places %d and %d swapped was taken for a code", c, j, i)
				}
			}
		}
	})
}

func TestHash(t *testing.T) {
	t.Parallel()
	a, b := New(), New()
	one, two := []byte("key one"), []byte("key two")
	if !bytes.Equal(a.Hash(one), a.Hash(one)) {
		t.Error("the same code and key give two hashes")
	}
	if bytes.Equal(a.Hash(one), b.Hash(one)) || bytes.Equal(a.Hash(one), a.Hash(two)) {
		t.Error("another code or key gives the same hash")
	}
}

func TestNeverLogged(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := New()
	slog.New(slog.NewTextHandler(&out, nil)).Info("code", "code", c)
	if strings.Contains(out.String(), string(c)) || strings.Contains(out.String(), c.String()) {
		t.Error("the log holds the code: ", out.String())
	}
}

func FuzzParse(f *testing.F) {
	c := New()
	f.Add(c.String())
	f.Add(string(c))
	f.Add("о1авекмнрстху0")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Parse(s)
		if err != nil {
			if c != "" {
				t.Fatalf("%q with error", c)
			}
			return
		}
		again, err := Parse(c.String())
		if err != nil || again != c {
			t.Fatalf("Parse(%q) = %q, but Parse of that = %q, %v", s, c, again, err)
		}
	})
}
