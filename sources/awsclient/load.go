// Package awsclient prepares the AWS SDK for use during an outage: short
// timeouts, few retries, credentials that outlive a broken STS, and failures told
// in plain words instead of the SDK's.
package awsclient

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
)

const (
	// responseTimeout bounds one HTTP exchange. The SDK has no bound of its own, so
	// a server that hangs would use up the whole look.
	responseTimeout = 4 * time.Second
	// dialTimeout bounds one connection; a healthy regional endpoint takes far
	// less, even from another continent.
	dialTimeout = 2 * time.Second
	// maxAttempts is low because every look is repeated by the runner anyway.
	maxAttempts = 2
	// maxBackoff keeps the pause between two attempts within OperationTimeout.
	maxBackoff = time.Second
	// OperationTimeout bounds one API call in real time: every attempt, the pause
	// between them, and room for credentials that must be renewed first.
	OperationTimeout = 10 * time.Second

	// roleSession is how long an assumed role lasts. It is the most that AWS allows
	// when roles are chained; the SDK's own 15 minutes would fail early in an STS
	// outage.
	roleSession = time.Hour
	// sessionName is how our calls are named in CloudTrail, and appID in user agents.
	sessionName = "warroom"
	appID       = "warroom"

	// defaultProfile is the name of the profile when nobody chose one.
	defaultProfile = "default"
)

// Options says as whom and where to call AWS. The zero value is the SDK's default
// chain: environment, shared files, web identity, container, instance.
type Options struct {
	Profile    string // a profile of the shared config files; "" for AWS_PROFILE or the default one
	Region     string // "" for the region of the environment or the profile
	RoleARN    string // a role to assume with the profile's credentials; "" for none
	Elsewhere  string // a region where STS is asked while it is down in Region; "" for none
	ExternalID string // what the role's trust policy asks for; "" for nothing
	FIPS       bool   // call the FIPS endpoints, also where the environment does not ask for them
	DualStack  bool   // call the endpoints that have IPv6, likewise

	Sessions *Sessions // keeps credentials from one Load to the next with the same settings; nil keeps none

	Now   func() time.Time // by which credentials end; nil for the machine's clock
	Log   *slog.Logger     // of trouble with credentials that nobody notices yet; nil logs nothing
	Calls *Calls           // counts what is asked for credentials; nil counts nothing

	settings []func(*config.LoadOptions) error // of a test that cannot wait
}

// Load reads the SDK's environment and files and returns a config for service
// clients. It calls nothing over the network except, on an EC2 instance without
// other settings, the instance's own metadata; credentials are fetched with the
// first call. The config's Region is empty if none is set anywhere. An error is a
// *sources.Failure.
func Load(ctx context.Context, options Options) (aws.Config, error) {
	profile := ProfileName(options.Profile)
	cfg, err := read(ctx, options, nil)
	if err != nil {
		what := "the AWS settings of profile " + profile + " could not be loaded"
		return aws.Config{}, Failure(what, &callerError{profile: profile, err: err})
	}
	if failure := noFIPSLogin(cfg, options, profile); failure != nil {
		return aws.Config{}, failure
	}
	options.Region = stsRegion(cfg, options)
	log := options.Log
	if log != nil {
		log = log.With("profile", profile)
	}
	first := &Recurring{Log: log, What: "STS failed in " + options.Region + ", and is asked in " + options.Elsewhere}
	credentials := &lasting{profile: profile, login: loginProfile(cfg), account: knownAccount(cfg, options), region: options.Region, now: options.Now, fetch: func(ctx context.Context) (aws.Credentials, error) {
		return fetch(ctx, options, first)
	}}
	credentials.renewals = Recurring{Log: log, What: "credentials could not be renewed"}
	if credentials.now == nil {
		credentials.now = time.Now
	}
	credentials = options.Sessions.of(sessionKey(cfg, options), credentials)
	cfg.Credentials = credentials
	cfg.APIOptions = append(cfg.APIOptions, callWith(credentials))
	return cfg, nil
}

// fetch gets new credentials, from another region if STS does not work in the usual one:
// those of one region are good in all. Of the usual one the log hears, if it is in trouble.
func fetch(ctx context.Context, options Options, usual *Recurring) (aws.Credentials, error) {
	fresh, err := fetchIn(ctx, options)
	if options.Elsewhere != "" && (err == nil || regionDown(err)) {
		usual.Ended(err)
	}
	if err != nil && options.Elsewhere != "" && regionDown(err) {
		options.Region = options.Elsewhere
		if other, otherErr := fetchIn(ctx, options); otherErr == nil {
			return other, nil
		}
	}
	return fresh, err
}

