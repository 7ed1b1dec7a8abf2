package server

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"ekbom/internal/proof"
	"ekbom/internal/questionnaire"
	"ekbom/internal/store"
	"ekbom/web/locale"
	"ekbom/web/page"
)

// edition is one edition of the questionnaire with all that its pages have in common, made once.
type edition struct {
	*questionnaire.Definition
	words map[string]*words   // by language
	turns func() *proof.Turns // made when a clinic first asks for it
	whose int                 // the question that says who fills it in; -1: none
	// article: a source article names specialists, so it is worth telling who is named beyond it
	article bool
}

// words are an edition's words in one language.
type words struct {
	*questionnaire.Text
	l      *locale.Printer
	base   page.Base
	voices [2]voice // for the person themself, and when somebody answers for another
}

// voice is how a person is spoken to.
type voice struct {
	texts     []questionnaire.QuestionText // by question
	questions []page.QuestionView          // by question, without what one person adds
}

const (
	own     = 0
	another = 1
)

func (s *Server) newEdition(d *questionnaire.Definition) *edition {
	e := &edition{Definition: d, words: map[string]*words{}, whose: -1, turns: sync.OnceValue(func() *proof.Turns { return proof.NewTurns(d) })}
	e.article = slices.ContainsFunc(d.Referrals, func(r questionnaire.Referral) bool { return r.NamedBy == questionnaire.NamedBySource })
	if d.SpeaksForAnother != nil {
		d.SpeaksForAnother.Questions(func(q int) {
			if e.whose < 0 {
				e.whose = q
			}
		})
	}
	for tag, lang := range s.languages {
		if text := d.Texts[tag]; text != nil && (len(text.Missing) == 0 || tag == english) {
			e.words[tag] = newWords(d, text, lang)
		}
	}
	return e
}

func newWords(d *questionnaire.Definition, text *questionnaire.Text, lang *language) *words {
	w := &words{Text: text, l: lang.l, base: lang.base}
	for v := range w.voices {
		for i := range d.Questions {
			qt := text.Question(d.Questions[i].ID, v == another)
			w.voices[v].texts = append(w.voices[v].texts, qt)
			w.voices[v].questions = append(w.voices[v].questions, questionView(d, i, text, qt, lang))
		}
	}
	return w
}

// questionView is the part of a question's page that is the same for everybody.
func questionView(d *questionnaire.Definition, i int, text *questionnaire.Text, qt questionnaire.QuestionText, lang *language) page.QuestionView {
	qu := &d.Questions[i]
	view := page.QuestionView{
		Base: lang.base, ID: string(qu.ID), Type: qu.Type, Section: text.Sections[d.Sections[qu.Section].ID],
		Text: qt.Text, Hint: qt.Hint, Why: qt.Why, Optional: qu.Optional, Unit: text.Units[qu.ID], Length: qu.Length,
		Action: questionPath(qu.ID),
	}
	view.Path = view.Action
	for o, id := range qu.Options {
		option := page.Option{Value: string(id), Label: qt.Options[id]}
		if o == qu.None {
			view.None = &option
			continue
		}
		view.Options = append(view.Options, option)
	}
	if qu.Unsure {
		view.Unsure = &page.Option{Value: questionnaire.WordUnsure, Label: lang.l.T("answer.unsure")}
	}
	if qu.Decline {
		view.Declined = &page.Option{Value: questionnaire.WordDeclined, Label: lang.l.T("answer.declined")}
	}
	return view
}

func questionPath(id questionnaire.ID) string { return pathQuestion + string(id) }

// in gives the edition's words in a language, in English where it lacks that language.
func (e *edition) in(lang *language) *words {
	if w := e.words[lang.tag]; w != nil {
		return w
	}
	return e.words[english]
}

// answer gives an answer in words.
func (e *edition) answer(w *words, v, i int, a questionnaire.Answer) page.Answer {
	out := page.Answer{State: a.State}
	if a.State != questionnaire.Given {
		return out
	}
	qu := &e.Questions[i]
	switch qu.Type {
	case questionnaire.Number:
		out.Values = []string{strconv.Itoa(a.Number) + "\u00a0" + w.Units[qu.ID]}
	case questionnaire.Date:
		out.Values = []string{w.l.PartialDate(a.Text)}
	case questionnaire.FreeText:
		out.Values = []string{a.Text}
	default:
		for o, id := range qu.Options {
			if a.Has(o) {
				out.Values = append(out.Values, w.voices[v].texts[i].Options[id])
			}
		}
	}
	return out
}

// keepEditions is how many older editions stay open. More than a few at once means that a questionnaire changed every
// few days; the others are read from the store again.
const keepEditions = 8

// editions holds the current edition and older ones that somebody still fills in.
type editions struct {
	current *edition
	mu      sync.Mutex
	older   map[string]*edition // by hash
	order   []string            // first read first
}

func newEditions(current *edition) *editions {
	return &editions{current: current, older: map[string]*edition{}}
}

// edition gives the edition of a hash. An older one is read from the store, where every edition ever served is kept.
func (s *Server) edition(ctx context.Context, hash string) (*edition, error) {
	if e := s.editions.open(hash); e != nil {
		return e, nil
	}
	archive, err := s.Store.Questionnaire(ctx, hash)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("edition %.12s is not in the store", hash)
	}
	if err != nil {
		return nil, fmt.Errorf("edition %.12s: %w", hash, err)
	}
	files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, fmt.Errorf("edition %.12s: %w", hash, err)
	}
	d, faults := questionnaire.Load(files)
	if len(faults) > 0 {
		return nil, fmt.Errorf("edition %.12s: %w", hash, faults[0])
	}
	e := s.newEdition(d)
	s.editions.keep(hash, e)
	return e, nil
}

// open gives an edition that is in memory, nil for any other.
func (es *editions) open(hash string) *edition {
	if hash == es.current.Hash {
		return es.current
	}
	es.mu.Lock()
	defer es.mu.Unlock()
	return es.older[hash]
}

func (es *editions) keep(hash string, e *edition) {
	es.mu.Lock()
	defer es.mu.Unlock()
	if es.older[hash] == nil {
		es.order = append(es.order, hash)
	}
	es.older[hash] = e
	if len(es.order) > keepEditions {
		delete(es.older, es.order[0])
		es.order = es.order[1:]
	}
}
