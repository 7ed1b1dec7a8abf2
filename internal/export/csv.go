package export

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
)

// Words of a cell in place of a value. No id of a questionnaire has capitals, so none can be taken for an option.
const (
	MissingUnsure     = "UNSURE"
	MissingDeclined   = "DECLINED"
	MissingBlank      = "BLANK"
	MissingNotAsked   = "NOT-ASKED"
	MissingNotReached = "NOT-REACHED"
	MissingUnreadable = "UNREADABLE"
)

func missingWords() []string {
	return []string{MissingUnsure, MissingDeclined, MissingBlank, MissingNotAsked, MissingNotReached, MissingUnreadable}
}

// Spreadsheets take UTF-8 for something else without it, and then spoil names.
const byteOrderMark = "\uFEFF"

// between separates what stands in one cell. No id holds it.
const between = "|"

// sheet writes rows of cells, as RFC 4180 has them.
type sheet struct {
	w   io.Writer
	buf []byte
	row bool // a cell of this row was written
}

// flushAt is how much is gathered before it is written.
const flushAt = 32 << 10

// cell adds a text. What a spreadsheet could take for a formula, and what could be taken for a word in place of a value,
// begins with an apostrophe; so does what begins with one, so that the text can be had back.
func (s *sheet) cell(text string) {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	if suspicious(text) {
		text = "'" + text
	}
	s.plain(text)
}

func suspicious(text string) bool {
	if slices.Contains(missingWords(), text) {
		return true
	}
	first := strings.TrimLeftFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\uFEFF' })
	if first != text && text != "" && strings.ContainsRune("\t\r\n", rune(text[0])) {
		return true
	}
	for _, r := range first {
		return strings.ContainsRune("=+-@'＝＋－＠", r)
	}
	return false
}

// plain adds a text that came from this program and needs no guard.
func (s *sheet) plain(text string) {
	if s.row {
		s.buf = append(s.buf, ',')
	}
	s.row = true
	if !strings.ContainsAny(text, ",;\"\n\t ") && strings.TrimSpace(text) == text {
		s.buf = append(s.buf, text...)
		return
	}
	s.buf = append(s.buf, '"')
	s.buf = append(s.buf, strings.ReplaceAll(text, `"`, `""`)...)
	s.buf = append(s.buf, '"')
}

// end ends a row.
func (s *sheet) end() error {
	s.buf = append(s.buf, '\r', '\n')
	s.row = false
	if len(s.buf) >= flushAt {
		return s.flush()
	}
	return nil
}

func (s *sheet) flush() error {
	_, err := s.w.Write(s.buf)
	s.buf = s.buf[:0]
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

// Queue writes submissions as a table, one row each. Its columns are the same for every clinic and filter: those of all
// editions that it is made with.
type Queue struct {
	sheet     sheet
	names     bool
	questions []q.ID
}

// NewQueue begins a table on w. The first edition gives the order of the questions; those that only others have follow. With
// names, two columns say who they are of.
func NewQueue(w io.Writer, editions []*q.Definition, names bool) *Queue {
	t := &Queue{sheet: sheet{w: w}, names: names}
	for _, d := range editions {
		for i := range d.Questions {
			if !slices.Contains(t.questions, d.Questions[i].ID) {
				t.questions = append(t.questions, d.Questions[i].ID)
			}
		}
	}
	return t
}

const questionPrefix = "q."

// Head writes the names of the columns.
func (t *Queue) Head() error {
	t.sheet.buf = append(t.sheet.buf, byteOrderMark...)
	for _, c := range fixedColumns() {
		if !c.personal || t.names {
			t.sheet.plain(c.name)
		}
	}
	for _, id := range t.questions {
		t.sheet.plain(questionPrefix + string(id))
	}
	return t.sheet.end()
}

// Row writes a submission. Of one that was withdrawn, d is nil.
func (t *Queue) Row(s review.Submission, d *q.Definition, r q.Response, answers q.Answers) error {
	sh := &t.sheet
	sh.plain(string(s.ID))
	sh.plain(moment(s.Sent))
	sh.plain(moment(s.Withdrawn))
	sh.plain(string(s.State))
	if d == nil {
		for _, c := range fixedColumns()[4:] {
			if !c.personal || t.names {
				sh.plain("")
			}
		}
		for range t.questions {
			sh.plain("")
		}
		return sh.end()
	}
	sh.plain(s.Urgency.String())
	sh.plain(string(s.Age))
	sh.plain(s.Match.String())
	flags, causes := conclusions(r.Outcome)
	sh.plain(flags)
	sh.plain(causes)
	sh.plain(joinIDs(r.NotMe))
	sh.plain(string(r.Ref.ID))
	sh.cell(r.Ref.Version)
	sh.plain(short(r.Ref.Hash))
	if t.names {
		sh.cell(s.Name)
		sh.cell(s.Born)
	}
	values := d.NewValues()
	d.Evaluate(answers, values)
	for _, id := range t.questions {
		i, ok := d.Question(id)
		if !ok {
			sh.plain("")
			continue
		}
		t.answer(d, i, values.Of(d.Questions[i].Ask), answers[i])
	}
	return sh.end()
}

// Flush writes what was gathered.
func (t *Queue) Flush() error { return t.sheet.flush() }

func (t *Queue) answer(d *q.Definition, i int, asked q.Truth, a q.Answer) {
	switch {
	case asked != q.True:
		t.sheet.plain(MissingNotAsked)
	case a.State == q.NotReached:
		t.sheet.plain(MissingNotReached)
	case a.State == q.Unsure:
		t.sheet.plain(MissingUnsure)
	case a.State == q.Declined:
		t.sheet.plain(MissingDeclined)
	case a.State == q.Blank:
		t.sheet.plain(MissingBlank)
	case d.Questions[i].Type == q.Number:
		t.sheet.plain(strconv.Itoa(a.Number))
	case d.Questions[i].Type == q.FreeText:
		t.sheet.cell(a.Text)
	default:
		t.sheet.plain(strings.Join(d.Words(i, a), between))
	}
}

// conclusions gives the red flags that fired and the causes with their strengths, as they were computed on completion.
func conclusions(outcome []byte) (flags, causes string) {
	var o struct {
		Flags  []struct{ ID q.ID } `json:"red_flags"`
		Causes []struct {
			ID       q.ID
			Strength q.Strength
		}
	}
	if err := json.Unmarshal(outcome, &o); err != nil {
		return MissingUnreadable, MissingUnreadable
	}
	var ids []q.ID
	for _, f := range o.Flags {
		ids = append(ids, f.ID)
	}
	var strong []string
	for _, c := range o.Causes {
		strong = append(strong, string(c.ID)+":"+c.Strength.String())
	}
	return joinIDs(ids), strings.Join(strong, between)
}

func joinIDs(ids []q.ID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = string(id)
	}
	return strings.Join(words, between)
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// short is enough of an edition's hash to tell editions apart.
func short(hash string) string { return hash[:min(len(hash), 12)] }
