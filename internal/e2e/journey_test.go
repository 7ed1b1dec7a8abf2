package e2e_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
)

// someone gives the answers of the first case that fits.
func someone(t *testing.T, who string, fits func(*assess.Outcome, func(q.ID) q.Answer) bool) q.Answers {
	t.Helper()
	for i := range definition.Cases {
		answers := definition.Cases[i].Answers
		given := func(id q.ID) q.Answer {
			at, ok := definition.Question(id)
			if !ok {
				t.Fatalf("there is no question %s", id)
			}
			return answers[at]
		}
		if fits(assess.Evaluate(definition, answers), given) {
			return slices.Clone(answers)
		}
	}
	t.Fatalf("no case is %s", who)
	return nil
}

func typical(t *testing.T) q.Answers {
	return someone(t, "a typical adult with restless legs and no flag", func(o *assess.Outcome, given func(q.ID) q.Answer) bool {
		return o.Urgency == q.Routine && o.Pattern.Match == q.MatchFull && o.Pattern.Shown && len(o.Causes) > 0 && o.Causes[0].ID == "rls" &&
			given("filled-in-by").Has(0) && len(o.Unknown) < 2
	})
}

// fill enters an answer into the question page that is open.
func (v *visitor) fill(id q.ID, a q.Answer) {
	v.Helper()
	at, ok := definition.Question(id)
	if !ok {
		v.Fatalf("there is no question %s", id)
	}
	qu := &definition.Questions[at]
	words := definition.Words(at, a)
	switch {
	case a.State == q.Blank:
	case a.State == q.Given && qu.Type == q.FreeText:
		v.do("write", chromedp.SendKeys(chromedp.CSS("textarea[name=answer]"), a.Text))
	case a.State == q.Given && qu.Type == q.Number:
		v.do("write", chromedp.SendKeys(chromedp.CSS("input.number"), words[0]))
	default:
		for _, w := range words {
			v.do("choose "+w, chromedp.Click(chromedp.CSS(fmt.Sprintf("input[name=answer][value=%q]", w))))
		}
	}
}

const (
	buttonContinue = "form .go button:not([name])"
	buttonKeep     = "form .go button[name=then]"
)

var questionPath = regexp.MustCompile(`^/q/([a-z0-9-]+)`)

// begin opens the start page and starts.
func (v *visitor) begin() {
	v.Helper()
	v.open("/")
	v.press("main form button[type=submit]")
}

// walk answers question after question until no question comes, and counts them.
func (v *visitor) walk(answers q.Answers) (asked []q.ID) {
	v.Helper()
	for range 2 * len(answers) {
		at := v.where()
		m := questionPath.FindStringSubmatch(at)
		if m == nil {
			return asked
		}
		if strings.HasSuffix(at, "/unusual") {
			v.press("main form button")
			continue
		}
		id := q.ID(m[1])
		i, ok := definition.Question(id)
		if !ok || answers[i].State == q.NotReached {
			v.Fatalf("asked %s, for which there is no answer", id)
		}
		asked = append(asked, id)
		v.fill(id, answers[i])
		v.press(buttonContinue)
	}
	v.Fatalf("no end after %d questions, at %s", len(asked), v.where())
	return nil
}

// finish walks to the result.
func (v *visitor) finish(answers q.Answers) []q.ID {
	v.Helper()
	asked := v.walk(answers)
	v.wantPath("/answers")
	v.press("main form button[type=submit]")
	v.wantPath("/result")
	return asked
}

func text(u q.Urgency) q.UrgencyText { return definition.Texts["en"].Urgency[u] }

