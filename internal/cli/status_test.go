package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// printed is what these tests read of `status --json`.
type printed struct {
	State  string
	Scopes []struct {
		Source, State   string
		Account, Region *string
		Error           *struct{ What, Why, Next string }
	}
	Signals []struct {
		Key, Kind, State, Title  string
		Service, Account, Region *string
		Detail                   map[string]any
	}
}

func parsed(t *testing.T, out string) printed {
	t.Helper()
	var got printed
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%s: %q", err, out)
	}
	return got
}

// hungAWS points the AWS SDK's own settings at a server that never answers. What it
// returns is closed once the server was asked.
func hungAWS(t *testing.T) (asked <-chan struct{}) {
	t.Helper()
	came := make(chan struct{})
	var once sync.Once
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that the client has gone
		once.Do(func() { close(came) })
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	t.Setenv("AWS_REGION", "us-east-1")
	return came
}

// healthy is a TCP endpoint that takes connections.
func healthy(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()
	return listener.Addr().String()
}

// profiles writes that many profiles with keys of their own, and returns their names.
func profiles(t *testing.T, dir string, count int) []string {
	t.Helper()
	var names []string
	text := ""
	for i := range count {
		names = append(names, fmt.Sprint("team-", i))
		text += fmt.Sprintf("[team-%d]\naws_access_key_id = AKIDEXAMPLE%d\naws_secret_access_key = made-up\n", i, i)
	}
	write(t, filepath.Join(dir, "credentials"), text)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(dir, "credentials"))
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(dir, "absent"))
	return names
}

func TestStatusSeesAProbeWhileAWSHangsForEveryAccount(t *testing.T) {
	dir := alone(t)
	hungAWS(t)
	names := profiles(t, dir, 8)
	write(t, filepath.Join(dir, "warroom.yaml"), "probes:\n  - {name: shop, url: \"tcp://"+healthy(t)+"\"}\n")
	status, out, stderr := run(t, "status", "--json", "--timeout", "2s", "--profile", strings.Join(names, ","))
	if status != exitCannot {
		t.Fatalf("status %d, want 2\n%s%s", status, out, stderr)
	}
	got := parsed(t, out)
	if len(got.Signals) != 1 || got.Signals[0].State != "ok" || got.Signals[0].Detail["word"] != "UP" {
		t.Errorf("the healthy probe is %+v", got.Signals)
	}
	if got.State != "blind" || len(got.Scopes) != 1+2*len(names) {
		t.Errorf("state %s, %d scopes", got.State, len(got.Scopes))
	}
	for _, scope := range got.Scopes {
		if scope.Source == "probe" != (scope.Error == nil) {
			t.Errorf("%s is told with %+v", scope.Source, scope.Error)
		}
		if scope.Account != nil {
			t.Errorf("no number is known, and the account of %s is %q", scope.Source, *scope.Account)
		}
		if scope.Error != nil && strings.Contains(scope.Error.Why, "before its turn came") {
			t.Errorf("a third of the time is for who it is, the rest to look: %+v", scope.Error)
		}
	}
}

// TestStatusStoppedByASignalReportsNothing sends this very process the signals, once
// the look is under way. What is not seen then is no blindness.
func TestStatusStoppedByASignalReportsNothing(t *testing.T) {
	for _, sign := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sign.String(), func(t *testing.T) {
			dir := alone(t)
			asked := hungAWS(t)
			names := profiles(t, dir, 1)
			caught := make(chan os.Signal, 1) // so that a program that does not listen ends no test
			signal.Notify(caught, sign)
			defer signal.Stop(caught)
			go func() {
				<-asked
				_ = syscall.Kill(os.Getpid(), sign)
			}()
			status, out, stderr := run(t, "status", "--timeout", "5s", "--profile", names[0])
			if status != exitInterrupted || out != "" || stderr != "" {
				t.Errorf("status %d\n%s%s", status, out, stderr)
			}
		})
	}
}

