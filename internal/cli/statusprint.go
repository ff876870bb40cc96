package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"warroom/internal/room"
	"warroom/internal/triage"
	"warroom/sources/awsfeed"
	"warroom/sources/awshealth"
	"warroom/sources/cloudwatch"
)

// statusTime is how moments are written.
const statusTime = "2006-01-02 15:04:05Z"

// printStatus prints the one word, the counts, and what is not fine.
func printStatus(out io.Writer, s *room.Snapshot, now time.Time, c counts, known acknowledged) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%s  %s\n", strings.ToUpper(string(triage.Condition(s, now))), now.UTC().Format(statusTime))
	printCounts(&text, s, now, c)
	printSignals(&text, s, known)
	for _, b := range triage.CloudWatch(s, now) {
		text.WriteString(b.Sentence())
		if !b.Since.IsZero() {
			text.WriteString(", since " + b.Since.UTC().Format(statusTime))
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

// printCounts prints how many there are of each kind. Nobody is told a nought of what could
// not be seen.
func printCounts(out io.Writer, s *room.Snapshot, now time.Time, c counts) {
	if len(s.Scopes.List) == 0 {
		fmt.Fprintf(out, "nothing is watched: the config names no account, and of its probes %d are paused\n", c.Probes.Paused)
		return
	}
	has := func(kind room.Kind) bool { return len(s.Of(kind).Signals) > 0 }
	fmt.Fprintln(out, "health  "+sight(s, now, has(room.KindHealth), fmt.Sprintf("%d open, %d upcoming, %d closed", c.Health.Open, c.Health.Upcoming, c.Health.Closed), awshealth.SourceName, awsfeed.SourceName))
	fmt.Fprintln(out, "alarms  "+sight(s, now, has(room.KindAlarm), fmt.Sprintf("%d ALARM, %d without data, %d OK", c.Alarms.Alarm, c.Alarms.InsufficientData, c.Alarms.OK), cloudwatch.SourceName))
	probes := fmt.Sprintf("%d DOWN, %d SLOW, %d UP", c.Probes.Down, c.Probes.Slow, c.Probes.Up)
	for _, rest := range []struct {
		count int
		what  string
	}{
		{c.Probes.Unconfirmed, "not borne out yet"}, {c.Probes.Maintenance, "in maintenance"},
		{c.Probes.Paused, "paused"}, {c.Probes.Error, "could not be made"},
	} {
		if rest.count > 0 {
			probes += fmt.Sprintf(", %d %s", rest.count, rest.what)
		}
	}
	some := has(room.KindProbe) || c.Probes.Paused > 0 // at which nothing looks
	fmt.Fprintln(out, "probes  "+sight(s, now, some, probes, "probe"))
	if has(room.KindGroup) {
		fmt.Fprintf(out, "groups  %d DOWN, %d in part, %d UP, %d cannot be judged\n", c.Groups.Down, c.Groups.Degraded, c.Groups.Up, c.Groups.Unknown)
	}
}

// sight is what was counted of a kind of which some are known or none, as far as its sources
// could be seen.
func sight(s *room.Snapshot, now time.Time, some bool, counted string, sources ...string) string {
	all, unseen := 0, 0
	for _, status := range s.Scopes.List {
		if !slices.Contains(sources, status.Scope.Source) {
			continue
		}
		all++
		if status.Visibility(now) != room.Fresh {
			unseen++
		}
	}
	switch {
	case all == 0 && !some:
		return "not watched"
	case unseen == 0:
		return counted
	case unseen == all && !some:
		return "not seen"
	}
	return fmt.Sprintf("%s; %d of %d scopes cannot be seen", counted, unseen, all)
}

// printSignals prints a line for each signal that is not fine.
func printSignals(out io.Writer, s *room.Snapshot, known acknowledged) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, kind := range room.Kinds {
		for _, signal := range s.Of(kind).Signals {
			if signal.State == room.OK {
				break
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\tsince %s", signal.State, signal.Word, signal.Title, signal.Region, signal.Since.UTC().Format(statusTime))
			if ack := known.of(signal); ack != nil {
				fmt.Fprint(table, "  acknowledged by "+ack.Actor)
			}
			if signal.Reason != "" {
				fmt.Fprint(table, "  "+signal.Why())
			}
			fmt.Fprintln(table)
		}
	}
	_ = table.Flush() // into memory, which cannot fail
}
