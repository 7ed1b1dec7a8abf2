package server

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"ekbom/internal/assess"
	"ekbom/internal/author"
	"ekbom/internal/questionnaire"
	writers "ekbom/web/author"

	"github.com/go-chi/chi/v5"
)

// showAuthor is the author's own page.
func (s *Server) showAuthor(w http.ResponseWriter, r *http.Request) error {
	e := s.editions.current
	view := writers.View{Assets: s.assets, Title: e.Texts[english].Title, Files: s.author.files()}
	for _, tag := range slices.Sorted(maps.Keys(e.Texts)) {
		if lacks := e.Texts[tag].Missing; len(lacks) > 0 {
			language := writers.Language{Tag: tag}
			for _, f := range lacks {
				language.Lacks = append(language.Lacks, finding(e.Definition, author.Finding{Fault: f}))
			}
			view.Languages = append(view.Languages, language)
		}
	}
	for i := range e.Questions {
		qu := &e.Questions[i]
		asked := writers.Asked{
			ID: string(qu.ID), Text: e.Texts[english].Questions[qu.ID].Text, Where: where(qu.Place), Open: pathAt + string(qu.ID),
		}
		if qu.Ask != nil {
			asked.Ask = author.Written(e.Definition, qu.Ask)
		}
		view.Questions = append(view.Questions, asked)
	}
	for i := range e.Cases {
		c := &e.Cases[i]
		if n := len(view.Cases); n == 0 || view.Cases[n-1].Name != c.File {
			view.Cases = append(view.Cases, writers.CaseFile{Name: c.File})
		}
		file := &view.Cases[len(view.Cases)-1]
		differs := len(assess.CheckCase(e.Definition, c)) > 0
		if differs {
			file.Differs++
		}
		file.Cases = append(file.Cases, writers.Case{
			ID: string(c.ID), Story: c.Story, Where: where(c.Place), Open: OpenLink(e.Definition, c.Answers), Differs: differs,
		})
	}
	for _, d := range s.author.lately() {
		if _, err := s.Store.Response(r.Context(), d.session.Response); err != nil {
			continue // deleted meanwhile
		}
		view.Drafts = append(view.Drafts, writers.Draft{
			Open: pathDraft + string(d.session.Response), At: local(d.seen).Format(time.TimeOnly), Edition: d.edition, Answers: d.answers,
			Stands: "at " + d.at,
		})
	}
	return s.render(w, http.StatusOK, writers.Page(view))
}

// panel is what stands beside the page of a request.
func (s *Server) panel(r *http.Request) writers.Panel {
	view := writers.Panel{Assets: s.assets, Path: "/" + strings.TrimLeft(r.URL.EscapedPath(), "/"), Files: s.author.files()}
	sess := s.session(r)
	j, err := s.load(r, sess)
	if err != nil {
		return view // a page without answers, or the store is away: the page itself says so
	}
	s.saw(r.Context(), sess, j)
	now := s.editions.current
	if j.Hash != now.Hash {
		view.Older = &writers.Older{Edition: named(j.Definition)}
		_, lost := now.Carry(j.Definition, j.answers)
		for _, id := range lost {
			i, _ := j.Question(id)
			view.Older.Lost = append(view.Older.Lost, saidWords(j.Definition, i, j.answers[i]))
		}
	}
	if id := chi.URLParam(r, "question"); id != "" {
		if i, ok := j.Question(questionnaire.ID(id)); ok && j.onPath(i) {
			view.Question = j.traced(i)
		}
	}
	view.Trace = j.concluded()
	return view
}

// traced says why question i is asked and what reads it.
func (j *journey) traced(i int) *writers.Question {
	qu := &j.Questions[i]
	view := &writers.Question{ID: string(qu.ID), Where: where(qu.Place), Type: qu.Type.String(), NotAsked: "unknown", Unread: qu.Unread}
	if qu.NotAskedIsNo {
		view.NotAsked = "no"
	}
	if qu.Ask != nil {
		view.Ask = author.Written(j.Definition, qu.Ask)
		for _, f := range author.Facts(j.Definition, qu.Ask) {
			view.Facts = append(view.Facts, writers.Fact{ID: string(f.ID), Where: where(f.Place), Written: author.FactWritten(j.Definition, f)})
		}
		view.Because = said(assess.Because(j.Definition, j.answers, j.values, qu.Ask))
	}
	for _, s := range author.Readers(j.Definition, i) {
		view.Readers = append(view.Readers, writers.Reader{Kind: s.Kind, ID: string(s.ID), Where: where(s.Place)})
	}
	return view
}

