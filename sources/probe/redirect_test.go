package probe

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

func TestRedirects(t *testing.T) {
	mux := http.NewServeMux()
	to := func(path, location string, status int) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Location"] = []string{location}
			w.WriteHeader(status)
		})
	}
	server := serving(t, mux.ServeHTTP)
	mux.HandleFunc("/end", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "the end") })
	to("/one", "/end", 302)
	to("/loop", "/pool?token=secret", 302)
	to("/pool", "loop", 302)
	to("/nowhere", "", 302)
	to("/file", "file:///etc/passwd", 302)
	to("/script", "javascript:alert(1)", 302)
	to("/gopher", "gopher://127.0.0.1/", 301)
	to("/broken", "http://[::1", 302)
	to("/port", "http://127.0.0.1:99999/", 302)
	to("/escape", "/\x1b[2J", 302)
	to("/protocol-relative", "//"+server.Listener.Addr().String()+"/end", 307)
	to("/a/relative", "../end", 308)
	to("/user", "http://ana:secret@"+server.Listener.Addr().String()+"/end", 302)
	mux.HandleFunc("/count/{left}", func(w http.ResponseWriter, r *http.Request) {
		if left, _ := strconv.Atoi(r.PathValue("left")); left > 0 {
			http.Redirect(w, r, fmt.Sprint("/count/", left-1), http.StatusFound)
		}
	})
	mux.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "7", Path: "/"})
		http.Redirect(w, r, "/members", http.StatusFound)
	})
	mux.HandleFunc("/members", func(w http.ResponseWriter, r *http.Request) {
		if cookie, err := r.Cookie("session"); err != nil || cookie.Value != "7" {
			w.WriteHeader(http.StatusForbidden)
		}
	})
	base := server.URL
	cases := []struct {
		name, path          string
		spec                Spec
		word, class, reason string
	}{
		{"R1 one", "/one", Spec{Expect: Expect{Body: "the end"}}, "UP", "", ""},
		{"R2 loop", "/loop", Spec{}, "DOWN", "redirect", "more than 10 redirects: " + base + "/loop → " + base + "/pool → " + base + "/loop → …"},
		{"R3 ten", "/count/10", Spec{}, "UP", "", ""},
		{"R3 eleven", "/count/11", Spec{}, "DOWN", "redirect", "more than 10 redirects: " + base + "/count/11 → " + base + "/count/10 → " + base + "/count/9 → …"},
		{"R4 not followed", "/one", Spec{NoFollow: true, Expect: Expect{Status: "302"}}, "UP", "", ""},
		{"R4 not followed, not expected", "/one", Spec{NoFollow: true}, "DOWN", "status", "expected status 200..299, got 302"},
		{"R5 no location", "/nowhere", Spec{}, "DOWN", "status", "expected status 200..299, got 302"},
		{"R6 file", "/file", Spec{}, "DOWN", "redirect", base + "/file redirects to a file address, which is not followed"},
		{"R6 javascript", "/script", Spec{}, "DOWN", "redirect", base + "/script redirects to a javascript address, which is not followed"},
		{"R6 gopher", "/gopher", Spec{}, "DOWN", "redirect", base + "/gopher redirects to a gopher address, which is not followed"},
		{"R6 broken", "/broken", Spec{}, "DOWN", "redirect", base + "/broken redirects to an address that cannot be read"},
		{"R6 port", "/port", Spec{}, "DOWN", "redirect", base + "/port redirects to an address that cannot be read"},
		{"Q8 escape", "/escape", Spec{}, "DOWN", "protocol", "the answer's header is not valid HTTP/1.1"},
		{"R7 relative", "/a/relative", Spec{}, "UP", "", ""},
		{"R7 protocol-relative", "/protocol-relative", Spec{}, "UP", "", ""},
		{"R10 cookie", "/login", Spec{}, "UP", "", ""},
		{"user information", "/user", Spec{Expect: Expect{Body: "the end"}}, "UP", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.spec.URL = base + c.path
			probeOnce(t, c.spec, nil).want(t, c.word, c.class, c.reason)
		})
	}
}

func TestR8FromHTTPToHTTPS(t *testing.T) {
	ours := newAuthority(t)
	names := nameServer(t, func(question) *reply { return &reply{addresses: []string{"127.0.0.1"}} })
	names.Roots = ours.pool
	_, port, _ := net.SplitHostPort(secured(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, leaf{names: []string{"shop.example"}})}}))
	first := serving(t, func(w http.ResponseWriter, r *http.Request) {
		<-time.After(20 * time.Millisecond)
		http.Redirect(w, r, "https://shop.example:"+port+"/", http.StatusMovedPermanently)
	})
	got := probeOnce(t, Spec{URL: first.URL, Expect: Expect{Body: "ok"}}, names)
	got.wantUp(t)
	if p := got.sample.Phases; p.TLS <= 0 || p.Resolve == room.Absent || p.FirstByte < 20*time.Millisecond {
		t.Errorf("R14: the phases of the two hops are not summed: %+v", p)
	}
}

