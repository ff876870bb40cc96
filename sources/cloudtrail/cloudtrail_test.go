package cloudtrail

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

// fields is one structure as it goes over the wire.
type fields = map[string]any

// trail speaks CloudTrail's LookupEvents in awsJson1.1.
type trail struct {
	mu     sync.Mutex
	most   int      // events a page; 0 for two
	events []fields // newest first
	broken http.HandlerFunc
	asked  []fields
}

func (s *trail) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var input fields
	if target := r.Header.Get("X-Amz-Target"); target != "CloudTrail_20131101.LookupEvents" || json.NewDecoder(r.Body).Decode(&input) != nil {
		http.Error(w, "not served: "+target, http.StatusTeapot)
		return
	}
	s.asked = append(s.asked, input)
	if s.broken != nil {
		s.broken(w, r)
		return
	}
	var wanted []fields
	for _, e := range s.events {
		if at := e["EventTime"].(float64); at >= input["StartTime"].(float64) && at <= input["EndTime"].(float64) {
			wanted = append(wanted, e)
		}
	}
	from, most := 0, cmp.Or(s.most, 2)
	fmt.Sscan(fmt.Sprint(input["NextToken"]), &from)
	answer := fields{"Events": wanted[from:min(from+most, len(wanted))]}
	if from+most < len(wanted) {
		answer["NextToken"] = fmt.Sprint(from + most)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(answer)
}

func (s *trail) breaks(with http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = with
}

var now = time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)

// standing is a clock that a test sets.
type standing struct {
	room.Wall
	at *time.Time
}

func (c standing) Now() time.Time { return *c.at }

// event happened so many minutes before now.
func event(id, name, who string, before int, resources ...string) fields {
	e := fields{"EventId": id, "EventName": name, "EventSource": "lambda.amazonaws.com", "Username": who, "ReadOnly": "false",
		"EventTime": float64(now.Add(-time.Duration(before) * time.Minute).Unix()), "CloudTrailEvent": "{}"}
	var list []fields
	for _, name := range resources {
		list = append(list, fields{"ResourceName": name, "ResourceType": "AWS::Lambda::Function"})
	}
	e["Resources"] = list
	return e
}

// ours are the resources of checkout.
func ours(names []string) string {
	if slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, "checkout") }) {
		return "checkout"
	}
	return ""
}

// watching makes a watch of a server, whose announcements are gathered in lines.
func watching(t *testing.T, s *trail) (look func() error, told *[]string, clock *time.Time) {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	told, clock = new([]string), new(time.Time)
	*clock = now
	w := New(Options{
		Config: aws.Config{
			BaseEndpoint: aws.String(server.URL), Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
			HTTPClient: awsclient.HTTPClient(), Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		},
		Account: "111122223333", Region: "us-east-1", Clock: standing{at: clock}, Service: ours,
		Announce: func(changes []room.Change) {
			for _, c := range changes {
				*told = append(*told, fmt.Sprintf("%s %s %s: %s", c.Key, c.At.Format("15:04"), c.By, c.Text))
			}
		},
	})
	return func() error { return w.Look(t.Context(), nil) }, told, clock
}

func TestWhatWasChangedOnOurResourcesIsToldWithItsTimeAndWho(t *testing.T) {
	refused := event("e3", "DeleteFunction", "bo", 20, "checkout-api")
	refused["CloudTrailEvent"] = `{"errorCode":"AccessDenied"}`
	s := &trail{events: []fields{
		event("e1", "UpdateFunctionCode", "ana", 5, "arn:aws:lambda:us-east-1:111122223333:function:checkout-api"),
		event("e2", "CreateLogStream", "batch", 10, "nightly"), refused,
		event("e4", "PutRule\x1b[31m", "", 60, "nightly", "checkout-rule"), event("e5", "TagResource", "ana", 180, "checkout-api"),
	}}
	look, told, clock := watching(t, s)
	if err := look(); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"cloudtrail/e1 02:55 CloudTrail: UpdateFunctionCode of checkout-api by ana (lambda, us-east-1), of checkout",
		"cloudtrail/e4 02:00 CloudTrail: PutRule␛[31m of checkout-rule (lambda, us-east-1), of checkout",
	}
	if !slices.Equal(*told, want) {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(*told, "\n"), strings.Join(want, "\n"))
	}
	if len(s.asked) != 2 {
		t.Errorf("%d pages were asked for, want 2", len(s.asked))
	}
	attribute := s.asked[0]["LookupAttributes"].([]any)[0].(fields)
	if attribute["AttributeKey"] != "ReadOnly" || attribute["AttributeValue"] != "false" || s.asked[0]["MaxResults"] != float64(pageSize) {
		t.Errorf("asked %v", s.asked[0])
	}
	// The next look goes back as far as CloudTrail may be late, and no further.
	*clock = now.Add(time.Minute)
	if err := look(); err != nil {
		t.Fatal(err)
	}
	if from := s.asked[2]["StartTime"].(float64); from != float64(now.Add(-lateness).Unix()) {
		t.Errorf("the second look asks from %s", time.Unix(int64(from), 0).UTC())
	}
}

// writes are so many events on nobody's resources in each minute from before to after now,
// newest first.
func writes(perMinute, before, after int) (events []fields) {
	for minute := after; minute > -before; minute-- {
		for i := range perMinute {
			e := event(fmt.Sprint(minute, "-", i), "PutObject", "batch", -minute, "nightly")
			e["EventTime"] = e["EventTime"].(float64) - float64(i)*60/float64(perMinute)
			events = append(events, e)
		}
	}
	return events
}

