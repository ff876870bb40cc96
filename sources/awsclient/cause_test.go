package awsclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/fxamacker/cbor/v2"

	"warroom/internal/failuremodes"
	"warroom/internal/room"
)

const (
	cborKind = "application/cbor"
	jsonKind = "application/x-amz-json-1.1"
	html     = "<html><body><h1>Service Unavailable</h1></body></html>"
)

// coded answers an API error in both protocols.
func coded(status int, code string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		kind, body := jsonKind, []byte(`{"__type":"com.amazonaws.health#`+code+`","message":"raw text of the SDK"}`)
		if r.Header.Get("Smithy-Protocol") != "" {
			kind = cborKind
			body, _ = cbor.Marshal(map[string]string{"__type": code, "message": "raw text of the SDK"})
		}
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		w.Write(body)
	}
}

// asShown is a trouble as the table has it: with AWS's hosts, and a profile that has a name.
func asShown(trouble *room.Trouble) string {
	return strings.NewReplacer("127.0.0.1", "sts.eu-west-1.amazonaws.com", "profile default", "profile prod").Replace(trouble.String())
}

// The rows of a server in trouble, and the one cause and sentence for both protocols.
func TestWhatAServerDoesBecomesAPlainSentence(t *testing.T) {
	cases := []struct {
		name    string
		handler http.HandlerFunc
		cause   string
		why     string
	}{
		{"HTML 503", answer(503, "text/html", html), "server-error", "127.0.0.1 answered 503 Service Unavailable"},
		{"empty 500", answer(500, "text/plain", ""), "server-error", "127.0.0.1 answered 500 Internal Server Error"},
		{"HTML 502", answer(502, "text/html", html), "server-error", "127.0.0.1 answered 502 Bad Gateway"},
		{"200 with HTML", answer(200, "text/html", html), "portal", "127.0.0.1 answered 200 OK with something that is not from the API"},
		{"200 empty", answer(200, "", ""), "portal", "127.0.0.1 answered 200 OK with something that is not from the API"},
		{"200 garbage", answer(200, "application/octet-stream", "\x00\x01garbage"), "portal", "127.0.0.1 answered 200 OK with something that is not from the API"},
		{"200 cut off", cut, "cut", "127.0.0.1 broke the connection off in the middle"},
		{"403 HTML", answer(403, "text/html", html), "forbidden", "something on the way to 127.0.0.1 forbids the call (403 Forbidden, not from the API)"},
		{"302", answer(302, "text/html", html), "redirected", "127.0.0.1 answered 302 Found, which AWS never does"},
		{"404 HTML", answer(404, "text/html", html), "rejected", "127.0.0.1 answered 404 Not Found to ACTION"},
		{"hang", hang, "timeout", "127.0.0.1 did not answer in time"},
		{"reset", reset, "cut", "127.0.0.1 broke the connection off in the middle"},
		{"JSON throttle", answer(400, jsonKind, `{"__type":"ThrottlingException","message":"Rate exceeded"}`), "throttled", "AWS is throttling calls to ACTION"},
		{"throttle", coded(400, "ThrottlingException"), "throttled", "AWS is throttling calls to ACTION"},
		{"429", answer(429, "text/html", html), "throttled", "AWS is throttling calls to ACTION"},
		{"expired token", coded(403, "ExpiredTokenException"), "expired", "the credentials of profile default have expired"},
		{"unknown keys", coded(403, "UnrecognizedClientException"), "unknown-keys", "AWS does not know the credentials of profile default"},
		{"invalid token", coded(403, "InvalidClientTokenId"), "unknown-keys", "AWS does not know the credentials of profile default"},
		{"clock", coded(403, "InvalidSignatureException"), "clock", "AWS refused the signature of the call"},
		{"denied", coded(403, "AccessDeniedException"), "denied", "the credentials of profile default may not call ACTION"},
		{"denied without suffix", coded(400, "AccessDenied"), "denied", "the credentials of profile default may not call ACTION"},
		{"no support plan", coded(400, "SubscriptionRequiredException"), CauseSubscription, "this account's support plan does not include the AWS Health API, which comes with Business Support+, Enterprise Support or Unified Operations"},
		{"opt-in", coded(403, "OptInRequired"), "opt-in", "this account may not use the service in this region"},
		{"page lost", coded(400, "InvalidPaginationToken"), "page-lost", "AWS no longer accepts the page mark that it gave out"},
		{"unknown code", coded(400, "SomethingNew"), "rejected", "127.0.0.1 answered 400 Bad Request to ACTION"},
	}
	calls := map[string]func(context.Context, aws.Config) error{
		"cloudwatch:DescribeAlarms": describeAlarms, "health:DescribeEvents": describeEvents,
	}
	for _, c := range cases {
		for action, call := range calls {
			t.Run(c.name+" "+action, func(t *testing.T) {
				t.Setenv("AWS_PROFILE", "")
				err := call(t.Context(), serve(t, c.handler))
				expectCause(t, err, c.cause, strings.ReplaceAll(c.why, "ACTION", action))
			})
		}
	}
}

