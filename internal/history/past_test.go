package history

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/journal"
	"warroom/internal/room"
	"warroom/ui"
)

// standing is a Reader of one moment.
type standing struct {
	room.Reader
	now  time.Time
	seen *room.Snapshot
}

func (s standing) Name() string             { return "night" }
func (s standing) Now() time.Time           { return s.now }
func (s standing) Snapshot() *room.Snapshot { return s.seen }
func (s standing) Join() (<-chan struct{}, func()) {
	return make(chan struct{}), func() {}
}

// frames draws what a newcomer sees of a moment: the panes one after the other, with
// the worst row of each opened.
func frames(t *testing.T, r room.Reader, width, height int) string {
	t.Helper()
	m, err := ui.New(ui.Options{Room: r, Look: ui.Look{Theme: "mono"}})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	var screen tea.Model = m
	screen, _ = screen.Update(tea.WindowSizeMsg{Width: width, Height: height})
	out := screen.View().Content
	for _, key := range []rune{'1', '2', '3', '4'} {
		for _, press := range []tea.KeyPressMsg{{Code: key, Text: string(key)}, {Code: tea.KeyEnter}, {Code: tea.KeyEscape}} {
			screen, _ = screen.Update(press)
			out += "\n" + screen.View().Content
		}
	}
	return out
}

// kept is a journal in which a night is kept.
func kept(t testing.TB, random *rand.Rand) (*night, journal.Place, *journal.Journal) {
	t.Helper()
	place := journal.PlaceOf(t.TempDir(), "night")
	j, err := journal.Open(place, journal.Options{Room: "night", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	n := newNight(random, room.Options{Node: j.Node(), Keeper: j})
	j.Tell(func(k room.Keeping) {
		n.room.Kept(k)
		select {
		case n.told <- struct{}{}:
		default:
		}
	})
	return n, place, j
}

func pastOf(t testing.TB, path string) *Past {
	t.Helper()
	reader, err := journal.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = reader.Close() })
	return New(reader)
}

// moment is what was seen live.
type moment struct {
	now  time.Time
	seen *room.Snapshot
}

func TestEveryMomentIsShownAsItWasLive(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 1))
	n, place, j := kept(t, random)
	var live []moment
	n.pass(3*time.Hour, func(now time.Time) { live = append(live, moment{now, n.room.Snapshot()}) })
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	past := pastOf(t, place.Path())
	sizes := [][2]int{{200, 60}, {120, 40}, {80, 24}}
	for i := range 24 {
		m := live[random.IntN(len(live))]
		if i%3 == 1 { // and the one after, which goes on from it
			m = live[min(len(live)-1, int(m.now.Sub(dusk)/nightStep))]
		}
		again, err := past.At(t.Context(), m.now)
		if err != nil {
			t.Fatal(err)
		}
		size := sizes[i%len(sizes)]
		want := frames(t, standing{now: m.now, seen: m.seen}, size[0], size[1])
		if got := frames(t, standing{now: m.now, seen: again}, size[0], size[1]); got != want {
			t.Fatalf("%s at %v is not what it was\n%s", m.now, size, firstDifference(want, got))
		}
	}
}

func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d\n%s\n%s", i, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines, %d lines", len(a), len(b))
}

func TestStepsWalkOverEveryLineOfTheTimelineThereAndBack(t *testing.T) {
	n, place, j := kept(t, rand.New(rand.NewPCG(3, 1)))
	n.pass(2*time.Hour, func(time.Time) {})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	seconds := map[int64]bool{}
	for _, e := range n.room.Snapshot().Timeline.Events {
		seconds[e.Stamp.Time().Unix()] = true
	}
	past := pastOf(t, place.Path())
	first, last := past.Span()
	ctx := t.Context()
	forth := 0
	at, err := first.Add(-time.Hour), error(nil)
	for at, err = past.Step(ctx, at, 1); err == nil; at, err = past.Step(ctx, at, 1) {
		if !seconds[at.Unix()] {
			t.Fatalf("a step to %s, where nothing happened", at)
		}
		forth++
	}
	if !errors.Is(err, room.ErrNoStep) || forth != len(seconds) {
		t.Fatalf("%d steps over %d moments: %v", forth, len(seconds), err)
	}
	back := 0
	for at, err = past.Step(ctx, last.Add(time.Hour), -1); err == nil; at, err = past.Step(ctx, at, -1) {
		back++
	}
	if !errors.Is(err, room.ErrNoStep) || back != forth {
		t.Fatalf("%d steps back: %v", back, err)
	}
	if far, err := past.Step(ctx, first, 5); err != nil {
		t.Fatal(err)
	} else if near, err := past.Step(ctx, far, -5); err == nil && near.Unix() != first.Unix() && near.After(far) {
		t.Fatalf("five there and five back: %s", near)
	}
	if _, err := past.At(ctx, first.Add(-time.Minute)); !errors.Is(err, room.ErrBeforeSpan) {
		t.Fatalf("before the beginning: %v", err)
	}
}

