package ui

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"warroom/internal/room"
)

func TestPlainTellsHowTheRoomStandsAndThenWhatHappens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := world(&standing{now: noon})
		r.Flush()
		f := follow(t, PlainOptions{Room: r})
		const threshold = "Threshold Crossed: 3 datapoints were greater than the threshold (5.0)."
		f.want(
			"2026-03-14T14:03:22Z  health  OPEN  DynamoDB operational issue  111111111111/us-east-1  since 13:21:22Z (42m); We are investigating increased error rates.",
			"14:03:22Z  health  OPEN  EC2 API issue  111111111111/us-east-1  since 13:32:22Z (31m); We are investigating increased error rates.",
			"14:03:22Z  alarm  ALARM  orders-p99-latency  prod/us-east-1  since 13:23:22Z (40m); "+threshold,
			"14:03:22Z  alarm  ALARM  checkout-5xx  prod/us-east-1  since 13:22:22Z (41m); "+threshold,
			"14:03:22Z  probe  DOWN  checkout  us-east-1  since 13:23:22Z (40m); expected status 200..299, got 503",
			"14:03:22Z  probe  SLOW  orders  us-east-1  since 13:51:22Z (12m)",
			"14:03:22Z  scope  TROUBLE  cloudwatch prod eu-west-1  eu-west-1  since 14:03:19Z (3s); CloudWatch alarms in eu-west-1 could not be read: the API answered 503 Service Unavailable; trying again at 14:03:40Z; nothing to do",
			"14:03:22Z  room  TROUBLE  prod  -  critical: 1 health, 2 alarms, 1 probe; warning: 1 health, 1 probe; unknown: 1 alarm; watched: 3 health, 5 alarms, 3 probes in 5 scopes; not seen: cloudwatch prod eu-west-1; oldest data 6m",
		)
		if err := r.Desk("bo").Act(room.Act{Do: room.EventNote, Keys: []string{"alarm/prod/us-east-1/checkout-5xx"}, Text: "rolling back"}); err != nil {
			t.Fatal(err)
		}
		r.Flush()
		f.want("14:03:22Z  note  NOTE  checkout-5xx  prod/us-east-1  bo: rolling back")
		for _, act := range []room.Act{
			{Do: room.EventAck, Keys: []string{"alarm/prod/us-east-1/checkout-5xx"}, Text: "known"},
			{Do: room.EventClaim, Keys: []string{"alarm/prod/us-east-1/checkout-5xx"}},
			{Do: room.EventUnack, Keys: []string{"alarm/prod/us-east-1/checkout-5xx"}},
			{Do: room.EventRelease, Keys: []string{"alarm/prod/us-east-1/checkout-5xx"}},
			{Do: room.EventMark, Text: "deploy checkout v42"},
		} {
			if err := r.Desk("bo").Act(act); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := r.Desk("bo").Undo(); err != nil {
			t.Fatal(err)
		}
		r.Flush()
		f.want(
			"14:03:22Z  ack  ACK  checkout-5xx  prod/us-east-1  bo: known",
			"14:03:22Z  claim  CLAIM  checkout-5xx  prod/us-east-1  bo",
			"14:03:22Z  unack  UNACK  checkout-5xx  prod/us-east-1  bo",
			"14:03:22Z  release  RELEASE  checkout-5xx  prod/us-east-1  bo",
			"14:03:22Z  mark  MARK  -  -  bo: deploy checkout v42",
			"14:03:22Z  retract  RETRACT  deploy checkout v42  -  bo",
		)
	})
}

func TestWhoOpensTheRoomIsToldWhoIsOnWhat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := afterwards(&standing{now: noon})
		r.Flush()
		f := follow(t, PlainOptions{Room: r})
		f.until("OPEN")
		f.until("EC2")
		f.until("inventory-5xx")
		f.until("session-5xx")
		const threshold = "Threshold Crossed: 3 datapoints were greater than the threshold (5.0)."
		f.want(
			"14:03:33Z  alarm  ALARM  orders-p99-latency  prod/us-east-1  since 13:23:22Z (40m); acknowledged by ana 14:03:26Z (7s); "+threshold,
			"14:03:33Z  alarm  ALARM  checkout-5xx  prod/us-east-1  since 13:22:22Z (41m); acknowledged by ana 14:03:26Z (7s); claimed by bo 14:03:26Z (7s); "+threshold,
		)
		f.until("; cleared and not acknowledged: 1 alarm; watched: ")
	})
}

