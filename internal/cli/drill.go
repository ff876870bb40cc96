package cli

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/spf13/cobra"

	"warroom/internal/config"
	"warroom/internal/drill"
	"warroom/internal/journal"
	"warroom/internal/room"
	"warroom/sources/awsclient"
	"warroom/sources/cloudwatch"
	"warroom/sources/probe"
	"warroom/ui"
)

func (a *app) drillCommand() *cobra.Command {
	var list bool
	var speed float64
	var from string
	var share bool
	var sharing serveFlags
	cmd := &cobra.Command{
		Use:   "drill [SCENARIO]",
		Short: "Play a simulated outage: no AWS, no network",
		Long: "Plays an outage against simulated AWS endpoints and services on this machine.\n" +
			"SCENARIO is the name of one that comes along, or a YAML file of your own.",
		Example: "warroom drill\nwarroom drill --from 09:20 --speed 60\nwarroom drill ./my-outage.yaml\nwarroom drill --plain | grep ALARM",
		Args:    atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := refuseOutside(cmd); err != nil {
				return err
			}
			if list {
				return a.listDrills()
			}
			name := drill.DefaultScenario
			if len(args) > 0 {
				name = args[0]
			}
			if share {
				return a.runDrill(cmd.Context(), name, drill.Options{Speed: speed, From: from}, a.served(sharing))
			}
			if flag := serveOnly(cmd); flag != "" {
				return fmt.Errorf("--%s is for a shared drill; add --serve, or take it away", flag)
			}
			return a.runDrill(cmd.Context(), name, drill.Options{Speed: speed, From: from}, a.show)
		},
	}
	cmd.Flags().BoolVar(&list, "list", false, "list the scenarios that come along")
	cmd.Flags().Float64Var(&speed, "speed", 0, fmt.Sprintf("play `N` times faster than real time, %g at the most; 0 is the scenario's own", float64(drill.Fastest)))
	cmd.Flags().StringVar(&from, "from", "", "begin at this time of day, `HH:MM` in UTC")
	cmd.Flags().BoolVar(&share, "serve", false, "share the drill over SSH, as `warroom serve` shares a room")
	sharing.add(cmd)
	cmd.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		for _, name := range outside {
			cmd.InheritedFlags().Lookup(name).Hidden = true // Flags has them only once it was parsed
		}
		cmd.Root().HelpFunc()(cmd, args)
	})
	return cmd
}

// outside are the flags of every command that say where to look, which a drill does
// not take.
var outside = []string{"room", "profile", "region"}

// refuseOutside refuses them.
func refuseOutside(cmd *cobra.Command) error {
	for _, name := range outside {
		if cmd.Flags().Changed(name) {
			return fmt.Errorf("--%s: a drill plays in a made-up world, with accounts, regions and a room of its own; take --%s away", name, name)
		}
	}
	return nil
}

func (a *app) listDrills() error {
	for _, s := range drill.Scenarios() {
		if _, err := fmt.Fprintf(a.out, "%-28s %s\n", s.Name, s.Title); err != nil {
			return err
		}
	}
	return nil
}

// runDrill plays a scenario. The room, its sources and the screen are those of a
// live room; only the world that they look at is made up.
func (a *app) runDrill(ctx context.Context, name string, options drill.Options, show shown) error {
	cfg, err := a.drillConfig()
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

	scenario, err := drill.Load(name)
	if err != nil {
		return err
	}
	simulated, err := drill.Start(ctx, scenario, options)
	if err != nil {
		return err
	}
	defer simulated.Close()
	stage(cfg, simulated)
	look, err := a.lookOf(cfg)
	if err != nil {
		return err
	}
	a.themes.tell(log.Logger, look.Themes)
	clock, made := simulated.Clock(), drillWorld(simulated)
	k, err := a.openDrill(ctx, journal.Options{Room: scenario.Name, Drill: scenario.Name, Log: log.Logger}, clock)
	if err != nil {
		return err
	}
	defer k.close()
	made.room = k.room
	c := &crew{room: k.room, clock: clock, log: log.Logger, charts: made.charts}
	made.hearing = drillHearing(k, c)
	c.start(ctx, a.drillGroups(cfg, made, clock.Speed))
	defer c.leave()
	return show(ctx, forms{
		kept: k, memory: drillMemory, plain: ui.PlainOptions{Room: k.room, Drill: clock, NoJournal: k.unkept, ASCII: a.onlyASCII(cfg)},
		screen: ui.Options{
			Context: ctx, Room: k.room, Desk: k.desk(), Drill: clock, History: k.history, NoJournal: k.unkept, Look: *look, Refresh: c.again, Charts: newSharedCharts(k.charts(made.charts), clock), Calls: made.callCounts,
		}}, log)
}

