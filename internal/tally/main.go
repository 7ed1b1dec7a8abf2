// Command tally runs `go test` with the given arguments, shows what failed and why, and ends with one line:
//
//	123 passed, 0 failed
//
// A test with subtests counts as its subtests. A package that does not build or breaks off counts as one failure. On a
// continuous integration machine (CI is set) a skipped test is a failure too: nothing may be left out unseen there.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

func main() {
	err := run("", os.Args[1:], os.Getenv("CI") != "", os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(1)
	}
}

func run(dir string, args []string, strict bool, out io.Writer) error {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	events, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	t := newTally(strict, out)
	readErr := t.read(events)
	waitErr := cmd.Wait()
	t.report()
	switch {
	case readErr != nil:
		return readErr
	case t.failed > 0:
		return errors.New("some tests failed")
	case waitErr != nil:
		return fmt.Errorf("go test: %w", waitErr)
	case t.passed == 0:
		return errors.New("no test ran")
	}
	return nil
}

func (t *tally) read(r io.Reader) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				fmt.Fprintf(t.out, "%s", line) // go test prints a few plain lines when it cannot start
			} else {
				t.add(e)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read test events: %w", err)
		}
	}
}
