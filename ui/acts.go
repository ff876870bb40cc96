package ui

import (
	"errors"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/theme"
)

// acts is what a screen knows of its acting.
type acts struct {
	readOnly string        // why it cannot; see Options
	turn     chan struct{} // closed when the newest act has come back; nil before the first
	asked    subject       // what the words are about that are being typed
}

// acted is what came of an act.
type acted struct {
	done string // what was done, in words
	err  error
}

// turnWait is how long in real time an act waits for the one before it, so that they
// happen in the order of the keys. It is many times what a disk takes; behind a disk
// that hangs nobody waits for longer.
const turnWait = 200 * time.Millisecond

// perform does something in the room, outside Update: an act returns when it is on
// disk, which may take long. done says in words what it was.
func (m *Model) perform(do func() (done string, err error)) tea.Cmd {
	before, over := m.turn, make(chan struct{})
	m.turn = over
	return func() tea.Msg {
		defer close(over)
		if before != nil {
			select {
			case <-before:
			case <-time.After(turnWait):
			}
		}
		done, err := do()
		return acted{done, err}
	}
}

// act does one act about signals or lines.
func (m *Model) act(done string, a room.Act) tea.Cmd {
	a.Text = clean.Line(a.Text, inputLimit)
	desk := m.desk
	return m.perform(func() (string, error) { return done, desk.Act(a) })
}

// tookAct says what came of an act. One that stands in the room and not on disk was
// done all the same.
func (m *Model) tookAct(came acted) {
	notKept := new(room.NotKept)
	switch {
	case errors.As(came.err, &notKept):
		m.say(theme.Warning, came.done+"; "+came.err.Error())
	case came.err != nil:
		m.say(theme.Warning, came.err.Error())
	case m.frozen:
		m.say(theme.Muted, came.done+"; this view stands still and does not show it")
	default:
		m.say(theme.Muted, came.done)
	}
}

// mayAct says whether this screen can act at all, and in the footer why not.
func (m *Model) mayAct() bool {
	switch {
	case m.past.travels():
		m.say(theme.Warning, "this is "+m.momentShown()+"; "+m.keyOf("live")+" goes back to now, then act")
	case m.desk != nil:
		return true
	case m.readOnly != "":
		m.say(theme.Warning, "you are here to look; "+m.readOnly)
	default:
		m.say(theme.Warning, "you are here to look; that needs the role "+string(room.MayAct.Least()))
	}
	return false
}

// subject is what an act is about: rows, and the keys of their signals.
type subject struct {
	items []item
	keys  []string
}

// subject is the selected rows, or the one under the cursor. The cursor stays with its
// row from then on, so that the next act is about it as well, wherever the first one
// moves it.
func (m *Model) subject() subject {
	if p := m.panes[m.focus]; !p.tail {
		p.moved = true
	}
	s := subject{items: m.chosen()}
	for _, it := range s.items {
		for _, key := range it.abouts() {
			if !slices.Contains(s.keys, key) {
				s.keys = append(s.keys, key)
			}
		}
	}
	return s
}

// hasSignals says whether there is a signal to act on, and in the footer why not.
func (m *Model) hasSignals(s subject) bool {
	switch {
	case len(s.keys) > 0:
		return true
	case len(s.items) > 0:
		m.say(theme.Warning, "this line is about no signal")
	default:
		m.sayNothingChosen()
	}
	return false
}

func (m *Model) sayNothingChosen() {
	if len(m.flags.marked[m.focus]) > 0 {
		m.say(theme.Warning, "no selected row is left by the filter; "+m.keyOf("back")+" lets go of them, then of the filter")
		return
	}
	m.say(theme.Muted, "there is no row to act on")
}

