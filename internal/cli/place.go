package cli

import (
	"errors"
	"fmt"
	"strings"

	"warroom/internal/journal"
)

// place is where the room is kept that a command means: the one of the config, or of
// --room, in the state directory.
func (a *app) place() (journal.Place, string, error) {
	name := a.flags.room
	if name == "" {
		cfg, _, err := a.loadConfig()
		if err != nil {
			return journal.Place{}, "", err
		}
		name = cfg.Room
	}
	dir := a.stateDir()
	if dir == "" {
		return journal.Place{}, "", errors.New("this user has no home in which a room could be kept; name a directory with --state")
	}
	return journal.PlaceOf(dir, name), name, nil
}

// readRoom opens the journal of the room that a command means, for reading.
func (a *app) readRoom() (*journal.Reader, error) {
	place, name, err := a.place()
	if err != nil {
		return nil, err
	}
	if !place.Exists() {
		return nil, a.noRoom(name)
	}
	return journal.OpenReader(place.Path())
}

// noRoom says that a room has no journal, and which rooms have one.
func (a *app) noRoom(name string) error {
	what := fmt.Sprintf("the room %q", name)
	if name == "" {
		what = "the room without a name"
	}
	var there []string
	for _, place := range journal.Rooms(a.stateDir()) {
		reader, err := journal.OpenReader(place.Path())
		if err != nil {
			continue
		}
		there = append(there, fmt.Sprintf("%q", reader.Meta().Room))
		_ = reader.Close()
	}
	if len(there) == 0 {
		return fmt.Errorf("nothing is kept of %s in %s, nor of any other; start `warroom` first, or name another directory with --state", what, a.stateDir())
	}
	return fmt.Errorf("nothing is kept of %s in %s; there are %s: name one with --room, or another directory with --state", what, a.stateDir(), strings.Join(there, ", "))
}
