package main

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// mutant is the questionnaire with one fault in it.
type mutant struct {
	Operator string
	File     string
	Line     int
	Path     string // the place by ids, which stays when lines are added above it
	Was, Is  string // one line each; empty where something was only added or taken away
	Tidy     bool   // texts, sources and cases follow, as when somebody takes a thing out carefully

	changes []change
}

// Name tells mutants apart and stays the same when other lines change.
func (m *mutant) Name() string {
	name := m.Operator + " " + m.Path
	if m.Was != "" {
		name += " - " + m.Was
	}
	if m.Is != "" {
		name += " + " + m.Is
	}
	return name
}

var urgencies = []string{"self-care", "routine", "soon", "same-day", "emergency"}
var strengths = []string{"weak", "moderate", "strong"}

// seeder makes every mutant, operator by operator and place by place.
type seeder struct {
	f        *folder
	file     string
	prefix   string // begins the operators' names where a place has a meaning of its own: exclusion, ask
	options  map[string][]string
	siblings map[string][]string // by the key that names a thing in conditions
	all      []*mutant
}

// seed lists every mutant of a folder, in the order of the files.
func seed(f *folder) []*mutant {
	s := &seeder{f: f, options: map[string][]string{}, siblings: map[string][]string{}}
	root := f.trees[rules]
	for key, list := range map[string]string{"red_flag": "red_flags", "look_alike": "look_alikes", "cause": "causes", "criterion": "criteria"} {
		for _, n := range items(value(root, list)) {
			s.siblings[key] = append(s.siblings[key], value(n, key).Value)
		}
	}
	if facts := value(root, "facts"); facts != nil {
		for i := 0; i < len(facts.Content); i += 2 {
			s.siblings["fact"] = append(s.siblings["fact"], facts.Content[i].Value)
		}
	}
	for _, section := range items(value(f.trees[definition], "sections")) {
		for _, q := range items(value(section, "questions")) {
			for _, o := range items(value(q, "options")) {
				id := value(q, "question").Value
				s.options[id] = append(s.options[id], o.Value)
			}
		}
	}
	s.file = definition
	s.questions()
	s.file = rules
	s.rules(root)
	return s.all
}

func (s *seeder) add(operator, path string, at *yaml.Node, is yaml.Node, was, now string) *mutant {
	m := &mutant{Operator: s.prefix + operator, File: s.file, Line: at.Line, Path: path, Was: was, Is: now, changes: []change{{s.file, at, is}}}
	s.all = append(s.all, m)
	return m
}

// replace changes a node.
func (s *seeder) replace(operator, path string, at *yaml.Node, is yaml.Node) {
	s.add(operator, path, at, is, short(at), short(&is))
}

// drop takes the part i out of a list.
func (s *seeder) drop(operator, path string, list *yaml.Node, i int) *mutant {
	m := s.add(operator, path, list, without(list, i, 1), short(list.Content[i]), "")
	m.Line = list.Content[i].Line
	return m
}

// dropKey takes a key out of a mapping, where it is there.
func (s *seeder) dropKey(operator, path string, n *yaml.Node, key string) {
	if v := value(n, key); v != nil {
		s.add(operator, path, n, withoutKey(n, key), key+": "+short(v), "").Line = v.Line
	}
}

// step moves a word one step up and one step down among the words that it may be.
func (s *seeder) step(up, down, path string, n *yaml.Node, words []string) {
	if n == nil {
		return
	}
	at := slices.Index(words, n.Value)
	if at >= 0 && at+1 < len(words) {
		s.replace(up, path, n, scalar(n, words[at+1]))
	}
	if at > 0 {
		s.replace(down, path, n, scalar(n, words[at-1]))
	}
}

// shift moves a number by one, both ways.
func (s *seeder) shift(path string, n *yaml.Node) {
	if n == nil {
		return
	}
	if i, err := strconv.Atoi(n.Value); err == nil {
		s.replace("shift-threshold", path, n, scalar(n, strconv.Itoa(i+1)))
		s.replace("shift-threshold", path, n, scalar(n, strconv.Itoa(i-1)))
	}
}

