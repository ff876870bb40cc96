package awsclient

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// patient is a clock that stands, and moves on to whatever is waited for.
type patient struct {
	mu  sync.Mutex
	now time.Time
}

func (p *patient) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

func (p *patient) Sleep(ctx context.Context, until time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(p.now) {
		p.now = until
	}
	return ctx.Err()
}

func (p *patient) pass(d time.Duration) { _ = p.Sleep(context.Background(), p.Now().Add(d)) }

// of is what was counted of one action.
func of(t *testing.T, c *Calls, action string) CallCount {
	t.Helper()
	for _, count := range c.List() {
		if count.Action == action {
			return count
		}
	}
	t.Fatalf("%s was not counted: %v", action, c.List())
	return CallCount{}
}

const throttle = `{"__type":"ThrottlingException","message":"Rate exceeded"}`

func TestCallsAreKeptBelowThePublishedRateTogether(t *testing.T) {
	clock := &patient{now: time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)}
	calls, began := NewCalls(clock), clock.Now()
	calls.pace = clock
	var asked []time.Duration
	cfg := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, clock.Now().Sub(began))
		answer(http.StatusOK, "application/cbor", "\xa0")(w, r)
	})
	first, second := calls.Count(cfg, "111122223333"), calls.Count(cfg, "111122223333")
	for i := range 60 {
		if err := describeAlarms(t.Context(), []aws.Config{first, second}[i%2]); err != nil {
			t.Fatal(err)
		}
	}
	for i := range asked[10:] {
		if span := asked[i+10] - asked[i]; span < time.Second {
			t.Errorf("calls %d to %d were made within %s, and AWS allows nine a second", i, i+10, span)
		}
	}
	got := of(t, calls, "cloudwatch:DescribeAlarms")
	if got.Total != 60 || got.Errors != 0 || got.Published != 540 || got.PerMinute != 60 || got.Region != "eu-west-1" || got.Account != "111122223333" {
		t.Errorf("counted %+v", got)
	}
	clock.pass(5 * time.Minute)
	if got := of(t, calls, "cloudwatch:DescribeAlarms").PerMinute; got < 11 || got > 12 {
		t.Errorf("after five quiet minutes it is %.1f calls a minute, want 60 over a little more than five", got)
	}
	clock.pass(time.Hour)
	if got := of(t, calls, "cloudwatch:DescribeAlarms"); got.PerMinute != 0 || got.Total != 60 {
		t.Errorf("after a quiet hour: %+v", got)
	}
}

// TestTwoNamesOfOneAccountShareItsRates: AWS does not know what we call it.
func TestTwoNamesOfOneAccountShareItsRates(t *testing.T) {
	clock := &patient{now: time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)}
	calls, throttled := NewCalls(clock), false
	calls.pace = clock
	cfg := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if throttled {
			answer(http.StatusBadRequest, "application/x-amz-json-1.1", throttle)(w, r)
			return
		}
		answer(http.StatusOK, "application/cbor", "\xa0")(w, r)
	})
	names := []aws.Config{calls.Count(cfg, "shop"), calls.Count(cfg, "shop-audit"), calls.Count(cfg, "search")}
	ask := func(times int) time.Duration {
		began := clock.Now()
		for i := range times {
			if err := describeAlarms(t.Context(), names[i%len(names)]); err != nil {
				t.Fatal(err)
			}
		}
		return clock.Now().Sub(began)
	}
	if took := ask(28); took > time.Second {
		t.Errorf("28 calls of three accounts took %s", took)
	}
	calls.Number("shop", "111122223333")
	calls.Number("shop-audit", "111122223333")
	calls.Number("search", "444455556666")
	if took := ask(28); took < 17*time.Second/9 {
		t.Errorf("18 calls of one account were made within %s, and AWS allows nine a second", took)
	}
	throttled = true
	_ = describeEvents(t.Context(), names[0])
	held := map[string]bool{}
	for _, count := range calls.List() {
		held[count.Account] = held[count.Account] || count.Held > 0
		if count.Total == 0 {
			t.Errorf("%+v was never asked", count)
		}
	}
	before := clock.Now()
	throttled = false
	_ = describeEvents(t.Context(), names[2])
	free := clock.Now().Sub(before)
	_ = describeEvents(t.Context(), names[1])
	if waited := clock.Now().Sub(before); free != 0 || waited < holdLeast || !held["shop"] {
		t.Errorf("after one name was throttled (%v) another account waited %s, and its other name %s", held, free, waited)
	}
}

