package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/internal/export"
	"warroom/internal/journal"
	"warroom/internal/room"
)

// formats are the ones that an export can have, by name.
var formats = map[string]func(context.Context, io.Writer, *journal.Reader, time.Time) error{
	"jsonl": export.JSONL,
	"csv":   export.CSV,
}

func (a *app) exportCommand() *cobra.Command {
	var format, path string
	cmd := &cobra.Command{
		Use:   "export [JOURNAL]",
		Short: "Write what a room kept, for other programs",
		Long: "Writes every event, reading and chart that the room has kept, as lines of JSON or as CSV;\n" +
			"also while the room is open. Both can be played with `warroom replay` and read back whole\n" +
			"with `warroom journal import`. JOURNAL is a file of its own instead of the room's.",
		Example: "warroom export -o outage.jsonl\nwarroom export --room prod --format csv -o outage.csv\nwarroom export | jq -c 'select(.event.type == \"ack\").event'",
		Args:    atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			write, ok := formats[format]
			if !ok {
				return fmt.Errorf("--format: there is no format %q yet; there are jsonl and csv", format)
			}
			return a.runExport(cmd.Context(), args, path, write)
		},
	}
	cmd.Flags().StringVar(&format, "format", "jsonl", "write as `FORMAT`: jsonl or csv")
	cmd.Flags().StringVarP(&path, "output", "o", "", "write into a `FILE`, whole or not at all, instead of to the standard output")
	return cmd
}

func (a *app) runExport(ctx context.Context, args []string, path string, write func(context.Context, io.Writer, *journal.Reader, time.Time) error) error {
	var reader *journal.Reader
	var err error
	if len(args) > 0 {
		reader, err = journal.OpenReader(args[0])
	} else {
		reader, err = a.readRoom()
	}
	if err != nil {
		return &exit{exitCannot, err}
	}
	defer reader.Close()
	if export.LetGo(reader) {
		fmt.Fprintln(a.err, "warroom: the oldest events of this room were let go; the export begins after them")
	}
	if path == "" {
		out := bufio.NewWriter(a.out)
		if err := errors.Join(write(ctx, out, reader, time.Now()), out.Flush()); err != nil {
			return &exit{exitCannot, fmt.Errorf("the export breaks off: %w", reason(err))}
		}
		return nil
	}
	if namedLikeAJournal(path) {
		return fmt.Errorf("-o: %s would look like a journal of warroom, and is none; let its name end in .jsonl or .csv", path)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // a pipe, or a device
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err == nil {
			err = errors.Join(write(ctx, file, reader, time.Now()), file.Close())
		}
		if err != nil {
			return &exit{exitCannot, fmt.Errorf("%s was not written whole: %w", path, reason(err))}
		}
		return nil
	}
	if is, err := isJournal(path); err == nil && is {
		return fmt.Errorf("-o: %s is a journal, and would be lost; name another file", path)
	}
	if err := writeWhole(path, func(out io.Writer) error { return write(ctx, out, reader, time.Now()) }); err != nil {
		return &exit{exitCannot, fmt.Errorf("%s was not written: %w; nothing is there that was not there before", path, reason(err))}
	}
	return nil
}

// namedLikeAJournal says whether a file would be taken for a part of a journal: the
// SQLite file, what SQLite puts beside it, or what the journal does.
func namedLikeAJournal(path string) bool {
	name := strings.ToLower(filepath.Base(path))
	return slices.ContainsFunc([]string{".db", ".db-wal", ".db-shm", ".db-journal", ".head", ".lock", ".sock"}, func(end string) bool {
		return strings.HasSuffix(name, end)
	})
}

// writeWhole writes a file beside the named one and puts it there when it is whole.
func writeWhole(path string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	out := bufio.NewWriter(file)
	err = errors.Join(write(out), out.Flush(), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

// importFile makes a new journal of an export.
func importFile(from string, create func(journal.Meta, iter.Seq2[room.Record, error]) error) error {
	file, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w", from, reason(err))
	}
	defer file.Close()
	header, records, err := export.Read(file)
	if err == nil {
		err = create(header.Meta(), records)
	}
	var broken *export.Broken
	if errors.As(err, &broken) {
		return fmt.Errorf("%s, %w; nothing of it was taken", from, broken)
	}
	var unread *fs.PathError
	if errors.As(err, &unread) && unread.Path == from {
		return fmt.Errorf("%s cannot be read: %w; name a file that `warroom export` wrote", from, unread.Err)
	}
	return err
}
