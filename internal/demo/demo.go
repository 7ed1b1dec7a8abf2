// Package demo makes up people who fill in the questionnaire, and a clinic that reviews what they sent: for looking at queue,
// plots and statistics, for tests and for measurements. Nobody in it is real. The same seed makes the same people.
package demo

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"time"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"

	"github.com/google/uuid"
)

// Crowd makes up people for one definition.
type Crowd struct {
	d      *q.Definition
	habits []map[int]habit // by kind
	values *q.Values
}

// NewCrowd gets ready. The kinds of people are written for the shipped questionnaire of restless legs; it is an error if the
// definition does not have their questions and options, or has others that nobody here can answer.
func NewCrowd(d *q.Definition) (*Crowd, error) {
	c := &Crowd{d: d, values: d.NewValues()}
	for _, k := range kinds {
		habits, err := read(d, k.spec)
		if err != nil {
			return nil, fmt.Errorf("made-up people, %s: %w", k.name, err)
		}
		for i := range d.Questions {
			if _, known := habits[i]; !known && !d.Questions[i].Optional {
				return nil, fmt.Errorf("made-up people, %s: nobody can answer %s", k.name, d.Questions[i].ID)
			}
		}
		c.habits = append(c.habits, habits)
	}
	return c, nil
}

// Person is somebody with everything that they filled in under one return code.
type Person struct {
	Kind   string
	Visits []Visit // in order of time
}

// Visit is one time that somebody filled in the questionnaire. Response holds no clinic yet, and no revision.
type Visit struct {
	Response q.Response // a draft, or completed and sent at Sent
	Answers  q.Answers
	Outcome  *assess.Outcome // nil of a draft
}

// night is how long ago a clinic is left at the end of a day's work, so that there is something to do.
const night = 10 * time.Hour

// Shares of the crowd.
const (
	shareAgain = 0.045 // of people, who fill it in several times
	shareNamed = 0.72
	shareBorn  = 0.62
	shareWords = 0.34
	shareNotMe = 0.055 // of causes shown
)

// Person makes up one person by their number, who sent everything in the year before now.
func (c *Crowd) Person(seed, number uint64, now time.Time) (Person, error) {
	w := c.walker(seed, number)
	visits := 1
	if w.chance.Float64() < shareAgain {
		visits = 2 + w.chance.IntN(5)
	}
	at := w.moment(now)
	if w.chance.IntN(100) < kinds[w.kind].fresh {
		at = now.Add(-time.Duration(w.chance.Int64N(int64(night)))).UTC().Truncate(time.Second)
	}
	named, born, gap := w.chance.Float64() < shareNamed, w.chance.Float64() < shareBorn, 14+w.chance.IntN(28)
	birthday := w.chance.IntN(365)
	called := ""
	p := Person{Kind: kinds[w.kind].name}
	for n := range visits {
		if n > 0 {
			at = at.Add(time.Duration(gap)*24*time.Hour + time.Duration(w.chance.IntN(72*60))*time.Minute)
			if at.After(now) {
				break
			}
		}
		answers := w.walk(nil)
		o := assess.Evaluate(c.d, answers)
		w.before = answers
		if called == "" {
			called = name(w.chance, w.woman(answers))
		}
		r, err := w.response(answers, at, now)
		if err != nil {
			return Person{}, err
		}
		if r.Outcome, err = json.Marshal(o); err != nil {
			return Person{}, err
		}
		r.Status, r.Completed, r.Sent = q.Completed, at.Add(-time.Duration(1+w.chance.IntN(6))*time.Minute), at
		r.Updated = r.Completed
		for _, f := range o.RedFlags {
			if f.Urgency == q.Emergency {
				r.Confirmed = append(r.Confirmed, f.ID)
			}
		}
		for _, cause := range o.Causes {
			if cause.Shown && w.chance.Float64() < shareNotMe {
				r.NotMe = append(r.NotMe, cause.ID)
			}
		}
		if named {
			r.Letter.Name = called
		}
		if age, ok := w.age(answers); ok && born {
			r.Letter.Born = p.bornAt(age, birthday, at)
		}
		if w.chance.Float64() < shareWords {
			r.Letter.Words = pleas[w.chance.IntN(len(pleas))]
		}
		p.Visits = append(p.Visits, Visit{r, answers, o})
		if o.Urgency == q.Emergency {
			break // they were sent where help is
		}
	}
	return p, nil
}

