package questionnaire_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	q "ekbom/internal/questionnaire"
)

// Answers with one key have one path, so what was worked out for one may be told for the other.
func TestPathKey(t *testing.T) {
	t.Parallel()
	same := 0
	rapid.Check(t, func(t *rapid.T) {
		d := generate(t, 6)
		paths := map[string]q.Path{}
		for range 20 {
			answers := draw(t, d)
			v := d.NewValues()
			d.Evaluate(answers, v)
			key, path := d.PathKey(answers, v), d.PathOf(answers, v)
			if known, ok := paths[key]; ok {
				same++
				if diff := cmp.Diff(known, path); diff != "" {
					t.Fatalf("one key, two paths: %s", diff)
				}
			}
			paths[key] = path
		}
	})
	if same == 0 {
		t.Error("no key came twice: that shows nothing")
	}
}
