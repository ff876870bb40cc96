package cli

import (
	"bytes"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/health"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// times is every measured time, which no test may depend on.
var times = regexp.MustCompile(`(less than )?\b[0-9.]+(ms|s|µs|us)\b`)

// closedPort is an address at which nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// untimed is an output without what differs from run to run.
func untimed(out string, replacements ...string) string {
	return times.ReplaceAllString(strings.NewReplacer(replacements...).Replace(out), "TIME")
}

func TestACheckReadsLikeThis(t *testing.T) {
	dir := alone(t)
	t.Setenv("XDG_STATE_HOME", filepath.Join(dir, "warroom.yaml")) // a file in the way
	closed := closedPort(t)
	write(t, filepath.Join(dir, "warroom.yaml"), "health: {off: true}\nalarms: {off: true}\nprobes: [{name: shop, url: \"tcp://"+closed+"\", region: eu-west-1}]\n")
	status, out, stderr := run(t, "check")
	const want = `Config
  ● ok       file     warroom.yaml is valid
  ● ok       secrets  no references to follow

Credentials
  – skipped  AWS  the config switches AWS Health and the alarms off

Feed
  – skipped  AWS's public feeds  the config asks nothing of AWS, and names no regions under feeds:

Probes
  ✖ failed   shop eu-west-1  DOWN: connection refused by ADDRESS, after TIME
                             fix: see whether the service runs and whether a firewall is in between

Clock
  – skipped  this machine  neither AWS nor an endpoint answered with the time
                           fix: mend the connection to one of them first

Terminal
  – skipped  standard output  it is not a terminal
                              fix: run warroom check in the terminal that you mean to use

Paths
  ● ok       config directory  DIR/xdg/warroom, which is made when it is needed
  ▲ warning  state directory   DIR/warroom.yaml/warroom cannot be written: not a directory
                               fix: make it a directory that you may write to, or set XDG_STATE_HOME to the one above such a directory

1 failed, 1 warning, 3 ok, 4 skipped
`
	if got := untimed(out, dir, "DIR", closed, "ADDRESS"); got != want || status != exitTrouble || stderr != "" {
		t.Errorf("status %d, stderr %q\n%s\nwant\n%s", status, stderr, got, want)
	}
	_, out, _ = run(t, "check", "--ascii")
	for _, r := range out {
		if r >= 0x80 {
			t.Errorf("--ascii prints %q:\n%s", r, out)
			break
		}
	}
	if !strings.Contains(out, "X failed   shop") {
		t.Errorf("--ascii\n%s", out)
	}
}

// checked is what `check --json` printed, decoded strictly: no key too many, none too few.
func checked(t *testing.T, out string) checkJSON {
	t.Helper()
	var report checkJSON
	decoder := json.NewDecoder(strings.NewReader(out))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&report); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	var again bytes.Buffer
	encoder := json.NewEncoder(&again)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(report); err != nil || again.String() != out {
		t.Errorf("a key is missing, or twice: %v\n%s", err, out)
	}
	if report.Schema != 1 || report.At.IsZero() || report.At.Location().String() != "UTC" {
		t.Errorf("schema %d at %v", report.Schema, report.At)
	}
	topics := []string{topicConfig, topicCredentials, topicPermission, topicFeed, topicProbe, topicClock, topicTerminal, topicPaths}
	last := 0
	for _, line := range report.Checks {
		topic := slices.Index(topics, line.Topic)
		if topic < last || line.Name == "" || line.Found == "" || !slices.Contains([]string{"ok", "warning", "failed", "skipped"}, line.State) {
			t.Errorf("line %+v", line)
		}
		if bad := line.State == stateFailed || line.State == stateWarning; bad && line.Fix == nil || line.State == stateOK && line.Fix != nil {
			t.Errorf("the fix of %+v", line)
		}
		last = topic
	}
	return report
}

// lineOf finds the line of a topic and name, in a region if there are several.
func lineOf(t *testing.T, report checkJSON, topic, name, region string) checkLine {
	t.Helper()
	for _, line := range report.Checks {
		if line.Topic == topic && line.Name == name && (region == "" || line.Scope != nil && line.Scope.Region != nil && *line.Scope.Region == region) {
			return line
		}
	}
	t.Fatalf("there is no line %s %s %s in %+v", topic, name, region, report.Checks)
	return checkLine{}
}

