package serve

import (
	"context"
	"fmt"
	"strings"

	"warroom/internal/clean"
	"warroom/internal/room"
)

// tell tells the room in lines.
func (g *Guest) tell() (int, error) {
	g.came("the room in lines")
	defer g.went()
	go g.untilInterrupt()
	err := g.server.options.Plain(g.ctx, g, g.output())
	if cause := context.Cause(g.ctx); cause != nil {
		return statusOf(cause), cause
	}
	if err != nil {
		return 2, err
	}
	return 0, nil
}

// untilInterrupt ends lines on a terminal when their person presses ctrl+c or q: a
// terminal over SSH is in raw mode, where that is no signal.
func (g *Guest) untilInterrupt() {
	var buffer [64]byte
	for {
		n, err := g.channel.Read(buffer[:])
		if g.asked.terminal && strings.ContainsAny(string(buffer[:n]), "\x03\x04q") {
			g.cancel(nil)
			return
		}
		if err != nil {
			return
		}
	}
}

// run runs one command.
func (g *Guest) run(command string) (int, error) {
	verb, rest, _ := strings.Cut(command, " ")
	needs, known := verbs[verb]
	switch {
	case !known:
		return 2, fmt.Errorf("%q is no command here; there are %s", clean.Line(verb, nameRunes), verbNames())
	case !g.Person().Role.May(needs):
		g.audit("command refused", "command", verb, "why", "role")
		return 2, fmt.Errorf("%s needs the role %s, and you are here as %s", verb, needs.Least(), g.Person().Role)
	}
	go g.untilInterrupt()
	status := g.server.options.Command(g.ctx, g, verb, strings.TrimSpace(rest), g.output(), g.errors())
	if cause := context.Cause(g.ctx); cause != nil {
		return statusOf(cause), cause
	}
	return status, nil
}

// verbs are the commands that `ssh host COMMAND` takes, and what each needs.
var verbs = map[string]room.Permission{
	"status": room.MaySee, "timeline": room.MayMove, "export": room.MayExport,
	"ack": room.MayAct, "note": room.MayAct, "mark": room.MayAct, "help": room.MaySee,
}

// verbNames lists them.
func verbNames() string { return "status, timeline, export, ack, note, mark, plain and help" }
