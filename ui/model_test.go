package ui

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"warroom/internal/room"
)

func titleUnderCursor(m *Model) string {
	it, ok := m.panes[m.focus].selected()
	switch {
	case !ok:
		return ""
	case it.signal != nil:
		return it.signal.Title
	}
	return it.event.ID.String()
}

func TestTheCursorStaysWithItsRowWhenRowsMove(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	m := screen(t, r, clock, 130, 40)
	press(m, "2", "j", "j")
	if got := titleUnderCursor(m); got != "queue-depth" {
		t.Fatalf("the cursor is on %q", got)
	}
	east := scope("cloudwatch", "prod", "us-east-1")
	observed(r, room.Observation{
		Scope: east, Watch: "a", At: clock.now, Signals: []room.Signal{alarmIn(clock, east, "cart-errors", room.Critical, "ALARM", 0)},
	}, 30)
	settle(t, m)
	if got := m.panes[1].rows.at(0).signal.Title; got != "cart-errors" {
		t.Fatalf("the new trouble is not on top, %q is", got)
	}
	if got := titleUnderCursor(m); got != "queue-depth" {
		t.Errorf("the cursor slid to %q", got)
	}
}

func TestACursorThatWasNeverMovedStaysWithTheWorst(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	m := screen(t, r, clock, 130, 40)
	press(m, "2")
	east := scope("cloudwatch", "prod", "us-east-1")
	observed(r, room.Observation{
		Scope: east, Watch: "a", At: clock.now, Signals: []room.Signal{alarmIn(clock, east, "cart-errors", room.Critical, "ALARM", 0)},
	}, 30)
	settle(t, m)
	if got := titleUnderCursor(m); got != "cart-errors" {
		t.Errorf("the cursor is on %q", got)
	}
}

func TestTheTimelineFollowsTheNewestUntilOneLooksBack(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	m := screen(t, r, clock, 130, 40)
	press(m, "4")
	_ = r.Desk("bo").Act(room.Act{Do: room.EventNote, Text: "one"})
	settle(t, m)
	last := m.panes[3].rows.at(m.panes[3].rows.len() - 1).key()
	if titleUnderCursor(m) != last {
		t.Fatal("it does not follow")
	}
	press(m, "k")
	before := titleUnderCursor(m)
	_ = r.Desk("bo").Act(room.Act{Do: room.EventNote, Text: "two"})
	settle(t, m)
	if titleUnderCursor(m) != before {
		t.Error("it slid away from the row that was being read")
	}
	press(m, "G")
	_ = r.Desk("bo").Act(room.Act{Do: room.EventNote, Text: "three"})
	settle(t, m)
	if last := m.panes[3].rows.at(m.panes[3].rows.len() - 1).key(); titleUnderCursor(m) != last {
		t.Error("it does not follow again after G")
	}
}

func TestEscIsOneStepOutAndNeverOutOfTheProgram(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	press(m, "/")
	typeIn(m, "checkout")
	press(m, "enter", "2", "f", "z", "enter", "?")
	state := func() string {
		return fmt.Sprintf("%v %v %v %v %s", m.overlay != overlayNothing, m.detail, m.zoom, m.frozen, m.filter.text)
	}
	for _, want := range []string{
		"true true true true checkout", "false true true true checkout", "false false true true checkout",
		"false false false true checkout", "false false false false checkout", "false false false false ", "false false false false ",
	} {
		if state() != want {
			t.Fatalf("it is %q, want %q", state(), want)
		}
		if cmd := press(m, "esc"); cmd != nil {
			t.Fatal("esc left the program")
		}
	}
}

func TestFreezeHoldsTheViewAndCountsWhatItMisses(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	m := screen(t, r, clock, 130, 40)
	press(m, "f")
	frozen := plainFrame(m)
	_ = r.Desk("bo").Act(room.Act{Do: room.EventNote, Text: "meanwhile"})
	clock.now = clock.now.Add(time.Hour)
	settle(t, m)
	m.Update(second{})
	if got := plainFrame(m); strings.Replace(got, "1 behind", "0 behind", 1) != frozen || !strings.Contains(got, "1 behind") {
		t.Errorf("the frozen view changed:\n%s", got)
	}
	press(m, "f")
	if got := plainFrame(m); !strings.Contains(got, "meanwhile") || strings.Contains(got, "FROZEN") {
		t.Errorf("the view did not catch up:\n%s", got)
	}
}

