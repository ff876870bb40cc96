package ui

import (
	"context"
	"time"

	"warroom/internal/presence"
	"warroom/internal/room"
	"warroom/theme"
)

// Options are what a screen needs. Only Room must be given.
type Options struct {
	Context context.Context // ends the screen's waiting; Background if nil
	Room    room.Reader     //
	Desk    room.Desk       // nil for one who only looks
	Role    room.Role       // what the person may do; Admin if empty, as the one at this machine is
	Drill   room.Drill      // nil unless this is a drill
	Replay  *Replay         // nil unless a journal is played again
	History room.History    // the room's past; nil if none is kept
	// NoJournal is why nothing of this room is kept, such as "the state directory cannot
	// be written"; "" if it is, or if it is nobody's business.
	NoJournal string
	// ReadOnly is why there is no Desk, such as "another warroom (pid 4242) keeps this
	// room"; "" if it is a matter of the person's role.
	ReadOnly string
	Zone     *time.Location // where the person is; as this machine if nil
	Look
	NewLook func() *Look          // the look of a config that was read since; nil if none was. May be nil itself
	Reload  func() error          // reads the config again; nil if there is none
	Probe   ProbeDesk             // changes what is probed; nil for one who may not, and where nothing can
	Refresh func()                // looks again now; nil if nothing can
	Charts  room.Charts           // fetches the readings behind an alarm; nil if nothing can
	Log     func() []LogLine      // the program's own log, oldest first; nil if there is none
	Calls   func() []CallCount    // what is asked of AWS from here; nil if nothing is
	Roster  *presence.Roster      // who else is here; nil where nobody else can come
	Seat    *presence.Seat        // this person's own in it
	Remove  func(id uint64) error // shows somebody out; nil for one who may not
	Hosts   bool                  // leaving this screen closes the room for everybody
	Memory  Memory                // how this person left the screen the last time; zero for a first visit
	Keep    func(Memory) error    // remembers it for the next time; nil forgets
}

// Look is what a config says of the screen alone.
type Look struct {
	Theme  string              // a name of Themes; Auto if empty
	Themes theme.Library       // the themes there are
	ASCII  bool                // no glyph beyond ASCII
	Keys   map[string][]string // action to keys, in place of the defaults

	Services  map[string]Service // our own services, by name
	Attention Attention
}

// Service is what the catalogue says about a service of ours, beside its name.
type Service struct {
	Owner, Contact string
	Runbook        string // an https address
}

// LogLine is one line of the program's own log: its own trouble, not the world's.
type LogLine struct {
	At    time.Time
	Level string // INFO, WARN, ERROR
	Text  string // one line; no secrets, nothing raw from outside
}
