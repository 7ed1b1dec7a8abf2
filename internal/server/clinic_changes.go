package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"ekbom/internal/assess"
	"ekbom/internal/audit"
	"ekbom/internal/proof"
	"ekbom/internal/questionnaire"
	"ekbom/internal/store"
	"ekbom/web/clinic"
	sign "ekbom/web/mark"
)

// turnsWithin is how long the smallest changes may be looked for. The answers of our cases need 0.04 s, the longest 0.3 s.
const turnsWithin = 2 * time.Second

// turnsWait is how long somebody waits for the search of others before them.
const turnsWait = 2 * time.Second

// errTurnsBusy says that the searches of others did not end in time, and errTurnsLarge that the model is beyond its bound.
var (
	errTurnsBusy  = errors.New("changes are being looked for, for others")
	errTurnsLarge = errors.New("the questionnaire is too large to look for changes")
)

// turnsKept is how many answers' turns are kept, of some 20 kB each.
const turnsKept = 32

// turnsOf are the answers that turns were found for.
type turnsOf struct{ hash, answers string }

// turning looks for turns, for one person after the other: patients need the processor, too.
type turning struct {
	slot chan struct{}
	kept *cache[turnsOf, []proof.Turn]
}

func newTurning() *turning {
	return &turning{slot: make(chan struct{}, 1), kept: newCache[turnsOf, []proof.Turn](turnsKept)}
}

// begin waits for the others. Who has begun must end.
func (t *turning) begin(ctx context.Context) error {
	wait := time.NewTimer(turnsWait)
	defer wait.Stop()
	select {
	case t.slot <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-wait.C:
		return errTurnsBusy
	}
}

func (t *turning) end() { <-t.slot }

// of gives the turns of answers, not all of them when time runs out or the model is beyond its bound.
func (t *turning) of(ctx context.Context, j *journey) (turns []proof.Turn, cut bool) {
	ctx, cancel := context.WithTimeout(ctx, turnsWithin)
	defer cancel()
	turns, err := t.kept.get(turnsOf{j.Hash, string(j.response.Answers)}, func() ([]proof.Turn, error) {
		all := j.turns()
		if turns = all.Of(ctx, j.answers); all.Large() != nil {
			return nil, errTurnsLarge
		}
		return turns, ctx.Err()
	})
	return turns, err != nil
}

// showChanges is the page of what other answers would have changed. It needs far more work than the submission's own page, so it is
// a page of its own. To open it is recorded like opening the submission; whoever is asked to come again has opened nothing.
func (s *Server) showChanges(w http.ResponseWriter, r *http.Request, p *person) error {
	if err := s.turning.begin(r.Context()); err != nil {
		return err
	}
	defer s.turning.end()
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
	view.Level = assess.Evaluate(j.Definition, j.answers).Urgency
	turns, cut := s.turning.of(r.Context(), j)
	view.Cut = cut
	view.Groups = j.turnGroups(&view, turns)
	return s.render(w, http.StatusOK, clinic.Changes(view))
}

// turnGroups puts turns into words. Conclusions of one kind that the same change turns stand together.
func (j *journey) turnGroups(view *clinic.ChangesView, turns []proof.Turn) []clinic.TurnGroup {
	l := view.L
	groups := []clinic.TurnGroup{
		{ID: "urgency", Heading: l.T("changes.urgency")},
		{ID: "signs", Heading: l.T("changes.signs")},
		{ID: "match", Heading: l.T("changes.match")},
		{ID: "criteria", Heading: l.T("changes.criteria")},
		{ID: "causes", Heading: l.T("changes.causes")},
		{ID: "near", Heading: l.T("changes.near")},
		{ID: "specialists", Heading: l.T("changes.specialists")},
		{ID: "advice", Heading: l.T("changes.advice")},
		{ID: "held", Heading: l.T("changes.held")},
	}
	for _, t := range turns {
		var at, about, name string
		out := clinic.Turn{Swaps: j.swaps(t.Changed)}
		if t.Far {
			out.Far = proof.FewSteps
		}
		switch t.Kind {
		case proof.UrgencyFalls:
			at, out.What, out.Level, out.Leveled, out.Others = "urgency", l.T("changes.falls"), t.Urgency, true, t.Others
		case proof.UrgencyRises:
			at, out.What, out.Level, out.Leveled, out.Others = "urgency", l.T("changes.rises"), t.Urgency, true, t.Others
		case proof.FlagEnds, proof.FlagRuledOut:
			at, about, name, out.What = "signs", "flag", j.words.RedFlags[t.ID].Name, l.T("changes.flag.ends")
		case proof.FlagFires:
			at, about, name, out.What = "signs", "fires", j.words.RedFlags[t.ID].Name, l.T("changes.flag.fires")
		case proof.MatchFalls, proof.MatchRises:
			at, out.What = "match", l.T("changes.match.then", "match", j.words.Pattern[t.Match])
		case proof.CriterionEnds:
			at, about, name, out.What = "criteria", "criterion", j.words.Criteria[t.ID].Name, l.T("changes.criterion.ends")
		case proof.CriterionComes:
			at, about, name, out.What = "criteria", "criterion", j.words.Criteria[t.ID].Name, l.T("changes.criterion.comes")
		case proof.CauseEnds:
			at, about, name, out.What = "causes", "cause", j.words.Causes[t.ID].Name, l.T("changes.cause.ends")
		case proof.CauseGrows:
			at, about, name, out.What = "causes", "stronger", j.words.Causes[t.ID].Name, l.T("changes.cause.grows", "strength", sign.StrengthWord(l, t.Strength))
		case proof.CauseComes:
			at, about, name, out.What = "near", "cause", j.words.Causes[t.ID].Name, l.T("changes.cause.comes")
		case proof.ReferralEnds:
			at, about, name, out.What = "specialists", "specialist", j.words.Specialists[t.ID].Name, l.T("changes.referral.ends")
		case proof.AdviceEnds:
			at, about, name, out.What = "advice", "advice", j.words.Advice[t.ID], l.T("changes.advice.ends")
		case proof.AdviceAllowed:
			at, about, name, out.What = "held", "advice", j.words.Advice[t.ID], l.T("changes.advice.given")
		}
		if name != "" {
			out.Names = []clinic.Conclusion{{Name: name, ID: "of-" + about + "-" + string(t.ID)}}
		}
		g := &groups[slices.IndexFunc(groups, func(g clinic.TurnGroup) bool { return g.ID == at })]
		same := slices.IndexFunc(g.Turns, func(other clinic.Turn) bool {
			return len(other.Names) > 0 && other.What == out.What && other.Far == out.Far && slices.EqualFunc(other.Swaps, out.Swaps, clinic.Swap.Equal)
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
			Lacking: c.Unanswered, Opens: c.Was.State == questionnaire.NotReached && !c.Unanswered, Closes: c.Is.State == questionnaire.NotReached,
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
