package ui

import (
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

// pageOf is the page that a wall shows, and whether it stays.
func pageOf(k *Kiosk) (name string, pinned bool) {
	w := k.wall()
	pages := w.pages()
	at, pinned := w.showing(pages)
	return pages[at].name, pinned
}

// pass moves both clocks of a wall on.
func pass(k *Kiosk, clock *standing, d time.Duration) {
	clock.now = clock.now.Add(d)
	k.Update(second{})
}

func TestPagesTurnByTheClockForAllWallsAlike(t *testing.T) {
	clock := &standing{now: noon}
	r := acknowledged(t, clock)
	k, other := wallOf(t, r, clock, 160, 48), wallOf(t, r, clock, 80, 24)
	var seen []string
	for range 5 {
		name, pinned := pageOf(k)
		if same, _ := pageOf(other); same != name || pinned {
			t.Errorf("one wall shows %s, another %s, pinned %v", name, same, pinned)
		}
		if last := len(seen) - 1; last >= 0 && seen[last] == name {
			t.Errorf("%s is shown for longer than its time", name)
		}
		seen = append(seen, name)
		pass(k, clock, kioskTurn)
		other.Update(second{})
	}
	if got := strings.Join(seen, ", "); got != "AWS Health, timeline, overview, Probes, Alarms" {
		t.Errorf("the pages were %s", got)
	}
}

func TestWhatBecomesCriticalComesForwardUntilItIsAcknowledged(t *testing.T) {
	clock := &standing{now: noon}
	r := acknowledged(t, clock)
	k := wallOf(t, r, clock, 160, 48)
	east := scope("cloudwatch", "prod", "us-east-1")
	rung := alarmIn(clock, east, "cart-errors", room.Critical, "ALARM", 0)
	observed(r, room.Observation{Scope: east, Watch: "a", At: clock.now, Signals: []room.Signal{rung}}, 30)
	look(r, k)
	for range 10 {
		if name, pinned := pageOf(k); name != "Alarms" || !pinned {
			t.Fatalf("%s is shown, pinned %v", name, pinned)
		}
		pass(k, clock, 7*time.Second)
	}
	if frame := plainWall(k); !strings.Contains(frame, "until acknowledged") {
		t.Errorf("it is not said why the page stays:\n%s", frame)
	}
	// AWS posts after the fact: what the room learns last comes forward, not what began last.
	late := health(clock, "S3 operational issue", "S3", room.Critical, "OPEN", 90)
	observed(r, room.Observation{Scope: late.Scope, Watch: "h", At: clock.now, Signals: []room.Signal{late}}, 60)
	look(r, k)
	if name, _ := pageOf(k); name != "AWS Health" {
		t.Errorf("%s is shown after the newest trouble", name)
	}
	for _, key := range []string{late.Key, rung.Key} {
		if err := r.Desk("bo").Act(room.Act{Do: room.EventAck, Keys: []string{key}}); err != nil {
			t.Fatal(err)
		}
		look(r, k)
		name, pinned := pageOf(k)
		if want := key == late.Key; pinned != want || want && name != "Alarms" {
			t.Errorf("after the acknowledgement of %s %s is shown, pinned %v", key, name, pinned)
		}
	}
}

func TestWhatIsOverNoLongerHoldsThePage(t *testing.T) {
	clock := &standing{now: noon}
	r := calm(clock)
	k := wallOf(t, r, clock, 160, 48)
	down := probeIn(clock, "checkout", "us-east-1", room.Critical, "DOWN", "got 503", 0)
	observed(r, room.Observation{Scope: down.Scope, Watch: down.Key, At: clock.now, Done: true, Signals: []room.Signal{down}}, 15)
	look(r, k)
	if _, pinned := pageOf(k); !pinned {
		t.Error("new trouble does not come forward")
	}
	heal(r, clock)
	look(r, k)
	if _, pinned := pageOf(k); pinned {
		t.Error("what is over holds the page")
	}
}

// TestPagesTurnByRealTime holds that a drill, whose minutes are seconds, is shown on pages
// that can be read.
func TestPagesTurnByRealTime(t *testing.T) {
	clock, real := &standing{now: noon}, &standing{now: noon}
	k := wallOf(t, acknowledged(t, clock), clock, 160, 48)
	k.clock = real.Now
	k.Update(second{})
	before, _ := pageOf(k)
	pass(k, clock, time.Hour)
	if after, _ := pageOf(k); after != before {
		t.Errorf("an hour of the room has turned the page from %s to %s", before, after)
	}
	real.now = real.now.Add(kioskTurn)
	k.Update(second{})
	if after, _ := pageOf(k); after == before {
		t.Error("its time is up, and the page stays")
	}
}

func TestTheBarIsUsedUpWithTheTimeOfThePage(t *testing.T) {
	clock := &standing{now: noon.Truncate(kioskTurn)}
	k := wallOf(t, acknowledged(t, clock), clock, 160, 48)
	for i := range int(kioskTurn / time.Second) {
		full := strings.Repeat("━", int(kioskTurn/time.Second)-i) + strings.Repeat("─", i)
		if frame := plainWall(k); !strings.Contains(frame, full) {
			t.Fatalf("after %ds the bar is not %s:\n%s", i, full, frame)
		}
		pass(k, clock, time.Second)
	}
}
