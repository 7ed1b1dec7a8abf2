// Package export writes what a clinic has in forms that other programs read. The names of fields are a contract: see
// docs/export.md.
package export

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
)

// Format and FormatVersion say what a file holds. The version rises when a field changes its meaning or goes.
const (
	Format        = "ekbom-submission"
	FormatVersion = 1
)

// Submission is one submission with its trace. Of one that was withdrawn, only what the clinic itself wrote is there.
type Submission struct {
	Format        string              `json:"format"`
	FormatVersion int                 `json:"format_version"`
	ID            q.ResponseID        `json:"id"`
	Questionnaire q.Ref               `json:"questionnaire,omitzero"`
	Completed     time.Time           `json:"completed,omitzero"`
	Sent          time.Time           `json:"sent"`
	Withdrawn     time.Time           `json:"withdrawn,omitzero"`
	State         review.State        `json:"state"`
	Assigned      string              `json:"assigned,omitempty"`
	Held          bool                `json:"held"`
	Urgency       string              `json:"urgency,omitempty"` // by which the queue is ordered
	Age           review.AgeBand      `json:"age,omitempty"`
	Person        q.Letter            `json:"person"` // as typed, all of it may be missing
	Answers       []Answer            `json:"answers"`
	NotMe         []q.ID              `json:"not_me"`
	Outcome       json.RawMessage     `json:"outcome"` // as kept when it was sent; null when it cannot be read
	OutcomeNow    *assess.Outcome     `json:"outcome_now,omitempty"`
	Differences   []assess.Difference `json:"differences"` // between the two
	History       []Entry             `json:"history"`
	Exported      Exported            `json:"exported"`
}

// Answer is what was said to one question that was asked.
type Answer struct {
	Question q.ID      `json:"question"`
	Section  q.ID      `json:"section"`
	State    string    `json:"state"` // given, unsure, declined, blank or not-reached
	Value    any       `json:"value"` // an option, a list of options, a number, a text or a date; null unless given
	At       time.Time `json:"at,omitzero"`
}

// Entry is one line of what the clinic did and wrote.
type Entry struct {
	At     time.Time        `json:"at"`
	Author string           `json:"author"`
	Kind   review.EntryKind `json:"kind"`
	Text   string           `json:"text,omitempty"`
	From   review.State     `json:"from,omitempty"`
	To     review.State     `json:"to,omitempty"`
	Person string           `json:"person,omitempty"`
}

// Exported says who made the file.
type Exported struct {
	At   time.Time    `json:"at"`
	By   string       `json:"by"`
	Role account.Role `json:"role"`
}

// NewSubmission gathers what a clinic has of a submission.
func NewSubmission(s review.Submission, history []review.Entry, by Exported) Submission {
	out := Submission{
		Format: Format, FormatVersion: FormatVersion, ID: s.ID, Sent: s.Sent.UTC(), Withdrawn: s.Withdrawn.UTC(), State: s.State,
		Assigned: s.Assigned, Held: s.Held, Answers: []Answer{}, NotMe: []q.ID{},
		Outcome: json.RawMessage("null"), Differences: []assess.Difference{}, History: []Entry{}, Exported: by,
	}
	if s.Withdrawn.IsZero() {
		out.Urgency, out.Age = s.Urgency.String(), s.Age
	}
	for _, e := range history {
		out.History = append(out.History, Entry{
			At: e.At.UTC(), Author: e.Name, Kind: e.Kind, Text: e.Text, From: e.From, To: e.To, Person: e.Person,
		})
	}
	return out
}

// Tell adds what the patient sent, and what it gives when it is evaluated again.
func (s *Submission) Tell(d *q.Definition, r q.Response, answers q.Answers) {
	s.Questionnaire, s.Completed, s.Person = r.Ref, r.Completed.UTC(), r.Letter
	s.NotMe = append(s.NotMe, r.NotMe...)
	values := d.NewValues()
	d.Evaluate(answers, values)
	for i := range d.Questions {
		if values.Of(d.Questions[i].Ask) != q.True {
			continue
		}
		a := answers[i]
		out := Answer{Question: d.Questions[i].ID, Section: d.Sections[d.Questions[i].Section].ID, State: a.State.String()}
		if a.State == q.Given {
			out.Value = assess.Plain(d, i, a)
		}
		if a.At > 0 {
			out.At = time.Unix(a.At, 0).UTC()
		}
		s.Answers = append(s.Answers, out)
	}
	now := assess.Evaluate(d, answers)
	differences, err := assess.Compare(r.Outcome, now)
	if err == nil {
		s.Outcome = r.Outcome
	}
	if err != nil || len(differences) > 0 {
		s.OutcomeNow = now
	}
	s.Differences = append(s.Differences, differences...)
}

// Write writes the submission as JSON.
func (s Submission) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(s); err != nil {
		return fmt.Errorf("export submission: %w", err)
	}
	return nil
}
