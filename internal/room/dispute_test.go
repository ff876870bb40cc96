package room

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// shown is an alarm as a look shows it: in a state since one minute, and by the world's
// clock still so at another.
func shown(state State, word string, since, still int) Signal {
	s := alarm("a", state, word, epoch.Add(time.Duration(since)*time.Minute))
	s.Lasted = time.Duration(still-since) * time.Minute
	s.Detail = &AlarmDetail{ARN: "arn:a", Judging: &Judging{Metric: "Latency"}}
	return s
}

// only is the one alarm of a room.
func only(t *testing.T, r *Room) (*Signal, *AlarmDetail) {
	t.Helper()
	r.Flush()
	list := r.Snapshot().Of(KindAlarm).Signals
	if len(list) != 1 {
		t.Fatalf("%d alarms", len(list))
	}
	return list[0], list[0].Detail.(*AlarmDetail)
}

func TestWhatAMessageToldHoldsUntilALookIsAsNewHoweverLongThatTakes(t *testing.T) {
	clock, kept := &ticking{now: epoch.Add(2 * time.Minute)}, new(shelf)
	r := New(Options{Node: "n", Clock: clock, Keeper: kept, OnFlush: true})
	r.Observe(whole(epoch, shown(OK, "OK", -60, -60)))
	_ = r.Hear(queue, []Message{turn("a", 1, OK, Critical)})
	for hour := range 5 {
		lagging := shown(OK, "OK", -60, 0)
		lagging.Detail.(*AlarmDetail).Threshold = fmt.Sprint(hour)
		r.Observe(whole(clock.now.Add(time.Duration(hour)*time.Hour), lagging))
		if s, d := only(t, r); s.Word != "ALARM" || d.Disputed() != "OK" || d.Metric != "Latency" || d.Threshold != fmt.Sprint(hour) || s.Heard.IsZero() {
			t.Fatalf("after %d hours it is %s, disputed by %q, with the rule %+v", hour, s.Word, d.Disputed(), d)
		}
	}
	if lines := len(r.Snapshot().Timeline.Events); lines != 1 {
		t.Errorf("%d lines, want that it rang", lines)
	}
	again := Restore(Options{Node: "n", Clock: clock, Keeper: new(shelf), OnFlush: true}, r.sum(), lines(r))
	again.Observe(whole(clock.now.Add(6*time.Hour), shown(OK, "OK", -60, 0)))
	if s, d := only(t, again); s.Word != "ALARM" || d.Disputed() != "OK" {
		t.Errorf("after a restart it is %s, disputed by %q", s.Word, d.Disputed())
	}
	r.Observe(whole(clock.now.Add(6*time.Hour), shown(Critical, "ALARM", 1, 1)))
	if s, d := only(t, r); s.Word != "ALARM" || d.Disputed() != "" {
		t.Errorf("once both agree it is %s, disputed by %q", s.Word, d.Disputed())
	}
	r.Observe(whole(clock.now.Add(7*time.Hour), shown(OK, "OK", 90, 90)))
	if s, d := only(t, r); s.Word != "OK" || d.Disputed() != "" {
		t.Errorf("the message that it is over was lost, and it is %s, disputed by %q", s.Word, d.Disputed())
	}
}

func TestALookIsBelievedThatIsNewerThanTheMessageAlsoWithoutAChangeOfState(t *testing.T) {
	for _, heardFirst := range []bool{true, false} {
		r := New(Options{Clock: &ticking{now: epoch.Add(2 * time.Minute)}, OnFlush: true})
		look := func() { r.Observe(whole(epoch.Add(3*time.Minute), shown(OK, "OK", -60, 1))) }
		if !heardFirst {
			look()
		}
		_ = r.Hear(queue, []Message{turn("a", 1, OK, Critical)})
		if heardFirst {
			look()
		}
		look()
		if s, d := only(t, r); s.Word != "OK" || d.Disputed() != "" {
			t.Errorf("heard first %t: it is %s, disputed by %q", heardFirst, s.Word, d.Disputed())
		}
	}
}

