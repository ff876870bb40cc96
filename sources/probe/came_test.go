package probe

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"warroom/internal/room"
)

// TestWhatCameIsToldBesideWhatWasExpected: the reason is the same at each look, and what
// came stands beside it.
func TestWhatCameIsToldBesideWhatWasExpected(t *testing.T) {
	server := serving(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Version", "7")
		fmt.Fprintf(w, `{"token": "hunter2", "sent": %q, "key": %q, "queue": 250}`, r.Header.Get("X-Tenant"), r.URL.Query().Get("api_key"))
	})
	page := serving(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "<html>\x1b[31m\nwe are\tsorry")
	})
	empty := serving(t, func(http.ResponseWriter, *http.Request) {})
	banner := "tcp://" + listen(t, func(conn net.Conn) { _, _ = io.WriteString(conn, "554 go away\r\n") })
	for _, c := range []struct {
		name, why string
		spec      Spec
	}{
		{"a value of JSON", `expected that $.queue < 100, and it is not (got 250)`, Spec{URL: server.URL, Expect: Expect{JSON: map[string]string{"$.queue": "<100"}}}},
		{"a header", `expected a header X-Version that contains "8", and there is another (got "7")`, Spec{URL: server.URL, Expect: Expect{Headers: map[string]string{"X-Version": "8"}}}},
		{"a body, without secrets of theirs and ours",
			`the body does not hold what it should: expected that it contains "fine" (got {"token": "***", "sent": "***", "key": "***", "queue": 250})`,
			Spec{URL: server.URL + "/?api_key=s3cr3t", Header: map[string][]string{"X-Tenant": {"geheim"}}, Expect: Expect{Body: "fine"}}},
		{"a page", `the body does not hold what it should: expected that it matches /ok$/ (got "<html>␛[31m we are sorry")`, Spec{URL: page.URL, Expect: Expect{Body: "/ok$/"}}},
		{"nothing", `the body does not hold what it should: expected that it contains "ok" (it is empty)`, Spec{URL: empty.URL, Expect: Expect{Body: "ok"}}},
		{"a banner", `the banner does not hold what it should: expected that it contains "220" (got "554 go away")`, Spec{URL: banner, Expect: Expect{Body: "220"}}},
		{"a time", `expected an answer within 1ns, and it took longer (200 in N)`, Spec{URL: server.URL, Expect: Expect{Latency: 1}}},
		{"a phase", `expected the phase connect within 1ns, and it took longer (took N)`, Spec{URL: server.URL, Expect: Expect{Phases: map[string]time.Duration{"connect": 1}}}},
		{"a slow answer", `right, but slower than 1ns (took N)`, Spec{URL: server.URL, Slow: 1}},
		{"a status says it already", `expected status 204, got 200`, Spec{URL: server.URL, Expect: Expect{Status: "204"}}},
		{"in a time of maintenance", `DOWN in maintenance until 2026-11-26 08:00Z: expected that $.queue < 100, and it is not (got 250)`, Spec{
			URL: server.URL, Expect: Expect{JSON: map[string]string{"$.queue": "<100"}},
			Maintenance: func(time.Time) (time.Time, bool) { return time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC), true },
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := probeOnce(t, c.spec, nil)
			got.Came = took.ReplaceAllString(got.Came, "$1 N")
			if why := got.Why(); why != c.why {
				t.Errorf("got  %s\nwant %s", why, c.why)
			}
			if strings.Contains(got.sample.Text+got.Came, "hunter2") || strings.Contains(got.sample.Text+got.Came, "s3cr3t") || strings.Contains(got.sample.Text+got.Came, "geheim") {
				t.Errorf("a secret is shown: %s, %s", got.sample.Text, got.Came)
			}
		})
	}
}

