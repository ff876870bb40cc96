package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/internal/triage"
	"warroom/theme"
)

// header is the two lines that answer "how bad, where, since when":
//
//	WARROOM prod │ ✖ 3 health 41 alarms 6 probes │ oldest data 12s │ 14:03:22Z
//	▌us-east-1 ✖ 41 alarms 6 probes │ eu-west-1 ✖ 1 alarm │ since 13:21:40Z (42m), probe orders
func (m *Model) header(width int) []string {
	where := m.where()
	if triage.Condition(m.shown, m.pen.now) != room.InTrouble {
		where = append(m.unkept(), where...)
	}
	return []string{
		m.lead(width, m.facts(), label{token: theme.Strong, text: m.hour()}),
		m.spread(width, where, label{}),
	}
}

// spread lays labels out from the left, with bars between them and one label at
// the right end. Labels for which there is no room are left out.
func (m *Model) spread(width int, labels []label, last label) string {
	bar := " " + m.pen.theme.Paint(theme.Border, m.pen.marks.Separator) + " "
	rest := width - 1
	if last.text != "" {
		rest -= ansi.StringWidth(last.text) + 2
	}
	var out strings.Builder
	out.WriteByte(' ')
	for i, l := range labels {
		l.text = padded(l.text)
		lead := 3
		if i == 0 {
			lead = 0
		}
		wide := ansi.StringWidth(l.text)
		if lead+wide > rest {
			if room := rest - lead; room >= flexLeast {
				out.WriteString(strings.Repeat(bar, min(i, 1)) + m.pen.theme.Paint(l.token, m.pen.fit(l.text, room, false)))
				rest = 0
			}
			break
		}
		out.WriteString(strings.Repeat(bar, min(i, 1)) + m.pen.theme.Paint(l.token, l.text))
		rest -= lead + wide
	}
	out.WriteString(strings.Repeat(" ", max(0, rest)))
	if last.text != "" && width > ansi.StringWidth(last.text)+2 {
		out.WriteString(" " + m.pen.theme.Paint(last.token, last.text) + " ")
	}
	return out.String()
}

// padded cleans a label's text but keeps the blanks around it, which make a badge.
func padded(text string) string {
	if trimmed := strings.Trim(text, " "); trimmed != text {
		return " " + clean.Line(trimmed, cellLimit) + " "
	}
	return clean.Line(text, cellLimit)
}

// facts is the first line: what this is, whether it is live, how much is bad, and
// how old the oldest thing is that it relies on.
func (m *Model) facts() []label {
	name := strings.TrimSpace("WARROOM " + m.reader.Name())
	badge, short := theme.Badge, "WARROOM"
	if m.played.on() {
		name, badge, short = m.played.mark(m.played.name), theme.Drill, m.played.word
	}
	if m.width < gridColumns && (m.standsStill() || m.played.on()) {
		name = short // what stands still, and how bad it is, matter more than a name
	}
	labels := append([]label{{token: badge, text: " " + name + " "}}, m.stillness()...)
	if m.played.on() && !m.past.travels() {
		labels = append(labels, m.pace())
	}
	labels = append(labels, m.custody()...)
	labels = append(labels, m.tally())
	return append(append(labels, m.people()...), m.oldest()...)
}

// oldest is how old the oldest thing is that the screen relies on; what was never
// seen has no age, and is counted.
func (m *Model) oldest() []label {
	token, text := theme.Muted, ""
	if oldest, ok := m.shown.Oldest(m.pen.now); ok {
		text = "oldest data " + age(oldest)
	}
	if len(m.shown.Unseen(m.pen.now)) > 0 {
		token = theme.Warning
	}
	never := 0
	for _, status := range m.shown.Scopes.List {
		if status.Seen.IsZero() {
			never++
		}
	}
	if never > 0 {
		text = strings.TrimPrefix(text+", ", ", ") + plural(never, "scope") + " never seen"
	}
	if text == "" {
		return nil
	}
	return []label{{token: token, text: text}}
}

// nouns are the kinds as people count them.
var nouns = map[room.Kind][2]string{
	room.KindHealth: {"health", "health"}, room.KindAlarm: {"alarm", "alarms"}, room.KindProbe: {"probe", "probes"},
	room.KindGroup: {"group", "groups"},
}

