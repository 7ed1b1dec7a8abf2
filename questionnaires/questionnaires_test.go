package questionnaires_test

import (
	"testing"

	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
	"ekbom/questionnaires"
)

// Every shipped questionnaire is faultless, is called as its folder is, and its cases come out as expected.
func TestShipped(t *testing.T) {
	t.Parallel()
	for _, name := range questionnaires.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, err := questionnaires.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			d, faults := questionnaire.Load(files)
			for _, f := range faults {
				t.Error(f.Error())
			}
			if d == nil {
				return
			}
			if string(d.ID) != name {
				t.Errorf("the folder %q holds the questionnaire %q", name, d.ID)
			}
			for i := range d.Cases {
				c := &d.Cases[i]
				for _, differs := range assess.CheckCase(d, c) {
					t.Errorf("%s: %s: %s", c.Place, c.ID, differs)
				}
			}
			for tag, text := range d.Texts {
				for _, m := range text.Missing {
					t.Errorf("language %s: %s", tag, m.Error())
				}
			}
		})
	}
}