// next gives the word after one in a list, from its end the first.
func next(words []string, is string) (string, bool) {
	at := slices.Index(words, is)
	if at < 0 || len(words) < 2 {
		return "", false
	}
	return words[(at+1)%len(words)], true
}

func typo(id string) string { return id[:len(id)-1] }

func (s *seeder) questions() {
	root := s.f.trees[definition]
	s.condition("speaks_for_another", value(root, "speaks_for_another"))
	for _, section := range items(value(root, "sections")) {
		for _, q := range items(value(section, "questions")) {
			s.question(q)
		}
	}
}

func (s *seeder) question(q *yaml.Node) {
	id := value(q, "question").Value
	s.dropKey("drop-ask", id, q, "ask")
	s.prefix = "ask-"
	s.condition(id+".ask", value(q, "ask"))
	s.prefix = ""
	if n := value(q, "if_not_asked"); n != nil {
		other := map[string]string{"no": "unknown", "unknown": "no"}[n.Value]
		s.replace("if-not-asked", id, n, scalar(n, other))
	}
	s.dropKey("offer-unsure", id, q, "unsure")
	if value(q, "unsure") == nil && value(q, "type").Value != "text" {
		s.add("no-unsure", id, q, added(q, word("unsure"), boolean("false")), "", "unsure: false")
	}
	for _, key := range []string{"range", "usual"} {
		s.shift(id+"."+key, value(value(q, key), "from"))
		s.shift(id+"."+key, value(value(q, key), "to"))
	}
	options := value(q, "options")
	for i, o := range items(options) {
		s.drop("remove-option", id+"."+o.Value, options, i)
	}
	if options == nil {
		return
	}
	// An option that nobody reads, with its text, so that only its being without any effect is wrong.
	more := *options
	more.Content = slices.Insert(slices.Clone(options.Content), len(options.Content)-1, word("orphan"))
	m := s.add("orphan-option", id, options, more, "", "orphan")
	text := value(value(value(s.f.trees[english], "questions"), id), "options")
	m.changes = append(m.changes, change{english, text, added(text, word("orphan"), word("Something else"))})
}

func (s *seeder) rules(root *yaml.Node) {
	s.facts(value(root, "facts"))
	if scores := value(root, "scores"); scores != nil {
		for i := 0; i < len(scores.Content); i += 2 {
			s.score(scores.Content[i].Value, scores.Content[i+1])
		}
	}
	flags := value(root, "red_flags")
	for i, n := range items(flags) {
		id := value(n, "red_flag").Value
		s.drop("drop-red-flag", id, flags, i)
		s.drop("drop-red-flag-tidily", id, flags, i).Tidy = true
		s.step("raise-urgency", "lower-urgency", id+".urgency", value(n, "urgency"), urgencies)
		s.step("raise-if-unknown", "lower-if-unknown", id+".if_unknown", value(n, "if_unknown"), urgencies)
		s.dropKey("drop-crisis", id, n, "crisis")
		s.condition(id+".when", value(n, "when"))
	}
	for _, n := range items(value(root, "criteria")) {
		id := value(n, "criterion").Value
		s.condition(id+".met", value(n, "met"))
		s.condition(id+".earlier", value(n, "earlier"))
		s.dropKey("drop-earlier", id, n, "earlier")
	}
	for _, key := range []string{"full", "partial", "none", "shown"} {
		s.condition("pattern."+key, value(value(root, "pattern"), key))
	}
	alikes := value(root, "look_alikes")
	for i, n := range items(alikes) {
		id := value(n, "look_alike").Value
		s.drop("drop-look-alike-tidily", id, alikes, i).Tidy = true
		s.condition(id+".when", value(n, "when"))
	}
	for _, n := range items(value(root, "causes")) {
		s.cause(n)
	}
	if n := value(root, "hide_causes"); n != nil {
		s.dropKey("drop-hide-causes", "hide_causes", root, "hide_causes")
		s.step("raise-hide-causes", "lower-hide-causes", "hide_causes", n, urgencies)
	}
	referrals := value(root, "referrals")
	for i, n := range items(referrals) {
		s.referral(referrals, i, n)
	}
	if exclusions := value(root, "exclusions"); exclusions != nil {
		s.prefix = "exclusion-"
		for i := 0; i < len(exclusions.Content); i += 2 {
			s.condition(exclusions.Content[i].Value, exclusions.Content[i+1])
		}
		s.prefix = ""
	}
	advice := value(root, "advice")
	for i, n := range items(advice) {
		s.advice(advice, i, n)
	}
}

