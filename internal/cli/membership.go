package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

// membership has the accounts of one organization looked at, as it is listed. What is
// looked at changes by those that join or leave alone; everything else looks on.
//
//	a look at the list      accounts
//	there for the first     all of them come
//	one has joined          that one comes
//	one has left            that one goes
//	fails, or is held back  as they were listed last
type membership struct {
	world   world
	config  *config.Config
	scope   config.Scope
	account accountGroup
	forget  func([]sources.Watch) // lets them be found again, and be no place of messages

	watched map[string][]sources.Watch // by the place of the account
	unsure  []string                   // the sources of whose accounts nothing is known while there is no list
	first   error                      // why there was none to begin with
	asked   atomic.Bool                // a person wants to know
}

// find gives the watches of every account that is known by now, and that of the list.
func (m *membership) find(ctx context.Context) (watches []sources.Watch, unsure []string) {
	m.watched = map[string][]sources.Watch{}
	listed, known := m.world.listed.of(m.scope)
	if !known {
		listing, cancel := context.WithTimeout(ctx, listingTime(ctx))
		listed, m.first = m.list(listing)
		cancel()
	}
	if m.first != nil {
		m.unsure = m.sourcesOfOne(ctx)
	} else {
		_, watches, unsure = m.follow(ctx, listed)
	}
	about := organizationScope(m.scope)
	return append(watches, sources.Watch{
		Scope: about, Name: about.String(), Interval: refusedEvery, Timeout: listTime, Whole: true,
		Look: m.look, Asked: func() { m.asked.Store(true) },
	}), append(unsure, m.unsure...)
}

// listingTime is how long the first list is waited for: at most a third of the time there
// is, so that a short `status` has some left.
func listingTime(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return min(organizationTime, time.Until(deadline)/3)
	}
	return organizationTime
}

// list lists the accounts, and keeps them.
func (m *membership) list(ctx context.Context) (roster, error) {
	listed, err := m.world.roster(ctx, m.scope)
	if err != nil {
		return roster{}, err
	}
	listed.at = m.world.clock.Now()
	m.world.listed.hold(m.scope, listed)
	return listed, nil
}

// sourcesOfOne are the sources that look at an account.
func (m *membership) sourcesOfOne(ctx context.Context) []string {
	scope := lister(m.scope)
	scope.Account = organizationLabel(m.scope)
	watches, _, _ := awsWatches(ctx, m.config, scope, m.world)
	return sourcesOf(watches)
}

// look implements sources.Look. A list that is young enough is not asked for again.
func (m *membership) look(ctx context.Context, _ sources.Report) error {
	if m.world.follow == nil { // one look is made at what was found
		return notListed(m.first)
	}
	listed, known := m.world.listed.of(m.scope)
	age := m.world.clock.Now().Sub(listed.at)
	if asked := m.asked.Swap(false); asked || !known || age < 0 || age >= organizationEvery {
		var err error
		if listed, err = m.list(ctx); err != nil {
			return notListed(err)
		}
	}
	gone, came, _ := m.follow(ctx, listed)
	if errors.Is(ctx.Err(), context.Canceled) { // others look by now, and know nothing of these
		return ctx.Err()
	}
	if len(gone)+len(came)+len(m.unsure) > 0 {
		m.world.follow(gone, came, m.unsure)
		m.unsure = nil
	}
	if listed.left > 0 {
		return &sources.Failure{Partial: true, Trouble: room.Trouble{
			What: fmt.Sprintf("%d accounts of the organization are not watched", listed.left),
			Why:  fmt.Sprintf("no more than %d are, since each is asked about its alarms and events all the time", awsclient.MemberLimit),
			Next: "name those that matter as scopes of their own",
		}}
	}
	return nil
}

// notListed is why a list could not be had, or nil.
func notListed(err error) error {
	if err == nil {
		return nil
	}
	return awsclient.Failure("the accounts of the organization could not be listed", err)
}

// follow goes over to the accounts of a list: the watches of those that are not on it any
// more are gone, and those of new ones came. The front doors of regions stay, and our
// own connection: the other accounts need them too.
func (m *membership) follow(ctx context.Context, listed roster) (gone, came []sources.Watch, unsure []string) {
	members := listed.scopes(m.config, m.scope)
	place := func(s config.Scope) string { return s.Account + " " + s.Role }
	on := map[string]bool{}
	for _, member := range members {
		on[place(member)] = true
	}
	for at, watches := range m.watched {
		if !on[at] {
			gone = append(gone, slices.DeleteFunc(watches, ofNobody)...)
			delete(m.watched, at)
		}
	}
	m.forget(gone)
	members = slices.DeleteFunc(members, func(s config.Scope) bool { _, known := m.watched[place(s)]; return known })
	found, doubts := make([][]sources.Watch, len(members)), make([][]string, len(members))
	var all sync.WaitGroup
	for i, member := range members {
		all.Go(func() { found[i], doubts[i] = m.account(ctx, member) })
	}
	all.Wait()
	for i, member := range members {
		m.watched[place(member)] = found[i]
	}
	return gone, slices.Concat(found...), slices.Concat(doubts...)
}

// ofNobody says whether a watch is of no account, such as a front door of a region, or our
// own connection.
func ofNobody(w sources.Watch) bool { return w.Scope.Account == "" }

// sourcesOf are the sources that look at accounts.
func sourcesOf(watches []sources.Watch) (all []string) {
	for _, w := range watches {
		if !ofNobody(w) && !slices.Contains(all, w.Scope.Source) {
			all = append(all, w.Scope.Source)
		}
	}
	return all
}
