package room

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// The posts of an outage, as AWS's sources date them: the feeds round to the second.
var (
	firstPost  = epoch.Add(31*time.Minute + 25*time.Second)
	newestPost = epoch.Add(141*time.Minute + 45*time.Second)
)

// telling is a source and what it shows of the outage.
type telling struct {
	name string
	tell func(r *Room)
}

// public is the outage as a feed shows it; arn is "" in RSS.
func public(arn, feed string, state State, posts ...time.Time) Signal {
	detail := &HealthDetail{ARN: arn, Service: "EC2", Category: "issue", Scope: "PUBLIC", Feed: feed, Start: posts[0], Updated: posts[len(posts)-1]}
	for _, at := range slices.Backward(posts) {
		detail.Updates = append(detail.Updates, Update{At: at, Text: "We wrote this " + at.Sub(epoch).String() + " later."})
	}
	key := "feed/" + arn
	if arn == "" {
		key = "feed/ec2-us-east-1/" + posts[0].Format(time.RFC3339)
	}
	s := Signal{Key: key, Kind: KindHealth, Scope: publicFeed, State: state, Word: "OPEN", Title: "EC2: errors", Region: "us-east-1", Since: posts[0], Detail: detail}
	s.Reason = firstSentence(detail.Updates[0].Text)
	return s
}

// inAPI is the outage as the Health API shows it: exact times, and texts with the minute.
func inAPI() Signal {
	s := public(outage, "", Critical, firstPost, newestPost)
	s.Scope, s.Account, s.Title = accountA, accountA.Account, "EC2 operational issue"
	detail := s.Detail.(*HealthDetail)
	detail.Start, detail.Updated = firstPost.Add(96*time.Millisecond), newestPost.Add(-95*time.Millisecond)
	for i := range detail.Updates {
		detail.Updates[i].At = detail.Updates[i].At.Truncate(time.Minute)
	}
	s.Since = detail.Start
	return s
}

func inMessage() Signal {
	s := inAPI()
	detail := s.Detail.(*HealthDetail)
	detail.ARN = "arn:aws:health:us-east-1::event/AWS_EC2_OPERATIONAL_ISSUE_7f35c8ae"
	detail.Start, detail.Updated = detail.Start.Truncate(time.Second), detail.Updated.Truncate(time.Second)
	return s
}

// inPart is a look of the feed that does not show all there is.
func inPart(r *Room, signals ...Signal) {
	r.Observe(Observation{Scope: publicFeed, Watch: "feed", At: epoch.Add(4 * time.Hour), Interval: time.Minute, Signals: signals, Done: true, Trouble: new(Trouble)})
}

var tellings = []telling{
	{"RSS", func(r *Room) { inPart(r, public("", "RSS feed", Warning, firstPost, newestPost)) }},
	{"RSS without its first items", func(r *Room) { inPart(r, public("", "RSS feed", Warning, newestPost)) }},
	{"a mirror of the history", func(r *Room) { inPart(r, public(outage, "history at s3", Warning, firstPost, newestPost)) }},
	{"current events", func(r *Room) {
		pass(r, publicFeed, epoch.Add(4*time.Hour), public(outage, "current events", Warning, firstPost, newestPost))
	}},
	{"the Health API", func(r *Room) { pass(r, accountA, epoch.Add(4*time.Hour), inAPI()) }},
	{"a message", func(r *Room) {
		_ = r.Hear(pushed, []Message{{Signal: inMessage(), At: newestPost.Truncate(time.Second)}})
	}},
}

// orders are the orders in which n things can come.
func orders(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, order := range orders(n - 1) {
		for at := range n {
			all = append(all, slices.Insert(slices.Clone(order), at, n-1))
		}
	}
	return all
}

func TestAnEventIsOneRowInWhateverOrderItsSourcesComeAndKeepsWhatPeopleDid(t *testing.T) {
	for _, order := range orders(len(tellings)) {
		clock, kept := &ticking{now: epoch.Add(4 * time.Hour)}, new(shelf)
		r := New(Options{Node: "n", Clock: clock, Keeper: kept, OnFlush: true})
		var names []string
		var key string
		var before *Signal
		for i, n := range order {
			clock.now = clock.now.Add(time.Second)
			names = append(names, tellings[n].name)
			tellings[n].tell(r)
			s, _ := row(t, r)
			if i > 0 && s.Key != key {
				t.Fatalf("%q: the row has another key, %s", names, s.Key)
			}
			if key = s.Key; i > 0 {
				continue
			}
			for _, do := range []EventType{EventAck, EventClaim, EventNote} {
				if _, err := r.Desk("ana").(desk).begin(Act{Do: do, Keys: []string{key}, Text: "on it"}); err != nil {
					t.Fatal(err)
				}
			}
		}
		s, d := row(t, r)
		if s.Standing != Acknowledged || s.Ack == nil || s.Claim == nil {
			t.Fatalf("%q: the row is %s, acknowledged by %v and claimed by %v", names, s.Standing, s.Ack, s.Claim)
		}
		if HealthKey(d.ARN) != HealthKey(outage) || s.State != Critical || s.Title != "EC2 operational issue" || len(d.Sightings) != 3 || len(d.Updates) != 2 {
			t.Fatalf("%q: the row is\n%+v\n%+v", names, s, d)
		}
		if before != nil && !s.SameTruth(before) {
			t.Fatalf("%q: the row is\n%+v\n%+v\nwant\n%+v\n%+v", names, s, d, before, before.Detail)
		}
		foldsTheSame(t, kept, s)
	}
}

