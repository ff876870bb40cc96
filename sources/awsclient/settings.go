package awsclient

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

// loginProfile is the profile to log in with: the one of a chain of roles that has SSO or
// a login session, since the command takes no other. "" if none has.
func loginProfile(cfg aws.Config) string {
	shared := sharedConfig(cfg)
	for shared != nil {
		if shared.SSOSessionName != "" || shared.SSOStartURL != "" || shared.LoginSession != "" {
			return shared.Profile
		}
		shared = shared.Source
	}
	return ""
}

// knownAccount is the number of the account that the credentials will be of, as far as the
// settings say it: by the role, or by the login. "" if only AWS can tell. So an account
// keeps its name on the screen while STS is down. The order is the SDK's.
func knownAccount(cfg aws.Config, options Options) string {
	if options.RoleARN != "" {
		return accountIn(options.RoleARN)
	}
	for _, source := range cfg.ConfigSources {
		if environment, ok := source.(config.EnvConfig); ok && options.Profile == "" {
			if environment.Credentials.HasKeys() {
				return environment.Credentials.AccountID
			}
			if environment.WebIdentityTokenFilePath != "" {
				return accountIn(environment.RoleARN)
			}
		}
	}
	shared := sharedConfig(cfg)
	switch {
	case shared == nil:
		return ""
	case shared.RoleARN != "":
		return accountIn(shared.RoleARN)
	case shared.Source == nil && !shared.Credentials.HasKeys() && accountNumber.MatchString(shared.SSOAccountID):
		return shared.SSOAccountID
	}
	return accountIn(shared.LoginSession)
}

var accountNumber = regexp.MustCompile(`^[0-9]{12}$`)

// accountIn is the account in an ARN, or "". Source: arn:partition:service:region:account:resource.
func accountIn(arn string) string {
	const account = 4
	if parts := strings.Split(arn, ":"); len(parts) > account && accountNumber.MatchString(parts[account]) {
		return parts[account]
	}
	return ""
}

// sharedConfig is what the profile says, or nil.
func sharedConfig(cfg aws.Config) *config.SharedConfig {
	for _, source := range cfg.ConfigSources {
		if shared, ok := source.(config.SharedConfig); ok {
			return &shared
		}
	}
	return nil
}

// stsRegion is where credentials are asked for: never the global endpoint, which is
// us-east-1 by another name, and where no region is set anywhere one in the partition of
// the role.
func stsRegion(cfg aws.Config, options Options) string {
	if cfg.Region != "" {
		return cfg.Region
	}
	role := options.RoleARN
	if shared := sharedConfig(cfg); shared != nil {
		role = cmp.Or(role, shared.RoleARN)
	}
	partition, _, _ := strings.Cut(strings.TrimPrefix(role, "arn:"), ":")
	return cmp.Or(partitionRegions[partition], partitionRegions["aws"])
}

// partitionRegions are where STS is asked if no region is set anywhere. It is not
// us-east-1, whose outages are the reason for this program.
var partitionRegions = map[string]string{"aws": "us-west-2", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}
