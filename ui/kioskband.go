package ui

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/room"
	"warroom/theme"
)

// body is a page, under a band that says what of it cannot be seen. What was bad when it
// was last seen stays on the page, as STALE; what was good is on none.
func (w *wall) body(page kioskPage, width, height int) []string {
	if w.silent() {
		return w.darkness(width, height)
	}
	band := append(w.blindLine(width), w.band(width, height)...)
	if len(band) > 0 && height >= len(band)+2 && height >= kioskBlockRows/2 {
		band = append(band, "")
	}
	return slicesOf(band, page.draw(w, width, max(0, height-len(band))))
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
	said := sentenceCase(strings.Join(what, " and ")) + " cannot be seen"
	if len(what) == 1 {
		said += w.cause(lost)
	}
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
	if w.tall() {
		stale = w.big(smallFace(), 1, theme.Warning, w.staleness(lost))
	}
	words := block{}
	for _, line := range w.wrapped(said, max(1, width-stale.width-3-2*bandEdge), len(stale.lines)) {
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

// darkness is the whole wall where nothing can be told: since when, and what of each
// source.
func (w *wall) darkness(width, height int) []string {
	last, _ := w.blackout()
	text := "NO DATA SINCE " + last.UTC().Format("15:04") + "Z"
	switch {
	case len(w.feeds) == 0:
		text = "NOTHING IS WATCHED"
	case last.IsZero():
		text = "NO DATA YET"
	case w.now.Sub(last) > 24*time.Hour:
		text = "NO DATA SINCE " + last.UTC().Format("2006-01-02 15:04") + "Z"
	}
	inner := width - 2*bandEdge - 2
	why := w.whyDark(last)
	out := w.words(theme.Warning, w.fit(text, min(inner, len(text)), false))
	if w.face != nil {
		if set, ok := w.bigWrapped(w.face, theme.Warning, text, inner); ok && len(set.lines)+len(why)+3 <= height {
			out = set
		}
	}
	said := block{}
	for _, each := range why {
		line := strings.TrimRight(w.fit(w.plain(each), max(0, inner), false), " ")
		said.lines = append(said.lines, w.theme.Paint(theme.Text, line))
		said.width = max(said.width, ansi.StringWidth(line))
	}
	out = under(out, said)
	if len(out.lines)+2 > height || last.IsZero() {
		return out.lines // what nobody has seen yet needs no cover
	}
	lines := make([]string, height)
	for i := range lines {
		lines[i] = w.hatch(width)
	}
	return w.inlaid(lines, out, width)
}

// whyDark says of each source since when it cannot be seen, and why.
func (w *wall) whyDark(last time.Time) []string {
	if len(w.feeds) == 0 {
		return []string{"Nothing has been looked at yet.", "If this stays, the config names nothing to watch;", "warroom check says more."}
	}
	var why []string
	for i := range w.feeds {
		f := &w.feeds[i]
		text := sentenceCase(f.name)
		switch d, ok := ageOf(f.stale, w.now); {
		case ok:
			text += " not seen for " + age(d)
		case f.starts:
			text += " not seen yet"
		default:
			text += " never seen"
		}
		why = append(why, text+w.cause(f.stale))
	}
	if tallied := w.tallied(); tallied != "" && !last.IsZero() {
		why = append(why, "When last seen: "+tallied)
	}
	return why
}
