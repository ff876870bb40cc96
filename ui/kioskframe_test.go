package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"warroom/internal/room"
)

// rooms are what a wall may have to show.
func rooms(t testing.TB) map[string]func(*standing) *room.Room {
	return map[string]func(*standing) *room.Room{
		"calm": calm, "trouble": world,
		"acknowledged": func(c *standing) *room.Room { return acknowledged(t, c) },
		"nothing":      func(c *standing) *room.Room { return room.New(room.Options{Name: "prod", Node: "test", Clock: c}) },
		"many": func(c *standing) *room.Room {
			r := world(c)
			for i := range 300 {
				in := scope("cloudwatch", "a-long-account", fmt.Sprintf("region-%d", i%40))
				observed(r, room.Observation{Scope: in, Watch: "a", At: c.now, Signals: []room.Signal{
					alarmIn(c, in, strings.Repeat("long-name-äöü ", i%12)+fmt.Sprint(i), room.Critical, "ALARM", i),
				}}, 30)
			}
			return r
		},
	}
}

func TestEveryWallIsDrawnWithinBounds(t *testing.T) {
	for name, make := range rooms(t) {
		t.Run(name, func(t *testing.T) {
			clock := &standing{now: noon}
			k := wallOf(t, make(clock), clock, 80, 24)
			for _, late := range []time.Duration{0, 80 * time.Second, time.Hour} {
				for height := 0; height <= 200; height += 1 + height/6 {
					for width := 0; width <= 500; width += 1 + width/6 {
						k.Update(tea.WindowSizeMsg{Width: width, Height: height})
						clock.now = noon.Add(late + time.Duration(width*height%97)*time.Second)
						k.Update(second{})
						checkBounds(t, k.View(), width, height)
						if width > 0 && height > 0 && strings.TrimSpace(plainWall(k)) == "" {
							t.Fatalf("%dx%d is empty", width, height)
						}
					}
				}
			}
		})
	}
}

// TestTheFrameWandersAndNothingOfItIsCut follows the orbit: each step is one cell, it ends
// where it began, and what is drawn is the same wherever it stands.
func TestTheFrameWandersAndNothingOfItIsCut(t *testing.T) {
	clock := &standing{now: noon.Truncate(orbitColumns * orbitLines * orbitStep)}
	r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
	for _, size := range [][2]int{{160, 48}, {80, 24}, {40, 12}} {
		k := wallOf(t, r, clock, size[0], size[1])
		begin := clock.now
		var was [2]int
		places := map[[2]int]bool{}
		for i := range orbitColumns * orbitLines {
			k.real = begin.Add(time.Duration(i) * orbitStep)
			k.dirty = true
			right, down := k.wall().orbit()
			if moved := abs(right-was[0]) + abs(down-was[1]); i > 0 && moved != 1 {
				t.Errorf("step %d goes from %v to %d,%d", i, was, right, down)
			}
			was = [2]int{right, down}
			places[was] = true
			lines := strings.Split(plainWall(k), "\n")
			if len(lines) != size[1]-orbitLines+1+down {
				t.Fatalf("%v: %d lines at %v", size, len(lines), was)
			}
			var back []string
			for _, line := range lines[down:] {
				back = append(back, strings.TrimRight(strings.TrimPrefix(line, strings.Repeat(" ", right)), " "))
			}
			if i == 0 {
				continue
			}
			k.real = begin
			k.dirty = true
			for y, line := range strings.Split(plainWall(k), "\n") {
				if strings.TrimRight(line, " ") != back[y] {
					t.Fatalf("%v: line %d at %v is %q, want %q", size, y, was, back[y], line)
				}
			}
		}
		if len(places) != orbitColumns*orbitLines {
			t.Errorf("the places are %v", places)
		}
	}
}

func TestHeaderAndFooterChangePlacesEveryHour(t *testing.T) {
	clock := &standing{now: noon.Truncate(2 * time.Hour)}
	k := wallOf(t, calm(clock), clock, 80, 24)
	for i := range 4 {
		lines := strings.Split(strings.Trim(plainWall(k), "\n"), "\n")
		first, last := lines[0], lines[len(lines)-1]
		if i%2 == 1 {
			first, last = last, first
		}
		if !strings.Contains(lines[0]+lines[len(lines)-1], "probes 2s") && i == 0 || i%2 == 0 && !strings.Contains(first, "warroom prod") {
			t.Errorf("in hour %d the first line is %q and the last %q", i, first, last)
		}
		if i%2 == 1 && strings.Contains(lines[0], "warroom prod") {
			t.Errorf("in hour %d the header is where it was", i)
		}
		pass(k, clock, swapEvery)
		heal(k.reader.(*room.Room), clock)
		look(k.reader.(*room.Room), k)
	}
}

