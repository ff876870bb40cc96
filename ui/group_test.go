package ui

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"warroom/internal/room"
)

// grouped is a room in which the probes of the small outage, and two more, are judged
// together: one group is DOWN, one is so in part, one cannot be judged, and one is up.
func grouped(clock *standing) *room.Room {
	r := world(clock)
	for _, p := range []room.Signal{
		probeIn(clock, "orders", "eu-west-1", room.OK, "UP", "", 5000),
		probeIn(clock, "orders", "us-west-2", room.Unknown, "ERROR", "no file descriptors are left", 3),
	} {
		observed(r, room.Observation{Scope: p.Scope, Watch: p.Key, At: clock.ago(2 * time.Second), Done: true, Signals: []room.Signal{p}}, 15)
	}
	group := func(name, region string, state room.State, word, reason string, ago, limit, down, unjudged int, probes ...string) room.Signal {
		for i := range probes {
			probes[i] = "probe/" + probes[i]
		}
		return room.Signal{
			Key: "group/" + name, Kind: room.KindGroup, Scope: scope("group", "", ""), State: state, Word: word, Title: name, Reason: reason,
			Region: region, Since: clock.ago(minutes(ago)), Detail: &room.GroupDetail{Probes: probes, Limit: limit, Down: down, Unjudged: unjudged},
		}
	}
	observed(r, room.Observation{
		Scope: scope("group", "", ""), Watch: "group", At: clock.ago(time.Second), Done: true, Complete: true,
		Signals: []room.Signal{
			group("region us-east-1", "us-east-1", room.Critical, "DOWN", "1 of 2 DOWN: checkout", 40, 1, 1, 0, "checkout-us-east-1", "orders-us-east-1"),
			group("front doors", "", room.Warning, "3/4", "1 of 5 DOWN: checkout; 1 ERROR", 40, 4, 1, 1,
				"checkout-us-east-1", "checkout-eu-west-1", "orders-us-east-1", "orders-eu-west-1", "orders-us-west-2"),
			group("region us-west-2", "us-west-2", room.Unknown, "?", "1 ERROR; it is DOWN with 1 and may be", 3, 1, 0, 1, "orders-us-west-2"),
			group("region eu-west-1", "eu-west-1", room.OK, "UP", "", 300, 1, 0, 0, "checkout-eu-west-1", "orders-eu-west-1"),
		},
	}, 15)
	return r
}

func TestGroupsStandAmongTheProbes(t *testing.T) {
	clock := &standing{now: noon}
	r := grouped(clock)
	for _, width := range []int{20, 40, 60, 80, 120, 200} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			m := screen(t, r, clock, width, 24)
			press(m, "3", "z")
			golden.RequireEqual(t, plainFrame(m))
		})
	}
	for _, size := range [][2]int{{130, 24}, {80, 24}} {
		t.Run(fmt.Sprintf("whole/%dx%d", size[0], size[1]), func(t *testing.T) {
			golden.RequireEqual(t, plainFrame(screen(t, r, clock, size[0], size[1])))
		})
	}
	for _, size := range [][2]int{{130, 34}, {80, 24}, {40, 12}} {
		t.Run(fmt.Sprintf("detail/%dx%d", size[0], size[1]), func(t *testing.T) {
			m := screen(t, r, clock, size[0], size[1])
			press(m, "3", "/")
			typeIn(m, "front")
			press(m, "enter", "enter")
			golden.RequireEqual(t, plainFrame(m))
		})
	}
}

func TestGroupsAreToldInPlainLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := grouped(&standing{now: noon})
		r.Flush()
		f := follow(t, PlainOptions{Room: r})
		f.until("group")
		f.want(
			"14:03:22Z  group  3/4  front doors  -  since 13:23:22Z (40m); 1 of 5 DOWN: checkout; 1 ERROR",
			"14:03:22Z  group  ?  region us-west-2  us-west-2  since 14:00:22Z (3m); 1 ERROR; it is DOWN with 1 and may be",
		)
		f.until("watched: 3 health, 5 alarms, 5 probes, 4 groups in")
	})
}

// TestAGroupIsNoFurtherTroubleOfARegion: its probes are counted there already.
func TestAGroupIsNoFurtherTroubleOfARegion(t *testing.T) {
	clock := &standing{now: noon}
	r := grouped(clock)
	for _, at := range hits(r.Snapshot(), clock.now) {
		if at.counts[room.KindGroup] != 0 || at.counts[room.KindProbe] > 1 {
			t.Errorf("%s has %v", at.region, at.counts)
		}
	}
}
