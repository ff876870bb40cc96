package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"warroom/internal/room"
)

// Import makes the journal of a room that is not there yet, of the given records in
// their order. It appears whole or not at all: it is made under another name, so that
// what breaks off in the middle leaves nothing that is taken for a room. *Busy if
// another process is about to write it.
func Import(p Place, m Meta, records iter.Seq2[room.Record, error]) error {
	making := filepath.Join(filepath.Dir(p.Path()), "%imports") // no room is called like that
	if err := os.MkdirAll(making, 0o700); err != nil {
		return errNoPlace(filepath.Dir(p.Path()), err)
	}
	defer os.Remove(making) // if nothing else is made in it
	release, err := take(p)
	if err != nil {
		return err
	}
	defer release()
	if _, err := os.Lstat(p.Path()); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already; name another room with --room", p.Path())
	}
	if damage := remains(p.Path()); damage != "" {
		return &Damaged{Path: p.Path(), Damage: []string{damage}}
	}
	made := Place{filepath.Join(making, filepath.Base(p.base))}
	made.remove() // of an earlier try
	if err := Create(made.Path(), m, records); err != nil {
		return err
	}
	if err := made.move(p); err != nil {
		return fmt.Errorf("what was imported cannot be put in its place: %w; it is in %s", cause(err), made.Path())
	}
	if err := syncDir(filepath.Dir(p.Path())); err != nil {
		return inWords(err)
	}
	return nil
}
