package awsfeed

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"warroom/internal/room"
	"warroom/sources"
)

// noon is when the tests play: on the day of the events in them.
var noon = time.Date(2025, 10, 20, 12, 0, 0, 0, time.UTC)

// hand is a clock that is set by hand.
type hand struct {
	mu  sync.Mutex
	now time.Time
}

func (h *hand) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hand) on(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// Sleep is for nobody here: a look does not wait.
func (h *hand) Sleep(ctx context.Context, _ time.Time) error { return ctx.Err() }

// host is one server of the feeds.
type host struct {
	*httptest.Server
	mu      sync.Mutex
	handler http.HandlerFunc
	asked   []string // paths, in order
	last    http.Header
}

func newHost(t *testing.T) *host {
	h := new(host)
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.asked, h.last = append(h.asked, r.URL.Path), r.Header.Clone()
		handler := h.handler
		h.mu.Unlock()
		handler(w, r)
	}))
	t.Cleanup(func() { h.CloseClientConnections(); h.Close() })
	return h
}

func (h *host) answer(handler http.HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handler = handler
}

func (h *host) times() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.asked)
}

// world is the three places and a watch of them.
type world struct {
	t                 *testing.T
	feed, mirror, rss *host
	clock             *hand
	watch             sources.Watch
}

func newWorld(t *testing.T, regions ...string) *world {
	w := &world{t: t, feed: newHost(t), mirror: newHost(t), rss: newHost(t), clock: &hand{now: noon}}
	w.feed.answer(good)
	w.mirror.answer(good)
	w.rss.answer(good)
	w.watch = New(Options{Clock: w.clock, Regions: regions, Addresses: Addresses{
		Events: w.feed.URL + "/public/currentevents", Mirrors: []string{w.mirror.URL + "/historyevents.json"},
		RSS: w.rss.URL + "/rss/all.rss", Announcement: w.feed.URL + "/public/announcement",
	}})
	return w
}

// look makes one look, and gives what was reported by key and what was wrong.
func (w *world) look() (map[string]room.Signal, *sources.Failure) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), w.watch.Timeout)
	defer cancel()
	signals := map[string]room.Signal{}
	err := w.watch.Look(ctx, func(page []room.Signal) {
		for _, s := range page {
			signals[s.Key] = s
		}
	})
	var failure *sources.Failure
	if err != nil && !errors.As(err, &failure) {
		w.t.Fatalf("the error is %T", err)
	}
	return signals, failure
}

const dynamoARN = "arn:aws:health:us-east-1::event/DYNAMODB/AWS_DYNAMODB_OPERATIONAL_ISSUE/AWS_DYNAMODB_OPERATIONAL_ISSUE_1"

const dynamoKey = "feed/" + dynamoARN

// dynamo is an event that goes on.
func dynamo() map[string]any {
	return map[string]any{
		"date": fmt.Sprint(at("07:11").Unix()), "arn": dynamoARN, "region_name": "N. Virginia", "status": "3",
		"service": "dynamodb-us-east-1", "service_name": "Amazon DynamoDB", "summary": "Increased Error Rates",
		"event_log": []any{
			map[string]any{"summary": "Increased Error Rates", "message": "We are investigating. <b>More</b> soon.", "status": 1, "timestamp": at("07:11").Unix()},
			map[string]any{"summary": "Increased Error Rates", "message": "It is DNS. We work on it.", "status": 3, "timestamp": at("09:01").Unix()},
		},
		"impacted_services": map[string]any{
			"iam":           map[string]any{"service_name": "AWS Identity and Access Management", "current": "0", "max": "2"},
			"ec2-us-east-1": map[string]any{"service_name": "Amazon Elastic Compute Cloud", "current": "3", "max": "3"},
		},
		"impacted_service_status_changes": []any{
			map[string]any{"service": "iam", "previous_status": "0", "current_status": "3", "timestamp": at("07:30").UnixMilli()},
		},
	}
}

// over is the same event when it has ended.
func over() map[string]any {
	e := dynamo()
	e["status"], e["summary"], e["end_time"] = "0", "[RESOLVED] Increased Error Rates", fmt.Sprint(at("10:35").Unix())
	return e
}

func at(clock string) time.Time {
	t, _ := time.Parse("2006-01-02 15:04", "2025-10-20 "+clock)
	return t
}

func encoded(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

// wide is a text in UTF-16 with a mark, as AWS sends it.
func wide(text []byte, order binary.AppendByteOrder) []byte {
	out := order.AppendUint16(nil, 0xFEFF)
	for _, unit := range utf16.Encode([]rune(string(text))) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

const goodRSS = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title><![CDATA[Amazon Web Services Service Status]]></title><ttl>5</ttl>
<item><title><![CDATA[Service disruption: Increased Error Rates]]></title><pubDate>Mon, 20 Oct 2025 04:30:00 PDT</pubDate>
<guid isPermaLink="false">https://status.aws.amazon.com/#dynamodb-us-east-1_1760959800</guid><description><![CDATA[We see recovery. More by noon.]]></description></item>
<item><title><![CDATA[Informational message: Increased Error Rates]]></title><pubDate>Mon, 20 Oct 2025 00:11:00 PDT</pubDate>
<guid isPermaLink="false">https://status.aws.amazon.com/#dynamodb-us-east-1_1760944260</guid><description><![CDATA[We are investigating.]]></description></item>
<item><title><![CDATA[Service is operating normally: [RESOLVED] Packet loss]]></title><pubDate>Sun, 12 Oct 2025 00:11:00 PDT</pubDate>
<guid isPermaLink="false">https://status.aws.amazon.com/#dynamodb-us-east-1_1760253060</guid><description><![CDATA[It is over.]]></description></item>
</channel></rss>`

// good answers every feed as on a day with one event.
func good(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasSuffix(r.URL.Path, "currentevents"):
		w.Header().Set("Content-Type", "application/json;charset=utf-16")
		_, _ = w.Write(wide(encoded([]any{dynamo()}), binary.BigEndian))
	case strings.HasSuffix(r.URL.Path, "historyevents.json"):
		_, _ = w.Write(wide(encoded(map[string]any{"dynamodb-us-east-1": []any{dynamo()}}), binary.BigEndian))
	case strings.HasSuffix(r.URL.Path, "all.rss"):
		_, _ = w.Write([]byte(goodRSS))
	case strings.HasSuffix(r.URL.Path, "announcement"):
		_, _ = w.Write([]byte(`{"description": null}`))
	default:
		http.NotFound(w, r)
	}
}

// body answers with a body and status 200.
func body(text []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(text) }
}

// events answers the current events with some, and the rest as on a good day.
func events(list ...any) http.HandlerFunc {
	if list == nil {
		list = []any{}
	}
	return only("currentevents", body(wide(encoded(list), binary.BigEndian)))
}

// only answers one path in its own way, and the rest as on a good day.
func only(path string, handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, path) {
			handler(w, r)
			return
		}
		good(w, r)
	}
}

var huge = bytes.Repeat([]byte(" "), bodyLimit+1)
