package export

import (
	"fmt"
	"io"
	"slices"
	"strings"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
)

// fixed is a column that does not come from a question.
type fixed struct {
	name, kind, text string
	values           []string
	personal         bool // only there when names are wanted
}

// fixedColumns are in the order of the table; the first four are known of every submission, also of one withdrawn.
func fixedColumns() []fixed {
	var states, urgencies, bands, matches []string
	for _, s := range review.States() {
		states = append(states, string(s))
	}
	for u := q.Emergency; ; u-- {
		urgencies = append(urgencies, u.String())
		if u == q.SelfCare {
			break
		}
	}
	for _, b := range review.AgeBands() {
		bands = append(bands, string(b))
	}
	for m := q.MatchUnknown; m <= q.MatchFull; m++ {
		matches = append(matches, m.String())
	}
	return []fixed{
		{name: "submission", kind: "id", text: "Id of the submission"},
		{name: "sent", kind: "time", text: "When the patient sent it, UTC"},
		{name: "withdrawn", kind: "time", text: "When the patient took it back, UTC; empty: not. Of such a submission only the first four columns are filled"},
		{name: "state", kind: "choice", text: "Where it stands in the clinic", values: states},
		{name: "urgency", kind: "choice", text: "How soon to be seen, as computed on completion", values: urgencies},
		{name: "age", kind: "choice", text: "Age in years", values: bands},
		{name: "pattern", kind: "choice", text: "How well the answers match the pattern that the questionnaire looks for", values: matches},
		{name: "flags", kind: "list", text: "Ids of the red flags that fired, the most urgent first"},
		{name: "causes", kind: "list", text: "Ids of the causes that the answers point to, each with how well it is supported, as id:strength",
			values: []string{q.Strong.String(), q.Moderate.String(), q.Weak.String()}},
		{name: "not_me", kind: "list", text: "Ids of the causes that the patient does not find themself in"},
		{name: "questionnaire", kind: "id", text: "Id of the questionnaire"},
		{name: "version", kind: "text", text: "Version of the questionnaire"},
		{name: "edition", kind: "id", text: "First signs of the hash over the questionnaire's files"},
		{name: "name", kind: "text", text: "Name as typed in order to send; empty: none", personal: true},
		{name: "born", kind: "date", text: "Date of birth as typed in order to send; empty: none", personal: true},
	}
}

// meanings are the words that can stand in place of an answer to a question.
func meanings(qu *q.Question) (all []string) {
	for _, m := range []struct {
		can  bool
		text string
	}{
		{qu.Unsure, MissingUnsure + " = answered \"I'm not sure\""},
		{qu.Decline, MissingDeclined + " = answered \"I'd rather not say\""},
		{qu.Optional, MissingBlank + " = optional and left empty"},
		{qu.Ask != nil, MissingNotAsked + " = not asked for the answers given before"},
		{true, MissingNotReached + " = asked, without an answer"},
		{true, "(empty) = withdrawn, or no question of this edition"},
	} {
		if m.can {
			all = append(all, m.text)
		}
	}
	return all
}

// entry is what the codebook says of a question; editions in which it reads the same share one.
type entry struct {
	text, kind, unit string
	values           []string
	missing          []string
	editions         []string
}

// Codebook writes what every column of a Queue made with the same editions means. Question and option texts are in a
// language, in English where an edition lacks it. A question that was worded otherwise in another edition has a row for each.
func Codebook(w io.Writer, editions []*q.Definition, lang string) error {
	s := &sheet{w: w}
	s.buf = append(s.buf, byteOrderMark...)
	row := func(cells ...string) error {
		for _, c := range cells {
			s.cell(c)
		}
		return s.end()
	}
	if err := row("column", "type", "text", "unit", "values", "missing", "editions"); err != nil {
		return err
	}
	for _, c := range fixedColumns() {
		missing := ""
		if c.name == "flags" || c.name == "causes" {
			missing = MissingUnreadable + " = what was concluded cannot be read"
		}
		if err := row(c.name, c.kind, c.text, "", strings.Join(c.values, "\n"), missing, ""); err != nil {
			return err
		}
	}
	var order []q.ID
	entries := map[q.ID][]*entry{}
	for _, d := range editions {
		text := d.Texts[lang]
		if text == nil || len(text.Missing) > 0 {
			text = d.Texts["en"]
		}
		for i := range d.Questions {
			id := d.Questions[i].ID
			e := describe(d, i, text)
			if entries[id] == nil {
				order = append(order, id)
			}
			at := slices.IndexFunc(entries[id], func(known *entry) bool {
				return known.text == e.text && known.kind == e.kind && known.unit == e.unit && slices.Equal(known.values, e.values)
			})
			if at < 0 {
				entries[id] = append(entries[id], e)
				continue
			}
			entries[id][at].editions = append(entries[id][at].editions, e.editions...)
		}
	}
	for _, id := range order {
		for _, e := range entries[id] {
			err := row(questionPrefix+string(id), e.kind, e.text, e.unit, strings.Join(e.values, "\n"), strings.Join(e.missing, "\n"), strings.Join(e.editions, "\n"))
			if err != nil {
				return err
			}
		}
	}
	return s.flush()
}

func describe(d *q.Definition, i int, text *q.Text) *entry {
	qu := &d.Questions[i]
	words := text.Question(qu.ID, false)
	e := &entry{text: words.Text, kind: qu.Type.String(), unit: text.Units[qu.ID], missing: meanings(qu),
		editions: []string{fmt.Sprintf("%s %s %s", d.ID, d.Version, short(d.Hash))}}
	for _, o := range qu.Options {
		e.values = append(e.values, fmt.Sprintf("%s = %s", o, words.Options[o]))
	}
	if qu.Type == q.Number {
		e.values = append(e.values, fmt.Sprintf("%d to %d", qu.Range.From, qu.Range.To))
	}
	return e
}