// TestR9FromHTTPSToHTTPIsTold: it is followed, without what may be a secret, and said so each
// time; who wants it to be DOWN follows no redirects.
func TestR9FromHTTPSToHTTPIsTold(t *testing.T) {
	ours := newAuthority(t)
	seen := make(chan http.Header, 1)
	plain := serving(t, func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Header
		_, _ = io.WriteString(w, "ok")
	})
	first := securely(t, ours, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, plain.URL, http.StatusFound) }, "http/1.1")
	spec := Spec{URL: "https://" + first, Expect: Expect{Body: "ok"}, Header: map[string][]string{"Authorization": {"Bearer 1"}}}
	got := probeOnce(t, spec, &Environment{Roots: ours.pool})
	got.wantUp(t)
	if header := <-seen; header.Get("Authorization") != "" || !strings.HasSuffix(got.sample.Text, ", redirected from https to http") {
		t.Errorf("it says %q, and the second host was sent %v", got.sample.Text, header)
	}
	spec.NoFollow = true
	probeOnce(t, spec, &Environment{Roots: ours.pool}).want(t, "DOWN", "status", "expected status 200..299, got 302")
	up := serving(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://"+first+"/", http.StatusFound)
	})
	spec = Spec{URL: up.URL, NoFollow: false, Expect: Expect{Body: "ok"}}
	got = probeOnce(t, spec, &Environment{Roots: ours.pool}) // http, https, http
	if <-seen; !strings.HasSuffix(got.sample.Text, ", redirected from https to http") {
		t.Errorf("it says %q", got.sample.Text)
	}
}

func TestR11SecretsStayWithTheirHost(t *testing.T) {
	seen := make(chan http.Header, 10)
	record := func(_ http.ResponseWriter, r *http.Request) { seen <- r.Header }
	elsewhere := serving(t, record)
	mux := http.NewServeMux()
	home := serving(t, mux.ServeHTTP)
	mux.HandleFunc("/same", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/end", http.StatusFound) })
	mux.HandleFunc("/other", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) })
	mux.HandleFunc("/end", record)
	back := serving(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, home.URL+"/end", http.StatusFound) })
	mux.HandleFunc("/there-and-back", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, back.URL, http.StatusFound) })
	secrets := []string{"Authorization", "Cookie", "X-Api-Key"}
	for path, kept := range map[string]bool{"/same": true, "/other": false, "/there-and-back": false} {
		probeOnce(t, Spec{URL: home.URL + path, Header: map[string][]string{
			"Authorization": {"Bearer 1"}, "Cookie": {"a=b"}, "X-Api-Key": {"2"}, "Accept-Language": {"de"},
		}}, nil).wantUp(t)
		header := <-seen
		for _, name := range secrets {
			if (header.Get(name) != "") != kept {
				t.Errorf("%s: %s is %q", path, name, header.Get(name))
			}
		}
		if header.Get("Accept-Language") != "de" {
			t.Errorf("%s: a harmless header was lost", path)
		}
	}
}

func TestR12MethodAndBodyAcrossRedirects(t *testing.T) {
	var got string
	server := serving(t, func(w http.ResponseWriter, r *http.Request) {
		if status, err := strconv.Atoi(r.URL.Path[1:]); err == nil {
			w.Header().Set("Location", "/end")
			w.WriteHeader(status)
			return
		}
		body, _ := io.ReadAll(r.Body)
		got = r.Method + " " + string(body)
	})
	for _, c := range []struct {
		status     int
		from, want string
	}{
		{301, "POST", "GET "}, {302, "POST", "GET "}, {303, "POST", "GET "}, {303, "PUT", "GET "},
		{302, "PUT", "PUT body"}, {307, "POST", "POST body"}, {308, "POST", "POST body"},
	} {
		probeOnce(t, Spec{URL: fmt.Sprint(server.URL, "/", c.status), Method: c.from, Body: "body"}, nil).wantUp(t)
		if got != c.want {
			t.Errorf("%s after %d became %q, not %q", c.from, c.status, got, c.want)
		}
	}
}

func TestSameOwner(t *testing.T) {
	for _, c := range []struct {
		from, to string
		same     bool
	}{
		{"http://shop.example/", "http://SHOP.example/a", true},
		{"http://shop.example/", "https://shop.example/", true},
		{"https://shop.example/", "http://shop.example/", false},
		{"https://shop.example/", "http://shop.example:443/", false},
		{"https://shop.example/", "https://shop.example:8443/", false},
		{"https://shop.example/", "https://www.shop.example/", false},
		{"https://shop.example/", "https://shop.example.evil.example/", false},
	} {
		from, _ := url.Parse(c.from)
		to, _ := url.Parse(c.to)
		fromEnd, err1 := endpointOf(from)
		toEnd, err2 := endpointOf(to)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		h := &hop{url: from, endpoint: fromEnd}
		if got := h.sameOwner(to, toEnd); got != c.same {
			t.Errorf("from %s to %s: %v", c.from, c.to, got)
		}
	}
	if strings.Contains(shownURL(&url.URL{Scheme: "https", Host: "h", Path: "/p", RawQuery: "token=1"}), "token") {
		t.Error("a query is shown")
	}
}

// TestSessionsInThePathsOfRedirectsAreNotShown: servers of Java write them there for who
// takes no cookies.
func TestSessionsInThePathsOfRedirectsAreNotShown(t *testing.T) {
	server := serving(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/login") || r.URL.Query().Has("again") {
			http.Redirect(w, r, "/login;jsessionid=hunter2?"+r.URL.RawQuery, http.StatusFound)
		}
	})
	got := probeOnce(t, Spec{URL: server.URL}, nil)
	got.wantUp(t)
	if hops := got.sample.Hops.All(); len(hops) != 2 || hops[1].Target != server.URL+"/login;jsessionid=***" {
		t.Errorf("the hops are %+v", hops)
	}
	got = probeOnce(t, Spec{URL: server.URL + "/?again"}, nil)
	if got.sample.Class != "redirect" || strings.Contains(got.Reason+got.Came+got.sample.Text, "hunter2") {
		t.Errorf("it says %s", got.Reason)
	}
}
