package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a server in a process of its own.
type process struct {
	cmd  *exec.Cmd
	addr string
	log  *strings.Builder
}

// launch starts a server that prints "Open http://ADDRESS", and waits until it is ready.
func launch(ctx context.Context, dir string, env []string, name string, args ...string) (*process, error) {
	p := &process{cmd: exec.CommandContext(ctx, name, args...), log: &strings.Builder{}}
	p.cmd.Dir, p.cmd.Env, p.cmd.Stderr = dir, append(os.Environ(), env...), p.log
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = 20 * time.Second
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "Open http://")
	if err != nil || !ok {
		p.stop()
		return nil, fmt.Errorf("%s printed %q: %s", filepath.Base(name), line, p.log)
	}
	go io.Copy(io.Discard, out)
	p.addr = address
	if err := p.ready(); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func (p *process) ready() error {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		b, err := dial(p.addr)
		if err == nil {
			a, err := b.get("/readyz")
			b.close()
			if err == nil && a.status == 200 {
				return nil
			}
		}
		if time.Now().After(deadline) {
			return errors.Join(fmt.Errorf("%s is not ready", p.addr), err)
		}
	}
}

func (p *process) stop() {
	p.cmd.Process.Signal(syscall.SIGTERM)
	p.cmd.Wait()
}

// processor gives the processor time that the threads of the process have used.
func (p *process) processor() (time.Duration, error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.cmd.Process.Pid))
	if err != nil || len(threads) == 0 {
		return 0, fmt.Errorf("no threads of process %d: %w", p.cmd.Process.Pid, err)
	}
	total := 0
	for _, file := range threads {
		data, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		first, _, _ := strings.Cut(string(data), " ")
		nanoseconds, err := strconv.Atoi(first)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", file, err)
		}
		total += nanoseconds
	}
	return time.Duration(total), nil
}

// memory gives the memory that the process holds, in bytes.
func (p *process) memory() (int, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kilobytes, err := strconv.Atoi(strings.Fields(value)[0])
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("no VmRSS of %d", p.cmd.Process.Pid)
}
