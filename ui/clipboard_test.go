package ui

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// copied is the text that a command hands to the terminal's clipboard.
func copied(cmd tea.Cmd) string {
	if cmd == nil {
		return ""
	}
	message := cmd()
	if batch, ok := message.(tea.BatchMsg); ok {
		for _, each := range batch {
			if text := copied(each); text != "" {
				return text
			}
		}
		return ""
	}
	raw, ok := message.(tea.RawMsg)
	if !ok {
		return ""
	}
	coded, clipboard := strings.CutPrefix(fmt.Sprint(raw.Msg), "\x1b]52;c;")
	text, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(coded, "\a"))
	if !clipboard || err != nil {
		return ""
	}
	return string(text)
}

func TestARowIsCopiedAsOneLineForAChat(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	press(m, "2", "j")
	want := "✖ ALARM checkout-5xx · checkout · prod us-east-1 · since 13:22:22Z (41m) · " +
		"Threshold Crossed: 3 datapoints were greater than the threshold (5.0). · " +
		"https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#alarmsV2:alarm/checkout-5xx"
	if got := copied(press(m, "y")); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if !strings.Contains(plainFrame(m), "copied 1 row: ✖ ALARM checkout-5xx") {
		t.Error("it is not said")
	}
	press(m, "4", "G")
	if got := copied(press(m, "y")); got != "14:03:22Z ana: failing over checkout to eu-west-1" {
		t.Errorf("an event is %q", got)
	}
}

func TestTheWholeSituationIsCopiedAsOneLine(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	want := "prod 14:03:22Z · us-east-1 ✖ 1 health 2 alarms 1 probe · ◌ 1 scope not seen · " +
		"since 13:22:22Z (41m), alarm checkout-5xx · oldest data 6m"
	if got := copied(press(m, "Y")); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestACopyFromADrillSaysSo(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40, func(o *Options) { o.Drill = &player{} })
	for _, name := range []string{"y", "Y"} {
		if got := copied(press(m, name)); !strings.HasPrefix(got, "DRILL ") {
			t.Errorf("%s copies %q", name, got)
		}
	}
}

func TestSelectedRowsAreActedOnTogether(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	m := screen(t, r, clock, 130, 40)
	press(m, "2", "space", "space")
	if frame := plainFrame(m); strings.Count(frame, "■✖ ALARM") != 2 {
		t.Fatalf("two rows are not selected:\n%s", frame)
	}
	if got := copied(press(m, "y")); strings.Count(got, "\n") != 1 || !strings.Contains(got, "orders-p99-latency") || !strings.Contains(got, "checkout-5xx") {
		t.Errorf("copied %q", got)
	}
	press(m, "n")
	typeIn(m, "looking")
	play(t, m, press(m, "enter"))
	settle(t, m)
	notes := 0
	for _, e := range m.live.Timeline.Events {
		if e.Text == "looking" && e.Key != "" {
			notes++
		}
	}
	if notes != 2 || len(m.flags.marked[m.focus]) != 0 {
		t.Errorf("%d notes, %d still selected", notes, len(m.flags.marked[m.focus]))
	}
	press(m, "space", "esc")
	if len(m.flags.marked[m.focus]) != 0 {
		t.Error("esc does not let go of it")
	}
}

func TestASelectionBelongsToItsPane(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	m := screen(t, r, clock, 130, 40)
	press(m, "2", "space", "space", "3", "n")
	typeIn(m, "about a probe")
	play(t, m, press(m, "enter"))
	settle(t, m)
	if got := len(m.flags.marked[1]); got != 2 {
		t.Errorf("a note in another pane left %d of 2 selected rows", got)
	}
	press(m, "2")
	m.setFilter("cart")
	if got := copied(press(m, "y")); got != "" {
		t.Errorf("selected rows are hidden, and it copies %q", got)
	}
}

func TestANoteOnATimelineLineIsAboutItsSignal(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	m := screen(t, r, clock, 130, 40)
	press(m, "4", "g", "j", "n")
	typeIn(m, "seen")
	play(t, m, press(m, "enter"))
	settle(t, m)
	last := m.live.Timeline.Events[len(m.live.Timeline.Events)-1]
	if last.Text != "seen" || last.Key != "alarm/prod/us-east-1/checkout-5xx" {
		t.Errorf("the note is %q about %q", last.Text, last.Key)
	}
}
