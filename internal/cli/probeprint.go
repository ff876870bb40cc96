package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"

	"warroom/internal/room"
	"warroom/sources/probe"
	"warroom/theme"
)

// probePrinter prints looks for people:
//
//	✖ DOWN  https://shop.example/health  503 in 84ms
//	        expected status 200..299, got 503
//	  resolve      1.2ms  ▒
//	  connect      2.0ms   ▒▒
//	  TLS           40ms     ▒▒▒▒▒▒▒▒▒▒▒▒
//	  first byte    41ms                 ▒▒▒▒▒▒▒▒▒▒▒▒▒
//	  transfer      28µs                              ▒
//	  total         84ms  192.0.2.1:443
type probePrinter struct {
	out    io.Writer
	theme  *theme.Theme // nil prints without colours
	marks  theme.Marks
	ascii  bool
	width  int  // of the terminal in cells
	many   bool // there are several looks at each, which are summed up
	redraw bool // in place, on a terminal, until it is stopped
	rounds int
	drawn  int // lines that stand on the terminal and are to be drawn over
}

// What a line of phases has: the name, and how long it took.
const (
	phaseNameWidth = 10
	phaseTookWidth = 9
	// printedWidth is the width where there is no terminal, and barsWidth the most that
	// is used of a wide one: longer bars say nothing more.
	printedWidth = 80
	barsWidth    = 60
)

// userPalette is the theme of the terminal's own sixteen colours, which suit it whatever
// its background.
const userPalette = "ansi16"

// probeOutput is how looks are printed, here and now.
func (a *app) probeOutput(f *probeFlags) (probeOutput, error) {
	if f.json {
		return &probeJSON{a.out}, nil
	}
	cfg, _, err := a.loadConfig()
	if err != nil {
		return nil, err
	}
	p := &probePrinter{out: a.out, marks: theme.Unicode, ascii: a.onlyASCII(cfg), width: printedWidth, many: f.watch || f.count > 1}
	if p.ascii {
		p.marks = theme.ASCII
	}
	file, ok := a.out.(*os.File)
	if !ok || !isTerminal(a.out) {
		return p, nil
	}
	if columns, _, err := term.GetSize(int(file.Fd())); err == nil && columns > 0 {
		p.width = columns
	}
	p.redraw = f.watch && !a.flags.plain && !dumb()
	if profile := colorprofile.Detect(file, os.Environ()); profile > colorprofile.ASCII {
		library, err := a.themes.with(cfg.Theme)
		if err != nil {
			return nil, err
		}
		name := cfg.Theme
		if name == theme.Auto { // asking for the background takes longer than most looks
			name = userPalette
		}
		p.theme = library.New(name, theme.Terminal{Profile: profile})
		p.out = &colorprofile.Writer{Forward: file, Profile: profile}
	}
	return p, nil
}

// round prints the looks of one round: whole the first time, and in one line each later,
// or, where it is drawn in place, over the one before.
func (p *probePrinter) round(seen []found) error {
	p.rounds++
	var text strings.Builder
	for i := range seen {
		switch {
		case p.redraw:
			p.block(&text, &seen[i])
			p.lately(&text, seen[i].aim)
		case p.rounds == 1:
			p.block(&text, &seen[i])
		default:
			p.line(&text, &seen[i])
		}
	}
	p.addresses(&text, seen)
	if !p.redraw {
		return p.write(text.String())
	}
	drawn := text.String()
	over := ""
	if p.drawn > 0 {
		over = fmt.Sprintf("\x1b[%dA\x1b[J", p.drawn)
	}
	p.drawn = strings.Count(drawn, "\n")
	return p.write(over + drawn)
}

// head is the first line of a look: its state, what it looked at, what came of it.
func (p *probePrinter) head(text *strings.Builder, f *found) {
	mark, token := p.state(f.signal.State)
	target := f.aim.target
	if f.aim.address.IsValid() {
		target += " at " + f.aim.address.String()
	}
	room := p.width - ansi.StringWidth(mark) - 1 - 5 - 2
	said := f.sample.Text
	if f.signal.State == stateDown || f.signal.State == stateBlind {
		if !strings.HasPrefix(said, f.signal.Reason) {
			said = strings.TrimSpace(said)
		} else {
			said = ""
		}
	}
	if said != "" {
		said = "  " + said
	}
	text.WriteString(p.paint(token, fmt.Sprintf("%s %-5s", mark, f.signal.Word)) + "  " +
		ansi.Truncate(target, max(room-ansi.StringWidth(said), 10), p.marks.Ellipsis) + p.paint(theme.Muted, said) + "\n")
}

// The states of a look that are no answer.
const (
	stateDown  = room.Critical
	stateBlind = room.Unknown
)

// reasonIndent is where the sentences under a head begin.
const reasonIndent = 9

