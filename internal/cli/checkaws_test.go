package cli

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// refusing refuses one action, everywhere or in one region, with an error code.
func refusing(action, region, code string) func(string, string) string {
	return func(a, r string) string {
		if (action == "" || a == action) && (region == "" || r == region) && !(action == "" && strings.HasPrefix(a, "sts:")) {
			return code
		}
		return ""
	}
}

func TestWhatAWSRefusesIsNamedWithItsFix(t *testing.T) {
	const details, entities = "health:DescribeEventDetails", "health:DescribeAffectedEntities"
	for _, c := range []struct {
		name                  string
		refuse                func(string, string) string
		line, region          string
		state, found, fix     string
		other, state2, found2 string
	}{
		{"alarms denied", refusing("cloudwatch:DescribeAlarms", "", "AccessDenied"), "cloudwatch:DescribeAlarms", "us-east-1",
			stateFailed, "the credentials of profile default may not call cloudwatch:DescribeAlarms", "allow cloudwatch:DescribeAlarms in their policy; docs/iam-policy.json",
			"cloudwatch:GetMetricData", stateOK, "allowed; asking this once cost 0.00001 USD"},
		{"history denied", refusing("cloudwatch:DescribeAlarmHistory", "", "AccessDeniedException"), "cloudwatch:DescribeAlarmHistory", "us-east-1",
			stateFailed, "may not call cloudwatch:DescribeAlarmHistory", "allow cloudwatch:DescribeAlarmHistory", "cloudwatch:DescribeAlarms", stateOK, "allowed"},
		{"metrics denied", refusing("cloudwatch:GetMetricData", "", "AccessDenied"), "cloudwatch:GetMetricData", "us-east-1",
			stateFailed, "may not call cloudwatch:GetMetricData", "docs/iam-policy.json", "cloudwatch:DescribeAlarms", stateOK, "allowed"},
		{"events denied", refusing("health:DescribeEvents", "", "AccessDeniedException"), "health:DescribeEvents", "us-east-2",
			stateFailed, "may not call health:DescribeEvents", "allow health:DescribeEvents", details, stateOK, "allowed"},
		{"details denied", refusing(details, "", "AccessDeniedException"), details, "us-east-1",
			stateFailed, "may not call " + details, "allow " + details, entities, stateOK, "allowed"},
		{"entities denied", refusing(entities, "", "AccessDeniedException"), entities, "us-east-1",
			stateFailed, "may not call " + entities, "allow " + entities, details, stateOK, "allowed"},
		{"no support plan", refusing("health:DescribeEvents", "", "SubscriptionRequiredException"), "health:DescribeEvents", "us-east-1",
			stateWarning, "comes with Business Support+, Enterprise Support or Unified Operations", "alarms and probes work without the plan",
			details, stateSkipped, "not tried: the support plan does not include the API"},
		{"throttled", refusing("cloudwatch:DescribeAlarms", "", "ThrottlingException"), "cloudwatch:DescribeAlarms", "us-east-1",
			stateWarning, "AWS is throttling calls to cloudwatch:DescribeAlarms", "other tools of the account", "cloudwatch:GetMetricData", stateOK, "allowed"},
		{"one region of Health is ill", refusing("health:DescribeEvents", "us-east-1", "SomethingNew"), "health:DescribeEvents", "us-east-1",
			stateWarning, "us-east-2 answers, and is enough", "report it", details, stateOK, "allowed"},
		{"Health is ill", refusing("health:DescribeEvents", "", "SomethingNew"), "health:DescribeEvents", "us-east-2",
			stateFailed, "127.0.0.1 answered 400 Bad Request to health:DescribeEvents", "report it", entities, stateSkipped, "neither region of the API answered"},
		{"STS is ill and the rest is not", refusing("sts:GetCallerIdentity", "", "SomethingNew"), "cloudwatch:DescribeAlarms", "us-east-1",
			stateOK, "allowed", "", "health:DescribeEvents", stateOK, "allowed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			alone(t)
			aws := &cloud{refuse: c.refuse}
			aws.start(t)
			_, out, stderr := run(t, "check", "--json")
			report := checked(t, out)
			lineOf(t, report, topicPermission, c.line, c.region).says(t, c.state, c.found, c.fix)
			lineOf(t, report, topicPermission, c.other, "").says(t, c.state2, c.found2, "")
			for _, raw := range []string{"raw text", "operation error", "RequestID", "api error"} {
				if strings.Contains(out+stderr, raw) {
					t.Errorf("people are shown %q:\n%s%s", raw, out, stderr)
				}
			}
		})
	}
}

