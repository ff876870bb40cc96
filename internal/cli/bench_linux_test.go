package cli

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"warroom/internal/drill"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
	"warroom/sources/cloudwatch"
	"warroom/ui"
)

// The size of what is loaded: 5 accounts, 4 regions, 2,500 alarms in each.
const (
	benchAccounts = 5
	benchServices = 250
	benchMetrics  = 10
	benchAlarms   = benchServices * benchMetrics
)

var benchRegions = []string{"us-east-1", "us-west-2", "eu-west-1", "ap-southeast-2"}

// benchServe names the variable with which the benchmark starts its simulated AWS.
const benchServe = "WARROOM_BENCH_SERVE"

// manyAlarms is a scenario of 2,500 alarms in each of four regions, which stand still.
func manyAlarms() string {
	var text strings.Builder
	names := make([]string, benchServices)
	for i := range names {
		names[i] = fmt.Sprintf("checkout-%03d", i)
	}
	fmt.Fprintf(&text, "name: many\ntitle: many alarms\nbegin: 2025-10-20T06:00:00Z\nend: 2025-10-20T18:00:00Z\nlasts: 12h\naccount: \"123456789012\"\nregions: [%s]\nservices:\n", strings.Join(benchRegions, ", "))
	for _, name := range names {
		fmt.Fprintf(&text, "  - {name: %s}\n", name)
	}
	text.WriteString("alarms:\n")
	for i := range benchMetrics {
		fmt.Fprintf(&text, "  - {name: \"prod-{service}-target-%02d-error-rate-high\", services: [%s], namespace: AWS/ApplicationELB, metric: HTTPCode_Target_5XX_Count, statistic: Sum, threshold: 5, periods: 3, "+
			"dimensions: {LoadBalancer: \"app/{service}/50dc6c495c0c9188\", TargetGroup: \"targetgroup/{service}/73e2d6bc24d8a067\"}, about: \"{service} answers with errors; see https://runbooks.acme.example/{service}\"}\n", i, strings.Join(names, ", "))
	}
	text.WriteString("script:\n  - {at: \"06:01\", alarms: {names: [\"*-00-*\"], become: ALARM, within: 5m}}\n")
	return text.String()
}

// TestServeManyAlarms is the simulated AWS of the benchmark, in a process of its own: it
// writes its address and serves until its input ends.
func TestServeManyAlarms(t *testing.T) {
	if os.Getenv(benchServe) == "" {
		t.Skip("only the benchmark needs it")
	}
	path := filepath.Join(t.TempDir(), "many.yaml")
	write(t, path, manyAlarms())
	scenario, err := drill.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	world, err := drill.Start(t.Context(), scenario, drill.Options{From: "07:00", Speed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer world.Close()
	fmt.Println(world.AWSURL())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// serveMany starts it.
func serveMany(b *testing.B) string {
	b.Helper()
	server := exec.Command(os.Args[0], "-test.run=^TestServeManyAlarms$")
	server.Env = append(os.Environ(), benchServe+"=1")
	input, err := server.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	output, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = input.Close()
		_ = server.Wait()
	})
	url, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(url)
}

// resident is the resident memory of this process, in MB.
func resident(b *testing.B) float64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kilobytes, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		b.Fatal(err)
	}
	return float64(kilobytes) / 1024
}

