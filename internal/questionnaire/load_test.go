package questionnaire_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	q "ekbom/internal/questionnaire"
	. "ekbom/internal/questionnaire/questionnairetest"
)

func small(change func(definition, rules M, files fstest.MapFS)) fstest.MapFS { return Small(change) }

func question(definition M, section, at int) M {
	return definition["sections"].([]any)[section].(M)["questions"].([]any)[at].(M)
}

func TestLoad(t *testing.T) {
	t.Parallel()
	d, faults := q.Load(small(nil))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if got, want := len(d.Questions), 7; got != want {
		t.Errorf("%d questions, want %d", got, want)
	}
	if got, want := d.Questions[2], (q.Question{}); got.Usual != (q.Range{From: 1, To: 100}) || got.Range.To != 120 || got.Ask != want.Ask {
		t.Errorf("age is %+v", got)
	}
	if len(d.Hash) != 64 || d.Version != "1.2.3" {
		t.Errorf("ref is %+v", d.Ref)
	}
	view := d.Clinic
	for i := range view.Groups {
		if view.Groups[i].Line == 0 {
			t.Errorf("the group %s has no place", view.Groups[i].ID)
		}
		view.Groups[i].Place = q.Place{}
	}
	if diff := cmp.Diff(q.ClinicView{Age: 2, OverTime: []int{3, 5}, Groups: []q.Group{{ID: "body", Questions: []int{1, 3}}, {ID: "rest", Questions: []int{4}}}}, view); diff != "" {
		t.Errorf("what the clinic sees first (-want +got):\n%s", diff)
	}
	if got := d.Texts["en"].Groups["rest"]; got != "Group rest" {
		t.Errorf("the group is called %q", got)
	}
	again, faults := q.Load(archive(t, d))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if diff := cmp.Diff(d.Ref, again.Ref); diff != "" {
		t.Errorf("loaded from its archive it is another edition:\n%s", diff)
	}
}

