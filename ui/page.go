package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/theme"
)

// labelWidth is the column of names in a detail.
const labelWidth = 12

// detailRunes and detailLines bound one text in a detail: the longest rule of a
// composite alarm has 10,240 characters.
const (
	detailRunes = 12_000
	detailLines = 400
)

// page collects the lines of a detail, each in exactly its width.
type page struct {
	pen      *pen
	shown    *room.Snapshot
	services map[string]Service
	chart    *chartView
	lookers  string // who else looks at the same; "" if nobody
	width    int
	height   int // rows that can be seen at once, which a chart takes its share of
	lines    []string
}

func (g *page) add(token theme.Token, text string) {
	for _, line := range wrap(g.tidy(text), g.width, detailLines) {
		g.lines = append(g.lines, g.pen.row(g.width, false, false, cell{token: token, text: line, width: flex}))
	}
}

// tidy is text that may be wrapped: cleaned first, so that no break of its own is left.
func (g *page) tidy(text string) string {
	return g.pen.plain(clean.Line(text, detailRunes))
}

func (g *page) blank() { g.lines = append(g.lines, strings.Repeat(" ", g.width)) }

func (g *page) heading(text string) {
	g.blank()
	g.add(theme.Strong, text)
}

// field writes a name and a value, the value wrapped beside the name. An empty
// value is left out.
func (g *page) field(name, value string) { g.fieldIn(theme.Text, name, value) }

func (g *page) fieldIn(token theme.Token, name, value string) {
	if value == "" {
		return
	}
	for i, line := range wrap(g.tidy(value), g.width-labelWidth-1, detailLines) {
		if i > 0 {
			name = ""
		}
		g.lines = append(g.lines, g.pen.row(g.width, false, false,
			cell{token: theme.Muted, text: name, width: labelWidth},
			cell{token: token, text: line, width: flex}))
	}
}

// paragraphs writes longer text, its line breaks kept.
func (g *page) paragraphs(text string) {
	for _, paragraph := range strings.Split(text, "\n") {
		if paragraph == "" {
			g.blank()
			continue
		}
		g.add(theme.Text, paragraph)
	}
}

// header is what every signal has: its state in the world, and apart from it when
// it was last seen and whether that can still be believed.
func (g *page) header(signal *room.Signal) {
	s := g.shown
	mark, token := g.pen.state(signal.State)
	g.add(theme.Strong, signal.Title)
	g.blank()
	g.fieldIn(token, "state", mark+" "+signal.Word)
	g.field("since", fmt.Sprintf("%s (%s)", g.pen.date(signal.Since), since(g.pen.now, signal.Since)))
	seen, every := s.Seen(signal)
	visible := s.Visibility(signal, g.pen.now)
	text := visible.String()
	if !seen.IsZero() {
		text = fmt.Sprintf("%s ago, every %s", since(g.pen.now, seen), age(every))
		if visible != room.Fresh {
			text = "STALE, " + text
		}
	}
	seenToken := theme.Text
	if visible != room.Fresh {
		seenToken = theme.Warning
	}
	g.fieldIn(seenToken, "seen", text)
	if told := since(g.pen.now, signal.Heard); disputed(signal) != "" {
		g.fieldIn(theme.Warning, "pushed", strings.TrimSpace(told+" ago")+"; CloudWatch's API still says "+disputed(signal)+", and is older")
	} else if told != "" {
		g.field("pushed", told+" ago")
	}
	if status := s.Scope(signal.Scope); status != nil {
		g.fieldIn(theme.Warning, "trouble", cause(status, g.pen.now))
	}
	g.queue(signal)
	if g.lookers != "" {
		g.fieldIn(theme.Accent, "here", g.lookers)
	}
	g.field("why", signal.Why())
	g.people(signal)
}

// queue is when AWS pushed something last, where it does.
func (g *page) queue(signal *room.Signal) {
	for _, status := range g.shown.Scopes.List {
		switch {
		case status.Scope.Source != room.PushSource || signal.Kind == room.KindProbe:
		case status.Heard.IsZero():
			g.field("push", "no message on the queue yet; that proves nothing")
		default:
			g.field("push", "last message on the queue "+since(g.pen.now, status.Heard)+" ago; quiet proves nothing")
		}
	}
}

// belongs is whose and where a signal is.
func (g *page) belongs(signal *room.Signal) {
	g.service(signal.Service)
	g.field("region", signal.Region)
	g.field("account", signal.Account)
}

// service is what the catalogue knows of a service of ours: whom to call, and what
// to do.
func (g *page) service(name string) {
	g.field("service", name)
	known, ok := g.services[name]
	if !ok {
		return
	}
	owner := known.Owner
	if known.Contact != "" {
		owner = strings.TrimSpace(owner + " " + known.Contact)
	}
	g.field("owner", owner)
	g.link("runbook", known.Runbook)
}

// link writes an address that a terminal with hyperlinks opens. Any other shows it
// whole, to be copied.
func (g *page) link(name, url string) {
	if url == "" {
		return
	}
	lines := strings.Split(ansi.Hardwrap(g.tidy(url), max(1, g.width-labelWidth-1), false), "\n")
	for i, line := range lines[:min(len(lines), detailLines)] {
		if i > 0 {
			name = ""
		}
		g.lines = append(g.lines, g.pen.row(g.width, false, false,
			cell{token: theme.Muted, text: name, width: labelWidth},
			cell{token: theme.Accent, text: line, width: flex, link: url}))
	}
}
