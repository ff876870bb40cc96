package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/cloudwatch"
	"warroom/ui"
)

// onlyProbes begins a config in which nothing but its own probes is looked at.
const onlyProbes = "health: {off: true}\nalarms: {off: true}\ncanaries: {off: true}\n"

// watching is an intake whose room watches what a config file says, and the file.
func watching(t *testing.T, clock room.Clock, text string) (in *intake, r *room.Room, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "warroom.yaml")
	write(t, path, onlyProbes+text)
	a := &app{themes: loadThemes()}
	cfg, err := config.Load(path, a.allowed())
	if err != nil {
		t.Fatal(err)
	}
	r = room.New(room.Options{Clock: clock})
	w := world{clock: clock, controls: new(heldControls)}
	w.network.Known = leftWith(r)
	c := &crew{room: r, clock: clock, log: slog.New(slog.DiscardHandler), charts: cloudwatch.NewCharts(clock)}
	t.Cleanup(c.stop)
	in = &intake{app: a, crew: c, world: w, current: cfg, groups: func(cfg *config.Config) []group { return a.groups(cfg, w) }}
	c.start(t.Context(), in.groups(cfg))
	return in, r, path
}

// until waits for a room to show something.
func until(t *testing.T, r *room.Room, what string, shows func(*room.Snapshot) bool) {
	t.Helper()
	bell, leave := r.Join()
	defer leave()
	limit := time.After(time.Minute)
	for !shows(r.Snapshot()) {
		select {
		case <-bell:
		case <-limit:
			t.Fatalf("the room never shows %s; it shows %s", what, titles(r.Snapshot()))
		}
	}
}

// probeOf is what a room shows of a probe; nil if nothing.
func probeOf(s *room.Snapshot, name string) *room.Signal {
	for _, signal := range s.Of(room.KindProbe).Signals {
		if signal.Key == "probe/"+name {
			return signal
		}
	}
	return nil
}

func hasScope(s *room.Snapshot, source string) bool {
	for _, one := range s.Scopes.List {
		if one.Scope.Source == source {
			return true
		}
	}
	return false
}

// network is a listener that tells of each connection.
func network(t *testing.T) (address string, reached <-chan struct{}) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	told := make(chan struct{}, 100)
	go func() {
		for {
			conn, err := listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil {
				conn.Close()
				told <- struct{}{}
			}
		}
	}()
	return listener.Addr().String(), told
}

func TestTheLookAtOurOwnConnectionComesWithTheFirstProbeAndEndsWithTheLast(t *testing.T) {
	one, reached := network(t)
	other, _ := network(t)
	in, r, _ := watching(t, room.Wall{}, fmt.Sprintf("controls: {targets: [%q, %q]}\n", one, other))
	desk := in.probeDesk(true)
	do := func(act ui.ProbeAct) {
		t.Helper()
		if _, err := desk(act); err != nil {
			t.Fatal(err)
		}
	}
	looks := func(s *room.Snapshot) bool { return hasScope(s, room.ConnectionSource) }
	gone := func(s *room.Snapshot) bool { return !looks(s) }
	if in.crew.againAt(room.ConnectionSource) {
		t.Error("without a probe somebody looks at our own connection")
	}
	do(ui.ProbeAct{Do: ui.ProbeAdd, Name: "shop", URL: "tcp://" + one})
	until(t, r, "our own connection", looks)
	<-reached
	do(ui.ProbeAct{Do: ui.ProbeAdd, Name: "other", URL: "tcp://" + other})
	do(ui.ProbeAct{Do: ui.ProbeRemove, Name: "shop"})
	if !in.crew.againAt(room.ConnectionSource) {
		t.Error("one probe is left, and nobody looks at our own connection")
	}
	do(ui.ProbeAct{Do: ui.ProbePause, Name: "other"})
	until(t, r, "no look at our own connection while the last probe is paused", gone)
	do(ui.ProbeAct{Do: ui.ProbeResume, Name: "other"})
	until(t, r, "our own connection again", looks)
	do(ui.ProbeAct{Do: ui.ProbeRemove, Name: "other"})
	until(t, r, "no look at our own connection without a probe", gone)
	if in.crew.againAt(room.ConnectionSource) {
		t.Error("the last probe is gone, and somebody looks at our own connection")
	}
}

