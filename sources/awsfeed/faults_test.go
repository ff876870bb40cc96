package awsfeed

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

// faults are the ways in which a place lets us down, and why it says that it did.
var faults = []struct {
	name    string
	handler http.HandlerFunc
	why     string
}{
	{"hangs", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "there was no answer in time"},
	{"resets in mid-body", resetInBody, "the connection broke off"},
	{"ends in mid-body", endInBody, "the connection broke off"},
	{"answers 503 in HTML", status(503, "<html><h1>503</h1>\x1b[31m</html>"), "it answered 503 Service Unavailable"},
	{"answers 403", status(403, "<html>waf</html>"), "it answered 403 Forbidden"},
	{"is a captive portal", body([]byte("<!DOCTYPE html>\n<html><body>Please log in</body></html>")), "a web page came instead of the feed"},
	{"redirects to a login", redirect("https://login.example.com/?next=feed"), "it redirects to login.example.com, which is not followed"},
	{"redirects for ever", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, "it redirects to 127.0.0.1"},
	{"sends half a page", body([]byte(`[{"date": "1760944260", "arn": "arn:aws`)), "the answer ends in the middle"},
	{"sends half a character", body(append(wide([]byte(`[]`), binary.BigEndian), 0)), "the answer ends in the middle"},
	{"sends nothing", body(nil), "the answer is empty"},
	{"sends a mark and nothing", body([]byte{0xFE, 0xFF}), "the answer is empty"},
	{"sends blanks", body([]byte(" \r\n")), "the answer is empty"},
	{"sends an object", body([]byte(`{"events": []}`)), "the answer has a shape that is not known here"},
	{"sends null", body([]byte(`null`)), "the answer has a shape that is not known here"},
	{"sends a word", body([]byte(`"quiet"`)), "the answer has a shape that is not known here"},
	{"sends other events", body([]byte(`[{"id": 1, "state": "bad"}, 7]`)), "the answer has a shape that is not known here"},
	{"sends text", body([]byte("all is well")), "the answer cannot be read as JSON"},
	{"sends bytes", body([]byte("\x9c\xff\xfe\x80")), "the answer is in no encoding that is known"},
	{"sends too much", body(huge), "the answer is longer than 4 MiB"},
	{"sends a bomb", bomb, "the answer is longer than 4 MiB"},
	{"sends half a packed answer", packed(func(zip []byte) []byte { return zip[:len(zip)/2] }), "the connection broke off"},
	{"sends a packed answer that is spoilt", packed(func(zip []byte) []byte { zip[len(zip)-5] ^= 0xFF; return zip }), "the answer cannot be unpacked"},
	{"says that an answer is packed and sends it plain", packed(func([]byte) []byte { return []byte("[] and not packed") }), "the answer cannot be unpacked"},
	{"sends half of a pair of characters", body(wide([]byte(`[{"arn": "😀`), binary.BigEndian)[:24]), "the answer ends in the middle"},
	{"sends a web page in UTF-16", body(wide([]byte("<!DOCTYPE html><html>Log in</html>"), binary.LittleEndian)), "a web page came instead of the feed"},
	{"sends the mark of another encoding", body(append([]byte{0xFE, 0xFF}, "[{}]"...)), "the answer cannot be read as JSON"},
	{"sends a list of nothing", body([]byte(`[null]`)), "the answer has a shape that is not known here"},
	{"sends a list of lists", body([]byte(`[[], [{}]]`)), "the answer has a shape that is not known here"},
	{"sends a list of words", body([]byte(`["all is well"]`)), "the answer has a shape that is not known here"},
	{"sends two answers", body([]byte(`[] []`)), "the answer cannot be read as JSON"},
	{"sends quiet and a web page", body([]byte("[]<html>Log in</html>")), "a web page came instead of the feed"},
	{"sends a login as JSON", body([]byte(`{"error": "login required"}`)), "the answer has a shape that is not known here"},
	{"sends too many brackets", body(bytes.Repeat([]byte("["), 20_000)), "the answer cannot be read as JSON"},
	{"answers 204", status(204, ""), "it answered 204 No Content"},
	{"answers with a part", status(206, "[]"), "it answered 206 Partial Content"},
	{"says unasked that nothing has changed", status(304, ""), "it answered 304 Not Modified"},
	{"is asked too often", status(429, "slow down"), "it was asked too often (429)"},
}

func status(code int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, text)
	}
}

// packed answers with an empty list that is packed and spoilt.
func packed(spoil func(zip []byte) []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		var zip bytes.Buffer
		to := gzip.NewWriter(&zip)
		_, _ = to.Write([]byte("[]"))
		_ = to.Close()
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(spoil(zip.Bytes()))
	}
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

func resetInBody(w http.ResponseWriter, _ *http.Request) {
	conn, _, _ := w.(http.Hijacker).Hijack()
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[{\"date\":")
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

func endInBody(w http.ResponseWriter, _ *http.Request) {
	conn, _, _ := w.(http.Hijacker).Hijack()
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[{\"date\":")
	_ = conn.Close()
}

func TestWhenAPlaceFailsTheNextIsAskedAndItHeals(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			w := newWorld(t)
			if f.name == "hangs" {
				w.watch.Timeout = 2 * time.Second // the others get all the time that there is
			}
			w.feed.answer(f.handler)
			signals, failure := w.look()
			if failure == nil || !failure.Partial || failure.What != "AWS's current public events could not be read" || !strings.Contains(failure.Why, f.why) {
				t.Fatalf("got %+v", failure)
			}
			if want := "a mirror of the history was taken instead (" + hostOf(w.mirror.URL) + ")"; !strings.Contains(failure.Next, want) {
				t.Errorf("next is %q, want %q", failure.Next, want)
			}
			expectDynamo(t, signals, "history at "+hostOf(w.mirror.URL))
			w.heals("history at " + hostOf(w.mirror.URL)) // nothing new is said of it
		})
	}
}

