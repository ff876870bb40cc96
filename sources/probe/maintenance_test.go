package probe

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"warroom/internal/room"
)

// TestInMaintenanceWhatFailsCallsNobodyAndLooksGoOn (S11).
func TestInMaintenanceWhatFailsCallsNobodyAndLooksGoOn(t *testing.T) {
	var well, within atomic.Bool
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		if !well.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	until := time.Date(2026, 11, 29, 2, 0, 0, 0, time.UTC)
	w := watchOf(t, Spec{Name: "shop", URL: server.URL, Maintenance: func(time.Time) (time.Time, bool) { return until, within.Load() }}, nil)
	r := room.New(room.Options{})
	within.Store(true)
	well.Store(true)
	inRoom(t, r, w)
	raised := func() (n int) {
		for _, e := range r.Snapshot().Timeline.Events {
			if e.Raises {
				n++
			}
		}
		return n
	}
	shown := func() *room.Signal { return r.Snapshot().Of(room.KindProbe).Signals[0] }
	if shown().Word != "UP" {
		t.Errorf("a good look in maintenance says %s", shown().Word)
	}
	well.Store(false)
	for range 2 { // the reason does not grow
		inRoom(t, r, w)
		if s := shown(); s.Word != room.Maintenance || s.State != room.Warning || raised() != 0 ||
			s.Reason != "DOWN in maintenance until 2026-11-29 02:00Z: expected status 200..299, got 503" {
			t.Errorf("in maintenance it is %s %s %q, raised %d times", s.State, s.Word, s.Reason, raised())
		}
	}
	if last, _ := shown().Series.Last(); last.State != room.Unknown || last.Status != 503 {
		t.Errorf("the look counts as %s, status %d", last.State, last.Status)
	}
	within.Store(false)
	inRoom(t, r, w)
	if s := shown(); s.Word != "DOWN" || raised() != 1 || strings.Contains(s.Reason, "maintenance") {
		t.Errorf("after it, it is %s %q, raised %d times", s.Word, s.Reason, raised())
	}
	if asked.Load() != 4 {
		t.Errorf("it was asked %d times at four looks", asked.Load())
	}
}
