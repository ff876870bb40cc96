package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/internal/journal"
	"warroom/internal/room"
)

func (a *app) journalCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "journal",
		Short:   "Look after the journal in which a room is kept",
		Example: "warroom journal verify\nwarroom journal path --room prod",
	}
	cmd.AddCommand(
		&cobra.Command{
			Use: "verify [JOURNAL]", Short: "Find out whether anything of it is lost or changed",
			Long:    "Reads the whole journal and says what exactly is lost or changed, if anything is. It changes\nnothing, and can be run while the room is open. Exit status 1 if there is damage.",
			Example: "warroom journal verify\nwarroom journal verify ./prod.db", Args: atMost(1),
			RunE: func(_ *cobra.Command, args []string) error { return a.verifyJournal(args) },
		},
		&cobra.Command{
			Use: "salvage", Short: "Go on with what a damaged journal still holds",
			Long:    "Writes what can be read of a damaged journal into a new one, which takes its place, and says what\nis lost. The damaged one is kept in the directory damaged beside it.",
			Example: "warroom journal salvage --room prod", Args: atMost(0),
			RunE: func(*cobra.Command, []string) error { return a.salvageJournal() },
		},
		&cobra.Command{
			Use: "compact", Short: "Give back the room on disk that old records have left",
			Example: "warroom journal compact", Args: atMost(0),
			RunE: func(*cobra.Command, []string) error { return a.compactJournal() },
		},
		&cobra.Command{
			Use: "path", Short: "Say where it is",
			Example: "warroom journal path\ncp \"$(warroom journal path)\" /backup/", Args: atMost(0),
			RunE: func(*cobra.Command, []string) error { return a.journalPath() },
		},
		&cobra.Command{
			Use: "import FILE", Short: "Make the journal of a new room from an export",
			Long:    "Reads what `warroom export` wrote, as jsonl or csv, into the journal of a room that is not there yet.",
			Example: "warroom journal import outage.jsonl --room outage", Args: atMost(1),
			RunE: func(_ *cobra.Command, args []string) error { return a.importJournal(args) },
		},
	)
	return cmd
}

func (a *app) verifyJournal(args []string) error {
	path := ""
	if len(args) > 0 {
		path = args[0]
	} else {
		place, name, err := a.place()
		if err != nil {
			return err
		}
		if !place.Exists() {
			return &exit{exitCannot, a.noRoom(name)}
		}
		path = place.Path()
	}
	report, err := journal.Verify(path)
	if err != nil {
		return &exit{exitCannot, err}
	}
	if _, err := fmt.Fprint(a.out, printable(report.String())); err != nil {
		return err
	}
	if len(report.Damage) > 0 {
		return &exit{status: exitTrouble}
	}
	return nil
}

func (a *app) salvageJournal() error {
	place, name, err := a.place()
	if err != nil {
		return err
	}
	if !place.Exists() {
		return &exit{exitCannot, a.noRoom(name)}
	}
	report, aside, err := journal.Replace(place, time.Now())
	if err != nil {
		return &exit{exitCannot, err}
	}
	if _, err := fmt.Fprint(a.out, printable(report.String())); err != nil {
		return err
	}
	if aside == "" {
		_, err = fmt.Fprintln(a.out, "nothing had to be salvaged; the journal is as it was")
	} else {
		_, err = fmt.Fprintf(a.out, "salvaged: %d events, %d readings, %d charts; what was damaged is kept as %s\n", report.Events, report.Readings, report.Charts, printable(aside))
	}
	return err
}

func (a *app) compactJournal() error {
	place, name, err := a.place()
	if err != nil {
		return err
	}
	if !place.Exists() {
		return &exit{exitCannot, a.noRoom(name)}
	}
	before, after, err := journal.Compact(place)
	if err != nil {
		return &exit{exitCannot, err}
	}
	_, err = fmt.Fprintf(a.out, "%s: %.1f MB, was %.1f MB\n", printable(place.Path()), float64(after)/1e6, float64(before)/1e6)
	return err
}

func (a *app) journalPath() error {
	place, name, err := a.place()
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(a.out, printable(place.Path())); err != nil {
		return err
	}
	if !place.Exists() {
		return &exit{exitCannot, a.noRoom(name)}
	}
	return nil
}

func (a *app) importJournal(args []string) error {
	if len(args) == 0 {
		return errors.New("journal import needs a FILE that `warroom export` wrote")
	}
	place, name, err := a.place()
	if err != nil {
		return err
	}
	if _, err := os.Lstat(place.Path()); !errors.Is(err, fs.ErrNotExist) {
		return &exit{exitCannot, fmt.Errorf("the room %q is there already; name another one with --room", name)}
	}
	create := func(m journal.Meta, records iter.Seq2[room.Record, error]) error {
		return journal.Import(place, m, records)
	}
	if err := importFile(args[0], create); err != nil {
		return &exit{exitCannot, err}
	}
	report, err := journal.Verify(place.Path())
	if err != nil {
		return &exit{exitCannot, err}
	}
	_, err = fmt.Fprintf(a.out, "imported %d events, %d readings, %d charts into %s\n", report.Events, report.Readings, report.Charts, printable(strings.TrimSpace(place.Path())))
	return err
}
