package awsfeed

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"warroom/internal/clean"
	"warroom/internal/room"
)

const (
	// episodeGap parts two events of one service: AWS writes every hour while one goes on.
	episodeGap = 3 * 24 * time.Hour
	// staleItem is from when on the newest item of a service proves nothing: items stay
	// for months, and what was over is often said in prose only.
	staleItem = 48 * time.Hour
)

// item is one update of the RSS feed.
type item struct {
	Title       string `xml:"title"`
	Description string `xml:"description"`
	Date        string `xml:"pubDate"`
	GUID        string `xml:"guid"`

	service string
	at      time.Time
}

// readRSS reads the updates and makes events of them, one for each service that had
// any lately.
func readRSS(text []byte, now time.Time) (*reading, *trouble) {
	var feed struct {
		XMLName xml.Name `xml:"rss"`
		Channel *struct {
			Title string `xml:"title"`
			Items []item `xml:"item"`
		} `xml:"channel"`
	}
	decoder := xml.NewDecoder(bytes.NewReader(text))
	decoder.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is UTF-8 by now
	if err := decoder.Decode(&feed); err != nil {
		return nil, xmlTrouble(text, err)
	}
	if feed.Channel == nil || feed.Channel.Title == "" {
		return nil, unreadable(newShape)
	}
	r := &reading{partial: true, all: len(feed.Channel.Items)}
	groups := make(map[string][]item)
	for _, each := range feed.Channel.Items {
		if !each.place() {
			r.odd++
			continue
		}
		groups[each.service] = append(groups[each.service], each)
	}
	if r.all > 0 && r.odd == r.all {
		return nil, unreadable(newShape)
	}
	for service, items := range groups {
		if e := episode(service, items); now.Sub(e.updated()) <= staleItem {
			r.events = append(r.events, e)
		}
	}
	return r, nil
}

func xmlTrouble(text []byte, err error) *trouble {
	var syntax *xml.SyntaxError
	switch {
	case isPage(text):
		return unreadable(webPage)
	case errors.Is(err, io.EOF), errors.As(err, &syntax) && strings.Contains(syntax.Msg, "unexpected EOF"):
		return &trouble{why: halfAnswer, cause: err}
	case errors.As(err, &syntax):
		return &trouble{why: "the answer cannot be read as XML", cause: err}
	}
	return &trouble{why: newShape, cause: err}
}

// place finds out which service an item is about and when it was written: its id ends
// in both, …#rds-us-east-1_1676072880, and its date has the time once more.
func (i *item) place() bool {
	_, id, _ := strings.Cut(i.GUID, "#")
	cut := strings.LastIndexByte(id, '_')
	if cut <= 0 {
		return false
	}
	i.service = clean.Line(id[:cut], wordLimit)
	if i.at = value(id[cut+1:]).time(); i.at.IsZero() {
		i.at = itemDate(i.Date)
	}
	return i.service != "" && !i.at.IsZero()
}

// pacific is what the letters at the end of a date mean. Go reads them and takes the
// time for UTC.
var pacific = map[string]string{"PST": "-0800", "PDT": "-0700", "GMT": "+0000", "UTC": "+0000", "Z": "+0000"}

// itemDate reads the date of an item, or gives zero: "Fri, 10 Feb 2023 15:48:00 PST",
// in old feeds with two blanks before the day.
func itemDate(text string) time.Time {
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return time.Time{}
	}
	last := len(fields) - 1
	if offset, ok := pacific[fields[last]]; ok {
		fields[last] = offset
	}
	at, err := time.Parse("Mon, 2 Jan 2006 15:04:05 -0700", strings.Join(fields, " "))
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// prefixes are the words before the first colon of a title, and what they say.
var prefixes = map[string]severity{
	"service is operating normally": resolved,
	"informational message":         informational,
	"performance issue":             degraded,
	"performance issues":            degraded,
	"service degradation":           degraded,
	"service disruption":            disrupted,
	"service impact":                disrupted,
}

// judge reads how bad an item calls it, and its headline.
func (i *item) judge() (severity, string) {
	prefix, text, found := strings.Cut(i.Title, ":")
	said, known := prefixes[strings.ToLower(strings.TrimSpace(prefix))]
	if !found || !known {
		said, text = unsaid, i.Title
	}
	summary, over := headline(text)
	prose := strings.ToLower(i.Description)
	finished := strings.Contains(prose, "has been resolved") || strings.Contains(prose, "operating normally")
	if over || said == informational && finished { // what is called a disruption goes on, whatever else is resolved
		said = resolved
	}
	return said, summary
}

// episode makes an event of the newest updates of one service: as far back as the one
// that ended the event before, or a long silence.
func episode(service string, items []item) *event {
	slices.SortStableFunc(items, func(a, b item) int { return b.at.Compare(a.at) })
	e := &event{item: service}
	e.severity, e.summary = items[0].judge()
	var updates []room.Update
	for i := range items {
		said, _ := items[i].judge()
		if i > 0 && (said == resolved || items[i-1].at.Sub(items[i].at) > episodeGap) {
			break
		}
		e.start = items[i].at
		if text := clean.Text(plain(items[i].Description), textLimit); text != "" {
			updates = append(updates, room.Update{At: items[i].at, Text: text})
		}
	}
	if e.closed = e.severity == resolved; e.closed {
		e.end = items[0].at
	}
	e.write(updates)
	e.place()
	return e
}
