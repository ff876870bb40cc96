package ui

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

// follower reads what Plain writes, a line at a time. It lives in a bubble, whose
// time only moves while everybody waits.
type follower struct {
	t     *testing.T
	lines chan string // closed at the end
	asked int
	ended chan error
	stop  context.CancelFunc
}

func follow(t *testing.T, o PlainOptions) *follower {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	in, out := io.Pipe()
	o.Out = out
	f := &follower{t: t, lines: make(chan string), ended: make(chan error, 1), stop: stop}
	go func() {
		f.ended <- Plain(ctx, o)
		_ = out.Close()
	}()
	go func() {
		defer close(f.lines)
		for scanner := bufio.NewScanner(in); scanner.Scan(); {
			select {
			case f.lines <- scanner.Text():
			case <-ctx.Done():
				_ = in.Close()
			}
		}
	}()
	t.Cleanup(stop)
	return f
}

// next waits for a line, up to an hour of the bubble's time.
func (f *follower) next() string {
	f.t.Helper()
	if f.asked++; f.asked > 100_000 {
		f.t.Fatal("what is waited for is not among a hundred thousand lines")
	}
	select {
	case line, ok := <-f.lines:
		if ok {
			return squeezed(line)
		}
		f.t.Fatal("it ended, and there is no further line")
	case <-time.After(time.Hour):
		f.t.Fatal("for an hour there is no further line")
	}
	return ""
}

// until reads lines up to one with a text in it, that one included.
func (f *follower) until(text string) []string {
	f.t.Helper()
	var all []string
	for {
		all = append(all, f.next())
		if strings.Contains(all[len(all)-1], text) {
			return all
		}
	}
}

func (f *follower) want(lines ...string) {
	f.t.Helper()
	for _, want := range lines {
		if got := f.next(); got != want {
			f.t.Errorf("the line is\n%s\nwant\n%s", got, want)
		}
	}
}

// silent checks that nothing is told for a length of time in the bubble.
func (f *follower) silent(length time.Duration) {
	f.t.Helper()
	select {
	case line := <-f.lines:
		f.t.Errorf("it says %q", line)
	case <-time.After(length):
	}
}

// squeezed leaves two spaces between columns, however wide they are.
func squeezed(line string) string {
	for strings.Contains(line, "   ") {
		line = strings.ReplaceAll(line, "   ", "  ")
	}
	return line
}

// bubble is a room whose time is that of the bubble it is made in: 2000-01-01 at
// midnight. One alarm is watched and is fine.
type bubble struct {
	*room.Room
	clock *standing // of the bubble's beginning, for making signals
	east  room.Scope
}

func newBubble() *bubble {
	b := &bubble{room.New(room.Options{Name: "prod", Node: "test"}), &standing{time.Now().UTC()}, scope("cloudwatch", "prod", "us-east-1")}
	b.alarm("cart", room.OK, "OK")
	return b
}

// alarm shows the room one alarm as it is now.
func (b *bubble) alarm(name string, state room.State, word string) {
	a := alarmIn(b.clock, b.east, name, state, word, 0)
	a.Since, a.Reason = time.Now().UTC(), "because"
	b.look(room.Observation{Signals: []room.Signal{a}})
}

func (b *bubble) look(o room.Observation) {
	if o.Scope == (room.Scope{}) {
		o.Scope, o.Watch = b.east, "a"
	}
	o.At, o.Done = time.Now().UTC(), true
	observed(b.Room, o, 30)
	b.Flush()
}

// watched lets the bubble's scope be looked at for as long as the test lasts.
func (b *bubble) watched(t *testing.T) {
	go func() {
		for {
			select {
			case <-time.After(10 * time.Second):
				b.look(room.Observation{})
			case <-t.Context().Done():
				return
			}
		}
	}()
}

// calmLine is the summary of a bubble in which nothing is the matter.
const calmLine = "room  CALM  prod  -  nothing is critical; watched: 1 alarm in 1 scope; oldest data "

// stopped is a room whose time stands still, as in a paused drill.
type stopped struct {
	room.Reader
	at time.Time
}

func (s stopped) Now() time.Time { return s.at }
