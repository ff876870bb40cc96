package room

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var alarms = Scope{Source: "cloudwatch", Account: "111111111111", Region: "us-east-1"}

func alarm(name string, state State, word string, since time.Time) Signal {
	return Signal{Key: "alarm/" + name, Kind: KindAlarm, Scope: alarms, State: state, Word: word, Title: name, Since: since}
}

func whole(at time.Time, signals ...Signal) Observation {
	return Observation{Scope: alarms, Watch: "w", At: at, Signals: signals, Done: true, Complete: true, Interval: 30 * time.Second}
}

func titles(s *Snapshot, kind Kind) string {
	var names []string
	for _, signal := range s.Of(kind).Signals {
		names = append(names, signal.Title+" "+signal.Word)
	}
	return strings.Join(names, ", ")
}

func TestOnlyChangesOfStateBecomeTimelineLines(t *testing.T) {
	r := New(Options{})
	r.Observe(whole(epoch, alarm("a", OK, "OK", epoch), alarm("b", Critical, "ALARM", epoch.Add(-time.Hour))))
	r.Observe(whole(epoch.Add(30*time.Second), alarm("a", OK, "OK", epoch), alarm("b", Critical, "ALARM", epoch.Add(-time.Hour))))
	r.Observe(whole(epoch.Add(60*time.Second), alarm("a", Critical, "ALARM", epoch.Add(50*time.Second)), alarm("b", Critical, "ALARM", epoch.Add(-time.Hour))))
	r.publish()
	var lines []string
	for _, e := range r.Snapshot().Timeline.Events {
		lines = append(lines, fmt.Sprintf("%s %s %s→%s", e.At.Format("15:04:05"), e.Signal.Title, e.WasTo, e.Signal.Word))
	}
	want := "05:40:00 b →ALARM\n06:40:50 a OK→ALARM"
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("timeline is\n%s\nwant\n%s", got, want)
	}
}

func TestWhatACompletePassDoesNotShowIsGoneAndAPartialOneTakesNothing(t *testing.T) {
	r := New(Options{})
	r.Observe(whole(epoch, alarm("a", OK, "OK", epoch), alarm("b", OK, "OK", epoch)))
	failed := whole(epoch.Add(time.Minute), alarm("a", Critical, "ALARM", epoch.Add(time.Minute)))
	failed.Complete, failed.Trouble = false, &Trouble{What: "what", Why: "why", Next: "next"}
	r.Observe(failed)
	r.publish()
	if got, want := titles(r.Snapshot(), KindAlarm), "a ALARM, b OK"; got != want {
		t.Errorf("after a pass that failed half-way: %q, want %q", got, want)
	}
	r.Observe(whole(epoch.Add(2*time.Minute), alarm("b", OK, "OK", epoch)))
	r.publish()
	if got, want := titles(r.Snapshot(), KindAlarm), "b OK"; got != want {
		t.Errorf("after a complete pass: %q, want %q", got, want)
	}
}

func TestAPassLeftOpenByAnExchangeOfWatchesIsForgotten(t *testing.T) {
	r := New(Options{})
	r.Observe(whole(epoch, alarm("a", OK, "OK", epoch), alarm("b", OK, "OK", epoch)))
	page := whole(epoch.Add(time.Minute), alarm("a", OK, "OK", epoch))
	page.Done, page.Complete = false, false
	r.Observe(page)
	r.Observe(Observation{Scope: page.Scope, Watch: page.Watch, At: epoch.Add(2 * time.Minute), Begins: true})
	r.Observe(whole(epoch.Add(3*time.Minute), alarm("b", OK, "OK", epoch)))
	r.publish()
	if got, want := titles(r.Snapshot(), KindAlarm), "b OK"; got != want {
		t.Errorf("the alarms are %q, want %q: a was not in the pass that began anew", got, want)
	}
}

