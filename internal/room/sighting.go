package room

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Sighting is one scope through which a Health event is known, and what concerns us
// there. The same event is seen by each account, in the public feed and by messages; in
// the room it is one signal.
type Sighting struct {
	Scope    Scope
	Accounts []string // whom AWS names there; nil if it names nobody
	Entities []Entity // the resources that it names there

	Told  time.Time // of messages: the newest version that one told of; zero for looks
	Heard time.Time // of messages: room time at which one told something new; zero for looks. No part of the truth

	// Denied are the accounts of which messages told and a list said since that it does not go
	// on there, sorted.
	Denied []string
}

// equal reports whether the other sighting says the same.
func (s Sighting) equal(o Sighting) bool {
	return s.Scope == o.Scope && s.Told.Equal(o.Told) && slices.Equal(s.Accounts, o.Accounts) && slices.Equal(s.Denied, o.Denied) && slices.Equal(s.Entities, o.Entities)
}

const (
	// updateLimit is how many texts of one Health event are kept; the longest outage on
	// record had some forty.
	updateLimit = 100
	// entityLimit is how many of its resources: more than anybody reads.
	entityLimit = 1000
	// reasonLimit bounds the one line that a row shows, in runes.
	reasonLimit = 300
)

// HealthKey is the key of a Health event's signal, whoever tells of it. A message may
// leave out the service and the type that precede the event's own name:
//
//	arn:aws:health:us-east-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/AWS_EC2_OPERATIONAL_ISSUE_7f35c8ae
//	arn:aws:health:us-east-1::event/AWS_EC2_OPERATIONAL_ISSUE_7f35c8ae
//
// Source: AWS Health events, Amazon EventBridge schema.
func HealthKey(arn string) string {
	if parts := strings.Split(arn, "/"); len(parts) == 4 && strings.HasPrefix(parts[3], parts[2]) {
		arn = parts[0] + "/" + parts[3]
	}
	return healthPrefix + arn
}

const healthPrefix = "health/"

// healthDetail is the detail of a Health event that can be told from others: by its ARN, or
// by its service and when AWS wrote about it. Of all else it is nil.
func healthDetail(s *Signal) *HealthDetail {
	if s == nil {
		return nil
	}
	if detail, ok := s.Detail.(*HealthDetail); ok && (detail.ARN != "" || detail.Service != "") {
		return detail
	}
	return nil
}

// together is the one signal of a Health event that is known, if known is not nil, and is
// seen now through another scope or the same. The version that AWS updated last says how
// it stands; texts, accounts and resources come from everywhere. It depends on what each
// scope shows and not on the order in which they show it. Other signals are as seen.
func together(known, seen *Signal) *Signal {
	now := healthDetail(seen)
	if now == nil {
		return seen
	}
	return with(known, seen, now, Sighting{Scope: seen.Scope, Accounts: now.Accounts, Entities: now.Entities}, false)
}

// with is what is known of a Health event, if known is not nil, with what one scope says now,
// and its sighting in the place of the one before. stands says that what it says stands also
// if it is no newer.
func with(known, seen *Signal, now *HealthDetail, own Sighting, stands bool) *Signal {
	was := healthDetail(known)
	if was == nil {
		return sighted(seen, allUpdates(nil, now.Updates), []Sighting{own})
	}
	base, sightings := known, []Sighting{own}
	for _, s := range was.Sightings {
		if s.Scope != own.Scope {
			sightings = append(sightings, s)
		}
	}
	looked := own.Told.IsZero()
	switch alone := len(sightings) == 1 && looked && (now.ARN != "" || was.ARN == ""); {
	case alone, stands:
		base = seen
	case !was.Unlisted.IsZero() && !looked && !now.Updated.After(was.Updated): // an old message again
	case newer(seen, now, known, was):
		base = seen
	}
	updates := allUpdates(was.Updates, now.Updates)
	if len(sightings) > 1 { // no scope's order of one moment counts
		updates = slices.SortedFunc(slices.Values(updates), func(a, b Update) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Text, b.Text)) })
	}
	row := sighted(base, updates, sightings)
	detail := row.Detail.(*HealthDetail)
	if len(detail.Affected) == 0 { // a feed alone lists them
		detail.Affected = was.Affected
		if len(now.Affected) > 0 {
			detail.Affected = now.Affected
		}
	}
	if stands && detail.Updated.Before(was.Updated) { // how far AWS's word goes is known better
		detail.Updated = was.Updated
		if len(updates) > 0 {
			row.Reason = firstSentence(updates[0].Text)
		}
	}
	if base == seen {
		now = was
	}
	row.identify(detail, now)
	return row
}

