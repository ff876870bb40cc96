package room

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

var queue = Scope{Source: "push", Region: "us-west-2"}

// turn is a message about an alarm that changes its state some minutes after the epoch.
func turn(name string, minute int, from, to State) Message {
	words := map[State]string{OK: "OK", Critical: "ALARM", Unknown: "NO DATA"}
	at := epoch.Add(time.Duration(minute) * time.Minute)
	s := alarm(name, to, words[to], at)
	s.Detail = &AlarmDetail{ARN: "arn:" + name}
	return Message{Signal: s, At: at, Was: from, WasTo: words[from]}
}

// post is a message about a Health event that began at the epoch.
func post(name string, minute int, state State, word, text string, entities ...Entity) Message {
	at := epoch.Add(time.Duration(minute) * time.Minute)
	s := Signal{Key: "health/" + name, Kind: KindHealth, Scope: Scope{Source: "health"}, State: state, Word: word, Title: name, Reason: text, Since: epoch}
	detail := &HealthDetail{ARN: name, Start: epoch, Updated: at, Updates: []Update{{At: at, Text: text}}, Entities: entities}
	m := Message{At: at}
	if state == OK {
		s.Since, detail.End = at, at
		m.Was, m.WasTo = Critical, "OPEN"
	}
	s.Detail = detail
	m.Signal = s
	return m
}

// bulletin is what a queue brings in over some hours of an outage, in the order of the world.
func bulletin(random *rand.Rand) []Message {
	var all []Message
	for i := range 6 {
		state, minute := OK, random.IntN(50)
		for range 1 + random.IntN(9) {
			next := []State{OK, Critical, Unknown}[random.IntN(3)]
			if next == state {
				continue
			}
			all = append(all, turn(fmt.Sprint("a", i), minute, state, next))
			state, minute = next, minute+1+random.IntN(40)
		}
		if random.IntN(3) == 0 {
			gone := turn(fmt.Sprint("a", i), minute, state, state)
			gone.Gone = true
			all = append(all, gone)
		}
	}
	for i := range 3 {
		name, minute := fmt.Sprint("h", i), 1
		for range 1 + random.IntN(5) {
			all = append(all, post(name, minute, Critical, "OPEN", fmt.Sprint("text ", minute), Entity{Value: fmt.Sprint("i-", random.IntN(3)), Status: "IMPAIRED"}))
			minute += 1 + random.IntN(30)
		}
		if random.IntN(2) == 0 {
			all = append(all, post(name, minute, OK, "CLOSED", "over"))
		}
	}
	return all
}

// heardRoom is what a room tells once it has heard everything: how each signal stands, and
// the turns of the alarms.
func heardRoom(r *Room) string {
	r.Flush()
	out := ""
	s := r.Snapshot()
	for _, kind := range []Kind{KindAlarm, KindHealth} {
		signals := slices.SortedFunc(slices.Values(s.Of(kind).Signals), func(a, b *Signal) int { return strings.Compare(a.Key, b.Key) })
		for _, signal := range signals { // whose order says who has looked at what was over
			out += fmt.Sprintf("%s %s %s %s\n", signal.Key, signal.State, signal.Word, signal.Since)
			if d, ok := signal.Detail.(*HealthDetail); ok {
				out += fmt.Sprint("  ", d.End, d.Updated, d.Updates, d.Entities, "\n")
			}
		}
	}
	var turns []string
	for _, e := range s.Timeline.Events {
		if e.Signal.Kind == KindAlarm && !e.Gone {
			turns = append(turns, fmt.Sprintf("%s %s %s→%s\n", e.At, e.Signal.Key, e.WasTo, e.Signal.Word))
		}
	}
	slices.Sort(turns) // of two alarms that turned at the same moment neither is the first
	return out + strings.Join(turns, "")
}

