package server

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ekbom/internal/account"
	"ekbom/internal/questionnaire"
	"ekbom/internal/returncode"
	"ekbom/internal/review"
)

// staffRoutes says of every route behind the door which role it takes at least.
var staffRoutes = map[string]account.Role{
	"GET /clinic/": account.Reviewer,

	"GET /clinic/queue":         account.Reviewer,
	"GET /clinic/queue/search":  account.Reviewer,
	"POST /clinic/queue/search": account.Reviewer,
	"GET /clinic/queue/new":     account.Reviewer,

	"GET /clinic/s/{submission}":             account.Reviewer,
	"GET /clinic/s/{submission}/changes":     account.Reviewer,
	"GET /clinic/s/{submission}/print":       account.Reviewer,
	"GET /clinic/s/{submission}/export.json": account.Reviewer,
	"GET /clinic/s/{submission}/note":        account.Reviewer,
	"POST /clinic/s/{submission}/note":       account.Reviewer,
	"GET /clinic/s/{submission}/message":     account.Reviewer,
	"POST /clinic/s/{submission}/message":    account.Reviewer,
	"GET /clinic/s/{submission}/move":        account.Reviewer,
	"POST /clinic/s/{submission}/move":       account.Reviewer,
	"GET /clinic/s/{submission}/assign":      account.Reviewer,
	"POST /clinic/s/{submission}/assign":     account.Reviewer,

	"GET /clinic/poster": account.Reviewer,

	"GET /clinic/s/{submission}/hold":        account.Lead,
	"POST /clinic/s/{submission}/hold":       account.Lead,
	"POST /clinic/s/{submission}/free":       account.Lead,
	"GET /clinic/s/{submission}/erase":       account.Lead,
	"POST /clinic/s/{submission}/erase":      account.Lead,
	"GET /clinic/s/{submission}/person.json": account.Lead,
	"GET /clinic/erased":                     account.Lead,
	"GET /clinic/export":                     account.Lead,
	"POST /clinic/export":                    account.Lead,
	"GET /clinic/export/codebook.csv":        account.Lead,
	"GET /clinic/statistics":                 account.Lead,
	"GET /clinic/readers":                    account.Lead,

	"GET /clinic/people":                      account.Lead,
	"GET /clinic/people/invite":               account.Lead,
	"POST /clinic/people/invite":              account.Lead,
	"GET /clinic/people/link":                 account.Lead,
	"GET /clinic/people/a/{account}":          account.Lead,
	"POST /clinic/people/a/{account}/role":    account.Lead,
	"POST /clinic/people/a/{account}/disable": account.Lead,
	"POST /clinic/people/a/{account}/enable":  account.Lead,
	"POST /clinic/people/a/{account}/reset":   account.Lead,

	"GET /clinic/audit":                account.Admin,
	"GET /clinic/settings":             account.Admin,
	"POST /clinic/settings":            account.Admin,
	"GET /clinic/settings/new-clinic":  account.Admin,
	"POST /clinic/settings/new-clinic": account.Admin,
}

// ownRoutes are those of one's own account, open to each role.
var ownRoutes = []string{
	"GET " + pathMe, "POST " + pathOwnPassword, "POST " + pathBeginSteps, "GET " + pathSteps, "POST " + pathSteps, "POST " + pathStepsOff,
	"GET " + pathRecovery, "POST " + pathRecovery, "POST " + pathRecoveryGot, "POST " + pathEndSession, "POST " + pathEndOthers,
	"POST " + pathBeginPasskey, "GET " + pathNewPasskey, "POST " + pathNewPasskey, "POST " + pathRemovePasskey, "POST " + pathStay,
}

// doorRoutes are those of the clinic's side that ask nobody who they are.
var doorRoutes = []string{
	"GET " + pathSignIn, "POST " + pathSignIn, "POST " + pathByPasskey, "GET " + pathCode, "POST " + pathCode, "GET " + pathEnrol,
	"POST " + pathEnrol, "POST " + pathCancel, "POST " + pathSignOut, "GET " + pathWelcome + "{token}", "POST " + pathWelcome + "{token}",
}

// TestStaffRoutesAreListed fails when a route is new and nobody said who may take it.
func TestStaffRoutesAreListed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	listed := maps.Clone(staffRoutes)
	for _, name := range ownRoutes {
		listed[name] = account.Reviewer
	}
	for _, rt := range s.staffTable() {
		name := rt.method + " " + rt.pattern
		least, ok := listed[name]
		if !ok {
			t.Errorf("route %s is not listed: say which role it takes", name)
		}
		for _, role := range account.Roles() {
			if role.May(rt.right) != role.May(rightOf[least]) {
				t.Errorf("%s: a %s may take it: %v", name, role, role.May(rt.right))
			}
		}
		delete(listed, name)
	}
	for name := range listed {
		t.Errorf("there is no route %s", name)
	}
	behind := map[string]bool{}
	for _, rt := range s.staffTable() {
		behind[rt.method+" "+rt.pattern] = true
	}
	for _, rt := range s.table() {
		name := rt.method + " " + rt.pattern
		if strings.HasPrefix(rt.pattern, pathClinic) && !behind[name] && !slices.Contains(doorRoutes, name) {
			t.Errorf("%s is on the clinic's side, and neither behind the door nor at it", name)
		}
		if strings.HasPrefix(rt.pattern, pathClinic) && rt.privacy != personal {
			t.Errorf("%s may be kept", name)
		}
	}
}

