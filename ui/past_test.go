package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"warroom/internal/room"
	"warroom/theme"
)

// night is an outage that goes on for some minutes, in a room that is kept.
type night struct {
	*notebook
	clock   *standing
	moments []time.Time // at which something happened: the ends of their seconds
}

// newNight lets it happen; each is called after each of its moments.
func newNight(t testing.TB, each func(n *night)) *night {
	t.Helper()
	clock := &standing{now: noon}
	r, book := keptRoom(clock)
	n := &night{notebook: book, clock: clock}
	east := scope("cloudwatch", "prod", "us-east-1")
	alarm := func(name string, state room.State, word string) {
		observed(r, room.Observation{Scope: east, Watch: "a", At: clock.now, Signals: []room.Signal{alarmIn(clock, east, name, state, word, 0)}}, 30)
	}
	for i, happens := range []func(){
		func() { strike(r, clock) },
		func() { alarm("cart-errors", room.Critical, "ALARM") },
		func() {
			p := probeIn(clock, "orders", "us-east-1", room.Critical, "DOWN", "connection refused", 0)
			observed(r, room.Observation{Scope: p.Scope, Watch: p.Key, At: clock.now, Done: true, Signals: []room.Signal{p}}, 15)
		},
		func() { alarm("search-latency", room.Critical, "ALARM") },
		func() { _ = r.Desk("ana").Act(room.Act{Do: room.EventNote, Text: "rolling back search"}) },
		func() { alarm("search-latency", room.OK, "OK") },
	} {
		clock.now = noon.Add(time.Duration(i) * 65 * time.Second)
		happens()
		clock.now = endOfSecond(clock.now)
		n.tell()
		r.Flush()
		n.moments = append(n.moments, clock.now)
		if each != nil {
			each(n)
		}
	}
	clock.now = clock.now.Add(20 * time.Second)
	return n
}

// screen is a viewer of the room and its past.
func (n *night) screen(t testing.TB, width, height int, change ...func(*Options)) *Model {
	t.Helper()
	return screen(t, n.room, n.clock, width, height, append([]func(*Options){func(o *Options) { o.History = n.notebook }}, change...)...)
}

// command types a command of the palette.
func command(t testing.TB, m *Model, text string) {
	t.Helper()
	press(m, ":")
	typeIn(m, text)
	play(t, m, press(m, "enter"))
}

var ladder = [][2]int{{200, 60}, {120, 40}, {80, 24}, {40, 12}}

func TestAMomentOfThePastIsTheScreenThatWasLiveThen(t *testing.T) {
	for _, size := range ladder {
		live := map[time.Time]string{}
		n := newNight(t, func(n *night) { live[n.clock.now] = plainFrame(n.screen(t, size[0], size[1])) })
		m := n.screen(t, size[0], size[1])
		for _, moment := range slices.Backward(n.moments) {
			play(t, m, press(m, "["))
			frame := plainFrame(m)
			if !m.shown.At.Equal(moment) || !strings.Contains(frame, "PAST "+moment.Format("15:04:05Z")) {
				t.Fatalf("%v: the screen shows %s, want %s:\n%s", size, m.shown.At, moment, frame)
			}
			if got, want := within(frame), within(live[moment]); got != want {
				t.Errorf("%v: at %s the screen was\n%s\nand is\n%s", size, moment, want, got)
			}
		}
		play(t, m, press(m, "0"))
		if frame := plainFrame(m); strings.Contains(frame, "PAST") || m.shown != n.room.Snapshot() {
			t.Errorf("%v: 0 does not lead back to now:\n%s", size, frame)
		}
	}
}

// within is a frame without its first line, which says what moment it is, and its last,
// which says how to get away.
func within(frame string) string {
	lines := strings.Split(frame, "\n")
	return strings.Join(lines[1:len(lines)-1], "\n")
}

func TestThePastOnTheLadder(t *testing.T) {
	n := newNight(t, nil)
	for _, size := range append(ladder, [2]int{19, 4}) {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			m := n.screen(t, size[0], size[1])
			for range 3 {
				play(t, m, press(m, "["))
			}
			golden.RequireEqual(t, plainFrame(m))
			if title := m.View().WindowTitle; !strings.HasPrefix(title, "PAST 14:06:37Z - ") {
				t.Errorf("the title is %q", title)
			}
		})
	}
	t.Run("styled", func(t *testing.T) {
		for _, name := range []string{"dark", "light", "mono", "ansi16"} {
			m := n.screen(t, 120, 20, func(o *Options) { o.Theme = name })
			play(t, m, press(m, "["))
			first, _, _ := strings.Cut(m.View().Content, "\n")
			if bar := m.pen.theme.Open(theme.Past); bar == "" || !strings.HasPrefix(first, bar) || strings.Count(first, "\x1b[") != 2 {
				t.Errorf("%s: the first line is no bar: %q", name, first)
			}
		}
	})
}

