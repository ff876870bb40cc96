package ui

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"

	"warroom/internal/room"
	"warroom/theme"
)

// newPanes makes the four panes, in the order of their numbers.
func newPanes() [paneCount]*pane {
	panes := [paneCount]*pane{
		{name: "AWS Health", kind: room.KindHealth, sources: []string{"health"}, columns: healthRow, details: healthDetail},
		{name: "Alarms", kind: room.KindAlarm, sources: []string{"cloudwatch"}, columns: alarmRow, details: alarmDetail},
		{name: "Probes", kind: room.KindProbe, sources: []string{"probe"}, columns: probeRow, details: probeDetail},
		{name: "Timeline", tail: true, columns: timelineRow, details: eventDetail},
	}
	for i, p := range panes {
		p.number = i
	}
	return panes
}

// look is the mark, word and colour of a signal as it can be seen now: what cannot
// be seen any more is STALE, with its last state beside its name.
func (p *pen) look(s *room.Snapshot, signal *room.Signal) (mark, word string, token theme.Token, title string) {
	if s.Visibility(signal, p.now) != room.Fresh {
		return p.marks.Stale, "STALE", theme.Stale, "was " + signal.Word + ": " + signal.Title
	}
	mark, token = p.state(signal.State)
	return mark, signal.Word, token, signal.Title
}

// region is the column of a region: its name, or in little room its code.
func (p *pen) region(name string, width, rank int) cell {
	return cell{token: theme.Muted, text: name, width: width, field: fieldRegion, rank: rank, brief: regionCode(name), small: regionCodeWidth}
}

// accountWidth fits the twelve digits; the last four tell accounts apart in little room.
const accountWidth, accountEnd = 12, 4

// account is the column of an account. Where several are watched, it tells rows apart
// that are alike otherwise, and stays for as long as it can.
func (p *pen) account(name string) cell {
	c := cell{token: theme.Muted, text: name, width: accountWidth, field: fieldAccount, rank: 7}
	if p.many {
		c.rank, c.small = 2, accountEnd
		c.brief = name[max(0, len(name)-accountEnd):]
	}
	return c
}

// healthRow: ✖ OPEN DynamoDB operational issue   us-east-1   42m
func healthRow(p *pen, s *room.Snapshot, it item) []cell {
	mark, word, token, title := p.look(s, it.signal)
	quiet := theme.Text
	if it.signal.State == room.OK {
		quiet = theme.Muted
	}
	return []cell{
		{token: token, text: mark, width: 1},
		{token: token, text: word, width: 8, field: fieldState, rank: 1},
		{token: quiet, text: title, width: flex, field: fieldName},
		p.region(it.signal.Region, 14, 2),
		{token: theme.Muted, text: since(p.now, it.signal.Since), width: 6, right: true},
	}
}

// alarmRow: ✖ ALARM checkout-5xx   checkout   prod us-east-1   41m
func alarmRow(p *pen, s *room.Snapshot, it item) []cell {
	mark, word, token, title := p.look(s, it.signal)
	quiet := theme.Text
	if it.signal.State == room.OK {
		quiet = theme.Muted
	}
	cells := []cell{
		{token: token, text: mark, width: 1},
		{token: token, text: word, width: 7, field: fieldState, rank: 1},
		{token: quiet, text: title, width: flex, field: fieldName, least: 20},
	}
	if spare := p.spare(); spare > 0 && it.signal.State != room.OK {
		cells = append(cells, cell{token: theme.Muted, text: brief(it.signal.Reason), width: spare})
	} else if spare > 0 {
		cells = append(cells, cell{width: spare})
	}
	return append(cells,
		cell{token: theme.Muted, text: it.signal.Service, width: 12, field: fieldService, rank: 6},
		p.account(it.signal.Account),
		p.region(it.signal.Region, 14, 2),
		cell{token: theme.Muted, text: since(p.now, it.signal.Since), width: 6, right: true, rank: 3})
}

// What a pane must be wide to have room to spare for reasons, and the most that they get.
const spareFrom, spareMost = 90, 60

// spare is the width that the rows of a wide pane give to reasons.
func (p *pen) spare() int {
	return clamp(p.wide-spareFrom, 0, spareMost)
}

// sparkWidth is how many readings a row draws, and sparkLeast how many where there is
// little room.
const sparkWidth, sparkLeast = 12, 6

// probeRow: ✖ DOWN checkout   us-east-1   503 in 1.2s   ▁▁▂█▇▇   92.1%
func probeRow(p *pen, s *room.Snapshot, it item) []cell {
	mark, word, token, title := p.look(s, it.signal)
	title = strings.TrimSuffix(title, "-"+it.signal.Region) // the region has a column of its own
	reading, share := "", ""
	if n := len(it.signal.Samples); n > 0 {
		reading = strings.TrimPrefix(p.plain(it.signal.Samples[n-1].Text), "connected ")
		if percent, ok := uptime(it.signal.Samples); ok {
			share = fmt.Sprintf("%.1f%%", percent)
		}
	}
	return []cell{
		{token: token, text: mark, width: 1},
		{token: token, text: word, width: 5, field: fieldState, rank: 1},
		{token: theme.Text, text: title, width: flex, field: fieldName},
		p.region(it.signal.Region, 10, 3),
		{token: theme.Text, text: reading, width: 13 + p.spare(), rank: 2},
		{token: theme.Muted, text: p.spark(it.signal.Samples, sparkWidth), width: sparkWidth, rank: 5,
			brief: p.spark(it.signal.Samples, sparkLeast), small: sparkLeast},
		{token: theme.Muted, text: share, width: 6, right: true, rank: 4},
	}
}