// says checks the state and the words of a line.
func (l checkLine) says(t *testing.T, state, found, fix string) {
	t.Helper()
	said := ""
	if l.Fix != nil {
		said = *l.Fix
	}
	if l.State != state || !strings.Contains(l.Found, found) || !strings.Contains(said, fix) {
		t.Errorf("%s %s: %s: %s (fix: %s)\nwant %s: %s (fix: %s)", l.Topic, l.Name, l.State, l.Found, said, state, found, fix)
	}
}

func TestTheJSONOfACheckIsTheContract(t *testing.T) {
	dir := alone(t)
	write(t, filepath.Join(dir, "warroom.yaml"), "probes: [{name: shop, url: \"tcp://"+closedPort(t)+"\", region: eu-west-1}]\n")
	new(cloud).start(t)
	status, out, _ := run(t, "check", "--json")
	report := checked(t, out)
	if status != exitTrouble || report.State != stateFailed {
		t.Errorf("status %d, state %s", status, report.State)
	}
	who := lineOf(t, report, topicCredentials, "profile default", "")
	who.says(t, stateOK, "account 222222222222, as arn:aws:iam::222222222222:user/ana, from the environment", "")
	if who.Scope == nil || *who.Scope.Account != "222222222222" || who.Scope.Region != nil {
		t.Errorf("scope %+v", who.Scope)
	}
	if scope := lineOf(t, report, topicProbe, "shop", "eu-west-1").Scope; scope.Account != nil {
		t.Errorf("scope %+v", scope)
	}
	if line := lineOf(t, report, topicClock, "this machine", ""); line.Scope != nil || line.Fix != nil {
		t.Errorf("%+v", line)
	}
	for _, secret := range []string{"swordfish", "AKIDEXAMPLE"} {
		if strings.Contains(out, secret) {
			t.Errorf("%s is printed", secret)
		}
	}
}

func TestWhereAllIsWellTheStatusIsZero(t *testing.T) {
	dir := alone(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	write(t, filepath.Join(dir, "warroom.yaml"), "probes: [{name: shop, url: \"tcp://"+listener.Addr().String()+"\"}]\n")
	new(cloud).start(t)
	status, out, stderr := run(t, "check", "--region", "us-east-1,eu-west-1", "--json")
	report := checked(t, out)
	if status != exitCalm || report.State != stateOK || stderr != "" {
		t.Errorf("status %d, %s %s", status, out, stderr)
	}
	lineOf(t, report, topicProbe, "shop", "").says(t, stateOK, "UP: connected in ", "")
}

func TestMistakesOfTheConfigAreLinesWithTheirFix(t *testing.T) {
	dir := alone(t)
	t.Setenv("WARROOM_TEST_TOKEN", "swordfish")
	const headers = "    headers: {Authorization: \"Bearer ${env:WARROOM_TEST_TOKEN}\"}\n"
	for _, c := range []struct {
		name, text     string
		args           []string
		at, found, fix string
	}{
		{"an unknown key", "probes:\n  - name: a\n    urll: https://a.example\n", nil, "FILE:3:5", `probes[0].urll: unknown key "urll"`, `did you mean "url"?`},
		{"a secret that is not there", "probes:\n  - name: a\n    url: https://a.example\n    headers: {Authorization: \"${env:WARROOM_TEST_ABSENT}\"}\n", nil,
			"FILE:4:30", "probes[0].headers.Authorization: the environment variable WARROOM_TEST_ABSENT is not set", "set it before starting warroom"},
		{"a file that is not there", "", []string{"--config", "absent.yaml"}, "absent.yaml", "the config file does not exist", "check the path"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(dir, "warroom.yaml")
			write(t, file, c.text)
			status, out, stderr := run(t, append([]string{"check", "--json"}, c.args...)...)
			if status != exitTrouble || stderr != "" {
				t.Errorf("status %d, %s", status, stderr)
			}
			report := checked(t, out)
			lineOf(t, report, topicConfig, strings.Replace(c.at, "FILE", "warroom.yaml", 1), "").says(t, stateFailed, c.found, c.fix)
			lineOf(t, report, topicCredentials, "AWS", "").says(t, stateSkipped, "it has mistakes", "--profile")
			lineOf(t, report, topicProbe, "probes", "").says(t, stateSkipped, "it has mistakes", "mend the config")
		})
	}
	write(t, filepath.Join(dir, "warroom.yaml"), "health: {off: true}\nalarms: {off: true}\nprobes:\n  - name: a\n    url: http://"+closedPort(t)+"\n"+headers)
	_, out, _ := run(t, "check", "--json")
	lineOf(t, checked(t, out), topicConfig, "secrets", "").says(t, stateOK, "1 reference, and it leads to a value", "")
	if strings.Contains(out, "swordfish") {
		t.Errorf("the secret is printed:\n%s", out)
	}
}

