package ui

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/room"
	"warroom/theme"
)

// footer is how old what each source has seen is, and which page of how many is shown
// for how much longer.
func (w *wall) footer(width int, pages []kioskPage, at int, pinned bool) []string {
	sources, place := w.sources(width), w.place(pages, at, pinned)
	if w.silent() {
		return sources.lines
	}
	if sources.width+4+place.width <= width {
		return apart(width, sources, place)
	}
	return slicesOf(sources.lines, place.lines)
}

// sources is the age of each source, in words where it cannot be believed.
func (w *wall) sources(width int) block {
	out := block{lines: []string{""}}
	for i := range w.feeds {
		l := w.freshness(&w.feeds[i])
		gap := min(3, out.width)
		if wide := ansi.StringWidth(l.text); out.width+gap+wide > width {
			l.text = w.fit(l.text, max(0, width-out.width-gap), false)
		}
		out = beside(gap, out, w.words(l.token, l.text))
	}
	return out
}

// freshness is the age of one source.
func (w *wall) freshness(f *feed) label {
	if len(f.stale) == 0 {
		return label{token: theme.Muted, text: w.marks.OK + " " + f.name + " " + age(f.oldest)}
	}
	text := w.marks.Stale + " " + f.name + " STALE "
	switch d, ok := ageOf(f.stale, w.now); {
	case ok:
		text += age(d)
	case f.starts:
		return label{token: theme.Unknown, text: w.marks.Unknown + " " + f.name + " not seen yet"}
	default:
		text = w.marks.Stale + " " + f.name + " NEVER SEEN"
	}
	if !f.dark() {
		text += ", " + countedOf(len(f.stale), len(f.scopes))
	}
	return label{token: theme.Warning, text: text}
}

// place is a dot for each page, the name of the one that is shown, and a bar that is used
// up with its time, a cell a second. What is pinned has no such bar.
func (w *wall) place(pages []kioskPage, at int, pinned bool) block {
	var dots []string
	for i := range pages {
		dot := w.theme.Paint(theme.Muted, w.marks.There)
		if i == at {
			dot = w.theme.Paint(theme.Accent, w.marks.Here)
		}
		dots = append(dots, dot)
	}
	out := block{width: 2*len(dots) - 1, lines: []string{strings.Join(dots, " ")}}
	out = beside(2, out, w.words(theme.Muted, pages[at].name))
	if pinned {
		return beside(1, out, w.words(theme.Accent, "until acknowledged"))
	}
	if len(pages) == 1 {
		return out
	}
	left, turn := w.left(), int(kioskTurn/time.Second)
	return beside(2, out, beside(0, w.words(theme.Accent, strings.Repeat(w.marks.Left, left)), w.words(theme.Muted, strings.Repeat(w.marks.Spent, turn-left))))
}

// body is a page, under a band that says what of it cannot be seen.
func (w *wall) body(page kioskPage, width, height int) []string {
	if w.silent() {
		return w.darkness(width, height)
	}
	if f := w.feedOf(page.kind); page.kind != "" && f != nil && f.gone() {
		return w.covered(f, width, height)
	}
	band := w.band(width, height)
	if len(band) > 0 && height >= len(band)+2 && height >= kioskBlockRows/2 {
		band = append(band, "")
	}
	return slicesOf(band, page.draw(w, width, max(0, height-len(band))))
}

// covered is a page of whose kind nothing can be seen: hatched from edge to edge, so that
// nobody takes what was last known for what is.
func (w *wall) covered(f *feed, width, height int) []string {
	hatch := w.hatch(width)
	lines := make([]string, height)
	for i := range lines {
		lines[i] = hatch
	}
	return w.inlaid(lines, w.bandText(f.lost, sentenceCase(f.missing(f.lost))+" cannot be seen"+w.cause(f.lost), width), width)
}

// band is a hatched strip that says what cannot be seen, on every page: what is not on
// the wall may be on fire.
func (w *wall) band(width, height int) []string {
	var lost []*room.ScopeStatus
	var what []string
	for i := range w.feeds {
		if f := &w.feeds[i]; len(f.lost) > 0 {
			lost = append(lost, f.lost...)
			what = append(what, f.missing(f.lost))
		}
	}
	if len(lost) == 0 {
		return nil
	}
	said := sentenceCase(strings.Join(what, ", ")) + " cannot be seen" + w.cause(lost)
	if height < kioskBlockRows/2 {
		return w.bandLine(lost, said, width)
	}
	text := w.bandText(lost, said, width)
	lines := make([]string, len(text.lines)+2)
	for i := range lines {
		lines[i] = w.hatch(width)
	}
	return w.inlaid(lines, text, width)
}

