package awshealth

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"warroom/internal/clean"
	"warroom/internal/room"
)

const (
	// updateLimit is how many texts of one event are kept; the longest outage on
	// record had some forty.
	updateLimit = 100
	// reasonLimit bounds the one line that a row shows, in runes.
	reasonLimit = 300
)

// stamp begins a paragraph of a running account: [03:16 AM PDT]. AWS writes the
// time of day in Pacific time and no date.
var stamp = regexp.MustCompile(`(?m)^\[(?:[A-Z][a-z]{2} \d{1,2},? )?(\d{1,2}:\d{2} [AP]M) P([SD])T\] *`)

// resolvedMark begins the headline of an event that is over; its state says so already.
const resolvedMark = "[RESOLVED]"

// addUpdates puts the texts that are not known yet in front of those that are. For
// an issue AWS often repeats the whole story in each description, so a text is
// taken apart at its time stamps first. known is never changed in place.
func addUpdates(known []room.Update, text string, at time.Time) []room.Update {
	all := known
	for _, part := range split(text, at) {
		same := func(u room.Update) bool { return u.Text == part.Text }
		if part.Text != "" && !slices.ContainsFunc(all, same) {
			all = slices.Concat([]room.Update{part}, all)
		}
	}
	if len(all) == len(known) {
		return known
	}
	slices.SortStableFunc(all, func(a, b room.Update) int { return b.At.Compare(a.At) })
	return all[:min(len(all), updateLimit)]
}

// split takes a running account apart, oldest paragraph first. What precedes the
// first stamp is the headline and stays with the oldest paragraph.
func split(text string, at time.Time) []room.Update {
	marks := stamp.FindAllStringSubmatchIndex(text, -1)
	if len(marks) == 0 {
		return []room.Update{{At: at, Text: text}}
	}
	parts := make([]room.Update, len(marks))
	end := len(text)
	for i, mark := range slices.Backward(marks) {
		at = before(at, text[mark[2]:mark[3]], text[mark[4]:mark[5]] == "D")
		parts[i] = room.Update{At: at, Text: strings.TrimSpace(text[mark[1]:end])}
		end = mark[0]
	}
	headline := strings.TrimSpace(strings.TrimPrefix(text[:end], resolvedMark))
	if headline != "" {
		parts[0].Text = headline + "\n" + parts[0].Text
	}
	return parts
}

// before is the last moment, not after the given one, at which Pacific clocks
// showed the given time of day.
func before(at time.Time, clock string, daylight bool) time.Time {
	offset := -8 * time.Hour
	if daylight {
		offset = -7 * time.Hour
	}
	shown, err := time.Parse("3:04 PM", clock)
	if err != nil {
		return at
	}
	pacific := at.In(time.FixedZone("", int(offset.Seconds())))
	moment := time.Date(pacific.Year(), pacific.Month(), pacific.Day(), shown.Hour(), shown.Minute(), 0, 0, pacific.Location())
	if moment.After(at) {
		moment = moment.AddDate(0, 0, -1)
	}
	return moment.UTC()
}

// reason is the first sentence of the newest update.
func reason(updates []room.Update) string {
	if len(updates) == 0 {
		return ""
	}
	text := updates[0].Text
	if end := strings.IndexByte(text, '\n'); end >= 0 {
		text = text[:end]
	}
	if end := strings.Index(text, ". "); end >= 0 {
		text = text[:end+1]
	}
	return clean.Line(text, reasonLimit)
}
