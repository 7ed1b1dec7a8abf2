package server

import (
	"slices"
	"time"

	"ekbom/internal/questionnaire"
	"ekbom/web/locale"
	"ekbom/web/plot"
)

// moment is one time at which a person answered.
type moment struct {
	at      time.Time
	address string // of the submission; empty: the one shown
	*journey
}

// trace is the plot of what the questionnaire draws over time, the oldest moment first; nil when there is nothing to compare.
func (j *journey) trace(l *locale.Printer, caption string, moments []moment) *plot.Trace {
	burden, steps := -1, -1
	for _, i := range j.Clinic.OverTime {
		if j.Questions[i].Type == questionnaire.Number {
			burden = i
		} else {
			steps = i
		}
	}
	if len(moments) < 2 || burden < 0 || steps < 0 {
		return nil
	}
	t := &plot.Trace{
		ID: "trace", Caption: caption,
		Burden: l.T("plot.burden", "question", j.text(burden).Short), Frequency: j.text(steps).Short,
		Summary: l.N("plot.summary", len(moments), "from", l.Date(local(moments[0].at)), "to", l.Date(local(moments[len(moments)-1].at))),
	}
	for _, o := range j.Questions[steps].Options {
		t.Steps = append(t.Steps, j.text(steps).Options[o])
	}
	for _, m := range moments {
		point := plot.Point{At: m.at, Short: local(m.at).Format(time.DateOnly), Burden: -1, Step: -1}
		if a, ok := m.given(j.Questions[burden].ID); ok {
			point.Burden = a.Number
		}
		if i, ok := m.Question(j.Questions[steps].ID); ok {
			if a, ok := m.given(j.Questions[steps].ID); ok {
				for o, id := range m.Questions[i].Options {
					if a.Has(o) {
						point.Step = slices.Index(j.Questions[steps].Options, id)
					}
				}
			}
		}
		t.Points = append(t.Points, point)
	}
	return t
}

// given gives the answer to a question, if it was asked and answered with a value.
func (j *journey) given(id questionnaire.ID) (questionnaire.Answer, bool) {
	i, ok := j.Question(id)
	if !ok || !j.onPath(i) || j.answers[i].State != questionnaire.Given {
		return questionnaire.Answer{}, false
	}
	return j.answers[i], true
}
