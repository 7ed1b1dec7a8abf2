package main

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
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

// readRevision reads a folder as git keeps it. dir is where git looks for its repository.
func readRevision(ctx context.Context, dir, object string) (fs.FS, error) {
	tree, err := git(ctx, dir, "rev-parse", object)
	if err != nil {
		return nil, err
	}
	tree = strings.TrimSpace(tree)
	if !treeName.MatchString(tree) {
		return nil, errors.New("that does not name one folder")
	}
	where, err := git(ctx, dir, "rev-parse", "--absolute-git-dir")
	if err != nil {
		return nil, err
	}
	// With the repository named, git takes the tree as it is, wherever in the repository it is called.
	archive, err := git(ctx, dir, "--git-dir="+strings.TrimSpace(where), "archive", "--format=zip", tree)
	if err != nil {
		return nil, err
	}
	return zip.NewReader(strings.NewReader(archive), int64(len(archive)))
}

func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		said, _, _ := strings.Cut(strings.TrimSpace(string(failed.Stderr)), "\n")
		return "", errors.New(strings.TrimPrefix(said, "fatal: "))
	}
	return string(out), err
}