func TestTheFirstSummaryWaitsForEveryWatchButNotForEver(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers int // how many of the two watches come back, a second after each other
		wait    time.Duration
		want    string
	}{
		{"both come back", 2, 0, "00:00:02Z  " + calmLine + "0s"},
		{"the room may still learn of more", 2, 5 * time.Second, "00:00:05Z  " + calmLine + "3s"},
		{"one hangs", 1, 0, "00:00:20Z  room  BLIND  prod  -  nothing that can be seen is critical; watched: 1 alarm in 1 scope; oldest data 19s"},
		{"both hang", 0, 0, "00:00:20Z  room  BLIND  prod  -  nothing that can be seen is critical; watched: nothing yet in 1 scope; not seen: cloudwatch prod us-east-1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &bubble{room.New(room.Options{Name: "prod", Node: "test"}), &standing{time.Now().UTC()}, scope("cloudwatch", "prod", "us-east-1")}
				for _, watch := range []string{"a", "b"} {
					observed(b.Room, room.Observation{Scope: b.east, Watch: watch, At: time.Now().UTC(), Begins: true}, 30)
				}
				b.Flush()
				f := follow(t, PlainOptions{Room: b, Wait: c.wait})
				f.want("2000-01-01T00:00:00Z  room  LOOKING  prod  -  looking at everything for the first time; all times are UTC")
				for i := range c.answers {
					f.silent(time.Second)
					b.look(room.Observation{Scope: b.east, Watch: []string{"a", "b"}[i], Signals: []room.Signal{
						alarmIn(b.clock, b.east, "cart", room.OK, "OK", 0),
					}[:1-i]})
				}
				got := f.until("  room  ")
				if last := got[len(got)-1]; last != c.want {
					t.Errorf("the summary is\n%s\nwant\n%s", last, c.want)
				}
			})
		})
	}
}

func TestAReaderWhoComesLaterIsToldWhatStandsAndNotTheHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble()
		b.alarm("cart", room.Critical, "ALARM")
		b.alarm("cart", room.OK, "OK")
		b.alarm("orders", room.Critical, "ALARM")
		time.Sleep(25 * time.Hour)
		f := follow(t, PlainOptions{Room: b})
		f.want(
			"2000-01-02T01:00:00Z  alarm  STALE  orders  us-east-1  was ALARM since 2000-01-01T00:00:00Z (25h00m); because",
			"01:00:00Z  room  TROUBLE  prod  -  critical: 1 alarm; cleared and not acknowledged: 1 alarm; watched: 2 alarms in 1 scope; not seen: cloudwatch prod us-east-1; oldest data 25h00m",
			"01:00:02Z  scope  STALE  cloudwatch prod us-east-1  us-east-1  last seen 2000-01-01T00:00:00Z (25h00m); no answer since, and no error either; the look under way is waited for",
		)
	})
}

func TestARoomThatWatchesNothingSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, PlainOptions{Room: room.New(room.Options{Name: "prod"})})
		f.until("LOOKING")
		f.want("00:00:20Z  room  BLIND  prod  -  nothing is watched; name scopes or probes in warroom.yaml")
	})
}

func TestWhatAFirstLookDidNotAnswerIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble()
		west := scope("probe", "", "us-west-2")
		observed(b.Room, room.Observation{Scope: west, Watch: "hangs", At: time.Now().UTC(), Begins: true}, 30)
		b.Flush()
		f := follow(t, PlainOptions{Room: b})
		f.until("LOOKING")
		f.want("00:00:20Z  scope  WAITING  probe us-west-2  us-west-2  no answer yet to 1 first look, and no error either")
		f.until("BLIND")
	})
}

