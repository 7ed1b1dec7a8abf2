package schema

import (
	"reflect"

	q "ekbom/internal/questionnaire"
)

// The structs below have the keys that the loader knows; a test holds the two equal.

type definitionFile struct {
	Questionnaire    newID     `json:"questionnaire" doc:"The questionnaire's id. Stays for ever."`
	Version          version   `json:"version" doc:"Three numbers with points. Raise it with every change that reaches a patient."`
	Reviewed         date      `json:"reviewed" doc:"The day on which the whole was last checked."`
	SpeaksForAnother condition `json:"speaks_for_another,omitempty" doc:"When true, the texts under other are used."`
	Clinic           clinic    `json:"clinic,omitempty" doc:"What a clinic sees before all other answers."`
	Sections         []section `json:"sections" least:"1" doc:"The questions, in the order in which they are asked."`
}

type clinic struct {
	Age      numberID  `json:"age,omitempty" doc:"The question with the age in years."`
	OverTime []drawnID `json:"over_time,omitempty" doc:"Drawn over a person's submissions: at most one number from 0 to 10 and one choice whose options run from least to most."`
	Groups   []group   `json:"groups,omitempty" doc:"Answers that are told together, in this order."`
}

type group struct {
	Group     newID        `json:"group" doc:"Its id; its heading stands in text."`
	Questions []questionID `json:"questions" least:"1" doc:"The questions told together."`
}

type section struct {
	Section   newID      `json:"section" doc:"Its id; its heading stands in text."`
	Questions []question `json:"questions" least:"1" doc:"The questions under this heading."`
}

type question struct {
	Question   newID        `json:"question" doc:"Its id. Stays with its meaning for ever."`
	Type       word[q.Type] `json:"type" doc:"choice: one option. choices: any of them. number: a whole number. text: own words. date: a year, a month of a year, or a day."`
	Options    []newID      `json:"options,omitempty" least:"2" for:"choice choices" need:"yes" doc:"Ids of the options in the order shown, 2 to 60."`
	None       newID        `json:"none,omitempty" for:"choices" doc:"The option that excludes all others. It must stand last."`
	Range      wholeRange   `json:"range,omitempty" for:"number" need:"yes" doc:"Numbers outside are refused."`
	Usual      wholeRange   `json:"usual,omitempty" for:"number" doc:"Outside of these the person is asked once whether that is right."`
	Length     int          `json:"length,omitempty" least:"1" for:"text" need:"yes" doc:"The most signs allowed, up to 2000."`
	Unsure     bool         `json:"unsure,omitempty" for:"choice choices number date" doc:"\"I'm not sure\" is offered unless this is false."`
	Decline    bool         `json:"decline,omitempty" for:"choice choices number date" doc:"true offers \"I'd rather not say\"."`
	Optional   bool         `json:"optional,omitempty" doc:"true lets a person go on without an answer. A blank is never a no."`
	Ask        condition    `json:"ask,omitempty" with:"if_not_asked" doc:"Asked only when this is true. It may look at earlier questions only."`
	IfNotAsked string       `json:"if_not_asked,omitempty" with:"ask" words:"no unknown" doc:"What its answers count as when it is not asked: no, or unknown."`
	Unread     text         `json:"unread,omitempty" doc:"Why it is asked although no rule reads it."`
}

type wholeRange struct {
	From int `json:"from" doc:"The smallest number."`
	To   int `json:"to" doc:"The largest number."`
}

