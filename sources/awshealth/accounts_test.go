package awshealth

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"

	"warroom/internal/room"
	"warroom/sources"
)

// TestTwoAccountsSeeOnePublicEventInPeace looks several times through two accounts
// at the same world: what is public has the same ARN in both, and is one row.
func TestTwoAccountsSeeOnePublicEventInPeace(t *testing.T) {
	s := serve(t)
	s.both(issue("shared", 10), issue("over", 20, closed(15)))
	s.write(arn("shared"), "We are investigating.")
	s.write(arn("over"), "It is over.")
	s.entities = []fields{{"eventArn": arn("shared"), "entityValue": "table/orders", "statusCode": "IMPAIRED"}}
	r := room.New(room.Options{Clock: still{}})
	var watches []sources.Watch
	for _, account := range []string{"111111111111", "222222222222"} {
		watches = append(watches, New(Options{Config: s.config, Account: account, Clock: still{}}))
	}
	var after []string
	for round := range 4 {
		for _, w := range watches {
			sources.NewRunner(still{}, r, slog.New(slog.DiscardHandler)).Once(t.Context(), []sources.Watch{w})
		}
		r.Flush()
		snapshot := r.Snapshot()
		rows := ""
		for _, signal := range snapshot.Of(room.KindHealth).Signals {
			rows += fmt.Sprintln(signal.Key, signal.Scope, signal.Word, signal.Reason)
			detail := signal.Detail.(*room.HealthDetail)
			if len(detail.Sightings) != 2 {
				t.Errorf("round %d: %s is known from %v, want both accounts", round, signal.Key, detail.Sightings)
			}
			want := []room.Entity{{Value: "table/orders", Status: "IMPAIRED", Account: "111111111111"}, {Value: "table/orders", Status: "IMPAIRED", Account: "222222222222"}}
			if signal.Key == key("shared") && !slices.Equal(detail.Entities, want) {
				t.Errorf("round %d: the resources are %v", round, detail.Entities)
			}
		}
		after = append(after, fmt.Sprintf("%d events\n%s", snapshot.Timeline.Total, rows))
		if n := len(snapshot.Of(room.KindHealth).Signals); n != 2 {
			t.Fatalf("round %d: %d rows, want one for each event:\n%s", round, n, rows)
		}
		if after[round] != after[0] {
			t.Fatalf("nothing happened in the world, and round %d says\n%s\nafter\n%s", round, after[round], after[0])
		}
	}
}
