package cli

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"warroom/internal/drill"
	"warroom/internal/room"
)

// stateOfDrill is a state that a probe or a group of the shipped drill is to be in, and from
// when on.
type stateOfDrill struct {
	from        string // the simulated time to look from
	title, word string // a * in the word is any text
	class       string // of its last look, "" for any
}

var statesOfDrill = []stateOfDrill{
	{"06:44", "checkout-us-east-1", "UP", ""},
	{"06:44", "archive-us-west-2", room.Paused, ""},
	{"06:44", "region us-east-1", "UP", ""},
	{"06:47", "session-us-east-1", "DOWN", "dns"},
	{"06:52", "payments-us-east-1", "SLOW", ""},
	{"06:52", "region us-east-1", "*/13", ""},
	{"09:50", "search-eu-west-1", room.Maintenance, ""},
	{"11:08", "partner-us-east-1", room.Unconfirmed, ""},
	{"11:08", "partner-us-east-1", "DOWN", ""},
	{"12:30", "suggest-us-east-1", "FLAPS", ""},
	{"13:04", "edge-us-east-1", "2/3", ""},
	{"14:08", "region us-east-1", "DOWN", ""},
	{"15:32", "reports-us-east-1", "ERROR", ""},
	{"17:09", "signup-us-west-2", "DOWN", "blocked"},
}

// TestTheDrillShowsEveryState walks through it: everything that a probe can be, it is.
func TestTheDrillShowsEveryState(t *testing.T) {
	scenario, err := drill.Load(drill.DefaultScenario)
	if err != nil {
		t.Fatal(err)
	}
	simulated, err := drill.Start(t.Context(), scenario, drill.Options{From: statesOfDrill[0].from, Speed: 90})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(simulated.Close)
	cfg, err := new(app).drillConfig()
	if err != nil {
		t.Fatal(err)
	}
	stage(cfg, simulated)
	cfg.Health.Off, cfg.Alarms.Off = true, true // they are not looked for here
	clock, made := simulated.Clock(), drillWorld(simulated)
	r := room.New(room.Options{Clock: clock})
	made.room = r
	c := &crew{room: r, clock: clock, log: slog.New(slog.DiscardHandler), charts: made.charts}
	c.start(t.Context(), new(app).drillGroups(cfg, made, clock.Speed))
	t.Cleanup(c.stop)

	bell, leave := r.Join()
	defer leave()
	for _, state := range statesOfDrill {
		from, err := time.Parse("2006-01-02 15:04", "2025-10-20 "+state.from)
		if err != nil {
			t.Fatal(err)
		}
		if clock.Now().Before(from) {
			if err := clock.Jump(from); err != nil {
				t.Fatal(err)
			}
		}
		for deadline := time.After(time.Minute); !state.shown(r.Snapshot(), from); {
			select {
			case <-bell:
			case <-deadline:
				t.Fatalf("%s: %s was never %s %s", clock.Now().Format("15:04"), state.title, state.word, state.class)
			}
		}
	}
}

// shown says whether it is so, or has been since a moment.
func (d *stateOfDrill) shown(s *room.Snapshot, from time.Time) bool {
	for _, kind := range []room.Kind{room.KindProbe, room.KindGroup} {
		for _, signal := range s.Of(kind).Signals {
			if signal.Title != d.title || !d.is(signal.Word) {
				continue
			}
			if last, looked := signal.Series.Last(); d.class == "" || looked && last.Class == d.class {
				return true
			}
		}
	}
	for _, e := range s.Timeline.Events {
		if d.class == "" && e.Type == room.EventSignal && e.Signal.Title == d.title && d.is(e.Signal.Word) && e.At.After(from) {
			return true
		}
	}
	return false
}

func (d *stateOfDrill) is(word string) bool {
	before, after, starred := strings.Cut(d.word, "*")
	return word == d.word || starred && strings.HasPrefix(word, before) && strings.HasSuffix(word, after)
}
