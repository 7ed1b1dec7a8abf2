package archtest

import (
	"regexp"
	"strings"
	"testing"
)

// What docs/security.md promises is shown by the tests that it names; they must be there.
func TestSecurityIsShown(t *testing.T) {
	t.Parallel()
	there := map[string]bool{}
	var named [][][]byte
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	walk(t, func(path string, content []byte) {
		if strings.HasSuffix(path, "_test.go") {
			for _, m := range function.FindAllSubmatch(content, -1) {
				there[string(m[1])] = true
			}
		}
		if path == "docs/security.md" {
			named = regexp.MustCompile("`((?:Test|Fuzz)\\w+)`").FindAllSubmatch(content, -1)
		}
	})
	if len(named) < 50 {
		t.Errorf("only %d tests are named", len(named))
	}
	for _, m := range named {
		if !there[string(m[1])] {
			t.Errorf("docs/security.md names %s, which is no test", m[1])
		}
	}
}
