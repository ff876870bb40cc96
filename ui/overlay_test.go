package ui

import (
	"strings"
	"testing"
)

func TestTheLogIsShownNewestFirst(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40, func(o *Options) {
		o.Log = func() []LogLine {
			return []LogLine{{At: noon, Level: "WARN", Text: "alpha"}, {At: noon, Level: "INFO", Text: "beta \x1b[31m"}}
		}
	})
	press(m, "L")
	frame := plainFrame(m)
	if alpha, beta := strings.Index(frame, "alpha"), strings.Index(frame, "beta"); alpha < 0 || beta < 0 || beta > alpha {
		t.Errorf("the log reads\n%s", frame)
	}
	press(m, "L")
	if strings.Contains(plainFrame(m), "alpha") {
		t.Error("L does not close it")
	}
}

func TestLinksAreShownWholeAndOnlyWhereThereAreAny(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	press(m, "2", "o")
	frame := plainFrame(m)
	for _, want := range []string{"https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#alarmsV2:alarm/orders-p99-latency", "https://runbooks.acme.example/checkout"} {
		if !strings.Contains(frame, want) {
			t.Errorf("%s is not shown:\n%s", want, frame)
		}
	}
	if got := copied(press(m, "y")); !strings.HasPrefix(got, "https://us-east-1.console.") {
		t.Errorf("y copies %q", got)
	}
	press(m, "esc", "4", "G", "o")
	if !strings.Contains(plainFrame(m), "this row has no page to open") {
		t.Error("a note has links")
	}
}

func TestOverlaysScrollAndEscLeavesThem(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 80, 20)
	press(m, "?", "G")
	if frame := plainFrame(m); !strings.Contains(frame, "quit") {
		t.Errorf("the end of the help cannot be reached:\n%s", frame)
	}
	press(m, "g")
	if frame := plainFrame(m); !strings.Contains(frame, "open the row's details") {
		t.Errorf("the beginning cannot be reached again:\n%s", frame)
	}
	press(m, "esc")
	if m.overlay != overlayNothing {
		t.Error("esc does not leave")
	}
}
