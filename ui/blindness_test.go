package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

// darkened is a room in which 40 of 100 alarms have lost their data, half an hour ago.
func darkened(clock *standing, down bool) *room.Room {
	r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
	east := scope("cloudwatch", "prod", "us-east-1")
	alarms := make([]room.Signal, 100)
	for i := range alarms {
		alarms[i] = alarmIn(clock, east, fmt.Sprintf("alarm-%02d", i), room.OK, "OK", 9000)
		if i < 40 {
			alarms[i].State, alarms[i].Word, alarms[i].Since = room.Unknown, "NO DATA", clock.ago(minutes(30))
		}
	}
	observed(r, room.Observation{Scope: east, Watch: "a", At: clock.ago(9 * time.Second), Done: true, Complete: true, Signals: alarms}, 30)
	state, word := room.OK, "UP"
	if down {
		state, word = room.Critical, "DOWN"
	}
	p := probeIn(clock, "checkout", "us-east-1", state, word, "expected status 200..299, got 503", 28)
	observed(r, room.Observation{Scope: p.Scope, Watch: p.Key, At: clock.ago(2 * time.Second), Done: true, Signals: []room.Signal{p}}, 15)
	return r
}

const blindSentence = "CloudWatch is blind in us-east-1 (prod) since 13:33:22Z (30m): 40 of 100 alarms lost their data within 1 minute"

func TestTheHeaderSaysThatCloudWatchIsBlind(t *testing.T) {
	clock := &standing{now: noon}
	for _, c := range []struct {
		name                string
		down                bool
		width, height, line int
		want                string
	}{
		{"quiet", false, 160, 40, 1, "? " + blindSentence},
		{"quiet, in the first line", false, 160, 40, 0, "│ ? CloudWatch is blind │"},
		{"in trouble", true, 160, 40, 1, "▌us-east-1 ✖ 1 probe │ since 13:35:22Z (28m) │ ? " + strings.TrimSuffix(blindSentence, "te") + "…"},
		{"in trouble, wide", true, 200, 40, 1, "▌us-east-1 ✖ 1 probe │ since 13:35:22Z (28m) │ ? " + blindSentence},
		{"in trouble, less wide", true, 120, 40, 1, "▌us-east-1 ✖ 1 probe │ since 13:35:22Z (28m) │ ? CloudWatch is blind in us-east-1 (prod) since 13:33:22Z"},
		{"in trouble, narrow", true, 80, 24, 1, "▌us-east-1 ✖ 1 probe │ ? CloudWatch is blind in us-east-1 (prod) since"},
		{"small", false, 40, 12, 0, "? CloudWatch is blind"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := screen(t, darkened(clock, c.down), clock, c.width, c.height)
			if lines := strings.Split(plainFrame(m), "\n"); !strings.Contains(lines[c.line], c.want) {
				t.Errorf("line %d is %q, want %q", c.line, lines[c.line], c.want)
			}
		})
	}
	if frame := plainFrame(screen(t, world(clock), clock, 160, 40)); strings.Contains(frame, blindWords) {
		t.Errorf("it is said where it is not so\n%s", frame)
	}
}

func TestTheTerminalsTitleSaysThatCloudWatchIsBlind(t *testing.T) {
	clock := &standing{now: noon}
	if title := screen(t, darkened(clock, false), clock, 80, 24).titleLine(); title != "CloudWatch is blind - warroom prod" {
		t.Errorf("the title is %q", title)
	}
}

func TestTheWallSaysThatCloudWatchIsBlindOnEveryPage(t *testing.T) {
	clock := &standing{now: noon}
	for _, down := range []bool{false, true} {
		got := plainWall(wallOf(t, darkened(clock, down), clock, 160, 40))
		if !strings.Contains(got, "╱╱╱ "+blindSentence) {
			t.Errorf("down %v: the wall says\n%s", down, got)
		}
	}
	got := strings.Join(strings.Fields(plainWall(wallOf(t, darkened(clock, false), clock, 160, 40))), " ")
	if !strings.Contains(got, "Nothing bad is known, but CloudWatch is blind, so that would not be seen") {
		t.Errorf("the wall says\n%s", got)
	}
}

func TestPlainLinesSayThatCloudWatchIsBlindAndWhenItIsNotAnyMore(t *testing.T) {
	clock := &standing{now: noon}
	r := darkened(clock, false)
	r.Flush()
	teller := newTeller(PlainOptions{Room: r})
	teller.look()
	teller.tick()
	teller.tick()
	told := string(teller.out.take())
	if strings.Count(told, "  BLIND  ") < 1 || strings.Count(told, "since 13:33:22Z (30m); CloudWatch is blind: 40 of 100 alarms lost their data within 1 minute") != 1 {
		t.Errorf("it tells\n%s", told)
	}
	east := scope("cloudwatch", "prod", "us-east-1")
	alarms := make([]room.Signal, 100)
	for i := range alarms {
		alarms[i] = alarmIn(clock, east, fmt.Sprintf("alarm-%02d", i), room.OK, "OK", 1)
	}
	observed(r, room.Observation{Scope: east, Watch: "a", At: clock.now, Done: true, Complete: true, Signals: alarms}, 30)
	r.Flush()
	teller.look()
	teller.tick()
	if told := string(teller.out.take()); !strings.Contains(told, "SEES") || !strings.Contains(told, "not blind any more") {
		t.Errorf("it tells\n%s", told)
	}
}
