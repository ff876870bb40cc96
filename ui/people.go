package ui

import (
	"slices"

	"warroom/internal/room"
	"warroom/theme"
)

// clearedWord is the state of what was over before anybody acknowledged it.
const clearedWord = "CLEARED"

// cleared says whether a signal is shown as that: fine by now, but nobody has looked.
func cleared(s *room.Signal) bool { return s.Standing == room.Cleared && s.State == room.OK }

// calmer is the colour of a name: muted where nobody has to do anything.
func calmer(s *room.Signal) theme.Token {
	if s.Standing == room.Acknowledged || s.State == room.OK && !cleared(s) {
		return theme.Muted
	}
	return theme.Text
}

// whoWidth fits a name and an age, and the mark of a claim before them.
const whoWidth = 15

// withPeople adds to a row what people made of its signal: a mark behind that of its
// state, and, before the last column, who and how long ago. Panes in which nobody has
// done anything have neither.
//
//	✖ ✓ ALARM   checkout-5xx           us-east-1   ➤ ana 12m    41m
func (p *pen) withPeople(cells []cell, s *room.Snapshot, signal *room.Signal) []cell {
	if !p.people {
		return cells
	}
	mark, token := p.standingMark(s, signal)
	cells = slices.Insert(cells, 1, cell{token: token, text: mark, width: 1})
	who, claim := p.who(signal)
	return slices.Insert(cells, len(cells)-1, cell{token: theme.Muted, text: who, width: whoWidth, rank: 5, brief: claim, small: 1})
}

// standingMark is what people made of a signal in one mark.
func (p *pen) standingMark(s *room.Snapshot, signal *room.Signal) (string, theme.Token) {
	switch {
	case pending(s, signal):
		return p.marks.Pending, theme.Pending
	case signal.Standing == room.Acknowledged:
		return p.marks.Ack, theme.Accent
	case signal.Claim != nil:
		return p.marks.Claim, theme.Accent
	}
	return "", theme.Text
}

// who is the person who is on a signal, else who acknowledged it, and how long ago it
// was acknowledged, else claimed; and the mark of a claim.
func (p *pen) who(signal *room.Signal) (who, claim string) {
	act := signal.Ack
	if act == nil {
		act = signal.Claim
	}
	if act == nil {
		return "", ""
	}
	who = act.Actor
	if signal.Claim != nil {
		claim = p.marks.Claim
		who = claim + " " + signal.Claim.Actor
	}
	return p.fit(who, min(whoWidth-1-len(since(p.now, act.At)), len([]rune(who))), false) + " " + since(p.now, act.At), claim
}

// peopled says whether somebody has acknowledged or claimed one of some signals, and
// whether one has a long word for its state: CLEARED or PAUSED.
func peopled(signals []*room.Signal) (people, longWords bool) {
	for _, s := range signals {
		people = people || s.Ack != nil || s.Claim != nil
		longWords = longWords || cleared(s) || s.Word == room.Paused
	}
	return people, longWords
}
