package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/assess"
	"ekbom/internal/audit"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/returncode"
	"ekbom/internal/review"
	"ekbom/internal/store"
)

// Slug stands in the address of the demo clinic, and clinicID in the database.
const (
	Slug     = "demo"
	clinicID = q.ClinicID("demo-clinic")
)

// ErrInUse says that a database holds what real patients sent.
var ErrInUse = errors.New("a clinic of this database has submissions of its own; made-up people belong into a database of theirs")

// staff is who works in the demo clinic.
var staff = []account.Account{
	{Login: "demo.reviewer", Name: "Ines Falk", Role: account.Reviewer},
	{Login: "demo.second", Name: "Tomasz Wrzosek", Role: account.Reviewer},
	{Login: "demo.lead", Name: "Dr Leyla Özdemir-Lang", Role: account.Lead},
	{Login: "demo.admin", Name: "Ruth Pennock", Role: account.Admin},
}

// The places of people in staff.
const (
	firstReviewer = iota
	secondReviewer
	lead
)

// Filling says what Fill has made.
type Filling struct {
	Clinic                     account.Clinic
	Staff                      []account.Account
	People, Submissions, Acts  int
	Drafts                     int
	ByUrgency                  map[q.Urgency]int
	Codes                      []returncode.Code // of a few people, those who came often first
	Opened, Withdrawn, Waiting int
}

// act is one thing that somebody does at a moment.
type act struct {
	at time.Time
	do func(ctx context.Context) error
}

// filler makes up the life of a clinic.
type filler struct {
	store   *store.Store
	crowd   *Crowd
	codeKey []byte
	now     time.Time
	chance  *rand.Rand
	acts    []act
	Filling
}

// Fill makes the demo clinic, if it is not there, with its people, and has at least n submissions sent to it in the year
// before now and worked on. Everything goes the way that it goes in service, in order of time, so counts and audit trail are
// whole; nobody gets a password. It is ErrInUse when another clinic has submissions, and store.ErrConflict when these people
// are there already. The store must be sealed; codeKey hashes return codes.
func Fill(ctx context.Context, s *store.Store, crowd *Crowd, codeKey []byte, seed uint64, n int, now time.Time) (Filling, error) {
	f := &filler{store: s, crowd: crowd, codeKey: codeKey, now: now, chance: rand.New(rand.NewPCG(seed, 0xc11)),
		Filling: Filling{ByUrgency: map[q.Urgency]int{}}}
	if err := f.open(ctx); err != nil {
		return Filling{}, err
	}
	if err := s.SaveQuestionnaire(ctx, crowd.d.Ref, crowd.d.Archive()); err != nil {
		return Filling{}, err
	}
	for number := uint64(0); f.Submissions < n; number++ {
		if err := f.person(seed, number); err != nil {
			return Filling{}, err
		}
	}
	for number := range uint64(n / 4) {
		if err := f.draft(seed, number); err != nil {
			return Filling{}, err
		}
	}
	slices.SortStableFunc(f.acts, func(a, b act) int { return a.at.Compare(b.at) })
	for _, a := range f.acts {
		if a.at.After(now) {
			break
		}
		f.Acts++
		if err := a.do(ctx); err != nil {
			return Filling{}, fmt.Errorf("fill the demo clinic: %w", err)
		}
	}
	// Drafts whose time has run out go now and are counted by where they stopped, as in service.
	if _, err := s.PurgeExpired(ctx, now); err != nil {
		return Filling{}, err
	}
	return f.Filling, nil
}

