package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"warroom/internal/room"
)

var full = &room.Trouble{
	What: "The journal of prod cannot be written", Why: "the disk is full", Next: "free some space; what waits is written then",
}

func TestWhatIsNotKeptIsSaidInTheHeader(t *testing.T) {
	for _, c := range []struct {
		name    string
		keeping room.Keeping
		change  func(*Options)
		narrow  string
		wide    string
		log     string
	}{
		{"all is well", room.Keeping{}, func(*Options) {}, "", "", ""},
		{"a full disk", room.Keeping{Trouble: full}, nil, " NOT KEPT 4m ", " NOT KEPT 4m · 2 events ", "the disk is full"},
		{"some given up", room.Keeping{Trouble: full, Lost: 7}, nil, " NOT KEPT 4m ", " NOT KEPT 4m · 2 events · 7 lost ", "7 readings given up"},
		{"given up before", room.Keeping{Lost: 7}, nil, " 7 LOST ", " 7 LOST ", "7 readings given up"},
		{"no journal", room.Keeping{}, func(o *Options) { o.NoJournal = "the state directory cannot be written" }, " NOT KEPT ", " NOT KEPT ", "the state directory cannot be written"},
		{"a second screen", room.Keeping{}, func(o *Options) { o.Desk, o.ReadOnly = nil, "another warroom keeps this room" }, " READ-ONLY ", " READ-ONLY ", "another warroom keeps this room"},
	} {
		t.Run(c.name, func(t *testing.T) {
			clock := &standing{now: noon}
			r := world(clock)
			if c.change == nil {
				book := &notebook{}
				r = room.New(room.Options{Name: "prod", Node: "test", Clock: clock, Keeper: quiet{book}, OnFlush: true})
				clock.now = noon.Add(-4 * time.Minute)
				r.Kept(room.Keeping{Trouble: full}) // nobody waits for a disk that is full
				clock.now = noon
				strike(r, clock)
				c.keeping.UpTo = book.number.Load()
				if c.keeping.Trouble != nil {
					c.keeping.UpTo -= 2
				}
				r.Kept(c.keeping)
				c.change = func(*Options) {}
			}
			for width, want := range map[int]string{160: c.wide, 120: c.wide, 80: c.narrow, 50: strings.TrimSuffix(c.narrow, "4m ")} {
				m := screen(t, r, clock, width, 30, c.change)
				header, _, _ := strings.Cut(plainFrame(m), "\n")
				if said := strings.Contains(header, "KEPT") || strings.Contains(header, "LOST") || strings.Contains(header, "ONLY"); !strings.Contains(header, strings.TrimSpace(want)) || want == "" && said {
					t.Errorf("at %d the header lacks %q: %s", width, want, header)
				}
			}
			m := screen(t, r, clock, 120, 30, c.change)
			press(m, "L")
			if frame := plainFrame(m); !strings.Contains(frame, c.log) {
				t.Errorf("the log lacks %q:\n%s", c.log, frame)
			}
		})
	}
}

func TestACalmRoomThatIsNotKeptSaysWhyInItsSecondLine(t *testing.T) {
	clock := &standing{now: noon}
	r, _ := keptRoom(clock)
	r.Kept(room.Keeping{Trouble: full})
	m := screen(t, r, clock, 160, 30)
	if second := strings.Split(plainFrame(m), "\n")[1]; !strings.Contains(second, full.String()) {
		t.Errorf("the second line is %q", second)
	}
}

func TestThePlainFormTellsWhenWhatHappensIsNotKeptAndWhenItIsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		book := &notebook{}
		b := newBubble()
		b.Room = room.New(room.Options{Name: "prod", Node: "test", Keeper: quiet{book}})
		b.alarm("cart", room.OK, "OK")
		b.Kept(room.Keeping{Trouble: full, Lost: 3})
		b.Flush()
		f := follow(t, PlainOptions{Room: b})
		f.want("2000-01-01T00:00:00Z  journal  NOT-KEPT  prod  -  " + full.String() + "; 1 event waiting, 3 lost")
		f.want("00:00:00Z  room  CALM  prod  -  nothing is critical; watched: 1 alarm in 1 scope; NOT KEPT since 00:00:00Z (0s), 1 event waiting, 3 lost; oldest data 0s")
		b.Kept(room.Keeping{UpTo: 1})
		b.Flush()
		f.want("00:00:00Z  journal  KEPT  prod  -  everything is on disk again")
		b.Kept(room.Keeping{UpTo: 1, Trouble: full})
		b.Flush()
		f.until("NOT-KEPT")
		b.Kept(room.Keeping{UpTo: 1, Lost: 3})
		b.Flush()
		f.want("00:00:00Z  journal  KEPT  prod  -  what happens is on disk again; 3 lost")
	})
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, PlainOptions{Room: newBubble(), NoJournal: "the state directory cannot be written"})
		f.want("2000-01-01T00:00:00Z  journal  NOT-KEPT  prod  -  the state directory cannot be written")
		f.until("; NOT KEPT; ")
	})
}

// quiet counts, and leaves it to others to say what is on disk.
type quiet struct{ *notebook }

func (q quiet) Event(e *room.Event) { q.number.Store(e.ID.Number) }
