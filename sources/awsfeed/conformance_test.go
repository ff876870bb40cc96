package awsfeed

import (
	"net"
	"net/http"
	"testing"

	"warroom/sources"
	"warroom/sources/sourcetest"
)

func TestContract(t *testing.T) {
	sourcetest.Run(t, sourcetest.Subject{
		New: func(_ *testing.T, base string, resolver *net.Resolver) sources.Watch {
			client := newClient(resolver)
			client.Transport.(*http.Transport).Proxy = nil
			return newWatch(Options{Clock: &hand{now: noon}, Addresses: Addresses{
				Events: base + "/public/currentevents", Mirrors: []string{base + "/1/historyevents.json", base + "/2/historyevents.json"},
				RSS: base + "/rss/all.rss", Announcement: base + "/public/announcement",
			}}, client)
		},
		Good: http.HandlerFunc(good),
		Throttle: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		},
		Requests: 1,
	})
}
