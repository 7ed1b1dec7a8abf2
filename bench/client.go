package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// browser is one person's connection. It does little itself, so that the time measured is the server's: requests are put
// together from bytes, and of a page only the revision is looked for.
type browser struct {
	addr     string
	encoding string // for Accept-Encoding; empty: none. Forms are found in plain pages only
	conn     net.Conn
	in       *bufio.Reader
	out      bytes.Buffer
	body     bytes.Buffer
	halfway  bool // through the questions, where minds are changed
	mind     int  // which of two
	saved    time.Time
	cookie   string
	revision string // as it stands in the last form
}

// answer is what came back.
type answer struct {
	status   int
	location string
	header   http.Header
	body     []byte // until the next request
}

const requestTimeout = 20 * time.Second

func dial(addr string) (*browser, error) {
	conn, err := net.DialTimeout("tcp", addr, requestTimeout)
	if err != nil {
		return nil, err
	}
	return &browser{addr: addr, conn: conn, in: bufio.NewReaderSize(conn, 32<<10)}, nil
}

func (b *browser) close() { b.conn.Close() }

func (b *browser) get(path string) (*answer, error) { return b.send(http.MethodGet, path, "") }

// fill sends a form with what is entered, and the revision of the page it stands on.
func (b *browser) fill(path, entered string) (*answer, error) {
	form := "revision=" + url.QueryEscape(b.revision)
	if entered != "" {
		form += "&" + entered
	}
	a, err := b.send(http.MethodPost, path, form)
	if err != nil {
		return nil, err
	}
	if a.status != http.StatusSeeOther {
		return nil, fmt.Errorf("POST %s (%s): status %d\n%.300s", path, form, a.status, a.body)
	}
	// The answer is acknowledged: the row is one revision on.
	b.saved = time.Now()
	number, tag, _ := strings.Cut(b.revision, "-")
	if n, err := strconv.Atoi(number); err == nil {
		b.revision = strconv.Itoa(n+1) + "-" + tag
	}
	return a, nil
}

func (b *browser) send(method, path, form string) (*answer, error) {
	b.out.Reset()
	fmt.Fprintf(&b.out, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, path, b.addr)
	if b.encoding != "" {
		fmt.Fprintf(&b.out, "Accept-Encoding: %s\r\n", b.encoding)
	}
	if b.cookie != "" {
		fmt.Fprintf(&b.out, "Cookie: %s\r\n", b.cookie)
	}
	if method == http.MethodPost {
		fmt.Fprintf(&b.out, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n", len(form))
	}
	b.out.WriteString("\r\n")
	b.out.WriteString(form)
	if err := b.conn.SetDeadline(time.Now().Add(requestTimeout)); err != nil {
		return nil, err
	}
	if _, err := b.conn.Write(b.out.Bytes()); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(b.in, nil)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	b.body.Reset()
	if _, err := io.Copy(&b.body, response.Body); err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	a := &answer{response.StatusCode, response.Header.Get("Location"), response.Header, b.body.Bytes()}
	if set := response.Header.Get("Set-Cookie"); set != "" {
		b.cookie, _, _ = strings.Cut(set, ";")
	}
	// Later pages of the bare server do not know how often a mind was changed.
	if _, rest, ok := bytes.Cut(a.body, []byte(`name="revision" value="`)); ok && !b.halfway {
		revision, _, _ := bytes.Cut(rest, []byte(`"`))
		b.revision = string(revision)
	}
	return a, nil
}