func TestWhatIsKnownOfTheNetworksHoldsForProbesThatComeLater(t *testing.T) {
	w := world{clock: room.Wall{}, controls: new(heldControls)}
	first, next, others := config.Default(), config.Default(), config.Default()
	next.Probes = []config.Probe{{Name: "shop", URL: "tcp://127.0.0.1:1"}}
	others.Controls.Targets = []string{"192.0.2.1:443", "198.51.100.7:443"}
	known := w.prepared(first).network.Controls
	if known == nil || w.prepared(next).network.Controls != known {
		t.Error("a probe that is added begins with networks that never answered")
	}
	if w.prepared(others).network.Controls == known {
		t.Error("what is known of some networks is taken for others")
	}
}

// TestS6AProbeThatAReloadLeavesAloneGoesOn: its state, its age and its readings stay, and
// its due times, which its name alone decides. The other one is the new one.
func TestS6AProbeThatAReloadLeavesAloneGoesOn(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	probes := "controls: {off: true}\nprobes:\n  - {name: same, url: " + server.URL + ", interval: 1s}\n  - {name: other, url: " + server.URL + ", interval: 1s%s}\n"
	in, r, path := watching(t, room.Wall{}, fmt.Sprintf(probes, ""))
	until(t, r, "both UP", func(s *room.Snapshot) bool {
		same, other := probeOf(s, "same"), probeOf(s, "other")
		return same != nil && same.Word == "UP" && other != nil && other.Word == "UP"
	})
	before := probeOf(r.Snapshot(), "same")
	write(t, path, onlyProbes+fmt.Sprintf(probes, ", confirm: 1, expect: {status: '404'}"))
	next, err := config.Load(path, in.app.allowed())
	in.take(t.Context(), next, err)
	until(t, r, "the other one DOWN and another look at the same", func(s *room.Snapshot) bool {
		same, other := probeOf(s, "same"), probeOf(s, "other")
		return other != nil && other.Word == "DOWN" && same != nil && same.Series.Len() > before.Series.Len()
	})
	after := probeOf(r.Snapshot(), "same")
	first := func(s *room.Signal) (at time.Time) {
		for sample := range s.Series.All() {
			return sample.At
		}
		return at
	}
	if after.Word != "UP" || !after.Since.Equal(before.Since) || !first(after).Equal(first(before)) {
		t.Errorf("after the reload it is %+v, before %+v", after, before)
	}
	write(t, path, onlyProbes+"probes: [{name: same, url: 'nothing://x'}]\n")
	_, err = config.Load(path, in.app.allowed())
	in.take(t.Context(), nil, err)
	until(t, r, "that the config was not taken", func(s *room.Snapshot) bool { return hasScope(s, configScope.Source) })
	if err == nil || in.current != next || !in.crew.againAt("probe/same") || !in.crew.againAt("probe/other") {
		t.Errorf("a config that is wrong (%v) changes what is looked at", err)
	}
}

// TestQ10NoProbeIsUnderWayAfterLeaving: who leaves waits neither for one that hangs, nor
// does it outlive him.
func TestQ10NoProbeIsUnderWayAfterLeaving(t *testing.T) {
	begun, ended := make(chan struct{}, 1), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		begun <- struct{}{}
		<-r.Context().Done() // the connection is closed
		close(ended)
	}))
	t.Cleanup(server.Close)
	in, _, _ := watching(t, room.Wall{}, "controls: {off: true}\nprobes: [{name: hangs, url: "+server.URL+", timeout: 60s, interval: 61s}]\n")
	<-begun
	in.crew.leave()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("the probe that hangs outlives the one who left")
	}
	in.crew.stop() // returns only once no look is under way
	if in.crew.againAt("probe/hangs") {
		t.Error("it would be looked at again")
	}
}

// byHand is a clock that a test sets; who waits on it waits for the end of the test.
type byHand struct {
	start time.Time
	later atomic.Int64
}

func (c *byHand) Now() time.Time { return c.start.Add(time.Duration(c.later.Load())) }

