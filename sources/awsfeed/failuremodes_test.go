package awsfeed

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"warroom/internal/failuremodes"
	"warroom/internal/room"
	"warroom/sources/sourcetest"
)

// placeFault is a fault of the three places of the feeds, as the watch of a world meets it.
func placeFault(t *testing.T, name string) (*world, sourcetest.Fault) {
	t.Helper()
	w, clock := newWorld(t), sourcetest.NewHand(noon)
	w.watch = New(Options{Clock: clock, Addresses: Addresses{
		Events: w.feed.URL + "/public/currentevents", Mirrors: []string{w.mirror.URL + "/historyevents.json"},
		RSS: w.rss.URL + "/rss/all.rss", Announcement: w.feed.URL + "/public/announcement",
	}})
	f := sourcetest.Fault{Name: name, Watch: w.watch, Clock: clock, Meanwhile: "the last good data stands", Hosts: []string{
		hostOf(w.feed.URL), "health.aws.amazon.com", hostOf(w.mirror.URL), "the mirror's host", hostOf(w.rss.URL), "status.aws.amazon.com",
		"127.0.0.1", "health.aws.amazon.com"}}
	f.Heals = func() {
		for _, place := range []*host{w.feed, w.mirror, w.rss} {
			place.answer(good)
		}
	}
	if strings.HasSuffix(name, "hangs") {
		f.Watch.Timeout = 2 * time.Second // the others get all the time that there is
	}
	return w, f
}

func TestWhatTheFeedDoes(t *testing.T) {
	for _, each := range faults {
		t.Run(each.name, func(t *testing.T) {
			w, f := placeFault(t, "the feed "+each.name)
			f.Breaks = func() { w.feed.answer(each.handler) }
			f.Meanwhile = "a mirror of the history is read instead"
			if strings.Contains(each.why, "429") {
				f.Over, f.Within = "when the server wants to be asked again", usualWait
			}
			failuremodes.Check(t, sourcetest.Play(t, f))
		})
	}
}

func TestWhatTheFeedAndItsMirrorsDo(t *testing.T) {
	w, f := placeFault(t, "the feed and its mirrors answer 503 in HTML")
	f.Breaks = func() {
		w.feed.answer(status(503, "<html>"))
		w.mirror.answer(status(503, "<html>"))
	}
	f.Meanwhile = "the RSS feed is read instead"
	f.Stands = func(now *room.Snapshot) error {
		if rows := now.Of(room.KindHealth).Signals; len(rows) != 1 || rows[0].Word != "OPEN" {
			return fmt.Errorf("the room has %d rows", len(rows))
		}
		return nil
	}
	failuremodes.Check(t, sourcetest.Play(t, f))
}

func TestWhatAllPlacesDo(t *testing.T) {
	w, f := placeFault(t, "the feed, its mirrors and the RSS feed answer 503 in HTML")
	f.Breaks = func() {
		for _, place := range []*host{w.feed, w.mirror, w.rss} {
			place.answer(status(503, "<html>"))
		}
	}
	failuremodes.Check(t, sourcetest.Play(t, f))
}

func TestAPartOfTheFeedIsNew(t *testing.T) {
	w, f := placeFault(t, "a part of the feed has a shape that is new")
	f.Breaks = func() { w.feed.answer(events(7, map[string]any{"date": "tomorrow", "arn": "x"}, dynamo())) }
	f.Meanwhile = "the others are shown, and what was known stays"
	failuremodes.Check(t, sourcetest.Play(t, f))
}

func TestTheAnnouncementIsNew(t *testing.T) {
	w, f := placeFault(t, "the announcement cannot be read")
	say := func(text string) {
		w.feed.answer(only("announcement", body(wide([]byte(text), binary.LittleEndian))))
	}
	say(`{"description": "We cannot post about single services."}`)
	f.Breaks = func() { say(`{"description": 7}`) }
	f.Meanwhile = "the last one stays, and all events are shown"
	failuremodes.Check(t, sourcetest.Play(t, f))
}
