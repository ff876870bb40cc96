package cli

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/probe"
)

// probeFlags are those of `warroom probe`.
type probeFlags struct {
	json, watch, all, insecure, noFollow bool
	endless                              bool // no count ends the looks, only ctrl+c
	count                                int
	interval, timeout                    time.Duration
	method                               string
	expects, headers                     []string
}

// probeInterval is the time between two looks unless said otherwise.
const probeInterval = time.Second

func (a *app) probeCommand() *cobra.Command {
	var f probeFlags
	cmd := &cobra.Command{
		Use:   "probe TARGET...",
		Short: "Look at endpoints once, phase by phase",
		Long: "Looks once at each endpoint and prints where the time went: resolving the name, connecting,\n" +
			"TLS, the first byte, the transfer. A TARGET is a URL; without a scheme it is https.\n" +
			"Exit status: 0 all are up, 1 a look found one down, 2 could not look, 130 stopped by a signal.",
		Example: "warroom probe example.com\nwarroom probe tcp://db.example.com:5432 --count 10\n" +
			"warroom probe https://example.com/health --all-addresses --expect 'body~ok' --expect 'latency<2s'\nwarroom probe example.com --watch",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("probe needs something to look at; write warroom probe https://example.com/health")
			}
			f.endless = f.watch && !cmd.Flags().Changed("count")
			p, err := a.newProbing(&f, args)
			if err != nil {
				return err
			}
			return p.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.json, "json", false, "print JSON for scripts, a line for each look at each address")
	flags.BoolVar(&f.watch, "watch", false, "look again and again, until ctrl+c or --count")
	flags.IntVar(&f.count, "count", 1, "look `N` times")
	flags.DurationVar(&f.interval, "interval", probeInterval, "the `DURATION` from one look to the next")
	flags.DurationVar(&f.timeout, "timeout", probe.DefaultTimeout, "how long a look may take, redirects included: a `DURATION`")
	flags.BoolVar(&f.all, "all-addresses", false, "look at every address that the name resolves to")
	flags.StringArrayVar(&f.expects, "expect", nil, "what a good answer looks like, such as 'status=200..299', 'body~ok' or 'latency<2s': a `RULE`")
	flags.StringVar(&f.method, "method", "", "the HTTP `METHOD`; GET if not given")
	flags.StringArrayVar(&f.headers, "header", nil, "an HTTP header, 'Name: value', which is never printed: a `HEADER`")
	flags.BoolVar(&f.insecure, "insecure", false, "take any certificate, and say so")
	flags.BoolVar(&f.noFollow, "no-follow", false, "take a redirect itself as the answer")
	return cmd
}

// aim is one endpoint, or one address of it, that is looked at.
type aim struct {
	target  string     // as it was given
	address netip.Addr // that is looked at; invalid: whichever the name resolves to
	spec    probe.Spec
	samples []room.Sample // of the newest looks
}

// samplesKept is how many looks of an aim are summed up: an hour of one a second.
const samplesKept = 3600

// probing is the looking of one command.
type probing struct {
	flags *probeFlags
	aims  []*aim
	out   probeOutput
}

// probeOutput prints what looks found. One round is a look at each aim.
type probeOutput interface {
	round(found []found) error
	over(aims []*aim) error
}

// found is what one look at an aim found.
type found struct {
	aim    *aim
	signal room.Signal // without samples if nothing was found out
	sample room.Sample
	next   string // what to do about trouble of our own
}

// trouble says whether the endpoint is down, and blind whether it could not be looked at.
func (f *found) trouble() bool { return f.signal.State == room.Critical }
func (f *found) blind() bool   { return f.signal.State == room.Unknown }

func (a *app) newProbing(f *probeFlags, targets []string) (*probing, error) {
	switch {
	case f.count < 1:
		return nil, fmt.Errorf("--count %d is no number of looks; write 1 or more", f.count)
	case f.interval <= 0 || f.timeout <= 0:
		return nil, errors.New("--interval and --timeout need a time; write one such as 2s")
	}
	p := &probing{flags: f}
	for i, target := range targets {
		spec, err := f.spec(target)
		if err != nil {
			return nil, err
		}
		if err := p.add(target, spec); err != nil {
			return nil, placed(err, i, len(targets))
		}
	}
	var err error
	p.out, err = a.probeOutput(f)
	return p, err
}

// placed says which of several targets an error is about. By its number, since the target
// itself may hold a password.
func placed(err error, i, targets int) error {
	if targets == 1 {
		return err
	}
	return fmt.Errorf("target %d of %d: %w", i+1, targets, err)
}

