package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"warroom/internal/clean"
)

// accountLimit bounds an account's name: twelve digits, or a profile's name.
const accountLimit = 64

// Account asks STS for the number of the account that the config's credentials
// belong to. If STS does not answer, the result is the profile's name, which tells
// accounts apart as well, together with a *sources.Failure worth a line in the log.
// Source: GetCallerIdentity, which needs no permission.
func Account(ctx context.Context, cfg aws.Config) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, OperationTimeout)
	defer cancel()
	client := sts.NewFromConfig(cfg, func(o *sts.Options) {
		if o.Region == "" {
			o.Region = stsRegion
		}
	})
	answer, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return fallbackName(cfg), Failure("the account number could not be learned", err)
	}
	if number := clean.Line(aws.ToString(answer.Account), accountLimit); number != "" {
		return number, nil
	}
	return fallbackName(cfg), Failure("the account number could not be learned", errForeign)
}

func fallbackName(cfg aws.Config) string {
	if credentials, ok := cfg.Credentials.(*owned); ok {
		return clean.Line(credentials.profile, accountLimit)
	}
	return defaultProfile
}
