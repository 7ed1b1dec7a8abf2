package main

import (
	"fmt"
	"io"
	"sync"
	"unicode"
	"unicode/utf8"
)

// printer writes text for people. Signs that would steer a terminal or turn text around are written as codes: words of a
// questionnaire that somebody else wrote are shown, not obeyed. It keeps the first error. Many goroutines may use it.
type printer struct {
	w     io.Writer
	mutex sync.Mutex
	err   error
}

// failed gives the first error of writing.
func (t *printer) failed() error {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.err
}

// Write writes p as text.
func (t *printer) Write(p []byte) (int, error) {
	safe := make([]byte, 0, len(p))
	for rest := p; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1 && utf8.FullRune(rest):
			safe = fmt.Appendf(safe, `\x%02x`, rest[0])
		case steers(r):
			safe = fmt.Appendf(safe, `\u%04x`, r)
		default:
			safe = append(safe, rest[:size]...)
		}
		rest = rest[size:]
	}
	if _, err := t.raw().Write(safe); err != nil {
		return 0, err
	}
	return len(p), nil
}

// steers reports whether a sign is no text: a control sign, or one that changes the direction of what follows.
func steers(r rune) bool {
	return r != '\n' && r != '\t' && unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Bidi_Control, r)
}

// raw is for what is no text: JSON and drawings.
func (t *printer) raw() io.Writer { return (*rawPrinter)(t) }

type rawPrinter printer

// Write writes p as it is.
func (t *rawPrinter) Write(p []byte) (int, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.err != nil {
		return 0, t.err
	}
	n, err := t.w.Write(p)
	t.err = err
	return n, err
}