func TestTheWallIsDimAtNightUnlessSomethingIsCritical(t *testing.T) {
	night := func(o *KioskOptions) { o.Night = Hours{From: 15 * time.Hour, To: 16 * time.Hour} } // noon is 15:03 where the wall hangs
	day := func(o *KioskOptions) { o.Night = Hours{From: 14 * time.Hour, To: 15 * time.Hour} }
	for _, c := range []struct {
		name  string
		room  func(*standing) *room.Room
		hours func(*KioskOptions)
		dim   bool
	}{
		{"calm at night", calm, night, true}, {"calm by day", calm, day, false}, {"critical at night", world, night, false},
	} {
		clock := &standing{now: noon}
		r := c.room(clock)
		k := wallOf(t, r, clock, 160, 48, c.hours)
		looks := map[string]bool{}
		for _, part := range strings.Split(k.View().Content, "\x1b[")[1:] {
			sequence, _, _ := strings.Cut(part, "m")
			looks[sequence] = true
		}
		if dim := len(looks) == 2; dim != c.dim { // one, and its end
			t.Errorf("%s: the looks are %v", c.name, looks)
		}
		if by := plainWall(wallOf(t, r, clock, 160, 48)); plainWall(k) != by {
			t.Errorf("%s: it says something else than without a night", c.name)
		}
	}
}

func TestTheWallSaysTheSameInEveryThemeAndWithoutColours(t *testing.T) {
	clock := &standing{now: noon}
	for name, make := range rooms(t) {
		r := make(clock)
		want := plainWall(wallOf(t, r, clock, 160, 48))
		for _, theme := range (&Model{}).themeNames() {
			k := wallOf(t, r, clock, 160, 48, func(o *KioskOptions) { o.Theme = theme })
			k.Update(tea.ColorProfileMsg{Profile: colorprofile.ASCII})
			if got := plainWall(k); got != want {
				t.Errorf("%s: %s says something else:\n%s", name, theme, got)
			}
		}
	}
}

func TestTheWallInASCIIHoldsNothingElse(t *testing.T) {
	clock := &standing{now: noon}
	for _, make := range []func(*standing) *room.Room{world, calm} {
		r := make(clock)
		for _, late := range []time.Duration{0, 80 * time.Second, time.Hour} {
			clock.now = noon.Add(late)
			for turn := range 5 {
				k := wallOf(t, r, clock, 160, 48, func(o *KioskOptions) { o.ASCII = true })
				k.real = noon.Add(time.Duration(turn) * kioskTurn)
				for _, b := range []byte(plainWall(k)) {
					if b > 0x7e {
						t.Fatalf("byte %#x is not ASCII:\n%s", b, plainWall(k))
					}
				}
			}
		}
		clock.now = noon
	}
}

func TestNothingIsDrawnOnAWallWithoutAChange(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	k := wallOf(t, r, clock, 160, 48)
	k.View()
	clock.now = clock.now.Add(300 * time.Millisecond)
	k.Update(second{})
	if k.dirty {
		t.Error("the same second is drawn again")
	}
	clock.now = clock.now.Add(700 * time.Millisecond)
	k.Update(second{})
	if !k.dirty {
		t.Error("a new second is not drawn")
	}
	k.View()
	_ = r.Desk("ana").Act(room.Act{Do: room.EventNote, Text: "looking"})
	look(r, k)
	if !k.dirty {
		t.Error("news are not drawn")
	}
}

func TestEqualKeysGiveEqualFrames(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	zone := time.FixedZone("CET", 3600)
	set := func(change func(*KioskOptions)) *Kiosk {
		return wallOf(t, r, clock, 160, 48, func(o *KioskOptions) { o.Zone = zone }, change)
	}
	k := set(func(*KioskOptions) {})
	if same := set(func(o *KioskOptions) { o.Theme = "dark"; o.Local = true }); same.Key() != k.Key() || same.View().Content != k.View().Content {
		t.Error("two equal walls differ")
	}
	for name, change := range map[string]func(*KioskOptions){
		"theme": func(o *KioskOptions) { o.Theme = "light" }, "ASCII": func(o *KioskOptions) { o.ASCII = true },
		"zone": func(o *KioskOptions) { o.Zone = time.UTC }, "night": func(o *KioskOptions) { o.Night = Hours{0, 23 * time.Hour} },
		"drill": func(o *KioskOptions) { o.Drill = "x" }, "no journal": func(o *KioskOptions) { o.NoJournal = "the disk is full" },
	} {
		if set(change).Key() == k.Key() {
			t.Errorf("a wall with another %s has the same key", name)
		}
	}
	before := k.Key()
	for _, message := range []tea.Msg{tea.WindowSizeMsg{Width: 80, Height: 24}, tea.ColorProfileMsg{Profile: colorprofile.ANSI}} {
		k.Update(message)
		if k.Key() == before {
			t.Errorf("after %T the key is the same", message)
		}
		before = k.Key()
	}
}

