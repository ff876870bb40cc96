package probe

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"strings"
	"testing"
)

// FuzzAnswer (Q5) feeds any bytes to the reader of answers, and of redirects: nothing may panic, run on
// without end, or reach a terminal raw.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
		"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.0 302 Found\r\nLocation: //a\r\nSet-Cookie: a=b\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08",
		"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\nx\x9c", "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n\x0b\x02\x80ok\x03",
		"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\n(\xb5/\xfd\x04\x00",
		"SSH-2.0-x\r\n", "\x15\x03\x01\x00\x02\x02\x28", "",
	} {
		f.Add([]byte(seed))
	}
	t, err := newTarget(Spec{Name: "shop", URL: "http://127.0.0.1:1/", Expect: Expect{Body: "ok"}}, new(Environment))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(test *testing.T, answer []byte) {
		watch := startWatch()
		h := firstHop(t)
		r := newResponseReader(bytes.NewReader(answer))
		defer r.release()
		head, failed := r.head(t, h, &watch)
		if failed == nil {
			var next *hop
			if next, failed = h.follow(t, head); next != nil {
				if request := next.request(t); bytes.Count(request, []byte("\r\n\r\n")) != 1 {
					test.Errorf("a redirect split the request: %q", request)
				}
			} else if failed == nil {
				failed = judge(t, h, head, &watch)
			}
		}
		if failed != nil && (failed.reason == "" || failed.class == "" || strings.ContainsAny(failed.reason, "\x1b\u009b\r\n\x00")) {
			test.Errorf("failure %+v", failed)
		}
	})
}

// FuzzCertificates (Q5) feeds any bytes that can be read as a certificate to what judges one
// and tells of it.
func FuzzCertificates(f *testing.F) {
	ours := newAuthority(f)
	for _, one := range []leaf{{names: []string{"127.0.0.1"}}, {common: "\x1b[2J\u202e", names: []string{"a.example"}}, {selfSigned: true}, {issuerAt: "http://ca.example/"}} {
		f.Add(ours.issue(f, one).Certificate[0], ours.certificate.Raw)
	}
	f.Add(ours.certificate.Raw, ours.certificate.Raw)
	f.Fuzz(func(t *testing.T, first, second []byte) {
		var presented []*x509.Certificate
		for _, raw := range [][]byte{first, second} {
			if one, err := x509.ParseCertificate(raw); err == nil {
				presented = append(presented, one)
			}
		}
		said := ""
		ends, wrong := verify(presented, "127.0.0.1", ours.pool)
		if wrong != nil {
			if said = wrong.reason; said == "" || wrong.class != classCert {
				t.Errorf("failure %+v", wrong)
			}
		}
		if shown := shownCertificate(&tls.ConnectionState{PeerCertificates: presented}, ends); shown != nil {
			said += shown.Subject + shown.Issuer + strings.Join(shown.Names, "")
		}
		if strings.ContainsFunc(said, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x202e }) {
			t.Errorf("%q is told raw", said)
		}
	})
}
