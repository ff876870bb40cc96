package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
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
	left := sync.OnceValue(func() *room.Snapshot { return a.asKept(ctx, cfg.Room, log.Logger) })
	for _, watches := range a.groups(cfg, world{clock: clock, once: true, left: left}) {
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
	kept := left()
	known := acknowledgedHere(kept)
	counted := count(snapshot)
	counted.Probes.Paused = len(cfg.Probes) - len(awake(cfg)) // nothing looks at them, so the room does not know them
	if asJSON {
		encoder := json.NewEncoder(a.out)
		encoder.SetIndent("", "  ")
		made := newReport(snapshot, now, known, cfg.Accounts)
		made.Counts = counted
		made.addQueue(cfg, kept, now)
		err = encoder.Encode(made)
	} else {
		err = errors.Join(printStatus(a.out, snapshot, now, counted, known), printQueue(a.out, cfg, kept, now))
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
