package locale

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/feature/plural"
)

const head = `
direction: ltr
months:
  of_year: [January, February, March, April, May, June, July, August, September, October, November, December]
  of_day: [января, февраля, марта, апреля, мая, июня, июля, августа, сентября, октября, ноября, декабря]
messages:
  date.day: "{day} {month} {year}"
  date.month: "{month} {year}"
  list.between: "; "
`

const (
	en = "language: en\nname: English" + head + `
  hello: Hello {name}
  left: {one: "{count} question", other: "{count} questions"}
`
	ru = "language: ru\nname: Русский" + head + `
  hello: Здравствуйте, {name}
  left: {one: "{count} вопрос", few: "{count} вопроса", many: "{count} вопросов", other: "{count} вопроса"}
`
)

func load(t *testing.T, files map[string]string) (*Catalogue, error) {
	t.Helper()
	fs := fstest.MapFS{}
	for name, s := range files {
		fs[name] = &fstest.MapFile{Data: []byte(s)}
	}
	return Load(fs)
}

func mustLoad(t *testing.T, files map[string]string) *Catalogue {
	t.Helper()
	c, err := load(t, files)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestBuiltIn: the languages that are built in load, and those that are complete stay complete.
func TestBuiltIn(t *testing.T) {
	t.Parallel()
	c, err := Load(Files)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Tags(); got[0] != "en" {
		t.Errorf("languages %v, English is not the first", got)
	}
	for _, tag := range c.Tags() {
		for _, missing := range c.Missing(tag) {
			t.Errorf("%s: %s", tag, missing)
		}
	}
}

// TestBuiltInClinic: the parts that staff read load, and the languages that have all of them stay complete.
func TestBuiltInClinic(t *testing.T) {
	t.Parallel()
	patients, err := Load(Files)
	if err != nil {
		t.Fatal(err)
	}
	staff, err := LoadClinic(Files)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(patients.Tags(), staff.Tags()); diff != "" {
		t.Errorf("languages (-patients +staff):\n%s", diff)
	}
	for _, tag := range staff.Tags() {
		if missing := staff.Missing(tag); missing != nil {
			t.Errorf("%s: staff's words lack %v", tag, missing)
		}
	}
	const key = "frame.nav" // one of the frame around every clinic page
	if got := staff.Printer("en").T(key); got == key {
		t.Error("the parts are not in what staff read")
	}
	if got := patients.Printer("en").T(key); got != key {
		t.Errorf("patients have %q", got)
	}
}

func TestLoadClinic(t *testing.T) {
	t.Parallel()
	const (
		queue  = "language: en\nmessages:\n  queue: Queue of {name}\n  rows: {one: \"{count} row\", other: \"{count} rows\"}\n"
		people = "language: en\nmessages:\n  people: People\n"
		russia = "language: ru\nmessages:\n  queue: Очередь {name}\n  rows: {one: \"{count} ряд\", few: \"{count} ряда\", many: \"{count} рядов\"}\n  people: Люди\n"
	)
	whole := map[string]string{
		"en.yaml": en, "ru.yaml": ru, "clinic/en.queue.yaml": queue, "clinic/en.people.yaml": people, "clinic/ru.all.yaml": russia,
	}
	tests := []struct {
		name, file, content, err string
		missing                  []string // of Russian
	}{
		{name: "whole"},
		{name: "nothing of a language", file: "clinic/ru.all.yaml", missing: []string{"people: missing", "queue: missing", "rows: missing"}},
		{name: "less of a language", file: "clinic/ru.all.yaml", content: strings.Replace(russia, "  people: Люди\n", "", 1), missing: []string{"people: missing"}},
		{name: "a form too few", file: "clinic/ru.all.yaml", content: strings.Replace(russia, `, few: "{count} ряда"`, "", 1), missing: []string{`rows: plural form "few" is missing`}},
		{name: "a key that English lacks", file: "clinic/en.people.yaml", missing: []string{"people: not in English"}},
		{name: "twice in parts", file: "clinic/en.people.yaml", content: people + "  queue: Again\n", err: "clinic/en.queue.yaml: queue: already in another file of this language"},
		{name: "a key of patients", file: "clinic/en.people.yaml", content: people + "  hello: Again\n", err: "clinic/en.people.yaml: hello: already in another file of this language"},
		{name: "twice in one file", file: "clinic/en.people.yaml", content: people + "  people: Again\n", err: "clinic/en.people.yaml: "},
		{name: "unknown field", file: "clinic/en.people.yaml", content: people + "direction: ltr\n", err: "clinic/en.people.yaml: "},
		{name: "another language", file: "clinic/en.people.yaml", content: strings.Replace(people, "en", "ru", 1), err: `clinic/en.people.yaml: holds language "ru"`},
		{name: "unknown language", file: "clinic/sv.people.yaml", content: strings.Replace(people, "en", "sv", 1), err: "clinic/sv.people.yaml: sv.yaml is missing"},
		{name: "no part", file: "clinic/en.yaml", content: people, err: "clinic/en.yaml: the name of the part is missing"},
		{name: "no words", file: "clinic/en.people.yaml", content: people + "  empty:\n", err: "clinic/en.people.yaml: empty: a text is expected"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := fstest.MapFS{}
			for name, content := range whole {
				files[name] = &fstest.MapFile{Data: []byte(content)}
			}
			switch {
			case tt.content != "":
				files[tt.file] = &fstest.MapFile{Data: []byte(tt.content)}
			case tt.file != "":
				delete(files, tt.file)
			}
			c, err := LoadClinic(files)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want one with %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.missing, c.Missing("ru")); diff != "" {
				t.Errorf("missing (-want +got):\n%s", diff)
			}
			patients, err := Load(files)
			if err != nil {
				t.Fatal(err)
			}
			if missing := patients.Missing("ru"); missing != nil {
				t.Errorf("patients lack %v", missing)
			}
			if got := c.Printer("en").T("queue", "name", "Ann"); got != "Queue of Ann" {
				t.Errorf("staff read %q", got)
			}
			if got := c.Printer("ru").T("hello", "name", "Ann"); got != "Здравствуйте, Ann" {
				t.Errorf("staff read %q of what patients read", got)
			}
		})
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, map[string]string{"en.yaml": en, "ru.yaml": ru})
	english, russian := c.Printer("en"), c.Printer("ru")
	tests := []struct{ name, got, want string }{
		{"filled in", english.T("hello", "name", "Ann"), "Hello Ann"},
		{"value equal to a name", english.T("hello", "other", "name", "name", "Ann"), "Hello Ann"},
		{"whole number", english.T("hello", "name", 12345), "Hello 12,345"},
		{"not given", english.T("hello"), "Hello {name}"},
		{"unknown message", english.T("no.such"), "no.such"},
		{"unknown plural", english.N("no.such", 3), "no.such"},
		{"one", english.N("left", 1), "1 question"},
		{"many", english.N("left", 0), "0 questions"},
		{"russian one", russian.N("left", 21), "21 вопрос"},
		{"russian few", russian.N("left", 3), "3 вопроса"},
		{"russian many", russian.N("left", 12), "12 вопросов"},
		{"russian number", russian.Number(12345), "12\u00a0345"},
		{"unknown language", c.Printer("xx").Tag(), "en"},
		{"list", english.Join([]string{"In bed", "At rest"}), "In bed; At rest"},
		{"day", russian.Date(time.Date(2018, time.August, 6, 0, 0, 0, 0, time.UTC)), "6 августа 2018"},
		{"partial day", english.PartialDate("2019-05-27"), "27 мая 2019"},
		{"partial month", russian.PartialDate("2019-05"), "May 2019"},
		{"partial year", english.PartialDate("2019"), "2019"},
		{"no date", english.PartialDate("long ago"), "long ago"},
		{"month by name", english.Month(" Sept. "), "9"},
		{"month by its other name", russian.Month("мая"), "5"},
		{"month by number", english.Month("07"), "07"},
		{"no month", english.Month("soon"), "soon"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.got != tt.want {
				t.Errorf("got %q, want %q", tt.got, tt.want)
			}
		})
	}
}

