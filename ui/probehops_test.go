package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/room"
	"warroom/theme"
)

// TestEachHopOfARedirectIsShown draws a look of two requests, the second of which is refused.
func TestEachHopOfARedirectIsShown(t *testing.T) {
	refused := room.NoPhases
	refused.Connect = 10 * time.Millisecond
	hops := &room.Hops{
		{Target: "https://shop.example/?token=***", Address: "192.0.2.1:443", Status: 302, Total: 30 * time.Millisecond,
			Phases: room.Phases{Resolve: room.Absent, Connect: time.Millisecond, TLS: 9 * time.Millisecond, FirstByte: 20 * time.Millisecond, Transfer: 0}},
		{Target: "https://login.example/", Address: "192.0.2.9:443", Total: 10 * time.Millisecond, Phases: refused},
	}
	last := room.Sample{Total: 40 * time.Millisecond, Hops: hops, Class: "connect", Phase: "connect"}
	for _, c := range []struct {
		width int
		want  string
	}{
		{60, `
redirected
hop 1            30ms ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
             302 https://shop.example/?token=*** at
             192.0.2.1:443
             connect 1.0ms, TLS 9.0ms, first byte 20ms,
             transfer 0µs
hop 2            10ms                             ▒▒▒▒▒▒▒▒▒▒
             – https://login.example/ at 192.0.2.9:443
             connect 10ms`},
		{100, `
redirected
hop 1            30ms ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
             302 https://shop.example/?token=*** at 192.0.2.1:443
             connect 1.0ms, TLS 9.0ms, first byte 20ms, transfer 0µs
hop 2            10ms                                                           ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
             – https://login.example/ at 192.0.2.9:443
             connect 10ms`},
	} {
		g := &page{pen: &pen{theme: new(theme.Theme), marks: &theme.Unicode, now: noon}, width: c.width}
		g.hops(last)
		var said []string
		for _, line := range g.lines {
			said = append(said, strings.TrimRight(ansi.Strip(line), " "))
		}
		if got := strings.Join(said, "\n"); strings.TrimSpace(got) != strings.TrimSpace(c.want) {
			t.Errorf("%d columns:\n%s\nnot\n%s", c.width, got, c.want)
		}
	}
	if g := new(page); true {
		g.hops(room.Sample{})
		if len(g.lines) > 0 {
			t.Errorf("a look without a redirect has %q", g.lines)
		}
	}
}
