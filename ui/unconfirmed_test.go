package ui

import (
	"testing"
	"time"

	"warroom/internal/room"
)

func TestAFailureIsNewsOnceItIsBorneOut(t *testing.T) {
	clock := &standing{noon}
	r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
	look := func(state room.State, word string) *room.Snapshot {
		observed(r, room.Observation{
			Scope: scope("probe", "", ""), Watch: "probe/shop", At: clock.now, Done: true,
			Signals: []room.Signal{{Key: "probe/shop", Kind: room.KindProbe, Scope: scope("probe", "", ""), State: state, Word: word,
				Title: "shop", Since: clock.now, Detail: &room.ProbeDetail{Interval: time.Minute}}},
		}, 60)
		r.Flush()
		return r.Snapshot()
	}
	f := newFlags()
	before := look(room.OK, "UP")
	f.take(new(room.Snapshot), before)
	for _, step := range []struct {
		state room.State
		word  string
		news  int
	}{{room.Warning, room.Unconfirmed, 0}, {room.OK, "UP", 0}, {room.Warning, room.Unconfirmed, 0}, {room.Critical, "DOWN", 1}, {room.Critical, "DOWN", 0}} {
		next := look(step.state, step.word)
		if news := f.take(before, next); len(news) != step.news {
			t.Errorf("%s: %d are news, want %d", step.word, len(news), step.news)
		}
		before = next
	}
}
