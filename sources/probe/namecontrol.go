package probe

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

// nameControl tells our own name server from the world: when names of companies that do not
// depend on each other all stop being found together, it is our name server. Names that were
// never found say nothing of an endpoint of one's own, because many networks know only
// names of their own. Safe for concurrent use.
type nameControl struct {
	names    []string
	resolver *net.Resolver
	turn     chan struct{} // held by whoever asks

	mu      sync.Mutex
	found   bool      // one of them was, some time
	lost    bool      // none was when they were asked last
	checked time.Time // when that was, real time
}

func newNameControl(names []string, resolver *net.Resolver) *nameControl {
	if resolver == nil {
		resolver = new(net.Resolver)
	}
	return &nameControl{names: names, resolver: resolver, turn: make(chan struct{}, 1)}
}

// ask says whether no name can be found at this moment of real time, and whether one ever
// could. It takes two seconds at the most; if the context ends first nothing is lost.
func (n *nameControl) ask(ctx context.Context) (lost, found bool) {
	select {
	case n.turn <- struct{}{}:
		defer func() { <-n.turn }()
	case <-ctx.Done():
		return false, false
	}
	n.mu.Lock()
	fresh := time.Since(n.checked) < controlFresh
	lost, found = n.lost, n.found
	n.mu.Unlock()
	if fresh || len(n.names) == 0 {
		return lost, found
	}
	one := n.anyFound(ctx)
	if !one && ctx.Err() != nil {
		return false, found
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.found, n.lost, n.checked = n.found || one, !one, time.Now()
	return n.lost, n.found
}

// anyFound says whether any of the names is found.
func (n *nameControl) anyFound(ctx context.Context) bool {
	return anyOf(ctx, n.names, func(ctx context.Context, name string) bool {
		addresses, err := n.resolver.LookupNetIP(ctx, "ip4", name)
		return err == nil && len(addresses) > 0
	})
}

// watch looks whether names can be found every interval of room time, so that it is known
// that they can before they cannot.
func (n *nameControl) watch(interval time.Duration) sources.Watch {
	return sources.Watch{
		Scope: room.Scope{Source: room.NameSource}, Name: room.NameSource, Interval: interval, Timeout: controlTimeout + lookGrace,
		Look: func(ctx context.Context, _ sources.Report) error {
			if lost, found := n.ask(ctx); !lost || !found {
				return nil
			}
			return &sources.Failure{Trouble: room.Trouble{
				What: "our own name server finds no name",
				Why:  fmt.Sprintf("none of %s is found, and they do not depend on each other", strings.Join(n.names, ", ")),
				Next: "check the name server of this machine; until it is back no endpoint is called DOWN because its name is not found",
			}}
		},
	}
}

// doubt takes a failure to find a name for what it is worth: nothing while no name is found
// at all. Of the front door of a stranger it says nothing either as long as none ever was.
func (n *nameControl) doubt(ctx context.Context, f *failure, stranger bool) *failure {
	lost, found := n.ask(ctx)
	if !lost || !found && !stranger {
		return f
	}
	return &failure{
		class: classError, phase: f.phase, reason: "our own name server finds no name at all, so nothing is known of the endpoint",
		next: "check the name server of this machine", cause: f.cause,
	}
}
