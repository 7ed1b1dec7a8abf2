package server

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/questionnaire"
	"ekbom/internal/review"
	"ekbom/internal/statistics"
	"ekbom/internal/store"
	"ekbom/web/clinic"
	"ekbom/web/locale"
	"ekbom/web/plot"
)

const pathStatistics = "/clinic/statistics"

// statisticsTable lists the pages of what was counted.
func (s *Server) statisticsTable() []staffRoute {
	return []staffRoute{{"GET", pathStatistics, account.SeeStatistics, s.showStatistics}}
}

const askDays = "days"

// periods are the times that statistics are shown for, in days.
func periods() []int { return []int{30, 90, 365} }

func (s *Server) showStatistics(w http.ResponseWriter, r *http.Request, p *person) error {
	days := periods()[1]
	if n, err := strconv.Atoi(r.URL.Query().Get(askDays)); err == nil && slices.Contains(periods(), n) {
		days = n
	}
	period := statistics.Last(days, s.Now())
	tallies, err := p.store.Statistics(r.Context(), period.From, period.To)
	if err != nil {
		return err
	}
	path := pathStatistics + "?" + askDays + "=" + strconv.Itoa(days)
	b := s.frame(r, p, path)
	l := b.L
	view := clinic.StatisticsView{
		Base: b, Least: statistics.Few, From: l.Date(period.From), To: l.Date(period.To.AddDate(0, 0, -1)),
	}
	for _, n := range periods() {
		view.Periods = append(view.Periods, clinic.NavItem{
			Name: l.N("statistics.days", n), Address: pathStatistics + "?" + askDays + "=" + strconv.Itoa(n), Current: n == days,
		})
	}
	c := gather(period, tallies)
	view.Empty = c.sent == 0 && len(c.by[store.CountStopped]) == 0
	view.Small = c.sent < statistics.Few
	t := teller{l: l, words: s.editions.current.in(s.languages[l.Tag()]), definition: s.Definition}
	mix := statistics.Parts(c.mix())
	view.Urgency = t.mix(mix, c.sent)
	view.Weeks = t.weeks(period, statistics.Stacks(c.weeks, mix))
	view.Waits, view.Median = t.waits(&c)
	view.Causes = t.causes(&c)
	view.Stopped = t.stopped(&c)
	view.Unsure = t.unsure(&c)
	view.NotMe = t.notMe(&c)
	return s.render(w, http.StatusOK, clinic.Statistics(view))
}

// counts are tallies put together.
type counts struct {
	by    map[store.TallyKind]map[string]int
	weeks [][]int // urgencies by week, the least urgent first
	sent  int
}

func gather(period statistics.Period, tallies []store.Tally) counts {
	c := counts{by: map[store.TallyKind]map[string]int{}}
	for range period.Weeks() {
		c.weeks = append(c.weeks, make([]int, questionnaire.Emergency+1))
	}
	for _, t := range tallies {
		if c.by[t.Kind] == nil {
			c.by[t.Kind] = map[string]int{}
		}
		c.by[t.Kind][t.Key] += int(t.N)
		if u, ok := parseUrgency(t.Key); ok && t.Kind == store.CountUrgency {
			c.sent += int(t.N)
			if week, ok := period.Week(t.Day); ok {
				c.weeks[week][u] += int(t.N)
			}
		}
	}
	return c
}

// mix is how many of each urgency there are, the least urgent first.
func (c *counts) mix() []int {
	mix := make([]int, questionnaire.Emergency+1)
	for u := range mix {
		mix[u] = c.by[store.CountUrgency][questionnaire.Urgency(u).String()]
	}
	return mix
}

// teller puts counts into words.
type teller struct {
	l          *locale.Printer
	words      *words
	definition *questionnaire.Definition
}

// count writes a count with its share of all.
func (t *teller) count(n, all int) string {
	if n == statistics.Hidden {
		return t.l.T("statistics.hidden")
	}
	if all == 0 || n == 0 {
		return t.l.Number(n)
	}
	return t.l.T("statistics.of", "count", n, "percent", (200*n+all)/(2*all))
}