func TestFilterKeepsWhatMatches(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	for _, c := range []struct{ filter, alarms, probes string }{
		{"checkout", "orders-p99-latency checkout-5xx queue-depth cart-errors checkout-5xx", "checkout orders checkout"}, // the service matches too
		{"name:checkout", "checkout-5xx checkout-5xx", "checkout checkout"},
		{"state:alarm", "orders-p99-latency checkout-5xx", ""},
		{"state:down", "", "checkout"},
		{"region:eu-west-1", "checkout-5xx", "checkout"},
		{"name:checkout !region:us-east-1", "checkout-5xx", "checkout"},
		{"NAME:CHECKOUT state:CRITICAL", "checkout-5xx", "checkout"},
	} {
		m.setFilter(c.filter)
		for i, want := range map[int]string{1: c.alarms, 2: c.probes} {
			var got []string
			for _, it := range m.panes[i].rows.between(0, m.panes[i].rows.len()) {
				got = append(got, it.signal.Title)
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%q leaves %q in pane %d, want %q", c.filter, got, i+1, want)
			}
		}
	}
	m.setFilter("colour:red")
	if !strings.Contains(plainFrame(m), `there is no field "colour"; fields are state, region`) {
		t.Error("an unknown field is not said")
	}
}

func TestNotesGoToTheTimelineCleanedAndViewersCannotWriteThem(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	m := screen(t, r, clock, 130, 40)
	press(m, "2", "n")
	m.Update(tea.PasteMsg{Content: "failing \x1b]52;c;aGk=\x07 over\u202e now"})
	play(t, m, press(m, "enter"))
	settle(t, m)
	events := m.shown.Timeline.Events
	last := events[len(events)-1]
	if last.Key == "" || strings.ContainsAny(last.Text, "\x1b\x07\u202e") || !strings.Contains(last.Text, "over now") {
		t.Errorf("the note is %+q about %q", last.Text, last.Key)
	}
	viewer := screen(t, r, clock, 130, 40, func(o *Options) { o.Desk = nil })
	press(viewer, "n")
	if got := plainFrame(viewer); !strings.Contains(got, "you are here to look") {
		t.Errorf("a viewer was not told why not:\n%s", got)
	}
}

func TestThePaletteRunsCommandsByNameAndSaysWhatItDoesNotKnow(t *testing.T) {
	clock := &standing{now: noon}
	reloaded := 0
	m := screen(t, world(clock), clock, 130, 40, func(o *Options) {
		o.Reload = func() error {
			if reloaded++; reloaded > 1 {
				return errors.New("warroom.yaml:3:5: unknown key")
			}
			return nil
		}
	})
	run := func(line string) string {
		press(m, ":")
		typeIn(m, line)
		press(m, "enter")
		lines := strings.Split(plainFrame(m), "\n")
		return strings.TrimSpace(lines[len(lines)-1])
	}
	for _, c := range []struct{ line, want string }{
		{"reload", "the config was read again"},
		{"reload", "warroom.yaml:3:5: unknown key"},
		{"theme neon", `there is no theme "neon"; there are auto, dark, light, high-contrast, colour-blind, ansi16, mono`},
		{"xyzzy", `there is no command "xyzzy"; : lists them`},
		{"pause", `there is no command "pause"; : lists them`}, // only a drill has it
	} {
		if got := run(c.line); got != c.want {
			t.Errorf(":%s says %q, want %q", c.line, got, c.want)
		}
	}
	run("filter name:orders")
	if m.filter.text != "name:orders" {
		t.Errorf("the filter is %q", m.filter.text)
	}
	if run("theme light"); m.pen.theme.Name != "light" {
		t.Errorf("the theme is %q", m.pen.theme.Name)
	}
}

// player is a drill's controls that note what was asked of them.
type player struct {
	paused bool
	over   bool
	speed  float64
	jumped time.Time
}

func (p *player) Scenario() string           { return "2025-10-20" }
func (p *player) Pause() bool                { p.paused = !p.paused; return p.paused }
func (p *player) Paused() bool               { return p.paused }
func (p *player) Over() bool                 { return p.over }
func (p *player) Speed() float64             { return p.speed }
func (p *player) SetSpeed(s float64) float64 { p.speed = min(s, 3000); return p.speed }
func (p *player) Jump(to time.Time) error    { p.jumped = to; return nil }

func TestADrillSaysSoOnEveryScreenAndObeysItsKeys(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	drill := &player{speed: 175}
	for _, size := range [][2]int{{200, 60}, {130, 24}, {80, 24}, {40, 12}, {20, 5}, {18, 3}} {
		m := screen(t, r, clock, size[0], size[1], func(o *Options) { o.Drill = drill })
		for _, keys := range [][]string{{}, {"z"}, {"enter"}, {"?"}, {"f"}, {":"}} {
			press(m, "esc", "esc", "esc", "esc")
			press(m, keys...)
			if frame := plainFrame(m); !strings.Contains(frame, "DRILL") {
				t.Errorf("%v after %v does not say DRILL:\n%s", size, keys, frame)
			}
		}
		if title := m.View().WindowTitle; !strings.Contains(title, "DRILL") {
			t.Errorf("the title is %q", title)
		}
	}
	m := screen(t, r, clock, 130, 24, func(o *Options) { o.Drill = drill })
	press(m, "p", ">", ":")
	typeIn(m, "jump 15:20")
	press(m, "enter")
	if !drill.paused || drill.speed != 350 || drill.jumped.Format("15:04") != "15:20" {
		t.Errorf("the drill is %+v", drill)
	}
	press(m, ":")
	typeIn(m, "jump soon")
	press(m, "enter")
	if frame := plainFrame(m); !strings.Contains(frame, `"soon" is not a time of day`) {
		t.Errorf("a bad time is not said:\n%s", frame)
	}
}

