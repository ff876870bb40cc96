package ui

import (
	"fmt"
	"strings"
	"time"

	"warroom/internal/room"
	"warroom/theme"
)

// timelineRow: 14:01:03 ✖ alarm checkout-5xx OK → ALARM   us-east-1
func timelineRow(p *pen, s *room.Snapshot, it item) []cell {
	mark, token, text := p.lineLook(s, it)
	cells := []cell{
		{token: theme.Muted, text: p.moment(it.event.At), width: 8, rank: 1},
		{token: token, text: mark, width: 1},
		{token: text, text: p.told(it.event) + p.lineText(s, it), width: flex, field: fieldName, least: 24},
	}
	if it.event.Act() {
		return cells // what people do has no place, and more to say
	}
	account, region := eventPlace(it.event)
	if p.many {
		cells = append(cells, p.account(account))
	}
	return append(cells, p.region(region, 10, 2))
}

// lineLook is the mark of a row of the timeline, its colour, and that of its text.
func (p *pen) lineLook(s *room.Snapshot, it item) (mark string, token, text theme.Token) {
	mark, token = p.eventLook(it.event)
	switch last := it.events()[len(it.events())-1]; {
	case s.Pending(last):
		return p.marks.Pending, theme.Pending, theme.Pending
	case s.Timeline.Retracted[it.event.ID] != nil:
		return mark, theme.Muted, theme.Muted
	}
	return mark, token, theme.Text
}

// lineText is a row of the timeline in words.
func (p *pen) lineText(s *room.Snapshot, it item) string {
	text := p.eventText(it.event)
	switch {
	case it.folded:
		text = p.runText(it.run)
	case it.run != nil:
		text = p.marks.Vertical + " " + text // it can be folded again
	}
	if back := s.Timeline.Retracted[it.event.ID]; back != nil {
		text += " (taken back by " + back.Actor + ")"
	}
	return text
}

// toldLate is how much later than it happened something must have become known for the
// timeline to say so. AWS's posts are the reason, which begin in the past, and messages that were held up.
const toldLate = 5 * time.Minute

// told says when something became known that had happened long before: the timeline is
// in the order of the world, and who knew first must not be read from it the wrong way.
func (p *pen) told(e *room.Event) string {
	known := e.Stamp.Time()
	if e.Type != room.EventSignal || known.Sub(e.At) < toldLate || e.Signal.Kind != room.KindHealth && e.Signal.Heard.IsZero() {
		return ""
	}
	return "told " + p.moment(known)[:5] + p.marks.Separator + " "
}

func eventPlace(e *room.Event) (account, region string) {
	if e.Signal != nil {
		return e.Signal.Account, e.Signal.Region
	}
	return e.Scope.Account, e.Scope.Region
}

// eventLook is the mark of an event by its kind, and its colour.
func (p *pen) eventLook(e *room.Event) (string, theme.Token) {
	switch e.Type {
	case room.EventSignal:
		if e.Gone {
			return p.marks.Absent, theme.Muted
		}
		return p.state(e.Signal.State)
	case room.EventScope:
		if e.Trouble != nil {
			return p.marks.Stale, theme.Warning
		}
		return p.marks.OK, theme.Muted
	case room.EventAck:
		return p.marks.Ack, theme.Accent
	case room.EventClaim:
		return p.marks.Claim, theme.Accent
	case room.EventMark:
		return p.marks.Change, theme.Accent
	case room.EventUnack, room.EventRelease, room.EventRetract:
		return p.marks.Back, theme.Muted
	}
	return p.marks.Note, theme.Accent
}

// eventText is one event as one line.
func (p *pen) eventText(e *room.Event) string {
	switch e.Type {
	case room.EventSignal:
		return p.changeText(e)
	case room.EventScope:
		if e.Trouble != nil {
			return e.Trouble.What + ": " + e.Trouble.Why
		}
		return e.Scope.String() + " can be read again"
	}
	return actText(e, e.Subject)
}

func (p *pen) changeText(e *room.Event) string {
	signal := e.Signal
	name := string(signal.Kind) + " " + signal.Title
	switch {
	case e.Gone:
		return name + " is gone, was " + e.WasTo
	case e.WasNew:
		return name + " is " + signal.Word + because(signal.Why())
	case turned(e):
		was, is := e.WasTo, signal.Word
		if was == is { // an issue of AWS's stays OPEN while it gets worse
			was, is = was+" ("+e.Was.String()+")", is+" ("+signal.State.String()+")"
		}
		text := name + " " + was + " " + p.marks.Arrow + " " + is + because(signal.Why())
		if probe, ok := signal.Detail.(*room.ProbeDetail); ok && e.WasBy != "" && probe.Certificate != nil {
			text += ", with another certificate: " + thumb(probe.Certificate.Fingerprint) + " in place of " + thumb(e.WasBy)
		}
		return text
	}
	probe, ok := signal.Detail.(*room.ProbeDetail)
	if ok && e.Wrote && probe.Answers != nil && e.WasBy == "" {
		return name + " answers otherwise: " + strings.Join(probe.Answers, ", ")
	}
	if ok && e.Wrote && probe.Certificate != nil {
		c := probe.Certificate
		text := fmt.Sprintf("%s shows another certificate: %s until %s, %s", name, c.Subject, c.Expires.UTC().Format(time.DateOnly), thumb(c.Fingerprint))
		if e.WasBy != "" { // journals of older versions do not have it
			text += " in place of " + thumb(e.WasBy)
		}
		return text
	}
	return name + " updated" + because(signal.Why())
}

// thumb is the beginning of a fingerprint, by which people tell two apart.
func thumb(fingerprint string) string { return fingerprint[:min(len(fingerprint), 12)] }

// actText is what somebody did, to what is called subject.
func actText(e *room.Event, subject string) string {
	text := e.Text
	if text != "" {
		text = ": " + text
	}
	switch e.Type {
	case room.EventMark:
		return e.Actor + " announced" + text
	case room.EventAck:
		return e.Actor + " acknowledged " + subject + text
	case room.EventUnack:
		return e.Actor + " took back the acknowledgement of " + subject + text
	case room.EventClaim:
		return e.Actor + " is on " + subject + text
	case room.EventRelease:
		return e.Actor + " released " + subject + text
	case room.EventRetract:
		return e.Actor + " took back: " + subject
	}
	if subject != "" {
		return e.Actor + " on " + subject + text
	}
	return e.Actor + text
}

// runText is a run as one line: 37 alarms in us-east-1 → ALARM.
func (p *pen) runText(run []*room.Event) string {
	first, last := run[0], run[len(run)-1]
	several := len(item{event: first, run: run, folded: true}.abouts())
	text := ""
	switch {
	case first.Signal == nil && first.Type == room.EventRetract:
		text = actText(first, plural(len(run), "line"))
	case first.Signal == nil && several == 0:
		text = actText(first, "") + fmt.Sprintf(" (%s)", plural(len(run), "time"))
	case first.Signal == nil:
		text = actText(first, plural(several, "signal"))
	default:
		text = countOf(several, first.Signal.Kind)
		if first.Signal.Region != "" {
			text += " in " + first.Signal.Region
		}
		if first.Gone {
			text += " are gone"
		} else {
			text += " " + p.marks.Arrow + " " + first.Signal.Word
		}
	}
	if took := last.At.Sub(first.At); took >= time.Minute {
		text += " within " + age(took)
	}
	return text
}
