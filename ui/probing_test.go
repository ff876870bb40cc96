package ui

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"warroom/internal/room"
)

func TestWhatFollowsProbeIsRead(t *testing.T) {
	for _, c := range []struct{ line, want, wrong string }{
		{line: "https://shop.example.com/health", want: "{add shop.example.com https://shop.example.com/health map[]}"},
		{line: `tcp://db:5432 orders slow=1s "expect.body=all is well"`, want: "{add orders tcp://db:5432 map[expect.body:all is well slow:1s]}"},
		{line: "pause", want: "{pause here  map[]}"},
		{line: "pause there", want: "{pause there  map[]}"},
		{line: "set slow=", want: "{set here  map[slow:]}"},
		{line: "set there slow=2s", want: "{set there  map[slow:2s]}"},
		{line: "set", wrong: "say what to set"},
		{line: "set there slow", wrong: `"slow" is no key=value`},
		{line: "set there =1", wrong: `"=1" is no key=value`},
		{line: "remove there now=1", wrong: "takes a name and nothing else"},
		{line: "stop there", wrong: `"stop" is neither a URL nor one of pause, resume`},
		{line: `set there "a=b`, wrong: "a quotation mark is not closed"},
		{line: " ", wrong: "write :probe https://"},
	} {
		act, err := probeAct(c.line, "here")
		switch {
		case c.wrong == "" && (err != nil || fmt.Sprint(act) != c.want):
			t.Errorf("%q is %v, %v; want %s", c.line, act, err, c.want)
		case c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)):
			t.Errorf("%q: %v, want %q", c.line, err, c.wrong)
		}
	}
	if _, err := probeAct("pause", ""); err == nil || !strings.Contains(err.Error(), "go to its row") {
		t.Errorf("with no row: %v", err)
	}
}

func TestAChangeOfAProbeIsALineForEverybody(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	var asked []string
	m := screen(t, r, clock, 160, 40, func(o *Options) {
		o.Probe = func(act ProbeAct) (string, error) {
			asked = append(asked, fmt.Sprint(act))
			if act.Do == ProbeRemove {
				return "", errors.New("it stands in the config by another hand")
			}
			return act.Do + " is done", nil
		}
	})
	press(m, "3")
	here := m.probeUnderCursor()
	if got := say(t, m, "probe pause"); got != "pause is done" || here == "" || asked[0] != "{pause "+here+"  map[]}" {
		t.Errorf("the footer says %q, asked was %v", got, asked)
	}
	r.Flush()
	if events := r.Snapshot().Timeline.Events; events[len(events)-1].Type != room.EventMark || events[len(events)-1].Text != "pause is done" || events[len(events)-1].Actor != "ana" {
		t.Errorf("the last line is %+v", events[len(events)-1])
	}
	before := r.Snapshot().Timeline.Total
	if got := say(t, m, "probe run"); got != "run is done" {
		t.Errorf("the footer says %q", got)
	}
	if got := say(t, m, "probe remove "+here); got != "it stands in the config by another hand" {
		t.Errorf("the footer says %q", got)
	}
	r.Flush()
	if after := r.Snapshot().Timeline.Total; after != before {
		t.Errorf("%d lines more of what changed nothing", after-before)
	}
}

func TestWhoHoldsNothingToChangeProbesWithIsToldSo(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	m := screen(t, r, clock, 160, 40)
	if got := say(t, m, "probe pause shop"); got != "what is probed here cannot be changed" {
		t.Errorf("the footer says %q", got)
	}
	m = screen(t, r, clock, 160, 40, func(o *Options) { o.Desk = nil })
	if got := say(t, m, "probe pause shop"); !strings.Contains(got, "responder") {
		t.Errorf("the footer of one who only looks says %q", got)
	}
}