// steady is how many times the fastest reading the top of a small chart is at
// least, so that an even endpoint draws a low and even line.
const steady = 3

// spark draws the newest readings as a small chart, its top the slowest of all that
// are kept. A reading without a time is a gap, a failed look a cross.
func (p *pen) spark(samples []room.Sample, width int) string {
	var slowest, fastest int64 = 1, math.MaxInt64 / steady
	for _, s := range samples {
		if s.Total > 0 {
			slowest, fastest = max(slowest, int64(s.Total)), min(fastest, int64(s.Total))
		}
	}
	slowest = max(slowest, steady*min(fastest, slowest))
	samples = samples[max(0, len(samples)-width):]
	glyphs := p.marks.Spark
	line := make([]byte, 0, 3*width)
	for range width - len(samples) {
		line = append(line, ' ')
	}
	for _, s := range samples {
		switch {
		case s.State == room.Critical:
			line = append(line, p.marks.Times...) // how fast it failed says nothing
		case s.Total < 0:
			line = append(line, p.marks.Gap...)
		default:
			line = append(line, glyphs[int(int64(s.Total)*int64(len(glyphs)-1)/slowest)]...)
		}
	}
	return string(line)
}

// timelineRow: 14:01:03 ✖ alarm checkout-5xx OK → ALARM   us-east-1
func timelineRow(p *pen, _ *room.Snapshot, it item) []cell {
	mark, token := p.eventLook(it.event)
	cells := []cell{
		{token: theme.Muted, text: p.moment(it.event.At), width: 8, rank: 1},
		{token: token, text: mark, width: 1},
		{token: theme.Text, text: p.told(it.event) + p.eventText(it.event), width: flex, field: fieldName, least: 24},
	}
	account, region := eventPlace(it.event)
	if p.many {
		cells = append(cells, p.account(account))
	}
	return append(cells, p.region(region, 10, 2))
}

// toldLate is how much later than it happened something must have become known for the
// timeline to say so. AWS's posts are the reason: they begin in the past.
const toldLate = 5 * time.Minute

// told says when something became known that had happened long before: the timeline is
// in the order of the world, and who knew first must not be read from it the wrong way.
func (p *pen) told(e *room.Event) string {
	known := e.Stamp.Time()
	if e.Type != room.EventSignal || known.Sub(e.At) < toldLate || e.Signal.Kind != room.KindHealth {
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

func (p *pen) eventLook(e *room.Event) (string, theme.Token) {
	switch {
	case e.Act():
		return p.marks.Note, theme.Accent
	case e.Type == room.EventScope && e.Trouble != nil:
		return p.marks.Stale, theme.Warning
	case e.Type == room.EventScope:
		return p.marks.OK, theme.Muted
	case e.Gone:
		return p.marks.Absent, theme.Muted
	}
	return p.state(e.Signal.State)
}

// eventText is one event as one line.
func (p *pen) eventText(e *room.Event) string {
	switch {
	case e.Act():
		if e.Subject != "" {
			return e.Actor + " on " + e.Subject + ": " + e.Text
		}
		return e.Actor + ": " + e.Text
	case e.Type == room.EventScope:
		if e.Trouble != nil {
			return e.Trouble.What + ": " + e.Trouble.Why
		}
		return e.Scope.String() + " can be read again"
	}
	signal := e.Signal
	name := string(signal.Kind) + " " + signal.Title
	switch {
	case e.Gone:
		return name + " is gone, was " + e.WasTo
	case e.WasNew:
		return name + " is " + signal.Word + because(signal.Reason)
	case e.Was != signal.State || e.WasTo != signal.Word:
		return name + " " + e.WasTo + " " + p.marks.Arrow + " " + signal.Word + because(signal.Reason)
	}
	return name + " updated" + because(signal.Reason)
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + brief(reason)
}

// CloudWatch's reasons, of which a row needs the value and the threshold, or the name.
// Source: the StateReason of metric and composite alarms in DescribeAlarms.
var (
	crossed = regexp.MustCompile(`^Threshold Crossed: .*?\[(-?[0-9.E+-]+) .*?\]? ?(?:was|were) (not )?(greater|less) than (?:or equal to )?the threshold \((-?[0-9.E+-]+)\)`)
	caused  = regexp.MustCompile(`^arn:[^ ]*:alarm:([^ ]+) transitioned to ([A-Z_]+)`)
)

// brief is a reason in few words, for rows. The details have it whole.
func brief(reason string) string {
	if found := crossed.FindStringSubmatch(reason); found != nil {
		sign := map[string]string{"greater": ">", "less": "<", "not greater": "not >", "not less": "not <"}[found[2]+found[3]]
		return strings.TrimSuffix(found[1], ".0") + " " + sign + " " + strings.TrimSuffix(found[4], ".0")
	}
	if found := caused.FindStringSubmatch(reason); found != nil {
		return "because of " + found[1] + " in " + found[2]
	}
	return reason
}
