package ui

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"warroom/internal/room"
)

func TestTroubleOfTheFirstLookIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble()
		west := scope("cloudwatch", "prod", "us-west-2")
		observed(b.Room, room.Observation{Scope: west, Watch: "b", At: time.Now().UTC(), Begins: true}, 30)
		b.Flush()
		f := follow(t, PlainOptions{Room: b})
		f.until("LOOKING")
		f.silent(time.Second)
		b.look(room.Observation{Scope: west, Watch: "b", Trouble: &room.Trouble{What: "alarms could not be read", Why: "the API answered 503", Next: "trying again"}})
		f.want("00:00:01Z  scope  TROUBLE  cloudwatch prod us-west-2  us-west-2  since 00:00:01Z (0s); alarms could not be read: the API answered 503; trying again")
		f.until("BLIND")
		b.look(room.Observation{Scope: west, Watch: "b"})
		f.want("00:00:01Z  scope  FRESH  cloudwatch prod us-west-2  us-west-2  can be read again")
	})
}

func TestWhatHappenedDuringTheFirstLookIsToldBeforeWhatStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble()
		b.alarm("history", room.Critical, "ALARM")
		b.alarm("history", room.OK, "OK")
		observed(b.Room, room.Observation{Scope: b.east, Watch: "hangs", At: time.Now().UTC(), Begins: true}, 30)
		b.Flush()
		f := follow(t, PlainOptions{Room: b})
		f.until("LOOKING")
		for _, state := range []room.State{room.Critical, room.OK, room.Critical} {
			f.silent(time.Second)
			b.alarm("cart", state, map[room.State]string{room.Critical: "ALARM", room.OK: "OK"}[state])
		}
		_ = b.Desk("ana").Act(room.Act{Do: room.EventNote, Text: "looking into it"})
		at := scope("health", "prod", "global")
		for _, reason := range []string{"", "We are investigating."} { // first the list, then what is behind it
			outage := health(b.clock, "EC2 API issue", "EC2", room.Critical, "OPEN", 0)
			past := health(b.clock, "Lambda API issue", "Lambda", room.OK, "CLOSED", 0)
			outage.Scope, outage.Reason, past.Scope, past.Reason = at, reason, at, reason
			b.look(room.Observation{Scope: at, Watch: "h", Signals: []room.Signal{outage, past}})
		}
		f.want(
			"00:00:01Z  alarm  ALARM  cart  us-east-1  was OK; because",
			"00:00:02Z  alarm  OK  cart  us-east-1  was ALARM; because",
			"00:00:03Z  note  NOTE  -  -  ana: looking into it",
			"00:00:20Z  health  OPEN  EC2 API issue  us-east-1  since 00:00:00Z (20s); We are investigating.",
			"00:00:20Z  alarm  ALARM  cart  us-east-1  since 00:00:03Z (17s); because",
		)
	})
}

func TestAScopeThatIsSeenAgainAndAgainIsNotCalledStaleHoweverFastItsRoomGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble()
		f := follow(t, PlainOptions{Room: stopped{b, time.Now().UTC().Add(5 * time.Minute)}}) // all data is minutes old
		f.until("BLIND")
		for range 20 {
			f.silent(400 * time.Millisecond)
			b.look(room.Observation{})
		}
		f.want("00:05:00Z  scope  STALE  cloudwatch prod us-east-1  us-east-1  last seen 00:00:08Z (4m); no answer since, and no error either; the look under way is waited for")
	})
}

func TestEachEventIsToldOnceHoweverLateItComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble()
		f := follow(t, PlainOptions{Room: b})
		f.want("2000-01-01T00:00:00Z  " + calmLine + "0s")
		b.watched(t)
		f.silent(10 * time.Minute)
		b.alarm("cart", room.Critical, "ALARM")
		f.want("00:10:00Z  alarm  ALARM  cart  us-east-1  was OK; because")
		note := func(number uint64, ago time.Duration) room.Event {
			at := time.Now().UTC().Add(-ago)
			return room.Event{
				ID: room.EventID{Node: "other", Number: number}, Stamp: room.Stamp{Wall: at.UnixMicro(), Node: "other"}, At: at,
				Type: room.EventNote, Actor: "ana", Text: fmt.Sprint("note ", number),
			}
		}
		// Another node's events arrive in the wrong order, twice, and from yesterday.
		b.Apply(note(3, time.Minute), note(1, 9*time.Minute))
		b.Flush()
		f.want(
			"00:01:00Z  note  NOTE  -  -  ana: note 1 (told at 00:10:00Z)",
			"00:09:00Z  note  NOTE  -  -  ana: note 3",
		)
		b.Apply(note(3, time.Minute), note(2, time.Hour), note(1, 9*time.Minute))
		b.Flush()
		f.want("1999-12-31T23:10:00Z  note  NOTE  -  -  ana: note 2 (told at 00:10:00Z)")
		b.alarm("cart", room.OK, "OK")
		f.want("00:10:00Z  alarm  OK  cart  us-east-1  was ALARM; because")
	})
}

