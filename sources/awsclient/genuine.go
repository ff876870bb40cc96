package awsclient

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// errForeign marks a 200 that did not come from AWS.
var errForeign = errors.New("the answer is not from the API")

// Genuine makes a client refuse a 200 that is not an API's answer. The SDK takes
// an empty body for an empty list, so a captive portal would otherwise tell the
// room that every alarm is gone. Use it with Options.APIOptions of a service.
func Genuine(stack *middleware.Stack) error {
	check := func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
		middleware.DeserializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleDeserialize(ctx, in)
		if response, ok := out.RawResponse.(*smithyhttp.Response); ok && err == nil {
			// Every AWS protocol answers in a type of the family application/.
			if !strings.HasPrefix(response.Header.Get("Content-Type"), "application/") {
				err = &smithyhttp.ResponseError{Response: response, Err: errForeign}
			}
		}
		return out, metadata, err
	}
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("Genuine", check), middleware.Before)
}
