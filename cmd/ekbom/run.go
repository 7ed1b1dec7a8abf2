package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// commands is the table of what the program can do. Each command is a struct with its flags and a Run(*stage) error.
type commands struct {
	Serve   serveCommand   `cmd:"" help:"Serve a questionnaire to patients, and to clinics what they sent."`
	Migrate migrateCommand `cmd:"" help:"Bring the database to this program's schema, or show where it stands."`
	Account accountCommand `cmd:"" help:"Add, list, disable and reset the accounts of clinics' people."`
	Check   checkCommand   `cmd:"" help:"Find every fault of a questionnaire, prove it over every path and run its cases."`
	Diff    diffCommand    `cmd:"" help:"Say which answers come to another outcome in another edition of a questionnaire."`
	Outline outlineCommand `cmd:"" help:"Print the questions in order with their options and conditions."`
	Schema  schemaCommand  `cmd:"" help:"Print or write JSON Schema of a questionnaire's files, for editors."`
	Graph   graphCommand   `cmd:"" help:"Draw the flow of the questions, or what one conclusion hangs on."`
	Assess  assessCommand  `cmd:"" help:"Read answers as JSON and print what they lead to."`
	Explain explainCommand `cmd:"" help:"Read answers as JSON and say in plain words what they lead to, why, and what would change it."`
	Audit   auditCommand   `cmd:"" help:"Check that nobody changed the audit trails of clinics."`
	Seed    seedCommand    `cmd:"" help:"Fill a demo clinic with made-up patients."`
}

// stage is all of the outside world that a command may touch.
type stage struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer // for text
	raw            io.Writer // standard output, for what is no text
	env            []string  // NAME=value
}

// The exit codes that scripts rely on.
const (
	exitDone     = 0
	exitFaulty   = 1 // the thing checked or served is faulty, or the work could not be done
	exitWrongUse = 2
)

// wrongUse marks an error as a mistake in how the program was called.
type wrongUse struct{ error }

func (e wrongUse) Unwrap() error { return e.error }

// errReported ends a command with exitFaulty when everything has been said already.
var errReported = errors.New("already reported")

type exit int

// run does what args say and gives the exit code. What could not be written was not done.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, env []string) int {
	out, said := &printer{w: stdout}, &printer{w: stderr}
	code := out.run(ctx, args, stdin, said, env)
	if err := out.failed(); err != nil {
		fmt.Fprintf(said, "ekbom: standard output cannot be written: %v\n", err)
		code = max(code, exitFaulty)
	}
	return code
}

func (t *printer) run(ctx context.Context, args []string, stdin io.Reader, stderr io.Writer, env []string) (code int) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case exit:
			code = int(e)
		default:
			panic(e)
		}
	}()
	table := &commands{}
	parser, err := kong.New(table,
		kong.Name("ekbom"),
		kong.Description("Self-assessment questionnaires whose every conclusion says why."),
		kong.Writers(t, stderr),
		kong.Exit(func(code int) { panic(exit(code)) }), // after --help
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
	if err != nil {
		panic(err) // the table itself is wrong; no argument can cause it
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "ekbom: %v\nTry: ekbom --help\n", err)
		return exitWrongUse
	}
	err = command.Run(&stage{ctx: ctx, stdin: stdin, stdout: t, raw: t.raw(), stderr: stderr, env: env}, table)
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errReported):
		return exitFaulty
	}
	fmt.Fprintf(stderr, "ekbom: %v\n", err)
	if _, ok := errors.AsType[wrongUse](err); ok {
		return exitWrongUse
	}
	return exitFaulty
}
