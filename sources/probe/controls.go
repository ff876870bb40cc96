package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

const (
	// controlTimeout is what a network that works needs at the most, real time.
	controlTimeout = 2 * time.Second
	// controlFresh is how long an answer about our connection is believed, real time:
	// a hundred probes that fail together ask once.
	controlFresh = 5 * time.Second
)

// Controls tell our own connection from the world: when networks that do not depend on
// each other all stop answering together, it is us. Controls that never answered say
// nothing, because a firewall may be in between. Safe for concurrent use.
type Controls struct {
	addresses []string
	names     *nameControl
	turn      chan struct{} // held by whoever asks the networks

	mu       sync.Mutex
	answered bool      // one of them has, some time
	down     bool      // none did when they were asked last
	checked  time.Time // when that was
	last     time.Time // when an endpoint outside answered last
}

// NewControls makes controls of addresses written as host:port, and of names that are looked
// up by a resolver, or the system's for nil; without names no name server is doubted.
func NewControls(addresses, names []string, resolver *net.Resolver) *Controls {
	return &Controls{addresses: addresses, names: newNameControl(names, resolver), turn: make(chan struct{}, 1)}
}

// Down says whether our own connection is down at this moment of real time. It takes two
// seconds at the most, and is false if the context ends first.
func (c *Controls) Down(ctx context.Context) bool {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return false
	}
	c.mu.Lock()
	fresh, down := time.Since(c.checked) < controlFresh, c.down
	c.mu.Unlock()
	if fresh {
		return down
	}
	answered := c.anyAnswers(ctx)
	if !answered && ctx.Err() != nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answered = c.answered || answered
	lately := time.Since(c.last) < controlFresh // what still reaches the world is not cut off from it
	c.down, c.checked = c.answered && !answered && !lately, time.Now()
	return c.down
}

// heard notes that an endpoint outside has answered.
func (c *Controls) heard() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last, c.down = time.Now(), false
}

// reached says whether anything outside was ever reached from here: one of the networks,
// or an endpoint that said so by heard.
func (c *Controls) reached(ctx context.Context) bool {
	_ = c.Down(ctx) // asks, unless it was asked just now
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.answered || !c.last.IsZero()
}

// anyAnswers says whether any of the networks answers. A refusal is an answer too.
func (c *Controls) anyAnswers(ctx context.Context) bool {
	return anyOf(ctx, c.addresses, func(ctx context.Context, address string) bool {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil || errors.Is(err, syscall.ECONNREFUSED)
	})
}

// anyOf asks all at once, for as long as a network that works needs. The first that answers
// is enough.
func anyOf(ctx context.Context, all []string, answers func(ctx context.Context, one string) bool) bool {
	ctx, cancel := context.WithTimeout(ctx, controlTimeout)
	defer cancel()
	said := make(chan bool, len(all))
	for _, one := range all {
		go func() { said <- answers(ctx, one) }()
	}
	heard := false
	for range all {
		if <-said && !heard {
			heard = true
			cancel() // the others need not be waited for
		}
	}
	return heard
}

// Watches look at our own connection, and at our name server if there are names to look up,
// every interval of room time, so that each is known to work before it does not.
func (c *Controls) Watches(interval time.Duration) []sources.Watch {
	if len(c.names.names) == 0 {
		return []sources.Watch{c.watch(interval)}
	}
	return []sources.Watch{c.watch(interval), c.names.watch(interval)}
}

func (c *Controls) watch(interval time.Duration) sources.Watch {
	return sources.Watch{
		Scope: room.Scope{Source: room.ConnectionSource}, Name: room.ConnectionSource,
		Interval: interval, Timeout: controlTimeout + lookGrace,
		Look: func(ctx context.Context, _ sources.Report) error {
			if !c.Down(ctx) {
				return nil
			}
			return &sources.Failure{Trouble: room.Trouble{
				What: "our own connection is down",
				Why:  fmt.Sprintf("none of %s answers, and they do not depend on each other", strings.Join(c.addresses, ", ")),
				Next: "check the network of this machine; until it is back no endpoint is called DOWN",
			}}
		},
	}
}

// unheard says whether a probe failed without a sign of life from the other side, which
// may be our own connection's fault. A refusal, or a name server that says no, is one.
func (f *failure) unheard() bool {
	switch f.class {
	case classTimeout:
		return true
	case classProxy:
		return f.silent
	case classConnect, classICMP: // our own kernel says so too when the way out is gone
		return errors.Is(f.cause, syscall.EHOSTUNREACH)
	case classDNS:
		dns, ok := errors.AsType[*net.DNSError](f.cause)
		return !ok || !dns.IsNotFound
	}
	return false
}

// doubt takes a failure for what it is worth: nothing if our own connection is down, or,
// for the front door of a stranger, if nothing outside was ever reached from here. A
// machine behind a firewall is no outage of AWS.
func (c *Controls) doubt(ctx context.Context, t *target, f *failure) *failure {
	switch {
	case t.spec.Canary && !c.reached(ctx):
		return &failure{
			class: classError, phase: f.phase, reason: "nothing outside was ever reached from here, so this says nothing of AWS",
			next: "let this machine reach it, or write canaries: {off: true}", cause: f.cause,
		}
	case f.unheard() && c.Down(ctx):
		return f.ours()
	case f.class == classDNS && f.phase == phaseResolve:
		return c.names.doubt(ctx, f, t.spec.Canary)
	}
	return f
}

// ours is the failure of a probe that met our own connection being down.
func (f *failure) ours() *failure {
	return &failure{
		class: classError, phase: f.phase, reason: "our own connection is down, so nothing is known of the endpoint",
		next: "check the network of this machine", cause: f.cause,
	}
}