type rulesFile struct {
	Facts      map[string]condition `json:"facts,omitempty" doc:"Names for conditions that are used more than once."`
	Scores     map[string]score     `json:"scores,omitempty" doc:"Points, added up."`
	RedFlags   []redFlag            `json:"red_flags" doc:"Signs that set a least urgency which nothing else can lower."`
	Criteria   []criterion          `json:"criteria,omitempty" doc:"The parts of the pattern."`
	Pattern    pattern              `json:"pattern,omitempty" doc:"How the criteria make a match. Looked at in the order full, partial, none; none of them true: unknown."`
	LookAlikes []lookAlike          `json:"look_alikes,omitempty" doc:"What else can feel like it."`
	Causes     []cause              `json:"causes" doc:"Reasons to discuss, with the rules that conclude them."`
	HideCauses above[q.Urgency]     `json:"hide_causes,omitempty" doc:"From this urgency up, causes and comfort advice are not shown to the patient."`
	Referrals  []referral           `json:"referrals" doc:"Whom to see, in rank order."`
	Exclusions map[string]condition `json:"exclusions,omitempty" doc:"Remedies, each with when it must not be shown. While that is unknown it is not shown either."`
	Advice     []advice             `json:"advice" doc:"What to do, ask, bring, avoid or look out for."`
}

type score struct {
	Terms []term `json:"terms" doc:"What gives points."`
	Bands []band `json:"bands" doc:"Parts of the range, from the lowest; the first begins at 0."`
}

type term struct {
	Term   newID     `json:"term" doc:"Its id."`
	Points int       `json:"points" least:"1" doc:"1 to 1000."`
	When   condition `json:"when" doc:"When it gives its points."`
}

type band struct {
	Band newID `json:"band" doc:"Its id."`
	From int   `json:"from" doc:"The fewest points of this band."`
}

type redFlag struct {
	RedFlag   newID            `json:"red_flag" doc:"Its id."`
	Urgency   above[q.Urgency] `json:"urgency" doc:"The outcome is at least this urgent when it is true."`
	IfUnknown word[q.Urgency]  `json:"if_unknown" doc:"The outcome is at least this urgent while it cannot be told. Not sure is never no."`
	Crisis    bool             `json:"crisis,omitempty" doc:"true shows the operator's crisis line beside it."`
	When      condition        `json:"when" doc:"When it is true."`
	Source    some[sourceID]   `json:"source" doc:"Where this comes from."`
}

type criterion struct {
	Criterion newID          `json:"criterion" doc:"Its id."`
	Met       condition      `json:"met" doc:"When it is met."`
	Earlier   condition      `json:"earlier,omitempty" doc:"When it was met before the complaint grew severe."`
	Source    some[sourceID] `json:"source" doc:"Where this comes from."`
}

type pattern struct {
	Full    condition `json:"full" doc:"When the answers match fully."`
	Partial condition `json:"partial" doc:"When they match partly."`
	None    condition `json:"none" doc:"When they do not match."`
	Shown   condition `json:"shown" doc:"A patient sees the match only when this is true."`
}

type lookAlike struct {
	LookAlike newID          `json:"look_alike" doc:"Its id."`
	When      condition      `json:"when" doc:"When it is concluded."`
	Source    some[sourceID] `json:"source" doc:"Where this comes from."`
}

type cause struct {
	Cause   newID           `json:"cause" doc:"Its id."`
	Urgency word[q.Urgency] `json:"urgency,omitempty" doc:"The outcome is at least this urgent once it is concluded."`
	Shown   bool            `json:"shown,omitempty" doc:"false: concluded for the clinician, never shown to a patient."`
	Rules   []causeRule     `json:"rules" least:"1" doc:"The strongest true one counts."`
	Against []condition     `json:"against,omitempty" doc:"What speaks against it when true."`
}

type causeRule struct {
	Rule     newID            `json:"rule" doc:"Its id."`
	Strength word[q.Strength] `json:"strength" doc:"How well it supports the cause."`
	When     condition        `json:"when" doc:"When it concludes the cause."`
	Source   some[sourceID]   `json:"source" doc:"Where this comes from."`
}

type referral struct {
	_          struct{}         `some:"causes when from"`
	Specialist newID            `json:"specialist" doc:"The id of somebody to see."`
	NamedBy    word[q.Namer]    `json:"named_by" doc:"source: the source article names it. evidence: from clinical evidence beyond it."`
	Causes     some[causeID]    `json:"causes,omitempty" doc:"Leads here when one of these is concluded."`
	When       condition        `json:"when,omitempty" doc:"Leads here when this is true."`
	From       above[q.Urgency] `json:"from,omitempty" doc:"Leads here from this urgency of the outcome up."`
	First      condition        `json:"first,omitempty" doc:"Stands before all others when this is true."`
	FirstFrom  above[q.Urgency] `json:"first_from,omitempty" doc:"Stands before all others from this urgency up."`
	Source     some[sourceID]   `json:"source" doc:"Where this comes from."`
}

