package awsclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"

	"warroom/internal/failuremodes"
)

// tokenService is an STS on loopback whose sessions end by a clock of its own.
type tokenService struct {
	url   string
	calls chan struct{} // one for each call that has come

	mu     sync.Mutex
	now    time.Time
	issued int
	does   http.HandlerFunc // instead of issuing; nil issues
}

func newTokenService(t *testing.T) *tokenService {
	s := &tokenService{now: time.Date(2025, 10, 20, 6, 0, 0, 0, time.UTC), calls: make(chan struct{}, 1000)}
	s.url = *serve(t, s.answer).BaseEndpoint
	return s
}

func (s *tokenService) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	does := s.does
	if does == nil {
		s.issued++
		body := strings.Replace(assumed, "<AccessKeyId>ASIA", fmt.Sprintf("<AccessKeyId>ASIA%d", s.issued), 1)
		does = answer(200, "text/xml", strings.Replace(body, "2999-01-01T00:00:00Z", s.now.Add(roleSession).Format(time.RFC3339), 1))
	}
	s.mu.Unlock()
	s.calls <- struct{}{}
	does(w, r)
}

func (s *tokenService) do(does http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.does = does
}

func (s *tokenService) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *tokenService) pass(length time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(length)
}

// roleAt is a config whose credentials are a role's, from the given service.
func roleAt(t *testing.T, s *tokenService, settings ...func(*config.LoadOptions) error) aws.Config {
	t.Helper()
	home(t, "[default]\naws_access_key_id = A\naws_secret_access_key = S\n")
	t.Setenv("AWS_ENDPOINT_URL_STS", s.url)
	cfg, err := Load(t.Context(), Options{RoleARN: "arn:aws:iam::222222222222:role/r", Region: "eu-west-1", Now: s.clock, settings: append(slices.Clone(impatient), settings...)})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// impatient makes clients that give up early, and do not try twice.
var impatient = []func(*config.LoadOptions) error{
	config.WithHTTPClient(HTTPClient().WithTimeout(2 * time.Second)),
	config.WithRetryer(func() aws.Retryer { return aws.NopRetryer{} }),
}

func expectKey(t *testing.T, cfg aws.Config, key string) {
	t.Helper()
	held, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil || held.AccessKeyID != key {
		t.Fatalf("key %q, %v; want %q", held.AccessKeyID, err, key)
	}
}

// landed waits until no renewal is under way.
func landed(t *testing.T, cfg aws.Config) {
	t.Helper()
	l := cfg.Credentials.(*lasting)
	l.mu.Lock()
	flight := l.flight
	l.mu.Unlock()
	if flight != nil {
		<-flight.done
	}
}

func TestCredentialsOutliveABrokenSTSUntilTheyEnd(t *testing.T) {
	s := newTokenService(t)
	cfg := roleAt(t, s)
	expectKey(t, cfg, "ASIA1")
	s.do(answer(503, "text/html", html))
	s.pass(roleSession - renewEarly - time.Second)
	expectKey(t, cfg, "ASIA1")
	landed(t, cfg)
	if n := len(s.calls); n != 1 {
		t.Fatalf("%d calls before the first renewal is due", n)
	}
	s.pass(time.Second) // STS is down from the first early try on
	for minute := range int(renewEarly / renewAgain) {
		before := len(s.calls)
		expectKey(t, cfg, "ASIA1")
		landed(t, cfg)
		expectKey(t, cfg, "ASIA1") // asks nobody
		if tries := len(s.calls) - before; tries != 1 {
			t.Fatalf("minute %d: %d calls", minute, tries)
		}
		s.pass(renewAgain)
	}
	_, err := cfg.Credentials.Retrieve(t.Context())
	expectCause(t, err, "server-error", "the credentials of profile default ended at 07:00Z and could not be renewed: 127.0.0.1 answered 503 Service Unavailable")
	s.do(nil)
	expectKey(t, cfg, "ASIA2")
}

func TestTheFirstRenewalThatFailsIsInTheLogOnce(t *testing.T) {
	s, log := newTokenService(t), new(bytes.Buffer)
	home(t, "[default]\naws_access_key_id = A\naws_secret_access_key = S\n")
	t.Setenv("AWS_ENDPOINT_URL_STS", s.url)
	cfg, err := Load(t.Context(), Options{RoleARN: "arn:aws:iam::222222222222:role/r", Region: "eu-west-1", Now: s.clock,
		Log: slog.New(slog.NewTextHandler(log, nil)), settings: impatient})
	if err != nil {
		t.Fatal(err)
	}
	expectKey(t, cfg, "ASIA1")
	s.do(answer(503, "text/html", html))
	s.pass(roleSession - renewEarly)
	for range 3 {
		expectKey(t, cfg, "ASIA1")
		landed(t, cfg)
		if lines := strings.Count(log.String(), "\n"); lines != 1 || !strings.Contains(log.String(), "credentials could not be renewed") || !strings.Contains(log.String(), "StatusCode: 503") {
			t.Fatalf("the log is\n%s", log)
		}
		s.pass(renewAgain)
	}
	s.do(nil)
	expectKey(t, cfg, "ASIA1")
	landed(t, cfg)
	if !strings.Contains(log.String(), "over: ") || strings.Contains(log.String(), "secret_access") {
		t.Errorf("the log is\n%s", log)
	}
}

func TestARenewalThatHangsKeepsNobodyWaiting(t *testing.T) {
	s := newTokenService(t)
	cfg := roleAt(t, s, config.WithHTTPClient(HTTPClient().WithTimeout(time.Minute)))
	expectKey(t, cfg, "ASIA1")
	hangs, over := make(chan struct{}), make(chan struct{})
	s.do(func(w http.ResponseWriter, r *http.Request) {
		close(hangs)
		<-over
		s.do(nil)
		s.answer(w, r)
	})
	s.pass(roleSession - renewEarly)
	for range 100 {
		expectKey(t, cfg, "ASIA1") // would not return if it waited
	}
	<-hangs
	for range 100 {
		expectKey(t, cfg, "ASIA1")
	}
	if n := len(s.calls); n != 2 {
		t.Errorf("%d calls while one hangs", n)
	}
	close(over)
	landed(t, cfg)
	expectKey(t, cfg, "ASIA2")
}

func TestManyCallersWithoutCredentialsAskOnce(t *testing.T) {
	s := newTokenService(t)
	cfg := roleAt(t, s)
	var callers sync.WaitGroup
	var failed atomic.Int32
	for range 50 {
		callers.Go(func() {
			if held, err := cfg.Credentials.Retrieve(t.Context()); err != nil || held.AccessKeyID != "ASIA1" {
				failed.Add(1)
			}
		})
	}
	callers.Wait()
	if failed.Load() > 0 || len(s.calls) != 1 {
		t.Errorf("%d of 50 failed, after %d calls", failed.Load(), len(s.calls))
	}
}

func TestAnSTSThatHangsPastTheEndIsToldInWords(t *testing.T) {
	s := newTokenService(t)
	cfg := roleAt(t, s)
	expectKey(t, cfg, "ASIA1")
	s.do(hang)
	s.pass(roleSession)
	_, err := cfg.Credentials.Retrieve(t.Context())
	expectCause(t, err, CauseTimeout, "the credentials of profile default ended at 07:00Z and could not be renewed: 127.0.0.1 did not answer in time")
	s.do(nil)
	expectKey(t, cfg, "ASIA2")
}

// An STS behind a clock that is an hour late issues what has ended by our own clock.
func TestWhatWasJustIssuedIsUsedWhateverTheClockSays(t *testing.T) {
	s := newTokenService(t)
	home(t, "[default]\naws_access_key_id = A\naws_secret_access_key = S\n")
	t.Setenv("AWS_ENDPOINT_URL_STS", s.url)
	cfg, err := Load(t.Context(), Options{RoleARN: "arn:aws:iam::222222222222:role/r", Region: "eu-west-1", Now: func() time.Time { return s.clock().Add(2 * roleSession) }})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		expectKey(t, cfg, "ASIA1")
	}
}

