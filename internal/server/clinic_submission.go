package server

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"ekbom/internal/account"
	"ekbom/internal/assess"
	"ekbom/internal/audit"
	"ekbom/internal/questionnaire"
	"ekbom/internal/review"
	"ekbom/internal/store"
	"ekbom/web/clinic"
	"ekbom/web/locale"
	marks "ekbom/web/mark"

	"github.com/go-chi/chi/v5"
)

// submissionPath is the address of a submission's page.
func submissionPath(id questionnaire.ResponseID) string {
	return pathSubmission + url.PathEscape(string(id))
}

func submissionOf(r *http.Request) questionnaire.ResponseID {
	return questionnaire.ResponseID(chi.URLParam(r, "submission"))
}

func (s *Server) submissionTable() []staffRoute {
	return []staffRoute{
		{"GET", pathSubmission + "{submission}", account.Review, s.showSubmission},
		{"GET", pathSubmission + "{submission}/changes", account.Review, s.showChanges},
		{"GET", pathSubmission + "{submission}/print", account.Review, s.printSubmission},
		{"GET", pathSubmission + "{submission}/export.json", account.Review, s.exportSubmission},
	}
}

// showSubmission is the page of one submission. To open it is recorded.
func (s *Server) showSubmission(w http.ResponseWriter, r *http.Request, p *person) error {
	view, err := s.readSubmission(r, p, audit.Opened)
	if err != nil {
		return err
	}
	return s.render(w, http.StatusOK, clinic.Submission(view))
}

// printSubmission is the same for paper. To open it is recorded as a print, since nobody can know whether it follows.
func (s *Server) printSubmission(w http.ResponseWriter, r *http.Request, p *person) error {
	view, err := s.readSubmission(r, p, audit.Printed)
	if err != nil {
		return err
	}
	return s.render(w, http.StatusOK, clinic.SubmissionPrint(view))
}

func (s *Server) readSubmission(r *http.Request, p *person, why audit.Action) (clinic.SubmissionView, error) {
	d, err := p.store.Open(r.Context(), submissionOf(r), why)
	if err != nil {
		return clinic.SubmissionView{}, err
	}
	return s.submission(r, p, d)
}

// submission puts all that a clinic has of a submission into words.
func (s *Server) submission(r *http.Request, p *person, d store.Dossier) (clinic.SubmissionView, error) {
	path := submissionPath(d.ID)
	view := clinic.SubmissionView{
		Base: s.frame(r, p, path), Page: path, Print: path + "/print", Changes: path + "/changes", Export: path + "/export.json",
		Printed: local(s.Now()),
		Head: clinic.SubmissionHead{
			Level: d.Urgency, Received: local(d.Sent), State: d.State, Assigned: d.Assigned, Held: d.Held, Withdrawn: local(d.Withdrawn),
		},
	}
	actions, err := s.actionsOf(r, view.L, p, d)
	if err != nil {
		return view, err
	}
	view.Actions, view.Back = actions, actions.Queue
	view.Record = holdActions(p, d.Submission)
	view.History = toldHistory(view.L, d)
	for _, e := range d.Readers {
		view.Readers = append(view.Readers, clinic.Event{At: local(e.At), Who: e.Name, What: readWord(view.L, e.Action)})
	}
	if !d.Withdrawn.IsZero() {
		return view, nil
	}
	j, err := s.staffJourney(r, view.L, d.Response)
	if err != nil {
		return view, err
	}
	outcome := assess.Evaluate(j.Definition, j.answers)
	view.Head.Level = max(d.Urgency, outcome.Urgency)
	view.Head.Name, view.Head.Born, view.Head.ByAnother = d.Name, view.L.PartialDate(d.Born), j.voice == another
	if age := j.Clinic.Age; age >= 0 && j.answers[age].State == questionnaire.Given {
		view.Head.Age = j.inWords(age, j.answers[age]).Said(view.L)
	}
	j.tell(&view, outcome)
	view.Edition.Current = j.Hash == s.Definition.Hash
	view.Differs = j.differs(view.L, d, outcome)
	s.tellOthers(r, &view, j, d)
	return view, nil
}

