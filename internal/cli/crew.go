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
)

// group is watches that are found out together: the endpoints of the config, or
// one AWS account, for which AWS may have to be asked first.
type group func(ctx context.Context) []sources.Watch

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
}

// start begins to look. Each group runs by itself, so that an account which is
// slow to say its number keeps nobody waiting.
func (c *crew) start(ctx context.Context, groups []group) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, c.cancel = context.WithCancel(ctx)
	c.runs, c.done = nil, new(sync.WaitGroup)
	for _, watches := range groups {
		runner := sources.NewRunner(c.clock, c.room, c.log)
		c.runs = append(c.runs, runner)
		c.done.Go(func() { runner.Run(ctx, watches(ctx)) })
	}
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

// exchange goes over to other watches. The old ones look on until the new ones are
// known; what nobody watches any more is taken away.
func (c *crew) exchange(ctx context.Context, groups []group) {
	c.turn.Lock()
	defer c.turn.Unlock()
	all := gather(ctx, groups)
	scopes, keys := map[room.Scope]bool{configScope: true}, map[string]bool{}
	for _, w := range all {
		scopes[w.Scope], keys[w.Name] = true, true
	}
	c.stop()
	c.room.Retire(func(s *room.Signal) bool {
		return scopes[s.Scope] && (s.Kind != room.KindProbe || keys[s.Key])
	}, func(s room.Scope, watch string) bool { return scopes[s] && (s == configScope || keys[watch]) })
	c.charts.Retire(func(s room.Scope) bool { return scopes[s] })
	c.start(ctx, []group{func(context.Context) []sources.Watch { return all }})
}

// gather finds out the watches of all groups at once: eight accounts that are slow
// to say their number take no longer than one.
func gather(ctx context.Context, groups []group) []sources.Watch {
	found := make([][]sources.Watch, len(groups))
	var all sync.WaitGroup
	for i, watches := range groups {
		all.Go(func() { found[i] = watches(ctx) })
	}
	all.Wait()
	return slices.Concat(found...)
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
