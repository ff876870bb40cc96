package awsclient

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"warroom/internal/clean"
)

// accountLimit bounds an account's name: twelve digits, or a profile's name.
const accountLimit = 64

// Identity is whom AWS takes us for.
type Identity struct {
	Account string // twelve digits
	ARN     string // of the user, or of the role that is assumed
}

// identityLimit bounds an ARN in runes; it may be longer, but nobody reads more.
const identityLimit = 300

// WhoAmI asks STS as whom the config's credentials call. An error is a
// *sources.Failure. Source: GetCallerIdentity, which needs no permission.
func WhoAmI(ctx context.Context, cfg aws.Config) (Identity, error) {
	const what = "the account number could not be learned"
	ctx, cancel := context.WithTimeout(ctx, OperationTimeout)
	defer cancel()
	client := sts.NewFromConfig(cfg, func(o *sts.Options) {
		if credentials, ok := cfg.Credentials.(*lasting); ok {
			o.Region = cmp.Or(o.Region, credentials.region)
		}
	})
	answer, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Identity{}, Failure(what, err)
	}
	who := Identity{
		Account: clean.Line(aws.ToString(answer.Account), accountLimit),
		ARN:     clean.Line(aws.ToString(answer.Arn), identityLimit),
	}
	if who.Account == "" {
		return Identity{}, Failure(what, errForeign)
	}
	return who, nil
}

// Account is the number of the account that the config's credentials belong to. STS is
// only asked if the settings do not say it. If it does not answer, it is the profile's
// name, which tells accounts apart as well, together with a *sources.Failure worth a line
// in the log.
func Account(ctx context.Context, cfg aws.Config) (string, error) {
	if credentials, ok := cfg.Credentials.(*lasting); ok && credentials.account != "" {
		return credentials.account, nil
	}
	who, err := WhoAmI(ctx, cfg)
	if err != nil {
		return fallbackName(cfg), err
	}
	return who.Account, nil
}

func fallbackName(cfg aws.Config) string {
	if credentials, ok := cfg.Credentials.(*lasting); ok {
		return clean.Line(credentials.profile, accountLimit)
	}
	return defaultProfile
}
