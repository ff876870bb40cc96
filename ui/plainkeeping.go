package ui

import (
	"fmt"
	"strings"
)

// tellKeeping tells that what happens is not on disk, once, and when it is again.
func (t *teller) tellKeeping() {
	keeping := &t.shown.Keeping
	why := t.NoJournal
	if keeping.Trouble != nil {
		why = keeping.Trouble.String()
	}
	unkept := keeping.Trouble != nil || keeping.Node == "" && t.NoJournal != ""
	if unkept == t.unkept {
		return
	}
	t.unkept = unkept
	word, reason := "KEPT", "everything is on disk again"
	switch {
	case unkept:
		word, reason = "NOT-KEPT", join(why, t.waiting())
	case keeping.Lost > 0:
		reason = fmt.Sprintf("what happens is on disk again; %d lost", keeping.Lost)
	}
	t.out.add(entry{at: t.now, kind: "journal", word: word, title: t.Room.Name(), reason: strings.TrimSuffix(reason, "; ")})
}

// waiting is how much is not on disk, or never will be.
func (t *teller) waiting() string {
	keeping := &t.shown.Keeping
	var parts []string
	if keeping.Trouble != nil && keeping.Waiting > 0 {
		parts = append(parts, plural(keeping.Waiting, "event")+" waiting")
	}
	if keeping.Lost > 0 {
		parts = append(parts, fmt.Sprintf("%d lost", keeping.Lost))
	}
	return strings.Join(parts, ", ")
}

// custody is the same in a summary; nothing where all is well.
func (t *teller) custody() string {
	keeping := &t.shown.Keeping
	switch {
	case keeping.Trouble != nil:
		text := "NOT KEPT"
		if !keeping.Since.IsZero() {
			text += " since " + t.when(keeping.Since)
		}
		if waiting := t.waiting(); waiting != "" {
			text += ", " + waiting
		}
		return text
	case keeping.Node == "" && t.NoJournal != "":
		return "NOT KEPT"
	case keeping.Lost > 0:
		return plural(keeping.Lost, "reading") + " lost"
	}
	return ""
}
