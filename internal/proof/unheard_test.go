package proof

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	q "ekbom/internal/questionnaire"
)

// An option that somebody added and no rule reads is noted; heartburn as it is has none.
func TestUnheardOption(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{}
	for _, name := range []string{"definition.yaml", "rules.yaml", "sources.yaml", "text/en.yaml"} {
		data, err := os.ReadFile("../../questionnaires/heartburn/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	unheard := func() (notes []string) {
		d, faults := q.Load(files)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		for _, n := range Check(t.Context(), d, Limits{}).Notes {
			if n.Code == "unheard-option" {
				notes = append(notes, n.What)
			}
		}
		return notes
	}
	if notes := unheard(); len(notes) > 0 {
		t.Errorf("heartburn: %q", notes)
	}
	add := func(name, before, line string) {
		data := string(files[name].Data)
		if strings.Count(data, before) != 1 {
			t.Fatalf("%s: %q", name, before)
		}
		files[name] = &fstest.MapFile{Data: []byte(strings.Replace(data, before, line+before, 1))}
	}
	add("definition.yaml", "          - hard-to-breathe", "          - swollen-neck\n")
	add("text/en.yaml", "      hard-to-breathe: Choking", "      swollen-neck: A neck that swells\n")
	if notes := unheard(); len(notes) != 1 || notes[0] != `no rule reads the option "swollen-neck" of "emergency-signs"` {
		t.Errorf("with a sign that nobody reads: %q", notes)
	}
}
