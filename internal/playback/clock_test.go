package playback

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var morning = time.Date(2025, 10, 20, 6, 40, 0, 0, time.UTC)

func clockAt(speed float64) *Clock {
	return New(morning, morning.Add(15*time.Hour), speed)
}

// passed is how much room time has gone by, to the second.
func passed(c *Clock) time.Duration { return c.Now().Sub(morning).Round(time.Second) }

func TestRoomTimeRunsAtItsSpeedThroughPauseChangeAndJump(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clockAt(60)
		time.Sleep(time.Minute)
		if got := passed(c); got != time.Hour {
			t.Errorf("after a minute at 60x: %s", got)
		}
		if !c.Pause() || !c.Paused() {
			t.Error("it does not say that it is paused")
		}
		time.Sleep(time.Hour)
		if got := passed(c); got != time.Hour {
			t.Errorf("after an hour's pause: %s", got)
		}
		c.SetSpeed(120)
		if got := passed(c); got != time.Hour {
			t.Errorf("changing the speed while paused moved time to %s", got)
		}
		c.Pause()
		time.Sleep(time.Minute)
		if got := passed(c); got != 3*time.Hour {
			t.Errorf("after a minute more at 120x: %s", got)
		}
		if err := c.Jump(morning.Add(8 * time.Hour)); err != nil || passed(c) != 8*time.Hour {
			t.Errorf("after a jump: %s, %v", passed(c), err)
		}
		if c.Over() {
			t.Error("it is over before its end")
		}
		time.Sleep(time.Hour)
		if got := passed(c); got != 15*time.Hour || !c.Over() {
			t.Errorf("past the end: %s, over: %v", got, c.Over())
		}
	})
}

func TestJumpsGoForwardOnlyAndNotPastTheEnd(t *testing.T) {
	c := clockAt(1)
	for to, want := range map[time.Duration]string{-time.Hour: "forward only", 16 * time.Hour: "it ends at 2025-10-20 21:40"} {
		if err := c.Jump(morning.Add(to)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a jump by %s: %v", to, err)
		}
	}
}

func TestARewindableClockLeapsBackAsWell(t *testing.T) {
	c := NewRewindable(morning, morning.Add(2*time.Hour), morning.Add(15*time.Hour), 1)
	if err := c.Jump(morning); err != nil || passed(c) != 0 {
		t.Errorf("after a leap to the beginning: %s, %v", passed(c), err)
	}
	if err := c.Jump(morning.Add(-time.Second)); err == nil || !strings.Contains(err.Error(), "it begins at 2025-10-20 06:40") {
		t.Errorf("a leap to before the beginning: %v", err)
	}
}

func TestSpeedsAreKeptWithinWhatTheWorldCanFollow(t *testing.T) {
	c := clockAt(60)
	if c.SetSpeed(1e9) != Fastest || c.SetSpeed(0.001) != Slowest || c.Speed() != Slowest {
		t.Errorf("the speed is %g", c.Speed())
	}
}

func TestASleeperWakesInRoomTimeWhateverHappensToTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clockAt(60)
		woke := make(chan time.Duration, 1)
		sleep := func(until time.Duration) {
			go func() {
				_ = c.Sleep(t.Context(), morning.Add(until))
				woke <- passed(c)
			}()
		}
		sleep(time.Hour)
		time.Sleep(30 * time.Second)
		c.Pause()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if len(woke) != 0 {
			t.Fatal("it woke while time stood still")
		}
		c.Pause()
		c.SetSpeed(1800)
		if got := <-woke; got != time.Hour {
			t.Errorf("it woke at %s", got)
		}
		sleep(5 * time.Hour)
		synctest.Wait()
		if err := c.Jump(morning.Add(6 * time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got := <-woke; got != 6*time.Hour {
			t.Errorf("it woke at %s after a jump over its time", got)
		}
	})
}

func TestASleeperEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clockAt(60)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Sleep(ctx, morning.Add(20*time.Hour)); err == nil {
			t.Error("it slept past its context, or past the end of time")
		}
	})
}