// concluded traces what the answers lead to. Until there is a result, it leaves out what every further answer may change.
func (j *journey) concluded() *writers.Trace {
	t := author.Explain(j.Definition, j.answers)
	view := &writers.Trace{Settled: t.Settled.String(), Urgency: t.Urgency.String(), Done: j.finished()}
	group := func(name string, all []author.Conclusion, closed bool) {
		if len(all) == 0 {
			return
		}
		g := writers.Group{Name: name, Closed: closed}
		for _, c := range all {
			g.Conclusions = append(g.Conclusions, j.conclusion(c))
		}
		view.Groups = append(view.Groups, g)
	}
	done := view.Done
	group("Red flags that are true", t.True, false)
	group("Red flags that cannot be told", t.Untold, !done)
	group("Causes", t.Causes, false)
	group(t.Pattern.Name, t.Pattern.Conclusions, !done)
	for _, k := range t.Further {
		group(k.Name, k.Conclusions, !done)
	}
	group("Advice that applies but is held back", t.Held, true)
	if done && j.open < 0 { // while answers are lacking, a property need not hold
		for _, p := range t.Broken {
			view.Broken = append(view.Broken, writers.Property{ID: string(p.ID), Where: where(p.Place), Says: p.Says})
		}
	}
	return view
}

func (j *journey) conclusion(c author.Conclusion) writers.Conclusion {
	view := writers.Conclusion{
		ID: string(c.ID), State: c.State, Rule: string(c.Rule), Where: where(c.Place), Because: said(c.Because), Against: said(c.Against),
	}
	if c.When != nil {
		view.When = author.Written(j.Definition, c.When)
	}
	for _, id := range c.Open {
		view.Open = append(view.Open, string(id))
	}
	for _, h := range c.Held {
		view.Held = append(view.Held, writers.Held{By: h.By, Because: said(h.Because)})
	}
	for _, s := range j.sources(c.Sources) {
		view.Sources = append(view.Sources, writers.Source{ID: s.ID, Title: s.Title, Address: s.Address})
	}
	return view
}

// files says how the folder is.
func (a *Author) files() writers.Files {
	state := a.folder.State()
	view := writers.Files{
		Folder: a.name, Edition: named(state.Edition), Turn: a.turn(state.Turn), Reading: a.turn(state.Reading), Proving: state.Proving,
		Unproven: state.Report.Unproven, Summary: state.Report.Summary,
	}
	for _, f := range state.Faults {
		view.Faults = append(view.Faults, finding(state.Edition, author.Finding{Fault: f}))
	}
	for _, f := range state.Report.Findings {
		view.Findings = append(view.Findings, finding(state.Edition, f))
	}
	for _, f := range state.Report.Notes {
		view.Notes = append(view.Notes, finding(state.Edition, f))
	}
	return view
}

func finding(d *questionnaire.Definition, f author.Finding) writers.Finding {
	view := writers.Finding{Where: where(f.Place), Code: f.Code, What: f.What, Mend: f.Mend, Words: f.Words}
	for _, r := range f.Rules {
		view.Rules = append(view.Rules, writers.Reader{Kind: r.Kind, ID: string(r.ID), Where: where(r.Place)})
	}
	show := func(answers questionnaire.Answers) {
		if answers != nil {
			view.Shown = append(view.Shown, writers.Example{Open: OpenLink(d, answers), Answers: strings.ReplaceAll(d.Query(answers), "&", " & ")})
		}
	}
	show(f.Answers)
	show(f.After)
	return view
}

// named names an edition for people.
func named(d *questionnaire.Definition) string {
	if d == nil {
		return ""
	}
	return fmt.Sprintf("%s %s (%.8s)", d.ID, d.Version, d.Hash)
}

// where gives file and line; editors open that.
func where(p questionnaire.Place) string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

func said(reasons []assess.Reason) (all []writers.Said) {
	for _, r := range reasons {
		all = append(all, writers.Said{Question: string(r.Question), Answer: plain(r.Answer)})
	}
	return all
}

func saidWords(d *questionnaire.Definition, i int, a questionnaire.Answer) writers.Said {
	return writers.Said{Question: string(d.Questions[i].ID), Answer: plain(assess.Plain(d, i, a))}
}

// plain gives an answer as an answers file holds it.
func plain(answer any) string {
	switch a := answer.(type) {
	case nil:
		return "no answer yet"
	case []string:
		return "[" + strings.Join(a, ", ") + "]"
	}
	return fmt.Sprint(answer)
}
