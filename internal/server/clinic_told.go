package server

import (
	"slices"
	"time"

	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
	"ekbom/web/clinic"
)

// tell puts answers and what was concluded from them into a clinic's page.
func (j *journey) tell(view *clinic.SubmissionView, o *assess.Outcome) {
	view.Urgency = j.urgency(o.Urgency, slices.Concat(o.RedFlags, o.OpenFlags))
	j.tellFlags(view, o)
	j.tellWords(view)
	j.tellAnswers(view)
	j.tellSilence(view, o)
	j.tellConclusions(view, o)
	j.tellAdvice(view, o)
	view.Edition.Edition, view.Edition.Title = j.pageEdition(), j.words.Title
}

func (j *journey) tellFlags(view *clinic.SubmissionView, o *assess.Outcome) {
	view.Fired = j.toldFlags(o.RedFlags)
	j.tellOpen(view, o)
	for i := range j.RedFlags {
		f := &j.RedFlags[i]
		switch name := j.words.RedFlags[f.ID].Name; {
		case j.values.Of(f.When) != questionnaire.False:
		case j.asked(f.When):
			view.Denied = append(view.Denied, name)
		default:
			view.Unasked = append(view.Unasked, name)
		}
	}
}

func (j *journey) tellWords(view *clinic.SubmissionView) {
	if words := j.response.Letter.Words; words != "" {
		view.Words = append(view.Words, clinic.Words{Text: words})
	}
	for i := range j.Questions {
		if j.Questions[i].Type == questionnaire.FreeText && j.onPath(i) && j.answers[i].State == questionnaire.Given {
			view.Words = append(view.Words, clinic.Words{About: j.text(i).Short, Text: j.answers[i].Text})
		}
	}
}

// tellAnswers tells every answer by section, and those that the questionnaire's author groups for a clinic.
func (j *journey) tellAnswers(view *clinic.SubmissionView) {
	for _, g := range j.Clinic.Groups {
		rows := j.rows(g.Questions, short)
		if slices.ContainsFunc(rows, clinic.AnswerRow.Reached) {
			view.Groups = append(view.Groups, clinic.Answers{ID: string(g.ID), Name: j.words.Groups[g.ID], Rows: rows})
		}
	}
	for _, s := range j.Definition.Sections {
		var all []int
		for i := s.First; i < s.Past; i++ {
			all = append(all, i)
		}
		if rows := j.rows(all, whole); len(rows) > 0 {
			view.Sections = append(view.Sections, clinic.Answers{ID: string(s.ID), Name: j.words.Sections[s.ID], Rows: rows})
		}
	}
}

// tellSilence tells what no answer tells, each silence apart, and what was not asked.
func (j *journey) tellSilence(view *clinic.SubmissionView, o *assess.Outcome) {
	for i := range j.Questions {
		if !j.onPath(i) {
			continue
		}
		switch row := j.row(i, short); j.answers[i].State {
		case questionnaire.Unsure:
			view.Unsure = append(view.Unsure, row)
		case questionnaire.Declined:
			view.Declined = append(view.Declined, row)
		case questionnaire.Blank:
			view.Blank = append(view.Blank, row)
		case questionnaire.NotReached:
			view.Missing = append(view.Missing, row)
		}
	}
	for _, n := range o.NotAsked {
		if i, ok := j.Question(n.Question); ok {
			view.NotAsked = append(view.NotAsked, clinic.NotAsked{Question: j.text(i).Short, Because: j.reasons(n.Because)})
		}
	}
}

func (j *journey) tellConclusions(view *clinic.SubmissionView, o *assess.Outcome) {
	view.Pattern = j.words.Pattern[o.Pattern.Match]
	for _, c := range o.Pattern.Criteria {
		view.Criteria = append(view.Criteria, clinic.Criterion{
			Name: j.words.Criteria[c.ID].Name, State: c.State, Because: j.reasons(c.Because), Sources: j.sources(c.Source),
		})
	}
	view.Hidden = j.HideCauses != questionnaire.SelfCare && o.Urgency >= j.HideCauses
	j.tellCauses(view, o)
	for _, a := range o.LookAlikes {
		view.Alike = append(view.Alike, clinic.Finding{ID: string(a.ID),
			Name: j.words.LookAlikes[a.ID].Name, Because: j.reasons(a.Because), Sources: j.sources(a.Source),
		})
	}
	view.Scores = j.scores(o)
	for i, sp := range j.help(o, func(questionnaire.ID) bool { return true }) {
		view.Help = append(view.Help, clinic.Specialist{
			Name: sp.Name, NamedBy: sp.NamedBy, For: sp.For,
			Because: j.reasons(o.Specialists[i].Because), Sources: j.sources(o.Specialists[i].Source),
		})
	}
}

// tellAdvice tells what the patient was told to do.
func (j *journey) tellAdvice(view *clinic.SubmissionView, o *assess.Outcome) {
	for _, told := range []struct {
		heading string
		texts   []string
	}{
		{view.Urgency.Heading, view.Urgency.Steps},
		{j.words.l.T("result.ask"), j.advice(o, questionnaire.Ask)},
		{j.words.l.T("result.bring"), j.advice(o, questionnaire.Bring)},
		{j.words.l.T("result.comfort"), j.advice(o, questionnaire.Comfort)},
		{j.words.l.T("result.avoid"), j.advice(o, questionnaire.Avoid)},
		{j.words.l.T("result.sooner"), j.advice(o, questionnaire.Sooner)},
	} {
		if len(told.texts) > 0 {
			view.Told = append(view.Told, clinic.Told{Heading: told.heading, Texts: told.texts})
		}
	}
}

