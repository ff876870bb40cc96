package probe

import (
	"fmt"
	"strings"
	"testing"
)

func TestH35HeadersOfAnAnswer(t *testing.T) {
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\ncache-control: private\r\nCache-Control: no-store\r\nServer: ngin\u202ex/1.2\r\nSet-Cookie: id=hunter2\r\nX-Empty:\r\n\r\n"
	for _, c := range []struct{ name, header, value, reason, text string }{
		{"is there", "server", "ngin", "", ""},
		{"is there with any value", "X-Empty", "", "", ""},
		{"whatever the case of its name", "CACHE-control", "private", "", ""},
		{"one of several values is enough", "Cache-Control", "/^no-store$/", "", ""},
		{"a value that there must not be", "Server", "!apache", "", ""},
		{"a header that there must not be", "X-Powered-By", "!", "", ""},
		{"missing", "X-Version", "2", `expected a header X-Version that contains "2", and there is none`, ""},
		{"missing, whatever it says", "X-Version", "", "expected a header X-Version, and there is none", ""},
		{"none of several values", "Cache-Control", "/^public$/", "expected a header Cache-Control that matches /^public$/, and there is another",
			`Cache-Control is "private, no-store", expected a header Cache-Control that matches /^public$/`},
		{"values do not run together", "Cache-Control", "private, no-store", `expected a header Cache-Control that contains "private, no-store", and there is another`, ""},
		{"cleaned", "Server", "apache", `expected a header Server that contains "apache", and there is another`, `Server is "nginx/1.2", expected a header Server that contains "apache"`},
		{"is there and must not be", "Server", "!", "expected no header Server, and there is one", ""},
		{"says what it must not", "Cache-Control", "!/private/", "expected no header Cache-Control that matches /private/, and there is one", ""},
		{"what may be a secret is not shown", "Set-Cookie", "Secure", `expected a header Set-Cookie that contains "Secure", and there is another`,
			`expected a header Set-Cookie that contains "Secure", and there is another`},
	} {
		t.Run(c.name, func(t *testing.T) {
			word, class := "UP", ""
			if c.reason != "" {
				word, class = "DOWN", "assert"
			}
			got := probeOnce(t, Spec{URL: "http://" + saying(t, answer), Expect: Expect{Headers: map[string]string{c.header: c.value}}}, nil)
			got.want(t, word, class, c.reason)
			if c.text != "" && got.sample.Text != c.text {
				t.Errorf("it says %q", got.sample.Text)
			}
			if strings.Contains(fmt.Sprintf("%+v", got), "hunter2") {
				t.Errorf("a cookie is shown: %+v", got)
			}
		})
	}
}

// TestTheQueriesOfAddressesInHeadersAreNotShown: they may hold the code of a login.
func TestTheQueriesOfAddressesInHeadersAreNotShown(t *testing.T) {
	for _, c := range []struct{ name, value, came string }{
		{"Location", "https://idp.example/cb?code=hunter2", `got "https://idp.example/cb?***"`},
		{"Location", "/cb#access_token=hunter2 hunter2", `got "/cb?***"`},
		{"Location", "https://ana:hunter2@idp.example/cb", `got "https://***@idp.example/cb"`},
		{"Location", "https://auth.example:8443/login;jsessionid=hunter2", `got "https://auth.example:8443/login;jsessionid=***"`},
		{"content-location", "/a?b=hunter2", `got "/a?***"`},
		{"Refresh", "0; url=/a?b=hunter2", `got "0; url=/a?***"`},
		{"Link", "</a?b=hunter2>; rel=next, </c?d=hunter2>; rel=last", `got "</a?***>; rel=next, </c?***>; rel=last"`},
	} {
		answer := "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n" + c.name + ": " + c.value + "\r\n\r\n"
		got := probeOnce(t, Spec{URL: "http://" + saying(t, answer), NoFollow: true, Expect: Expect{Status: "302", Headers: map[string]string{c.name: "elsewhere"}}}, nil)
		if got.Came != c.came || strings.Contains(fmt.Sprintf("%+v", got), "hunter2") {
			t.Errorf("%s: %s came: %+v", c.name, got.Came, got)
		}
	}
}

func TestH35HeadersAreOfTheLastAnswerAndComeAfterTheStatus(t *testing.T) {
	expect := Expect{Headers: map[string]string{"X-Version": "2"}}
	last := saying(t, "HTTP/1.1 200 OK\r\nX-Version: 2\r\nContent-Length: 0\r\n\r\n")
	first := saying(t, "HTTP/1.1 302 Found\r\nLocation: http://"+last+"\r\nX-Version: 1\r\nContent-Length: 0\r\n\r\n")
	probeOnce(t, Spec{URL: "http://" + first, Expect: expect}, nil).wantUp(t)
	broken := saying(t, "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")
	probeOnce(t, Spec{URL: "http://" + broken, Expect: expect}, nil).want(t, "DOWN", "status", "expected status 200..299, got 500")
}

func TestExpectedHeadersThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		url, reason string
		headers     map[string]string
	}{
		{"shop.example", `the expected header "X Y" has characters that no header's name may have`, map[string]string{"X Y": "a"}},
		{"shop.example", "the header Connection frames a message and says nothing of the answer; expect another", map[string]string{"connection": "close"}},
		{"shop.example", "the header Server is expected twice; keep one", map[string]string{"Server": "a", "server": "b"}},
		{"shop.example", "the expected header Server /(/ is not a regular expression; see the syntax of RE2", map[string]string{"server": "!/(/"}},
		{"tcp://db.example:1", "probes of tcp know no headers; leave them out, or use one of http, https, ws, wss", map[string]string{"Server": "a"}},
	} {
		if _, err := New(Spec{Name: "shop", URL: c.url, Expect: Expect{Headers: c.headers}}, nil); err == nil || err.Error() != `probe "shop": `+c.reason {
			t.Errorf("%v: got %v", c.headers, err)
		}
	}
}
