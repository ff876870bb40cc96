package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/cloudwatch"
)

// handClock is a clock that a test moves.
type handClock struct {
	room.Wall
	now time.Time
}

func (c *handClock) Now() time.Time { return c.now }

// organization is a cloud whose account 222222222222 manages three others, one of them
// suspended, each with a role ops.
type organization struct {
	cloud
	denied atomic.Bool
	joined atomic.Bool // a fourth account is there
	left   atomic.Bool // 333333333333 is not any more
	broken atomic.Bool // the second page cannot be had
	listed atomic.Int32
	slow   chan struct{} // a list takes until it is closed; nil takes no time
}

func (o *organization) start(t *testing.T) {
	t.Helper()
	o.cloud.start(t)
	server := httptest.NewServer(o)
	t.Cleanup(server.Close)
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
}

func (o *organization) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	switch {
	case strings.HasPrefix(r.Header.Get("X-Amz-Target"), "AWSOrganizations"):
		if o.denied.Load() {
			writeJSON(w, http.StatusBadRequest, map[string]any{"__type": "AccessDeniedException", "message": "raw text of the API"})
			return
		}
		if o.slow != nil {
			select {
			case <-o.slow:
			case <-r.Context().Done():
				return
			}
		}
		o.listed.Add(1)
		if bytes.Contains(body, []byte("NextToken")) {
			writeJSON(w, http.StatusBadRequest, map[string]any{"__type": "TooManyRequestsException", "message": "raw text of the API"})
			return
		}
		accounts := []map[string]string{{"Id": "222222222222", "Name": "root", "State": "ACTIVE"}, {"Id": "333333333333", "Name": "web", "State": "ACTIVE"},
			{"Id": "444444444444", "Name": "old", "State": "SUSPENDED"}, {"Id": "555555555555", "Name": "web", "State": "ACTIVE"}}
		if o.joined.Load() {
			accounts = append(accounts, map[string]string{"Id": "666666666666", "Name": "new", "State": "ACTIVE"})
		}
		if o.left.Load() {
			accounts = slices.DeleteFunc(accounts, func(a map[string]string) bool { return a["Id"] == "333333333333" })
		}
		answer := map[string]any{"Accounts": accounts}
		if o.broken.Load() {
			answer = map[string]any{"Accounts": accounts[:1], "NextToken": "second"}
		}
		writeJSON(w, http.StatusOK, answer)
	case bytes.Contains(body, []byte("Action=AssumeRole")):
		o.mu.Lock()
		o.asked = append(o.asked, "sts:AssumeRole "+string(body))
		o.mu.Unlock()
		fmt.Fprint(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><Arn>a</Arn><AssumedRoleId>X</AssumedRoleId></AssumedRoleUser>`+
			`<Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`)
	default:
		o.cloud.ServeHTTP(w, r)
	}
}

const organizationConfig = "accounts: {\"555555555555\": payments}\nscopes:\n  - {organization: true, role: path/ops, external_id: warroom-1, regions: [us-east-1, us-west-2]}\n"

// watchNames are the names of what is found to be watched of AWS.
func watchNames(watches []sources.Watch) (names []string) {
	for _, w := range watches {
		if w.Scope.Source != "probe" {
			names = append(names, w.Name)
		}
	}
	slices.Sort(names)
	return names
}

func TestEveryActiveAccountOfAnOrganizationIsWatchedUnderItsName(t *testing.T) {
	dir := alone(t)
	o := new(organization)
	o.start(t)
	write(t, filepath.Join(dir, "warroom.yaml"), organizationConfig)
	_, out, stderr := run(t, "status", "--json")
	if !strings.Contains(out, `"account": "555555555555"`) || strings.Contains(out, `"error": {`) {
		t.Errorf("%s%s", out, stderr)
	}
	asked := o.requests()
	for _, want := range []string{"RoleArn=arn%3Aaws%3Aiam%3A%3A333333333333%3Arole%2Fpath%2Fops", "RoleArn=arn%3Aaws%3Aiam%3A%3A555555555555%3Arole%2Fpath%2Fops", "ExternalId=warroom-1"} {
		if !strings.Contains(asked, want) {
			t.Errorf("%s was not asked:\n%s", want, asked)
		}
	}
	if strings.Contains(asked, "444444444444") || strings.Contains(asked, "222222222222%3Arole") {
		t.Errorf("a suspended account, or the role in the account that lists, was asked:\n%s", asked)
	}
	if n := strings.Count(asked, "cloudwatch:DescribeAlarms "); n != 6 {
		t.Errorf("alarms were asked %d times, want three accounts in two regions", n)
	}
}

// following is what a crew is told of an organization.
type following struct {
	gone, came []sources.Watch
	settled    []string
	times      int
}

func (f *following) follow(gone, came []sources.Watch, settled []string) {
	f.gone, f.came, f.settled, f.times = gone, came, settled, f.times+1
}

// watchesOf are the watches of a config, as a start or a reload finds them.
func watchesOf(ctx context.Context, cfg *config.Config, w world) (all []sources.Watch) {
	for _, find := range new(app).groups(cfg, w) {
		watches, _ := find(ctx)
		all = append(all, watches...)
	}
	return all
}

// listOf is the watch of the list of an organization's accounts.
func listOf(watches []sources.Watch) sources.Watch {
	return watches[slices.IndexFunc(watches, func(w sources.Watch) bool { return w.Scope.Source == "organization" })]
}

func readConfig(t *testing.T, text string) *config.Config {
	t.Helper()
	cfg, err := config.Parse("warroom.yaml", []byte(text), config.Allowed{})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// managed are the watches of the organization, but for web's and those of the list.
var managed = []string{"cloudwatch payments us-east-1", "cloudwatch payments us-west-2", "cloudwatch root us-east-1", "cloudwatch root us-west-2", "health payments global", "health root global"}

// web are those of the member 333333333333.
var web = []string{"cloudwatch web us-east-1", "cloudwatch web us-west-2", "health web global"}

func sorted(lists ...[]string) []string { return slices.Sorted(slices.Values(slices.Concat(lists...))) }

func TestAnOrganizationThatIsDeniedIsToldAndFoundOutOnceItMayBeListed(t *testing.T) {
	alone(t)
	o := new(organization)
	o.start(t)
	o.denied.Store(true)
	cfg := readConfig(t, organizationConfig+"  - {account: other, regions: [eu-west-1]}\ncanaries: {off: true}\n")
	told := new(following)
	clock := &handClock{now: time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)}
	w := world{clock: clock, listed: new(heldRosters), follow: told.follow}
	watches := watchesOf(t.Context(), cfg, w)
	if got, want := watchNames(watches), []string{"cloudwatch other eu-west-1", "health other global", "organization default"}; !slices.Equal(got, want) {
		t.Fatalf("watched are %v, want %v", got, want)
	}
	const denied = "the accounts of the organization could not be listed: the credentials of profile default may not call organizations:ListAccounts"
	list := listOf(watches)
	if list.Interval != refusedEvery {
		t.Errorf("it is tried again every %s", list.Interval)
	}
	if err := list.Look(t.Context(), nil); err == nil || !strings.HasPrefix(err.Error(), denied) || told.times != 0 {
		t.Errorf("it says %v, and the crew was told %d times", err, told.times)
	}
	o.denied.Store(false)
	if err := list.Look(t.Context(), nil); err != nil || told.times != 1 || !slices.Equal(watchNames(told.came), sorted(managed, web)) || !slices.Equal(sorted(told.settled), []string{"cloudwatch", "health"}) {
		t.Errorf("after it was allowed: %v, the crew was told %+v", err, told)
	}
	want := sorted(managed, web, []string{"cloudwatch other eu-west-1", "health other global", "organization default"})
	if got := watchNames(watchesOf(t.Context(), cfg, w)); !slices.Equal(got, want) {
		t.Fatalf("watched are %v, want %v", got, want)
	}
	o.joined.Store(true)
	clock.now = clock.now.Add(organizationEvery - time.Second)
	if err := list.Look(t.Context(), nil); err != nil || told.times != 1 {
		t.Errorf("before its time: %v, the crew was told %+v", err, told)
	}
	clock.now = clock.now.Add(time.Second)
	if err := list.Look(t.Context(), nil); err != nil || told.times != 2 || len(told.gone) > 0 ||
		!slices.Equal(watchNames(told.came), []string{"cloudwatch new us-east-1", "cloudwatch new us-west-2", "health new global"}) {
		t.Errorf("an account has joined: %v, the crew was told %+v", err, told)
	}
	o.joined.Store(false)
	list.Asked()
	if err := list.Look(t.Context(), nil); err != nil || told.times != 3 || len(told.came) > 0 ||
		!slices.Equal(watchNames(told.gone), []string{"cloudwatch new us-east-1", "cloudwatch new us-west-2", "health new global"}) {
		t.Errorf("it has left, and a person wants to know: %v, the crew was told %+v", err, told)
	}
	o.joined.Store(true)
	list.Asked()
	if err := list.Look(t.Context(), nil); err != nil || told.times != 4 || len(told.came) != 3 {
		t.Errorf("it has joined again: %v, the crew was told %+v", err, told)
	}
}

func TestAnAccountThatLeavesTakesNeitherFrontDoorsNorOurConnectionWithIt(t *testing.T) {
	ours := []sources.Watch{{Scope: room.Scope{Source: "probe", Region: "us-east-1"}, Name: "probe/front door"}, {Scope: room.Scope{Source: room.ConnectionSource}, Name: "connection"}}
	theirs := sources.Watch{Scope: room.Scope{Source: "cloudwatch", Account: "web", Region: "us-east-1"}, Name: "cloudwatch web us-east-1"}
	m := &membership{config: new(config.Config), forget: func([]sources.Watch) {}, watched: map[string][]sources.Watch{"web": append(ours, theirs)}}
	if gone, _, _ := m.follow(t.Context(), roster{}); len(gone) != 1 || gone[0].Name != theirs.Name {
		t.Errorf("gone are %v", watchNames(gone))
	}
}

// TestAListThatFailsHalfwayTakesNoAccountAway: neither one that is cut off nor one that AWS
// throttles, for hours, and a config that is read meanwhile goes by the last one.
func TestAListThatFailsHalfwayTakesNoAccountAway(t *testing.T) {
	alone(t)
	o := new(organization)
	o.start(t)
	cfg := readConfig(t, organizationConfig+"canaries: {off: true}\n")
	told := new(following)
	clock := &handClock{now: time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)}
	w := world{clock: clock, listed: new(heldRosters), follow: told.follow}
	list := listOf(watchesOf(t.Context(), cfg, w))
	o.broken.Store(true)
	for range 3 {
		clock.now = clock.now.Add(organizationEvery)
		if err := list.Look(t.Context(), nil); err == nil || strings.Contains(err.Error(), "raw text") || told.times != 0 {
			t.Fatalf("it says %v, and the crew was told %+v", err, told)
		}
	}
	before := o.listed.Load()
	watches, want := watchNames(watchesOf(t.Context(), cfg, w)), sorted(managed, web, []string{"organization default"})
	if !slices.Equal(watches, want) || o.listed.Load() != before {
		t.Errorf("a new config has %v, and was listed %d times for it; want %v", watches, o.listed.Load()-before, want)
	}
	o.broken.Store(false)
	o.left.Store(true)
	if err := list.Look(t.Context(), nil); err != nil || told.times != 1 || !slices.Equal(watchNames(told.gone), web) || len(told.came) > 0 {
		t.Errorf("one has really left: %v, the crew was told %+v", err, told)
	}
}

func TestALookThatIsMadeOnceSaysThatThereWasNoList(t *testing.T) {
	alone(t)
	o := &organization{slow: make(chan struct{})}
	o.start(t)
	cfg := readConfig(t, organizationConfig+"canaries: {off: true}\n")
	impatient, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	list := listOf(watchesOf(impatient, cfg, world{clock: room.Wall{}, once: true}))
	close(o.slow)
	if err := list.Look(t.Context(), nil); err == nil || !strings.HasPrefix(err.Error(), "the accounts of the organization could not be listed: ") {
		t.Errorf("it says %v, and none of the accounts is looked at", err)
	}
}

// TestAListThatIsSlowRestartsNothing: its accounts come when it is there, beside what is
// looked at already, and one that leaves goes without anything else being touched.
func TestAListThatIsSlowRestartsNothing(t *testing.T) {
	alone(t)
	o := &organization{slow: make(chan struct{})}
	o.start(t)
	cfg := readConfig(t, organizationConfig+"  - {account: other, regions: [eu-west-1]}\ncanaries: {off: true}\ncontrols: {off: true}\nfeeds: {off: true}\nintervals: {alarms: 10m}\n")
	clock := room.Wall{}
	quiet := slog.New(slog.DiscardHandler)
	r := room.New(room.Options{Clock: clock})
	for _, account := range []string{"web", "gone for long"} { // of the program before
		scope := room.Scope{Source: "cloudwatch", Account: account, Region: "us-east-1"}
		r.Observe(room.Observation{Scope: scope, Watch: scope.String(), At: clock.Now(), Done: true, Complete: true, Interval: time.Minute,
			Signals: []room.Signal{{Key: account, Kind: room.KindAlarm, Scope: scope, State: room.OK, Word: "OK", Title: account}}})
	}
	w := world{clock: clock, charts: cloudwatch.NewCharts(clock), log: quiet, listed: new(heldRosters)}
	c := &crew{room: r, clock: clock, log: quiet, charts: w.charts}
	defer c.stop()
	w.follow = c.follow
	w.anew = func() { t.Error("everything was found out anew") }
	bell, leave := r.Join()
	defer leave()
	shown := func(what string, until func(*room.Snapshot) bool) {
		t.Helper()
		limit := time.After(30 * time.Second)
		for !until(r.Snapshot()) {
			select {
			case <-bell:
			case <-limit:
				t.Fatalf("%s: never, the room shows %s", what, titles(r.Snapshot()))
			}
		}
	}
	seen := func(s *room.Snapshot, account, region string) bool {
		status := s.Scope(room.Scope{Source: "cloudwatch", Account: account, Region: region})
		return status != nil && !status.Seen.IsZero() && status.Waiting == 0
	}
	var groups []group
	for _, find := range new(app).groups(cfg, w) {
		groups = append(groups, func(ctx context.Context) ([]sources.Watch, []string) {
			impatient, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			return find(impatient)
		})
	}
	c.start(t.Context(), groups)
	shown("other accounts do not wait", func(s *room.Snapshot) bool { return seen(s, "other", "eu-west-1") })
	begun := strings.Count(o.requests(), "cloudwatch:DescribeAlarms eu-west-1")
	if o.listed.Load() > 0 {
		t.Fatal("the list is not slow")
	}
	close(o.slow)
	shown("the accounts come", func(s *room.Snapshot) bool {
		return seen(s, "payments", "us-west-2") && seen(s, "root", "us-east-1") && seen(s, "web", "us-east-1")
	})
	shown("what had left before is gone, once that is known", func(s *room.Snapshot) bool { return !strings.Contains(titles(s), "gone for long") })
	for _, account := range []string{"web", "payments"} {
		scope := room.Scope{Source: "cloudwatch", Account: account, Region: "us-west-2"}
		r.Observe(room.Observation{Scope: scope, Watch: scope.String(), At: clock.Now(), Interval: time.Minute,
			Signals: []room.Signal{{Key: account, Kind: room.KindAlarm, Scope: scope, State: room.OK, Word: "OK", Title: "alarm of " + account}}})
	}
	o.left.Store(true)
	if !c.againAt("organization default") {
		t.Error("nobody looks at the list")
	}
	shown("one leaves", func(s *room.Snapshot) bool {
		return titles(s) == "alarm of payments" && s.Scope(room.Scope{Source: "cloudwatch", Account: "web", Region: "us-west-2"}) == nil && s.Scope(room.Scope{Source: "health", Account: "web", Region: "global"}) == nil
	})
	if !seen(r.Snapshot(), "payments", "us-west-2") || !seen(r.Snapshot(), "other", "eu-west-1") {
		t.Error("others have gone with it")
	}
	if n := strings.Count(o.requests(), "cloudwatch:DescribeAlarms eu-west-1"); n != begun {
		t.Errorf("another account was looked at %d times more", n-begun)
	}
}

func TestAProfileThatIsMendedIsFoundOut(t *testing.T) {
	dir := alone(t)
	new(cloud).start(t)
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(dir, "aws"))
	cfg, err := config.Parse("warroom.yaml", []byte("scopes: [{profile: prod}]\n"), config.Allowed{})
	if err != nil {
		t.Fatal(err)
	}
	anew := 0
	watches, _, _ := awsWatches(t.Context(), cfg, cfg.Scopes[0], world{clock: room.Wall{}, anew: func() { anew++ }})
	if got := watchNames(watches); !slices.Equal(got, []string{"cloudwatch/prod", "health/prod"}) {
		t.Fatalf("watched are %v", got)
	}
	look := func() error { return watches[0].Look(context.Background(), nil) }
	if err := look(); err == nil || !strings.Contains(err.Error(), "the profile prod is in neither") || anew != 0 {
		t.Errorf("it says %v, and was found out anew %d times", err, anew)
	}
	write(t, filepath.Join(dir, "aws"), "[profile prod]\nregion = eu-west-1\n")
	if _ = look(); anew != 1 {
		t.Errorf("the profile is there, and was found out anew %d times", anew)
	}
}

func TestAnAccountGoesByItsNameInTheConfig(t *testing.T) {
	dir := alone(t)
	new(cloud).start(t)
	cfg, err := config.Parse("warroom.yaml", []byte("accounts: {\"222222222222\": payments}\n"), config.Allowed{})
	if err != nil {
		t.Fatal(err)
	}
	watches, _, sure := awsWatches(t.Context(), cfg, config.Scope{}, world{clock: room.Wall{}})
	if got := watchNames(watches); !sure || !slices.Equal(got, []string{"cloudwatch payments us-east-1", "health payments global"}) {
		t.Errorf("watched are %v", got)
	}
	write(t, filepath.Join(dir, "warroom.yaml"), "accounts: {\"222222222222\": payments}\n")
	if _, out, _ := run(t, "check"); !strings.Contains(out, "Permissions of payments in us-east-1") {
		t.Errorf("%s", out)
	}
	if _, out, _ := run(t, "status", "--json"); !strings.Contains(out, `"account": "222222222222"`) {
		t.Errorf("scripts are not given the number:\n%s", out)
	}
}

func TestCheckTriesEveryAccountOfAnOrganization(t *testing.T) {
	dir := alone(t)
	o := new(organization)
	o.start(t)
	write(t, filepath.Join(dir, "warroom.yaml"), organizationConfig)
	_, out, _ := run(t, "check", "--json")
	report := checked(t, out)
	lineOf(t, report, topicPermission, "organizations:ListAccounts", "").says(t, stateOK, "allowed; 3 active accounts", "")
	for _, name := range []string{"Permissions of root in us-west-2", "Permissions of web in us-west-2", "Permissions of payments in us-west-2"} {
		if _, out, _ := run(t, "check"); !strings.Contains(out, name) {
			t.Errorf("%s is not in\n%s", name, out)
		}
	}
	o.denied.Store(true)
	_, out, _ = run(t, "check", "--json")
	lineOf(t, checked(t, out), topicPermission, "organizations:ListAccounts", "").says(t, stateFailed,
		"the credentials of profile default may not call organizations:ListAccounts", "allow organizations:ListAccounts in their policy")
}