// open finds or makes the clinic and its people.
func (f *filler) open(ctx context.Context) error {
	busy, err := f.store.ClinicsInUse(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(busy, func(id q.ClinicID) bool { return id != clinicID }) {
		return ErrInUse
	}
	since := f.now.AddDate(-1, 0, -2)
	f.Clinic, err = f.store.Clinic(ctx, clinicID)
	if errors.Is(err, store.ErrNotFound) {
		f.Clinic = account.Clinic{ID: clinicID, Slug: Slug, Name: "Willow Lane Clinic (demo)", Created: since, Keep: 2 * account.KeepDefault}
		err = f.store.CreateClinic(ctx, f.Clinic, audit.Operator)
	}
	if err != nil {
		return fmt.Errorf("open the demo clinic: %w", err)
	}
	for _, a := range staff {
		a.ID, a.Clinic, a.Status, a.Created = account.ID(a.Login), clinicID, account.Active, since
		switch there, err := f.store.Account(ctx, a.ID); {
		case err == nil:
			a = there
		case errors.Is(err, store.ErrNotFound):
			err = f.store.AddAccount(ctx, a)
			if err != nil {
				return fmt.Errorf("staff the demo clinic: %w", err)
			}
		default:
			return err
		}
		f.Staff = append(f.Staff, a)
	}
	return nil
}

func (f *filler) add(at time.Time, do func(ctx context.Context) error) {
	f.acts = append(f.acts, act{at, do})
}

// person plans what one person sends, and what the clinic makes of it.
func (f *filler) person(seed, number uint64) error {
	p, err := f.crowd.Person(seed, number, f.now)
	if err != nil {
		return err
	}
	code := returncode.New()
	f.People++
	if len(p.Visits) > 2 && len(f.Codes) < 3 {
		f.Codes = append(f.Codes, code)
	}
	for _, v := range p.Visits {
		f.Submissions++
		f.ByUrgency[v.Outcome.Urgency]++
		r := v.Response
		r.Clinic = clinicID
		f.add(r.Sent, func(ctx context.Context) error {
			before := r
			before.Sent = time.Time{}
			if err := f.store.CreateResponse(ctx, before, code.Hash(f.codeKey)); err != nil {
				return err
			}
			sub, counts := store.Prepare(f.crowd.d, r, v.Answers, v.Outcome)
			return f.store.Send(ctx, r, sub, counts)
		})
		f.review(r, v.Outcome)
	}
	return nil
}

// draft plans one person who stopped on the way.
func (f *filler) draft(seed, number uint64) error {
	v, err := f.crowd.Draft(seed, number, f.now)
	if err != nil {
		return err
	}
	f.Drafts++
	r, code := v.Response, returncode.New()
	r.Clinic = clinicID
	f.add(r.Updated, func(ctx context.Context) error { return f.store.CreateResponse(ctx, r, code.Hash(f.codeKey)) })
	return nil
}

func (f *filler) between(least, most time.Duration) time.Duration {
	return least + time.Duration(f.chance.Int64N(int64(most-least)))
}

func (f *filler) percent(n int) bool { return f.chance.IntN(100) < n }

func (f *filler) text(texts []string) string { return texts[f.chance.IntN(len(texts))] }

// working gives a moment at which somebody works: the same, or in the morning of the next day of work.
func (f *filler) working(at time.Time) time.Time {
	if at.Hour() >= 17 {
		at = at.Truncate(24 * time.Hour).Add(24 * time.Hour)
	}
	for at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
		at = at.Truncate(24 * time.Hour).Add(24 * time.Hour)
	}
	if at.Hour() < 8 {
		at = at.Truncate(24 * time.Hour).Add(8*time.Hour + f.between(0, 3*time.Hour))
	}
	return at
}

// course is a submission on its way through the clinic, as it is planned.
type course struct {
	*filler
	id       q.ResponseID
	revision int
	by       int // place in staff
	at       time.Time
	ends     time.Time // withdrawn then; zero: not
}

// review plans what becomes of a submission.
func (f *filler) review(r q.Response, o *assess.Outcome) {
	c := &course{filler: f, id: r.ID, revision: 1}
	if f.percent(2) {
		c.ends = r.Sent.Add(f.between(time.Hour, 10*24*time.Hour))
		if c.ends.Before(f.now) {
			f.Withdrawn++
		}
		f.add(c.ends, func(ctx context.Context) error {
			_, err := f.store.Withdraw(ctx, r.ID, c.ends, c.ends.Add(30*24*time.Hour))
			return err
		})
	}
	switch o.Urgency {
	case q.Emergency:
		c.at = r.Sent.Add(f.between(4*time.Minute, 90*time.Minute)) // somebody is on call
	case q.SameDay:
		c.at = f.working(r.Sent.Add(f.between(15*time.Minute, 6*time.Hour)))
	case q.Soon:
		c.at = f.working(r.Sent.Add(f.between(time.Hour, 48*time.Hour)))
	default:
		c.at = f.working(r.Sent.Add(f.between(2*time.Hour, 8*24*time.Hour)))
	}
	if c.at.After(f.now.Add(-night)) {
		f.Waiting++
		return
	}
	f.Opened++
	c.by = []int{firstReviewer, secondReviewer, lead}[choose(f.chance, []float64{48, 42, 10})]
	c.open(audit.Opened)
	if f.percent(80) {
		c.move(review.InReview, "", time.Minute, 6*time.Minute)
		if f.percent(6) {
			c.handOver()
		}
	}
	if f.percent(55) {
		c.say(review.Note, f.text(notes))
	}
	if f.percent(18) {
		c.open(audit.Printed)
	}
	if f.percent(3) {
		c.open(audit.Exported)
	}
	if f.percent(40) { // not today
		c.at = f.working(c.at.Add(f.between(18*time.Hour, 6*24*time.Hour)))
		c.open(audit.Opened)
	}
	switch end := f.chance.IntN(100); {
	case end < 9:
		c.move(review.NeedsInformation, f.text(missing), time.Minute, 10*time.Minute)
		c.say(review.Message, f.text(questions))
		if f.percent(25) {
			break // still waiting for the patient
		}
		c.at = f.working(c.at.Add(f.between(2*24*time.Hour, 12*24*time.Hour)))
		c.move(review.InReview, "", time.Minute, time.Hour)
		c.say(review.Note, f.text(notes))
		c.move(review.Reviewed, "", 5*time.Minute, time.Hour)
	case end < 14:
		c.move(review.SetAside, f.text(asides), time.Minute, 10*time.Minute)
	default:
		c.move(review.Reviewed, "", 2*time.Minute, 25*time.Minute)
		if f.percent(35) {
			c.say(review.Message, f.text(messages))
		}
	}
	if f.percent(4) {
		c.by, c.at = lead, f.working(c.at.Add(f.between(24*time.Hour, 14*24*time.Hour)))
		c.open(audit.Opened)
	}
	if f.chance.IntN(300) == 0 {
		c.by = lead
		c.act(func(ctx context.Context, st *store.Staff) error {
			return st.Hold(ctx, c.id, "A complaint is being looked into.")
		})
		c.revision++
	}
}

