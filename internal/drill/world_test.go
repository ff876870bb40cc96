package drill

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/health"
	"github.com/aws/aws-sdk-go-v2/service/health/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"warroom/internal/config"
	"warroom/sources/awsclient"
)

// played is the usual world standing at one time of its story.
func played(t *testing.T, from string) *World {
	t.Helper()
	return playedOf(t, DefaultScenario, from)
}

// playedOf is the world of a shipped scenario standing at one time of its story.
func playedOf(t *testing.T, name, from string) *World {
	t.Helper()
	s, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	w, err := Start(t.Context(), s, Options{From: from, Speed: 1})
	if err != nil {
		t.Fatal(err)
	}
	w.Clock().Pause()
	t.Cleanup(w.Close)
	return w
}

// sdk is an SDK config as the program uses it, in one attempt.
func sdk(w *World, region string) aws.Config {
	return aws.Config{
		APIOptions: []func(*middleware.Stack) error{awsclient.Harden}, // without it the SDK drops connections to so near a server now and then
		Region:     region, BaseEndpoint: aws.String(w.AWSURL()), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("DRILL", "made up", ""),
	}
}

func TestTheSDKPagesThroughAlarmsOfEveryTypeByRegion(t *testing.T) {
	w := played(t, "07:20")
	client := cloudwatch.NewFromConfig(sdk(w, "us-east-1"))
	pages := cloudwatch.NewDescribeAlarmsPaginator(client, &cloudwatch.DescribeAlarmsInput{
		AlarmTypes: []cwtypes.AlarmType{cwtypes.AlarmTypeMetricAlarm, cwtypes.AlarmTypeCompositeAlarm, cwtypes.AlarmTypeLogAlarm},
		MaxRecords: aws.Int32(40),
	})
	var metric, composite, log, alarm, count int
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		count++
		metric, composite, log = metric+len(page.MetricAlarms), composite+len(page.CompositeAlarms), log+len(page.LogAlarms)
		for _, a := range page.MetricAlarms {
			if a.StateTransitionedTimestamp == nil || aws.ToString(a.AlarmArn) == "" || len(a.Dimensions) == 0 || a.Threshold == nil {
				t.Fatalf("half an alarm: %+v", a)
			}
			if a.StateValue == cwtypes.StateValueAlarm {
				alarm++
				if a.StateTransitionedTimestamp.Before(at(t, w.story, "06:48")) || !strings.Contains(*a.StateReason, "Threshold Crossed") {
					t.Errorf("%s since %s: %s", *a.AlarmName, a.StateTransitionedTimestamp, *a.StateReason)
				}
			}
		}
	}
	if metric != 86 || composite != 12 || log != 4 || count != 3 || alarm < 30 {
		t.Errorf("%d metric, %d composite, %d log alarms on %d pages, %d in ALARM", metric, composite, log, count, alarm)
	}
	usual, err := client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
	if err != nil || len(usual.CompositeAlarms) != 0 || len(usual.MetricAlarms) != alarmPageUsual {
		t.Errorf("without types: %d metric, %d composite alarms, %v", len(usual.MetricAlarms), len(usual.CompositeAlarms), err)
	}
}

