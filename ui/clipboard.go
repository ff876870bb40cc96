package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/theme"
)

// doCopy copies the marked rows, or the one under the cursor, a line each, in a form
// that can be pasted into a chat.
func (m *Model) doCopy(string) tea.Cmd {
	if links := m.linksOf(); m.overlay == overlayLinks && len(links) > 0 {
		return m.copyText(links[0].url, "the address")
	}
	items := m.chosen()
	if len(items) == 0 {
		m.say(theme.Muted, "there is no row to copy")
		return nil
	}
	lines := make([]string, 0, len(items))
	for _, it := range items {
		lines = append(lines, m.copyLine(it))
	}
	return m.copyText(strings.Join(lines, "\n"), plural(len(lines), "row"))
}

// doCopyIncident copies the whole situation as one line.
func (m *Model) doCopyIncident(string) tea.Cmd {
	return m.copyText(m.incidentLine(), "the situation")
}

// copyText hands text to the terminal's clipboard (OSC 52), which reaches the
// machine in front of the person over ssh as well. No terminal says whether it took it.
func (m *Model) copyText(text, what string) tea.Cmd {
	m.say(theme.Muted, "copied "+what+": "+strings.ReplaceAll(text, "\n", " / "))
	return tea.Raw(ansi.SetSystemClipboard(text))
}

// copyLine is a row for others: it says by itself what it is, where and since when.
func (m *Model) copyLine(it item) string {
	if it.signal == nil {
		return m.mine(m.pen.clock(it.event.At) + " " + m.pen.lineText(m.shown, it))
	}
	s := it.signal
	mark, word, _, title := m.pen.look(m.shown, s)
	parts := []string{mark + " " + word + " " + title}
	for _, part := range []string{s.Service, strings.TrimSpace(s.Account + " " + s.Region), m.pen.sinceWhen(s), s.Why(), m.byPeople("acknowledged", s.Ack), m.byPeople("claimed", s.Claim)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if links := m.linksFor(s); len(links) > 0 {
		parts = append(parts, links[0].url)
	}
	return m.mine(strings.Join(parts, " "+m.pen.marks.Dot+" "))
}

// byPeople is an act that is in force, for others.
func (m *Model) byPeople(what string, e *room.Event) string {
	if e == nil {
		return ""
	}
	text := what + " by " + e.Actor + " " + since(m.pen.now, e.At) + " ago"
	if e.Text != "" {
		text += ": " + e.Text
	}
	return text
}

// sinceWhen is since when a signal is as it is.
func (p *pen) sinceWhen(s *room.Signal) string {
	if s.Since.IsZero() {
		return ""
	}
	return "since " + p.clock(s.Since) + " (" + since(p.now, s.Since) + ")"
}

// incidentLine is what the header says, for others.
func (m *Model) incidentLine() string {
	parts := []string{strings.TrimSpace(m.reader.Name() + " " + m.pen.clock(m.pen.now))}
	for _, l := range m.where() {
		if text := strings.TrimPrefix(strings.TrimSpace(l.text), m.pen.marks.Bar); text != "" {
			parts = append(parts, text)
		}
	}
	for _, l := range m.oldest() {
		parts = append(parts, l.text)
	}
	return m.mine(strings.Join(parts, " "+m.pen.marks.Dot+" "))
}

// mine is text that leaves the screen: cleaned, and marked where it tells of a drill, a replay or
// the past.
func (m *Model) mine(text string) string {
	return m.pen.plain(clean.Line(m.played.mark(m.elsewhen()+text), cellLimit))
}
