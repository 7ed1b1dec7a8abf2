package proof

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	q "ekbom/internal/questionnaire"
)

// Edit is something that an edition's files say otherwise and that no answer shows by itself.
type Edit struct {
	Kind    EditKind `json:"kind"`
	Of      q.ID     `json:"of"`                // the question, score or list
	Answers []q.ID   `json:"answers,omitempty"` // options and states added or taken out
	Was     string   `json:"was,omitempty"`
	Is      string   `json:"is,omitempty"`
}

// EditKind is a kind of an edit.
type EditKind string

// The kinds of edits.
const (
	QuestionAdded   EditKind = "question-added"
	QuestionRemoved EditKind = "question-removed"
	AnswersAdded    EditKind = "answers-added"
	AnswersRemoved  EditKind = "answers-removed"
	TypeChanged     EditKind = "type-changed"
	NoneChanged     EditKind = "none-changed" // the option that excludes all others
	RangeChanged    EditKind = "range-changed"
	LengthChanged   EditKind = "length-changed"
	AskChanged      EditKind = "ask-changed" // the words of its condition; who is asked may be the same
	OrderChanged    EditKind = "order-changed"
	OptionsMoved    EditKind = "options-moved"
	BandsChanged    EditKind = "bands-changed"
)

// silent reports whether an edit by itself changes nothing in any outcome, and takes no answer out of the comparison.
func (e *Edit) silent() bool {
	return e.Kind == AskChanged || e.Kind == OptionsMoved || e.Kind == OrderChanged && e.Of == "questions"
}

// edits lists what is otherwise in the form of questions and in the order of conclusions.
func edits(old, new *q.Definition) []Edit {
	list := []Edit{}
	for _, id := range either(old.Questions, new.Questions, func(qu q.Question) q.ID { return qu.ID }) {
		i, was := old.Question(id)
		j, is := new.Question(id)
		switch {
		case !was:
			list = append(list, Edit{Kind: QuestionAdded, Of: id})
		case !is:
			list = append(list, Edit{Kind: QuestionRemoved, Of: id})
		default:
			list = append(list, reformed(old, new, &old.Questions[i], &new.Questions[j])...)
		}
	}
	order := func(of q.ID, was, is []string) {
		if w, i := moved(was, is); w != "" {
			list = append(list, Edit{Kind: OrderChanged, Of: of, Was: w, Is: i})
		}
	}
	order("questions", names(old.Questions, func(qu q.Question) q.ID { return qu.ID }), names(new.Questions, func(qu q.Question) q.ID { return qu.ID }))
	order("red_flags", names(old.RedFlags, func(f q.RedFlag) q.ID { return f.ID }), names(new.RedFlags, func(f q.RedFlag) q.ID { return f.ID }))
	order("causes", ranked(old), ranked(new))
	order("referrals", names(old.Referrals, specialist), names(new.Referrals, specialist))
	order("advice", names(old.Advice, func(a q.Advice) q.ID { return a.ID }), names(new.Advice, func(a q.Advice) q.ID { return a.ID }))
	for _, s := range old.Scores {
		if i := place(new.Scores, func(s q.Score) q.ID { return s.ID }, s.ID); i >= 0 && !slices.Equal(s.Bands, new.Scores[i].Bands) {
			list = append(list, Edit{Kind: BandsChanged, Of: s.ID, Was: bands(s), Is: bands(new.Scores[i])})
		}
	}
	return list
}

// moved gives what stands in another order, from the first place that differs to the last; nothing when the order of what both
// have is the same.
func moved(was, is []string) (before, after string) {
	kept := func(list, other []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !slices.Contains(other, s) })
	}
	w, i := kept(was, is), kept(is, was)
	for len(w) > 0 && w[0] == i[0] {
		w, i = w[1:], i[1:]
	}
	for n := len(w); n > 0 && w[n-1] == i[n-1]; n-- {
		w, i = w[:n-1], i[:n-1]
	}
	return strings.Join(w, ", "), strings.Join(i, ", ")
}

// reformed lists what is otherwise in the form of one question.
func reformed(old, new *q.Definition, was, is *q.Question) (list []Edit) {
	if was.Type != is.Type {
		list = append(list, Edit{Kind: TypeChanged, Of: was.ID, Was: was.Type.String(), Is: is.Type.String()})
	}
	if !alike(was, is) {
		return list
	}
	without := func(answers, other []q.ID) []q.ID {
		return slices.DeleteFunc(answers, func(id q.ID) bool { return slices.Contains(other, id) })
	}
	if more := without(offered(is), offered(was)); len(more) > 0 {
		list = append(list, Edit{Kind: AnswersAdded, Of: was.ID, Answers: more})
	}
	if fewer := without(offered(was), offered(is)); len(fewer) > 0 {
		list = append(list, Edit{Kind: AnswersRemoved, Of: was.ID, Answers: fewer})
	}
	differ := func(kind EditKind, before, after string) {
		if before != after {
			list = append(list, Edit{Kind: kind, Of: was.ID, Was: before, Is: after})
		}
	}
	words := func(id q.ID) q.ID { return id }
	if before, after := moved(names(was.Options, words), names(is.Options, words)); before != "" {
		list = append(list, Edit{Kind: OptionsMoved, Of: was.ID, Was: before, Is: after})
	}
	none := func(qu *q.Question) string {
		if qu.None < 0 {
			return ""
		}
		return string(qu.Options[qu.None])
	}
	if was.Type == is.Type {
		differ(NoneChanged, none(was), none(is))
	}
	if was.Type == q.Number {
		span := func(r q.Range) string { return fmt.Sprintf("%d to %d", r.From, r.To) }
		differ(RangeChanged, span(was.Range), span(is.Range))
	}
	if was.Type == q.FreeText {
		differ(LengthChanged, fmt.Sprint(was.Length), fmt.Sprint(is.Length))
	}
	if was.NotAskedIsNo != is.NotAskedIsNo || !reflect.DeepEqual(old.Form(was.Ask), new.Form(is.Ask)) {
		list = append(list, Edit{Kind: AskChanged, Of: was.ID})
	}
	return list
}

// offered lists what can be chosen.
func offered(qu *q.Question) []q.ID {
	list := slices.Clone(qu.Options)
	for _, s := range []struct {
		word    q.ID
		offered bool
	}{{q.WordUnsure, qu.Unsure}, {q.WordDeclined, qu.Decline}, {q.WordBlank, qu.Optional}} {
		if s.offered {
			list = append(list, s.word)
		}
	}
	return list
}

func names[T any](list []T, id func(T) q.ID) (names []string) {
	for _, x := range list {
		names = append(names, string(id(x)))
	}
	return names
}

// ranked lists causes in their order, the urgent before the others.
func ranked(d *q.Definition) []string {
	causes := slices.Clone(d.Causes)
	slices.SortStableFunc(causes, func(a, b q.Cause) int { return int(b.Urgency) - int(a.Urgency) })
	return names(causes, causeID)
}

func bands(s q.Score) string {
	var list []string
	for _, b := range s.Bands {
		list = append(list, fmt.Sprintf("%s from %d", b.ID, b.From))
	}
	return strings.Join(list, ", ")
}
