package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"warroom/internal/room"
	"warroom/theme"
)

// lately draws the newest looks of an aim as a small chart, and sums them up.
func (p *probePrinter) lately(text *strings.Builder, a *aim) {
	width := p.bars()
	text.WriteString(fmt.Sprintf("  %-*s %s  %s\n", phaseNameWidth, "looks", strings.Repeat(" ", phaseTookWidth), p.paint(theme.Accent, p.spark(a.samples, width))))
	p.sum(text, a)
}

// spark draws looks as small bars, up to the slowest of them; a failure is a cross.
func (p *probePrinter) spark(samples []room.Sample, width int) string {
	samples = samples[max(0, len(samples)-width):]
	slowest := time.Duration(1)
	for _, s := range samples {
		if s.Right() {
			slowest = max(slowest, s.Total)
		}
	}
	var line strings.Builder
	for _, s := range samples {
		switch glyphs := p.marks.Spark; {
		case s.Failed():
			line.WriteString(p.marks.Times)
		case s.Total < 0 || s.State == stateBlind:
			line.WriteString(p.marks.Gap)
		default:
			line.WriteString(glyphs[int(int64(s.Total)*int64(len(glyphs)-1)/int64(slowest))])
		}
	}
	return line.String()
}

// sum is what the looks at an aim came to. Times are those of right answers.
func (p *probePrinter) sum(text *strings.Builder, a *aim) {
	looks, good := 0, []time.Duration{}
	for _, s := range a.samples {
		if s.State == stateBlind {
			continue
		}
		looks++
		if s.State != stateDown {
			good = append(good, s.Total)
		}
	}
	if looks == 0 {
		text.WriteString("  no look found anything out\n")
		return
	}
	sum := fmt.Sprintf("%d looks, %.1f%% good", looks, 100*float64(len(good))/float64(looks))
	slices.Sort(good)
	if n := len(good); n > 0 {
		at := func(percent int) string { return p.latency(good[max((percent*n+99)/100-1, 0)]) }
		sum += fmt.Sprintf(", fastest %s, p50 %s", at(0), at(50))
		for _, percent := range []int{90, 99} {
			if room.Tells(percent, n) {
				sum += fmt.Sprintf(", p%d %s", percent, at(percent))
			}
		}
		sum += ", slowest " + at(100)
	}
	for _, line := range wrapWords(sum, max(p.width-2, foundWidth)) {
		text.WriteString("  " + line + "\n")
	}
}

// addresses says how many of several addresses of one name are bad, the first time.
func (p *probePrinter) addresses(text *strings.Builder, seen []found) {
	if p.rounds > 1 && !p.redraw {
		return
	}
	all, bad, order := map[string]int{}, map[string]int{}, []string{}
	for i := range seen {
		f := &seen[i]
		if !f.aim.address.IsValid() {
			continue
		}
		if all[f.aim.target] == 0 {
			order = append(order, f.aim.target)
		}
		all[f.aim.target]++
		if f.trouble() {
			bad[f.aim.target]++
		}
	}
	for _, target := range order {
		if all[target] > 1 {
			verb := "are"
			if bad[target] == 1 {
				verb = "is"
			}
			fmt.Fprintf(text, "\n%d of %d addresses of %s %s bad\n", bad[target], all[target], target, verb)
		}
	}
}

// over sums up several looks.
func (p *probePrinter) over(aims []*aim) error {
	if !p.many || p.redraw && !p.cut { // what is drawn in place has its sum already
		return nil
	}
	var text strings.Builder
	for _, a := range aims {
		text.WriteString("\n" + a.target)
		if a.address.IsValid() {
			text.WriteString(" at " + a.address.String())
		}
		text.WriteByte('\n')
		p.sum(&text, a)
	}
	return p.write(text.String())
}
