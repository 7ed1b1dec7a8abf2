package questionnaire

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

const (
	maxQuestions = 500
	maxOptions   = 60
	maxText      = 2000
	maxParts     = 1000    // of one condition
	maxSize      = 100_000 // parts of one condition, with everything that it names written out
	maxCount     = 100_000 // parts of a count or score, times the number to reach: what the prover has to look at
)

// Load reads one questionnaire's folder. With any fault there is no definition; all faults are listed, by file and line.
// Languages other than English may lack texts: they load, and Text.Missing says what they lack.
func Load(files fs.FS) (*Definition, []Fault) {
	l := newLoader(files)
	r := l.reader
	r.list(".", slices.Concat(topFiles, []string{folderCases, folderText})...)
	texts, cases := r.list(folderText), r.list(folderCases)
	properties := r.present(fileProperties)
	structure := []string{fileDefinition, fileRules, fileSources}
	r.parse(slices.Concat(structure, texts, cases, properties)...)
	pinned := make(chan pin, 1)
	go func() { pinned <- r.newPin(slices.Concat(structure, texts)) }()
	readable := r.readable(slices.Concat(structure[1:], texts))
	sound := false // fit to be evaluated
	l.definition()
	if len(l.d.Questions) > 0 && readable {
		l.sources()
		l.rules()
		for _, name := range properties {
			l.properties(name)
		}
		l.order()
		sound = r.found == 0
		l.lint()
		for _, name := range texts {
			l.text(name)
		}
		if en := l.d.Texts[english]; en != nil {
			l.alike(en)
		} else if english := path.Join(folderText, english+".yaml"); !slices.Contains(texts, english) && !r.faulty(folderText) {
			r.fault(Place{File: english}, "file-missing", "add the file", "there are no English texts")
		}
	}
	if sound {
		l.d.compile()
		for _, name := range cases {
			l.cases(name)
		}
	}
	p := <-pinned
	l.d.files, l.d.Hash = p.archive, p.hash
	if p.err != nil && r.found == 0 {
		r.fault(Place{}, "archive", "", "cannot be archived: %v", p.err)
	}
	if r.found > 0 {
		return nil, r.listed()
	}
	return l.d, nil
}

// Skeleton reads what a folder names, as far as that can be read: for whoever helps to write it. It may be faulty and is not
// fit to be evaluated. The faults are those for which a file could not be read at all; files may be missing but the definition.
func Skeleton(files fs.FS) (*Definition, []Fault) {
	l := newLoader(files)
	sources, rules, texts := l.present(fileSources), l.present(fileRules), l.present(path.Join(folderText, english+".yaml"))
	names := slices.Concat([]string{fileDefinition}, sources, rules, texts)
	l.parse(names...)
	if !l.readable(names) {
		return nil, l.listed()
	}
	l.definition()
	if len(sources) > 0 {
		l.sources()
	}
	if len(rules) > 0 {
		l.rules()
	}
	for _, name := range texts {
		l.text(name)
	}
	return l.d, nil
}

func newLoader(files fs.FS) *loader {
	return &loader{
		reader: &reader{files: files, opened: map[string]opened{}},
		d:      &Definition{Texts: map[string]*Text{}, index: map[ID]int{}},
	}
}

// readable reports whether all files can be read. Where one cannot, what the others miss in it is not worth a word.
func (r *reader) readable(names []string) bool {
	before := r.found
	for _, name := range names {
		r.open(name)
	}
	return r.found == before
}

// loader builds a definition.
type loader struct {
	*reader
	d *Definition

	ask       map[int]*yaml.Node // conditions of questions, read when all questions are known
	voice     *yaml.Node
	defDoc    doc
	named     map[string]*statement // "fact/adult" and so on
	stack     []*statement          // being read, each named by the one before
	nodes     map[string]*Condition // one node for each meaning
	numbers   map[*Condition]int    // node numbers, for the keys of nodes
	sizes     map[*Condition]int    // of nodes: how many there are with all that they name written out
	usedFacts map[ID]bool
	usedSrc   map[ID]bool

	inProperties bool // conditions may look at the outcome
	complete     bool // no id is lost in a fault, so all are known
}

