package ui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/room"
	"warroom/theme"
)

// past is the looking back of one screen: which moment it shows instead of the present,
// and where it has been asked to go next.
type past struct {
	history room.History // nil if nothing is kept that could be looked back at
	shown   time.Time    // the moment on the screen; zero while that is the present
	wishes  []move       // in their order, not under way yet
	busy    bool         // a journey is under way
	serial  int          // tells journeys that are not waited for any more apart
	cancel  context.CancelFunc
}

// move is one way to another moment: so many lines of the timeline, so much time, or to
// a moment itself.
type move struct {
	lines int
	by    time.Duration
	to    time.Time
}

// arrived is where a journey has led, as far as it went.
type arrived struct {
	serial   int
	moment   time.Time      // zero if it led nowhere
	snapshot *room.Snapshot // of that moment
	err      error          // why it went no further
	back     bool           // that was on the way back
	began    time.Time      // what is kept begins there; known if err is not nil
}

// travels says whether the screen shows another moment than the present.
func (p *past) travels() bool { return !p.shown.IsZero() }

// endOfSecond is the moment that a second stands for: everything in it has happened.
func endOfSecond(t time.Time) time.Time {
	return t.Truncate(time.Second).Add(time.Second - time.Microsecond)
}

// wish adds a move to those that are not under way yet. What is pressed many times adds
// up; a moment that is named makes everything before it needless.
func (p *past) wish(w move) {
	last := len(p.wishes) - 1
	switch {
	case !w.to.IsZero():
		p.wishes = append(p.wishes[:0], w)
	case last >= 0 && w.lines != 0 && p.wishes[last].lines != 0:
		p.wishes[last].lines += w.lines
	case last >= 0 && w.by != 0 && p.wishes[last].by != 0:
		p.wishes[last].by += w.by
	default:
		p.wishes = append(p.wishes, w)
	}
}

// travel goes to another moment, or joins the journey that is under way.
func (m *Model) travel(w move) tea.Cmd {
	if m.past.history == nil {
		m.say(theme.Warning, "there is no past to look at: "+m.whyNoPast())
		return nil
	}
	m.past.wish(w)
	return m.depart()
}

func (m *Model) whyNoPast() string {
	if m.noJournal != "" {
		return "this room is not kept, because " + m.noJournal
	}
	return "nothing is kept of this room"
}

// depart sets out for everything that has been wished for, unless a journey is under
// way: its end departs again.
func (m *Model) depart() tea.Cmd {
	p := &m.past
	if p.busy || len(p.wishes) == 0 {
		return nil
	}
	ctx, cancel := context.WithCancel(m.context)
	p.serial++
	p.busy, p.cancel = true, cancel
	from := p.shown
	if from.IsZero() {
		from = m.pen.now // of a frozen view, the moment at which it stands
	}
	j := journey{history: p.history, at: from, moves: p.wishes}
	p.wishes = nil
	serial := p.serial
	return func() tea.Msg {
		defer cancel()
		came := j.run(ctx)
		came.serial = serial
		if came.err != nil {
			came.began, _ = j.history.Span()
		}
		return came
	}
}

// journey is a row of moves through a history.
type journey struct {
	history room.History
	at      time.Time
	moves   []move
}

// run goes as far as it can. Where a move is not possible, those after it are left out.
func (j *journey) run(ctx context.Context) arrived {
	from := j.at
	for _, w := range j.moves {
		if err := j.move(ctx, w); err != nil {
			came := j.look(ctx, from, err)
			came.back = w.lines < 0
			return came
		}
	}
	return j.look(ctx, from, nil)
}

// look gives what there is to see where the journey has ended.
func (j *journey) look(ctx context.Context, from time.Time, stopped error) arrived {
	if j.at.Equal(from) {
		return arrived{err: stopped}
	}
	snapshot, err := j.history.At(ctx, j.at)
	if err != nil {
		return arrived{err: err}
	}
	return arrived{moment: j.at, snapshot: snapshot, err: stopped}
}

// move makes one move. Lines are walked one by one, so that the last one is reached
// however many were asked for.
func (j *journey) move(ctx context.Context, w move) error {
	switch {
	case !w.to.IsZero():
		j.at = endOfSecond(w.to)
	case w.by != 0:
		to := endOfSecond(j.at).Add(w.by)
		if first, _ := j.history.Span(); !first.IsZero() && to.Before(first) {
			return room.ErrBeforeSpan
		}
		j.at = to
	}
	for n := max(w.lines, -w.lines); n > 0; n-- {
		next, err := j.history.Step(ctx, j.at, w.lines/max(w.lines, -w.lines))
		if err != nil {
			return err
		}
		j.at = next
	}
	return nil
}

// arrive shows where a journey has led, and sets out for what was wished for meanwhile.
func (m *Model) arrive(came arrived) tea.Cmd {
	p := &m.past
	if came.serial != p.serial || !p.busy {
		return nil
	}
	p.busy = false
	if came.snapshot != nil {
		m.showMoment(came.moment, came.snapshot)
	}
	if came.err != nil {
		p.wishes = nil // they began where this one did not get
		m.sayNoWay(came)
	}
	return m.depart()
}

// showMoment puts a moment on the screen. One that has not come yet is the present.
func (m *Model) showMoment(moment time.Time, s *room.Snapshot) {
	if !moment.Before(m.reader.Now()) {
		if m.past.travels() {
			m.present()
		}
		m.say(theme.Muted, "this is the present")
		return
	}
	m.frozen = false // the past stands still by itself
	m.past.shown, m.shown, m.pen.now, m.dirty = moment, s, moment, true
	m.syncPanes()
}

// sayNoWay says why the screen shows no other moment.
func (m *Model) sayNoWay(came arrived) {
	text, begins := came.err.Error(), ""
	if !came.began.IsZero() {
		begins = ": the journal begins " + m.pen.date(came.began)
	}
	switch {
	case errors.Is(came.err, context.Canceled):
		return
	case errors.Is(came.err, room.ErrBeforeSpan):
		text = "nothing is kept from before then" + begins
	case errors.Is(came.err, room.ErrNoStep) && came.back:
		text = "nothing is kept that happened before" + begins
	case errors.Is(came.err, room.ErrNoStep) && m.past.travels():
		text = "nothing has happened since; " + m.keyOf("live") + " goes back to now"
	case errors.Is(came.err, room.ErrNoStep):
		text = "this is the present, and nothing has happened after it"
	}
	m.say(theme.Warning, text)
}

// present takes the screen back to now, and what was asked for and has not come is not
// waited for.
func (m *Model) present() {
	p := &m.past
	if p.cancel != nil {
		p.cancel()
	}
	p.serial++
	p.shown, p.wishes, p.busy = time.Time{}, nil, false
	m.frozen = false
	m.take(m.live)
}
