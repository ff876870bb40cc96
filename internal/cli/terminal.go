package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"golang.org/x/term"

	"warroom/ui"
)

// plain says whether to tell the room in lines of text: because it was asked for, or
// because there is nothing to draw on or no keyboard to steer with.
func (a *app) plain() bool {
	return a.flags.plain || dumb() || !isTerminal(a.out) || !isTerminal(a.in)
}

// dumb says whether the terminal calls itself one that cannot move its cursor.
func dumb() bool { return environment("TERM") == "dumb" }

func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// tell writes a room as lines until it is stopped, or a drill is over. A reader that
// has had enough, as in `warroom --plain | head`, has been served: status 0, so that a
// script with pipefail goes on. The runtime would let the program die of SIGPIPE and
// leave no time to take its leave.
func (a *app) tell(ctx context.Context, o ui.PlainOptions) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	signal.Ignore(syscall.SIGPIPE)
	defer signal.Reset(syscall.SIGPIPE)
	o.Out, o.ASCII = a.out, o.ASCII || dumb()
	err := ui.Plain(ctx, o)
	var failed *os.PathError
	switch {
	case err == nil, errors.Is(err, syscall.EPIPE):
		return nil
	case errors.Is(err, context.Canceled):
		return &exit{status: exitInterrupted}
	case errors.As(err, &failed):
		err = failed.Err
	}
	return &exit{exitCannot, fmt.Errorf("the lines could not be written: %w; write them elsewhere and start again", err)}
}

// show runs a screen until it is left. The terminal is restored whatever happens.
func (a *app) show(ctx context.Context, o ui.Options) error {
	screen, err := ui.New(o)
	if err != nil {
		return err
	}
	defer screen.Close()
	options := []tea.ProgramOption{tea.WithContext(ctx), tea.WithInput(a.in), tea.WithOutput(a.out)}
	if environment("NO_COLOR") != "" { // any value counts: https://no-color.org
		options = append(options, tea.WithColorProfile(colorprofile.ASCII))
	}
	_, err = tea.NewProgram(screen, options...).Run()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, tea.ErrInterrupted), errors.Is(err, context.Canceled):
		return &exit{status: exitInterrupted}
	case errors.Is(err, tea.ErrProgramPanic):
		return &exit{exitCannot, errors.New("the screen broke on a defect of its own; the terminal is restored. Start again, and report what is printed above")}
	}
	return &exit{exitCannot, fmt.Errorf("the screen could not be kept up: %w", err)}
}

// logger writes to the file of --log, or nowhere. The screen belongs to the terminal.
func (a *app) logger() (*slog.Logger, io.Closer, error) {
	if a.flags.log == "" {
		return slog.New(slog.DiscardHandler), io.NopCloser(nil), nil
	}
	file, err := os.OpenFile(a.flags.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("the log %s cannot be written: %w; name another file with --log", a.flags.log, errors.Unwrap(err))
	}
	return slog.New(slog.NewTextHandler(file, nil)), file, nil
}