// TestSecretsOfAnEndpointAreNotShown, in whatever form it tells them.
func TestSecretsOfAnEndpointAreNotShown(t *testing.T) {
	for _, c := range []struct{ body, came string }{
		{`{"tokens": ["hunter2"]}`, `got {"tokens":***`},
		{`{"token": {"value": "hunter2"}}`, `got {"token":***`},
		{`{"user": "ana", "pin": 4713, "x": "hunter2"}`, `got {"user": "ana", "pin":***`},
		{`{"token": null, "secret": "hunter2", "ok": false}`, `got {"token": null, "secret": "***", "ok": false}`},
		{`{"error": "token expired", "authenticated": false}`, `got {"error": "token expired", "authenticated": false}`},
		{`{\"token\":\"hunter2\"}`, `got {\"token\":***`},
		{`{'token': 'hunter2'}`, `got "{'token':***"`},
		{`[{"name": "password", "value": "hunter2"}]`, `got [{"name": "password", "value":***`},
		{`<SessionToken>hunter2</SessionToken>`, `got "<SessionToken>***"`},
		{`<a><SessionToken type="x">hunter2</SessionToken>`, `got "<a><SessionToken ***"`},
		{`access_token=hunter2&x=1`, `got "access_token=***"`},
		{"user=ana\npassword = hunter2", `got "user=ana password =***"`},
		{`["token"]=> string(7) "hunter2"`, `got ["token"]=***`},
		{`no connection to postgres://app:hunter2@db:5432`, `got "no connection to postgres://***@db:5432"`},
		{`you are Bearer hunter2`, `got "you are ***"`},
		{`eyJhbGciOiJIUzI1NiJ9.hunter2`, `got "***"`},
		{`bad gateway: see status=502 and keep calm`, `got "bad gateway: see status=502 and keep calm"`},
	} {
		answer := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(c.body), c.body)
		got := probeOnce(t, Spec{URL: "http://" + saying(t, answer), Expect: Expect{Body: "fine"}}, nil)
		if got.Came != c.came || strings.Contains(fmt.Sprintf("%+v", got), "hunter2") {
			t.Errorf("%s: %s", c.body, got.Came)
		}
	}
}

// TestSecretsInABodyThatWasSentAreNotShown, where the endpoint sends back one of its fields.
func TestSecretsInABodyThatWasSentAreNotShown(t *testing.T) {
	for _, c := range []struct{ sent, answer, came string }{
		{`{"user": "anabel", "password": "hunter2"}`, `bad password hunter2 of anabel`, `got "bad password *** of anabel"`},
		{`user=anabel&password=hunt%26er2&x=1`, `bad login anabel/hunt&er2`, `got "bad login anabel/***"`},
		{`<login><password>hunter2</password></login>`, `who is hunter2?`, `got "who is ***?"`},
		{`{"tokens": [{"id": 471347}, "hunt\"er2"]}`, `neither 471347 nor hunt"er2`, `got "neither *** nor ***"`},
		{`{"password": "hunt\"er2"}`, `{"sent": "hunt\"er2"}`, `got {"sent": "***"}`},
		{`{"password": "hunt<er2"}`, `{"sent": "hunt\u003cer2"}`, `got {"sent": "***"}`},
		{`{"password": "hunt<er2"}`, `<b>hunt&lt;er2</b>`, `got "<b>***</b>"`},
		{`{"query": "mutation { login(password: \"hunter2\") }"}`, `no user with hunter2`, `got "no user with ***"`},
		{`{"password": "on", "token": true, "secret": null, "pin": 1}`, `one of 11 is on: true, null`, `got "one of 11 is on: true, null"`},
		{"hunter2\n", "what is hunter2", `got "what is ***"`},
	} {
		answer := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(c.answer), c.answer)
		got := probeOnce(t, Spec{URL: "http://" + saying(t, answer), Method: "POST", Body: c.sent, Expect: Expect{Body: "fine"}}, nil)
		if got.Came != c.came || strings.Contains(fmt.Sprintf("%+v", got), "hunter2") {
			t.Errorf("%s: %s", c.sent, got.Came)
		}
	}
}