func TestTypical(t *testing.T) {
	t.Parallel()
	v := visit(t, start(t))
	answers := typical(t)
	v.begin()
	asked := v.finish(answers)
	if len(asked) > 28 {
		t.Errorf("%d questions for somebody without complications", len(asked))
	}
	en := definition.Texts["en"]
	v.wantText(text(q.Routine).Sentence, en.Pattern[q.MatchFull], en.Causes["rls"].Name, en.Specialists["doctor"].Name)
	v.wantNoText("you have restless", "you have rls")
	v.picture("result")

	v.press(`a[href^="/result/print"]`)
	for name, paper := range map[string]chromedp.PaperSize{"A4": chromedp.PaperA4, "Letter": chromedp.PaperLetter} {
		pages := v.print("sheet-"+name, paper)
		if len(pages) < 2 || len(pages) > 3 {
			t.Errorf("%s: %d pages", name, len(pages))
		}
		for _, want := range []string{text(q.Routine).Heading, en.Criteria["urge"].Name, definition.Version} {
			if !strings.Contains(squeeze(pages[0]), squeeze(want)) {
				t.Errorf("%s: page one does not say %q:\n%s", name, want, pages[0])
			}
		}
		rest := squeeze(strings.Join(pages[1:], " "))
		for _, id := range asked {
			if want := squeeze(en.Questions[id].Text); !strings.Contains(rest, want) {
				t.Errorf("%s: the answers lack %q", name, want)
			}
		}
	}
}

// squeeze drops white space and hyphens, which line breaks may bring in.
func squeeze(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), ""), "-", "")
}

func TestEmergency(t *testing.T) {
	t.Parallel()
	v := visit(t, start(t))
	v.begin()
	answers := someone(t, "an emergency told at the first list", func(o *assess.Outcome, given func(q.ID) q.Answer) bool {
		return o.Urgency == q.Emergency && given("emergency-signs").State == q.Given
	})
	at, _ := definition.Question("emergency-signs")
	if answers[at].Has(definition.Questions[at].None) {
		answers[at] = q.Answer{State: q.Given, Options: 1 << 2}
	}
	v.walk(answers)
	v.wantPath("/emergency/check")
	option := definition.Texts["en"].Questions["emergency-signs"].Options[definition.Questions[at].Options[first(answers[at])]]
	v.wantText(option)
	v.picture("emergency-check")

	// "No": back to the question, nothing is lost; then yes.
	v.press(`a[href="/q/emergency-signs"]`)
	v.wantPath("/q/emergency-signs")
	v.press(buttonContinue)
	v.wantPath("/emergency/check")
	v.press("main form button")
	v.wantPath("/emergency")
	v.wantText(text(q.Emergency).Heading, "112")
	v.picture("emergency")

	// No question can be reached from here by typing an address, and the sheet can be printed.
	v.open("/q/age")
	v.wantPath("/emergency")
	v.open("/result/print")
	if pages := v.print("emergency", chromedp.PaperA4); !strings.Contains(squeeze(pages[0]), squeeze(text(q.Emergency).Heading)) {
		t.Errorf("the sheet does not lead with the emergency:\n%s", pages[0])
	}
}

// Somebody who might harm themself reads words for that, with a line to call, and none about legs.
func TestDespair(t *testing.T) {
	t.Parallel()
	v := visit(t, start(t, "EKBOM_CRISIS_NUMBERS=116 123"))
	v.begin()
	v.fill("filled-in-by", q.Answer{State: q.Given, Options: 1})
	v.press(buttonContinue)
	at, _ := definition.Question("emergency-signs")
	harm, _ := definition.Option(at, "about-to-harm-self")
	v.fill("emergency-signs", q.Answer{State: q.Given, Options: 1 << harm})
	v.press(buttonContinue)
	v.wantPath("/emergency/check")
	v.wantText("116 123")
	v.press("main form button")
	v.wantPath("/emergency")
	words := definition.Texts["en"].RedFlags["self-harm-now"]
	v.wantText(words.Sentence, "116 123", "112")
	v.wantText(words.Steps...)
	v.wantNoText("stocking", "midwife", text(q.Emergency).Sentence)
	v.picture("despair")
}

func first(a q.Answer) int {
	for i := range 64 {
		if a.Has(i) {
			return i
		}
	}
	return -1
}