// rightOf is a right that each role is the first to have.
var rightOf = map[account.Role]account.Right{account.Reviewer: account.Review, account.Lead: account.ManagePeople, account.Admin: account.ManageClinic}

// TestStaffRoutesWalk takes every route as a stranger, as each role, from another clinic and from another site.
func TestStaffRoutesWalk(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	north, south := s.clinic(t, "north"), s.clinic(t, "south")
	id := s.queued(t, north, "norrland-7", returncode.New(), review.Submission{Urgency: questionnaire.Soon, Name: "Anna North"})
	people := map[account.Role]*browser{}
	for _, role := range account.Roles() {
		people[role] = s.browser(t).as(s.member(t, north, role))
	}
	colleague := s.member(t, north, account.Reviewer)
	elsewhere, stranger := s.browser(t).as(s.member(t, south, account.Admin)), s.browser(t)
	all := append(slices.Collect(maps.Values(people)), elsewhere, stranger)
	for _, b := range all {
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	address := strings.NewReplacer("{submission}", string(id), "{account}", string(colleague.ID))
	for _, rt := range s.staffTable() {
		name := rt.method + " " + rt.pattern
		path := address.Replace(rt.pattern)
		if strings.Contains(path, "{") {
			t.Errorf("%s: say what its address holds", name)
			continue
		}
		take := func(b *browser) *browser {
			if rt.method == http.MethodPost {
				b.post(path, url.Values{"text": {"x"}, "to": {"in-review"}, "reason": {"x"}, "revision": {"1"}})
			} else {
				b.get(path)
			}
			if got := b.got.Get("Cache-Control"); got != "no-store" {
				t.Errorf("%s: Cache-Control %q", name, got)
			}
			return b
		}
		switch take(stranger); {
		case rt.method == http.MethodPost && stranger.status != http.StatusUnauthorized:
			t.Errorf("%s by a stranger: %d", name, stranger.status)
		case rt.method == http.MethodGet && (stranger.status != http.StatusSeeOther || !strings.HasPrefix(stranger.got.Get("Location"), pathSignIn)):
			t.Errorf("%s by a stranger: %d to %s", name, stranger.status, stranger.got.Get("Location"))
		}
		if path != rt.pattern {
			if take(elsewhere); elsewhere.status != http.StatusNotFound {
				t.Errorf("%s from another clinic: %d", name, elsewhere.status)
			}
		} else if rt.method == http.MethodGet {
			take(elsewhere)
		}
		if strings.Contains(elsewhere.body, "Anna North") || strings.Contains(elsewhere.body, string(id)) && path == rt.pattern {
			t.Errorf("%s shows another clinic's", name)
		}
		for _, role := range account.Roles() {
			b := people[role]
			if !role.May(rt.right) {
				if take(b); b.status != http.StatusForbidden {
					t.Errorf("%s as %s: %d", name, role, b.status)
				}
				continue
			}
			if rt.method == http.MethodGet {
				if take(b); b.status >= http.StatusBadRequest && rt.pattern != pathQueueNew {
					t.Errorf("%s as %s: %d", name, role, b.status)
				}
				continue
			}
			for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
				b.header.Set(header, value)
				if take(b); b.status != http.StatusForbidden {
					t.Errorf("%s as %s with %s %s: %d", name, role, header, value, b.status)
				}
				b.header.Del(header)
			}
		}
	}
	for _, name := range doorRoutes {
		method, path, _ := strings.Cut(name, " ")
		if method != http.MethodPost {
			continue
		}
		stranger.header.Set("Sec-Fetch-Site", "cross-site")
		if stranger.post(strings.ReplaceAll(path, "{token}", "x"), nil); stranger.status != http.StatusForbidden || stranger.got.Get("Cache-Control") != "no-store" {
			t.Errorf("%s from another site: %d", name, stranger.status)
		}
		stranger.header.Del("Sec-Fetch-Site")
	}
	if d := s.deskOf(t, colleague, id); d.Revision != 1 || len(d.History) != 0 || d.State != review.Received {
		t.Errorf("nobody who may was asked to, and yet %+v", d)
	}
}
