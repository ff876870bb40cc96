package probe

import (
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"warroom/sources"
	"warroom/sources/sourcetest"
)

func TestConformance(t *testing.T) {
	sourcetest.Run(t, sourcetest.Subject{
		New: func(t *testing.T, base string, resolver *net.Resolver) sources.Watch {
			watch, err := New(Spec{Name: "subject", URL: base, Interval: time.Minute, Timeout: 700 * time.Millisecond,
				Expect: Expect{Body: `"status":"ok"`}}, &Environment{Resolver: resolver})
			if err != nil {
				t.Fatal(err)
			}
			return watch
		},
		Good:     http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"status":"ok"}`) }),
		Throttle: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) },
		Probe:    true,
	})
}
