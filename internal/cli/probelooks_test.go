package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/room"
	"warroom/theme"
)

// looksAt is the probing of one endpoint, to be looked at round by round.
func looksAt(t *testing.T, flags probeFlags, url string) *probing {
	t.Helper()
	flags.interval, flags.timeout = time.Millisecond, 5*time.Second
	p := &probing{flags: &flags}
	spec, err := flags.spec(url)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.add(url, spec); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEachLookSpeaksForItself(t *testing.T) {
	looks := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if looks++; looks%2 == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(server.Close)
	p := looksAt(t, probeFlags{}, server.URL)
	for n := range 14 {
		line := lineOfProbe(&p.round(t.Context())[0])
		if n%2 == 0 && (line.State != "up" || line.Message != nil) {
			t.Fatalf("look %d was right, and is %+v", n+1, line)
		}
		if n%2 == 1 && (line.State != "down" || line.Message == nil || *line.Message != "expected status 200..299, got 503") {
			t.Fatalf("look %d was wrong, and is %+v", n+1, line)
		}
	}
}

func TestTheCertificateOfAnEarlierLookIsNotShown(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	p := looksAt(t, probeFlags{insecure: true}, server.URL)
	if line := lineOfProbe(&p.round(t.Context())[0]); line.TLS == nil {
		t.Fatalf("no certificate was shown: %+v", line)
	}
	server.Close()
	if line := lineOfProbe(&p.round(t.Context())[0]); line.State != "down" || line.TLS != nil {
		t.Errorf("nothing listens any more, and the look shows %+v", line.TLS)
	}
}

func TestWhatIsDrawnInPlaceFitsTheTerminal(t *testing.T) {
	for _, size := range []struct{ width, height int }{{160, 48}, {80, 24}, {80, 6}, {40, 24}, {20, 4}} {
		t.Run(fmt.Sprintf("%dx%d", size.width, size.height), func(t *testing.T) {
			var out strings.Builder
			p := &probePrinter{out: &out, marks: theme.Unicode, width: size.width, height: size.height, many: true, redraw: true}
			a := &aim{target: "https://checkout.example.com/a/long/way/to/the/health/of/it", address: netip.MustParseAddr("2001:db8::1")}
			for range 3 {
				sample := room.Sample{State: room.OK, Total: 1234567, Phases: room.NoPhases, Text: "200 in 1.2ms", Address: "[2001:db8::1]:443"}
				sample.Phases.Connect = 1234567
				a.samples = append(a.samples, sample)
				out.Reset()
				before := p.drawn
				if err := p.round([]found{{aim: a, sample: sample, signal: room.Signal{State: room.OK, Word: "UP"}}}); err != nil {
					t.Fatal(err)
				}
				over := ""
				if before > 0 {
					over = fmt.Sprintf("\x1b[%dA", before)
				}
				drawn, ok := strings.CutPrefix(out.String(), over)
				if !ok || strings.Count(drawn, "\n") != p.drawn || p.drawn >= size.height {
					t.Errorf("%d lines counted, over %d\n%q", p.drawn, before, out.String())
				}
				for line := range strings.Lines(drawn) {
					if width := ansi.StringWidth(strings.TrimSuffix(line, "\n")); width > size.width {
						t.Errorf("%d cells: %q", width, line)
					}
				}
			}
			summed := strings.Contains(out.String(), " looks, ")
			out.Reset()
			if err := p.over([]*aim{a}); err != nil || summed == strings.Contains(out.String(), " looks, ") {
				t.Errorf("the sum is seen once, in place or at the end: %v\n%s", err, out.String())
			}
		})
	}
}

func TestTheNumberOfBadAddressesIsSaid(t *testing.T) {
	for bad, want := range map[int]string{
		0: "0 of 3 addresses of x are bad", 1: "1 of 3 addresses of x is bad", 2: "2 of 3 addresses of x are bad",
	} {
		var seen []found
		for i := range 3 {
			f := found{aim: &aim{target: "x", address: netip.AddrFrom4([4]byte{192, 0, 2, byte(i)})}, signal: room.Signal{State: room.OK}}
			if i < bad {
				f.signal.State = room.Critical
			}
			seen = append(seen, f)
		}
		var text strings.Builder
		(&probePrinter{rounds: 1}).addresses(&text, seen)
		if got := strings.TrimSpace(text.String()); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestAPercentileNeedsLooksEnough: of three looks the p99 is the slowest, and says so.
func TestAPercentileNeedsLooksEnough(t *testing.T) {
	for looks, want := range map[int]string{
		3:   "3 looks, 100.0% good, fastest 1.0ms, p50 2.0ms, slowest 3.0ms",
		10:  "10 looks, 100.0% good, fastest 1.0ms, p50 5.0ms, p90 9.0ms, slowest 10ms",
		100: "100 looks, 100.0% good, fastest 1.0ms, p50 50ms, p90 90ms, p99 99ms, slowest 100ms",
	} {
		a := new(aim)
		for i := range looks {
			a.samples = append(a.samples, room.Sample{State: room.OK, Total: time.Duration(i+1) * time.Millisecond})
		}
		var text strings.Builder
		(&probePrinter{marks: theme.Unicode, width: 200}).sum(&text, a)
		if got := strings.TrimSpace(text.String()); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
