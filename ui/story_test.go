package ui

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"warroom/internal/room"
)

// longStory is a timeline of that many lines: storms of alarms in two regions, a word of
// a person now and then.
func longStory(lines int) *room.Snapshot {
	s := &room.Snapshot{}
	for i := range lines {
		id := room.EventID{Node: "test", Number: uint64(i + 1)}
		e := &room.Event{ID: id, At: noon.Add(time.Duration(i) * time.Second), Type: room.EventSignal, Was: room.OK, WasTo: "OK"}
		e.Stamp = room.Stamp{Wall: e.At.UnixMicro(), Node: "test"}
		e.Signal = &room.Signal{Key: fmt.Sprint("alarm/", i), Kind: room.KindAlarm, State: room.Critical, Word: "ALARM", Title: fmt.Sprintf("checkout-service-%05d", i), Account: "111111111111", Region: []string{"us-east-1", "us-west-2"}[i/20%2]}
		if i%50 == 0 {
			e.Type, e.Signal, e.Actor, e.Text = room.EventNote, nil, "ana", "looking into it"
		}
		s.Timeline.Events = append(s.Timeline.Events, e)
	}
	s.Timeline.Version, s.Timeline.Total = 1, lines
	return s
}

// TestAStoryThatGrowsIsToldAsIfItWereToldAnew adds lines, takes old ones away and puts
// late ones between, by chance, and compares each time with what is told from nothing.
func TestAStoryThatGrowsIsToldAsIfItWereToldAnew(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	line := func(at int) *room.Event {
		e := &room.Event{ID: room.EventID{Node: "test", Number: chance.Uint64()}, At: noon.Add(time.Duration(at) * time.Second)}
		if chance.IntN(8) == 0 {
			e.Type, e.Actor, e.Text = room.EventNote, "ana", "storm"
			return e
		}
		e.Type, e.Was, e.WasTo = room.EventSignal, room.OK, "OK"
		e.Signal = &room.Signal{Key: e.ID.String(), Kind: room.KindAlarm, State: room.Critical, Word: "ALARM", Title: []string{"storm", "calm"}[chance.IntN(2)]}
		return e
	}
	for _, text := range []string{"", "storm", "kind:note", "person:nobody", "state:alarm"} {
		f, _ := parseFilter(text)
		p := newPanes()[paneCount-1]
		s := &room.Snapshot{}
		events := []*room.Event{line(0)}
		for step := range 400 {
			for range chance.IntN(6) {
				events = append(slices.Clip(events), line(step))
			}
			if over := len(events) - 12; over > 0 {
				events = events[chance.IntN(over+1):]
			}
			if at := chance.IntN(len(events)); chance.IntN(10) == 0 {
				events = slices.Insert(slices.Clip(events), at, line(step))
			}
			if chance.IntN(10) == 0 {
				p.story.toggle(events[0].ID)
				p.again = true
			}
			s.Timeline.Version++
			s.Timeline.Events = events
			p.sync(s, f)
			anew := story{unfolded: p.story.unfolded, except: p.story.except}
			if got, want := fmt.Sprint(p.rows.items), fmt.Sprint(anew.tell(nil, events, f, true)); got != want {
				t.Fatalf("filter %q, step %d: it tells\n%s\nwant\n%s", text, step, got, want)
			}
		}
	}
}

// BenchmarkALineIsAddedToATimelineOf20000 is the pane's sync with one new line, at the
// length at which each new line drives an old one out.
func BenchmarkALineIsAddedToATimelineOf20000(b *testing.B) {
	for _, text := range []string{"", "service", "region:us-east-1 is:unack"} {
		b.Run("filter="+text, func(b *testing.B) {
			all := longStory(20_000 + 5000).Timeline.Events
			f, _ := parseFilter(text)
			p := newPanes()[paneCount-1]
			at := uint64(0)
			b.ReportAllocs()
			for b.Loop() {
				s := &room.Snapshot{}
				s.Timeline.Version, s.Timeline.Events = at+1, all[at%5000:at%5000+20_000]
				p.sync(s, f)
				at++
			}
		})
	}
}
