package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/room"
	"warroom/theme"
)

// TestWhatIsToldOfACertificate holds that its own end is told where its issuer's comes sooner.
func TestWhatIsToldOfACertificate(t *testing.T) {
	day := func(n int) time.Time { return noon.Add(time.Duration(n) * 24 * time.Hour) }
	for _, c := range []struct {
		name     string
		shown    room.Certificate
		has, not []string
	}{
		{"its own end", room.Certificate{Expires: day(41), Chain: day(41), Version: "1.3", Cipher: "TLS_AES_128_GCM_SHA256", Curve: "X25519MLKEM768"},
			[]string{"41 days left", "1.3, TLS_AES_128_GCM_SHA256, X25519MLKEM768"}, []string{"its own", "issuer's"}},
		{"its issuer's", room.Certificate{Expires: day(90), Chain: day(3), Version: "1.2"},
			[]string{"3 days left, because of its issuer's", "its own      2026-06-12 14:03Z, 90 days left", "TLS          1.2 "}, []string{"1.2,"}},
		{"both are over", room.Certificate{Expires: day(-1), Chain: day(-3)}, []string{"is over, because of its issuer's", "its own      2026-03-13 14:03Z, which is over"}, nil},
	} {
		g := &page{pen: &pen{theme: new(theme.Theme), marks: &theme.Unicode, now: noon}, width: 100}
		g.certificate(&c.shown)
		said := ansi.Strip(strings.Join(g.lines, "\n"))
		for _, want := range c.has {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q is not in\n%s", c.name, want, said)
			}
		}
		for _, not := range c.not {
			if strings.Contains(said, not) {
				t.Errorf("%s: %q is in\n%s", c.name, not, said)
			}
		}
	}
}
