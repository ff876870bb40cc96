// Package record is the one written form of what a room's log holds: a line of JSON
// for an event, a reading or a chart. The journal stores it and exports carry it, so
// that both can be read by whoever knows either; docs/journal.md names every field.
package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"warroom/internal/room"
)

// Schema is the version of the written form. It grows when a reader of the version
// before would misunderstand; fields that it may leave out come without a new one.
const Schema = 1

// line is a record as it is written: exactly one of its fields is there.
type line struct {
	Event   *event   `json:"event,omitempty"`
	Reading *reading `json:"reading,omitempty"`
	Chart   *chart   `json:"chart,omitempty"`
}

// Encode writes a record as one line of JSON, without the newline. Times before the
// year 0 and after 9999, which JSON cannot hold, become absent; so do readings of a
// chart that are no numbers.
func Encode(r room.Record) ([]byte, error) {
	var l line
	switch {
	case r.Event != nil:
		l.Event = eventOf(r.Event)
	case r.Reading != nil:
		l.Reading = readingOf(r.Reading)
	case r.Chart != nil:
		l.Chart = chartOf(r.Chart)
	default:
		return nil, errors.New("a record without an event, a reading or a chart cannot be written")
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(l); err != nil {
		return nil, fmt.Errorf("a record cannot be written as JSON: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// Decode reads what Encode wrote. The error says what is wrong with the text.
func Decode(text []byte) (room.Record, error) {
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		return room.Record{}, errors.New(inWords(err))
	}
	var r room.Record
	var err error
	there := 0
	if l.Event != nil {
		there++
		r.Event, err = l.Event.room()
	}
	if l.Reading != nil {
		there++
		r.Reading = l.Reading.room()
	}
	if l.Chart != nil {
		there++
		r.Chart = l.Chart.room()
	}
	if there != 1 {
		return room.Record{}, fmt.Errorf("a record is an event, a reading or a chart, and this one is %d of them", there)
	}
	return r, err
}

// inWords is what is wrong with a text that is no JSON, or not ours.
func inWords(err error) string {
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("it is no JSON from byte %d on", syntax.Offset)
	case errors.As(err, &wrong):
		return fmt.Sprintf("%q cannot be a %s", wrong.Field, wrong.Value)
	}
	return "it cannot be understood: " + err.Error()
}
