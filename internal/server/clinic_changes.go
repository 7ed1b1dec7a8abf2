package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"ekbom/internal/assess"
	"ekbom/internal/audit"
	"ekbom/internal/proof"
	"ekbom/internal/questionnaire"
	"ekbom/internal/store"
	"ekbom/web/clinic"
)

// turnsWithin is how long the smallest changes may be looked for. The questionnaires that we know need a twentieth of it.
const turnsWithin = 2 * time.Second

// showChanges is the page of what other answers would have changed. It needs far more work than the submission's own page, so it is
// a page of its own. To open it is recorded like opening the submission.
func (s *Server) showChanges(w http.ResponseWriter, r *http.Request, p *person) error {
	d, err := p.store.Open(r.Context(), submissionOf(r), audit.Opened)
	if err != nil {
		return err
	}
	if !d.Withdrawn.IsZero() {
		return store.ErrNotFound
	}
	path := submissionPath(d.ID)
	view := clinic.ChangesView{Base: s.frame(r, p, path+"/changes"), Page: path, Name: d.Name}
	j, err := s.staffJourney(r, view.L, d.Response)
	if err != nil {
		return err
	}
	o := assess.Evaluate(j.Definition, j.answers)
	view.Level = o.Urgency
	ctx, cancel := context.WithTimeout(r.Context(), turnsWithin)
	defer cancel()
	turns, err := j.turns().Of(ctx, j.answers)
	switch {
	case errors.Is(err, proof.ErrUnanswered):
		view.Unanswered = len(o.Missing)
	case err != nil && ctx.Err() == nil:
		return fmt.Errorf("changes: %w", err)
	default:
		view.Cut = ctx.Err() != nil
		view.Groups = j.turnGroups(&view, turns)
	}
	return s.render(w, http.StatusOK, clinic.Changes(view))
}

// turnGroups puts turns into words. Conclusions of one kind that the same change turns stand together.
func (j *journey) turnGroups(view *clinic.ChangesView, turns []proof.Turn) []clinic.TurnGroup {
	l := view.L
	groups := []clinic.TurnGroup{
		{ID: "urgency", Heading: l.T("changes.urgency")},
		{ID: "signs", Heading: l.T("changes.signs")},
		{ID: "match", Heading: l.T("changes.match")},
		{ID: "causes", Heading: l.T("changes.causes")},
		{ID: "near", Heading: l.T("changes.near")},
		{ID: "specialists", Heading: l.T("changes.specialists")},
		{ID: "advice", Heading: l.T("changes.advice")},
	}
	for _, t := range turns {
		var at int
		var about, name string
		out := clinic.Turn{Swaps: j.swaps(t.Changed)}
		switch t.Kind {
		case proof.UrgencyFalls:
			at, out.What, out.Level, out.Leveled = 0, l.T("changes.falls"), t.Urgency, true
		case proof.UrgencyRises:
			at, out.What, out.Level, out.Leveled = 0, l.T("changes.rises"), t.Urgency, true
		case proof.FlagEnds, proof.FlagRuledOut:
			at, about, name, out.What = 1, "flag", j.words.RedFlags[t.ID].Name, l.T("changes.flag.ends")
		case proof.FlagFires:
			at, about, name, out.What = 1, "flag", j.words.RedFlags[t.ID].Name, l.T("changes.flag.fires")
		case proof.MatchFalls, proof.MatchRises:
			at, out.What = 2, l.T("changes.match.then", "match", j.words.Pattern[t.Match])
		case proof.CauseEnds:
			at, about, name, out.What = 3, "cause", j.words.Causes[t.ID].Name, l.T("changes.cause.ends")
		case proof.CauseComes:
			at, about, name, out.What = 4, "cause", j.words.Causes[t.ID].Name, l.T("changes.cause.comes")
		case proof.ReferralEnds:
			at, about, name, out.What = 5, "specialist", j.words.Specialists[t.ID].Name, l.T("changes.referral.ends")
		case proof.AdviceAllowed:
			at, about, name, out.What = 6, "advice", j.words.Advice[t.ID], l.T("changes.advice.given")
		}
		if name != "" {
			c := clinic.Conclusion{Name: name, ID: "of-" + about + "-" + string(t.ID)}
			if t.Kind == proof.FlagFires { // its other turn has the place already
				c.ID = "fires-" + string(t.ID)
			}
			out.Names = []clinic.Conclusion{c}
		}
		g := &groups[at]
		same := slices.IndexFunc(g.Turns, func(other clinic.Turn) bool {
			return len(other.Names) > 0 && other.What == out.What && slices.EqualFunc(other.Swaps, out.Swaps, clinic.Swap.Equal)
		})
		if same >= 0 && name != "" {
			g.Turns[same].Names = append(g.Turns[same].Names, out.Names...)
		} else {
			g.Turns = append(g.Turns, out)
		}
	}
	return slices.DeleteFunc(groups, func(g clinic.TurnGroup) bool { return len(g.Turns) == 0 })
}

func (j *journey) swaps(changed []proof.Change) (swaps []clinic.Swap) {
	for _, c := range changed {
		qu := &j.Questions[c.Question]
		s := clinic.Swap{
			ID: string(qu.ID), Question: j.text(c.Question).Short, Was: j.inWords(c.Question, c.Was), Is: j.inWords(c.Question, c.Is),
			Opens: c.Was.State == questionnaire.NotReached, Closes: c.Is.State == questionnaire.NotReached,
		}
		several := func(a questionnaire.Answer) bool {
			return qu.Type == questionnaire.Choices && a.State == questionnaire.Given && (qu.None < 0 || !a.Has(qu.None))
		}
		if several(c.Was) && several(c.Is) {
			given := func(options uint64) []string {
				return j.inWords(c.Question, questionnaire.Answer{State: questionnaire.Given, Options: options}).Values
			}
			s.More, s.Less = given(c.Is.Options&^c.Was.Options), given(c.Was.Options&^c.Is.Options)
		}
		swaps = append(swaps, s)
	}
	return swaps
}
