package room

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

const outage = "arn:aws:health:us-east-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/AWS_EC2_OPERATIONAL_ISSUE_7f35c8ae"

var (
	accountA     = Scope{Source: "health", Account: "111111111111", Region: "global"}
	accountB     = Scope{Source: "health", Account: "222222222222", Region: "global"}
	organization = Scope{Source: "health", Account: "333333333333", Region: "global"}
	publicFeed   = Scope{Source: "feed"}
	pushed       = Scope{Source: "push", Region: "us-west-2"}
)

// version is an event as one scope shows it, updated some minutes after the epoch.
func version(in Scope, minute int, state State, word string, texts ...string) Signal {
	detail := &HealthDetail{ARN: outage, Start: epoch, Updated: epoch.Add(time.Duration(minute) * time.Minute)}
	for i, text := range texts {
		detail.Updates = append(detail.Updates, Update{At: detail.Updated.Add(-time.Duration(i) * time.Minute), Text: text})
	}
	s := Signal{Key: "of/" + in.String(), Kind: KindHealth, Scope: in, State: state, Word: word, Title: "EC2 issue", Account: in.Account, Since: epoch, Detail: detail}
	if len(texts) > 0 {
		s.Reason = texts[0]
	}
	return s
}

// pass is a complete look of one scope.
func pass(r *Room, in Scope, at time.Time, signals ...Signal) {
	r.Observe(Observation{Scope: in, Watch: in.String(), At: at, Interval: time.Minute, Signals: signals, Done: true, Complete: true})
}

// row is the one Health event of a room.
func row(t *testing.T, r *Room) (*Signal, *HealthDetail) {
	t.Helper()
	r.Flush()
	list := r.Snapshot().Of(KindHealth).Signals
	if len(list) != 1 {
		t.Fatalf("there are %d rows, want one", len(list))
	}
	return list[0], list[0].Detail.(*HealthDetail)
}

// history is what one scope shows of the event over time.
func history(random *rand.Rand, in Scope) []Signal {
	var all []Signal
	minute := random.IntN(5)
	for range 1 + random.IntN(4) {
		s := version(in, minute, Critical, "OPEN")
		if random.IntN(4) == 0 {
			s.State, s.Word = OK, "CLOSED"
		}
		if in == pushed {
			s.Account = []string{"111111111111", "444444444444"}[random.IntN(2)]
		}
		detail := s.Detail.(*HealthDetail)
		for n := minute; n >= 0; n-- {
			text := fmt.Sprint("Update ", n, " of AWS. It goes on.")
			if random.IntN(3) == 0 {
				text = "A headline\n" + text
			}
			detail.Updates = append(detail.Updates, Update{At: epoch.Add(time.Duration(n) * time.Minute), Text: text})
		}
		for range random.IntN(3) {
			detail.Entities = append(detail.Entities, Entity{Value: fmt.Sprint("i-", random.IntN(3)), Status: []string{"IMPAIRED", "UNKNOWN"}[random.IntN(2)]})
		}
		if in == organization {
			detail.Accounts = []string{"111111111111", "444444444444"}[:random.IntN(3)]
		}
		slices.SortFunc(detail.Entities, compareEntities)
		detail.Entities = slices.Compact(detail.Entities)
		all = append(all, s)
		minute += random.IntN(3)
	}
	return all
}

func TestAnyOrderOfArrivalGivesTheSameOneRow(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		var queues [][]Signal
		for _, in := range []Scope{accountA, accountB, organization, publicFeed, pushed} {
			if random.IntN(4) > 0 {
				queues = append(queues, history(random, in))
			}
		}
		if len(queues) == 0 {
			continue
		}
		var want *Signal
		for try := range 6 {
			r := New(Options{OnFlush: true, Clock: &ticking{now: epoch.Add(time.Hour)}})
			left := slices.Clone(queues)
			for len(left) > 0 {
				i := random.IntN(len(left))
				if try == 0 {
					i = 0
				}
				next := left[i][0]
				detail := *next.Detail.(*HealthDetail)
				next.Detail = &detail
				if next.Scope == pushed {
					_ = r.Hear(pushed, []Message{{Signal: next, At: detail.Updated}})
				} else {
					pass(r, next.Scope, epoch.Add(time.Hour), next)
				}
				if left[i] = left[i][1:]; len(left[i]) == 0 {
					left = slices.Delete(left, i, i+1)
				}
			}
			got, _ := row(t, r)
			kept := *got
			kept.Standing, kept.Heard = Normal, time.Time{} // whether trouble was ever seen depends on who told of it first
			if want == nil {
				want = &kept
			} else if !reflect.DeepEqual(&kept, want) {
				t.Fatalf("seed %d, try %d: the row is\n%+v\n%+v\nwant\n%+v\n%+v", seed, try, kept, kept.Detail, *want, want.Detail)
			}
		}
	}
}

