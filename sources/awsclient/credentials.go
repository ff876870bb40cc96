package awsclient

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/middleware"
)

const (
	// renewEarly is how long before their end credentials are renewed for the first
	// time: an STS that fails for less than this is never noticed.
	renewEarly = 20 * time.Minute
	// renewAgain is the pause between two tries while the old credentials hold.
	renewAgain = time.Minute
)

// CredentialsError says that credentials could not be had, as opposed to a call
// that was refused with them.
type CredentialsError struct {
	Profile string // the profile that was to give them
	Err     error  // the SDK's reason
}

// Error implements error; the text is for the log.
func (e *CredentialsError) Error() string {
	return fmt.Sprintf("credentials of profile %s: %v", e.Profile, e.Err)
}

// Unwrap gives the SDK's reason.
func (e *CredentialsError) Unwrap() error { return e.Err }

// owned remembers whose credentials these are, so that a failure can name the
// profile to log in with.
type owned struct {
	provider aws.CredentialsProvider
	profile  string
}

// Retrieve implements aws.CredentialsProvider.
func (o *owned) Retrieve(ctx context.Context) (aws.Credentials, error) {
	credentials, err := o.provider.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, &CredentialsError{Profile: o.profile, Err: err}
	}
	return credentials, nil
}

// callerError remembers as whom a call was made, so that a refusal can name the
// profile that needs a permission or a login.
type callerError struct {
	profile string
	err     error
}

// Error implements error with the text of the cause.
func (e *callerError) Error() string { return e.err.Error() }

// Unwrap gives the cause.
func (e *callerError) Unwrap() error { return e.err }

// callAs marks the failures of every client of a config with the profile.
func callAs(profile string) func(*middleware.Stack) error {
	mark := func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
		middleware.InitializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleInitialize(ctx, in)
		if err != nil {
			err = &callerError{profile: profile, err: err}
		}
		return out, metadata, err
	}
	return func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("CallAs", mark), middleware.Before)
	}
}

// steady renews credentials well before they end and goes on with the old ones
// while renewing fails and they hold. The SDK by itself gives up at once.
//
//	  issued                        first try            again, every minute   end
//	──┴──────────────────────────────┴──────────────────┴──┴──┴──┴──┴──┴──────┴──▶
//	  └── used without asking ───────┘└── old ones used while STS fails ──────┘
type steady struct {
	provider aws.CredentialsProvider
	now      func() time.Time
	mu       sync.Mutex
	end      time.Time // when the credentials given out last really end
}

// Retrieve implements aws.CredentialsProvider.
func (s *steady) Retrieve(ctx context.Context) (aws.Credentials, error) {
	credentials, err := s.provider.Retrieve(ctx)
	if err != nil || !credentials.CanExpire {
		return credentials, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end = credentials.Expires
	if early := s.end.Add(-renewEarly); early.After(s.now()) {
		credentials.Expires = early
	}
	return credentials, nil
}

// HandleFailToRefresh implements aws.HandleFailRefreshCredentialsCacheStrategy.
func (s *steady) HandleFailToRefresh(_ context.Context, old aws.Credentials, err error) (aws.Credentials, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if !old.HasKeys() || !now.Before(s.end) {
		return aws.Credentials{}, err
	}
	old.Expires = now.Add(renewAgain)
	if old.Expires.After(s.end) {
		old.Expires = s.end
	}
	return old, nil
}