func fetchIn(ctx context.Context, options Options) (aws.Credentials, error) {
	cfg, err := read(ctx, options, options.Calls)
	if err != nil {
		return aws.Credentials{}, err
	}
	return cfg.Credentials.Retrieve(ctx)
}

// regionDown says whether STS failed in a way that another region may not share.
func regionDown(err error) bool {
	f := gather(err)
	return f.service == "STS" && (f.status >= http.StatusInternalServerError || f.status == 0 && !f.is(context.Canceled))
}

// read reads the SDK's environment and files. With calls the config is one whose clients get
// credentials, and they are counted. The config's credentials are fetched when
// they are asked for, and kept, but not renewed well: see lasting.
func read(ctx context.Context, options Options, calls *Calls) (aws.Config, error) {
	clients := []func(*middleware.Stack) error{readOnly, plainLogin}
	if calls != nil {
		clients = append(clients, calls.credentials)
	}
	settings := []func(*config.LoadOptions) error{
		config.WithHTTPClient(HTTPClient()),
		config.WithEndpointCredentialOptions(func(o *endpointcreds.Options) { o.HTTPClient = HTTPClient() }),
		config.WithRetryer(NewRetryer),
		config.WithAppID(appID),
		config.WithAPIOptions(clients),
		config.WithLogger(logging.Nop{}), // the SDK's usual one writes on the screen
		config.WithAssumeRoleCredentialOptions(func(o *stscreds.AssumeRoleOptions) {
			o.Duration = max(o.Duration, roleSession)
			o.RoleSessionName = cmp.Or(o.RoleSessionName, sessionName)
		}),
		config.WithWebIdentityRoleCredentialOptions(func(o *stscreds.WebIdentityRoleOptions) {
			o.Duration = max(o.Duration, roleSession)
			o.RoleSessionName = cmp.Or(o.RoleSessionName, sessionName)
		}),
	}
	if options.Profile != "" {
		settings = append(settings, config.WithSharedConfigProfile(options.Profile))
	}
	if options.Region != "" {
		settings = append(settings, config.WithRegion(options.Region))
	}
	if options.FIPS {
		settings = append(settings, config.WithUseFIPSEndpoint(aws.FIPSEndpointStateEnabled))
	}
	if options.DualStack {
		settings = append(settings, config.WithUseDualStackEndpoint(aws.DualStackEndpointStateEnabled))
	}
	cfg, err := config.LoadDefaultConfig(ctx, append(settings, options.settings...)...)
	if err != nil {
		return aws.Config{}, &settingsError{err}
	}
	if options.RoleARN != "" {
		cfg.Credentials = assume(cfg, options)
	}
	return cfg, nil
}

// settingsError marks what Load could not read. Nothing but the environment and
// files is involved, so whatever it is, that is the place to look.
type settingsError struct{ err error }

// Error implements error with the text of the cause.
func (e *settingsError) Error() string { return e.err.Error() }

// Unwrap gives the cause.
func (e *settingsError) Unwrap() error { return e.err }

// HTTPClient makes the client that every call goes through, those for credentials
// included: a hung STS call would otherwise block every caller. It follows
// HTTPS_PROXY and AWS_CA_BUNDLE.
func HTTPClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithTimeout(responseTimeout).
		WithDialerOptions(func(dialer *net.Dialer) { dialer.Timeout = dialTimeout })
}

// NewRetryer makes the retryer of a client: few attempts, short pauses. It is also
// for configs that do not come from Load.
func NewRetryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.MaxBackoff = maxBackoff
	})
}

// assume makes credentials of a role, fetched from the regional STS.
func assume(cfg aws.Config, options Options) aws.CredentialsProvider {
	client := sts.NewFromConfig(cfg)
	return stscreds.NewAssumeRoleProvider(client, options.RoleARN, func(o *stscreds.AssumeRoleOptions) {
		o.Duration = roleSession
		o.RoleSessionName = sessionName
		if options.ExternalID != "" {
			o.ExternalID = aws.String(options.ExternalID)
		}
	})
}

// ProfileName is the name of the profile that the SDK will use if the given one is
// asked for, and by default if that is "".
func ProfileName(chosen string) string {
	return cmp.Or(chosen, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE"), defaultProfile)
}
