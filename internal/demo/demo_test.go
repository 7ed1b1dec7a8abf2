package demo_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"testing"
	"time"

	"ekbom/internal/assess"
	"ekbom/internal/demo"
	q "ekbom/internal/questionnaire"
	"ekbom/questionnaires"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func legs(t testing.TB) *q.Definition {
	t.Helper()
	files, err := questionnaires.Open("rls")
	if err != nil {
		t.Fatal(err)
	}
	d, faults := q.Load(files)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return d
}

func crowd(t testing.TB) (*demo.Crowd, *q.Definition) {
	t.Helper()
	d := legs(t)
	c, err := demo.NewCrowd(d)
	if err != nil {
		t.Fatal(err)
	}
	return c, d
}

// Every answer is one that the question takes, and was asked for; what is left out was ended by an emergency.
func walked(t *testing.T, d *q.Definition, r q.Response, answers q.Answers) q.Path {
	t.Helper()
	kept, err := d.DecodeAnswers(r.Answers)
	if err != nil {
		t.Fatal(err)
	}
	path := d.Path(answers)
	for i, a := range answers {
		if diff := cmp.Diff(kept[i], a); diff != "" {
			t.Errorf("%s: kept otherwise: %s", d.Questions[i].ID, diff)
		}
		if a.State == q.NotReached {
			continue
		}
		if path.Asked[i] != q.True {
			t.Errorf("%s is answered, but was not asked", d.Questions[i].ID)
		}
		read, fault := d.ParseAnswer(i, d.Words(i, a))
		if a.State != q.Blank && (fault != nil || !read.Equal(a)) {
			t.Errorf("%s: %v is no answer: %v", d.Questions[i].ID, d.Words(i, a), fault)
		}
		if a.At < r.Created.Unix() || a.At > r.Updated.Unix() || a.Rev < 2 || a.Rev > r.Revision {
			t.Errorf("%s: given at %d as revision %d of %d", d.Questions[i].ID, a.At, a.Rev, r.Revision)
		}
	}
	return path
}

func TestPeopleWalkThePath(t *testing.T) {
	t.Parallel()
	c, d := crowd(t)
	const people = 1500
	urgency, pattern, kinds := map[q.Urgency]int{}, map[q.Match]int{}, map[string]int{}
	causes := map[q.ID]bool{}
	visits, again, unsure, given, named, notMe, children := 0, 0, 0, 0, 0, 0, 0
	for n := range uint64(people) {
		p, err := c.Person(1, n, noon)
		if err != nil {
			t.Fatal(err)
		}
		kinds[p.Kind]++
		last := time.Time{}
		for v, visit := range p.Visits {
			visits++
			if v > 0 {
				again++
			}
			r := visit.Response
			path := walked(t, d, r, visit.Answers)
			o := visit.Outcome
			if path.Complete() == (o.Urgency == q.Emergency) && !path.Complete() || !path.Complete() && len(r.Confirmed) == 0 {
				t.Errorf("person %d ended at %d with %s", n, path.Next, o.Urgency)
			}
			want, err := json.Marshal(assess.Evaluate(d, visit.Answers))
			if err != nil || !bytes.Equal(want, r.Outcome) {
				t.Errorf("person %d: the outcome is another one", n)
			}
			if r.Sent.After(noon) || r.Sent.Before(noon.AddDate(-1, 0, -1)) || !r.Sent.After(last) || r.Completed.After(r.Sent) || r.Created.After(r.Completed) {
				t.Errorf("person %d: begun %s, completed %s, sent %s", n, r.Created, r.Completed, r.Sent)
			}
			last = r.Sent
			i, _ := d.Question("age")
			if age := visit.Answers[i].Number; visit.Answers[i].State == q.Given && r.Letter.Born != "" {
				if got := r.Letter.Age(r.Sent); got < age || got > age+1 {
					t.Errorf("person %d says %d, and by the birth date is %d", n, age, got)
				}
			}
			if age := visit.Answers[i]; age.State == q.Given && age.Number < 18 {
				children++
			}
			urgency[o.Urgency]++
			pattern[o.Pattern.Match]++
			for _, cause := range o.Causes {
				causes[cause.ID] = true
			}
			for _, a := range visit.Answers {
				if a.State == q.Unsure {
					unsure++
				}
				if a.State != q.NotReached {
					given++
				}
			}
			if r.Letter.Name != "" {
				named++
			}
			notMe += len(r.NotMe)
		}
	}
	t.Logf("urgency %v, pattern %v, kinds %v, %d causes", urgency, pattern, kinds, len(causes))
	t.Logf("%d visits, %d again, unsure %d of %d, named %d, not me %d, children %d", visits, again, unsure, given, named, notMe, children)
	for _, share := range []struct {
		what        string
		n, of       int
		least, most float64
	}{
		{"emergency", urgency[q.Emergency], visits, 0.01, 0.05}, {"same day", urgency[q.SameDay], visits, 0.04, 0.2},
		{"soon", urgency[q.Soon], visits, 0.05, 0.3}, {"routine", urgency[q.Routine], visits, 0.45, 0.85},
		{"full pattern", pattern[q.MatchFull], visits, 0.3, 0.75}, {"again", again, visits, 0.06, 0.16},
		{"not sure", unsure, given, 0.01, 0.08}, {"named", named, visits, 0.6, 0.85}, {"not me", notMe, visits, 0.03, 0.3},
		{"children", children, visits, 0.02, 0.07}, {"causes met", len(causes), len(d.Causes), 0.8, 1},
	} {
		if got := float64(share.n) / float64(share.of); got < share.least || got > share.most {
			t.Errorf("%s: %.3f, want %.2f to %.2f", share.what, got, share.least, share.most)
		}
	}
}

func TestSameSeedSamePeople(t *testing.T) {
	t.Parallel()
	c, _ := crowd(t)
	other, _ := crowd(t)
	differ := 0
	for n := range uint64(50) {
		a, err := c.Person(7, n, noon)
		if err != nil {
			t.Fatal(err)
		}
		b, err := other.Person(7, n, noon)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("person %d is another one: %s, %s", n, a.Visits[0].Response.Answers, b.Visits[0].Response.Answers)
		}
		if b, err = other.Person(8, n, noon); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Visits[0].Response.Answers, b.Visits[0].Response.Answers) {
			differ++
		}
	}
	if differ < 45 {
		t.Errorf("another seed gives other people for only %d of 50", differ)
	}
}

func TestDraftsStopOnTheWay(t *testing.T) {
	t.Parallel()
	c, d := crowd(t)
	places := map[q.ID]int{}
	for n := range uint64(500) {
		v, err := c.Draft(1, n, noon)
		if err != nil {
			t.Fatal(err)
		}
		path := walked(t, d, v.Response, v.Answers)
		if path.Complete() != (v.Response.Place == "") || !path.Complete() && d.Questions[path.Next].ID != v.Response.Place {
			t.Errorf("draft %d waits at %q, next is %d", n, v.Response.Place, path.Next)
		}
		places[v.Response.Place]++
	}
	if len(places) < 15 || places["emergency-signs"] < 10 {
		t.Errorf("they stop at %v", places)
	}
}

func TestAnotherQuestionnaireIsRefused(t *testing.T) {
	t.Parallel()
	d, faults := q.Load(os.DirFS("../server/testdata/legs"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if _, err := demo.NewCrowd(d); err == nil {
		t.Error("people of restless legs answer another questionnaire")
	}
}