// foldsTheSame folds the events of a room in another order.
func foldsTheSame(t *testing.T, kept *shelf, want *Signal) {
	t.Helper()
	var events []Event
	for _, record := range kept.records {
		if record.Event != nil {
			events = append(events, *record.Event)
		}
	}
	rand.New(rand.NewPCG(1, uint64(len(events)))).Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	list := Fold(events).Of(KindHealth).Signals
	if len(list) != 1 || !reflect.DeepEqual(list[0], want) {
		t.Fatalf("folded in another order there are %d rows, want\n%+v\n%+v", len(list), want, want.Detail)
	}
}

func TestARowThatBeganWithoutAnARNIsKnownAgainAfterARestart(t *testing.T) {
	for _, then := range tellings {
		r := New(Options{Node: "n"})
		tellings[0].tell(r)
		first, _ := row(t, r)
		_ = r.Desk("ana").Act(Act{Do: EventAck, Keys: []string{first.Key}})
		again := Restore(Options{Node: "n"}, r.sum(), nil)
		then.tell(again)
		if s, _ := row(t, again); s.Key != first.Key || s.Standing != Acknowledged || !toSecond(s.Since).Equal(firstPost) {
			t.Errorf("%s after a restart: %s, %s, since %s", then.name, s.Key, s.Standing, s.Since)
		}
	}
}

func TestTwoEventsOfOneServiceAreNeverOneRow(t *testing.T) {
	const other = "arn:aws:health:us-east-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/AWS_EC2_OPERATIONAL_ISSUE_0ther"
	minutes := func(all ...int) (posts []time.Time) {
		for _, n := range all {
			posts = append(posts, epoch.Add(time.Duration(n)*time.Minute+7*time.Second))
		}
		return posts
	}
	feed := func(arn string, posts ...int) Signal { return public(arn, "f", Critical, minutes(posts...)...) }
	rss := feed("", 10, 60)
	as := func(s Signal, change func(*Signal, *HealthDetail)) Signal {
		change(&s, s.Detail.(*HealthDetail))
		return s
	}
	for name, c := range map[string]struct {
		rss    Signal
		others []Signal
		rows   int
	}{
		"it is the same":          {rss, []Signal{feed(outage, 10, 60)}, 1},
		"the feed has news of it": {feed("", 10, 60, 90), []Signal{feed(outage, 10, 60)}, 1},
		"later that day":          {rss, []Signal{feed(outage, 300, 360)}, 2},
		"in between":              {rss, []Signal{feed(outage, 30)}, 2},
		"within the minute": {rss, []Signal{as(feed(outage, 10), func(s *Signal, d *HealthDetail) {
			d.Start = d.Start.Add(30 * time.Second)
			d.Updated = d.Start
			d.Updates = nil
		})}, 2},
		"in another region":                {rss, []Signal{as(feed(outage, 10, 60), func(s *Signal, d *HealthDetail) { s.Region = "eu-west-1" })}, 2},
		"of another service":               {rss, []Signal{as(feed(outage, 10, 60), func(s *Signal, d *HealthDetail) { d.Service = "EC" })}, 2},
		"of this account alone":            {rss, []Signal{as(feed(outage, 10, 60), func(s *Signal, d *HealthDetail) { d.Scope = "ACCOUNT_SPECIFIC" })}, 2},
		"a change that is planned":         {rss, []Signal{as(feed(outage, 10, 60), func(s *Signal, d *HealthDetail) { d.Category = "scheduledChange" })}, 2},
		"either of two":                    {feed("", 10, 20, 60, 70), []Signal{feed(outage, 10, 60), feed(other, 20, 70)}, 3},
		"either of two with one post":      {feed("", 60), []Signal{feed(outage, 10, 60), feed(other, 60)}, 3},
		"the newest is of the other":       {feed("", 60, 70), []Signal{feed(outage, 10, 60), feed(other, 20, 70)}, 3},
		"a part of two, one of them known": {feed("", 10, 20, 60), []Signal{feed(outage, 10, 60)}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			looks := []func(*Room){
				func(r *Room) { inPart(r, c.rss) },
				func(r *Room) {
					var seen []Signal
					for _, s := range c.others {
						s.Scope = accountA
						seen = append(seen, s)
					}
					pass(r, accountA, epoch.Add(4*time.Hour), seen...)
				},
			}
			for range 2 {
				r := New(Options{OnFlush: true})
				for range 3 { // what is apart stays so
					for _, look := range looks {
						look(r)
					}
				}
				r.Flush()
				if list := r.Snapshot().Of(KindHealth).Signals; len(list) != c.rows {
					t.Errorf("there are %d rows, want %d", len(list), c.rows)
				}
				for _, s := range r.Snapshot().Of(KindHealth).Signals {
					if arn := s.Detail.(*HealthDetail).ARN; c.rows > 1 && arn != "" && s.Key != HealthKey(arn) {
						t.Errorf("%s took the row %s", arn, s.Key)
					}
				}
				told := 0
				for _, e := range r.Snapshot().Timeline.Events {
					if e.Type == EventSignal {
						told++
					}
				}
				if told > c.rows+1 {
					t.Errorf("the timeline has %d lines: the rows take turns", told)
				}
				slices.Reverse(looks)
			}
		})
	}
}

