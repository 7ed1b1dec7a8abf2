// Package mark draws the marks that patients' pages, the printed sheet and clinics' pages share: the logo, the restless line,
// the shape of each urgency, the strokes of support, the signs of criteria. Each has a word that stands beside it.
package mark

import (
	q "ekbom/internal/questionnaire"
	"ekbom/web/locale"
)

// UrgencyWord names an urgency; the word stands beside its shape and colour.
func UrgencyWord(l *locale.Printer, u q.Urgency) string {
	switch u {
	case q.Emergency:
		return l.T("urgency.emergency")
	case q.SameDay:
		return l.T("urgency.same-day")
	case q.Soon:
		return l.T("urgency.soon")
	case q.Routine:
		return l.T("urgency.routine")
	}
	return l.T("urgency.self-care")
}

// urgencyShape is a path on a ground of 24 by 24, a shape of its own for each urgency.
func urgencyShape(u q.Urgency) string {
	switch u {
	case q.Emergency:
		return "M8 2h8l6 6v8l-6 6H8l-6-6V8z"
	case q.SameDay:
		return "M12 2l11 20H1z"
	case q.Soon:
		return "M12 1l11 11-11 11L1 12z"
	case q.Routine:
		return "M3 3h18v18H3z"
	}
	return "M12 3a9 9 0 1 0 .1 0z"
}

// CriterionWord names the state of a criterion.
func CriterionWord(l *locale.Printer, s q.CriterionState) string {
	switch s {
	case q.Met:
		return l.T("criterion.met")
	case q.Earlier:
		return l.T("criterion.earlier")
	case q.NotMet:
		return l.T("criterion.not-met")
	}
	return l.T("criterion.unknown")
}

// CriterionSign survives a fax.
func CriterionSign(s q.CriterionState) string {
	switch s {
	case q.Met:
		return "●"
	case q.Earlier:
		return "◐"
	case q.NotMet:
		return "○"
	}
	return "?"
}

// StrengthWord says to a clinician how well a cause is supported.
func StrengthWord(l *locale.Printer, s q.Strength) string {
	switch s {
	case q.Strong:
		return l.T("sheet.strong")
	case q.Moderate:
		return l.T("sheet.moderate")
	}
	return l.T("sheet.weak")
}
