package awsclient_test

import (
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"warroom/internal/failuremodes"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
	"warroom/sources/awshealth"
	"warroom/sources/cloudwatch"
	"warroom/sources/sourcetest"
)

// storm is an AWS of several accounts and regions that throttles all of them at once, and
// a room that looks at each of them, with one count of the calls.
type storm struct {
	t       *testing.T
	clock   *sourcetest.Hand
	calls   *awsclient.Calls
	room    *room.Room
	watches []sources.Watch

	mu    sync.Mutex
	blows bool
	asked map[string]int // by account and region, as signed
}

// healthRegions is how many regions the Health API is asked in.
const healthRegions = 2

var (
	stormAccounts = []string{"111111111111", "222222222222", "333333333333"}
	stormRegions  = []string{"eu-west-1", "us-east-1", "ap-south-1"}
)

func newStorm(t *testing.T) *storm {
	s := &storm{t: t, clock: sourcetest.NewHand(time.Date(2025, 10, 20, 6, 0, 0, 0, time.UTC)), asked: map[string]int{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.calls = awsclient.NewCalls(s.clock)
	s.room = room.New(room.Options{Name: "test", Clock: s.clock})
	for _, account := range stormAccounts {
		cfg := aws.Config{Region: "eu-west-1", BaseEndpoint: aws.String(server.URL), HTTPClient: awsclient.HTTPClient(),
			Credentials: credentials.NewStaticCredentialsProvider(account, "S", ""), Retryer: func() aws.Retryer { return aws.NopRetryer{} }}
		cfg = s.calls.Count(cfg, account)
		s.watches = append(s.watches, awshealth.New(awshealth.Options{Config: cfg, Account: account, Clock: s.clock, Interval: interval}))
		for _, region := range stormRegions {
			s.watches = append(s.watches, s.alarms(cfg, account, region))
		}
	}
	return s
}

func (s *storm) alarms(cfg aws.Config, account, region string) sources.Watch {
	return cloudwatch.New(cloudwatch.Options{Config: cfg, Account: account, Region: region, Interval: interval, Clock: s.clock})
}

// ServeHTTP implements http.Handler. CloudWatch throttles in CBOR and under its old name,
// Health in JSON.
func (s *storm) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	signed := strings.Split(r.Header.Get("Authorization"), "/") // AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/…
	_, account, _ := strings.Cut(signed[0], "Credential=")
	cbor := r.Header.Get("Smithy-Protocol") != ""
	if cbor && !strings.HasSuffix(r.URL.Path, "/DescribeAlarms") || !cbor && r.Header.Get("X-Amz-Target") != "AWSHealth_20160804.DescribeEvents" {
		// Only the lists are counted here, and all of the others are well.
		if cbor {
			speak(w, 200, map[string]any{})
			return
		}
		events(w, r)
		return
	}
	s.mu.Lock()
	s.asked[account+" "+signed[2]+" "+signed[3]]++
	blows := s.blows
	s.mu.Unlock()
	switch {
	case blows:
		throttledOf2010(w, r)
	case cbor:
		alarms(w, r)
	default:
		events(w, r)
	}
}

func (s *storm) set(blows bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blows = blows
}

// look makes a look at everything, all together, and gives what AWS was asked.
func (s *storm) look(after time.Duration) map[string]int {
	s.t.Helper()
	s.clock.Pass(after)
	s.mu.Lock()
	clear(s.asked)
	s.mu.Unlock()
	sources.NewRunner(s.clock, s.room, slog.New(slog.DiscardHandler)).Once(s.t.Context(), s.watches)
	s.room.Flush()
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.asked)
}

