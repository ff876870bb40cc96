package awsclient

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// errForeign marks a 200 that did not come from AWS, and errHalf one of AWS's that came
// whole by the rules of HTTP and cannot be read: something on the way has cut its body.
var (
	errForeign = errors.New("the answer is not from the API")
	errHalf    = errors.New("the answer is whole and its body is not")
)

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
	if err := stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("Ending", ending), middleware.After); err != nil {
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

// endingBody is the body of an answer that notes how it begins and whether it came to its end.
type endingBody struct {
	io.ReadCloser
	first byte
	begun bool
	ended bool
}

func (b *endingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 && !b.begun {
		b.begun, b.first = true, p[0]
	}
	b.ended = b.ended || err == io.EOF
	return n, err
}

// half says whether what could not be read is all of an answer that began as AWS's do: as
// a map, in JSON or CBOR (RFC 8949, 3.1: major type 5).
func (b *endingBody) half() bool { return b.begun && b.ended && (b.first == '{' || b.first>>5 == 5) }

// ending has the body noted that genuine will ask. It is the first to see an answer.
func ending(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	middleware.DeserializeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	if response, ok := out.RawResponse.(*smithyhttp.Response); ok {
		response.Body = &endingBody{ReadCloser: response.Body}
	}
	return out, metadata, err
}

func genuine(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	middleware.DeserializeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	response, ok := out.RawResponse.(*smithyhttp.Response)
	if !ok {
		return out, metadata, err
	}
	switch body, noted := response.Body.(*endingBody); {
	// Every AWS protocol in JSON or CBOR answers in a type of the family application/.
	case err == nil && !strings.HasPrefix(response.Header.Get("Content-Type"), "application/"):
		err = &smithyhttp.ResponseError{Response: response, Err: errForeign}
	case isA[*smithy.DeserializationError](err) && response.StatusCode == http.StatusOK && noted && body.half():
		err = errors.Join(errHalf, err)
	}
	return out, metadata, err
}
