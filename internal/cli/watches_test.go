package cli

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/probe"
)

func TestWhatTwoScopesOfAConfigReachIsWatchedOnce(t *testing.T) {
	var taken claims
	first := taken.claim([]sources.Watch{{Name: "cloudwatch/1/us-east-1"}, {Name: "cloudwatch/1/eu-west-1"}})
	second := taken.claim([]sources.Watch{{Name: "cloudwatch/1/us-east-1"}, {Name: "cloudwatch/2/us-east-1"}})
	if len(first) != 2 || len(second) != 1 || second[0].Name != "cloudwatch/2/us-east-1" {
		t.Errorf("claimed %v, then %v", first, second)
	}
}

func TestAnAlarmBelongsToTheServiceThatItsDimensionsName(t *testing.T) {
	dir := alone(t)
	play(t, "06:41")
	write(t, filepath.Join(dir, "warroom.yaml"), "health: {off: true}\nalarms: {include: [orders-*, cart-*]}\nservices:\n  - name: tables\n    match: {dimensions: {TableName: \"orders*\", Operation: \"*\"}}\n")
	_, out, stderr := run(t, "status", "--json")
	var got struct {
		Signals []struct{ Title, Service string }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v\n%s%s", err, out, stderr)
	}
	found := 0
	for _, signal := range got.Signals {
		if (signal.Service == "tables") != (signal.Title == "orders-table-latency") {
			t.Errorf("%s belongs to %q", signal.Title, signal.Service)
		}
		if signal.Service == "tables" {
			found++
		}
	}
	if found == 0 {
		t.Errorf("no alarm belongs to the service:\n%s", out)
	}
}

func TestASecretInAURLReachesTheEndpointAndIsNeverShown(t *testing.T) { // P5, Q9
	dir := alone(t)
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("WARROOM_TEST_TOKEN", "sword fish&1")
	asked := make(chan url.Values, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.URL.Query() }))
	t.Cleanup(server.Close)
	write(t, filepath.Join(dir, "warroom.yaml"), "health: {off: true}\nalarms: {off: true}\nprobes:\n  - {name: shop, url: '"+server.URL+"/?for=${env:WARROOM_TEST_TOKEN}'}\n")
	_, out, stderr := run(t, "status", "--json")
	if got := (<-asked).Get("for"); got != "sword fish&1" {
		t.Errorf("the endpoint was asked for %q", got)
	}
	if !strings.Contains(out, "/?for=${env:WARROOM_TEST_TOKEN}") || strings.Contains(out+stderr, "sword") {
		t.Errorf("%s%s", out, stderr)
	}
}

// TestWhatIsAskedOfTLSReachesTheEndpoint: each of the keys is needed for the probe to be UP.
func TestWhatIsAskedOfTLSReachesTheEndpoint(t *testing.T) {
	dir := alone(t)
	t.Setenv("AWS_REGION", "us-east-1")
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, VerifyConnection: func(state tls.ConnectionState) error {
		if state.ServerName != "example.com" {
			return errors.New("another server is meant")
		}
		return nil
	}}
	var older atomic.Bool
	server.TLS.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		if !older.Load() {
			return nil, nil
		}
		config := server.TLS.Clone()
		config.MaxVersion = tls.VersionTLS12
		return config, nil
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	key, err := x509.MarshalPKCS8PrivateKey(server.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, content []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}))
	}
	write(t, filepath.Join(dir, "both.pem"), block("CERTIFICATE", server.Certificate().Raw)+block("PRIVATE KEY", key))
	all := []string{"authority: both.pem", "certificate: both.pem, key: both.pem", "name: example.com"}
	for i := range len(all) + 1 {
		asked := slices.Concat(all[:i], all[min(i+1, len(all)):])
		write(t, filepath.Join(dir, "warroom.yaml"), "health: {off: true}\nalarms: {off: true}\nprobes:\n  - {name: shop, url: '"+server.URL+"', tls: {"+strings.Join(asked, ", ")+"}}\n")
		_, out, stderr := run(t, "status", "--json")
		if up := strings.Contains(out, `"UP"`); up != (i == len(all)) {
			t.Errorf("with %s: up is %v\n%s%s", asked, up, out, stderr)
		}
	}
	older.Store(true)
	write(t, filepath.Join(dir, "warroom.yaml"), "health: {off: true}\nalarms: {off: true}\nprobes:\n  - {name: shop, url: '"+server.URL+"', tls: {minimum: 1.3, "+strings.Join(all, ", ")+"}}\n")
	if _, out, stderr := run(t, "status", "--json"); !strings.Contains(out, "offers no TLS version from 1.3 on") {
		t.Errorf("%s%s", out, stderr)
	}
}