func (t *teller) mix(shown []int, sent int) plot.Bars {
	b := plot.Bars{Caption: t.l.T("statistics.urgency.caption"), Name: t.l.T("queue.urgency"), Figure: t.l.T("statistics.submissions")}
	for i := len(shown) - 1; i >= 0; i-- {
		u := questionnaire.Urgency(i)
		b.Rows = append(b.Rows, plot.Bar{Label: clinic.UrgencyWord(t.l, u), Count: shown[i], Text: t.count(shown[i], sent), Class: u.String()})
	}
	return b
}

func (t *teller) weeks(period statistics.Period, shown [][]int) plot.Columns {
	c := plot.Columns{
		ID: "weeks", Caption: t.l.T("statistics.weeks"), Head: t.l.T("statistics.week"), Total: t.l.T("statistics.shown"), Few: t.l.T("statistics.hidden"),
	}
	// The most urgent lies at the bottom, where heights can be compared.
	for u := questionnaire.Emergency; ; u-- {
		c.Layers = append(c.Layers, plot.Layer{Name: clinic.UrgencyWord(t.l, u), Class: u.String()})
		if u == questionnaire.SelfCare {
			break
		}
	}
	most, busiest := 0, 0
	for i, monday := range period.Weeks() {
		counts := slices.Clone(shown[i])
		slices.Reverse(counts)
		c.Stacks = append(c.Stacks, plot.Stack{Short: monday.Format(time.DateOnly), Name: t.l.Date(monday), Counts: counts})
		sum := 0
		for _, n := range counts {
			sum += max(n, 0)
		}
		if sum > most {
			most, busiest = sum, i
		}
	}
	c.Summary = t.l.T("statistics.weeks.none")
	if most > 0 {
		c.Summary = t.l.T("statistics.weeks.summary", "weeks", len(c.Stacks), "most", most, "week", c.Stacks[busiest].Name)
	}
	return c
}

func waitWord(l *locale.Printer, wait review.Wait) string {
	switch wait {
	case review.WithinHour:
		return l.T("wait.1h")
	case review.WithinShift:
		return l.T("wait.8h")
	case review.WithinDay:
		return l.T("wait.1d")
	case review.Within3Days:
		return l.T("wait.3d")
	case review.WithinWeek:
		return l.T("wait.7d")
	}
	return l.T("wait.longer")
}

// waits tells how long submissions waited for somebody to open them. Those that nobody opened are a part, too: with the others
// they make all that were sent.
func (t *teller) waits(c *counts) (b plot.Bars, median string) {
	b = plot.Bars{Caption: t.l.T("statistics.waits.caption"), Name: t.l.T("statistics.wait"), Figure: t.l.T("statistics.submissions")}
	var parts []int
	opened := 0
	for _, wait := range review.Waits() {
		n := c.by[store.CountFirstLook][string(wait)]
		parts = append(parts, n)
		opened += n
	}
	if at, ok := statistics.Median(parts); ok {
		median = t.l.T("statistics.median", "wait", waitWord(t.l, review.Waits()[at]))
	}
	shown := statistics.Parts(append(parts, max(c.sent-opened, 0)))
	for i, wait := range review.Waits() {
		b.Rows = append(b.Rows, plot.Bar{Label: waitWord(t.l, wait), Count: shown[i], Text: t.count(shown[i], c.sent)})
	}
	never := shown[len(shown)-1]
	b.Rows = append(b.Rows, plot.Bar{Label: t.l.T("wait.never"), Count: never, Text: t.count(never, c.sent)})
	return b, median
}

