package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/term"

	"warroom/internal/config"
	"warroom/internal/screen"
	"warroom/internal/serve"
	"warroom/ui"
)

// plain says whether to tell the room in lines of text: because it was asked for, or
// because there is nothing to draw on or no keyboard to steer with.
func (a *app) plain() bool {
	return a.flags.plain || dumb() || !isTerminal(a.out) || !isTerminal(a.in)
}

// dumb says whether the terminal calls itself one that cannot move its cursor.
func dumb() bool { return environment("TERM") == "dumb" }

// bare says whether the terminal is one that shows ASCII only: by its name, or by a
// locale that is not UTF-8. The Linux console has a font of 512 glyphs, without the
// marks and charts.
func bare() bool {
	name := environment("TERM")
	if dumb() || name == "linux" || strings.HasPrefix(name, "vt") {
		return true
	}
	variable, value := locale()
	return variable != "" && !isUTF8(value)
}

// locale is the variable that says in which encoding text is, and what it says. Both
// are "" if none does. Source: POSIX.1-2017, 8.2: an empty one counts as not set.
func locale() (variable, value string) {
	for _, variable := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := environment(variable); value != "" {
			return variable, value
		}
	}
	return "", ""
}

// isUTF8 says whether a locale is one of UTF-8, however it spells that.
func isUTF8(locale string) bool {
	return strings.Contains(strings.ReplaceAll(strings.ToLower(locale), "-", ""), "utf8")
}

// givesASCII says whether --ascii stands on the command line, be it true or false.
func (a *app) givesASCII() bool { return a.flags.asciiGiven != nil && a.flags.asciiGiven() }

// onlyASCII says whether to draw with ASCII: because a config or flag says so, or the
// terminal has no more and the flag does not say that it has.
func (a *app) onlyASCII(cfg *config.Config) bool {
	return cfg.ASCII || !a.givesASCII() && (dumb() || isTerminal(a.out) && bare())
}

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
	o.Out = a.out
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

// show runs a person's screen until it is left, and remembers it in the named file.
// Where there is nothing to draw on it tells the room in lines.
func (a *app) show(ctx context.Context, v forms, log *ownLog) error {
	if a.plain() {
		return a.tell(ctx, v.plain)
	}
	o := v.screen
	o.Log = log.Lines
	a.recall(&o, v.memory, log)
	var left ui.Memory
	defer func() { keepScreen(o.Keep, left, log) }()
	return a.draw(ctx, log, screen.Options{
		Screen: func(ctx context.Context) (screen.Screen, error) {
			o.Context = ctx
			model, err := ui.New(o)
			if err != nil {
				return nil, err
			}
			return serve.ScreenOf(model), nil
		},
		Part: func(s screen.Screen) { left = serve.ModelOf(s).Remember() },
	})
}