func (c *byHand) pass(d time.Duration) { c.later.Add(int64(d)) }

func (c *byHand) Sleep(ctx context.Context, _ time.Time) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestQ7WhoSharesAServerHasItLookNoOftenerThanAdditionsAllow(t *testing.T) {
	clock := &byHand{start: time.Date(2025, 10, 20, 6, 48, 0, 0, time.UTC)}
	in, _ := bench(t, slog.New(slog.DiscardHandler))
	in.crew.clock, in.current = clock, config.Default()
	in.current.Additions.Interval = 10 * time.Second
	in.current.Probes = []config.Probe{{Name: "shop"}, {Name: "db"}}
	in.crew.run(t.Context(), []group{func(context.Context) ([]sources.Watch, []string) {
		var watches []sources.Watch
		for _, p := range in.current.Probes {
			watches = append(watches, sources.Watch{Name: "probe/" + p.Name, Interval: time.Hour, Timeout: time.Second, Look: func(context.Context, sources.Report) error { return nil }})
		}
		return watches, nil
	}}, new(findings))
	guest, admin := in.probeDesk(false), in.probeDesk(true)
	for limit := time.Now().Add(time.Minute); !in.crew.againAt("probe/shop") || !in.crew.againAt("probe/db"); {
		if time.Now().After(limit) {
			t.Fatal("nobody looks at the probes")
		}
	}
	for _, c := range []struct {
		later time.Duration
		desk  ui.ProbeDesk
		name  string
		want  string
	}{
		{0, guest, "shop", ""},
		{2500 * time.Millisecond, guest, "shop", "shop was looked at 3s ago because somebody asked for it, and additions.interval allows that every 10s; ask again in 8s"},
		{0, guest, "db", ""},
		{0, admin, "shop", ""},
		{7499 * time.Millisecond, guest, "shop", "shop was looked at 10s ago because somebody asked for it, and additions.interval allows that every 10s; ask again in 1s"},
		{time.Millisecond, guest, "shop", ""},
		{0, guest, "nothing", `there is no probe "nothing"; see the list of probes`},
		{0, guest, "nothing", `there is no probe "nothing"; see the list of probes`},
	} {
		clock.pass(c.later)
		if _, err := c.desk(ui.ProbeAct{Do: ui.ProbeRun, Name: c.name}); err == nil != (c.want == "") || err != nil && err.Error() != c.want {
			t.Errorf("%s after %s: got %v\nwant %s", c.name, c.later, err, c.want)
		}
	}
}

func TestQ7WhoSharesAServerChangesSoManyProbesAMinute(t *testing.T) {
	clock := &byHand{start: time.Date(2025, 10, 20, 6, 48, 0, 0, time.UTC)}
	in, _, path := watching(t, clock, "controls: {off: true}\nprobes:\n  - {name: db, url: \"tcp://127.0.0.1:1\"}\n")
	ana, admin := in.probeDesk(false), in.probeDesk(true)
	add := func(desk ui.ProbeDesk, i int) error {
		_, err := desk(ui.ProbeAct{Do: ui.ProbeAdd, Name: fmt.Sprint("p", i), URL: "https://shop.example/"})
		return err
	}
	for i := range guestChanges {
		if err := add(ana, i); err != nil {
			t.Fatal(err)
		}
		if err := add(ana, i); i == 0 && (err == nil || !strings.Contains(err.Error(), "already")) { // and does not count
			t.Errorf("the same again: %v", err)
		}
		clock.pass(time.Second)
	}
	const want = "probes were changed 10 times within a minute from screens that others share, and no more is taken at once; try again in 50s"
	if err := add(ana, 10); err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	if err := add(admin, 11); err != nil {
		t.Errorf("an admin is refused: %v", err)
	}
	clock.pass(50 * time.Second)
	if err := add(ana, 12); err != nil {
		t.Errorf("a minute after the first: %v", err)
	}
	if err := add(ana, 13); err == nil {
		t.Error("only one of them is a minute old")
	}
	next, err := config.Load(path, in.app.allowed())
	if err != nil || len(next.Probes) != 13 {
		t.Errorf("the file has %d probes, %v", len(next.Probes), err)
	}
}
