package cli

import (
	"fmt"
	"strings"
	"time"

	"warroom/internal/room"
	"warroom/theme"
)

// hops draws each request of a look that was redirected, where it began in the whole:
//
//	hop 1         21ms  ▒▒▒▒▒▒▒▒▒
//	                    302 http://shop.example/ at 192.0.2.1:80
//	                    connect 182µs, first byte 21ms, transfer 50µs
//	hop 2         63ms           ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
//	                    200 https://shop.example/login at 192.0.2.1:443
//	                    resolve 1.2ms, connect 302µs, TLS 20ms, first byte 41ms, transfer 28µs
func (p *probePrinter) hops(text *strings.Builder, s *room.Sample) {
	before, hops := time.Duration(0), s.Hops.All()
	for i := range hops {
		hop, token := &hops[i], theme.Accent
		if s.Class != "" && i == len(hops)-1 {
			token = theme.Critical
		}
		bar := p.marks.Span(float64(before), float64(hop.Total), float64(s.Total), p.bars())
		before += hop.Total
		fmt.Fprintf(text, "  %-*s %s  %s\n", phaseNameWidth, fmt.Sprint("hop ", i+1), p.took(hop.Total), p.paint(token, bar))
		p.beside(text, "", theme.Text, hopAsked(hop, p.marks.Absent))
		p.beside(text, "", theme.Muted, p.hopPhases(hop))
	}
}

// hopAsked is what a request asked, where, and with what status it was answered.
func hopAsked(hop *room.Hop, absent string) string {
	status := absent
	if hop.Status != 0 {
		status = fmt.Sprint(hop.Status)
	}
	if hop.Address == "" {
		return status + " " + hop.Target
	}
	return status + " " + hop.Target + " at " + hop.Address
}

// hopPhases are the phases of a request that took place.
func (p *probePrinter) hopPhases(hop *room.Hop) string {
	var took []string
	for _, phase := range phasesOf(hop.Phases) {
		if phase.took >= 0 {
			took = append(took, phase.name+" "+p.latency(phase.took))
		}
	}
	return strings.Join(took, ", ")
}
