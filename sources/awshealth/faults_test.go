package awshealth

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"warroom/internal/room"
	"warroom/sources"
)

// hang never answers. Only after the body was read does the server notice that the other
// side has gone; ServeHTTP has read it.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// cutOff breaks off in the middle of an answer.
func cutOff(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 1000\r\n\r\n{\"events\": [")
	_ = conn.Close()
}

func page503(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(w, "<html>503</html>")
}

func empty500(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }

func endless(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, fields{"events": []fields{}, "nextToken": "again"})
}

// faults are what both regions of the API do at once on a bad day, and the reason that
// people read.
var faults = []struct {
	name string
	does http.HandlerFunc
	why  string
}{
	{"hangs", hang, "did not answer in time"},
	{"answers 503 with HTML", page503, "127.0.0.1 answered 503 Service Unavailable"},
	{"answers 500 with nothing", empty500, "127.0.0.1 answered 500 Internal Server Error"},
	{"throttles", refuse("ThrottlingException"), "AWS is throttling calls to health:DescribeEvents"},
	{"denies", refuse("AccessDeniedException"), "may not call health:DescribeEvents"},
	{"gives a page mark again and again", endless, "would never end"},
	{"breaks off", cutOff, "127.0.0.1 broke the connection off in the middle"},
	{"takes our clock for wrong", refuse("RequestTimeTooSkewed"), "AWS refused the signature of the call"},
}

// once makes one look at a watch that is part of a room, and gives how the room shows it.
func once(t *testing.T, r *room.Room, clock room.Clock, w sources.Watch) (*room.ScopeStatus, []*room.Signal) {
	t.Helper()
	w.Timeout = 3 * time.Second
	sources.NewRunner(clock, r, slog.New(slog.DiscardHandler)).Once(t.Context(), []sources.Watch{w})
	r.Flush()
	return r.Snapshot().Scope(w.Scope), r.Snapshot().Of(room.KindHealth).Signals
}

func TestFaultsOfBothRegions(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			s, clock := serve(t), &hand{at: now}
			s.both(issue("a", 10))
			s.write(arn("a"), "Text.")
			r, w := room.New(room.Options{Clock: clock}), s.watchOf(Options{Clock: clock})
			if status, rows := once(t, r, clock, w); status.Trouble != nil || len(rows) != 1 {
				t.Fatalf("before: %+v, %d rows", status.Trouble, len(rows))
			}
			for _, region := range Regions("") {
				s.breakDown(region+" DescribeEvents", f.does)
			}
			clock.at = now.Add(10 * time.Minute)
			status, rows := once(t, r, clock, w)
			if status.Trouble == nil || status.Trouble.What != what || !strings.Contains(status.Trouble.Why, f.why) {
				t.Fatalf("the trouble is %+v, want %q", status.Trouble, f.why)
			}
			if len(rows) != 1 || rows[0].Reason != "Text." || !status.Seen.Equal(now) || r.Snapshot().Visibility(rows[0], clock.at) == room.Fresh {
				t.Errorf("the last good data is %d rows, seen %s", len(rows), status.Seen)
			}
			for _, region := range Regions("") {
				s.breakDown(region+" DescribeEvents", nil)
			}
			if status, rows = once(t, r, clock, w); status.Trouble != nil || len(rows) != 1 || !status.Seen.Equal(clock.at) {
				t.Errorf("after one look at a server that is well: %+v, seen %s", status.Trouble, status.Seen)
			}
		})
	}
}

// TestFaultsOfOneRegion plays the same in one region, and then in the other.
func TestFaultsOfOneRegion(t *testing.T) {
	for _, f := range faults {
		for i, region := range Regions("") {
			t.Run(f.name+" in "+region, func(t *testing.T) {
				s := serve(t)
				s.both(issue("a", 10))
				s.write(arn("a"), "Text.")
				s.breakDown(region+" DescribeEvents", f.does)
				r, w := room.New(room.Options{Clock: still{}}), s.watchOf(Options{})
				status, rows := once(t, r, still{}, w)
				other := Regions("")[1-i]
				if status.Trouble == nil || status.Trouble.What != other+" answered for AWS Health, "+region+" did not" || !strings.Contains(status.Trouble.Why, f.why) {
					t.Errorf("the note is %+v", status.Trouble)
				}
				if len(rows) != 1 || rows[0].Reason != "Text." || status.Visibility(now) != room.Fresh {
					t.Errorf("the other region's %d rows are %s", len(rows), status.Visibility(now))
				}
				s.breakDown(region+" DescribeEvents", nil)
				if status, _ = once(t, r, still{}, w); status.Trouble != nil {
					t.Errorf("after one look at a region that is well: %+v", status.Trouble)
				}
			})
		}
	}
}

// TestARegionThatIsNotThere refuses connections in one of the regions. A name that does
// not exist is in TestContract.
func TestARegionThatIsNotThere(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	s := serve(t)
	s.both(issue("a", 10))
	s.write(arn("a"), "Text.")
	elsewhere := s.config
	elsewhere.BaseEndpoint = aws.String("http://" + listener.Addr().String())
	endpoints := []endpoint{endpointsOf(elsewhere)[0], endpointsOf(s.config)[1]}
	told, err := look(t, newWatch(Options{Account: "222222222222", Clock: still{}}, endpoints))
	expectFailure(t, err, true, "us-east-2 answered for AWS Health, us-east-1 did not: 127.0.0.1 refused the connection; what is shown may lag behind by some minutes; "+mendless)
	if told.of("a").Reason != "Text." {
		t.Errorf("the other region's event is %+v", told.of("a"))
	}
}
