package graph

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/wording"
)

// Subject is one thing of a questionnaire with all that it hangs on.
type Subject struct {
	d        *q.Definition
	t        *q.Text
	w        *wording.Words
	kind     string
	id       q.ID
	name     string   // what patients or clinicians read
	facts    []string // what is so beside the conditions
	sources  []q.ID   // where it comes from as a whole
	branches []branch
}

// branch is one condition of a subject.
type branch struct {
	says    string // what it decides
	when    *q.Condition
	tree    wording.Node
	sources []q.ID
}

// ErrNoSubject says that nothing has the id asked for, and ErrSeveral that several things of different kinds have it.
var (
	ErrNoSubject = errors.New("nothing of that id")
	ErrSeveral   = errors.New("several things of that id")
)

// NewSubject finds a red flag, cause, specialist, piece of advice, look-alike, criterion, remedy, fact or question by its id,
// or by its kind and id: cause/pregnancy.
func NewSubject(d *q.Definition, t *q.Text, name string) (*Subject, error) {
	kind, id, both := strings.Cut(name, "/")
	if !both {
		kind, id = "", name
	}
	var found []*Subject
	var known []q.ID
	for _, s := range subjects(d, t) {
		if string(s.id) == id && (kind == "" || s.kind == kind) {
			found = append(found, &s)
		}
		known = append(known, s.id)
	}
	switch len(found) {
	case 1:
		found[0].grow()
		return found[0], nil
	case 0:
		return nil, fmt.Errorf("%q: %w%s", name, ErrNoSubject, q.DidYouMean(id, known))
	}
	var names []string
	for _, s := range found {
		names = append(names, s.kind+"/"+id)
	}
	return nil, fmt.Errorf("%q: %w: write %s", name, ErrSeveral, strings.Join(names, " or "))
}

// grow makes the trees of the branches, and finds what reads a question.
func (s *Subject) grow() {
	if i, ok := s.d.Question(s.id); ok && s.kind == "question" {
		s.facts = append(s.facts, readers(s.d, i)...)
	}
	var conditions []*q.Condition
	for _, b := range s.branches {
		conditions = append(conditions, b.when)
	}
	for i, tree := range s.w.Trees(conditions) {
		if s.kind == "fact" {
			tree.Name = "" // it is the title
		}
		s.branches[i].tree = tree
	}
}

