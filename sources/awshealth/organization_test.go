package awshealth

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

const prod, staging = "111111111111", "222222222222"

// named is what the accounts are called.
func named(number string) string {
	if number == prod {
		return "prod"
	}
	return number
}

// organization is a server with a public event, one of a single account, and a plan for two.
func organization(t *testing.T) *server {
	s := serve(t)
	own, plan := fields{"eventScopeCode": "ACCOUNT_SPECIFIC"}, fields{"eventTypeCategory": "scheduledChange", "statusCode": "upcoming", "startTime": now.Add(48 * time.Hour).Unix()}
	s.both(issue("public", 10), issue("own", 10, own), issue("plan", 10, own, plan), issue("over", 10, closed(30)))
	for _, name := range []string{"public", "own", "plan", "over"} {
		s.write(arn(name), "Text of "+name+".")
	}
	s.accounts[arn("own")] = []string{prod}
	s.accounts[arn("plan")] = []string{staging, prod}
	s.entities = []fields{
		{"eventArn": arn("own"), "awsAccountId": prod, "entityValue": "table/orders", "statusCode": "IMPAIRED"},
		{"eventArn": arn("plan"), "awsAccountId": staging, "entityValue": "i-2", "statusCode": "PENDING"},
		{"eventArn": arn("plan"), "awsAccountId": prod, "entityValue": "i-1", "statusCode": "PENDING"},
	}
	return s
}

func TestTheOrganizationViewTellsWhomAnEventConcerns(t *testing.T) {
	s := organization(t)
	w := s.watchOf(Options{Account: "management", Organization: true, AccountName: named})
	told, err := look(t, w)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"public": "management OPEN [] [] Text of public.",
		"own":    "prod OPEN [prod] [{table/orders IMPAIRED prod}] Text of own.",
		"plan":   " UPCOMING [prod 222222222222] [{i-2 PENDING 222222222222} {i-1 PENDING prod}] Text of plan.",
		"over":   "management CLOSED [] [] Text of over.",
	} {
		signal, detail := told.of(name), told.detail(t, name)
		if got := fmt.Sprint(signal.Account, " ", signal.Word, " ", detail.Accounts, " ", detail.Entities, " ", signal.Reason); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if plan := told.of("plan"); plan.State != room.OK || !plan.Since.Equal(now.Add(48*time.Hour)) {
		t.Errorf("a plan is trouble, or does not say when it begins: %+v", plan)
	}
	for _, operation := range []string{"DescribeEvents", "DescribeEventDetails", "DescribeAffectedEntities"} {
		if asked := s.calls(operation); len(asked) > 0 {
			t.Errorf("%s was asked %d times for the account alone", operation, len(asked))
		}
	}
}

func TestWhomAnEventConcernsIsAskedOnceForEachVersion(t *testing.T) {
	s := organization(t)
	w := s.watchOf(Options{Organization: true})
	const accounts, details = "DescribeAffectedAccountsForOrganization", "DescribeEventDetailsForOrganization"
	for round, want := range []int{4, 0} {
		if _, err := look(t, w); err != nil {
			t.Fatal(err)
		}
		if got := len(s.calls(accounts)); got != want {
			t.Errorf("round %d: %d calls, want %d", round, got, want)
		}
		s.calls(details)
	}
	s.mu.Lock()
	for _, list := range s.regions {
		list[1] = issue("own", 1, fields{"eventScopeCode": "ACCOUNT_SPECIFIC"})
	}
	s.accounts[arn("own")] = []string{prod, staging}
	s.mu.Unlock()
	told, err := look(t, w)
	if got := s.calls(accounts); err != nil || len(got) != 1 || !slices.Equal(told.detail(t, "own").Accounts, []string{prod, staging}) {
		t.Errorf("%d calls, %v, %v", len(got), told.detail(t, "own").Accounts, err)
	}
}

func TestManyAccountsAreReadPageByPageAndTheirResourcesTenAtATime(t *testing.T) {
	s := organization(t)
	var many []string
	for i := range 205 {
		many = append(many, fmt.Sprintf("9%011d", i))
	}
	s.accounts[arn("own")] = many
	told, err := look(t, s.watchOf(Options{Organization: true}))
	if err != nil || !slices.Equal(told.detail(t, "own").Accounts, many) {
		t.Errorf("%d accounts, %v", len(told.detail(t, "own").Accounts), err)
	}
	asked := 0
	for _, c := range s.calls("DescribeAffectedEntitiesForOrganization") {
		filters := len(c.body["organizationEntityAccountFilters"].([]any))
		if asked += filters; filters > batchSize || c.body["maxResults"] != 100.0 {
			t.Errorf("%d filters at once, %v", filters, c.body["maxResults"])
		}
	}
	if asked == 0 || asked > 2*filtersPerBatch {
		t.Errorf("resources were asked of %d accounts", asked)
	}
}

