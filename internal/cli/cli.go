// Package cli is the command line: a file for each command, for check one for each of
// its parts, and the only place that wires the other packages together.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	stdlog "log"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"

	"warroom/internal/clean"
)

// Exit statuses, a contract for scripts.
const (
	exitCalm        = 0   // calm, or done
	exitTrouble     = 1   // trouble was seen
	exitCannot      = 2   // could not look, or wrong usage
	exitInterrupted = 130 // stopped by a signal
)

// exit is an error that ends the program with a status. One without a cause says
// nothing: what there was to say has been printed.
type exit struct {
	status int
	cause  error
}

func (e *exit) Error() string {
	if e.cause == nil {
		return ""
	}
	return e.cause.Error()
}

func (e *exit) Unwrap() error { return e.cause }

// app is what every command needs.
type app struct {
	in       io.Reader
	out, err io.Writer
	flags    flags
	themes   themes
}

// flags are the ones that every command takes.
type flags struct {
	config, state, room, theme, log string
	regions, profiles               []string
	ascii, plain                    bool
	asciiGiven                      func() bool // --ascii stands on the command line, whatever it says; nil before there is one
}

// Run runs one command line, without the program's name, and returns its exit
// status. Errors are printed to stderr as what, why and what next.
func Run(args []string, in io.Reader, out, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	stdlog.SetOutput(io.Discard) // libraries print there, over whatever is on the terminal
	a := &app{in: in, out: out, err: stderr, themes: loadThemes()}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(stderr)
	var failed error
	keepErrors(root, &failed)
	err := fang.Execute(ctx, root, fang.WithVersion(version()), fang.WithErrorHandler(printError))
	if failed != nil {
		err = failed
		printError(stderr, fang.Styles{}, err)
	}
	return statusOf(err)
}

// keepErrors keeps the errors of commands from fang. Before it hands one on it asks
// the terminal for its background, in escape sequences that a dumb one shows, and
// waits for an answer; what is said of errors here has no colour.
func keepErrors(command *cobra.Command, failed *error) {
	if run := command.RunE; run != nil {
		command.RunE = func(command *cobra.Command, args []string) error {
			*failed = run(command, args)
			return nil
		}
	}
	for _, each := range command.Commands() {
		keepErrors(each, failed)
	}
}

// statusOf is the exit status of a command's error. What a command did not give a
// status is a mistake in its use.
func statusOf(err error) int {
	var e *exit
	switch {
	case err == nil:
		return exitCalm
	case errors.As(err, &e):
		return e.status
	}
	return exitCannot
}

// printError prints what is wrong. Arguments and names of files are part of it, and
// may hold what a terminal would obey.
func printError(w io.Writer, _ fang.Styles, err error) {
	text := strings.TrimSpace(err.Error())
	if text == "" {
		return
	}
	var word, path string
	if n, _ := fmt.Sscanf(text, "unknown command %q for %q", &word, &path); n == 2 { // after a command that is not ours
		text = fmt.Sprintf("%s takes nothing more, and there is %q; take it away", strings.TrimPrefix(path, "warroom "), word)
	}
	fmt.Fprintln(w, "warroom: "+printable(text))
}

// wordLimit bounds a word of an error that is printed, in runes: no path is longer.
const wordLimit = 4096

// printable is a text as a terminal may have it. Lines and the blanks in them stay,
// since the caret under a mistake stands where they say.
func printable(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		words := strings.Split(line, " ")
		for j, word := range words {
			words[j] = clean.Line(word, wordLimit)
		}
		lines[i] = strings.Join(words, " ")
	}
	return strings.Join(lines, "\n")
}

// root is the tree of commands.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:     "warroom",
		Short:   "AWS Health, CloudWatch alarms and your own probes on one screen",
		Long:    "The incident war room in a terminal: how bad is it, is it us or AWS, where, since when, and what changed last.",
		Example: "warroom\nwarroom --profile prod --region us-east-1,eu-west-1\nwarroom drill\nwarroom status --json",
		Args:    atMost(0),
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.runLive(cmd.Context(), a.show) },
	}
	f := root.PersistentFlags()
	f.StringVar(&a.flags.config, "config", "", "the config `FILE`; else warroom.yaml here, then in the config directory")
	f.StringVar(&a.flags.state, "state", "", "keep what is to last in this `DIR`, instead of the user's state directory")
	f.StringVar(&a.flags.room, "room", "", "the room's `NAME`, shown in the header")
	f.StringVar(&a.flags.theme, "theme", "", "the theme's `NAME`: "+strings.Join(a.themes.library.Names(), ", ")+", or the path of one of your own")
	f.StringVar(&a.flags.log, "log", "", "append what goes wrong inside to a `FILE`")
	f.StringSliceVar(&a.flags.regions, "region", nil, "watch these AWS `REGIONS`, with commas between, instead of the config's")
	f.StringSliceVar(&a.flags.profiles, "profile", nil, "watch these AWS `PROFILES`, with commas between, instead of the config's")
	f.BoolVar(&a.flags.ascii, "ascii", false, "draw with ASCII only; unasked where the terminal or its locale has no more")
	a.flags.asciiGiven = func() bool { return f.Changed("ascii") }
	f.BoolVar(&a.flags.plain, "plain", false, "no screen: a line of text for each event; by itself in a pipe, or if TERM is dumb")
	root.AddCommand(
		a.drillCommand(), a.serveCommand(), a.kioskCommand(), a.probeCommand(), a.statusCommand(), a.checkCommand(), a.replayCommand(), a.exportCommand(),
		a.journalCommand(), a.keysCommand(), a.configCommand(),
	)
	root.AddCommand(a.actCommands()...)
	speakPlainly(root)
	return root
}

// version is what --version says.
func version() string { return "0.1.0" }

// environment reads the process's environment; only this package does.
func environment(name string) string { return os.Getenv(name) }
