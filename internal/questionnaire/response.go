package questionnaire

import "time"

// Status is where a response stands.
type Status string

// The statuses of a response.
const (
	Draft     Status = "draft"
	Completed Status = "completed"
	Withdrawn Status = "withdrawn"
)

// ResponseID names a response. It sorts by time and is no secret.
type ResponseID string

// ClinicID names a clinic.
type ClinicID string

// Response is one person's filled-in questionnaire, pinned to the edition that asked the questions.
type Response struct {
	ID        ResponseID
	Ref       Ref
	Status    Status
	Clinic    ClinicID // whom it is meant for; empty: no clinic
	Answers   []byte   // Definition.EncodeAnswers
	Confirmed []ID     // red flags whose answer was played back and confirmed
	Outcome   []byte   // the outcome as computed on completion, JSON; nil before
	Revision  int      // rises by one with every change
	Created   time.Time
	Updated   time.Time
	Completed time.Time // zero before
	Sent      time.Time // to the clinic; zero: not. From then on the answers stay as they are
	Expires   time.Time // purged by the server after this, unless a clinic has it; zero: not purged
	Letter    Letter
	NotMe     []ID // causes that the person does not find themself in
	Place     ID   // the question that waits for its answer; empty: none
}

// Letter is what a person types in order to send their response; all of it may be left empty.
type Letter struct {
	Name  string `json:"name,omitempty"`
	Born  string `json:"born,omitempty"` // YYYY-MM-DD
	Words string `json:"words,omitempty"`
}

// The most signs of a letter's parts.
const (
	LetterName  = 120
	LetterWords = 5000
)