func TestAScopeKeepsItsLastGoodDataAndSaysItsAge(t *testing.T) {
	r := New(Options{})
	r.Observe(whole(epoch, alarm("a", OK, "OK", epoch)))
	broken := Observation{
		Scope: alarms, Watch: "w", At: epoch.Add(5 * time.Minute), Done: true, Interval: 30 * time.Second,
		Trouble: &Trouble{What: "what", Why: "why", Next: "next"},
	}
	r.Observe(broken)
	r.publish()
	snapshot := r.Snapshot()
	status := snapshot.Scope(alarms)
	if status.Trouble == nil || !status.Seen.Equal(epoch) || !status.Tried.Equal(epoch.Add(5*time.Minute)) {
		t.Fatalf("status is %+v", status)
	}
	signal := snapshot.Of(KindAlarm).Signals[0]
	if got := snapshot.Visibility(signal, epoch.Add(5*time.Minute)); got != Stale || signal.State != OK {
		t.Errorf("the alarm is %s and %s, want stale with its last state", got, signal.State)
	}
	if got := snapshot.Visibility(signal, epoch.Add(time.Hour)); got != Lost {
		t.Errorf("an hour on it is %s, want lost", got)
	}
	if word := status.Word(epoch.Add(5 * time.Minute)); word != ScopeFailed {
		t.Errorf("the scope is %q", word)
	}
	r.Observe(whole(epoch.Add(6*time.Minute), alarm("a", OK, "OK", epoch)))
	r.publish()
	if r.Snapshot().Scope(alarms).Trouble != nil {
		t.Error("the trouble did not go away")
	}
	types := ""
	for _, e := range r.Snapshot().Timeline.Events {
		types += string(e.Type) + " "
	}
	if types != "scope scope " {
		t.Errorf("timeline has %q, want the trouble's coming and going, once each", types)
	}
}

func TestOneWatchOfManyDoesNotClearTheTroubleOfAnother(t *testing.T) {
	r := New(Options{})
	look := func(watch string, trouble *Trouble) {
		r.Observe(Observation{Scope: alarms, Watch: watch, At: epoch, Done: true, Trouble: trouble})
		r.publish()
	}
	look("one", &Trouble{What: "one is ill"})
	look("two", nil)
	if status := r.Snapshot().Scope(alarms); status.Trouble == nil {
		t.Error("a good look of another watch hid the trouble")
	}
	look("one", nil)
	if status := r.Snapshot().Scope(alarms); status.Trouble != nil {
		t.Error("the trouble stayed")
	}
}

func TestAScopeSaysHowManyOfItsWatchesHaveNeverComeBack(t *testing.T) {
	r := New(Options{})
	waiting := func(o Observation) int {
		o.Scope, o.At = alarms, epoch
		r.Observe(o)
		r.publish()
		return r.Snapshot().Scope(alarms).Waiting
	}
	for i, step := range []struct {
		o    Observation
		want int
	}{
		{Observation{Watch: "one", Begins: true}, 1},
		{Observation{Watch: "two", Begins: true}, 2},
		{Observation{Watch: "one", Signals: []Signal{alarm("a", OK, "OK", epoch)}}, 2},
		{Observation{Watch: "one", Done: true, Trouble: &Trouble{What: "what"}}, 1},
		{Observation{Watch: "one", Done: true, Complete: true}, 1},
		{Observation{Watch: "two", Done: true, Complete: true}, 0},
		{Observation{Watch: "two", Begins: true}, 0},
	} {
		if got := waiting(step.o); got != step.want {
			t.Errorf("after step %d %d watches are waited for, want %d", i+1, got, step.want)
		}
	}
}

func TestReadingsAreKeptWithoutEventsAndBounded(t *testing.T) {
	r := New(Options{})
	for i := range 3 * sampleLimit {
		at := epoch.Add(time.Duration(i) * time.Second)
		probe := Signal{
			Key: "probe/x", Kind: KindProbe, State: OK, Word: "UP", Since: epoch,
			Detail:  &ProbeDetail{Interval: time.Second},
			Samples: []Sample{{At: at, State: OK, Total: time.Millisecond}},
		}
		r.Observe(Observation{Scope: Scope{Source: "probe"}, Watch: "x", At: at, Signals: []Signal{probe}, Done: true})
	}
	r.publish()
	snapshot := r.Snapshot()
	samples := slices.Collect(snapshot.Of(KindProbe).Signals[0].Series.All())
	if len(snapshot.Timeline.Events) != 0 || len(samples) < sampleLimit || len(samples) > 2*sampleLimit {
		t.Errorf("%d events and %d samples", len(snapshot.Timeline.Events), len(samples))
	}
	if last := samples[len(samples)-1].At; !last.Equal(epoch.Add((3*sampleLimit - 1) * time.Second)) {
		t.Errorf("the newest reading is of %s", last)
	}
}

