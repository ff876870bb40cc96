package awsclient

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"warroom/internal/room"
	"warroom/sources"
)

// NoFIPS is why a config cannot be used in a region: it wants FIPS endpoints, and AWS has
// none there, so that the SDK would make up a host that does not exist. nil if it can be.
// Sources: AWS General Reference, the endpoints of CloudWatch, Health, STS, SQS and CloudTrail.
func NoFIPS(cfg aws.Config, region string) *sources.Failure {
	if strings.HasPrefix(region, "us-") || !wantsFIPS(cfg) {
		return nil
	}
	return &sources.Failure{Trouble: room.Trouble{
		What: "AWS cannot be asked in " + region, Why: "FIPS endpoints are wanted, and AWS has them in its regions of the United States alone",
		Next: "watch " + region + " in a scope without fips, and take AWS_USE_FIPS_ENDPOINT away (use_fips_endpoint in the profile)",
	}}
}

// wantsFIPS says whether the clients of a config call FIPS endpoints.
func wantsFIPS(cfg aws.Config) bool {
	return sts.NewFromConfig(cfg).Options().EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled
}

// noFIPSLogin is why a profile that logs in with SSO cannot be used with FIPS. AWS has no
// FIPS endpoints of IAM Identity Center but in GovCloud.
// Source: https://aws.amazon.com/compliance/fips.
func noFIPSLogin(cfg aws.Config, options Options, profile string) *sources.Failure {
	region := loginRegion(cfg, options)
	if region == "" || strings.HasPrefix(region, "us-gov-") || !wantsFIPS(cfg) {
		return nil
	}
	return &sources.Failure{Trouble: room.Trouble{
		What: "the profile " + profile + " cannot be used", Why: "it logs in with SSO, which has no FIPS endpoint in " + region,
		Next: "take fips away from this scope (AWS_USE_FIPS_ENDPOINT, use_fips_endpoint), or give it credentials that do not come from SSO",
	}}
}

// loginRegion is where the profile, or the one that it builds on, logs in with SSO. "" if
// it does not, or if the environment has keys that go before.
func loginRegion(cfg aws.Config, options Options) string {
	for _, source := range cfg.ConfigSources {
		if environment, ok := source.(config.EnvConfig); ok && options.Profile == "" && environment.Credentials.HasKeys() {
			return ""
		}
	}
	for p := sharedConfig(cfg); p != nil; p = p.Source {
		switch {
		case p.SSOSession != nil:
			return p.SSOSession.SSORegion
		case p.SSOStartURL != "":
			return p.SSORegion
		}
	}
	return ""
}

// plainLogin sends SSO to the host that it has where FIPS is wanted: in GovCloud it has no
// other, though the SDK's rules make up one.
func plainLogin(stack *middleware.Stack) error {
	if stack.ID() != "GetRoleCredentials" && stack.ID() != "CreateToken" {
		return nil
	}
	plain := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
		middleware.FinalizeOutput, middleware.Metadata, error) {
		if request, ok := in.Request.(*smithyhttp.Request); ok {
			for made, real := range map[string]string{"portal.sso-fips.": "portal.sso.", "oidc-fips.": "oidc."} {
				if rest, found := strings.CutPrefix(request.URL.Host, made); found {
					request.URL.Host = real + rest
				}
			}
		}
		return next.HandleFinalize(ctx, in)
	}
	return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("PlainLogin", plain), "ResolveEndpointV2", middleware.After)
}
