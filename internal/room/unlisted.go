package room

import (
	"slices"
	"time"
)

// Closed is the word of a Health event that is over.
const Closed = "CLOSED"

// deniedAfter is how old, in room time, a pushed word must be before a list without its
// event says more: on a bad day AWS's lists lag behind its messages.
const deniedAfter = 15 * time.Minute

// toldLately says whether a message told something of a Health event so lately that a list
// without it takes nothing away, also not what lists had shown before.
func (s *Signal) toldLately(at time.Time) bool {
	detail := healthDetail(s)
	lately := func(heard time.Time) bool { return !heard.IsZero() && at.Sub(heard) < deniedAfter }
	return detail != nil && (lately(s.Heard) || slices.ContainsFunc(detail.Sightings, func(told Sighting) bool { return lately(told.Heard) }))
}

// denials are the accounts for which messages tell of an event although a look that shows
// all there is says that it does not go on there, and why it says so.
func (o *Observation) denials(s *Signal) (accounts []string, why string) {
	if o.Denies == nil {
		return nil, ""
	}
	detail := healthDetail(s)
	if detail == nil || s.Word == Closed {
		return nil, ""
	}
	for i := range detail.Sightings {
		told := &detail.Sightings[i]
		if told.Scope.Source != PushSource {
			continue
		}
		named := told.Accounts
		if len(named) == 0 {
			named = []string{""}
		}
		for _, account := range named {
			if said := o.Denies(s, account); said != "" {
				accounts, why = append(accounts, account), said
			}
		}
	}
	return accounts, why
}

// deny takes away what messages told of an event for some accounts. If nobody tells of it
// then it is closed, and says why: the message that closes it was lost.
func (r *Room) deny(known *fact, accounts []string, why string, at time.Time) {
	was := healthDetail(known.signal)
	if was == nil || len(accounts) == 0 {
		return
	}
	var left []Sighting
	for _, s := range was.Sightings {
		if s.Scope.Source != PushSource || s.withdraw(accounts) {
			left = append(left, s)
		}
	}
	var now *Signal
	if len(left) > 0 {
		now = sighted(known.signal, was.Updates, left)
		now.Account = accountOf(left)
		if !now.seenThrough(now.Scope) {
			now.Scope = left[0].Scope
		}
	} else {
		over, detail := *known.signal, *was
		detail.Unlisted = at
		over.State, over.Word, over.Reason, over.Since, over.Detail = OK, Closed, why, at, &detail
		now = &over
	}
	r.record(Event{Type: EventSignal, At: at, Signal: now, Was: known.signal.State, WasTo: known.signal.Word})
}

// withdraw takes accounts out of what messages told, and says whether any is left.
func (s *Sighting) withdraw(accounts []string) bool {
	denied := func(account string) bool { return slices.Contains(accounts, account) }
	for _, account := range s.Accounts {
		if at, known := slices.BinarySearch(s.Denied, account); !known && denied(account) {
			s.Denied = slices.Insert(slices.Clone(s.Denied), at, account)
		}
	}
	s.Accounts = slices.DeleteFunc(slices.Clone(s.Accounts), denied)
	s.Entities = slices.DeleteFunc(slices.Clone(s.Entities), func(e Entity) bool { return denied(e.Account) })
	return len(s.Accounts) > 0
}

// tookBack says whether what a message tells was told before, and is not so any more for the
// accounts that it is about.
func (s *Sighting) tookBack(told *Sighting) bool {
	still := func(account string) bool { return !slices.Contains(s.Denied, account) }
	return len(told.Accounts) > 0 && !told.Told.After(s.Told) && !slices.ContainsFunc(told.Accounts, still)
}

// listAgain notes that a look shows an event that was closed since no list had it, and nothing
// older than was known then. Whether that is a list of what goes on is known when the look ends:
// a mirror of the history shows for hours what is over.
func (f *fact) listAgain(seen *Signal) {
	was, now := healthDetail(f.last()), healthDetail(seen)
	if was != nil && now != nil && !was.Unlisted.IsZero() && !toSecond(now.Updated).Before(toSecond(was.Updated)) {
		f.extra().listed = alone(seen)
	}
}

// reopen has an event stand as a look that ended well lists it again.
func (r *Room) reopen(known *fact, o *Observation) {
	listed := known.seldom().listed
	if listed == nil || listed.Scope != o.Scope || o.Trouble != nil {
		return
	}
	known.more.listed = nil
	was := known.signal
	detail := healthDetail(was)
	if detail == nil || detail.Unlisted.IsZero() {
		return
	}
	shown := healthDetail(listed)
	now := with(was, listed, shown, Sighting{Scope: listed.Scope, Accounts: shown.Accounts, Entities: shown.Entities}, true)
	r.record(Event{Type: EventSignal, At: o.At, Signal: now, Was: was.State, WasTo: was.Word, Raises: known.raises(now)})
}

// unheardOf says whether an event was closed since no list had it, and messages had told
// nothing of one of these accounts until then. AWS sends a message for each account, on bad days
// hours apart: that the event is over elsewhere says nothing of this one.
func (d *HealthDetail) unheardOf(accounts []string) bool {
	return !d.Unlisted.IsZero() && slices.ContainsFunc(accounts, func(account string) bool {
		return !slices.ContainsFunc(d.Sightings, func(told Sighting) bool {
			return told.Scope.Source == PushSource && slices.Contains(told.Accounts, account)
		})
	})
}
