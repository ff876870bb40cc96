package awshealth

import (
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"warroom/internal/failuremodes"
	"warroom/internal/room"
	"warroom/sources/sourcetest"
)

// faultOf is a fault of a Health API that knows one event, as a watch with options meets it.
func faultOf(t *testing.T, name string, options Options) (*server, sourcetest.Fault) {
	t.Helper()
	t.Setenv("AWS_PROFILE", "prod")
	s, clock := serve(t), sourcetest.NewHand(now)
	s.both(issue("a", 10))
	s.write(arn("a"), "Text.")
	options.Clock, options.Interval = clock, time.Minute
	watch := s.watchOf(options)
	watch.Timeout = 3 * time.Second
	return s, sourcetest.Fault{Name: name, Watch: watch, Clock: clock, Meanwhile: "the last good data stands",
		Hosts: []string{"127.0.0.1", "health.us-east-1.amazonaws.com"}}
}

func TestWhatBothRegionsOfHealthDo(t *testing.T) {
	for _, each := range faults {
		t.Run(each.name, func(t *testing.T) {
			s, f := faultOf(t, "the Health API, in both regions, "+each.name, Options{})
			both := func(does http.HandlerFunc) func() {
				return func() {
					for _, region := range Regions("") {
						s.breakDown(region+" "+listing, does)
					}
				}
			}
			f.Breaks, f.Heals = both(each.does), both(nil)
			failuremodes.Check(t, sourcetest.Play(t, f))
		})
	}
}

func TestOneRegionOfHealthIsDown(t *testing.T) {
	s, f := faultOf(t, "one of the two regions of the Health API down", Options{})
	f.Breaks = func() { s.breakDown("us-east-1 "+listing, page503) }
	f.Heals = func() { s.breakDown("us-east-1 "+listing, nil) }
	f.Meanwhile = "the other region's answer is shown"
	failuremodes.Check(t, sourcetest.Play(t, f))
}

func TestHealthHangsOverTexts(t *testing.T) {
	s, f := faultOf(t, "one of them hanging over texts or resources", Options{})
	f.Breaks = func() {
		s.set("us-east-1", issue("a", 5))
		s.set("us-east-2", issue("a", 5))
		var hung atomic.Bool
		for _, region := range Regions("") {
			s.breakDown(region+" DescribeEventDetails", func(w http.ResponseWriter, r *http.Request) {
				if hung.CompareAndSwap(false, true) { // whichever is asked first
					hang(w, r)
					return
				}
				s.mu.Lock()
				defer s.mu.Unlock()
				s.describeDetails(w, region, fields{"eventArns": []any{arn("a")}})
			})
		}
	}
	f.Heals = func() {
		for _, region := range Regions("") {
			s.breakDown(region+" DescribeEventDetails", nil)
		}
	}
	f.Meanwhile = "the other region is asked for them in the same look"
	f.Stands = func(now *room.Snapshot) error {
		if rows := now.Of(room.KindHealth).Signals; len(rows) != 1 || rows[0].Reason != "Text." {
			return fmt.Errorf("the room has %d rows", len(rows))
		}
		return nil
	}
	failuremodes.Check(t, sourcetest.Play(t, f))
}

func TestAPlanWithoutTheHealthAPI(t *testing.T) {
	for _, feed := range []bool{true, false} {
		name, meanwhile := "a support plan without the Health API", "the public feed, alarms and probes go on, and the room is not blind"
		if !feed {
			name, meanwhile = "the same without the public feed", "alarms and probes go on"
		}
		t.Run(name, func(t *testing.T) {
			s, f := faultOf(t, name, Options{PublicFeed: feed})
			s.withoutPlan(refuse("SubscriptionRequiredException"))
			f.Heals = func() {
				s.withoutPlan(nil)
				s.breakDown("us-east-1 "+listing, nil)
			}
			f.Within, f.Meanwhile, f.Over = refusedAgain, meanwhile, "with another plan: asked again once an hour, or with `R`"
			f.Stands = func(now *room.Snapshot) error {
				if blind := now.Condition(f.Clock.Now()) != room.Calm; blind == feed {
					return errors.New("the room is " + fmt.Sprint(now.Condition(f.Clock.Now())))
				}
				return nil
			}
			failuremodes.Check(t, sourcetest.Play(t, f))
		})
	}
}

func TestAnOrganizationThatIsNotShown(t *testing.T) {
	s, f := faultOf(t, "an organization that AWS does not show to the account", Options{Organization: true})
	s.breakDown("us-east-1 DescribeEventsForOrganization", refuse("AccessDeniedException"))
	s.breakDown("us-east-2 DescribeEventsForOrganization", refuse("AccessDeniedException"))
	f.Heals = func() {
		s.breakDown("us-east-1 DescribeEventsForOrganization", nil)
		s.breakDown("us-east-2 DescribeEventsForOrganization", nil)
	}
	f.Within, f.Meanwhile, f.Over = refusedAgain, "the account's own events are read", "asked again once an hour, or with `R`"
	f.Stands = func(now *room.Snapshot) error {
		if rows := len(now.Of(room.KindHealth).Signals); rows != 1 {
			return fmt.Errorf("the room has %d rows", rows)
		}
		return nil
	}
	failuremodes.Check(t, sourcetest.Play(t, f))
}
