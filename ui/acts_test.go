package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"warroom/internal/room"
)

// footer is the last line of the screen.
func footer(m *Model) string {
	lines := strings.Split(plainFrame(m), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

// do presses keys, the last of which acts, and lets the screen take in what came of it.
func do(t *testing.T, m *Model, keys ...string) string {
	t.Helper()
	play(t, m, press(m, keys...))
	settle(t, m)
	return footer(m)
}

// say runs a command of the palette in the same way.
func say(t *testing.T, m *Model, line string) string {
	t.Helper()
	press(m, ":")
	typeIn(m, line)
	return do(t, m, "enter")
}

// rowOf is the line of the screen on which a text stands first.
func rowOf(m *Model, text string) string {
	for line := range strings.Lines(plainFrame(m)) {
		if strings.Contains(line, text) {
			return line
		}
	}
	return ""
}

func TestAcknowledgedRowsAreCalmerAndSayWhoAndWhen(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	m := screen(t, r, clock, 200, 40)
	press(m, "2", "j")
	if got := do(t, m, "a"); got != "acknowledged checkout-5xx" {
		t.Errorf("the footer says %q", got)
	}
	if got := titleUnderCursor(m); got != "checkout-5xx" {
		t.Errorf("the cursor slid to %q", got)
	}
	clock.now = clock.now.Add(12 * time.Second)
	m.Update(second{})
	if row := rowOf(m, "ALARM   checkout-5xx"); !strings.Contains(row, "✖ ✓ ALARM") || !strings.Contains(row, "ana 12s") {
		t.Errorf("the row is %q", row)
	}
	if got := do(t, m, "a"); got != "you have acknowledged checkout-5xx already" {
		t.Errorf("again, the footer says %q", got)
	}
	if got := say(t, m, "ack rolling back"); got != "acknowledged checkout-5xx" {
		t.Errorf("with a text, the footer says %q", got)
	}
	press(m, "enter")
	if frame := plainFrame(m); !strings.Contains(frame, "acknowledged by ana 0s ago") || !strings.Contains(frame, ": rolling back") {
		t.Errorf("the details do not say so:\n%s", frame)
	}
	press(m, "esc", "f")
	if got := do(t, m, "c"); got != "you are on checkout-5xx; this view stands still and does not show it" {
		t.Errorf("while the view is frozen, the footer says %q", got)
	}
	press(m, "f")
	if got := do(t, m, "U"); got != "took back the acknowledgement of checkout-5xx" {
		t.Errorf("taken back, the footer says %q", got)
	}
	if row := rowOf(m, "checkout-5xx"); strings.Contains(row, "✓") {
		t.Errorf("the row is %q", row)
	}
}

func TestAnAcknowledgementWithANoteIsAboutTheRowItWasBegunOn(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	m := screen(t, r, clock, 130, 40)
	press(m, "2", "A")
	typeIn(m, "known since")
	storm(r, clock, "storm-1") // comes to the top, where the cursor was
	settle(t, m)
	typeIn(m, " yesterday")
	if got := do(t, m, "enter"); got != "acknowledged orders-p99-latency" {
		t.Errorf("the footer says %q", got)
	}
	ack := m.shown.Of(room.KindAlarm).Signals[2].Ack
	if ack == nil || ack.Text != "known since yesterday" {
		t.Errorf("the acknowledgement is %+v", ack)
	}
}

func TestAnActTakesAllSelectedRowsThatWantIt(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	press(m, "2", "space", "space", "space")
	if got := do(t, m, "a"); got != "acknowledged 2 rows, and left 1 row as it was" { // the third has no data
		t.Errorf("the footer says %q", got)
	}
	if n := len(m.flags.marked[1]); n != 0 {
		t.Errorf("%d rows are still selected", n)
	}
	press(m, "g", "space", "space")
	if got := do(t, m, "c"); got != "you are on 2 rows" {
		t.Errorf("the footer says %q", got)
	}
}

func TestAClaimIsReleasedByTheSameKey(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	m := screen(t, r, clock, 200, 40)
	press(m, "3")
	if got := do(t, m, "c"); got != "you are on checkout" {
		t.Errorf("the footer says %q", got)
	}
	clock.now = clock.now.Add(3 * time.Second)
	m.Update(second{})
	if row := rowOf(m, "DOWN  checkout"); !strings.Contains(row, "✖ ➤ DOWN  checkout") || !strings.Contains(row, "➤ ana 3s") {
		t.Errorf("the row is %q", row)
	}
	if got := do(t, m, "c"); got != "released checkout" {
		t.Errorf("again, the footer says %q", got)
	}
	if err := r.Desk("bo").Act(room.Act{Do: room.EventClaim, Keys: []string{"probe/checkout-us-east-1"}}); err != nil {
		t.Fatal(err)
	}
	settle(t, m)
	if got := do(t, m, "c"); got != "you are on checkout" { // in bo's place
		t.Errorf("the footer says %q", got)
	}
}

func TestWhatWasOverBeforeAnybodySawItSaysClearedUntilSomebodyLooks(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	east := scope("cloudwatch", "prod", "us-east-1")
	observed(r, room.Observation{Scope: east, Watch: "a", At: clock.now, Signals: []room.Signal{alarmIn(clock, east, "checkout-5xx", room.OK, "OK", 0)}}, 30)
	for _, ascii := range []bool{false, true} {
		m := screen(t, r, clock, 130, 40, func(o *Options) { o.ASCII = ascii })
		mark := map[bool]string{false: "▽", true: "v"}[ascii]
		if row := rowOf(m, "CLEARED"); !strings.Contains(row, mark+" CLEARED checkout-5xx") {
			t.Errorf("the row is %q", row)
		}
		if frame := plainFrame(m); !strings.Contains(frame, " 1 cleared ") {
			t.Errorf("the pane does not count it:\n%s", frame)
		}
		press(m, "2", "j", "j", "enter")
		if frame := plainFrame(m); !strings.Contains(frame, "CLEARED: over before anybody had acknowledged it") {
			t.Errorf("the details do not say so:\n%s", frame)
		}
	}
	m := screen(t, r, clock, 130, 40)
	press(m, "2", "j", "j")
	do(t, m, "a")
	if frame := plainFrame(m); strings.Contains(frame, "CLEARED") || strings.Contains(frame, "cleared") {
		t.Errorf("it is still there:\n%s", frame)
	}
}

func TestUndoTakesBackOnesOwnLastActAndSaysWhichItWas(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 200, 40)
	press(m, "2")
	do(t, m, "a")
	do(t, m, "c")
	if got := say(t, m, "mark deploy checkout v42"); got != "announced: deploy checkout v42" {
		t.Errorf("the footer says %q", got)
	}
	if row := rowOf(m, "announced: deploy"); !strings.Contains(row, "⚑ ana announced: deploy checkout v42") {
		t.Errorf("the line is %q\n%s", row, plainFrame(m))
	}
	for _, want := range []string{"announcement", "claim", "acknowledgement", "note"} {
		if got := do(t, m, "u"); got != "took back your "+want {
			t.Errorf("the footer says %q, want the %s", got, want)
		}
	}
	if row := rowOf(m, "v42"); !strings.Contains(row, "v42 (taken back by ana)") {
		t.Errorf("the line is %q", row)
	}
	if got := do(t, m, "u"); got != "you have done nothing here that could be taken back" {
		t.Errorf("the footer says %q", got)
	}
}

func TestPinnedLinesWearAMark(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	press(m, "2") // its newest line
	if got := do(t, m, "P"); !strings.HasPrefix(got, "pinned: alarm orders-p99-latency is ALARM") {
		t.Errorf("the footer says %q", got)
	}
	if row := rowOf(m, "alarm orders-p99-latency is"); !strings.Contains(row, "★13:23:22") {
		t.Errorf("the line is %q", row)
	}
	m.setFilter("is:pinned")
	if items := m.panes[3].rows.between(0, m.panes[3].rows.len()); len(items) != 1 || items[0].event.Signal.Title != "orders-p99-latency" {
		t.Errorf("%d lines are pinned", len(items))
	}
	press(m, "4", "enter")
	if frame := plainFrame(m); !strings.Contains(frame, "pinned       by ana 0s ago") {
		t.Errorf("the details do not say who:\n%s", frame)
	}
	if got := do(t, m, "P"); !strings.HasPrefix(got, "took the pin out: alarm orders-p99-latency") {
		t.Errorf("the footer says %q", got)
	}
}

func TestWhoMayNotActIsToldWhy(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	for why, want := range map[string]string{
		"": "you are here to look; that needs the role responder",
		"another warroom (pid 4242) keeps this room": "you are here to look; another warroom (pid 4242) keeps this room",
	} {
		m := screen(t, r, clock, 130, 40, func(o *Options) { o.Desk, o.ReadOnly = nil, why })
		for _, key := range []string{"a", "A", "U", "c", "n", "P", "u"} {
			if got := do(t, m, key); got != want {
				t.Errorf("%s says %q, want %q", key, got, want)
			}
		}
		if got := say(t, m, "mark x"); got != want {
			t.Errorf(":mark says %q", got)
		}
	}
}

// slowDisk keeps nothing until it is told how far it is.
type slowDisk struct{ events chan room.EventID }

func (d slowDisk) Event(e *room.Event)         { d.events <- e.ID }
func (d slowDisk) Reading(*room.Reading)       {}
func (d slowDisk) Checkpoint(*room.Checkpoint) {}

func TestWhatIsNotOnDiskYetIsDrawnDifferently(t *testing.T) {
	clock := &standing{now: noon}
	disk := slowDisk{make(chan room.EventID, 100)}
	r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock, Keeper: disk})
	storm(r, clock, "checkout-5xx")
	<-disk.events
	r.Kept(room.Keeping{UpTo: 1})
	m := screen(t, r, clock, 130, 40)
	came := make(chan any, 1)
	act := press(m, "2", "a")
	go func() { came <- act() }()
	on := <-disk.events
	settle(t, m)
	if row := rowOf(m, "ALARM   checkout-5xx"); !strings.Contains(row, "✖ … ALARM") {
		t.Errorf("the row is %q", row)
	}
	if row := rowOf(m, "ana acknowledged checkout-5xx"); !strings.Contains(row, "… ana acknowledged") {
		t.Errorf("the line is %q", row)
	}
	m.setFilter("is:pending")
	if a, b := m.panes[1].rows.len(), m.panes[3].rows.len(); a != 1 || b != 1 {
		t.Errorf("is:pending leaves %d rows and %d lines", a, b)
	}
	r.Kept(room.Keeping{UpTo: on.Number})
	m.Update(<-came)
	settle(t, m)
	if got := footer(m); got != "acknowledged checkout-5xx" {
		t.Errorf("on disk the footer says %q", got)
	}
	if a, b := m.panes[1].rows.len(), m.panes[3].rows.len(); a != 0 || b != 0 {
		t.Errorf("on disk is:pending leaves %d rows and %d lines", a, b)
	}
	m.setFilter("")
	if row := rowOf(m, "ALARM   checkout-5xx"); !strings.Contains(row, "✖ ✓ ALARM") {
		t.Errorf("on disk the row is %q", row)
	}
	press(m, "4", "enter")
	if frame := plainFrame(m); !strings.Contains(frame, "kept         on disk") {
		t.Errorf("the details do not say so:\n%s", frame)
	}
	press(m, "esc", "2")
	r.Kept(room.Keeping{UpTo: on.Number, Trouble: &room.Trouble{What: "nothing is kept", Why: "the disk is full", Next: "make room"}})
	if got := do(t, m, "c"); got != "you are on checkout-5xx; everybody here sees it, but it is not kept on disk: the disk is full" {
		t.Errorf("the footer says %q", got)
	}
}

func TestActsHappenInTheOrderOfTheKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := &standing{now: noon}
		m := screen(t, world(clock), clock, 130, 40)
		first := press(m, "2", "a")
		second := press(m, "U")
		over := make(chan any, 1)
		go func() { over <- second() }()
		synctest.Wait() // it has begun earlier, as it may
		began := time.Now()
		m.Update(first())
		m.Update(<-over)
		if waited := time.Since(began); waited != 0 {
			t.Errorf("the second act waited %s longer than for the first", waited)
		}
		settle(t, m)
		if got := footer(m); got != "took back the acknowledgement of orders-p99-latency" {
			t.Errorf("the footer says %q", got)
		}
	})
}

func TestAnActBehindADiskThatHangsWaitsNoLongerThanATurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &Model{}
		hangs, over := make(chan struct{}), make(chan struct{})
		first := m.perform(func() (string, error) { <-hangs; return "", nil })
		second := m.perform(func() (string, error) { return "", nil })
		go func() { first(); close(over) }()
		began := time.Now()
		second()
		if waited := time.Since(began); waited != turnWait {
			t.Errorf("it waited %s, want %s", waited, turnWait)
		}
		close(hangs)
		<-over
	})
}

func TestTheAgeOfAnAcknowledgementGoesOn(t *testing.T) {
	clock := &standing{now: noon}
	r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
	east := scope("cloudwatch", "prod", "us-east-1")
	observed(r, room.Observation{Scope: east, Watch: "a", At: clock.ago(90 * time.Second), Done: true, Complete: true, Signals: []room.Signal{alarmIn(clock, east, "checkout-5xx", room.Critical, "ALARM", 41)}}, 600)
	m := screen(t, r, clock, 200, 40)
	press(m, "2")
	do(t, m, "a")
	for _, want := range []string{"ana 0s", "ana 1s"} {
		if row := rowOf(m, "ALARM   checkout-5xx"); !strings.Contains(row, want) {
			t.Errorf("the row is %q, want %s", row, want)
		}
		clock.now = clock.now.Add(time.Second)
		m.Update(second{})
	}
}

