package assess

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	q "ekbom/internal/questionnaire"
)

// Part is a part of an outcome.
type Part string

// The parts that are compared.
const (
	PartUrgency     Part = "urgency"
	PartPattern     Part = "pattern"
	PartRedFlags    Part = "red-flags"
	PartOpenFlags   Part = "open-flags"
	PartCauses      Part = "causes"
	PartLookAlikes  Part = "look-alikes"
	PartScores      Part = "scores"
	PartSpecialists Part = "specialists"
	PartAdvice      Part = "advice"
	PartReasons     Part = "reasons" // the same conclusions, from other answers, rules or sources
)

// Difference says what of one part only one of two outcomes has.
type Difference struct {
	Part Part    `json:"part"`
	Was  []Claim `json:"was"` // in the order of rank
	Is   []Claim `json:"is"`
}

// Claim is one conclusion without its reasons.
type Claim struct {
	ID    q.ID   `json:"id,omitempty"` // empty where there is only a level
	Level string `json:"level,omitempty"`
}

// Compare tells in what an outcome that was kept, as JSON, differs from one computed again; nil when they are the same. What
// cannot be read is an error.
func Compare(kept []byte, again *Outcome) ([]Difference, error) {
	var was, is Outcome
	if err := json.Unmarshal(kept, &was); err != nil {
		return nil, fmt.Errorf("kept outcome: %T", err) // the error itself may quote an answer
	}
	written, err := json.Marshal(again)
	if err == nil {
		err = json.Unmarshal(written, &is)
	}
	if err != nil {
		return nil, fmt.Errorf("outcome: %w", err)
	}
	var all []Difference
	for _, part := range []struct {
		name Part
		of   func(*Outcome) []Claim
	}{
		{PartUrgency, func(o *Outcome) []Claim { return []Claim{{Level: o.Urgency.String()}} }},
		{PartPattern, patternClaims},
		{PartRedFlags, func(o *Outcome) []Claim { return claims(o.RedFlags, flagClaim) }},
		{PartOpenFlags, func(o *Outcome) []Claim { return claims(o.OpenFlags, flagClaim) }},
		{PartCauses, func(o *Outcome) []Claim {
			return claims(o.Causes, func(c Cause) Claim { return Claim{c.ID, c.Strength.String()} })
		}},
		{PartLookAlikes, func(o *Outcome) []Claim {
			return claims(o.LookAlikes, func(f Finding) Claim { return Claim{ID: f.ID} })
		}},
		{PartScores, func(o *Outcome) []Claim {
			return claims(o.Scores, func(s Score) Claim { return Claim{s.ID, fmt.Sprintf("%d–%d", s.From, s.To)} })
		}},
		{PartSpecialists, func(o *Outcome) []Claim {
			return claims(o.Specialists, func(s Specialist) Claim { return Claim{ID: s.ID} })
		}},
		{PartAdvice, func(o *Outcome) []Claim { return claims(o.Advice, func(a Advice) Claim { return Claim{ID: a.ID} }) }},
	} {
		before, now := part.of(&was), part.of(&is)
		if slices.Equal(before, now) {
			continue
		}
		d := Difference{Part: part.name, Was: without(before, now), Is: without(now, before)}
		if len(d.Was)+len(d.Is) == 0 { // the same in another order, and order is rank
			d.Was, d.Is = before, now
		}
		all = append(all, d)
	}
	if len(all) == 0 && !reflect.DeepEqual(was, is) {
		all = append(all, Difference{Part: PartReasons})
	}
	return all, nil
}

func claims[T any](list []T, of func(T) Claim) (all []Claim) {
	for _, x := range list {
		all = append(all, of(x))
	}
	return all
}

func flagClaim(f RedFlag) Claim { return Claim{f.ID, f.Urgency.String()} }

func patternClaims(o *Outcome) []Claim {
	all := []Claim{{Level: o.Pattern.Match.String()}}
	for _, c := range o.Pattern.Criteria {
		all = append(all, Claim{c.ID, c.State.String()})
	}
	return all
}

func without(list, other []Claim) (rest []Claim) {
	for _, c := range list {
		if !slices.Contains(other, c) {
			rest = append(rest, c)
		}
	}
	return rest
}
