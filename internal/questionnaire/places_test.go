package questionnaire_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/questionnaire/questionnairetest"
)

// What is remembered of one person's way is right for the next: a definition that remembers finds the paths that one that
// has just been loaded does.
func TestRememberedPathIsRight(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		files := questionnairetest.Generate(t, 6)
		d, faults := q.Load(files)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		for range 12 {
			answers := draw(t, d)
			fresh, _ := q.Load(files)
			if diff := cmp.Diff(fresh.Path(answers), d.Path(answers)); diff != "" {
				t.Fatalf("remembered wrongly: %s", diff)
			}
		}
	})
}
