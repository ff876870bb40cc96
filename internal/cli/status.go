package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"warroom/internal/room"
	"warroom/internal/triage"
	"warroom/sources"
)

// statusTimeout is how long one pass over everything may take, in real time.
const statusTimeout = 20 * time.Second

func (a *app) statusCommand() *cobra.Command {
	var asJSON bool
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Look once at everything and print it",
		Long: "Looks once at AWS Health, the alarms and the probes, and prints what is bad.\n" +
			"Exit status: 0 calm, 1 trouble, 2 not everything could be seen, 130 stopped by a signal.",
		Example: "warroom status\nwarroom status --json --timeout 10s",
		Args:    atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if timeout <= 0 {
				return fmt.Errorf("--timeout %s leaves no time to look; give it a second or more", timeout)
			}
			return a.runStatus(cmd.Context(), asJSON, timeout)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON for scripts")
	cmd.Flags().DurationVar(&timeout, "timeout", statusTimeout, "give up after this `DURATION`")
	return cmd
}

func (a *app) runStatus(ctx context.Context, asJSON bool, timeout time.Duration) error {
	cfg, _, err := a.loadConfig()
	if err != nil {
		return err
	}
	log, err := a.openLog()
	if err != nil {
		return err
	}
	defer log.Close()
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	clock := room.Wall{}
	r := room.New(room.Options{Name: cfg.Room, Clock: clock})
	var all sync.WaitGroup
	for _, watches := range a.groups(cfg, world{clock: clock, once: true}) {
		all.Go(func() {
			found, _ := watches(ctx)
			sources.NewRunner(clock, r, log.Logger).Once(ctx, found)
		})
	}
	all.Wait()
	if errors.Is(ctx.Err(), context.Canceled) { // stopped by a signal: what was not seen says nothing
		return &exit{status: exitInterrupted}
	}
	r.Flush()
	// What was seen is judged together, also when the time is up.
	sources.NewRunner(clock, r, log.Logger).Once(context.WithoutCancel(ctx), groupWatch(cfg, r))
	r.Flush()
	snapshot, now := r.Snapshot(), r.Now()
	kept := a.asKept(ctx, cfg.Room, log.Logger)
	known := acknowledgedHere(kept)
	if asJSON {
		encoder := json.NewEncoder(a.out)
		encoder.SetIndent("", "  ")
		made := newReport(snapshot, now, known, cfg.Accounts)
		made.Counts.Probes.Paused = len(cfg.Probes) - len(awake(cfg)) // nothing looks at them, so the room does not know them
		made.addQueue(cfg, kept, now)
		err = encoder.Encode(made)
	} else {
		err = errors.Join(printStatus(a.out, snapshot, now, known), printQueue(a.out, cfg, kept, now))
	}
	if err != nil {
		return fmt.Errorf("the status could not be printed: %w", err)
	}
	switch triage.Condition(snapshot, now) {
	case room.InTrouble:
		return &exit{status: exitTrouble}
	case room.Blind:
		return &exit{status: exitCannot}
	}
	return nil
}

// printStatus prints the one word, the counts, and what is not fine.
func printStatus(out io.Writer, s *room.Snapshot, now time.Time, known acknowledged) error {
	var text strings.Builder
	c := count(s)
	fmt.Fprintf(&text, "%s  %s\n", strings.ToUpper(string(triage.Condition(s, now))), now.UTC().Format("2006-01-02 15:04:05Z"))
	fmt.Fprintf(&text, "health  %d open, %d upcoming, %d closed\n", c.Health.Open, c.Health.Upcoming, c.Health.Closed)
	fmt.Fprintf(&text, "alarms  %d ALARM, %d without data, %d OK\n", c.Alarms.Alarm, c.Alarms.InsufficientData, c.Alarms.OK)
	fmt.Fprintf(&text, "probes  %d DOWN, %d SLOW, %d UP, %d could not be made\n", c.Probes.Down, c.Probes.Slow, c.Probes.Up, c.Probes.Error)
	if n := len(s.Of(room.KindGroup).Signals); n > 0 {
		fmt.Fprintf(&text, "groups  %d DOWN, %d in part, %d UP, %d cannot be judged\n", c.Groups.Down, c.Groups.Degraded, c.Groups.Up, c.Groups.Unknown)
	}
	for _, kind := range room.Kinds {
		for _, signal := range s.Of(kind).Signals {
			if signal.State == room.OK {
				break
			}
			fmt.Fprintf(&text, "%-8s  %-9s %s  %s  since %s", signal.State, signal.Word, signal.Title, signal.Region, signal.Since.UTC().Format("2006-01-02 15:04:05Z"))
			if ack := known.of(signal); ack != nil {
				text.WriteString("  acknowledged by " + ack.Actor)
			}
			if signal.Reason != "" {
				text.WriteString("  " + signal.Reason)
			}
			text.WriteByte('\n')
		}
	}
	for _, b := range triage.CloudWatch(s, now) {
		text.WriteString(b.Sentence())
		if !b.Since.IsZero() {
			text.WriteString(", since " + b.Since.UTC().Format("2006-01-02 15:04:05Z"))
		}
		text.WriteByte('\n')
	}
	for _, status := range s.Scopes.List {
		if status.Trouble != nil {
			fmt.Fprintf(&text, "not seen  %s: %s\n", status.Scope, status.Trouble)
		}
		if status.Scope.Source == room.PushSource {
			text.WriteString(queueLine(status, now))
		}
	}
	_, err := io.WriteString(out, text.String())
	return err
}
