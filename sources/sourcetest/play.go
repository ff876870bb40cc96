package sourcetest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"warroom/internal/failuremodes"
	"warroom/internal/room"
	"warroom/sources"
)

// Hand is a clock that a test sets. Nobody sleeps by it. Safe for concurrent use.
type Hand struct {
	mu  sync.Mutex
	now time.Time
}

// NewHand is a clock that stands at a time.
func NewHand(now time.Time) *Hand { return &Hand{now: now} }

// Now implements room.Clock.
func (h *Hand) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// Sleep implements room.Clock.
func (h *Hand) Sleep(ctx context.Context, _ time.Time) error { return ctx.Err() }

// Pass lets time pass.
func (h *Hand) Pass(length time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(length)
}

// Fault is one fault, to be played to a watch for a row of docs/failure-modes.md.
type Fault struct {
	Name      string
	Watch     sources.Watch
	Clock     *Hand         // of the watch
	Breaks    func()        // after a look that went well; nil if nothing was well before
	Heals     func()        // mends all of it
	Meanwhile string        // the fallback taken; Stands bears it out
	Over      string        // in words of its own, if that is not with the next look
	Within    time.Duration // until the source asks again; 0 for the interval of the watch
	Hosts     []string      // what to write for hosts of the test: old, new …
	Log       *bytes.Buffer // of the source, which alone says it; nil if the screen does

	// Stands holds what the room shows meanwhile against Meanwhile. Nil wants all that was
	// there before.
	Stands func(*room.Snapshot) error
}

// Play plays good, broken and healed to a watch in a room of its own, and gives what the
// room showed as the row of that fault: the sentence, the age, and when it was over.
func Play(t *testing.T, f Fault) failuremodes.Row {
	t.Helper()
	p := &play{Fault: f, t: t, room: room.New(room.Options{Name: "test", Clock: f.Clock})}
	row := failuremodes.Row{Fault: f.Name, Meanwhile: f.Meanwhile, Over: f.Over}
	if f.Breaks != nil {
		if status := p.look(); status.Trouble != nil {
			t.Fatalf("before anything is broken: %s", status.Trouble)
		}
		f.Breaks()
	}
	before, keys := p.status(), keysOf(p.room.Snapshot())
	f.Clock.Pass(f.Watch.Interval)
	broken := p.look()
	row.Age = p.age(before, broken)
	row.Says = p.says(broken)
	if f.Stands == nil {
		f.Stands = func(now *room.Snapshot) error {
			if got := keysOf(now); got != keys {
				return fmt.Errorf("the room has\n%s\nand had\n%s", got, keys)
			}
			return nil
		}
	}
	if err := f.Stands(p.room.Snapshot()); err != nil {
		t.Errorf("%q is not so: %v", f.Meanwhile, err)
	}
	f.Heals()
	f.Clock.Pass(max(f.Within, f.Watch.Interval))
	if healed := p.look(); healed.Trouble != nil || !healed.Seen.Equal(f.Clock.Now()) {
		t.Errorf("after it has healed: %v, seen at %s, and it is %s", healed.Trouble, healed.Seen, f.Clock.Now())
	}
	if row.Over == "" {
		row.Over = failuremodes.NextLook
	}
	return row
}

// play is a fault that is being played.
type play struct {
	Fault
	t    *testing.T
	room *room.Room
}

// status is what the room knows of the watch's scope.
func (p *play) status() *room.ScopeStatus {
	if status := p.room.Snapshot().Scope(p.Watch.Scope); status != nil {
		return status
	}
	return new(room.ScopeStatus)
}

func (p *play) look() *room.ScopeStatus {
	sources.NewRunner(p.Clock, p.room, slog.New(slog.DiscardHandler)).Once(p.t.Context(), []sources.Watch{p.Watch})
	p.room.Flush()
	return p.status()
}

// says is what the screen says of a fault; one that only the log has is looked at two more
// times, since it must not be there again.
func (p *play) says(status *room.ScopeStatus) string {
	p.t.Helper()
	switch {
	case status.Trouble == nil && p.Log != nil:
		for range 2 {
			p.Clock.Pass(max(p.Within, p.Watch.Interval))
			p.look()
		}
		if lines := strings.Count(p.Log.String(), "\n"); lines != 1 {
			p.t.Errorf("the log has %d lines:\n%s", lines, p.Log)
		}
		return failuremodes.Logged
	case status.Trouble == nil:
		return failuremodes.Nothing
	}
	for _, problem := range examineText("the trouble", status.Trouble.String()) {
		p.t.Error(problem)
	}
	return strings.NewReplacer(p.Hosts...).Replace(status.Trouble.String())
}

// age is how old what is shown is while something is broken.
func (p *play) age(before, broken *room.ScopeStatus) string {
	p.t.Helper()
	switch {
	case broken.Seen.IsZero():
		return failuremodes.AgeNever
	case broken.Seen.Equal(p.Clock.Now()):
		return failuremodes.AgeFresh
	case !broken.Seen.Equal(before.Seen):
		p.t.Errorf("seen at %s; the last good look was at %s", broken.Seen, before.Seen)
	}
	return failuremodes.AgeCounts
}

// keysOf is every signal of a room, a line each.
func keysOf(now *room.Snapshot) string {
	var keys strings.Builder
	for _, kind := range room.Kinds {
		for _, signal := range now.Of(kind).Signals {
			fmt.Fprintln(&keys, signal.Key, signal.Word)
		}
	}
	return keys.String()
}
