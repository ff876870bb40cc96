package cloudwatch

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
	good.alarms = alarms(150)
	sourcetest.Run(t, sourcetest.Subject{
		New: func(_ *testing.T, base string, resolver *net.Resolver) sources.Watch {
			cfg := configFor(base)
			cfg.HTTPClient = awsclient.HTTPClient().
				WithDialerOptions(func(dialer *net.Dialer) { dialer.Resolver = resolver }).
				WithTransportOptions(func(transport *http.Transport) { transport.Proxy = nil })
			return New(Options{Config: cfg, Account: "222222222222", Region: "eu-west-1"})
		},
		Good: good,
		Throttle: func(w http.ResponseWriter, _ *http.Request) {
			writeCBOR(w, http.StatusBadRequest, fields{"__type": "ThrottlingException", "message": "Rate exceeded"})
		},
		Requests: 1,
	})
}