// act plans something that the person at work does now. What the patient withdrew is left alone.
func (c *course) act(do func(ctx context.Context, st *store.Staff) error) {
	c.at = c.at.Add(c.between(20*time.Second, 3*time.Minute))
	if !c.ends.IsZero() && !c.at.Before(c.ends) {
		return
	}
	a := c.Staff[c.by]
	at := c.at
	if at.After(c.now.Add(-night)) {
		return
	}
	c.add(at, func(ctx context.Context) error {
		return do(ctx, c.store.Staff(account.Principal{Account: a.ID, Clinic: a.Clinic, Name: a.Name, Role: a.Role}, at))
	})
}

func (c *course) open(why audit.Action) {
	c.act(func(ctx context.Context, st *store.Staff) error {
		_, err := st.Open(ctx, c.id, why)
		return err
	})
}

func (c *course) say(kind review.EntryKind, text string) {
	c.act(func(ctx context.Context, st *store.Staff) error {
		if kind == review.Message {
			return st.Message(ctx, c.id, text)
		}
		return st.Note(ctx, c.id, text)
	})
}

func (c *course) move(to review.State, reason string, least, most time.Duration) {
	c.at = c.at.Add(c.between(least, most))
	step := store.Step{Revision: c.revision, To: to, Reason: reason, Accepted: true}
	c.act(func(ctx context.Context, st *store.Staff) error { return st.Move(ctx, c.id, step) })
	c.revision++
}

// handOver gives the submission to the other reviewer, who goes on.
func (c *course) handOver() {
	to := firstReviewer
	if c.by == firstReviewer {
		to = secondReviewer
	}
	id, revision := c.Staff[to].ID, c.revision
	c.act(func(ctx context.Context, st *store.Staff) error { return st.Assign(ctx, c.id, revision, id) })
	c.revision++
	c.by = to
}

var notes = []string{
	"Typical story. Ferritin and transferrin saturation asked for.", "Rang, nobody answered; again tomorrow morning.", "Known to us since spring. Compare with the earlier answers.",
	"Medicine list to be gone through at the visit: antihistamine at night.", "Looks more like cramps to me. Second opinion welcome.", "Appointment offered for next week.",
	"Kidney clinic informed.", "Family history is strong; seen the mother some years ago.", "Spoke on the telephone: can wait, will come on Thursday.",
	"Ask about sleep and driving once more in person.", "Bring the iron results from the family doctor.", "Feet to be examined, pulses and monofilament.",
	"Interpreter needed.", "Midwife informed, iron checked there in week 28.", "Answered for her mother; speak to the mother herself.",
}

var messages = []string{
	"Thank you, we have read your answers. Please come to the sleep clinic; a letter with the date is on its way.",
	"We have read your answers. Please have your iron checked by your family doctor before the visit.",
	"Thank you. Nothing here has to be done in a hurry. We will see you at the date that you have.",
	"Please bring all your medicines to the visit, also those from the supermarket.",
	"We have tried to reach you by telephone. Please ring us on weekdays between nine and noon.",
}

var missing = []string{"Which medicine was begun in autumn?", "Iron result not to hand.", "Not clear who answered.", "Could not reach the person by telephone."}

var questions = []string{
	"Could you tell us the name of the new medicine, and since when you take it? Answering again with your return code is enough.",
	"Please send us your last blood result, or answer the questions again when you have it.",
	"Please ring us, so that we can go through two of your answers.",
}

var asides = []string{"Sent twice; the later one is in review.", "Lives too far away; referred to the clinic near home.", "Answers made up as a trial, says the person."}
