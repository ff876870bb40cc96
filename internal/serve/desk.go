package serve

import (
	"context"
	"errors"
	"sync"
	"time"

	"warroom/internal/clean"
	"warroom/internal/room"
)

// Acts that one person may do at once, and how soon there is one more. Nobody who reads
// what is on the screen is faster.
const (
	actsBurst = 10
	actsRate  = time.Second
)

// desk is a guest's Desk: every act is written to the audit log, and nobody floods the
// room.
type desk struct {
	room.Desk
	guest *Guest
	rate  *rate
}

// desk makes the guest's Desk, or nil if the role allows none.
func (g *Guest) desk() room.Desk {
	inner := g.server.options.Room.DeskOf(g.Person())
	if inner == nil {
		return nil
	}
	return &desk{inner, g, newRate(actsBurst, actsRate)}
}

// Desk is the guest's, for commands; nil if the role allows none.
func (g *Guest) Desk() room.Desk { return g.desk() }

var errTooMany = errors.New("these are many acts at once; wait a few seconds and go on")

// Act implements room.Desk.
func (d *desk) Act(a room.Act) error {
	if !d.rate.now(1) {
		return errTooMany
	}
	err := d.Desk.Act(a)
	entry := []any{"act", string(a.Do), "signals", a.Keys, "text", clean.Line(a.Text, textRunes)}
	if a.Of != (room.EventID{}) {
		entry = append(entry, "line", a.Of.String())
	}
	d.guest.audit("act", append(entry, outcome(err)...)...)
	return err
}

// Undo implements room.Desk.
func (d *desk) Undo() (room.EventType, error) {
	if !d.rate.now(1) {
		return "", errTooMany
	}
	what, err := d.Desk.Undo()
	d.guest.audit("act", append([]any{"act", "undo", "of", string(what)}, outcome(err)...)...)
	return what, err
}

func outcome(err error) []any {
	if err == nil {
		return []any{"outcome", "done"}
	}
	return []any{"outcome", clean.Line(err.Error(), textRunes)}
}

// Input that one terminal may send: a paste of some pages at once, then faster than
// anybody types.
const (
	inputBurst = 32 << 10
	inputRate  = time.Second / 4096 // a byte
)

// rate is a token bucket, in real time. Safe for concurrent use.
type rate struct {
	burst int
	each  time.Duration
	mu    sync.Mutex
	full  time.Time // when all that was taken is given back
}

func newRate(burst int, each time.Duration) *rate { return &rate{burst: burst, each: each} }

// reserve takes n and says how long to wait before they are there.
func (r *rate) reserve(n int) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if r.full.Before(now) {
		r.full = now
	}
	r.full = r.full.Add(time.Duration(n) * r.each)
	return r.full.Sub(now) - time.Duration(r.burst)*r.each
}

// now takes n if they are there.
func (r *rate) now(n int) bool {
	if wait := r.reserve(n); wait > 0 {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.full = r.full.Add(-time.Duration(n) * r.each)
		return false
	}
	return true
}

// take takes n, and waits until they are there.
func (r *rate) take(ctx context.Context, n int) error {
	wait := r.reserve(n)
	if wait <= 0 {
		return nil
	}
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
