// Package static holds the style sheets, the scripts and the icon, and serves them under names that change with their content.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"
)

//go:embed base.css plot.css page.css sheet.css clinic.css case.css queue.css print.css author.css script.js desk.js author.js icon.svg
var files embed.FS

// Prefix is where the files are served.
const Prefix = "/static/"

// Assets are the addresses that pages link to: of patients' pages Style, Sheet and Script, of clinics' pages Clinic, Print and Desk; of what authors see Author and AuthorScript.
type Assets struct {
	Style, Sheet, Script, Clinic, Print, Desk, Author, AuthorScript, Icon string
	byName                                                                map[string][]byte
}

// Load reads the built-in files.
func Load() (Assets, error) {
	a := Assets{byName: map[string][]byte{}}
	for _, f := range []struct {
		name    string
		address *string
		of      []string
		light   func([]byte) []byte
	}{
		{"style.css", &a.Style, []string{"base.css", "plot.css", "page.css"}, lightCSS},
		{"sheet.css", &a.Sheet, []string{"base.css", "sheet.css"}, lightCSS},
		{"script.js", &a.Script, []string{"script.js"}, lightJS},
		{"clinic.css", &a.Clinic, []string{"base.css", "plot.css", "clinic.css", "case.css", "queue.css"}, lightCSS},
		{"print.css", &a.Print, []string{"base.css", "sheet.css", "print.css"}, lightCSS},
		{"desk.js", &a.Desk, []string{"script.js", "desk.js"}, lightJS},
		{"author.css", &a.Author, []string{"author.css"}, lightCSS},
		{"author.js", &a.AuthorScript, []string{"author.js"}, lightJS},
		{"icon.svg", &a.Icon, []string{"icon.svg"}, bytes.Clone},
	} {
		var all []byte
		for _, name := range f.of {
			b, err := files.ReadFile(name)
			if err != nil {
				return Assets{}, fmt.Errorf("static files: %w", err)
			}
			all = append(all, f.light(b)...)
		}
		sum := sha256.Sum256(all)
		ext := path.Ext(f.name)
		hashed := strings.TrimSuffix(f.name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.byName[hashed] = all
		*f.address = Prefix + hashed
	}
	return a, nil
}

// ServeHTTP serves a file by its hashed name. Its content never changes, so browsers may keep it for good.
func (a Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, Prefix)
	b, ok := a.byName[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(b))
}

// comment is one of a style sheet; none of ours holds a star within.
var comment = regexp.MustCompile(`/\*[^*]*\*/`)

// lightCSS leaves out what only its readers need: comments and space outside of quotes.
func lightCSS(b []byte) []byte {
	var out []byte
	for i, part := range bytes.Split(comment.ReplaceAll(b, nil), []byte(`"`)) {
		if i%2 == 1 {
			out = append(append(append(out, '"'), part...), '"')
			continue
		}
		for n, ch := range part {
			if ch != ' ' && ch != '\n' {
				out = append(out, ch)
				continue
			}
			last, next := byte('{'), byte(0)
			if len(out) > 0 {
				last = out[len(out)-1]
			}
			if n+1 < len(part) {
				next = part[n+1]
			}
			if !strings.ContainsRune("{};,: \n", rune(last)) && !strings.ContainsRune("{} \n", rune(next)) {
				out = append(out, ' ')
			}
		}
	}
	return out
}

// lightJS leaves out lines of comment and the space before lines.
func lightJS(b []byte) []byte {
	var out []byte
	for line := range bytes.Lines(b) {
		if line = bytes.TrimLeft(line, " "); !bytes.HasPrefix(line, []byte("//")) {
			out = append(out, line...)
		}
	}
	return out
}