func TestAProfileThatIsNamedIsTriedEvenIfTheConfigHasMistakes(t *testing.T) {
	dir := alone(t)
	write(t, filepath.Join(dir, "warroom.yaml"), "nonsense: 1\n")
	_, out, _ := run(t, "check", "--json", "--profile", "prdo")
	lineOf(t, checked(t, out), topicCredentials, "profile prdo", "").
		says(t, stateFailed, "the profile prdo is in neither ~/.aws/config nor ~/.aws/credentials", "aws configure --profile prdo")
}

func TestWithNothingAtAllACheckStillAnswers(t *testing.T) {
	alone(t)
	t.Setenv("HOME", "")
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("AWS_REGION", "us-east-1")
	status, out, stderr := run(t, "check", "--json")
	report := checked(t, out)
	if status != exitTrouble || stderr != "" {
		t.Errorf("status %d, %s", status, stderr)
	}
	lineOf(t, report, topicConfig, "file", "").says(t, stateOK, "there is none", "")
	lineOf(t, report, topicCredentials, "profile default", "").says(t, stateFailed, "no AWS credentials were found", "aws sso login")
	lineOf(t, report, topicPermission, "every action", "").says(t, stateSkipped, "not tried without credentials", "")
	lineOf(t, report, topicProbe, "probes", "").says(t, stateSkipped, "the config has none", "under probes:")
	lineOf(t, report, topicClock, "this machine", "").says(t, stateSkipped, "neither AWS nor an endpoint", "")
	lineOf(t, report, topicPaths, "state directory", "").says(t, stateWarning, "there is no home directory", "XDG_STATE_HOME")
}

func TestNothingIsLeftBehindInTheDirectories(t *testing.T) {
	dir := alone(t)
	state := filepath.Join(dir, "state", "warroom")
	t.Setenv("XDG_STATE_HOME", filepath.Join(dir, "state"))
	if err := os.MkdirAll(state, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "warroom.yaml"), "health: {off: true}\nalarms: {off: true}\n")
	_, out, _ := run(t, "check", "--json")
	report := checked(t, out)
	if line := lineOf(t, report, topicPaths, "state directory", ""); line.Found != state {
		t.Errorf("%+v", line)
	}
	lineOf(t, report, topicPaths, "config directory", "").says(t, stateOK, filepath.Join(dir, "xdg", "warroom")+", which is made when it is needed", "")
	for folder, want := range map[string]int{dir: 2, state: 0} { // the config and the state
		if entries, err := os.ReadDir(folder); err != nil || len(entries) != want {
			t.Errorf("%s holds %v, %v", folder, entries, err)
		}
	}
}

func TestEveryActionOfThePolicyIsTried(t *testing.T) {
	raw, err := os.ReadFile("../../docs/iam-policy.json")
	if err != nil {
		t.Fatal(err)
	}
	var policy struct{ Statement []struct{ Action []string } }
	if err := json.Unmarshal(raw, &policy); err != nil {
		t.Fatal(err)
	}
	trials := alarmTrials(cloudwatch.New(cloudwatch.Options{}))
	trials = append(trials, eventsTrial(health.New(health.Options{}), aws.String("")))
	trials = append(trials, healthTrials(health.New(health.Options{}), "")...)
	trials = append(trials, organizationTrials(health.New(health.Options{}), "")...)
	trials = append(trials, changeTrial(cloudtrail.New(cloudtrail.Options{})))
	trials = append(trials, queueTrials(sqs.New(sqs.Options{}), "")...)
	trials = append(trials, trial{action: listAccounts}) // by members, which tests of organizations look at
	for _, statement := range policy.Statement {
		for _, action := range statement.Action {
			if !slices.ContainsFunc(trials, func(tried trial) bool { return tried.action == action }) {
				t.Errorf("%s is in the policy and not tried", action)
			}
		}
	}
}