func TestTheLastChartThatSomebodyHadIsShownAgain(t *testing.T) {
	n, place, j := kept(t, rand.New(rand.NewPCG(3, 1)))
	alarm := &room.Signal{Key: "alarm/a"}
	var at time.Time
	n.pass(time.Hour, func(now time.Time) {
		if !at.IsZero() || now.Before(dusk.Add(20*time.Minute)) {
			return
		}
		at = now
		for i, key := range []string{"alarm/a", "alarm/b"} {
			j.Chart(&room.Chart{Key: key, From: at.Add(-time.Hour), To: at, Points: []room.Point{{At: at, Value: float64(7 + i)}}})
		}
	})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	past := pastOf(t, place.Path())
	found, err := past.Chart(t.Context(), alarm, at.Add(time.Minute), time.Hour)
	if err != nil || len(found.Points) != 1 || found.Points[0].Value != 7 {
		t.Fatalf("%+v %v", found, err)
	}
	none, err := past.Chart(t.Context(), alarm, at.Add(-time.Minute), time.Hour)
	if err != nil || len(none.Points) != 0 || none.Note == "" {
		t.Fatalf("%+v %v", none, err)
	}
}

func TestAFollowerShowsWhatTheWriterWrites(t *testing.T) {
	n, place, j := kept(t, rand.New(rand.NewPCG(5, 1)))
	defer j.Close()
	n.pass(30*time.Minute, func(time.Time) {})
	reader, err := journal.OpenReader(place.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := Follow(ctx, reader, n.clock, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	bell, leave := r.Join()
	defer leave()
	n.pass(10*time.Minute, func(time.Time) {})
	if err := n.room.Desk("ana").Act(room.Act{Do: room.EventNote, Text: "the last word"}); err != nil {
		t.Fatal(err)
	}
	n.settle()
	for {
		lines := r.Snapshot().Timeline.Events
		if len(lines) > 0 && lines[len(lines)-1].Text == "the last word" {
			break
		}
		select {
		case <-bell:
		case <-time.After(20 * time.Second):
			t.Fatal("the last word does not come")
		}
	}
	now := n.clock.Now()
	want := frames(t, standing{now: now, seen: n.room.Snapshot()}, 120, 40)
	if got := frames(t, standing{now: now, seen: r.Snapshot()}, 120, 40); got != want {
		t.Fatal(firstDifference(want, got))
	}
}

func TestARoomThatIsOpenedAgainGoesOn(t *testing.T) {
	n, place, j := kept(t, rand.New(rand.NewPCG(9, 1)))
	n.pass(time.Hour, func(time.Time) {})
	want := frames(t, standing{now: n.clock.Now(), seen: n.room.Snapshot()}, 160, 50)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := journal.Open(place, journal.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := again.Load()
	if err != nil {
		t.Fatal(err)
	}
	r := room.Restore(room.Options{Name: "night", Node: again.Node(), Clock: n.clock, OnFlush: true, Keeper: again}, loaded.Checkpoint, loaded.Lines)
	r.Replay(loaded.Tail...)
	again.Tell(r.Kept)
	r.Flush()
	if got := frames(t, standing{now: n.clock.Now(), seen: r.Snapshot()}, 160, 50); got != want {
		t.Fatal(firstDifference(want, got))
	}
	if err := r.Desk("bo").Act(room.Act{Do: room.EventNote, Text: "we go on"}); err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	report, err := journal.Verify(place.Path())
	if err != nil || len(report.Damage) > 0 {
		t.Fatalf("%v\n%s", err, report)
	}
}