func (l *loader) definition() {
	d, root := l.open(fileDefinition)
	if root == nil {
		return
	}
	l.defDoc, l.ask = d, map[int]*yaml.Node{}
	def := l.d
	def.Clinic.Age = -1
	var clinic *yaml.Node
	d.fields(root, []string{"questionnaire", "version", "reviewed", "sections"}, map[string]func(*yaml.Node){
		"questionnaire": func(n *yaml.Node) { def.ID = d.id(n) },
		"version": func(n *yaml.Node) {
			if def.Version = d.text(n); !versionForm.MatchString(def.Version) {
				d.fault(n, "not-a-version", "write three numbers with points, such as 1.0.0", "%q is not a version", def.Version)
			}
		},
		"reviewed":           func(n *yaml.Node) { def.Reviewed = d.date(n) },
		"speaks_for_another": func(n *yaml.Node) { l.voice = n },
		"clinic":             func(n *yaml.Node) { clinic = n },
		"sections": func(n *yaml.Node) {
			for _, i := range d.items(n) {
				l.section(d, i)
			}
		},
	})
	if len(def.Questions) == 0 {
		d.fault(root, "no-question", "add a question under a section", "there is no question")
	}
	if len(def.Questions) > maxQuestions {
		d.fault(root, "too-many-questions", "split the questionnaire", "%d questions; at most %d are allowed", len(def.Questions), maxQuestions)
	}
	if clinic != nil && len(def.Questions) > 0 {
		l.clinic(d, clinic)
	}
}

var versionForm = regexp.MustCompile(`^\d{1,6}\.\d{1,6}\.\d{1,6}$`)

func (l *loader) section(d doc, n *yaml.Node) {
	s := Section{First: len(l.d.Questions)}
	var questions *yaml.Node
	d.fields(n, []string{"section", "questions"}, map[string]func(*yaml.Node){
		"section":   func(n *yaml.Node) { s.ID = d.id(n) },
		"questions": func(n *yaml.Node) { questions = n },
	})
	for _, other := range l.d.Sections {
		if other.ID == s.ID && s.ID != "" {
			d.fault(n, "id-twice", "give it another id", "there is another section %q", s.ID)
		}
	}
	if questions != nil {
		for _, i := range d.items(questions) {
			l.question(d, i)
		}
	}
	if s.Past = len(l.d.Questions); s.Past == s.First {
		d.fault(n, "empty-section", "add a question or take the section away", "the section %q has no question", s.ID)
	}
	l.d.Sections = append(l.d.Sections, s)
}

// Words that have a meaning of their own where a question's id or an option's id may stand.
var reservedQuestions = []ID{"all", "any", "not", "at_least", "of", "fact", "score", "criterion", "pattern", "cause", "urgency", "always", "outcome", "look_alike", "red_flag"}

// ConditionKeys gives the keys that a condition may have beside the ids of questions.
func ConditionKeys() []ID { return slices.Clone(reservedQuestions) }

var reservedOptions = []ID{WordUnsure, WordDeclined, WordBlank, WordAnswered}

