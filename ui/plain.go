package ui

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"warroom/internal/room"
	"warroom/internal/triage"
)

const (
	// plainTick is how often, in real time, the plain form looks at the clock. It is
	// also how long a scope must have stood still before it is called stale, because
	// two intervals of a fast drill can be shorter than one look.
	plainTick = time.Second
	// firstLookWithin is how long, in real time, the first summary waits for looks
	// that do not come back: as long as one pass over everything may take.
	firstLookWithin = 20 * time.Second
	// heartbeat is the room time between two summaries, on the quarters of an hour: a
	// log that is silent for longer is a dead one, and a night makes some fifty lines.
	heartbeat = 15 * time.Minute
)

// PlainOptions are what the plain form of a room needs. Only Room and Out must be given.
type PlainOptions struct {
	Room  room.Reader
	Drill room.Drill // nil unless this is a drill
	// Replay is what is played again; nil unless something is.
	Replay *Replay
	// NoJournal is why nothing of this room is kept; "" if it is, or if it is nobody's business.
	NoJournal string
	Wait      time.Duration // real time before the first summary, in which the room may still learn what is watched
	ASCII     bool          // no byte beyond ASCII
	Out       io.Writer     // takes whole lines, one or more a Write
}

// Plain tells a room in lines of text, for a pipe, a log, a screen reader or a
// terminal that cannot draw: first how it stands, then a line for each event.
//
//	2026-03-14T14:03:20Z  room    LOOKING   prod  -  looking at everything for the first time
//	14:03:22Z  alarm   ALARM     checkout-5xx  us-east-1  since 13:22:22Z (41m); Threshold Crossed
//	14:03:22Z  room    TROUBLE   prod  -  critical: 1 alarm; watched: 305 alarms, 24 probes in 7 scopes
//	14:05:10Z  probe   DOWN      checkout  us-east-1  was UP; expected status 200..299, got 503
//
// A line is time, kind, state, title, region and reason, two or more spaces between
// each two and no two within one; what is absent is "-". It begins with DRILL in a
// drill, and with REPLAY in a replay. Times are UTC, of the newest date before them. Nothing but newlines steers
// a terminal.
//
// It returns nil at the end of a drill or a replay, the context's error when that ends, or the
// error of a Write. A Write that hangs holds up nobody but this reader; it is left
// behind when the context ends.
func Plain(ctx context.Context, o PlainOptions) error {
	return newTeller(o).tellOn(ctx)
}