// onCore is how long this thread has had a core. Source: getrusage(2), RUSAGE_THREAD.
func onCore(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	const thread = 1
	if err := syscall.Getrusage(thread, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// seat is a screen of 200x60 that nobody but the benchmark sees.
type seat struct {
	model    *ui.Model
	messages chan tea.Msg
}

// do runs a command, and hands on what comes of it.
func (s *seat) do(command tea.Cmd) {
	if command == nil {
		return
	}
	go func() {
		switch message := command().(type) {
		case nil:
		case tea.BatchMsg:
			for _, each := range message {
				s.do(each)
			}
		default:
			s.messages <- message
		}
	}()
}

// take gives the screen a message and draws it.
func (s *seat) take(message tea.Msg) {
	_, command := s.model.Update(message)
	s.model.View()
	s.do(command)
}

// BenchmarkFiftyThousandAlarmsOfTwentyRegionsAreLoaded loads them from the simulated AWS,
// at the published rates, while somebody walks through the rows.
func BenchmarkFiftyThousandAlarmsOfTwentyRegionsAreLoaded(b *testing.B) {
	url := serveMany(b)
	for b.Loop() {
		loadMany(b, url)
	}
}

func loadMany(b *testing.B, url string) {
	boundGarbage()
	clock := room.Wall{}
	calls := awsclient.NewCalls(clock)
	r := room.New(room.Options{Name: "many", Clock: clock})
	model, err := ui.New(ui.Options{Context: b.Context(), Room: r, Desk: r.Desk("ana"), Memory: ui.Memory{Visited: true}, Look: ui.Look{Theme: "dark"}})
	if err != nil {
		b.Fatal(err)
	}
	defer model.Close()
	s := &seat{model, make(chan tea.Msg)}
	s.do(model.Init())
	s.take(tea.WindowSizeMsg{Width: 200, Height: 60})
	s.take(tea.KeyPressMsg{Code: '2', Text: "2"})

	began := time.Now()
	runner := sources.NewRunner(clock, r, slog.New(slog.DiscardHandler))
	go runner.Run(b.Context(), manyWatches(calls, url, clock))
	var first, all time.Duration
	var took, worked []time.Duration // by each key: real time, and time on a core
	runtime.LockOSThread()           // whose time on a core is counted
	defer runtime.UnlockOSThread()
	deadline := time.After(3 * time.Minute)
	keys := time.NewTicker(20 * time.Millisecond)
	defer keys.Stop()
	most := 0.0
	for all == 0 {
		select {
		case message := <-s.messages:
			s.take(message)
			n := len(r.Snapshot().Of(room.KindAlarm).Signals)
			if n > 0 && first == 0 {
				first = time.Since(began)
			}
			if n == benchAccounts*len(benchRegions)*benchAlarms {
				all = time.Since(began)
			}
		case <-keys.C:
			press, busy := time.Now(), onCore(b)
			s.take(tea.KeyPressMsg{Code: 'j', Text: "j"})
			took, worked = append(took, time.Since(press)), append(worked, onCore(b)-busy)
			if len(took)%50 == 0 {
				most = max(most, resident(b))
			}
		case <-deadline:
			b.Fatalf("of 50,000 alarms %d came", len(r.Snapshot().Of(room.KindAlarm).Signals))
		}
	}
	b.ReportMetric(float64(first.Milliseconds()), "ms-to-first-rows")
	b.ReportMetric(all.Seconds(), "s-to-all")
	for name, each := range map[string][]time.Duration{"ms-key": took, "ms-key-on-core": worked} {
		slices.Sort(each)
		b.ReportMetric(float64(each[len(each)/2].Microseconds())/1000, name+"-p50")
		b.ReportMetric(float64(each[len(each)-1].Microseconds())/1000, name+"-slowest")
	}
	b.ReportMetric(max(most, resident(b)), "MB-resident")
	debug.FreeOSMemory()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.ReportMetric(float64(memory.HeapAlloc)/(1<<20), "MB-heap")
	b.ReportMetric(resident(b), "MB-resident-at-rest")
	runtime.KeepAlive(model)
}

// manyWatches are the watches of every account and region.
func manyWatches(calls *awsclient.Calls, url string, clock room.Clock) []sources.Watch {
	var watches []sources.Watch
	for i := range benchAccounts {
		account := fmt.Sprintf("%012d", i+1)
		for _, region := range benchRegions {
			cfg := calls.Count(aws.Config{
				Region: region, BaseEndpoint: aws.String(url), HTTPClient: awsclient.HTTPClient(), Retryer: awsclient.NewRetryer,
				Credentials: credentials.NewStaticCredentialsProvider("DRILL", "made up", ""),
			}, account)
			watches = append(watches, cloudwatch.New(cloudwatch.Options{Config: cfg, Account: account, Region: region, Clock: clock}))
		}
	}
	return watches
}