func TestAtMostTenSnapshotsASecondAndTheNewestAlwaysArrives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(Options{})
		bell, leave := r.Join()
		defer leave()
		for i := range 1000 {
			state := []State{OK, Critical}[i%2]
			r.Observe(whole(time.Now(), alarm("a", state, state.String(), time.Now())))
			time.Sleep(time.Millisecond)
		}
		if got := r.Snapshot().Version; got > 11 {
			t.Errorf("%d snapshots in one second", got)
		}
		time.Sleep(publishEvery)
		synctest.Wait()
		if got := titles(r.Snapshot(), KindAlarm); got != "a critical" {
			t.Errorf("the newest snapshot has %q", got)
		}
		select {
		case <-bell:
		default:
			t.Error("the bell did not ring")
		}
	})
}

func TestPublishingNeverWaitsForAViewer(t *testing.T) {
	r := New(Options{})
	for range 50 {
		_, leave := r.Join() // nobody listens
		defer leave()
	}
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 200 {
				r.Observe(whole(epoch, alarm(fmt.Sprint(i, j), Critical, "ALARM", epoch)))
				r.publish()
			}
		})
	}
	group.Wait()
	if r.Snapshot().Timeline.Total == 0 {
		t.Error("nothing was published")
	}
}

func TestLeavingTakesTheBellAway(t *testing.T) {
	r := New(Options{})
	_, leave := r.Join()
	leave()
	if len(r.bells.hung) != 0 {
		t.Errorf("%d bells are left", len(r.bells.hung))
	}
}

func TestRetireTakesAwayWhatIsNoLongerWatched(t *testing.T) {
	r := New(Options{})
	r.Observe(whole(epoch, alarm("a", OK, "OK", epoch), alarm("b", OK, "OK", epoch)))
	r.Retire(func(s *Signal) bool { return s.Title == "a" }, func(Scope, string) bool { return false })
	r.publish()
	if got := titles(r.Snapshot(), KindAlarm); got != "a OK" || len(r.Snapshot().Scopes.List) != 0 {
		t.Errorf("left are %q and %d scopes", got, len(r.Snapshot().Scopes.List))
	}
}

// TestAReplayHasNoScopeThatTheRoomRetired folds the room's own events anew.
func TestAReplayHasNoScopeThatTheRoomRetired(t *testing.T) {
	r := New(Options{})
	failed := Observation{Scope: alarms, Watch: "w", At: epoch, Done: true, Trouble: &Trouble{What: "what"}}
	r.Observe(failed)
	came := *r.truth.scopes[alarms].event
	r.Retire(func(*Signal) bool { return true }, func(Scope, string) bool { return false })
	went := *r.truth.scopes[alarms].event
	r.publish()
	for _, events := range [][]Event{{came, went}, {went, came}} {
		if replay := Fold(events); len(replay.Scopes.List) != 0 || len(r.Snapshot().Scopes.List) != 0 {
			t.Errorf("the replay has %d scopes, the room %d", len(replay.Scopes.List), len(r.Snapshot().Scopes.List))
		}
	}
	if lines := r.Snapshot().Timeline.Events; len(lines) != 1 || lines[0].Gone {
		t.Errorf("that nobody looks any more is no line of the timeline: %+v", lines)
	}
	failed.At = epoch.Add(time.Minute)
	r.Observe(failed)
	r.publish()
	if status := r.Snapshot().Scope(alarms); status == nil || status.Trouble == nil || !status.Changed.Equal(failed.At) {
		t.Errorf("looked at again, it is %+v", status)
	}
}