func (l *loader) question(d doc, n *yaml.Node) {
	qu := Question{Section: len(l.d.Sections), None: -1, Unsure: true, Place: d.at(n)}
	at := len(l.d.Questions)
	given := map[string]*yaml.Node{}
	mark := func(key string, fn func(*yaml.Node)) func(*yaml.Node) {
		return func(n *yaml.Node) { given[key] = n; fn(n) }
	}
	readRange := func(to *Range) func(*yaml.Node) {
		return func(n *yaml.Node) {
			d.fields(n, []string{"from", "to"}, map[string]func(*yaml.Node){
				"from": func(n *yaml.Node) { to.From = d.number(n) },
				"to":   func(n *yaml.Node) { to.To = d.number(n) },
			})
			if to.From > to.To {
				d.fault(n, "range-empty", "put the smaller number first", "nothing lies from %d to %d", to.From, to.To)
			}
		}
	}
	var none ID
	d.fields(n, []string{"question", oneOf("type", typeNames[1:])}, map[string]func(*yaml.Node){
		"question": mark("question", func(n *yaml.Node) { qu.ID = d.id(n) }),
		"type":     mark("type", func(n *yaml.Node) { qu.Type = word[Type](d, n, typeNames) }),
		"options":  mark("options", func(n *yaml.Node) { qu.Options = d.ids(n) }),
		"none":     mark("none", func(n *yaml.Node) { none = d.id(n) }),
		"range":    mark("range", readRange(&qu.Range)),
		"usual":    mark("usual", readRange(&qu.Usual)),
		"length":   mark("length", func(n *yaml.Node) { qu.Length = d.number(n) }),
		"unsure":   mark("unsure", func(n *yaml.Node) { qu.Unsure = d.boolean(n) }),
		"decline":  mark("decline", func(n *yaml.Node) { qu.Decline = d.boolean(n) }),
		"optional": mark("optional", func(n *yaml.Node) { qu.Optional = d.boolean(n) }),
		"ask":      mark("ask", func(n *yaml.Node) { l.ask[at] = n }),
		"if_not_asked": mark("if_not_asked", func(n *yaml.Node) {
			switch n.Value {
			case "no":
				qu.NotAskedIsNo = true
			case "unknown":
			default:
				d.fault(n, "unknown-word", "write no or unknown", "%q is not a meaning", n.Value)
			}
		}),
		"unread": mark("unread", func(n *yaml.Node) { qu.Unread = d.text(n) }),
	})
	if i := slices.Index(reservedQuestions, qu.ID); i >= 0 {
		d.fault(given["question"], "reserved-id", "choose another id", "%q has a meaning of its own in conditions", qu.ID)
	}
	if _, twice := l.d.index[qu.ID]; twice && qu.ID != "" {
		d.fault(given["question"], "id-twice", "give it another id", "there is another question %q", qu.ID)
	}
	if (given["ask"] == nil) != (given["if_not_asked"] == nil) {
		d.fault(n, "ask-without-meaning", "give both ask and if_not_asked, or neither", "%s: when a question may go unasked, say what its answers then count as", qu.ID)
	}
	only := func(key string, types ...Type) {
		if given[key] != nil && !slices.Contains(types, qu.Type) && qu.Type != 0 {
			d.fault(given[key], "key-of-other-type", "take it away", "%q is not for questions of type %s", key, qu.Type)
		}
	}
	need := func(key string, types ...Type) {
		if given[key] == nil && slices.Contains(types, qu.Type) {
			d.fault(n, "missing-key", "add "+key, "%s: a question of type %s needs %q", qu.ID, qu.Type, key)
		}
	}
	only("options", Choice, Choices)
	need("options", Choice, Choices)
	only("none", Choices)
	only("range", Number)
	need("range", Number)
	only("usual", Number)
	only("length", FreeText)
	need("length", FreeText)
	only("unsure", Choice, Choices, Number, Date)
	only("decline", Choice, Choices, Number, Date)
	if qu.Type == FreeText {
		qu.Unsure = false
		if qu.Length < 1 || qu.Length > maxText {
			d.fault(n, "length-out-of-range", fmt.Sprintf("choose from 1 to %d", maxText), "%s: a length of %d", qu.ID, qu.Length)
		}
	}
	if qu.Type == Number && given["usual"] == nil {
		qu.Usual = qu.Range
	}
	if given["usual"] != nil && (!qu.Range.Contains(qu.Usual.From) || !qu.Range.Contains(qu.Usual.To)) {
		d.fault(given["usual"], "usual-outside-range", "keep it within the range", "%s: usual numbers lie outside the range", qu.ID)
	}
	if o := given["options"]; o != nil {
		if len(qu.Options) > maxOptions || len(qu.Options) < 2 {
			d.fault(o, "option-count", fmt.Sprintf("give 2 to %d options", maxOptions), "%s has %d options", qu.ID, len(qu.Options))
		}
		for i, id := range qu.Options {
			if slices.Contains(qu.Options[:i], id) {
				d.fault(o, "id-twice", "give it another id", "%s has two options %q", qu.ID, id)
			}
			if slices.Contains(reservedOptions, id) {
				d.fault(o, "reserved-id", "choose another id", "the option %q has a meaning of its own", id)
			}
		}
	}
	if none != "" {
		if qu.None = slices.Index(qu.Options, none); qu.None < 0 || qu.None != len(qu.Options)-1 {
			d.fault(given["none"], "none-not-last", "put it last among the options", "%s: the option %q does not stand last", qu.ID, none)
		}
	}
	l.d.index[qu.ID] = at
	l.d.Questions = append(l.d.Questions, qu)
}