func TestADrillThatIsOverSaysSo(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 24, func(o *Options) { o.Drill = &player{over: true} })
	if frame := plainFrame(m); !strings.Contains(frame, "the story is over, q leaves") {
		t.Errorf("it is not said:\n%s", frame)
	}
}

func TestWhatWasNeverSeenIsCounted(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	never := scope("cloudwatch", "prod", "ap-south-1")
	observed(r, room.Observation{Scope: never, Watch: "a", At: clock.now, Begins: true}, 30)
	if frame := plainFrame(screen(t, r, clock, 130, 24)); !strings.Contains(frame, "oldest data 6m, 1 scope never seen") {
		t.Errorf("it is not said:\n%s", frame)
	}
}

func TestKeysFromTheConfigAreCheckedAgainstEachOther(t *testing.T) {
	for _, c := range []struct {
		keys map[string][]string
		want string
	}{
		{map[string][]string{"zoom": {"f"}}, `keys: "f" is bound to both "zoom" and "freeze"; give one of them another key`},
		{map[string][]string{"zom": {"x"}}, `keys: there is no action "zom"; the help (?) lists them`},
		{map[string][]string{"quit": {}}, `keys: "quit" needs a key, or nobody gets out`},
		{map[string][]string{"zoom": {"x"}}, ""},
	} {
		_, _, err := bind(c.keys)
		if got := fmt.Sprint(err); got != c.want && (err != nil || c.want != "") {
			t.Errorf("%v: %s, want %s", c.keys, got, c.want)
		}
	}
}

func TestNothingIsDrawnAgainWithoutAChange(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	before := m.View()
	m.Update(second{}) // room time did not move
	m.Update(tea.FocusMsg{})
	if m.dirty || m.View().Content != before.Content {
		t.Error("a tick without a new second draws again")
	}
	clock.now = clock.now.Add(time.Second)
	m.Update(second{})
	if !m.dirty {
		t.Error("a new second is not drawn")
	}
}

// ownLink is the one kind of OSC that a frame may hold: a hyperlink to an https
// address in printable ASCII, and its end.
var ownLink = regexp.MustCompile(`\x1b\]8;(?:id=[0-9a-f]+)?;(?:https://[!-~]+)?\x07`)

func TestTextFromOutsideCannotReachTheTerminal(t *testing.T) {
	clock := &standing{now: noon}
	r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
	hostile := "evil \x1b]0;owned\x07\x1bP+q\x1b\\\x1b_Gf=1\x1b\\\u009b31m\u202egnp\u200b.exe\r\n\x00"
	east := scope("cloudwatch", "prod", "us-east-1")
	bad := alarmIn(clock, east, hostile, room.Critical, "ALARM", 1)
	bad.Reason, bad.Service, bad.Account = hostile, hostile, hostile
	bad.Detail.(*room.AlarmDetail).Description = hostile
	observed(r, room.Observation{Scope: east, Watch: "a", At: clock.now, Done: true, Complete: true, Signals: []room.Signal{bad}}, 30)
	m := screen(t, r, clock, 130, 40)
	for _, keys := range [][]string{{"2"}, {"enter"}, {"4", "enter"}} {
		press(m, keys...)
		content := ownLink.ReplaceAllString(m.View().Content, "")
		if strings.ContainsAny(ansi.Strip(content), "\x1b\x07\x00\r\u009b\u202e\u200b") || strings.Contains(content, "\x1bP") || strings.Contains(content, "\x1b_") || strings.Contains(content, "\x1b]") {
			t.Errorf("after %v the frame holds what a terminal obeys: %.2000q", keys, content)
		}
	}
}

func TestAChangedConfigChangesTheScreenAndABadOneDoesNot(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	var look *Look
	m := screen(t, r, clock, 130, 24, func(o *Options) { o.NewLook = func() *Look { return look } })
	look = &Look{Theme: "light", ASCII: true, Keys: map[string][]string{"zoom": {"x"}}}
	settle(t, m)
	press(m, "x")
	if m.pen.theme.Name != "light" || !m.pen.ascii || !m.zoom {
		t.Errorf("theme %s, ASCII %v, zoomed %v", m.pen.theme.Name, m.pen.ascii, m.zoom)
	}
	look = &Look{Theme: "dark", Keys: map[string][]string{"zoom": {"f"}}}
	settle(t, m)
	if frame := plainFrame(m); m.pen.theme.Name != "light" || !strings.Contains(frame, `is bound to both "zoom" and "freeze"`) {
		t.Errorf("a look with a conflict was taken, or not told:\n%s", frame)
	}
}