func TestMessagesGiveTheSameRoomInWhateverOrderTheyComeAndHoweverOften(t *testing.T) {
	clock := &ticking{now: epoch.Add(12 * time.Hour)}
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 7))
		inOrder := bulletin(random)
		want := ""
		for try := range 4 {
			r := New(Options{Clock: clock, OnFlush: true})
			messages := slices.Clone(inOrder)
			if try > 0 {
				for range len(messages) / 2 {
					messages = append(messages, inOrder[random.IntN(len(inOrder))])
				}
				random.Shuffle(len(messages), func(i, j int) { messages[i], messages[j] = messages[j], messages[i] })
			}
			for len(messages) > 0 {
				n := min(len(messages), 1+random.IntN(12))
				_ = r.Hear(queue, messages[:n])
				messages = messages[n:]
				if random.IntN(3) == 0 {
					r.Flush()
				}
			}
			got := heardRoom(r)
			if try == 0 {
				want = got
			} else if got != want {
				t.Fatalf("seed %d, try %d: the room is\n%s\nwant\n%s", seed, try, got, want)
			}
		}
	}
}

func TestWhatWasHeardAndIsHeardAgainAfterARestartRecordsNothing(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 8))
		clock, kept := &ticking{now: epoch.Add(12 * time.Hour)}, new(shelf)
		messages := bulletin(random)
		r := New(Options{Node: "n", Clock: clock, Keeper: kept, OnFlush: true})
		_ = r.Hear(queue, messages)
		before := r.number
		again := Restore(Options{Node: "n", Clock: clock, Keeper: new(shelf), OnFlush: true}, r.sum(), lines(r))
		random.Shuffle(len(messages), func(i, j int) { messages[i], messages[j] = messages[j], messages[i] })
		for _, m := range messages {
			_ = again.Hear(queue, []Message{m})
		}
		if again.number != before {
			t.Fatalf("seed %d: %d events were recorded again", seed, again.number-before)
		}
	}
}

// lines is a room's timeline.
func lines(r *Room) []*Event {
	r.Flush()
	return slices.Clone(r.Snapshot().Timeline.Events)
}

func TestALookThatKnowsSomethingNewerStandsAgainstALateMessage(t *testing.T) {
	clock := &ticking{now: epoch.Add(5 * time.Hour)}
	r := New(Options{Clock: clock, OnFlush: true})
	r.Observe(whole(clock.now, alarm("a", OK, "OK", epoch.Add(4*time.Hour))))
	_ = r.Hear(queue, []Message{turn("a", 60, OK, Critical)})
	r.Flush()
	s := r.Snapshot()
	if got := titles(s, KindAlarm); got != "a OK" || s.Of(KindAlarm).Signals[0].Standing != Normal {
		t.Errorf("the alarm is %q, %s", got, s.Of(KindAlarm).Signals[0].Standing)
	}
	if events := s.Timeline.Events; len(events) != 1 || !events[0].Past || events[0].Raises || !events[0].At.Equal(epoch.Add(time.Hour)) {
		t.Errorf("the timeline is %+v, want one line at the message's own time", events)
	}
}

func TestALookThatLagsTakesBackNoMessageAndNoSignalThatIsNew(t *testing.T) {
	clock := &ticking{now: epoch.Add(2 * time.Minute)}
	r := New(Options{Clock: clock, OnFlush: true})
	r.Observe(whole(clock.now, alarm("a", OK, "OK", epoch)))
	_ = r.Hear(queue, []Message{turn("a", 1, OK, Critical), turn("b", 1, OK, Critical)})
	r.Observe(whole(clock.now.Add(time.Second), alarm("a", OK, "OK", epoch)))
	r.Flush()
	if got := titles(r.Snapshot(), KindAlarm); got != "a ALARM, b ALARM" {
		t.Errorf("just after the messages a look that lags makes %q", got)
	}
	r.Observe(whole(clock.now.Add(heardHolds), alarm("a", OK, "OK", epoch)))
	r.Flush()
	if got := titles(r.Snapshot(), KindAlarm); got != "a ALARM" {
		t.Errorf("later a look that still lags is not believed, and the alarms are %q", got)
	}
	newer := alarm("a", OK, "OK", epoch)
	newer.Lasted = time.Minute
	r.Observe(whole(clock.now.Add(heardHolds), newer))
	r.Flush()
	if got := titles(r.Snapshot(), KindAlarm); got != "a OK" {
		t.Errorf("a look that is as new as the message is believed, and the alarms are %q", got)
	}
}