func TestHashFollowsEveryWordButCases(t *testing.T) {
	t.Parallel()
	hash := func(change func(definition, rules M, files fstest.MapFS)) string {
		d, faults := q.Load(small(change))
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		return d.Hash
	}
	whole := hash(func(M, M, fstest.MapFS) {})
	if got := hash(func(_, _ M, f fstest.MapFS) { delete(f, "cases/all.yaml") }); got != whole {
		t.Error("a case changed the hash")
	}
	if got := hash(func(_, _ M, f fstest.MapFS) {
		f["text/en.yaml"].Data = []byte(strings.Replace(string(f["text/en.yaml"].Data), "Lead", "Load", 1))
	}); got == whole {
		t.Error("a word did not change the hash")
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	text := func(name, old, now string) func(M, M, fstest.MapFS) {
		return func(_, _ M, f fstest.MapFS) {
			f[name].Data = []byte(strings.Replace(string(f[name].Data), old, now, 1))
		}
	}
	put := func(name, content string) func(M, M, fstest.MapFS) {
		return func(_, _ M, f fstest.MapFS) { f[name] = &fstest.MapFile{Data: []byte(content)} }
	}
	flag := func(key string, value any) func(M, M, fstest.MapFS) {
		return func(_, r M, _ fstest.MapFS) { r["red_flags"].([]any)[0].(M)[key] = value }
	}
	when := func(c any) func(M, M, fstest.MapFS) { return flag("when", c) }
	ask := func(section, at int, key string, value any) func(M, M, fstest.MapFS) {
		return func(d, _ M, _ fstest.MapFS) { question(d, section, at)[key] = value }
	}
	clinic := func(key string, value any) func(M, M, fstest.MapFS) {
		return func(d, _ M, _ fstest.MapFS) { d["clinic"].(M)[key] = value }
	}
	tests := []struct {
		name   string
		change func(definition, rules M, files fstest.MapFS)
		want   string // code of one of the faults
	}{
		{"no files", func(_, _ M, f fstest.MapFS) { delete(f, "sources.yaml") }, "file-missing"},
		{"no English", func(_, _ M, f fstest.MapFS) { delete(f, "text/en.yaml") }, "file-missing"},
		{"stray file", put("notes.txt", "x"), "unknown-file"},
		{"broken YAML", put("sources.yaml", "sources: [\n"), "not-yaml"},
		{"two documents", put("sources.yaml", "a: 1\n---\nb: 2\n"), "not-yaml"},
		{"anchor", put("sources.yaml", "sources: &a {}\n"), "anchor"},
		{"alias bomb", put("sources.yaml", "a: &a [x]\nb: *a\n"), "anchor"},
		{"key twice", put("sources.yaml", "sources: {}\nsources: {}\n"), "key-twice"},
		{"too deep", put("sources.yaml", strings.Repeat("[", 80)+strings.Repeat("]", 80)), "too-deep"},
		{"too large", put("sources.yaml", strings.Repeat("#", 3<<20)), "file-too-large"},
		{"unknown key", ask(0, 0, "colour", "red"), "unknown-key"},
		{"missing key", func(d, _ M, _ fstest.MapFS) { delete(question(d, 0, 0), "type") }, "missing-key"},
		{"version", func(d, _ M, _ fstest.MapFS) { d["version"] = "one" }, "not-a-version"},
		{"date", func(d, _ M, _ fstest.MapFS) { d["reviewed"] = "yesterday" }, "not-a-date"},
		{"id", ask(0, 0, "question", "Who Me"), "not-an-id"},
		{"question twice", ask(1, 0, "question", "age"), "id-twice"},
		{"reserved question", ask(0, 0, "question", "all"), "reserved-id"},
		{"reserved option", ask(0, 0, "options", []string{"me", "unsure"}), "reserved-id"},
		{"unknown type", ask(0, 0, "type", "chioce"), "unknown-word"},
		{"options of a number", ask(0, 2, "options", []string{"a", "b"}), "key-of-other-type"},
		{"one option", ask(0, 0, "options", []string{"me"}), "option-count"},
		{"many options", ask(0, 0, "options", strings.Fields(strings.Repeat("x ", 61))), "option-count"},
		{"none in the middle", ask(0, 1, "none", "pain"), "none-not-last"},
		{"range upside down", ask(0, 2, "range", M{"from": 9, "to": 1}), "range-empty"},
		{"usual outside", ask(0, 2, "usual", M{"from": 1, "to": 200}), "usual-outside-range"},
		{"long text", ask(1, 3, "length", 5000), "length-out-of-range"},
		{"ask without meaning", func(d, _ M, _ fstest.MapFS) { delete(question(d, 1, 0), "if_not_asked") }, "ask-without-meaning"},
		{"ask about a later question", ask(1, 0, "ask", M{"since": "answered"}), "reads-later"},
		{"ask about itself", ask(1, 0, "ask", M{"pregnant": "yes"}), "reads-later"},
		{"nobody reads it", func(d, _ M, _ fstest.MapFS) { delete(question(d, 1, 1), "unread") }, "unread-question"},
		{"somebody reads it", ask(0, 2, "unread", "For nothing."), "read-after-all"},
		{"empty section", func(d, _ M, _ fstest.MapFS) { d["sections"].([]any)[0].(M)["questions"] = []any{} }, "empty-section"},
		{"clinic: unknown key", clinic("colour", "red"), "unknown-key"},
		{"clinic: unknown question", clinic("age", "edge"), "unknown-question"},
		{"clinic: age of no number", clinic("age", "signs"), "question-of-other-type"},
		{"clinic: drawn, but no row of values", clinic("over_time", []string{"signs"}), "question-of-other-type"},
		{"clinic: drawn twice", clinic("over_time", []string{"who", "pregnant"}), "drawn-twice"},
		{"clinic: drawn beyond 10", clinic("over_time", []string{"age"}), "not-from-0-to-10"},
		{"clinic: in two groups", clinic("groups", []any{M{"group": "body", "questions": []string{"signs"}}, M{"group": "rest", "questions": []string{"since", "signs"}}}), "question-twice"},
		{"clinic: group twice", clinic("groups", []any{M{"group": "body", "questions": []string{"signs"}}, M{"group": "body", "questions": []string{"since"}}}), "id-twice"},
		{"clinic: empty group", clinic("groups", []any{M{"group": "body", "questions": []string{}}}), "empty-group"},
		{"clinic: unknown in a group", clinic("groups", []any{M{"group": "body", "questions": []string{"sings"}}}), "unknown-question"},
		{"clinic: group without words", text("text/en.yaml", `"rest": "Group rest"`, `"rust": "Group rest"`), "missing-text"},
		{"clinic: words without group", text("text/en.yaml", `"rest": "Group rest"`, `"rest": "Group rest", "rust": "Rust"`), "left-over-text"},
		{"clinic: words without groups", clinic("groups", []any{}), "unknown-key"},
		{"no clinic", func(d, _ M, f fstest.MapFS) {
			delete(d, "clinic")
			f["text/en.yaml"].Data = []byte(strings.Replace(string(f["text/en.yaml"].Data), `"groups": {
  "body": "Group body",
  "rest": "Group rest"
 },`, "", 1))
		}, ""},
		{"unknown question", when(M{"sings": "pain"}), "unknown-question"},
		{"unknown option", when(M{"signs": "pane"}), "unknown-option"},
		{"unknown fact", when(M{"fact": "adolt"}), "unknown-fact"},
		{"unknown flag", when(M{"red_flag": "nothing"}), "unknown-red-flag"},
		{"unknown cause", when(M{"cause": "nothing"}), "unknown-cause"},
		{"unknown state", when(M{"criterion": M{"sore": "unknown"}}), "unknown-state"},
		{"no criterion named", when(M{"criterion": M{}}), "not-a-condition"},
		{"two scores named", when(M{"score": M{"load": M{"from": 1}, "weight": M{"from": 1}}}), "not-a-condition"},
		{"unknown criterion", when(M{"criterion": M{"soar": "met"}}), "unknown-criterion"},
		{"not offered", when(M{"who": "unsure"}), "not-offered"},
		{"number of a choice", when(M{"who": M{"from": 1}}), "not-a-number-question"},
		{"threshold outside", when(M{"age": M{"from": 121}}), "threshold-out-of-range"},
		{"threshold always true", when(M{"age": M{"from": 0}}), "threshold-out-of-range"},
		{"score never reached", when(M{"score": M{"load": M{"from": 4}}}), "threshold-out-of-range"},
		{"score without bound", when(M{"score": M{"load": M{}}}), "score-bounds"},
		{"two conditions", when(M{"signs": "pain", "who": "me"}), "two-conditions"},
		{"not a condition", when("pain"), "not-a-condition"},
		{"empty all", when(M{"all": []any{}}), "empty-list"},
		{"count too high", when(M{"at_least": 3, "of": []any{M{"signs": "pain"}, M{"who": "me"}}}), "count-out-of-range"},
		{"ten thousand parts", when(M{"any": many(10_000)}), "too-many-parts"},
		{"ten thousand counted", when(M{"at_least": 2, "of": many(10_000)}), "too-many-parts"},
		{"counted far", when(M{"at_least": 400, "of": many(900)}), "count-too-large"},
		{"facts that name the one before them twice", func(_, r M, _ fstest.MapFS) {
			facts := M{"f0": M{"signs": "pain"}, "adult": M{"age": M{"from": 18}}}
			for i := 1; i < 60; i++ {
				before := M{"fact": fmt.Sprintf("f%d", i-1)}
				facts[fmt.Sprintf("f%d", i)] = M{"any": []any{M{"all": []any{before, M{"signs": "fever"}}}, M{"all": []any{before, M{"who": "me"}}}}}
			}
			r["facts"] = facts
			when(M{"fact": "f59"})(nil, r, nil)
		}, "condition-too-large"},
		{"id in another script", when(M{"fact": "взрослый"}), "not-an-id"},
		{"circle of facts", func(_, r M, _ fstest.MapFS) {
			r["facts"] = M{"adult": M{"fact": "grown"}, "grown": M{"fact": "adult"}}
		}, "circle"},
		{"circle of flags", when(M{"urgency": M{"from": "routine"}}), "circle"},
		{"circle of criteria", func(_, r M, _ fstest.MapFS) {
			r["criteria"].([]any)[0].(M)["met"] = M{"pattern": "full"}
		}, "circle"},
		{"unused fact", func(_, r M, _ fstest.MapFS) { r["facts"].(M)["child"] = M{"age": M{"below": 18}} }, "unused-fact"},
		{"unknown urgency", flag("urgency", "now"), "unknown-word"},
		{"unknown above known", flag("if_unknown", "emergency"), ""},
		{"flag lower than its doubt", func(_, r M, _ fstest.MapFS) {
			r["red_flags"].([]any)[1].(M)["if_unknown"] = "emergency"
		}, "unknown-above-known"},
		{"hides for everybody", func(_, r M, _ fstest.MapFS) { r["hide_causes"] = "self-care" }, "every-urgency"},
		{"nobody leads there", func(_, r M, _ fstest.MapFS) {
			delete(r["referrals"].([]any)[1].(M), "when")
		}, "missing-key"},
		{"half a text", text("text/en.yaml", `"act": "Act"`, `"act": "Act", "sentence": "Alone."`), "half-a-text"},
		{"no source", flag("source", []string{}), "no-source"},
		{"unknown source", flag("source", "s2"), "unknown-source"},
		{"source without place", put("sources.yaml", "sources: {s1: {title: A, reviewed: 2026-01-02}}"), "source-without-place"},
		{"unused source", put("sources.yaml", "sources: {s1: {title: A, evidence: b, reviewed: 2026-01-02}, s2: {title: A, evidence: b, reviewed: 2026-01-02}}"), "unused-source"},
		{"insecure address", put("sources.yaml", "sources: {s1: {title: A, evidence: b, reviewed: 2026-01-02, address: http://x}}"), "not-an-address"},
		{"points", func(_, r M, _ fstest.MapFS) {
			r["scores"].(M)["load"].(M)["terms"].([]any)[0].(M)["points"] = 0
		}, "points-out-of-range"},
		{"bands", func(_, r M, _ fstest.MapFS) {
			r["scores"].(M)["load"].(M)["bands"].([]any)[0].(M)["from"] = 5
		}, "band-order"},
		{"cause without rule", func(_, r M, _ fstest.MapFS) { r["causes"].([]any)[0].(M)["rules"] = []any{} }, "cause-without-rule"},
		{"unknown remedy", func(_, r M, _ fstest.MapFS) { r["exclusions"] = M{} }, "unknown-remedy"},
		{"unused exclusion", func(_, r M, _ fstest.MapFS) { r["exclusions"].(M)["massage"] = M{"signs": "fever"} }, "unused-exclusion"},
		{"referral to nobody's cause", func(_, r M, _ fstest.MapFS) {
			r["referrals"].([]any)[0].(M)["causes"] = []string{"stain"}
		}, "unknown-cause"},
		{"text missing", text("text/en.yaml", `"hurts": "Hurts"`, `"hot2": "Hurts"`), "missing-text"},
		{"text left over", text("text/en.yaml", `"hurts": "Hurts"`, `"hot2": "Hurts"`), "left-over-text"},
		{"text empty", text("text/en.yaml", `"Hurts"`, `" "`), "empty-text"},
		{"language of another file", text("text/en.yaml", `"language": "en"`, `"language": "ru"`), "not-a-language"},
		{"nobody to say they to", text("text/en.yaml", "What about who?", "What about you?"), "missing-text"},
		{"case: unknown question", text("cases/all.yaml", `"signs"`, `"sings"`), "unknown-question"},
		{"case: unknown option", text("cases/all.yaml", `"pain"`, `"pane"`), "not-an-answer"},
		{"case: answer with keys", text("cases/all.yaml", `"blank"`, `{"not": "blank"}`), "not-an-answer"},
		{"case: answer in an answer", text("cases/all.yaml", `"pain"`, `["pain"]`), "not-an-answer"},
		{"case: off the path", text("cases/all.yaml", `"who": "me"`, `"who": "me", "pregnant": "no"`), "answer-off-path"},
		{"case: answer missing", text("cases/all.yaml", `"age": 70`, `"age": 30`), "answer-missing"},
		{"case: unknown cause", text("cases/all.yaml", `"strain"`, `"stain"`), "unknown-cause"},
		{"case: unknown base", text("cases/all.yaml", `"case"`, `"based_on": "nobody", "case"`), "unknown-case"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, faults := q.Load(small(tt.change))
			if tt.want == "" {
				if len(faults) > 0 {
					t.Fatalf("faults: %v", faults)
				}
				return
			}
			if d != nil || len(faults) == 0 {
				t.Fatal("loaded")
			}
			for _, f := range faults {
				if f.File == "" || f.What == "" {
					t.Errorf("fault without place or words: %+v", f)
				}
				if f.Code == tt.want {
					if f.Line == 0 && !strings.HasPrefix(f.Code, "file-") && f.Code != "unknown-file" {
						t.Errorf("fault without line: %v", f.Error())
					}
					return
				}
			}
			t.Errorf("no fault %s among %v", tt.want, faults)
		})
	}
}

