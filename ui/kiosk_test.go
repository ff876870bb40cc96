package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"warroom/internal/room"
)

// wallOf is a wall in a room, at a size, with real time standing at the room's.
func wallOf(t testing.TB, r *room.Room, clock *standing, width, height int, change ...func(*KioskOptions)) *Kiosk {
	t.Helper()
	o := KioskOptions{Room: r, Look: Look{Theme: "dark"}, Zone: time.FixedZone("CET", 3600)}
	for _, f := range change {
		f(&o)
	}
	k, err := NewKiosk(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Close() })
	k.clock = clock.Now
	k.Update(tea.WindowSizeMsg{Width: width, Height: height})
	look(r, k)
	return k
}

// look lets a wall take in everything that the room knows.
func look(r *room.Room, k *Kiosk) {
	r.Flush()
	k.Update(changed{})
}

func plainWall(k *Kiosk) string { return ansi.Strip(k.View().Content) }

// calm is a world in which all is well.
func calm(clock *standing) *room.Room {
	r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
	heal(r, clock)
	return r
}

func heal(r *room.Room, clock *standing) {
	observed(r, room.Observation{
		Scope: scope("health", "111111111111", "global"), Watch: "h", At: clock.ago(14 * time.Second), Done: true, Complete: true,
		Signals: []room.Signal{health(clock, "Lambda operational issue", "Lambda", room.OK, "CLOSED", 400)},
	}, 60)
	for _, region := range []string{"us-east-1", "eu-west-1"} {
		in := scope("cloudwatch", "prod", region)
		observed(r, room.Observation{
			Scope: in, Watch: "a", At: clock.ago(9 * time.Second), Done: true, Complete: true,
			Signals: []room.Signal{alarmIn(clock, in, "checkout-5xx", room.OK, "OK", 9000), alarmIn(clock, in, "cart-errors", room.OK, "OK", 4000)},
		}, 30)
		p := probeIn(clock, "checkout", region, room.OK, "UP", "", 5000)
		observed(r, room.Observation{Scope: p.Scope, Watch: p.Key, At: clock.ago(2 * time.Second), Done: true, Signals: []room.Signal{p}}, 15)
	}
}

// acknowledged is the world of an outage that somebody has in hand.
func acknowledged(t testing.TB, clock *standing) *room.Room {
	r := world(clock)
	for _, kind := range room.Kinds {
		r.Flush()
		for _, signal := range r.Snapshot().Of(kind).Signals {
			if bad(signal) {
				if err := r.Desk("ana").Act(room.Act{Do: room.EventAck, Keys: []string{signal.Key}}); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return r
}

func TestTheWallAtEverySizeOfTheLadder(t *testing.T) {
	for _, c := range []struct {
		name string
		room func(*standing) *room.Room
		wall func(*KioskOptions)
		late time.Duration // how much later than noon
	}{
		{"calm", calm, nil, 0},
		{"trouble", world, nil, 0},
		{"acknowledged", func(c *standing) *room.Room { return acknowledged(t, c) }, nil, 0},
		{"stale", world, nil, 80 * time.Second},
		{"no data", calm, nil, 20 * time.Minute},
		{"nothing", func(c *standing) *room.Room { return room.New(room.Options{Name: "prod", Node: "test", Clock: c}) }, nil, 0},
		{"drill", world, func(o *KioskOptions) { o.Drill = "us-east-1-2025-10-20" }, 0},
		{"ascii", world, func(o *KioskOptions) { o.ASCII = true }, 0},
	} {
		for _, size := range [][2]int{{160, 48}, {80, 24}, {200, 60}, {40, 12}} {
			t.Run(fmt.Sprintf("%s/%dx%d", strings.ReplaceAll(c.name, " ", "-"), size[0], size[1]), func(t *testing.T) {
				clock := &standing{now: noon}
				r := c.room(clock)
				clock.now = clock.now.Add(c.late)
				change := func(*KioskOptions) {}
				if c.wall != nil {
					change = c.wall
				}
				golden.RequireEqual(t, plainWall(wallOf(t, r, clock, size[0], size[1], change)))
			})
		}
	}
}
