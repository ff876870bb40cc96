package awsfeed

import (
	"net/http"
	"strings"
	"testing"

	"warroom/internal/room"
)

func TestTheListOfWhatGoesOnSaysOfAPushedEventThatItIsOver(t *testing.T) {
	told := func(change func(*room.Signal, *room.HealthDetail)) *room.Signal {
		detail := &room.HealthDetail{ARN: dynamoARN, Service: "DYNAMODB", Category: "issue", Scope: "PUBLIC"}
		s := &room.Signal{Kind: room.KindHealth, Word: "OPEN", Region: "us-east-1", Detail: detail}
		if change != nil {
			change(s, detail)
		}
		return s
	}
	withoutBanner := func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "announcement") {
			rw.WriteHeader(http.StatusInternalServerError)
			return
		}
		events()(rw, r)
	}
	for name, c := range map[string]struct {
		told *room.Signal
		feed func(*world)
		over bool
	}{
		"the list is empty":         {told(nil), func(w *world) { w.feed.answer(events()) }, true},
		"the banner cannot be had":  {told(nil), func(w *world) { w.feed.answer(withoutBanner) }, true},
		"of one account":            {told(func(_ *room.Signal, d *room.HealthDetail) { d.Scope = "ACCOUNT_SPECIFIC" }), nil, false},
		"a notice":                  {told(func(_ *room.Signal, d *room.HealthDetail) { d.Category = "accountNotification" }), nil, false},
		"in a region out of use":    {told(func(s *room.Signal, _ *room.HealthDetail) { s.Region = "sa-east-1" }), nil, false},
		"in GovCloud":               {told(func(_ *room.Signal, d *room.HealthDetail) { d.ARN = strings.Replace(d.ARN, "aws", "aws-us-gov", 1) }), nil, false},
		"a mirror":                  {told(nil), func(w *world) { w.feed.answer(status(500, "")) }, false},
		"part of it cannot be read": {told(nil), func(w *world) { w.feed.answer(events(7, dynamo())) }, false},
		"nothing can be read": {told(nil), func(w *world) {
			for _, place := range []*host{w.feed, w.mirror, w.rss} {
				place.answer(status(503, ""))
			}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "us-east-1")
			w.look()
			if c.feed != nil {
				c.feed(w)
			}
			w.look()
			if why := w.watch.Denies(c.told, "111111111111"); why != "" {
				t.Errorf("after one look without it, it says %q", why)
			}
			w.look()
			why := w.watch.Denies(c.told, "111111111111")
			if (why != "") != c.over || c.over && !strings.Contains(why, "so it is over") {
				t.Errorf("it says %q", why)
			}
		})
	}
}

func TestTheFeedDeniesAnEventOnlyAfterTwoFullListsInARow(t *testing.T) {
	told := &room.Signal{Kind: room.KindHealth, Word: "OPEN", Region: "us-east-1", Detail: &room.HealthDetail{ARN: dynamoARN, Service: "DYNAMODB", Category: "issue", Scope: "PUBLIC"}}
	w := newWorld(t, "us-east-1")
	without, mirror := events(), status(500, "")
	for i, c := range []struct {
		answer http.HandlerFunc
		over   bool
	}{{without, false}, {mirror, false}, {without, false}, {good, false}, {without, false}, {without, true}, {without, true}} {
		w.feed.answer(c.answer)
		w.look()
		if why := w.watch.Denies(told, "111111111111"); (why != "") != c.over {
			t.Errorf("after look %d it says %q", i+1, why)
		}
	}
}