// TestWhatTheConfigRefusesInAURLTheScreenHides holds two lists of names together, which
// the direction of imports keeps apart.
func TestWhatTheConfigRefusesInAURLTheScreenHides(t *testing.T) {
	refused := 0
	for _, name := range strings.Fields(`token access_token X-Amz-Security-Token api_key apikey apiKey subscriptionKey key sig signature
		X-Amz-Signature password passwd pwd pass secret client_secret auth authorization oauth session jwt vault credential pin otp
		author page region monkey keyword design bypass q id code state`) {
		address := "http://127.0.0.1:1/?" + name + "=x" // nobody listens there
		_, err := config.Parse("warroom.yaml", []byte("probes: [{name: a, url: '"+address+"'}]"), config.Allowed{})
		watch, wrong := probe.New(probe.Spec{Name: "a", URL: address}, nil)
		if wrong != nil {
			t.Fatal(wrong)
		}
		var target string
		_ = watch.Look(t.Context(), func(signals []room.Signal) { target = signals[0].Detail.(*room.ProbeDetail).Target })
		if hidden := !strings.Contains(target, "=x"); hidden != (err != nil) {
			t.Errorf("%s: the config says %v, and the target is %q", name, err, target)
		}
		if err != nil {
			refused++
		}
	}
	if refused < 20 {
		t.Errorf("only %d names are refused", refused)
	}
}

