package assess

import (
	"testing"

	q "ekbom/internal/questionnaire"
)

func TestMainReason(t *testing.T) {
	t.Parallel()
	flags := func(u q.Urgency) []RedFlag {
		return []RedFlag{{Finding: Finding{ID: "clot"}, Urgency: u}, {Finding: Finding{ID: "other"}, Urgency: q.Routine}}
	}
	causes := []Cause{{ID: "pregnancy", Urgency: q.Routine, Strength: q.Weak}, {ID: "restless", Strength: q.Strong}}
	rising := append([]Cause{{ID: "augmentation", Urgency: q.Soon, Strength: q.Moderate}}, causes...)
	for name, tt := range map[string]struct {
		o    Outcome
		want q.ID
		flag bool
	}{
		"nothing":                              {Outcome{}, "", false},
		"the best supported cause":             {Outcome{Causes: causes}, "restless", false},
		"a flag that is urgent":                {Outcome{Causes: causes, RedFlags: flags(q.SameDay)}, "clot", true},
		"a flag as urgent as a cause":          {Outcome{Causes: rising, RedFlags: flags(q.Soon)}, "clot", true},
		"a cause more urgent than the flag":    {Outcome{Causes: rising, RedFlags: flags(q.Routine)}, "augmentation", false},
		"a flag of an ordinary visit, a cause": {Outcome{Causes: causes, RedFlags: flags(q.Routine)}, "restless", false},
		"a flag of an ordinary visit alone":    {Outcome{RedFlags: flags(q.Routine)}, "clot", true},
		"what could not be told is urgent":     {Outcome{Causes: rising, RedFlags: flags(q.Routine), OpenFlags: flags(q.SameDay)}, "", true},
		"what could not be told is not":        {Outcome{Causes: causes, OpenFlags: flags(q.Routine)}, "restless", false},
		"only what could not be told":          {Outcome{OpenFlags: flags(q.SameDay)}, "", true},
	} {
		if id, flag := tt.o.MainReason(); id != tt.want || flag != tt.flag {
			t.Errorf("%s: %q %v, want %q %v", name, id, flag, tt.want, tt.flag)
		}
	}
}
