package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/room"
)

// rings is what a command writes to the terminal as it is, or "".
func rings(cmd tea.Cmd) string {
	if cmd == nil {
		return ""
	}
	switch message := cmd().(type) {
	case tea.RawMsg:
		return fmt.Sprint(message.Msg)
	case tea.BatchMsg:
		for _, each := range message {
			if raw := rings(each); raw != "" {
				return raw
			}
		}
	}
	return ""
}

// trouble makes an alarm of the world ring.
func trouble(t *testing.T, m *Model, clock *standing, names ...string) {
	t.Helper()
	east := scope("cloudwatch", "prod", "us-east-1")
	r := m.reader.(*room.Room)
	var seen []room.Signal
	for _, name := range names {
		seen = append(seen, alarmIn(clock, east, name, room.Critical, "ALARM", 0))
	}
	r.Observe(room.Observation{Scope: east, Watch: "a", At: clock.now, Done: true, Signals: seen, Interval: 30 * time.Second})
	settle(t, m)
}

func TestNewTroubleCallsOnceAndOnlyWhoLooksElsewhere(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	start := time.Date(2026, 3, 14, 12, 0, 0, 0, time.Local)
	trouble(t, m, clock, "cart-errors")
	if m.call(start) != nil {
		t.Fatal("it called somebody who looks at the screen")
	}
	m.Update(tea.BlurMsg{})
	trouble(t, m, clock, "queue-depth", "disk-full")
	raw := rings(m.call(start))
	if !strings.HasPrefix(raw, "\a") || !strings.Contains(raw, "\x1b]9;ALARM ") || !strings.Contains(raw, "and 1 more") {
		t.Errorf("it wrote %q", raw)
	}
	if again := rings(m.call(start.Add(time.Minute))); again != "" {
		t.Errorf("it called again for the same: %q", again)
	}
	trouble(t, m, clock, "late")
	if soon := m.call(start.Add(attentionRest / 2)); soon != nil {
		t.Error("it calls again before the rest is over")
	}
	if raw := rings(m.call(start.Add(attentionRest))); !strings.Contains(raw, "ALARM late us-east-1") {
		t.Errorf("what came within the rest was lost: %q", raw)
	}
	trouble(t, m, clock, "seen")
	m.Update(tea.FocusMsg{})
	m.Update(tea.BlurMsg{})
	if m.call(start.Add(time.Hour)) != nil {
		t.Error("it calls for what its person has come back to look at")
	}
}

func TestWhatWasThereBeforeIsNoNews(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	if len(m.flags.unseen) != 0 {
		t.Errorf("at the start %v are new", m.flags.unseen)
	}
}

func TestAnEmptyRoomThatFillsIsNoNewsUntilItHasBeenLookedAtOnce(t *testing.T) {
	clock := &standing{now: noon}
	r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
	m := screen(t, r, clock, 130, 40)
	m.Update(tea.BlurMsg{})
	in := scope("cloudwatch", "prod", "us-east-1")
	page := func(done bool, names ...string) {
		var seen []room.Signal
		for _, name := range names {
			seen = append(seen, alarmIn(clock, in, name, room.Critical, "ALARM", 1))
		}
		observed(r, room.Observation{Scope: in, Watch: "a", At: clock.now, Signals: seen, Done: done}, 30)
		settle(t, m)
	}
	page(false, "one")
	page(true, "two")
	if len(m.flags.unseen) != 0 || len(m.attention.pending) != 0 {
		t.Errorf("the first look brought news: %v", m.flags.unseen)
	}
	page(true, "three")
	if len(m.flags.unseen) != 1 || len(m.attention.pending) != 1 {
		t.Errorf("after it, %v are new and %d call", m.flags.unseen, len(m.attention.pending))
	}
}

func TestQuietHoursKeepQuiet(t *testing.T) {
	night := Hours{From: 22 * time.Hour, To: 7 * time.Hour}
	for at, want := range map[string]bool{"21:59": false, "22:00": true, "03:00": true, "06:59": true, "07:00": false, "12:00": false} {
		parsed, _ := time.Parse("15:04", at)
		if got := night.Holds(parsed); got != want {
			t.Errorf("%s is within the night: %v, want %v", at, got, want)
		}
	}
	if (Hours{}).Holds(noon) {
		t.Error("no hours hold noon")
	}
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40, func(o *Options) { o.Attention.Quiet = night })
	m.Update(tea.BlurMsg{})
	trouble(t, m, clock, "cart-errors")
	if cmd := m.call(time.Date(2026, 3, 14, 23, 0, 0, 0, time.Local)); cmd != nil {
		t.Errorf("it rang at night: %q", rings(cmd))
	}
	if len(m.flags.unseen) == 0 {
		t.Error("trouble of the night is not marked as new")
	}
}

