package audit

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func chain(t rapid.TB, secret string) Chain {
	c, err := NewChain(secret)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func events(t *rapid.T, c Chain) []Event {
	var all []Event
	var end []byte
	for i := range rapid.IntRange(2, 12).Draw(t, "events") {
		e := Event{
			Clinic: "north", Seq: int64(i + 1), At: time.UnixMicro(rapid.Int64Range(0, 1e15).Draw(t, "at")),
			Actor: rapid.String().Draw(t, "actor"), Name: rapid.String().Draw(t, "name"), Role: "lead", Action: Opened,
			Subject: rapid.String().Draw(t, "subject"), Detail: rapid.String().Draw(t, "detail"),
		}
		if i == 0 {
			e.Action = ClinicOpened
		}
		e.Hash = c.Next(end, e)
		end = c.End(e.Hash)
		all = append(all, e)
	}
	return all
}

// fault gives the first fault of a chain.
func fault(c Chain, all []Event) error {
	var before Event
	for _, e := range all {
		if err := c.Check(before, e); err != nil {
			return err
		}
		before = e
	}
	return nil
}

// Whatever is changed, taken out or put in elsewhere, the chain shows it.
func TestChainShowsEveryChange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := chain(t, "a secret of these tests, long enough")
		all := events(t, c)
		if err := fault(c, all); err != nil {
			t.Fatalf("an untouched chain: %v", err)
		}
		if fault(chain(t, "another secret of these tests, as long"), all) == nil {
			t.Fatal("another secret gives the same chain")
		}
		i := rapid.IntRange(0, len(all)-1).Draw(t, "at")
		change := rapid.SampledFrom([]func(e *Event){
			func(e *Event) { e.Clinic += "x" },
			func(e *Event) { e.At = e.At.Add(time.Microsecond) },
			func(e *Event) { e.Actor += "x" },
			func(e *Event) { e.Name, e.Role = e.Name+e.Role, "" }, // the same letters, cut elsewhere
			func(e *Event) { e.Role = "admin" },
			func(e *Event) { e.Action = Printed },
			func(e *Event) { e.Subject += "x" },
			func(e *Event) { e.Detail += "x" },
			func(e *Event) { e.Seq++ },
			func(e *Event) { e.Hash = append([]byte{1}, e.Hash...) },
		}).Draw(t, "change")
		changed := append([]Event(nil), all...)
		change(&changed[i])
		if fault(c, changed) == nil {
			t.Fatal("a change was not seen")
		}
		if i < len(all)-1 && fault(c, append(append([]Event(nil), all[:i]...), all[i+1:]...)) == nil {
			t.Fatal("an event taken out was not seen")
		}
	})
}