// TestAStormOfThrottlingIsWaitedOutTogether plays throttling in every account and region
// at once: each is held back for all who ask it, for longer each time, and for no other;
// after the storm all are fresh within one interval.
func TestAStormOfThrottlingIsWaitedOutTogether(t *testing.T) {
	s := newStorm(t)
	places := len(stormAccounts) * (len(stormRegions) + healthRegions)
	if asked := s.look(0); len(asked) != places {
		t.Fatalf("before the storm AWS was asked %v, want %d places", asked, places)
	}
	good := s.clock.Now()
	s.set(true)
	for i, hold := range []time.Duration{2, 4, 8, 16, 30, 30} {
		asked := s.look(interval)
		for place, times := range asked {
			if times != 1 {
				t.Errorf("round %d: %s was asked %d times", i, place, times)
			}
		}
		if len(asked) != places {
			t.Errorf("round %d: %d places were asked, want %d", i, len(asked), places)
		}
		for _, count := range s.calls.List() {
			if lists := strings.HasSuffix(count.Action, ":DescribeAlarms") || strings.HasSuffix(count.Action, ":DescribeEvents"); lists &&
				(count.Held != hold*time.Second || count.Throttles != i+1) {
				t.Errorf("round %d: %+v, want it held for %d s", i, count, hold)
			}
		}
	}
	// Half a minute's hold is longer than a call may take: whoever asks is told at once, and
	// so is a second one that asks the same.
	if asked := s.look(time.Second); len(asked) != 0 {
		t.Errorf("while they are held back AWS was asked %v", asked)
	}
	says := s.told(good)
	s.set(false)
	if asked := s.look(interval); len(asked) != places {
		t.Errorf("after the storm AWS was asked %v, want %d places", asked, places)
	}
	for _, scope := range s.room.Snapshot().Scopes.List {
		if scope.Trouble != nil || !scope.Seen.Equal(s.clock.Now()) {
			t.Errorf("after the storm: %s, %v, seen at %s", scope.Scope, scope.Trouble, scope.Seen)
		}
	}
	for _, count := range s.calls.List() {
		if count.Held != 0 {
			t.Errorf("after the storm: %+v", count)
		}
	}
	failuremodes.Check(t, failuremodes.Row{Fault: "a storm of throttling in all accounts and regions at once", Says: says, Age: failuremodes.AgeCounts,
		Meanwhile: "the last good data stands; what is throttled is asked again after 2 seconds, then 4, 8, 16 and 30, whoever asks it; `:calls` counts it",
		Over:      failuremodes.NextLook})
}

// told wants every scope to tell of the storm and to have kept what it had at the time of
// the last good look, and gives the sentence of one.
func (s *storm) told(good time.Time) (says string) {
	s.t.Helper()
	now := s.room.Snapshot()
	signals := len(now.Of(room.KindAlarm).Signals)
	if want := len(stormAccounts) * len(stormRegions); signals != want || len(now.Of(room.KindHealth).Signals) == 0 {
		s.t.Errorf("%d alarms are left, want %d, and %d events", signals, want, len(now.Of(room.KindHealth).Signals))
	}
	for _, scope := range now.Scopes.List {
		if scope.Trouble == nil || !strings.Contains(scope.Trouble.Why, "AWS is throttling calls to ") || !scope.Seen.Equal(good) {
			s.t.Errorf("%s says %v, seen at %s; the last good look was at %s", scope.Scope, scope.Trouble, scope.Seen, good)
			continue
		}
		if fmt.Sprint(scope.Scope.Source, scope.Scope.Account, scope.Scope.Region) == "cloudwatch"+stormAccounts[0]+stormRegions[0] {
			says = scope.Trouble.String()
		}
	}
	return says
}

// Who asks beside others what is held back asks nothing, and nobody else is held up.
func TestAHoldIsSharedByAllWhoAskTheSame(t *testing.T) {
	s := newStorm(t)
	s.look(0)
	s.set(true)
	for range 5 {
		s.look(interval)
	}
	s.set(false) // so that only a hold keeps anybody from asking
	beside := []string{stormAccounts[0], "444444444444"}
	s.watches = nil
	server := httptest.NewServer(s)
	defer server.Close()
	for _, account := range beside {
		cfg := aws.Config{BaseEndpoint: aws.String(server.URL), HTTPClient: awsclient.HTTPClient(),
			Credentials: credentials.NewStaticCredentialsProvider(account, "S", ""), Retryer: func() aws.Retryer { return aws.NopRetryer{} }}
		s.watches = append(s.watches, s.alarms(s.calls.Count(cfg, account), account, stormRegions[0]))
	}
	if asked := s.look(time.Second); len(asked) != 1 || asked["444444444444 eu-west-1 monitoring"] != 1 {
		t.Errorf("beside those that are held back AWS was asked %v", asked)
	}
	if asked := s.look(interval); len(asked) != 2 {
		t.Errorf("after the hold AWS was asked %v", asked)
	}
}
