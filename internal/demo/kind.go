package demo

// kind is a kind of person who fills in the questionnaire.
type kind struct {
	name   string
	weight float64 // in a hundred people
	spec   spec
	words  []string // own words, some of which one of them writes
	fresh  int      // in a hundred came in the last hours
}

// usual is how people answer whose legs are restless and who are well otherwise. Every other kind says only in what it
// differs.
var usual = spec{
	"filled-in-by":     "me:97 someone-else:3",
	"emergency-signs":  "",
	"age":              "35-74",
	"sex":              "female:66 male:33 another:1",
	"life-phase":       "menopause:25 heavy-periods:7 before-period:5",
	"pregnancy-half":   "first-half:3 second-half:7",
	"pregnancy-signs":  "",
	"urge":             "sometimes:15 often:50 nearly-always:33 never:2",
	"rest":             "starts-or-grows:92 no-difference:6 better-at-rest:1 nothing-felt:1",
	"moving":           "gone:40 better:48 same:4 used-to-help:6 worse:1 nothing-felt:1",
	"time-of-day":      "evening-or-night:84 no-difference:5 evenings-at-first:8 day-or-morning:2 not-at-rest:1",
	"feelings":         "crawling:45 tingling:38 pulling:42 burning:14 electric:16 itching:10 twitching:18 dull-ache:14 squeezing:8 heaviness:10",
	"where":            "calves:75 feet:28 thighs:28 ankles:14 knees:12 toes:8 arms:7 hips:4",
	"brings-on":        "soon-after-lying-down:70 sitting-still:58 after-midnight:18 daytime-rest:14 warmth:12 after-effort:7 weather-change:5",
	"what-eases":       "getting-up-then-back:68 rubbing-or-pressing:45 cooling:18 warming:14 legs-up:3",
	"toe-rest-pain":    "no-such-pain:70 steady:25 getting-worse:5",
	"walking-change":   "no-such-pain:20 steady:60 getting-shorter:20",
	"also-there":       "cold-feet:12 vein-signs:10 joint-sore-on-load:8 ankles-swell:5 foot-tapping:4 mind-first:3 tender-muscles:3",
	"numb-feet-course": "no-numbness:20 new-or-growing:15 long-not-checked:35 long-and-checked:30",
	"warning-signs":    "",
	"clot-risks":       "long-trip:15 surgery-or-bed-rest:12 oestrogen:10 earlier-clot:6",
	"child-signs":      "",
	"by-morning":       "gone-and-plays:92 still-there:8",
	"illness-signs":    "shivering:10 severe-pain:8",
	"course":           "under-two-weeks:3 under-three-months:12 longer-and-same:45 longer-and-growing:34 longer-and-easing:6",
	"how-often":        "less-than-weekly:8 one-night:16 several-nights:38 most-nights:38",
	"sleep":            "slow-to-fall-asleep:62 wakes-up:45 tired-by-day:40 legs-kick:26 snores-or-stops-breathing:11 nods-off:4",
	"driving":          "awake-when-driving:55 does-not-drive:33 stopped-driving:9 nods-off-driving:3",
	"bother":           "2-9",
	"lately":           "much-coffee:28 alcohol:20 long-standing:18 under-stress:26 smoking:14 exciting-evenings:12 little-water:12 tight-shoes:6 hard-effort:7 no-meat:5",
	"known-illness":    "anxiety-or-depression:9 hormone-disease:8 allergy:10 worn-joints:10 vein-disease:8 low-iron:6 spine-disease:6 heart-disease:4",
	"which-lack":       "magnesium:35 b-vitamins:40 calcium:10 another-lack:25",
	"medicines":        "painkillers:18 vitamins-or-minerals:20 hormone-medicine:10 another-medicine:14 statin:8 antihistamine:4 antidepressant:5",
	"medicine-link":    "no-link:60 cannot-tell:32 began-or-worse-since:7.7 unbearable-since:0.3",
	"iron-test":        "low:22 normal:30 result-not-known:20 not-tested:28",
	"family":           "close-relative:42 nobody:58",
	"tried":            "movement:70 massage:40 heat-or-cold:35 vitamins-or-minerals:26 stockings:9 iron:7 painkillers:12 sleep-aids:9 prescribed-medicine:6",
	"mood":             "worried:20 low:12 hopeless:0.5 thoughts-of-harm:0.3",
	"mood-young":       "sad-or-worried:12 thoughts-of-harm:1",
	"self-harm-plan":   "thoughts-only:55 no-such-thoughts:41 might-act:4",
}