func TestTheNewestUpdateSaysHowAnEventStandsAndTheRowSaysFromWhere(t *testing.T) {
	r := New(Options{})
	pass(r, accountA, epoch.Add(time.Hour), version(accountA, 10, Critical, "OPEN", "We know the cause."))
	pass(r, publicFeed, epoch.Add(time.Hour), version(publicFeed, 5, Critical, "OPEN", "We are investigating."))
	pass(r, accountB, epoch.Add(time.Hour), version(accountB, 20, OK, "CLOSED", "It is over.", "We know the cause."))
	s, d := row(t, r)
	if s.Key != HealthKey(outage) || s.Word != "CLOSED" || s.Reason != "It is over." || s.Account != "" {
		t.Errorf("the row is %+v", s)
	}
	var from []Scope
	for _, sighting := range d.Sightings {
		from = append(from, sighting.Scope)
	}
	if !slices.Equal(from, []Scope{accountA, accountB, publicFeed}) || len(d.Updates) != 3 {
		t.Errorf("it is known from %v, with the texts %v", from, d.Updates)
	}
	var lines []string
	for _, e := range r.Snapshot().Timeline.Events {
		lines = append(lines, e.Signal.Word+" "+e.Signal.Reason)
	}
	if got := strings.Join(lines, ", "); got != "OPEN We know the cause., CLOSED It is over." {
		t.Errorf("the timeline has %q", got)
	}
}

func TestATextThatOneSourceHeadsOtherwiseIsOneText(t *testing.T) {
	r := New(Options{})
	pass(r, accountA, epoch, version(accountA, 1, Critical, "OPEN", "Increased error rates\nWe are  investigating."))
	pass(r, publicFeed, epoch, version(publicFeed, 2, Critical, "OPEN", "We are investigating."))
	pass(r, pushed, epoch, version(pushed, 0, Critical, "OPEN", "Increased error rates\n\nWe are investigating."))
	_, d := row(t, r)
	if want := []Update{{epoch, "Increased error rates\n\nWe are investigating."}}; !slices.Equal(d.Updates, want) {
		t.Errorf("the texts are %q", d.Updates)
	}
	if n := len(r.Snapshot().Timeline.Events); n != 1 {
		t.Errorf("the timeline has %d lines, want one", n)
	}
}

func TestASlowerSourceTakesNothingBackAndNobodyIsCalledAgain(t *testing.T) {
	r := New(Options{})
	pass(r, accountA, epoch.Add(time.Hour), version(accountA, 20, OK, "CLOSED", "It is over."))
	pass(r, publicFeed, epoch.Add(time.Hour), version(publicFeed, 5, Critical, "OPEN", "We are investigating."))
	if s, _ := row(t, r); s.Word != "CLOSED" || s.Standing != Normal {
		t.Errorf("the feed that lags makes it %s, %s", s.Word, s.Standing)
	}
	pass(r, accountA, epoch.Add(25*time.Hour)) // over for a day, and not shown there any more
	if s, d := row(t, r); s.Word != "CLOSED" || s.Standing != Normal || len(d.Sightings) != 1 || s.Scope != publicFeed {
		t.Errorf("when only the feed has it, it is %s, %s, from %v", s.Word, s.Standing, d.Sightings)
	}
	pass(r, publicFeed, epoch.Add(26*time.Hour))
	r.Flush()
	if n := len(r.Snapshot().Of(KindHealth).Signals); n != 0 {
		t.Errorf("nobody shows it, and there are %d rows", n)
	}
}

func TestAPushedEventIsTheSameRowAndNoLookTakesItAway(t *testing.T) {
	r := New(Options{})
	told := version(accountA, 10, Critical, "OPEN", "Bad.")
	detail := told.Detail.(*HealthDetail)
	detail.ARN, detail.Entities = "arn:aws:health:us-east-1::event/AWS_EC2_OPERATIONAL_ISSUE_7f35c8ae", []Entity{{Value: "i-1"}}
	_ = r.Hear(pushed, []Message{{Signal: told, At: detail.Updated}})
	pass(r, accountA, epoch.Add(time.Hour)) // without a support plan, a look shows nothing
	s, d := row(t, r)
	if s.Key != HealthKey(outage) || s.Account != accountA.Account || s.Scope != pushed {
		t.Errorf("the pushed event is %+v", s)
	}
	if want := []Entity{{Value: "i-1", Account: accountA.Account}}; !slices.Equal(d.Entities, want) || !slices.Equal(d.Accounts, []string{accountA.Account}) {
		t.Errorf("its resources are %v, of %v", d.Entities, d.Accounts)
	}
	pass(r, publicFeed, epoch.Add(time.Hour), version(publicFeed, 20, OK, "CLOSED", "It is over."))
	if s, d = row(t, r); s.Word != "CLOSED" || len(d.Sightings) != 2 {
		t.Errorf("with the feed it is %s, from %v", s.Word, d.Sightings)
	}
}

