package ui

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"warroom/internal/presence"
	"warroom/internal/room"
)

// something is what a person or a terminal may do to a screen, in one or more messages.
func something(r *rand.Rand) []tea.Msg {
	keys := []string{
		"1", "2", "3", "4", "tab", "j", "k", "G", "g", "pgdown", "z", "enter", "esc", "f", "t", "M", "S", "space", "e", "E", "?", "L", "o",
		"/ x enter", "/ x enter g", "t g", "M g", "z g", "S g", "E g", "4 E 1 g", "J", ":", "F", "I", "T", "P", "a", "u", "y", "space space esc",
	}
	switch r.IntN(15) {
	case 0:
		return []tea.Msg{tea.WindowSizeMsg{Width: 60 + 20*r.IntN(6), Height: 16 + 8*r.IntN(4)}}
	case 1:
		return []tea.Msg{tea.BlurMsg{}}
	case 2:
		return []tea.Msg{tea.FocusMsg{}}
	}
	var messages []tea.Msg
	for _, name := range strings.Fields(keys[r.IntN(len(keys))]) {
		messages = append(messages, key(name))
	}
	return messages
}

// through hands messages to screens, one after the other.
func through(messages []tea.Msg, screens ...*Model) {
	for _, m := range screens {
		for _, message := range messages {
			m.Update(message)
		}
	}
}

// stir lets the world change.
func stir(b *room.Room, clock *standing, r *rand.Rand, n int) {
	clock.now = clock.now.Add(time.Duration(1+r.IntN(20)) * time.Second)
	switch n % 3 {
	case 0:
		_ = b.Desk("bo").Act(room.Act{Do: room.EventNote, Text: fmt.Sprintf("note %d", n)})
	case 1:
		state, word := room.Critical, "ALARM"
		if n%2 == 0 {
			state, word = room.OK, "OK"
		}
		alarm := &room.Signal{
			Key: "alarm/stirred", Kind: room.KindAlarm, State: state, Word: word, Title: "stirred", Region: "eu-west-1",
			Scope: room.Scope{Source: "cloudwatch", Account: "prod", Region: "us-east-1"}, Since: clock.now,
		}
		b.Apply(room.Event{
			ID: room.EventID{Node: "stir", Number: uint64(n + 1)}, Stamp: room.Stamp{Wall: clock.now.UnixMicro(), Node: "stir"}, At: clock.now,
			Type: room.EventSignal, Signal: alarm, Was: room.OK, WasTo: "OK", Raises: state == room.Critical,
		})
	}
	b.Flush()
}

// frameOf is all that a screen gives a terminal.
func frameOf(m *Model) string {
	v := m.View()
	return fmt.Sprintf("%s\n%v %q %v %v", v.Content, v.Cursor, v.WindowTitle, v.MouseMode, v.ProgressBar)
}

// difference is the first line in which two frames differ.
func difference(one, other string) string {
	a, b := strings.Split(one, "\n"), strings.Split(other, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d is\n%s\nand\n%s", i, ansi.Strip(a[i]), ansi.Strip(b[i]))
		}
	}
	return fmt.Sprintf("%d and %d lines", len(a), len(b))
}

// TestScreensWithEqualKeysDrawTheSame lets two screens live through the same, and then one
// of them through one thing more. Where both still say that they show the same, they must,
// now and after the world has gone on.
func TestScreensWithEqualKeysDrawTheSame(t *testing.T) {
	compared := 0
	for seed := range uint64(1500) {
		r := rand.New(rand.NewPCG(seed, 5))
		clock := &standing{now: noon}
		b := world(clock)
		one, other := screen(t, b, clock, 130, 40), screen(t, b, clock, 130, 40)
		both := []*Model{one, other}
		now := func() {
			for _, m := range both {
				m.Update(changed{})
				m.Update(second{})
				_ = m.View()
			}
		}
		for step := range r.IntN(4) {
			message := something(r)
			through(message, both...)
			stir(b, clock, r, step)
			now()
		}
		message := something(r)
		through(message, other)
		for step := range 4 {
			compared += compareEqual(t, both)
			if t.Failed() {
				t.Fatalf("seed %d, step %d, after %v", seed, step, message)
			}
			stir(b, clock, r, 4+step)
			now()
		}
	}
	if compared < 500 {
		t.Errorf("only %d pairs were equal: this has tried nothing", compared)
	}
}

