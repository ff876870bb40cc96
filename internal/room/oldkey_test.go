package room

import (
	"math/rand/v2"
	"testing"
	"time"
)

// before is a row of an earlier version: of one account, or of the public feed.
func before(in Scope, key string, state State, word string) *Signal {
	s := version(in, 1, state, word, "Bad.")
	s.Key = key
	return &s
}

// ofBefore is what a journal of an earlier version has: two accounts and the feed tell of an
// event, and people acted on one row of it.
func ofBefore(kept *shelf) *Room {
	clock := &ticking{now: epoch.Add(time.Hour)}
	r := New(Options{Node: "n", Clock: clock, Keeper: kept, OnFlush: true})
	rowA := "health/prod/" + outage
	for _, e := range []Event{
		{Type: EventSignal, Signal: before(accountA, rowA, Critical, "OPEN"), WasNew: true, Raises: true},
		{Type: EventSignal, Signal: before(accountB, "health/"+accountB.Account+"/"+outage, Critical, "OPEN"), WasNew: true, Raises: true},
		{Type: EventSignal, Signal: before(publicFeed, "feed/"+outage, Warning, "OPEN"), WasNew: true, Raises: true},
		{Type: EventAck, Key: rowA, Actor: "ana"},
		{Type: EventClaim, Key: rowA, Actor: "ana"},
		{Type: EventNote, Key: rowA, Actor: "ana", Text: "We fail over."},
	} {
		clock.now = clock.now.Add(time.Second)
		r.record(e)
	}
	return r
}

func TestWhatPeopleDidInEarlierVersionsIsFoundAgain(t *testing.T) {
	kept := new(shelf)
	ofBefore(kept)
	for name, again := range map[string]*Room{
		"replayed": New(Options{Node: "n", OnFlush: true}),
		"restored": Restore(Options{Node: "n", OnFlush: true}, oldFacts(kept), linesOf(kept)),
	} {
		if name == "replayed" {
			again.Replay(kept.records...)
		}
		for range 2 {
			s, _ := row(t, again)
			if s.Key != HealthKey(outage) || s.Standing != Acknowledged || s.Claim == nil {
				t.Errorf("%s: the row is %s, %s, claimed by %v", name, s.Key, s.Standing, s.Claim)
			}
			pass(again, accountA, epoch.Add(2*time.Hour), version(accountA, 1, Critical, "OPEN", "Bad."))
		}
		notes := 0
		for _, e := range again.Snapshot().Timeline.Events {
			if e.Type == EventNote && e.Key == HealthKey(outage) {
				notes++
			}
		}
		if notes != 1 {
			t.Errorf("%s: the row has %d notes", name, notes)
		}
		if _, _, err := again.Desk("ana").(desk).beginUndo(); err != nil {
			t.Errorf("%s: what was done then cannot be taken back: %v", name, err)
		}
	}
}

func TestEventsOfEarlierVersionsFoldTheSameInAnyOrder(t *testing.T) {
	kept := new(shelf)
	ofBefore(kept)
	s, _ := row(t, func() *Room { r := New(Options{OnFlush: true}); r.Replay(kept.records...); return r }())
	for range 20 {
		rand.Shuffle(len(kept.records), func(i, j int) { kept.records[i], kept.records[j] = kept.records[j], kept.records[i] })
		foldsTheSame(t, kept, s)
	}
}

func TestThatOneRowOfAnEarlierVersionWasGoneTakesNothingFromTheOthers(t *testing.T) {
	rowA, rowB, rowF := "health/prod/"+outage, "health/"+accountB.Account+"/"+outage, "feed/"+outage
	open := func(in Scope, key string) Event {
		return Event{Type: EventSignal, Signal: before(in, key, Critical, "OPEN"), WasNew: true, Raises: true}
	}
	closed := func(in Scope, key string) Event {
		return Event{Type: EventSignal, Signal: before(in, key, OK, "CLOSED"), Was: Critical, WasTo: "OPEN"}
	}
	gone := func(in Scope, key string) Event {
		return Event{Type: EventSignal, Signal: before(in, key, Critical, "OPEN"), Gone: true}
	}
	ack := Event{Type: EventAck, Key: rowA, Actor: "ana"}
	for _, c := range []struct {
		name     string
		events   []Event
		rows     int
		word     string
		standing Standing
	}{
		{"the feed is switched off", []Event{open(accountA, rowA), open(publicFeed, rowF), ack, gone(publicFeed, rowF)}, 1, "OPEN", Acknowledged},
		{"the feed says that it is over", []Event{open(accountA, rowA), open(publicFeed, rowF), ack, closed(publicFeed, rowF)}, 1, "OPEN", Acknowledged},
		{"another account came later", []Event{open(accountA, rowA), ack, open(accountB, rowB), gone(publicFeed, rowF)}, 1, "OPEN", Unacknowledged},
		{"all are over, and one is still shown", []Event{open(accountA, rowA), open(publicFeed, rowF), closed(accountA, rowA), gone(publicFeed, rowF)}, 1, "CLOSED", Cleared},
		{"all are gone", []Event{open(accountA, rowA), open(publicFeed, rowF), ack, gone(accountA, rowA), gone(publicFeed, rowF)}, 0, "", Normal},
		{"the row of today is gone", []Event{open(accountA, rowA), open(publicFeed, rowF), ack, gone(publicFeed, rowF), gone(accountA, HealthKey(outage))}, 0, "", Normal},
		{"the row of today says that it is over", []Event{open(accountA, rowA), open(publicFeed, rowF), ack, gone(publicFeed, rowF), closed(accountA, HealthKey(outage))}, 1, "CLOSED", Normal},
	} {
		clock, kept := &ticking{now: epoch.Add(time.Hour)}, new(shelf)
		r := New(Options{Node: "n", Clock: clock, Keeper: kept, OnFlush: true})
		for _, e := range c.events {
			clock.now = clock.now.Add(time.Second)
			r.record(e)
		}
		replayed := New(Options{Node: "n", OnFlush: true})
		replayed.Replay(kept.records...)
		for name, again := range map[string]*Room{
			"live": r, "replayed": replayed,
			"restored":       Restore(Options{Node: "n", OnFlush: true}, oldFacts(kept), linesOf(kept)),
			"restored twice": Restore(Options{Node: "n", OnFlush: true}, replayed.sum(), linesOf(kept)),
		} {
			again.Flush()
			list := again.Snapshot().Of(KindHealth).Signals
			if len(list) != c.rows || len(list) > 0 && (list[0].Word != c.word || list[0].Standing != c.standing) {
				t.Errorf("%s, %s: there are %d rows, %+v", c.name, name, len(list), list)
			}
		}
		r.Flush()
		if list := r.Snapshot().Of(KindHealth).Signals; len(list) == 1 {
			for range 10 {
				foldsTheSame(t, kept, list[0])
				rand.Shuffle(len(kept.records), func(i, j int) { kept.records[i], kept.records[j] = kept.records[j], kept.records[i] })
			}
		}
		if c.standing != Acknowledged {
			continue
		}
		number := replayed.number
		pass(replayed, accountA, epoch.Add(2*time.Hour), version(accountA, 1, Critical, "OPEN", "Bad."))
		if s, _ := row(t, replayed); s.Standing != Acknowledged {
			t.Errorf("%s: after a look it is %s, and %d events are new", c.name, s.Standing, replayed.number-number)
		}
	}
}