// bornAt gives a birth date that fits an age at a moment, and that stays the same from visit to visit.
func (p *Person) bornAt(age, birthday int, at time.Time) string {
	if len(p.Visits) > 0 {
		return p.Visits[0].Response.Letter.Born
	}
	return at.AddDate(-age, 0, -birthday).Format(time.DateOnly)
}

// Draft makes up one person, by number, who stopped on the way.
func (c *Crowd) Draft(seed, number uint64, now time.Time) (Visit, error) {
	w := c.walker(seed^0x5ca1ab1e, number)
	at := w.moment(now)
	stop := 0.012
	if w.chance.IntN(3) == 0 {
		stop = 0.06
	}
	answers := w.walk(func(i int) bool {
		id := c.d.Questions[i].ID
		heavy := id == "emergency-signs" || id == "known-illness" || id == "medicines" || id == "mood"
		return w.chance.Float64() < stop || heavy && w.chance.Float64() < 0.06
	})
	r, err := w.response(answers, at, now)
	if err != nil {
		return Visit{}, err
	}
	c.d.Evaluate(answers, c.values)
	if next := w.next(answers); next >= 0 {
		r.Place = c.d.Questions[next].ID
	}
	r.Status, r.Updated = q.Draft, at
	return Visit{Response: r, Answers: answers}, nil
}

// walker answers as one person does.
type walker struct {
	*Crowd
	chance *rand.Rand
	kind   int
	habits map[int]habit
	unsure float64
	before q.Answers // of the visit before; nil: none
	trend  int       // of the burden, from visit to visit
}

func (c *Crowd) walker(seed, number uint64) *walker {
	w := &walker{Crowd: c, chance: rand.New(rand.NewPCG(seed, number))}
	weights := make([]float64, len(kinds))
	for i := range kinds {
		weights[i] = kinds[i].weight
	}
	w.kind = choose(w.chance, weights)
	w.habits = c.habits[w.kind]
	w.unsure = []float64{0.008, 0.05, 0.22}[choose(w.chance, []float64{70, 21, 9})]
	w.trend = w.chance.IntN(3) - 1
	return w
}

// walk answers question after question, each on the path that the answers so far have opened. It ends where an emergency
// ends the questions, or where stop says so.
func (w *walker) walk(stop func(i int) bool) q.Answers {
	answers := w.d.NewAnswers()
	for {
		w.d.Evaluate(answers, w.values)
		i := w.next(answers)
		if i < 0 || w.raised() || stop != nil && stop(i) {
			return answers
		}
		answers[i] = w.answer(i)
	}
}

// next gives the first question on the path without an answer, -1 when there is none.
func (w *walker) next(answers q.Answers) int {
	for i := range w.d.Questions {
		if answers[i].State == q.NotReached && w.values.Of(w.d.Questions[i].Ask) == q.True {
			return i
		}
	}
	return -1
}

func (w *walker) raised() bool {
	for i := range w.d.RedFlags {
		if f := &w.d.RedFlags[i]; f.Urgency == q.Emergency && w.values.Of(f.When) == q.True {
			return true
		}
	}
	return false
}

func (w *walker) answer(i int) q.Answer {
	qu := &w.d.Questions[i]
	if w.before != nil && w.before[i].State != q.NotReached {
		return w.changed(i)
	}
	if qu.Type == q.FreeText || qu.Type == q.Date {
		if words := kinds[w.kind].words; qu.Type == q.FreeText && len(words) > 0 && w.chance.Float64() < 0.4 {
			return q.Answer{State: q.Given, Text: words[w.chance.IntN(len(words))]}
		}
		return q.Answer{State: q.Blank}
	}
	unsure := w.unsure
	switch w.d.Sections[qu.Section].ID {
	case "safety", "warning", "about", "last": // nearly everybody can tell
		unsure /= 12
	}
	switch at := w.chance.Float64(); {
	case qu.Unsure && at < unsure:
		return q.Answer{State: q.Unsure}
	case qu.Decline && at > 0.985:
		return q.Answer{State: q.Declined}
	}
	return w.habits[i].draw(w.chance, qu)
}

