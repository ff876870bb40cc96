package awsfeed

import (
	"encoding/json"
	"errors"
	"time"

	"warroom/internal/clean"
	"warroom/internal/room"
)

// entry is an event as the feeds write it. Older ones lack the affected services, and
// one of the history may lack the id of its service.
type entry struct {
	Date     value             `json:"date"`
	ARN      value             `json:"arn"`
	Status   value             `json:"status"`
	Service  value             `json:"service"`
	Name     value             `json:"service_name"`
	Summary  value             `json:"summary"`
	End      value             `json:"end_time"`
	Log      []json.RawMessage `json:"event_log"`
	Impacted map[string]struct {
		Name    value `json:"service_name"`
		Current value `json:"current"`
		Max     value `json:"max"`
	} `json:"impacted_services"`
}

// logEntry is one text of an event.
type logEntry struct {
	Summary   value `json:"summary"`
	Message   value `json:"message"`
	Status    value `json:"status"`
	Timestamp value `json:"timestamp"`
}

// reading is what one feed says.
type reading struct {
	events  []*event
	feed    string // where it was read, in words
	all     int    // events in it, or updates
	odd     int    // of those, how many could not be read, or not all of them
	partial bool   // it is no list of all that goes on, so what it does not name may go on
}

// readCurrent reads the list of what goes on. An empty list says that nothing does.
func readCurrent(text []byte) (*reading, *trouble) {
	var list []json.RawMessage
	if err := unmarshal(text, &list); err != nil {
		return nil, err
	}
	if list == nil {
		return nil, unreadable(newShape)
	}
	r := new(reading)
	for _, item := range list {
		r.take(item, "", false)
	}
	return r.whole()
}

// readHistory reads a mirror of the history: the events of each service. There the
// status is the worst that was, and the newest text says whether it still is.
func readHistory(text []byte) (*reading, *trouble) {
	var services map[string]json.RawMessage
	if err := unmarshal(text, &services); err != nil {
		return nil, err
	}
	r := &reading{partial: true}
	for service, item := range services {
		var list []json.RawMessage
		if json.Unmarshal(item, &list) != nil {
			r.all, r.odd = r.all+1, r.odd+1
			continue
		}
		for _, item := range list {
			r.take(item, service, true)
		}
	}
	if r.all == 0 {
		return nil, unreadable(newShape) // a history in which nothing ever was is none
	}
	return r.whole()
}

// unmarshal reads JSON, and says in words what else it is.
func unmarshal(text []byte, into any) *trouble {
	err := json.Unmarshal(text, into)
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case isPage(text):
		return unreadable(webPage)
	case errors.As(err, &syntax) && syntax.Error() == "unexpected end of JSON input":
		return &trouble{why: halfAnswer, cause: err}
	case errors.As(err, &syntax):
		return &trouble{why: "the answer cannot be read as JSON", cause: err}
	}
	return &trouble{why: newShape, cause: err}
}

// whole is the reading, unless nothing in it could be read.
func (r *reading) whole() (*reading, *trouble) {
	if r.all > 0 && r.odd == r.all && len(r.events) == 0 {
		return nil, unreadable(newShape)
	}
	return r, nil
}

// take reads one event. One of which a part cannot be read is kept, and counted.
func (r *reading) take(item json.RawMessage, service string, history bool) {
	r.all++
	var from entry
	err := json.Unmarshal(item, &from)
	e := &event{
		arn: clean.Line(string(from.ARN), arnLimit), item: clean.Line(string(from.Service), wordLimit),
		name: clean.Line(plain(string(from.Name)), wordLimit), severity: from.Status.severity(), start: from.Date.time(), end: from.End.time(),
	}
	if e.item == "" {
		e.item = clean.Line(service, wordLimit)
	}
	if e.arn == "" && e.item == "" || e.start.IsZero() {
		r.odd, r.partial = r.odd+1, true
		return
	}
	whole := err == nil && e.severity != unsaid && (from.End == "" || !e.end.IsZero())
	var over bool
	e.summary, over = headline(string(from.Summary))
	updates, newest, good := readLog(from.Log)
	e.write(updates)
	if history && newest != unsaid {
		e.severity = newest
	}
	e.closed = over || e.severity == resolved
	e.affect(readImpacted(&from))
	e.place()
	if !whole || !good {
		r.odd++
	}
	r.events = append(r.events, e)
}

// readLog reads the texts of an event, and how bad the newest calls it.
func readLog(log []json.RawMessage) (updates []room.Update, newest severity, whole bool) {
	whole = true
	var last time.Time
	for _, item := range log {
		var from logEntry
		if json.Unmarshal(item, &from) != nil || from.Timestamp.time().IsZero() {
			whole = false
			continue
		}
		at := from.Timestamp.time()
		text := clean.Text(plain(string(from.Message)), textLimit)
		if text == "" {
			text, _ = headline(string(from.Summary))
		}
		if !at.Before(last) {
			newest, last = from.Status.severity(), at
		}
		if text != "" {
			updates = append(updates, room.Update{At: at, Text: text})
		}
	}
	return updates, newest, whole
}

func readImpacted(from *entry) []room.AffectedService {
	var affected []room.AffectedService
	for id, service := range from.Impacted {
		affected = append(affected, room.AffectedService{
			ID: clean.Line(id, wordLimit), Name: clean.Line(plain(string(service.Name)), wordLimit),
			Now: service.Current.severity().String(), Worst: service.Max.severity().String(),
		})
	}
	return affected
}
