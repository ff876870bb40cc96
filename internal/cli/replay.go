package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"warroom/internal/history"
	"warroom/internal/journal"
	"warroom/internal/playback"
	"warroom/internal/room"
	"warroom/ui"
)

func (a *app) replayCommand() *cobra.Command {
	var speed float64
	var from string
	cmd := &cobra.Command{
		Use:   "replay FILE",
		Short: "Play a room again from its journal or an export of it, read-only",
		Long: "Shows a room as it was, from its beginning or from a time, as fast as it happened or faster.\n" +
			"FILE is a journal (`warroom journal path` names this room's) or what `warroom export` wrote as\n" +
			"jsonl or csv. The brackets walk from event to event; nothing here can be changed.",
		Example: "warroom replay ~/.local/state/warroom/rooms/prod.db\nwarroom replay outage.jsonl --from 07:11 --speed 60",
		Args:    atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("replay needs a FILE: a journal, or what `warroom export` wrote; `warroom journal path` names this room's")
			}
			return a.runReplay(cmd.Context(), args[0], from, speed)
		},
	}
	cmd.Flags().Float64Var(&speed, "speed", 1, fmt.Sprintf("play `N` times faster than it happened, %g at the most", float64(playback.Fastest)))
	cmd.Flags().StringVar(&from, "from", "", "begin at this `TIME` in UTC: HH:MM of the first day, or 2025-10-20T07:11")
	return cmd
}

// runReplay plays a file. Neither AWS nor any endpoint is looked at, and the file is
// left as it is.
func (a *app) runReplay(ctx context.Context, path, from string, speed float64) error {
	cfg, err := a.drillConfig()
	if err != nil {
		return err
	}
	look, err := a.lookOf(cfg)
	if err != nil {
		return err
	}
	log, err := a.openLog()
	if err != nil {
		return err
	}
	defer log.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	reader, closeReader, err := openReplay(path)
	if err != nil {
		return err
	}
	defer closeReader()
	past := history.New(reader)
	first, last := past.Span()
	if first.IsZero() {
		return fmt.Errorf("there is nothing in %s that could be played", path)
	}
	begin, err := replayFrom(from, first, last)
	if err != nil {
		return err
	}
	clock := playback.NewRewindable(first, begin, last, speed)
	player, err := history.Play(ctx, past, clock, func(err error) { log.Warn("a moment of the replay cannot be shown", "why", err) })
	if err != nil {
		return err
	}
	meta := reader.Meta()
	replay := &ui.Replay{Steering: clock, Name: meta.Room, Scenario: meta.Drill}
	return a.show(ctx, forms{
		memory: drillMemory, plain: ui.PlainOptions{Room: player, Replay: replay, ASCII: a.onlyASCII(cfg)},
		screen: ui.Options{
			Context: ctx, Room: player, Replay: replay, History: past, Look: *look,
			ReadOnly: "this is a replay; what happened cannot be changed",
		}}, log)
}

// replayFrom is the moment at which a replay begins.
func replayFrom(text string, first, last time.Time) (time.Time, error) {
	if text == "" {
		return first, nil
	}
	begin, err := time.Parse("15:04", text)
	if err == nil {
		begin = time.Date(first.Year(), first.Month(), first.Day(), begin.Hour(), begin.Minute(), 0, 0, time.UTC)
		if begin.Before(first.Truncate(time.Minute)) {
			begin = begin.AddDate(0, 0, 1)
		}
	} else {
		for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339} {
			if begin, err = time.Parse(layout, text); err == nil {
				break
			}
		}
	}
	const layout = "2006-01-02T15:04:05Z"
	switch {
	case err != nil:
		return time.Time{}, fmt.Errorf("--from: %q is no time; write 07:11, or %s", text, first.Format("2006-01-02T15:04"))
	case begin.Before(first.Truncate(time.Minute)), begin.After(last):
		return time.Time{}, fmt.Errorf("--from: %s is outside of what was kept, which goes from %s to %s", begin.UTC().Format(layout), first.Format(layout), last.Format(layout))
	case begin.Before(first):
		return first, nil
	}
	return begin.UTC(), nil
}

// openReplay opens a journal, or an export by way of a journal that is thrown away
// afterwards.
func openReplay(path string) (*journal.Reader, func(), error) {
	is, err := isJournal(path)
	if err != nil {
		return nil, nil, err
	}
	remove := func() {}
	if !is {
		var dir string
		if dir, remove, err = throwAway(); err != nil {
			return nil, nil, fmt.Errorf("there is no room for a replay in the directory for temporary files: %w", reason(err))
		}
		made := filepath.Join(dir, "replay.db")
		create := func(m journal.Meta, records iter.Seq2[room.Record, error]) error {
			return journal.Create(made, m, records)
		}
		if err := importFile(path, create); err != nil {
			remove()
			return nil, nil, err
		}
		path = made
	}
	reader, err := journal.OpenReader(path)
	if err != nil {
		remove()
		return nil, nil, err
	}
	return reader, func() {
		_ = reader.Close()
		remove()
	}, nil
}

// sqliteBegins is how every SQLite file begins. Source: "Database File Format", 1.3.
var sqliteBegins = []byte("SQLite format 3\x00")

// isJournal says whether a file is a journal, from how it begins.
func isJournal(path string) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, fmt.Errorf("%s cannot be read: %w; name a journal or an export", path, reason(err))
	}
	defer file.Close()
	begin := make([]byte, len(sqliteBegins))
	if _, err := io.ReadFull(file, begin); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, fmt.Errorf("%s cannot be read: %w; name a journal or an export", path, reason(err))
	}
	return bytes.Equal(begin, sqliteBegins), nil
}