func TestTheEndThatComesNearIsToldAfterTwoFailures(t *testing.T) {
	s := newTokenService(t)
	cfg := roleAt(t, s)
	expectKey(t, cfg, "ASIA1")
	s.do(answer(503, "text/html", html))
	s.pass(roleSession - renewEarly)
	for tries := range 3 {
		if told := Ending(cfg); (told != nil) != (tries >= worthTelling) {
			t.Errorf("after %d tries: %v", tries, told)
		}
		expectKey(t, cfg, "ASIA1")
		landed(t, cfg)
		s.pass(renewAgain)
	}
	told := Ending(cfg)
	if told == nil || !told.Partial || told.What != "the credentials of profile default end at 07:00Z and cannot be renewed" ||
		told.Why != "127.0.0.1 answered 503 Service Unavailable" || !strings.Contains(told.Err.Error(), "503") {
		t.Errorf("told %+v", told)
	}
	s.do(nil)
	expectKey(t, cfg, "ASIA1")
	landed(t, cfg)
	if told := Ending(cfg); told != nil {
		t.Errorf("renewed, and still told %v", told)
	}
	failuremodes.Check(t, failuremodes.Row{Fault: "STS down or hanging before the end of the credentials", Age: failuremodes.AgeFresh,
		Says:      "nothing for two tries (the log has the first), then: " + asShown(&told.Trouble),
		Meanwhile: "everything goes on with the old credentials, and nobody waits", Over: "with the first renewal that works, tried every minute"})
	if told := Ending(configFor(s.url)); told != nil {
		t.Errorf("keys without an end have one: %v", told)
	}
}

