package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"warroom/internal/drill"
)

// run runs one command line in a folder of its own, with nothing of this machine's
// AWS settings, and returns its exit status and what it printed.
func run(t *testing.T, args ...string) (status int, out, stderr string) {
	t.Helper()
	var stdout, errors bytes.Buffer
	status = Run(args, strings.NewReader(""), &stdout, &errors)
	return status, stdout.String(), errors.String()
}

// alone puts the test into an empty folder and home.
func alone(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "xdg"))
	for _, name := range []string{"AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWrongUseIsToldInPlainWordsWithStatusTwo(t *testing.T) {
	dir := alone(t)
	write(t, filepath.Join(dir, "bad.yaml"), "probes:\n  - name: a\n    urll: https://a.example\n")
	write(t, filepath.Join(dir, "story.yaml"), "name: x\nbegin: 2025-10-20T06:00:00Z\nend: 2025-10-20T05:00:00Z\nlasts: 1m\naccount: \"123456789012\"\nregions: [us-east-1]\n")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--theme", "neon"}, `warroom: --theme: there is no theme "neon"; there are auto, dark, light, high-contrast, colour-blind, ansi16, mono`},
		{[]string{"status", "--region", "nowhere"}, `warroom: --region: "nowhere" is not an AWS region; write it like us-east-1`},
		{[]string{"status", "--region", "us-east-1,us-eats-1"}, `warroom: --region: "us-eats-1" is no AWS region that is known; did you mean "us-east-1"?`},
		{[]string{"--region", "us-east-1, eu-west-1"}, `warroom: --region: " eu-west-1" is not an AWS region; did you mean "eu-west-1"?`},
		{[]string{"config", "show", "--region", "us-east-1,"}, "warroom: --region: a region is empty"},
		{[]string{"--profile", "prod,,test"}, "warroom: --profile: a profile is empty"},
		{[]string{"--config", "bad.yaml"}, `bad.yaml:3:5`},
		{[]string{"--config", "bad.yaml", "status"}, `did you mean "url"?`},
		{[]string{"--config", "absent.yaml", "status"}, "absent.yaml"},
		{[]string{"status", "--timeout", "-1s"}, "warroom: --timeout -1s leaves no time to look"},
		{[]string{"check", "--timeout", "0s"}, "warroom: --timeout 0s leaves no time to look"},
		{[]string{"check", "--theme", "neon"}, `warroom: --theme: there is no theme "neon"`},
		{[]string{"drill", "story.yaml"}, "story.yaml:3:6: end: the end must be a time after begin"},
		{[]string{"drill", "1999"}, `warroom: there is no scenario "1999"; there are 2020-11-25-us-east-1, 2021-12-07-us-east-1, 2025-10-20-us-east-1`},
		{[]string{"drill", "absent.yaml"}, "warroom: the scenario absent.yaml cannot be read: no such file or directory"},
		{[]string{"drill", "--theme", "neon"}, `warroom: --theme: there is no theme "neon"`},
		{[]string{"drill", "2025-10-21-us-east-1"}, `warroom: there is no scenario "2025-10-21-us-east-1"; did you mean "2025-10-20-us-east-1"?`},
		{[]string{"drill", "--speed", "-3"}, "warroom: --speed: a drill cannot be played at -3; 1 is real time, 60 a minute each second, and 3000 the most"},
		{[]string{"drill", "--speed", "99999"}, "warroom: --speed: a drill cannot be played at 99999"},
		{[]string{"drill", "--speed", "0.5"}, "warroom: --speed: a drill cannot be played at 0.5"},
		{[]string{"drill", "--speed", "NaN"}, "warroom: --speed: a drill cannot be played at NaN"},
		{[]string{"drill", "--region", "us-east-1"}, "warroom: --region: a drill plays in a made-up world"},
		{[]string{"drill", "--profile", "prod"}, "take --profile away"},
		{[]string{"drill", "--room", "mine", "--list"}, "take --room away"},
		{[]string{"drill", "--from", "05:00"}, "warroom: --from: the scenario plays from 06:40 to 21:40"},
		{[]string{"drill", "--from", "noon"}, `warroom: --from: "noon" is not a time`},
		{[]string{"--log", "no/such/folder/log", "status"}, "warroom: the log no/such/folder/log cannot be written: no such file or directory"},
	} {
		status, out, stderr := run(t, c.args...)
		if status != exitCannot || !strings.Contains(stderr, c.want) || out != "" {
			t.Errorf("warroom %v: status %d, out %q, stderr\n%s\nwant status 2 and %q", c.args, status, out, stderr, c.want)
		}
	}
}

