package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"warroom/internal/history"
	"warroom/internal/journal"
	"warroom/internal/room"
)

// kept is a room with all that keeps it, or with the reason why nothing does.
type kept struct {
	room     *room.Room
	history  room.History // nil if nothing is kept
	journal  *journal.Journal
	place    journal.Place // of the journal; the zero one if there is none
	readOnly string        // why nobody can act here: another process writes the journal; "" if one can
	unkept   string        // why nothing is kept; "" if it is
	closers  []func()
}

// openRoom opens the room of that name in the state directory, as it was left. What cannot be kept
// is no reason not to run: such a room says so. What another process writes is shown as
// that one has it. The caller closes.
func (a *app) openRoom(ctx context.Context, o journal.Options, clock room.Clock) *kept {
	boundGarbage() // not before the config was read, which leaves much, and once
	dir := a.stateDir()
	if dir == "" {
		return unkept(o, clock, errors.New("this user has no home in which a room could be kept; name a directory with --state"))
	}
	return openRoomAt(ctx, journal.PlaceOf(dir, o.Room), o, clock)
}

// unkept is a room that is not kept, and says so.
func unkept(o journal.Options, clock room.Clock, err error) *kept {
	o.Log.Warn("this room is not kept", "why", err)
	return &kept{room: room.New(room.Options{Name: o.Room, Clock: clock}), unkept: err.Error()}
}

// openRoomAt opens the room that is kept at a place.
func openRoomAt(ctx context.Context, place journal.Place, o journal.Options, clock room.Clock) *kept {
	j, err := openInTurn(place, o)
	var busy *journal.Busy
	if errors.As(err, &busy) {
		followed, cause := followRoom(ctx, place, busy, clock, o.Log)
		if cause == nil {
			return followed
		}
		err = fmt.Errorf("another warroom (process %d) keeps this room, and what it keeps cannot be read: %w", busy.PID, cause)
	}
	if err != nil {
		return unkept(o, clock, err)
	}
	r, err := roomIn(j, o.Room, clock)
	if err != nil {
		return unkept(o, clock, err)
	}
	k := &kept{room: r, journal: j, place: place}
	k.closers = append(k.closers, func() {
		if err := j.Close(); err != nil {
			o.Log.Warn("the journal was not closed well", "why", err)
		}
	})
	k.lookBack(place, o.Log)
	stop, err := serveActs(ctx, place.Socket(), k.room.Desk, o.Log)
	if err != nil {
		o.Log.Warn("acts from other commands are not taken", "why", err)
		return k
	}
	k.closers = append(k.closers, stop)
	return k
}

// roomIn makes the room that a journal was left with, which goes on in it. After an
// error the journal is closed.
func roomIn(j *journal.Journal, name string, clock room.Clock) (*room.Room, error) {
	loaded, err := j.Load()
	if err != nil {
		_ = j.Close()
		return nil, err
	}
	r := room.Restore(room.Options{Name: name, Node: j.Node(), Clock: clock, Keeper: j}, loaded.Checkpoint, loaded.Lines)
	r.Replay(loaded.Tail...)
	j.Tell(r.Kept)
	return r, nil
}

// openInTurn opens a journal. If another process has it that takes no acts from others,
// that may be a command which is done in a moment, so that it is waited for.
func openInTurn(place journal.Place, o journal.Options) (*journal.Journal, error) {
	told := false
	for end := time.Now().Add(turnTime); ; time.Sleep(betweenTurns) {
		j, err := journal.Open(place, o)
		var busy *journal.Busy
		if !errors.As(err, &busy) || answers(place.Socket()) || time.Now().After(end) {
			return j, err
		}
		if !told {
			told = true
			o.Log.Info("waiting for another command that has this room's journal", "process", busy.PID)
		}
	}
}

// lookBack gives a room its past.
func (k *kept) lookBack(place journal.Place, log *slog.Logger) {
	reader, err := journal.OpenReader(place.Path())
	if err != nil {
		log.Warn("the past cannot be shown", "why", err)
		return
	}
	k.history = history.New(reader)
	k.closers = append(k.closers, func() { _ = reader.Close() })
}

// followRoom shows a room that another process keeps.
func followRoom(ctx context.Context, place journal.Place, busy *journal.Busy, clock room.Clock, log *slog.Logger) (*kept, error) {
	reader, err := journal.OpenReader(place.Path())
	if err != nil {
		return nil, err
	}
	r, err := history.Follow(ctx, reader, clock, func(err error) {
		if err != nil {
			log.Warn("what another warroom keeps cannot be read for the moment", "why", err)
		}
	})
	if err != nil {
		_ = reader.Close()
		return nil, err
	}
	return &kept{
		room: r, history: history.New(reader), closers: []func(){func() { _ = reader.Close() }},
		readOnly: fmt.Sprintf("another warroom (process %d, since %s) keeps this room; act there, or close it and start this one again", busy.PID, busy.Since.UTC().Format("15:04Z")),
	}, nil
}

// close lets go of everything, the last that was opened first.
func (k *kept) close() {
	for i := len(k.closers) - 1; i >= 0; i-- {
		k.closers[i]()
	}
}

// desk is the place from which this terminal's person acts, or nil.
func (k *kept) desk() room.Desk {
	if k.readOnly != "" {
		return nil
	}
	return k.room.Desk(actor())
}

// keptCharts keeps every chart that somebody had on the screen, so that it can be seen
// again when the past is looked at.
type keptCharts struct {
	room.Charts
	journal *journal.Journal
}

// Chart implements room.Charts. What is fetched of the past is not kept: the journal has
// everything in the order in which it was on a screen.
func (c keptCharts) Chart(ctx context.Context, alarm *room.Signal, to time.Time, length time.Duration) (*room.Chart, error) {
	chart, err := c.Charts.Chart(ctx, alarm, to, length)
	if err == nil && to.IsZero() && len(chart.Points) > 0 {
		c.journal.Chart(chart)
	}
	return chart, err
}

// charts are the given ones, kept where there is a journal.
func (k *kept) charts(live room.Charts) room.Charts {
	if k.journal == nil {
		return live
	}
	return keptCharts{live, k.journal}
}

// throwAway makes a directory for what is not to last, and what removes it.
func throwAway() (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp("", "warroom-")
	return dir, func() { _ = os.RemoveAll(dir) }, err
}
