package ui

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestTheScreenIsFoundAsItWasLeft(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	var kept Memory
	keep := func(o *Options) { o.Keep = func(m Memory) error { kept = m; return nil } }
	m := screen(t, r, clock, 130, 40, keep)
	press(m, "2", "S", "z", "t", "M", "/")
	typeIn(m, "checkout")
	press(m, "enter", ":")
	typeIn(m, "theme light")
	press(m, "enter")
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	again := screen(t, r, clock, 130, 40, keep, func(o *Options) { o.Memory = kept })
	if got, want := again.remember(), kept; !reflect.DeepEqual(got, want) {
		t.Errorf("it is %+v, want %+v", got, want)
	}
	if again.pen.theme.Name != "light" || !again.mouse || !again.pen.local || !again.zoom || again.focus != 1 {
		t.Errorf("theme %s, mouse %v, local %v, zoom %v, focus %d", again.pen.theme.Name, again.mouse, again.pen.local, again.zoom, again.focus)
	}
	if frame := plainFrame(again); again.filter.text != "" || !strings.Contains(frame, "by name") {
		t.Errorf("a filter of last time hides rows, or the sorting is lost:\n%s", frame)
	}
}

func TestAThemeAskedForSinceWinsOverTheOnePickedThen(t *testing.T) {
	clock := &standing{now: noon}
	memory := Memory{Theme: "light", ThemeOver: "auto", Visited: true}
	for wish, want := range map[string]string{"auto": "light", "dark": "dark"} {
		m := screen(t, world(clock), clock, 130, 40, func(o *Options) { o.Memory, o.Theme = memory, wish })
		if got := m.pen.theme.Name; got != want {
			t.Errorf("asked for %s: %s, want %s", wish, got, want)
		}
	}
}

func TestMemoriesThatMakeNoSenseDoNoHarm(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40, func(o *Options) {
		o.Memory = Memory{View: View{Focus: 99, Orders: []string{"upside-down", "x", "y", "name", "z"}, Filter: "!"}, Theme: "neon", Visited: true}
	})
	m.View()
	if m.focus != paneCount-1 || m.pen.theme.Name != "dark" {
		t.Errorf("focus %d, theme %s", m.focus, m.pen.theme.Name)
	}
}

func TestHintsGreetTheFirstVisitAndGoWithTheFirstKey(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40, func(o *Options) { o.Memory = Memory{} })
	if !strings.Contains(plainFrame(m), "any key takes this away") {
		t.Fatal("there are no hints")
	}
	press(m, "j")
	if strings.Contains(plainFrame(m), "any key takes this away") || !m.remember().Visited {
		t.Error("the hints stay")
	}
}

func TestViewsAreSavedByNameAndForgotten(t *testing.T) {
	clock := &standing{now: noon}
	var kept Memory
	full := errors.New("the disk is full")
	var fail error
	m := screen(t, world(clock), clock, 130, 40, func(o *Options) { o.Keep = func(m Memory) error { kept = m; return fail } })
	say := func(line string) string {
		press(m, ":")
		typeIn(m, line)
		press(m, "enter")
		return m.message.text
	}
	press(m, "2", "z")
	m.setFilter("state:alarm")
	if got := say("save ringing"); got != "saved; :view ringing comes back to it" || !slices.Contains(m.viewNames(), "ringing") {
		t.Fatalf("%q, %v", got, m.viewNames())
	}
	press(m, "esc", "esc", "3")
	if say("view ringing"); m.focus != 1 || !m.zoom || m.filter.text != "state:alarm" || kept.Views["ringing"].Filter != "state:alarm" {
		t.Errorf("the view is focus %d, zoom %v, filter %q; kept %+v", m.focus, m.zoom, m.filter.text, kept)
	}
	if got := say("view rining"); got != `there is no view "rining"; there are ringing` {
		t.Error(got)
	}
	fail = full
	if got := say("save two"); got != full.Error() || len(m.viewNames()) != 1 {
		t.Errorf("%q, %v", got, m.viewNames())
	}
	fail = nil
	if say("forget ringing"); len(kept.Views) != 0 {
		t.Errorf("still kept: %v", kept.Views)
	}
	if got := say("save two words"); !strings.Contains(got, "write one word") {
		t.Error(got)
	}
}

func TestAViewIsSavedAndForgottenUnderTheNameThatWasTyped(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40, func(o *Options) { o.Keep = func(Memory) error { return nil } })
	run := func(line string) {
		press(m, ":")
		typeIn(m, line)
		press(m, "enter")
	}
	run("save checkout")
	run("save check")
	if got := m.viewNames(); !slices.Equal(got, []string{"check", "checkout"}) {
		t.Fatalf("saved are %v", got)
	}
	run("forget c")
	if got := m.viewNames(); len(got) != 2 {
		t.Errorf("a name that nobody typed was forgotten: %v", got)
	}
	press(m, "2", "z")
	if run("view checko"); m.zoom {
		t.Error("enter does not complete the name of a view")
	}
}