func TestWhenTheMirrorsFailTooTheRSSFeedIsAsked(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			w := newWorld(t)
			if f.name == "hangs" {
				w.watch.Timeout = 2 * time.Second // the others get all the time that there is
			}
			w.feed.answer(f.handler)
			w.mirror.answer(f.handler)
			signals, failure := w.look()
			if failure == nil || !failure.Partial || !strings.Contains(failure.Why, f.why) ||
				!strings.Contains(failure.Next, "the RSS feed was taken instead") || !strings.Contains(failure.Next, "does not prove that all is quiet") {
				t.Fatalf("got %+v", failure)
			}
			s := signals["feed/dynamodb-us-east-1/2025-10-20T07:11:00Z"]
			if s.State != room.Critical || s.Word != "OPEN" || s.Title != "DynamoDB: Increased Error Rates" || !s.Since.Equal(at("07:11")) {
				t.Errorf("got %+v", s)
			}
			w.heals("current events")
		})
	}
}

func TestWhatNoPlaceSaysIsUnknownAndNeverQuiet(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			w := newWorld(t)
			if f.name == "hangs" {
				w.watch.Timeout = 2 * time.Second // the others get all the time that there is
			}
			for _, place := range []*host{w.feed, w.mirror, w.rss} {
				place.answer(f.handler)
			}
			signals, failure := w.look()
			if failure == nil || failure.Partial || len(signals) > 0 || failure.What != "AWS's public feeds could not be read" || failure.Next == "" {
				t.Fatalf("got %+v and %d signals", failure, len(signals))
			}
			if !strings.Contains(failure.Why, f.why) {
				t.Errorf("why is %q", failure.Why)
			}
			for _, place := range []*host{w.feed, w.mirror, w.rss} {
				if place.times() == 0 {
					t.Errorf("not all were asked")
				}
			}
			w.heals("current events")
		})
	}
}

func TestAPlaceThatRefusesIsNamedAndTheNextIsAsked(t *testing.T) {
	w := newWorld(t)
	w.feed.Close()
	signals, failure := w.look()
	if failure == nil || failure.Why != hostOf(w.feed.URL)+": the connection was refused" {
		t.Fatalf("got %+v", failure)
	}
	expectDynamo(t, signals, "history at "+hostOf(w.mirror.URL))
	w.mirror.Close()
	w.rss.Close()
	signals, failure = w.look()
	if failure == nil || failure.Partial || len(signals) > 0 || !strings.HasPrefix(failure.Why, "the connection was refused, neither at 127.0.0.1") {
		t.Fatalf("got %+v", failure)
	}
}

// heals mends all places and wants the next look to be whole.
func (w *world) heals(feed string) {
	w.t.Helper()
	for _, place := range []*host{w.feed, w.mirror, w.rss} {
		place.answer(good)
	}
	w.clock.on(usualWait)
	w.watch.Timeout = DefaultTimeout
	signals, failure := w.look()
	if failure != nil {
		w.t.Fatalf("after it has healed: %v", failure)
	}
	expectDynamo(w.t, signals, feed)
	if len(signals) != 1 {
		w.t.Errorf("after it has healed there are %d signals", len(signals))
	}
}

func expectDynamo(t *testing.T, signals map[string]room.Signal, feed string) {
	t.Helper()
	s, ok := signals[dynamoKey]
	if !ok {
		t.Fatalf("the event is not there, among %d", len(signals))
	}
	detail := s.Detail.(*room.HealthDetail)
	if s.State != room.Critical || s.Word != "OPEN" || s.Region != "us-east-1" || detail.ARN != dynamoARN || len(detail.Updates) != 2 {
		t.Errorf("got %+v with %+v", s, detail)
	}
	if detail.Feed != feed {
		t.Errorf("it is from %q, want %q", detail.Feed, feed)
	}
}

func TestAServerThatWasAskedTooOftenIsLeftAlone(t *testing.T) {
	for _, c := range []struct {
		after string
		wait  time.Duration
	}{{"90", 90 * time.Second}, {"", usualWait}, {"soon", usualWait}, {"-3", usualWait}, {"999999999", longestWait}, {noon.Add(2 * time.Minute).Format(http.TimeFormat), 2 * time.Minute}} {
		t.Run(fmt.Sprintf("for %q", c.after), func(t *testing.T) {
			w := newWorld(t)
			w.feed.answer(func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Retry-After", c.after)
				rw.WriteHeader(http.StatusTooManyRequests)
			})
			w.look()
			w.feed.answer(good)
			asked := w.feed.times()
			w.clock.on(c.wait - time.Second)
			if _, failure := w.look(); w.feed.times() != asked || failure == nil || !strings.Contains(failure.Why, "it is left alone until "+noon.Add(c.wait).Format("15:04:05Z")) {
				t.Errorf("asked %d times more; %v", w.feed.times()-asked, failure)
			}
			w.clock.on(time.Second)
			if _, failure := w.look(); failure != nil || w.feed.times() == asked {
				t.Errorf("afterwards: %v", failure)
			}
		})
	}
}
