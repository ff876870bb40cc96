package ui

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/theme"
)

// wall is one frame while it is drawn. It holds nothing that outlives the frame.
type wall struct {
	pen
	name  string // the room's
	set   kioskKey
	s     *room.Snapshot
	real  time.Time
	feeds []feed
	face  *face // of the clock; nil where there is no room for block letters
}

// The sizes from which on there is room for more. Letters can be read from a distance of
// two hundred times their height, so that a wall wants few and large ones.
const (
	kioskLineColumns, kioskLineRows   = 20, 5   // less is one status line
	kioskBlockColumns, kioskBlockRows = 60, 16  // less has no block letters
	kioskWide, kioskTall              = 100, 40 // less has small ones
)

// The frame wanders over its margin, so that nothing burns in: a place every
// orbitStep, all of them in less than half an hour.
const (
	orbitStep                = 4 * time.Minute
	orbitColumns, orbitLines = 3, 2
)

// swapEvery is how often header and footer change places, which moves the brightest
// letters across the whole wall. With each page would be too often: people look for
// the clock where it was a moment ago.
const swapEvery = time.Hour

// frame draws the wall, at most height lines of at most width cells:
//
//	prod                                     UTC · 15:03:22 CET
//	✖ TROUBLE 42m  (block letters)            14:03:22
//	for 42m, since 13:21:40Z · 1 probe, 2 alarms critical
//
//	Probe checkout in us-east-1 is DOWN since 13:23:22Z: got 503; ana is on it
//
//	(the page)
//
//	● probes 2s   ◌ alarms STALE 6m      ■ □ □ □ overview ━━━━━━────
func (w *wall) frame() string {
	width, height := w.set.width, w.set.height
	if width <= 0 || height <= 0 {
		return ""
	}
	if width < kioskLineColumns || height < kioskLineRows {
		return ansi.Truncate(w.statusLine(width), width, "")
	}
	left, above := w.orbit()
	space := 0
	switch {
	case width >= kioskWide:
		space = 2
	case width >= kioskBlockColumns:
		space = 1
	}
	switch {
	case width >= kioskWide && height >= kioskTall:
		w.face = largeFace()
	case width >= kioskBlockColumns && height >= kioskBlockRows:
		w.face = smallFace()
	}
	lines := w.arranged(width-orbitColumns+1-2*space, height-orbitLines+1)
	indent := strings.Repeat(" ", left+space)
	for i, line := range lines {
		lines[i] = ansi.Truncate(indent+line, width, "")
	}
	return strings.Repeat("\n", above) + strings.Join(lines, "\n")
}

// tall says that there is room for names in block letters.
func (w *wall) tall() bool { return w.face != nil && w.set.height >= kioskTall }

// orbit is how far the frame is from its first place now.
func (w *wall) orbit() (right, down int) {
	at := int(w.real.Unix() / int64(orbitStep/time.Second) % (orbitColumns * orbitLines))
	right, down = at%orbitColumns, at/orbitColumns
	if down%2 == 1 {
		right = orbitColumns - 1 - right // there and back, one cell at a time
	}
	return right, down
}

// swapped says whether header and footer have changed places.
func (w *wall) swapped() bool { return w.real.Unix()/int64(swapEvery/time.Second)%2 == 1 }

// arranged is header, page and footer in exactly height lines of at most width cells.
func (w *wall) arranged(width, height int) []string {
	pages := w.pages()
	at, pinned := w.showing(pages)
	header, footer := w.header(width, height), w.footer(width, pages, at, pinned)
	gap := 0
	if height >= kioskBlockRows {
		gap = 1
	}
	rest := height - len(header) - len(footer) - 2*gap
	if rest < 1 {
		return fill(header, height)
	}
	body := fill(w.body(pages[at], width, rest), rest)
	blank := make([]string, gap)
	if w.swapped() {
		header, footer = footer, header
	}
	return slicesOf(header, blank, body, blank, footer)
}

