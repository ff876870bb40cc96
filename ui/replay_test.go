package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"warroom/internal/playback"
	"warroom/internal/room"
)

// replayed is a screen that plays a night again from a moment of it.
type replayed struct {
	*Model
	clock *playback.Clock
}

// replay plays a night again; its clock stands until it is steered.
func replay(t testing.TB, n *night, width, height int, scenario string) replayed {
	t.Helper()
	clock := playback.NewRewindable(n.moments[0], n.moments[3].Truncate(time.Second), n.moments[5], 1)
	clock.Pause()
	clock.SetSpeed(60)
	snapshot, err := n.At(t.Context(), clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	show := &showing{clock: clock, snapshot: snapshot}
	m, err := New(Options{
		Room: show, History: n.notebook, Replay: &Replay{Steering: clock, Name: "night.jsonl", Scenario: scenario},
		ReadOnly: "what has been cannot be changed", Memory: Memory{Visited: true}, Look: Look{Theme: "dark"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	m.width, m.height, m.dirty = width, height, true
	return replayed{m, clock}
}

// showing is a Reader of one Snapshot at a time.
type showing struct {
	clock    *playback.Clock
	snapshot *room.Snapshot
	bells    room.Bells
}

func (s *showing) Name() string                    { return "prod" }
func (s *showing) Now() time.Time                  { return s.clock.Now() }
func (s *showing) Snapshot() *room.Snapshot        { return s.snapshot }
func (s *showing) Join() (<-chan struct{}, func()) { return s.bells.Join() }

func TestAReplayOnTheLadder(t *testing.T) {
	n := newNight(t, nil)
	for _, size := range append(ladder, [2]int{19, 4}) {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			m := replay(t, n, size[0], size[1], "")
			golden.RequireEqual(t, plainFrame(m.Model))
			if title := m.View().WindowTitle; !strings.HasSuffix(title, " - REPLAY night.jsonl") {
				t.Errorf("the title is %q", title)
			}
		})
	}
}

func TestAReplaySaysSoOnEveryScreen(t *testing.T) {
	n := newNight(t, nil)
	for scenario, words := range map[string]string{"": "REPLAY", "2025-10-20": "DRILL REPLAY"} {
		for _, size := range ladder {
			m := replay(t, n, size[0], size[1], scenario)
			for _, keys := range [][]string{{}, {"z"}, {"enter"}, {"?"}, {"f"}, {":"}, {"["}} {
				press(m.Model, "esc", "esc", "esc", "esc")
				play(t, m.Model, press(m.Model, keys...))
				if frame := plainFrame(m.Model); !strings.Contains(frame, words) {
					t.Errorf("%v after %v does not say %s:\n%s", size, keys, words, frame)
				}
			}
			if text := m.mine("x"); !strings.HasPrefix(text, words) {
				t.Errorf("what leaves the screen is %q", text)
			}
		}
	}
}

func TestAReplayIsSteeredAndChangesNothing(t *testing.T) {
	n := newNight(t, nil)
	m := replay(t, n, 120, 40, "")
	at := func(want time.Time) {
		t.Helper()
		if got := m.clock.Now(); !got.Equal(want) {
			t.Errorf("the clock is at %s, want %s; it says %q", got, want, m.message.text)
		}
	}
	command(t, m.Model, "jump 14:04")
	at(time.Date(2026, 3, 14, 14, 4, 0, 0, time.UTC)) // back
	command(t, m.Model, "jump 2026-03-14T14:07:30")
	at(time.Date(2026, 3, 14, 14, 7, 30, 0, time.UTC))
	command(t, m.Model, "jump 13:00")
	at(time.Date(2026, 3, 14, 14, 7, 30, 0, time.UTC))
	if m.message.text == "" {
		t.Error("a jump before its beginning is not refused")
	}
	press(m.Model, ">")
	if m.clock.Speed() != 120 {
		t.Errorf("its speed is %g", m.clock.Speed())
	}
	press(m.Model, "2", "a")
	if want := "you are here to look; what has been cannot be changed"; m.message.text != want {
		t.Errorf("it says %q, want %q", m.message.text, want)
	}
	if frame := plainFrame(m.Model); strings.Contains(frame, "READ-ONLY") {
		t.Errorf("a replay need not say that it is read-only:\n%s", frame)
	}
}

func TestALeapBackIsNoNews(t *testing.T) {
	n := newNight(t, nil)
	m := replay(t, n, 120, 40, "")
	m.attention.away = true
	show := m.reader.(*showing)
	for _, i := range []int{0, 4, 1} {
		show.snapshot, _ = n.At(t.Context(), n.moments[i])
		m.flags.see(m.panes[1].rows.between(0, m.panes[1].rows.len()))
		m.attention.pending = nil
		m.Update(changed{})
		if i != 4 && (len(m.attention.pending) > 0 || len(m.flags.unseen) > 0) {
			t.Errorf("at moment %d it calls for %v, and %v count as unseen", i, m.attention.pending, m.flags.unseen)
		}
		if i == 4 && len(m.attention.pending) == 0 {
			t.Error("trouble that comes is no news")
		}
	}
}