// tellOn tells what happens until there is no more to tell.
func (t *teller) tellOn(ctx context.Context) error {
	bell, leave := t.Room.Join()
	defer leave()
	tick := time.NewTicker(plainTick)
	defer tick.Stop()
	for {
		if err := t.flush(ctx); err != nil || t.finished {
			return err
		}
		select {
		case <-bell:
			t.look()
		case <-tick.C:
			t.look()
			t.tick()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// teller is what one plain reader has been told of a room, and what it is to be told
// next.
type teller struct {
	PlainOptions
	began    time.Time // real time
	shown    *room.Snapshot
	now      time.Time // room time
	accounts int       // how many the scopes of shown belong to
	out      ledger

	opened   bool
	told     map[room.EventID]struct{}
	total    int // Timeline.Total of what was told
	beat     time.Time
	still    map[room.Scope]time.Time // what was last seen of a scope that seems stale
	stale    map[room.Scope]bool      // told so
	blind    map[room.Scope]bool      // told that CloudWatch is
	played   played
	unkept   bool   // told that what happens is not on disk
	over     uint64 // the Snapshot at which the story was first found to be over
	finished bool
}

func newTeller(o PlainOptions) *teller {
	t := &teller{
		PlainOptions: o, began: time.Now(), played: playing(o.Drill, o.Replay),
		told: map[room.EventID]struct{}{}, still: map[room.Scope]time.Time{}, stale: map[room.Scope]bool{},
	}
	t.out = newLedger(t.played.word, o.ASCII)
	t.take()
	for _, e := range t.shown.Timeline.Events { // what was before this reader came is not news
		t.told[e.ID] = struct{}{}
	}
	t.total = t.shown.Timeline.Total
	if t.ready() {
		t.open()
		return t
	}
	reason := "looking at everything for the first time; all times are UTC"
	if o.Drill != nil {
		reason = fmt.Sprintf("a simulated outage, %.0f times as fast as real time; %s", o.Drill.Speed(), reason)
	}
	t.say("LOOKING", reason)
	return t
}

// take takes in the newest Snapshot.
func (t *teller) take() {
	t.shown, t.now = t.Room.Snapshot(), t.Room.Now()
	t.accounts = accounts(t.shown.Scopes.List)
}

// look tells what has happened since the last time.
func (t *teller) look() {
	t.take()
	t.tellKeeping()
	switch {
	case t.opened:
		t.tellNews(func(*room.Event) bool { return true })
	case t.ready():
		t.open()
	}
}

// ready says whether the first look at everything is over.
func (t *teller) ready() bool {
	waited := time.Since(t.began)
	if waited >= firstLookWithin {
		return true
	}
	return waited >= t.Wait && len(t.shown.Scopes.List) > 0 && !t.unanswered()
}

// unanswered says whether a first look has not come back.
func (t *teller) unanswered() bool {
	return slices.ContainsFunc(t.shown.Scopes.List, func(s *room.ScopeStatus) bool { return s.Waiting > 0 })
}

// open tells how the room stands. What happened during the first look comes before
// that, unless it is what stands.
func (t *teller) open() {
	t.opened, t.beat = true, t.now
	t.tellKeeping()
	bad := map[string]*room.Signal{}
	for _, s := range t.standing() {
		bad[s.Key] = s
	}
	t.tellNews(func(e *room.Event) bool {
		switch e.Type {
		case room.EventSignal:
			s := bad[e.Signal.Key]
			stands := s != nil && s.State == e.Signal.State && s.Word == e.Signal.Word && s.Since.Equal(e.Signal.Since)
			return e.Gone || !stands && turned(e)
		case room.EventScope:
			status := t.shown.Scope(e.Scope)
			return status == nil || status.Trouble == nil || e.Trouble == nil || !status.Changed.Equal(e.At)
		}
		return true
	})
	for _, signal := range t.standing() {
		t.tellSignal(signal)
	}
	for _, status := range t.shown.Scopes.List {
		t.tellScope(status)
	}
	t.summary(t.unanswered())
}

// standing is what is bad or cannot be judged, worst first within its kind. An alarm
// without data is an everyday thing and only counted.
func (t *teller) standing() []*room.Signal {
	var bad []*room.Signal
	for _, kind := range room.Kinds {
		for _, signal := range t.shown.Of(kind).Signals { // sorted by urgency
			if signal.State == room.OK || kind == room.KindAlarm && signal.State == room.Unknown {
				break
			}
			bad = append(bad, signal)
		}
	}
	return bad
}

// tellNews tells the events that have not been told, in the order in which they
// happened, if they are wanted. Each is told once, however late it is put in its
// place; those that the timeline has let go of meanwhile are counted.
func (t *teller) tellNews(wanted func(*room.Event) bool) {
	line := t.shown.Timeline
	due := line.Total - t.total
	var fresh []*room.Event
	for i := len(line.Events) - 1; i >= 0 && len(fresh) < due; i-- {
		e := line.Events[i]
		if _, told := t.told[e.ID]; !told {
			t.told[e.ID] = struct{}{}
			fresh = append(fresh, e)
		}
	}
	t.total = line.Total
	if missed := due - len(fresh); missed > 0 {
		t.say("MISSED", plural(missed, "line")+" left out: more happened than was taken off here in time, and only the newest of it is kept")
	}
	for _, e := range slices.Backward(fresh) {
		if wanted(e) {
			t.tellEvent(e)
		}
	}
	t.forget()
}

// forget lets go of what the timeline has let go of, now and then.
func (t *teller) forget() {
	events := t.shown.Timeline.Events
	if len(t.told) <= 2*len(events) {
		return
	}
	clear(t.told)
	for _, e := range events {
		t.told[e.ID] = struct{}{}
	}
}

// tick tells what time alone brings about: staleness, the heartbeat, the end of a
// drill. While a drill is paused room time stands still, and so does all of this.
func (t *teller) tick() {
	if !t.opened {
		return
	}
	t.tellStale()
	t.tellBlind()
	switch {
	case t.played.on() && t.played.Over():
		// The last looks may still be under way; when a whole tick has brought
		// nothing new they have come back.
		if t.finished = t.over == t.shown.Version; t.finished {
			t.say("OVER", t.played.ending()+"; "+t.tally(triage.Condition(t.shown, t.now)))
		}
		t.over = t.shown.Version
	case t.now.Truncate(heartbeat).After(t.beat):
		t.beat = t.now
		t.summary(false)
	}
}

// flush writes what is to be told.
func (t *teller) flush(ctx context.Context) error {
	text := t.out.take()
	if len(text) == 0 {
		return ctx.Err()
	}
	done := make(chan error, 1)
	go func() {
		_, err := t.Out.Write(text)
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
