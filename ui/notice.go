package ui

import (
	"fmt"
	"strings"
	"time"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/theme"
)

// noticeScopes and noticeLines bound how much of a pane its troubles may take, so
// that the last good data is still there below them.
const (
	noticeScopes = 2
	noticeLines  = 5
)

// notices says, a sentence a scope, what cannot be seen and what happens next.
func (p *pane) notices(pen *pen, s *room.Snapshot, width, height int) []string {
	var lines []string
	told, hidden := 0, 0
	for _, status := range p.scopes(s) {
		why := cause(status, pen.now)
		if why == "" {
			continue
		}
		if told++; told > noticeScopes || len(lines) >= height/2 {
			hidden++
			continue
		}
		text := pen.plain(clean.Line(fmt.Sprintf("%s %s%s", pen.marks.Stale, why, p.lastGood(pen, status)), cellLimit))
		for _, line := range wrap(text, width, min(noticeLines, max(1, height/2-len(lines)))) {
			lines = append(lines, pen.row(width, false, false, cell{token: theme.Warning, text: line, width: flex}))
		}
	}
	if hidden > 0 {
		more := fmt.Sprintf("%s and %s more in trouble", pen.marks.Stale, plural(hidden, "scope"))
		lines = append(lines, pen.row(width, false, false, cell{token: theme.Warning, text: more, width: flex}))
	}
	return lines[:min(len(lines), max(0, height))]
}

// cause is why a scope cannot be believed, or "" if it can: its trouble, or that a
// look has begun and has not come back.
func cause(status *room.ScopeStatus, now time.Time) string {
	switch {
	case status.Trouble != nil:
		return trying(status, now)
	case !status.Seen.IsZero() && status.Visibility(now) != room.Fresh:
		return status.Scope.String() + ": no answer since, and no error either; the look under way is waited for"
	}
	return ""
}

// trying is a scope's trouble. The time of the next try is no promise once it has
// passed: a call that hangs is still waited for.
func trying(status *room.ScopeStatus, now time.Time) string {
	text := status.Trouble.String()
	if !status.Next.IsZero() && now.After(status.Next) {
		return strings.Replace(text, "trying again at "+status.Next.UTC().Format("15:04:05Z"), "trying again now", 1)
	}
	return text
}

func (p *pane) lastGood(pen *pen, status *room.ScopeStatus) string {
	if status.Seen.IsZero() {
		return " (never seen yet)"
	}
	if status.Visibility(pen.now) == room.Fresh {
		return ""
	}
	return " (last good data " + since(pen.now, status.Seen) + " ago)"
}

// emptyBecause says why there is nothing: empty never means good.
func (p *pane) emptyBecause(pen *pen, s *room.Snapshot) string {
	if p.filter.text != "" {
		return fmt.Sprintf("nothing matches %q; %s clears the filter", p.filter.text, pen.back)
	}
	if p.tail {
		return "nothing has happened since this room was opened"
	}
	feeding := p.scopes(s)
	if len(feeding) == 0 {
		return emptyTexts[p.kind].off
	}
	for _, status := range feeding {
		if status.Seen.IsZero() && status.Trouble == nil {
			return "asking " + status.Scope.String() + " for the first time" + pen.marks.Ellipsis
		}
		if status.Trouble != nil && status.Visibility(pen.now) != room.Fresh {
			return "nothing is known: what is told above could not be read"
		}
	}
	if feedAlone(feeding) {
		return "AWS's public feed was read and has no event for the regions in use" + unproven(feeding[0])
	}
	return emptyTexts[p.kind].none
}

var emptyTexts = map[room.Kind]struct{ off, none string }{
	room.KindHealth: {"AWS Health is not watched: it is off in the config, or no account is known yet", "AWS Health was read and reports no event that concerns this account"},
	room.KindAlarm:  {"CloudWatch is not watched: it is off in the config, or no account is known yet", "CloudWatch was read and has no alarms here (or the config leaves them all out)"},
	room.KindProbe:  {"no probes are configured; add some under probes: in warroom.yaml", "no probe has answered yet"},
}
