package ui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/room"
)

var publicScope = scope("feed", "", "global")

// inPublic is an event that AWS tells of in public.
func inPublic(clock *standing) room.Signal {
	s := health(clock, "Multiple services: Increased Error Rates", "Multiple services", room.Critical, "OPEN", 50)
	s.Key, s.Scope = "feed/x", publicScope
	detail := s.Detail.(*room.HealthDetail)
	detail.Feed, detail.Severity, detail.Entities = "history at 127.0.0.1:1", "disrupted", nil
	detail.Affected = []room.AffectedService{
		{ID: "ec2-us-east-1", Name: "Amazon Elastic Compute Cloud", Now: "disrupted", Worst: "disrupted"},
		{ID: "iam", Name: "AWS Identity and Access Management", Now: "resolved", Worst: "degraded"},
	}
	return s
}

// published is the world in which AWS says something in public as well, or in which it
// is all that AWS says.
func published(clock *standing, alone bool, trouble *room.Trouble, signals ...room.Signal) *room.Room {
	r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
	if !alone {
		strike(r, clock)
	}
	observed(r, room.Observation{Scope: publicScope, Watch: "feed", At: clock.ago(0), Done: true, Complete: true, Signals: signals, Trouble: trouble}, 60)
	return r
}

func TestWhatAWSSaysInPublicIsToldApart(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, published(clock, false, nil, inPublic(clock)), clock, 130, 40)
	for _, width := range []int{200, 130, 80} {
		m.Update(tea.WindowSizeMsg{Width: width, Height: 40})
		rows := 0
		for _, line := range strings.Split(plainFrame(m), "\n") {
			row, _, _ := strings.Cut(line, "││") // the pane on the left
			if !strings.Contains(row, "✖ OPEN") {
				continue
			}
			rows++
			if strings.Contains(row, "Multiple ser") != strings.Contains(row, "feed") {
				t.Errorf("at %d columns: %s", width, row)
			}
		}
		if rows != 2 {
			t.Errorf("at %d columns there are %d rows:\n%s", width, rows, plainFrame(m))
		}
	}
	m = screen(t, world(clock), clock, 130, 40)
	if frame := plainFrame(m); strings.Contains(frame, "public feed") {
		t.Errorf("without a public event there is a column for it:\n%s", frame)
	}
}

func TestTheDetailsOfAPublicEvent(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, published(clock, true, nil, inPublic(clock)), clock, 130, 50)
	press(m, "1", "enter")
	frame := plainFrame(m)
	for _, want := range []string{
		"AWS's public feed: history at 127.0.0.1:1", "severity", "2 services affected, AWS says", "Amazon Elastic Compute Cloud (ec2-us-east-1)",
		"AWS Identity and Access Management, was degraded (iam)",
	} {
		if !strings.Contains(frame, want) {
			t.Errorf("%q is not there:\n%s", want, frame)
		}
	}
	if strings.Contains(frame, "of ours") {
		t.Errorf("AWS's services are called ours:\n%s", frame)
	}
}

func TestAQuietPublicFeedSaysOfWhatItIsQuiet(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, published(clock, true, nil), clock, 130, 40)
	if frame := plainFrame(m); !strings.Contains(frame, "AWS's public feed was read and has no event for") || strings.Contains(frame, "see above") {
		t.Errorf("%s", frame)
	}
	mirror := &room.Trouble{What: "AWS's current public events could not be read", Why: "it answered 503", Next: "a mirror was taken instead"}
	m = screen(t, published(clock, true, mirror), clock, 130, 40)
	frame := strings.Join(strings.Fields(plainFrame(m)), " ")
	for _, want := range []string{"AWS's current public events", "a mirror", "see above"} {
		if !strings.Contains(frame, want) {
			t.Errorf("%q is not there:\n%s", want, frame)
		}
	}
}

// TestHowOldTheWordIsWhereOnlyMessagesTell holds that an event is not taken for one that is
// known to go on: of its end nobody may have told.
func TestHowOldTheWordIsWhereOnlyMessagesTell(t *testing.T) {
	clock := &standing{now: noon}
	s := health(clock, "EC2 operational issue", "EC2", room.Critical, "OPEN", 50)
	s.Detail.(*room.HealthDetail).Updated = clock.ago(3 * 24 * time.Hour)
	r := published(clock, true, nil)
	queue := scope(room.PushSource, "", "us-west-2")
	observed(r, room.Observation{Scope: queue, Watch: "push", At: clock.ago(0), Done: true}, 60)
	_ = r.Hear(queue, []room.Message{{Signal: s, At: s.Detail.(*room.HealthDetail).Updated}})
	r.Flush()
	m := screen(t, r, clock, 130, 50)
	if frame := plainFrame(m); !strings.Contains(frame, "push") {
		t.Errorf("the row does not say how old the word is:\n%s", frame)
	}
	m.Update(tea.WindowSizeMsg{Width: 200, Height: 50})
	if frame := plainFrame(m); !strings.Contains(frame, "told 3d") {
		t.Errorf("the row does not say how old the word is:\n%s", frame)
	}
	press(m, "1", "enter")
	if frame := plainFrame(m); !strings.Contains(frame, "last word") || !strings.Contains(frame, "3d ago, by a message") {
		t.Errorf("the details do not say how old the word is:\n%s", frame)
	}
}

func TestTheDetailsOfAnEventThatIsNotListedAnyMore(t *testing.T) {
	clock := &standing{now: noon}
	s := health(clock, "EC2 operational issue", "EC2", room.OK, room.Closed, 50)
	s.Detail.(*room.HealthDetail).Unlisted = clock.ago(0)
	m := screen(t, published(clock, true, nil, s), clock, 130, 50)
	press(m, "1", "enter")
	if frame := plainFrame(m); !strings.Contains(frame, "not known; not listed any more since 2026-03-14") || strings.Count(frame, "│ end ") != 1 {
		t.Errorf("the details do not say what is known of its end:\n%s", frame)
	}
}
