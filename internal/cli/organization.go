package cli

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources/awsclient"
)

// organizationSource is the Scope's Source of the list of an organization's accounts.
const organizationSource = "organization"

const (
	// organizationTime is how long the list of an organization's accounts is waited for
	// before the room begins without them, in real time. They come once it is there.
	organizationTime = 10 * time.Second
	// listTime bounds one look at the list, in real time: AWS gives twenty accounts at once.
	listTime = 30 * time.Second
	// organizationEvery is how often it is looked whether accounts have come or gone.
	organizationEvery = 10 * time.Minute
)

// roster is the accounts of an organization as they were listed.
type roster struct {
	accounts []awsclient.Member
	own      string    // the number of the account that lists them
	left     int       // how many more there are than are watched
	at       time.Time // when they were listed
}

// roster lists the accounts of an organization.
func (w world) roster(ctx context.Context, scope config.Scope) (roster, error) {
	settings, err := awsConfig(ctx, lister(scope), w)
	if err != nil {
		return roster{}, err
	}
	settings = w.calls.Count(settings, organizationLabel(scope))
	accounts, left, err := awsclient.Members(ctx, settings)
	if err != nil {
		return roster{}, err
	}
	own, err := awsclient.Account(ctx, settings)
	if err != nil {
		return roster{}, err
	}
	return roster{accounts: accounts, own: own, left: left}, nil
}

// scopes are the accounts of a roster as scopes of their own. The account that lists them
// is looked at without the role, which AWS does not make there.
func (r roster) scopes(cfg *config.Config, scope config.Scope) (members []config.Scope) {
	taken := map[string]bool{}
	for _, account := range r.accounts {
		member := lister(scope)
		if account.Number != r.own {
			member.Role = fmt.Sprintf("arn:%s:iam::%s:role/%s", account.Partition, account.Number, scope.Role)
			member.ExternalID = scope.ExternalID
		}
		member.Account = cmp.Or(cfg.Accounts[account.Number], account.Name, account.Number)
		if taken[member.Account] {
			member.Account += " " + account.Number
		}
		taken[member.Account] = true
		members = append(members, member)
	}
	return members
}

// lister is the scope of the account that lists an organization.
func lister(scope config.Scope) config.Scope {
	scope.Organization, scope.Role, scope.ExternalID = false, "", config.Secret{}
	return scope
}

// organizationLabel is what an organization is called on the screen.
func organizationLabel(scope config.Scope) string { return cmp.Or(scope.Profile, "default") }

// organizationScope is where the list of an organization's accounts is told of.
func organizationScope(scope config.Scope) room.Scope {
	return room.Scope{Source: organizationSource, Account: organizationLabel(scope)}
}
