package server

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"ekbom/web/locale"
	"ekbom/web/page"
)

// language is one language that pages are offered in.
type language struct {
	tag  string
	l    *locale.Printer
	base page.Base // what all pages of this language share
}

// offerLanguages offers those languages that lack nothing, in the pages and in the questionnaire. English always is.
func (s *Server) offerLanguages() {
	s.languages = map[string]*language{}
	var list []page.Language
	for _, tag := range s.catalogue.Tags() {
		text := s.Definition.Texts[tag]
		complete := text != nil && len(text.Missing) == 0 && len(s.catalogue.Missing(tag)) == 0
		if !complete && tag != english {
			continue
		}
		l := s.catalogue.Printer(tag)
		s.offered = append(s.offered, tag)
		list = append(list, page.Language{Tag: tag, Name: l.Name()})
		s.languages[tag] = &language{tag: tag, l: l}
	}
	numbers, crisis := phones(s.EmergencyNumbers), phones(s.CrisisNumbers)
	for tag, lang := range s.languages {
		lang.base = page.Base{L: lang.l, Assets: s.assets, Service: s.Definition.Texts[tag].Title, Languages: list, Numbers: numbers, Crisis: crisis}
	}
}

func phones(numbers []string) (phones []page.Phone) {
	for _, n := range numbers {
		phones = append(phones, page.Phone{Number: n})
	}
	return phones
}

// base is what every page needs. path is the page's address, for the links that change the language.
func (s *Server) base(r *http.Request, path string) page.Base {
	b := visitOf(r).language.base
	b.Path = path
	b.Draft = !s.session(r).none()
	return b
}

const (
	english        = "en"
	cookieLanguage = "ekbom-language"
	languageYear   = 365 * 24 * time.Hour
	languageParam  = "lang"
)

// languageOf gives the language a person chose, else the one that their browser asks for.
func (s *Server) languageOf(r *http.Request) *language {
	if strings.Contains(strings.Join(r.Header["Cookie"], ";"), cookieLanguage) { // most have none
		if c, err := r.Cookie(cookieLanguage); err == nil && s.languages[c.Value] != nil {
			return s.languages[c.Value]
		}
	}
	header := r.Header.Get("Accept-Language")
	// Nearly all browsers name their language first and without a weight; that needs no matcher.
	first, _, _ := strings.Cut(header, ",")
	if primary, _, _ := strings.Cut(first, "-"); s.languages[primary] != nil {
		return s.languages[primary]
	}
	if header == "" || len(header) > 200 {
		return s.languages[s.offered[0]]
	}
	return s.languages[s.catalogue.Match(header, s.offered)]
}

// switchLanguage keeps the language chosen by a link and sends the browser to the same page at its clean address. It
// reports whether it did.
func (s *Server) switchLanguage(w http.ResponseWriter, r *http.Request) bool {
	if r.URL.RawQuery == "" || r.Method != http.MethodGet && r.Method != http.MethodHead || r.URL.Path == pathOpen {
		return false // an author's link names questions, and one may be called as the parameter is
	}
	query := r.URL.Query()
	if !query.Has(languageParam) {
		return false
	}
	if tag := query.Get(languageParam); s.languages[tag] != nil {
		http.SetCookie(w, &http.Cookie{
			Name: cookieLanguage, Value: tag, Path: "/", MaxAge: int(languageYear.Seconds()),
			Secure: visitOf(r).secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		})
	}
	query.Del(languageParam)
	// One slash at the start: two would name another site.
	to := url.URL{Path: "/" + strings.TrimLeft(r.URL.Path, `/\`), RawQuery: query.Encode()}
	keepCopies(w.Header(), personal)
	_ = redirect(w, to.String())
	return true
}
