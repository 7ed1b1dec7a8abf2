// Package assess turns answers into an outcome: one pure function, every conclusion with its reasons.
package assess

import q "ekbom/internal/questionnaire"

// Outcome is everything concluded from one set of answers. It is computed, never edited. Order is rank.
type Outcome struct {
	Questionnaire q.Ref        `json:"questionnaire"`
	Urgency       q.Urgency    `json:"urgency"`
	Pattern       Pattern      `json:"pattern"`
	RedFlags      []RedFlag    `json:"red_flags"`
	OpenFlags     []RedFlag    `json:"open_flags"` // could not be told: their IfUnknown urgency counts
	Causes        []Cause      `json:"causes"`
	LookAlikes    []Finding    `json:"look_alikes"`
	Scores        []Score      `json:"scores"`
	Specialists   []Specialist `json:"specialists"`
	Advice        []Advice     `json:"advice"`
	Unknown       []Open       `json:"unknown"`   // on the path, answered "not sure", "rather not say" or left blank
	NotAsked      []NotAsked   `json:"not_asked"` // off the path
	Missing       []q.ID       `json:"missing"`   // on the path, without an answer
}

// Reason is one answer that speaks for or against a conclusion.
type Reason struct {
	Question q.ID `json:"question"`
	Answer   any  `json:"answer"` // the form of an answers file: an option, a list, a number, "unsure"
}

// Finding is a conclusion of one rule with its trace.
type Finding struct {
	ID      q.ID     `json:"id"`
	Because []Reason `json:"because"`
	Source  []q.ID   `json:"source,omitempty"`
}

// RedFlag is a red flag that fired or could not be told.
type RedFlag struct {
	Finding
	Urgency q.Urgency `json:"urgency"`
}

// Pattern is how well the answers match, with its criteria.
type Pattern struct {
	Match    q.Match     `json:"match"`
	Shown    bool        `json:"shown"`
	Criteria []Criterion `json:"criteria"`
}

// Criterion is one part of the pattern.
type Criterion struct {
	ID      q.ID             `json:"id"`
	State   q.CriterionState `json:"state"`
	Because []Reason         `json:"because"`
	Source  []q.ID           `json:"source,omitempty"`
}

// Cause is a cause category that the answers point to.
type Cause struct {
	ID       q.ID       `json:"id"`
	Rule     q.ID       `json:"rule"` // the strongest that concluded it
	Strength q.Strength `json:"strength"`
	Shown    bool       `json:"shown"` // to the patient
	Because  []Reason   `json:"because"`
	Against  []Reason   `json:"against"`
	Open     []q.ID     `json:"open"` // questions answered "not sure" that could speak against it or make it stronger
	Source   []q.ID     `json:"source"`

	Urgency q.Urgency `json:"-"` // that it calls for by itself; the definition's, so outcomes need not keep it
}

// Score is a sum of named terms. From and To differ when terms are open.
type Score struct {
	ID       q.ID   `json:"id"`
	From     int    `json:"from"`
	To       int    `json:"to"`
	Most     int    `json:"most"` // all terms together
	BandFrom q.ID   `json:"band_from"`
	BandTo   q.ID   `json:"band_to"`
	Terms    []Term `json:"terms"`
}

// Term is one part of a score.
type Term struct {
	ID     q.ID    `json:"id"`
	Points int     `json:"points"`
	Truth  q.Truth `json:"truth"`
}

// Specialist is whom to see, and for what.
type Specialist struct {
	ID      q.ID     `json:"id"`
	NamedBy q.Namer  `json:"named_by"`
	Causes  []q.ID   `json:"causes"` // concluded causes that lead there
	Because []Reason `json:"because"`
	Source  []q.ID   `json:"source"`
}

// Advice is one thing to do, ask, bring, avoid or look out for.
type Advice struct {
	ID      q.ID         `json:"id"`
	Kind    q.AdviceKind `json:"kind"`
	Because []Reason     `json:"because"`
	Source  []q.ID       `json:"source"`
}

// Open is a question on the path whose answer tells nothing.
type Open struct {
	Question q.ID   `json:"question"`
	State    string `json:"state"` // unsure, declined, blank
}

// NotAsked is a question off the path and the answers that took it off.
type NotAsked struct {
	Question q.ID     `json:"question"`
	Because  []Reason `json:"because"`
}
