package ui

import (
	"fmt"
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
