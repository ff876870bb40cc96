package room

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// shelf keeps records and checkpoints in memory, and says so only when it is told to.
type shelf struct {
	records     []Record
	checkpoints []*Checkpoint
	at          []int // how many records were there at each
}

func (s *shelf) Event(e *Event)     { s.records = append(s.records, Record{Event: e}) }
func (s *shelf) Reading(r *Reading) { s.records = append(s.records, Record{Reading: r}) }
func (s *shelf) Checkpoint(c *Checkpoint) {
	s.checkpoints, s.at = append(s.checkpoints, c), append(s.at, len(s.records))
}

// ticking is a clock that a test moves.
type ticking struct {
	Wall
	now time.Time
}

func (c *ticking) Now() time.Time { return c.now }

// live is a room in which a bad night goes on: looks that fail and come back, alarms
// and probes that turn, people who act, scopes that are no longer watched.
func live(t *testing.T, random *rand.Rand, looks int, each func(r *Room, kept *shelf, now time.Time)) {
	t.Helper()
	clock, kept := &ticking{now: epoch}, new(shelf)
	r := New(Options{Node: "n", Clock: clock, Keeper: kept, OnFlush: true})
	people := []Desk{r.Desk("ana"), r.Desk("bo")}
	for range looks {
		clock.now = clock.now.Add(time.Duration(1+random.IntN(20_000_000)) * time.Microsecond)
		switch random.IntN(13) {
		case 12:
			at := clock.now.Add(-time.Duration(random.IntN(900)) * time.Second).Truncate(time.Minute)
			r.Announce([]Change{{Key: fmt.Sprint("trail/", random.IntN(5)), At: at, By: "CloudTrail", Text: "ana UpdateFunctionCode shop"}})
		case 0:
			r.Retire(func(s *Signal) bool { return random.IntN(4) > 0 }, func(Scope, string) bool { return random.IntN(4) > 0 })
		case 1, 2, 3:
			act(random, r, people[random.IntN(2)])
		default:
			r.Observe(randomLook(random, clock.now))
		}
		r.Kept(Keeping{UpTo: r.number})
		r.Flush()
		each(r, kept, clock.now)
	}
}

func act(random *rand.Rand, r *Room, by Desk) {
	a := Act{Do: []EventType{EventNote, EventMark, EventAck, EventUnack, EventClaim, EventRelease, EventPin, EventUnpin, EventRetract}[random.IntN(9)], Text: fmt.Sprint("words ", random.IntN(99))}
	for range 1 + random.IntN(3) {
		a.Keys = append(a.Keys, fmt.Sprint("k", random.IntN(12)))
	}
	if lines := r.Snapshot().Timeline.Events; len(lines) > 0 {
		a.Of = lines[random.IntN(len(lines))].ID
	}
	desk := by.(desk)
	if random.IntN(6) == 0 {
		_, _, _ = desk.beginUndo()
		return
	}
	_, _ = desk.begin(a)
}

func randomLook(random *rand.Rand, now time.Time) Observation {
	o := Observation{
		Scope: Scope{Source: "s", Region: fmt.Sprint("r", random.IntN(3))}, Watch: fmt.Sprint("w", random.IntN(2)), At: now.Add(-time.Second),
		Begins: random.IntN(5) == 0, Done: random.IntN(4) > 0, Interval: 30 * time.Second, Next: now.Add(30 * time.Second),
	}
	o.Complete = o.Done && random.IntN(3) > 0
	if o.Done && !o.Complete || random.IntN(6) == 0 {
		o.Trouble = &Trouble{What: "w", Why: fmt.Sprint(random.IntN(5)), Next: "n"}
	}
	if random.IntN(4) == 0 {
		o.Begins, o.Done, o.Complete, o.Trouble = true, false, false, nil
		return o
	}
	for i := range 12 {
		if random.IntN(3) == 0 {
			continue
		}
		state := State(random.IntN(4))
		sample := Sample{At: now, Total: time.Duration(random.IntN(1e9)), Text: "x"}
		if random.IntN(2) == 0 {
			sample.Hops = &Hops{{Target: "https://shop.example/", Status: 302, Total: sample.Total / 2, Phases: NoPhases}, {Address: "192.0.2.1:443", Total: sample.Total - sample.Total/2}}
		}
		o.Signals = append(o.Signals, Signal{
			Key: fmt.Sprint("k", i), Kind: Kinds[i%3], Scope: o.Scope, State: state, Word: strings.ToUpper(state.String()), Title: fmt.Sprint("t", i),
			Since: now.Add(-time.Duration(random.IntN(30)) * time.Second), Samples: []Sample{sample},
		})
	}
	return o
}

