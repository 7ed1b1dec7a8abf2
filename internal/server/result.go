package server

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
	"ekbom/web/page"
)

func (s *Server) showResult(w http.ResponseWriter, r *http.Request) error {
	sess := s.session(r)
	j, err := s.load(r, sess)
	if err != nil {
		return err
	}
	if !j.finished() || j.emergency() {
		return redirect(w, j.next())
	}
	outcome := assess.Evaluate(j.Definition, j.answers)
	view := j.result(outcome)
	if view.Since, err = s.since(r, sess, j, outcome); err != nil {
		return err
	}
	if j.sent() {
		view.Sent, view.Back = true, pathSent
	} else if clinics, err := s.openClinics(r.Context()); err != nil {
		return err
	} else if len(clinics) > 0 {
		view.Send = pathSend
	}
	return s.render(w, http.StatusOK, page.Result(view))
}

// result puts an outcome into words for the patient.
func (j *journey) result(o *assess.Outcome) page.ResultView {
	view := page.ResultView{
		Base:    j.base(pathResult),
		Urgency: j.urgency(o.Urgency, slices.Concat(o.RedFlags, o.OpenFlags)),
		Flags:   j.flags(o.RedFlags),
		Pattern: page.Pattern{
			Shown: o.Pattern.Shown, Heading: j.words.PatternName, Match: o.Pattern.Match, Sentence: j.words.Pattern[o.Pattern.Match], Criteria: j.criteria(o),
		},
		Scores:    j.scores(o),
		Ask:       j.advice(o, questionnaire.Ask),
		Bring:     j.advice(o, questionnaire.Bring),
		Comfort:   j.advice(o, questionnaire.Comfort),
		Avoid:     j.advice(o, questionnaire.Avoid),
		Sooner:    j.advice(o, questionnaire.Sooner),
		About:     j.words.About,
		Edition:   j.pageEdition(),
		Completed: local(j.response.Completed),
		Back:      pathAnswers,
	}
	shown := map[questionnaire.ID]bool{}
	for _, c := range o.Causes {
		if c.Shown {
			shown[c.ID] = true
			view.Causes = append(view.Causes, j.cause(c))
		}
	}
	onlyNew(view.Causes)
	view.CausesHidden = len(o.Causes) > 0 && len(view.Causes) == 0
	view.Help = j.help(o, func(id questionnaire.ID) bool { return shown[id] })
	told := j.openSigns(o, &view)
	for _, open := range o.Unknown {
		if i, ok := j.Question(open.Question); ok && !told[open.Question] {
			view.Open = append(view.Open, j.quote(i, j.answers[i]))
		}
	}
	return view
}

// onlyNew leaves the answers that were told behind one cause out of the later ones: told again they would only tire.
func onlyNew(causes []page.Cause) {
	var told []page.Quote
	for i := range causes {
		c := &causes[i]
		all := c.Because
		c.Because = slices.DeleteFunc(slices.Clone(all), func(b page.Quote) bool {
			return slices.ContainsFunc(told, func(t page.Quote) bool {
				return t.Question == b.Question && slices.Equal(t.Answer.Values, b.Answer.Values)
			})
		})
		c.Known = len(c.Because) < len(all)
		told = append(told, c.Because...)
	}
}

// openSigns groups the warning signs that could not be told by the answers that leave them open. It gives the questions told.
func (j *journey) openSigns(o *assess.Outcome, view *page.ResultView) map[questionnaire.ID]bool {
	told := map[questionnaire.ID]bool{}
	at := map[questionnaire.ID]int{}
	fired := len(o.RedFlags) > 0 && o.RedFlags[0].Urgency == o.Urgency
	view.OpenFirst = !fired && o.Urgency > questionnaire.Routine && len(o.OpenFlags) > 0 && o.OpenFlags[0].Urgency == o.Urgency
	for _, open := range o.OpenFlags {
		rule := j.redFlag(open.ID)
		for _, b := range open.Because {
			i, ok := j.Question(b.Question)
			if !ok {
				continue
			}
			state := j.answers[i].State
			if state == questionnaire.Given {
				continue
			}
			told[b.Question] = true
			if rule.Crisis {
				kind := page.AfterUnsure
				if state == questionnaire.Declined {
					kind = page.AfterDecline
				}
				view.Kindness = max(view.Kindness, kind)
				if kind == page.AfterDecline {
					continue // it is theirs to keep
				}
			}
			if n, again := at[b.Question]; again {
				view.OpenSigns[n].Level = max(view.OpenSigns[n].Level, rule.Urgency)
				continue
			}
			at[b.Question] = len(view.OpenSigns)
			view.OpenSigns = append(view.OpenSigns, page.OpenSign{Quote: j.quote(i, j.answers[i]), Level: rule.Urgency})
		}
	}
	slices.SortStableFunc(view.OpenSigns, func(a, b page.OpenSign) int { return cmp.Compare(b.Level, a.Level) })
	return told
}