// A machine's own role goes on with what it has: AWS takes it for longer than it says.
func TestARoleOfAMachineIsUsedWhileItsMetadataIsDown(t *testing.T) {
	now := time.Now()
	down := errors.New("no metadata")
	l := &lasting{profile: "default", now: func() time.Time { return now }, fetch: func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, down }}
	l.held = aws.Credentials{AccessKeyID: "A", SecretAccessKey: "S", CanExpire: true, Expires: now.Add(-time.Hour), Source: ec2rolecreds.ProviderName}
	says := failuremodes.Nothing
	if held, err := l.Retrieve(t.Context()); err != nil || held.AccessKeyID != "A" {
		says = fmt.Sprint(held.AccessKeyID, err)
	}
	landed(t, aws.Config{Credentials: l})
	l.fetch = func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "B", SecretAccessKey: "S", CanExpire: true, Expires: now.Add(time.Hour), Source: ec2rolecreds.ProviderName}, nil
	}
	now = now.Add(renewAgain)
	_, _ = l.Retrieve(t.Context()) // renews, for whoever asks next
	landed(t, aws.Config{Credentials: l})
	if held, err := l.Retrieve(t.Context()); err != nil || held.AccessKeyID != "B" {
		t.Errorf("after it has healed: %+v, %v", held.AccessKeyID, err)
	}
	failuremodes.Check(t, failuremodes.Row{Fault: "the metadata of a machine down past the end of its role's credentials", Says: says, Age: failuremodes.AgeFresh,
		Meanwhile: "the old credentials are used: AWS takes them for longer than they say", Over: "with the first renewal that works, tried every minute"})
}

// Keys in the shared files that have ended are read again by the next look, since
// whoever has put new ones there expects that.
func TestKeysThatWereRenewedInTheFileAreTakenByTheNextLook(t *testing.T) {
	folder := home(t, "[default]\nregion = eu-west-1\naws_access_key_id = OLD\naws_secret_access_key = S\n")
	t.Setenv("AWS_ENDPOINT_URL", *serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Authorization"), "Credential=OLD/") {
			coded(403, "ExpiredTokenException")(w, r)
			return
		}
		answer(200, cborKind, "\xa0")(w, r)
	}).BaseEndpoint)
	now := time.Now()
	cfg, err := Load(t.Context(), Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	expectCause(t, describeAlarms(t.Context(), cfg), CauseExpired, "the credentials of profile default have expired")
	now = now.Add(doubtAgain)
	expectCause(t, describeAlarms(t.Context(), cfg), CauseExpired, "the credentials of profile default have expired")
	write(t, folder, "[default]\nregion = eu-west-1\naws_access_key_id = NEW\naws_secret_access_key = S\n")
	now = now.Add(doubtAgain)
	if err := describeAlarms(t.Context(), cfg); err != nil {
		t.Errorf("the new keys are not used: %v", err)
	}
}