// subjects lists everything that can be looked at.
func subjects(d *q.Definition, t *q.Text) (list []Subject) {
	w := wording.New(d, t)
	add := func(kind string, id q.ID, name string, facts []string, branches ...branch) {
		branches = slices.DeleteFunc(branches, func(b branch) bool { return b.when == nil })
		list = append(list, Subject{d: d, t: t, w: w, kind: kind, id: id, name: name, facts: facts, branches: branches})
	}
	when := func(says string, c *q.Condition, sources ...q.ID) branch {
		return branch{says: says, when: c, sources: sources}
	}
	for _, f := range d.RedFlags {
		facts := []string{"Urgency: " + f.Urgency.String(), "While it cannot be told: at least " + f.IfUnknown.String()}
		add("red-flag", f.ID, t.RedFlags[f.ID].Name, facts, when("Raised when", f.When, f.Source...))
	}
	for _, c := range d.Causes {
		var facts []string
		if c.Urgency != q.SelfCare {
			facts = append(facts, "Urgency: at least "+c.Urgency.String())
		}
		if !c.Shown {
			facts = append(facts, "Shown to the clinician only")
		}
		var branches []branch
		rules := slices.SortedStableFunc(slices.Values(c.Rules), func(a, b q.CauseRule) int { return cmp.Compare(b.Strength, a.Strength) })
		for _, r := range rules {
			branches = append(branches, when(fmt.Sprintf("Concluded with strength %s (%s) when", r.Strength, r.ID), r.When, r.Source...))
		}
		for _, a := range c.Against {
			says, sources := "Spoken against when", []q.ID(nil)
			if at := slices.IndexFunc(d.LookAlikes, func(x q.LookAlike) bool { return x.When == a.When }); at >= 0 {
				says, sources = "Spoken against by the look-alike "+string(d.LookAlikes[at].ID)+" when", d.LookAlikes[at].Source
			}
			branches = append(branches, when(says, a.When, sources...))
		}
		add("cause", c.ID, t.Causes[c.ID].Name, facts, branches...)
	}
	for _, r := range d.Referrals {
		var facts []string
		if len(r.Causes) > 0 {
			var causes []string
			for _, id := range r.Causes {
				causes = append(causes, cmp.Or(t.Causes[id].Name, string(id)))
			}
			facts = append(facts, "Leads here: any of these causes: "+strings.Join(causes, "; "))
		}
		if r.From != q.SelfCare {
			facts = append(facts, "Leads here: the urgency is "+wording.From(r.From))
		}
		if r.FirstFrom != q.SelfCare {
			facts = append(facts, "First address: the urgency is "+wording.From(r.FirstFrom))
		}
		facts = append(facts, "Sources: "+join(r.Source))
		add("specialist", r.Specialist, t.Specialists[r.Specialist].Name, facts, when("Leads here when", r.When), when("First address when", r.First))
		list[len(list)-1].sources = r.Source
	}
	for _, a := range d.Advice {
		branches := []branch{when("Given when", a.When, a.Source...), when("Never when, and not while this cannot be told", a.Unless)}
		for _, x := range d.Exclusions {
			if slices.Contains(a.Contains, x.Remedy) {
				branches = append(branches, when(fmt.Sprintf("It contains %s: never when, and not while this cannot be told", x.Remedy), x.When))
			}
		}
		facts := []string{"Kind: " + a.Kind.String()}
		if a.Kind == q.Comfort && d.HideCauses != q.SelfCare {
			facts = append(facts, "Not shown when the urgency is "+wording.From(d.HideCauses))
		}
		add("advice", a.ID, t.Advice[a.ID], facts, branches...)
	}
	for _, a := range d.LookAlikes {
		add("look-alike", a.ID, t.LookAlikes[a.ID].Name, nil, when("Concluded when", a.When, a.Source...))
	}
	for _, c := range d.Criteria {
		add("criterion", c.ID, t.Criteria[c.ID].Name, nil, when("Met when", c.Met, c.Source...), when("Earlier when", c.Earlier))
	}
	for _, x := range d.Exclusions {
		var advice []q.ID
		for _, a := range d.Advice {
			if slices.Contains(a.Contains, x.Remedy) {
				advice = append(advice, a.ID)
			}
		}
		add("remedy", x.Remedy, "", []string{"Contained in: " + join(advice)}, when("Never when, and not while this cannot be told", x.When))
	}
	for _, f := range d.Facts {
		add("fact", f.ID, "", nil, when("True when", f.When))
	}
	for i, qu := range d.Questions {
		facts := []string{"Answer: " + takes(&d.Questions[i], t)}
		if qu.Ask == nil {
			facts = append(facts, "Asked of everybody")
		}
		add("question", qu.ID, t.Questions[qu.ID].Text, facts, when("Asked when", qu.Ask))
	}
	if p := &d.Pattern; !p.Absent {
		add("pattern", "pattern", "", []string{"The first of these that is true counts"},
			when("Full when", p.Full), when("Partial when", p.Partial), when("None when", p.None), when("A patient sees it when", p.Shown))
	}
	return list
}

func join(ids []q.ID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = string(id)
	}
	return strings.Join(words, ", ")
}

// headings are over what reads a question.
var headings = map[q.StatementKind]string{
	q.StatesAsk: "Opens", q.StatesVoice: "Whom the texts speak to", q.StatesRedFlag: "Red flags", q.StatesMet: "Criteria", q.StatesEarlier: "Criteria",
	q.StatesPattern: "The pattern", q.StatesLookAlike: "Look-alikes", q.StatesRule: "Causes", q.StatesAgainst: "Causes", q.StatesTerm: "Scores",
	q.StatesReferral: "Specialists", q.StatesFirst: "Specialists", q.StatesExclusion: "Remedies", q.StatesAdvice: "Advice", q.StatesAdviceUnless: "Advice",
}

// readers says what reads a question, itself or through a fact or another rule.
func readers(d *q.Definition, i int) (facts []string) {
	var order []string
	reading := map[string][]q.ID{}
	for s := range d.Statements() {
		if !s.When.Reads(i) {
			continue
		}
		heading, id := headings[s.Kind], cmp.Or(s.Of, s.ID)
		if reading[heading] == nil {
			order = append(order, heading)
		}
		if !slices.Contains(reading[heading], id) {
			reading[heading] = append(reading[heading], id)
		}
	}
	for _, heading := range order {
		if heading != headings[q.StatesPattern] && heading != headings[q.StatesVoice] {
			heading += ": " + join(reading[heading])
		}
		facts = append(facts, heading)
	}
	if len(facts) == 0 {
		facts = append(facts, "No rule reads it: "+d.Questions[i].Unread)
	}
	return facts
}

// Where the rows of a tree lie: each level a step further in, up to a limit.
const (
	treeStep  = 24
	treeDepth = 16
	longest   = 28 // most lines of one text
)

