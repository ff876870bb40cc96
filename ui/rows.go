package ui

import (
	"fmt"
	"strings"

	"warroom/internal/room"
	"warroom/theme"
)

// newPanes makes the four panes, in the order of their numbers.
func newPanes() [paneCount]*pane {
	panes := [paneCount]*pane{
		{name: "AWS Health", kind: room.KindHealth, sources: []string{"health", "feed"}, columns: healthRow, details: healthDetail},
		{name: "Alarms", kind: room.KindAlarm, sources: []string{"cloudwatch"}, columns: alarmRow, details: alarmDetail},
		{name: "Probes", kind: room.KindProbe, made: room.KindGroup, sources: []string{"probe", "group"}, columns: probeRow, details: probeDetail},
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
	mark, token = p.state(signal.State)
	word = signal.Word
	if cleared(signal) {
		mark, word, token = p.marks.Cleared, clearedWord, theme.Unseen
	}
	if s.Visibility(signal, p.now) != room.Fresh {
		return p.marks.Stale, "STALE", theme.Stale, "was " + word + ": " + signal.Title
	}
	return mark, word, token, signal.Title
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

// healthRow: ✖ OPEN DynamoDB operational issue   us-east-1   42m, and where some rows are
// from public feeds, which ones: ✖ OPEN DynamoDB: Errors   public feed   us-east-1   42m
func healthRow(p *pen, s *room.Snapshot, it item) []cell {
	mark, word, token, title := p.look(s, it.signal)
	cells := []cell{
		{token: token, text: mark, width: 1},
		{token: token, text: word, width: 8, field: fieldState, rank: 1},
		{token: calmer(it.signal), text: title, width: flex, field: fieldName},
	}
	if p.public {
		cells = append(cells, p.origin(it.signal))
	}
	cells = append(cells, p.region(it.signal.Region, 14, 2),
		cell{token: theme.Muted, text: since(p.now, it.signal.Since), width: 6, right: true})
	return p.withPeople(cells, s, it.signal)
}

// alarmRow: ✖ ALARM checkout-5xx   checkout   prod us-east-1   41m
func alarmRow(p *pen, s *room.Snapshot, it item) []cell {
	mark, word, token, title := p.look(s, it.signal)
	cells := []cell{
		{token: token, text: mark, width: 1},
		{token: token, text: word, width: 7, field: fieldState, rank: 1},
		{token: calmer(it.signal), text: pushed(it.signal) + silenced(it.signal) + title, width: flex, field: fieldName, least: 20},
	}
	if spare := p.spare(); spare > 0 {
		cells = append(cells, cell{token: theme.Muted, text: p.aside(s, it.signal), width: spare})
	}
	cells = append(cells,
		cell{token: theme.Muted, text: it.signal.Service, width: 12, field: fieldService, rank: 6},
		p.account(it.signal.Account),
		p.region(it.signal.Region, 14, 2),
		cell{token: theme.Muted, text: since(p.now, it.signal.Since), width: 6, right: true, rank: 3})
	return p.withPeople(cells, s, it.signal)
}

// aside is whether CloudWatch's API says something else, until when an alarm is silenced,
// and why it is in its state unless that is well.
func (p *pen) aside(s *room.Snapshot, alarm *room.Signal) string {
	until := p.silencedUntil(s, alarm)
	if still := disputed(alarm); still != "" {
		return "told by push, CloudWatch's API still says " + still
	}
	switch {
	case alarm.State == room.OK:
		return until
	case until == "":
		return brief(alarm.Reason)
	}
	return until + because(alarm.Reason)
}

// What a pane must be wide to have room to spare for reasons, and the most that they get.
const spareFrom, spareMost = 90, 60

// spare is the width that the rows of a wide pane give to reasons.
func (p *pen) spare() int {
	from := spareFrom
	if p.people {
		from += whoWidth + 3 // with the column of marks, and the blanks before both
	}
	return clamp(p.wide-from, 0, spareMost)
}

// probeRow: ✖ DOWN checkout   us-east-1   503 in 1.2s   ▁▁▂█▇▇   92.1%
func probeRow(p *pen, s *room.Snapshot, it item) []cell {
	mark, word, token, title := p.look(s, it.signal)
	title = withoutRegion(title, it.signal.Region)
	reading, share := "", ""
	trend := trendOf(it.signal.Series)
	chart, small := p.spark(&trend, sparkWidth), p.spark(&trend, sparkLeast)
	if group, ok := it.signal.Detail.(*room.GroupDetail); ok { // it has no readings of its own
		reading = upIn(group)
		if group.Unjudged > 0 {
			chart, small = fmt.Sprintf("%d not judged", group.Unjudged), fmt.Sprintf("%d ?", group.Unjudged)
		}
	}
	if last, ok := it.signal.Series.Last(); ok {
		reading = strings.TrimPrefix(p.plain(last.Text), "connected ")
		if percent, ok := trend.uptime(); ok {
			share = fmt.Sprintf("%.1f%%", percent)
		}
	}
	wordWidth, name := 5, theme.Text
	if p.longWords {
		wordWidth = len(clearedWord)
	}
	if it.signal.Standing == room.Acknowledged {
		name = theme.Muted
	}
	cells := []cell{
		{token: token, text: mark, width: 1},
		{token: token, text: word, width: wordWidth, field: fieldState, rank: 1},
		{token: name, text: title, width: flex, field: fieldName},
		p.region(it.signal.Region, 10, 3),
		{token: theme.Text, text: reading, width: 13 + p.spare(), rank: 2},
		{token: theme.Muted, text: chart, width: sparkWidth, rank: 5, brief: small, small: sparkLeast},
		{token: theme.Muted, text: share, width: 6, right: true, rank: 4},
	}
	return p.withPeople(cells, s, it.signal)
}

// withoutRegion leaves the region out of a name, since it has a column of its own: it ends the
// name of a probe, stands before the address of one of several, or is what a group is of.
func withoutRegion(title, region string) string {
	if region == "" {
		return title
	}
	for _, end := range []string{"-", " "} {
		title = strings.TrimSuffix(title, end+region)
	}
	return strings.Replace(title, "-"+region+" ", " ", 1)
}