// heardThrough makes a message about a Health event a sighting of the scope through which
// it came: no look at another scope takes it back. Whose account it is about, it says itself.
func (s *Signal) heardThrough(scope Scope) {
	told := healthDetail(s)
	if told == nil {
		return
	}
	detail := *told
	s.Scope, s.Detail = scope, &detail
	if s.Account == "" {
		return
	}
	if len(detail.Accounts) == 0 {
		detail.Accounts = []string{s.Account}
	}
	detail.Entities = slices.Clone(detail.Entities)
	for i := range detail.Entities {
		detail.Entities[i].Account = cmp.Or(detail.Entities[i].Account, s.Account)
	}
}

// withWord is together for a message, which adds to what its scope has told before: AWS
// sends one for each account, and a page at a time.
func withWord(known, told *Signal) *Signal {
	now := healthDetail(told)
	own := Sighting{Scope: told.Scope, Accounts: now.Accounts, Entities: now.Entities, Told: now.Updated, Heard: told.Heard}
	stands := false
	if was := healthDetail(known); was != nil {
		stands = was.unheardOf(own.Accounts)
		for _, before := range was.Sightings {
			if before.Scope != own.Scope {
				continue
			}
			if before.tookBack(&own) {
				return known
			}
			own = before.and(own)
		}
	}
	return with(known, told, now, own, stands)
}

// and is what messages have told, with one more.
func (s Sighting) and(more Sighting) Sighting {
	older, newer := s, more
	if s.Told.After(more.Told) {
		older, newer = more, s
	}
	newer.Accounts = slices.Concat(older.Accounts, newer.Accounts)
	slices.Sort(newer.Accounts)
	newer.Accounts = slices.Compact(newer.Accounts)
	newer.Entities = allEntities(newer.Entities, older.Entities)
	newer.Denied = slices.DeleteFunc(slices.Clone(s.Denied), func(account string) bool { return slices.Contains(more.Accounts, account) })
	if newer.Heard = more.Heard; newer.equal(s) {
		newer.Heard = s.Heard
	}
	return newer
}

// newer says whether what is seen, and not what is known, says how an event stands. Of one
// moment, which the feeds give in seconds, who is nearer to AWS's own word is believed.
func newer(seen *Signal, now *HealthDetail, known *Signal, was *HealthDetail) bool {
	named := 0
	if (now.ARN != "") != (was.ARN != "") {
		named = cmp.Compare(len(now.ARN), len(was.ARN))
	}
	return cmp.Or(toSecond(now.Updated).Compare(toSecond(was.Updated)), named, compareScopes(known.Scope, seen.Scope)) >= 0
}

// apart is a Health event without what one scope showed of it. How it stands is as it was,
// since AWS takes nothing back by no longer showing it. It is nil if nobody else shows it.
func apart(known *Signal, scope Scope) *Signal {
	was := healthDetail(known)
	if was == nil {
		return nil
	}
	sightings := slices.DeleteFunc(slices.Clone(was.Sightings), func(s Sighting) bool { return s.Scope == scope })
	if len(sightings) == 0 {
		return nil
	}
	left := sighted(known, was.Updates, sightings)
	left.Account = accountOf(sightings)
	if left.Scope == scope {
		left.Scope = sightings[0].Scope
	}
	return left
}

