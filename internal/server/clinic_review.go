package server

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"ekbom/internal/account"
	"ekbom/internal/questionnaire"
	"ekbom/internal/review"
	"ekbom/internal/store"
	"ekbom/web/clinic"
	"ekbom/web/locale"
	"ekbom/web/page"
)

// Fields of the forms on a submission.
const (
	fieldText     = "text"
	fieldReason   = "reason"
	fieldTo       = "to"
	fieldRevision = "revision" // of the submission, as the form's page showed it
	fieldSeen     = "seen"     // how long its history was there
	fieldAccepted = "accepted" // the risk was told
	fieldOver     = "over"     // from whom it is taken
	fieldStep     = "step"
	fieldDone     = "done"

	stepSend = "send"
	stepEdit = "edit"
)

// act is one kind of thing that is done to a submission.
type act string

const (
	actNote    act = "note"
	actMessage act = "message"
	actMove    act = "move"
	actAssign  act = "assign"
)

var actKinds = map[act]clinic.ActKind{
	actNote: clinic.ActNote, actMessage: clinic.ActMessage, actMove: clinic.ActMove, actAssign: clinic.ActAssign,
}

func actPath(id questionnaire.ResponseID, a act) string { return submissionPath(id) + "/" + string(a) }

// reviewTable lists what can be done to a submission. Each form is a page as well: it comes back when something in it has to
// be mended.
func (s *Server) reviewTable() []staffRoute {
	const one = pathSubmission + "{submission}/"
	return []staffRoute{
		{"GET", one + string(actNote), account.Review, s.showAct(actNote)},
		{"POST", one + string(actNote), account.Review, s.addNote},
		{"GET", one + string(actMessage), account.Review, s.showAct(actMessage)},
		{"POST", one + string(actMessage), account.Review, s.sendMessage},
		{"GET", one + string(actMove), account.Review, s.showAct(actMove)},
		{"POST", one + string(actMove), account.Review, s.move},
		{"GET", one + string(actAssign), account.Review, s.showAct(actAssign)},
		{"POST", one + string(actAssign), account.Review, s.assign},
	}
}

// bench is a submission with what somebody wants to do to it.
type bench struct {
	s    *Server
	w    http.ResponseWriter
	r    *http.Request
	p    *person
	base clinic.Base
	desk store.Desk
	act  act
	from ask        // the queue that the person came from
	form url.Values // as typed
}

// bench reads the submission of a request, and its form if it has one.
func (s *Server) bench(w http.ResponseWriter, r *http.Request, p *person, a act) (*bench, error) {
	if r.Method == http.MethodPost {
		if err := readForm(r); err != nil {
			return nil, err
		}
	}
	id := submissionOf(r)
	desk, err := p.store.Desk(r.Context(), id)
	if err != nil {
		return nil, err
	}
	b := &bench{s: s, w: w, r: r, p: p, base: s.frame(r, p, ""), desk: desk, act: a, form: url.Values{}}
	for name, values := range r.PostForm {
		for _, v := range values {
			b.form.Add(name, questionnaire.CleanText(v))
		}
	}
	b.from = s.cameFrom(r, b.base.L, p)
	return b, nil
}

func (s *Server) showAct(a act) staffHandler {
	return func(w http.ResponseWriter, r *http.Request, p *person) error {
		b, err := s.bench(w, r, p, a)
		if err != nil {
			return err
		}
		return b.again(http.StatusOK, nil)
	}
}

func (s *Server) addNote(w http.ResponseWriter, r *http.Request, p *person) error {
	b, err := s.bench(w, r, p, actNote)
	if err != nil {
		return err
	}
	if err := p.store.Note(r.Context(), b.desk.ID, b.form.Get(fieldText)); err != nil {
		return b.refuse(err)
	}
	return b.done()
}

// sendMessage shows a message as the patient will read it, and sends it when the person has seen that.
func (s *Server) sendMessage(w http.ResponseWriter, r *http.Request, p *person) error {
	b, err := s.bench(w, r, p, actMessage)
	if err != nil {
		return err
	}
	text := b.form.Get(fieldText)
	switch b.form.Get(fieldStep) {
	case stepEdit:
		return b.again(http.StatusOK, nil)
	case stepSend:
		if err := p.store.Message(r.Context(), b.desk.ID, text); err != nil {
			return b.refuse(err)
		}
		return b.done()
	}
	if err := review.CheckText(text); err != nil {
		return b.refuse(err)
	}
	if !b.desk.Withdrawn.IsZero() {
		return b.refuse(review.ErrWithdrawn)
	}
	return s.render(w, http.StatusOK, clinic.Preview(clinic.PreviewView{
		Base: b.base, Action: actPath(b.desk.ID, actMessage), Text: text, Page: b.page(),
		Kept: append(b.kept(), page.Field{Name: fieldText, Value: text}),
	}))
}

