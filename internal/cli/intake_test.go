package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/cloudwatch"
	"warroom/ui"
)

// bench is an intake for a room in which nothing is watched.
func bench(t *testing.T, log *slog.Logger) (*intake, *room.Room) {
	t.Helper()
	clock := room.Wall{}
	r := room.New(room.Options{Clock: clock})
	c := &crew{room: r, clock: clock, log: log, charts: cloudwatch.NewCharts(clock)}
	t.Cleanup(c.stop)
	return &intake{app: new(app), crew: c, groups: func(*config.Config) []group { return nil }}, r
}

func TestALookNeverGoesWithTheWatchesOfAnotherConfig(t *testing.T) {
	in, _ := bench(t, slog.New(slog.DiscardHandler))
	in.groups = func(cfg *config.Config) []group {
		return []group{func(context.Context) ([]sources.Watch, []string) {
			for range 1000 { // while others would like to be taken
				if look := in.look.Load(); look.Theme != cfg.Theme {
					t.Errorf("the watches of %s go with the look of %s", cfg.Theme, look.Theme)
					break
				}
				runtime.Gosched()
			}
			return nil, nil
		}}
	}
	var all sync.WaitGroup
	for i := range 8 {
		cfg := config.Default()
		cfg.Theme = fmt.Sprint("theme", i)
		all.Go(func() { in.take(t.Context(), cfg, nil) })
	}
	all.Wait()
}

func TestAConfigThatIsNotTakenIsToldInTheRoomUntilOneIs(t *testing.T) {
	kept := new(lines)
	in, r := bench(t, slog.New(keeper{kept: kept, next: slog.DiscardHandler}))
	problems := config.Problems{{File: "warroom.yaml", Line: 3, Column: 5, Message: "it is wrong"}, {File: "warroom.yaml", Message: "so is this"}}
	logged := 0
	for _, c := range []struct {
		name string
		err  error
		why  string // "" if there is nothing to tell
	}{
		{"mistakes", problems, problems.Summary()},
		{"another reason", errors.New("the file is gone"), "the file is gone"},
		{"a good one", nil, ""},
	} {
		in.take(t.Context(), config.Default(), c.err)
		r.Flush()
		var trouble *room.Trouble
		for _, scope := range r.Snapshot().Scopes.List {
			if scope.Scope == configScope {
				trouble = scope.Trouble
			}
		}
		if c.why == "" {
			if trouble != nil || in.look.Load() == nil {
				t.Errorf("%s: there is still %v, or it was not taken", c.name, trouble)
			}
			continue
		}
		logged++
		if trouble == nil || trouble.Why != c.why || trouble.Next != "mend the file and save it" || in.look.Load() != nil {
			t.Errorf("%s: the room is told %v, or it was taken", c.name, trouble)
		}
		if len(kept.list) != logged || kept.list[logged-1].Text != "the changed config was not taken, why: "+c.why {
			t.Errorf("%s: the log has %v", c.name, kept.list)
		}
	}
}

func TestAConfigThatWaitedWhileAProbeWasChangedIsReadAgain(t *testing.T) {
	in, _ := bench(t, slog.New(slog.DiscardHandler))
	in.app.themes = loadThemes()
	path := filepath.Join(t.TempDir(), "warroom.yaml")
	if err := os.WriteFile(path, []byte("probes:\n  - {name: db, url: \"tcp://127.0.0.1:1\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	first, err := config.Load(path, in.app.allowed())
	if err != nil {
		t.Fatal(err)
	}
	in.take(t.Context(), first, nil)
	waited, err := config.Load(path, in.app.allowed()) // as `:reload` reads it before it is its turn
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.probeDesk(true)(ui.ProbeAct{Do: ui.ProbeAdd, Name: "shop", URL: "tcp://127.0.0.1:2"}); err != nil {
		t.Fatal(err)
	}
	in.take(t.Context(), waited, nil)
	if got := len(in.current.Probes); got != 2 {
		t.Errorf("after it there are %d probes, want the one that was added too", got)
	}
}

func TestAConfigThatIsPutBackAsItWasIsNoTroubleAnyMore(t *testing.T) {
	in, r := bench(t, slog.New(slog.DiscardHandler))
	in.app.themes = loadThemes()
	path := filepath.Join(t.TempDir(), "warroom.yaml")
	if err := os.WriteFile(path, []byte("probes:\n  - {name: db, url: \"tcp://127.0.0.1:1\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	read := func() *config.Config {
		cfg, err := config.Load(path, in.app.allowed())
		if err != nil {
			t.Fatal(err)
		}
		return cfg
	}
	told := func() bool {
		r.Flush()
		for _, scope := range r.Snapshot().Scopes.List {
			if scope.Scope == configScope && scope.Trouble != nil {
				return true
			}
		}
		return false
	}
	in.take(t.Context(), read(), nil)
	in.notice(t.Context(), nil, errors.New("a line is wrong"))
	if !told() {
		t.Fatal("the mistake was not told")
	}
	in.notice(t.Context(), read(), nil)
	if told() {
		t.Error("the file is as it was, and the mistake is still told")
	}
}
