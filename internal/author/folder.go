// Package author helps whoever writes a questionnaire: it watches their folder, has proven what they saved, and says by which
// rule, in which line, answers lead to what they lead to.
package author

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"time"

	"ekbom/internal/questionnaire"
)

// Finding is something for an author to look at.
type Finding struct {
	questionnaire.Fault
	Answers questionnaire.Answers // answers that show it; nil: none are needed
	After   questionnaire.Answers // where it shows between two sets of answers: the other one
	Words   []string              // those of them that matter, for people
	Rules   []Rule                // that it is about
}

// Rule is one line of the files.
type Rule struct {
	Kind string
	ID   questionnaire.ID
	questionnaire.Place
}

// Report is what was found out about a questionnaire without faults.
type Report struct {
	Findings []Finding // what is not as it must be
	Notes    []Finding // what is worth a look
	Unproven []string  // what was not decided
	Summary  string    // how much was looked at
}

// Prove finds out what can be found out about a questionnaire without faults, until ctx ends.
type Prove func(context.Context, *questionnaire.Definition) Report

// State is what is known about a folder.
type State struct {
	Turn    int                       // rises with every change of what stands here
	Reading int                       // rises each time that changed files were read
	Edition *questionnaire.Definition // the last one without faults; nil: there was none yet
	Faults  []questionnaire.Fault     // of the files as they are; with none they are Edition
	Proving bool                      // the report is still to come
	Report  Report                    // about Edition
}

// Folder is a questionnaire's folder that somebody works in.
type Folder struct {
	files fs.FS
	prove Prove
	read  []byte             // what was read last, packed
	stop  context.CancelFunc // of the proof under way

	mu    sync.Mutex
	state State

	one sync.Mutex // proof at a time: one that is past may take a while to end
}

// Open looks at a folder. Nothing is read before Watch.
func Open(files fs.FS, prove Prove) *Folder {
	return &Folder{files: files, prove: prove, stop: func() {}}
}

// State gives what is known now.
func (f *Folder) State() State {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state
}

func (f *Folder) change(change func(*State)) State {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(&f.state)
	f.state.Turn++
	return f.state
}

const (
	lookEvery = 400 * time.Millisecond
	settle    = 120 * time.Millisecond // editors write a file in several steps, and a checkout several files
)

// Watch reads the folder now, and again whenever what stands in it has changed and then stayed the same for a moment, until ctx
// ends. serve is given each edition without faults before State tells it; while it refuses one, the one before stays. told is
// called after every change of the state.
func (f *Folder) Watch(ctx context.Context, serve func(*questionnaire.Definition) error, told func(State)) {
	defer func() { f.stop() }()
	for last, _ := pack(f.files); ; {
		wait := lookEvery
		switch now, whole := pack(f.files); {
		case !bytes.Equal(now, last):
			last, wait = now, settle
		case !bytes.Equal(now, f.read):
			f.read = now
			f.stop() // what is still being proven is past
			d, state := f.take(now, whole, serve)
			told(state)
			if d != nil {
				var proving context.Context
				proving, f.stop = context.WithCancel(ctx)
				go f.proven(proving, d, told)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// take loads what was read. It gives the edition to prove, nil when there is none, and how the folder stands then.
func (f *Folder) take(packed []byte, whole bool, serve func(*questionnaire.Definition) error) (*questionnaire.Definition, State) {
	d, faults := load(packed)
	if !whole {
		d, faults = questionnaire.Load(f.files)
	}
	if d != nil {
		if err := serve(d); err != nil {
			d, faults = nil, []questionnaire.Fault{{Code: "not-served", What: err.Error(), Mend: "save again, or start the server anew"}}
		}
	}
	return d, f.change(func(s *State) {
		s.Reading++
		s.Faults, s.Report, s.Proving = faults, Report{}, d != nil
		if d != nil {
			s.Edition = d
		}
	})
}

func (f *Folder) proven(ctx context.Context, d *questionnaire.Definition, told func(State)) {
	f.one.Lock()
	defer f.one.Unlock()
	if ctx.Err() != nil {
		return
	}
	report := f.prove(ctx, d)
	if ctx.Err() != nil {
		return
	}
	newest := false
	state := f.change(func(s *State) {
		if newest = s.Edition == d && s.Proving; newest {
			s.Report, s.Proving = report, false
		}
	})
	if newest {
		told(state)
	}
}

func load(packed []byte) (*questionnaire.Definition, []questionnaire.Fault) {
	files, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, []questionnaire.Fault{{Code: "folder", What: err.Error()}}
	}
	return questionnaire.Load(files)
}

// More than a questionnaire's file and folder may hold: what is longer is refused all the same, with its own fault.
const (
	maxFile   = 3 << 20
	maxFolder = 16 << 20
)

// pack copies a folder, so that everything is loaded from one moment. Contents are compared, not times: two saves within one
// tick of a file system's clock are two. What a questionnaire ignores does not count. whole: nothing was left out but what is
// refused by its name or size; what is no file, or may not be read, is for the loader to tell.
func pack(files fs.FS) (packed []byte, whole bool) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	whole = true
	note := func(name string, mode fs.FileMode, data []byte) {
		head := &zip.FileHeader{Name: name, Method: zip.Store}
		head.SetMode(mode)
		if out, err := w.CreateHeader(head); err == nil {
			_, _ = out.Write(data) // into memory
		}
	}
	_ = fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if name == "." || err == nil && questionnaire.Ignored(name) && !e.IsDir() {
			return nil
		}
		if err == nil && questionnaire.Ignored(name) {
			return fs.SkipDir
		}
		var info fs.FileInfo
		if err == nil {
			info, err = fs.Stat(files, name)
		}
		switch {
		case err != nil, !info.IsDir() && !info.Mode().IsRegular(), info.IsDir() && !e.IsDir():
			whole = false
			note(name, fs.ModeSymlink, []byte(fmt.Sprint(err)))
			return nil
		case info.IsDir():
			note(name+"/", info.Mode(), nil)
			if strings.Contains(name, "/") {
				return fs.SkipDir // a questionnaire goes no deeper
			}
			return nil
		}
		var data []byte
		if strings.HasSuffix(name, ".yaml") && b.Len() < maxFolder { // any other is a fault by its name
			if data, err = head(files, name); err != nil {
				whole = false
			}
		}
		note(name, 0, data)
		return nil
	})
	_ = w.Close()
	return b.Bytes(), whole
}

func head(files fs.FS, name string) ([]byte, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile))
}
