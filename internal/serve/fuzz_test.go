package serve

import (
	"io"
	"sync/atomic"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"warroom/internal/room"
	"warroom/ui"
)

// counted keeps nothing, and counts the events that would be journaled: all but that
// people come and go.
type counted struct {
	room   *room.Room
	events atomic.Int64
}

func (c *counted) Event(e *room.Event) {
	if !e.Visit() {
		c.events.Add(1)
	}
	go c.room.Kept(room.Keeping{Node: e.ID.Node, UpTo: e.ID.Number})
}
func (c *counted) Reading(*room.Reading)       {}
func (c *counted) Checkpoint(*room.Checkpoint) {}

// FuzzWhatAViewerOrAWallSendsChangesNothing types whatever comes into the sessions of a
// viewer and of a wall.
func FuzzWhatAViewerOrAWallSendsChangesNothing(f *testing.F) {
	for _, seed := range []string{
		"a", "2ac", "n hello\r", ":note hello\r", ":mark deploy\r", "\x1b[A\x1b[B", "\x1b[200~:note pasted\r\x1b[201~", "u", "P", "4P", ":ack x\r", ":undo\r", "U",
		"I", ":invite\r", ":remove witness\r", ":reload\r", ":private\r", "F\r", "\x1b[<0;10;10M", "\x1b]11;rgb:ffff/ffff/ffff\a", "\x1bP1+r524742\x1b\\", "q", "\x03", "\x00\xff\xfe",
		"\x1b[9999999999;1H", "\x1b[", "\x1b]", "\x1bP", "/state:alarm\r", "[", "{", ":at 00:00\r", "p", "<", ":speed 9\r", ":jump 07:00\r", "ss AAAA\x1b[27;5;97~",
	} {
		f.Add([]byte(seed))
	}
	kept := new(counted)
	h := serve(f, func(o *Options) {
		kept.room = room.New(room.Options{Name: "prod", Keeper: kept})
		burn(kept.room, "checkout-5xx", room.Critical, "ALARM")
		o.Room = kept.room
		o.Screen = func(*Guest) ui.Options { return ui.Options{Room: kept.room, Look: ui.Look{Theme: "dark"}} }
		o.Kiosk = func(*Guest) ui.KioskOptions { return ui.KioskOptions{Room: kept.room, Look: ui.Look{Theme: "dark"}} }
		o.Personal = func(*Guest) ui.Personal {
			broken := func() { panic("a viewer can do this") }
			return ui.Personal{Refresh: broken, Reload: func() error { broken(); return nil }}
		}
	})
	clients := map[room.Role]*gossh.Client{}
	for _, role := range []room.Role{room.Viewer, room.Kiosk} {
		client, err := h.dial(h.lets("fuzz-"+string(role), role))
		if err != nil {
			f.Fatal(err)
		}
		clients[role] = client
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		before := kept.events.Load()
		for role, client := range clients {
			session, err := client.NewSession()
			if err != nil {
				t.Fatal(err)
			}
			stdin, err := session.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			session.Stdout = io.Discard
			var errs lockedBuffer
			session.Stderr = &errs
			if err := session.RequestPty("xterm-256color", 30, 100, nil); err != nil {
				t.Fatal(err)
			}
			if err := session.Shell(); err != nil {
				t.Fatal(err)
			}
			_, _ = stdin.Write(input)
			_ = stdin.Close() // the terminal has hung up: what was typed before has been taken
			_ = session.Wait()
			if text := errs.String(); text != "" {
				t.Errorf("%s is told %q", role, text)
			}
			_ = session.Close()
		}
		if after := kept.events.Load(); after != before {
			t.Errorf("%q made %d events", input, after-before)
		}
	})
}