func slicesOf(parts ...[]string) []string {
	var all []string
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

// fill cuts or extends lines to exactly so many.
func fill(lines []string, height int) []string {
	for len(lines) < height {
		lines = append(lines, "")
	}
	return lines[:height]
}

// silent says that there is nothing whose state could be told.
func (w *wall) silent() bool {
	_, dark := w.blackout()
	return dark || len(w.feeds) == 0
}

// header is what room, how bad, since when, and the clock that proves that the wall is
// alive.
func (w *wall) header(width, height int) []string {
	v := w.verdict()
	if w.face == nil {
		return w.smallHeader(width, height, v)
	}
	clock := w.big(w.face, 1, theme.Strong, w.now.UTC().Format("15:04:05"))
	state, lasting := block{}, false
	if !w.silent() {
		state = beside(2, w.big(w.face, 1, v.token, string(v.mark)), w.big(w.face, 1, v.token, v.word))
		if text := w.elapsed(); text != "" {
			if longer := beside(4, state, w.big(w.face, 1, theme.Strong, text)); longer.width+4+clock.width <= width {
				state, lasting = longer, true
			}
		}
	}
	lines := append(apart(width, w.title(), w.words(theme.Muted, w.zones())), "")
	lines = append(lines, apart(width, state, clock)...)
	if w.silent() {
		return lines
	}
	lines = append(lines, "")
	if facts := w.facts(!lasting); facts != "" {
		lines = append(lines, w.theme.Paint(v.token, w.fit(facts, width, false)))
	}
	return append(lines, w.sentenceIn(width)...)
}

// sentenceLines is how many lines the sentence may take, and sentenceLinesNarrow how
// many where they are short.
const sentenceLines, sentenceLinesNarrow = 2, 3

// sentenceIn is the sentence in the lines that there are. Who has it in hand matters more
// than why it is so, which the page tells as well.
func (w *wall) sentenceIn(width int) []string {
	limit := sentenceLines
	if width < kioskBlockColumns && w.set.height >= 2*kioskLineRows {
		limit = sentenceLinesNarrow
	}
	said := w.wrapped(w.sentence(true), width, limit+1)
	if len(said) > limit {
		said = w.wrapped(w.sentence(false), width, limit)
	}
	for i, line := range said {
		said[i] = w.theme.Paint(theme.Strong, w.fit(line, width, false))
	}
	return said
}

// wrapped is a text from outside in at most so many lines.
func (w *wall) wrapped(text string, width, limit int) []string {
	return wrap(clean.Line(w.plain(text), cellLimit), width, limit)
}

// smallHeader is the same without block letters.
func (w *wall) smallHeader(width, height int, v verdict) []string {
	state := block{}
	for _, label := range w.badges() {
		state = beside(min(1, state.width), state, w.words(label.token, label.text))
	}
	state = beside(min(1, state.width), state, w.words(v.token, strings.TrimSpace(v.small+" "+v.word+" "+w.elapsed())))
	lines := apart(width, state, w.words(theme.Strong, w.now.UTC().Format("15:04:05Z")))
	if height < 8 || w.silent() {
		return lines
	}
	return append(lines, w.sentenceIn(width)...)
}

// badges are what must never be missed beside the state.
func (w *wall) badges() []label {
	var all []label
	if w.set.drill != "" {
		all = append(all, label{token: theme.Drill, text: " DRILL "})
	}
	if keeping := &w.s.Keeping; keeping.Trouble != nil || keeping.Node == "" && w.set.noJournal != "" {
		all = append(all, label{token: theme.Warning, text: w.marks.Warning + " NOT KEPT"})
	}
	return all
}

// title is the room's name, and what must not be missed.
func (w *wall) title() block {
	name := w.name
	if w.set.drill != "" {
		name = w.set.drill
	}
	out := block{}
	for _, label := range append(w.badges(), label{token: theme.Muted, text: w.fit("warroom "+name, min(40, ansi.StringWidth("warroom "+name)), false)}) {
		out = beside(min(2, out.width), out, w.words(label.token, label.text))
	}
	return out
}

// zones says what the clock shows, and what time it is where the wall hangs, if that is
// another one.
func (w *wall) zones() string {
	local := w.now.In(w.set.zone)
	if _, offset := local.Zone(); offset == 0 {
		return "UTC"
	}
	return "UTC " + w.marks.Dot + " " + local.Format("15:04:05 MST")
}

// statusLine is all that fits on the smallest screens.
func (w *wall) statusLine(width int) string {
	v := w.verdict()
	text := strings.TrimSpace(v.small + " " + v.word + " " + w.elapsed())
	if last, dark := w.blackout(); dark && !last.IsZero() {
		text = v.small + " NO DATA SINCE " + last.UTC().Format("15:04Z")
	}
	if w.set.drill != "" {
		text = "DRILL " + text
	}
	return w.row(width, false, false, cell{token: v.token, text: fmt.Sprintf("%s %s", text, w.now.UTC().Format("15:04:05Z")), width: flex})
}