func TestALookAtTheSameStateSomeMillisecondsOlderAgrees(t *testing.T) {
	r := New(Options{Clock: &ticking{now: epoch.Add(2 * time.Minute)}, OnFlush: true})
	_ = r.Hear(queue, []Message{turn("a", 1, OK, Critical)})
	rounded := shown(Critical, "ALARM", 1, 1)
	rounded.Since = rounded.Since.Add(-3 * time.Millisecond)
	r.Observe(whole(epoch.Add(time.Hour), rounded))
	if s, d := only(t, r); s.Word != "ALARM" || d.Disputed() != "" || d.Metric != "Latency" || !s.Since.Equal(epoch.Add(time.Minute)) {
		t.Errorf("it is %s since %s, disputed by %q", s.Word, s.Since, d.Disputed())
	}
}

func TestAMessageAboutATurnThatALookHasShownIsNoNewsAlsoIfTheirMomentsDifferALittle(t *testing.T) {
	for _, apart := range []time.Duration{-3 * time.Millisecond, 3 * time.Millisecond, -900 * time.Millisecond} {
		for _, over := range []bool{false, true} {
			clock, kept := &ticking{now: epoch.Add(2 * time.Minute)}, new(shelf)
			r := New(Options{Node: "n", Clock: clock, Keeper: kept, OnFlush: true})
			r.Observe(whole(epoch.Add(time.Minute), shown(OK, "OK", -60, 0)))
			seen := shown(Critical, "ALARM", 1, 1)
			seen.Since = seen.Since.Add(apart)
			r.Observe(whole(clock.now, seen))
			if _, err := r.Desk("ana").(desk).begin(Act{Do: EventAck, Keys: []string{seen.Key}}); err != nil {
				t.Fatal(err)
			}
			word, standing, turns := "ALARM", Acknowledged, 1
			if over {
				word, standing, turns = "OK", Normal, 2
				r.Observe(whole(clock.now.Add(time.Minute), shown(OK, "OK", 3, 3)))
			}
			clock.now = clock.now.Add(2 * time.Minute)
			_ = r.Hear(queue, []Message{turn("a", 1, OK, Critical)})
			s, _ := only(t, r)
			var rang int
			for _, e := range r.Snapshot().Timeline.Events {
				if e.Type == EventSignal {
					rang++
				}
			}
			if s.Word != word || s.Standing != standing || rang != turns {
				t.Errorf("%s apart, over by then %t: it is %s, %s, and there are %d lines", apart, over, s.Word, s.Standing, rang)
			}
			again := New(Options{Node: "n", Clock: clock, OnFlush: true})
			again.Replay(kept.records...)
			if a, _ := only(t, again); a.Word != word || a.Standing != standing {
				t.Errorf("%s apart: replayed it is %s, %s", apart, a.Word, a.Standing)
			}
		}
	}
}

func TestTwoMessagesLessThanASecondApartAreTwoTurns(t *testing.T) {
	r := New(Options{Clock: &ticking{now: epoch.Add(2 * time.Minute)}, OnFlush: true})
	first, between, last := turn("a", 1, OK, Critical), turn("a", 1, Critical, OK), turn("a", 1, OK, Critical)
	for i, m := range []*Message{&first, &between, &last} {
		m.At = m.At.Add(time.Duration(i) * 300 * time.Millisecond)
		m.Signal.Since = m.At
	}
	for _, m := range []Message{first, last, between} {
		_ = r.Hear(queue, []Message{m})
	}
	if s, _ := only(t, r); s.Word != "ALARM" || len(r.Snapshot().Timeline.Events) != 3 {
		t.Errorf("it is %s, with %d lines", s.Word, len(r.Snapshot().Timeline.Events))
	}
}

