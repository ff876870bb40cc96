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
//	  certificate         41 days left, for shop.example
//	                      TLS 1.3, TLS_AES_128_GCM_SHA256, X25519MLKEM768
type probePrinter struct {
	out    io.Writer
	theme  *theme.Theme // nil prints without colours
	marks  theme.Marks
	ascii  bool
	width  int  // of the terminal in cells
	height int  // of the terminal in lines; 0 if there is none
	many   bool // there are several looks at each, which are summed up
	redraw bool // in place, on a terminal, until it is stopped
	rounds int
	drawn  int  // lines that stand on the terminal and are to be drawn over
	cut    bool // some of the last round did not fit, so that its sums are not all seen
}

// What a line of phases has: the name, and how long it took.
const (
	phaseNameWidth = 10
	phaseTookWidth = 9
	// barsColumn is where bars begin, and what is told of a look beside its phases.
	barsColumn = 2 + phaseNameWidth + 1 + phaseTookWidth + 2
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
	if columns, lines, err := term.GetSize(int(file.Fd())); err == nil && columns > 0 {
		p.width, p.height = columns, lines
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
	drawn := p.fitted(text.String())
	over := ""
	if p.drawn > 0 {
		over = fmt.Sprintf("\x1b[%dA", p.drawn)
	}
	p.drawn = len(drawn)
	// Line by line: a whole screen that is cleared at once goes to the scrollback.
	return p.write(over + clearLine + strings.Join(drawn, clearLine) + clearBelow)
}

// What clears the rest of the line, and of the screen, from the cursor on.
const (
	clearLine  = "\x1b[K"
	clearBelow = "\x1b[J"
)

// fitted cuts what is drawn in place to the terminal. A line that it wraps, or that it
// scrolls away, is out of reach of the next redraw and would stay.
func (p *probePrinter) fitted(drawn string) []string {
	lines := slices.Collect(strings.Lines(drawn))
	most := p.height - 1 // the cursor has the last one
	p.cut = p.height > 0 && len(lines) > most
	if p.cut {
		lines = lines[:max(most, 1)]
	}
	for i, line := range lines {
		lines[i] = ansi.Truncate(strings.TrimSuffix(line, "\n"), p.width, p.marks.Ellipsis) + "\n"
	}
	return lines
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
		switch {
		case f.signal.Came != "" && f.sample.Status != 0: // the sentence below has the rest
			said = fmt.Sprintf("%d in %s", f.sample.Status, p.latency(f.sample.Total))
		case f.signal.Came != "" || strings.HasPrefix(said, f.signal.Reason):
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
	p.sentence(text, theme.Text, f.signal.Why())
	p.sentence(text, theme.Accent, f.next)
	s := &f.sample
	if s.Total < 0 {
		return
	}
	before := time.Duration(0)
	width := p.bars()
	for _, phase := range phasesOf(s.Phases) {
		token := theme.Accent
		if strings.EqualFold(phase.name, s.Phase) {
			token = theme.Critical
		}
		bar := p.marks.Span(float64(before), float64(phase.took), float64(s.Total), width)
		before += max(0, phase.took)
		text.WriteString(strings.TrimRight(fmt.Sprintf("  %-*s %s  %s", phaseNameWidth, phase.name, p.took(phase.took), p.paint(token, bar)), " ") + "\n")
	}
	text.WriteString(strings.TrimRight(fmt.Sprintf("  %-*s %s  %s", phaseNameWidth, "total", p.took(s.Total), p.paint(theme.Muted, s.Address)), " ") + "\n")
	p.certificate(text, f)
	p.hops(text, s)
}

// namedPhase is one part of a look, under the name that people know.
type namedPhase struct {
	name string
	took time.Duration
}

func phasesOf(p room.Phases) []namedPhase {
	return []namedPhase{
		{"resolve", p.Resolve}, {"connect", p.Connect}, {"TLS", p.TLS}, {"first byte", p.FirstByte}, {"transfer", p.Transfer},
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
		p.sentence(text, theme.Text, f.signal.Why())
	}
}

// bars is how many cells are left for bars beside the names and times: on the narrowest
// terminal still one.
func (p *probePrinter) bars() int {
	return max(1, min(p.width-barsColumn, barsWidth))
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
