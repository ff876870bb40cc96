package main

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"warroom/internal/access"
	"warroom/internal/presence"
	"warroom/internal/room"
	"warroom/internal/serve"
	"warroom/ui"
)

// anybody lets every key in as a viewer of its own.
type anybody struct{}

func (anybody) Admit(key gossh.PublicKey, _ net.Addr) (*access.Grant, error) {
	fingerprint := gossh.FingerprintSHA256(key)
	return &access.Grant{Person: room.Person{Name: fingerprint[7:15], Key: fingerprint, Role: room.Viewer}, Permissions: new(gossh.Permissions)}, nil
}

// serveRoom serves a room until its input ends. It prints the address; a line on its input
// says what is to change once a second.
func serveRoom() error {
	r := furnish(room.New(room.Options{Name: "prod"}))
	host, err := hostKey()
	if err != nil {
		return err
	}
	s, err := serve.New(serve.Options{
		Keyring: anybody{}, HostKeys: []gossh.Signer{host}, Room: r, Roster: new(presence.Roster), Log: slog.New(slog.DiscardHandler), Audit: slog.New(slog.DiscardHandler),
		Exempt: loopback,
		Screen: func(*serve.Guest) ui.Options {
			return ui.Options{Room: r, Look: ui.Look{Theme: "dark"}, Memory: ui.Memory{Visited: true}}
		},
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() { _ = s.Serve(listener) }()
	if at := os.Getenv("LOADTEST_PPROF"); at != "" {
		go func() { _ = http.ListenAndServe(at, nil) }()
	}
	debug.FreeOSMemory()
	fmt.Println(listener.Addr())
	lines := bufio.NewScanner(os.Stdin)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for lines.Scan() {
		switch word := lines.Text(); word {
		case "stages":
			fmt.Println(s.Stages(), s.Sessions(), time.Duration(slowest.Load()))
		default:
			go change(ctx, r, word)
		}
	}
	s.Stop()
	if err := lines.Err(); err != nil && err != io.EOF {
		return err
	}
	return nil
}

func hostKey() (gossh.Signer, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return gossh.NewSignerFromKey(private)
}

// Sizes of the room: those of a team of some services on a bad day.
const (
	alarms = 300
	probes = 40
	events = 9
)

func furnish(r *room.Room) *room.Room {
	now := time.Now()
	var all []room.Signal
	for i := range alarms {
		all = append(all, alarm(i, i%8 == 0, now.Add(-time.Duration(i)*time.Minute)))
	}
	r.Observe(room.Observation{Scope: cloudwatch, Watch: "a", At: now, Signals: all, Begins: true, Done: true, Complete: true, Interval: time.Hour})
	for i := range probes {
		r.Observe(room.Observation{Scope: probed, Watch: fmt.Sprint("p", i), At: now, Signals: []room.Signal{probe(i, 0, now)}, Begins: true, Done: true, Interval: time.Hour})
	}
	all = nil
	for i := range events {
		all = append(all, room.Signal{
			Key: fmt.Sprint("health/", i), Kind: room.KindHealth, Scope: health, State: room.Warning, Word: "OPEN", Title: fmt.Sprintf("Service %d operational issue", i),
			Region: "us-east-1", Since: now.Add(-time.Duration(i) * time.Hour), Detail: &room.HealthDetail{},
		})
	}
	r.Observe(room.Observation{Scope: health, Watch: "h", At: now, Signals: all, Begins: true, Done: true, Complete: true, Interval: time.Hour})
	r.Flush()
	return r
}

var (
	cloudwatch = room.Scope{Source: "cloudwatch", Account: "111111111111", Region: "us-east-1"}
	probed     = room.Scope{Source: "probe", Region: "us-east-1"}
	health     = room.Scope{Source: "health", Account: "111111111111", Region: "global"}
)

func alarm(i int, rings bool, since time.Time) room.Signal {
	s := room.Signal{
		Key: fmt.Sprint("alarm/", i), Kind: room.KindAlarm, Scope: cloudwatch, State: room.OK, Word: "OK", Title: fmt.Sprintf("checkout-service-%03d-5xx-rate-high", i),
		Account: "111111111111", Region: "us-east-1", Service: "checkout", Since: since, Detail: &room.AlarmDetail{Judging: &room.Judging{Metric: "5xx"}},
	}
	if rings {
		s.State, s.Word = room.Critical, "ALARM"
		s.Reason = "Threshold Crossed: 3 out of the last 5 datapoints were greater than the threshold (5.0)."
	}
	return s
}

func probe(i, n int, at time.Time) room.Signal {
	took := time.Duration(80+(n*37)%50) * time.Millisecond
	return room.Signal{
		Key: fmt.Sprint("probe/", i), Kind: room.KindProbe, Scope: probed, State: room.OK, Word: "UP", Title: fmt.Sprintf("endpoint-%02d", i), Region: "us-east-1",
		Since: at, Detail: &room.ProbeDetail{Target: "https://example.com", Interval: time.Hour},
		Samples: []room.Sample{{At: at, State: room.OK, Total: took, Status: 200, Text: fmt.Sprintf("200 in %dms", took.Milliseconds())}},
	}
}

// slowest is the longest that a change took from being seen to every viewer's bell, in
// nanoseconds.
var slowest atomic.Int64

// change lets one thing change once a second.
func change(ctx context.Context, r *room.Room, what string) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		now := time.Now()
		i, signal, scope, watch := n%10, room.Signal{}, probed, fmt.Sprint("p", n%10) // one of those that are on the screen
		switch what {
		case "reading":
			signal = probe(i, n, now)
		case "state":
			signal, scope, watch = alarm(1+n/2%7, n%2 == 0, now), cloudwatch, "a"
		default:
			return
		}
		r.Observe(room.Observation{Scope: scope, Watch: watch, At: now, Signals: []room.Signal{signal}, Begins: true, Done: true, Interval: time.Hour})
		r.Flush()
		if took := int64(time.Since(now)); took > slowest.Load() {
			slowest.Store(took)
		}
	}
}