// redFlag gives the definition of a red flag.
func (e *edition) redFlag(id questionnaire.ID) *questionnaire.RedFlag {
	for i := range e.RedFlags {
		if e.RedFlags[i].ID == id {
			return &e.RedFlags[i]
		}
	}
	return &questionnaire.RedFlag{}
}

// showSheet is the result to print, or what is known so far in an emergency.
func (s *Server) showSheet(w http.ResponseWriter, r *http.Request) error {
	sess := s.session(r)
	j, err := s.load(r, sess)
	if err != nil {
		return err
	}
	if !j.finished() {
		return redirect(w, j.next())
	}
	view := j.sheet(assess.Evaluate(j.Definition, j.answers))
	view.Large = r.URL.Query().Get("size") == "large"
	view.Code, view.QR, view.Printed = sess.Code.String(), s.returnQR, local(s.Now())
	if j.emergency() {
		view.Back = pathEmergency
	}
	if j.sent() {
		view.Back = pathSent
	}
	return s.render(w, http.StatusOK, page.Sheet(view))
}

// sheet puts an outcome into words for the clinic.
func (j *journey) sheet(o *assess.Outcome) page.SheetView {
	view := page.SheetView{
		Base:      j.base(pathPrint),
		Until:     j.until(),
		ByAnother: j.voice == another,
		Urgency:   j.urgency(o.Urgency, slices.Concat(o.RedFlags, o.OpenFlags)),
		Fired:     j.flags(o.RedFlags),
		OpenFlags: j.flags(o.OpenFlags),
		Criteria:  j.criteria(o),
		Scores:    j.scores(o),
		Facts:     j.sections(short, j.told),
		Help:      j.help(o, func(questionnaire.ID) bool { return true }),
		Ask:       j.advice(o, questionnaire.Ask),
		Bring:     j.advice(o, questionnaire.Bring),
		Sections:  j.sections(whole, every),
		Edition:   j.pageEdition(),
		Completed: local(j.response.Completed),
		Back:      pathResult,
	}
	if j.open >= 0 {
		view.Completed = time.Time{} // an emergency ended the questions
	}
	for i := range j.RedFlags {
		if f := &j.RedFlags[i]; f.Urgency > questionnaire.Routine && j.values.Of(f.When) == questionnaire.False && j.asked(f.When) {
			view.Denied = append(view.Denied, j.words.RedFlags[f.ID].Name)
		}
	}
	for i := range j.Questions {
		if j.Questions[i].Type == questionnaire.FreeText && j.onPath(i) && j.answers[i].State == questionnaire.Given {
			if view.OwnWords != "" {
				view.OwnWords += "\n\n"
			}
			view.OwnWords += j.answers[i].Text
		}
	}
	for _, open := range o.Unknown {
		if i, ok := j.Question(open.Question); ok && j.answers[i].State == questionnaire.Unsure {
			view.Unsure = append(view.Unsure, j.text(i).Short)
		}
	}
	for _, l := range o.LookAlikes {
		view.LookAlikes = append(view.LookAlikes, j.words.LookAlikes[l.ID].Name)
	}
	for _, c := range o.Causes {
		if c.Shown { // the paper passes through the patient's hands
			view.Causes = append(view.Causes, j.cause(c))
		}
	}
	view.CausesHidden = len(o.Causes) > 0 && len(view.Causes) == 0
	for _, n := range o.NotAsked {
		if i, ok := j.Question(n.Question); ok {
			view.NotAsked = append(view.NotAsked, page.NotAsked{Question: j.text(i).Short, Because: j.quotes(n.Because)})
		}
	}
	return view
}

// asked reports whether every question that a condition tests was asked: only then can an answer deny it.
func (j *journey) asked(c *questionnaire.Condition) bool {
	all := true
	c.Questions(func(q int) { all = all && j.onPath(q) })
	return all
}

// told holds answers that the summary tells: those with a value that fit into a line. Who answered stands in its head, and
// a plain "none of these" is left to the list of all answers.
func (j *journey) told(qu *questionnaire.Question, a questionnaire.Answer) bool {
	return a.State == questionnaire.Given && qu.Type != questionnaire.FreeText && (qu.None < 0 || !a.Has(qu.None)) &&
		(j.whose < 0 || qu != &j.Questions[j.whose])
}

