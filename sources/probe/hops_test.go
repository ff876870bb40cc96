package probe

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

// TestR14EachHopHasItsOwnPhases: from http with a login to https, where the cookie is needed.
// That the phases of each add up is checked with every look.
func TestR14EachHopHasItsOwnPhases(t *testing.T) {
	ours := newAuthority(t)
	names := nameServer(t, func(question) *reply { return &reply{addresses: []string{"127.0.0.1"}} })
	names.Roots = ours.pool
	mux := http.NewServeMux()
	mux.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "7", Path: "/"})
		http.Redirect(w, r, "/home?code=secret", http.StatusSeeOther)
	})
	mux.HandleFunc("/home", func(w http.ResponseWriter, r *http.Request) {
		if cookie, err := r.Cookie("session"); err != nil || cookie.Value != "7" {
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = io.WriteString(w, "ok")
	})
	second := securelyWith(t, ours.issue(t, leaf{names: []string{"shop.example"}}), mux.ServeHTTP, "http/1.1")
	_, port, _ := net.SplitHostPort(second)
	slow := 20 * time.Millisecond
	first := serving(t, func(w http.ResponseWriter, r *http.Request) {
		<-time.After(slow)
		http.Redirect(w, r, "https://shop.example:"+port+"/login", http.StatusFound)
	})
	got := probeOnce(t, Spec{URL: first.URL + "/?page=1&token=secret", Expect: Expect{Body: "ok"}}, names)
	got.wantUp(t)
	hops := got.sample.Hops.All()
	if len(hops) != 3 {
		t.Fatalf("%d hops: %+v", len(hops), hops)
	}
	for i, want := range []room.Hop{
		{Target: first.URL + "/?page=1&token=***", Status: http.StatusFound, Address: first.Listener.Addr().String()},
		{Target: "https://shop.example:" + port + "/login", Status: http.StatusSeeOther, Address: second},
		{Target: "https://shop.example:" + port + "/home?***", Status: http.StatusOK, Address: second},
	} {
		hop := hops[i]
		overTLS := strings.HasPrefix(want.Target, "https:")
		if hop.Target != want.Target || hop.Status != want.Status || hop.Address != want.Address {
			t.Errorf("hop %d is %+v, not %+v", i+1, hop, want)
		}
		if p := hop.Phases; overTLS != (p.TLS > 0) || overTLS != (p.Resolve > 0) || p.Connect <= 0 || p.FirstByte <= 0 || p.Transfer < 0 {
			t.Errorf("hop %d took %+v", i+1, p)
		}
	}
	if p := hops[0].Phases; p.FirstByte < slow {
		t.Errorf("what the first took is not its own: %+v", p)
	}
}

func TestALookWithoutARedirectHasNoHops(t *testing.T) {
	server := serving(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) })
	if got := probeOnce(t, Spec{URL: server.URL, NoFollow: true}, nil); got.sample.Hops != nil {
		t.Errorf("it has the hops %+v", got.sample.Hops.All())
	}
}

func TestAFailureAfterARedirectNamesItsHop(t *testing.T) {
	target := ""
	first := serving(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, target, http.StatusFound) })
	second := serving(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	plain := securely(t, newAuthority(t), func(http.ResponseWriter, *http.Request) {}, "http/1.1")
	closed := closedPort(t)
	silent := "http://" + answering(t, untilClosed)
	for _, c := range []struct {
		name, target               string
		class, phase, reason, text string
		address                    string
		status                     int
	}{
		{"its status", second.URL + "/a?b=c", "status", "first byte", "expected status 200..299, got 418 (hop 2, " + second.URL + ")", "", second.Listener.Addr().String(), 418},
		{"refused", "http://" + closed + "/a", "connect", "connect", "connection refused by " + closed + " (hop 2, http://" + closed + ")", "connection refused by " + closed + " (hop 2, http://" + closed + ")", closed, 0},
		{"silent", silent + "/a", "timeout", "first byte", "timed out after 2s waiting for the first byte (hop 2, " + silent + ")", "timed out after 2s waiting for the first byte (hop 2, " + silent + ")", strings.TrimPrefix(silent, "http://"), 0},
		{"unresolved", "http://shop.example/a", "dns", "resolve", "the name shop.example does not exist (NXDOMAIN) (hop 2, http://shop.example)", "", "", 0},
		{"certificate", "https://" + plain, "cert", "tls", `the certificate of 127.0.0.1 is signed by "War Room Test Root", which is not trusted here, or an intermediate certificate is missing (hop 2, https://` + plain + ")", "", plain, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			target = c.target
			names := nameServer(t, func(question) *reply { return &reply{code: 3} })
			names.Roots = newAuthority(t).pool
			got := probeOnce(t, Spec{URL: first.URL, Timeout: 2 * time.Second}, names)
			got.want(t, "DOWN", c.class, c.reason)
			if got.sample.Phase != c.phase || c.text != "" && got.sample.Text != c.text {
				t.Errorf("in the phase %s, %q", got.sample.Phase, got.sample.Text)
			}
			hops := got.sample.Hops.All()
			if len(hops) != 2 {
				t.Fatalf("%d hops: %+v", len(hops), hops)
			}
			if hops[0].Status != http.StatusFound || hops[1].Status != c.status || hops[1].Address != c.address || got.sample.Address == "" {
				t.Errorf("hops %+v, and the look reached %q", hops, got.sample.Address)
			}
		})
	}
}