// sighted is a Health event as base says it stands, with what all scopes show of it.
// sightings is sorted in place.
func sighted(base *Signal, updates []Update, sightings []Sighting) *Signal {
	slices.SortFunc(sightings, func(a, b Sighting) int { return compareScopes(a.Scope, b.Scope) })
	signal, detail := *base, *healthDetail(base)
	detail.Updates, detail.Sightings = updates, sightings
	signal.Detail = &detail
	if len(sightings) == 1 {
		detail.Accounts, detail.Entities = sightings[0].Accounts, sightings[0].Entities
		return &signal
	}
	concerned := map[string]bool{}
	var entities []Entity
	for _, s := range sightings {
		for _, account := range s.Accounts {
			concerned[account] = true
		}
		for _, entity := range s.Entities {
			entity.Account = cmp.Or(entity.Account, s.Scope.Account)
			entities = append(entities, entity)
		}
	}
	detail.Accounts = slices.Sorted(maps.Keys(concerned))
	detail.Entities = allEntities(entities, nil)
	signal.Account = accountOf(sightings)
	if len(updates) > 0 && detail.Unlisted.IsZero() {
		signal.Reason = firstSentence(updates[0].Text)
	}
	return &signal
}

// accountOf is the one account that an event concerns as far as is known, or "".
func accountOf(sightings []Sighting) string {
	var all []string
	for _, s := range sightings {
		all = append(all, s.Accounts...)
		if len(s.Accounts) == 0 && s.Scope.Account != "" {
			all = append(all, s.Scope.Account)
		}
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) == 1 {
		return all[0]
	}
	return ""
}

// allEntities are the resources of two lists, each once, with the status that comes first.
func allEntities(first, then []Entity) []Entity {
	named := map[Entity]Entity{} // by account and name
	for _, entity := range slices.Concat(first, then) {
		name := Entity{Account: entity.Account, Value: entity.Value}
		if _, known := named[name]; !known {
			named[name] = entity
		}
	}
	all := slices.SortedFunc(maps.Values(named), compareEntities)
	return all[:min(len(all), entityLimit)]
}

func compareEntities(a, b Entity) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Value, b.Value), cmp.Compare(a.Status, b.Status))
}

// compareScopes orders scopes by how near to AWS's own word they are: the Health API,
// messages, the public feed; then by name.
func compareScopes(a, b Scope) int {
	return cmp.Or(cmp.Compare(remoteness(a.Source), remoteness(b.Source)), cmp.Compare(a.String(), b.String()))
}

// nearest lists sources of Health events, the one that knows most about ours first.
var nearest = []string{"health", "push", "feed"}

func remoteness(source string) int {
	if i := slices.Index(nearest, source); i >= 0 {
		return i
	}
	return len(nearest)
}

// seenThrough says whether a signal is known through a scope.
func (s *Signal) seenThrough(scope Scope) bool {
	if detail := healthDetail(s); detail != nil && len(detail.Sightings) > 0 {
		return slices.ContainsFunc(detail.Sightings, func(s Sighting) bool { return s.Scope == scope })
	}
	return s.Scope == scope
}

// scopes are those through which a signal is known.
func (s *Signal) scopes() []Scope {
	detail := healthDetail(s)
	if detail == nil || len(detail.Sightings) == 0 {
		return []Scope{s.Scope}
	}
	all := make([]Scope, len(detail.Sightings))
	for i := range detail.Sightings {
		all[i] = detail.Sightings[i].Scope
	}
	return all
}

// in is a signal as it is known through a scope.
func (s *Signal) in(scope Scope) *Signal {
	if s.Scope == scope {
		return s
	}
	through := *s
	through.Scope = scope
	return &through
}

// leave takes away what a scope showed of a signal, and the signal if nobody else shows it.
func (r *Room) leave(known *fact, scope Scope, at time.Time) {
	left := apart(known.signal, scope)
	if left == nil {
		r.retire(known.signal, at)
		return
	}
	r.record(Event{Type: EventSignal, At: at, Signal: left, Was: left.State, WasTo: left.Word})
}