// clinic reads what a clinic sees first.
func (l *loader) clinic(d doc, n *yaml.Node) {
	view := &l.d.Clinic
	question := func(n *yaml.Node) (at int, ok bool) {
		id := d.id(n)
		if at, ok = l.d.index[id]; !ok && id != "" {
			d.fault(n, "unknown-question", "name a question that stands under sections", "there is no question %q%s", id, DidYouMean(id, sortedKeys(l.d.index)))
		}
		return at, ok
	}
	typed := func(n *yaml.Node, types ...Type) (at int, ok bool) {
		if at, ok = question(n); ok && !slices.Contains(types, l.d.Questions[at].Type) {
			d.fault(n, "question-of-other-type", fmt.Sprintf("name a question of type %s", types[0]), "%q is a question of type %s", l.d.Questions[at].ID, l.d.Questions[at].Type)
			return 0, false
		}
		return at, ok
	}
	in := map[int]ID{}
	d.fields(n, nil, map[string]func(*yaml.Node){
		"age": func(n *yaml.Node) {
			if at, ok := typed(n, Number); ok {
				view.Age = at
			}
		},
		"over_time": func(n *yaml.Node) {
			for _, i := range d.items(n) {
				at, ok := typed(i, Number, Choice)
				if !ok {
					continue
				}
				qu := &l.d.Questions[at]
				if slices.ContainsFunc(view.OverTime, func(other int) bool { return l.d.Questions[other].Type == qu.Type }) {
					d.fault(i, "drawn-twice", "keep one of them", "there is another question of type %s", qu.Type)
				}
				if qu.Type == Number && qu.Range != (Range{0, 10}) {
					d.fault(i, "not-from-0-to-10", "name a number from 0 to 10", "%q runs from %d to %d", qu.ID, qu.Range.From, qu.Range.To)
				}
				view.OverTime = append(view.OverTime, at)
			}
		},
		"groups": func(n *yaml.Node) {
			for _, i := range d.items(n) {
				g := Group{Place: d.at(i)}
				var questions []*yaml.Node
				d.fields(i, []string{"group", "questions"}, map[string]func(*yaml.Node){
					"group":     func(n *yaml.Node) { g.ID = d.id(n) },
					"questions": func(n *yaml.Node) { questions = d.items(n) },
				})
				if slices.ContainsFunc(view.Groups, func(other Group) bool { return other.ID == g.ID && g.ID != "" }) {
					d.fault(i, "id-twice", "give it another id", "there is another group %q", g.ID)
				}
				for _, n := range questions {
					at, ok := question(n)
					if !ok {
						continue
					}
					if first, twice := in[at]; twice {
						d.fault(n, "question-twice", "keep it in one group", "%q stands in the group %q already", l.d.Questions[at].ID, first)
						continue
					}
					in[at] = g.ID
					g.Questions = append(g.Questions, at)
				}
				if len(questions) == 0 {
					d.fault(i, "empty-group", "name a question or take the group away", "the group %q has no question", g.ID)
				}
				view.Groups = append(view.Groups, g)
			}
		},
	})
}

func (l *loader) sources() {
	d, root := l.open(fileSources)
	if root == nil {
		return
	}
	d.fields(root, []string{"sources"}, map[string]func(*yaml.Node){
		"sources": func(n *yaml.Node) {
			d.entries(n, func(k, v *yaml.Node) {
				s := Source{ID: d.id(k), Place: d.at(k)}
				d.fields(v, []string{"title", "reviewed"}, map[string]func(*yaml.Node){
					"title":    func(n *yaml.Node) { s.Title = d.text(n) },
					"article":  func(n *yaml.Node) { s.Article = d.text(n) },
					"evidence": func(n *yaml.Node) { s.Evidence = d.text(n) },
					"address": func(n *yaml.Node) {
						if s.Address = d.text(n); !strings.HasPrefix(s.Address, "https://") {
							d.fault(n, "not-an-address", "write an address that begins with https://", "%q is not an address", s.Address)
						}
					},
					"reviewed": func(n *yaml.Node) { s.Reviewed = d.date(n) },
				})
				if s.Article == "" && s.Evidence == "" {
					d.fault(k, "source-without-place", "add article (under which heading of the article) or evidence (in which part of the evidence)", "the source %q does not say where in it the rules stand", s.ID)
				}
				l.d.Sources = append(l.d.Sources, s)
			})
		},
	})
}