func TestAMessageThatIsDatedAheadHoldsAgainstNothingThatComesLater(t *testing.T) {
	const minutesOfADay = 24 * 60
	for name, then := range map[string]func(r *Room, now time.Time){
		"a look":            func(r *Room, now time.Time) { r.Observe(whole(now, shown(OK, "OK", -60, 20))) },
		"a message":         func(r *Room, _ time.Time) { _ = r.Hear(queue, []Message{turn("a", 18, Critical, OK)}) },
		"one dated as well": func(r *Room, _ time.Time) { _ = r.Hear(queue, []Message{turn("a", 30*minutesOfADay, Critical, OK)}) },
	} {
		clock, kept := &ticking{now: epoch.Add(2 * time.Minute)}, new(shelf)
		r := New(Options{Node: "n", Clock: clock, Keeper: kept, OnFlush: true})
		r.Observe(whole(epoch, shown(OK, "OK", -60, -60)))
		ahead := turn("a", 60*minutesOfADay, OK, Critical)
		_ = r.Hear(queue, []Message{ahead})
		r.Observe(whole(clock.now, shown(OK, "OK", -60, 1)))
		number := r.number
		clock.now = epoch.Add(20 * time.Minute)
		_ = r.Hear(queue, []Message{ahead})
		if s, _ := only(t, r); s.Word != "ALARM" || r.number != number {
			t.Errorf("against a look that is older it is %s, and heard again %d events are new", s.Word, r.number-number)
		}
		then(r, clock.now)
		if s, d := only(t, r); s.Word != "OK" || d.Disputed() != "" {
			t.Errorf("then comes %s: it is %s, disputed by %q", name, s.Word, d.Disputed())
		}
	}
}

func TestANewerMessageEndsADispute(t *testing.T) {
	r := New(Options{Clock: &ticking{now: epoch.Add(20 * time.Minute)}, OnFlush: true})
	_ = r.Hear(queue, []Message{turn("a", 1, OK, Critical)})
	r.Observe(whole(epoch.Add(20*time.Minute), shown(OK, "OK", -60, 0)))
	_ = r.Hear(queue, []Message{turn("a", 10, Critical, OK)})
	if s, d := only(t, r); s.Word != "OK" || d.Disputed() != "" {
		t.Errorf("it is %s, disputed by %q", s.Word, d.Disputed())
	}
}

// defined is a message about an alarm at which nobody looks, with the rule of a minute.
func defined(m Message, minute int) Message {
	m.Signal.Scope = queue
	m.Signal.Detail = &AlarmDetail{ARN: "arn:a", Judging: &Judging{Metric: "Latency", Comparison: ">", Threshold: fmt.Sprint("as of ", minute)},
		Push: &Push{Defined: epoch.Add(time.Duration(minute) * time.Minute)}}
	return m
}

func TestTheNewestRuleThatWasToldStandsInWhateverOrderMessagesCome(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 9))
		var all []Message
		state, newest := OK, 0
		for minute := 1; minute < 40; minute += 1 + random.IntN(8) {
			switch newest = minute; random.IntN(3) {
			case 0: // its rule is changed, and its state is that of before
				m := turn("a", 0, OK, state)
				if len(all) > 0 {
					m = turn("a", 0, OK, state)
					m.Signal.Since, m.At = all[len(all)-1].Signal.Since, all[len(all)-1].At
				}
				m.WasTo = ""
				all = append(all, defined(m, minute))
			default:
				next := []State{Critical, OK}[random.IntN(2)]
				all = append(all, defined(turn("a", minute, state, next), minute))
				state = next
			}
		}
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		r := New(Options{Clock: &ticking{now: epoch.Add(time.Hour)}, OnFlush: true})
		for _, m := range all {
			_ = r.Hear(queue, []Message{m})
		}
		if s, d := only(t, r); s.State != state || d.Threshold != fmt.Sprint("as of ", newest) {
			t.Fatalf("seed %d: it is %s with the rule %s, want %s and that of minute %d", seed, s.Word, d.Threshold, state, newest)
		}
	}
}

func TestARuleThatALookHasShownIsNotReplacedByAMessage(t *testing.T) {
	r := New(Options{Clock: &ticking{now: epoch.Add(time.Hour)}, OnFlush: true})
	r.Observe(whole(epoch, shown(OK, "OK", -60, 0)))
	m := turn("a", 30, OK, Critical)
	m.Signal.Detail = &AlarmDetail{ARN: "arn:a", Judging: &Judging{Metric: "Errors", Comparison: ">"}}
	_ = r.Hear(queue, []Message{m})
	if _, d := only(t, r); d.Metric != "Latency" || d.Comparison != ">" {
		t.Errorf("the rule is %+v", d)
	}
}