// everything is all that a viewer can see of a Snapshot.
func everything(s *Snapshot) string {
	out := describe(s)
	for _, kind := range Kinds {
		for _, signal := range s.Of(kind).Signals {
			last, _ := signal.Series.Last()
			out += fmt.Sprintf("%s %v %v\n", signal.Key, slices.Collect(signal.Series.All()), last.Hops.All())
		}
	}
	for _, status := range s.Scopes.List {
		trouble := status.Trouble
		plain := *status
		plain.Trouble = nil
		if !plain.Loading {
			plain.Loaded = 0 // which nobody shows then
		}
		out += fmt.Sprintf("%+v %v\n", plain, trouble)
	}
	return out
}

func TestARoomMadeAgainFromItsLogIsTheSameAtEveryMoment(t *testing.T) {
	for seed := range uint64(6) {
		random := rand.New(rand.NewPCG(seed, 4))
		type frame struct {
			records int
			shown   *Snapshot
			sum     *Checkpoint
			lines   []*Event
		}
		var frames []frame
		var log *shelf
		live(t, random, 300, func(r *Room, kept *shelf, now time.Time) {
			log = kept
			r.mu.Lock()
			defer r.mu.Unlock()
			frames = append(frames, frame{len(kept.records), r.Snapshot(), r.sum(), r.Snapshot().Timeline.Events})
		})
		for range 30 {
			i := random.IntN(len(frames))
			from := frames[random.IntN(i+1)] // any checkpoint before will do
			r := Restore(Options{Node: "n", OnFlush: true}, from.sum, from.lines)
			r.Replay(log.records[from.records:frames[i].records]...)
			r.Flush()
			if got, want := everything(r.Snapshot()), everything(frames[i].shown); got != want {
				t.Fatalf("seed %d: moment %d made again is not the same\n--- live\n%s\n--- again\n%s", seed, i, want, got)
			}
		}
		again := New(Options{Node: "n", OnFlush: true})
		again.Replay(log.records...)
		again.Flush()
		if got, want := everything(again.Snapshot()), everything(frames[len(frames)-1].shown); got != want {
			t.Fatalf("seed %d: made again from the beginning it is not the same\n--- live\n%s\n--- again\n%s", seed, want, got)
		}
		if again.number != frames[len(frames)-1].sum.Number {
			t.Fatalf("the next event would have a number that there is")
		}
	}
}

func TestAnActOfBeforeCanBeTakenBackAfterwards(t *testing.T) {
	before := New(Options{Node: "n", OnFlush: true})
	before.Observe(whole(epoch, alarm("a", Critical, "ALARM", epoch), alarm("b", Critical, "ALARM", epoch)))
	_ = before.Desk("ana").Act(Act{Do: EventAck, Keys: []string{"alarm/a", "alarm/b"}})
	_ = before.Desk("bo").Act(Act{Do: EventNote, Text: "not ana's"})
	r := Restore(Options{Node: "n", OnFlush: true}, before.sum(), nil)
	if what, err := r.Desk("ana").Undo(); err != nil || what != EventAck {
		t.Fatalf("%s %v", what, err)
	}
	r.Flush()
	for _, signal := range r.Snapshot().Of(KindAlarm).Signals {
		if signal.Standing != Unacknowledged {
			t.Errorf("%s is %s", signal.Title, signal.Standing)
		}
	}
	if _, err := r.Desk("ana").Undo(); err == nil {
		t.Error("something was taken back twice")
	}
}

func TestCheckpointsComeAsOftenAsTheyPay(t *testing.T) {
	live(t, rand.New(rand.NewPCG(1, 1)), 1500, func(r *Room, kept *shelf, _ time.Time) {
		since := len(kept.records)
		if n := len(kept.at); n > 0 {
			since -= kept.at[n-1]
		}
		if most := max(checkpointLeast, r.known/4) + 100; since > most {
			t.Fatalf("%d records since the last checkpoint", since)
		}
		if n := len(kept.at); n > 1 && kept.at[n-1]-kept.at[n-2] < checkpointLeast {
			t.Fatalf("a checkpoint after %d records", kept.at[n-1]-kept.at[n-2])
		}
	})
}

