package awshealth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

func TestAnIssueIsToldInFull(t *testing.T) {
	s := serve(t)
	s.both(issue("a", 10))
	s.texts[arn("a")] = "We are investigating increased error rates. More will follow."
	s.entities = []fields{
		{"eventArn": arn("a"), "entityValue": "table/orders", "statusCode": "IMPAIRED"},
		{"eventArn": arn("a"), "entityValue": "table/carts", "statusCode": "UNIMPAIRED"},
	}
	w := s.watch()
	told, err := look(t, w)
	if err != nil {
		t.Fatal(err)
	}
	scope := room.Scope{Source: "health", Account: "222222222222", Region: "global"}
	if w.Scope != scope || !w.Whole || w.Interval != DefaultInterval || w.Timeout != DefaultTimeout {
		t.Errorf("watch %+v", w)
	}
	updated := now.Add(-10 * time.Minute)
	want := room.Signal{
		Key: key("a"), Kind: room.KindHealth, Scope: scope, State: room.Critical, Word: "OPEN",
		Title: "DynamoDB operational issue", Reason: "We are investigating increased error rates.", Service: "DynamoDB",
		Account: "222222222222", Region: "us-east-1", Since: now.Add(-5 * time.Hour),
		Detail: &room.HealthDetail{ARN: arn("a"), Service: "DYNAMODB", TypeCode: "AWS_DYNAMODB_OPERATIONAL_ISSUE", Category: "issue", Scope: "PUBLIC",
			Start: now.Add(-5 * time.Hour), Updated: updated,
			Updates:  []room.Update{{At: updated, Text: "We are investigating increased error rates. More will follow."}},
			Entities: []room.Entity{{Value: "table/carts", Status: "UNIMPAIRED"}, {Value: "table/orders", Status: "IMPAIRED"}}},
	}
	if got := told.of("a"); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v %+v\nwant %+v %+v", got, got.Detail, want, want.Detail)
	}
	if first := told.reports[0]; len(first) != 1 || first[0].Reason != "" {
		t.Errorf("the first page did not come at once and without text: %+v", told.reports)
	}
}

func TestPagesAreFollowedInBothRegionsAndFiltersAsRight(t *testing.T) {
	s := serve(t)
	for i := range 120 {
		s.both(issue(fmt.Sprint("open", i), 10), issue(fmt.Sprint("closed", i), 10, closed(30)))
	}
	s.both(issue("long-over", 10, closed(25*60)))
	told, err := look(t, s.watch())
	if err != nil || len(told.last) != 240 {
		t.Fatalf("%d events, %v", len(told.last), err)
	}
	calls := s.calls("DescribeEvents")
	if len(calls) != 8 {
		t.Fatalf("%d calls for two pages of two lists in two regions", len(calls))
	}
	for _, c := range calls {
		filter := c.body["filter"].(fields)
		statuses := fmt.Sprint(filter["eventStatusCodes"])
		ends := fmt.Sprint(filter["endTimes"])
		open := statuses == "[open upcoming]" && filter["endTimes"] == nil
		over := statuses == "[closed]" && ends == fmt.Sprintf("[map[from:%v]]", float64(now.Add(-24*time.Hour).Unix()))
		if !open && !over || c.body["maxResults"] != 100.0 {
			t.Errorf("asked %v", c.body)
		}
	}
}

func TestTheNewestVersionOfARegionCounts(t *testing.T) {
	s := serve(t)
	s.set("us-east-1", issue("a", 50), issue("b", 5, closed(6)))
	s.set("us-east-2", issue("a", 10, closed(11)), issue("b", 50), issue("c", 20))
	w := s.watch()
	for pass := range 5 {
		told, err := look(t, w)
		if err != nil || told.of("a").Word != "CLOSED" || told.of("b").Word != "CLOSED" || told.of("c").Word != "OPEN" {
			t.Fatalf("pass %d: %+v, %v", pass, told.last, err)
		}
		if pass == 0 {
			continue
		}
		for _, report := range told.reports {
			for _, signal := range report {
				if signal.Title != "" && signal.Key != key("c") && signal.Word == "OPEN" {
					t.Errorf("pass %d: the region that lags took back %s", pass, signal.Key)
				}
			}
		}
	}
}