// AWS may say "expired" in one region on a bad day, while STS hangs: the others go on.
func TestADoubtKeepsNobodyWaitingForAnSTSThatHangs(t *testing.T) {
	s := newTokenService(t)
	cfg := roleAt(t, s, config.WithHTTPClient(HTTPClient().WithTimeout(time.Minute)))
	expectKey(t, cfg, "ASIA1")
	over := make(chan struct{})
	s.do(func(http.ResponseWriter, *http.Request) { <-over })
	defer close(over)
	s.pass(doubtAgain)
	l := cfg.Credentials.(*lasting)
	l.doubt(false)
	expectKey(t, cfg, "ASIA1") // would not return if it waited
	if n := len(s.calls); n != 2 {
		t.Errorf("%d calls, want one for the doubt", n)
	}
}

func TestARegionThatDoesNotKnowASessionAsksForNoOther(t *testing.T) {
	s := newTokenService(t)
	cfg := roleAt(t, s)
	cfg.BaseEndpoint = serve(t, coded(403, "UnrecognizedClientException")).BaseEndpoint
	for range 3 {
		expectCause(t, describeAlarms(t.Context(), cfg), CauseUnknownKeys, "AWS does not know the credentials of profile default")
		s.pass(doubtAgain)
	}
	if n := len(s.calls); n != 1 {
		t.Errorf("%d sessions were asked for", n)
	}
}

func TestASTSThatIsDownInOneRegionIsAskedInAnother(t *testing.T) {
	for name, c := range map[string]struct {
		does http.HandlerFunc // where STS is in trouble
		key  string
	}{
		"it is down":            {answer(503, "text/html", html), "ASIA1"},
		"it hangs":              {hang, "ASIA1"},
		"it breaks off":         {reset, "ASIA1"},
		"it refuses the caller": {answer(403, "text/xml", strings.ReplaceAll(`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Code>%</Code></Error></ErrorResponse>`, "%", "AccessDenied")), ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTokenService(t)
			var healed atomic.Bool
			var first atomic.Int32
			down := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.Header.Get("Authorization"), "/us-east-1/sts/") {
					first.Add(1)
					if !healed.Load() {
						c.does(w, r)
						return
					}
				}
				s.answer(w, r)
			})
			home(t, "[default]\naws_access_key_id = A\naws_secret_access_key = S\n")
			t.Setenv("AWS_ENDPOINT_URL_STS", *down.BaseEndpoint)
			log := new(bytes.Buffer)
			cfg, err := Load(t.Context(), Options{RoleARN: "arn:aws:iam::222222222222:role/r", Region: "us-east-1", Elsewhere: "eu-west-1", Now: s.clock,
				Log: slog.New(slog.NewTextHandler(log, nil)), settings: impatient})
			if err != nil {
				t.Fatal(err)
			}
			held, err := cfg.Credentials.Retrieve(t.Context())
			if held.AccessKeyID != c.key || (err == nil) != (c.key != "") {
				t.Errorf("key %q, %v", held.AccessKeyID, err)
			}
			if logged := strings.Contains(log.String(), "STS failed in us-east-1, and is asked in eu-west-1"); logged != (c.key != "") {
				t.Errorf("the log is\n%s", log)
			}
			if asked := len(s.calls); asked > 0 && c.key == "" {
				t.Errorf("a refusal was asked again elsewhere, %d times", asked)
			}
			if c.key == "" {
				return
			}
			healed.Store(true)
			s.pass(roleSession)
			asked, logged := first.Load(), log.Len()
			expectKey(t, cfg, "ASIA2")
			if first.Load() != asked+1 || !strings.Contains(log.String()[logged:], "over: ") {
				t.Errorf("after it has healed STS was asked %d times where it was down, and the log is\n%s", first.Load()-asked, log)
			}
			failuremodes.Check(t, failuremodes.Row{Fault: "STS down or hanging in the first region of a scope", Says: failuremodes.Logged, Age: failuremodes.AgeFresh,
				Meanwhile: "credentials come from STS in the second region of the scope", Over: "with the next renewal"})
		})
	}
}