// All faults of all files are told at once.
func TestAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	_, faults := q.Load(small(func(d, r M, f fstest.MapFS) {
		question(d, 0, 0)["colour"] = "red"
		question(d, 0, 2)["range"] = M{"from": 9, "to": 1}
		r["red_flags"].([]any)[0].(M)["when"] = M{"sings": "pain"}
		r["causes"].([]any)[0].(M)["against"] = []any{M{"look_alike": "colt"}}
		f["text/en.yaml"].Data = []byte(strings.Replace(string(f["text/en.yaml"].Data), `"hot": "Hot"`, `"hat": "Hot"`, 1))
	}))
	var codes []string
	for _, f := range faults {
		codes = append(codes, f.Code)
	}
	for _, want := range []string{"unknown-key", "range-empty", "unknown-question", "unknown-look-alike"} {
		if !strings.Contains(strings.Join(codes, " "), want) {
			t.Errorf("no fault %s among %v", want, codes)
		}
	}
}

// A file that cannot be read is told of alone, not among all that others miss in it.
func TestUnreadableFileIsToldAlone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"rules.yaml", "sources.yaml", "text/en.yaml"} {
		files := small(nil)
		files[name] = &fstest.MapFile{Data: []byte("a: [\n\t")}
		_, faults := q.Load(files)
		if len(faults) != 1 || faults[0].Code != "not-yaml" || faults[0].File != name {
			t.Errorf("%s: %v", name, faults)
		}
	}
}

