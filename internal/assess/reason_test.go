package assess

import (
	"testing"

	q "ekbom/internal/questionnaire"
)

func TestMainReason(t *testing.T) {
	t.Parallel()
	causes := []Cause{{ID: "vessel"}, {ID: "restless"}}
	flags := []RedFlag{{Finding: Finding{ID: "clot"}}, {Finding: Finding{ID: "other"}}}
	for name, tt := range map[string]struct {
		o    Outcome
		want q.ID
		flag bool
	}{
		"neither":                     {Outcome{}, "", false},
		"a cause":                     {Outcome{Causes: causes}, "vessel", false},
		"a flag before every cause":   {Outcome{Causes: causes, RedFlags: flags}, "clot", true},
		"an open flag is no reason":   {Outcome{OpenFlags: flags, Causes: causes}, "vessel", false},
		"only what could not be told": {Outcome{OpenFlags: flags}, "", false},
	} {
		if id, flag := tt.o.MainReason(); id != tt.want || flag != tt.flag {
			t.Errorf("%s: %q %v, want %q %v", name, id, flag, tt.want, tt.flag)
		}
	}
}
