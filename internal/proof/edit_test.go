package proof

import "testing"

// Of two orders only the part is told that differs, and of what both have.
func TestMoved(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		was, is     []string
		before, now string
	}{
		{nil, nil, "", ""},
		{[]string{"a", "b"}, []string{"a", "new", "b"}, "", ""},
		{[]string{"a", "gone", "b"}, []string{"a", "b"}, "", ""},
		{[]string{"a", "b", "c", "d"}, []string{"a", "c", "b", "d"}, "b, c", "c, b"},
		{[]string{"a", "b", "gone", "c"}, []string{"c", "new", "a", "b"}, "a, b, c", "c, a, b"},
	} {
		if before, now := moved(tt.was, tt.is); before != tt.before || now != tt.now {
			t.Errorf("%v and %v: %q and %q, want %q and %q", tt.was, tt.is, before, now, tt.before, tt.now)
		}
	}
}
