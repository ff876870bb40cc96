package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/room"
	"warroom/theme"
)

// worstOf is the page of one kind: its worst rows, few and large, and how many more
// there are.
func (w *wall) worstOf(kind room.Kind, width, height int) []string {
	pane := w.paneOf(kind)
	head := beside(2, w.words(theme.Muted, strings.ToUpper(pane.name)), w.words(theme.Text, pane.counts(&w.pen, w.s)))
	lines := []string{head.lines[0]}
	if height >= kioskBlockRows/2 {
		lines = append(lines, "")
	}
	list := w.s.Of(kind)
	all := list.States[room.Critical] + list.States[room.Warning]
	size := w.entrySizeOf(all, height-len(lines))
	shown := 0
	for _, signal := range list.Signals[:all] {
		entry := w.entry(signal, width, size)
		need := len(entry)
		if shown < all-1 {
			need++
		}
		if len(lines)+need > height {
			break
		}
		lines = append(lines, entry...)
		shown++
	}
	if more := all - shown; more > 0 && len(lines) < height {
		lines = append(lines, w.theme.Paint(theme.Muted, fmt.Sprintf("and %d more", more)))
	}
	return lines
}

// entrySize is one size of an entry.
type entrySize struct {
	face   *face // of the name; nil for none
	rows   int
	wanted int // how many entries of it a page should hold, if there are so many
}

// entrySizeOf is the largest size of which enough entries fit.
func (w *wall) entrySizeOf(all, height int) entrySize {
	var sizes []entrySize
	if w.tall() {
		for _, f := range []*face{largeFace(), smallFace()} {
			sizes = append(sizes, entrySize{f, w.bigRows(f) + 2, entriesWanted})
		}
		sizes[0].wanted = entriesWanted + 2
	}
	if w.face != nil {
		sizes = append(sizes, entrySize{nil, 3, entriesWanted}, entrySize{nil, 2, entriesWanted})
	}
	for _, size := range sizes {
		if size.rows*min(all, size.wanted) <= height {
			return size
		}
	}
	return entrySize{rows: 1}
}

// entriesWanted is how many entries a page should hold before they are made larger.
const entriesWanted = 4

// entry is one signal on the wall: its name and for how long, and under that where, why
// and who:
//
//	✖ CHECKOUT  (block letters)                              40m
//	  DOWN · us-east-1 · expected status 200..299, got 503 · nobody has acknowledged it
func (w *wall) entry(signal *room.Signal, width int, size entrySize) []string {
	mark, word, token, _ := w.look(w.s, signal)
	name := strings.ToUpper(w.called(signal))
	for _, f := range []*face{size.face, smallFace()} {
		if size.face != nil && f.has(name) {
			if lines := w.bigEntry(f, signal, name, width); lines != nil {
				return lines
			}
		}
	}
	lines := []string{w.row(width, false, false,
		cell{token: token, text: mark, width: 1}, cell{token: token, text: word, width: 8},
		cell{token: theme.Strong, text: w.called(signal), width: flex}, w.region(signal.Region, 14, 2),
		cell{token: theme.Text, text: since(w.now, signal.Since), width: 6, right: true})}
	if size.rows == 1 {
		return lines
	}
	lines = append(lines, "  "+w.theme.Paint(theme.Muted, w.about(signal, width-2)))
	if size.rows > 2 {
		lines = append(lines, "")
	}
	return lines
}

// about is what is said of a signal beside its name: some facts, why, and who has it in
// hand, in so many cells. Where there is little room, it is the reason that is cut.
func (w *wall) about(signal *room.Signal, width int, facts ...string) string {
	var said []string
	for _, text := range append(facts, signal.Service) {
		if text != "" && !strings.EqualFold(text, w.called(signal)) {
			said = append(said, text)
		}
	}
	dot := " " + w.marks.Dot + " "
	handled := w.handled(signal)
	if reason := brief(signal.Why()); reason != "" {
		spare := width - ansi.StringWidth(strings.Join(append(said, handled), dot)) - ansi.StringWidth(dot)
		if spare >= flexLeast {
			said = append(said, w.fit(w.plain(reason), min(spare, ansi.StringWidth(w.plain(reason))), false))
		}
	}
	return w.fit(strings.Join(append(said, handled), dot), max(0, width), false)
}

// bigEntry is an entry in block letters, or nil if not even the beginning of its name has
// room.
func (w *wall) bigEntry(f *face, signal *room.Signal, name string, width int) []string {
	mark, word, token, _ := w.look(w.s, signal)
	if mark == w.marks.Stale {
		word += ", was " + signal.Word
	}
	shape := map[string]string{w.marks.Critical: "✖", w.marks.Warning: "▲", w.marks.Stale: "◌"}[mark]
	account := ""
	if w.many {
		account = signal.Account
	}
	lead := w.big(f, 1, token, shape)
	lasting := w.big(f, 1, theme.Strong, since(w.now, signal.Since))
	limit := width - lead.width - 2 - lasting.width - 4
	for len(f.lines(name)[0]) > limit {
		cut := strings.TrimRight(name, ".")
		if len(cut) < 2 {
			return nil
		}
		name = cut[:len(cut)-1] + "..."
	}
	lines := apart(width, beside(2, lead, w.big(f, 1, token, name)), lasting)
	indent := strings.Repeat(" ", lead.width+2)
	return append(lines, indent+w.theme.Paint(theme.Text, w.about(signal, width-len(indent), word, account, signal.Region)), "")
}
