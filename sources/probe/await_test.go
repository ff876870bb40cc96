package probe

import (
	"net/http"
	"sync/atomic"
	"testing"

	"warroom/internal/room"
)

func TestS9AnEndpointThatIsYetToComeCallsNobody(t *testing.T) {
	var status atomic.Int32
	server := serving(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(status.Load())) })
	spec := Spec{URL: server.URL, Await: true, Confirm: Confirm{Down: 2, Of: 3, Up: 2}}
	const wrong = "expected status 200..299, got 503"
	watch := watchOf(t, spec, nil)
	var last room.Signal
	for i, c := range []struct {
		status       int32
		word, reason string
		counts       bool // in the share of good looks
	}{
		{503, "DOWN?", neverUp + wrong, false}, {503, "DOWN?", neverUp + wrong, false}, {503, "DOWN?", neverUp + wrong, false},
		{200, "UP", "", true}, // at once, whatever Confirm.Up is for one that was DOWN
		{503, "DOWN?", wrong, true}, {503, "DOWN", wrong, true}, {200, "DOWN", wrong, true}, {200, "UP", "", true},
	} {
		status.Store(c.status)
		got := lookOnce(t.Context(), t, watch)
		if got.Word != c.word || got.Reason != c.reason || (got.State == room.Critical) != (c.word == "DOWN") || (got.sample.State != room.Unknown) != c.counts {
			t.Errorf("look %d: %s %s %q, reading %+v", i, got.State, got.Word, got.Reason, got.sample)
		}
		if i == 0 {
			last = got.Signal
		}
	}
	status.Store(503)
	after := func(left room.Signal) reading {
		watch := watchOf(t, spec, &Environment{Known: func(string) *room.Signal { return &left }})
		lookOnce(t.Context(), t, watch)
		return lookOnce(t.Context(), t, watch)
	}
	if got := after(last); got.Word != "DOWN?" || got.Reason != neverUp+wrong {
		t.Errorf("after a restart before it came: %s %q", got.Word, got.Reason)
	}
	if got := after(room.Signal{Word: "UP"}); got.Word != "DOWN" {
		t.Errorf("after a restart once it had come: %s %q", got.Word, got.Reason)
	}
	spec.Await = false
	if got := after(last); got.Word != "DOWN" {
		t.Errorf("when nobody awaits it any more: %s %q", got.Word, got.Reason)
	}
}
