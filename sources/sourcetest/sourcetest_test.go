package sourcetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

// tiny is the smallest source that keeps the contract: two pages of JSON names.
type tiny struct {
	base   string
	client *http.Client
}

func newTiny(base string, resolver *net.Resolver) *tiny {
	dialer := &net.Dialer{Resolver: resolver}
	return &tiny{base, &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}}}
}

func (s *tiny) look(ctx context.Context, report sources.Report) error {
	for page := range 2 {
		names, err := s.page(ctx, page)
		if err != nil {
			return &sources.Failure{
				Trouble: room.Trouble{What: "the names could not be read", Why: "the server did not answer as it should", Next: "nothing to do"}, Err: err,
			}
		}
		var signals []room.Signal
		for _, name := range names {
			signals = append(signals, room.Signal{Key: name, Kind: room.KindAlarm, Scope: tinyScope, State: room.OK, Word: "OK", Title: name, Detail: &room.AlarmDetail{}})
		}
		report(signals)
	}
	return nil
}

func (s *tiny) page(ctx context.Context, page int) ([]string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/%d", s.base, page), nil)
	if err != nil {
		return nil, err
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, errors.New(answer.Status)
	}
	var names []string
	return names, json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&names)
}

var tinyScope = room.Scope{Source: "tiny", Region: "here"}

func tinyGood(w http.ResponseWriter, r *http.Request) {
	_ = json.NewEncoder(w).Encode([]string{"a" + r.URL.Path, "b" + r.URL.Path})
}

func tooMany(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }

func watchOf(look sources.Look) sources.Watch {
	return sources.Watch{Scope: tinyScope, Name: "tiny", Interval: time.Second, Timeout: lookTimeout, Whole: true, Look: look}
}

func TestASourceThatKeepsTheContractPasses(t *testing.T) {
	Run(t, Subject{
		New: func(_ *testing.T, base string, resolver *net.Resolver) sources.Watch {
			return watchOf(newTiny(base, resolver).look)
		},
		Good: http.HandlerFunc(tinyGood), Throttle: tooMany, Requests: 1,
	})
}

// TestSourcesThatBreakTheContractAreFound shows that the checks can fail.
func TestSourcesThatBreakTheContractAreFound(t *testing.T) {
	words := room.Trouble{What: "what", Why: "why", Next: "next"}
	release, released := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(release); <-released })
	for _, c := range []struct {
		name  string
		look  sources.Look
		probe bool
		want  string
	}{
		{"a bare error", func(context.Context, sources.Report) error { return errors.New("oops") }, false, "want *sources.Failure"},
		{"no error at all", func(context.Context, sources.Report) error { return nil }, false, "want *sources.Failure"},
		{"raw text", func(context.Context, sources.Report) error {
			return &sources.Failure{Trouble: room.Trouble{What: "what", Why: "dial tcp 10.0.0.1:443: i/o timeout", Next: "next"}}
		}, false, "raw text"},
		{"no words", func(context.Context, sources.Report) error { return &sources.Failure{} }, false, "what is empty"},
		{"control characters", func(context.Context, sources.Report) error {
			return &sources.Failure{Trouble: room.Trouble{What: "what\x1b[31m", Why: "why", Next: "next"}}
		}, false, "control character"},
		{"deaf to its context", func(context.Context, sources.Report) error {
			defer close(released)
			<-release
			return &sources.Failure{Trouble: words}
		}, false, "was not over"},
		{"a probe that errs", func(context.Context, sources.Report) error { return &sources.Failure{Trouble: words} }, true, "want one signal"},
		{"a probe that says UP", func(_ context.Context, report sources.Report) error {
			report([]room.Signal{{State: room.OK, Word: "UP"}})
			return nil
		}, true, "want critical DOWN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			problems := strings.Join(examine(watchOf(c.look), c.probe), "\n")
			if !strings.Contains(problems, c.want) {
				t.Errorf("found %q, want it to say %q", problems, c.want)
			}
		})
	}
}

func TestSignalsThatCannotBeShownAreFound(t *testing.T) {
	whole := room.Signal{Key: "k", Kind: room.KindAlarm, Scope: tinyScope, State: room.OK, Word: "OK", Title: "t", Detail: &room.AlarmDetail{}}
	for _, c := range []struct {
		name  string
		spoil func(*room.Signal)
		probe bool
		want  string
	}{
		{"nothing is wrong", func(*room.Signal) {}, false, ""},
		{"no title", func(s *room.Signal) { s.Title = "" }, false, "no title"},
		{"no detail", func(s *room.Signal) { s.Detail = nil }, false, "no detail"},
		{"another scope", func(s *room.Signal) { s.Scope.Region = "there" }, false, "of scope tiny there"},
		{"an escape", func(s *room.Signal) { s.Reason = "\x1b[2J" }, false, "control character"},
		{"a probe that is down", func(s *room.Signal) { s.State, s.Word = room.Critical, "DOWN" }, true, "the probe is DOWN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			signal := whole
			c.spoil(&signal)
			problems := strings.Join(examineGood(watchOf(func(_ context.Context, report sources.Report) error {
				report([]room.Signal{signal})
				return nil
			}), c.probe), "\n")
			if !strings.Contains(problems, c.want) || c.want == "" && problems != "" {
				t.Errorf("found %q, want %q", problems, c.want)
			}
		})
	}
}

func TestALookThatIsCalledOffMustNotCallItAnOutageOrASuccess(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	problems := strings.Join(examineCalledOff(ctx, watchOf(func(_ context.Context, report sources.Report) error {
		report([]room.Signal{{State: room.Critical, Title: "checkout", Word: "DOWN"}})
		return nil
	})), "\n")
	for _, want := range []string{"says that all there is was reported", "makes checkout DOWN"} {
		if !strings.Contains(problems, want) {
			t.Errorf("found %q, want it to say %q", problems, want)
		}
	}
}

func TestARequestThatIsStillWaitedForIsFound(t *testing.T) {
	server := newServer(Subject{})
	server.set(http.HandlerFunc(hang), 0)
	ctx, cancel := context.WithCancel(t.Context())
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.url(), strings.NewReader("body"))
		if err != nil {
			t.Error(err)
			return
		}
		if answer, err := http.DefaultClient.Do(request); err == nil {
			answer.Body.Close()
		}
	}()
	<-server.came
	if server.letGo() == nil {
		t.Error("a request that goes on was not found")
	}
	cancel()
	<-answered
	if problems := server.letGo(); problems != nil {
		t.Errorf("after the request was given up: %v", problems)
	}
	server.close()
}

func TestALeakIsFound(t *testing.T) {
	before, stop := goroutines(), make(chan struct{})
	for range 10 { // more than another test may have left winding down
		go func() { <-stop }()
	}
	if left := settle(before, goroutines); left <= before {
		t.Errorf("%d goroutines before and %d after; the leak was not found", before, left)
	}
	close(stop)
}