// spec is what the flags say of a target.
func (f *probeFlags) spec(target string) (probe.Spec, error) {
	spec := probe.Spec{
		Name: target, URL: target, Method: f.method, Interval: f.interval, Timeout: f.timeout,
		Insecure: f.insecure, NoFollow: f.noFollow, Header: map[string][]string{},
	}
	for _, header := range f.headers {
		name, value, ok := strings.Cut(header, ":")
		if !ok {
			return spec, errors.New("--header is written as 'Name: value'; the one that was given has no colon")
		}
		spec.Header[name] = append(spec.Header[name], strings.TrimSpace(value))
	}
	for _, rule := range f.expects {
		if err := expected(rule, &spec.Expect); err != nil {
			return spec, err
		}
	}
	return spec, nil
}

// expected reads one rule of --expect.
func expected(rule string, into *probe.Expect) error {
	at := strings.IndexAny(rule, "=~<")
	if at < 0 {
		at = 0
	}
	switch name, value := rule[:at], rule[min(at+1, len(rule)):]; {
	case name == "status" && rule[at] == '=':
		into.Status = value
	case name == "body" && rule[at] == '~':
		into.Body = value
	case name == "latency" && rule[at] == '<':
		limit, err := time.ParseDuration(value)
		if err != nil || limit <= 0 {
			return fmt.Errorf("--expect: %q is not a length of time; write it like 'latency<2s'", value)
		}
		into.Latency = limit
	default:
		return fmt.Errorf("--expect: %q is no rule; write 'status=200..299', 'body~ok' or 'latency<2s'", rule)
	}
	return nil
}

// add takes a target in, with each of its addresses if that is asked for.
func (p *probing) add(target string, spec probe.Spec) error {
	if target == "" {
		return errors.New("it is empty; write it as https://host:port/path")
	}
	if _, err := probe.New(spec, nil); err != nil {
		return unnamed(err, spec.Name)
	}
	if !p.flags.all {
		p.aims = append(p.aims, &aim{target: target, spec: spec})
		return nil
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	addresses, err := probe.Addresses(ctx, spec, nil)
	if ctx.Err() != nil {
		return &exit{status: exitInterrupted}
	}
	if err != nil {
		p.aims = append(p.aims, &aim{target: target, spec: spec}) // whose look says the same
		return nil
	}
	for _, address := range addresses {
		spec.Pin = address
		p.aims = append(p.aims, &aim{target: target, address: address, spec: spec})
	}
	return nil
}

// run looks as often as was asked for. Whatever was down once is trouble that was seen.
func (p *probing) run(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	status := exitCalm
	for n := 0; p.flags.endless || n < p.flags.count; n++ {
		due := time.Now().Add(p.flags.interval)
		seen := p.round(ctx)
		if ctx.Err() != nil {
			break
		}
		status = worse(status, seen)
		if err := p.out.round(seen); err != nil {
			return err
		}
		if p.flags.endless || n+1 < p.flags.count {
			_ = room.Wall{}.Sleep(ctx, due) // that it was stopped is seen below
		}
	}
	if err := p.out.over(p.aims); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return &exit{status: exitInterrupted}
	case status != exitCalm:
		return &exit{status: status}
	}
	return nil
}

// worse is the exit status after one more round: what is down wins over what could not be
// looked at.
func worse(status int, round []found) int {
	for i := range round {
		switch f := &round[i]; {
		case f.trouble():
			return exitTrouble
		case f.blind() && status == exitCalm:
			status = exitCannot
		}
	}
	return status
}

// round looks at every aim once, all together.
func (p *probing) round(ctx context.Context) []found {
	seen := make([]found, len(p.aims))
	var all sync.WaitGroup
	for i, one := range p.aims {
		all.Go(func() { seen[i] = one.look(ctx) })
	}
	all.Wait()
	return seen
}

// look makes one look and remembers what it found. Each has a watch of its own, because
// one that remembers calls a right answer flapping after wrong ones, and still shows the
// certificate of an earlier look when the handshake fails.
func (a *aim) look(ctx context.Context) found {
	f := found{aim: a}
	watch, err := probe.New(a.spec, nil)
	if err != nil { // add has refused such a spec already
		f.signal = room.Signal{Word: "ERROR", Reason: err.Error(), Since: time.Now()}
		f.sample = room.Sample{At: time.Now().UTC(), Total: room.Absent, Phases: room.NoPhases}
		return f
	}
	ctx, cancel := context.WithTimeout(ctx, watch.Timeout)
	defer cancel()
	err = watch.Look(ctx, func(signals []room.Signal) {
		f.signal, f.sample = signals[0], signals[0].Samples[0]
		if len(a.samples) == samplesKept {
			a.samples = append(a.samples[:0], a.samples[1:]...)
		}
		a.samples = append(a.samples, f.sample)
	})
	var failure *sources.Failure
	if errors.As(err, &failure) {
		f.next = failure.Next
		if len(f.signal.Samples) == 0 {
			f.signal = room.Signal{Word: "ERROR", Reason: failure.Why, Since: time.Now()}
			f.sample = room.Sample{At: time.Now().UTC(), Total: room.Absent, Phases: room.NoPhases}
		}
	}
	return f
}
