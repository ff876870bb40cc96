package awshealth

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/health/types"

	"warroom/internal/room"
	"warroom/sources"
)

// set by hand, for looks long after a message.
type set struct {
	room.Wall
	at *time.Time
}

func (c set) Now() time.Time { return *c.at }

func TestAPushedEventWhoseEndWasLostIsOverOnceTheAPISaysSo(t *testing.T) {
	forOne := func(e *types.Event) { e.EventScopeCode = types.EventScopeCodeAccountSpecific }
	report := func(e *types.Event) { e.Service = aws.String("ABUSE") }
	elsewhere := func(e *types.Event) {
		e.Arn = aws.String(strings.Replace(aws.ToString(e.Arn), "arn:aws:", "arn:aws-cn:", 1))
	}
	refused := func(code string) func(*server) {
		return func(s *server) {
			for _, region := range []string{"us-east-1", "us-east-2"} {
				s.breakDown(region+" DescribeEvents", refuse(code))
			}
		}
	}
	for name, c := range map[string]struct {
		account string // for which it was pushed
		change  func(*types.Event)
		then    func(*server)
		word    string
	}{
		"not listed any more":         {staging, forOne, nil, "CLOSED"},
		"public, not listed any more": {prod, nil, nil, "CLOSED"},
		"listed as over":              {staging, forOne, func(s *server) { s.both(issue("a", 5, closed(8))) }, "CLOSED"},
		"listed":                      {staging, forOne, func(s *server) { s.both(issue("a", 90)) }, "OPEN"},
		"of another account":          {prod, forOne, nil, "OPEN"},
		"a report of abuse":           {staging, report, nil, "OPEN"},
		"of another partition":        {staging, elsewhere, nil, "OPEN"},
		"one region is silent":        {staging, forOne, func(s *server) { s.breakDown("us-east-2 DescribeEvents", refuse("ServiceUnavailable")) }, "OPEN"},
		"no region answers":           {staging, forOne, refused("ServiceUnavailable"), "OPEN"},
		"no support plan":             {staging, forOne, refused("SubscriptionRequiredException"), "OPEN"},
	} {
		t.Run(name, func(t *testing.T) {
			at := now
			r := room.New(room.Options{Clock: set{at: &at}, OnFlush: true})
			m, _ := Message(c.account, pushed("a", 90, "Bad.", c.change), now)
			_ = r.Hear(room.Scope{Source: room.PushSource}, []room.Message{m})
			s := serve(t)
			if c.then != nil {
				c.then(s)
			}
			w := s.watchOf(Options{Clock: set{at: &at}, PublicFeed: true})
			for range 2 {
				at = at.Add(10 * time.Minute)
				sources.NewRunner(set{at: &at}, r, slog.New(slog.DiscardHandler)).Once(t.Context(), []sources.Watch{w})
			}
			r.Flush()
			list := r.Snapshot().Of(room.KindHealth).Signals
			if len(list) != 1 || list[0].Word != c.word {
				t.Fatalf("got %d rows, the first %+v; want %s", len(list), list[0], c.word)
			}
			if unlisted := c.then == nil && c.word == "CLOSED"; unlisted != strings.Contains(list[0].Reason, "does not list it any more") {
				t.Errorf("why is %q", list[0].Reason)
			}
			if c.word == "CLOSED" && !Outdated(list[0], at.Add(closedWindow+time.Hour)) {
				t.Error("it is shown for ever")
			}
		})
	}
}

func TestAnOrganizationSaysOnlyOfWhatItHasShownThatItIsOver(t *testing.T) {
	s := organization(t)
	w := s.watchOf(Options{Account: "management", Organization: true, AccountName: named})
	told, err := look(t, w)
	if err != nil {
		t.Fatal(err)
	}
	s.both()
	if _, err := look(t, w); err != nil {
		t.Fatal(err)
	}
	shown := told.of("own")
	detail := shown.Detail.(*room.HealthDetail)
	for account, want := range map[string]bool{"prod": true, "management": true, "555555555555": false} {
		detail.Sightings = []room.Sighting{{Scope: w.Scope, Accounts: []string{"prod"}}}
		if got := w.Denies(&shown, account) != ""; got != want {
			t.Errorf("of %s it says that it is over: %t", account, got)
		}
		detail.Sightings = nil
		if got := w.Denies(&shown, account) != ""; got {
			t.Errorf("of %s, of which it never showed it, it says that it is over", account)
		}
	}
	s.breakDown("us-east-1 DescribeEventsForOrganization", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusServiceUnavailable) })
	_, _ = look(t, w)
	if w.Denies(&shown, "management") != "" {
		t.Error("what one region alone does not show is over")
	}
}