func TestPregnancy(t *testing.T) {
	t.Parallel()
	v := visit(t, start(t))
	phase, _ := definition.Question("life-phase")
	pregnant, _ := definition.Option(phase, "pregnant")
	answers := someone(t, "pregnant without an emergency", func(o *assess.Outcome, given func(q.ID) q.Answer) bool {
		return given("life-phase").Has(pregnant) && o.Urgency < q.SameDay
	})
	v.begin()
	asked := v.finish(answers)
	if !slices.Contains(asked, "pregnancy-half") {
		t.Errorf("the half of the pregnancy was not asked: %v", asked)
	}
	v.wantText(definition.Texts["en"].Specialists["obstetrician-gynaecologist"].Name)
}

func TestChildWithParent(t *testing.T) {
	t.Parallel()
	v := visit(t, start(t))
	other, _ := definition.Question("filled-in-by")
	answers := someone(t, "a child whose parent answers", func(o *assess.Outcome, given func(q.ID) q.Answer) bool {
		return given("age").Number > 5 && given("age").Number < 13 && given("filled-in-by").Has(1) && o.Urgency < q.Emergency
	})
	if !answers[other].Has(1) {
		t.Fatal("the second option of filled-in-by is not somebody else")
	}
	v.begin()
	v.fill("filled-in-by", answers[other])
	v.press(buttonContinue)
	if got, own := v.text("h1"), definition.Texts["en"].Questions["emergency-signs"]; own.Other != nil && !strings.Contains(got, own.Other.Text) {
		t.Errorf("a parent is asked %q", got)
	}
	v.finish(answers)
	v.wantText("doctor")
	for _, m := range []q.Match{q.MatchFull, q.MatchPartial, q.MatchNone} {
		v.wantNoText(definition.Texts["en"].Pattern[m])
	}
}

// Nobody who is not sure of anything is told that all is well.
func TestEverythingNotSure(t *testing.T) {
	t.Parallel()
	v := visit(t, start(t))
	answers := definition.NewAnswers()
	for i := range answers {
		qu := &definition.Questions[i]
		switch {
		case qu.Unsure:
			answers[i] = q.Answer{State: q.Unsure}
		case qu.Optional:
			answers[i] = q.Answer{State: q.Blank}
		case qu.Type == q.Number:
			answers[i] = q.Answer{State: q.Given, Number: max(qu.Range.From, min(40, qu.Range.To))}
		default:
			// The first option, or the one that says as much as "not sure".
			answers[i] = q.Answer{State: q.Given, Options: 1 << max(0, slices.Index(qu.Options, "cannot-tell"))}
		}
	}
	v.begin()
	v.finish(answers)
	v.wantText(text(q.SameDay).Sentence)
	v.wantNoText(text(q.SelfCare).Sentence, text(q.Routine).Sentence)
	v.wantText("not sure")
	v.picture("not-sure")
}

// A changed answer takes another branch; its questions are asked, then the answers are shown again.
func TestChangeAnAnswer(t *testing.T) {
	t.Parallel()
	v := visit(t, start(t))
	answers := typical(t)
	v.begin()
	v.walk(answers)
	v.wantPath("/answers")
	v.press(`a[href="/q/medicines"]`)
	v.wantPath("/q/medicines")
	medicines, _ := definition.Question("medicines")
	for _, w := range definition.Words(medicines, answers[medicines]) {
		v.do("take away "+w, chromedp.Click(chromedp.CSS(fmt.Sprintf("input[value=%q]", w))))
	}
	antidepressant, _ := definition.Option(medicines, "antidepressant")
	v.fill("medicines", q.Answer{State: q.Given, Options: 1 << antidepressant})
	v.press(buttonContinue)
	v.wantPath("/q/medicine-link")
	link, _ := definition.Question("medicine-link")
	began, _ := definition.Option(link, "began-or-worse-since")
	v.fill("medicine-link", q.Answer{State: q.Given, Options: 1 << began})
	v.press(buttonContinue)
	v.wantPath("/answers")
	v.wantText(definition.Texts["en"].Questions["medicine-link"].Options["began-or-worse-since"])
	v.press("main form button[type=submit]")
	v.wantText(definition.Texts["en"].Causes["medication"].Name)
}

var codeForm = regexp.MustCompile(`[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{4}`)