func expectCause(t *testing.T, err error, name, why string) {
	t.Helper()
	if err == nil {
		t.Fatal("the call succeeded")
	}
	failure := Failure("alarms could not be read", err)
	cause := Classify(err)
	if cause.Name != name || failure.Why != why {
		t.Errorf("%v\n is %s: %s\nwant %s: %s", err, cause.Name, failure.Why, name, why)
	}
	if failure.Next == "" || failure.What != "alarms could not be read" || !errors.Is(failure, err) {
		t.Errorf("incomplete failure %+v", failure)
	}
	for _, unfit := range []string{"raw text", "{host}", "{status}", "{action}", "{profile}"} {
		if strings.Contains(failure.Error(), unfit) {
			t.Errorf("not for people: %s", failure.Error())
		}
	}
}

func TestThrottlingUnderItsOldNameIsRecognised(t *testing.T) {
	cfg := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("x-amzn-query-error", "Throttling;Sender")
		coded(400, "ThrottlingException")(w, r)
	})
	expectCause(t, describeAlarms(t.Context(), cfg), "throttled", "AWS is throttling calls to cloudwatch:DescribeAlarms")
}

func TestAHangEndsWithTheContext(t *testing.T) {
	cfg := serve(t, hang)
	cfg.HTTPClient = HTTPClient().WithTimeout(time.Minute)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	expectCause(t, describeEvents(ctx, cfg), "timeout", "the Health API did not answer in time")
}

func TestAStoppedLookSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	expectCause(t, describeAlarms(ctx, serve(t, hang)), "stopped", "the look was stopped")
}

func TestARefusedConnection(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	expectCause(t, describeAlarms(t.Context(), configFor("http://"+listener.Addr().String())), "refused", "127.0.0.1 refused the connection")
}

func TestATLSHandshakeWithAStranger(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	server := &http.Server{Handler: answer(200, "text/html", html)}
	go server.Serve(listener)
	defer server.Close()
	expectCause(t, describeAlarms(t.Context(), configFor("https://"+listener.Addr().String())), "tls", "no trusted connection to 127.0.0.1 could be made")
}

func TestNamesThatDoNotResolve(t *testing.T) {
	cfg := configFor("http://monitoring.eu-west-1.invalid")
	expectCause(t, describeAlarms(t.Context(), named(cfg, nameServer(t, 3))), "dns-not-found", "the name monitoring.eu-west-1.invalid does not exist in DNS")
	expectCause(t, describeAlarms(t.Context(), named(cfg, nameServer(t, 2))), "dns-failed", "the name server gave no answer for monitoring.eu-west-1.invalid")
}

func TestAMissingRegionIsNamed(t *testing.T) {
	cfg := serve(t, hang)
	cfg.Region, cfg.BaseEndpoint = "", nil
	expectCause(t, describeAlarms(t.Context(), cfg), "no-region", "no AWS region is set")
}

func TestEveryCauseHasItsWords(t *testing.T) {
	names := map[string]bool{}
	for _, cause := range Causes() {
		if cause.Name == "" || cause.Why == "" || cause.Next == "" || names[cause.Name] {
			t.Errorf("incomplete or double: %+v", cause)
		}
		names[cause.Name] = true
	}
	if Classify(errors.New("boo")).Name != "unknown" {
		t.Error("the last cause does not match everything")
	}
}

// A server with another clock refuses what was signed long ago by it; the SDK signs again
// by the server's time.
func TestAWrongClockIsMadeUpFor(t *testing.T) {
	refused := 0
	cfg := serve(t, func(w http.ResponseWriter, r *http.Request) {
		now := time.Now().Add(time.Hour).UTC()
		w.Header().Set("Date", now.Format(http.TimeFormat))
		if signed, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date")); err != nil || now.Sub(signed).Abs() > skewLimit {
			refused++
			coded(403, "RequestTimeTooSkewed")(w, r)
			return
		}
		answer(200, cborKind, "\xa0")(w, r)
	})
	cfg.Retryer = NewRetryer
	says := "nothing: the second attempt is signed with AWS's time"
	if err := describeAlarms(t.Context(), cfg); err != nil || refused != 1 {
		says = fmt.Sprintf("refused %d times, %v", refused, err)
	}
	failuremodes.Check(t, failuremodes.Row{Fault: "a clock that is wrong, where AWS says by how much", Says: says, Age: failuremodes.AgeFresh,
		Meanwhile: "everything goes on", Over: "at once"})
}
