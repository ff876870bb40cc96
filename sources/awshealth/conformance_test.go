package awshealth

import (
	"net"
	"net/http"
	"testing"

	"warroom/sources"
	"warroom/sources/awsclient"
	"warroom/sources/sourcetest"
)

func TestContract(t *testing.T) {
	good := newServer()
	good.both(issue("a", 10), issue("b", 20, closed(21)))
	good.write(arn("a"), "Text.")
	good.write(arn("b"), "Text.")
	sourcetest.Run(t, sourcetest.Subject{
		New: func(_ *testing.T, base string, resolver *net.Resolver) sources.Watch {
			cfg := configFor(base)
			cfg.HTTPClient = awsclient.HTTPClient().
				WithDialerOptions(func(dialer *net.Dialer) { dialer.Resolver = resolver }).
				WithTransportOptions(func(transport *http.Transport) { transport.Proxy = nil })
			return newWatch(Options{Account: "222222222222", Clock: still{}}, endpointsOf(cfg))
		},
		Good:     good,
		Throttle: refuse("ThrottlingException"),
		Requests: 2,
	})
}
