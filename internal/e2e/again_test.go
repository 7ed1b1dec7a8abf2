package e2e_test

import (
	"fmt"
	"testing"

	q "ekbom/internal/questionnaire"

	"github.com/chromedp/chromedp"
)

// Somebody sends, withdraws, answers again beginning with the old answers and sends that, then once more, all without scripts.
// The clinic sees the newest, what differs from the one before, and both on a plot; the person sees what changed, too.
func TestSendWithdrawAndAnswerAgain(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := found(t, s, "North Street Surgery", "north")
	c.signOut()

	bother, _ := definition.Question("bother")
	answers := typical(t)
	was := answers[bother].Number
	if answers[bother].State != q.Given || was < 2 {
		t.Fatal("it cannot bother the typical person less")
	}
	v := visit(t, s)
	v.scriptOff()
	v.open("/c/north")
	v.press(mainButton)
	first := v.finish(answers)
	v.wantNoText("What changed since")
	v.sendOff("Anna Berg", "It began after my second child.")

	v.open("/sent")
	v.press(`a[href^="/withdraw?of="]`)
	v.press("main form button.danger")
	v.wantPath("/sent")
	v.wantText("Withdrawn")
	c.signIn()
	c.wantNoText("Anna Berg")

	v.press(`form[action="/again"] button[name=begin]`)
	answers[bother].Number = was - 2
	asked := v.finish(answers)
	if len(asked) >= len(first) {
		t.Errorf("%d questions again, %d at first: the old answers are not kept", len(asked), len(first))
	}
	v.wantText("What changed since", outOfTen(was), outOfTen(was-2))
	v.wantSpots("#since", 2)
	v.picture("result-again")
	v.sendOff("Anna Berg", "It is better now.")

	// Once more, without withdrawing: now the clinic has two to compare. The one withdrawn is not among them.
	v.open("/sent")
	v.press(`form[action="/again"] button[name=begin]`)
	answers[bother].Number = was - 1
	v.finish(answers)
	v.wantSpots("#since", 3)
	v.sendOff("Anna Berg", "A little worse again.")

	c.open("/clinic/queue")
	c.press("tbody tr:nth-child(2) a.open")
	c.wantText("A little worse again.", outOfTen(was-2), outOfTen(was-1))
	c.wantNoText("It began after my second child.", outOfTen(was))
	c.wantSpots("#earlier", 2)
	c.picture("clinic-again")
}

func outOfTen(n int) string { return fmt.Sprintf("%d out of 10", n) }

// wantSpots looks for a drawing of so many answers to each of two questions.
func (v *visitor) wantSpots(within string, want int) {
	v.Helper()
	count := func(shape string) int {
		return get(v, "count spots", chromedp.Evaluate[int](fmt.Sprintf(`document.querySelectorAll("%s svg[role=img] %s.spot").length`, within, shape)))
	}
	if burden, often := count("circle"), count("rect"); burden != want || often != want {
		v.Errorf("%d and %d spots on the plot, want %d of each", burden, often, want)
	}
}