func TestCredentialsThatAreRefusedAreNotTriedAnyFurther(t *testing.T) {
	for _, c := range []struct{ code, found, fix string }{
		{"ExpiredToken", "the credentials of profile default have expired", "aws sso login --profile default"},
		{"InvalidClientTokenId", "AWS does not know the credentials of profile default", "check the access keys"},
	} {
		alone(t)
		aws := &cloud{refuse: refusing("sts:GetCallerIdentity", "", c.code)}
		aws.start(t)
		_, out, _ := run(t, "check", "--json")
		report := checked(t, out)
		lineOf(t, report, topicCredentials, "profile default", "").says(t, stateFailed, c.found, c.fix)
		lineOf(t, report, topicPermission, "every action", "").says(t, stateSkipped, "not tried without credentials", "mend the credentials")
		if asked := aws.requests(); strings.Contains(asked, "cloudwatch") || strings.Contains(asked, "health") {
			t.Errorf("asked all the same: %s", asked)
		}
	}
}

func TestAnSSOSessionThatHasExpiredNamesTheLogin(t *testing.T) {
	dir := alone(t)
	file := filepath.Join(dir, "aws-config")
	t.Setenv("AWS_CONFIG_FILE", file)
	write(t, file, "[profile prod]\nregion = eu-west-1\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n"+
		"[sso-session corp]\nsso_start_url = https://example.awsapps.com/start\nsso_region = eu-west-1\n")
	_, out, _ := run(t, "check", "--json", "--profile", "prod")
	lineOf(t, checked(t, out), topicCredentials, "profile prod", "").
		says(t, stateFailed, "the SSO session of profile prod has expired", "run: aws sso login --profile prod")
}

func TestWithoutARegionNoAlarmsAreWatchedAndItSaysSo(t *testing.T) {
	alone(t)
	new(cloud).start(t)
	t.Setenv("AWS_REGION", "")
	_, out, _ := run(t, "check", "--json")
	report := checked(t, out)
	lineOf(t, report, topicPermission, "cloudwatch", "").says(t, stateFailed, "no region is set anywhere, so no alarms are watched", "AWS_REGION")
	lineOf(t, report, topicPermission, "health:DescribeEvents", "us-east-2").says(t, stateOK, "allowed", "")
}

func TestEveryRegionAndProfileIsTriedAndEventsOfTheAccountAreAskedAbout(t *testing.T) {
	dir := alone(t)
	file := filepath.Join(dir, "aws-config")
	t.Setenv("AWS_CONFIG_FILE", file)
	write(t, file, "[profile one]\naws_access_key_id = A\naws_secret_access_key = S\n[profile two]\naws_access_key_id = B\naws_secret_access_key = S\n")
	write(t, filepath.Join(dir, "warroom.yaml"), "scopes:\n  - {profile: one, account: prod, regions: [us-east-1, eu-west-1]}\n  - {profile: two, account: test, regions: [eu-west-1]}\n")
	const arn = "arn:aws:health:eu-west-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/AWS_EC2_1"
	aws := &cloud{events: []string{arn}}
	aws.start(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	_, out, _ := run(t, "check", "--json")
	report := checked(t, out)
	if report.State != stateOK {
		t.Errorf("state %s", report.State)
	}
	var lines []string
	for _, line := range report.Checks {
		if line.Topic == topicPermission {
			lines = append(lines, *line.Scope.Account+" "+*line.Scope.Region+" "+line.Name)
		}
	}
	const want = `prod us-east-1 health:DescribeEvents
prod us-east-1 health:DescribeEventDetails
prod us-east-1 health:DescribeAffectedEntities
prod us-east-1 cloudwatch:DescribeAlarms
prod us-east-1 cloudwatch:DescribeAlarmHistory
prod us-east-1 cloudwatch:ListAlarmMuteRules
prod us-east-1 cloudwatch:GetAlarmMuteRule
prod us-east-1 cloudwatch:DescribeAlarmContributors
prod us-east-1 cloudwatch:GetMetricData
prod us-east-2 health:DescribeEvents
prod eu-west-1 cloudwatch:DescribeAlarms
prod eu-west-1 cloudwatch:DescribeAlarmHistory
prod eu-west-1 cloudwatch:ListAlarmMuteRules
prod eu-west-1 cloudwatch:GetAlarmMuteRule
prod eu-west-1 cloudwatch:DescribeAlarmContributors
prod eu-west-1 cloudwatch:GetMetricData
test us-east-1 health:DescribeEvents
test us-east-1 health:DescribeEventDetails
test us-east-1 health:DescribeAffectedEntities
test us-east-2 health:DescribeEvents
test eu-west-1 cloudwatch:DescribeAlarms
test eu-west-1 cloudwatch:DescribeAlarmHistory
test eu-west-1 cloudwatch:ListAlarmMuteRules
test eu-west-1 cloudwatch:GetAlarmMuteRule
test eu-west-1 cloudwatch:DescribeAlarmContributors
test eu-west-1 cloudwatch:GetMetricData`
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("tried\n%s\nwant\n%s", got, want)
	}
	lineOf(t, report, topicCredentials, "profile two", "").says(t, stateOK, "from the shared AWS files", "")
	if asked := aws.requests(); strings.Count(asked, arn) != 4 || strings.Contains(asked, "WARROOM_CHECK") {
		t.Errorf("asked about\n%s", asked)
	}
}