func TestAMessageAndALookAtTheSameTurnAreOneLine(t *testing.T) {
	for _, heardFirst := range []bool{true, false} {
		clock := &ticking{now: epoch.Add(2 * time.Minute)}
		r := New(Options{Clock: clock, OnFlush: true})
		r.Observe(whole(epoch, alarm("a", OK, "OK", epoch)))
		hear := func() { _ = r.Hear(queue, []Message{turn("a", 1, OK, Critical)}) }
		look := func() {
			seen := alarm("a", Critical, "ALARM", epoch.Add(time.Minute))
			seen.Detail = &AlarmDetail{ARN: "arn:a", Judging: &Judging{Metric: "Latency"}}
			r.Observe(whole(clock.now, seen))
		}
		if heardFirst {
			hear()
			look()
		} else {
			look()
			hear()
		}
		r.Flush()
		s := r.Snapshot()
		if len(s.Timeline.Events) != 1 || titles(s, KindAlarm) != "a ALARM" {
			t.Errorf("heard first %t: %d lines, %s", heardFirst, len(s.Timeline.Events), titles(s, KindAlarm))
		}
		if d := s.Of(KindAlarm).Signals[0].Detail.(*AlarmDetail); d.Metric != "Latency" {
			t.Errorf("heard first %t: the rule that the look has shown is lost: %+v", heardFirst, d)
		}
	}
}

func TestALookLosesNoTextThatAMessageBrought(t *testing.T) {
	clock := &ticking{now: epoch.Add(time.Hour)}
	r := New(Options{Clock: clock, OnFlush: true})
	_ = r.Hear(queue, []Message{post("h", 10, Critical, "OPEN", "first", Entity{Value: "i-1", Status: "IMPAIRED"}), post("h", 20, Critical, "OPEN", "second")})
	seen := post("h", 20, Critical, "OPEN", "second").Signal
	r.Observe(Observation{Scope: seen.Scope, Watch: "w", At: clock.now, Signals: []Signal{seen}, Done: true, Complete: true})
	r.Flush()
	d := r.Snapshot().Of(KindHealth).Signals[0].Detail.(*HealthDetail)
	if len(d.Updates) != 2 || d.Updates[0].Text != "second" || len(d.Entities) != 1 {
		t.Errorf("texts %v, resources %v", d.Updates, d.Entities)
	}
	var told []string
	for _, e := range r.Snapshot().Timeline.Events {
		told = append(told, e.At.Format("15:04 ")+e.Signal.Reason)
	}
	if got := strings.Join(told, ", "); got != "06:40 second, 06:50 first" {
		t.Errorf("the timeline is %q", got)
	}
}

func TestWhatIsGoneIsNotBroughtBackByAnOlderMessage(t *testing.T) {
	clock := &ticking{now: epoch.Add(time.Hour)}
	r := New(Options{Clock: clock, OnFlush: true})
	r.Observe(whole(epoch.Add(30*time.Minute), alarm("a", OK, "OK", epoch)))
	r.Observe(whole(epoch.Add(40 * time.Minute)))
	_ = r.Hear(queue, []Message{turn("a", 35, OK, Critical)})
	r.Flush()
	if got := titles(r.Snapshot(), KindAlarm); got != "" {
		t.Errorf("after an older message there is %q", got)
	}
	_ = r.Hear(queue, []Message{turn("a", 45, OK, Critical)})
	r.Flush()
	if got := titles(r.Snapshot(), KindAlarm); got != "a ALARM" {
		t.Errorf("after a newer message there is %q", got)
	}
}

func TestWhatWasHeldUpForHoursIsLateAndWhatComesAtOnceIsNot(t *testing.T) {
	clock := &ticking{now: epoch.Add(3 * time.Hour)}
	r := New(Options{Clock: clock, OnFlush: true})
	_ = r.Hear(queue, []Message{turn("late", 1, OK, Critical), turn("prompt", 179, OK, Critical), post("old", 175, Critical, "OPEN", "first word")})
	r.Flush()
	for _, kind := range []Kind{KindAlarm, KindHealth} {
		for _, s := range r.Snapshot().Of(kind).Signals {
			if s.Late() != (s.Title == "late") || s.Standing != Unacknowledged {
				t.Errorf("%s: late %t, %s", s.Title, s.Late(), s.Standing)
			}
		}
	}
}