// TestStatusJudgesGroupsByWhatItSaw: two of three are not reached, one is not looked at.
func TestStatusJudgesGroupsByWhatItSaw(t *testing.T) {
	dir := alone(t)
	t.Setenv("AWS_REGION", "us-east-1")
	up, down := healthy(t), closedPort(t)
	write(t, filepath.Join(dir, "warroom.yaml"), fmt.Sprintf(`health: {off: true}
alarms: {off: true}
probes:
  - {name: shop-a, url: "tcp://%[1]s", region: us-east-1}
  - {name: shop-b, url: "tcp://%[2]s", region: us-east-1}
  - {name: shop-c, url: "tcp://%[2]s", region: eu-west-1}
  - {name: shop-d, url: "tcp://%[2]s", region: ap-east-1, paused: true}
groups:
  - {by: region}
  - {name: shop, down: 2 of 4}
  - {name: all, down: 3}
`, up, down))
	status, out, stderr := run(t, "status", "--json")
	if status != exitTrouble {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
	told := map[string]string{}
	for _, signal := range parsed(t, out).Signals {
		if signal.Kind == "group" {
			told[signal.Title] = fmt.Sprint(signal.State, " ", signal.Detail)
		}
	}
	for title, want := range map[string]string{
		"region us-east-1": "critical map[down:1 limit:1 probes:[probe/shop-a probe/shop-b] unjudged:0 word:DOWN]",
		"region eu-west-1": "critical map[down:1 limit:1 probes:[probe/shop-c] unjudged:0 word:DOWN]",
		"region ap-east-1": "unknown map[down:0 limit:1 probes:[probe/shop-d] unjudged:1 word:?]",
		"shop":             "critical map[down:2 limit:2 probes:[probe/shop-a probe/shop-b probe/shop-c probe/shop-d] unjudged:1 word:DOWN]",
		"all":              "warning map[down:2 limit:3 probes:[probe/shop-a probe/shop-b probe/shop-c probe/shop-d] unjudged:1 word:1/3]",
	} {
		if told[title] != want {
			t.Errorf("%s is %s, want %s", title, told[title], want)
		}
	}
	if !strings.Contains(strings.Join(strings.Fields(out), ""), `"groups":{"down":3,"degraded":1,"up":0,"unknown":1}`) {
		t.Errorf("the groups are counted otherwise\n%s", out)
	}
	_, out, _ = run(t, "status")
	for _, line := range []string{"groups  3 DOWN, 1 in part, 0 UP, 1 cannot be judged\n", "critical  DOWN  shop  ", "2 of 4 DOWN: shop-b, shop-c; 1 PAUSED"} {
		if !strings.Contains(out, line) {
			t.Errorf("there is no %q in\n%s", line, out)
		}
	}
}

func TestStatusCountsWhatItSawAndNothingElse(t *testing.T) {
	alone(t)
	url := endpoint(t)
	head := func(config string) string {
		t.Helper()
		write(t, "warroom.yaml", config)
		_, out, _ := run(t, "status")
		lines := strings.Split(out, "\n")
		return strings.Join(lines[1:min(len(lines), 4)], "\n")
	}
	off := "health: {off: true}\nalarms: {off: true}\nfeeds: {off: true}\ncanaries: {off: true}\n"
	for _, c := range []struct{ name, config, want string }{
		{"all sorts of probes", off + "probes:\n  - {name: up, url: " + url + "}\n  - {name: down, url: " + url + "/fails}\n" +
			"  - {name: mended, url: " + url + "/fails}\n  - {name: sleeps, url: " + url + ", paused: true}\n" +
			"maintenance:\n  - {from: \"2020-01-01 00:00\", to: \"2120-01-01 00:00\", probes: [mended]}\n",
			"health  not watched\nalarms  not watched\nprobes  1 DOWN, 0 SLOW, 1 UP, 1 in maintenance, 1 paused"},
		{"only a paused one", off + "probes:\n  - {name: sleeps, url: " + url + ", paused: true}\n",
			"nothing is watched: the config names no account, and of its probes 1 are paused\n"},
	} {
		if got := head(c.config); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestStatusCountsPausedProbesBesideAnAccount(t *testing.T) {
	alone(t)
	write(t, "warroom.yaml", "scopes: [{profile: nix, regions: [us-east-1]}]\nfeeds: {off: true}\ncanaries: {off: true}\nprobes:\n  - {name: sleeps, url: \"tcp://127.0.0.1:1\", paused: true}\n")
	_, out, _ := run(t, "status", "--timeout", "5s")
	if want := "health  not seen\nalarms  not seen\nprobes  0 DOWN, 0 SLOW, 0 UP, 1 paused\n"; !strings.Contains(out, want) {
		t.Errorf("it says\n%s\nwant\n%s", out, want)
	}
}