func TestAHangIsNoAnswerWithinTheTime(t *testing.T) {
	alone(t)
	silent := &cloud{refuse: refusing("", "", "hang")}
	silent.start(t)
	const regions = "eu-west-1,eu-west-2,eu-west-3,eu-north-1,eu-south-1,eu-central-1,us-west-1,us-west-2" // more than may be under way at once
	status, out, _ := run(t, "check", "--json", "--timeout", "2s", "--region", regions)
	report := checked(t, out)
	if status != exitTrouble {
		t.Errorf("status %d", status)
	}
	waited, unheard := 0, 0
	for _, line := range report.Checks {
		switch {
		case line.Topic != topicPermission:
		case strings.HasPrefix(line.Found, "no answer within "):
			line.says(t, stateFailed, "", "the network, the proxy and the VPN")
			unheard++
		case line.Found == "its turn did not come within 2s":
			line.says(t, stateFailed, "", "--timeout 4s")
			waited++
		default:
			line.says(t, stateSkipped, "neither region of the API answered", "")
		}
	}
	if unheard < checksAtOnce || waited == 0 {
		t.Errorf("%d had no answer, %d waited for their turn:\n%s", unheard, waited, out)
	}
}

func TestAWrongClockIsMeasuredAgainstAWSAndBoundedHonestly(t *testing.T) {
	for _, c := range []struct {
		ahead        time.Duration
		state, found string
	}{
		{0, stateOK, "agrees with AWS, within "},
		{45 * time.Second, stateWarning, " behind AWS, give or take "},
		{-45 * time.Second, stateWarning, " ahead of AWS, give or take "},
		{10 * time.Minute, stateFailed, "AWS refuses what is more than five minutes off (https://docs.aws.amazon.com/"},
		{10 * time.Second, stateOK, " behind AWS, give or take "},
	} {
		alone(t)
		aws := &cloud{ahead: c.ahead}
		aws.start(t)
		_, out, _ := run(t, "check", "--json")
		fix := ""
		if c.state != stateOK {
			fix = "timedatectl set-ntp true"
		}
		lineOf(t, checked(t, out), topicClock, "this machine", "").says(t, c.state, c.found, fix)
	}
}

func TestTheAccountThatIsAskedForTheOrganizationIsTriedWithItsActions(t *testing.T) {
	dir := alone(t)
	write(t, filepath.Join(dir, "warroom.yaml"), "accounts: {\"222222222222\": management}\nhealth: {organization: \"222222222222\"}\n")
	aws := &cloud{refuse: refusing("health:DescribeEventDetailsForOrganization", "", "AccessDeniedException")}
	aws.start(t)
	_, out, _ := run(t, "check", "--json")
	report := checked(t, out)
	for _, action := range []string{"Events", "AffectedAccounts", "AffectedEntities"} {
		lineOf(t, report, topicPermission, "health:Describe"+action+"ForOrganization", "us-east-1").says(t, stateOK, "allowed", "")
	}
	const details = "health:DescribeEventDetailsForOrganization"
	lineOf(t, report, topicPermission, details, "us-east-1").says(t, stateFailed, "may not call "+details, "allow "+details)
}