func TestAWatchThatIsNoLongerWantedTakesItsTroubleWithIt(t *testing.T) {
	r := New(Options{})
	r.Observe(Observation{Scope: alarms, Watch: "good", At: epoch, Done: true, Complete: true})
	r.Observe(Observation{Scope: alarms, Watch: "bad", At: epoch, Done: true, Trouble: &Trouble{What: "it fails"}})
	r.Observe(Observation{Scope: alarms, Watch: "slow", At: epoch, Begins: true})
	status := func() *ScopeStatus {
		r.publish()
		return r.Snapshot().Scope(alarms)
	}
	if got := status(); got.Trouble == nil || got.Waiting != 1 {
		t.Fatalf("before: %+v", got)
	}
	r.Retire(func(*Signal) bool { return true }, func(_ Scope, name string) bool { return name == "good" })
	if got := status(); got == nil || got.Trouble != nil || got.Waiting != 0 {
		t.Errorf("after: %+v", got)
	}
	if last := r.Snapshot().Timeline.Events[len(r.Snapshot().Timeline.Events)-1]; last.Type != EventScope || last.Trouble != nil {
		t.Errorf("that the trouble is over is not told: %+v", last)
	}
}

func TestATextOfAWSIsToldOnceAndAtItsOwnTime(t *testing.T) {
	r := New(Options{})
	in := Scope{Source: "health"}
	look := func(at time.Time, resource string, texts ...Update) {
		r.Observe(Observation{Scope: in, Watch: "h", At: at, Done: true, Complete: true, Signals: []Signal{{
			Key: "health/1", Kind: KindHealth, Scope: in, State: Critical, Word: "OPEN", Title: "EC2 issue", Since: epoch,
			Detail: &HealthDetail{ARN: "1", Updates: texts, Entities: []Entity{{Value: resource}}},
		}}})
	}
	first := Update{At: epoch, Text: "We are investigating."}
	second := Update{At: epoch.Add(time.Minute), Text: "We know the cause."}
	look(epoch, "i-1", first)
	look(epoch.Add(5*time.Minute), "i-1", second, first)
	look(epoch.Add(6*time.Minute), "i-2", second, first) // another resource is no news of AWS
	r.publish()
	events := r.Snapshot().Timeline.Events
	if len(events) != 2 || !events[1].Wrote || !events[1].At.Equal(second.At) {
		t.Errorf("the timeline has %d lines, the last of %+v", len(events), events[len(events)-1])
	}
}

func TestAProbeThatIsWatchedAnewKeepsItsAge(t *testing.T) {
	r := New(Options{})
	in := Scope{Source: "probe"}
	look := func(since time.Time, state State, word string) time.Time {
		r.Observe(Observation{Scope: in, Watch: "w", At: since, Done: true, Signals: []Signal{{
			Key: "probe/shop", Kind: KindProbe, Scope: in, State: state, Word: word, Title: "shop", Since: since, Detail: &ProbeDetail{},
		}}})
		r.publish()
		return r.Snapshot().Of(KindProbe).Signals[0].Since
	}
	look(epoch, Critical, "DOWN")
	if got := look(epoch.Add(time.Hour), Critical, "DOWN"); !got.Equal(epoch) {
		t.Errorf("it is down since %s, and was since %s", got, epoch)
	}
	if got := look(epoch.Add(2*time.Hour), OK, "UP"); !got.Equal(epoch.Add(2 * time.Hour)) {
		t.Errorf("it is up since %s", got)
	}
}

func TestANoteKnowsWhatItIsAbout(t *testing.T) {
	r := New(Options{})
	r.Observe(whole(epoch, alarm("checkout-5xx", Critical, "ALARM", epoch)))
	if err := r.Desk("ana").Act(Act{Do: EventNote, Keys: []string{alarm("checkout-5xx", OK, "OK", epoch).Key}, Text: "looking"}); err != nil {
		t.Fatal(err)
	}
	r.publish()
	events := r.Snapshot().Timeline.Events
	if got := events[len(events)-1].Subject; got != "checkout-5xx" {
		t.Errorf("it is about %q", got)
	}
}

func TestNotesNeedAFewWordsAndNotTooMany(t *testing.T) {
	r := New(Options{})
	desk := r.Desk("ana")
	if err := desk.Act(Act{Do: EventNote, Text: "  "}); err == nil {
		t.Error("an empty note was taken")
	}
	if err := desk.Act(Act{Do: EventNote, Text: strings.Repeat("x", textLimit+1)}); err == nil {
		t.Error("an endless note was taken")
	}
	if err := desk.Act(Act{Do: EventNote, Keys: []string{"alarm/a"}, Text: "failing over"}); err != nil {
		t.Fatal(err)
	}
	r.publish()
	e := r.Snapshot().Timeline.Events[0]
	if e.Actor != "ana" || e.Text != "failing over" || e.Key != "alarm/a" {
		t.Errorf("the event is %+v", e)
	}
}

