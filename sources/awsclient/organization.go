package awsclient

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/sources"
)

const (
	// memberPage is the most that ListAccounts gives at once.
	memberPage = 20
	// MemberLimit is how many accounts of an organization are watched. Each is asked
	// twice a minute in each of its regions, and each asks for a role once an hour; more
	// would be more than one machine should ask of AWS on a bad day.
	MemberLimit = 100
	// memberPages ends a list that never ends. A page may be empty, and more come after.
	memberPages = 1000
)

// Member is one account of an organization.
type Member struct {
	Number    string // twelve digits
	Name      string // as the organization has it
	Partition string // of AWS, such as "aws"
}

// Members lists the active accounts of the organization that the config's credentials
// may list: those of the management account or of a delegated administrator. They are in
// the order in which they joined, so that one that joins takes no other's place; AWS
// promises none. Accounts that are suspended or closed are left out, and those beyond
// MemberLimit are counted in left. What could be listed in part only is an error: nobody
// may take it for all there are. An error is a *sources.Failure. Source: ListAccounts of AWS
// Organizations.
func Members(ctx context.Context, cfg aws.Config) (members []Member, left int, err error) {
	const what = "the accounts of the organization could not be listed"
	client := organizations.NewFromConfig(cfg, func(o *organizations.Options) {
		o.APIOptions = append(o.APIOptions, Harden)
		if credentials, ok := cfg.Credentials.(*lasting); ok && o.Region == "" {
			o.Region = credentials.region
		}
	})
	input := &organizations.ListAccountsInput{MaxResults: aws.Int32(memberPage)}
	var accounts []types.Account
	for range memberPages {
		answer, err := listMembers(ctx, client, input)
		if err != nil {
			return nil, 0, Failure(what, err)
		}
		accounts = append(accounts, slices.DeleteFunc(answer.Accounts, inactive)...)
		if aws.ToString(answer.NextToken) != "" {
			input.NextToken = answer.NextToken
			continue
		}
		if len(accounts) == 0 { // the account that lists is always one
			return nil, 0, Failure(what, errForeign)
		}
		members = asJoined(accounts)
		most := min(len(members), MemberLimit)
		return members[:most], len(members) - most, nil
	}
	return nil, 0, &sources.Failure{Trouble: room.Trouble{What: what,
		Why: fmt.Sprintf("AWS gave %d pages and still more", memberPages), Next: "if it stays, please report it"}}
}

// asJoined is accounts in the order in which they joined, each once: while one joins,
// another may be on two pages.
func asJoined(accounts []types.Account) (members []Member) {
	slices.SortFunc(accounts, func(a, b types.Account) int {
		return cmp.Or(aws.ToTime(a.JoinedTimestamp).Compare(aws.ToTime(b.JoinedTimestamp)), cmp.Compare(aws.ToString(a.Id), aws.ToString(b.Id)))
	})
	accounts = slices.CompactFunc(accounts, func(a, b types.Account) bool { return aws.ToString(a.Id) == aws.ToString(b.Id) })
	for _, account := range accounts {
		members = append(members, Member{
			Number: clean.Line(aws.ToString(account.Id), accountLimit), Name: clean.Line(aws.ToString(account.Name), accountLimit),
			Partition: partitionIn(aws.ToString(account.Arn)),
		})
	}
	return members
}

func listMembers(ctx context.Context, client *organizations.Client, input *organizations.ListAccountsInput) (*organizations.ListAccountsOutput, error) {
	ctx, cancel := WithTimeout(ctx)
	defer cancel()
	return client.ListAccounts(ctx, input)
}

// inactive says whether an account cannot be looked at. AWS has put its state where its
// status was; older partitions may still have that alone.
func inactive(account types.Account) bool {
	if account.State != "" {
		return account.State != types.AccountStateActive
	}
	return account.Status != types.AccountStatusActive
}

// partitionIn is the partition in an ARN, and "aws" for what is none.
func partitionIn(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) > 1 && partitionRegions[parts[1]] != "" {
		return parts[1]
	}
	return "aws"
}
