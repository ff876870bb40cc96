package probe

import (
	"strings"
	"time"
)

// Canary is the probe of the front door of one AWS service in one region. It needs no
// credentials: the name has to resolve, the connection and its TLS to work, and any
// answer but a server error will do, since most front doors refuse a stranger. That the
// name exists and has no address is what 2025-10-20 began with.
// Source: AWS General Reference, service endpoints.
func Canary(service, region string, interval time.Duration) Spec {
	host := service + "." + region + ".amazonaws.com"
	if strings.HasPrefix(region, "cn-") {
		host += ".cn"
	}
	return Spec{
		Name: "aws-" + service + "-" + region, URL: "https://" + host + "/",
		Service: strings.ToUpper(service), Region: region, Canary: true,
		Interval: interval, NoFollow: true, Expect: Expect{Status: "100..499"},
		Confirm: Confirm{Down: 2, Of: 3, Up: 2},
	}
}
