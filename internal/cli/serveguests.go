package cli

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"path/filepath"
	"strings"

	"warroom/internal/room"
	"warroom/internal/serve"
	"warroom/ui"
)

// furnish gives guests what they see.
func (a *app) furnish(o *serve.Options, v forms, log *ownLog) {
	ascii := v.screen.ASCII
	o.Screen = func(g *serve.Guest) ui.Options {
		s := v.screen
		s.Desk, s.Refresh, s.Reload, s.Probe, s.Keep, s.Memory = nil, nil, nil, nil, nil, ui.Memory{}
		if s.Drill != nil {
			s.Drill = v.screen.Drill
		}
		s.Log = log.Lines
		if !ascii && bareTerminal(g.Getenv) {
			s.ASCII, s.NewLook = true, nil
		}
		return s
	}
	o.Remember = func(key string) (ui.Memory, func(ui.Memory) error) { return a.rememberGuest(key, v.memory, log) }
	o.Personal = func(g *serve.Guest) ui.Personal {
		p := ui.Personal{Refresh: v.screen.Refresh, Reload: v.screen.Reload, Probe: v.guests}
		if g.Person().Role.May(room.MayAdmin) {
			p.Probe = v.screen.Probe
		}
		if v.screen.Drill != nil {
			p.Steering = v.screen.Drill
		}
		return p
	}
	o.Kiosk = func(g *serve.Guest) ui.KioskOptions {
		k := ui.KioskOptions{Room: v.screen.Room, Look: v.screen.Look, NewLook: v.screen.NewLook, NoJournal: v.screen.NoJournal}
		if v.screen.Drill != nil {
			k.Drill = v.screen.Drill.Scenario()
		}
		if night, err := nightHours(g.Night()); err == nil {
			k.Night = night
		}
		return k
	}
	o.Plain = func(ctx context.Context, g *serve.Guest, out io.Writer) error {
		return guestDone(ui.Plain(ctx, a.plainFor(v, g, out)))
	}
	o.Command = func(ctx context.Context, g *serve.Guest, verb, rest string, out, errs io.Writer) int {
		return a.guestCommand(ctx, v, g, verb, rest, out, errs)
	}
}

// plainFor is the plain form of a room for a guest.
func (a *app) plainFor(v forms, g *serve.Guest, out io.Writer) ui.PlainOptions {
	o := v.plain
	o.Out, o.ASCII, o.Wait = out, o.ASCII || bareTerminal(g.Getenv), 0
	return o
}

// guestDone is how telling a guest has ended: that the guest has left is no error.
func guestDone(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// bareTerminal says whether a guest's terminal shows ASCII only.
func bareTerminal(getenv func(string) string) bool {
	if name := getenv("TERM"); name == "linux" || strings.HasPrefix(name, "vt") {
		return true
	}
	value := cmp.Or(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG"))
	return value != "" && !isUTF8(value)
}

// rememberGuest gives how the owner of a key left the screen the last time, and what
// keeps it: a file for each key, in a folder beside the host's own.
func (a *app) rememberGuest(key, own string, log *ownLog) (ui.Memory, func(ui.Memory) error) {
	name := sha256.Sum256([]byte(key)) // a fingerprint has letters that no file name may have
	folder := filepath.Join(a.stateDir(), "guests-"+strings.TrimSuffix(own, ".json"))
	file := &memoryFile{path: filepath.Join(folder, hex.EncodeToString(name[:16])+".json")}
	memory, _, err := file.load()
	if err != nil {
		log.Warn(err.Error())
		return ui.Memory{}, func(ui.Memory) error { return nil }
	}
	return memory, file.keep
}