// TestAThrottleIsNotForgottenWhenTheNumberOfAnAccountBecomesKnown: who an account is may be
// known only after it was asked.
func TestAThrottleIsNotForgottenWhenTheNumberOfAnAccountBecomesKnown(t *testing.T) {
	clock := &patient{now: time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)}
	calls, throttled := NewCalls(clock), true
	calls.pace = clock
	cfg := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if throttled {
			answer(http.StatusBadRequest, "application/x-amz-json-1.1", throttle)(w, r)
			return
		}
		answer(http.StatusOK, "application/cbor", "\xa0")(w, r)
	})
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	first, second := calls.Count(cfg, "shop"), calls.Count(cfg, "shop-audit")
	_ = describeEvents(t.Context(), first)
	calls.Number("shop", "111122223333")
	calls.Number("shop-audit", "111122223333")
	calls.Number("shop", "111122223333") // once more changes nothing
	before := clock.Now()
	_ = describeEvents(t.Context(), second)
	if waited := clock.Now().Sub(before); waited != holdLeast {
		t.Errorf("its other name waited %s, want %s", waited, holdLeast)
	}
	if held := of(t, calls, "health:DescribeEvents").Held; held != 2*holdLeast {
		t.Errorf("the second throttle holds it for %s, want %s", held, 2*holdLeast)
	}

	throttled = false
	third := calls.Count(cfg, "shop-batch")
	_ = describeAlarms(t.Context(), third) // which takes the turn of a ninth of a second
	calls.Number("shop-batch", "111122223333")
	before = clock.Now()
	_ = describeAlarms(t.Context(), first)
	if waited := clock.Now().Sub(before); waited < time.Second/9 {
		t.Errorf("after a call by a name whose number became known another waited %s", waited)
	}
}

func TestWhatIsThrottledIsHeldBackForAllWhoAskIt(t *testing.T) {
	clock := &patient{now: time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)}
	calls, throttled, asked := NewCalls(clock), true, 0
	cfg := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		if throttled {
			answer(http.StatusBadRequest, "application/x-amz-json-1.1", throttle)(w, r)
			return
		}
		answer(http.StatusOK, "application/x-amz-json-1.1", "{}")(w, r)
	})
	one, other := calls.Count(cfg, "payments"), calls.Count(cfg, "payments")
	elsewhere := calls.Count(cfg, "search")
	hold := time.Duration(0)
	for i, want := range []time.Duration{2, 4, 8, 16, 30, 30, 30} {
		before := clock.Now()
		if err := describeEvents(t.Context(), one); Classify(err).Name != CauseThrottled {
			t.Fatalf("it ended with %v", err)
		}
		if waited := clock.Now().Sub(before); waited != hold {
			t.Errorf("call %d came after %s, want %s", i, waited, hold)
		}
		if hold = of(t, calls, "health:DescribeEvents").Held; hold != want*time.Second {
			t.Errorf("after throttle %d it is held for %s, want %d s", i, hold, want)
		}
	}
	// Who cannot wait that long is told at once, and AWS is not asked.
	short, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	before := asked
	err := describeEvents(short, other)
	if cause := Classify(err); cause.Name != CauseThrottled || asked != before || cause.Why != "AWS is throttling calls to health:DescribeEvents" {
		t.Errorf("it ended with %v (%s), and AWS was asked %d times", err, cause.Why, asked-before)
	}
	before = asked
	if err := describeEvents(short, elsewhere); asked != before+1 {
		t.Errorf("another account is held back too: %v", err)
	}
	throttled = false
	if err := describeEvents(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if got := of(t, calls, "health:DescribeEvents"); got.Held != 0 || got.Throttles != 7 || got.Errors != 7 || got.Total != 8 {
		t.Errorf("after it has healed: %+v", got)
	}
	throttled = true
	_ = describeEvents(t.Context(), one)
	if got := of(t, calls, "health:DescribeEvents").Held; got != holdLeast {
		t.Errorf("a throttle after a good answer holds it for %s, want %s", got, holdLeast)
	}
}

