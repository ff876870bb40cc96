package cli

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"warroom/internal/journal"
	"warroom/internal/room"
)

// heard is a log that tells of each line it is given.
type heard struct {
	slog.Handler
	lines chan string
}

func (h heard) Enabled(context.Context, slog.Level) bool { return true }

func (h heard) Handle(_ context.Context, r slog.Record) error {
	select {
	case h.lines <- r.Message:
	default:
	}
	return nil
}

func TestAScreenWaitsForACommandThatHasTheJournalForAMoment(t *testing.T) {
	place, quiet := journal.PlaceOf(t.TempDir(), "prod"), slog.New(slog.DiscardHandler)
	command, err := journal.Open(place, journal.Options{Room: "prod", Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	log := heard{slog.DiscardHandler, make(chan string, 1)}
	opened := make(chan *kept, 1)
	go func() {
		opened <- openRoomAt(t.Context(), place, journal.Options{Room: "prod", Log: slog.New(log)}, room.Wall{})
	}()
	select {
	case line := <-log.lines:
		if !strings.Contains(line, "waiting for another command") {
			t.Error(line)
		}
	case k := <-opened:
		k.close()
		t.Fatalf("it did not wait: %s%s", k.readOnly, k.unkept)
	}
	if err := command.Close(); err != nil {
		t.Fatal(err)
	}
	k := <-opened
	defer k.close()
	if k.journal == nil || k.readOnly != "" {
		t.Fatalf("nobody can act on this screen: %s%s", k.readOnly, k.unkept)
	}
}
