package e2e_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	q "ekbom/internal/questionnaire"
)

// No page breaks a WCAG 2.2 rule that the checker knows, by day or by night, nor asks anything of another origin.
func TestAccessibility(t *testing.T) {
	t.Parallel()
	v := visit(t, start(t))
	if axeSource == "" {
		missing(t, "no accessibility checker: run npm ci in internal/e2e")
	}
	answers := typical(t)
	look := func(name string) {
		t.Helper()
		for _, scheme := range []string{"light", "dark"} {
			v.scheme(scheme)
			v.axe(name + ", " + scheme)
			v.picture(name + "-" + scheme)
		}
		if n := get(v, "count requests", chromedp.Evaluate[int](`performance.getEntriesByType("resource").filter(e => new URL(e.name).origin !== location.origin).length`)); n > 0 {
			t.Errorf("%s: %d requests to other origins", name, n)
		}
	}
	for _, path := range []string{"/", "/privacy", "/about", "/sources", "/accessibility", "/return", "/nowhere", "/result"} {
		v.open(path)
		look("page" + map[bool]string{true: "-start", false: path}[path == "/"])
	}
	v.begin()
	for range 2 * len(answers) {
		m := questionPath.FindStringSubmatch(v.where())
		if m == nil {
			break
		}
		i, _ := definition.Question(q.ID(m[1]))
		look(m[1])
		if !definition.Questions[i].Optional {
			v.press(buttonContinue)
			look(m[1] + "-error")
		}
		v.fill(q.ID(m[1]), answers[i])
		v.press(buttonContinue)
	}
	look("answers")
	v.press("main form button[type=submit]")
	for _, path := range []string{"/result", "/result/print", "/keep", "/delete"} {
		v.open(path)
		look("page" + path)
	}
	e := visit(t, start(t))
	e.begin()
	e.fill("filled-in-by", answers[0])
	e.press(buttonContinue)
	e.fill("emergency-signs", q.Answer{State: q.Given, Options: 1})
	e.press(buttonContinue)
	v = e
	look("emergency-check")
	v.press("main form button")
	look("emergency")
}

func (v *visitor) scheme(name string) {
	v.do("switch to "+name, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return chromedp.Void{}, err
	})
}

type violation struct {
	ID, Help string
	Nodes    []struct{ HTML string }
}

func (v *visitor) axe(name string) {
	v.Helper()
	found := get(v, "check accessibility", chromedp.Evaluate[[]violation](axeSource+`;
		axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"]})
			.then(r => r.violations.map(v => ({ID: v.id, Help: v.help, Nodes: v.nodes.map(n => ({HTML: n.html}))})))`, chromedp.EvalAwaitPromise))
	for _, f := range found {
		at := ""
		for _, n := range f.Nodes {
			at += fmt.Sprintf("\n\t%.160s", n.HTML)
		}
		v.Errorf("%s (%s): %s: %s%s", name, v.where(), f.ID, f.Help, at)
	}
}
