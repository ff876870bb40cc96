package awsclient

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
)

// NothingToDo is next where waiting is all there is; the runner says when the next
// try is.
const NothingToDo = "nothing to do"

// causes are tried from the top. Settings and logins come first, because the SDK
// looks for credentials on the network and a laptop without any fails with a
// network error; then what happened on the wire; then what the API said.
var causes = inOrder(settings, logins, wire, refusals, answers)

var settings = []Cause{
	{Name: "stopped", Why: "the look was stopped", Next: NothingToDo,
		match: func(f *facts) bool { return f.is(context.Canceled) && !f.is(context.DeadlineExceeded) }},
	{Name: "forbidden-here", Why: "this program refuses to call {action}, since it changes nothing in AWS", Next: "please report this with the log (--log FILE)",
		match: func(f *facts) bool { return isA[*ForbiddenError](f.err) }},
	{Name: "no-profile", Why: "the profile {profile} is in neither ~/.aws/config nor ~/.aws/credentials",
		Next: "correct the profile in the config or in AWS_PROFILE, or run: aws configure --profile {profile}", credentials: true,
		match: func(f *facts) bool {
			return isA[config.SharedConfigProfileNotExistError](f.err) && !isA[config.SharedConfigAssumeRoleError](f.err)
		}},
	{Name: "mfa", Why: "the profile {profile} asks for an MFA code, which cannot be typed here", credentials: true,
		Next: "start a session with MFA in your shell first (aws sts get-session-token) or use a profile that logs in with SSO",
		match: func(f *facts) bool {
			return isA[config.AssumeRoleTokenProviderNotSetError](f.err) || f.says("assumeroletokenprovider", "multifactorauthentication failed")
		}},
	{Name: "bad-settings", Why: "the shared AWS files cannot be used as they are", credentials: true,
		Next:  "look for a mistake in ~/.aws/config and ~/.aws/credentials; the log has the place (--log FILE)",
		match: func(f *facts) bool { return isA[*settingsError](f.err) }},
	{Name: "no-region", Why: "no AWS region is set", Next: "name one in the config (regions:), with --region, or in AWS_REGION",
		match: func(f *facts) bool {
			return isA[*aws.MissingRegionError](f.err) || f.says("missing region", "region is not set", "region must be set", "a region must be")
		}},
	{Name: "endpoint-conflict", Why: "a custom endpoint and FIPS or dual-stack are asked for together, and there is no such host",
		Next: "take away AWS_ENDPOINT_URL (endpoint_url in the profile), or AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT, fips and dual_stack",
		match: func(f *facts) bool {
			return f.status == 0 && f.says("fips and custom endpoint", "dualstack and custom endpoint")
		}},
	{Name: "bad-endpoint", Why: "the endpoint settings contradict each other or name no host",
		Next: "check AWS_ENDPOINT_URL, AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT",
		match: func(f *facts) bool {
			return f.status == 0 && f.says("resolve endpoint", "unsupported protocol scheme", "no host in request url")
		}},
}

