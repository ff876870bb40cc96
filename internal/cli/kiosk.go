package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/internal/drill"
	"warroom/internal/screen"
	"warroom/internal/serve"
	"warroom/ui"
)

// kioskFlags are what the wall takes beside the flags of every command.
type kioskFlags struct {
	night, zone string
	drill       bool
	from        string
	speed       float64
}

func (a *app) kioskCommand() *cobra.Command {
	var f kioskFlags
	cmd := &cobra.Command{
		Use:   "kiosk [SCENARIO]",
		Short: "Show the room on a wall: large letters, nothing to press",
		Long: "Shows how bad it is in letters that are read from across the room, and turns its pages by itself.\n" +
			"What becomes critical comes forward and stays until somebody acknowledges it. Nobody can act here;\n" +
			"q ends it. With --drill it plays a simulated outage, of which SCENARIO is the name or a YAML file.",
		Example: "warroom kiosk\nwarroom kiosk --night 22-07 --zone Europe/Berlin\nwarroom kiosk --drill --from 07:10",
		Args:    atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			look, err := f.read()
			if err != nil {
				return err
			}
			if f.drill {
				return a.runDrillOnWall(cmd, args, f, look)
			}
			for _, name := range []string{"from", "speed"} {
				if cmd.Flags().Changed(name) {
					return fmt.Errorf("--%s is of a drill, and this is the real room; add --drill, or take --%s away", name, name)
				}
			}
			if len(args) > 0 {
				return fmt.Errorf("kiosk takes a SCENARIO only with --drill, and there is %q; add --drill, or take it away", args[0])
			}
			return a.runLive(cmd.Context(), a.wall(look))
		},
	}
	cmd.Flags().StringVar(&f.night, "night", "", "the wall is dim in these `HOURS`, such as 22-07 or 21:30-06:00, unless something is critical")
	cmd.Flags().StringVar(&f.zone, "zone", "", "the time `ZONE` where the wall hangs, such as Europe/Berlin; else this machine's")
	cmd.Flags().BoolVar(&f.drill, "drill", false, "play a simulated outage")
	cmd.Flags().StringVar(&f.from, "from", "", "with --drill: begin at this time of day, `HH:MM` in UTC")
	cmd.Flags().Float64Var(&f.speed, "speed", 0, "with --drill: play `N` times faster than real time; 0 is the scenario's own")
	return cmd
}

// runDrillOnWall plays a scenario on the wall.
func (a *app) runDrillOnWall(cmd *cobra.Command, args []string, f kioskFlags, look ui.KioskOptions) error {
	if err := refuseOutside(cmd); err != nil {
		return err
	}
	name := drill.DefaultScenario
	if len(args) > 0 {
		name = args[0]
	}
	return a.runDrill(cmd.Context(), name, drill.Options{Speed: f.speed, From: f.from}, a.wall(look))
}

// read gives what of a wall the flags say, or says what of it cannot be.
func (f *kioskFlags) read() (ui.KioskOptions, error) {
	o := ui.KioskOptions{Local: true}
	if f.night != "" {
		hours, err := nightHours(f.night)
		if err != nil {
			return o, err
		}
		o.Night = hours
	}
	if f.zone != "" {
		zone, err := time.LoadLocation(f.zone)
		if err != nil {
			return o, fmt.Errorf("--zone: %q is no time zone that this machine knows; write one such as Europe/Berlin, or UTC", f.zone)
		}
		o.Zone = zone
	}
	return o, nil
}

// nightHours reads a part of the day: 22-07, or 21:30-06:00.
func nightHours(text string) (ui.Hours, error) {
	begin, end, ok := strings.Cut(text, "-")
	from, err := timeOfDay(begin)
	to, err2 := timeOfDay(end)
	switch {
	case !ok || err != nil || err2 != nil:
		return ui.Hours{}, fmt.Errorf("--night: %q is no part of a day; write two hours such as 22-07, or two times such as 21:30-06:00", text)
	case from == to:
		return ui.Hours{}, fmt.Errorf("--night: %s is no time at all; write two different hours, or take --night away", text)
	}
	return ui.Hours{From: from, To: to}, nil
}

// timeOfDay reads an hour, or a time of day, as what has passed since midnight.
func timeOfDay(text string) (time.Duration, error) {
	if hour, err := strconv.Atoi(text); err == nil && hour >= 0 && hour < 24 && len(text) <= 2 {
		return time.Duration(hour) * time.Hour, nil
	}
	at, err := time.Parse("15:04", text)
	if err != nil {
		return 0, errors.New("no time of day")
	}
	return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute, nil
}

// wall is a screen on which nobody acts: of all that a screen gets it is handed only what
// shows the room.
func (a *app) wall(o ui.KioskOptions) shown {
	return func(ctx context.Context, v forms, log *ownLog) error {
		if a.plain() {
			return a.tell(ctx, v.plain)
		}
		given := v.screen
		o.Room, o.Look, o.NewLook, o.NoJournal = given.Room, given.Look, given.NewLook, given.NoJournal
		if given.Drill != nil {
			o.Drill = given.Drill.Scenario()
		}
		return a.draw(ctx, log, screen.Options{Screen: func(ctx context.Context) (screen.Screen, error) {
			o.Context = ctx
			wall, err := ui.NewKiosk(o)
			if err != nil {
				return nil, err
			}
			return serve.WallOf(wall), nil
		}})
	}
}
