package awsclient

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// errForeign marks a 200 that did not come from AWS.
var errForeign = errors.New("the answer is not from the API")

// Harden mends two habits of the SDK's service clients that would mislead a room, and
// refuses every operation that MayCall does not name. Use it with Options.APIOptions of
// a service that answers in JSON or CBOR.
//
//   - An empty 200 counts as an empty list, so a captive portal would say that
//     every alarm is gone. An answer that is not in the API's kind is refused.
//   - A server that answers very fast, on loopback or over a VPC endpoint, makes
//     the client close the connection under its own answer. See plainBody.
func Harden(stack *middleware.Stack) error {
	if err := readOnly(stack); err != nil {
		return err
	}
	if err := stack.Build.Add(middleware.BuildMiddlewareFunc("PlainBody", plainBody), middleware.Before); err != nil {
		return err
	}
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("Genuine", genuine), middleware.Before)
}

// plainBody takes the method WriteTo from the body of a request. The SDK closes
// the body once it has an answer, and WriteTo of its closed body returns io.EOF,
// which net/http takes for a failed write if it had not yet seen the body's end:
// it then drops the connection while the answer is being read. Read has no such flaw.
func plainBody(ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler) (
	middleware.BuildOutput, middleware.Metadata, error) {
	if request, ok := in.Request.(*smithyhttp.Request); ok {
		if body, ok := request.GetStream().(io.ReadSeeker); ok {
			plain, err := request.SetStream(struct{ io.ReadSeeker }{body})
			if err != nil {
				return middleware.BuildOutput{}, middleware.Metadata{}, err
			}
			in.Request = plain
		}
	}
	return next.HandleBuild(ctx, in)
}

func genuine(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	middleware.DeserializeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	if response, ok := out.RawResponse.(*smithyhttp.Response); ok && err == nil {
		// Every AWS protocol in JSON or CBOR answers in a type of the family application/.
		if !strings.HasPrefix(response.Header.Get("Content-Type"), "application/") {
			err = &smithyhttp.ResponseError{Response: response, Err: errForeign}
		}
	}
	return out, metadata, err
}