var kinds = []kind{
	{"typical", 38, usual, []string{
		"I want to sit through a concert again.", "My husband says I kick all night.", "Walking the corridor at two in the morning is my second job.",
		"It began after my second child and never left.", "On long flights I stand at the back the whole time.", "My mother had it too and nobody believed her.",
		"Cold water on the calves helps for ten minutes.", "Ich möchte einfach nur durchschlafen.", "Quiero volver a ver una película entera sentada.",
		"Хочется наконец спокойно посидеть в театре.", "Le soir, je ne peux pas rester assise.",
	}, 0},
	{"mild", 12, usual.with(spec{
		"age": "20-55", "urge": "sometimes:80 often:20", "how-often": "only-with-trigger:35 less-than-weekly:50 one-night:15", "bother": "0-4",
		"sleep": "slow-to-fall-asleep:25", "course": "under-three-months:25 longer-and-same:60 longer-and-easing:15", "tried": "movement:50",
		"family": "close-relative:20 nobody:80", "known-illness": "allergy:8", "medicines": "vitamins-or-minerals:10",
	}), []string{"Only on long train journeys, really.", "Is this something I should worry about?", "Mostly after too much coffee."}, 0},
	{"young woman low in iron", 9, usual.with(spec{
		"age": "18-44", "sex": "female:100", "life-phase": "heavy-periods:65 before-period:25", "known-illness": "low-iron:60 gut-disease:10",
		"lately": "no-meat:40 strict-diet:14 gives-blood:12 much-coffee:25 under-stress:25", "iron-test": "low:62 normal:8 result-not-known:15 not-tested:15",
		"medicines": "iron-tablets:35 vitamins-or-minerals:20 hormone-medicine:20", "medicine-link": "no-link:90 cannot-tell:10",
		"tried": "movement:70 iron:35 massage:30", "family": "close-relative:30 nobody:70",
	}), []string{"My ferritin was 9 last spring.", "I have been vegetarian since school.", "The tablets upset my stomach, so I stopped.", "Always tired, always cold."}, 0},
	{"pregnant", 8, usual.with(spec{
		"age": "21-41", "sex": "female:100", "life-phase": "pregnant:88 after-birth:12", "pregnancy-signs": "sudden-swelling:2.5 bad-headache:1.5 pain-below-ribs:1",
		"course": "under-two-weeks:8 under-three-months:70 longer-and-growing:22", "known-illness": "low-iron:22", "iron-test": "low:35 normal:30 result-not-known:20 not-tested:15",
		"medicines": "iron-tablets:30 vitamins-or-minerals:45 another-medicine:8", "also-there": "ankles-swell:22 vein-signs:14 cold-feet:5",
		"lately": "much-coffee:6 little-water:12 long-standing:25", "tried": "movement:75 massage:45 heat-or-cold:20", "mood": "worried:25 low:8",
		"feelings": "crawling:50 tingling:40 pulling:40 hard-knot:22",
	}), []string{"Week 31. I walk up and down until three.", "Nobody told me this could come with pregnancy.", "What may I take? Nothing so far.", "Ist das für das Kind gefährlich?"}, 0},
	{"kidney disease", 4, usual.with(spec{
		"age": "48-84", "sex": "female:45 male:55", "known-illness": "kidney-disease:100 diabetes:30 low-iron:35 heart-disease:18", "iron-test": "low:35 normal:35 result-not-known:30",
		"medicines": "another-medicine:80 iron-tablets:25 statin:35", "medicine-link": "no-link:70 cannot-tell:30", "brings-on": "sitting-still:85 soon-after-lying-down:70 daytime-rest:35",
		"bother": "4-10", "how-often": "several-nights:30 most-nights:70", "also-there": "ankles-swell:20 numb-feet:18", "life-phase": "menopause:20",
	}), []string{"Four hours in the dialysis chair without moving is the worst.", "Since dialysis it is there by day as well."}, 0},
	{"medicine", 7, usual.with(spec{
		"age": "26-70", "medicines": "antidepressant:55 antihistamine:22 antipsychotic:10 anti-sickness:12 lithium:3", "course": "under-three-months:45 longer-and-growing:35 longer-and-same:20",
		"medicine-link": "began-or-worse-since:58 cannot-tell:30 no-link:10 unbearable-since:2", "known-illness": "anxiety-or-depression:60 allergy:15", "family": "close-relative:18 nobody:82",
		"mood": "worried:45 low:38 hopeless:1.5 thoughts-of-harm:1.5", "also-there": "inner-restlessness:9 mind-first:8",
	}), []string{"It started two weeks after the new tablets.", "I do not want to stop them, they help my mood.", "The chemist's sleeping tablets made it worse."}, 0},
	{"dopamine medicine and worse", 3, usual.with(spec{
		"age": "55-82", "medicines": "dopamine-medicine:100 statin:20", "medicine-link": "began-or-worse-since:35 no-link:35 cannot-tell:30", "time-of-day": "evenings-at-first:70 evening-or-night:30",
		"course": "longer-and-growing:88 longer-and-same:12", "where": "calves:80 thighs:55 arms:45", "bother": "6-10", "how-often": "most-nights:95 several-nights:5",
		"moving": "used-to-help:35 better:50 gone:15", "tried": "prescribed-medicine:100 movement:70", "family": "close-relative:60 nobody:40",
	}), []string{"The tablets worked for three years, now it starts at noon.", "I take them earlier and earlier."}, 0},
	{"numb feet", 4, usual.with(spec{
		"age": "52-86", "sex": "female:45 male:55", "feelings": "numb:60 burning:60 tingling:60 crawling:20", "where": "feet:90 toes:75 calves:25", "known-illness": "diabetes:72 hormone-disease:10",
		"also-there": "numb-feet:95 cold-feet:20", "urge": "sometimes:45 never:30 often:25", "moving": "same:45 better:35 worse:20", "time-of-day": "evening-or-night:50 no-difference:50",
		"rest": "starts-or-grows:50 no-difference:50", "family": "nobody:90 close-relative:10", "warning-signs": "foot-wound:4", "life-phase": "menopause:10",
	}), []string{"It feels as if I walk on cotton wool.", "The diabetes nurse said I should mention it."}, 0},
	{"cramps", 5, usual.with(spec{
		"age": "45-85", "feelings": "hard-knot:96 dull-ache:15", "urge": "never:60 sometimes:40", "rest": "no-difference:60 nothing-felt:20 starts-or-grows:20", "moving": "gone:30 same:30 better:40",
		"time-of-day": "evening-or-night:55 no-difference:45", "medicines": "statin:22 quinine:7 vitamins-or-minerals:40 another-medicine:25", "where": "calves:90 feet:25",
		"what-eases": "one-shift:20 rubbing-or-pressing:60 warming:25", "brings-on": "after-effort:30 after-midnight:30", "family": "nobody:85 close-relative:15", "how-often": "less-than-weekly:35 one-night:35 several-nights:30",
	}), []string{"A fist in the calf at four in the morning.", "Magnesium does nothing for me."}, 0},
	{"veins and arteries", 4, usual.with(spec{
		"age": "48-84", "feelings": "heaviness:75 dull-ache:50 tingling:20", "urge": "sometimes:55 never:35 often:10", "known-illness": "vein-disease:65 artery-disease:16 heart-disease:14",
		"also-there": "vein-signs:80 ankles-swell:48", "brings-on": "standing-long:75 warmth:45 walking-distance:16", "what-eases": "legs-up:68 cooling:45 hanging-down:7", "rest": "better-at-rest:45 no-difference:40 starts-or-grows:15",
		"time-of-day": "evening-or-night:70 no-difference:30", "lately": "long-standing:60 smoking:25", "warning-signs": "hard-sore-vein:4 one-leg-swollen:2.5", "family": "nobody:75 close-relative:25",
	}), []string{"I stand at the till all day.", "By evening my socks leave deep rings."}, 0},
	{"child", 4, usual.with(spec{
		"filled-in-by": "someone-else:85 me:15", "age": "5-16", "sex": "female:50 male:50", "life-phase": "heavy-periods:6", "feelings": "dull-ache:45 pulling:35 tingling:25 crawling:22 squeezing:15",
		"urge": "sometimes:40 never:30 often:30", "rest": "starts-or-grows:60 no-difference:40", "moving": "better:60 same:25 gone:15", "also-there": "foot-tapping:8", "child-signs": "day-or-morning-pain:6 very-tired:5 one-fixed-place:3 limping:1.5 fever-and-limp:0.7",
		"known-illness": "allergy:12 low-iron:6", "medicines": "vitamins-or-minerals:15 antihistamine:6", "lately": "hard-effort:35 exciting-evenings:25 much-coffee:3", "sleep": "slow-to-fall-asleep:60 wakes-up:35",
		"tried": "massage:70 heat-or-cold:40", "course": "under-three-months:30 longer-and-same:55 longer-and-easing:15", "family": "close-relative:35 nobody:65",
	}), []string{"She says ants are running in her legs.", "He falls asleep only when I rub his shins.", "At football he runs like everybody else."}, 0},
	{"harmless", 2.5, usual.with(spec{
		"age": "18-50", "urge": "never:100", "rest": "nothing-felt:80 no-difference:20", "moving": "nothing-felt:100", "time-of-day": "not-at-rest:70 no-difference:30",
		"feelings": "heaviness:40", "where": "", "brings-on": "after-effort:60", "what-eases": "one-shift:60", "also-there": "foot-tapping:25", "known-illness": "allergy:6",
		"medicines": "vitamins-or-minerals:15", "life-phase": "", "lately": "hard-effort:55 much-coffee:20 tight-shoes:15", "course": "under-two-weeks:30 longer-and-same:40 longer-and-easing:30",
		"how-often": "only-with-trigger:70 less-than-weekly:30", "sleep": "", "bother": "0-2", "tried": "", "mood": "", "family": "nobody:100",
	}), []string{"Just after running, I was curious."}, 0},
	{"something for today", 3.4, usual.with(spec{
		"age": "24-84", "warning-signs": "one-leg-swollen:42 one-leg-sore:40 one-leg-warm-or-darker:18 hot-leg-with-fever:8 foot-wound:14 swelling-and-breathless:8 black-stools-or-bleeding:8",
		"illness-signs": "severe-pain:4", "known-illness": "diabetes:22 vein-disease:22 heart-disease:14", "course": "under-two-weeks:70 under-three-months:30", "sleep": "slow-to-fall-asleep:60 nods-off:12", "how-often": "most-nights:70 several-nights:30",
	}), []string{"The left calf is thicker since the weekend.", "I only filled this in because my daughter insisted."}, 6},
	{"despair", 1.2, usual.with(spec{
		"mood": "low:75 hopeless:40 thoughts-of-harm:45", "sleep": "no-sleep-for-nights:40 slow-to-fall-asleep:70 wakes-up:70 tired-by-day:80", "bother": "8-10", "how-often": "most-nights:100",
		"self-harm-plan": "thoughts-only:82 no-such-thoughts:12 might-act:6",
	}), []string{"I have not slept properly for a week and I cannot any more."}, 8},
	{"emergency", 1.6, usual.with(spec{
		"age": "30-86", "emergency-signs": "breathless-or-chest-pain:30 cold-pale-leg:18 numb-seat:12 bladder-or-bowel:12 face-arm-or-speech:8 both-legs-weak:12 very-ill-with-fever:14 cannot-stand-after-injury:8",
	}), nil, 12},
}