func TestConfigInitShowAndSchema(t *testing.T) {
	dir := alone(t)
	if status, out, stderr := run(t, "config", "init"); status != exitCalm || !strings.Contains(out, filepath.Join(dir, "warroom.yaml")) {
		t.Fatalf("init: %d %q %q", status, out, stderr)
	}
	if status, _, stderr := run(t, "config", "init"); status != exitCannot || !strings.Contains(stderr, "is there already and is not written over") {
		t.Errorf("a second init: %d %q", status, stderr)
	}
	t.Setenv("WARROOM_TEST_TOKEN", "swordfish")
	write(t, filepath.Join(dir, "warroom.yaml"), "room: prod\nprobes:\n  - name: a\n    url: https://a.example\n    headers: {Authorization: \"Bearer ${env:WARROOM_TEST_TOKEN}\"}\n")
	status, out, stderr := run(t, "config", "show")
	if status != exitCalm || !strings.Contains(out, "room: prod") || strings.Contains(out, "swordfish") || !strings.Contains(out, "${env:WARROOM_TEST_TOKEN}") {
		t.Errorf("show: %d\n%s%s", status, out, stderr)
	}
	status, out, _ = run(t, "config", "schema")
	if status != exitCalm || !json.Valid([]byte(out)) || !strings.Contains(out, "2020-12") {
		t.Errorf("schema: %d %.80s", status, out)
	}
}

func TestDrillsThatComeAlongAreListed(t *testing.T) {
	alone(t)
	status, out, _ := run(t, "drill", "--list")
	if status != exitCalm || !strings.HasPrefix(out, "2025-10-20-us-east-1") || !strings.Contains(out, "\n2021-12-07-us-east-1 ") || !strings.Contains(out, "\n2020-11-25-us-east-1 ") {
		t.Errorf("%d %q", status, out)
	}
}

func TestADrillWithoutATerminalIsToldInPlainLinesToItsEnd(t *testing.T) {
	alone(t)
	status, out, stderr := run(t, "drill", "--from", "21:30", "--speed", "1500", "--ascii")
	if status != exitCalm || stderr != "" {
		t.Errorf("status %d, %s", status, stderr)
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	for _, line := range lines {
		if !strings.HasPrefix(line, "DRILL  ") || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("the line is %q", line)
		}
	}
	// What has been seen by then is the machine's affair: a slow one has missed a look.
	if last := lines[len(lines)-1]; !regexp.MustCompile(`^DRILL  21:40:00Z  room    OVER +2025-10-20-us-east-1 +- +the scenario is over; \S`).MatchString(last) {
		t.Errorf("the last line is %q", last)
	}
}

func TestLinesThatCannotBeWrittenEndItWithAReason(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no device that is always full: ", err)
	}
	defer full.Close()
	alone(t)
	var stderr bytes.Buffer
	status := Run([]string{"drill", "--plain"}, strings.NewReader(""), full, &stderr)
	if want := "warroom: the lines could not be written: no space left on device; write them elsewhere and start again\n"; status != exitCannot || stderr.String() != want {
		t.Errorf("status %d, %q", status, stderr.String())
	}
}

func TestHelpHasAnExampleForEveryCommand(t *testing.T) {
	alone(t)
	for _, args := range [][]string{{}, {"drill"}, {"status"}, {"check"}, {"config"}, {"config", "init"}, {"config", "show"}, {"config", "schema"}} {
		status, out, stderr := run(t, append(args, "--help")...)
		if status != exitCalm || !strings.Contains(strings.ToLower(out), "example") {
			t.Errorf("warroom %v --help: status %d\n%s%s", args, status, out, stderr)
		}
	}
}

