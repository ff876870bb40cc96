package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"warroom/internal/config"
	"warroom/sources"
	"warroom/sources/awsclient"
)

// accounts tries each scope of the config: its credentials, then every action that
// warroom asks of AWS with them, in each region.
func (c *checker) accounts(ctx context.Context) []finding {
	about := subject{topic: topicCredentials, name: "AWS"}
	switch {
	case c.broken && len(c.flags.profiles) == 0:
		return []finding{about.skip("the config says which accounts to watch, and it has mistakes", "mend the config first, or name an account with --profile")}
	case c.cfg.Health.Off && c.cfg.Alarms.Off:
		off := about.skip("the config switches AWS Health and the alarms off", "")
		return byTopic(append([]finding{off}, c.queue(ctx)...))
	}
	scopes := scopesOf(c.cfg)
	return byTopic(c.together(about, len(scopes)+1, func(i int) []finding {
		if i == len(scopes) {
			return c.queue(ctx)
		}
		if scopes[i].Organization {
			return c.organization(ctx, scopes[i])
		}
		return c.account(ctx, scopes[i])
	}))
}

// listAccounts is the action by which the accounts of an organization are found.
const listAccounts = "organizations:ListAccounts"

// organization tries the account that lists an organization, whether it may, and each of
// the accounts that are watched.
func (c *checker) organization(ctx context.Context, scope config.Scope) []finding {
	about := subject{topic: topicPermission, name: listAccounts, account: organizationLabel(scope)}
	began := time.Now()
	roster, err := world{}.roster(ctx, scope)
	members, left := roster.scopes(c.cfg, scope), roster.left
	if err != nil {
		return append(c.account(ctx, lister(scope)), c.refused(about, err, time.Since(began)))
	}
	listed := about.ok(fmt.Sprintf("allowed; %d active accounts", len(members)+left))
	if left > 0 {
		listed = about.warn(fmt.Sprintf("%d active accounts, of which %d are watched", len(members)+left, len(members)), "name those that matter as scopes of their own")
	}
	each := c.together(about.called("every account"), len(members), func(i int) []finding { return c.account(ctx, members[i]) })
	return append(each, listed)
}

func (c *checker) account(ctx context.Context, scope config.Scope) []finding {
	profile := awsclient.ProfileName(scope.Profile)
	about := subject{topic: topicCredentials, name: "profile " + profile, account: scope.Account}
	if scope.Role != "" {
		about.name += ", role " + path.Base(scope.Role)
	}
	untried := subject{topic: topicPermission, name: "every action", account: cmp.Or(scope.Account, profile)}.
		skip("not tried without credentials", "mend the credentials first")
	began := time.Now()
	settings, err := awsConfig(ctx, scope, world{})
	if err != nil {
		return []finding{c.refused(about, err, time.Since(began)), untried}
	}
	settings.HTTPClient = &dated{HTTPClient: settings.HTTPClient, skew: &c.aws}
	from, err := retrieve(ctx, settings)
	if err != nil {
		return []finding{c.refused(about, err, time.Since(began)), untried}
	}
	who, err := awsclient.WhoAmI(ctx, settings)
	if err != nil {
		refused := c.refused(about, err, time.Since(began))
		if unusable(err) {
			return []finding{refused, untried}
		}
		return append([]finding{refused}, c.permissions(ctx, scope, settings, cmp.Or(scope.Account, profile))...)
	}
	about.account = cmp.Or(scope.Account, c.cfg.AccountName(who.Account))
	known := about.ok("account " + who.Account + ", as " + who.ARN + from)
	return append([]finding{known}, c.permissions(ctx, scope, settings, about.account)...)
}

// origins is where credentials come from, by the names of the SDK's providers.
var origins = map[string]string{
	"EnvConfigCredentials":        "the environment",
	"SharedConfigCredentials":     "the shared AWS files",
	"SSOProvider":                 "SSO",
	"LoginProvider":               "aws login",
	"AssumeRoleProvider":          "an assumed role",
	"WebIdentityCredentials":      "a web identity",
	"ProcessProvider":             "the profile's credential_process",
	"EC2RoleProvider":             "this machine's role",
	"CredentialsEndpointProvider": "the container's role",
}

// retrieve gets credentials, or the reason why there are none, before anything is
// called with them. It returns where they come from, as the end of a sentence.
func retrieve(ctx context.Context, settings aws.Config) (from string, err error) {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	credentials, err := settings.Credentials.Retrieve(ctx)
	if err != nil {
		return "", err
	}
	provider, _, _ := strings.Cut(credentials.Source, ": ") // a file may follow
	return with(", from ", origins[provider]), nil
}

// unusable says whether credentials were refused as such, so that no other call
// with them can do better.
func unusable(err error) bool {
	switch awsclient.Classify(sdkError(err)).Name {
	case awsclient.CauseExpired, awsclient.CauseUnknownKeys:
		return true
	}
	return false
}

// sdkError is the SDK's error under the words for people.
func sdkError(err error) error {
	var failure *sources.Failure
	if errors.As(err, &failure) && failure.Err != nil {
		return failure.Err
	}
	return err
}

// refused is what is found of a call to AWS that failed after the given time.
func (c *checker) refused(about subject, err error, took time.Duration) finding {
	found := awsclient.Classify(sdkError(err))
	c.log.Warn("check failed", "topic", about.topic, "name", about.name, "account", about.account, "region", about.region, "cause", sdkError(err))
	if failure := (*sources.Failure)(nil); errors.As(err, &failure) && failure.Err == nil { // nothing was called
		return about.fail(failure.Why, failure.Next)
	}
	switch found.Name {
	case awsclient.CauseTimeout:
		return about.fail("no answer within "+coarse(took),
			"if other regions answer, the trouble is there; if none does, check the network, the proxy and the VPN")
	case awsclient.CauseSubscription, awsclient.CauseThrottled:
		return about.warn(found.Why, found.Next)
	}
	if found.Next == awsclient.NothingToDo {
		found.Next = "nothing on this side, if other hosts answer; try again in a minute"
	}
	return about.fail(found.Why, found.Next)
}
