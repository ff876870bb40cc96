package ui

import (
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

func TestTheScreenAndTheWallSayThatOurOwnConnectionIsDown(t *testing.T) {
	clock := &standing{noon}
	r := world(clock)
	const why = "none of 192.0.2.1:443, 198.51.100.7:443 answers, and they do not depend on each other"
	observed(r, room.Observation{
		Scope: scope(room.ConnectionSource, "", ""), Watch: room.ConnectionSource, At: clock.ago(time.Second), Done: true,
		Trouble: &room.Trouble{What: "our own connection is down", Why: why, Next: "check the network of this machine"},
	}, 30)
	r.Flush()
	if s := r.Snapshot(); s.Disconnected() == nil || s.Disconnected().Why != why {
		t.Fatalf("got %v", s.Disconnected())
	}
	m := screen(t, r, clock, 130, 24)
	first, _, _ := strings.Cut(plainFrame(m), "\n")
	if !strings.Contains(first, "✖ our own connection is down") || strings.Contains(first, "probes") {
		t.Errorf("the header says %q", first)
	}
}

func TestAWallThatKnowsNothingBadSaysWhatIsDownIsOurOwnConnection(t *testing.T) {
	clock := &standing{noon}
	r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
	observed(r, room.Observation{
		Scope: scope("probe", "", "eu-west-1"), Watch: "probe/shop", At: clock.ago(time.Second), Done: true,
		Signals: []room.Signal{{Key: "probe/shop", Kind: room.KindProbe, Scope: scope("probe", "", "eu-west-1"), State: room.Unknown, Word: "ERROR",
			Title: "shop", Since: clock.ago(time.Minute), Detail: &room.ProbeDetail{Target: "https://shop.example", Interval: time.Minute}}},
	}, 60)
	observed(r, room.Observation{
		Scope: scope(room.ConnectionSource, "", ""), Watch: room.ConnectionSource, At: clock.ago(time.Second), Done: true,
		Trouble: &room.Trouble{What: "our own connection is down", Why: "none of three networks answers", Next: "check the network"},
	}, 30)
	r.Flush()
	if got := r.Snapshot().Condition(clock.now); got != room.Blind {
		t.Errorf("the condition is %s", got)
	}
	got := strings.Join(strings.Fields(plainWall(wallOf(t, r, clock, 120, 40))), " ")
	if !strings.Contains(got, "Our own connection is down, so nothing is known of what lies behind it") {
		t.Errorf("the wall says\n%s", got)
	}
}