func TestReturnInAnotherBrowserAndDelete(t *testing.T) {
	t.Parallel()
	s := start(t)
	v := visit(t, s)
	answers := typical(t)
	v.begin()
	v.fill("filled-in-by", answers[0])
	v.press(buttonContinue)
	v.press(buttonKeep)
	v.wantPath("/keep")
	code := codeForm.FindString(v.text("main"))
	if code == "" {
		t.Fatalf("no return code: %s", v.text("main"))
	}
	v.picture("keep")

	other := visit(t, s)
	other.open("/return")
	typed := strings.ToLower(strings.ReplaceAll(code, "-", " "))
	other.do("write the code", chromedp.SendKeys(chromedp.CSS("input[name=code]"), typed))
	other.press("main form button[type=submit]")
	if at := other.where(); !strings.HasPrefix(at, "/q/emergency-signs") {
		t.Fatalf("came back to %s", at)
	}
	other.finish(answers)

	other.press(`a[href="/delete"]`)
	other.press("main form button[type=submit]")
	other.wantPath("/deleted")

	// The first browser finds a calm page, and the code no longer opens anything.
	v.open("/q/emergency-signs")
	v.wantText("deleted")
	v.open("/return")
	v.do("write the code", chromedp.SendKeys(chromedp.CSS("input[name=code]"), code))
	v.press("main form button[type=submit]")
	v.wantPath("/return")
}

func TestRussian(t *testing.T) {
	t.Parallel()
	v := visit(t, start(t))
	ru := definition.Texts["ru"]
	if ru == nil || len(ru.Missing) > 0 {
		t.Fatal("Russian is not complete")
	}
	v.open("/?lang=ru")
	v.wantPath("/")
	if lang := get(v, "read lang", chromedp.Evaluate[string]("document.documentElement.lang")); lang != "ru" {
		t.Errorf("lang is %q", lang)
	}
	v.press("main form button[type=submit]")
	v.wantText(ru.Questions["filled-in-by"].Text)
	answers := typical(t)
	v.finish(answers)
	v.wantText(ru.Urgency[q.Routine].Sentence, ru.Causes["rls"].Name)
	if got := v.text("body"); regexp.MustCompile(`\b(the|and|your|with)\b`).MatchString(got) {
		t.Errorf("English words on a Russian page: %s", regexp.MustCompile(`.{0,60}\b(the|and|your|with)\b.{0,60}`).FindString(got))
	}
	v.picture("result-ru")
}

// The whole way by keyboard alone: Tab to a control, Space or the arrows to choose, Enter to go on.
func TestKeyboardOnly(t *testing.T) {
	t.Parallel()
	v := visit(t, start(t))
	answers := typical(t)
	v.open("/")
	v.tabTo("main form button[type=submit]")
	v.key(kb.Enter)
	for range 2 * len(answers) {
		m := questionPath.FindStringSubmatch(v.where())
		if m == nil {
			break
		}
		i, _ := definition.Question(q.ID(m[1]))
		qu := &definition.Questions[i]
		switch a := answers[i]; {
		case a.State == q.Blank:
		case a.State == q.Given && (qu.Type == q.Number || qu.Type == q.FreeText):
			v.tabTo("[name=answer]")
			v.do("type", chromedp.KeyEvent(definition.Words(i, a)[0]))
		case a.State == q.Given && qu.Type == q.Choices:
			for _, w := range definition.Words(i, a) {
				v.tabTo(fmt.Sprintf("input[value=%q]", w))
				v.do("choose", chromedp.KeyEvent(" "))
			}
		default:
			// Tab enters a group of radio buttons at its first; arrows go on from there.
			w := definition.Words(i, a)[0]
			v.tabTo("input[name=answer]")
			v.do("choose", chromedp.KeyEvent(" "))
			for range len(qu.Options) + 2 {
				if get(v, "read choice", chromedp.Evaluate[string]("document.activeElement.value")) == w {
					break
				}
				v.do("next", chromedp.KeyEvent(kb.ArrowDown))
			}
		}
		v.tabTo(buttonContinue)
		v.key(kb.Enter)
	}
	v.wantPath("/answers")
	v.tabTo("main form button[type=submit]")
	v.key(kb.Enter)
	v.wantPath("/result")
}