// openDrill opens a room for a drill: one that is thrown away, or in the directory
// that --state names a new one, since a drill begins anew whatever was played before.
func (a *app) openDrill(ctx context.Context, o journal.Options, clock room.Clock) (*kept, error) {
	dir, remove := a.flags.state, func() {}
	if dir == "" {
		var err error
		if dir, remove, err = throwAway(); err != nil {
			return unkept(o, clock, fmt.Errorf("there is no directory for temporary files: %w; name another with --state", reason(err))), nil
		}
	}
	scenario := o.Room
	for i := 2; journal.PlaceOf(dir, o.Room).Exists(); i++ {
		o.Room = fmt.Sprintf("%s-%d", scenario, i)
	}
	k := openRoomAt(ctx, journal.PlaceOf(dir, o.Room), o, clock)
	k.closers = append([]func(){remove}, k.closers...)
	if k.readOnly != "" {
		k.close()
		return nil, fmt.Errorf("another drill has just begun in %s; start this one again", dir)
	}
	return k, nil
}

// drillConfig is what a config says of the screen, if one is named with --config.
// Unasked, a drill reads no config: it might hold references to real secrets.
func (a *app) drillConfig() (*config.Config, error) {
	own := config.Default()
	if a.flags.config == "" {
		if err := a.override(own); err != nil {
			return nil, err
		}
	} else {
		var err error
		if own, _, err = a.loadConfig(); err != nil {
			return nil, err
		}
	}
	cfg := config.Default()
	cfg.Theme, cfg.ASCII, cfg.Keys, cfg.Attention = own.Theme, own.ASCII, own.Keys, own.Attention
	return cfg, nil
}

// drillInterval is how often everything is looked at, in simulated time: often
// enough that nothing the story tells by the minute is missed.
const drillInterval = time.Minute

// stage fills a config with the cast of a simulated world.
func stage(cfg *config.Config, w *drill.World) {
	cfg.Intervals = config.Intervals{Health: drillInterval, Alarms: drillInterval, Probes: drillInterval}
	cfg.Scopes = []config.Scope{{Account: w.Account(), Regions: w.Regions()}}
	cfg.Push.Queue = w.Queue()
	cfg.Services = w.Services()
	cfg.Feeds = w.Feeds()
	cfg.Feeds.Interval = drillInterval
	cfg.Probes = w.Probes()
	for i := range cfg.Probes {
		cfg.Probes[i].Interval = cmp.Or(cfg.Probes[i].Interval, drillInterval)
	}
	cfg.Maintenance, cfg.Groups = w.Maintenance(), w.Groups()
	cfg.Additions.Allow = []string{drill.Loopback}
}

// drillHearing reads the queue of a drill, if its room keeps what it hears. It is asked once
// a simulated minute, as all else: a long poll would be hours of a drill.
func drillHearing(k *kept, c *crew) hearing {
	if k.unkept != "" {
		return hearing{}
	}
	return hearing{room: k.room, nudge: c.nudge, every: drillInterval}
}

// drillGroups are the watches of a simulated world, at its pace.
func (a *app) drillGroups(cfg *config.Config, made world, speed func() float64) []group {
	groups := a.groups(cfg, made)
	for i := range groups {
		groups[i] = paced(groups[i], speed)
	}
	return groups
}

// drillWorld lets the sources look at a simulated world and nothing else: its own
// names, its own certificates, made-up credentials.
func drillWorld(w *drill.World) world {
	return world{
		clock:   w.Clock(),
		charts:  cloudwatch.NewCharts(w.Clock()),
		calls:   awsclient.NewCalls(w.Clock()),
		network: probe.Environment{Resolver: w.Resolver(), Roots: w.Roots(), Clock: w.Clock()},
		account: func() aws.Config {
			return aws.Config{
				Region:       w.Regions()[0],
				BaseEndpoint: aws.String(w.AWSURL()),
				HTTPClient:   awsclient.HTTPClient(),
				Retryer:      func() aws.Retryer { return aws.NopRetryer{} }, // the next simulated minute is the next try
				Credentials:  credentials.NewStaticCredentialsProvider("DRILLDRILLDRILL", "made up", ""),
			}
		},
	}
}
