package cli

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/theme"
)

func TestWhatIsPrintedOfACertificate(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	day := func(n int) time.Time { return now.Add(time.Duration(n)*24*time.Hour + time.Hour) }
	all := room.Certificate{
		Names: []string{"shop.example", "www.shop.example", "checkout.shop.example"}, Expires: day(90), Chain: day(90),
		Version: "1.3", Cipher: "TLS_AES_128_GCM_SHA256", Curve: "X25519MLKEM768",
	}
	with := func(change func(*room.Certificate)) *room.Certificate {
		c := all
		change(&c)
		return &c
	}
	for _, c := range []struct {
		name  string
		shown *room.Certificate
		width int
		want  string
	}{
		{"wide", &all, 160, `
  certificate           90 days left, for shop.example, www.shop.example, checkout.shop.example
                        TLS 1.3, TLS_AES_128_GCM_SHA256, X25519MLKEM768`},
		{"narrow", &all, 80, `
  certificate           90 days left, for shop.example, www.shop.example,
                        checkout.shop.example
                        TLS 1.3, TLS_AES_128_GCM_SHA256, X25519MLKEM768`},
		{"its issuer ends first", with(func(c *room.Certificate) { c.Names, c.Chain = c.Names[:1], day(3) }), 80, `
  certificate           ▲ 90 days left, of its chain 3, for shop.example
                        TLS 1.3, TLS_AES_128_GCM_SHA256, X25519MLKEM768`},
		{"not trusted", with(func(c *room.Certificate) { c.Names, c.Subject, c.Chain = nil, "box", time.Time{} }), 80, `
  certificate           ✖ 90 days left, does not verify, for box
                        TLS 1.3, TLS_AES_128_GCM_SHA256, X25519MLKEM768`},
		{"over, and the handshake went no further", &room.Certificate{Expires: day(-2), Version: "1.2"}, 80, `
  certificate           ✖ over, does not verify
                        TLS 1.2`},
		{"a day", &room.Certificate{Subject: "x", Expires: day(1), Chain: day(1), Version: "1.2"}, 80, `
  certificate           ▲ 1 day left, for x
                        TLS 1.2`},
		{"none", nil, 80, ""},
	} {
		var text strings.Builder
		p := &probePrinter{marks: theme.Unicode, width: c.width}
		p.certificate(&text, &found{signal: room.Signal{Detail: &room.ProbeDetail{Certificate: c.shown}}, sample: room.Sample{At: now}})
		if got := strings.TrimRight(text.String(), "\n"); got != strings.TrimPrefix(c.want, "\n") {
			t.Errorf("%s:\n%s\nnot\n%s", c.name, got, c.want)
		}
	}
}

func TestACertificateIsPrintedWithTheLook(t *testing.T) {
	alone(t)
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	for _, target := range []string{server.URL, "tls://" + server.Listener.Addr().String()} {
		_, out, _ := run(t, "probe", target, "--insecure")
		if !strings.Contains(out, "  certificate           ") || !strings.Contains(out, "days left, does not verify, for example.com,\n                        *.example.com, 127.0.0.1\n                        TLS 1.3, TLS_AES_") {
			t.Errorf("%s:\n%s", target, out)
		}
	}
}
