package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
)

// endpoint answers 200 "all ok", or what its path asks for.
func endpoint(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/fails":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/secret":
			if r.Method != "POST" || r.Header.Get("Authorization") != "Bearer t0ken" {
				w.WriteHeader(http.StatusForbidden)
			}
		case "/moved":
			http.Redirect(w, r, "/", http.StatusFound)
		}
		fmt.Fprint(w, "all ok")
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// measured stands for whatever was measured.
var measured = regexp.MustCompile(`\d+(\.\d+)?(µs|ms|s)\b`)

func TestProbePrintsWhereTheTimeWent(t *testing.T) {
	alone(t)
	url := endpoint(t)
	status, out, stderr := run(t, "probe", url+"/fails", "--expect", "latency<4s")
	if status != exitTrouble || stderr != "" {
		t.Errorf("status %d, stderr %q", status, stderr)
	}
	var got []string
	for line := range strings.Lines(measured.ReplaceAllString(out, "T")) {
		got = append(got, strings.Join(strings.Fields(strings.ReplaceAll(line, "▒", "")), " "))
	}
	want := []string{
		"✖ DOWN " + url + "/fails 503 in T", "expected status 200..299, got 503",
		"resolve –", "connect T", "TLS –", "first byte T", "transfer T", "total T " + strings.TrimPrefix(url, "http://"),
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", out)
	}
	if bars := strings.Count(out, "▒"); bars < barsWidth/2 || strings.Contains(out, "\x1b") {
		t.Errorf("%d cells of bars\n%s", bars, out)
	}
}

func TestTheExitStatusOfProbe(t *testing.T) {
	alone(t)
	url, closed := endpoint(t), "tcp://"+closedPort(t)
	for _, c := range []struct {
		name   string
		args   []string
		status int
		said   string
	}{
		{"up", []string{url}, exitCalm, "● UP"},
		{"up, as expected", []string{url, "--expect", "body~all ok", "--expect", "status=200"}, exitCalm, "● UP"},
		{"not as expected", []string{url, "--expect", "body~fine"}, exitTrouble, `expected that it contains "fine"`},
		{"one of two is down", []string{url, closed}, exitTrouble, "connection refused"},
		{"a redirect is followed", []string{url + "/moved"}, exitCalm, "200 in"},
		{"or is the answer", []string{url + "/moved", "--no-follow"}, exitTrouble, "302"},
		{"method and header", []string{url + "/secret", "--method", "POST", "--header", "Authorization: Bearer t0ken"}, exitCalm, "● UP"},
		{"no target", nil, exitCannot, "probe needs something to look at"},
		{"no such scheme", []string{"ftp://x"}, exitCannot, `the scheme "ftp" cannot be probed`},
		{"no such rule", []string{url, "--expect", "size>3"}, exitCannot, `"size>3" is no rule`},
		{"no time", []string{url, "--expect", "latency<soon"}, exitCannot, `"soon" is not a length of time`},
		{"no header", []string{url, "--header", "t0ken"}, exitCannot, "has no colon"},
		{"no looks", []string{url, "--count", "0"}, exitCannot, "--count 0 is no number of looks"},
		{"no interval", []string{url, "--interval", "0s"}, exitCannot, "need a time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, out, stderr := run(t, append([]string{"probe"}, c.args...)...)
			if status != c.status || !strings.Contains(out+stderr, c.said) {
				t.Errorf("status %d\n%s%s", status, out, stderr)
			}
			if strings.Contains(out+stderr, "t0ken") {
				t.Errorf("a header's value is printed\n%s%s", out, stderr)
			}
		})
	}
}

func TestProbeAsJSONKeepsTheContract(t *testing.T) {
	alone(t)
	url, closed := endpoint(t), closedPort(t)
	_, out, _ := run(t, "probe", "--json", url, "tcp://"+closed)
	lines := bufio.NewScanner(strings.NewReader(out))
	var got []map[string]any
	for lines.Scan() {
		var line map[string]any
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"schema", "at", "target", "address", "state", "class", "phase", "message", "total_us", "phases", "status", "tls", "hops", "came", "bad_certificate"} {
			if _, ok := line[name]; !ok {
				t.Errorf("there is no %q in %s", name, lines.Text())
			}
		}
		got = append(got, line)
	}
	if len(got) != 2 {
		t.Fatalf("%d lines", len(got))
	}
	up, down := got[0], got[1]
	if up["state"] != "up" || up["address"] != strings.TrimPrefix(url, "http://") || up["status"] != 200.0 || up["class"] != nil || up["phases"].(map[string]any)["resolve_us"] != nil {
		t.Errorf("got %v", up)
	}
	if down["state"] != "down" || down["class"] != "connect" || down["phase"] != "connect" || down["status"] != nil || down["message"] != "connection refused by "+closed {
		t.Errorf("got %v", down)
	}
}