func TestAStormOfEventsOutOfOrderLosesNoneAndRepeatsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble()
		f := follow(t, PlainOptions{Room: b})
		f.until("CALM")
		const events = 3000
		go func() {
			for i := range events {
				at := time.Now().UTC().Add(-time.Duration(i*7919%600) * time.Second)
				b.Apply(room.Event{
					ID: room.EventID{Node: "other", Number: uint64(i)}, Stamp: room.Stamp{Wall: at.UnixMicro(), Count: uint32(i), Node: "other"}, At: at,
					Type: room.EventNote, Actor: "ana", Text: fmt.Sprintf("number %d.", i),
				})
				time.Sleep(time.Millisecond)
			}
		}()
		told := map[string]int{}
		for range 2 * events { // a line may be something else
			if len(told) == events {
				break
			}
			_, number, ok := strings.Cut(f.next(), "number ")
			if number, _, _ = strings.Cut(number, "."); ok {
				told[number]++
			}
		}
		if len(told) != events {
			t.Errorf("%d of %d events were told", len(told), events)
		}
		for number, times := range told {
			if times != 1 {
				t.Fatalf("number %s was told %d times", number, times)
			}
		}
		f.stop()
		<-f.ended
	})
}

func TestALongLifeNeitherLosesNorRepeatsAndForgetsWhatTheRoomForgot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble()
		var out bytes.Buffer
		c := newTeller(PlainOptions{Room: b, Out: &out})
		desk := b.Desk("ana")
		const batches, size = 10, 5000
		for batch := range batches {
			for i := range size {
				_ = desk.Act(room.Act{Do: room.EventNote, Text: fmt.Sprintf("note %d.", batch*size+i)})
			}
			b.Flush()
			c.look()
			if err := c.flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		at := 0
		for line := range strings.Lines(out.String()) {
			if _, number, note := strings.Cut(line, "ana: note "); note && number != fmt.Sprintf("%d.\n", at) {
				t.Fatalf("after %d notes comes %q", at, line)
			} else if note {
				at++
			}
		}
		if kept := len(b.Snapshot().Timeline.Events); at != batches*size || len(c.told) > 2*kept {
			t.Errorf("%d notes were told of %d, and %d are remembered of %d in the timeline", at, batches*size, len(c.told), kept)
		}
	})
}

func TestWhatAppearsIsWordedAnewOrIsGoneIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble()
		f := follow(t, PlainOptions{Room: b})
		f.until("CALM")
		b.alarm("orders", room.Critical, "ALARM")
		f.want("00:00:00Z  alarm  ALARM  orders  us-east-1  because")
		at := scope("health", "prod", "global")
		outage := health(b.clock, "EC2 API issue", "EC2", room.Critical, "OPEN", 0)
		look := func(reason string, signals ...room.Signal) {
			for i := range signals {
				signals[i].Scope, signals[i].Reason = at, reason
				detail := *signals[i].Detail.(*room.HealthDetail)
				detail.Updates = []room.Update{{At: b.clock.Now(), Text: reason}}
				signals[i].Detail = &detail
			}
			b.look(room.Observation{Scope: at, Watch: "h", Complete: true, Signals: signals})
		}
		look("We are investigating.", outage)
		look("We know the cause.", outage)
		look("")
		f.want(
			"00:00:00Z  health  OPEN  EC2 API issue  us-east-1  We are investigating.",
			"00:00:00Z  health  OPEN  EC2 API issue  us-east-1  updated; We know the cause.",
			"00:00:00Z  health  GONE  EC2 API issue  us-east-1  was OPEN",
		)
	})
}

func TestTroubleOfAScopeIsToldWhenItBeginsAndWhenItIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble()
		f := follow(t, PlainOptions{Room: b})
		f.until("CALM")
		for range 3 {
			time.Sleep(time.Minute)
			b.look(room.Observation{Trouble: &room.Trouble{What: "alarms could not be read", Why: "the API answered 503", Next: "trying again in a minute"}})
		}
		f.want("00:01:00Z  scope  TROUBLE  cloudwatch prod us-east-1  us-east-1  alarms could not be read: the API answered 503; trying again in a minute")
		b.look(room.Observation{})
		f.want("00:03:00Z  scope  FRESH  cloudwatch prod us-east-1  us-east-1  can be read again")
	})
}

func TestStalenessWithoutAnErrorIsToldWhenItBeginsAndWhenItIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble()
		f := follow(t, PlainOptions{Room: b})
		f.until("CALM")
		f.want("00:01:02Z  scope  STALE  cloudwatch prod us-east-1  us-east-1  last seen 00:00:00Z (1m); no answer since, and no error either; the look under way is waited for")
		f.silent(5*time.Minute + 500*time.Millisecond) // not at a tick
		b.look(room.Observation{})
		f.want("00:06:03Z  scope  FRESH  cloudwatch prod us-east-1  us-east-1  seen again at 00:06:02Z (0s)")
	})
}