func TestWhatOneLookShowsBesideEachOtherIsTwoEvents(t *testing.T) {
	r := New(Options{OnFlush: true})
	rss, named := public("", "RSS feed", Critical, firstPost), public(outage, "current events", Critical, firstPost)
	inPart(r, rss)
	pass(r, accountA, epoch.Add(4*time.Hour), inAPI())
	row(t, r)
	for range 3 {
		inPart(r, named, rss)
	}
	r.Flush()
	if n := len(r.Snapshot().Of(KindHealth).Signals); n != 2 {
		t.Errorf("there are %d rows, want two", n)
	}
}

func TestAFeedWithoutARNsThatLagsTakesNothingBack(t *testing.T) {
	r := New(Options{OnFlush: true})
	pass(r, publicFeed, epoch.Add(4*time.Hour), public(outage, "current events", Critical, firstPost, newestPost))
	inPart(r, public("", "RSS feed", Warning, firstPost))
	if s, d := row(t, r); s.State != Critical || d.Feed != "current events" || !d.Updated.Equal(newestPost) {
		t.Errorf("it is %s, from the %s of %s", s.State, d.Feed, d.Updated)
	}
}

func TestALateMessageRevivesNoEventThatIsGoneHoweverItsRowBegan(t *testing.T) {
	for _, began := range []telling{tellings[0], tellings[2]} { // without an ARN, and with it
		clock, kept := &ticking{now: epoch.Add(4 * time.Hour)}, new(shelf)
		r := New(Options{Node: "n", Clock: clock, Keeper: kept, OnFlush: true})
		began.tell(r)
		pass(r, accountA, epoch.Add(4*time.Hour), inAPI())
		over := inAPI()
		over.State, over.Word, over.Since = OK, Closed, newestPost.Add(time.Hour)
		over.Detail.(*HealthDetail).Updated = over.Since
		pass(r, accountA, epoch.Add(6*time.Hour), over)
		pass(r, publicFeed, epoch.Add(30*time.Hour))
		pass(r, accountA, epoch.Add(30*time.Hour))
		clock.now = epoch.Add(31 * time.Hour)
		replayed := New(Options{Node: "n", Clock: clock, OnFlush: true})
		replayed.Replay(slices.Clone(kept.records)...)
		backwards := New(Options{Node: "other", Clock: clock, OnFlush: true})
		for _, record := range slices.Backward(kept.records) {
			if record.Event != nil {
				backwards.Apply(*record.Event)
			}
		}
		for name, room := range map[string]*Room{"live": r, "restored": Restore(Options{Node: "n", Clock: clock, OnFlush: true}, r.sum(), nil), "replayed": replayed, "backwards": backwards} {
			room.Flush()
			if n := len(room.Snapshot().Of(KindHealth).Signals); n != 0 {
				t.Fatalf("%s, %s: there are %d rows of what is gone", began.name, name, n)
			}
			_ = room.Hear(pushed, []Message{{Signal: inMessage(), At: newestPost.Truncate(time.Second)}})
			room.Flush()
			for _, s := range room.Snapshot().Of(KindHealth).Signals {
				t.Errorf("%s, %s: after a late message there is %s, %s, %s", began.name, name, s.Key, s.Word, s.Standing)
			}
		}
	}
}