// staffJourney is a response in the language of a staff page.
func (s *Server) staffJourney(r *http.Request, l *locale.Printer, response questionnaire.Response) (*journey, error) {
	j, err := s.journey(r, response)
	if err != nil {
		return nil, err
	}
	j.words = j.in(s.languages[l.Tag()])
	return j, nil
}

// differs tells what of a kept outcome is not what the same answers and edition give now, and where the queue has another
// urgency than that.
func (j *journey) differs(l *locale.Printer, d store.Dossier, now *assess.Outcome) (all []clinic.Differs) {
	differences, err := assess.Compare(d.Response.Outcome, now)
	if err != nil {
		all = append(all, clinic.Differs{Part: l.T("submission.differs.unreadable")})
	}
	for _, x := range differences {
		all = append(all, clinic.Differs{Part: partWord(l, x.Part), Was: j.claims(l, x.Part, x.Was), Is: j.claims(l, x.Part, x.Is)})
	}
	if d.Urgency != now.Urgency {
		all = append(all, clinic.Differs{
			Part: l.T("submission.differs.queue"), Was: []string{clinic.UrgencyWord(l, d.Urgency)}, Is: []string{clinic.UrgencyWord(l, now.Urgency)},
		})
	}
	return all
}

func partWord(l *locale.Printer, part assess.Part) string {
	switch part {
	case assess.PartUrgency:
		return l.T("submission.part.urgency")
	case assess.PartPattern:
		return l.T("submission.part.pattern")
	case assess.PartRedFlags:
		return l.T("submission.part.red-flags")
	case assess.PartOpenFlags:
		return l.T("submission.part.open-flags")
	case assess.PartCauses:
		return l.T("submission.part.causes")
	case assess.PartLookAlikes:
		return l.T("submission.part.look-alikes")
	case assess.PartScores:
		return l.T("submission.part.scores")
	case assess.PartSpecialists:
		return l.T("submission.part.specialists")
	case assess.PartAdvice:
		return l.T("submission.part.advice")
	}
	return l.T("submission.part.reasons")
}

// claims puts conclusions into words; what the edition does not know keeps its id.
func (j *journey) claims(l *locale.Printer, part assess.Part, all []assess.Claim) (words []string) {
	for _, c := range all {
		name, level := string(c.ID), c.Level
		switch part {
		case assess.PartUrgency, assess.PartRedFlags, assess.PartOpenFlags:
			var u questionnaire.Urgency
			if u.UnmarshalText([]byte(c.Level)) == nil {
				level = clinic.UrgencyWord(l, u)
			}
			name = cmp.Or(j.words.RedFlags[c.ID].Name, name)
		case assess.PartPattern:
			name = cmp.Or(j.words.Criteria[c.ID].Name, name)
			var state questionnaire.CriterionState
			var match questionnaire.Match
			if c.ID != "" && state.UnmarshalText([]byte(c.Level)) == nil {
				level = marks.CriterionWord(l, state)
			} else if match.UnmarshalText([]byte(c.Level)) == nil {
				level = cmp.Or(j.words.Pattern[match], level)
			}
		case assess.PartCauses:
			name = cmp.Or(j.words.Causes[c.ID].Name, name)
			var strength questionnaire.Strength
			if strength.UnmarshalText([]byte(c.Level)) == nil {
				level = marks.StrengthWord(l, strength)
			}
		case assess.PartLookAlikes:
			name = cmp.Or(j.words.LookAlikes[c.ID].Name, name)
		case assess.PartScores:
			name = cmp.Or(j.words.Scores[c.ID].Name, name)
		case assess.PartSpecialists:
			name = cmp.Or(j.words.Specialists[c.ID].Name, name)
		case assess.PartAdvice:
			name = cmp.Or(j.words.Advice[c.ID], name)
		}
		switch {
		case name == "":
			words = append(words, level)
		case level == "":
			words = append(words, name)
		default:
			words = append(words, l.T("submission.differs.claim", "name", name, "level", level))
		}
	}
	return words
}

