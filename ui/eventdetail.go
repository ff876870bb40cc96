package ui

import (
	"fmt"
	"time"

	"warroom/internal/room"
	"warroom/theme"
)

func eventDetail(g *page, it item) {
	if it.folded {
		runDetail(g, it)
		return
	}
	p, e, line := g.pen, it.event, g.shown.Timeline
	mark, token, _ := p.lineLook(g.shown, item{event: e})
	g.add(token, mark+" "+p.lineText(g.shown, item{event: e}))
	g.blank()
	g.field("happened", p.date(e.At))
	g.field("recorded", p.date(e.Stamp.Time()))
	g.field("by", e.Actor)
	g.kept(e)
	if pin := line.Pinned[e.ID]; pin != nil {
		g.field("pinned", g.byWhom(pin))
	}
	if back := line.Retracted[e.ID]; back != nil {
		g.fieldIn(theme.Warning, "taken back", g.byWhom(back))
	}
	g.field("about", e.Subject)
	g.field("event", e.ID.String())
	if e.Type == room.EventScope {
		g.field("scope", e.Scope.String())
		if e.Trouble != nil {
			g.field("what", e.Trouble.What)
			g.field("why", e.Trouble.Why)
			g.field("next", e.Trouble.Next)
		}
	}
	if e.Signal == nil {
		return
	}
	for _, pane := range newPanes() {
		if pane.shows(e.Signal.Kind) {
			g.heading(string(e.Signal.Kind) + " as it was then")
			pane.details(g, item{signal: e.Signal})
		}
	}
}

// kept says of an event of this room whether it is on disk. A room without a disk says
// nothing.
func (g *page) kept(e *room.Event) {
	switch {
	case g.shown.Keeping.Node == "" || e.ID.Node != g.shown.Keeping.Node:
	case g.shown.Pending(e):
		g.fieldIn(theme.Pending, "kept", g.pen.marks.Pending+" not on disk yet")
	default:
		g.field("kept", "on disk")
	}
}

// byWhom is who did something, and when.
func (g *page) byWhom(e *room.Event) string {
	return fmt.Sprintf("by %s %s ago, %s", e.Actor, since(g.pen.now, e.At), g.pen.date(e.At))
}

// runLimit is how many lines of a run its detail lists; the rest is counted.
const runLimit = 500

// runDetail lists the lines that were folded into one row.
func runDetail(g *page, it item) {
	mark, token, _ := g.pen.lineLook(g.shown, it)
	first, last := it.run[0], it.run[len(it.run)-1]
	g.add(token, mark+" "+g.pen.runText(it.run))
	g.blank()
	g.field("from", g.pen.date(first.At))
	g.field("to", g.pen.date(last.At))
	g.field("by", first.Actor)
	g.heading(plural(len(it.run), "line") + ", oldest first")
	for _, e := range it.run[:min(len(it.run), runLimit)] {
		g.line(e, g.pen.eventText(e))
	}
	if rest := len(it.run) - runLimit; rest > 0 {
		g.add(theme.Muted, fmt.Sprintf("and %d more", rest))
	}
}

// historyLimit is how many timeline lines a detail repeats.
const historyLimit = 20

// history lists what the timeline has about one signal, newest first.
func (g *page) history(key string) {
	listed := 0
	for i := len(g.shown.Timeline.Events) - 1; i >= 0 && listed < historyLimit; i-- {
		e := g.shown.Timeline.Events[i]
		if aboutOf(e) != key {
			continue
		}
		if listed == 0 {
			g.heading("history")
		}
		listed++
		g.line(e, g.aboutIt(e))
	}
}

// aboutIt is an event as the details of its own signal tell it.
func (g *page) aboutIt(e *room.Event) string {
	switch {
	case !e.Act():
		return g.pen.told(e) + g.pen.eventText(e)
	case e.Type == room.EventNote:
		return actText(e, "")
	case e.Type == room.EventRetract:
		return e.Actor + " took a note back"
	}
	return actText(e, "it")
}

// line is a line of the timeline within a detail, all of it.
func (g *page) line(e *room.Event, text string) {
	mark, token, _ := g.pen.lineLook(g.shown, item{event: e})
	if token != theme.Pending {
		token = theme.Text
	}
	if back := g.shown.Timeline.Retracted[e.ID]; back != nil {
		token, text = theme.Muted, text+" (taken back by "+back.Actor+")"
	}
	if g.pen.now.Sub(e.At) > 24*time.Hour {
		text = g.pen.date(e.At)[:len(time.DateOnly)] + " " + text
	}
	g.fieldIn(token, g.pen.moment(e.At), mark+" "+text)
}

// standingWords say where a signal stands between the world and the people in the room.
// The acknowledgement itself says that it is there.
var standingWords = map[room.Standing]string{
	room.Unacknowledged: "nobody has acknowledged it",
	room.Cleared:        clearedWord + ": over before anybody had acknowledged it",
}

// people is what people made of a signal.
func (g *page) people(signal *room.Signal) {
	token := theme.Text
	if signal.Standing == room.Cleared {
		token = theme.Unseen
	}
	g.fieldIn(token, "standing", standingWords[signal.Standing])
	g.act("acknowledged", signal.Ack)
	g.act("claimed", signal.Claim)
}

// act is who did something that is in force, since when, and what they said.
func (g *page) act(name string, e *room.Event) {
	if e == nil {
		return
	}
	text := g.byWhom(e)
	if e.Text != "" {
		text += ": " + e.Text
	}
	if g.shown.Pending(e) {
		g.fieldIn(theme.Pending, name, g.pen.marks.Pending+" "+text+" (not on disk yet)")
		return
	}
	g.field(name, text)
}
