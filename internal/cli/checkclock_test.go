package cli

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEveryAnswerNarrowsTheClockDown(t *testing.T) {
	now := time.Date(2025, 10, 20, 6, 48, 0, 0, time.UTC)
	type answer struct {
		sent, took time.Duration // after now
		date       string        // seconds of the minute 06:48, or the whole header
		age        string
	}
	for _, c := range []struct {
		name      string
		answers   []answer
		low, high time.Duration
		known     bool
	}{
		{"none", nil, 0, 0, false},
		{"a date within a quick answer", []answer{{500 * time.Millisecond, 100 * time.Millisecond, "00", ""}}, -600 * time.Millisecond, 500 * time.Millisecond, true},
		{"a slow answer says less", []answer{{500 * time.Millisecond, 3 * time.Second, "02", ""}}, -1500 * time.Millisecond, 2500 * time.Millisecond, true},
		{"two answers say more than one", []answer{{900 * time.Millisecond, 50 * time.Millisecond, "00", ""}, {1050 * time.Millisecond, 50 * time.Millisecond, "01", ""}},
			-100 * time.Millisecond, 100 * time.Millisecond, true},
		{"servers that disagree: the quicker one counts", []answer{{0, 2 * time.Second, "00", ""}, {2 * time.Second, 100 * time.Millisecond, "42", ""}, {4 * time.Second, 3 * time.Second, "04", ""}},
			39900 * time.Millisecond, 41 * time.Second, true},
		{"an answer from a cache does not count", []answer{{0, time.Second, "30", "12"}}, 0, 0, false},
		{"no date", []answer{{0, time.Second, "yesterday", ""}}, 0, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s skew
			for _, a := range c.answers {
				header := http.Header{"Date": {"Mon, 20 Oct 2025 06:48:" + a.date + " GMT"}}
				if a.age != "" {
					header.Set("Age", a.age)
				}
				s.hear(now.Add(a.sent), now.Add(a.sent+a.took), header)
			}
			if low, high, known := s.bounds(); low != c.low || high != c.high || known != c.known {
				t.Errorf("%v to %v, %v; want %v to %v, %v", low, high, known, c.low, c.high, c.known)
			}
		})
	}
}

func TestHowAWrongClockIsToldOf(t *testing.T) {
	for _, c := range []struct {
		low, high    time.Duration
		state, found string
	}{
		{-600 * time.Millisecond, 400 * time.Millisecond, stateOK, "agrees with AWS, within 600ms"},
		{0, time.Second, stateOK, "agrees with AWS, within 1s"},
		{2 * time.Second, 3 * time.Second, stateOK, "2.5s behind AWS, give or take 500ms"},
		{-3 * time.Second, -2 * time.Second, stateOK, "2.5s ahead of AWS, give or take 500ms"},
		{30 * time.Second, 31 * time.Second, stateWarning, "30.5s behind AWS, give or take 500ms; ages and the order of events are wrong by as much"},
		{-302 * time.Second, -300 * time.Second, stateFailed, "5m1s ahead of AWS, give or take 1s; AWS refuses what is more than five minutes off (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-signing.html)"},
	} {
		if got := judgeClock(subject{}, c.low, c.high, "AWS"); got.state != c.state || got.found != c.found || (got.fix == "") != (c.state == stateOK) {
			t.Errorf("%v to %v is %+v\nwant %s: %s", c.low, c.high, got, c.state, c.found)
		}
	}
}

func TestWithoutAWSTheEndpointsOfTheProbesTellTheTime(t *testing.T) {
	dir := alone(t)
	asked := make(chan *http.Request, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r
		w.Header().Set("Date", time.Now().Add(45*time.Second).UTC().Format(http.TimeFormat))
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer server.Close()
	t.Setenv("WARROOM_TEST_TOKEN", "swordfish")
	write(t, filepath.Join(dir, "warroom.yaml"), "health: {off: true}\nalarms: {off: true}\nprobes:\n"+
		"  - {name: a, url: \""+server.URL+"/a?b=c\", follow: false, expect: {status: \"302\"}, headers: {Authorization: \"${env:WARROOM_TEST_TOKEN}\"}}\n"+
		"  - {name: b, url: \""+server.URL+"/b\", follow: false, expect: {status: \"302\"}}\n"+
		"  - {name: c, url: \"tcp://"+server.Listener.Addr().String()+"\"}\n")
	_, out, _ := run(t, "check", "--json")
	lineOf(t, checked(t, out), topicClock, "this machine", "").says(t, stateWarning, " behind the endpoints of the probes, give or take ", "timedatectl")
	close(asked)
	heads := 0
	for r := range asked {
		if r.Method != http.MethodHead {
			continue
		}
		if heads++; r.URL.String() != "/" || r.Header.Get("Authorization") != "" {
			t.Errorf("asked for the time: %s %v", r.URL, r.Header)
		}
	}
	if heads != 1 {
		t.Errorf("one server was asked for the time %d times", heads)
	}
}

func TestTheTimeIsAskedForOnTheWayOfTheProbe(t *testing.T) {
	dir := alone(t)
	asked := make(chan string, 10)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.RequestURI + " " + r.Header.Get("Proxy-Authorization")
		w.Header().Set("Date", time.Now().Add(45*time.Second).UTC().Format(http.TimeFormat))
	}))
	defer proxy.Close()
	t.Setenv("http_proxy", "http://127.0.0.1:1") // which nobody asked for
	t.Setenv("WARROOM_TEST_PASSWORD", "swordfish")
	write(t, filepath.Join(dir, "warroom.yaml"), "health: {off: true}\nalarms: {off: true}\nprobes:\n"+
		"  - {name: a, url: \"http://shop.invalid/a\", proxy: \"http://ana:${env:WARROOM_TEST_PASSWORD}@"+proxy.Listener.Addr().String()+"\"}\n")
	_, out, _ := run(t, "check", "--json")
	lineOf(t, checked(t, out), topicClock, "this machine", "").says(t, stateWarning, " behind the endpoints of the probes, give or take ", "timedatectl")
	close(asked)
	var heads []string
	for one := range asked {
		if strings.HasPrefix(one, http.MethodHead) {
			heads = append(heads, one)
		}
	}
	if want := []string{"HEAD http://shop.invalid/ Basic YW5hOnN3b3JkZmlzaA=="}; !slices.Equal(heads, want) {
		t.Errorf("the proxy was asked for %q, want %q", heads, want)
	}
}
