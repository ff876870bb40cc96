package room

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// toldOf is the timeline's announcements, each with how long after epoch it happened.
func toldOf(r *Room) string {
	r.Flush()
	var told []string
	for _, e := range r.Snapshot().Timeline.Events {
		if e.Type == EventMark {
			told = append(told, fmt.Sprintf("%s %s: %s", e.At.Sub(epoch), e.Actor, e.Text))
		}
	}
	return strings.Join(told, ", ")
}

func TestAChangeIsToldOnceAtItsOwnTimeAlsoAfterARestart(t *testing.T) {
	clock := &ticking{now: epoch.Add(time.Hour)}
	r := New(Options{Node: "n", Clock: clock, OnFlush: true})
	change := func(key string, minute int) Change {
		return Change{Key: "cloudtrail/" + key, At: epoch.Add(time.Duration(minute) * time.Minute), By: "CloudTrail", Text: key}
	}
	desk := r.Desk("ana")
	if err := desk.Act(Act{Do: EventNote, Text: "mine"}); err != nil {
		t.Fatal(err)
	}
	r.Announce([]Change{change("c", 30), change("a", 10), change("a", 10)})
	r.Announce([]Change{change("b", 10), change("c", 30)})
	const want = "10m0s CloudTrail: a, 10m0s CloudTrail: b, 30m0s CloudTrail: c"
	if got := toldOf(r); got != want {
		t.Errorf("the timeline tells %q, want %q", got, want)
	}
	for _, e := range r.Snapshot().Timeline.Events {
		if e.Type == EventMark {
			if e.Act() {
				t.Error("a change counts as what a person of the room did")
			}
			if err := desk.Act(Act{Do: EventRetract, Of: e.ID}); err == nil {
				t.Error("a person can take back what CloudTrail has told")
			}
		}
	}
	if what, err := desk.Undo(); err != nil || what != EventNote {
		t.Errorf("ana's own last act is %q (%v)", what, err)
	}
	again := New(Options{Node: "m", Clock: clock, OnFlush: true})
	for _, e := range r.Snapshot().Timeline.Events {
		again.Apply(*e)
	}
	again.Announce([]Change{change("a", 10), change("b", 10), change("d", 40)})
	if got := toldOf(again); got != want+", 40m0s CloudTrail: d" {
		t.Errorf("after a restart the timeline tells %q", got)
	}
}
