package cli

import (
	"context"
	"sync"
	"sync/atomic"

	"warroom/internal/config"
	"warroom/ui"
)

// intake takes in configs that have changed, whoever has read them: the one that
// watches the file, a person who asks for it, or one who has changed a probe. Safe for
// concurrent use.
type intake struct {
	app    *app
	crew   *crew
	world  world // as it is probed
	groups func(*config.Config) []group
	look   atomic.Pointer[ui.Look] // of the newest that was taken; nil before there is one

	asked   atomic.Bool    // somebody waits for everything to be found out anew
	turn    sync.Mutex     // held while one is taken, so that a look never goes with the watches of another
	current *config.Config // the one in force
}

// take goes over to the next config, or tells why it cannot be read. It waits until
// the watches are known, and for those that are taken in at the same time.
func (i *intake) take(ctx context.Context, next *config.Config, err error) {
	i.turn.Lock()
	defer i.turn.Unlock()
	if err == nil && next.Outdated() { // a probe was changed while this one waited for its turn
		if next, err = config.Load(next.File(), i.app.allowed()); err == nil {
			err = i.app.override(next)
		}
	}
	var worn *ui.Look
	if err == nil {
		worn, err = i.app.lookOf(next)
	}
	if err == nil {
		i.current = next
		i.look.Store(worn)
		i.crew.exchange(ctx, i.groups(next))
	}
	i.crew.tellConfig(err)
}

// notice takes in what the file was found to hold, unless it was this program that has
// written it.
func (i *intake) notice(ctx context.Context, next *config.Config, err error) {
	if err == nil {
		i.turn.Lock()
		known := next.Same(i.current)
		i.turn.Unlock()
		if known { // also if it was told in the meantime what is wrong with it
			i.crew.tellConfig(nil)
			return
		}
	}
	i.take(ctx, next, err)
}

// again finds out anew what the config in force watches. Those who ask while somebody
// waits for it wait for the same. It does not wait.
func (i *intake) again(ctx context.Context) {
	if !i.asked.CompareAndSwap(false, true) {
		return
	}
	go func() {
		i.turn.Lock()
		defer i.turn.Unlock()
		i.asked.Store(false)
		if ctx.Err() == nil {
			i.crew.exchange(ctx, i.groups(i.current))
		}
	}()
}
