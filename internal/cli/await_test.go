package cli

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"warroom/internal/journal"
	"warroom/internal/room"
)

// TestALookAtAnAwaitedEndpointCallsNobodyBeforeItWasUp: a pipeline that asks once is not
// called either. The kept room knows whether it was UP.
func TestALookAtAnAwaitedEndpointCallsNobodyBeforeItWasUp(t *testing.T) {
	dir := alone(t)
	closed := closedPort(t)
	write(t, filepath.Join(dir, "warroom.yaml"), fmt.Sprintf("room: prod\nhealth: {off: true}\nalarms: {off: true}\nfeeds: {off: true}\nprobes: [{name: later, url: \"tcp://%s\", await: true}]\n", closed))
	told := func(name string, status int, words ...string) {
		t.Helper()
		for _, command := range []string{"status", "check"} {
			got, out, stderr := run(t, command, "--state", filepath.Join(dir, "state"))
			for _, word := range words {
				if said := strings.Join(strings.Fields(out), " "); got != status || !strings.Contains(said, word) || strings.Contains(said, "0001-01-01") {
					t.Errorf("%s, %s: status %d, no %q in\n%s%s", name, command, got, word, out, stderr)
				}
			}
		}
	}
	told("nothing is kept", exitCalm, "DOWN?", "it was never UP, so it calls nobody: connection refused by "+closed)

	const neverUp = "it was never UP, so it calls nobody: "
	keep := func(state room.State, word, reason string) {
		k := openRoomAt(t.Context(), journal.PlaceOf(filepath.Join(dir, "state"), "prod"), journal.Options{Room: "prod", Log: slog.New(slog.DiscardHandler)}, room.Wall{})
		defer k.close()
		scope := room.Scope{Source: "probe"}
		k.room.Observe(room.Observation{Scope: scope, Watch: "probe/later", At: k.room.Now(), Done: true, Signals: []room.Signal{{
			Key: "probe/later", Kind: room.KindProbe, Scope: scope, State: state, Word: word, Title: "later", Reason: reason, Since: k.room.Now(), Detail: new(room.ProbeDetail),
		}}})
		k.room.Flush()
	}
	keep(room.Warning, room.Unconfirmed, neverUp+"connection refused")
	told("the room knows that it never was", exitCalm, "DOWN?", neverUp)
	keep(room.OK, "UP", "")
	told("the room knows that it was", exitTrouble, "DOWN", "connection refused by "+closed)
}

func TestACheckInATimeOfMaintenanceSaysItOnce(t *testing.T) {
	dir, closed := alone(t), closedPort(t)
	write(t, filepath.Join(dir, "warroom.yaml"), fmt.Sprintf("health: {off: true}\nalarms: {off: true}\nfeeds: {off: true}\nprobes: [{name: shop, url: \"tcp://%s\"}]\n"+
		"maintenance: [{from: \"2026-01-01 00:00\", to: \"2099-01-01 00:00\"}]\n", closed))
	status, out, _ := run(t, "check", "--json")
	line := lineOf(t, checked(t, out), topicProbe, "shop", "")
	line.says(t, stateWarning, "MAINT: DOWN in maintenance until 2099-01-01 00:00Z: connection refused by "+closed, "wait until the maintenance is over")
	if strings.Count(line.Found, "refused") != 1 || status != exitCalm {
		t.Errorf("status %d: %s", status, line.Found)
	}
}