type advice struct {
	Advice   newID              `json:"advice" doc:"Its id."`
	Kind     word[q.AdviceKind] `json:"kind" doc:"comfort: a safe measure at home. ask: at the visit. bring: to take along. avoid: not to do. sooner: a sign to get help sooner."`
	Contains some[remedyID]     `json:"contains,omitempty" doc:"The remedies in it, whose exclusions apply."`
	When     condition          `json:"when" doc:"Shown only when this is true."`
	Unless   condition          `json:"unless,omitempty" doc:"Shown only when this is false."`
	Source   some[sourceID]     `json:"source" doc:"Where this comes from."`
}

type sourcesFile struct {
	Sources map[string]source `json:"sources" doc:"Each under its id."`
}

type source struct {
	_        struct{} `some:"article evidence"`
	Title    text     `json:"title" doc:"Authors, title, where it appeared, year."`
	Article  text     `json:"article,omitempty" doc:"The heading of the source article, where it says so."`
	Evidence text     `json:"evidence,omitempty" doc:"Section or entry of the evidence review."`
	Address  address  `json:"address,omitempty" doc:"Begins with https://."`
	Reviewed date     `json:"reviewed" doc:"The day on which it was last read."`
}

type propertiesFile struct {
	Properties []property `json:"properties" doc:"Each is proven for every path that can happen, or a counterexample is shown."`
}

// property has one of five forms.
type property struct{}

func (property) shape(g *generator) object {
	return object{"anyOf": []object{
		g.of(reflect.TypeFor[whenever]()), g.of(reflect.TypeFor[never]()), g.of(reflect.TypeFor[moreOf]()),
		g.of(reflect.TypeFor[countsAs]()), g.of(reflect.TypeFor[notNo]()),
	}}
}

type stated struct {
	Property newID          `json:"property" doc:"Its id."`
	Says     text           `json:"says" doc:"The same in a plain sentence."`
	Source   some[sourceID] `json:"source,omitempty" doc:"Where this comes from."`
}

type whenever struct {
	stated
	Whenever condition `json:"whenever" doc:"Whenever this is true, then is true."`
	Then     condition `json:"then" doc:"What must be true then."`
}

type never struct {
	stated
	Never        condition `json:"never" doc:"Never true together_with the other."`
	TogetherWith condition `json:"together_with" doc:"Never true while never is."`
}

type moreOf struct {
	stated
	MoreOf      by[questionID, more] `json:"more_of" doc:"More of these: one more option ticked, a later option, a larger number."`
	NeverLowers string               `json:"never_lowers" words:"urgency" doc:"What must not become lower by it."`
}

type countsAs struct {
	stated
	NotSureAt some[unsureID] `json:"not_sure_at" doc:"Questions answered with \"I'm not sure\", each of them alone."`
	CountsAs  condition      `json:"counts_as" doc:"What must be true then."`
}

type notNo struct {
	stated
	NotSureAt   by[unsureID, single[optionID]] `json:"not_sure_at" doc:"Questions answered with \"I'm not sure\", each with the answer that means no."`
	NeverLowers string                         `json:"never_lowers" words:"urgency" doc:"\"Not sure\" is never less urgent than that no."`
}

// more is what is more of an answer: options, or numbers.
type more struct{}

func (more) shape(g *generator) object {
	options, larger := some[optionID]{}.shape(g), g.of(reflect.TypeFor[larger]())
	if g.d == nil {
		return object{"anyOf": []object{options, larger}}
	}
	if g.question().Type == q.Number {
		return larger
	}
	return options
}

type larger struct {
	From  int `json:"from,omitempty" doc:"The smallest number that counts."`
	Below int `json:"below,omitempty" doc:"The smallest number that no longer counts."`
}