func TestWhatIsNotListedAnyMoreIsNotReported(t *testing.T) {
	s := serve(t)
	s.both(issue("a", 60), issue("b", 60))
	w := s.watch()
	look(t, w)
	s.set("us-east-1", issue("b", 60))
	s.set("us-east-2", issue("b", 60))
	if told, err := look(t, w); err != nil || len(told.last) != 1 {
		t.Errorf("%+v, %v", told.last, err)
	}
}

func expectFailure(t *testing.T, err error, partial bool, sentence string) {
	t.Helper()
	var failure *sources.Failure
	if !errors.As(err, &failure) {
		t.Fatalf("no failure: %v", err)
	}
	if failure.Error() != sentence || failure.Partial != partial || failure.Err == nil {
		t.Errorf("partial %v: %s\nwant    %v: %s", failure.Partial, failure, partial, sentence)
	}
}

const mendless = "nothing to do"

func TestOneRegionAloneIsAWarningAndForgetsNothing(t *testing.T) {
	s := serve(t)
	s.set("us-east-1", issue("a", 10), issue("fresh", 1))
	s.set("us-east-2", issue("a", 10))
	for _, name := range []string{"a", "fresh"} {
		s.write(arn(name), "Text.")
	}
	w := s.watch()
	if _, err := look(t, w); err != nil {
		t.Fatal(err)
	}
	s.breakDown("us-east-1 DescribeEvents", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	told, err := look(t, w)
	expectFailure(t, err, true, "us-east-2 answered for AWS Health, us-east-1 did not: 127.0.0.1 answered 503 Service Unavailable; what is shown may lag behind by some minutes; "+mendless)
	if told.of("fresh").Word != "OPEN" || told.of("a").Word != "OPEN" {
		t.Errorf("what only the silent region knew is gone: %+v", told.last)
	}
	s.breakDown("us-east-1 DescribeEvents", nil)
	if told, err = look(t, w); err != nil || len(told.last) != 2 {
		t.Errorf("%+v, %v", told.last, err)
	}
}

func TestASilentRegionIsNotWaitedForLong(t *testing.T) {
	s := serve(t)
	s.both(issue("a", 10))
	s.breakDown("us-east-1 DescribeEvents", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	begin := time.Now()
	told, err := look(t, s.watch())
	expectFailure(t, err, true, "us-east-2 answered for AWS Health, us-east-1 did not: the Health API did not answer in time; what is shown may lag behind by some minutes; "+mendless)
	if took := time.Since(begin); took > patience+time.Second || len(told.last) != 1 {
		t.Errorf("took %v, %+v", took, told.last)
	}
}

// TestASilentRegionTakesAShareOfAShortLook looks with as little time as a drill
// has: the look must end with what the other region said, and not at its deadline.
func TestASilentRegionTakesAShareOfAShortLook(t *testing.T) {
	s := serve(t)
	s.both(issue("a", 10))
	s.write(arn("a"), "Text.")
	s.breakDown("us-east-1 DescribeEvents", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), patience/2)
	defer cancel()
	var last room.Signal
	err := s.watch().Look(ctx, func(signals []room.Signal) {
		for _, signal := range signals {
			last = signal
		}
	})
	expectFailure(t, err, true, "us-east-2 answered for AWS Health, us-east-1 did not: the Health API did not answer in time; what is shown may lag behind by some minutes; "+mendless)
	if ctx.Err() != nil || last.Reason != "Text." {
		t.Errorf("the look used up its time (%v) and ended with %+v", ctx.Err(), last)
	}
}

func TestBothRegionsFailing(t *testing.T) {
	html := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html>log in</html>")
	}
	cases := []struct {
		name          string
		first, second http.HandlerFunc
		want          string
	}{
		{"no plan", refuse("SubscriptionRequiredException"), refuse("SubscriptionRequiredException"),
			"AWS Health could not be read: this account's support plan does not include the AWS Health API, which comes with Business Support+, Enterprise Support or Unified Operations; " +
				"nothing to mend here: the public status is at health.aws.amazon.com, alarms and probes work without the plan, and health: {off: true} in the config stops the asking"},
		{"throttled", refuse("ThrottlingException"), refuse("ThrottlingException"),
			"AWS Health could not be read: AWS is throttling calls to health:DescribeEvents; nothing to do; other tools of the account share the same limit"},
		{"differently", html, refuse("AccessDeniedException"),
			"AWS Health could not be read: 127.0.0.1 answered 200 OK with something that is not from the API; us-east-2: the credentials of profile default may not call health:DescribeEvents; " +
				"a proxy or a login page of the network may stand in between: open a browser and log in"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("AWS_PROFILE", "")
			s := serve(t)
			s.breakDown("us-east-1 DescribeEvents", c.first)
			s.breakDown("us-east-2 DescribeEvents", c.second)
			_, err := look(t, s.watch())
			expectFailure(t, err, false, c.want)
		})
	}
}

