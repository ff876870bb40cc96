package drill

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsfeed"
)

// watched makes one look at a world's public feeds, by title.
func watched(t *testing.T, w *World, change func(*awsfeed.Addresses)) (map[string]room.Signal, *sources.Failure) {
	t.Helper()
	f := w.Feeds()
	addresses := awsfeed.Addresses{Events: f.Events, Mirrors: f.Mirrors, RSS: f.RSS, Announcement: f.Announcement}
	if change != nil {
		change(&addresses)
	}
	watch := awsfeed.New(awsfeed.Options{Clock: w.Clock(), Addresses: addresses})
	ctx, cancel := context.WithTimeout(t.Context(), watch.Timeout)
	defer cancel()
	signals := map[string]room.Signal{}
	err := watch.Look(ctx, func(page []room.Signal) {
		for _, s := range page {
			signals[s.Title] = s
		}
	})
	var failure *sources.Failure
	if err != nil && !errors.As(err, &failure) {
		t.Fatal(err)
	}
	return signals, failure
}

const (
	multiple = "Multiple services: Increased Error Rates and Latencies"
	dynamodb = "DynamoDB: Increased Error Rates and Latencies"
)

func TestThePublicFeedsTellWhatAWSToldAndWhen(t *testing.T) {
	for _, c := range []struct {
		at, title, word, severity string
		updates, count            int
	}{
		{"07:10", "", "", "", 0, 0},
		{"07:11", multiple, "OPEN", "informational", 1, 1},
		{"07:51", multiple, "OPEN", "degraded", 2, 1},
		{"09:27", dynamodb, "OPEN", "disrupted", 4, 2},
		{"10:36", dynamodb, "CLOSED", "resolved", 5, 3},
		{"14:14", "EC2: Increased Error Rates and Latencies", "OPEN", "informational", 1, 4},
	} {
		t.Run(c.at, func(t *testing.T) {
			w := played(t, c.at)
			for _, place := range []struct {
				feed   string
				change func(*awsfeed.Addresses)
			}{
				{"current events", nil},
				{"history at ", func(a *awsfeed.Addresses) { a.Events += "/nowhere" }},
			} {
				signals, failure := watched(t, w, place.change)
				if place.change == nil && failure != nil {
					t.Fatal(failure)
				}
				if len(signals) != c.count {
					t.Errorf("%s: there are %d events: %v", place.feed, len(signals), signals)
				}
				if c.count == 0 {
					continue
				}
				s := signals[c.title]
				detail, ok := s.Detail.(*room.HealthDetail)
				if !ok || s.Word != c.word || detail.Severity != c.severity || len(detail.Updates) != c.updates || !strings.HasPrefix(detail.Feed, place.feed) {
					t.Errorf("%s: got %+v with %+v", place.feed, s, detail)
				}
			}
		})
	}
}

func TestTheSameEventHasTheSameARNInPublicAndInTheAPI(t *testing.T) {
	w := played(t, "09:01")
	signals, _ := watched(t, w, nil)
	want := ""
	for _, e := range w.story.events {
		if e.service == "DYNAMODB" {
			want = e.arn
		}
	}
	detail := signals[dynamodb].Detail.(*room.HealthDetail)
	if detail.ARN != want || signals[dynamodb].Key != "feed/"+want {
		t.Errorf("got %q and %q, want %q", detail.ARN, signals[dynamodb].Key, want)
	}
	many := signals[multiple].Detail.(*room.HealthDetail)
	if len(many.Affected) != 1 || many.Affected[0] != (room.AffectedService{ID: "dynamodb-us-east-1", Name: "Amazon DynamoDB", Now: "degraded", Worst: "degraded"}) {
		t.Errorf("affected is %+v", many.Affected)
	}
}

func TestTheRSSFeedTellsTheSame(t *testing.T) {
	w := played(t, "10:36")
	signals, failure := watched(t, w, func(a *awsfeed.Addresses) {
		a.Events, a.Mirrors = a.Events+"/nowhere", []string{a.Events + "/nowhere"}
	})
	if failure == nil || !failure.Partial || !strings.Contains(failure.Next, "the RSS feed was taken instead") {
		t.Fatalf("got %v", failure)
	}
	if s := signals[dynamodb]; s.Word != "CLOSED" || !s.Since.Equal(at(t, w.story, "10:35")) {
		t.Errorf("got %+v", s)
	}
	if s := signals[multiple]; s.Word != "OPEN" || s.State != room.Critical || len(s.Detail.(*room.HealthDetail).Updates) != 3 {
		t.Errorf("got %+v", s)
	}
}

func TestTheFeedsComeInAWSsEncodings(t *testing.T) {
	w := played(t, "07:51")
	get := func(address, tag string) (*http.Response, string) {
		t.Helper()
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		request.Header.Set("If-None-Match", tag)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer, string(text)
	}
	answer, text := get(w.Feeds().Events, "")
	if answer.Header.Get("Content-Type") != "application/json;charset=utf-16" || !strings.HasPrefix(text, "\xFE\xFF\x00[\x00{") {
		t.Errorf("%v %.40q", answer.Header, text)
	}
	if again, text := get(w.Feeds().Events, answer.Header.Get("ETag")); again.StatusCode != http.StatusNotModified || text != "" {
		t.Errorf("asked again: %s", again.Status)
	}
	if _, text = get(w.Feeds().RSS, ""); !strings.Contains(text, "<pubDate>Mon, 20 Oct 2025 00:51:00 PDT</pubDate>") || !strings.Contains(text, "#multipleservices-us-east-1_1760946660<") {
		t.Errorf("%s", text)
	}
}

func TestPacificTimeHasASummer(t *testing.T) {
	for utc, want := range map[string]string{
		"2025-03-09T09:59:59Z": "Sun, 09 Mar 2025 01:59:59 PST", "2025-03-09T10:00:00Z": "Sun, 09 Mar 2025 03:00:00 PDT",
		"2025-11-02T08:59:59Z": "Sun, 02 Nov 2025 01:59:59 PDT", "2025-11-02T09:00:00Z": "Sun, 02 Nov 2025 01:00:00 PST",
		"2020-11-25T13:15:00Z": "Wed, 25 Nov 2020 05:15:00 PST", "2017-02-28T17:37:00Z": "Tue, 28 Feb 2017 09:37:00 PST",
	} {
		moment, err := time.Parse(time.RFC3339, utc)
		if err != nil || pacific(moment) != want {
			t.Errorf("%s is %q, want %q", utc, pacific(moment), want)
		}
	}
}

func TestAScriptPutsUpABannerAndLetsAFeedFail(t *testing.T) {
	s, err := parse("story.yaml", []byte(`name: banner
begin: 2025-10-20T06:00:00Z
end: 2025-10-20T09:00:00Z
lasts: 1m
account: "123456789012"
regions: [us-east-1]
script:
  - {at: "06:10", announcement: We cannot post about single services.}
  - {at: "06:20", api: {service: currentevents, do: fail}}
  - {at: "06:30", announcement: ""}
`))
	if err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]struct {
		signals int
		failed  bool
	}{"06:05": {0, false}, "06:15": {1, false}, "06:25": {1, true}, "06:35": {0, true}} {
		w, err := Start(t.Context(), s, Options{From: from, Speed: 1})
		if err != nil {
			t.Fatal(err)
		}
		signals, failure := watched(t, w, nil)
		if len(signals) != want.signals || (failure != nil) != want.failed {
			t.Errorf("at %s there are %d signals and %v", from, len(signals), failure)
		}
		w.Close()
	}
}