func TestAnAcknowledgementHoldsForAllWhoSeeTheEvent(t *testing.T) {
	r := New(Options{})
	pass(r, accountA, epoch, version(accountA, 1, Critical, "OPEN", "Bad."))
	r.Flush()
	_ = r.Desk("ana").Act(Act{Do: EventAck, Keys: []string{HealthKey(outage)}})
	pass(r, accountB, epoch, version(accountB, 1, Critical, "OPEN", "Bad."))
	if s, _ := row(t, r); s.Standing != Acknowledged {
		t.Errorf("another account sees it, and it is %s", s.Standing)
	}
}

func TestAnEventIsAsFreshAsTheFreshestWhoShowsIt(t *testing.T) {
	r := New(Options{})
	pass(r, accountA, epoch, version(accountA, 1, Critical, "OPEN"))
	pass(r, publicFeed, epoch.Add(time.Hour), version(publicFeed, 0, Critical, "OPEN"))
	s, _ := row(t, r)
	if v := r.Snapshot().Visibility(s, epoch.Add(time.Hour)); v != Fresh {
		t.Errorf("the Health API is silent, the feed is not, and the row is %s", v)
	}
}

func TestResourcesAreToldByAccountAndLeaveWithIt(t *testing.T) {
	r := New(Options{})
	for i, in := range []Scope{accountA, accountB} {
		s := version(in, 1, Critical, "OPEN")
		s.Detail.(*HealthDetail).Entities = []Entity{{Value: fmt.Sprint("i-", i), Status: "IMPAIRED"}}
		pass(r, in, epoch, s)
	}
	_, d := row(t, r)
	want := []Entity{{"i-0", "IMPAIRED", accountA.Account}, {"i-1", "IMPAIRED", accountB.Account}}
	if !slices.Equal(d.Entities, want) {
		t.Errorf("the resources are %v", d.Entities)
	}
	r.Retire(func(s *Signal) bool { return s.Scope == accountB }, func(in Scope, _ string) bool { return in == accountB })
	s, d := row(t, r)
	if s.Account != accountB.Account || len(d.Entities) != 1 || d.Entities[0].Value != "i-1" {
		t.Errorf("account A is not watched any more, and the row is of %q with %v", s.Account, d.Entities)
	}
}

func TestWhereAnEventIsKnownFromOutlivesARestart(t *testing.T) {
	r := New(Options{Node: "n"})
	pass(r, accountA, epoch, version(accountA, 2, Critical, "OPEN", "Bad."))
	pass(r, publicFeed, epoch, version(publicFeed, 1, Critical, "OPEN"))
	again := Restore(Options{Node: "n"}, r.sum(), nil)
	before := again.number
	pass(again, publicFeed, epoch.Add(time.Minute), version(publicFeed, 1, Critical, "OPEN"))
	pass(again, accountA, epoch.Add(time.Minute), version(accountA, 2, Critical, "OPEN", "Bad."))
	if _, d := row(t, again); again.number != before || len(d.Sightings) != 2 {
		t.Errorf("%d events, known from %v", again.number-before, d.Sightings)
	}
}

func TestAnEventHasOneKeyHoweverItsARNIsWritten(t *testing.T) {
	short := "arn:aws:health:us-east-1::event/AWS_EC2_OPERATIONAL_ISSUE_7f35c8ae"
	if HealthKey(outage) != HealthKey(short) {
		t.Errorf("%s and %s", HealthKey(outage), HealthKey(short))
	}
	for _, arn := range []string{"arn:aws:health:us-east-1::event/EC2/X/1", "arn:aws:health:us-east-1::event/RDS/X/1", "arn:aws:health:eu-west-1::event/RDS/X/1", "h"} {
		if HealthKey(arn) != "health/"+arn {
			t.Errorf("%s has the key %s", arn, HealthKey(arn))
		}
	}
}