func TestTheSDKReadsHealthWithTextsAndEntities(t *testing.T) {
	w := played(t, "09:30")
	client := health.NewFromConfig(sdk(w, "us-east-1"))
	list, err := client.DescribeEvents(t.Context(), &health.DescribeEventsInput{MaxResults: aws.Int32(10), Filter: &types.EventFilter{EventStatusCodes: []types.EventStatusCode{types.EventStatusCodeOpen}}})
	if err != nil || len(list.Events) != 2 {
		t.Fatalf("%d events, %v", len(list.Events), err)
	}
	newest := list.Events[0]
	if *newest.Service != "DYNAMODB" || !newest.LastUpdatedTime.Equal(at(t, w.story, "09:27")) || !newest.StartTime.Equal(at(t, w.story, "06:48")) {
		t.Errorf("the newest is %s, updated %s", *newest.Service, newest.LastUpdatedTime)
	}
	details, err := client.DescribeEventDetails(t.Context(), &health.DescribeEventDetailsInput{EventArns: []string{*newest.Arn, "arn:aws:health:us-east-1::event/X/Y/Z"}})
	if err != nil || len(details.SuccessfulSet) != 1 || len(details.FailedSet) != 1 {
		t.Fatalf("%+v, %v", details, err)
	}
	if text := *details.SuccessfulSet[0].EventDescription.LatestDescription; !strings.Contains(text, "significant signs of recovery") {
		t.Errorf("it says %q", text)
	}
	entities, err := client.DescribeAffectedEntities(t.Context(), &health.DescribeAffectedEntitiesInput{Filter: &types.EntityFilter{EventArns: []string{*newest.Arn}}})
	if err != nil || len(entities.Entities) != 4 {
		t.Errorf("%d entities, %v", len(entities.Entities), err)
	}
	if _, err := client.DescribeEvents(t.Context(), &health.DescribeEventsInput{MaxResults: aws.Int32(101)}); code(err) != "ValidationException" {
		t.Errorf("more than AWS allows: %v", err)
	}
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func TestTheAccountIsKnown(t *testing.T) {
	w := played(t, "")
	settings := sdk(w, "eu-west-1")
	settings.APIOptions = nil // STS answers in XML
	who, err := sts.NewFromConfig(settings).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil || *who.Account != w.Account() {
		t.Errorf("%+v, %v", who, err)
	}
}

func TestAPIsFailAsTheScriptSays(t *testing.T) {
	w := played(t, "06:56")
	alarms := func(region string) error {
		_, err := cloudwatch.NewFromConfig(sdk(w, region)).DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
		return err
	}
	events := func(ctx context.Context, region string) error {
		_, err := health.NewFromConfig(sdk(w, region)).DescribeEvents(ctx, &health.DescribeEventsInput{})
		return err
	}
	if err := alarms("us-east-1"); code(err) != "ThrottlingException" {
		t.Errorf("06:56 CloudWatch throttles, and says %v", err)
	}
	if err := alarms("eu-west-1"); err != nil {
		t.Errorf("another region: %v", err)
	}
	if err := events(t.Context(), "us-east-1"); err == nil {
		t.Error("06:56 Health of us-east-1 answers")
	}
	if err := events(t.Context(), "us-east-2"); err != nil {
		t.Errorf("06:56 Health of us-east-2: %v", err)
	}
	if err := w.Clock().Jump(at(t, w.story, "07:31")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := events(ctx, "us-east-1"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("07:31 Health of us-east-1 hangs, and says %v", err)
	}
	if err := w.Clock().Jump(at(t, w.story, "08:21")); err != nil {
		t.Fatal(err)
	}
	if err := events(t.Context(), "us-east-1"); err != nil {
		t.Errorf("08:21 it is back: %v", err)
	}
}

// ask asks an endpoint as a stranger would, by the world's own names and roots.
func ask(w *World, url string) (status int, body string, err error) {
	dialer := &net.Dialer{Resolver: w.Resolver()}
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{
		DialContext: dialer.DialContext, DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: w.Roots()},
	}}
	answer, err := client.Get(url)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}

func target(t *testing.T, w *World, name string) string {
	t.Helper()
	for _, p := range w.Probes() {
		if p.Name == name {
			return p.URL
		}
	}
	t.Fatalf("there is no endpoint %s", name)
	return ""
}

func TestEndpointsBehaveAsTheScriptSays(t *testing.T) {
	w := played(t, "06:41")
	checkout, session := target(t, w, "checkout-us-east-1"), target(t, w, "session-us-east-1")
	if status, body, err := ask(w, checkout); status != 200 || !strings.Contains(body, `"status":"ok"`) || err != nil {
		t.Errorf("well: %d %s %v", status, body, err)
	}
	jump := func(clock string) {
		t.Helper()
		if err := w.Clock().Jump(at(t, w.story, clock)); err != nil {
			t.Fatal(err)
		}
	}
	jump("07:05")
	if status, _, err := ask(w, checkout); status != 503 || err != nil {
		t.Errorf("failing: %d %v", status, err)
	}
	var names *net.DNSError
	if _, _, err := ask(w, session); !errors.As(err, &names) {
		t.Errorf("without an address: %v", err)
	}
	jump("09:45")
	if status, _, err := ask(w, session); status != 200 || err != nil {
		t.Errorf("back: %d %v", status, err)
	}
	if status, _, err := ask(w, target(t, w, "checkout-eu-west-1")); status != 200 || err != nil {
		t.Errorf("another region: %d %v", status, err)
	}
	jump("14:20")
	var timeout net.Error
	if _, _, err := ask(w, session); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("hanging: %v", err)
	}
}

