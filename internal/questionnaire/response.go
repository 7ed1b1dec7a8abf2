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
	Clinic    ClinicID // empty: not for a clinic
	Answers   []byte   // Definition.EncodeAnswers
	Confirmed []ID     // red flags whose answer was played back and confirmed
	Outcome   []byte   // the outcome as computed on completion, JSON; nil before
	Revision  int      // rises by one with every change
	Created   time.Time
	Updated   time.Time
	Completed time.Time // zero before
	Expires   time.Time // purged by the server after this, unless sent to a clinic
}
