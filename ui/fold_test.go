package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/theme"
)

// told makes a timeline of short lines: seconds, then "alarm|probe region account WORD",
// "gone region", "post" for an update of AWS, "scope", or "person act text".
func told(t *testing.T, lines ...string) []*room.Event {
	t.Helper()
	var events []*room.Event
	for i, line := range lines {
		word := append(strings.Fields(line), "", "", "")
		var after int
		if _, err := fmt.Sscan(word[0], &after); err != nil {
			t.Fatal(err)
		}
		e := &room.Event{ID: room.EventID{Node: "test", Number: uint64(i + 1)}, At: noon.Add(time.Duration(after) * time.Second)}
		signal := &room.Signal{Key: fmt.Sprint("signal ", i), Title: fmt.Sprint("signal ", i), Kind: room.KindAlarm, Region: word[2], Account: word[3], Word: word[4]}
		switch word[1] {
		case "alarm", "probe":
			e.Type, e.Signal, e.WasTo = room.EventSignal, signal, "OTHER"
			signal.Kind = room.Kind(word[1])
		case "gone":
			e.Type, e.Signal, e.Gone, e.WasTo = room.EventSignal, signal, true, fmt.Sprint("WORD ", i)
		case "post":
			e.Type, e.Signal, e.Wrote = room.EventSignal, signal, true
			signal.Kind, signal.Word, e.WasTo = room.KindHealth, "OPEN", "OPEN"
		case "scope":
			e.Type = room.EventScope
		default:
			e.Type, e.Actor, e.Text, e.Key = room.EventType(word[2]), word[1], word[3], signal.Key
		}
		events = append(events, e)
	}
	return events
}

