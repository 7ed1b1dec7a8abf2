package locale

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Printer writes in one language. Many goroutines may use it.
type Printer struct {
	tag       language.Tag
	lang      string
	name      string
	direction string
	months    months
	messages  map[string]entry
	numbers   *message.Printer
	fallback  *Printer // English
}

func newPrinter(tag language.Tag, f file) *Printer {
	return &Printer{
		tag: tag, lang: tag.String(), name: f.Name, direction: f.Direction, months: f.Months, messages: f.Messages,
		numbers: message.NewPrinter(tag),
	}
}

// Tag is the language's BCP 47 tag.
func (p *Printer) Tag() string { return p.lang }

// Name is the language's name in the language itself.
func (p *Printer) Name() string { return p.name }

// Direction is "ltr" or "rtl".
func (p *Printer) Direction() string { return p.direction }

// T gives the message key. args are names and values by turns: T("keep.until", "date", p.Date(t)). Whole numbers are
// written the language's way. A message that this language lacks comes in English, one that English lacks as its key.
func (p *Printer) T(key string, args ...any) string {
	from, e := p.find(key)
	t, ok := e[single]
	if !ok {
		return key
	}
	return from.fill(t, args)
}

// N gives the plural form of the message key for n, which is put in as {count}.
func (p *Printer) N(key string, n int, args ...any) string {
	from, e := p.find(key)
	t, ok := e[from.form(n)]
	if !ok {
		if t, ok = e[plural.Other]; !ok {
			return key
		}
	}
	return from.fill(t, append(args, "count", n))
}

func (p *Printer) find(key string) (*Printer, entry) {
	if e, ok := p.messages[key]; ok {
		return p, e
	}
	return p.fallback, p.fallback.messages[key]
}

func (p *Printer) fill(t text, args []any) string {
	if len(t.names) == 0 {
		return t.words[0]
	}
	var b strings.Builder
	for i, name := range t.names {
		b.WriteString(t.words[i])
		switch v := argument(args, name).(type) {
		case nil:
			b.WriteString("{" + name + "}")
		case int:
			b.WriteString(p.Number(v))
		default:
			fmt.Fprint(&b, v)
		}
	}
	b.WriteString(t.words[len(t.names)])
	return b.String()
}

func argument(args []any, name string) any {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1]
		}
	}
	return nil
}

func (p *Printer) form(n int) plural.Form {
	if n < 0 {
		n = -n
	}
	return plural.Cardinal.MatchPlural(p.tag, n, 0, 0, 0, 0)
}

// pluralForms are the forms that whole numbers take in the language.
func (p *Printer) pluralForms() []plural.Form {
	seen := map[plural.Form]bool{}
	for n := range 1000 {
		seen[p.form(n)] = true
	}
	var all []plural.Form
	for form := plural.Other; form <= plural.Many; form++ {
		if seen[form] {
			all = append(all, form)
		}
	}
	return all
}

// Number writes a whole number with the language's signs and groups.
func (p *Printer) Number(n int) string { return p.numbers.Sprint(n) }

// Date writes a day with the month in full: 6 August 2018.
func (p *Printer) Date(t time.Time) string {
	return p.T("date.day", "day", strconv.Itoa(t.Day()), "month", p.months.OfDay[t.Month()-1], "year", strconv.Itoa(t.Year()))
}

// DateTime writes a day and the time of day.
func (p *Printer) DateTime(t time.Time) string {
	return p.T("date.time", "date", p.Date(t), "time", t.Format("15:04"))
}

// PartialDate writes a date kept as YYYY, YYYY-MM or YYYY-MM-DD; anything else stays as it is.
func (p *Printer) PartialDate(date string) string {
	if t, err := time.Parse(time.DateOnly, date); err == nil {
		return p.Date(t)
	}
	if t, err := time.Parse("2006-01", date); err == nil {
		return p.T("date.month", "month", p.months.OfYear[t.Month()-1], "year", strconv.Itoa(t.Year()))
	}
	return date
}

// Month reads a month as people type it: a number, or a name or its first letters (three or more). It gives a number as
// text, or what was typed when that is no month.
func (p *Printer) Month(typed string) string {
	word := strings.ToLower(strings.Trim(typed, " ."))
	if utf8.RuneCountInString(word) < 3 {
		return typed
	}
	for _, names := range [][]string{p.months.OfYear, p.months.OfDay, p.fallback.months.OfYear} {
		for i, name := range names {
			if strings.HasPrefix(strings.ToLower(name), word) {
				return strconv.Itoa(i + 1)
			}
		}
	}
	return typed
}

// Join lists texts that stand on their own, such as the labels of options: a; b; c.
func (p *Printer) Join(items []string) string { return strings.Join(items, p.T("list.between")) }