// tabTo presses Tab until a control has the focus.
func (v *visitor) tabTo(css string) {
	v.Helper()
	for range 120 {
		if get(v, "look at the focus", chromedp.Evaluate[bool](fmt.Sprintf("document.activeElement.matches(%q)", css))) {
			return
		}
		v.do("Tab", chromedp.KeyEvent(kb.Tab))
	}
	v.Fatalf("Tab never reaches %s at %s", css, v.where())
}

// key presses a key that leads to another page.
func (v *visitor) key(keys string) {
	v.Helper()
	get(v, "press a key and wait for the next page", chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.KeyEvent(keys)))
}

// goBack goes one page back, which may come from the browser's memory without loading anything. The browser
// is asked, not the page: a page that goes away may take its reply with it.
func (v *visitor) goBack(to string) {
	v.Helper()
	v.do("go back", func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		past, err := cdp.Call(ctx, t, page.GetNavigationHistory, cdp.Empty{})
		if err != nil || past.CurrentIndex == 0 {
			return chromedp.Void{}, cmp.Or(err, errors.New("there is no page before this one"))
		}
		entry := past.Entries[past.CurrentIndex-1].ID
		_, err = cdp.Call(ctx, t, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: entry})
		return chromedp.Void{}, err
	})
	v.until(fmt.Sprintf("location.pathname === %q && document.readyState === 'complete'", to))
}

func TestScriptOff(t *testing.T) {
	t.Parallel()
	v := visit(t, start(t))
	v.scriptOff()
	answers := typical(t)
	v.begin()

	// Nothing chosen: the page says so, with the focus on the summary.
	v.press(buttonContinue)
	v.wantText("There is a problem")
	if title := get(v, "read title", chromedp.Title()); !strings.HasPrefix(title, "Error: ") {
		t.Errorf("title is %q", title)
	}
	v.finish(answers)
	v.wantText(text(q.Routine).Sentence)
}

// Every page fits a screen 320 pixels wide.
func TestNarrow(t *testing.T) {
	t.Parallel()
	v := visit(t, start(t))
	v.do("make it narrow", chromedp.EmulateViewport(320, 640))
	fits := func() {
		t.Helper()
		if wide := get(v, "measure", chromedp.Evaluate[int]("document.documentElement.scrollWidth")); wide > 320 {
			t.Errorf("%s is %d pixels wide", v.where(), wide)
		}
	}
	answers := typical(t)
	v.open("/")
	fits()
	v.press("main form button[type=submit]")
	for range 2 * len(answers) {
		m := questionPath.FindStringSubmatch(v.where())
		if m == nil {
			break
		}
		fits()
		i, _ := definition.Question(q.ID(m[1]))
		v.fill(q.ID(m[1]), answers[i])
		v.press(buttonContinue)
	}
	fits()
	v.press("main form button[type=submit]")
	for _, path := range []string{"/result", "/result/print", "/keep", "/delete", "/privacy", "/about", "/sources", "/accessibility", "/return", "/nowhere"} {
		v.open(path)
		fits()
	}
}

// Refresh, back, a second click and a second window lose nothing.
func TestBackRefreshAndTwoWindows(t *testing.T) {
	t.Parallel()
	v := visit(t, start(t))
	answers := typical(t)
	v.begin()
	v.fill("filled-in-by", answers[0])
	v.press(buttonContinue)
	v.wantPath("/q/emergency-signs")
	v.do("reload", chromedp.Reload())
	v.wantPath("/q/emergency-signs")
	v.goBack("/q/filled-in-by")
	if !get(v, "read choice", chromedp.Evaluate[bool](`document.querySelector('input[value="me"]').checked`)) {
		t.Error("the answer is gone after going back")
	}
	v.do("reload", chromedp.Reload())
	v.press(buttonContinue)
	v.wantPath("/q/emergency-signs")
	v.finish(answers)
}