// causesOfOther is how many causes are named of another submission.
const causesOfOther = 5

// tellOthers adds the submissions that came under the same return code, the newest first. One that cannot be read is no
// reason to withhold the rest.
func (s *Server) tellOthers(r *http.Request, view *clinic.SubmissionView, j *journey, d store.Dossier) {
	moments := []moment{{at: d.Sent, journey: j}}
	for i := len(d.Earlier) - 1; i >= 0; i-- {
		response := d.Earlier[i]
		e := clinic.Earlier{OtherSubmission: clinic.OtherSubmission{Address: submissionPath(response.ID), Received: local(response.Sent)}}
		if view.Newer == nil && response.Sent.After(d.Sent) {
			view.Newer = &e.OtherSubmission
		}
		was, err := s.staffJourney(r, view.L, response)
		if err != nil {
			s.report(r, http.StatusInternalServerError, err)
			e.Broken = true
		} else {
			o := assess.Evaluate(was.Definition, was.answers)
			e.Level, e.Other = o.Urgency, was.Hash != j.Hash
			for _, c := range o.Causes[:min(len(o.Causes), causesOfOther)] {
				e.Causes = append(e.Causes, was.words.Causes[c.ID].Name)
			}
			e.Changes, e.Same = j.changes(was)
			moments = append(moments, moment{response.Sent, e.Address, was})
		}
		view.Earlier = append(view.Earlier, e)
	}
	slices.SortStableFunc(moments, func(a, b moment) int { return a.at.Compare(b.at) })
	if drawn := j.trace(view.L, view.L.T("submission.trace"), moments); drawn != nil {
		view.Trace = &clinic.Trace{Trace: *drawn, Head: view.L.T("submission.received"), Missing: view.L.T("answer.missing")}
		for _, m := range moments {
			name := view.L.DateTime(local(m.at))
			if m.address == "" {
				name = view.L.T("submission.trace.this", "date", name)
			}
			view.Trace.Names = append(view.Trace.Names, clinic.PointName{Name: name, Address: m.address})
		}
	}
}

// toldHistory is what happened to a submission, the newest first.
func toldHistory(l *locale.Printer, d store.Dossier) (events []clinic.Event) {
	events = append(events, clinic.Event{At: local(d.Sent), What: l.T("submission.event.sent")})
	for _, e := range d.History {
		events = append(events, toldEntry(l, e))
	}
	if !d.Withdrawn.IsZero() {
		events = append(events, clinic.Event{At: local(d.Withdrawn), What: l.T("submission.event.withdrawn")})
	}
	slices.SortStableFunc(events, func(a, b clinic.Event) int { return a.At.Compare(b.At) })
	slices.Reverse(events)
	return events
}

// toldEntry is one entry of a history in words.
func toldEntry(l *locale.Printer, e review.Entry) clinic.Event {
	event := clinic.Event{At: local(e.At), Who: e.Name, Text: e.Text, Heavy: e.Kind == review.Note || e.Kind == review.Message}
	switch e.Kind {
	case review.Note:
		event.What = l.T("submission.event.note")
	case review.Message:
		event.What = l.T("submission.event.message")
	case review.Moved:
		event.What = l.T("submission.event.moved", "from", clinic.StateWord(l, e.From), "to", clinic.StateWord(l, e.To))
	case review.Taken:
		switch e.Person {
		case "":
			event.What = l.T("submission.event.given-back")
		case e.Name:
			event.What = l.T("submission.event.taken")
		default:
			event.What = l.T("submission.event.given", "person", e.Person)
		}
	case review.Held:
		event.What = l.T("submission.event.held")
	case review.Freed:
		event.What = l.T("submission.event.freed")
	}
	return event
}

func readWord(l *locale.Printer, a audit.Action) string {
	switch a {
	case audit.Printed:
		return l.T("submission.read.printed")
	case audit.Exported, audit.Listed:
		return l.T("submission.read.exported")
	}
	return l.T("submission.read.opened")
}