// A language that lacks texts loads, says what it lacks, and keeps what it has.
func TestIncompleteLanguage(t *testing.T) {
	t.Parallel()
	d, faults := q.Load(small(func(_, _ M, f fstest.MapFS) {
		f["text/de.yaml"] = &fstest.MapFile{Data: []byte("language: de\ntitle: Titel\nsections: {one: Eins}\n")}
	}))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	german := d.Texts["de"]
	if german == nil || german.Title != "Titel" || german.Sections["one"] != "Eins" || len(german.Missing) == 0 {
		t.Fatalf("German is %+v", german)
	}
	if len(d.Texts["en"].Missing) > 0 {
		t.Errorf("English lacks %v", d.Texts["en"].Missing)
	}
}

// "Full or partial" is true once the answers are at least partly alike, although nobody knows yet whether fully.
func TestHigherStatesNeedNotBeDecided(t *testing.T) {
	t.Parallel()
	d, faults := q.Load(small(func(_, r M, _ fstest.MapFS) {
		r["pattern"].(M)["full"] = M{"all": []any{M{"signs": "pain"}, M{"pregnant": "yes"}}}
		r["pattern"].(M)["partial"] = M{"signs": "pain"}
		r["facts"].(M)["alike"] = M{"pattern": []string{"full", "partial"}}
		r["look_alikes"].([]any)[0].(M)["when"] = M{"fact": "alike"}
	}))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	answers := d.NewAnswers()
	for id, a := range map[q.ID]q.Answer{"signs": {State: q.Given, Options: 1}, "age": {State: q.Given, Number: 30}, "pregnant": {State: q.Unsure}} {
		at, _ := d.Question(id)
		answers[at] = a
	}
	if got := d.Walk(d.LookAlikes[0].When, answers); got != q.True {
		t.Errorf("full or partial is %s", got)
	}
}

