package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
)

// protocols are what is compared, in this order.
var protocols = []string{"http", "https", "tcp", "dns", "grpc", "icmp"}

// rates are those that have bars, or were chosen for want of one.
var rates = map[string][]int{
	"http": {1000, 4000}, "https": {300, 1000}, "tcp": {1000}, "dns": {1000}, "grpc": {300}, "icmp": {1000},
}

// options are what the command line asks for.
type options struct {
	protocol  string
	rate      int
	seconds   int
	rounds    int
	all       bool
	memory    bool
	scheduler bool
}

func readOptions() (o options, err error) {
	flag.StringVar(&o.protocol, "protocol", "", "one of "+strings.Join(protocols, ", "))
	flag.IntVar(&o.rate, "rate", 0, "probes a second, each of a target of its own (default: the rates that have a bar)")
	flag.IntVar(&o.seconds, "seconds", 20, "how long each run is measured, after a second that is not")
	flag.IntVar(&o.rounds, "rounds", 3, "runs of each contestant, in turns; the figures are medians")
	flag.BoolVar(&o.all, "all", false, "all protocols, -memory and -scheduler")
	flag.BoolVar(&o.memory, "memory", false, "memory of 1,000 endpoints with ten minutes of history, and 10,000 configured ones")
	flag.BoolVar(&o.scheduler, "scheduler", false, "warroom's own runner and room, instead of the schedule that all share")
	flag.Parse()
	switch {
	case flag.NArg() > 0:
		return o, fmt.Errorf("%q is no flag; -help lists them", flag.Arg(0))
	case o.seconds < 1 || o.rounds < 1 || o.rate < 0:
		return o, errors.New("-seconds and -rounds must be 1 at least, and -rate no less than nothing")
	case o.protocol != "" && !slices.Contains(protocols, o.protocol):
		return o, fmt.Errorf("%q is not compared; use one of %s", o.protocol, strings.Join(protocols, ", "))
	case o.protocol == "" && !o.all && !o.memory && !o.scheduler:
		return o, errors.New("nothing to do; name a -protocol, or give -all, -memory or -scheduler")
	}
	return o, nil
}

// compare measures what the command line asks for. What goes wrong in one run is told at
// once and does not keep the others from running.
func compare() error {
	o, err := readOptions()
	if err != nil {
		return err
	}
	s, err := startServer()
	if err != nil {
		return err
	}
	defer s.stop()
	wrong := 0
	for _, protocol := range protocols {
		if !o.all && (protocol != o.protocol || o.scheduler) {
			continue
		}
		for _, rate := range o.rates(protocol) {
			wrong += o.protocolAt(s, protocol, rate)
		}
	}
	if o.scheduler || o.all {
		protocol := cmp.Or(o.protocol, "http")
		wrong += o.inTurns(s, protocol, cmp.Or(o.rate, 1000), []string{scheduled})
	}
	if o.memory || o.all {
		wrong += o.capacities(s)
	}
	if wrong > 0 {
		return fmt.Errorf("%d runs went wrong", wrong)
	}
	return nil
}

func (o options) rates(protocol string) []int {
	if o.rate > 0 {
		return []int{o.rate}
	}
	return rates[protocol]
}

func (o options) protocolAt(s *server, protocol string, rate int) (wrong int) {
	var names []string
	for _, c := range contestants[protocol] {
		names = append(names, c.name)
	}
	return o.inTurns(s, protocol, rate, names)
}

// inTurns runs each contestant as often as there are rounds, one after the other and in
// turns, prints what came of it, and gives the number of runs that went wrong.
func (o options) inTurns(s *server, protocol string, rate int, names []string) (wrong int) {
	runs := make(map[string][]figures)
	for range o.rounds {
		for _, name := range names {
			f, err := s.race(task{Protocol: protocol, Contestant: name, Rate: rate, Seconds: o.seconds, Serving: s.serving})
			if err != nil {
				fmt.Fprintf(os.Stderr, "%s %d/s, %s: %v\n", protocol, rate, name, err)
				wrong++
				continue
			}
			runs[name] = append(runs[name], f)
		}
	}
	fmt.Printf("\n%s, %d/s, %d runs of %d s each\n", protocol, rate, o.rounds, o.seconds)
	printRuns(os.Stdout, protocol, rate, names, runs)
	for _, f := range runs[scheduled] {
		fmt.Printf("%d turns were skipped in a run\n", f.Skipped)
	}
	return wrong
}

// capacities measures memory: of endpoints with certificates and a history, and of many
// that have only just been configured.
func (o options) capacities(s *server) (wrong int) {
	fmt.Println()
	for _, c := range []struct {
		as    string
		task  task
		print func(capacity)
	}{
		{asMemory, task{Protocol: "https", Rate: 1_000, Serving: s.serving}, printMemory},
		{asConfigured, task{Protocol: "http", Rate: 10_000, Serving: s.serving}, printConfigured},
	} {
		var result capacity
		if err := child(&result, c.as, c.task); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", c.as, err)
			wrong++
			continue
		}
		c.print(result)
	}
	return wrong
}
