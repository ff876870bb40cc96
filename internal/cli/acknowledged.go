package cli

import (
	"context"
	"log/slog"
	"time"

	"warroom/internal/history"
	"warroom/internal/journal"
	"warroom/internal/room"
)

// acknowledged is what the people of a room have acknowledged, by the keys of the
// signals.
type acknowledged map[string]*room.Event

// asKept is a room as its journal has it now. Where there is none, or it cannot be read, it
// is nil.
func (a *app) asKept(ctx context.Context, name string, log *slog.Logger) *room.Snapshot {
	dir := a.stateDir()
	if dir == "" || !journal.PlaceOf(dir, name).Exists() {
		return nil
	}
	reader, err := journal.OpenReader(journal.PlaceOf(dir, name).Path())
	if err != nil {
		log.Warn("what the room knows beside this look is not known", "why", err)
		return nil
	}
	defer reader.Close()
	s, err := history.New(reader).At(ctx, time.Now())
	if err != nil {
		log.Warn("what the room knows beside this look is not known", "why", err)
		return nil
	}
	return s
}

// acknowledgedHere is what is acknowledged in a Snapshot, which may be nil.
func acknowledgedHere(s *room.Snapshot) acknowledged {
	known := acknowledged{}
	if s == nil {
		return known
	}
	for _, kind := range room.Kinds {
		for _, signal := range s.Of(kind).Signals {
			if signal.Standing == room.Acknowledged {
				known[signal.Key] = signal.Ack
			}
		}
	}
	return known
}

// of is the acknowledgement of a signal that is in trouble, or nil.
func (k acknowledged) of(signal *room.Signal) *room.Event {
	if signal.State != room.Critical && signal.State != room.Warning {
		return nil
	}
	return k[signal.Key]
}

func (k acknowledged) report(signal *room.Signal) *ackReport {
	ack := k.of(signal)
	if ack == nil {
		return nil
	}
	return &ackReport{By: ack.Actor, At: ack.At.UTC(), Note: text(ack.Text)}
}
