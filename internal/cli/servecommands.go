package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"warroom/internal/clean"
	"warroom/internal/journal"
	"warroom/internal/room"
	"warroom/internal/serve"
	"warroom/internal/triage"
	"warroom/ui"
)

// guestCommand runs `ssh host COMMAND`. That the guest's role allows it has been looked at.
// Nothing is looked at anew for it: it answers from the room, at once.
func (a *app) guestCommand(ctx context.Context, v forms, g *serve.Guest, verb, rest string, out, errs io.Writer) int {
	status, err := a.answerGuest(ctx, v, g, verb, rest, out)
	if err != nil {
		fmt.Fprintln(errs, "warroom: "+printable(err.Error()))
	}
	return status
}

func (a *app) answerGuest(ctx context.Context, v forms, g *serve.Guest, verb, rest string, out io.Writer) (int, error) {
	if rest == "--help" || rest == "-h" {
		verb = "help" // nobody announces that
	}
	switch verb {
	case "status":
		return guestStatus(v.kept.room, rest, out)
	case "timeline":
		if rest != "" && rest != "--follow" {
			return exitCannot, fmt.Errorf("timeline takes --follow or nothing, and there is %q", clean.Line(rest, nameRunes))
		}
		if err := guestDone(ui.Timeline(ctx, a.plainFor(v, g, out), rest != "")); err != nil {
			return exitCannot, err
		}
		return exitCalm, nil
	case "export":
		return guestExport(ctx, v.kept, rest, out)
	case "help":
		fmt.Fprint(out, guestHelp)
		return exitCalm, nil
	}
	return guestAct(g, verb, rest, out)
}

// guestHelp is what a guest can ask for.
const guestHelp = `ssh -t host                  the screen
ssh host                     the room in lines, as they happen; ssh -t host plain as well
ssh host status [--json]     how it stands; exit status 0 calm, 1 trouble, 2 not everything is seen
ssh host timeline [--follow] what has happened
ssh host export [--format jsonl|csv]
ssh host ack KEY [NOTE]      acknowledge a signal; status --json has the keys
ssh host note TEXT           write a line into the timeline
ssh host mark TEXT           announce a change: a deploy, a flag, a failover
`

func guestStatus(r *room.Room, rest string, out io.Writer) (int, error) {
	s, now := r.Snapshot(), r.Now()
	var err error
	switch rest {
	case "":
		err = printStatus(out, s, now, count(s), acknowledgedHere(s))
	case "--json":
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(newReport(s, now, acknowledgedHere(s), nil))
	default:
		return exitCannot, fmt.Errorf("status takes --json or nothing, and there is %q", clean.Line(rest, nameRunes))
	}
	if err != nil {
		return exitCannot, fmt.Errorf("the status could not be printed: %w", err)
	}
	switch triage.Condition(s, now) {
	case room.InTrouble:
		return exitTrouble, nil
	case room.Blind:
		return exitCannot, nil
	}
	return exitCalm, nil
}

func guestExport(ctx context.Context, k *kept, rest string, out io.Writer) (int, error) {
	format := "jsonl"
	if words := strings.Fields(strings.ReplaceAll(rest, "=", " ")); len(words) == 2 && words[0] == "--format" {
		format = words[1]
	} else if rest != "" {
		return exitCannot, fmt.Errorf("export takes --format jsonl or --format csv, and there is %q", clean.Line(rest, nameRunes))
	}
	write, ok := formats[format]
	switch {
	case !ok:
		return exitCannot, fmt.Errorf("there is no format %q yet; there are jsonl and csv", clean.Line(format, nameRunes))
	case k.journal == nil:
		return exitCannot, errors.New("nothing of this room is kept, so there is nothing to export: " + k.unkept)
	}
	reader, err := journal.OpenReader(k.place.Path())
	if err != nil {
		return exitCannot, err
	}
	defer reader.Close()
	buffered := bufio.NewWriter(out)
	if err := errors.Join(write(ctx, buffered, reader, time.Now()), buffered.Flush()); err != nil {
		return exitCannot, fmt.Errorf("the export breaks off: %w", reason(err))
	}
	return exitCalm, nil
}

// guestAct acts under the guest's own name.
func guestAct(g *serve.Guest, verb, rest string, out io.Writer) (int, error) {
	act, done := room.Act{Do: room.EventType(verb)}, map[string]string{"ack": "acknowledged", "note": "noted", "mark": "announced"}[verb]
	if verb == "ack" {
		key, note, _ := strings.Cut(rest, " ")
		if key == "" {
			return exitCannot, errors.New("ack needs the KEY of a signal; `status --json` lists them")
		}
		act.Keys, rest = []string{clean.Line(key, keyRunes)}, note
	}
	act.Text = clean.Line(rest, orderLimit)
	desk := g.Desk()
	if desk == nil {
		return exitCannot, errors.New("you are here to look")
	}
	if err := desk.Act(act); err != nil {
		return exitCannot, err
	}
	fmt.Fprintln(out, done)
	return exitCalm, nil
}