func TestAUsualAccountIsAskedLessThanAThirdOfWhatAWSAllows(t *testing.T) {
	const minutes, allowed = 15, 2 * 60 // calls a minute of LookupEvents
	s := &trail{most: pageSize, events: writes(150, 130, minutes)}
	look, _, clock := watching(t, s)
	var failure *sources.Failure
	if err := look(); !errors.As(err, &failure) || !failure.Partial {
		t.Errorf("the first look cannot read two hours of it, and says %v", err)
	}
	s.asked = nil
	for range minutes {
		*clock = clock.Add(time.Minute)
		if err := look(); err != nil {
			t.Errorf("all that is new was read, and it says %v", err)
		}
	}
	if perMinute := float64(len(s.asked)) / minutes; perMinute >= allowed/3. {
		t.Errorf("%.1f calls a minute, of %d that AWS allows", perMinute, allowed)
	}
}

func TestABurstOfWhichNotAllThatIsNewCouldBeReadIsToldOnce(t *testing.T) {
	s := &trail{most: pageSize, events: writes(10, 130, 0)}
	look, _, clock := watching(t, s)
	if err := look(); err != nil {
		t.Fatal(err)
	}
	s.events = slices.Concat(writes(pageLimit*pageSize+1, 0, 1), s.events)
	*clock = clock.Add(time.Minute)
	var failure *sources.Failure
	if err := look(); !errors.As(err, &failure) || !strings.Contains(failure.What, "not all that was changed") {
		t.Errorf("of a burst it says %v", err)
	}
	*clock = clock.Add(time.Minute)
	if err := look(); err != nil {
		t.Errorf("after it: %v", err)
	}
}

func TestEveryFiveMinutesALookGoesFartherBackForWhatComesLate(t *testing.T) {
	s := new(trail)
	look, told, clock := watching(t, s)
	var back []time.Duration
	for i := range 11 {
		if err := look(); err != nil {
			t.Fatal(err)
		}
		at := time.Unix(int64(s.asked[i]["StartTime"].(float64)), 0)
		back = append(back, clock.Sub(at)-time.Minute)
		*clock = clock.Add(time.Minute)
		if i == 6 { // ten minutes late
			s.events = []fields{event("late", "UpdateFunctionCode", "ana", 3, "checkout-api")}
		}
	}
	for i, got := range back[1:] {
		if want := map[bool]time.Duration{false: lateness, true: deepLateness}[(i+1)%5 == 0]; got != want {
			t.Errorf("look %d goes %s back, want %s", i+2, got, want)
		}
	}
	if len(*told) != 1 {
		t.Errorf("what came ten minutes late is told as %v", *told)
	}
}

func TestALookThatFailsSaysSoInWordsAndTheNextOneMissesNothing(t *testing.T) {
	s := &trail{events: []fields{event("e1", "UpdateFunctionCode", "ana", 5, "checkout-api")}}
	look, told, clock := watching(t, s)
	for _, c := range []struct {
		name string
		with http.HandlerFunc
		why  string
	}{
		{"throttled", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"__type":"ThrottlingException","message":"Rate exceeded"}`)
		}, "AWS is throttling calls to cloudtrail:LookupEvents"},
		{"denied", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"__type":"AccessDeniedException","message":"no"}`)
		}, "may not call cloudtrail:LookupEvents"},
		{"a captive portal", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>log in</html>") }, "is not from the API"},
	} {
		s.breaks(c.with)
		err := look()
		var failure *sources.Failure
		if !errors.As(err, &failure) || failure.What != "what was changed in us-east-1 could not be read from CloudTrail" || !strings.Contains(failure.Why, c.why) {
			t.Errorf("%s: %v", c.name, err)
		}
		*clock = clock.Add(time.Minute)
	}
	s.breaks(nil)
	if err := look(); err != nil || len(*told) != 1 {
		t.Errorf("after it has healed: %v, told %v", err, *told)
	}
}

func TestATokenThatLoopsAndATrailWithoutEndAreToldAsPartial(t *testing.T) {
	for name, token := range map[string]func(page int) string{
		"loops": func(int) string { return "again" }, "has no end": func(page int) string { return fmt.Sprint(page) },
	} {
		s := new(trail)
		s.broken = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			_ = json.NewEncoder(w).Encode(fields{"Events": []fields{}, "NextToken": token(len(s.asked))})
		}
		look, _, _ := watching(t, s)
		var failure *sources.Failure
		if err := look(); !errors.As(err, &failure) || !failure.Partial || len(s.asked) > pageLimit {
			t.Errorf("a token that %s: %v after %d pages", name, err, len(s.asked))
		}
	}
}

func TestALookEndsWithItsContext(t *testing.T) {
	s, entered := new(trail), make(chan struct{})
	s.broken = func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
	}
	server := httptest.NewServer(s)
	defer server.Close()
	at := now
	w := New(Options{Config: aws.Config{BaseEndpoint: aws.String(server.URL), Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
		HTTPClient: awsclient.HTTPClient()}, Region: "us-east-1", Clock: standing{at: &at}, Service: ours, Announce: func([]room.Change) {}})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-entered; cancel() }()
	if err := w.Look(ctx, nil); err == nil {
		t.Error("a look that was stopped has succeeded")
	}
}
