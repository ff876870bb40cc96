package room

import (
	"errors"
	"fmt"
	"strings"
)

// noteLimit is how many bytes one note may have: room for a pasted stack trace.
const noteLimit = 4096

// desk acts on a room under one name.
type desk struct {
	*Room
	actor string
}

// Desk makes a Desk whose acts carry the given name.
func (r *Room) Desk(actor string) Desk { return desk{r, actor} }

// Note implements Desk.
func (d desk) Note(key, text string) error {
	text = strings.TrimSpace(text)
	if text == "" {
		return errors.New("an empty note says nothing; write a few words")
	}
	if len(text) > noteLimit {
		return fmt.Errorf("the note has %d bytes and %d are allowed; shorten it or link to it", len(text), noteLimit)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	subject := ""
	if known := d.truth.signals[key]; known != nil && known.signal != nil {
		subject = known.signal.Title
	}
	d.record(Event{Type: EventNote, Actor: d.actor, Key: key, Subject: subject, Text: text})
	d.schedule()
	return nil
}
