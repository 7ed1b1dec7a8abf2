package store_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/store"
	"ekbom/internal/store/storetest"
)

func TestSQLiteFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data", "ekbom.db")
	s := open(t, "sqlite:"+path)
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{filepath.Dir(path): 0o700, path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Error(err)
		} else if got := info.Mode().Perm(); got != want {
			t.Errorf("mode of %s is %v, want %v", filepath.Base(name), got, want)
		}
	}
	for pragma, want := range map[string]string{"journal_mode": "wal", "foreign_keys": "1", "synchronous": "2", "secure_delete": "1"} {
		var got string
		if err := s.InTx(t.Context(), func(tx *store.Store) error {
			return tx.QueryRow(t.Context(), "PRAGMA "+pragma, nil, &got)
		}); err != nil || got != want {
			t.Errorf("%s of the writer is %q, %v, want %q", pragma, got, err, want)
		}
	}
	var n int
	if err := s.QueryRow(t.Context(), `DELETE FROM responses RETURNING 1`, nil, &n); err == nil || errors.Is(err, store.ErrNotFound) {
		t.Errorf("a reader may write: %v", err)
	}
	s.Close()
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the log is left behind: %v", err)
	}
}

// SQLite's own notion of full, which it reaches before the disk's.
func TestSQLiteFull(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	r := create(t, s, newResponse(t))
	if _, err := s.Exec(t.Context(), `PRAGMA max_page_count = 1`); err != nil { // meaning: as many as there are
		t.Fatal(err)
	}
	long := r
	long.Answers = []byte(`"` + strings.Repeat("x", 100_000) + `"`)
	wantError(t, s.UpdateResponse(t.Context(), long), store.ErrUnavailable)
	if got := read(t, s, r.ID); string(got.Answers) != string(r.Answers) || got.Revision != r.Revision {
		t.Errorf("revision %d, %d bytes of answers", got.Revision, len(got.Answers))
	}
	if _, err := s.Exec(t.Context(), `PRAGMA max_page_count = 100000`); err != nil {
		t.Fatal(err)
	}
	if err := s.UpdateResponse(t.Context(), long); err != nil {
		t.Error(err)
	}
}

// The tests below run themselves again as a process of its own, which saves answers to the file that this names and
// prints each revision once it is acknowledged.
const childVariable = "EKBOM_STORE_TEST_CHILD"

func child(t *testing.T, dsn string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), childVariable+"="+dsn)
	return cmd
}

const childID = q.ResponseID("the one response")

func childSave(s *store.Store, t *testing.T, revision int) error {
	r := newResponse(t, func(r *q.Response) {
		r.ID, r.Revision, r.Answers = childID, revision, fmt.Appendf(nil, `"%d%s"`, revision+1, strings.Repeat("x", 3000))
	})
	if err := s.UpdateResponse(t.Context(), r); err != nil {
		return err
	}
	fmt.Println("saved", revision+1)
	return nil
}

// checkSaved wants the last acknowledged revision, or the one that was under way.
func checkSaved(t *testing.T, dsn string, acknowledged int) {
	t.Helper()
	got := read(t, open(t, dsn), childID)
	if got.Revision != acknowledged && got.Revision != acknowledged+1 {
		t.Errorf("revision %d on disk, %d was acknowledged", got.Revision, acknowledged)
	}
	if !strings.HasPrefix(string(got.Answers), fmt.Sprintf(`"%dx`, got.Revision)) {
		t.Errorf("revision %d has the answers %.12s", got.Revision, got.Answers)
	}
}

func TestSQLiteDiskFull(t *testing.T) {
	t.Parallel()
	if dsn := os.Getenv(childVariable); dsn != "" {
		diskFullChild(t, dsn)
		return
	}
	dsn := storetest.SQLite(t)
	create(t, open(t, dsn), newResponse(t, func(r *q.Response) { r.ID = childID }))
	out, err := child(t, dsn).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	acknowledged := 0
	for line := range strings.Lines(string(out)) {
		fmt.Sscanf(line, "saved %d\n", &acknowledged)
	}
	if acknowledged < 2 {
		t.Fatalf("saved %d before and after\n%s", acknowledged, out)
	}
	checkSaved(t, dsn, acknowledged)
}

// diskFullChild fills the room that a limit on file size leaves, and gets it back.
func diskFullChild(t *testing.T, dsn string) {
	s := open(t, dsn)
	signal.Ignore(syscall.SIGXFSZ)
	var all syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &all); err != nil {
		t.Fatal(err)
	}
	little := all
	little.Cur = 200_000
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &little); err != nil {
		t.Fatal(err)
	}
	revision := 0
	for ; revision < 1000; revision++ {
		if err := childSave(s, t, revision); err != nil {
			wantError(t, err, store.ErrUnavailable)
			break
		}
	}
	if revision == 1000 {
		t.Error("never full")
	}
	for range 3 {
		wantError(t, childSave(s, t, revision), store.ErrUnavailable)
		if got := read(t, s, childID).Revision; got != revision {
			t.Errorf("revision %d while full, want %d", got, revision)
		}
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &all); err != nil {
		t.Fatal(err)
	}
	if err := childSave(s, t, revision); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestSQLiteKilled(t *testing.T) {
	t.Parallel()
	if dsn := os.Getenv(childVariable); dsn != "" {
		s := open(t, dsn)
		for revision := read(t, s, childID).Revision; ; revision++ {
			if err := childSave(s, t, revision); err != nil {
				t.Fatal(err)
			}
		}
	}
	dsn := storetest.SQLite(t)
	create(t, open(t, dsn), newResponse(t, func(r *q.Response) { r.ID = childID }))
	for round := range 3 {
		cmd := child(t, dsn)
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		acknowledged, saved := 0, 0
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			if n, _ := fmt.Sscanf(lines.Text(), "saved %d", &acknowledged); n == 1 {
				saved++
			}
			if saved == 20+7*round {
				cmd.Process.Kill() // and read on what it still said
			}
		}
		cmd.Wait()
		if saved < 20 {
			t.Fatalf("saved %d", saved)
		}
		checkSaved(t, dsn, acknowledged)
	}
}