// SVG draws what the subject hangs on.
func (s *Subject) SVG() string {
	c := &canvas{y: pageTop}
	room := pageWide - 2*marginX
	title := s.title()
	c.y = c.text("title", marginX, c.y, sizeTitle, wrap(title, sizeTitle, true, room)) + 2
	c.y = c.text("name", marginX, c.y, sizeName, clip(wrap(s.name, sizeName, true, room), longest))
	for _, fact := range s.facts {
		c.y = c.text("muted", marginX, c.y+2, sizeText, clip(wrap(fact, sizeText, false, room), longest))
	}
	c.y += 10
	sources := slices.Clone(s.sources)
	for _, b := range s.branches {
		c.fit(90)
		top := c.y
		c.y = c.text("head", marginX, c.y+8, sizeHead, clip(wrap(b.says, sizeHead, true, room), longest)) + 4
		s.node(c, &b.tree, 0)
		if len(b.sources) > 0 {
			c.fit(30)
			c.y = c.text("small muted", marginX, c.y, sizeSmall, clip(wrap("Sources: "+join(b.sources), sizeSmall, false, room), longest)) + 6
			sources = append(sources, b.sources...)
		}
		c.band(top, c.y)
		c.y += gap
	}
	s.cite(c, sources)
	about := "What it hangs on: " + s.description()
	return c.finish(s.t.Language, title, about, fmt.Sprintf("%s %s, %s", s.d.ID, s.d.Version, title))
}

func (s *Subject) title() string { return strings.ReplaceAll(s.kind, "-", " ") + ": " + string(s.id) }

// description says the conditions in words, for whoever cannot see the tree.
func (s *Subject) description() string {
	said := slices.Clone(s.facts)
	for _, b := range s.branches {
		said = append(said, b.says+": "+s.w.Condition(b.when))
	}
	return strings.Join(said, ". ") + "."
}

// node draws a row of the tree and those below it, and gives the height of its middle.
func (s *Subject) node(c *canvas, n *wording.Node, depth int) int {
	x := marginX + min(depth, treeDepth)*treeStep
	room := pageWide - marginX - x - pad - slack
	lines := clip(wrap(n.Says, sizeText, false, room), longest)
	name := clip(wrap(n.Name, sizeName, true, room), longest)
	inner := len(n.Parts) > 0
	tall := 12 + len(name)*leading(sizeName) + len(lines)*leading(sizeText)
	c.fit(tall + 8)
	y, mid := c.y, c.y+14
	switch {
	case inner && len(name) == 0:
		wide := width(strings.ToUpper(n.Says), sizeSmall, true) + 2*pad
		c.rect("pill", x, y+3, wide, 22, 11)
		c.text("on-pill", x+pad, y+7, sizeSmall, []string{strings.ToUpper(n.Says)})
		c.y += 30
	case inner:
		c.rect("gate", x, y, pageWide-marginX-x, tall, 6)
		below := c.text("name", x+pad, y+5, sizeName, name)
		c.text("muted bold", x+pad, below, sizeText, lines)
		c.y += tall + 6
	default:
		c.rect("box", x, y, pageWide-marginX-x, tall, 6)
		below := c.text("name", x+pad, y+5, sizeName, name)
		c.text("", x+pad, below, sizeText, lines)
		c.y += tall + 6
	}
	last := 0
	for i := range n.Parts {
		last = s.node(c, &n.Parts[i], depth+1)
		if depth < treeDepth {
			c.line("branch", fmt.Sprintf("M%d %dh%d", x+10, last, treeStep-10))
		}
	}
	if last > 0 && depth < treeDepth {
		c.line("branch", fmt.Sprintf("M%d %dV%d", x+10, mid+10, last))
	}
	return mid
}

// cite lists the sources in full.
func (s *Subject) cite(c *canvas, ids []q.ID) {
	if len(ids) == 0 {
		return
	}
	room := pageWide - 2*marginX
	c.fit(60)
	c.y = c.text("head", marginX, c.y, sizeHead, []string{"Sources"}) + 2
	for i, id := range ids {
		at := slices.IndexFunc(s.d.Sources, func(x q.Source) bool { return x.ID == id })
		if slices.Index(ids, id) < i || at < 0 {
			continue
		}
		x := s.d.Sources[at]
		said := fmt.Sprintf("%s: %s", id, x.Title)
		if x.Article != "" {
			said += "; article: " + x.Article
		}
		if x.Evidence != "" {
			said += "; evidence: " + x.Evidence
		}
		lines := clip(wrap(fmt.Sprintf("%s; read %s", said, x.Reviewed.Format("2006-01-02")), sizeText, false, room), longest)
		c.fit(len(lines) * leading(sizeText))
		c.y = c.text("", marginX, c.y, sizeText, lines) + 3
	}
}
