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
	lines := []string{w.theme.Paint(theme.Muted, w.fit(strings.ToUpper(pane.name)+"  "+pane.counts(&w.pen, w.s), width, false))}
	if height >= kioskBlockRows/2 {
		lines = append(lines, "")
	}
	list := w.s.Of(kind)
	all := list.States[room.Critical] + list.States[room.Warning]
	shown := 0
	for _, signal := range list.Signals[:all] {
		entry := w.entry(signal, width, height)
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

// entry is one signal on the wall: its name and for how long, and under that where, why
// and who:
//
//	✖ CHECKOUT  (block letters)                              40m
//	  DOWN · us-east-1 · expected status 200..299, got 503 · nobody has acknowledged it
func (w *wall) entry(signal *room.Signal, width, height int) []string {
	mark, word, token, _ := w.look(w.s, signal)
	var said []string
	for _, text := range []string{word, signal.Service, signal.Account, signal.Region, brief(signal.Reason)} {
		if text != "" && !strings.EqualFold(text, w.called(signal)) {
			said = append(said, text)
		}
	}
	said = append(said, w.handled(signal))
	detail := strings.Join(said, " "+w.marks.Dot+" ")
	if w.face != nil && w.set.height >= kioskTall {
		if lines, ok := w.bigEntry(signal, mark, token, detail, width); ok {
			return lines
		}
	}
	lines := []string{w.row(width, false, false,
		cell{token: token, text: mark, width: 1}, cell{token: token, text: word, width: 8},
		cell{token: theme.Strong, text: w.called(signal), width: flex}, w.region(signal.Region, 14, 2),
		cell{token: theme.Text, text: since(w.now, signal.Since), width: 6, right: true})}
	if height < kioskBlockRows/2 {
		return lines
	}
	lines = append(lines, "  "+w.theme.Paint(theme.Muted, w.fit(w.plain(detail), width-2, false)))
	if w.face != nil {
		lines = append(lines, "")
	}
	return lines
}

// bigEntry is an entry in block letters; ok is false if its name cannot be set in them.
func (w *wall) bigEntry(signal *room.Signal, mark string, token theme.Token, detail string, width int) (lines []string, ok bool) {
	f := smallFace()
	shape := map[string]string{w.marks.Critical: "✖", w.marks.Warning: "▲", w.marks.Stale: "◌"}[mark]
	lead := w.big(f, 1, token, shape)
	lasting := w.big(f, 1, theme.Strong, since(w.now, signal.Since))
	name := strings.ToUpper(w.called(signal))
	if !f.has(name) || shape == "" {
		return nil, false
	}
	limit := width - lead.width - 2 - lasting.width - 4
	for len(f.lines(name)[0]) > limit {
		cut := strings.TrimRight(name, ".")
		if len(cut) < 2 {
			return nil, false
		}
		name = cut[:len(cut)-1] + "..."
	}
	lines = apart(width, beside(2, lead, w.big(f, 1, token, name)), lasting)
	indent := strings.Repeat(" ", lead.width+2)
	lines = append(lines, indent+w.theme.Paint(theme.Text, w.fit(w.plain(detail), max(0, width-ansi.StringWidth(indent)), false)), "")
	return lines, true
}