// urgency gives the words of an urgency. Where every flag that makes it so, fired or open, has words of its own in their
// place, as for somebody in despair, those are used.
func (j *journey) urgency(u questionnaire.Urgency, flags []assess.RedFlag) page.Urgency {
	t := j.words.Urgency[u]
	out := page.Urgency{Level: u, Heading: t.Heading, Sentence: t.Sentence, Steps: t.Steps}
	var sentence string
	var steps []string
	for _, f := range flags {
		if f.Urgency != u {
			continue
		}
		own := j.words.RedFlag(f.ID, j.voice == another)
		if own.Sentence == "" {
			return out
		}
		sentence = cmp.Or(sentence, own.Sentence)
		for _, step := range own.Steps {
			if !slices.Contains(steps, step) {
				steps = append(steps, step)
			}
		}
	}
	if sentence != "" {
		out.Sentence, out.Steps = sentence, steps
	}
	return out
}

func (j *journey) flag(f assess.RedFlag) page.Flag {
	t := j.words.RedFlag(f.ID, j.voice == another)
	return page.Flag{Name: t.Name, Act: t.Act, Urgency: f.Urgency, Because: j.quotes(f.Because), Crisis: j.redFlag(f.ID).Crisis}
}

func (j *journey) flags(all []assess.RedFlag) (flags []page.Flag) {
	for _, f := range all {
		flags = append(flags, j.flag(f))
	}
	return flags
}

func (j *journey) criteria(o *assess.Outcome) (criteria []page.Criterion) {
	for _, c := range o.Pattern.Criteria {
		criteria = append(criteria, page.Criterion{
			Name: j.words.Criteria[c.ID].Name, State: c.State, Because: j.quotes(c.Because),
		})
	}
	return criteria
}

func (j *journey) cause(c assess.Cause) page.Cause {
	t := j.words.Causes[c.ID]
	out := page.Cause{
		ID: string(c.ID), Name: t.Name, Clinical: t.Clinical, Sentence: t.Sentence, Strength: c.Strength, Rule: string(c.Rule),
		Because: j.quotes(c.Because), Against: j.quotes(c.Against), Sources: j.sources(c.Source),
		NotMe: slices.Contains(j.response.NotMe, c.ID),
	}
	for _, id := range c.Open {
		if i, ok := j.Question(id); ok {
			out.Open = append(out.Open, j.text(i).Short)
		}
	}
	return out
}

// help names those who can help; each with the concluded causes that lead there, as far as they are told.
func (j *journey) help(o *assess.Outcome, tell func(questionnaire.ID) bool) (help []page.Specialist) {
	for _, sp := range o.Specialists {
		t := j.words.Specialists[sp.ID]
		out := page.Specialist{Name: t.Name, Does: t.Does}
		if j.article {
			out.NamedBy = sp.NamedBy
		}
		for _, id := range sp.Causes {
			if tell(id) {
				out.For = append(out.For, j.words.Causes[id].Name)
			}
		}
		help = append(help, out)
	}
	return help
}

func (j *journey) scores(o *assess.Outcome) (scores []page.Score) {
	for _, sc := range o.Scores {
		t := j.words.Scores[sc.ID]
		out := page.Score{
			Name: t.Name, From: sc.From, To: sc.To, Most: sc.Most, BandFrom: t.Bands[sc.BandFrom], BandTo: t.Bands[sc.BandTo],
		}
		for _, term := range sc.Terms {
			out.Terms = append(out.Terms, page.Term{Name: t.Terms[term.ID], Points: term.Points, Truth: term.Truth})
		}
		scores = append(scores, out)
	}
	return scores
}

func (j *journey) advice(o *assess.Outcome, kind questionnaire.AdviceKind) (advice []string) {
	for _, a := range o.Advice {
		if a.Kind == kind {
			advice = append(advice, j.words.Advice[a.ID])
		}
	}
	return advice
}

func (e *edition) sources(ids []questionnaire.ID) (sources []page.Source) {
	for _, id := range ids {
		for i := range e.Sources {
			if e.Sources[i].ID == id {
				sources = append(sources, pageSource(&e.Sources[i]))
			}
		}
	}
	return sources
}

func pageSource(s *questionnaire.Source) page.Source {
	return page.Source{ID: string(s.ID), Title: s.Title, Article: s.Article, Address: s.Address, Reviewed: s.Reviewed}
}

func (e *edition) pageEdition() page.Edition {
	return page.Edition{Version: e.Version, Hash: e.Hash, Reviewed: e.Reviewed}
}

// local gives a time as the server's clock on the wall shows it; no time stays none.
func local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Local()
}
