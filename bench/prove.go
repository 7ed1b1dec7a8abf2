package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"ekbom/bench/large"
)

const proveRounds = 3

// prove measures "ekbom check" on one core: the shipped questionnaires, and generated ones of growing size. Beside each stands
// what reading the same files takes, which no checker is spared.
func (b *bench) prove(ctx context.Context) error {
	b.table.section("Proving a questionnaire over every path: seconds of processor time on one core, memory at its highest")
	type subject struct {
		name, at string
		budget   float64 // seconds; 0: none is set
	}
	subjects := []subject{{"rls", "rls", 2}, {"heartburn", "heartburn", 0}}
	for _, n := range []int{50, 100, 200, 500} {
		files, err := large.Files(n)
		if err != nil {
			return err
		}
		dir := filepath.Join(b.dir, fmt.Sprintf("large-%d", n))
		if err := os.CopyFS(dir, files); err != nil {
			return err
		}
		s := subject{name: fmt.Sprintf("generated, %d questions", n), at: dir}
		if n == 200 {
			s.budget = 60
		}
		subjects = append(subjects, s)
	}
	for _, s := range subjects {
		say("proving %s", s.name)
		var proof, reading, memory []float64
		for range proveRounds {
			seconds, megabytes, err := b.alone(ctx, "check", "--limit", "10m", s.at)
			if err != nil {
				return err
			}
			proof, memory = append(proof, seconds), append(memory, megabytes)
			if seconds, _, err = b.alone(ctx, "outline", s.at); err != nil {
				return err
			}
			reading = append(reading, seconds)
		}
		r := row{what: s.name, ours: spreadOf(proof).String() + " s", beside: "reading " + spreadOf(reading).String() + " s", ratio: spreadOf(memory).String() + " MB"}
		if s.budget > 0 {
			r.budget, r.verdict = fmt.Sprintf("at most %.0f s", s.budget), met(spreadOf(proof).median <= s.budget)
		}
		b.table.add(r)
	}
	return nil
}

// alone runs the program on one core and gives the processor time it took and the most memory it held. That a generated
// questionnaire is not sound is no error: the work is the same.
func (b *bench) alone(ctx context.Context, args ...string) (seconds, megabytes float64, err error) {
	cmd := exec.CommandContext(ctx, filepath.Join(b.dir, "ekbom"), args...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	err = cmd.Run()
	if failed, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || failed.ExitCode() != 1) {
		return 0, 0, fmt.Errorf("ekbom %v: %w", args, err)
	}
	used := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), float64(used.Maxrss) / 1024, nil
}