// TestSecretsAreNotShownOfWhateverIsSaid: not only in a body that is searched for text.
func TestSecretsAreNotShownOfWhateverIsSaid(t *testing.T) {
	server := serving(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Said", "who is hunter2 with session=hunter3?")
		fmt.Fprint(w, `{"error": "who is hunter2?", "token": {"value": "hunter3"}, "sessions": {"open": 250}}`)
	})
	banner := "tcp://" + listen(t, func(conn net.Conn) {
		line := make([]byte, 64)
		n, _ := conn.Read(line)
		fmt.Fprintf(conn, "-ERR what is %q?\r\n", strings.TrimSpace(string(line[:n])))
	})
	call := "grpc://" + callee(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set("Grpc-Status", "16")
		w.Header().Set("Grpc-Message", "who is hunter2, token: hunter3")
	})
	bearer := map[string][]string{"Authorization": {"Bearer hunter2"}}
	for _, c := range []struct {
		name, came string
		spec       Spec
	}{
		{"a header", `got "who is *** with session=***"`, Spec{URL: server.URL, Header: bearer, Expect: Expect{Headers: map[string]string{"X-Said": "fine"}}}},
		{"a text of JSON", `got "who is ***?"`, Spec{URL: server.URL, Header: bearer, Expect: Expect{JSON: map[string]string{"$.error": "fine"}}}},
		{"a cookie", `got "who is ***?"`, Spec{URL: server.URL, Header: map[string][]string{"Cookie": {"a=b; id=hunter2"}}, Expect: Expect{JSON: map[string]string{"$.error": "fine"}}}},
		{"a password in a header", `got "who is ***?"`, Spec{URL: server.URL, Header: map[string][]string{"X-Auth": {basic("ana", "hunter2")}}, Expect: Expect{JSON: map[string]string{"$.error": "fine"}}}},
		{"a text under a secret", ``, Spec{URL: server.URL, Expect: Expect{JSON: map[string]string{"$.token.value": "fine"}}}},
		{"a number of secrets", `got 250`, Spec{URL: server.URL, Expect: Expect{JSON: map[string]string{"$.sessions.open": "<100"}}}},
		{"a banner", `got "-ERR what is \"AUTH ***\"?"`, Spec{URL: banner, Steps: []Step{{Send: "AUTH hunter2\r\n", Expect: "+OK"}}}},
		{"a word alone", `got "-ERR what is \"***\"?"`, Spec{URL: banner, Steps: []Step{{Send: "hunter2\r\n", Expect: "+OK"}}}},
		{"a command", `got "-ERR what is \"PING\"?"`, Spec{URL: banner, Steps: []Step{{Send: "PING\r\n", Expect: "+PONG"}}}},
		{"a status of gRPC", `who is ***, token:***`, Spec{URL: call, Header: map[string][]string{"X-Tenant": {"hunter2"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := probeOnce(t, c.spec, nil)
			if text := got.Reason + got.Came + got.sample.Text; got.Came != c.came || strings.Contains(text, "hunter") {
				t.Errorf("%s came, and it says %s", got.Came, text)
			}
		})
	}
}

// took is where a sentence says how long something took.
var took = regexp.MustCompile(`(in|took) [0-9.]+[a-zµ]+`)

// TestWhatCameIsNoNewEventAtEachLook: it is in the line of the change, as it was then.
func TestWhatCameIsNoNewEventAtEachLook(t *testing.T) {
	var queue atomic.Int64
	server := serving(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, `{"queue": %d}`, queue.Load()) })
	r := room.New(room.Options{})
	watch := watchOf(t, Spec{URL: server.URL, Expect: Expect{JSON: map[string]string{"$.queue": "<100"}}}, nil)
	for _, size := range []int64{250, 251, 252} {
		queue.Store(size)
		inRoom(t, r, watch)
	}
	lines := r.Snapshot().Timeline.Events
	if len(lines) != 1 || lines[0].Signal.Came != "got 250" {
		t.Errorf("%d lines: %+v", len(lines), lines)
	}
}