var logins = []Cause{
	{Name: "no-credentials", Why: "no AWS credentials were found", credentials: true,
		Next:  "log in (aws sso login or aws login), or set AWS_PROFILE or AWS_ACCESS_KEY_ID; your own probes need none",
		match: func(f *facts) bool { return f.service == "ec2imds" || f.says("no ec2 imds role found") }},
	{Name: "sso-expired", Why: "the SSO session of profile {profile} has expired", credentials: true,
		Next:  "run: aws sso login --profile {login}",
		match: func(f *facts) bool { return f.ssoEnded() }},
	{Name: "sso-role", Why: "SSO no longer gives profile {profile} its role", credentials: true,
		Next: "check sso_account_id and sso_role_name, or ask who assigns them in IAM Identity Center",
		match: func(f *facts) bool {
			return f.service == "SSO" && f.coded("ForbiddenException", "ResourceNotFoundException", "InvalidRequestException")
		}},
	{Name: "login-expired", Why: "the login of profile {profile} has expired", credentials: true,
		Next:  "run: aws login --profile {login}",
		match: func(f *facts) bool { return f.says("please reauthenticate") }},
	{Name: "login-denied", Why: "profile {profile} may not renew its login", credentials: true,
		Next:  "allow signin:CreateOAuth2Token in its policy, or run: aws login --profile {login}",
		match: func(f *facts) bool { return f.says("createoauth2token action") }},
	{Name: "process", Why: "the credential_process of profile {profile} gave no credentials", credentials: true,
		Next:  "try it in your shell: aws sts get-caller-identity --profile {profile}",
		match: func(f *facts) bool { return isA[*processcreds.ProviderError](f.err) }},
	{Name: "token-file", Why: "the web identity token of profile {profile} cannot be read", credentials: true,
		Next:  "check that the file of AWS_WEB_IDENTITY_TOKEN_FILE or web_identity_token_file is there",
		match: func(f *facts) bool { return f.says("failed to retrieve jwt") }},
	{Name: "identity-provider", Why: "STS could not reach the identity provider that vouches for this workload", credentials: true,
		Next:  NothingToDo + "; it happens when STS itself is in trouble",
		match: func(f *facts) bool { return f.coded("InvalidIdentityToken", "IDPCommunicationError") }},
	{Name: "role-denied", Why: "profile {profile} may not assume its role", credentials: true,
		Next: "check role_arn, the external id and the role's trust policy",
		match: func(f *facts) bool {
			return f.renewing && f.service == "STS" && f.coded("AccessDenied", "AccessDeniedException")
		}},
}

// refusals are what the API says about us. They come before the status of an
// answer, since AWS sends them with several.
var refusals = []Cause{
	{Name: CauseThrottled, Why: "AWS is throttling calls to {action}", Next: "nothing to do; other tools of the account share the same limit",
		match: func(f *facts) bool {
			return f.is(errHeld) || f.status == http.StatusTooManyRequests || f.coded("Throttling", "ThrottlingException", "ThrottledException",
				"RequestThrottled", "RequestThrottledException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown", "LimitExceededException")
		}},
	{Name: "clock-skew", Why: "this machine's clock is {skew} AWS's, so AWS refuses what it signs", credentials: true,
		Next: "set the clock of this machine (timedatectl set-ntp true, or your system's time settings)",
		match: func(f *facts) bool {
			return f.skew.Abs() >= skewLimit && f.coded("RequestTimeTooSkewed", "InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired")
		}},
	{Name: CauseExpired, Why: "the credentials of profile {profile} have expired", credentials: true,
		Next:  "log in again (with SSO: aws sso login --profile {login}), or renew the keys in the environment and start again",
		match: func(f *facts) bool { return f.coded("ExpiredToken", "ExpiredTokenException", "RequestExpired") }},
	{Name: CauseUnknownKeys, Why: "AWS does not know the credentials of profile {profile}", credentials: true,
		Next:  "check the access keys; in a region that must be opted into, check that it is switched on; China and GovCloud need credentials of their own",
		match: func(f *facts) bool { return f.coded("InvalidClientTokenId", "UnrecognizedClientException") }},
	{Name: "clock", Why: "AWS refused the signature of the call", credentials: true,
		Next: "check this machine's clock, then the secret key of profile {profile}",
		match: func(f *facts) bool {
			return f.coded("RequestTimeTooSkewed", "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature")
		}},
	{Name: CauseSubscription, Why: "this account's support plan does not include the AWS Health API, which comes with Business Support+, Enterprise Support or Unified Operations",
		Next:  "nothing to mend here: the public status is at health.aws.amazon.com, alarms and probes work without the plan, and health: {off: true} in the config stops the asking",
		match: func(f *facts) bool { return f.coded("SubscriptionRequiredException") }},
	{Name: "opt-in", Why: "this account may not use the service in this region", Next: "switch the region or the service on in the account, or leave the region out of the config",
		match: func(f *facts) bool { return f.coded("OptInRequired", "AuthFailure", "RegionDisabledException") }},
	{Name: CauseDenied, Why: "the credentials of profile {profile} may not call {action}", credentials: true,
		Next:  "allow {action} in their policy; docs/iam-policy.json lists all that is needed",
		match: func(f *facts) bool { return f.coded("AccessDenied", "AccessDeniedException", "UnauthorizedOperation") }},
	{Name: "no-organization", Why: "this account is in no organization", Next: "take organization away from the scope, or use the profile of a management account",
		match: func(f *facts) bool { return f.coded("AWSOrganizationsNotInUseException") }},
	{Name: "page-lost", Why: "AWS no longer accepts the page mark that it gave out", Next: NothingToDo,
		match: func(f *facts) bool { return f.coded("InvalidPaginationToken", "InvalidNextToken") }},
}