func TestStepsThatArePressedQuicklyAddUpAndNoneIsLost(t *testing.T) {
	n := newNight(t, nil)
	m := n.screen(t, 120, 40)
	first := press(m, "[")
	press(m, "[", "[", "{", "]", "]", "]", "[")
	_, second := m.Update(first())
	if !m.past.shown.Equal(n.moments[5]) {
		t.Fatalf("the first step leads to %s", m.past.shown)
	}
	play(t, m, second)
	// Two more back is moment 3; a minute before that comes after moment 2; two forward from there.
	if !m.past.shown.Equal(n.moments[4]) {
		t.Errorf("the screen shows %s, want %s", m.past.shown, n.moments[4])
	}
	if want := []string{"14:08:47", "14:07:42"}; !slices.Equal(n.asked, want) {
		t.Errorf("the past was asked for %v, want %v", n.asked, want)
	}
}

func TestWhatIsAskedForIsNotWaitedForAnyMoreAfterTheWayBack(t *testing.T) {
	n := newNight(t, nil)
	m := n.screen(t, 120, 40)
	late := press(m, "[")
	press(m, "0")
	m.Update(late())
	if m.past.travels() {
		t.Error("an answer that came too late took the screen away from the present")
	}
}

func TestMomentsAsPeopleWriteThem(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 30, 10, 0, time.UTC)
	for text, want := range map[string]string{
		"09:30": "2026-11-25T09:30:00", "9:05": "2026-11-25T09:05:00", "14:05": "2026-11-24T14:05:00", "14:05:30z": "2026-11-24T14:05:30", " 2026-11-20T14:05 ": "2026-11-20T14:05:00",
		"2026-11-24T14:05Z": "2026-11-24T14:05:00", "2026-11-24 14:05:06": "2026-11-24T14:05:06", "2026-12-01T00:00": "2026-12-01T00:00:00",
	} {
		got, err := parseMoment(text, now)
		if err != nil || got.Format("2006-01-02T15:04:05") != want {
			t.Errorf("%q is %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "now", "25:00", "14:65", "14", "2026-13-01T10:00", "14:05+01:00", "\x1b[31m", strings.Repeat("9", 5000)} {
		if got, err := parseMoment(text, now); err == nil || !strings.Contains(err.Error(), "14:05:30") || !strings.Contains(err.Error(), "2026-11-25T09:30") {
			t.Errorf("%.20q is %s, %v", text, got, err)
		}
	}
}

func TestWaysThroughThePast(t *testing.T) {
	for _, c := range []struct {
		name  string
		do    func(t *testing.T, n *night, m *Model)
		shown string // "" for the present
		says  string
	}{
		{"at a time of day", func(t *testing.T, _ *night, m *Model) { command(t, m, "at 14:05") }, "14:05:00", ""},
		{"at a second", func(t *testing.T, _ *night, m *Model) { command(t, m, "at 14:06:37") }, "14:06:37", ""},
		{"before everything", func(t *testing.T, _ *night, m *Model) { command(t, m, "at 14:00") }, "", "nothing is kept from before then: the journal begins 2026-03-14 14:03:22Z"},
		{"the day before", func(t *testing.T, _ *night, m *Model) { command(t, m, "at 23:00") }, "", "the journal begins"},
		{"what has not come", func(t *testing.T, _ *night, m *Model) { command(t, m, "at 2026-03-15T10:00") }, "", "has not come yet"},
		{"no moment", func(t *testing.T, _ *night, m *Model) { command(t, m, "at noon") }, "", `at: "NOON" is no moment`},
		{"a minute", func(t *testing.T, _ *night, m *Model) { play(t, m, press(m, "{")) }, "14:08:07", ""},
		{"a minute and back", func(t *testing.T, _ *night, m *Model) { play(t, m, press(m, "{")); play(t, m, press(m, "}")) }, "", ""},
		{"forward from the present", func(t *testing.T, _ *night, m *Model) { play(t, m, press(m, "}")) }, "", "this is the present"},
		{"no line after the present", func(t *testing.T, _ *night, m *Model) { play(t, m, press(m, "]")) }, "", "nothing has happened after it"},
		{"beyond the first line", func(t *testing.T, _ *night, m *Model) {
			for range 20 {
				play(t, m, press(m, "["))
			}
		}, "14:03:22", "nothing is kept that happened before: the journal begins"},
		{"beyond the first line at once", func(t *testing.T, _ *night, m *Model) {
			first := press(m, "[")
			press(m, slices.Repeat([]string{"["}, 20)...)
			_, next := m.Update(first())
			play(t, m, next)
		}, "14:03:22", "nothing is kept that happened before"},
		{"the moment of a line", func(t *testing.T, _ *night, m *Model) { play(t, m, press(m, "4", "k", "k", "@")) }, "14:06:37", ""},
		{"a row without a moment", func(t *testing.T, _ *night, m *Model) { play(t, m, press(m, "2", "@")) }, "", "only a line of the timeline (4) has a moment"},
		{"one step out", func(t *testing.T, _ *night, m *Model) { play(t, m, press(m, "[", "esc")) }, "", ""},
		{"freezing", func(t *testing.T, _ *night, m *Model) { play(t, m, press(m, "[")); press(m, "f") }, "14:08:47", "the past stands still by itself; 0 goes back to now"},
		{"from a frozen view", func(t *testing.T, _ *night, m *Model) { press(m, "f"); play(t, m, press(m, "[")) }, "14:08:47", ""},
		{"acting", func(t *testing.T, _ *night, m *Model) { play(t, m, press(m, "[")); play(t, m, press(m, "2", "a")) }, "14:08:47", "this is 14:08:47Z; 0 goes back to now, then act"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newNight(t, nil)
			m := n.screen(t, 120, 40)
			c.do(t, n, m)
			shown := ""
			if m.past.travels() {
				shown = m.past.shown.Format("15:04:05")
			}
			if shown != c.shown || !strings.Contains(m.message.text, c.says) || c.says == "" && m.message.text != "" && c.shown != "" {
				t.Errorf("shows %q and says %q, want %q and %q", shown, m.message.text, c.shown, c.says)
			}
			if m.frozen {
				t.Error("the view is frozen beside")
			}
		})
	}
}

func TestWhatIsTypedForAnActInThePastIsNotLost(t *testing.T) {
	n := newNight(t, nil)
	m := n.screen(t, 120, 40)
	play(t, m, press(m, "["))
	before := n.room.Snapshot().Timeline.Total
	command(t, m, "note the cause is found")
	if m.asking != askingCommand || m.input.Value() != "note the cause is found" || !strings.Contains(plainFrame(m), "0 goes back to now, then act") {
		t.Fatalf("the screen is\n%s", plainFrame(m))
	}
	if n.room.Flush(); n.room.Snapshot().Timeline.Total != before {
		t.Error("it was noted all the same")
	}
}

func TestTheRoomGoesOnBehindThePast(t *testing.T) {
	n := newNight(t, nil)
	m := n.screen(t, 120, 40)
	m.Update(tea.BlurMsg{})
	play(t, m, press(m, "["))
	shown := m.shown
	east := scope("cloudwatch", "prod", "us-east-1")
	observed(n.room, room.Observation{Scope: east, Watch: "a", At: n.clock.now, Signals: []room.Signal{alarmIn(n.clock, east, "queue-depth", room.Critical, "ALARM", 0)}}, 30)
	settle(t, m)
	if m.shown != shown || !strings.Contains(plainFrame(m), " 1 behind ") || !strings.Contains(plainFrame(m), "was NO DATA: queue-depth") {
		t.Errorf("the screen is\n%s", plainFrame(m))
	}
	if len(m.attention.pending) != 1 || !m.flags.unseen["alarm/prod/us-east-1/queue-depth"] {
		t.Errorf("pending %v, unseen %v", m.attention.pending, m.flags.unseen)
	}
	press(m, "2")
	_ = m.View()
	if press(m, "j"); !m.flags.unseen["alarm/prod/us-east-1/queue-depth"] {
		t.Error("new trouble counts as seen by one who looked at the past")
	}
	press(m, "0")
	if !strings.Contains(plainFrame(m), "ALARM: queue-depth") {
		t.Errorf("the present is\n%s", plainFrame(m))
	}
}

func TestTheCursorStaysWithItsRowThroughMomentsThatDoNotHaveIt(t *testing.T) {
	n := newNight(t, nil)
	m := n.screen(t, 160, 40)
	command(t, m, "at 14:06:37")
	press(m, "2")
	for range m.panes[1].rows.between(0, m.panes[1].rows.len()) {
		if it, _ := m.panes[1].selected(); it.signal.Title == "search-latency" {
			break
		}
		press(m, "j")
	}
	play(t, m, press(m, "j", "k", "enter"))
	command(t, m, "at 14:04")
	if frame := plainFrame(m); !strings.Contains(frame, "search-latency was not there at 14:04:00Z") {
		t.Errorf("the details are\n%s", frame)
	}
	command(t, m, "at 14:06:37")
	if it, ok := m.panes[1].selected(); !ok || it.signal.Title != "search-latency" {
		t.Errorf("the cursor is on %v", it.signal)
	}
}

// broken is a past that cannot be read.
type broken struct{ *notebook }

func (broken) At(context.Context, time.Time) (*room.Snapshot, error) {
	return nil, errors.New("the journal cannot be read there: the disk is gone")
}

func TestAPastThatCannotBeReadSaysSoAndLeavesTheScreen(t *testing.T) {
	n := newNight(t, nil)
	m := n.screen(t, 120, 40, func(o *Options) { o.History = broken{n.notebook} })
	play(t, m, press(m, "["))
	if m.past.travels() || !strings.Contains(plainFrame(m), "the journal cannot be read there: the disk is gone") {
		t.Errorf("the screen is\n%s", plainFrame(m))
	}
	unkept := screen(t, n.room, n.clock, 120, 40, func(o *Options) { o.NoJournal = "the state directory cannot be written" })
	play(t, unkept, press(unkept, "["))
	if want := "there is no past to look at: this room is not kept, because the state directory cannot be written"; unkept.message.text != want {
		t.Errorf("it says %q, want %q", unkept.message.text, want)
	}
}