func TestTheWallTakesALookThatWasReadSince(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	var newer *Look
	k := wallOf(t, r, clock, 80, 24, func(o *KioskOptions) { o.NewLook = func() *Look { return newer } })
	newer = &Look{Theme: "light", ASCII: true}
	look(r, k)
	if k.worn.Name != "light" || !strings.Contains(plainWall(k), "#") {
		t.Errorf("the theme is %s:\n%s", k.worn.Name, plainWall(k))
	}
}

func TestWhatMustNotBeMissedIsOnEveryWall(t *testing.T) {
	clock := &standing{now: noon}
	for _, size := range [][2]int{{200, 60}, {80, 24}, {40, 12}} {
		k := wallOf(t, world(clock), clock, size[0], size[1], func(o *KioskOptions) { o.Drill, o.NoJournal = "story", "the disk is full" })
		if frame := plainWall(k); !strings.Contains(frame, "DRILL") || !strings.Contains(frame, "NOT KEPT") {
			t.Errorf("%v does not say it:\n%s", size, frame)
		}
		if title := k.View().WindowTitle; !strings.HasPrefix(title, "DRILL ") {
			t.Errorf("the title is %q", title)
		}
	}
	k := wallOf(t, world(clock), clock, 18, 3, func(o *KioskOptions) { o.Drill = "story" })
	if frame := plainWall(k); !strings.Contains(frame, "DRILL") {
		t.Errorf("the smallest does not say it: %s", frame)
	}
}

func TestTextFromOutsideCannotReachTheTerminalOfAWall(t *testing.T) {
	clock := &standing{now: noon}
	hostile := "evil \x1b]0;owned\x07\x1bP+q\x1b\\\u009b31m\u202egnp\u200b.exe\r\n\x00"
	r := room.New(room.Options{Name: hostile, Node: "test", Clock: clock})
	east := scope("cloudwatch", hostile, hostile)
	bad := alarmIn(clock, east, hostile, room.Critical, hostile, 1)
	bad.Reason, bad.Service = hostile, hostile
	observed(r, room.Observation{
		Scope: east, Watch: "a", At: clock.now, Done: true, Signals: []room.Signal{bad},
		Trouble: &room.Trouble{What: hostile, Why: hostile, Next: hostile},
	}, 30)
	_ = r.Desk(hostile).Act(room.Act{Do: room.EventAck, Keys: []string{bad.Key}})
	for _, size := range [][2]int{{160, 48}, {80, 24}, {40, 12}, {18, 3}} {
		for turn := range 5 {
			k := wallOf(t, r, clock, size[0], size[1], func(o *KioskOptions) { o.Drill = hostile })
			for _, late := range []time.Duration{0, 80 * time.Second, time.Hour} {
				k.real, k.now, k.dirty = noon.Add(time.Duration(turn)*kioskTurn), noon.Add(late), true
				v := k.View()
				if text := ansi.Strip(v.Content); strings.ContainsAny(text, "\x1b\x07\x00\r\u009b\u202e\u200b") || strings.Contains(v.Content, "\x1bP") || strings.Contains(v.Content, "\x1b]") {
					t.Fatalf("%v holds what a terminal obeys: %.2000q", size, v.Content)
				}
				checkBounds(t, v, size[0], size[1])
			}
		}
	}
}

func TestEveryBlockLetterIsWholeAndItsOwn(t *testing.T) {
	for name, f := range map[string]*face{"small": smallFace(), "large": largeFace()} {
		seen := map[string]rune{}
		for char, lines := range f.glyphs {
			if len(lines) != f.height {
				t.Errorf("%s %c has %d lines, want %d", name, char, len(lines), f.height)
			}
			for _, line := range lines {
				if len(line) != len(lines[0]) || strings.Trim(line, ".#") != "" {
					t.Errorf("%s %c has the line %q", name, char, line)
				}
			}
			shape := strings.Join(lines, "\n")
			if char == 'O' {
				continue // is the zero, as on most signs
			}
			if other, there := seen[shape]; there {
				t.Errorf("%s %c looks like %c", name, char, other)
			}
			seen[shape] = char
		}
		for _, word := range []string{"TROUBLE", "WARNING", "CALM", "BLIND", "NO DATA SINCE 14:03Z", "NOTHING IS WATCHED", "2026-03-14", "0123456789dhms?-", "✖▲●◌"} {
			if !f.has(word) {
				t.Errorf("the %s face cannot set %s", name, word)
			}
		}
	}
}