// ranked lists the keys of counts, the greatest first.
func ranked(counts map[string]int) []string {
	keys := make([]string, 0, len(counts))
	for key, n := range counts {
		if n > 0 {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	return keys
}

// sayShare puts a share into words, count and percent apart.
func (t *teller) sayShare(s statistics.Share) (count, percent string) {
	switch {
	case s.Nearly:
		return t.l.T("statistics.nearly"), ""
	case s.N == statistics.Hidden:
		return t.l.T("statistics.fewer", "least", statistics.Few), ""
	}
	return t.l.Number(s.N), t.l.T("statistics.percent", "percent", s.Percent)
}

// causes tells which causes were concluded. A submission may have several. Those that few have are one row.
func (t *teller) causes(c *counts) plot.Bars {
	b := plot.Bars{Caption: t.l.T("statistics.causes.caption"), Name: t.l.T("statistics.cause"), Figure: t.l.T("statistics.submissions")}
	few := 0
	for _, key := range ranked(c.by[store.CountCause]) {
		share := statistics.ShareOf(c.by[store.CountCause][key], c.sent)
		if share.N == statistics.Hidden && !share.Nearly {
			few++
			continue
		}
		text, percent := t.sayShare(share)
		if percent != "" {
			text = t.l.T("statistics.of", "count", share.N, "percent", share.Percent)
		}
		b.Rows = append(b.Rows, plot.Bar{Label: t.causeName(questionnaire.ID(key)), Count: share.N, Text: text})
	}
	if few > 0 {
		b.Rows = append(b.Rows, plot.Bar{Label: t.l.N("statistics.others", few), Count: plot.Hidden, Text: t.l.T("statistics.fewer", "least", statistics.Few)})
	}
	return b
}

func (t *teller) causeName(id questionnaire.ID) string {
	words := t.words.Causes[id]
	if name := cmp.Or(words.Clinical, words.Name); name != "" {
		return begun(name)
	}
	return string(id)
}

func (t *teller) question(id string) string {
	words := t.words.Question(questionnaire.ID(id), false)
	if name := cmp.Or(words.Short, words.Text); name != "" {
		return begun(name)
	}
	return id
}

// stopped tells at which questions people stopped, of those who came to them.
func (t *teller) stopped(c *counts) clinic.Rates {
	rates := clinic.Rates{
		Caption: t.l.T("statistics.stopped.caption"), Name: t.l.T("statistics.question"), Figure: t.l.T("statistics.people"), Share: t.l.T("statistics.stopped.share"),
		None: t.l.T("statistics.stopped.none"),
	}
	stopped, asked := c.by[store.CountStopped], c.by[store.CountAsked]
	t.rates(&rates, ranked(stopped), t.question, func(key string) (int, int) { return stopped[key], stopped[key] + asked[key] })
	return rates
}

// unsure tells which questions were answered "not sure", of those that were asked.
func (t *teller) unsure(c *counts) clinic.Rates {
	rates := clinic.Rates{
		Caption: t.l.T("statistics.unsure.caption"), Name: t.l.T("statistics.question"), Figure: t.l.T("statistics.submissions"), Share: t.l.T("statistics.unsure.share"),
		None: t.l.T("statistics.unsure.none"),
	}
	unsure, asked := c.by[store.CountUnsure], c.by[store.CountAsked]
	t.rates(&rates, ranked(unsure), t.question, func(key string) (int, int) { return unsure[key], asked[key] })
	return rates
}

// notMe tells which rules concluded a cause that people did not find themselves in.
func (t *teller) notMe(c *counts) clinic.Rates {
	rates := clinic.Rates{
		Caption: t.l.T("statistics.not-me.caption"), Name: t.l.T("statistics.rule"), Figure: t.l.T("statistics.submissions"), Share: t.l.T("statistics.not-me.share"),
		None: t.l.T("statistics.not-me.none"),
	}
	marked, concluded := c.by[store.CountNotMe], c.by[store.CountRule]
	t.rates(&rates, ranked(marked), t.rule, func(key string) (int, int) { return marked[key], concluded[key] })
	return rates
}

// rule names a rule by the cause that it concludes.
func (t *teller) rule(id string) string {
	for i := range t.definition.Causes {
		cause := &t.definition.Causes[i]
		for j := range cause.Rules {
			if string(cause.Rules[j].ID) == id {
				return t.causeName(cause.ID)
			}
		}
	}
	return id
}

// rates fills a table with shares, the greatest count first. Those that tell nothing are one row.
func (t *teller) rates(rates *clinic.Rates, keys []string, name func(string) string, of func(string) (n, all int)) {
	few := 0
	for _, key := range keys {
		share := statistics.ShareOf(of(key))
		if share.N == statistics.Hidden && !share.Nearly {
			few++
			continue
		}
		row := clinic.Rate{Label: name(key), Code: key}
		row.Count, row.Share = t.sayShare(share)
		rates.Rows = append(rates.Rows, row)
	}
	if few > 0 {
		rates.Rows = append(rates.Rows, clinic.Rate{Label: t.l.N("statistics.other-rows", few), Count: t.l.T("statistics.fewer", "least", statistics.Few)})
	}
}
