package assess_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	d := load(t, "rls")
	var answers q.Answers
	for _, c := range d.Cases {
		if o := assess.Evaluate(d, c.Answers); len(o.Causes) > 2 && o.Causes[0].Strength != q.Moderate && len(o.RedFlags) > 0 && len(o.Specialists) > 1 {
			answers = c.Answers
			break
		}
	}
	if answers == nil {
		t.Fatal("no case with causes, the first not moderate, a red flag and specialists")
	}
	now := func() *assess.Outcome { return assess.Evaluate(d, answers) }
	tests := []struct {
		name   string
		change func(kept *assess.Outcome)
		want   []assess.Difference
	}{
		{"nothing", func(*assess.Outcome) {}, nil},
		{"urgency", func(o *assess.Outcome) { o.Urgency = q.SelfCare }, []assess.Difference{
			{Part: assess.PartUrgency, Was: []assess.Claim{{Level: "self-care"}}, Is: []assess.Claim{{Level: now().Urgency.String()}}}}},
		{"pattern", func(o *assess.Outcome) { o.Pattern.Criteria[0].State = q.Earlier }, []assess.Difference{
			{Part: assess.PartPattern, Was: []assess.Claim{{ID: now().Pattern.Criteria[0].ID, Level: "earlier"}},
				Is: []assess.Claim{{ID: now().Pattern.Criteria[0].ID, Level: now().Pattern.Criteria[0].State.String()}}}}},
		{"flag gone", func(o *assess.Outcome) { o.RedFlags = o.RedFlags[1:] }, []assess.Difference{
			{Part: assess.PartRedFlags, Is: []assess.Claim{{ID: now().RedFlags[0].ID, Level: now().RedFlags[0].Urgency.String()}}}}},
		{"cause more, another strength", func(o *assess.Outcome) {
			o.Causes[0].Strength = 4 - o.Causes[0].Strength
			o.Causes = append(o.Causes, assess.Cause{ID: "made-up", Strength: q.Weak})
		}, []assess.Difference{{Part: assess.PartCauses,
			Was: []assess.Claim{{ID: now().Causes[0].ID, Level: (4 - now().Causes[0].Strength).String()}, {ID: "made-up", Level: "weak"}},
			Is:  []assess.Claim{{ID: now().Causes[0].ID, Level: now().Causes[0].Strength.String()}}}}},
		{"another order", func(o *assess.Outcome) { o.Specialists[0], o.Specialists[1] = o.Specialists[1], o.Specialists[0] }, []assess.Difference{
			{Part: assess.PartSpecialists, Was: specialists(now(), 1, 0), Is: specialists(now(), 0, 1)}}},
		{"another reason", func(o *assess.Outcome) { o.Causes[0].Because = o.Causes[0].Because[:0] }, []assess.Difference{{Part: assess.PartReasons}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			kept := now()
			tt.change(kept)
			data, err := json.Marshal(kept)
			if err != nil {
				t.Fatal(err)
			}
			got, err := assess.Compare(data, now())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
	for _, broken := range []string{"", "null!", `{"urgency":"purple"}`} {
		if _, err := assess.Compare([]byte(broken), now()); err == nil {
			t.Errorf("%q was read", broken)
		}
	}
}

// specialists are the claims of an outcome's specialists with the first two in the order given.
func specialists(o *assess.Outcome, first, second int) (all []assess.Claim) {
	for i, s := range o.Specialists {
		switch i {
		case 0:
			s = o.Specialists[first]
		case 1:
			s = o.Specialists[second]
		}
		all = append(all, assess.Claim{ID: s.ID})
	}
	return all
}

// What was kept and what is computed again never differ as long as answers and edition are the same.
func TestCompareFindsNothingInTheSame(t *testing.T) {
	t.Parallel()
	d := load(t, "rls")
	rapid.Check(t, func(t *rapid.T) {
		answers := draw(t, d)
		kept, err := json.Marshal(assess.Evaluate(d, answers))
		if err != nil {
			t.Fatal(err)
		}
		got, err := assess.Compare(kept, assess.Evaluate(d, answers))
		if err != nil || got != nil {
			t.Fatalf("%v, %v", got, err)
		}
	})
}
