package server

import (
	"net/http"
	"strings"
	"testing"

	"ekbom/internal/account"
	"ekbom/internal/questionnaire"
)

// TestStaffProblems: a problem keeps the frame of somebody who is signed in, and no copy of any page is kept, not even where
// there is none.
func TestStaffProblems(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.member(t, s.clinic(t, "north"), account.Reviewer)
	tests := []struct {
		name, path string
		browser    *browser
		status     int
		says       string
		framed     bool
	}{
		{"role too low", pathStatistics, s.browser(t).as(a), http.StatusForbidden, "Your role cannot do this", true},
		{"no such submission", pathSubmission + "nothing", s.browser(t).as(a), http.StatusNotFound, "There is nothing here", true},
		{"no such page", "/clinic/nowhere", s.browser(t), http.StatusNotFound, "There is nothing here", false},
	}
	for _, tt := range tests {
		b := tt.browser
		b.get(tt.path)
		if b.status != tt.status || !strings.Contains(b.body, tt.says) {
			t.Errorf("%s: %d, and does not say %q", tt.name, b.status, tt.says)
		}
		if got := strings.Contains(b.body, a.Name) && strings.Contains(b.body, `href="`+pathQueue+`"`); got != tt.framed {
			t.Errorf("%s: framed %v", tt.name, got)
		}
		if got := strings.Contains(b.got.Get("Content-Security-Policy"), "connect-src 'self'"); got != tt.framed {
			t.Errorf("%s: a script may ask the server: %v", tt.name, got)
		}
		if got := b.got.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: kept as %q", tt.name, got)
		}
	}
}

// TestStaffInRussian: staff whose browser asks for Russian get it on every page and in what goes wrong, and whoever prefers
// English keeps that.
func TestStaffInRussian(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.clinic(t, "north")
	id := s.send(t, s.browser(t).quick().fill(), c, questionnaire.Letter{Words: "Плохо сплю"})
	b := s.browser(t)
	b.header.Set("Accept-Language", "ru")
	b.get(pathSignIn).says("Имя для входа")
	b.as(s.member(t, c, account.Admin))
	for path, says := range map[string]string{
		pathQueue: "Сначала самые срочные", pathQueue + "?from=x": "Введите первый день как дату", pathQueue + "?state=reviewed": "Здесь ничего не ждёт",
		submissionPath(id): "Собственными словами пациента", submissionPath(id) + "/print": "Анамнез", pathStatistics: "За это время", pathPeople: "Последний вход",
		pathInvite: "Создать ссылку", pathReaders: "Кто что открывал", pathAudit: "Журнал действий", pathSettings: "Короткое имя",
		pathPoster: "Напечатайте эту страницу", pathMe: "Ваши сеансы", "/clinic/nowhere": "Здесь ничего нет",
	} {
		if b.get(path); !strings.Contains(b.body, `<html lang="ru"`) || !strings.Contains(b.body, says) {
			t.Errorf("%s: %d, not in Russian or without %q", path, b.status, says)
		}
	}
	b.get(pathQueue + "?lang=en").at(pathQueue).says("Most urgent first")
	if !strings.Contains(b.body, `<html lang="en"`) {
		t.Error("the page does not say that it is in English")
	}
}