func compareEqual(t *testing.T, all []*Model) (compared int) {
	t.Helper()
	keys := map[any]*Model{}
	for _, m := range all {
		frame := frameOf(m) // drawing settles how far a pane is scrolled
		key, shared := m.Key()
		if !shared {
			continue
		}
		if other := keys[key]; other != nil {
			compared++
			if was := frameOf(other); was != frame {
				t.Errorf("two screens with the key\n%+v\ndraw %s", key, difference(was, frame))
				return compared
			}
		}
		keys[key] = m
	}
	return compared
}

// TestACopyGoesOnAsItsOriginal copies a screen in the middle of things, and lets both live
// through the same from then on.
func TestACopyGoesOnAsItsOriginal(t *testing.T) {
	copies := 0
	for seed := range uint64(80) {
		r := rand.New(rand.NewPCG(seed, 7))
		clock := &standing{now: noon}
		b := world(clock)
		m := screen(t, b, clock, 130, 40)
		for range r.IntN(30) {
			through(something(r), m)
		}
		before := frameOf(m)
		if _, shared := m.Key(); !shared {
			continue
		}
		copies++
		c := m.Copy(t.Context())
		t.Cleanup(func() { _ = c.Close() })
		if got := frameOf(c); got != before {
			t.Fatalf("seed %d: %s", seed, difference(before, got))
		}
		for step := range 30 {
			if step == 10 {
				c.Own(Personal{Desk: b.Desk("ana")})
			}
			message := something(r)
			stir(b, clock, r, step)
			for _, each := range []*Model{m, c} {
				if step > 10 {
					through(message, each)
				}
				each.Update(changed{})
				each.Update(second{})
			}
			if was, got := frameOf(m), frameOf(c); got != was {
				t.Fatalf("seed %d, step %d, %v: %s", seed, step, message, difference(was, got))
			}
		}
	}
	if copies < 20 {
		t.Errorf("only %d of 80 screens could be shared", copies)
	}
}

func TestACopyIsNobodysOwn(t *testing.T) {
	clock := &standing{now: noon}
	b := world(clock)
	var roster presence.Roster
	seat := roster.Enter(room.Person{Name: "ana", Role: room.Admin}, noon)
	kept := 0
	m := screen(t, b, clock, 130, 40, func(o *Options) {
		o.Roster, o.Seat, o.Refresh, o.Reload = &roster, seat, func() {}, func() error { return nil }
		o.Keep = func(Memory) error { kept++; return nil }
	})
	c := m.Copy(t.Context())
	before := b.Snapshot().Timeline.Total
	press(c, "a", "c", "r", "u")
	typeIn(c, ":reload\n")
	if c.desk != nil || c.refresh != nil || c.reload != nil || c.crowd.seat != nil {
		t.Error("a copy has something of its original's person")
	}
	b.Flush()
	if after := b.Snapshot().Timeline.Total; after != before {
		t.Errorf("a copy has acted: %d lines, were %d", after, before)
	}
	if err := c.Close(); err != nil || kept > 0 {
		t.Error("a copy has written down how it was left")
	}
}

// TestTheScreenOfWhoInvitesIsNotShared tries that nobody reads his own invitation: on a
// screen that is shared it is not known whose it is.
func TestTheScreenOfWhoInvitesIsNotShared(t *testing.T) {
	clock := &standing{now: noon}
	b := world(clock)
	var roster presence.Roster
	sit := func(name string) *Model {
		return screen(t, b, clock, 130, 40, func(o *Options) {
			o.Roster, o.Seat, o.Role = &roster, roster.Enter(room.Person{Name: name, Role: room.Responder}, noon), room.Responder
		})
	}
	ana, bo := sit("ana"), sit("bo")
	for _, step := range []struct {
		name   string
		shared bool
	}{{"invites", false}, {"has taken that back", true}} {
		press(ana, "I")
		ana.Update(gathered{})
		bo.Update(gathered{})
		if _, shared := ana.Key(); shared != step.shared {
			t.Errorf("ana %s: shared is %v", step.name, shared)
		}
		if _, shared := bo.Key(); !shared {
			t.Errorf("ana %s, and bo's screen is not shared", step.name)
		}
	}
}
