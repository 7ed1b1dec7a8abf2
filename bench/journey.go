package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ekbom/internal/assess"
	q "ekbom/internal/questionnaire"
)

// person is what somebody enters, by address of the form.
type person struct {
	number  int // among all persons, and of their script
	entered map[string]string
	answers int // how many answers there are to save
}

// persons are made-up people of the questionnaire's own cases, taken from all kinds of them. Those whose answers raise an
// emergency are left out, since they leave the questions at once, and so are unusual numbers, which are asked again.
func persons(d *q.Definition, most int) (list []person) {
	var fit []*q.Case
	for i := range d.Cases {
		c := &d.Cases[i]
		unusual := false
		for n, a := range c.Answers {
			qu := &d.Questions[n]
			unusual = unusual || qu.Type == q.Number && a.State == q.Given && !qu.Usual.Contains(a.Number)
		}
		if !unusual && d.Path(c.Answers).Complete() && assess.Evaluate(d, c.Answers).Urgency < q.Emergency {
			fit = append(fit, c)
		}
	}
	for n := range min(most, len(fit)) {
		p := personOf(d, fit[n*len(fit)/min(most, len(fit))])
		p.number = n
		list = append(list, p)
	}
	return list
}

func personOf(d *q.Definition, c *q.Case) person {
	p := person{entered: map[string]string{}}
	for i, a := range c.Answers {
		if a.State == q.NotReached {
			continue
		}
		p.answers++
		form := url.Values{}
		if a.State != q.Blank {
			form["answer"] = d.Words(i, a)
		}
		p.entered["/q/"+string(d.Questions[i].ID)] = form.Encode()
	}
	return p
}

const pathResult = "/result"

// visit is a page that was seen and where its form led; the last page was not filled in.
type visit struct {
	path, entered, to string
	page              answer
}

// play goes from the start to the address stop, following forms. It tells look of every page, when there is one.
func (p person) play(b *browser, stop string, look func(visit) error) error {
	b.cookie, b.revision = "", "0-"
	a, err := b.fill(fmt.Sprint("/start?script=", p.number), "")
	if err != nil {
		return err
	}
	for path := a.location; ; {
		page, err := b.get(path)
		if err != nil {
			return err
		}
		if page.status != http.StatusOK {
			return fmt.Errorf("GET %s: status %d", path, page.status)
		}
		seen := visit{path: path, page: *page}
		seen.page.body = slices.Clone(page.body)
		if path != stop {
			entered, known := p.entered[path]
			if !known && strings.HasPrefix(path, "/q/") {
				return fmt.Errorf("%s is asked, but the case has no answer to it", path)
			}
			saved, err := b.fill(path, entered)
			if err != nil {
				return err
			}
			if saved.location == path {
				return fmt.Errorf("%s does not go on", path)
			}
			seen.entered, seen.to = entered, saved.location
		}
		if look != nil {
			if err := look(seen); err != nil {
				return err
			}
		}
		if path == stop {
			return nil
		}
		path = seen.to
	}
}