func TestTheMonthsCostIsThatOfTheMetricsAskedFor(t *testing.T) {
	clock := &patient{now: time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)}
	calls := NewCalls(clock)
	client := cloudwatch.NewFromConfig(calls.Count(serve(t, answer(http.StatusOK, "application/cbor", "\xa0")), "payments"))
	query := &cloudwatch.GetMetricDataInput{StartTime: aws.Time(clock.Now()), EndTime: aws.Time(clock.Now())}
	for range 50 {
		query.MetricDataQueries = append(query.MetricDataQueries, types.MetricDataQuery{Id: aws.String("m"), MetricStat: &types.MetricStat{
			Metric: &types.Metric{}, Period: aws.Int32(60), Stat: aws.String("Sum")}})
	}
	query.MetricDataQueries = append(query.MetricDataQueries, types.MetricDataQuery{Id: aws.String("e"), Expression: aws.String("SUM(METRICS())")})
	for range 60 {
		if _, err := client.GetMetricData(t.Context(), query); err != nil {
			t.Fatal(err)
		}
		clock.pass(time.Minute)
	}
	// 50 metrics a minute are 2.19 million in 730 hours, at a cent the thousand.
	if got := of(t, calls, "cloudwatch:GetMetricData").Dollars; got < 21.5 || got > 22.3 {
		t.Errorf("it costs %.2f dollars a month, want 21.90", got)
	}
}

func TestCallsForCredentialsAreCountedAndThoseToTheMachineItselfAreNot(t *testing.T) {
	const keys = `{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"2999-01-01T00:00:00Z"}`
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPut: // the metadata's token
			w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "21600")
			answer(http.StatusOK, "text/plain", "token")(w, r)
		case strings.HasSuffix(r.URL.Path, "/security-credentials/"):
			answer(http.StatusOK, "text/plain", "role")(w, r)
		case r.Method == http.MethodGet:
			answer(http.StatusOK, "application/json", keys)(w, r)
		default:
			answer(http.StatusOK, "text/xml", assumed)(w, r)
		}
	})
	for name, c := range map[string]struct{ variable, value string }{
		"keys":        {"AWS_ACCESS_KEY_ID", "A"},
		"a container": {"AWS_CONTAINER_CREDENTIALS_FULL_URI", *server.BaseEndpoint + "/keys"},
		"a machine":   {"AWS_EC2_METADATA_SERVICE_ENDPOINT", *server.BaseEndpoint},
	} {
		t.Run(name, func(t *testing.T) {
			home(t, "")
			t.Setenv("AWS_EC2_METADATA_DISABLED", "false")
			t.Setenv("AWS_ENDPOINT_URL_STS", *server.BaseEndpoint)
			t.Setenv(c.variable, c.value)
			if name == "keys" {
				t.Setenv("AWS_SECRET_ACCESS_KEY", "S")
			}
			calls := NewCalls(&patient{now: time.Now()})
			cfg, err := Load(t.Context(), Options{RoleARN: "arn:aws:iam::222222222222:role/r", Region: "eu-west-1", Calls: calls})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := WhoAmI(t.Context(), calls.Count(cfg, "payments")); err == nil {
				t.Error("AssumeRole's answer is taken for that of GetCallerIdentity")
			}
			list := calls.List()
			if got := of(t, calls, "sts:AssumeRole"); len(list) != 2 || got.Account != "credentials" || got.Region != "eu-west-1" || got.Total != 1 || got.Errors != 0 {
				t.Errorf("counted %+v", list)
			}
		})
	}
}

func TestACallThatIsNotSentForWantOfCredentialsIsNotCounted(t *testing.T) {
	asked := false
	cfg := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = true
		answer(http.StatusOK, "application/cbor", "\xa0")(w, r)
	})
	given := cfg.Credentials
	cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("none are here")
	})
	calls := NewCalls(&patient{now: time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)})
	if err := describeAlarms(t.Context(), calls.Count(cfg, "prod")); err == nil || asked {
		t.Fatalf("it was asked: %t, %v", asked, err)
	}
	if list := calls.List(); len(list) != 0 {
		t.Errorf("counted %+v", list)
	}
	cfg.Credentials = given
	if err := describeAlarms(t.Context(), calls.Count(cfg, "prod")); err != nil || len(calls.List()) != 1 {
		t.Errorf("counted %+v, %v", calls.List(), err)
	}
}