// TestEachHopOfARedirectIsTold holds both forms: a line for people, and hops for scripts.
func TestEachHopOfARedirectIsTold(t *testing.T) {
	alone(t)
	url, away := endpoint(t), "http://"+closedPort(t)
	status, out, _ := run(t, "probe", url+"/moved?token=t0ken")
	bare := strings.Join(strings.Fields(strings.ReplaceAll(measured.ReplaceAllString(out, "T"), "▒", "")), " ")
	address := strings.TrimPrefix(url, "http://")
	want := "hop 1 T 302 " + url + "/moved?token=*** at " + address + " connect T, first byte T, transfer T hop 2 T 200 " + url + "/ at " + address + " connect T, first byte T, transfer T"
	if status != exitCalm || !strings.HasSuffix(bare, want) {
		t.Errorf("status %d\n%s\nwant at its end\n%s", status, out, want)
	}
	server := httptest.NewServer(http.RedirectHandler(away+"/?code=s3cret", http.StatusFound))
	t.Cleanup(server.Close)
	_, out, _ = run(t, "probe", "--json", server.URL)
	var line struct {
		Hops []struct {
			Target, Address string
			Phases          map[string]*int
		}
		Message string
	}
	if err := json.Unmarshal([]byte(out), &line); err != nil || len(line.Hops) != 2 || strings.Contains(out, "s3cret") {
		t.Fatalf("%v in %s", err, out)
	}
	if hop := line.Hops[1]; hop.Target != away+"/?***" || "http://"+hop.Address != away || hop.Phases["connect_us"] == nil || hop.Phases["first_byte_us"] != nil {
		t.Errorf("the second is %+v", hop)
	}
	if !strings.HasSuffix(line.Message, "(hop 2, "+away+")") {
		t.Errorf("it says %q", line.Message)
	}
}

func TestSeveralLooksAreSummedUp(t *testing.T) {
	alone(t)
	var looks atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if looks.Add(1) == 3 {
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	t.Cleanup(server.Close)
	status, out, _ := run(t, "probe", server.URL, "--count", "4", "--interval", "1ms")
	if status != exitTrouble || looks.Load() != 4 { // trouble was seen, though not at the end
		t.Errorf("status %d after %d looks", status, looks.Load())
	}
	if strings.Count(out, "● UP") != 3 || strings.Count(out, "✖ DOWN") != 1 || strings.Count(out, "connect ") != 1 {
		t.Errorf("the first look whole, the others in a line each\n%s", out)
	}
	if !strings.Contains(out, "4 looks, 75.0% good, fastest ") || !strings.Contains(out, ", p50 ") {
		t.Errorf("no sum\n%s", out)
	}
}

func TestWatchingEndsAfterSoManyLooks(t *testing.T) {
	alone(t)
	status, out, stderr := run(t, "probe", endpoint(t), "--watch", "--count", "3", "--interval", "1ms")
	if status != exitCalm || !strings.Contains(out, "3 looks, 100.0% good") {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
}

func TestEveryAddressOfANameIsLookedAt(t *testing.T) {
	alone(t)
	url := endpoint(t)
	port := url[strings.LastIndex(url, ":"):]
	status, out, _ := run(t, "probe", "http://localhost"+port, "--all-addresses")
	if !strings.Contains(out, "http://localhost"+port+" at 127.0.0.1  200 in ") || strings.Count(out, "total") != strings.Count(out, " at ") {
		t.Errorf("status %d\n%s", status, out)
	}
}

func TestProbeSaysWhichOfItsTargetsIsWrong(t *testing.T) {
	alone(t)
	for _, c := range []struct {
		targets []string
		want    string
	}{
		{[]string{"ftp://a.example"}, `warroom: the scheme "ftp" cannot be probed`},
		{[]string{endpoint(t), "http://me:s3cret@a.example"}, "warroom: target 2 of 2: its URL holds a user name or password"},
		{[]string{"", endpoint(t)}, "warroom: target 1 of 2: it is empty"},
	} {
		status, out, stderr := run(t, append([]string{"probe"}, c.targets...)...)
		if status != exitCannot || out != "" || !strings.HasPrefix(stderr, c.want) || strings.Contains(stderr, "s3cret") {
			t.Errorf("%q: status %d, %q, stderr %q", c.targets, status, out, stderr)
		}
	}
}