func FuzzLoad(f *testing.F) {
	whole := small(nil)
	for name := range whole {
		f.Add(name, whole[name].Data)
	}
	f.Add("rules.yaml", []byte("red_flags: [{red_flag: a, when: {all: [{not: {any: []}}]}}]"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		files := small(nil)
		if _, known := files[name]; !known || !fs.ValidPath(name) {
			t.Skip("not a file of a questionnaire")
		}
		files[name] = &fstest.MapFile{Data: data}
		d, faults := q.Load(files)
		if (d == nil) == (len(faults) == 0) {
			t.Fatalf("definition %v with faults %v", d != nil, faults)
		}
		if d != nil {
			d.Path(d.NewAnswers())
		}
	})
}

// A questionnaire need not look for a pattern. Then no text speaks of one, and no condition may.
func TestWithoutPattern(t *testing.T) {
	t.Parallel()
	without := func(_, r M, files fstest.MapFS) {
		delete(r, "pattern")
		delete(r, "criteria")
		delete(r["facts"].(M), "adult") // only the pattern needed it
		var text M
		if err := json.Unmarshal(files["text/en.yaml"].Data, &text); err != nil {
			t.Fatal(err)
		}
		delete(text, "pattern")
		delete(text, "criteria")
		data, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		files["text/en.yaml"] = &fstest.MapFile{Data: data}
	}
	d, faults := q.Load(small(without))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	v := d.NewValues()
	d.Evaluate(d.Cases[0].Answers, v)
	for _, c := range []*q.Condition{d.Pattern.Full, d.Pattern.Partial, d.Pattern.None, d.Pattern.Shown} {
		if v.Of(c) != q.False {
			t.Errorf("a pattern that nobody described is %v", v.Of(c))
		}
	}
	_, faults = q.Load(small(func(d, r M, files fstest.MapFS) {
		without(d, r, files)
		r["red_flags"].([]any)[0].(M)["when"] = M{"pattern": "full"}
	}))
	if len(faults) == 0 || faults[0].Code != "unknown-pattern" {
		t.Errorf("a condition on no pattern: %v", faults)
	}
}