func (s *Server) move(w http.ResponseWriter, r *http.Request, p *person) error {
	b, err := s.bench(w, r, p, actMove)
	if err != nil {
		return err
	}
	to, _ := review.ParseState(b.form.Get(fieldTo))
	step := store.Step{Revision: b.revision(), To: to, Reason: b.form.Get(fieldReason), Accepted: b.form.Get(fieldAccepted) == yes}
	err = p.store.Move(r.Context(), b.desk.ID, step)
	switch {
	case err == nil:
		return b.done()
	case errors.Is(err, review.ErrRisk):
		return b.interrupt(b.closing(to), page.Field{Name: fieldAccepted, Value: yes},
			page.Field{Name: fieldTo, Value: string(to)}, page.Field{Name: fieldReason, Value: step.Reason})
	case errors.Is(err, store.ErrStale) && b.mineAlready(to):
		return b.done() // pressed twice
	}
	return b.refuse(err)
}

func (s *Server) assign(w http.ResponseWriter, r *http.Request, p *person) error {
	b, err := s.bench(w, r, p, actAssign)
	if err != nil {
		return err
	}
	to, holder := account.ID(b.form.Get(fieldTo)), b.desk.Assignee
	if !b.form.Has(fieldTo) {
		return b.refuse(review.ErrNobody)
	}
	if holder != "" && holder != p.Account && holder != to && b.form.Get(fieldOver) != string(holder) && b.revision() == b.desk.Revision {
		l := b.base.L
		return b.interrupt(clinic.Interruption{
			Heading: l.T("over.heading"), Risks: []string{l.T("over.text", "person", b.desk.Assigned)}, Button: l.T("over.do"),
		}, page.Field{Name: fieldOver, Value: string(holder)}, page.Field{Name: fieldTo, Value: string(to)})
	}
	if err := p.store.Assign(r.Context(), b.desk.ID, b.revision(), to); err != nil {
		return b.refuse(err)
	}
	return b.done()
}

// revision is that of the submission as the form's page showed it. What cannot be read is none.
func (b *bench) revision() int {
	n, err := strconv.Atoi(b.form.Get(fieldRevision))
	if err != nil {
		return 0
	}
	return n
}

// mineAlready reports whether the last move was the person's own, to that very state.
func (b *bench) mineAlready(to review.State) bool {
	for i := len(b.desk.History) - 1; i >= 0; i-- {
		if e := b.desk.History[i]; e.Kind == review.Moved {
			return b.desk.State == to && e.To == to && e.Author == b.p.Account && e.Text == b.form.Get(fieldReason)
		}
	}
	return false
}

func (b *bench) page() string { return submissionAddress(b.desk.ID, b.from.words.Encode()) }

// done leads back to the submission, which says what was done.
func (b *bench) done() error {
	words := url.Values{fieldDone: {string(b.act)}}
	if back := b.from.words.Encode(); back != "" {
		words.Set(fieldBack, back)
	}
	return redirect(b.w, submissionPath(b.desk.ID)+"?"+words.Encode())
}

func (b *bench) kept() []page.Field { return keptWith(b.desk.Submission, len(b.desk.History), &b.from) }

// keptWith goes with every form on a submission: what its page showed, and the way back.
func keptWith(s review.Submission, seen int, from *ask) []page.Field {
	return []page.Field{
		{Name: fieldRevision, Value: strconv.Itoa(s.Revision)}, {Name: fieldSeen, Value: strconv.Itoa(seen)},
		{Name: fieldBack, Value: from.words.Encode()},
	}
}

// refuse answers what cannot be done, with all that was typed.
func (b *bench) refuse(err error) error {
	l := b.base.L
	field := map[act]string{actNote: fieldText, actMessage: "message", actMove: fieldReason, actAssign: "assignee"}[b.act]
	mend := func(text string) error {
		return b.again(http.StatusUnprocessableEntity, []page.Fault{{Field: field, Text: text}})
	}
	switch {
	case errors.Is(err, review.ErrEmptyText) && b.act == actMessage:
		return mend(l.T("fault.message.empty"))
	case errors.Is(err, review.ErrEmptyText):
		return mend(l.T("fault.note.empty"))
	case errors.Is(err, review.ErrLongText):
		return mend(l.N("fault.text.long", review.TextLength))
	case errors.Is(err, review.ErrNoReason):
		return mend(l.T("fault.reason"))
	case errors.Is(err, review.ErrNobody):
		return mend(l.T("fault.assign"))
	case errors.Is(err, review.ErrMove):
		field = fieldTo
		return mend(l.T("fault.move"))
	case errors.Is(err, store.ErrStale), errors.Is(err, review.ErrWithdrawn):
		return b.stale()
	}
	return err
}

