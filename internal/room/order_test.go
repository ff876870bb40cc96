package room

import (
	"strings"
	"testing"
	"time"
)

// TestOnesOwnEndpointsComeBeforeFrontDoorsOfAWSThatAreAsBad: a bad region turns a dozen
// front doors, whose names begin with an a, at once and last.
func TestOnesOwnEndpointsComeBeforeFrontDoorsOfAWSThatAreAsBad(t *testing.T) {
	r := New(Options{OnFlush: true})
	scope, noon := Scope{Source: "probe"}, time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	see := func(title string, state State, minute int, canary bool) {
		s := Signal{
			Key: "probe/" + title, Kind: KindProbe, Scope: scope, State: state, Word: state.String(), Title: title,
			Since: noon.Add(time.Duration(minute) * time.Minute), Detail: &ProbeDetail{Canary: canary},
		}
		r.Observe(Observation{Scope: scope, Watch: s.Key, At: noon, Done: true, Signals: []Signal{s}})
	}
	see("aws-s3", Critical, 3, true)
	see("aws-sqs", OK, 0, true)
	see("checkout", Critical, 1, false)
	see("search", Critical, 2, false)
	see("orders", OK, 0, false)
	r.Flush()
	var titles []string
	for _, s := range r.Snapshot().Of(KindProbe).Signals {
		titles = append(titles, s.Title)
	}
	if got := strings.Join(titles, " "); got != "search checkout aws-s3 orders aws-sqs" {
		t.Errorf("they stand in the order %s", got)
	}
}
