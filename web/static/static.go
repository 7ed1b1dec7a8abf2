// Package static holds the style sheets, the script and the icon, and serves them under names that change with their content.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed style.css sheet.css script.js icon.svg
var files embed.FS

// Prefix is where the files are served.
const Prefix = "/static/"

// Assets are the addresses that pages link to.
type Assets struct {
	Style, Sheet, Script, Icon string
	byName                     map[string][]byte
}

// Load reads the built-in files.
func Load() (Assets, error) {
	a := Assets{byName: map[string][]byte{}}
	for name, address := range map[string]*string{"style.css": &a.Style, "sheet.css": &a.Sheet, "script.js": &a.Script, "icon.svg": &a.Icon} {
		b, err := files.ReadFile(name)
		if err != nil {
			return Assets{}, fmt.Errorf("static files: %w", err)
		}
		sum := sha256.Sum256(b)
		ext := path.Ext(name)
		hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.byName[hashed] = b
		*address = Prefix + hashed
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