func (s *seeder) facts(facts *yaml.Node) {
	if facts == nil {
		return
	}
	for i := 0; i < len(facts.Content); i += 2 {
		s.condition("facts."+facts.Content[i].Value, facts.Content[i+1])
	}
}

func (s *seeder) score(id string, n *yaml.Node) {
	terms := value(n, "terms")
	for i, t := range items(terms) {
		term := id + "." + value(t, "term").Value
		s.drop("drop-term-tidily", term, terms, i).Tidy = true
		s.shift(term+".points", value(t, "points"))
		s.condition(term+".when", value(t, "when"))
	}
	for _, b := range items(value(n, "bands")) {
		s.shift(id+"."+value(b, "band").Value+".from", value(b, "from"))
	}
}

func (s *seeder) cause(n *yaml.Node) {
	id := value(n, "cause").Value
	s.step("raise-cause-urgency", "lower-cause-urgency", id+".urgency", value(n, "urgency"), urgencies)
	s.dropKey("drop-cause-urgency", id, n, "urgency")
	s.dropKey("show-cause", id, n, "shown")
	list := value(n, "rules")
	for i, r := range items(list) {
		rule := value(r, "rule").Value
		if len(list.Content) > 1 {
			s.drop("drop-cause-rule", rule, list, i)
			s.drop("drop-cause-rule-tidily", rule, list, i).Tidy = true
		}
		s.step("strengthen", "weaken", rule+".strength", value(r, "strength"), strengths)
		s.condition(rule+".when", value(r, "when"))
	}
	against := value(n, "against")
	for i, a := range items(against) {
		s.drop("drop-against", fmt.Sprintf("%s.against[%d]", id, i), against, i)
		s.condition(fmt.Sprintf("%s.against[%d]", id, i), a)
	}
}

func (s *seeder) referral(list *yaml.Node, i int, n *yaml.Node) {
	id := value(n, "specialist").Value
	s.drop("drop-referral", id, list, i)
	s.drop("drop-referral-tidily", id, list, i).Tidy = true
	if i+1 < len(list.Content) {
		swapped := *list
		swapped.Content = slices.Clone(list.Content)
		swapped.Content[i], swapped.Content[i+1] = list.Content[i+1], list.Content[i]
		s.add("swap-referrals", id, list, swapped, "", "after "+value(list.Content[i+1], "specialist").Value).Line = n.Line
	}
	s.dropKey("drop-referral-causes", id, n, "causes")
	s.dropKey("drop-referral-when", id, n, "when")
	s.dropKey("drop-referral-from", id, n, "from")
	s.dropKey("drop-referral-first", id, n, "first")
	s.dropKey("drop-referral-first", id, n, "first_from")
	causes := value(n, "causes")
	for j, c := range items(causes) {
		if len(causes.Content) > 1 {
			s.drop("drop-referral-cause", id+"."+c.Value, causes, j)
		}
	}
	s.condition(id+".when", value(n, "when"))
	s.condition(id+".first", value(n, "first"))
	s.step("raise-referral-from", "lower-referral-from", id+".from", value(n, "from"), urgencies)
	s.step("raise-referral-from", "lower-referral-from", id+".first_from", value(n, "first_from"), urgencies)
}

func (s *seeder) advice(list *yaml.Node, i int, n *yaml.Node) {
	id := value(n, "advice").Value
	s.drop("drop-advice-tidily", id, list, i).Tidy = true
	if i+1 < len(list.Content) {
		mine, other := value(n, "advice"), value(list.Content[i+1], "advice")
		m := s.add("swap-advice", id, mine, scalar(mine, other.Value), id, other.Value)
		m.changes = append(m.changes, change{s.file, other, scalar(other, id)})
	}
	s.dropKey("drop-unless", id, n, "unless")
	contains := value(n, "contains")
	s.dropKey("drop-contains", id, n, "contains")
	for j, c := range items(contains) {
		if len(contains.Content) > 1 {
			s.drop("drop-contains", id+"."+c.Value, contains, j)
		}
	}
	s.condition(id+".when", value(n, "when"))
	s.condition(id+".unless", value(n, "unless"))
}