func (p *probePrinter) block(text *strings.Builder, f *found) {
	if p.rounds == 1 && text.Len() > 0 || p.redraw && text.Len() > 0 {
		text.WriteByte('\n')
	}
	p.head(text, f)
	p.sentence(text, theme.Text, f.signal.Reason)
	p.sentence(text, theme.Accent, f.next)
	s := &f.sample
	if s.Total < 0 {
		return
	}
	before := time.Duration(0)
	width := min(p.width-2-phaseNameWidth-phaseTookWidth-3, barsWidth)
	for _, phase := range phasesOf(s) {
		token := theme.Accent
		if strings.EqualFold(phase.name, s.Phase) {
			token = theme.Critical
		}
		bar := p.marks.Span(float64(before), float64(phase.took), float64(s.Total), width)
		before += max(0, phase.took)
		text.WriteString(strings.TrimRight(fmt.Sprintf("  %-*s %s  %s", phaseNameWidth, phase.name, p.took(phase.took), p.paint(token, bar)), " ") + "\n")
	}
	text.WriteString(strings.TrimRight(fmt.Sprintf("  %-*s %s  %s", phaseNameWidth, "total", p.took(s.Total), p.paint(theme.Muted, s.Address)), " ") + "\n")
}

// namedPhase is one part of a look, under the name that people know.
type namedPhase struct {
	name string
	took time.Duration
}

func phasesOf(s *room.Sample) []namedPhase {
	return []namedPhase{
		{"resolve", s.Phases.Resolve}, {"connect", s.Phases.Connect}, {"TLS", s.Phases.TLS},
		{"first byte", s.Phases.FirstByte}, {"transfer", s.Phases.Transfer},
	}
}

// took is a time at the right of its column. Its width is that of its letters, of which
// µ has two bytes.
func (p *probePrinter) took(d time.Duration) string {
	said := p.latency(d)
	return strings.Repeat(" ", max(0, phaseTookWidth-ansi.StringWidth(said))) + said
}

func (p *probePrinter) latency(d time.Duration) string {
	if d < 0 {
		return p.marks.Absent
	}
	return probe.Latency(d)
}

func (p *probePrinter) sentence(text *strings.Builder, token theme.Token, sentence string) {
	for _, line := range wrapWords(sentence, max(p.width-reasonIndent, foundWidth)) {
		text.WriteString(strings.Repeat(" ", reasonIndent) + p.paint(token, line) + "\n")
	}
}

// line is a later look in one line.
func (p *probePrinter) line(text *strings.Builder, f *found) {
	p.head(text, f)
	if f.signal.State == stateDown || f.signal.State == stateBlind {
		p.sentence(text, theme.Text, f.signal.Reason)
	}
}

// lately draws the newest looks of an aim as a small chart, and sums them up.
func (p *probePrinter) lately(text *strings.Builder, a *aim) {
	width := min(p.width-2-phaseNameWidth-phaseTookWidth-3, barsWidth)
	text.WriteString(fmt.Sprintf("  %-*s %s  %s\n", phaseNameWidth, "looks", strings.Repeat(" ", phaseTookWidth), p.paint(theme.Accent, p.spark(a.samples, width))))
	p.sum(text, a)
}

// spark draws looks as small bars, up to the slowest of them; a failure is a cross.
func (p *probePrinter) spark(samples []room.Sample, width int) string {
	samples = samples[max(0, len(samples)-width):]
	slowest := time.Duration(1)
	for _, s := range samples {
		slowest = max(slowest, s.Total)
	}
	var line strings.Builder
	for _, s := range samples {
		switch glyphs := p.marks.Spark; {
		case s.State == stateDown:
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
	fmt.Fprintf(text, "  %d looks, %.1f%% good", looks, 100*float64(len(good))/float64(looks))
	slices.Sort(good)
	if n := len(good); n > 0 {
		at := func(percent int) string { return p.latency(good[max((percent*n+99)/100-1, 0)]) }
		fmt.Fprintf(text, ", fastest %s, p50 %s, p90 %s, p99 %s, slowest %s", at(0), at(50), at(90), at(99), at(100))
	}
	text.WriteByte('\n')
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
			fmt.Fprintf(text, "\n%d of %d addresses of %s are bad\n", bad[target], all[target], target)
		}
	}
}

// over sums up several looks.
func (p *probePrinter) over(aims []*aim) error {
	if !p.many || p.redraw { // what is drawn in place has its sum already
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

func (p *probePrinter) state(state room.State) (mark string, token theme.Token) {
	switch state {
	case room.OK:
		return p.marks.OK, theme.OK
	case room.Warning:
		return p.marks.Warning, theme.Warning
	case room.Critical:
		return p.marks.Critical, theme.Critical
	}
	return p.marks.Unknown, theme.Unknown
}

func (p *probePrinter) paint(token theme.Token, text string) string {
	if p.theme == nil {
		return text
	}
	return p.theme.Paint(token, text)
}

func (p *probePrinter) write(text string) error {
	if p.ascii {
		text = asASCII(strings.ReplaceAll(text, "µs", "us"))
	}
	_, err := io.WriteString(p.out, text)
	return err
}