type caseEntry struct {
	Case    newID                  `json:"case" doc:"Its id."`
	Story   text                   `json:"story" doc:"Who this is, in a sentence or two."`
	BasedOn newID                  `json:"based_on,omitempty" doc:"A case above in this file, whose answers hold where none is given here."`
	Answers by[questionID, answer] `json:"answers,omitempty" doc:"An answer to every question on the path. null takes one away."`
	Expect  expect                 `json:"expect" doc:"What must come of it. Only what is given is compared."`
}

// answer is an option, a list of them, a number, a text, a date, a word in place of them, or nothing.
type answer struct{}

func (answer) shape(g *generator) object {
	scalar, nothing := object{"type": []string{"string", "number", "boolean"}}, object{"type": "null"}
	if g.d == nil {
		return object{"anyOf": append([]object{scalar, {"type": "array", "items": scalar}}, nothing)}
	}
	qu := g.question()
	known := optionID{}.known(g)
	if qu.Unsure {
		known = append(known, named{q.WordUnsure, `"I'm not sure"`})
	}
	if qu.Decline {
		known = append(known, named{q.WordDeclined, `"I'd rather not say"`})
	}
	if qu.Optional {
		known = append(known, named{q.WordBlank, "Left without an answer."})
	}
	may := []object{words(known), nothing}
	switch qu.Type {
	case q.Choice, q.Choices:
		list := object{"type": "array", "items": may[0]}
		if !qu.Optional {
			list["minItems"] = 1
		}
		may = append(may, list)
	case q.Number:
		may = append(may, object{"type": "integer", "minimum": qu.Range.From, "maximum": qu.Range.To})
	case q.Date:
		may = append(may, object{"type": "integer", "minimum": 1900, "maximum": 2200}, object{"type": "string", "pattern": `^\d{4}(-\d{1,2}){0,2}$`})
	case q.FreeText:
		may = append(may, []object{scalar, {"type": "array", "items": scalar}}...)
	}
	return object{"anyOf": may}
}

type expect struct {
	Urgency     word[q.Urgency]                         `json:"urgency" doc:"Exactly this urgency."`
	Pattern     word[q.Match]                           `json:"pattern,omitempty" doc:"Exactly this match."`
	Criteria    by[criterionID, word[q.CriterionState]] `json:"criteria,omitempty" doc:"The states of these criteria."`
	RedFlags    []redFlagID                             `json:"red_flags,omitempty" doc:"Exactly these."`
	Causes      by[causeID, word[q.Strength]]           `json:"causes,omitempty" doc:"At least these, with this strength."`
	NotCauses   []causeID                               `json:"not_causes,omitempty" doc:"None of these."`
	Against     []causeID                               `json:"against,omitempty" doc:"Each is concluded, and something speaks against it."`
	LookAlikes  []lookAlikeID                           `json:"look_alikes,omitempty" doc:"At least these."`
	Specialists []specialistID                          `json:"specialists,omitempty" doc:"At least these."`
	First       specialistID                            `json:"first,omitempty" doc:"The first address."`
	Advice      []adviceID                              `json:"advice,omitempty" doc:"At least these."`
	NotAdvice   []adviceID                              `json:"not_advice,omitempty" doc:"None of these."`
}