// changed gives the answer to question i of somebody who has answered it before. What is drawn over time drifts, some is
// answered anew, the rest stays.
func (w *walker) changed(i int) q.Answer {
	qu, a := &w.d.Questions[i], w.before[i]
	a.Rev, a.At = 0, 0
	switch {
	case a.State == q.Given && slices.Contains(w.d.Clinic.OverTime, i):
		step := w.trend + w.chance.IntN(3) - 1
		if qu.Type == q.Number {
			a.Number = min(max(a.Number+step, qu.Range.From), qu.Range.To)
		} else if at := bits.TrailingZeros64(a.Options) + step; w.chance.IntN(2) == 0 && at >= 0 && at < len(qu.Options) {
			a.Options = 1 << at
		}
	case a.State == q.Given && (qu.ID == "sleep" || qu.ID == "lately" || qu.ID == "tried"):
		return w.habits[i].draw(w.chance, qu)
	case qu.Type == q.FreeText:
		return q.Answer{State: q.Blank}
	}
	return a
}

// response is what both drafts and sent ones have. The answers get their times, a question every quarter of a minute or so.
func (w *walker) response(answers q.Answers, at, now time.Time) (q.Response, error) {
	given := 0
	for i := range answers {
		if answers[i].State != q.NotReached {
			given++
		}
	}
	pace := time.Duration(8+w.chance.IntN(22)) * time.Second
	begun := at.Add(-time.Duration(given)*pace - 8*time.Minute).Truncate(time.Second)
	n := 0
	for i := range answers {
		if answers[i].State != q.NotReached {
			n++
			answers[i].Rev, answers[i].At = n+1, begun.Add(time.Duration(n)*pace).Unix()
		}
	}
	encoded, err := w.d.EncodeAnswers(answers)
	if err != nil {
		return q.Response{}, err
	}
	const keep = 30 * 24 * time.Hour
	return q.Response{
		ID: w.id(begun), Ref: w.d.Ref, Answers: encoded, Revision: n + 1, Created: begun, Updated: at, Expires: at.Add(keep),
	}, nil
}

// id makes an id of the usual form, which sorts by time.
func (w *walker) id(at time.Time) q.ResponseID {
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:8], uint64(at.UnixMilli())<<16|w.chance.Uint64()&0xfff|0x7000)
	binary.BigEndian.PutUint64(u[8:], w.chance.Uint64()&0x3fffffffffffffff|0x8000000000000000)
	return q.ResponseID(u.String())
}

// By weekday from Sunday, and by hour of the day: legs are restless in the evening, and people write when they cannot sleep.
var (
	weekdays = []float64{0.9, 1.25, 1.15, 1.05, 1, 0.85, 0.7}
	hours    = []float64{1, 0.9, 0.8, 0.55, 0.35, 0.25, 0.3, 0.5, 0.7, 0.8, 0.9, 0.9, 1, 0.9, 0.8, 0.7, 0.75, 0.85, 1, 1.3, 1.7, 2, 2, 1.6}
)

// moment draws when something was sent in the year before now: more lately than a year ago.
func (w *walker) moment(now time.Time) time.Time {
	for {
		ago := time.Duration(w.chance.Int64N(int64(365 * 24 * time.Hour)))
		at := now.Add(-ago).UTC().Truncate(time.Second)
		likely := weekdays[at.Weekday()] / 1.25 * hours[at.Hour()] / 2 * (1 - 0.45*float64(ago)/float64(365*24*time.Hour))
		if w.chance.Float64() < likely {
			return at
		}
	}
}

func (w *walker) age(answers q.Answers) (int, bool) {
	i := w.d.Clinic.Age
	if i < 0 || answers[i].State != q.Given {
		return 0, false
	}
	return answers[i].Number, true
}

// woman reports whether somebody has a woman's name.
func (w *walker) woman(answers q.Answers) bool {
	if i, ok := w.d.Question("sex"); ok && answers[i].State == q.Given {
		if o, ok := w.d.Option(i, "female"); ok {
			return answers[i].Has(o)
		}
	}
	return w.chance.IntN(2) == 0
}