// again shows the form once more, with what was typed.
func (b *bench) again(status int, faults []page.Fault) error {
	view := clinic.ActView{Base: b.base, Actions: b.actions(faults), Kind: actKinds[b.act], Faults: faults, Page: b.page()}
	if view.Actions.Withdrawn && b.act != actNote {
		return b.stale()
	}
	return b.s.render(b.w, status, clinic.Act(view))
}

// stale says that somebody came first, and what they did. What was typed can be done on how it stands now, or be kept as a
// note.
func (b *bench) stale() error {
	desk, err := b.p.store.Desk(b.r.Context(), b.desk.ID)
	if err != nil {
		return err
	}
	b.desk = desk
	l := b.base.L
	view := clinic.ActView{Base: b.base, Kind: actKinds[b.act], Page: b.page(), Stale: l.T("act.stale.text")}
	seen, err := strconv.Atoi(b.form.Get(fieldSeen))
	if err != nil || seen < 0 || seen > len(desk.History) {
		seen = 0
	}
	if !desk.Read { // nobody reads what was written here without a record of that
		seen = len(desk.History)
	}
	for _, e := range desk.History[seen:] {
		view.Changes = append(view.Changes, toldEntry(l, e))
	}
	switch {
	case !desk.Withdrawn.IsZero():
		view.Kind, view.Stale = clinic.ActNote, l.T("act.stale.withdrawn")
	case b.act == actMove && len(desk.State.Moves()) == 0:
		view.Kind, view.Stale = clinic.ActNote, l.T("act.stale.gone")
	}
	view.Actions = b.actions(nil)
	if view.Kind == clinic.ActNote && b.act == actMove {
		view.Actions.Note.Text.Value = b.form.Get(fieldReason)
	}
	return b.s.render(b.w, http.StatusConflict, clinic.Act(view))
}

// actions fills the forms with what was typed into this one.
func (b *bench) actions(faults []page.Fault) clinic.ActionsView {
	view := b.s.actions(b.base.L, b.p, b.desk, &b.from)
	if b.act == actAssign || b.act == actMove {
		fillActions(&view, b.act, b.form)
	} else {
		view.Note.Text.Value, view.Message.Text.Value = b.form.Get(fieldText), b.form.Get(fieldText)
	}
	for _, area := range []*clinic.Area{&view.Note.Text, &view.Message.Text, &view.Move.Reason} {
		area.Faults = faultsOf(faults, area.ID)
		area.Optional = area.Optional && len(area.Faults) == 0
	}
	view.Move.Faults = faultsOf(faults, fieldTo)
	view.Assign.To.Faults = faultsOf(faults, view.Assign.To.ID)
	return view
}

// fillActions puts what was typed into the form of an act.
func fillActions(view *clinic.ActionsView, a act, form url.Values) {
	switch a {
	case actNote:
		view.Note.Text.Value = form.Get(fieldText)
	case actMessage:
		view.Message.Text.Value = form.Get(fieldText)
	case actMove:
		view.Move.Reason.Value = form.Get(fieldReason)
	case actAssign:
		for i := range view.Assign.To.Options {
			o := &view.Assign.To.Options[i]
			o.Chosen = o.Value == form.Get(fieldTo)
		}
	}
}

// interrupt names a risk before an act. fields go with it, beside those that every form has.
func (b *bench) interrupt(i clinic.Interruption, fields ...page.Field) error {
	whose := subject(b.desk.Submission)
	i.Whose = &whose
	i.Action, i.Back, i.No = actPath(b.desk.ID, b.act), b.page(), b.base.L.T("risk.no")
	i.Fields = append(b.kept(), fields...)
	return b.s.render(b.w, http.StatusOK, clinic.Interrupt(clinic.InterruptionView{Base: b.base, Interruption: i}))
}

// closing names what speaks against closing a submission just so.
func (b *bench) closing(to review.State) clinic.Interruption {
	l := b.base.L
	i := clinic.Interruption{Heading: l.T("risk.close"), Button: l.T("risk.do", "state", clinic.StateWord(l, to))}
	switch b.desk.Urgency {
	case questionnaire.Emergency:
		i.Risks = append(i.Risks, l.T("risk.emergency"))
	case questionnaire.SameDay:
		i.Risks = append(i.Risks, l.T("risk.same-day"))
	}
	if b.desk.Unread() {
		i.Risks = append(i.Risks, l.T("risk.unread"))
	}
	return i
}