// countOf writes a number of signals of a kind.
func countOf(n int, kind room.Kind) string {
	noun := nouns[kind][1]
	if n == 1 {
		noun = nouns[kind][0]
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// tally is everything that is critical in what is shown, by kind.
func (m *Model) tally() label { return m.tallyOf(m.shown, m.pen.now) }

func (m *Model) tallyOf(s *room.Snapshot, now time.Time) label {
	if s.Disconnected() != nil { // nothing else can be blamed for what is not reached
		return label{token: theme.Critical, text: m.pen.marks.Critical + " our own connection is down"}
	}
	var parts []string
	for _, kind := range room.Kinds {
		if n := s.Of(kind).States[room.Critical]; n > 0 {
			parts = append(parts, countOf(n, kind))
		}
	}
	switch triage.Condition(s, now) {
	case room.InTrouble:
		return label{token: theme.Critical, text: m.pen.marks.Critical + " " + strings.Join(parts, " ")}
	case room.Blind:
		if len(triage.CloudWatch(s, now)) > 0 {
			return label{token: theme.Unknown, text: m.pen.marks.Unknown + " " + blindWords}
		}
		return label{token: theme.Unknown, text: m.pen.marks.Unknown + " not everything can be seen"}
	}
	return label{token: theme.OK, text: m.pen.marks.OK + " calm"}
}

// hit is how much is critical in one region.
type hit struct {
	region string
	counts map[room.Kind]int
	total  int
	first  *room.Signal // whose trouble began first
}

// earlier says whether a signal tells better when trouble began. What we measured
// ourselves comes before what AWS says of itself, which it does after the fact.
func (h *hit) earlier(s *room.Signal) bool {
	switch {
	case h.first == nil:
		return true
	case (h.first.Kind == room.KindHealth) != (s.Kind == room.KindHealth):
		return h.first.Kind == room.KindHealth
	}
	return s.Since.Before(h.first.Since)
}

// recent is how far back the beginning of today's trouble is looked for; an alarm
// that has been red for weeks is not it.
const recent = 24 * time.Hour

// hits gathers what is critical by region, worst first. Lists are sorted worst
// first, so only what is critical is walked over.
func hits(s *room.Snapshot, now time.Time) []hit {
	byRegion := map[string]*hit{}
	for _, kind := range room.Kinds {
		if kind == room.KindGroup {
			continue // made of probes, which are counted
		}
		for _, signal := range s.Of(kind).Signals {
			if signal.State != room.Critical {
				break
			}
			at := byRegion[signal.Region]
			if at == nil {
				at = &hit{region: signal.Region, counts: map[room.Kind]int{}}
				byRegion[signal.Region] = at
			}
			at.counts[kind]++
			at.total++
			if now.Sub(signal.Since) < recent && at.earlier(signal) {
				at.first = signal
			}
		}
	}
	all := make([]hit, 0, len(byRegion))
	for _, at := range byRegion {
		all = append(all, *at)
	}
	slices.SortFunc(all, func(a, b hit) int {
		if a.total != b.total {
			return b.total - a.total
		}
		return strings.Compare(a.region, b.region)
	})
	return all
}

// where is the second line: the regions in trouble, and when it began in the worst.
func (m *Model) where() []label {
	all := hits(m.shown, m.pen.now)
	if len(all) == 0 {
		return m.quiet()
	}
	var labels []label
	blind := m.blind()
	for i, at := range all {
		text := m.pen.marks.Critical
		for _, kind := range room.Kinds {
			if n := at.counts[kind]; n > 0 {
				text += " " + countOf(n, kind)
			}
		}
		region := at.region
		if region == "" {
			region = "no region"
		}
		lead, token := "", theme.Text
		if i == 0 {
			lead, token = m.pen.marks.Bar, theme.Critical
		}
		labels = append(labels, label{token: token, text: lead + region + " " + text})
		if i == 0 && at.first != nil {
			labels = append(labels, label{token: theme.Text, text: m.began(at.first, len(blind) > 0)})
		}
	}
	behind := 1
	if len(blind) > 0 && all[0].first != nil && m.width >= gridColumns {
		behind = 2 // CloudWatch may have gone blind hours after the trouble began
	}
	if unseen := m.shown.Unseen(m.pen.now); len(unseen) > 0 {
		labels = slices.Insert(labels, behind, label{token: theme.Warning, text: fmt.Sprintf("%s %s not seen", m.pen.marks.Stale, plural(len(unseen), "scope"))})
	}
	return slices.Insert(labels, behind, blind...)
}

// began is when the trouble of a region began, and, unless there is something else to tell,
// by what it was seen.
func (m *Model) began(first *room.Signal, short bool) string {
	text := fmt.Sprintf("since %s (%s)", m.pen.clock(first.Since), since(m.pen.now, first.Since))
	if short {
		return text
	}
	return fmt.Sprintf("%s, %s %s", text, first.Kind, first.Title)
}

// quiet is the second line when nothing is critical: what was looked at, or what
// could not be.
func (m *Model) quiet() []label {
	unseen := m.shown.Unseen(m.pen.now)
	if len(m.shown.Scopes.List) == 0 {
		return []label{{token: theme.Unknown, text: m.pen.marks.Unknown + " nothing has been looked at yet"}}
	}
	if len(unseen) > 0 {
		text := m.pen.marks.Stale + " not seen:"
		for _, status := range unseen {
			text += " " + status.Scope.String() + ","
		}
		return append(m.blind(), label{token: theme.Warning, text: strings.TrimSuffix(text, ",")})
	}
	var looked []string
	for _, kind := range room.Kinds {
		if n := len(m.shown.Of(kind).Signals); n > 0 {
			looked = append(looked, countOf(n, kind))
		}
	}
	text := m.pen.marks.OK + " nothing is critical"
	if len(looked) > 0 {
		text += " in " + strings.Join(looked, ", ")
	}
	if blind := m.blind(); len(blind) > 0 {
		return blind
	}
	return []label{{token: theme.OK, text: text}}
}

// titleLine is the terminal's title: the worst there is, in few words, also while the
// view stands still, and of what moment that is if it is past. It is ASCII only, because
// some terminals take a byte of a longer character for its end.
func (m *Model) titleLine() string {
	name := strings.TrimSpace("warroom " + m.reader.Name())
	if m.played.on() {
		name = m.played.mark(m.played.name)
	}
	worst := strings.TrimLeft(m.tallyOf(m.live, m.reader.Now()).text, m.pen.marks.Critical+m.pen.marks.Unknown+m.pen.marks.OK+" ")
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return '?'
		}
		return r
	}, clean.Line(m.elsewhen()+worst+" - "+name, cellLimit))
}