func TestTheNoticeIsTheOneThatTheTerminalKnows(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		wish Attention
		want string
	}{
		{map[string]string{"TERM": "xterm-kitty"}, Attention{}, "\a\x1b]99;i=warroom:d=1;x y\x07"},
		{map[string]string{"TERM": "foot"}, Attention{}, "\a\x1b]777;notify;warroom;x y\x07"},
		{map[string]string{"TERM": "xterm-256color"}, Attention{}, "\a\x1b]9;x y\x07"},
		{map[string]string{"TERM": "xterm-256color"}, Attention{Silent: true}, "\x1b]9;x y\x07"},
		{map[string]string{"TERM": "xterm-kitty"}, Attention{Notices: NoticeOSC9}, "\a\x1b]9;x y\x07"},
		{map[string]string{"TERM": "xterm-kitty"}, Attention{Notices: NoticeOff}, "\a"},
		{map[string]string{"TERM": "tmux-256color", "TMUX": "/x"}, Attention{}, "\a\x1bPtmux;\x1b\x1b]9;x y\x07\x1b\\"},
	} {
		var a attention
		a.knowTerminal(func(name string) string { return c.env[name] })
		clock := &standing{now: noon}
		m := screen(t, world(clock), clock, 130, 40, func(o *Options) { o.Attention = c.wish })
		m.attention = a
		m.attention.away, m.attention.pending = true, []string{m.live.Of(room.KindProbe).Signals[0].Key}
		if got := rings(m.call(noon)); got != strings.Replace(c.want, "x y", "DOWN checkout us-east-1", 1) {
			t.Errorf("%v %+v: %q, want %q", c.env, c.wish, got, c.want)
		}
	}
}

func TestANoticeCannotBeSteeredByAName(t *testing.T) {
	a := attention{osc: NoticeOSC9}
	for _, how := range []string{NoticeOSC9, NoticeOSC99, NoticeOSC777} {
		got := a.notice(how, "evil\x07\x1b]0;owned\x07;p=close")
		body := strings.TrimSuffix(strings.TrimPrefix(got, "\x1b]"), "\x07")
		if strings.ContainsAny(body, "\x07\x1b") || strings.Contains(body, ";p=close") {
			t.Errorf("%s: %q", how, got)
		}
	}
}

func TestNewTroubleIsMarkedUntilItsPaneWasLookedAt(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	trouble(t, m, clock, "cart-errors")
	if frame := plainFrame(m); !strings.Contains(frame, "◆✖ ALARM   cart-errors") || !strings.Contains(frame, "◆ 1 new") {
		t.Fatalf("new trouble is not marked:\n%s", frame)
	}
	press(m, "j") // in another pane
	if !strings.Contains(plainFrame(m), "◆ 1 new") {
		t.Fatal("a key in another pane took the mark away")
	}
	press(m, "2")
	m.View()
	press(m, "j")
	if strings.Contains(plainFrame(m), "◆") {
		t.Errorf("it is still marked:\n%s", plainFrame(m))
	}
}

func TestTheTaskbarAndTheTitleShowTheWorst(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	v := m.View()
	if v.ProgressBar == nil || v.ProgressBar.State != tea.ProgressBarError || !strings.HasPrefix(v.WindowTitle, "1 health 2 alarms 1 probe") {
		t.Errorf("title %q, progress %+v", v.WindowTitle, v.ProgressBar)
	}
	calm := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
	observed(calm, room.Observation{Scope: scope("health", "1", "global"), Watch: "h", At: clock.now, Done: true, Complete: true}, 60)
	if v := screen(t, calm, clock, 130, 40).View(); v.ProgressBar != nil {
		t.Errorf("calm shows progress %+v", v.ProgressBar)
	}
}

func TestTroubleThatHasEndedOrFlapsIsNotCountedTwice(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	start := time.Date(2026, 3, 14, 12, 0, 0, 0, time.Local)
	m.Update(tea.BlurMsg{})
	east := scope("cloudwatch", "prod", "us-east-1")
	become := func(state room.State, word string) {
		observed(m.reader.(*room.Room), room.Observation{Scope: east, Watch: "a", At: clock.now, Done: true, Signals: []room.Signal{
			alarmIn(clock, east, "cart-errors", state, word, 0),
		}}, 30)
		settle(t, m)
	}
	become(room.Critical, "ALARM")
	become(room.OK, "OK")
	become(room.Critical, "ALARM")
	if raw := rings(m.call(start)); !strings.Contains(raw, "ALARM cart-errors us-east-1\x07") {
		t.Errorf("an alarm that flaps is told as %q", raw)
	}
	become(room.OK, "OK")
	become(room.Critical, "ALARM")
	become(room.OK, "OK")
	if cmd := m.call(start.Add(time.Minute)); cmd != nil {
		t.Errorf("trouble that has ended is told: %q", rings(cmd))
	}
}

func TestAFrozenViewStillCarriesTheWorstInTitleAndTaskbar(t *testing.T) {
	clock := &standing{now: noon}
	r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
	in := scope("health", "1", "global")
	observed(r, room.Observation{Scope: in, Watch: "h", At: clock.now, Done: true, Complete: true}, 60)
	m := screen(t, r, clock, 130, 40)
	press(m, "f")
	observed(r, room.Observation{Scope: in, Watch: "h", At: clock.now, Done: true, Complete: true, Signals: []room.Signal{
		health(clock, "EC2 issue", "EC2", room.Critical, "OPEN", 1),
	}}, 60)
	settle(t, m)
	if v := m.View(); v.ProgressBar == nil || v.ProgressBar.State != tea.ProgressBarError || !strings.HasPrefix(v.WindowTitle, "1 health") {
		t.Errorf("title %q, progress %+v", v.WindowTitle, v.ProgressBar)
	}
}
