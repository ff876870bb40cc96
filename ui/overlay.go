package ui

import (
	"strings"

	"warroom/internal/room"
	"warroom/theme"
)

// overlay is what covers the panes.
type overlay int

const (
	overlayNothing overlay = iota
	overlayHelp
	overlayLog
	overlayAudit
	overlayCalls
	overlayLinks // a sheet over the lower end only
)

// overlayEnd scrolls past any end; drawing keeps it within bounds.
const overlayEnd = 1 << 20

// cover opens an overlay, or closes it if it is open.
func (m *Model) cover(with overlay) {
	if m.overlay == with {
		with = overlayNothing
	}
	m.overlay, m.overlayScroll, m.dirty = with, 0, true
}

// covered is the body when an overlay takes all of it, else nil.
func (m *Model) covered(l layout) []string {
	switch m.overlay {
	case overlayHelp:
		return m.scrolled(label{token: theme.Strong, text: "keys, " + m.pen.back + " leaves"}, m.helpLines(max(1, l.body.width-4), max(1, l.body.height-2)), &m.overlayScroll, l.body.width, l.body.height, true)
	case overlayAudit:
		return m.scrolled(label{token: theme.Strong, text: "who came, left and acted, newest first, " + m.pen.back + " leaves"}, m.auditLines(max(1, l.body.width-4)), &m.overlayScroll, l.body.width, l.body.height, true)
	case overlayCalls:
		return m.scrolled(label{token: theme.Strong, text: "what is asked of AWS, " + m.pen.back + " leaves"}, m.callsLines(max(1, l.body.width-4)), &m.overlayScroll, l.body.width, l.body.height, true)
	case overlayLog:
		return m.scrolled(label{token: theme.Strong, text: "log of warroom's own trouble, newest first, this machine's time, " + m.pen.back + " leaves"}, m.logLines(max(1, l.body.width-4)), &m.overlayScroll, l.body.width, l.body.height, true)
	}
	return nil
}

// sheetLeast is how high a body must be for a sheet over its lower end.
const sheetLeast = 6

// sheet is what covers the lower end of the body.
func (m *Model) sheet(width, height int) []string {
	if height < sheetLeast || width < lineColumns {
		return nil
	}
	switch {
	case m.asking == askingCommand:
		return m.palette(width, height)
	case m.pick.open:
		return m.pickSheet(width, height)
	case m.crowd.listed:
		return m.peopleSheet(width, height)
	case m.overlay == overlayLinks:
		return m.links(width, height)
	case m.hinting():
		return m.hintSheet(width, height)
	}
	if _, invited := m.banner(); invited || m.asking != askingNothing {
		return nil
	}
	if above := m.said(width); len(above) > 1 {
		return above[:len(above)-1]
	}
	return nil
}

// sheetEnd is the line of the body before which a sheet ends. The hints leave the
// panes that are summed up below the open one alone.
func (m *Model) sheetEnd(l layout) int {
	if open := l.panes[m.focus]; m.hinting() && m.asking == askingNothing && l.shape == shapeColumn {
		return open.y + open.height - l.body.y
	}
	return l.body.height
}

// helpLines is every action with its keys, in as many columns as are needed.
func (m *Model) helpLines(width, height int) []string {
	var entries [][2]string
	for _, a := range m.actions {
		if a.when == whenPlayed && !m.played.on() {
			continue
		}
		keys := strings.Join(a.keys, " ")
		if keys == "" {
			keys = ":" + a.id
		}
		entries = append(entries, [2]string{keys, a.title})
	}
	columns := clamp((len(entries)+height-1)/height, 1, max(1, width/helpColumn))
	perColumn := (len(entries) + columns - 1) / columns
	lines := make([]string, 0, perColumn)
	for row := range perColumn {
		line, used := "", 0
		for c := range columns {
			wide := width / columns
			if c == columns-1 {
				wide = width - used
			}
			used += wide
			at := c*perColumn + row
			if at >= len(entries) {
				line += strings.Repeat(" ", wide)
				continue
			}
			line += m.pen.row(wide, false, false,
				cell{token: theme.Accent, text: entries[at][0], width: 16},
				cell{token: theme.Text, text: entries[at][1], width: flex},
				cell{width: 1})
		}
		lines = append(lines, line)
	}
	return lines
}

// helpColumn is how wide a column of the help must be.
const helpColumn = 86

// logShown is how many lines of the log are laid out: each takes a few rows, and nobody
// scrolls further; the file has them all.
const logShown = 200

// logLines is the program's own log, newest first.
func (m *Model) logLines(width int) []string {
	g := &page{pen: &m.pen, width: width}
	m.custodyLines(g)
	var log []LogLine
	if m.log != nil {
		log = m.log()
	}
	log = log[max(0, len(log)-logShown):]
	for i := len(log) - 1; i >= 0; i-- {
		token := theme.Text
		if log[i].Level != "INFO" {
			token = theme.Warning
		}
		g.fieldIn(token, m.pen.moment(log[i].At)+" "+log[i].Level[:min(1, len(log[i].Level))], log[i].Text)
	}
	if len(log) == 0 {
		g.add(theme.Muted, "warroom has had no trouble of its own since it was started")
	}
	g.blank()
	g.add(theme.Muted, "the causes, in the words of the libraries, are in the file of --log FILE")
	return g.lines
}

// links shows where the selected row can be opened, whole, to be clicked or copied.
func (m *Model) links(width, height int) []string {
	g := &page{pen: &m.pen, shown: m.shown, services: m.services, width: width - 4}
	for _, l := range m.linksOf() {
		g.link(l.name, l.url)
	}
	lines := g.lines[:min(len(g.lines), height-2)]
	box := frame{labels: []label{{token: theme.Strong, text: "open in a browser"}, {token: theme.Muted, text: m.keyOf("copy") + " copies the first, " + m.pen.back + " leaves"}}, lines: lines, focused: true}
	return box.draw(&m.pen, width)
}

// namedLink is one address of a row.
type namedLink struct{ name, url string }

// linksOf is where the selected row can be opened.
func (m *Model) linksOf() []namedLink {
	it, ok := m.panes[m.focus].selected()
	switch {
	case !ok:
		return nil
	case it.signal != nil:
		return m.linksFor(it.signal)
	case it.event.Signal != nil:
		return m.linksFor(it.event.Signal)
	}
	return nil
}

// linksFor is where a signal can be opened: AWS's console or the endpoint itself, and
// the runbook of its service.
func (m *Model) linksFor(signal *room.Signal) []namedLink {
	var links []namedLink
	for _, l := range []namedLink{
		{"console", consoleURL(signal)}, {"target", targetURL(signal)}, {"runbook", m.services[signal.Service].Runbook},
	} {
		if l.url != "" {
			links = append(links, l)
		}
	}
	return links
}
