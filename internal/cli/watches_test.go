package cli

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

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

func TestASecretInAURLReachesTheEndpointAndIsNeverShown(t *testing.T) {
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
