package cli

import (
	"context"
	"errors"
	"fmt"
	"os/user"
	"time"

	"warroom/internal/config"
	"warroom/internal/journal"
	"warroom/internal/room"
	"warroom/sources/awsclient"
	"warroom/sources/awspush"
	"warroom/sources/cloudwatch"
	"warroom/ui"
)

// forms is a room in every form in which it can be shown.
type forms struct {
	kept   *kept
	screen ui.Options
	plain  ui.PlainOptions
	guests ui.ProbeDesk // changes probes for people who join; nil where nobody can
	memory string       // the file of the state directory in which is remembered how a screen was left
}

// shown shows a room until it is left.
type shown func(ctx context.Context, v forms, log *ownLog) error

// runLive is `warroom`: a screen on the user's own AWS and probes.
func (a *app) runLive(ctx context.Context, show shown) error {
	cfg, path, err := a.loadConfig()
	if err != nil {
		return err
	}
	log, err := a.openLog()
	if err != nil {
		return err
	}
	defer log.Close()
	first, err := a.lookOf(cfg)
	if err != nil {
		return err
	}
	a.themes.tell(log.Logger, first.Themes)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	clock := room.Wall{}
	k := a.openRoom(ctx, journal.Options{Room: cfg.Room, Log: log.Logger}, clock)
	defer k.close()
	if k.readOnly != "" {
		return a.watchAnother(ctx, cfg, first, k, show, log)
	}
	watched := world{
		clock: clock, room: k.room, charts: cloudwatch.NewCharts(clock), calls: awsclient.NewCalls(clock),
		controls: new(heldControls), listed: new(heldRosters), sessions: new(awsclient.Sessions), announce: k.room.Announce,
	}
	watched.network.Known = leftWith(k.room)
	c := &crew{room: k.room, clock: clock, log: log.Logger, charts: watched.charts}
	watched.hearing, watched.log = hearing{room: k.room, nudge: c.nudge, wait: awspush.LongPoll}, log.Logger
	in := &intake{app: a, crew: c, world: watched, current: cfg, groups: func(cfg *config.Config) []group { return a.groups(cfg, watched) }}
	watched.follow = c.follow
	watched.anew = func() { in.again(ctx) }
	take := func(next *config.Config, err error) { in.take(ctx, next, err) }
	c.start(ctx, a.groups(cfg, watched))
	defer c.leave()
	go func() {
		if err := config.Watch(ctx, cfg, a.allowed(), func(next *config.Config, err error) {
			if err == nil {
				err = a.override(next)
			}
			in.notice(ctx, next, err)
		}); err != nil {
			log.Warn("the config is not watched for changes", "why", err)
		}
	}()
	return show(ctx, forms{kept: k, memory: liveMemory, guests: in.probeDesk(false),
		plain: ui.PlainOptions{Room: k.room, NoJournal: k.unkept, ASCII: a.onlyASCII(cfg), Wait: foundWithin},
		screen: ui.Options{
			Context: ctx, Room: k.room, Desk: k.desk(), History: k.history, NoJournal: k.unkept, Look: *first, NewLook: in.look.Load,
			Refresh: c.again, Reload: a.reload(path, take), Probe: in.probeDesk(true), Charts: newSharedCharts(k.charts(watched.charts), clock),
			Calls: watched.callCounts,
		}}, log)
}

// watchAnother shows the room that another process keeps. Nothing is looked at twice:
// that one watches the world.
func (a *app) watchAnother(ctx context.Context, cfg *config.Config, look *ui.Look, k *kept, show shown, log *ownLog) error {
	return show(ctx, forms{
		kept: k, memory: liveMemory, plain: ui.PlainOptions{Room: k.room, ASCII: a.onlyASCII(cfg)},
		screen: ui.Options{Context: ctx, Room: k.room, History: k.history, Look: *look, ReadOnly: k.readOnly},
	}, log)
}

// foundWithin is the real time after which the room knows what is watched: AWS has
// said who we are by then, or is not going to.
const foundWithin = accountTimeout + time.Second

// lookOf is what a config says of the screen. The error is about the theme.
func (a *app) lookOf(cfg *config.Config) (*ui.Look, error) {
	library, err := a.themes.with(cfg.Theme)
	if err != nil {
		return nil, err
	}
	from, to := cfg.Attention.QuietHours()
	services := make(map[string]ui.Service, len(cfg.Services))
	for _, s := range cfg.Services {
		services[s.Name] = ui.Service{Owner: s.Owner, Contact: s.Contact, Runbook: s.Runbook}
	}
	return &ui.Look{
		Theme: cfg.Theme, Themes: library, ASCII: a.onlyASCII(cfg), Keys: cfg.Keys, Services: services,
		Attention: ui.Attention{Silent: !cfg.Attention.Bell, Notices: cfg.Attention.Notice, Quiet: ui.Hours{From: from, To: to}},
	}, nil
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
		cfg, err := config.Load(found, a.allowed())
		if err != nil {
			return errors.New(inOneLine(err))
		}
		if err := a.override(cfg); err != nil {
			return err
		}
		if _, err := a.lookOf(cfg); err != nil {
			return errors.New(inOneLine(err))
		}
		go take(cfg, nil) // asking AWS who we are may take a moment, and the screen must not wait
		return nil
	}
}

// actor is the name under which this terminal's acts are recorded: also in a cron job or a
// container, which set no USER.
func actor() string {
	if name := environment("USER"); name != "" {
		return name
	}
	if who, err := user.Current(); err == nil && who.Username != "" {
		return who.Username
	}
	return "local"
}
