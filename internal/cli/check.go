package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/spf13/cobra"

	"warroom/internal/config"
	"warroom/theme"
)

const (
	// checkTimeout is how long a whole check may take, in real time.
	checkTimeout = 20 * time.Second
	// checksAtOnce bounds the calls and probes under way: enough for every region of
	// an account, too few to be throttled or to meet a limit on open files.
	checksAtOnce = 16
)

// checker finds out what works. Its parts run at the same time.
type checker struct {
	*app
	cfg      *config.Config // of the file with the flags over it; the defaults if the file has mistakes
	broken   bool           // the file has mistakes
	library  theme.Library  // has the theme that is asked for, unless that has mistakes
	ascii    bool           // ASCII only is drawn here, asked for or not
	timeout  time.Duration  // for everything, real time
	patience time.Duration  // for the terminal's answers, real time
	log      *slog.Logger
	slots    chan struct{} // one is taken for each call or probe under way
	aws      skew          // our clock against those of AWS
	web      skew          // our clock against those of the endpoints that are probed
}

func (a *app) checkCommand() *cobra.Command {
	var asJSON bool
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Say what works, what does not, and how to mend it",
		Long: "Tries everything that warroom needs, each for real: the config, the credentials,\n" +
			"every AWS API action in every region, every probe, the clock, the terminal, the\n" +
			"directories. Nothing is changed anywhere. Asking for metrics costs 0.00001 USD for\n" +
			"each region; all other calls are free.\n" +
			"Exit status: 0 all is well or worth a warning, 1 something failed, 2 wrong use.",
		Example: "warroom check\nwarroom check --profile prod --region us-east-1,eu-west-1\nwarroom check --json --timeout 10s",
		Args:    atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if timeout <= 0 {
				return fmt.Errorf("--timeout %s leaves no time to look; give it a second or more", timeout)
			}
			status, err := a.runCheck(cmd.Context(), asJSON, timeout)
			if err == nil && status != exitCalm {
				err = &exit{status: status}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON for scripts")
	cmd.Flags().DurationVar(&timeout, "timeout", checkTimeout, "give up after this `DURATION`")
	return cmd
}

// runCheck runs all parts at once and prints what they found in a fixed order, each
// topic as soon as it is whole. It returns the exit status.
func (a *app) runCheck(ctx context.Context, asJSON bool, timeout time.Duration) (status int, err error) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt) // the terminal is restored first
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	log, err := a.openLog()
	if err != nil {
		return exitCannot, err
	}
	defer log.Close()
	c := &checker{app: a, timeout: timeout, patience: answerPatience, log: log.Logger, slots: make(chan struct{}, checksAtOnce)}
	settings, err := c.readConfig()
	if err != nil {
		return exitCannot, err
	}
	var looks sync.WaitGroup
	aws := c.start(&looks, topicCredentials, func() []finding { return c.accounts(ctx) })
	feeds := c.start(&looks, topicFeed, func() []finding { return c.feeds(ctx) })
	probes := c.start(&looks, topicProbe, func() []finding { return c.probes(ctx) })
	clock := c.start(&looks, topicClock, func() []finding { return c.clock(ctx, aws) })
	screen, err := c.screen(ctx, &looks)
	if err != nil { // ctrl+c, typed while the terminal was asked
		return exitInterrupted, nil
	}
	report := &checkReport{out: a.out, json: asJSON, print: c.printer(screen)}
	for _, part := range []func() []finding{
		func() []finding { return settings }, aws, feeds, probes, clock,
		func() []finding { return screen.findings }, c.paths,
	} {
		found := part()
		if errors.Is(ctx.Err(), context.Canceled) {
			return exitInterrupted, nil
		}
		if err := report.add(found); err != nil {
			return exitCannot, fmt.Errorf("the report could not be printed: %w", reason(err))
		}
	}
	if err := report.end(time.Now()); err != nil {
		return exitCannot, fmt.Errorf("the report could not be printed: %w", reason(err))
	}
	if report.worst() == stateFailed {
		return exitTrouble, nil
	}
	return exitCalm, nil
}

// start runs a part of the check, and returns how to wait for what it found.
func (c *checker) start(group *sync.WaitGroup, topic string, part func() []finding) func() []finding {
	var found []finding
	done := make(chan struct{})
	group.Go(func() {
		defer close(done)
		found = c.guard(subject{topic: topic, name: topic}, part)
	})
	return func() []finding {
		<-done
		return found
	}
}

// together calls find for each of n things at once and returns all that was found,
// in their order.
func (c *checker) together(about subject, n int, find func(i int) []finding) []finding {
	parts := make([][]finding, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			parts[i] = c.guard(about, func() []finding { return find(i) })
		})
	}
	group.Wait()
	return slices.Concat(parts...)
}

// guard makes a finding of a defect: while others look, the terminal may be in raw
// mode, and must be restored before the program ends.
func (c *checker) guard(about subject, find func() []finding) (found []finding) {
	defer func() {
		if defect := recover(); defect != nil {
			c.log.Error("check panicked", "topic", about.topic, "defect", defect, "stack", string(debug.Stack()))
			found = []finding{about.fail("a defect in this program", "the log has the details (--log FILE); please report them")}
		}
	}()
	return find()
}

// printer is how the findings are shown to people, here and now.
func (c *checker) printer(s *surface) *checkPrinter {
	p := &checkPrinter{out: c.out, marks: theme.Unicode, ascii: c.ascii, width: s.columns}
	if c.ascii {
		p.marks = theme.ASCII
	}
	if s.terminal && s.profile > colorprofile.ASCII {
		p.theme = c.library.New(c.cfg.Theme, theme.Terminal{Light: !s.dark, Profile: s.profile})
		p.out = &colorprofile.Writer{Forward: c.out, Profile: s.profile}
	}
	return p
}

// unasked says whether ASCII is taken because of the terminal or its locale alone.
func (c *checker) unasked() bool { return c.ascii && !c.cfg.ASCII }

// turn waits until another call may be under way. The error is the context's.
func (c *checker) turn(ctx context.Context) (done func(), err error) {
	select {
	case c.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := ctx.Err(); err != nil { // the turn came with the end
		<-c.slots
		return nil, err
	}
	return func() { <-c.slots }, nil
}

// overdue is what is found of something whose turn did not come.
func (c *checker) overdue(about subject) finding {
	return about.fail("its turn did not come within "+c.timeout.String(), "give it more time: --timeout "+(2*c.timeout).String())
}
