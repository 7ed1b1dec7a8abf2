package questionnaire

import (
	"archive/zip"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// The files of a questionnaire's folder.
const (
	fileDefinition = "definition.yaml"
	fileRules      = "rules.yaml"
	fileSources    = "sources.yaml"
	fileProperties = "properties.yaml"
	fileReadme     = "README.md" // for people; never read, in any folder
	folderCases    = "cases"
	folderText     = "text"
	english        = "en"
)

var topFiles = []string{fileDefinition, fileRules, fileSources, fileProperties}

// Bounds on what is read, so that no folder can exhaust a machine.
const (
	maxFile   = 2 << 20 // bytes of one file
	maxFolder = 8 << 20 // of all files together
	maxFiles  = 500     // in one folder
)

// Ignored reports whether a file or folder of this name is left alone wherever it stands: what editors and other programs
// keep beside the files.
func Ignored(name string) bool {
	name = path.Base(name)
	return name[0] == '.' || strings.HasSuffix(name, "~") || strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#")
}

// IsFolder reports whether a folder is meant to be a questionnaire's: one of its files is there, rightly named or nearly so. A
// folder that cannot be looked into may be one.
func IsFolder(files fs.FS) bool {
	entries, err := fs.ReadDir(files, ".")
	return errors.Is(err, fs.ErrPermission) || slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return slices.Contains(topFiles, rightName(e.Name()))
	})
}

// rightName gives the name that a file should have instead of one in other letters or with another ending.
func rightName(name string) string {
	lower := strings.ToLower(name)
	for _, ending := range []string{".yaml", ".yml"} {
		if !strings.HasSuffix(lower, ending) {
			continue
		}
		if stem := strings.TrimSuffix(lower, ending) + ".yaml"; slices.Contains(topFiles, stem) {
			return stem
		}
		return name[:len(name)-len(ending)] + ".yaml"
	}
	return name
}

const codeUnreadable = "file-unreadable"

// look finds out what stands under a name. Both are nil when nothing does; only then may a part count as left out.
func (r *reader) look(name string) (fs.FileInfo, *Fault) {
	fault := func(mend, what string) (fs.FileInfo, *Fault) {
		return nil, &Fault{Place: Place{File: name}, Code: codeUnreadable, What: what, Mend: mend}
	}
	info, err := fs.Lstat(r.files, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return fault(reason(err))
	case info.Mode()&fs.ModeSymlink == 0:
		return info, nil
	}
	info, err = fs.Stat(r.files, name)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && info.Mode()&fs.ModeSymlink != 0:
		return fault("put the file itself here", "this is a link that leads nowhere")
	case err != nil:
		return fault(reason(err))
	}
	return info, nil
}

// reason says why something could not be read, without its name: that may hold any sign.
func reason(err error) (mend, what string) {
	if errors.Is(err, fs.ErrPermission) {
		return "give whoever runs this program the right to read it", "may not be read"
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return "", fmt.Sprintf("cannot be read: %.200q", err.Error())
}

// read gives what a regular file holds, and never more than a file and all files may hold.
func (r *reader) read(name string) ([]byte, *Fault) {
	fault := func(code, mend, what string) ([]byte, *Fault) {
		return nil, &Fault{Place: Place{File: name}, Code: code, What: what, Mend: mend}
	}
	info, unreadable := r.look(name)
	switch {
	case unreadable != nil:
		return nil, unreadable
	case info == nil:
		return fault("file-missing", "add the file", "cannot be read")
	case info.IsDir():
		return fault(codeUnreadable, "put a file here", "this is a folder in place of a file")
	case !info.Mode().IsRegular(): // opening it could wait for ever
		return fault(codeUnreadable, "put a file here", "this is not a regular file")
	}
	r.reading.Lock()
	defer r.reading.Unlock()
	f, err := r.files.Open(name)
	if err != nil {
		mend, what := reason(err)
		return fault(codeUnreadable, mend, what)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		mend, what := reason(err)
		return fault(codeUnreadable, mend, what)
	}
	if len(data) > maxFile {
		return fault("file-too-large", "split it, or take out what is not needed", fmt.Sprintf("the file is larger than %d bytes", maxFile))
	}
	if r.size += len(data); r.size > maxFolder {
		return fault("folder-too-large", "take out what is not needed", fmt.Sprintf("with this file, the folder is larger than %d bytes", maxFolder))
	}
	return data, nil
}

// present gives the name of a file that may be left out, when something stands there.
func (r *reader) present(name string) []string {
	if info, fault := r.look(name); info == nil && fault == nil {
		return nil
	}
	return []string{name}
}

// list gives the files of a folder, and refuses what would silently be left unread. known are the only names that may stand
// there; without any, all that end in .yaml.
func (r *reader) list(folder string, known ...string) (names []string) {
	info, fault := r.look(folder)
	if fault != nil {
		r.fault(fault.Place, fault.Code, fault.Mend, "%s", fault.What)
	}
	if info == nil {
		return nil
	}
	at := Place{File: folder}
	if !info.IsDir() {
		r.fault(at, codeUnreadable, "make a folder of this name, or take the file away", "this is a file in place of a folder")
		return nil
	}
	entries, err := fs.ReadDir(r.files, folder)
	if err != nil {
		mend, what := reason(err)
		r.fault(at, codeUnreadable, mend, "%s", what)
		return nil
	}
	if len(entries) > maxFiles {
		r.fault(at, "too-many-files", "take out what is not needed", "%d files in one folder; at most %d are allowed", len(entries), maxFiles)
		return nil
	}
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		right := path.Join(folder, rightName(e.Name()))
		switch {
		case Ignored(name) || e.Name() == fileReadme:
		case slices.Contains(known, name):
		case len(known) == 0 && strings.HasSuffix(name, ".yaml"):
			names = append(names, name)
		default:
			mend := "take it out of the folder"
			if right != name && (len(known) == 0 || slices.Contains(known, right)) {
				mend = fmt.Sprintf("call it %s", Place{File: right})
			}
			r.fault(Place{File: name}, "unknown-file", mend, "this file is not part of a questionnaire%s", DidYouMean(name, known))
		}
	}
	return names
}

// faulty reports whether a file or folder has a fault as a whole.
func (r *reader) faulty(name string) bool {
	return slices.ContainsFunc(r.faults, func(f Fault) bool { return f.Place == Place{File: name} })
}

// fileRank puts the files that others build on first.
func fileRank(name string) int {
	for i, f := range []string{fileDefinition, fileRules, fileSources, fileProperties, folderText, folderCases} {
		if strings.HasPrefix(name, f) {
			return i
		}
	}
	return 99
}

func byPlace(a, b Fault) int {
	return cmp.Or(cmp.Compare(fileRank(a.File), fileRank(b.File)), strings.Compare(a.File, b.File),
		cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

// pin is the folder as one archive, and its hash. Cases do not count: they change nothing for a patient.
type pin struct {
	archive []byte
	hash    string
	err     error
}

// newPin packs what was read. A file that could not be read has a fault of its own.
func (r *reader) newPin(names []string) pin {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	sum := sha256.New()
	for _, name := range names {
		data, fault := r.opened[name].read()
		if fault != nil {
			return pin{}
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(data))
		sum.Write(data)
		f, err := w.Create(name)
		if err != nil {
			return pin{err: err}
		}
		if _, err := f.Write(data); err != nil {
			return pin{err: err}
		}
	}
	err := w.Close()
	return pin{archive.Bytes(), hex.EncodeToString(sum.Sum(nil)), err}
}
