package ui

import (
	"fmt"
	"strings"
	"time"

	"warroom/internal/room"
	"warroom/theme"
)

// hops shows each request of a look that was redirected, where it began in the whole:
//
//	redirected
//	hop 1          21ms ▒▒▒▒▒▒▒
//	            302 http://shop.example/ at 192.0.2.1:80
//	            connect 182µs, first byte 21ms, transfer 50µs
//	hop 2          63ms        ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
//	            200 https://shop.example/login at 192.0.2.1:443
//	            resolve 1.2ms, connect 302µs, TLS 20ms, first byte 41ms, transfer 28µs
func (g *page) hops(last room.Sample) {
	hops := last.Hops.All()
	if len(hops) == 0 {
		return
	}
	g.heading("redirected")
	before := time.Duration(0)
	for i, hop := range hops {
		token := theme.Text
		if last.Class != "" && i == len(hops)-1 {
			token = theme.Critical
		}
		g.phase(fmt.Sprint("hop ", i+1), token, hop.Total, g.bar(before, hop.Total, last.Total))
		before += hop.Total
		status := g.pen.marks.Absent
		if hop.Status != 0 {
			status = fmt.Sprint(hop.Status)
		}
		where := ""
		if hop.Address != "" {
			where = " at " + hop.Address
		}
		g.field("", status+" "+hop.Target+where)
		var took []string
		for _, phase := range phasesOf(hop.Phases) {
			if phase.took >= 0 {
				took = append(took, phase.name+" "+g.pen.latency(phase.took))
			}
		}
		g.fieldIn(theme.Muted, "", strings.Join(took, ", "))
	}
}
