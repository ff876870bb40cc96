package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"golang.org/x/term"

	"warroom/ui"
)

// needTerminal refuses to draw where there is nothing to draw on.
func (a *app) needTerminal() error {
	const next = "use `warroom status` to look once and print, or `warroom status --json` in a script"
	out, ok := a.out.(*os.File)
	if !ok || !term.IsTerminal(int(out.Fd())) {
		return fmt.Errorf("the screen needs a terminal, and standard output is not one; %s", next)
	}
	in, ok := a.in.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return fmt.Errorf("the screen needs a keyboard, and standard input is not a terminal; %s", next)
	}
	if environment("TERM") == "dumb" {
		return fmt.Errorf("the screen needs a terminal that can move its cursor, and TERM is dumb; %s", next)
	}
	return nil
}

// show runs a screen until it is left. The terminal is restored whatever happens.
func (a *app) show(ctx context.Context, screen *ui.Model) error {
	options := []tea.ProgramOption{tea.WithContext(ctx), tea.WithInput(a.in), tea.WithOutput(a.out)}
	if environment("NO_COLOR") != "" { // any value counts: https://no-color.org
		options = append(options, tea.WithColorProfile(colorprofile.ASCII))
	}
	_, err := tea.NewProgram(screen, options...).Run()
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