func TestTheFrontDoorsOfTheRegionsInUseAreProbed(t *testing.T) {
	for _, c := range []struct {
		name, file, endpoint string
		want                 []string
	}{
		{"by default, each region once", "scopes:\n  - {account: a, regions: [us-east-1]}\n  - {account: b, profile: b, regions: [us-east-1, cn-north-1]}\ncanaries: {services: [s3, sts]}\n", "",
			[]string{"probe/aws-s3-cn-north-1", "probe/aws-s3-us-east-1", "probe/aws-sts-cn-north-1", "probe/aws-sts-us-east-1"}},
		{"the ones that are named, whatever is in use", "health: {off: true}\nalarms: {off: true}\ncanaries: {regions: [eu-west-1], services: [sqs]}\n", "", []string{"probe/aws-sqs-eu-west-1"}},
		{"none when switched off", "canaries: {off: true, regions: [eu-west-1]}\n", "", nil},
		{"none when AWS is not asked", "health: {off: true}\nalarms: {off: true}\n", "", nil},
		{"none when the SDK is sent elsewhere", "scopes: [{account: a, regions: [us-east-1]}]\n", "http://127.0.0.1:1", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := alone(t)
			t.Setenv("AWS_REGION", "us-east-1")
			t.Setenv("AWS_ENDPOINT_URL", c.endpoint)
			write(t, filepath.Join(dir, "aws"), "[profile b]\nregion = us-east-1\n")
			t.Setenv("AWS_CONFIG_FILE", filepath.Join(dir, "aws"))
			cfg, err := config.Parse("warroom.yaml", []byte(c.file), config.Allowed{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, find := range new(app).groups(cfg, world{clock: room.Wall{}}) {
				watches, _ := find(t.Context())
				for _, w := range watches {
					if w.Scope.Source == "probe" {
						got = append(got, w.Name)
					}
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestWhatIsPausedIsNotLookedAtAndWhatIsGuardedNotEverywhere(t *testing.T) {
	dir := alone(t)
	t.Setenv("AWS_REGION", "us-east-1")
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(server.Close)
	status := func(text string) (out string) {
		t.Helper()
		write(t, filepath.Join(dir, "warroom.yaml"), strings.ReplaceAll("health: {off: true}\nalarms: {off: true}\n"+text, "HERE", server.URL))
		_, out, _ = run(t, "status", "--json")
		return out
	}
	out := status("probes: [{name: idle, url: HERE, paused: true}, {name: added, url: HERE, guarded: true}]\n")
	var got struct {
		Counts  struct{ Probes map[string]int }
		Signals []struct{ Title, Reason string }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got.Counts.Probes["paused"] != 1 || got.Counts.Probes["down"] != 1 || len(got.Signals) != 1 || !strings.Contains(got.Signals[0].Reason, "(127.0.0.0/8)") || asked.Load() != 0 {
		t.Errorf("asked %d times\n%s", asked.Load(), out)
	}
	_, report, _ := run(t, "check", "--json")
	if line := lineOf(t, checked(t, report), topicProbe, "added", ""); line.State != stateFailed || !strings.Contains(*line.Fix, "additions.allow") || asked.Load() != 0 {
		t.Errorf("asked %d times, %+v", asked.Load(), line)
	}
	status("probes: [{name: idle, url: HERE}, {name: added, url: HERE, guarded: true}]\nadditions: {allow: [127.0.0.1]}\n")
	if asked.Load() != 2 {
		t.Errorf("asked %d times", asked.Load())
	}
}

func TestAProbeGoesOnFromWhatItsRoomWasLeftWith(t *testing.T) {
	r := room.New(room.Options{Name: "prod", Clock: room.Wall{}})
	known := leftWith(r)
	if left := known("probe/shop"); left != nil {
		t.Errorf("an empty room knows %+v", left)
	}
	scope := room.Scope{Source: "probe"}
	r.Observe(room.Observation{Scope: scope, Watch: "probe/shop", At: r.Now(), Done: true, Signals: []room.Signal{{
		Key: "probe/shop", Kind: room.KindProbe, Scope: scope, State: room.Critical, Word: "DOWN", Title: "shop", Reason: "got 503", Since: r.Now(), Detail: &room.ProbeDetail{},
	}}})
	r.Flush()
	if left := known("probe/shop"); left == nil || left.Word != "DOWN" || left.Reason != "got 503" {
		t.Errorf("it knows %+v", left)
	}
}

// TestWhatAConfigExpectsReachesTheProber holds every key of expect, so that none is read
// and then quietly forgotten.
func TestWhatAConfigExpectsReachesTheProber(t *testing.T) {
	t.Setenv("WARROOM_TEST_TOKEN", "swordfish")
	cfg, err := config.Parse("warroom.yaml", []byte(`
probes:
  - name: shop
    url: https://shop.example
    expect: {status: "204", headers: {Server: "!nginx"}, body: ok, json: {$.ready: true, $.n: "<5"}, days: 14, latency: 1s, phases: {first byte: 500ms}}
  - {name: names, url: dns://192.0.2.53/a.example, expect: {answers: {are: [192.0.2.1], count: 1, ttl: 30s, authoritative: true}}}
  - {name: mail, url: dns://192.0.2.53/a.example?type=MX, expect: {answers: {have: [10 mail.example]}}}
  - {name: smtp, url: "tcp://a.example:25", steps: [{expect: "220"}, {send: "QUIT\r\n\0${env:WARROOM_TEST_TOKEN}", close: true}]}
`), config.Allowed{})
	if err != nil {
		t.Fatal(err)
	}
	want := []probe.Expect{
		{Status: "204", Headers: map[string]string{"Server": "!nginx"}, Body: "ok", JSON: map[string]string{"$.ready": "true", "$.n": "<5"}, Days: 14, Latency: time.Second, Phases: map[string]time.Duration{"first byte": 500 * time.Millisecond}},
		{Answers: probe.Answers{Are: []string{"192.0.2.1"}, Count: "1", TTL: 30 * time.Second, Authoritative: true}},
		{Answers: probe.Answers{Have: []string{"10 mail.example"}}},
		{},
	}
	for i, p := range cfg.Probes {
		if got := probeSpec(p).Expect; !reflect.DeepEqual(got, want[i]) {
			t.Errorf("%s: got %+v, want %+v", p.Name, got, want[i])
		}
	}
	steps := []probe.Step{{Expect: "220"}, {Send: "QUIT\r\n\x00swordfish", Close: true}}
	if got := probeSpec(cfg.Probes[3]).Steps; !slices.Equal(got, steps) {
		t.Errorf("got %+v, want %+v", got, steps)
	}
	if shown := string(cfg.Show()); strings.Contains(shown, "swordfish") {
		t.Errorf("a secret is shown:\n%s", shown)
	}
}

// TestTheConfigAndTheProberKnowTheSamePhases holds two tables together, which the direction
// of imports keeps apart.
func TestTheConfigAndTheProberKnowTheSamePhases(t *testing.T) {
	taken := 0
	for _, address := range strings.Fields("http://a.example https://a.example tcp://a.example:1 tls://a.example:1 dns://192.0.2.1/a.example grpc://a.example:1 grpcs://a.example icmp://a.example ws://a.example wss://a.example smtp://a.example imap://a.example pop3://a.example ldap://a.example postgres://a.example") {
		for _, phase := range []string{"resolve", "connect", "tls", "first byte", "transfer"} {
			_, refused := config.Parse("warroom.yaml", []byte("probes: [{name: a, url: '"+address+"', expect: {phases: {"+phase+": 1s}}}]"), config.Allowed{})
			_, wrong := probe.New(probe.Spec{Name: "a", URL: address, Expect: probe.Expect{Phases: map[string]time.Duration{phase: time.Second}}}, nil)
			if (refused == nil) != (wrong == nil) {
				t.Errorf("%s, %s: the config says %v, the prober %v", address, phase, refused, wrong)
			}
			if refused == nil {
				taken++
			}
		}
	}
	if taken != 61 {
		t.Errorf("%d phases are taken", taken)
	}
}
