package clinic

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
	"ekbom/web/page"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// sheetOf is a submission in which every part of the print occurs.
func sheetOf(t testing.TB) SubmissionView {
	given := func(values ...string) page.Answer { return page.Answer{State: q.Given, Values: values} }
	source := []page.Source{{Title: "A guideline", ID: "g", Address: "https://example.org/g", Reviewed: moment}}
	return SubmissionView{
		Base: base(t), Page: "/clinic/s/one", Printed: moment.Add(time.Hour),
		Head: SubmissionHead{
			Level: q.SameDay, Age: "52 years", Name: "Anna \u202EgreB", Born: "28 February 1974", Received: moment, State: review.InReview,
			Assigned: "Robin", ByAnother: true, Held: true,
		},
		Urgency: page.Urgency{Level: q.SameDay, Heading: "See a doctor today"},
		Differs: []Differs{{Part: "Urgency", Was: []string{"Soon"}, Is: []string{"Today"}}},
		Fired: []Flag{{ID: "clot", Name: "a clot", Urgency: q.SameDay, At: moment, Sources: source,
			Because: []Reason{{ID: "signs", Question: "Warning signs", Answer: given("One leg swollen", "One leg warm")}}}},
		Open: []OpenFlags{{Because: []Reason{{ID: "fever", Question: "Fever", Answer: page.Answer{State: q.Unsure}}},
			Flags: []Flag{{ID: "infection", Name: "an infection", Urgency: q.Soon}}}},
		Denied: []string{"a stroke"}, Unanswered: []string{"a crisis"}, Unasked: []string{"pre-eclampsia"},
		Words:    []Words{{Text: "Please call.\n<script>alert(1)</script>"}, {About: "In own words", Text: "It burns."}},
		Pattern:  "The answers match.",
		Criteria: []Criterion{{Name: "Urge", State: q.Met}, {Name: "Rest", State: q.Earlier}, {Name: "Relief", State: q.NotMet}, {Name: "Evening", State: q.CriterionUnknown}},
		Groups: []Answers{{ID: "iron", Name: "Iron", Rows: []AnswerRow{
			{ID: "test", Question: "Iron test", Answer: given("Low")}, {ID: "blood", Question: "Gives blood", Answer: page.Answer{State: q.Declined}}}}},
		Causes: []Cause{
			{ID: "rls", Name: "Restless legs", Clinical: "restless legs syndrome", Strength: q.Strong, Rule: "full-pattern", Sources: source, NotMe: true,
				Because: []Reason{{ID: "urge", Question: "Urge", Answer: given("Often")}}, Against: []Reason{{ID: "cramp", Question: "Feeling", Answer: given("Hard knot")}}},
			{ID: "strain", Name: "Strain", Strength: q.Weak, Rule: "strain", Hidden: true, Because: []Reason{{ID: "load", Question: "Load", Answer: given("Long walks")}}},
		},
		Alike:    []Finding{{Name: "cramp"}},
		Scores:   []page.Score{{Name: "Burden", From: 2, To: 3, Most: 6, BandFrom: "light", BandTo: "heavy"}},
		Help:     []Specialist{{Name: "Family doctor"}, {Name: "Neurologist"}},
		Missing:  []AnswerRow{{ID: "mood", Question: "Mood"}},
		NotAsked: []NotAsked{{Question: "Pregnancy", Because: []Reason{{ID: "sex", Question: "Sex", Answer: given("Male")}}}},
		Earlier: []Earlier{
			{OtherSubmission: OtherSubmission{Address: "/clinic/s/two", Received: moment.AddDate(0, -1, 0)}, Level: q.Routine, Same: 20,
				Changes: []Change{{ID: "urge", Question: "Urge", Was: given("Sometimes"), Is: given("Often"), Asked: [2]bool{true, true}},
					{ID: "tried", Question: "Tried", Is: given("Movement"), Asked: [2]bool{false, true}}}},
			{OtherSubmission: OtherSubmission{Address: "/clinic/s/three", Received: moment.AddDate(0, -2, 0)}, Broken: true},
		},
		Sections: []Answers{{ID: "legs", Name: "Your legs", Rows: []AnswerRow{
			{ID: "urge", Question: "How often?", Answer: given("Often")}, {ID: "mood", Question: "How is your mood?"}}}},
		Edition: Edition{Edition: page.Edition{Version: "1.2.3", Hash: strings.Repeat("0a", 32), Reviewed: moment}, Title: "Leg check", Current: true},
		History: []Event{{At: moment.Add(time.Minute), Who: "Robin", What: "Note", Text: "Ferritin?\nCall first.", Heavy: true}, {At: moment, What: "Sent by the patient"}},
	}
}

// lines are the texts of a page's body, one a line.
func lines(t *testing.T, body []byte) string {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && n.Data == "head" {
			return
		}
		if s := strings.TrimSpace(n.Data); n.Type == html.TextNode && s != "" {
			b.WriteString(strings.ReplaceAll(s, "\n", "⏎") + "\n")
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	return b.String()
}

// TestPrint: what is on the paper, in its order.
func TestPrint(t *testing.T) {
	t.Parallel()
	withdrawn := SubmissionView{
		Base: base(t), Page: "/clinic/s/one", Printed: moment.Add(time.Hour), History: sheetOf(t).History,
		Head: SubmissionHead{Received: moment, State: review.SetAside, Withdrawn: moment.Add(time.Minute)},
	}
	for name, view := range map[string]SubmissionView{"print": sheetOf(t), "print-withdrawn": withdrawn} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := SubmissionPrint(view).Render(t.Context(), &b); err != nil {
				t.Fatal(err)
			}
			golden, got := "testdata/"+name+".txt", lines(t, b.Bytes())
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("differs from %s (-want +got), run with -update when it is meant to:\n%s", golden, diff)
			}
			if bytes.Contains(b.Bytes(), []byte("<script>")) || bytes.Contains(b.Bytes(), []byte("style=")) {
				t.Error("something of the patient's, or a style, stands in the markup")
			}
		})
	}
}
