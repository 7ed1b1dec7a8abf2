package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// newCluster starts a PostgreSQL server as it runs in service, every commit on disk, for this run alone, and gives the
// address of its administrator.
func newCluster(ctx context.Context, dir string) (admin string, stop func(), err error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	initdb, lookErr := exec.LookPath("initdb")
	if lookErr != nil && len(found) > 0 {
		initdb = found[len(found)-1]
	} else if lookErr != nil {
		return "", nil, errors.Join(errors.New("no PostgreSQL: install postgresql"), err)
	}
	owner, err := postgresOwner(dir)
	if err != nil {
		return "", nil, err
	}
	run := func(name string, args ...string) error {
		cmd := exec.CommandContext(ctx, filepath.Join(filepath.Dir(initdb), name), args...)
		cmd.Dir, cmd.SysProcAttr, cmd.Env = dir, owner, append(os.Environ(), "HOME="+dir, "LC_ALL=C")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", name, err, out)
		}
		return nil
	}
	data := filepath.Join(dir, "data")
	if err := run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return "", nil, err
	}
	options := "-k " + dir + " -c listen_addresses= -c shared_buffers=128MB"
	if err := run("pg_ctl", "-D", data, "-w", "-l", filepath.Join(dir, "log"), "-o", options, "start"); err != nil {
		return "", nil, err
	}
	stop = func() {
		ctx = context.WithoutCancel(ctx)
		run("pg_ctl", "-D", data, "-w", "-m", "fast", "stop")
	}
	return "postgres://postgres@/postgres?host=" + url.QueryEscape(dir), stop, nil
}

// postgresOwner gives the folder to the user postgres when we are root, as whom PostgreSQL refuses to run.
func postgresOwner(dir string) (*syscall.SysProcAttr, error) {
	if os.Getuid() != 0 {
		return &syscall.SysProcAttr{Setpgid: true}, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root: %w", err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	if err := os.Chown(dir, uid, gid); err != nil {
		return nil, err
	}
	return &syscall.SysProcAttr{Setpgid: true, Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}
