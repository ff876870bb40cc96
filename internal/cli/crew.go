package cli

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/cloudwatch"
	"warroom/sources/groups"
)

// group is watches that are found out together: the endpoints of the config, or
// one AWS account, for which AWS may have to be asked first. Unsure are the sources of
// which a group cannot say yet what they look at, or under which name: AWS has not said
// whose an account is, or which there are.
type group func(ctx context.Context) (watches []sources.Watch, unsure []string)

// crew looks at the world for one room. Its watches can be exchanged while the
// room goes on. Safe for concurrent use; only stop and exchange wait for looks.
type crew struct {
	room   *room.Room
	clock  room.Clock
	log    *slog.Logger
	charts *cloudwatch.Charts // of the alarms that are watched

	turn sync.Mutex // held while one crew gives way to the next

	mu     sync.Mutex // guards what follows, never held while waiting
	cancel context.CancelFunc
	done   *sync.WaitGroup
	runs   []*sources.Runner
	found  *findings // what runs look at, and will
}

// start begins to look. Each group runs by itself, so that an account which is slow to
// say its number keeps nobody waiting. When all are found out, what the room was left
// with and nobody watches any more is taken away.
func (c *crew) start(ctx context.Context, groups []group) {
	all := &findings{missing: len(groups)}
	for i, find := range groups {
		groups[i] = func(ctx context.Context) ([]sources.Watch, []string) {
			watches, unsure := find(ctx)
			watches, last := all.add(watches, unsure)
			if last && ctx.Err() == nil {
				c.retire(all, false)
			}
			return watches, unsure
		}
	}
	c.run(ctx, groups, all)
}

// run looks at what the groups find, each by itself.
func (c *crew) run(ctx context.Context, groups []group, all *findings) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, c.cancel = context.WithCancel(ctx)
	c.runs, c.done, c.found = nil, new(sync.WaitGroup), all
	for _, find := range groups {
		runner := sources.NewRunner(c.clock, c.room, c.log)
		c.runs = append(c.runs, runner)
		c.done.Go(func() {
			watches, _ := find(ctx)
			c.hand(runner, watches, all)
			runner.Run(ctx, nil)
		})
	}
}

// hand gives a runner what was found. A probe that is changed or removed meanwhile is not
// among it: swap has told the runner already, or waits and tells it afterwards.
func (c *crew) hand(runner *sources.Runner, watches []sources.Watch, all *findings) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range all.still(watches) {
		runner.Add(w)
	}
}

// retire takes away what nobody watches: of a room that was left earlier, or after the
// config has changed. As long as AWS does not say whose an account is, its last good
// data goes by a name that nothing found now has, and is left; but not of a source of
// which every group is sure, or that was turned off.
func (c *crew) retire(all *findings, keepConfig bool) {
	watches, doubts := all.now()
	scopes, keys := map[room.Scope]bool{configScope: keepConfig}, map[string]bool{}
	for _, w := range watches {
		scopes[w.Scope], keys[w.Name] = true, true
	}
	unsure := func(s room.Scope) bool { return slices.Contains(doubts, s.Source) }
	c.room.Retire(func(s *room.Signal) bool {
		return unsure(s.Scope) || scopes[s.Scope] && (s.Kind != room.KindProbe || keys[watchOf(s)])
	}, func(s room.Scope, watch string) bool {
		return unsure(s) || scopes[s] && (s == configScope || keys[watch])
	})
	c.charts.Retire(func(s room.Scope) bool { return unsure(s) || scopes[s] })
}

// watchOf is the name of the watch that sees a probe or a group: the key of the probe, also
// for a signal that is one of its addresses.
func watchOf(s *room.Signal) string {
	detail, isProbe := s.Detail.(*room.ProbeDetail)
	switch {
	case s.Kind == room.KindGroup:
		return groups.WatchName
	case isProbe && detail.Part != "":
		return detail.Part
	}
	return s.Key
}

// stop ends all looking and waits until it has ended.
func (c *crew) stop() {
	c.mu.Lock()
	cancel, done := c.cancel, c.done
	c.runs = nil
	c.mu.Unlock()
	if cancel != nil {
		cancel()
		done.Wait()
	}
}

// again looks at everything now. It does not wait.
func (c *crew) again() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, runner := range c.runs {
		runner.Again()
	}
}

// nudge looks at one scope now, if anybody does. It does not wait.
func (c *crew) nudge(scope room.Scope) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, runner := range c.runs {
		runner.Nudge(scope.String())
	}
}

// exchange goes over to other watches. The old ones look on until the new ones are
// known; what nobody watches any more is taken away.
func (c *crew) exchange(ctx context.Context, groups []group) {
	c.turn.Lock()
	defer c.turn.Unlock()
	all := gather(ctx, groups)
	c.stop()
	c.retire(all, true)
	c.run(ctx, []group{func(context.Context) ([]sources.Watch, []string) { return all.now() }}, all)
}

// gather finds out the watches of all groups at once: eight accounts that are slow
// to say their number take no longer than one.
func gather(ctx context.Context, groups []group) *findings {
	found, unsure := make([][]sources.Watch, len(groups)), make([][]string, len(groups))
	var all sync.WaitGroup
	for i, find := range groups {
		all.Go(func() { found[i], unsure[i] = find(ctx) })
	}
	all.Wait()
	return &findings{watches: slices.Concat(found...), unsure: slices.Concat(unsure...)}
}

// follow goes over to the accounts that an organization has now: what is gone is taken
// away, what came is looked at, and all else looks on. Settled are sources of which the
// organization is sure by now.
func (c *crew) follow(gone, came []sources.Watch, settled []string) {
	var names []string
	left := map[room.Scope]bool{}
	for _, w := range gone {
		names = append(names, w.Name)
		left[w.Scope] = true
	}
	c.swap(names, came)
	c.mu.Lock()
	found := c.found
	c.mu.Unlock()
	watches, _ := found.now()
	for _, w := range watches {
		delete(left, w.Scope)
	}
	keep := func(s room.Scope) bool { return !left[s] }
	c.room.Retire(func(s *room.Signal) bool { return keep(s.Scope) }, func(s room.Scope, _ string) bool { return keep(s) })
	c.charts.Retire(keep)
	if complete := found.settle(settled); complete && len(settled) > 0 {
		c.retire(found, true)
	}
}

// configScope is where trouble with the config file is told.
var configScope = room.Scope{Source: "config"}

// tellConfig puts the outcome of reading the config into the room. The config that
// was good before stays in force.
func (c *crew) tellConfig(err error) {
	o := room.Observation{Scope: configScope, Watch: "config", At: c.clock.Now(), Done: true, Complete: true}
	if err != nil {
		c.log.Warn("the changed config was not taken", "why", inOneLine(err))
		o.Trouble = &room.Trouble{What: "the changed config was not taken, the one before stays in force", Why: inOneLine(err), Next: "mend the file and save it"}
	}
	c.room.Observe(o)
}

// inOneLine is what is wrong with a config, for a line of the screen.
func inOneLine(err error) string {
	var problems config.Problems
	if errors.As(err, &problems) {
		return problems.Summary()
	}
	return err.Error()
}

// stopWithin bounds how long leaving the program may take for looks under way.
const stopWithin = 500 * time.Millisecond

// leave stops looking without keeping a person who quits waiting for a hung call.
func (c *crew) leave() {
	stopped := make(chan struct{})
	go func() {
		c.stop()
		close(stopped)
	}()
	select {
	case <-stopped:
	case <-time.After(stopWithin):
	}
}