func TestATroubleThatIsOverWhenItIsHeardIsNeverShown(t *testing.T) {
	clock := &ticking{now: epoch.Add(3 * time.Hour)}
	r := New(Options{Clock: clock, OnFlush: true})
	_ = r.Hear(queue, []Message{turn("a", 1, OK, Critical), turn("a", 9, Critical, OK)})
	r.Flush()
	s := r.Snapshot()
	if a := s.Of(KindAlarm).Signals[0]; a.State != OK || a.Standing != Normal {
		t.Errorf("the alarm is %s, %s", a.Word, a.Standing)
	}
	if len(s.Timeline.Events) != 2 {
		t.Errorf("%d lines, want its beginning and its end", len(s.Timeline.Events))
	}
}

func TestWhoHearsIsToldWhenItIsKept(t *testing.T) {
	clock, kept := &ticking{now: epoch.Add(time.Hour)}, new(shelf)
	m := []Message{turn("a", 1, OK, Critical)}
	if err := New(Options{Clock: clock}).Hear(queue, m)(t.Context()); !errors.Is(err, ErrNoKeeper) {
		t.Errorf("a room without a keeper says %v", err)
	}
	r := New(Options{Node: "n", Clock: clock, Keeper: kept, OnFlush: true})
	wait := r.Hear(queue, m)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := wait(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("before it is kept whoever stops waiting is told %v", err)
	}
	again := r.Hear(queue, m) // heard twice: it is kept when the first is
	if err := New(Options{Clock: clock}).Unkept(); !errors.Is(err, ErrNoKeeper) || r.Unkept() != nil {
		t.Errorf("without a keeper it is unkept for %v, and with one for %v", err, r.Unkept())
	}
	r.Kept(Keeping{UpTo: r.number - 1, Trouble: &Trouble{What: "w", Why: "the disk is full", Next: "n"}})
	var not *NotKept
	if err := r.Unkept(); !errors.As(err, &not) {
		t.Errorf("with a disk that is full it is unkept for %v", err)
	}
	if err := again(t.Context()); !errors.As(err, &not) {
		t.Errorf("a disk that is full says %v", err)
	}
	r.Kept(Keeping{UpTo: r.number})
	if err := r.Hear(queue, m)(t.Context()); err != nil {
		t.Errorf("what is kept already is %v", err)
	}
}

func TestAScopeSaysWhenAMessageCameLast(t *testing.T) {
	clock, kept := &ticking{now: epoch}, new(shelf)
	r := New(Options{Node: "n", Clock: clock, Keeper: kept, OnFlush: true})
	r.Observe(Observation{Scope: queue, Watch: "q", At: epoch, Begins: true, Interval: time.Minute})
	clock.now = epoch.Add(10 * time.Minute)
	_ = r.Hear(queue, []Message{turn("a", 9, OK, Critical)})
	r.Flush()
	if status := r.Snapshot().Scope(queue); !status.Heard.Equal(clock.now) {
		t.Errorf("the last message is said to have come at %s", status.Heard)
	}
	again := New(Options{Node: "n", Clock: clock, OnFlush: true})
	again.Replay(kept.records...)
	again.Flush()
	if status := again.Snapshot().Scope(queue); status == nil || !status.Heard.Equal(clock.now) {
		t.Errorf("after a replay it is %+v", status)
	}
}

func TestWhatWasHeardIsFreshForAWhileAlsoWhereLooksFail(t *testing.T) {
	clock := &ticking{now: epoch.Add(time.Hour)}
	r := New(Options{Clock: clock, OnFlush: true})
	r.Observe(whole(epoch, alarm("a", OK, "OK", epoch), alarm("b", OK, "OK", epoch)))
	_ = r.Hear(queue, []Message{turn("a", 59, OK, Critical)})
	r.Flush()
	s := r.Snapshot()
	a, b := s.Of(KindAlarm).Signals[0], s.Of(KindAlarm).Signals[1]
	if s.Visibility(a, clock.now) != Fresh || s.Visibility(b, clock.now) != Lost {
		t.Errorf("what was just heard is %s, and what was not %s", s.Visibility(a, clock.now), s.Visibility(b, clock.now))
	}
	if later := s.Visibility(a, clock.now.Add(2*time.Minute)); later != Stale {
		t.Errorf("two minutes on it is %s, though nobody has looked", later)
	}
}