// play starts a drill at a time of day and lets the AWS SDK's own settings point at it.
func play(t *testing.T, from string) *drill.World {
	t.Helper()
	scenario, err := drill.Load(drill.DefaultScenario)
	if err != nil {
		t.Fatal(err)
	}
	world, err := drill.Start(t.Context(), scenario, drill.Options{From: from, Speed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(world.Close)
	t.Setenv("AWS_ENDPOINT_URL", world.AWSURL())
	t.Setenv("AWS_ACCESS_KEY_ID", "DRILLDRILLDRILL")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "made up")
	t.Setenv("AWS_REGION", "us-east-1")
	return world
}

func TestStatusLooksOnceAtARealProtocolAndPrintsTheContract(t *testing.T) {
	alone(t)
	play(t, "07:15")
	status, out, stderr := run(t, "status", "--json")
	if status != exitTrouble {
		t.Fatalf("status %d, want 1\n%s%s", status, out, stderr)
	}
	var got struct {
		Schema int
		State  string
		Counts struct {
			Health struct{ Open int }
			Alarms struct{ Alarm, OK int }
		}
		Scopes []struct {
			Source, State string
			Account       *string
			Error         *struct{ What, Why, Next string }
		}
		Signals []struct {
			Key, Kind, State, Visibility, Title string
			Service, Account                    *string
			Since, Seen                         *string
			Detail                              map[string]any
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.Schema != 1 || got.State != "trouble" || got.Counts.Health.Open != 1 || got.Counts.Alarms.Alarm < 40 || got.Counts.Alarms.OK == 0 {
		t.Errorf("%+v", got)
	}
	for _, scope := range got.Scopes {
		if scope.State != "fresh" || scope.Account == nil || *scope.Account != "123456789012" {
			t.Errorf("scope %+v", scope)
		}
		if scope.Source == "health" && (scope.Error == nil || !strings.Contains(scope.Error.What, "us-east-1 did not")) {
			t.Errorf("at 07:15 Health of us-east-1 does not answer, and the status says %+v", scope.Error)
		}
	}
	for _, signal := range got.Signals {
		if signal.Key == "" || signal.Since == nil || signal.Seen == nil || signal.Detail["arn"] == "" || signal.Visibility != "fresh" {
			t.Fatalf("signal %+v", signal)
		}
		if signal.Account == nil || *signal.Account != "123456789012" || signal.Kind == "health" && (signal.Service == nil || *signal.Service != "MULTIPLE_SERVICES") {
			t.Fatalf("account or service of %+v", signal)
		}
	}
	contract(t, []byte(out))
}

// contract checks that every name of the contract is there, whatever its value.
func contract(t *testing.T, out []byte) {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	has := func(at string, value any, names ...string) {
		m, _ := value.(map[string]any)
		for _, name := range names {
			if _, ok := m[name]; !ok {
				t.Errorf("%s has no %q", at, name)
			}
		}
	}
	has("the report", got, "schema", "at", "state", "verdict", "counts", "cloudwatch_blind", "scopes", "signals")
	counts, _ := got["counts"].(map[string]any)
	has("counts.health", counts["health"], "open", "upcoming", "closed")
	has("counts.alarms", counts["alarms"], "alarm", "insufficient_data", "ok")
	has("counts.probes", counts["probes"], "down", "unconfirmed", "slow", "up", "error", "paused")
	has("a scope", got["scopes"].([]any)[0], "source", "account", "region", "state", "seen", "fallback", "error")
	has("a signal", got["signals"].([]any)[0], "key", "kind", "state", "visibility", "muted", "title", "reason", "service", "account", "region", "since", "seen", "acknowledged", "detail")
}

func TestStatusBeforeTheOutageIsCalm(t *testing.T) {
	alone(t)
	play(t, "06:41")
	status, out, stderr := run(t, "status")
	if status != exitCalm || !strings.HasPrefix(out, "CALM") {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
}

func TestStatusWithoutCredentialsSaysSoAndIsBlind(t *testing.T) {
	write(t, filepath.Join(alone(t), "warroom.yaml"), "canaries: {off: true}\nfeeds: {off: true}\n") // a test calls on no stranger
	t.Setenv("AWS_REGION", "us-east-1")
	status, out, _ := run(t, "status", "--timeout", "20s")
	if status != exitCannot || !strings.HasPrefix(out, "BLIND") || !strings.Contains(out, "credentials") {
		t.Errorf("status %d\n%s", status, out)
	}
	for _, raw := range []string{"operation error", "IMDS", "RequestID", "failed to refresh"} {
		if strings.Contains(out, raw) {
			t.Errorf("people are shown %q:\n%s", raw, out)
		}
	}
}

func TestStatusSeesAProbeThatIsDown(t *testing.T) {
	dir := alone(t)
	t.Setenv("AWS_REGION", "us-east-1")
	write(t, filepath.Join(dir, "warroom.yaml"), "health: {off: true}\nalarms: {off: true}\nprobes:\n  - {name: shop, url: \"tcp://127.0.0.1:1\", region: us-east-1}\n")
	status, out, stderr := run(t, "status")
	if status != exitTrouble || !strings.Contains(out, "1 DOWN") || !strings.Contains(out, "shop") {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
}