// TestRussian: the words that are built in, not made up for a test, follow the numbers and the dates of the language.
func TestRussian(t *testing.T) {
	t.Parallel()
	c, err := Load(Files)
	if err != nil {
		t.Fatal(err)
	}
	russian := c.Printer("ru")
	day := time.Date(2026, time.August, 6, 21, 5, 0, 0, time.UTC)
	tests := []struct{ name, got, want string }{
		{"0", russian.N("sheet.unsure.count", 0), "0 ответов, названы ниже"},
		{"1", russian.N("sheet.unsure.count", 1), "1 ответ, назван ниже"},
		{"2", russian.N("sheet.unsure.count", 2), "2 ответа, названы ниже"},
		{"4", russian.N("sheet.unsure.count", 4), "4 ответа, названы ниже"},
		{"5", russian.N("sheet.unsure.count", 5), "5 ответов, названы ниже"},
		{"11", russian.N("sheet.unsure.count", 11), "11 ответов, названы ниже"},
		{"14", russian.N("sheet.unsure.count", 14), "14 ответов, названы ниже"},
		{"20", russian.N("sheet.unsure.count", 20), "20 ответов, названы ниже"},
		{"21", russian.N("sheet.unsure.count", 21), "21 ответ, назван ниже"},
		{"22", russian.N("sheet.unsure.count", 22), "22 ответа, названы ниже"},
		{"111", russian.N("sheet.unsure.count", 111), "111 ответов, названы ниже"},
		{"1021", russian.N("sheet.unsure.count", 1021), "1\u00a0021 ответ, назван ниже"},
		{"verb of one", russian.N("progress.exact", 21, "number", 3), "Вопрос 3, остался ещё 21"},
		{"verb of few", russian.N("progress.exact", 22, "number", 3), "Вопрос 3, осталось ещё 22"},
		{"after a preposition", russian.N("question.length", 501), "Не больше 501 знака"},
		{"day", russian.Date(day), "6 августа 2026\u00a0г."},
		{"day and time", russian.DateTime(day), "6 августа 2026\u00a0г., 21:05"},
		{"month of a year", russian.PartialDate("2019-05"), "май 2019\u00a0г."},
		{"year", russian.PartialDate("2019"), "2019"},
		{"typed month", russian.Month("мая"), "5"},
		{"first letters of a month", russian.Month("Сент."), "9"},
		{"English month", russian.Month("august"), "8"},
		{"name", russian.Name(), "Русский"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.got != tt.want {
				t.Errorf("got %q, want %q", tt.got, tt.want)
			}
		})
	}

	// The full stop of "г." closes the sentence as well. Fractions take a form of their own, which whole numbers never ask for.
	for key, e := range russian.messages {
		for form, text := range e {
			var args []any
			for _, name := range text.names {
				if slices.Contains([]string{"date", "reviewed", "until"}, name) {
					args = append(args, name, russian.Date(day))
				}
			}
			if got := russian.fill(text, args); strings.Contains(got, "г..") {
				t.Errorf("%s, %s: two full stops after a date: %s", key, formName(form), got)
			}
		}
		if _, ok := e[plural.Other]; !ok && e[single].words == nil {
			t.Errorf("%s: no form for fractions", key)
		}
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, old, new string
		want           []string
	}{
		{"complete", "", "", nil},
		{"message", "  hello: Здравствуйте, {name}\n", "", []string{"hello: missing"}},
		{"plural form", `few: "{count} вопроса", `, "", []string{`left: plural form "few" is missing`}},
		{"placeholder", "Здравствуйте, {name}", "Здравствуйте", []string{"hello: placeholders [], English has [name]"}},
		{"wrong placeholder", "Здравствуйте, {name}", "Здравствуйте, {who}", []string{"hello: placeholders [who], English has [name]"}},
		{"no plural wanted", "hello: Здравствуйте, {name}", `hello: {one: "{name}", other: "{name}"}`, []string{"hello: plural forms where English has one text"}},
		{"left over", "  hello:", "  bye: Пока\n  hello:", []string{"bye: not in English"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			changed := strings.Replace(ru, tt.old, tt.new, 1)
			if tt.old != "" && changed == ru {
				t.Fatal("the case changes nothing")
			}
			c := mustLoad(t, map[string]string{"en.yaml": en, "ru.yaml": changed})
			if diff := cmp.Diff(tt.want, c.Missing("ru")); diff != "" {
				t.Errorf("missing (-want +got):\n%s", diff)
			}
		})
	}
	if got := mustLoad(t, map[string]string{"en.yaml": en}).Missing("ru"); !slices.Equal(got, []string{"ru.yaml"}) {
		t.Errorf("a language without a file lacks %v", got)
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, text, want string }{
		{"unknown key", "en.yaml", "colour: red\n" + en, "colour"},
		{"message twice", "en.yaml", en + "  hello: Hi {name}\n", "hello"},
		{"open brace", "en.yaml", strings.Replace(en, "{name}", "{name", 1), "placeholder"},
		{"space in a name", "en.yaml", strings.Replace(en, "Hello {name}", "Hello {the name}", 1), "placeholder"},
		{"unknown plural form", "en.yaml", strings.Replace(en, "one:", "single:", 1), "single"},
		{"list", "en.yaml", en + "  several: [a, b]\n", "plural forms"},
		{"empty message", "en.yaml", en + "  nothing:\n", "a text is expected"},
		{"other language in the file", "de.yaml", en, "holds language"},
		{"eleven months", "en.yaml", strings.Replace(en, "January, ", "", 1), "twelve months"},
		{"direction", "en.yaml", strings.Replace(en, "ltr", "down", 1), "direction"},
		{"no name", "en.yaml", strings.Replace(en, "name: English", "name: ''", 1), "name"},
		{"not a language", "en.yaml", strings.Replace(en, "language: en", "language: '!'", 1), "language"},
		{"no English", "ru.yaml", ru, "en.yaml is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := load(t, map[string]string{tt.file: tt.text})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one that names %q", err, tt.want)
			}
		})
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, map[string]string{"en.yaml": en, "ru.yaml": ru})
	tests := []struct{ header, want string }{
		{"", "en"},
		{"ru", "ru"},
		{"ru-RU,ru;q=0.9,en;q=0.8", "ru"},
		{"en-GB,ru;q=0.5", "en"},
		{"fi", "en"},
		{"uk", "en"}, // Russian is not what a Ukrainian reader asked for
		{"kk", "ru"},
		{"tlh;;q=x", "en"},
	}
	for _, tt := range tests {
		t.Run(tt.header, func(t *testing.T) {
			t.Parallel()
			if got := c.Match(tt.header, c.Tags()); got != tt.want {
				t.Errorf("%q gets %s, want %s", tt.header, got, tt.want)
			}
		})
	}
}