// textFile requires nothing: a language may lack words while it is being translated.
type textFile struct {
	Language    text                             `json:"language,omitempty" doc:"The tag of the file's name, such as en."`
	Title       text                             `json:"title,omitempty" doc:"The name of the questionnaire."`
	Start       start                            `json:"start,omitempty" doc:"The first page."`
	Sections    by[sectionID, text]              `json:"sections,omitempty" doc:"A heading for each section."`
	Groups      by[groupID, text]                `json:"groups,omitempty" doc:"A heading for each group under clinic."`
	Units       by[numberID, text]               `json:"units,omitempty" doc:"The unit of each number."`
	Questions   by[questionID, questionText]     `json:"questions,omitempty" doc:"The words of each question."`
	Scores      by[scoreID, scoreText]           `json:"scores,omitempty" doc:"The names of each score, its terms and bands."`
	Urgency     each[q.Urgency, urgencyText]     `json:"urgency,omitempty" doc:"What a person reads first on the result."`
	RedFlags    by[redFlagID, redFlagText]       `json:"red_flags,omitempty" doc:"The words of each red flag."`
	Criteria    by[criterionID, nameText]        `json:"criteria,omitempty" doc:"The name of each criterion."`
	Pattern     patternText                      `json:"pattern,omitempty" doc:"A sentence for each match."`
	LookAlikes  by[lookAlikeID, nameText]        `json:"look_alikes,omitempty" doc:"The name of each look-alike."`
	Causes      by[causeID, causeText]           `json:"causes,omitempty" doc:"The words of each cause."`
	Specialists by[specialistID, specialistText] `json:"specialists,omitempty" doc:"The words of each specialist."`
	Advice      by[adviceID, text]               `json:"advice,omitempty" doc:"Each piece of advice."`
	About       []text                           `json:"about,omitempty" doc:"Paragraphs for \"about this result\"."`
}

type start struct {
	Lead      text   `json:"lead,omitempty" doc:"One or two sentences under the title."`
	For       text   `json:"for,omitempty" doc:"Who it is for."`
	Gets      []text `json:"gets,omitempty" doc:"What you get."`
	Cannot    []text `json:"cannot,omitempty" doc:"What it cannot do."`
	AtHand    []text `json:"at_hand,omitempty" doc:"What to have ready."`
	Emergency []text `json:"emergency,omitempty" doc:"Signs with which nobody should begin; each ends \"Get help now, before you start, if\"."`
	Poster    text   `json:"poster,omitempty" doc:"The question on a clinic's poster; without it the title."`
}

type questionWords struct {
	Text    text               `json:"text,omitempty" doc:"The question."`
	Short   text               `json:"short,omitempty" doc:"For summaries and print, no question mark."`
	Hint    text               `json:"hint,omitempty" doc:"Helps to answer."`
	Why     text               `json:"why,omitempty" doc:"Why this is asked."`
	Options by[optionID, text] `json:"options,omitempty" doc:"The words of each option."`
}

type questionText struct {
	questionWords
	Other questionWords `json:"other,omitempty" doc:"The words that differ when someone answers for another person."`
}

type scoreText struct {
	Name  text             `json:"name,omitempty" doc:"Its name."`
	Terms by[termID, text] `json:"terms,omitempty" doc:"What each term is for."`
	Bands by[bandID, text] `json:"bands,omitempty" doc:"The name of each band."`
}

type urgencyText struct {
	Heading  text   `json:"heading,omitempty" doc:"How soon, in a few words."`
	Sentence text   `json:"sentence,omitempty" doc:"The same in a sentence."`
	Steps    []text `json:"steps,omitempty" doc:"What to do, one thing each."`
}

type flagWords struct {
	Act      text   `json:"act,omitempty" doc:"What to do now."`
	Sentence text   `json:"sentence,omitempty" doc:"In place of the urgency's own, where that does not fit. Give both sentence and steps, or neither."`
	Steps    []text `json:"steps,omitempty" doc:"In place of the urgency's own."`
}

type redFlagText struct {
	Name text `json:"name,omitempty" doc:"What it may be a sign of."`
	flagWords
	Other flagWords `json:"other,omitempty" doc:"The words that differ when someone answers for another person."`
}

// patternText has a heading among the sentences.
type patternText struct{}

func (patternText) shape(g *generator) object {
	o := each[q.Match, text]{}.shape(g)
	o["properties"].(object)["heading"] = says(text{}.shape(g), "What the pattern is of.")
	return o
}

type nameText struct {
	Name text `json:"name,omitempty" doc:"Its name."`
}

type causeText struct {
	Name     text `json:"name,omitempty" doc:"Its plain name."`
	Clinical text `json:"clinical,omitempty" doc:"Its clinical name, for the clinic."`
	Sentence text `json:"sentence,omitempty" doc:"What the patient reads about it."`
}

type specialistText struct {
	Name text `json:"name,omitempty" doc:"Who this is."`
	Does text `json:"does,omitempty" doc:"What they do."`
}
