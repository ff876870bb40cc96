package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/muesli/cancelreader"
	"golang.org/x/term"

	"warroom/internal/screen"
)

// framePace is the least time between two frames: sixty a second are as many as a screen
// shows. Nothing is written, and nothing wakes, while nothing changes.
const framePace = time.Second / 60

// draw shows a screen on this process's terminal until it is left. The terminal is
// restored whatever happens.
func (a *app) draw(ctx context.Context, log *ownLog, o screen.Options) error {
	in, out := a.in.(*os.File), a.out.(*os.File)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	keys, err := cancelreader.NewReader(in)
	if err != nil {
		return &exit{exitCannot, fmt.Errorf("the keyboard cannot be read: %w; start this in another terminal", reason(err))}
	}
	defer keys.Close()
	raw, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return &exit{exitCannot, fmt.Errorf("this terminal cannot be drawn on: %w; start it in another one, or with --plain", err)}
	}
	defer func() { _ = term.Restore(int(in.Fd()), raw) }()
	defer keys.Cancel()
	sizes := make(chan tea.WindowSizeMsg, 1)
	defer resized(out, sizes)()
	o.Alone, o.In, o.Out, o.Size, o.Sizes, o.Pace = true, keys, out, sizeOf(out), sizes, framePace
	o.Environ, o.Profile = os.Environ(), colorprofile.Detect(out, os.Environ())
	// Any value of NO_COLOR counts: https://no-color.org. The VT100 and its kin have no colours.
	if environment("NO_COLOR") != "" || strings.HasPrefix(environment("TERM"), "vt") {
		o.Profile = colorprofile.ASCII
	}
	var house screen.House
	last, err := house.Show(ctx, o)
	if last != nil {
		_ = last.Close()
	}
	return drawn(err, log)
}

// drawn is how drawing has ended.
func drawn(err error, log *ownLog) error {
	var broken *screen.Broken
	switch {
	case err == nil:
		return nil
	case errors.As(err, &broken):
		log.Error("the screen broke", "cause", broken.Cause, "stack", broken.Stack)
		return &exit{exitCannot, errors.New("the screen broke on a defect of its own; the terminal is restored. Start again with --log FILE, and report what is written there")}
	case errors.Is(err, context.Canceled), errors.Is(err, screen.ErrHungUp):
		return &exit{status: exitInterrupted}
	}
	return &exit{exitCannot, fmt.Errorf("the screen could not be kept up: %w", reason(err))}
}

// sizeOf is how large a terminal is; one that does not say has the size of old.
func sizeOf(out *os.File) tea.WindowSizeMsg {
	width, height, err := term.GetSize(int(out.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		width, height = 80, 24
	}
	return tea.WindowSizeMsg{Width: width, Height: height}
}
