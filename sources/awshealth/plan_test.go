package awshealth

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

// hand is a clock that is moved by hand.
type hand struct {
	room.Wall
	at time.Time
}

func (h *hand) Now() time.Time { return h.at }

const (
	noPlan = "AWS Health is read from AWS's public feed: this account's support plan does not include the Health API; " +
		"nothing to mend: what AWS tells this account alone, and which resources it means, is not seen"
	listing = "DescribeEvents"
)

// withoutPlan refuses the API to the account, in one way each in the two regions.
func (s *server) withoutPlan(second http.HandlerFunc) {
	s.breakDown("us-east-1 "+listing, refuse("SubscriptionRequiredException"))
	s.breakDown("us-east-2 "+listing, second)
}

func TestAnAccountWithoutAPlanIsNoOutageAndAskedOnceAnHour(t *testing.T) {
	s, clock := serve(t), &hand{at: now}
	s.both(issue("a", 10))
	s.withoutPlan(refuse("SubscriptionRequiredException"))
	w := s.watchOf(Options{Clock: clock, PublicFeed: true})
	for minute := range 60 {
		clock.at = now.Add(time.Duration(minute) * time.Minute)
		_, err := look(t, w)
		expectFailure(t, err, true, noPlan)
		if asked, want := len(s.calls(listing)), []int{2, 0}[min(minute, 1)]; asked != want {
			t.Fatalf("minute %d: the account was asked %d times, want %d", minute, asked, want)
		}
	}
	s.withoutPlan(nil)
	s.breakDown("us-east-1 "+listing, nil)
	clock.at = now.Add(refusedAgain)
	if told, err := look(t, w); err != nil || told.of("a").Word != "OPEN" {
		t.Errorf("after an hour, with a plan: %+v, %v", told.last, err)
	}
}

func TestOneRegionThatKnowsThePlanIsEnough(t *testing.T) {
	s := serve(t)
	s.withoutPlan(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	_, err := look(t, s.watchOf(Options{PublicFeed: true}))
	expectFailure(t, err, true, noPlan)
}

func TestWithoutAPlanTheRoomIsBlindOnlyIfNobodyReadsThePublicFeed(t *testing.T) {
	s := serve(t)
	s.withoutPlan(refuse("SubscriptionRequiredException"))
	for _, feed := range []bool{true, false} {
		r := room.New(room.Options{Clock: still{}})
		w := s.watchOf(Options{PublicFeed: feed})
		sources.NewRunner(still{}, r, slog.New(slog.DiscardHandler)).Once(t.Context(), []sources.Watch{w})
		r.Flush()
		if got := r.Snapshot().Condition(now) == room.Calm; got != feed {
			t.Errorf("public feed %t: the room is %s", feed, r.Snapshot().Condition(now))
		}
		_, err := look(t, w)
		if failure := err.(*sources.Failure); !failure.Again.Equal(now.Add(time.Hour)) {
			t.Errorf("public feed %t: it is asked again at %s", feed, failure.Again)
		}
	}
}

func TestABaseEndpointOfTheEnvironmentIsAskedForBothRegions(t *testing.T) {
	for _, name := range []string{"AWS_ENDPOINT_URL_HEALTH", "AWS_ENDPOINT_URL"} {
		s := serve(t)
		s.both(issue("a", 10))
		t.Setenv("AWS_ENDPOINT_URL", "")
		t.Setenv("AWS_CONFIG_FILE", "/dev/null")
		t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
		t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
		t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
		t.Setenv("AWS_REGION", "eu-west-1")
		t.Setenv(name, *s.config.BaseEndpoint)
		settings, err := awsclient.Load(t.Context(), awsclient.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := look(t, New(Options{Config: settings, Account: "222222222222", Clock: still{}})); err != nil {
			t.Fatal(err)
		}
		var regions []string
		for _, c := range s.calls(listing) {
			regions = append(regions, strings.TrimSuffix(c.name, " "+listing))
		}
		slices.Sort(regions)
		if !slices.Equal(regions, []string{"us-east-1", "us-east-1", "us-east-2", "us-east-2"}) {
			t.Errorf("with %s the two lists were asked for in %v", name, regions)
		}
		t.Setenv(name, "")
	}
}

func TestARegionThatHangsOverTextsLeavesTimeForTheOther(t *testing.T) {
	s := serve(t)
	s.both(issue("a", 10))
	s.write(arn("a"), "Text.")
	s.entities = []fields{{"eventArn": arn("a"), "entityValue": "table/orders", "statusCode": "IMPAIRED"}}
	var hung atomic.Bool
	for _, region := range []string{"us-east-1", "us-east-2"} {
		s.breakDown(region+" DescribeEventDetails", func(w http.ResponseWriter, r *http.Request) {
			if hung.CompareAndSwap(false, true) { // whichever is asked first
				<-r.Context().Done()
				return
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			s.describeDetails(w, region, fields{"eventArns": []any{arn("a")}})
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	var last room.Signal
	err := s.watch().Look(ctx, func(signals []room.Signal) {
		for _, signal := range signals {
			last = signal
		}
	})
	expectFailure(t, err, true, "AWS Health was read without the newest texts: the Health API did not answer in time; nothing to do")
	if detail := last.Detail.(*room.HealthDetail); last.Reason != "Text." || len(detail.Entities) != 1 {
		t.Errorf("the other region was not asked: %+v", last)
	}
}
