package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources"
)

// organization is a cloud whose account 222222222222 manages three others, one of them
// suspended, each with a role ops.
type organization struct {
	cloud
	denied atomic.Bool
	joined atomic.Bool // a fourth account is there
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
		accounts := []map[string]string{{"Id": "222222222222", "Name": "root", "State": "ACTIVE"}, {"Id": "333333333333", "Name": "web", "State": "ACTIVE"},
			{"Id": "444444444444", "Name": "old", "State": "SUSPENDED"}, {"Id": "555555555555", "Name": "web", "State": "ACTIVE"}}
		if o.joined.Load() {
			accounts = append(accounts, map[string]string{"Id": "666666666666", "Name": "new", "State": "ACTIVE"})
		}
		writeJSON(w, http.StatusOK, map[string]any{"Accounts": accounts})
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

func TestAnOrganizationThatIsDeniedIsToldAndFoundOutOnceItMayBeListed(t *testing.T) {
	alone(t)
	o := new(organization)
	o.start(t)
	o.denied.Store(true)
	cfg, err := config.Parse("warroom.yaml", []byte(organizationConfig+"  - {account: other, regions: [eu-west-1]}\ncanaries: {off: true}\n"), config.Allowed{})
	if err != nil {
		t.Fatal(err)
	}
	anew := 0
	w := world{clock: room.Wall{}, anew: func() { anew++ }}
	found := func() (all []sources.Watch) {
		for _, find := range new(app).groups(cfg, w) {
			watches, _ := find(t.Context())
			all = append(all, watches...)
		}
		return all
	}
	listOf := func(watches []sources.Watch) sources.Watch {
		return watches[slices.IndexFunc(watches, func(w sources.Watch) bool { return w.Scope.Source == "organization" })]
	}
	watches := found()
	if got, want := watchNames(watches), []string{"cloudwatch other eu-west-1", "health other global", "organization default"}; !slices.Equal(got, want) {
		t.Fatalf("watched are %v, want %v", got, want)
	}
	const denied = "the accounts of the organization could not be listed: the credentials of profile default may not call organizations:ListAccounts"
	list := listOf(watches)
	if list.Interval != refusedEvery {
		t.Errorf("it is tried again every %s", list.Interval)
	}
	if err := list.Look(t.Context(), nil); err == nil || !strings.HasPrefix(err.Error(), denied) || anew != 0 {
		t.Errorf("it says %v, and was found out anew %d times", err, anew)
	}
	o.denied.Store(false)
	if err := list.Look(t.Context(), nil); err != nil || anew != 1 {
		t.Errorf("after it was allowed: %v, found out anew %d times", err, anew)
	}
	watches = found()
	want := []string{"cloudwatch other eu-west-1", "cloudwatch payments us-east-1", "cloudwatch payments us-west-2", "cloudwatch root us-east-1", "cloudwatch root us-west-2",
		"cloudwatch web us-east-1", "cloudwatch web us-west-2", "health other global", "health payments global", "health root global", "health web global", "organization default"}
	if got := watchNames(watches); !slices.Equal(got, want) {
		t.Fatalf("watched are %v, want %v", got, want)
	}
	if err := listOf(watches).Look(t.Context(), nil); err != nil || anew != 1 {
		t.Errorf("nothing has changed: %v, found out anew %d times", err, anew)
	}
	o.joined.Store(true)
	if err := listOf(watches).Look(t.Context(), nil); err != nil || anew != 2 {
		t.Errorf("an account has joined: %v, found out anew %d times", err, anew)
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