// actions offers what can be done with a submission. What was typed into one of its forms after a session had ended is there
// again.
func (s *Server) actions(l *locale.Printer, p *person, d store.Desk, from *ask) clinic.ActionsView {
	text := func(id, label, hint string, rows int) clinic.Area {
		return clinic.Area{ID: id, Name: fieldText, Label: label, Hint: hint, Length: review.TextLength, Rows: rows}
	}
	view := clinic.ActionsView{
		L: l, Queue: from.backTo(d.ID), State: d.State, Assigned: d.Assigned, Mine: d.Assignee == p.Account, Withdrawn: !d.Withdrawn.IsZero(),
		Me: string(p.Account), Kept: keptWith(d.Submission, len(d.History), from),
		Note:    clinic.TextForm{Action: actPath(d.ID, actNote), Text: text(fieldText, l.T("actions.note"), l.T("actions.note.hint"), 3)},
		Message: clinic.TextForm{Action: actPath(d.ID, actMessage), Text: text("message", l.T("actions.message"), l.T("actions.message.hint"), 4)},
		Move:    clinic.MoveForm{Action: actPath(d.ID, actMove), Reason: text(fieldReason, l.T("actions.reason"), l.T("actions.reason.hint"), 2)},
		Assign: clinic.AssignForm{Action: actPath(d.ID, actAssign), To: clinic.Choice{
			ID: "assignee", Name: fieldTo, Label: l.T("actions.assign.to"),
			Options: []page.Option{{Label: l.T("queue.nobody"), Chosen: d.Assignee == ""}},
		}},
	}
	view.Move.Reason.Name, view.Move.Reason.Optional = fieldReason, d.State.Open()
	for _, to := range d.State.Moves() {
		first := d.State == review.Received && to == review.InReview || d.State.Open() && d.State != review.Received && to == review.Reviewed
		view.Move.Moves = append(view.Move.Moves, clinic.Move{To: to, Text: moveWord(l, d.State, to), First: first})
	}
	for _, m := range d.Audience {
		view.Assign.To.Options = append(view.Assign.To.Options, page.Option{Value: string(m.ID), Label: m.Name, Chosen: m.ID == d.Assignee})
	}
	for a := range actKinds {
		if form := p.kept(actPath(d.ID, a)); form != nil {
			fillActions(&view, a, form)
		}
	}
	return view
}

func moveWord(l *locale.Printer, from, to review.State) string {
	switch to {
	case review.Received:
		return l.T("actions.to.received")
	case review.InReview:
		if !from.Open() {
			return l.T("actions.to.again")
		}
		return l.T("actions.to.in-review")
	case review.NeedsInformation:
		return l.T("actions.to.needs-information")
	case review.Reviewed:
		return l.T("actions.to.reviewed")
	}
	return l.T("actions.to.set-aside")
}

// actionsOf offers on a submission's page what can be done with it, says what was just done, and where to go on.
func (s *Server) actionsOf(r *http.Request, l *locale.Printer, p *person, d store.Dossier) (clinic.ActionsView, error) {
	from := s.cameFrom(r, l, p)
	view := s.actions(l, p, store.Desk{Submission: d.Submission, History: d.History, Audience: d.Audience}, &from)
	switch act(r.URL.Query().Get(fieldDone)) {
	case actNote:
		view.Done = l.T("actions.done.note")
	case actMessage:
		view.Done = l.T("actions.done.message")
	case actAssign:
		view.Done = l.T("actions.done.assign")
	case actMove:
		view.Done = l.T("actions.done.move", "state", clinic.StateWord(l, d.State))
		next, err := s.next(r, l, p, d.ID, &from)
		view.Next = &next
		return view, err
	}
	return view, nil
}

// next is where to go on in the queue that somebody came from.
func (s *Server) next(r *http.Request, l *locale.Printer, p *person, left questionnaire.ResponseID, from *ask) (clinic.NextSubmission, error) {
	if from.searched() {
		from = &ask{} // who was looked for is done; what waits is in the queue
	}
	f := from.Filter
	if f.State != review.Received && f.State != review.InReview {
		f.State = "" // in the other lists nothing waits for the clinic
	}
	sub, err := p.store.Next(r.Context(), f, left)
	if errors.Is(err, store.ErrNotFound) {
		return clinic.NextSubmission{Text: l.T("actions.next.none")}, nil
	}
	if err != nil {
		return clinic.NextSubmission{}, err
	}
	reason, err := s.reason(r, l, &sub)
	return clinic.NextSubmission{
		Address: submissionAddress(sub.ID, from.words.Encode()),
		Text:    l.T("actions.next", "urgency", clinic.UrgencyWord(l, sub.Urgency), "reason", reason),
	}, err
}