func TestWallSleepsUntilTheTimeOrTheContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if err := (Wall{}).Sleep(t.Context(), start.Add(time.Minute)); err != nil || time.Since(start) != time.Minute {
			t.Errorf("slept %s with %v", time.Since(start), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := (Wall{}).Sleep(ctx, time.Now().Add(time.Hour)); err == nil {
			t.Error("did not notice the end of the context")
		}
	})
}

func BenchmarkOneAlarmOfTenThousandChangesState(b *testing.B) {
	r := New(Options{})
	signals := make([]Signal, 10_000)
	for i := range signals {
		signals[i] = alarm(fmt.Sprint("alarm-", i), OK, "OK", epoch)
	}
	r.Observe(whole(epoch, signals...))
	r.publish()
	b.ResetTimer()
	for i := range b.N {
		state := []State{OK, Critical}[i%2]
		page := Observation{Scope: alarms, Watch: "w", At: epoch, Signals: []Signal{alarm("alarm-77", state, state.String(), epoch)}}
		r.Observe(page)
		r.publish()
	}
}

func TestFlushPublishesWhatIsDueAndNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(Options{})
		r.Observe(whole(time.Now(), alarm("a", OK, "OK", time.Now())))
		r.Observe(whole(time.Now(), alarm("a", Critical, "ALARM", time.Now())))
		r.Flush()
		if got := titles(r.Snapshot(), KindAlarm); got != "a ALARM" {
			t.Errorf("published is %q", got)
		}
		version := r.Snapshot().Version
		r.Flush()
		time.Sleep(2 * publishEvery)
		if r.Snapshot().Version != version {
			t.Error("it published again without anything new")
		}
	})
}

func TestConditionIsNeverCalmWhileSomethingCannotBeSeen(t *testing.T) {
	probe := func(state State, word string, at time.Time) Observation {
		return Observation{Scope: Scope{Source: "probe"}, Watch: word, At: at, Done: true, Interval: time.Minute, Signals: []Signal{{
			Key: "probe/" + word, Kind: KindProbe, Scope: Scope{Source: "probe"}, State: state, Word: word, Title: word,
			Detail: &ProbeDetail{Interval: time.Minute}, Samples: []Sample{{At: at}},
		}}}
	}
	good := whole(epoch, alarm("a", OK, "OK", epoch), alarm("b", Unknown, "NO DATA", epoch))
	blind := alarm("b", Unknown, "BLIND", epoch)
	blind.Detail = &AlarmDetail{Evaluation: EvaluationFailure}
	for _, c := range []struct {
		name string
		told []Observation
		want Condition
	}{
		{"nothing is watched", nil, Blind},
		{"all well, one alarm without data", []Observation{good, probe(OK, "UP", epoch)}, Calm},
		{"an alarm that CloudWatch fails to evaluate", []Observation{whole(epoch, alarm("a", OK, "OK", epoch), blind), probe(OK, "UP", epoch)}, Blind},
		{"a probe that could not be made", []Observation{good, probe(Unknown, "ERROR", epoch)}, Blind},
		{"one probe of two was not seen for long", []Observation{good, probe(OK, "OLD", epoch.Add(-time.Hour)), probe(OK, "UP", epoch)}, Blind},
		{"an alarm, and a scope not seen", []Observation{whole(epoch.Add(-time.Hour), alarm("a", Critical, "ALARM", epoch))}, InTrouble},
		{"a watch that has not come back", []Observation{good, {Scope: alarms, Watch: "second", At: epoch, Begins: true}}, Blind},
		{"a scope not seen", []Observation{whole(epoch.Add(-time.Hour), alarm("a", OK, "OK", epoch))}, Blind},
	} {
		r := New(Options{})
		for _, o := range c.told {
			r.Observe(o)
		}
		r.publish()
		if got := r.Snapshot().Condition(epoch.Add(time.Second)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