// TestAClosedOrganizationIsReadAsOneAccount plays what AWS answers whom it does not show
// the organization.
func TestAClosedOrganizationIsReadAsOneAccount(t *testing.T) {
	t.Setenv("AWS_PROFILE", "")
	const listing, what = "DescribeEventsForOrganization", "AWS Health is read for this account, and not for its organization: "
	const enable = "enable the organization view in AWS Health, and ask with its management account or a delegated administrator"
	for code, want := range map[string]string{
		"AccessDeniedException": what + "the credentials of profile default may not call health:" + listing + "; allow it in their policy (docs/iam-policy.json); " + enable,
		"SomethingNewException": what + "AWS does not show the organization to this account; " + enable,
	} {
		s, clock := organization(t), &hand{at: now}
		s.breakDown("us-east-1 "+listing, refuse(code))
		s.breakDown("us-east-2 "+listing, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
		w := s.watchOf(Options{Clock: clock, Organization: true})
		for minute := range 60 {
			clock.at = now.Add(time.Duration(minute) * time.Minute)
			told, err := look(t, w)
			expectFailure(t, err, true, want)
			if told.of("public").Word != "OPEN" || told.detail(t, "public").Accounts != nil {
				t.Fatalf("%s, minute %d: the account's own view is %+v", code, minute, told.of("public"))
			}
			if asked, want := len(s.calls(listing)), []int{2, 0}[min(minute, 1)]; asked != want {
				t.Fatalf("%s, minute %d: the organization was asked for %d times, want %d", code, minute, asked, want)
			}
		}
		s.breakDown("us-east-1 "+listing, nil)
		s.breakDown("us-east-2 "+listing, nil)
		w.Asked() // a person does not wait for the hour
		if told, err := look(t, w); err != nil || len(told.detail(t, "own").Accounts) != 1 {
			t.Errorf("%s: after it was opened %v, %v", code, told.detail(t, "own").Accounts, err)
		}
	}
}

// TestWhatSaysNothingOfTheOrganizationDoesNotCloseItForAnHour plays refusals that pass, and
// answers of something in between.
func TestWhatSaysNothingOfTheOrganizationDoesNotCloseItForAnHour(t *testing.T) {
	const listing = "DescribeEventsForOrganization"
	for name, how := range map[string]http.HandlerFunc{
		"it is being changed": refuse("ConcurrentModificationException"),
		"not understood":      refuse("UnknownOperationException"),
		"404 in HTML": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte("<html>no such page</html>"))
		},
		"400 and nothing": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) },
	} {
		t.Run(name, func(t *testing.T) {
			s := organization(t)
			w := s.watchOf(Options{Organization: true, AccountName: named})
			if told, err := look(t, w); err != nil || told.of("own").Account != "prod" {
				t.Fatalf("the organization is read: %v", err)
			}
			s.breakDown("us-east-1 "+listing, how)
			s.breakDown("us-east-2 "+listing, how)
			_, err := look(t, w)
			var failure *sources.Failure
			if !errors.As(err, &failure) || !failure.Partial || failure.Next != "the organization is asked for again with the next look" {
				t.Fatalf("got %v", err)
			}
			s.breakDown("us-east-1 "+listing, nil)
			s.breakDown("us-east-2 "+listing, nil)
			if told, err := look(t, w); err != nil || !slices.Equal(told.detail(t, "own").Accounts, []string{"prod"}) {
				t.Errorf("the next look: %v, %v", told.detail(t, "own").Accounts, err)
			}
		})
	}
}

func TestAnAccountThatIsRefusedEverythingIsNotCalledOutsideItsOrganization(t *testing.T) {
	s := organization(t)
	for _, region := range []string{"us-east-1 ", "us-east-2 "} {
		for _, operation := range []string{"DescribeEventsForOrganization", "DescribeEvents"} {
			s.breakDown(region+operation, refuse("SomethingNewException"))
		}
	}
	w := s.watchOf(Options{Organization: true})
	if _, err := look(t, w); err == nil || strings.Contains(err.Error(), "organization") && !strings.Contains(err.Error(), "AWS Health could not be read") {
		t.Errorf("got %v", err)
	}
	for _, region := range []string{"us-east-1 ", "us-east-2 "} {
		for _, operation := range []string{"DescribeEventsForOrganization", "DescribeEvents"} {
			s.breakDown(region+operation, nil)
		}
	}
	if told, err := look(t, w); err != nil || len(told.detail(t, "own").Accounts) != 1 {
		t.Errorf("the next look: %v", err)
	}
}

func TestAnAccountInNoOrganizationIsToldSo(t *testing.T) {
	s := organization(t)
	for _, region := range []string{"us-east-1 ", "us-east-2 "} {
		s.breakDown(region+"DescribeEventsForOrganization", refuse("AWSOrganizationsNotInUseException"))
	}
	_, err := look(t, s.watchOf(Options{Organization: true}))
	expectFailure(t, err, true, "AWS Health is read for this account, and not for its organization: this account is in no organization; take organization out of health: in the config, or name a management account there")
}

func TestAnOrganizationThatIsOutOfOrderIsNotCalledClosed(t *testing.T) {
	s := organization(t)
	for _, region := range []string{"us-east-1 ", "us-east-2 "} {
		s.breakDown(region+"DescribeEventsForOrganization", refuse("ThrottlingException"))
	}
	_, err := look(t, s.watchOf(Options{Organization: true}))
	expectFailure(t, err, false, "AWS Health could not be read: AWS is throttling calls to health:DescribeEventsForOrganization; nothing to do; other tools of the account share the same limit")
	if asked := s.calls("DescribeEvents"); len(asked) != 0 {
		t.Errorf("the account's own events were asked for %d times", len(asked))
	}
}
