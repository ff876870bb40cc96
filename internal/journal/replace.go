package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Replace salvages a damaged journal and puts what was saved in its place. What was
// damaged is kept in a directory of its own beside it, and aside names it; it is "" if there was no damage, and
// nothing was done. *Busy if a process writes the journal.
func Replace(p Place, now time.Time) (report Report, aside string, err error) {
	release, err := take(p)
	if err != nil {
		return Report{Path: p.Path()}, "", err
	}
	defer release()
	if report, err = Verify(p.Path()); err == nil && len(report.Damage) == 0 {
		return report, "", nil
	}
	var newer *Newer
	if errors.As(err, &newer) {
		return report, "", err
	}
	// Rooms are files, so that no room is in the way of a directory.
	folder, name := filepath.Join(filepath.Dir(p.base), "damaged"), filepath.Base(p.base)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return report, "", fmt.Errorf("nothing can be put aside in %s: %w", folder, cause(err))
	}
	made := Place{filepath.Join(folder, name+"-salvaged")}
	made.remove() // of an earlier try
	if report, err = Salvage(p.Path(), made.Path()); err != nil {
		return report, "", err
	}
	old := Place{filepath.Join(folder, name+"-"+now.UTC().Format("20060102T150405Z"))}
	if err := p.move(old); err != nil {
		return report, "", fmt.Errorf("the damaged journal cannot be moved aside: %w; what was saved is in %s", cause(err), made.Path())
	}
	if err := made.move(p); err != nil {
		return report, old.Path(), fmt.Errorf("what was saved cannot be put in its place: %w; it is in %s", cause(err), made.Path())
	}
	return report, old.Path(), nil
}

// files are all that a journal is made of.
func (p Place) files() []string {
	return []string{p.Path() + "-wal", p.Path() + "-shm", headOf(p.Path()), p.Path()}
}

// move gives a journal another name.
func (p Place) move(to Place) error {
	names := to.files()
	for i, file := range p.files() {
		if err := os.Rename(file, names[i]); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (p Place) remove() {
	for _, file := range p.files() {
		_ = os.Remove(file)
	}
}