// oldFacts is a checkpoint as the version that wrote these records made it: by its own keys.
func oldFacts(kept *shelf) *Checkpoint {
	c := new(Checkpoint)
	facts := map[string]*Fact{}
	for _, record := range kept.records {
		e := record.Event
		if e == nil {
			continue
		}
		key := e.Key
		if e.Signal != nil {
			key = e.Signal.Key
		}
		f := facts[key]
		if f == nil {
			f = &Fact{Key: key}
			facts[key] = f
		}
		switch e.Type {
		case EventSignal:
			f.Stamp, f.Signal = e.Stamp, e.Signal
			if e.Raises {
				f.Raised = e.Stamp
			}
			if e.Gone || e.Signal.State == OK {
				f.Cleared = e.Stamp
			}
			if e.Gone {
				f.Signal, f.Gone = nil, e.At
			}
		case EventAck:
			f.Ack = e
		case EventClaim:
			f.Claim = e
		}
		if e.Act() {
			c.Acts = append(c.Acts, *e)
		}
		c.Number, c.Stamp = e.ID.Number, e.Stamp
	}
	for _, f := range facts {
		c.Facts = append(c.Facts, *f)
	}
	c.Folded = []Folded{{Node: "n", UpTo: c.Number}}
	return c
}

// linesOf are the lines of the timeline among records.
func linesOf(kept *shelf) (all []*Event) {
	for _, record := range kept.records {
		if record.Event != nil && record.Event.Worth() {
			all = append(all, record.Event)
		}
	}
	return all
}

func TestKeysThatAreOfTodayStay(t *testing.T) {
	for _, key := range []string{"alarm/prod/us-east-1/a", "probe/checkout", "feed/announcement", "feed/ec2-us-east-1/2025-10-20T07:11:25Z", HealthKey(outage), "health/1"} {
		if got := keyOfToday(key); got != key {
			t.Errorf("%s becomes %s", key, got)
		}
	}
}

// TestWhenARowWithoutAnARNWasGoneIsKnownBesideRowsOfEarlierVersions: no late message revives it.
func TestWhenARowWithoutAnARNWasGoneIsKnownBesideRowsOfEarlierVersions(t *testing.T) {
	at := func(minute int) time.Time { return epoch.Add(time.Duration(minute) * time.Minute) }
	events := []Event{
		{At: at(1), Signal: before(accountA, "health/prod/"+outage, Critical, "OPEN"), Raises: true},
		{At: at(2), Signal: before(accountA, "health/prod/"+outage, Critical, "OPEN"), Gone: true},
		{At: at(9), Signal: before(publicFeed, "feed/ec2-us-east-1/2025", Critical, "OPEN"), Gone: true},
		{At: at(5), Signal: before(publicFeed, "feed/"+outage, Critical, "OPEN"), Gone: true},
	}
	for i := range events {
		e := &events[i]
		e.Type, e.ID, e.Stamp = EventSignal, EventID{"n", uint64(i + 1)}, Stamp{Wall: e.At.UnixMicro(), Count: uint32(i), Node: "n"}
	}
	for range 20 {
		rand.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		r := New(Options{Node: "n", OnFlush: true})
		r.Apply(events...)
		for name, r := range map[string]*Room{"folded": r, "restored": Restore(Options{Node: "n", OnFlush: true}, r.sum(), nil)} {
			if known := r.truth.signals[HealthKey(outage)]; known.there() || !known.seldom().gone.Equal(at(9)) {
				t.Fatalf("%s in another order it was gone at %s", name, known.seldom().gone)
			}
		}
	}
}
