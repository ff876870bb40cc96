package cli

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/ui"
)

// runLive is `warroom`: the screen on the user's own AWS and probes.
func (a *app) runLive(ctx context.Context) error {
	cfg, path, err := a.loadConfig()
	if err != nil {
		return err
	}
	if err := a.needTerminal(); err != nil {
		return err
	}
	log, err := a.openLog()
	if err != nil {
		return err
	}
	defer log.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	clock := room.Wall{}
	r := room.New(room.Options{Name: cfg.Room, Clock: clock})
	c := &crew{room: r, clock: clock, log: log.Logger}
	var look atomic.Pointer[ui.Look]
	take := func(next *config.Config, err error) {
		if err == nil {
			look.Store(lookOf(next))
			c.exchange(ctx, a.groups(next, world{clock: clock}))
		}
		c.tellConfig(err)
	}
	options := ui.Options{
		Context: ctx, Room: r, Desk: r.Desk(actor()), Look: *lookOf(cfg), NewLook: look.Load,
		Refresh: c.again, Reload: a.reload(path, take), Log: log.Lines,
	}
	a.recall(&options, liveMemory, log)
	screen, err := ui.New(options)
	if err != nil {
		return err
	}
	defer leaveScreen(screen, log)
	c.start(ctx, a.groups(cfg, world{clock: clock}))
	defer c.leave()
	go func() {
		if err := config.Watch(ctx, cfg, allowed(), func(next *config.Config, err error) {
			if err == nil {
				err = a.override(next)
			}
			take(next, err)
		}); err != nil {
			log.Warn("the config is not watched for changes", "why", err)
		}
	}()
	return a.show(ctx, screen)
}

// lookOf is what a config says of the screen.
func lookOf(cfg *config.Config) *ui.Look {
	from, to := cfg.Attention.QuietHours()
	return &ui.Look{
		Theme: cfg.Theme, ASCII: cfg.ASCII, Keys: cfg.Keys,
		Attention: ui.Attention{Silent: !cfg.Attention.Bell, Notices: cfg.Attention.Notice, Quiet: ui.Hours{From: from, To: to}},
	}
}

// reload reads the config again when it is asked for by name. Without a path it looks
// for a file first, since there may be one by now.
func (a *app) reload(path string, take func(*config.Config, error)) func() error {
	return func() error {
		found, err := path, error(nil)
		if found == "" {
			found, err = config.Find("")
		}
		if err != nil {
			return errors.New(inOneLine(err))
		}
		if found == "" {
			return fmt.Errorf("there is no %s here, nor for this user; `warroom config init` writes a first one", config.FileName)
		}
		cfg, err := config.Load(found, allowed())
		if err != nil {
			return errors.New(inOneLine(err))
		}
		if err := a.override(cfg); err != nil {
			return err
		}
		go take(cfg, nil) // asking AWS who we are may take a moment, and the screen must not wait
		return nil
	}
}

// actor is the name under which this terminal's acts are recorded.
func actor() string {
	if name := environment("USER"); name != "" {
		return name
	}
	return "local"
}
