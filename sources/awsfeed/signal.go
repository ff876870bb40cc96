package awsfeed

import (
	"cmp"
	"strings"
	"time"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/sources/awsnames"
)

const (
	// closedWindow is for how long an event is shown after its end, in room time.
	closedWindow = 24 * time.Hour
	// oldAfter is for how long AWS may write nothing about an event that it never closed
	// until that calls nobody any more. Two of 2026 were open for five months.
	oldAfter = 7 * 24 * time.Hour
	// reasonLimit bounds the one line that a row shows, in runes.
	reasonLimit = 300
)

// The words of an event's state.
const (
	wordOpen    = "OPEN"
	wordOld     = "OLD"
	wordClosed  = room.Closed
	wordUnknown = "UNKNOWN"
	wordNotice  = "NOTICE"
)

// The words of AWS Health for what every event of the feeds is.
const (
	categoryIssue = "issue"
	scopePublic   = "PUBLIC"
)

// denies says why an issue of which messages tell does not go on: the list of what goes on,
// which was read whole just now and at the look before, would have it. One answer alone proves
// nothing: nobody documents this list, and its servers need not agree. Only what AWS tells in
// public is in there, and only the regions in use are taken from it.
func (w *watch) denies(s *room.Signal, _ string) string {
	detail, ok := s.Detail.(*room.HealthDetail)
	if !ok || !w.listed || detail.Scope != scopePublic || detail.Category != categoryIssue || !strings.HasPrefix(detail.ARN, "arn:aws:") {
		return ""
	}
	if e := (&event{region: s.Region, affected: detail.Affected}); !e.concerns(w.regions) {
		return ""
	}
	if w.before == nil || has(w.before, detail.ARN) || has(w.known, detail.ARN) {
		return ""
	}
	return "AWS's current public events do not have it any more, so it is over; no message has said so"
}

// has says whether an event is among some.
func has(events map[string]*event, arn string) bool {
	for _, e := range events {
		if e.arn != "" && room.HealthKey(e.arn) == room.HealthKey(arn) {
			return true
		}
	}
	return false
}

// outdated says whether an event ended too long ago to be shown.
func (e *event) outdated(now time.Time) bool {
	return e.closed && e.updated().Before(now.Add(-closedWindow))
}

// judge says how bad an event is.
func (e *event) judge(now time.Time) (room.State, string) {
	switch {
	case e.closed:
		return room.OK, wordClosed
	case now.Sub(e.updated()) > oldAfter:
		return room.OK, wordOld
	case e.severity == disrupted:
		return room.Critical, wordOpen
	case e.severity == unsaid:
		return room.Unknown, wordUnknown
	}
	return room.Warning, wordOpen
}

// signal is what the room is told of an event. Its key ends in the ARN where there is
// one, as those of the Health API do.
func (e *event) signal(now time.Time) room.Signal {
	state, word := e.judge(now)
	since := e.start
	if e.closed {
		since = e.updated()
	}
	name := awsnames.Service(e.service)
	title := clean.Line(cmp.Or(e.summary, "operational issue"), titleLimit)
	if !strings.Contains(title, name) {
		title = serviceTitle(e, name) + ": " + title
	}
	return room.Signal{
		Key: SourceName + "/" + e.id, Kind: room.KindHealth, Scope: Scope, State: state, Word: word,
		Title: title, Reason: e.reason(word), Service: name, Region: e.region, Since: since,
		Detail: e.detail(),
	}
}

func (e *event) detail() *room.HealthDetail {
	return &room.HealthDetail{
		ARN: e.arn, Service: e.service, TypeCode: e.code, Category: categoryIssue, Scope: scopePublic,
		Start: e.start, End: e.end, Updated: e.updated(), Updates: e.updates,
		Feed: e.feed, Severity: e.severity.String(), Affected: e.affected,
	}
}

// serviceTitle is the name that begins a title: the one that people use, or AWS's long
// one where only its code is known.
func serviceTitle(e *event, name string) string {
	if name == e.service && e.name != "" && e.arn == "" {
		return e.name
	}
	return name
}

// reason is the first sentence of the newest update; of an old event, how old it is.
func (e *event) reason(word string) string {
	if word == wordOld {
		return "AWS never closed it, and last wrote on " + e.updated().Format("2006-01-02")
	}
	if len(e.updates) == 0 {
		return ""
	}
	return firstSentence(e.updates[0].Text)
}

func firstSentence(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	if end := strings.Index(text, ". "); end >= 0 {
		text = text[:end+1]
	}
	return clean.Line(text, reasonLimit)
}

// signal is what the room is told of the banner.
func (b *banner) signal() room.Signal {
	return room.Signal{
		Key: SourceName + "/announcement", Kind: room.KindHealth, Scope: Scope, State: room.Warning, Word: wordNotice,
		Title: "Announcement by AWS", Reason: firstSentence(b.text), Region: globalRegion, Since: b.since,
		Detail: &room.HealthDetail{
			Category: "announcement", Scope: scopePublic, Start: b.since, Updated: b.since,
			Updates: []room.Update{{At: b.since, Text: b.text}}, Feed: bannerFeed,
		},
	}
}
