package questionnaires_test

import (
	"slices"
	"testing"

	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
	"ekbom/questionnaires"
)

// What the source article names as reasons for restless legs. An id keeps its meaning for ever.
var articleCauses = []questionnaire.ID{
	"rls", "rls-hereditary",
	"overexertion", "growth-cramps", "dehydration", "heat-then-cold", "weather-sensitivity", "pms", "menopause", "smoking",
	"alcohol-caffeine", "evening-arousal", "poor-diet", "acute-illness",
	"pregnancy",
	"iron-deficiency", "calcium-deficiency", "magnesium-deficiency", "b-vitamin-deficiency",
	"medication",
	"varicose-veins", "vein-thrombosis", "vein-inflammation", "atherosclerosis", "endarteritis", "heart-disease",
	"inflammatory-arthritis", "osteoarthritis", "toe-osteoarthritis", "joint-deposits", "spine", "injury", "meteopathy",
	"kidney-disease", "diabetes", "endocrine-disease", "neurological-disease", "psychosomatic", "allergy",
}

// Whom the source article names to see.
var articleSpecialists = []questionnaire.ID{
	"doctor", "neurologist", "vascular-surgeon", "gynaecologist", "obstetrician-gynaecologist", "endocrinologist",
}

func load(t *testing.T, name string) *questionnaire.Definition {
	t.Helper()
	files, err := questionnaires.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	d, faults := questionnaire.Load(files)
	if d == nil {
		t.Fatalf("%d faults", len(faults))
	}
	return d
}

// Everything that rules can conclude comes out for at least one made-up person; for rls everything that the article names.
func TestReach(t *testing.T) {
	t.Parallel()
	for _, name := range questionnaires.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reach(t, load(t, name), name == "rls")
		})
	}
}

func reach(t *testing.T, d *questionnaire.Definition, article bool) {
	t.Helper()
	var got assess.Reached
	for i := range d.Cases {
		r := assess.Evaluate(d, d.Cases[i].Answers).Reached()
		got.RedFlags = append(got.RedFlags, r.RedFlags...)
		got.LookAlikes = append(got.LookAlikes, r.LookAlikes...)
		got.Causes = append(got.Causes, r.Causes...)
		got.Specialists = append(got.Specialists, r.Specialists...)
		got.Advice = append(got.Advice, r.Advice...)
	}
	reaches := func(kind string, got []questionnaire.ID, id questionnaire.ID) {
		t.Helper()
		if !slices.Contains(got, id) {
			t.Errorf("no case reaches the %s %s", kind, id)
		}
	}

	var causes, specialists []questionnaire.ID
	if article {
		causes, specialists = articleCauses, articleSpecialists
	}
	for _, id := range causes {
		reaches("cause", got.Causes, id)
	}
	for _, id := range specialists {
		reaches("specialist", got.Specialists, id)
	}
	for _, r := range d.Referrals {
		named := slices.Contains(specialists, r.Specialist)
		if named != (r.NamedBy == questionnaire.NamedBySource) {
			t.Errorf("%s: the specialist %s is named by the article: %t; the referral says otherwise", r.Place, r.Specialist, named)
		}
		reaches("specialist", got.Specialists, r.Specialist)
	}
	for _, f := range d.RedFlags {
		reaches("red flag", got.RedFlags, f.ID)
	}
	for _, a := range d.LookAlikes {
		reaches("look-alike", got.LookAlikes, a.ID)
	}
	for _, c := range d.Causes {
		reaches("cause", got.Causes, c.ID)
	}
	for _, a := range d.Advice {
		reaches("advice", got.Advice, a.ID)
	}
}

// Who is left to self-care gets something to do, and nothing to take along to a visit that is not advised.
func TestSelfCare(t *testing.T) {
	t.Parallel()
	for _, name := range questionnaires.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			selfCare(t, load(t, name))
		})
	}
}

func selfCare(t *testing.T, d *questionnaire.Definition) {
	t.Helper()
	seen := 0
	for i := range d.Cases {
		o := assess.Evaluate(d, d.Cases[i].Answers)
		if o.Urgency != questionnaire.SelfCare {
			continue
		}
		seen++
		comfort := 0
		for _, a := range o.Advice {
			switch a.Kind {
			case questionnaire.Comfort:
				comfort++
			case questionnaire.Bring:
				t.Errorf("%s: %s, though no visit is advised", d.Cases[i].ID, a.ID)
			}
		}
		if comfort < 2 {
			t.Errorf("%s: %d pieces of comfort advice", d.Cases[i].ID, comfort)
		}
	}
	if seen == 0 {
		t.Error("no case comes to self-care")
	}
}

// Home measures wait while any sign for today or now is there or open, so the fact that says so must know every one.
func TestUrgentSignKnowsEveryUrgentFlag(t *testing.T) {
	t.Parallel()
	d := load(t, "rls")
	var fact *questionnaire.Condition
	for _, f := range d.Facts {
		if f.ID == "urgent-sign" {
			fact = f.When
		}
	}
	if fact == nil {
		t.Fatal("there is no fact urgent-sign")
	}
	// Only through "any": what stands inside an "all" does not make the fact true by itself.
	var holds func(c, part *questionnaire.Condition) bool
	holds = func(c, part *questionnaire.Condition) bool {
		return c == part || c.Op == questionnaire.OpAny &&
			slices.ContainsFunc(c.Parts, func(p *questionnaire.Condition) bool { return holds(p, part) })
	}
	// These two wait for nobody who would rather not say; the comment at the fact tells why.
	apart := []questionnaire.ID{"self-harm-plan", "self-harm-thoughts"}
	for _, f := range d.RedFlags {
		if f.Urgency >= questionnaire.SameDay && !slices.Contains(apart, f.ID) && !holds(fact, f.When) {
			t.Errorf("urgent-sign does not name %s", f.ID)
		}
	}
}
