package static

import (
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestServe(t *testing.T) {
	t.Parallel()
	a, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		path   string
		status int
		kind   string
	}{
		{a.Style, 200, "text/css"},
		{a.Sheet, 200, "text/css"},
		{a.Script, 200, "text/javascript"},
		{a.Clinic, 200, "text/css"},
		{a.Desk, 200, "text/javascript"},
		{a.Author, 200, "text/css"},
		{a.AuthorScript, 200, "text/javascript"},
		{a.Icon, 200, "image/svg+xml"},
		{"/static/style.css", 404, ""},
		{"/static/", 404, ""},
		{"/static/../static.go", 404, ""},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.URL.Path = tt.path
			a.ServeHTTP(w, r)
			if w.Code != tt.status {
				t.Fatalf("status %d, want %d", w.Code, tt.status)
			}
			if tt.status != http.StatusOK {
				return
			}
			if got := w.Header().Get("Content-Type"); !strings.HasPrefix(got, tt.kind) {
				t.Errorf("type %q, want %q", got, tt.kind)
			}
			if got := w.Header().Get("Cache-Control"); !strings.Contains(got, "immutable") {
				t.Errorf("cache %q: the name changes with the content, so it may be kept", got)
			}
		})
	}
}

// TestWeight: style, script and icon together leave most of the 14 kB of a cold page to the page itself.
func TestWeight(t *testing.T) {
	t.Parallel()
	a, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, most := range map[string]int{a.Style: 3920, a.Sheet: 3400, a.Script: 800, a.Icon: 400} {
		b := a.byName[strings.TrimPrefix(name, Prefix)]
		var packed strings.Builder
		w := gzip.NewWriter(&packed)
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if packed.Len() > most {
			t.Errorf("%s takes %d bytes compressed, at most %d", name, packed.Len(), most)
		}
	}
}
