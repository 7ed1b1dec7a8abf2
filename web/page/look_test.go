package page

import (
	"bytes"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/audit"
	q "ekbom/internal/questionnaire"
	"ekbom/internal/review"
	"ekbom/web/locale"
	"ekbom/web/plot"
	"ekbom/web/static"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// shown is one page in one state.
type shown struct {
	name string
	page templ.Component
}

func printer(t testing.TB) *locale.Printer {
	t.Helper()
	c, err := locale.Load(locale.Files)
	if err != nil {
		t.Fatal(err)
	}
	return c.Printer("en")
}

func base(t testing.TB, path string) Base {
	t.Helper()
	return Base{
		L: printer(t), Assets: assets(t), Service: "Restless legs self-check", Path: path, Draft: true,
		Languages: []Language{{"en", "English"}, {"ru", "Русский"}},
		Numbers:   []Phone{{"Ambulance", "112"}, {"Doctor on call", "+46 (0)11-77"}},
		Contact:   "legs@clinic.example",
	}
}

func assets(t testing.TB) static.Assets {
	t.Helper()
	a, err := static.Load()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func render(t testing.TB, c templ.Component) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func given(values ...string) Answer { return Answer{State: q.Given, Values: values} }

var (
	night    = time.Date(2026, time.November, 22, 3, 12, 0, 0, time.UTC)
	later    = night.AddDate(0, 0, 90)
	unsure   = Answer{State: q.Unsure}
	declined = Answer{State: q.Declined}
	blank    = Answer{State: q.Blank}
	edition  = Edition{Version: "1.0.0", Hash: "3f6c1f0a9d2b47e8a1b1a7d9c3f2e4655d0b9e7f3a8c1d24e6f7a9b0c1d2e3f4", Reviewed: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
	qrCode   = &QR{Size: 29, Path: "M4 4h7v1h-7zM4 5h1v5h-1zM10 5h1v5h-1zM6 6h3v3h-3zM4 10h7v1h-7zM18 4h7v1h-7zM18 5h1v5h-1zM24 5h1v5h-1zM20 6h3v3h-3zM18 10h7v1h-7zM4 18h7v1h-7zM4 19h1v5h-1zM10 19h1v5h-1zM6 20h3v3h-3zM4 24h7v1h-7zM12 12h3v2h-3zM16 14h2v4h-2zM20 19h3v1h-3z"}
)

func urge() QuestionView {
	return QuestionView{
		ID: "urge", Type: q.Choice, Section: "The pattern",
		Text:    "In the last 4 weeks, did you feel you had to move your legs when you were resting?",
		Hint:    "For example when sitting in the evening, or lying in bed",
		Why:     "This urge is the heart of the pattern we look for.",
		Options: []Option{{Value: "never", Label: "Never"}, {Value: "sometimes", Label: "Sometimes"}, {Value: "often", Label: "Often"}, {Value: "always", Label: "Every evening or night"}},
		Unsure:  &Option{}, Action: "/q/urge", Back: "/q/age", Revision: "7", Progress: Progress{Number: 7, Fewest: 9, Most: 14},
	}
}

func signs() QuestionView {
	return QuestionView{
		ID: "emergency-signs", Type: q.Choices, Section: "Safety first",
		Text: "Do you have any of these signs now, or did you have one in the last few days?",
		Hint: "Choose every sign that fits",
		Why:  "These signs can need help at once, so they come first.",
		Options: []Option{
			{Value: "breathless", Label: "Suddenly short of breath, chest pain, or coughing up blood"},
			{Value: "collapse", Label: "Passed out, or had a fit (seizure)"},
			{Value: "cold-leg", Label: "A leg suddenly cold, pale, grey, blue or blotchy, or suddenly numb, weak or very painful"},
			{Value: "numb-seat", Label: "Numb around the genitals or bottom, new trouble feeling, passing or holding pee or poo, or both legs weak or with shooting pain"},
		},
		None: &Option{Value: "no-signs", Label: "No, I have none of these signs"}, Unsure: &Option{}, Declined: &Option{},
		Action: "/q/emergency-signs", Back: "/q/filled-in-by", Progress: Progress{Number: 2, Fewest: 14, Most: 41}, Revision: "1",
	}
}

func age() QuestionView {
	return QuestionView{
		ID: "age", Type: q.Number, Section: "About the person", Text: "How old are you?", Hint: "In full years, from 0 to 120", Unit: "years",
		Why: "Children and older people need other questions.", Action: "/q/age", Back: "/q/emergency-signs",
		Progress: Progress{Number: 3, Fewest: 13, Most: 40}, Unsure: &Option{}, Revision: "2",
	}
}

func told() []Quote {
	return []Quote{
		{"Urge to move the legs", given("Every evening or night"), "/q/urge"},
		{"When it is worst", given("In the evening, while I sit", "At night, after I lie down"), "/q/worst"},
		{"Close relatives with the same", given("My mother or father"), "/q/family"},
	}
}

func someCauses() []Cause {
	return []Cause{
		{
			ID: "rls", Name: "Restless legs", Clinical: "restless legs syndrome, Willis-Ekbom disease", Strength: q.Strong, Rule: "rls-full",
			Sentence: "An urge to move the legs that comes at rest, in the evening or at night, and eases while you move.",
			Because:  told(), Against: []Quote{{"Numb or burning feet by day", given("Yes, most days"), "/q/numb"}}, Open: []string{"Kicks seen by someone else", "Iron in the last blood test"},
			Sources: []Source{
				{ID: "irlssg-2014", Title: "Allen and others, Restless legs syndrome diagnostic criteria, Sleep Medicine 2014", Article: "Features of the syndrome", Address: "https://doi.org/10.1016/j.sleep.2014.03.025", Reviewed: night},
				{ID: "public", Title: "Restless legs, health information for the public", Reviewed: night},
			},
		},
		{
			ID: "iron", NotMe: true, Name: "Low iron", Clinical: "iron deficiency", Strength: q.Moderate, Rule: "iron-heavy-periods", Sentence: "Legs are often more restless when the body's iron store is low, even without anaemia.",
			Because: []Quote{{"Heavy periods", given("Yes"), "/q/periods"}, {"Giving blood", given("In the last 12 months"), "/q/blood"}},
			Sources: []Source{{ID: "aasm", Title: "American Academy of Sleep Medicine, treatment of restless legs syndrome, 2025", Reviewed: night}},
		},
		{
			ID: "medicine", Name: "A medicine", Strength: q.Weak, Rule: "antihistamine", Sentence: "Some medicines for allergy, sleep, mood or sickness can stir up the legs.",
			Because: []Quote{{"Medicines", given("Tablets for allergy or sleep, bought without a prescription"), "/q/medicines"}},
		},
	}
}

func someCriteria() []Criterion {
	return []Criterion{
		{Name: "An urge to move the legs", State: q.Met}, {Name: "Starts or grows at rest", State: q.Met},
		{Name: "Eases while moving", State: q.Earlier}, {Name: "Worse in the evening or at night", State: q.CriterionUnknown},
	}
}

func burden() Score {
	return Score{
		Name: "How heavy it weighs", From: 5, To: 7, Most: 12, BandFrom: "moderate", BandTo: "heavy",
		Terms: []Term{{"Five or more nights a week", 3, q.True}, {"Sleep disturbed", 2, q.True}, {"Tired by day", 2, q.Unknown}, {"Low mood", 5, q.False}},
	}
}

func clot() Flag {
	return Flag{
		Name: "A possible blood clot in a leg vein.", Act: "It has to be looked at today. Do not rub the leg.", Urgency: q.SameDay,
		Because: []Quote{{"Signs in one leg only", given("Swollen", "Warm and red"), "/q/one-leg"}},
	}
}

func routine(t testing.TB) ResultView {
	return ResultView{
		Base: base(t, "/result"), Back: "/answers",
		Urgency: Urgency{q.Routine, "Book a visit with a doctor", "No answer points to danger, and a planned visit in the next few weeks is a good next step.", []string{
			"Book a visit with the GP (family doctor) and say it is about restless or uncomfortable legs",
			"Note on which nights it comes, at what time, and what helps",
			"Print this page, or keep the code, and take it along",
		}},
		Pattern: Pattern{true, "The pattern of restless legs", q.MatchFull, "Your answers match the usual pattern of restless legs. A doctor has to look at what else could explain them.", someCriteria()},
		Causes:  someCauses(), Scores: []Score{burden()},
		Help: []Specialist{
			{Name: "GP (family doctor)", Does: "Examines the legs, asks for the first blood tests and knows your medicines.", NamedBy: q.NamedBySource, For: []string{"Restless legs", "Low iron", "A medicine"}},
			{Name: "Neurologist", Does: "A doctor for nerves and movement, when it stays unclear or does not get better.", NamedBy: q.NamedBySource, For: []string{"Restless legs"}},
			{Name: "Pharmacist", Does: "Looks through your medicines for any that can stir up the legs.", NamedBy: q.NamedByEvidence},
		},
		Ask:     []string{"Could a blood test of my iron store (ferritin and transferrin saturation) help?", "Could one of my medicines play a part?"},
		Bring:   []string{"The list of all medicines, also those without a prescription", "Iron results, with date and laboratory"},
		Open:    []Quote{{"Kicks seen by someone else", unsure, "/q/kicks"}, {"Alcohol", declined, "/q/alcohol"}, {"In your own words", blank, "/q/own-words"}},
		Comfort: []string{"Walk or stretch while it lasts", "A warm bath before bed", "No coffee after midday"},
		Avoid:   []string{"Do not take iron tablets before a blood test", "Do not stop a medicine without the person who prescribed it"},
		Sooner:  []string{"One leg swells, gets warm or changes colour", "Numbness or weakness that grows", "You are too low to go on: tell somebody today"},
		About:   []string{"This result puts in order what you told us, so that you can discuss it. It cannot diagnose or rule out any illness, and it has not been tested in a study."},
		Edition: edition, Completed: night,
	}
}

func sheet(t testing.TB) SheetView {
	r := routine(t)
	return SheetView{
		Base: base(t, "/result/print"), Code: "7K4M-Q2XW-9HTR-DB", Until: later, QR: qrCode, Unsure: []string{"Kicks seen by someone else"}, Urgency: r.Urgency,
		OpenFlags: []Flag{{Name: "Iron loss from bleeding", Urgency: q.Soon}},
		Denied:    []string{"Blood clot in a leg", "Blocked leg artery", "Pressure on the spinal nerves", "Infection", "Heart failure"},
		OwnWords:  "It pulls and crawls deep in both calves as soon as I sit down to read. I walk the corridor half the night.",
		Criteria:  r.Criteria(), LookAlikes: []string{"Leg cramp", "Nerve damage in the feet"}, Scores: r.Scores,
		Facts: []AnswerSection{
			{"How long and how often", []AnswerRow{{"Since age", given("34 years"), ""}, {"Nights a week", given("Five or more"), ""}, {"Trend", given("Slowly growing"), ""}, {"Twice a week or more for a year", given("Yes"), ""}}},
			{"How it feels", []AnswerRow{{"Feeling", given("Crawling", "Pulling", "An urge without words"), ""}, {"Where", given("Both calves"), ""}, {"Arms too", given("No"), ""}}},
			{"Sleep and daily life", []AnswerRow{{"Falling asleep", given("Takes more than an hour"), ""}, {"Tired by day", given("Often"), ""}, {"How much it bothers", given("7 out of 10"), ""}, {"Mood", given("A little low"), ""}}},
			{"Health and medicines", []AnswerRow{{"Medicines", given("Tablets for allergy or sleep, bought without a prescription"), ""}, {"Known illnesses", given("None of these"), ""}, {"Last ferritin", given("38 µg/l in March 2025"), ""}, {"Heavy periods", given("Yes"), ""}}},
		},
		Causes: someCauses(), Help: r.Help, Ask: r.Ask, Bring: r.Bring,
		Sections: []AnswerSection{
			{"Safety first", []AnswerRow{{signs().Text, given("No, I have none of these signs"), ""}, {"How old are you?", given("52 years"), ""}}},
			{"The pattern", []AnswerRow{
				{urge().Text, given("Every evening or night"), ""}, {"When is it worst?", given("In the evening, while I sit", "At night, after I lie down"), ""},
				{"Has anybody seen your legs kick or twitch while you slept?", unsure, ""}, {"How many glasses of alcohol do you drink in a week?", declined, ""},
				{"Is there anything you want to say in your own words?", given("It pulls and crawls deep in both calves as soon as I sit down to read.\nI walk the corridor half the night."), ""},
			}},
		},
		NotAsked: []NotAsked{
			{"Which half of the pregnancy", []Quote{{"Pregnant", given("No"), ""}}},
			{"Growing pains", []Quote{{"Age", given("52 years"), ""}}},
		},
		Edition: edition, Completed: night, Printed: night.Add(time.Hour), Back: "/result",
	}
}

func (v ResultView) Criteria() []Criterion { return v.Pattern.Criteria }

// every page in every state worth looking at, with believable words, short and long.
func pages(t testing.TB) []shown {
	t.Helper()
	question := func(v QuestionView, change func(*QuestionView)) templ.Component {
		v.Base = base(t, v.Action)
		if change != nil {
			change(&v)
		}
		return Question(v)
	}
	withFault := func(text string) func(*QuestionView) {
		return func(v *QuestionView) { v.Faults = []Fault{{FirstField(v.ID, v.Type), text}} }
	}
	words := QuestionView{
		ID: "own-words", Type: q.FreeText, Section: "Last questions", Text: "Is there anything you want to say in your own words?",
		Hint: "What it feels like, or what you fear it could be", Why: "A clinician reads it.", Length: 500, Optional: true, Action: "/q/own-words", Back: "/q/alcohol",
		Progress: Progress{Number: 21}, Declined: &Option{},
	}
	when := QuestionView{
		ID: "since", Type: q.Date, Section: "How long and how often", Text: "When did it start?", Why: "Legs that changed lately need a closer look.", Action: "/q/since", Back: "/q/nights",
		Progress: Progress{Number: 15, Fewest: 0, Most: 4}, Unsure: &Option{}, Month: "March", Year: "2019",
	}
	start := StartView{
		Emergency: []string{"you are suddenly short of breath or have chest pain", "one leg turned cold, pale or blue"},
		Base:      base(t, "/"), Lead: "Do your legs pull, crawl or keep you awake when you rest? Answer at your own pace and take a clear page to your visit.",
		Gets: []string{"How soon to be seen, and where to go first", "How well your answers match the usual pattern of restless legs", "Possible reasons to discuss, with the answers that point to each", "One page to print or show, with questions to ask at the visit"},
		Cannot: []string{
			"It cannot tell you what you have, and it cannot rule anything out", "It does not replace a doctor, a midwife or the emergency service",
			"It does not tell you to start, stop or change a medicine", "It has not been tested in a study",
		},
		For: "For anyone whose legs bother them at rest, in the evening or at night. You can also answer for a child, a parent or someone in your care.", AtHand: []string{"The list of medicines", "Results of blood tests from the last year, above all iron"},
		Fewest: 16, Most: 58, DraftDays: 90,
	}
	newcomer := start
	newcomer.Draft = false
	newcomer.Numbers = nil
	start.Continue = "/q/urge"
	urgent := routine(t)
	urgent.Urgency = Urgency{q.SameDay, "Get medical help today", "Some of the answers, or a “not sure”, should be checked today, also at night or at a weekend.", []string{
		"Phone the doctor, the out-of-hours line or an urgent clinic now and read out the signs on this page", "If nobody can help today, go to a hospital emergency department",
	}}
	urgent.Flags, urgent.Causes, urgent.CausesHidden, urgent.Comfort, urgent.Pattern.Shown = []Flag{clot()}, nil, true, nil, false
	urgent.OpenSigns = []OpenSign{{Quote{"Numbness between the legs", unsure, "/q/numb-seat"}, q.Emergency}}
	open := routine(t)
	open.Urgency, open.OpenFirst, open.Kindness = urgent.Urgency, true, AfterDecline
	open.OpenSigns = []OpenSign{{Quote{"Emergency signs", unsure, "/q/emergency-signs"}, q.Emergency}, {Quote{"Signs in one leg only", blank, "/q/one-leg"}, q.SameDay}}
	despair := Flag{Act: "Stay with somebody, or ask one person to come now.", Urgency: q.Emergency, Crisis: true, Because: []Quote{{"Dark thoughts", given("I might harm myself now"), "/q/mood"}}}
	listened := base(t, "/emergency")
	listened.Crisis = []Phone{{"", "116 123"}}
	soon, calm := routine(t), routine(t)
	soon.Urgency = Urgency{q.Soon, "See a doctor within a few days", "Some of the answers should be looked at within a few days.", urgent.Urgency.Steps}
	calm.Urgency = Urgency{q.SelfCare, "Look after the legs at home for now", "No answer points to danger or calls for a visit now, but see a doctor if it lasts or grows.", []string{"Try what this page suggests for home, one thing at a time"}}
	calm.Causes, calm.Help, calm.Scores, calm.Open = nil, calm.Help[:1], nil, nil
	danger := Urgency{q.Emergency, "Call the emergency number now", "Some of the answers can mean danger to life or limb, so call now and do not wait for it to pass.", []string{
		"Say what is wrong, or read out the signs on this page", "Stay with somebody, or ask somebody to come, and unlock the door", "Leave the leg alone: no rubbing, no heat, no tight stockings",
	}}
	artery := Flag{Name: "A blocked leg artery.", Act: "The leg can be lost within hours.", Urgency: q.Emergency, Because: []Quote{{"Emergency signs", given("A leg suddenly cold, pale, grey, blue or blotchy, or suddenly numb, weak or very painful"), "/q/emergency-signs"}}}
	large, plain, alarm := sheet(t), sheet(t), sheet(t)
	large.Large = true
	plain.Code, plain.QR, plain.OwnWords, plain.Causes, plain.LookAlikes, plain.OpenFlags, plain.NotAsked = "", nil, "", nil, nil, nil, nil
	alarm.Urgency, alarm.Fired, alarm.Completed, alarm.Back = danger, []Flag{artery}, time.Time{}, "/emergency"
	alarm.Causes, alarm.CausesHidden = nil, true
	all := []shown{
		{"start", Start(newcomer)},
		{"start-draft", Start(start)},
		{"question-choice", question(urge(), nil)},
		{"question-chosen", question(urge(), func(v *QuestionView) { v.Options[2].Chosen, v.Changing = true, true })},
		{"question-error", question(urge(), withFault("Choose an answer: Urge to move the legs"))},
		{"question-because", question(urge(), func(v *QuestionView) { v.Because, v.Returned = told(), true })},
		{"question-choices", question(signs(), nil)},
		{"question-choices-error", question(signs(), func(v *QuestionView) {
			v.Options[0].Chosen, v.None.Chosen = true, true
			withFault("Choose either the last answer or others, not both: Emergency signs")(v)
		})},
		{"question-number", question(age(), nil)},
		{"question-number-error", question(age(), func(v *QuestionView) {
			v.Value = "forty"
			withFault("Enter a whole number, such as 42: Age")(v)
		})},
		{"question-text", question(words, nil)},
		{"question-text-error", question(words, func(v *QuestionView) {
			v.Value = strings.Repeat("It pulls and crawls. ", 30)
			withFault("Shorten what you wrote by 130 letters and signs")(v)
		})},
		{"question-date", question(when, nil)},
		{"question-date-error", question(when, withFault("Enter a date from the calendar, with four digits for the year, such as 2019: Start of it"))},
		{"unusual", Unusual(UnusualView{Base: base(t, "/q/age/unusual"), Section: "About the person", Quote: Quote{"Age", given("104 years"), ""}, Action: "/q/age/unusual", Back: "/q/age"})},
		{"emergency-check", CheckEmergency(CheckEmergencyView{Base: base(t, "/emergency/check"), Quotes: artery.Because, Back: "/q/emergency-signs"})},
		{"emergency", Emergency(EmergencyView{Base: base(t, "/emergency"), Urgency: danger, Flags: []Flag{artery}, Change: "/q/emergency-signs"})},
		{"emergency-check-crisis", CheckEmergency(CheckEmergencyView{Base: listened, Quotes: despair.Because, Crisis: true, Back: "/q/mood"})},
		{"emergency-crisis", Emergency(EmergencyView{Base: listened, Urgency: danger, Flags: []Flag{despair}, Change: "/q/mood"})},
		{"result-open", Result(open)},
		{"answers", Answers(AnswersView{Base: base(t, "/answers"), Back: "/q/own-words", Sections: []AnswerSection{
			{"Safety first", []AnswerRow{{"Emergency signs", given("No, I have none of these signs"), "/q/emergency-signs"}, {"Age", given("52 years"), "/q/age"}}},
			{"The pattern", []AnswerRow{
				{"Urge to move the legs", given("Every evening or night"), "/q/urge"}, {"When it is worst", given("In the evening, while I sit", "At night, after I lie down"), "/q/worst"},
				{"Kicks seen by someone else", unsure, "/q/kicks"}, {"Alcohol", declined, "/q/alcohol"}, {"Your own words", blank, "/q/own-words"},
			}},
		}})},
		{"result-routine", Result(routine(t))},
		{"result-same-day", Result(urgent)},
		{"result-soon", Result(soon)},
		{"result-self-care", Result(calm)},
		{"sheet", Sheet(sheet(t))},
		{"sheet-large", Sheet(large)},
		{"sheet-plain", Sheet(plain)},
		{"sheet-emergency", Sheet(alarm)},
		{"keep", Keep(KeepView{Base: base(t, "/keep"), Code: "7K4M-Q2XW-9HTR-DB", Until: later, Answered: 12, Address: "legs.example/return", QR: qrCode, Back: "/q/urge"})},
		{"return", Return(ReturnView{Base: base(t, "/return")})},
		{"return-error", Return(ReturnView{Base: base(t, "/return"), Code: "7K4M Q2XW 9HTR", Faults: []Fault{{FieldCode, printer(t).T("fault.code")}}})},
		{"delete", Delete(DeleteView{Base: base(t, "/delete"), Known: true, Answered: 12, Back: "/q/urge"})},
		{"delete-by-code", Delete(DeleteView{Base: base(t, "/delete"), Code: "7K4M", Faults: []Fault{{FieldCode, printer(t).T("fault.code")}}, Back: "/"})},
		{"deleted", Deleted(DeletedView{Base: base(t, "/deleted")})},
		{"deleted-held", Deleted(DeletedView{Base: base(t, "/deleted"), Held: true})},
		{"destination", Destination(DestinationView{Base: base(t, "/c/north"), Clinic: "North Clinic", Slug: "north", Fewest: 8, Most: 40, DraftDays: 90})},
		{"destination-draft", Destination(DestinationView{Base: base(t, "/c/north"), Clinic: "North Clinic", Slug: "north", DraftDays: 90, Continue: "/q/urge"})},
		{"destination-sent", Destination(DestinationView{Base: base(t, "/c/north"), Clinic: "North Clinic", Slug: "north", Fewest: 8, Most: 40, DraftDays: 90, Continue: "/sent", Sent: true})},
		{"destination-closed", Destination(DestinationView{Base: base(t, "/c/north"), Clinic: "North Clinic", Slug: "north", Closed: true, Fewest: 8, Most: 40, DraftDays: 90})},
		{"send", Send(SendView{Base: base(t, "/send"), Urgency: routine(t).Urgency, Clinics: someClinics(), NameMost: 120, WordsMost: 5000, Back: "/result"})},
		{"send-one", Send(SendView{Base: base(t, "/send"), Urgency: routine(t).Urgency, Clinics: someClinics()[:1], ByAnother: true, NameMost: 120, WordsMost: 5000, Back: "/result"})},
		{"send-none", Send(SendView{Closed: true, Base: base(t, "/send"), Urgency: routine(t).Urgency, Back: "/result"})},
		{"send-error", Send(SendView{Base: base(t, "/send"), Urgency: urgent.Urgency, Flags: urgent.Flags, Clinics: someClinics(), NameMost: 120, WordsMost: 5000, Back: "/result",
			Letter: Letter{Name: "Anna <b>Berg</b>", Day: "31", Month: "2", Year: "1980", Words: "Call me."}, Faults: []Fault{
				{"clinic-1", printer(t).T("send.fault.clinic")}, {FieldName, printer(t).N("send.fault.name", 3)},
				{FieldDay, printer(t).T("send.fault.born.date")}, {FieldWords, printer(t).N("send.fault.words", 1)}}})},
		{"check-send", CheckSend(checkSend(t, urgent))},
		{"check-send-error", CheckSend(func() CheckSendView {
			v := checkSend(t, routine(t))
			v.Name, v.Born, v.Words = "", "", ""
			v.Faults = []Fault{{FieldConsent, printer(t).T("check-send.fault.consent")}}
			return v
		}())},
		{"sent", Sent(SentView{Base: base(t, "/sent"), Receipts: someReceipts()[:1], Code: "7K4M-Q2XW-9HTR-DB", Result: "/result"})},
		{"sent-same-day", Sent(SentView{Base: base(t, "/sent"), Locked: true, Urgency: urgent.Urgency, Flags: urgent.Flags, Receipts: someReceipts(), Code: "7K4M-Q2XW-9HTR-DB", Result: "/result",
			Earlier: []EarlierResponse{{"a1b2c3", later, KindSent}, {"a1b2c4", later, KindResult}, {"a1b2c5", later, KindDraft}}, Continue: true})},
		{"sent-gone", Sent(SentView{Base: base(t, "/sent"), Code: "7K4M-Q2XW-9HTR-DB", Result: "/result"})},
		{"withdraw", Withdraw(WithdrawView{Base: base(t, "/withdraw"), Known: true, Clinic: "North Clinic", Sent: later, Of: "a1b2c3", Held: true, Back: "/sent"})},
		{"withdraw-by-code", Withdraw(WithdrawView{Base: base(t, "/withdraw"), Code: "7K4M", Faults: []Fault{{FieldCode, printer(t).T("fault.code")}}, Back: "/"})},
		{"result-sent", Result(func() ResultView {
			v := routine(t)
			v.Causes, v.Sent = someCauses(), true
			v.Since = &Since{Date: later, Was: "Today", Is: "Within days", Same: 12, More: 2, Drawn: []string{"How often", "Bother"},
				Moments: []Moment{{later, []Answer{given("Most nights"), given("7 out of 10")}}, {later, []Answer{given("Now and then"), {}}}},
				Trace: &plot.Trace{ID: "trace", Caption: printer(t).T("since.over-time"), Summary: printer(t).N("plot.summary", 2, "from", "1 May 2026", "to", "1 June 2026"),
					Burden: printer(t).T("plot.burden", "question", "Bother"), Frequency: "How often", Steps: []string{"Never", "Now and then", "Most nights"},
					Points: []plot.Point{{At: later.AddDate(0, -1, 0), Short: "2026-05-01", Burden: 7, Step: 2}, {At: later, Short: "2026-06-01", Burden: -1, Step: 1}}},
				Changes: []Changed{
					{"Urge to move the legs", given("Never"), given("Often"), [2]bool{true, true}},
					{"Nights a week", Answer{}, given("Five or more"), [2]bool{false, true}},
					{"Began", given("March 2019"), Answer{}, [2]bool{true, false}},
				}}
			return v
		}())},
		{"privacy", Privacy(PrivacyView{Base: base(t, "/privacy"), DraftDays: 90})},
		{"about", About(AboutView{Base: base(t, "/about"), About: routine(t).About, Edition: edition})},
		{"sources", Sources(SourcesView{Base: base(t, "/sources"), Sources: someCauses()[0].Sources, Edition: edition})},
		{"accessibility", Accessibility(AccessibilityView{base(t, "/accessibility")})},
		{"conflict", Conflict(ConflictView{Base: base(t, ""), Question: "Urge to move the legs", Yours: given("Often"), Saved: given("Never"), Action: "/q/urge", Fields: []Field{{"answer", "often"}, {"revision", "9"}}, Keep: "/q/worst"})},
	}
	for _, status := range []int{400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503} {
		v := ProblemView{Base: base(t, ""), Status: status, RequestID: "f3b2-000017"}
		if status == 503 {
			v.Action, v.Fields = "/q/urge", []Field{{"answer", "often"}}
		}
		all = append(all, shown{"problem-" + v.L.Number(status), Problem(v)})
	}
	return all
}

// TestLook writes every page to the folder EKBOM_LOOK_DIR, to be opened in a browser. Without it the pages are only drawn.
func TestLook(t *testing.T) {
	dir := os.Getenv("EKBOM_LOOK_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	a := assets(t)
	write := func(name string, b []byte) {
		t.Helper()
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, address := range []string{a.Style, a.Sheet, a.Script, a.Icon} {
		w := httptest.NewRecorder()
		a.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
		write(address, w.Body.Bytes())
	}
	for _, s := range pages(t) {
		write(s.name+".html", render(t, s.page))
	}
}

// TestSheetGolden holds the printed sheet, which goes into patients' files, to what was last agreed on.
func TestSheetGolden(t *testing.T) {
	t.Parallel()
	v := sheet(t)
	v.Assets = static.Assets{Style: "/static/style.css", Sheet: "/static/sheet.css", Script: "/static/script.js", Icon: "/static/icon.svg"}
	got := render(t, Sheet(v))
	const golden = "testdata/sheet.html"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	lines := func(b []byte) []string { return strings.Split(strings.ReplaceAll(string(b), "><", ">\n<"), "\n") }
	if diff := cmp.Diff(lines(want), lines(got)); diff != "" {
		t.Errorf("sheet differs from %s (-want +got), run with -update when it is meant to:\n%s", golden, diff)
	}
}

func someClinics() []Option {
	return []Option{{Value: "a", Label: "North Clinic"}, {Value: "b", Label: "A clinic with a name that is longer than any line of an old phone"}}
}

func checkSend(t testing.TB, v ResultView) CheckSendView {
	return CheckSendView{
		Base: base(t, "/send/check"), Urgency: v.Urgency, Flags: v.Flags, Causes: someCauses(), Clinic: "North Clinic", KeepDays: 365,
		Name: "Anna Berg", Born: "27 March 1961", Words: "Worst after coffee.\nPhone me after five.", Revision: "9-a1b2c3",
		Sections: []AnswerSection{{Name: "Your legs", Rows: []AnswerRow{{Question: "Do you feel an urge to move?", Answer: given("Often")}}}},
	}
}

func someReceipts() []Receipt {
	at := time.Date(2026, 11, 22, 14, 5, 0, 0, time.UTC)
	return []Receipt{
		{
			Of: "a1b2c3", Clinic: "North Clinic", Sent: at, State: review.NeedsInformation,
			Looks:    []Look{{at.Add(time.Hour), account.Lead, audit.Printed, 1}, {at.Add(time.Hour), account.Reviewer, audit.Opened, 4}, {at, account.Admin, audit.Exported, 1}},
			Messages: []Message{{at, "Which medicines do you take?\nPhone us on Monday."}},
		},
		{Of: "a1b2c4", Clinic: "South Clinic", Sent: at, Withdrawn: at, State: review.Received, Held: true},
	}
}