func TestAFailureOnTheSecondPageKeepsTheFirst(t *testing.T) {
	s := serve(t)
	for i := range 150 {
		s.both(issue(fmt.Sprint("e", i), 10))
	}
	for _, region := range []string{"us-east-1", "us-east-2"} {
		first := true
		s.breakDown(region+" DescribeEvents", func(w http.ResponseWriter, r *http.Request) {
			if !first {
				refuse("ThrottlingException")(w, r)
				return
			}
			first = false
			s.mu.Lock()
			defer s.mu.Unlock()
			s.describeEvents(w, region, fields{"maxResults": 100.0, "filter": fields{"eventStatusCodes": []any{"open"}}})
		})
	}
	told, err := look(t, s.watch())
	if err == nil || len(told.last) != 100 {
		t.Errorf("%d events, %v", len(told.last), err)
	}
}

func TestAListThatNeverEndsIsLeft(t *testing.T) {
	s := serve(t)
	for _, region := range []string{"us-east-1", "us-east-2"} {
		s.breakDown(region+" DescribeEvents", func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, http.StatusOK, fields{"events": []fields{issue("a", 1)}, "nextToken": "again"})
		})
	}
	told, err := look(t, s.watch())
	if err == nil || !strings.Contains(err.Error(), "would never end") || len(told.last) != 1 {
		t.Errorf("%+v, %v", told.last, err)
	}
}

func TestAHangObeysTheContext(t *testing.T) {
	s := serve(t)
	arrived := make(chan struct{}, 2)
	for _, region := range []string{"us-east-1", "us-east-2"} {
		s.breakDown(region+" DescribeEvents", func(_ http.ResponseWriter, r *http.Request) {
			arrived <- struct{}{}
			<-r.Context().Done()
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		<-arrived
		cancel()
	}()
	err := s.watch().Look(ctx, func([]room.Signal) {})
	expectFailure(t, err, false, "AWS Health could not be read: the look was stopped; "+mendless)
}

func TestHostileTextIsCleaned(t *testing.T) {
	s := serve(t)
	const evil = "\x1b]0;owned\x07\u202e\u2066\x00"
	s.both(issue("a", 1, fields{"service": evil, "region": evil, "eventTypeCode": evil, "eventScopeCode": evil}))
	s.write(arn("a"), "First"+evil+"\nSecond. Third")
	s.entities = []fields{{"eventArn": arn("a"), "entityValue": evil, "statusCode": evil}}
	told, err := look(t, s.watch())
	if err != nil {
		t.Fatal(err)
	}
	signal, detail := told.of("a"), told.detail(t, "a")
	for _, text := range []string{signal.Title, signal.Reason, signal.Service, signal.Region, detail.Service, detail.TypeCode, detail.Scope,
		detail.Updates[0].Text, detail.Entities[0].Value, detail.Entities[0].Status} {
		if strings.ContainsAny(text, "\x1b\x07\x00\u202e\u2066") {
			t.Errorf("not clean: %q", text)
		}
	}
	if !strings.HasSuffix(detail.Updates[0].Text, "\nSecond. Third") || strings.Contains(signal.Reason, "\n") {
		t.Errorf("%q, %q", detail.Updates[0].Text, signal.Reason)
	}
}
