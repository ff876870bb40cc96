package awsclient

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/smithy-go/middleware"
)

// CredentialsError says that credentials could not be had, as opposed to a call
// that was refused with them.
type CredentialsError struct {
	Profile string    // the profile that was to give them
	Login   string    // the profile to log in with, which may be the one it builds on
	Ended   time.Time // when the ones before have ended; zero if there were none
	Err     error     // the SDK's reason
}

// Error implements error; the text is for the log.
func (e *CredentialsError) Error() string {
	return fmt.Sprintf("credentials of profile %s: %v", e.Profile, e.Err)
}

// Unwrap gives the SDK's reason.
func (e *CredentialsError) Unwrap() error { return e.Err }

// callerError remembers as whom a call was made, so that a refusal can name the
// profile that needs a permission or a login.
type callerError struct {
	profile string
	login   string
	err     error
}

// Error implements error with the text of the cause.
func (e *callerError) Error() string { return e.err.Error() }

// Unwrap gives the cause.
func (e *callerError) Unwrap() error { return e.err }

// callWith marks the failures of every client of a config with the profile, and doubts
// its credentials when AWS refuses them.
func callWith(credentials *lasting) func(*middleware.Stack) error {
	mark := func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
		middleware.InitializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleInitialize(ctx, in)
		if err != nil {
			switch Classify(err).Name {
			case CauseExpired:
				credentials.doubt(false)
			case CauseUnknownKeys:
				credentials.doubt(true)
			}
			err = credentials.called(err)
		}
		return out, metadata, err
	}
	return func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("CallAs", mark), middleware.Before)
	}
}