// condition makes the mutants of a condition and of its parts.
func (s *seeder) condition(path string, n *yaml.Node) {
	if n == nil || n.Kind != yaml.MappingNode || len(n.Content) < 2 {
		return
	}
	k, v := n.Content[0], n.Content[1]
	switch k.Value {
	case "all", "any":
		other := map[string]string{"all": "any", "any": "all"}[k.Value]
		if len(items(v)) > 1 {
			s.add("swap-all-any", path, k, scalar(k, other), k.Value, other)
		}
		s.parts(path+"."+k.Value, v)
	case "at_least":
		s.shift(path+".at_least", v)
		s.parts(path+".of", value(n, "of"))
	case "not":
		s.replace("remove-not", path, n, *v)
		s.condition(path+".not", v)
		return
	case "always":
		return
	case "score":
		for _, bound := range []string{"from", "below"} {
			s.shift(path+".score", value(v.Content[1], bound))
		}
	case "urgency":
		s.step("raise-threshold", "lower-threshold", path+".urgency", value(v, "from"), urgencies)
	case "pattern":
		s.words(path+".pattern", v, []string{"none", "partial", "full"})
	case "criterion":
		s.add("wrong-id", path, v.Content[0], scalar(v.Content[0], typo(v.Content[0].Value)), v.Content[0].Value, typo(v.Content[0].Value))
		s.words(path+"."+v.Content[0].Value, v.Content[1], []string{"not-met", "earlier", "met"})
	case "fact", "red_flag", "cause", "look_alike":
		s.words(path+"."+k.Value, v, s.siblings[k.Value])
	default:
		s.add("wrong-id", path, k, scalar(k, typo(k.Value)), k.Value, typo(k.Value))
		if v.Kind == yaml.MappingNode {
			s.shift(path+"."+k.Value+".from", value(v, "from"))
			s.shift(path+"."+k.Value+".below", value(v, "below"))
			break
		}
		s.words(path+"."+k.Value, v, s.options[k.Value])
	}
	s.replace("add-not", path, n, mapping("not", copied(n)))
}

func (s *seeder) parts(path string, list *yaml.Node) {
	for i, p := range items(list) {
		at := fmt.Sprintf("%s[%d]", path, i)
		if len(list.Content) > 1 {
			s.drop("drop-part", at, list, i)
		}
		s.condition(at, p)
	}
}

// words makes the mutants of one word or a list of words that a test names: the one after it instead, one left out.
func (s *seeder) words(path string, v *yaml.Node, known []string) {
	list := items(v)
	if v.Kind == yaml.ScalarNode {
		list = []*yaml.Node{v}
	}
	for i, w := range list {
		if other, ok := next(known, w.Value); ok && !slices.ContainsFunc(list, func(n *yaml.Node) bool { return n.Value == other }) {
			s.replace("sibling-id", path, w, scalar(w, other))
		}
		if len(list) > 1 {
			s.drop("drop-option", path, v, i)
		}
	}
}

// sample picks n mutants: from every operator in turn, the same ones whenever the questionnaire is the same, and nearly the
// same ones after a small edit of it. All of them when n is 0.
func sample(all []*mutant, n int) []*mutant {
	if n == 0 || n >= len(all) {
		return all
	}
	rank := func(m *mutant) string {
		sum := sha256.Sum256([]byte(m.Name()))
		return string(sum[:])
	}
	by := map[string][]*mutant{}
	var operators []string
	for _, m := range all {
		if by[m.Operator] == nil {
			operators = append(operators, m.Operator)
		}
		by[m.Operator] = append(by[m.Operator], m)
	}
	slices.Sort(operators)
	for _, list := range by {
		slices.SortFunc(list, func(a, b *mutant) int { return strings.Compare(rank(a), rank(b)) })
	}
	var picked []*mutant
	for round := 0; len(picked) < n; round++ {
		for _, o := range operators {
			if round < len(by[o]) && len(picked) < n {
				picked = append(picked, by[o][round])
			}
		}
	}
	return picked
}
