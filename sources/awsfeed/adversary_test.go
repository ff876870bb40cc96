package awsfeed

import (
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"warroom/internal/room"
)

// TestNothingOddEndsAnEvent gives events of which something is odd: none of them is taken
// for one that is over, and what could not be read is told.
func TestNothingOddEndsAnEvent(t *testing.T) {
	with := func(changes map[string]any) map[string]any {
		e := dynamo()
		for key, value := range changes {
			if e[key] = value; value == "absent" {
				delete(e, key)
			}
		}
		return e
	}
	text := func(clock string, status any) map[string]any {
		return map[string]any{"message": "Written at " + clock, "status": status, "timestamp": at(clock).Unix()}
	}
	for name, c := range map[string]struct {
		event any
		word  string
		told  bool // that not all could be read
	}{
		"an end that lies ahead":          {with(map[string]any{"end_time": at("23:00").Unix()}), "OPEN", false},
		"an end that is no time":          {with(map[string]any{"end_time": "soon"}), "OPEN", true},
		"an end that is nothing":          {with(map[string]any{"end_time": nil}), "OPEN", false},
		"an end of zero":                  {with(map[string]any{"end_time": 0}), "OPEN", true},
		"an end in a list":                {with(map[string]any{"end_time": []int{1}}), "OPEN", false},
		"a status in a list":              {with(map[string]any{"status": []int{0}}), "UNKNOWN", true},
		"a status that is a word":         {with(map[string]any{"status": "resolved"}), "UNKNOWN", true},
		"a status that is true":           {with(map[string]any{"status": true}), "UNKNOWN", true},
		"no status":                       {with(map[string]any{"status": "absent"}), "UNKNOWN", true},
		"resolved within the headline":    {with(map[string]any{"summary": "Errors, partly [RESOLVED]"}), "OPEN", false},
		"a log that is a text":            {with(map[string]any{"event_log": "all is well"}), "OPEN", true},
		"a log with nothing in it":        {with(map[string]any{"event_log": []any{nil}}), "OPEN", true},
		"a log whose times are words":     {with(map[string]any{"event_log": []any{map[string]any{"message": "x", "timestamp": "now"}}}), "OPEN", true},
		"services in a list":              {with(map[string]any{"impacted_services": []int{1}}), "OPEN", true},
		"services that are numbers":       {with(map[string]any{"impacted_services": map[string]int{"iam": 0}}), "OPEN", true},
		"a region of another sort":        {with(map[string]any{"arn": strings.Replace(dynamoARN, "us-east-1", "EVERYWHERE", 1), "impacted_services": nil}), "OPEN", false},
		"a region in capitals":            {with(map[string]any{"arn": strings.Replace(dynamoARN, "us-east-1", "US-EAST-1", 1), "impacted_services": nil}), "OPEN", false},
		"an ARN that is none":             {with(map[string]any{"arn": "none"}), "OPEN", false},
		"a time in milliseconds":          {with(map[string]any{"date": at("07:11").UnixMilli()}), "OPEN", false},
		"a time with a fraction, as text": {with(map[string]any{"date": fmt.Sprint(at("07:11").Unix(), ".25")}), "OPEN", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "us-east-1")
			w.feed.answer(events(c.event))
			signals, failure := w.look()
			if len(signals) != 1 || (failure != nil) != c.told {
				t.Fatalf("got %d signals and %v", len(signals), failure)
			}
			for _, s := range signals {
				if s.Word != c.word {
					t.Errorf("it is %s, want %s", s.Word, c.word)
				}
			}
		})
	}
	for name, list := range map[string][]any{
		"the newest text is not the last one": {with(map[string]any{"event_log": []any{text("09:01", 3), text("07:11", 1), text("08:00", 0)}})},
		"the newest text is the last one":     {with(map[string]any{"event_log": []any{text("07:11", 0), text("09:01", 3)}})},
	} {
		w := newWorld(t)
		w.feed.answer(status(500, ""))
		w.mirror.answer(body(historyOf(list...)))
		if signals, _ := w.look(); signals[dynamoKey].Word != "OPEN" || signals[dynamoKey].State != room.Critical {
			t.Errorf("in the history, %s: it is %s", name, signals[dynamoKey].Word)
		}
	}
	w := newWorld(t)
	ended := over()
	ended["event_log"], ended["end_time"] = ended["event_log"].([]any)[:1], at("08:00").Unix()
	w.feed.answer(events(dynamo(), ended))
	if signals, _ := w.look(); signals[dynamoKey].Word != "OPEN" {
		t.Errorf("listed twice, it is %s", signals[dynamoKey].Word)
	}
}

func TestADisruptionGoesOnWhateverItsTextCallsResolved(t *testing.T) {
	i := item{Title: "Service disruption: Errors", Description: "The DNS issue has been resolved. Launches still fail."}
	if said, _ := i.judge(); said != disrupted {
		t.Errorf("it is %s", said)
	}
}

func TestABannerWithoutWordsIsToldAndNotTakenForNone(t *testing.T) {
	w := newWorld(t)
	w.feed.answer(only("announcement", body(wide([]byte(`{"description": "<img src='outage.png'>"}`), binary.BigEndian))))
	if _, failure := w.look(); failure == nil || failure.What != "AWS's public feed was read, but not its announcement" {
		t.Errorf("got %v", failure)
	}
	w.feed.answer(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "announcement") {
			status(404, "")(rw, r)
			return
		}
		events(dynamo(), 7)(rw, r)
	})
	if _, failure := w.look(); failure == nil || !strings.Contains(failure.Next, "its announcement could not be read either (it answered 404 Not Found)") {
		t.Errorf("beside an odd event it is not told: %v", failure)
	}
	w.feed.answer(status(404, ""))
	if _, failure := w.look(); failure == nil || !strings.Contains(failure.Next, "its announcement could not be read either") {
		t.Errorf("beside a mirror it is not told: %v", failure)
	}
}

func TestWhatWasNotAskedForAsUnchangedIsNotTakenForIt(t *testing.T) {
	w := newWorld(t)
	w.look() // this server gives no tag
	w.feed.answer(only("currentevents", status(304, "")))
	if _, failure := w.look(); failure == nil || !strings.Contains(failure.Why, "it answered 304 Not Modified") {
		t.Errorf("got %v", failure)
	}
}