// TestARefusalAndItsEndAreAtTheSamePort waits for the listener, which follows the
// clock from a goroutine of its own.
func TestARefusalAndItsEndAreAtTheSamePort(t *testing.T) {
	w := played(t, "12:45")
	ledger := strings.TrimPrefix(target(t, w, "ledger-us-east-1"), "tcp://")
	_, port, _ := net.SplitHostPort(ledger)
	reachable := func() bool {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	}
	until := func(want bool) {
		t.Helper()
		for patience := 0; reachable() != want; patience++ {
			if patience == 500 {
				t.Fatalf("reachable is still %v", !want)
			}
			<-time.After(10 * time.Millisecond)
		}
	}
	until(true)
	if err := w.Clock().Jump(at(t, w.story, "13:00")); err != nil {
		t.Fatal(err)
	}
	until(false)
	if err := w.Clock().Jump(at(t, w.story, "16:50")); err != nil {
		t.Fatal(err)
	}
	until(true)
}

func TestNothingIsLeftAfterClose(t *testing.T) {
	before := runtime.NumGoroutine()
	w := played(t, "07:05")
	if _, _, err := ask(w, target(t, w, "checkout-eu-west-1")); err != nil {
		t.Fatal(err)
	}
	url := w.AWSURL()
	w.Close()
	for patience := 0; runtime.NumGoroutine() > before; patience++ {
		if patience == 300 {
			t.Fatalf("%d goroutines before and %d after", before, runtime.NumGoroutine())
		}
		<-time.After(10 * time.Millisecond)
	}
	if _, err := http.Get(url); err == nil {
		t.Error("the simulated AWS still answers")
	}
}

// TestEveryStateOfAProbeHasAnEndpoint: what the endpoints do that are there for the states
// beside UP, SLOW and DOWN.
func TestEveryStateOfAProbeHasAnEndpoint(t *testing.T) {
	w := played(t, "09:55")
	jump := func(clock string) {
		t.Helper()
		if err := w.Clock().Jump(at(t, w.story, clock)); err != nil {
			t.Fatal(err)
		}
	}
	if until, in := (&config.Config{Maintenance: w.Maintenance()}).MaintenanceOf("search-eu-west-1")(w.Clock().Now()); !in || until.Format("15:04") != "10:10" {
		t.Errorf("there is maintenance until %s: %t", until, in)
	}
	suggest := target(t, w, "suggest-us-east-1")
	for _, c := range []struct {
		clock string
		want  []int
	}{{"12:20", []int{200, 200, 200}}, {"12:40", []int{503, 200, 503, 200}}} {
		jump(c.clock)
		for i, want := range c.want {
			if status, _, err := ask(w, suggest); status != want || err != nil {
				t.Errorf("%s, look %d: %d %v, want %d", c.clock, i+1, status, err, want)
			}
		}
	}
	edge, err := url.Parse(target(t, w, "edge-us-east-1"))
	if err != nil {
		t.Fatal(err)
	}
	addresses, err := w.Resolver().LookupNetIP(t.Context(), "ip4", edge.Hostname())
	if err != nil || len(addresses) == 2 || len(addresses) > 3 {
		t.Fatalf("edge has %v, %v", addresses, err)
	}
	reachable := func() (n int) {
		for _, address := range addresses {
			if conn, err := net.Dial("tcp", net.JoinHostPort(address.String(), edge.Port())); err == nil {
				n++
				_ = conn.Close()
			}
		}
		return n
	}
	if n := reachable(); n != len(addresses) {
		t.Errorf("%d of %d addresses can be reached", n, len(addresses))
	}
	jump("13:10")
	for patience := 0; reachable() != len(addresses)-1; patience++ {
		if patience == 500 {
			t.Fatalf("%d of %d addresses can be reached", reachable(), len(addresses))
		}
		<-time.After(10 * time.Millisecond)
	}
	for _, p := range w.Probes() {
		switch p.Name {
		case "reports-us-east-1":
			for _, c := range []struct {
				clock string
				want  int
			}{{"15:00", 200}, {"15:40", 503}} {
				jump(c.clock)
				if status, body, err := ask(w, p.Auth.URL); status != c.want || err != nil || (status == 200) != strings.Contains(body, "access_token") {
					t.Errorf("%s, a token: %d %s %v", c.clock, status, body, err)
				}
			}
		case "archive-us-west-2":
			if !p.Paused {
				t.Error("archive is looked at")
			}
		case "partner-us-east-1":
			if down, of, up := p.Confirmed(); down != 3 || of != 3 || up != 1 || p.Interval != 10*time.Minute {
				t.Errorf("partner: %d of %d, %d, every %s", down, of, up, p.Interval)
			}
		}
	}
	jump("17:15")
	if _, _, err := ask(w, target(t, w, "signup-us-west-2")); err == nil || !strings.Contains(err.Error(), elsewhere) {
		t.Errorf("signup leads to %v", err)
	}
}
