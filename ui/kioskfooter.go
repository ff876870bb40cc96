package ui

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

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
	wide := -3
	for i := range w.feeds {
		wide += 3 + ansi.StringWidth(w.freshness(&w.feeds[i]).text)
	}
	gap, say := 3, w.freshness
	if wide > width {
		gap, say = 2, w.freshnessInShort
	}
	out := block{lines: []string{""}}
	for i := range w.feeds {
		l := say(&w.feeds[i])
		gap := min(gap, out.width)
		l.text = w.fit(l.text, min(ansi.StringWidth(l.text), max(0, width-out.width-gap)), false)
		out = beside(gap, out, w.words(l.token, l.text))
	}
	return out
}

// freshnessInShort is the age of one source in few letters.
func (w *wall) freshnessInShort(f *feed) label {
	l, name := w.freshness(f), strings.TrimSuffix(f.name, " Health")
	if len(f.stale) == 0 {
		return label{token: l.token, text: name + " " + age(f.oldest)}
	}
	l.text, _, _ = strings.Cut(strings.Replace(l.text, f.name, name, 1), ",")
	return l
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
		return beside(1, out, w.words(theme.Muted, w.marks.Dot), w.words(theme.Accent, "until acknowledged"))
	}
	if len(pages) == 1 {
		return out
	}
	left, turn := w.left(), int(kioskTurn/time.Second)
	return beside(2, out, beside(0, w.words(theme.Accent, strings.Repeat(w.marks.Left, left)), w.words(theme.Muted, strings.Repeat(w.marks.Spent, turn-left))))
}