// What English has beyond what is needed, other languages need.
func TestLanguagesAreAlike(t *testing.T) {
	t.Parallel()
	d, faults := q.Load(small(func(_, _ M, files fstest.MapFS) {
		var text M
		if err := json.Unmarshal(files["text/en.yaml"].Data, &text); err != nil {
			t.Fatal(err)
		}
		put := func(tag string) {
			text["language"] = tag
			data, err := json.Marshal(text)
			if err != nil {
				t.Fatal(err)
			}
			files["text/"+tag+".yaml"] = &fstest.MapFile{Data: data}
		}
		put("de")
		text["start"].(M)["emergency"] = []string{"you cannot breathe"}
		text["start"].(M)["poster"] = "Sore?"
		text["pattern"].(M)["heading"] = "The pattern"
		put("en")
		put("ru")
	}))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if got := len(d.Texts["de"].Missing); got != 3 {
		t.Errorf("German lacks %d texts: %v", got, d.Texts["de"].Missing)
	}
	if len(d.Texts["ru"].Missing) > 0 || d.Texts["en"].PatternName != "The pattern" {
		t.Errorf("Russian lacks %v", d.Texts["ru"].Missing)
	}
}

// many gives n conditions.
func many(n int) (list []any) {
	for range n {
		list = append(list, M{"signs": "pain"})
	}
	return list
}

// A misspelt option is told alone: that nothing seems to read its question any more would lead to taking the question away.
func TestMisspeltOptionIsToldAlone(t *testing.T) {
	t.Parallel()
	files := propertyFiles("properties: []\n")
	files["rules.yaml"].Data = []byte(strings.ReplaceAll(string(files["rules.yaml"].Data), `"often": "often"`, `"often": "offen"`))
	files["rules.yaml"].Data = []byte(strings.ReplaceAll(string(files["rules.yaml"].Data), `"often": "never"`, `"often": "neber"`))
	_, faults := q.Load(files)
	for _, f := range faults {
		if f.Code != "unknown-option" {
			t.Errorf("beside the true fault: %v", f.Error())
		}
	}
	if len(faults) != 2 {
		t.Errorf("%d faults", len(faults))
	}
}