func TestLinesThatTellTheSameBecomeOneRow(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  string // how many lines each row is made of
	}{
		{"nothing", nil, "[]"},
		{"one", []string{"0 alarm east a ALARM"}, "[1]"},
		{"two are read as fast", []string{"0 alarm east a ALARM", "1 alarm east a ALARM"}, "[1 1]"},
		{"three", []string{"0 alarm east a ALARM", "1 alarm east a ALARM", "2 alarm east a ALARM"}, "[3]"},
		{"a minute apart", []string{"0 alarm east a ALARM", "60 alarm east a ALARM", "120 alarm east a ALARM"}, "[3]"},
		{"more than a minute apart", []string{"0 alarm east a ALARM", "1 alarm east a ALARM", "2 alarm east a ALARM", "63 alarm east a ALARM"}, "[3 1]"},
		{"another word", []string{"0 alarm east a ALARM", "1 alarm east a ALARM", "2 alarm east a ALARM", "3 alarm east a OK", "4 alarm east a OK", "5 alarm east a OK"}, "[3 3]"},
		{"another region", []string{"0 alarm east a ALARM", "1 alarm west a ALARM", "2 alarm east a ALARM"}, "[1 1 1]"},
		{"another account", []string{"0 alarm east a ALARM", "1 alarm east b ALARM", "2 alarm east a ALARM"}, "[1 1 1]"},
		{"another kind", []string{"0 alarm east a DOWN", "1 alarm east a DOWN", "2 probe east a DOWN"}, "[1 1 1]"},
		{"a person in between", []string{"0 alarm east a ALARM", "1 alarm east a ALARM", "2 ana note hm", "3 alarm east a ALARM", "4 alarm east a ALARM", "5 alarm east a ALARM"}, "[1 1 1 3]"},
		{"a person before and after", []string{"0 ana note hm", "1 alarm east a ALARM", "2 alarm east a ALARM", "3 alarm east a ALARM", "4 ana note hm"}, "[1 3 1]"},
		{"a scope in between", []string{"0 alarm east a ALARM", "1 alarm east a ALARM", "2 scope", "3 alarm east a ALARM"}, "[1 1 1 1]"},
		{"gone, whatever they were", []string{"0 gone east a", "1 gone east a", "2 gone east a"}, "[3]"},
		{"gone is no change", []string{"0 alarm east a ALARM", "1 alarm east a ALARM", "2 gone east a ALARM"}, "[1 1 1]"},
		{"what AWS posts is read", []string{"0 post", "1 post", "2 post"}, "[1 1 1]"},
		{"scopes", []string{"0 scope", "1 scope", "2 scope"}, "[1 1 1]"},
		{"one act of one person", []string{"0 ana ack", "0 ana ack", "0 ana ack"}, "[3]"},
		{"two persons", []string{"0 ana ack", "0 bo ack", "0 ana ack"}, "[1 1 1]"},
		{"two acts", []string{"0 ana ack", "0 ana claim", "0 ana ack"}, "[1 1 1]"},
		{"the same note on three", []string{"0 ana note hm", "0 ana note hm", "0 ana note hm"}, "[3]"},
		{"three notes", []string{"0 ana note hm", "0 ana note ah", "0 ana note oh"}, "[1 1 1]"},
		{"announcements", []string{"0 ana mark v1", "0 ana mark v1", "0 ana mark v1"}, "[1 1 1]"},
	} {
		if got := fmt.Sprint(fold(told(t, c.lines...))); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestARunIsOneSentence(t *testing.T) {
	m := &Model{}
	m.pen.marks = newLedger("", false).pen.marks
	for _, c := range []struct {
		lines []string
		want  string
	}{
		{[]string{"0 alarm us-east-1 a ALARM", "1 alarm us-east-1 a ALARM", "2 alarm us-east-1 a ALARM"}, "3 alarms in us-east-1 → ALARM"},
		{[]string{"0 alarm us-east-1 a ALARM", "45 alarm us-east-1 a ALARM", "90 alarm us-east-1 a ALARM"}, "3 alarms in us-east-1 → ALARM within 1m"},
		{[]string{"0 gone us-east-1 a", "1 gone us-east-1 a", "2 gone us-east-1 a"}, "3 alarms in us-east-1 are gone"},
		{[]string{"0 ana ack", "0 ana ack", "0 ana ack"}, "ana acknowledged 3 signals"},
		{[]string{"0 ana ack known", "0 ana ack known", "0 ana ack known"}, "ana acknowledged 3 signals: known"},
		{[]string{"0 ana claim", "0 ana claim", "0 ana claim"}, "ana is on 3 signals"},
		{[]string{"0 ana release", "0 ana release", "0 ana release"}, "ana released 3 signals"},
		{[]string{"0 ana unack", "0 ana unack", "0 ana unack"}, "ana took back the acknowledgement of 3 signals"},
		{[]string{"0 ana retract", "0 ana retract", "0 ana retract"}, "ana took back: 3 lines"},
		{[]string{"0 ana note hm", "0 ana note hm", "0 ana note hm"}, "ana on 3 signals: hm"},
	} {
		if got := m.pen.runText(told(t, c.lines...)); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// storm is alarms that ring at the same moment.
func storm(r *room.Room, clock *standing, names ...string) {
	east := scope("cloudwatch", "prod", "us-east-1")
	var all []room.Signal
	for _, name := range names {
		all = append(all, alarmIn(clock, east, name, room.Critical, "ALARM", 0))
	}
	observed(r, room.Observation{Scope: east, Watch: "a", At: clock.now, Signals: all, Done: true}, 30)
	r.Flush()
}

func TestTheCursorStaysWithARunThatGrows(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	clock.now = clock.now.Add(5 * time.Second)
	storm(r, clock, "storm-2", "storm-3", "storm-4")
	began := clock.now
	clock.now = clock.now.Add(10 * time.Second)
	_ = r.Desk("bo").Act(room.Act{Do: room.EventNote, Text: "what is this?"})
	m := screen(t, r, clock, 130, 40)
	press(m, "4", "k")
	row := func() string {
		it, _ := m.panes[3].selected()
		return m.pen.lineText(m.shown, it)
	}
	if row() != "3 alarms in us-east-1 → ALARM" {
		t.Fatalf("the cursor is on %q", row())
	}
	now := clock.now
	for i, at := range []time.Duration{-time.Second, time.Second} { // seen late, before and after what the run began with
		clock.now = began.Add(at)
		storm(r, clock, fmt.Sprint("late-", i))
	}
	clock.now = now
	settle(t, m)
	if row() != "5 alarms in us-east-1 → ALARM" {
		t.Errorf("the cursor slid to %q", row())
	}
}

func TestARunOpensInItsPlaceAndFoldsAgain(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	storm(r, clock, "storm-1", "storm-2", "storm-3")
	m := screen(t, r, clock, 130, 40)
	press(m, "4")
	rows := m.panes[3].rows.len()
	press(m, "k", "j", "e")
	if frame := plainFrame(m); m.panes[3].rows.len() != rows+2 || !strings.Contains(frame, "│ alarm storm-2 is ALARM") {
		t.Fatalf("the run is not told line by line:\n%s", frame)
	}
	press(m, "k", "e") // on any of its lines
	if it, _ := m.panes[3].selected(); m.panes[3].rows.len() != rows || !it.folded {
		t.Errorf("it is not folded again, or the cursor is elsewhere: %+v", it)
	}
	press(m, "E")
	if m.panes[3].rows.len() != rows+2 {
		t.Error("E does not expand it")
	}
	press(m, "E", "e", "enter")
	if m.panes[3].rows.len() != rows+2 {
		t.Error("e does not expand it after E has folded it")
	}
	press(m, "e")
	if frame := plainFrame(m); !strings.Contains(frame, "3 lines, oldest first") || !strings.Contains(frame, "alarm storm-3 is ALARM") {
		t.Errorf("an open run does not list its lines:\n%s", frame)
	}
	press(m, "esc", "g", "e")
	if got := footer(m); got != "this line is no run, and no part of one" {
		t.Errorf("on another line the footer says %q", got)
	}
	press(m, "2", "e")
	if got := footer(m); got != "only the timeline has runs of lines to expand" {
		t.Errorf("elsewhere the footer says %q", got)
	}
}

func TestRunsFoldAmongWhatAFilterLeaves(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	storm(r, clock, "storm-1", "storm-2")
	_ = r.Desk("bo").Act(room.Act{Do: room.EventNote, Text: "hm"})
	storm(r, clock, "storm-3")
	m := screen(t, r, clock, 130, 40)
	for filter, want := range map[string]int{"storm": 1, "kind:people": 2, "": 12} {
		m.setFilter(filter)
		if got := m.panes[3].rows.len(); got != want {
			t.Errorf("%q leaves %d rows, want %d", filter, got, want)
		}
	}
}

func TestACertificateThatChangesTellsOfBoth(t *testing.T) { // T17
	shown := &room.Certificate{Subject: "shop.example", Expires: noon, Fingerprint: strings.Repeat("ab", 32)}
	e := &room.Event{Type: room.EventSignal, WasTo: "UP", Wrote: true, Signal: &room.Signal{
		Kind: room.KindProbe, Title: "shop", Word: "UP", Detail: &room.ProbeDetail{Certificate: shown},
	}}
	p := &pen{marks: &theme.Unicode}
	const one = "probe shop shows another certificate: shop.example until 2026-03-14, abababababab"
	if got := p.eventText(e); got != one {
		t.Errorf("got %q", got)
	}
	e.WasBy = strings.Repeat("cd", 32)
	if got := p.eventText(e); got != one+" in place of cdcdcdcdcdcd" {
		t.Errorf("got %q", got)
	}
	e.WasTo, e.Signal.Word = "UP", "DOWN"
	if got := p.eventText(e); got != "probe shop UP → DOWN, with another certificate: abababababab in place of cdcdcdcdcdcd" {
		t.Errorf("got %q", got)
	}
}

func TestANameServerThatAnswersOtherwiseIsToldOf(t *testing.T) { // N10
	e := &room.Event{Type: room.EventSignal, WasTo: "UP", Wrote: true, Signal: &room.Signal{
		Kind: room.KindProbe, Title: "names", Word: "UP", Detail: &room.ProbeDetail{Answers: []string{"192.0.2.1", "192.0.2.2"}},
	}}
	if got := (&pen{marks: &theme.Unicode}).eventText(e); got != "probe names answers otherwise: 192.0.2.1, 192.0.2.2" {
		t.Errorf("got %q", got)
	}
}