// bandLine is a band in one line.
func (w *wall) bandLine(lost []*room.ScopeStatus, said string, width int) []string {
	mark := strings.Repeat(w.marks.Hatch, 3)
	return []string{w.theme.Paint(theme.Warning, w.fit(mark+" "+w.staleness(lost)+" "+mark+" "+w.plain(said), width, false))}
}

// staleness is STALE and how old the oldest of some scopes is.
func (w *wall) staleness(lost []*room.ScopeStatus) string {
	if d, ok := ageOf(lost, w.now); ok {
		return "STALE " + age(d)
	}
	return "NEVER SEEN"
}

// bandText is what stands in a band: the age in block letters, and what cannot be seen.
func (w *wall) bandText(lost []*room.ScopeStatus, said string, width int) block {
	stale := w.words(theme.Warning, w.staleness(lost))
	if w.face != nil && w.set.height >= kioskTall {
		stale = w.big(smallFace(), 1, theme.Warning, w.staleness(lost))
	}
	words := block{}
	for _, line := range wrap(w.plain(said), max(1, width-stale.width-3-2*bandEdge), len(stale.lines)) {
		line = strings.TrimRight(w.fit(line, max(1, width-stale.width-3-2*bandEdge), false), " ")
		words.lines = append(words.lines, w.theme.Paint(theme.Warning, line))
		words.width = max(words.width, ansi.StringWidth(line))
	}
	if above := (len(stale.lines) - len(words.lines)) / 2; above > 0 {
		words.lines = append(make([]string, above), words.lines...)
	}
	return beside(3, stale, words)
}

// bandEdge is how much hatch there is at least at either end of a line with text.
const bandEdge = 4

// hatch is a line of it.
func (w *wall) hatch(width int) string {
	return w.theme.Paint(theme.Stale, strings.Repeat(w.marks.Hatch, max(0, width)))
}

// inlaid puts a text into the middle of hatched lines, with a blank around it.
func (w *wall) inlaid(lines []string, text block, width int) []string {
	top := (len(lines) - len(text.lines)) / 2
	if top < 0 {
		return lines
	}
	left := max(0, min(bandEdge, width-text.width-2))
	for i, line := range text.lines {
		lines[top+i] = w.hatch(left) + " " + pad(line, text.width) + " " + w.hatch(width-left-text.width-2)
	}
	return lines
}

// darkness is the whole wall where nothing can be told: since when, and why.
func (w *wall) darkness(width, height int) []string {
	last, _ := w.blackout()
	text, why := "NO DATA SINCE "+last.UTC().Format("15:04")+"Z", []string{}
	switch {
	case len(w.feeds) == 0:
		text, why = "NOTHING IS WATCHED", []string{"Nothing has been looked at yet. If this stays, the config names nothing to watch; warroom check says more."}
	case last.IsZero():
		text = "NO DATA YET"
	case w.now.Sub(last) > 24*time.Hour:
		text = "NO DATA SINCE " + last.UTC().Format("2006-01-02 15:04") + "Z"
	}
	for i := range w.feeds {
		f := &w.feeds[i]
		why = append(why, sentenceCase(f.missing(f.stale))+w.cause(f.stale))
	}
	out := w.words(theme.Warning, w.fit(text, min(width, len(text)), false))
	if w.face != nil {
		if set, ok := w.bigWrapped(w.face, theme.Warning, text, width); ok && len(set.lines) <= height {
			out = set
		}
	}
	if tallied := w.tallied(); tallied != "" && !last.IsZero() {
		why = append(why, "When last seen: "+tallied)
	}
	lines := append(out.lines, "")
	for _, each := range why {
		lines = append(lines, w.theme.Paint(theme.Text, w.fit(w.plain(each), width, false)))
	}
	above := max(0, (height-len(lines))/3)
	return append(make([]string, above), lines...)
}