// tellOpen tells of the red flags that could not be told, together where the same answers leave them open.
func (j *journey) tellOpen(view *clinic.SubmissionView, o *assess.Outcome) {
	for _, f := range j.toldFlags(o.OpenFlags) {
		if !f.Reached() {
			view.Unanswered = append(view.Unanswered, f.Name)
			continue
		}
		at := slices.IndexFunc(view.Open, func(open clinic.OpenFlags) bool {
			return slices.EqualFunc(open.Because, f.Because, func(a, b clinic.Reason) bool { return a.ID == b.ID })
		})
		if at < 0 {
			at = len(view.Open)
			view.Open = append(view.Open, clinic.OpenFlags{Because: f.Because})
		}
		view.Open[at].Flags = append(view.Open[at].Flags, f)
	}
}

func (j *journey) tellCauses(view *clinic.SubmissionView, o *assess.Outcome) {
	for _, c := range o.Causes {
		t := j.words.Causes[c.ID]
		out := clinic.Cause{
			ID: string(c.ID), Name: t.Name, Clinical: t.Clinical, Strength: c.Strength, Rule: string(c.Rule),
			Because: j.reasons(c.Because), Against: j.reasons(c.Against), Sources: j.sources(c.Source), Hidden: !c.Shown,
			NotMe: slices.Contains(j.response.NotMe, c.ID),
		}
		if c.Urgency == o.Urgency && !slices.ContainsFunc(slices.Concat(o.RedFlags, o.OpenFlags), func(f assess.RedFlag) bool { return f.Urgency == o.Urgency }) {
			out.Urgency = c.Urgency
		}
		for _, id := range c.Open {
			if i, ok := j.Question(id); ok {
				out.Open = append(out.Open, j.reason(i, j.answers[i]))
			}
		}
		view.Causes = append(view.Causes, out)
	}
}

func (j *journey) toldFlags(all []assess.RedFlag) (flags []clinic.Flag) {
	for _, f := range all {
		out := clinic.Flag{
			ID: string(f.ID), Name: j.words.RedFlags[f.ID].Name, Urgency: f.Urgency, Because: j.reasons(f.Because),
			Sources: j.sources(f.Source),
		}
		for _, b := range f.Because {
			if i, ok := j.Question(b.Question); ok && j.answers[i].At > 0 {
				out.At = latest(out.At, time.Unix(j.answers[i].At, 0))
			}
		}
		out.At = local(out.At)
		flags = append(flags, out)
	}
	return flags
}

// reasons are the answers behind a conclusion.
func (j *journey) reasons(because []assess.Reason) (reasons []clinic.Reason) {
	for i, a := range j.behind(because) {
		reasons = append(reasons, j.reason(i, a))
	}
	return reasons
}

func (j *journey) reason(i int, a questionnaire.Answer) clinic.Reason {
	return clinic.Reason{ID: string(j.Questions[i].ID), Question: j.text(i).Short, Answer: j.inWords(i, a)}
}

// rows are the answers to those of some questions that are on the path.
func (j *journey) rows(questions []int, name func(*questionnaire.QuestionText) string) (rows []clinic.AnswerRow) {
	for _, i := range questions {
		if j.onPath(i) {
			rows = append(rows, j.row(i, name))
		}
	}
	return rows
}

func (j *journey) row(i int, name func(*questionnaire.QuestionText) string) clinic.AnswerRow {
	return clinic.AnswerRow{ID: string(j.Questions[i].ID), Question: name(j.text(i)), Answer: j.inWords(i, j.answers[i])}
}

// changes are the answers of j that differ from those of an earlier response, and how many are alike. Editions may differ:
// answers are told by the ids of their questions and options.
func (j *journey) changes(was *journey) (changes []clinic.Change, same int) {
	for i := range j.Questions {
		id := j.Questions[i].ID
		before, known := was.Question(id)
		c := clinic.Change{ID: string(id), Question: j.text(i).Short}
		if known {
			c.Asked[0] = was.onPath(before)
		}
		c.Asked[1] = j.onPath(i)
		switch {
		case c.Asked == [2]bool{}:
			continue
		case c.Asked == [2]bool{true, true} && was.answers[before].State == j.answers[i].State &&
			slices.Equal(was.Words(before, was.answers[before]), j.Words(i, j.answers[i])):
			same++
			continue
		}
		if c.Asked[0] {
			c.Was = was.inWords(before, was.answers[before])
		}
		if c.Asked[1] {
			c.Is = j.inWords(i, j.answers[i])
		}
		changes = append(changes, c)
	}
	for i := range was.Questions { // asked then, no longer part of the questionnaire
		if _, known := j.Question(was.Questions[i].ID); !known && was.onPath(i) {
			changes = append(changes, clinic.Change{
				ID: "", Question: was.text(i).Short, Was: was.inWords(i, was.answers[i]), Asked: [2]bool{true, false},
			})
		}
	}
	return changes, same
}