func TestALogThatIsAliveSaysSoAQuarterOfAnHourAndEachNewDateOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble()
		f := follow(t, PlainOptions{Room: b})
		b.watched(t)
		f.want("2000-01-01T00:00:00Z  " + calmLine + "0s")
		for quarter := 1; quarter < 2*24*4; quarter++ {
			at := time.Date(2000, 1, 1, 0, 15*quarter, 0, 0, time.UTC)
			want := at.Format("15:04:05Z")
			if quarter == 24*4 {
				want = at.Format(time.RFC3339)
			}
			if got := f.next(); !strings.HasPrefix(got, want+"  "+calmLine) {
				t.Fatalf("at %s it says\n%s", want, got)
			}
		}
	})
}

func TestADrillSaysSoInEveryLineIsSilentWhilePausedAndEndsWithItsStory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble()
		b.alarm("cart", room.Critical, "ALARM")
		paused := stopped{b, time.Now().UTC()}
		var over atomic.Bool
		f := follow(t, PlainOptions{Room: paused, Drill: ending{&player{speed: 175}, &over}, Wait: time.Second})
		f.want("DRILL  2000-01-01T00:00:00Z  room  LOOKING  2025-10-20  -  a simulated outage, 175 times as fast as real time; looking at everything for the first time; all times are UTC")
		for range 2 {
			if line := f.next(); !strings.HasPrefix(line, "DRILL  00:00:00Z  ") {
				t.Errorf("the line is %q", line)
			}
		}
		f.silent(time.Hour + 500*time.Millisecond) // not at a tick
		over.Store(true)
		f.silent(time.Second)
		b.alarm("cart", room.OK, "OK") // a look that was under way at the end
		f.want("DRILL  01:00:02Z  alarm  OK  cart  us-east-1  was ALARM; because")
		f.want("DRILL  00:00:00Z  room  OVER  2025-10-20  -  the scenario is over; nothing is critical; cleared and not acknowledged: 1 alarm; watched: 1 alarm in 1 scope; oldest data 0s")
		if err := <-f.ended; err != nil {
			t.Errorf("it ended with %v", err)
		}
	})
}

func TestASlowReaderIsToldHowMuchItMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble()
		in, out := io.Pipe()
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- Plain(ctx, PlainOptions{Room: b, Out: out}) }()
		synctest.Wait() // the first line hangs, since nobody reads
		desk := b.Desk("ana")
		const written = 25_000
		for i := range written {
			if err := desk.Act(room.Act{Do: room.EventNote, Text: fmt.Sprint("note ", i)}); err != nil {
				t.Fatal(err)
			}
		}
		b.Flush()
		lines, told, missed := bufio.NewScanner(in), 0, 0
		for told+missed < written && lines.Scan() {
			_, number, note := strings.Cut(lines.Text(), "ana: note ")
			switch {
			case note && number != fmt.Sprint(told+missed):
				t.Fatalf("note %s comes after %d were told and %d missed", number, told, missed)
			case note:
				told++
			case strings.Contains(lines.Text(), "  MISSED "):
				_, count, _ := strings.Cut(squeezed(lines.Text()), "prod  -  ")
				if _, err := fmt.Sscanf(count, "%d lines left out: ", &missed); err != nil {
					t.Fatal(err, count)
				}
			}
		}
		if told == 0 || missed == 0 || told+missed != written {
			t.Errorf("told %d, missed %d, want %d together", told, missed, written)
		}
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
	})
}

func TestAReaderThatIsGoneEndsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble()
		in, out := io.Pipe()
		_ = in.CloseWithError(syscall.EPIPE)
		if err := Plain(t.Context(), PlainOptions{Room: b, Out: out}); !errors.Is(err, syscall.EPIPE) {
			t.Errorf("it ended with %v", err)
		}
	})
}

func TestAWriteThatHangsKeepsNobodyFromLeaving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble()
		in, out := io.Pipe()
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		if err := Plain(ctx, PlainOptions{Room: b, Out: out}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it ended with %v", err)
		}
		_ = in.Close()
	})
}

// ending is a drill whose story ends when told.
type ending struct {
	*player
	over *atomic.Bool
}

func (e ending) Over() bool { return e.over.Load() }