func TestAnActReturnsWhenItIsKeptAndNotBefore(t *testing.T) {
	kept := new(shelf)
	r := New(Options{Node: "n", Keeper: kept})
	done := make(chan error, 1)
	go func() { done <- r.Desk("ana").Act(Act{Do: EventNote, Text: "rolling back"}) }()
	bell, leave := r.Join()
	defer leave()
	for len(r.Snapshot().Timeline.Events) == 0 {
		<-bell
	}
	s := r.Snapshot()
	if e := s.Timeline.Events[0]; !s.Pending(e) || s.Keeping.Waiting != 1 {
		t.Fatalf("it is shown as kept: %+v", s.Keeping)
	}
	select {
	case err := <-done:
		t.Fatalf("the act returned before it was kept: %v", err)
	default:
	}
	r.Kept(Keeping{UpTo: 1})
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for s = r.Snapshot(); s.Pending(s.Timeline.Events[0]); s = r.Snapshot() {
		<-bell
	}
}

func TestSinceWhenNothingIsKeptIsRoomTime(t *testing.T) {
	clock := &ticking{now: epoch}
	r := New(Options{Node: "n", Clock: clock, Keeper: new(shelf), OnFlush: true})
	since := func(trouble *Trouble, after time.Duration) time.Time {
		clock.now = epoch.Add(after)
		r.Kept(Keeping{Trouble: trouble})
		r.Flush()
		return r.Snapshot().Keeping.Since
	}
	trouble := &Trouble{Why: "the disk is full"}
	if at := since(trouble, time.Minute); !at.Equal(epoch.Add(time.Minute)) {
		t.Errorf("it begins at %s", at)
	}
	if at := since(trouble, time.Hour); !at.Equal(epoch.Add(time.Minute)) {
		t.Errorf("an hour later it began at %s", at)
	}
	if at := since(nil, 2*time.Hour); !at.IsZero() {
		t.Errorf("it is over, and began at %s", at)
	}
}

func TestAnActThatCannotBeKeptSaysSoAndStands(t *testing.T) {
	r := New(Options{Node: "n", Keeper: new(shelf)})
	trouble := &Trouble{What: "nothing is kept", Why: "the disk is full", Next: "make room"}
	done := make(chan error, 1)
	go func() { done <- r.Desk("ana").Act(Act{Do: EventNote, Text: "one"}) }()
	bell, leave := r.Join()
	defer leave()
	for len(r.Snapshot().Timeline.Events) == 0 {
		<-bell
	}
	r.Kept(Keeping{Trouble: trouble})
	var not *NotKept
	if err := <-done; !errors.As(err, &not) || not.Trouble != trouble {
		t.Fatalf("it waited and was told %v", err)
	}
	if err := r.Desk("ana").Act(Act{Do: EventNote, Text: "two"}); !errors.As(err, &not) {
		t.Fatalf("during the trouble it is told %v", err)
	}
	r.Flush()
	if s := r.Snapshot(); len(s.Timeline.Events) != 2 || s.Keeping.Trouble != trouble || !s.Pending(s.Timeline.Events[1]) {
		t.Fatalf("%d lines, %+v", len(s.Timeline.Events), s.Keeping)
	}
}

func TestWhatIsKeptAtOnceIsNeverShownAsPending(t *testing.T) {
	kept := new(prompt)
	kept.room = New(Options{Node: "n", Keeper: kept})
	bell, leave := kept.room.Join()
	defer leave()
	for i := range 20 {
		if err := kept.room.Desk("ana").Act(Act{Do: EventNote, Text: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
		for s := kept.room.Snapshot(); len(s.Timeline.Events) <= i; s = kept.room.Snapshot() {
			<-bell
		}
		for _, e := range kept.room.Snapshot().Timeline.Events {
			if kept.room.Snapshot().Pending(e) {
				t.Fatalf("%s is shown as pending", e.Text)
			}
		}
	}
}

// prompt keeps every event at once, as a good disk does.
type prompt struct {
	shelf
	room *Room
}

func (p *prompt) Event(e *Event) { go p.room.Kept(Keeping{UpTo: e.ID.Number}) }
