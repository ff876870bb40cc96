package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

// organizationSource is the Scope's Source of the list of an organization's accounts.
const organizationSource = "organization"

const (
	// organizationTime is how long the list of an organization's accounts is waited for
	// before the room begins without them, in real time.
	organizationTime = 10 * time.Second
	// organizationEvery is how often it is looked whether accounts have come or gone.
	organizationEvery = 10 * time.Minute
)

// organization finds the watches of every account of an organization, and one of the list
// of them: it tells why the list cannot be had, and notices who comes and goes.
func (w world) organization(ctx context.Context, cfg *config.Config, scope config.Scope, account func(context.Context, config.Scope) ([]sources.Watch, bool)) ([]sources.Watch, bool) {
	within := organizationTime
	if deadline, ok := ctx.Deadline(); ok {
		within = min(within, time.Until(deadline)/3)
	}
	listing, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	members, _, err := w.members(listing, cfg, scope)
	members = w.listed.latest(scope, members, err)
	found, sure := make([][]sources.Watch, len(members)), make([]bool, len(members))
	var all sync.WaitGroup
	for i, member := range members {
		all.Go(func() { found[i], sure[i] = account(ctx, member) })
	}
	all.Wait()
	list := w.membership(cfg, scope, members)
	if err != nil {
		list.Interval = refusedEvery
	}
	return append(slices.Concat(found...), list), err == nil && !slices.Contains(sure, false)
}

// members are the accounts of an organization as scopes of their own, and how many more
// there are than are watched. The account that lists them is looked at without the role,
// which AWS does not make there.
func (w world) members(ctx context.Context, cfg *config.Config, scope config.Scope) (scopes []config.Scope, left int, err error) {
	settings, err := awsConfig(ctx, lister(scope), w)
	if err != nil {
		return nil, 0, err
	}
	settings = w.calls.Count(settings, organizationLabel(scope))
	accounts, left, err := awsclient.Members(ctx, settings)
	if err != nil {
		return nil, 0, err
	}
	own, err := awsclient.WhoAmI(ctx, settings)
	if err != nil {
		return nil, 0, err
	}
	taken := map[string]bool{}
	for _, account := range accounts {
		member := lister(scope)
		if account.Number != own.Account {
			member.Role = fmt.Sprintf("arn:%s:iam::%s:role/%s", account.Partition, account.Number, scope.Role)
			member.ExternalID = scope.ExternalID
		}
		member.Account = cmp.Or(cfg.Accounts[account.Number], account.Name, account.Number)
		if taken[member.Account] {
			member.Account += " " + account.Number
		}
		taken[member.Account] = true
		scopes = append(scopes, member)
	}
	return scopes, left, nil
}

// lister is the scope of the account that lists an organization.
func lister(scope config.Scope) config.Scope {
	scope.Organization, scope.Role, scope.ExternalID = false, "", config.Secret{}
	return scope
}

// organizationLabel is what an organization is called on the screen.
func organizationLabel(scope config.Scope) string { return cmp.Or(scope.Profile, "default") }

// membership watches the list of an organization's accounts.
func (w world) membership(cfg *config.Config, scope config.Scope, known []config.Scope) sources.Watch {
	about := room.Scope{Source: organizationSource, Account: organizationLabel(scope)}
	place := func(s config.Scope) string { return s.Account + " " + s.Role }
	return sources.Watch{
		Scope: about, Name: about.String(), Interval: organizationEvery, Timeout: 3 * organizationTime, Whole: true,
		Look: func(ctx context.Context, _ sources.Report) error {
			now, left, err := w.members(ctx, cfg, scope)
			w.listed.latest(scope, now, err)
			if err != nil {
				return awsclient.Failure("the accounts of the organization could not be listed", err)
			}
			same := slices.EqualFunc(now, known, func(a, b config.Scope) bool { return place(a) == place(b) })
			if !same && w.anew != nil {
				w.anew()
			}
			if left > 0 {
				return &sources.Failure{Partial: true, Trouble: room.Trouble{
					What: fmt.Sprintf("%d accounts of the organization are not watched", left),
					Why:  fmt.Sprintf("no more than %d are, since each is asked about its alarms and events all the time", awsclient.MemberLimit),
					Next: "name those that matter as scopes of their own",
				}}
			}
			return nil
		},
	}
}

// heldMembers are the accounts of organizations as they were last listed, so that they are
// looked at on while they cannot be. Safe for concurrent use; nil holds none.
type heldMembers struct {
	mu   sync.Mutex
	last map[string][]config.Scope
}

// latest is a new list of accounts, or the last one if there is an error.
func (h *heldMembers) latest(scope config.Scope, members []config.Scope, err error) []config.Scope {
	if h == nil {
		return members
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	key := scope.Profile + " " + scope.Role
	if err != nil {
		return h.last[key]
	}
	if h.last == nil {
		h.last = map[string][]config.Scope{}
	}
	h.last[key] = members
	return members
}
