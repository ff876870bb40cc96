package awsclient

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/smithy-go/middleware"
)

// readingVerbs begin the names of operations that change nothing.
var readingVerbs = []string{"Describe", "Get", "List", "Lookup"}

// beyondReading are the other operations that may be called, by the SDK's name of the
// service: those that get credentials, and those that take messages off our own queue.
var beyondReading = map[string][]string{
	"STS":      {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"},
	"SSO OIDC": {"CreateToken"},       // renews the token of aws sso login
	"Signin":   {"CreateOAuth2Token"}, // renews the token of aws login
	"":         {"getToken"},          // of an EC2 instance's own metadata (IMDSv2), of which the SDK names no service
	"SQS":      {"ReceiveMessage", "DeleteMessage", "DeleteMessageBatch", "ChangeMessageVisibility", "ChangeMessageVisibilityBatch"},
}

// MayCall says whether this program may call an operation at all: it changes nothing in
// AWS. service is the SDK's ServiceID, such as "CloudWatch".
func MayCall(service, operation string) bool {
	if slices.Contains(beyondReading[service], operation) {
		return true
	}
	return slices.ContainsFunc(readingVerbs, func(verb string) bool {
		rest, ok := strings.CutPrefix(operation, verb)
		return ok && (rest == "" || rest[0] >= 'A' && rest[0] <= 'Z')
	})
}

// ForbiddenError says that an operation was refused before it was sent.
type ForbiddenError struct{ Service, Operation string }

// Error implements error.
func (e *ForbiddenError) Error() string {
	return fmt.Sprintf("%s %s is none of the operations that may be called", e.Service, e.Operation)
}

const readOnlyName = "ReadOnly"

// readOnly refuses, before anything is sent and before credentials are asked for, every
// operation that MayCall does not name. It may be added more than once.
func readOnly(stack *middleware.Stack) error {
	if _, added := stack.Initialize.Get(readOnlyName); added {
		return nil
	}
	operation := stack.ID()
	refuse := func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
		middleware.InitializeOutput, middleware.Metadata, error) {
		if service := middleware.GetServiceID(ctx); !MayCall(service, operation) {
			return middleware.InitializeOutput{}, middleware.Metadata{}, &ForbiddenError{service, operation}
		}
		return next.HandleInitialize(ctx, in)
	}
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc(readOnlyName, refuse), middleware.Before)
}