func inOrder(groups ...[]Cause) []Cause {
	var all []Cause
	for _, group := range groups {
		all = append(all, group...)
	}
	return all
}

func isA[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}

// wire is what happens before an answer is complete.
var wire = []Cause{
	{Name: "dns-not-found", Why: "the name {host} does not exist in DNS",
		Next:  "if other names resolve, the region's DNS may be the outage; otherwise check this machine's network and the region's spelling",
		match: func(f *facts) bool { failure, ok := f.unresolved(); return ok && failure.IsNotFound }},
	{Name: "dns-failed", Why: "the name server gave no answer for {host}", Next: "check this machine's network and DNS",
		match: func(f *facts) bool { _, ok := f.unresolved(); return ok }},
	{Name: CauseTimeout, Why: "{host} did not answer in time", Next: NothingToDo,
		match: func(f *facts) bool { return f.timedOut() }},
	{Name: "proxy", Why: "the proxy on the way to {host} refused", Next: "check HTTPS_PROXY and NO_PROXY",
		match: func(f *facts) bool { return f.says("proxyconnect") }},
	{Name: "refused", Why: "{host} refused the connection", Next: NothingToDo,
		match: func(f *facts) bool { return f.is(syscall.ECONNREFUSED) }},
	{Name: "tls", Why: "no trusted connection to {host} could be made",
		Next:  "a proxy may stand in between: set AWS_CA_BUNDLE to its certificate, or log in to the network",
		match: func(f *facts) bool { return f.distrusted() }},
	{Name: "half", Why: "{host} sent a page that cannot be read to its end", Next: NothingToDo,
		match: func(f *facts) bool { return f.is(errHalf) }},
	{Name: "cut", Why: "{host} broke the connection off in the middle", Next: NothingToDo,
		match: func(f *facts) bool { return f.cutOff() }},
	{Name: "unreachable", Why: "{host} cannot be reached from this machine", Next: "check the network, the VPN and the firewall",
		match: func(f *facts) bool { return f.dialled() }},
}

// answers are complete answers that say nothing of their own.
var answers = []Cause{
	{Name: "server-error", Why: "{host} answered {status}", Next: NothingToDo,
		match: func(f *facts) bool { return f.status >= http.StatusInternalServerError }},
	{Name: "redirected", Why: "{host} answered {status}, which AWS never does", Next: "a proxy or a login page of the network may stand in between: open a browser and log in",
		match: func(f *facts) bool { return f.status >= http.StatusMultipleChoices && f.status < http.StatusBadRequest }},
	{Name: "portal", Why: "{host} answered {status} with something that is not from the API", Next: "a proxy or a login page of the network may stand in between: open a browser and log in",
		match: func(f *facts) bool { return f.garbled && f.status > 0 && f.status < http.StatusMultipleChoices }},
	{Name: "forbidden", Why: "something on the way to {host} forbids the call ({status}, not from the API)", Next: "a proxy, firewall or VPC endpoint policy may stand in between: ask who runs it",
		match: func(f *facts) bool {
			return f.status == http.StatusForbidden && (f.garbled || strings.HasPrefix(f.kind, "text/html"))
		}},
	{Name: "rejected", Why: "{host} answered {status} to {action}", Next: "if it stays, please report it with the log (--log FILE)",
		match: func(f *facts) bool { return f.status > 0 }},
	{Name: "unknown", Why: "something unexpected went wrong", Next: "the log has the details (--log FILE)",
		match: func(*facts) bool { return true }},
}
