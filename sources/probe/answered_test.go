package probe

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"warroom/internal/room"
)

func TestN10AnAnswerThatChangesIsToldOf(t *testing.T) {
	var current atomic.Value
	address := answersOf(t, func(q *dns.Msg, _ string) [][]byte {
		now := current.Load().(string)
		if now == "" {
			return [][]byte{says(q, dns.RcodeServerFailure)}
		}
		return [][]byte{says(q, dns.RcodeSuccess, "www.example.com. 60 IN A "+now, "www.example.com. 60 IN A 192.0.2.9")}
	})
	spec := Spec{URL: "dns://" + address + "/www.example.com", Timeout: 30 * time.Second}
	watch := watchOf(t, spec, nil)
	var last room.Signal
	for _, c := range []struct{ now, told string }{
		{"192.0.2.1", "192.0.2.1 192.0.2.9"}, {"", "192.0.2.1 192.0.2.9"}, {"192.0.2.2", "192.0.2.2 192.0.2.9"}, {"192.0.2.1", "192.0.2.2 192.0.2.9"},
	} {
		current.Store(c.now)
		last = lookOnce(t.Context(), t, watch).Signal
		if told := strings.Join(last.Detail.(*room.ProbeDetail).Answers, " "); told != c.told {
			t.Errorf("after %q the room is told %q, want %q", c.now, told, c.told)
		}
	}
	resumed := watchOf(t, spec, &Environment{Known: func(string) *room.Signal { return &last }})
	if after := lookOnce(t.Context(), t, resumed); !slices.Equal(after.Detail.(*room.ProbeDetail).Answers, []string{"192.0.2.1", "192.0.2.9"}) {
		t.Errorf("after a restart it is told %v", after.Detail)
	}
}

func TestAnswersThatTakeTurnsAreToldOfOnce(t *testing.T) {
	var a answered
	told := 0
	for i, before := 0, []string(nil); i < 200; i++ {
		now := a.take([]string{fmt.Sprint(i % 8), fmt.Sprint((i + 3) % 8)})
		if !slices.Equal(now, before) {
			told, before = told+1, now
		}
	}
	if told > 8 {
		t.Errorf("a pool of eight addresses is told of %d times", told)
	}
	for range answerGone {
		a.take([]string{"5"})
	}
	if got := a.take([]string{"5"}); !slices.Equal(got, []string{"5"}) {
		t.Errorf("the others are gone, and it is told %v", got)
	}
	if len(a.last) != 1 {
		t.Errorf("%d values are remembered", len(a.last))
	}
}