// actOn does an act about the signals of a subject that want it, as they are now, or
// lets the room say why none does.
func (m *Model) actOn(s subject, verb string, a room.Act, wants func(*room.Signal) bool) tea.Cmd {
	if !m.hasSignals(s) {
		return nil
	}
	now := &sight{Snapshot: m.reader.Snapshot()}
	for _, key := range s.keys {
		if signal := now.signal(key); signal != nil && wants(signal) {
			a.Keys = append(a.Keys, key)
		}
	}
	if len(a.Keys) == 0 {
		a.Keys = s.keys // the room knows why not, or more than this view
	}
	done := verb + " " + plural(len(a.Keys), "row")
	if only := now.signal(a.Keys[0]); len(s.keys) == 1 && only != nil {
		done = verb + " " + only.Title
	}
	switch left := len(s.keys) - len(a.Keys); left {
	case 0:
	case 1:
		done += ", and left 1 row as it was"
	default:
		done += fmt.Sprintf(", and left %d rows as they were", left)
	}
	m.served(s.items)
	return m.act(done, a)
}

func (m *Model) doAck(text string) tea.Cmd {
	if !m.mayAct() {
		return nil
	}
	return m.ack(m.subject(), text)
}

func (m *Model) ack(s subject, text string) tea.Cmd {
	return m.actOn(s, "acknowledged", room.Act{Do: room.EventAck, Text: text}, func(signal *room.Signal) bool {
		own := m.desk.Person().Is(signal.Ack)
		return signal.Standing != room.Normal && (!own || text != "")
	})
}

// doAckNote asks for a note first.
func (m *Model) doAckNote(text string) tea.Cmd {
	if text != "" || !m.mayAct() {
		return m.doAck(text)
	}
	return m.askAbout(askingAck)
}

func (m *Model) doUnack(string) tea.Cmd {
	if !m.mayAct() {
		return nil
	}
	return m.actOn(m.subject(), "took back the acknowledgement of", room.Act{Do: room.EventUnack}, func(signal *room.Signal) bool {
		return signal.Ack != nil
	})
}

// doClaim claims signals, or releases them if all are one's own already.
func (m *Model) doClaim(text string) tea.Cmd {
	if !m.mayAct() {
		return nil
	}
	s := m.subject()
	own := func(signal *room.Signal) bool { return m.desk.Person().Is(signal.Claim) }
	now := &sight{Snapshot: m.reader.Snapshot()}
	others := slices.ContainsFunc(s.keys, func(key string) bool { return now.signal(key) == nil || !own(now.signal(key)) })
	if !others && text == "" {
		return m.actOn(s, "released", room.Act{Do: room.EventRelease}, own)
	}
	return m.actOn(s, "you are on", room.Act{Do: room.EventClaim, Text: text}, func(signal *room.Signal) bool {
		return !own(signal) || text != ""
	})
}

func (m *Model) doNote(text string) tea.Cmd {
	if !m.mayAct() {
		return nil
	}
	if text == "" {
		return m.askAbout(askingNote)
	}
	return m.note(m.subject(), text)
}

// note writes a line about rows. The selection has served then.
func (m *Model) note(s subject, text string) tea.Cmd {
	if len(s.items) == 0 && len(m.flags.marked[m.focus]) > 0 {
		m.sayNothingChosen()
		return nil
	}
	done := "noted"
	if len(s.keys) > 0 {
		done = "noted on " + plural(len(s.keys), "row")
	}
	m.served(s.items)
	return m.act(done, room.Act{Do: room.EventNote, Keys: s.keys, Text: text})
}

// doMark announces a change of ours: a deploy, a flag, a failover.
func (m *Model) doMark(text string) tea.Cmd {
	if !m.mayAct() {
		return nil
	}
	return m.act("announced: "+text, room.Act{Do: room.EventMark, Text: text})
}

// undone is what Undo says, in words.
var undone = map[room.EventType]string{
	room.EventNote: "note", room.EventMark: "announcement", room.EventAck: "acknowledgement", room.EventClaim: "claim", room.EventPin: "pin",
}

func (m *Model) doUndo(string) tea.Cmd {
	if !m.mayAct() {
		return nil
	}
	desk := m.desk
	return m.perform(func() (string, error) {
		what, err := desk.Undo()
		return "took back your " + undone[what], err
	})
}
