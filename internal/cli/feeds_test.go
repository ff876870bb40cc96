package cli

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"warroom/internal/config"
	"warroom/internal/room"
)

func TestThePublicFeedsAreWatchedWhereAWSIsInUse(t *testing.T) {
	for _, c := range []struct{ name, file, region, endpoint, regions, not string }{
		{"by default", "", "", "", "", ""},
		{"the SDK's own region", "", "eu-west-1", "", "eu-west-1", ""},
		{"of all scopes", "scopes:\n  - {account: a, regions: [us-east-1, cn-north-1]}\n  - {account: b, profile: b, regions: [us-east-1, eu-west-1]}\n", "", "", "cn-north-1 eu-west-1 us-east-1", ""},
		{"those that are named", "health: {off: true}\nalarms: {off: true}\nfeeds: {regions: [us-west-2]}\n", "", "", "us-west-2", ""},
		{"without the Health API", "health: {off: true}\n", "", "", "", ""},
		{"switched off", "feeds: {off: true}\n", "", "", "", "switches them off"},
		{"AWS is not in use", "health: {off: true}\nalarms: {off: true}\n", "", "", "", "asks nothing of AWS"},
		{"in China alone", "scopes: [{account: a, regions: [cn-north-1, cn-northwest-1]}]\n", "", "", "", "in China"},
		{"the SDK is sent elsewhere", "scopes: [{account: a, regions: [us-east-1]}]\n", "", "http://127.0.0.1:1", "", "other endpoints"},
		{"and the feeds too", "feeds: {events: \"http://127.0.0.1:1/\"}\n", "us-east-1", "http://127.0.0.1:1", "us-east-1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			alone(t)
			t.Setenv("AWS_REGION", c.region)
			t.Setenv("AWS_ENDPOINT_URL", c.endpoint)
			cfg, err := config.Parse("warroom.yaml", []byte(c.file), config.Allowed{})
			if err != nil {
				t.Fatal(err)
			}
			regions, not := feedRegions(t.Context(), cfg, world{clock: room.Wall{}})
			if strings.Join(regions, " ") != c.regions || !strings.Contains(not, c.not) || (not == "") != (c.not == "") {
				t.Errorf("regions %q, not %q; want %q, %q", regions, not, c.regions, c.not)
			}
			var watched int
			for _, find := range new(app).groups(cfg, world{clock: room.Wall{}}) {
				watches, _ := find(t.Context())
				for _, w := range watches {
					if w.Scope.Source == "feed" {
						watched++
					}
				}
			}
			if (watched == 1) != (c.not == "") {
				t.Errorf("%d watches", watched)
			}
		})
	}
}

// feedServer answers the feeds with one event that goes on, but for the paths that
// begin with one of those that fail.
func feedServer(t *testing.T) (server *httptest.Server, fail *atomic.Value) {
	fail = new(atomic.Value)
	fail.Store("none")
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		event := fmt.Sprintf(`{"date": "%d", "arn": "arn:aws:health:us-east-1::event/SQS/AWS_SQS_OPERATIONAL_ISSUE/1", "status": "3", "service": "sqs-us-east-1",
			"service_name": "Amazon SQS", "summary": "Errors", "event_log": []}`, time.Now().Unix())
		switch {
		case strings.HasPrefix(r.URL.Path, fail.Load().(string)):
			_, _ = io.WriteString(w, "<html>Please log in</html>")
		case r.URL.Path == "/x/events":
			_, _ = io.WriteString(w, "["+event+"]")
		case r.URL.Path == "/x/history":
			_, _ = io.WriteString(w, `{"sqs-us-east-1": [`+event+"]}")
		case r.URL.Path == "/x/announcement":
			_, _ = io.WriteString(w, `{"description": null}`)
		}
	}))
	t.Cleanup(server.Close)
	return server, fail
}

func TestTheFeedIsCheckedAndShownByStatus(t *testing.T) {
	dir := alone(t)
	server, fail := feedServer(t)
	write(t, filepath.Join(dir, "warroom.yaml"), strings.ReplaceAll("health: {off: true}\nalarms: {off: true}\nfeeds: {regions: [us-east-1], events: 'HERE/x/events', mirrors: ['HERE/x/history'], rss: 'HERE/x/rss', announcement: 'HERE/x/announcement'}\n", "HERE", server.URL))
	const name = "AWS's public feeds"
	checks := func() checkLine {
		t.Helper()
		_, out, _ := run(t, "check", "--json")
		return lineOf(t, checked(t, out), topicFeed, name, "")
	}
	checks().says(t, stateOK, "reachable and readable; events that go on: 1", "")
	status, out, _ := run(t, "status")
	if status != exitTrouble || !strings.Contains(out, "1 open") || !strings.Contains(out, "SQS: Errors") {
		t.Errorf("status %d\n%s", status, out)
	}
	fail.Store("/x/events")
	checks().says(t, stateWarning, "a web page came instead of the feed", "a mirror of the history was taken instead")
	fail.Store("/x")
	checks().says(t, stateFailed, "could not be read: a web page came instead of the feed", "feeds: {off: true}")
	if status, out, _ = run(t, "status"); status != exitCannot || !strings.HasPrefix(out, "BLIND") {
		t.Errorf("status %d\n%s", status, out)
	}
}

func TestWithoutASupportPlanThePublicFeedIsReadInsteadAndNobodyIsBlind(t *testing.T) {
	dir := alone(t)
	aws := &cloud{refuse: refusing("health:DescribeEvents", "", "SubscriptionRequiredException")}
	aws.start(t)
	server, _ := feedServer(t)
	write(t, filepath.Join(dir, "warroom.yaml"), fmt.Sprintf("alarms: {off: true}\nfeeds: {events: %q, announcement: %q, regions: [us-east-1]}\n",
		server.URL+"/x/events", server.URL+"/x/announcement"))
	_, out, _ := run(t, "status", "--json")
	for _, want := range []string{
		`AWS Health is read from AWS's public feed`, `this account's support plan does not include the Health API`,
		`arn:aws:health:us-east-1::event/SQS/AWS_SQS_OPERATIONAL_ISSUE/1`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("status does not say %q:\n%s", want, out)
		}
	}
	if states := strings.ReplaceAll(out, " ", ""); strings.Count(states, `"state":"fresh"`) != 2 {
		t.Errorf("something is not seen:\n%s", out)
	}
}
