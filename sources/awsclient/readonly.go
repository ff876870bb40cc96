package awsclient

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go/middleware"
)

// readingVerbs begin the names of operations that change nothing.
var readingVerbs = []string{"Describe", "Get", "List", "Lookup"}

// beyondReading are the other operations that may be called, by the SDK's name of the
// service: those that get credentials, and those that take messages off a queue, which has
// to be our own (OnlyQueue).
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
type ForbiddenError struct {
	Service, Operation string
	Queue              string // of SQS, if the operation may be called, and not of that queue
}

// Error implements error.
func (e *ForbiddenError) Error() string {
	if e.Queue != "" {
		return fmt.Sprintf("%s %s may not be called of the queue %q", e.Service, e.Operation, e.Queue)
	}
	return fmt.Sprintf("%s %s is none of the operations that may be called", e.Service, e.Operation)
}

const (
	readOnlyName = "ReadOnly"
	onlyName     = "OnlyQueue"
)

// OnlyQueue lets a client of SQS take messages off one queue, which it names by its
// address, and off no other. A client without it takes none off any. Use it with
// Options.APIOptions.
func OnlyQueue(address string) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		operation := stack.ID()
		refuse := func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
			middleware.InitializeOutput, middleware.Metadata, error) {
			if asked := queueOf(in.Parameters); asked != address {
				return middleware.InitializeOutput{}, middleware.Metadata{}, &ForbiddenError{sqs.ServiceID, operation, cmp.Or(asked, "none")}
			}
			return next.HandleInitialize(ctx, in)
		}
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc(onlyName, refuse), middleware.Before)
	}
}

// queueOf is the address of the queue that an operation's input is about, or "".
func queueOf(input any) string {
	switch in := input.(type) {
	case *sqs.ReceiveMessageInput:
		return aws.ToString(in.QueueUrl)
	case *sqs.DeleteMessageInput:
		return aws.ToString(in.QueueUrl)
	case *sqs.DeleteMessageBatchInput:
		return aws.ToString(in.QueueUrl)
	case *sqs.ChangeMessageVisibilityInput:
		return aws.ToString(in.QueueUrl)
	case *sqs.ChangeMessageVisibilityBatchInput:
		return aws.ToString(in.QueueUrl)
	}
	return ""
}

// readOnly refuses, before anything is sent and before credentials are asked for, every
// operation that MayCall does not name, and of a client of SQS without OnlyQueue those
// that take messages off a queue. It may be added more than once.
func readOnly(stack *middleware.Stack) error {
	if _, added := stack.Initialize.Get(readOnlyName); added {
		return nil
	}
	operation := stack.ID()
	refuse := func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
		middleware.InitializeOutput, middleware.Metadata, error) {
		service := middleware.GetServiceID(ctx)
		if !MayCall(service, operation) {
			return middleware.InitializeOutput{}, middleware.Metadata{}, &ForbiddenError{Service: service, Operation: operation}
		}
		_, bound := stack.Initialize.Get(onlyName)
		if queue := queueOf(in.Parameters); queue != "" && !bound {
			return middleware.InitializeOutput{}, middleware.Metadata{}, &ForbiddenError{service, operation, queue}
		}
		return next.HandleInitialize(ctx, in)
	}
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc(readOnlyName, refuse), middleware.Before)
}