func TestALineLeadsToItsSignal(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	m := screen(t, r, clock, 130, 40)
	press(m, "4", "g", "j", "s")
	if m.focus != 1 || titleUnderCursor(m) != "checkout-5xx" {
		t.Errorf("it leads to %q in pane %d", titleUnderCursor(m), m.focus+1)
	}
	m.setFilter("kind:note")
	if got := do(t, m, "4", "s"); got != "this line is about no signal" {
		t.Errorf("the footer says %q", got)
	}
	say(t, m, "note x")
	m.setFilter("")
	if got := do(t, m, "2", "g", "n"); got == "" {
		t.Error("nothing is asked")
	}
	typeIn(m, "here")
	do(t, m, "enter")
	m.setFilter("person:ana")
	if got := do(t, m, "4", "G", "s"); got != `the filter "person:ana" hid orders-p99-latency and is cleared` || titleUnderCursor(m) != "orders-p99-latency" {
		t.Errorf("it leads to %q, and the footer says %q", titleUnderCursor(m), got)
	}
	east := scope("cloudwatch", "prod", "us-east-1")
	observed(r, room.Observation{Scope: east, Watch: "a", At: clock.now, Begins: true}, 30)
	observed(r, room.Observation{Scope: east, Watch: "a", At: clock.now, Done: true, Complete: true}, 30)
	settle(t, m)
	m.setFilter("orders-p99")
	if got := do(t, m, "4", "g", "s"); !strings.HasPrefix(got, "orders-p99-latency is not there any more") {
		t.Errorf("the footer says %q", got)
	}
}

func TestACopiedRowSaysWhoAcknowledgedIt(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	press(m, "2")
	say(t, m, "ack on it")
	clock.now = clock.now.Add(time.Minute)
	m.Update(second{})
	if got := copied(press(m, "y")); !strings.Contains(got, "· acknowledged by ana 1m ago: on it") {
		t.Errorf("copied %q", got)
	}
}
