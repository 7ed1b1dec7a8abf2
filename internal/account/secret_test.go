package account

import (
	"bytes"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/hotp"
)

func TestCheckTOTP(t *testing.T) {
	t.Parallel()
	secret := []byte("12345678901234567890") // of RFC 6238
	now := time.Unix(59, 0)                  // step 1
	code := func(step uint64) string {
		c, err := hotp.GenerateCode(totpText.EncodeToString(secret), step)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if code(1) != "287082" { // 94287082 in the RFC, of which apps show six
		t.Fatalf("code of step 1 is %s", code(1))
	}
	later := time.Unix(1_800_000_000, 0)
	step := uint64(later.Unix() / 30)
	for _, tt := range []struct {
		name, typed string
		now         time.Time
		last, step  int64
		ok          bool
	}{
		{"of now", "287082", now, 0, 1, true},
		{"with a space", "287 082", now, 0, 1, true},
		{"with spaces and a line end", " 287\u00a0082\n", now, 0, 1, true},
		{"used", "287082", now, 1, 0, false},
		{"phone half a minute behind", code(step - 1), later, 0, int64(step) - 1, true},
		{"phone half a minute ahead", code(step + 1), later, 0, int64(step) + 1, true},
		{"phone a minute behind", code(step - 2), later, 0, 0, false},
		{"phone a minute ahead", code(step + 2), later, 0, 0, false},
		{"older than the one used last", code(step - 1), later, int64(step), 0, false},
		{"after our clock was set back", code(step), later, int64(step) + 10, 0, false},
		{"before time began", code(0), time.Unix(-1, 0), 0, 0, false},
		{"wrong", "000000", later, 0, 0, false},
		{"empty", "", later, 0, 0, false},
		{"too long", "2870820", now, 0, 0, false},
		{"digits of another script", "٢٨٧٠٨٢", now, 0, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			step, ok := CheckTOTP(secret, tt.typed, tt.now, tt.last)
			if step != tt.step || ok != tt.ok {
				t.Errorf("got step %d, %v; want %d, %v", step, ok, tt.step, tt.ok)
			}
		})
	}
}

func TestTOTPAddress(t *testing.T) {
	t.Parallel()
	secret := NewTOTP()
	if bytes.Equal(secret, NewTOTP()) {
		t.Fatal("the same secret twice")
	}
	address, err := TOTPAddress(secret, "Praxis: Müller & Söhne", "anna@example.org")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Ekbom:anna@example.org (Praxis  Müller & Söhne)" {
		t.Errorf("address %s", address)
	}
	q := u.Query()
	if q.Get("secret") != totpText.EncodeToString(secret) || q.Get("issuer") != "Ekbom" || q.Get("digits") != "6" || q.Get("period") != "30" {
		t.Errorf("address %s", address)
	}
	typed := TOTPTyped(secret)
	if len(strings.Fields(typed)) != 8 || strings.ReplaceAll(typed, " ", "") != q.Get("secret") {
		t.Errorf("typed %q", typed)
	}
}

func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	v := vault(t, "first")
	seen := map[string]bool{}
	for range 20 {
		codes := NewRecoveryCodes()
		if len(codes) != RecoveryCodes {
			t.Fatalf("%d codes", len(codes))
		}
		for _, c := range codes {
			if len(c) != 14 || strings.Trim(c, recoverySigns+"-") != "" || strings.ContainsAny(c, "01loi") {
				t.Errorf("code %q", c)
			}
			if seen[c] {
				t.Errorf("%s comes twice", c)
			}
			seen[c] = true
		}
	}
	const code = "abcd-2345-wxyz"
	want := v.Recovery("a1", code)
	for _, typed := range []string{"ABCD2345WXYZ", " abcd 2345 wxyz ", "abcd–2345–wxyz"} {
		if !bytes.Equal(v.Recovery("a1", typed), want) {
			t.Errorf("%q is not taken for %s", typed, code)
		}
	}
	if bytes.Equal(v.Recovery("a2", code), want) || bytes.Equal(vault(t, "second").Recovery("a1", code), want) {
		t.Error("the hash of a code is the same for another account or secret")
	}
	for _, typed := range []string{"", "abcd-2345-wxy", "abcd-2345-wxyzz", "abcd-2345-wxy0", strings.Repeat("a", 1<<20)} {
		if v.Recovery("a1", typed) != nil {
			t.Errorf("%.20q is taken for a code", typed)
		}
	}
}

func TestSeal(t *testing.T) {
	t.Parallel()
	v := vault(t, "first")
	secret := NewTOTP()
	sealed := v.Seal("a1", secret)
	if got, err := v.Open("a1", sealed); err != nil || !bytes.Equal(got, secret) {
		t.Fatalf("opened %x, %v", got, err)
	}
	if bytes.Equal(sealed, v.Seal("a1", secret)) {
		t.Error("sealed twice alike")
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	for name, try := range map[string]func() ([]byte, error){
		"another account": func() ([]byte, error) { return v.Open("a2", sealed) },
		"another secret":  func() ([]byte, error) { return vault(t, "second").Open("a1", sealed) },
		"changed":         func() ([]byte, error) { return v.Open("a1", changed) },
		"cut":             func() ([]byte, error) { return v.Open("a1", sealed[:5]) },
		"nothing":         func() ([]byte, error) { return v.Open("a1", nil) },
	} {
		if _, err := try(); err == nil {
			t.Errorf("%s opens it", name)
		}
	}
}

func TestDevice(t *testing.T) {
	t.Parallel()
	v, now := vault(t, "first"), time.Unix(1_800_000_000, 0)
	mark := v.Device("a1", now)
	end, sum, _ := strings.Cut(mark, ".")
	for _, tt := range []struct {
		name, mark string
		id         ID
		now        time.Time
		want       bool
	}{
		{"known", mark, "a1", now.Add(24 * time.Hour), true},
		{"another account", mark, "a2", now, false},
		{"too old", mark, "a1", now.Add(deviceLife + time.Second), false},
		{"made longer", "9" + end + "." + sum, "a1", now, false},
		{"of nobody", "", "a1", now, false},
		{"cut", end, "a1", now, false},
		{"no text", end + ".%%%", "a1", now, false},
		{"spelt in another way", mark[:len(mark)-1] + string(mark[len(mark)-1]+1), "a1", now, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := v.KnowsDevice(tt.id, tt.mark, tt.now); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
	if vault(t, "second").KnowsDevice("a1", mark, now) {
		t.Error("a server with another secret knows it")
	}
}

func TestAttempts(t *testing.T) {
	t.Parallel()
	v := vault(t, "first")
	seen := map[string]bool{}
	for _, parts := range [][]string{{"account", "ab", "c"}, {"account", "a", "bc"}, {"account", "abc"}, {"network", "abc"}} {
		key := v.Attempts(parts...)
		if bytes.Contains(key, []byte("abc")) || seen[string(key)] {
			t.Errorf("%q: key %x", parts, key)
		}
		seen[string(key)] = true
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	a, b := NewToken(), NewToken()
	if a == b || len(a) < 26 || bytes.Equal(HashToken(a), HashToken(b)) {
		t.Errorf("tokens %s, %s", a, b)
	}
	for _, k := range []TokenKind{FirstLink, InviteLink, ResetLink} {
		if k.Life() < time.Hour || k.Life() > 7*24*time.Hour {
			t.Errorf("%s lives %v", k, k.Life())
		}
	}
}

func vault(t *testing.T, secret string) *Vault {
	t.Helper()
	v, err := NewVault(secret + " secret of these tests, long enough")
	if err != nil {
		t.Fatal(err)
	}
	return v
}
