package probe

import (
	"net/http"
	"testing"
	"time"
)

// TestABodyWithoutAnEndIsNotWaitedFor so that its connection could be kept: neither that of
// a redirect, nor what is behind the part that is read of the last answer.
func TestABodyWithoutAnEndIsNotWaitedFor(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/" {
				http.Redirect(w, r, "/end", http.StatusFound)
				unending(w, r, 0)
			}
		},
		"the last answer": func(w http.ResponseWriter, r *http.Request) { unending(w, r, bodyLimit+1) },
	} {
		for _, version := range []string{"", "2"} {
			t.Run(name+version, func(t *testing.T) {
				server := counting(t, nil, answer)
				watch := watchOf(t, Spec{URL: "http://" + server.address, Version: version, KeepAlive: true, Timeout: 5 * time.Second}, nil)
				defer watch.Close()
				for range 2 {
					lookOnce(t.Context(), t, watch).wantUp(t)
				}
			})
		}
	}
}

// unending writes the beginning of a body, and nothing more until its reader has gone.
func unending(w http.ResponseWriter, r *http.Request, size int) {
	_, _ = w.Write(make([]byte, size+1))
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}
