package awsfeed

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

// rssOf is the RSS feed with an update of DynamoDB at each of the clock times, newest first.
func rssOf(prefix string, clocks ...string) []byte {
	var items strings.Builder
	for _, clock := range clocks {
		fmt.Fprintf(&items, "<item><title>%s: Increased Error Rates</title><guid>https://status.aws.amazon.com/#dynamodb-us-east-1_%d</guid>"+
			"<description>Written at %s.</description></item>", prefix, at(clock).Unix(), clock)
	}
	return []byte(`<rss version="2.0"><channel><title>AWS</title>` + items.String() + `</channel></rss>`)
}

// onlyRSS leaves nothing but the RSS feed, with the given body.
func (w *world) onlyRSS(text []byte) {
	w.feed.answer(status(500, ""))
	w.mirror.answer(status(500, ""))
	w.rss.answer(body(text))
}

// history answers a mirror with some events.
func historyOf(list ...any) []byte {
	return wide(encoded(map[string]any{"dynamodb-us-east-1": list}), binary.BigEndian)
}

// second is another event of the same service and region on the same day.
func second() map[string]any {
	e := dynamo()
	e["arn"], e["date"] = strings.TrimSuffix(dynamoARN, "1")+"2", fmt.Sprint(at("08:00").Unix())
	e["event_log"] = []any{
		map[string]any{"message": "Another thing.", "status": 3, "timestamp": at("08:00").Unix()},
		map[string]any{"message": "And on.", "status": 3, "timestamp": at("09:30").Unix()},
	}
	return e
}

func TestAnEventOfTheRSSFeedGetsItsNameOnceAnotherFeedTellsIt(t *testing.T) {
	w := newWorld(t)
	r := room.New(room.Options{Clock: w.clock, OnFlush: true})
	look := func() *room.Signal {
		t.Helper()
		signals, failure := w.look()
		o := room.Observation{Scope: Scope, Watch: "feed", At: w.clock.Now(), Interval: time.Minute, Begins: true, Done: true, Complete: failure == nil}
		if failure != nil {
			o.Trouble = &failure.Trouble
		}
		o.Signals = slices.Collect(maps.Values(signals))
		r.Observe(o)
		r.Flush()
		rows := r.Snapshot().Of(room.KindHealth).Signals
		if len(rows) != 1 || len(signals) != 1 {
			t.Fatalf("there are %d rows of %d signals, want one", len(rows), len(signals))
		}
		return rows[0]
	}
	w.onlyRSS([]byte(goodRSS))
	first := look()
	if err := r.Desk("ana").Act(room.Act{Do: room.EventAck, Keys: []string{first.Key}}); err != nil {
		t.Fatal(err)
	}
	w.onlyRSS(rssOf("Service disruption", "11:45", "11:30")) // the first items have fallen out
	look()
	w.mirror.answer(good)
	if s := look(); s.Reason != "Written at 11:45." || s.Detail.(*room.HealthDetail).ARN != dynamoARN {
		t.Errorf("with a mirror that lags it is %+v with %+v", s, s.Detail)
	}
	w.feed.answer(good)
	if s := look(); s.Key != first.Key || s.Standing != room.Acknowledged || s.Detail.(*room.HealthDetail).Feed != "current events" {
		t.Errorf("with the current events it is %s, %s, with %+v", s.Key, s.Standing, s.Detail)
	}
}

func TestTheRSSFeedIsNotTakenForEitherOfTwoEventsOfAService(t *testing.T) {
	w := newWorld(t)
	w.feed.answer(events(dynamo(), second()))
	w.look()
	w.onlyRSS(rssOf("Service disruption", "11:30", "09:30", "09:01", "08:00", "07:11"))
	signals, _ := w.look()
	if len(signals) != 3 || len(signals[dynamoKey].Detail.(*room.HealthDetail).Updates) != 2 {
		t.Errorf("known by name first: %d signals, with %+v", len(signals), signals[dynamoKey].Detail)
	}
	w = newWorld(t)
	w.onlyRSS(rssOf("Service disruption", "09:30", "09:01"))
	w.look()
	w.mirror.answer(body(historyOf(dynamo(), second())))
	if signals, _ = w.look(); len(signals) != 3 {
		t.Errorf("known from RSS first: %d signals, want three", len(signals))
	}
	w.feed.answer(events(dynamo(), second()))
	if signals, _ = w.look(); len(signals) != 2 {
		t.Errorf("with the list of what goes on there are %d signals, want two", len(signals))
	}
}

func TestANewEventOfTheRSSFeedIsNotTheOneThatIsOver(t *testing.T) {
	w := newWorld(t)
	w.onlyRSS(rssOf("Service is operating normally: [RESOLVED]", "09:01"))
	w.look()
	w.onlyRSS([]byte(strings.Replace(string(rssOf("Service disruption", "11:30")), "</channel>",
		strings.SplitN(strings.TrimSuffix(string(rssOf("Service is operating normally: [RESOLVED]", "09:01")), "</channel></rss>"), "</title>", 2)[1]+"</channel>", 1)))
	signals, _ := w.look()
	words := map[string]string{}
	for _, s := range signals {
		words[s.Since.Format("15:04")] = s.Word
	}
	if len(signals) != 2 || words["09:01"] != "CLOSED" || words["11:30"] != "OPEN" {
		t.Errorf("got %v", words)
	}
}
