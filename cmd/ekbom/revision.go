package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"regexp"
	"strings"
)

// findEdition gives the questionnaire in a folder, the shipped one of that name, or one of a git revision: REVISION:FOLDER,
// or REVISION alone for the folder beside which it is named.
func findEdition(ctx context.Context, name, beside string) (folder, error) {
	f, notFound := findFolder(name)
	if notFound == nil {
		return f, nil
	}
	dir, object := ".", name
	if !strings.Contains(name, ":") {
		dir, object = beside, name+":./"
		if !isQuestionnaire(beside) {
			return folder{}, wrongUse{fmt.Errorf("%w; for a git revision, name the folder as well: %s:FOLDER", notFound, name)}
		}
	}
	files, err := readRevision(ctx, dir, object)
	if err != nil {
		return folder{}, wrongUse{fmt.Errorf("%w; as a git revision: %w", notFound, err)}
	}
	if _, err := fs.Stat(files, "definition.yaml"); err != nil {
		return folder{}, wrongUse{fmt.Errorf("%s of git has no definition.yaml", object)}
	}
	return folder{name: name, files: files}, nil
}

// treeName is how git names the content of a folder.
var treeName = regexp.MustCompile(`^[0-9a-f]{40,64}$`)

// What is read of a revision at most: a questionnaire is a few dozen files of text.
const (
	maxFiles   = 2000
	maxContent = 64 << 20 // bytes, all files together
)

// readRevision reads a folder as git keeps it. dir is where git looks for its repository. Files are read as they are kept: no
// filter, attribute or hook of the repository is asked.
func readRevision(ctx context.Context, dir, object string) (fs.FS, error) {
	tree, err := git(ctx, dir, "", "rev-parse", "--verify", "--end-of-options", object)
	if err != nil {
		return nil, err
	}
	tree = strings.TrimSpace(tree)
	if !treeName.MatchString(tree) {
		return nil, errors.New("that does not name one folder")
	}
	list, err := git(ctx, dir, "", "ls-tree", "-r", "-z", "-l", "--full-tree", tree)
	if err != nil {
		return nil, err
	}
	entries := strings.Split(strings.TrimSuffix(list, "\x00"), "\x00")
	if len(entries) > maxFiles {
		return nil, fmt.Errorf("that holds %d files; %d at most are read", len(entries), maxFiles)
	}
	var names []string
	var wanted strings.Builder
	total := int64(0)
	for _, e := range entries {
		about, name, _ := strings.Cut(e, "\t")
		var mode, kind, id string
		var size int64
		if _, err := fmt.Sscan(about, &mode, &kind, &id, &size); err != nil || !strings.HasPrefix(mode, "100") || !fs.ValidPath(name) {
			return nil, fmt.Errorf("%q in it is no file", name)
		}
		if total += size; total > maxContent {
			return nil, fmt.Errorf("that is larger than %d bytes, which is more than is read", maxContent)
		}
		names = append(names, name)
		fmt.Fprintln(&wanted, id)
	}
	content, err := git(ctx, dir, wanted.String(), "cat-file", "--batch")
	if err != nil {
		return nil, err
	}
	return pack(names, content)
}

// pack makes files of what "cat-file --batch" says: for each a line with its size, its content, a line end.
func pack(names []string, content string) (fs.FS, error) {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for _, name := range names {
		about, rest, _ := strings.Cut(content, "\n")
		var id, kind string
		var size int
		if _, err := fmt.Sscan(about, &id, &kind, &size); err != nil || kind != "blob" || size < 0 || size >= len(rest) {
			return nil, fmt.Errorf("git does not give %s", name)
		}
		file, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(file, rest[:size]); err != nil {
			return nil, err
		}
		content = rest[size+1:]
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(archive.Bytes()), int64(archive.Len()))
}

// git runs git so that a repository which somebody else made cannot have it run a program: one that lies inside another's files
// does not count, nothing watches files, and nothing is fetched, by whatever means.
func git(ctx context.Context, dir, stdin string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"--no-pager", "-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
	cmd.Stdin = strings.NewReader(stdin)
	out := &bounded{most: maxContent + maxFiles*128}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = out, &said
	err := cmd.Run()
	if out.full {
		return "", errors.New("that is more than is read")
	}
	if _, ok := errors.AsType[*exec.ExitError](err); ok && ctx.Err() == nil {
		first, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
		return "", errors.New(strings.TrimPrefix(first, "fatal: "))
	}
	return out.String(), err
}

// bounded keeps what is written, and no more than a number of bytes.
type bounded struct {
	strings.Builder
	most int
	full bool
}

// Write keeps p.
func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.most {
		b.full = true
		return 0, io.ErrShortWrite
	}
	return b.Builder.Write(p)
}
