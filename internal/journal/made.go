package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// create makes an empty journal. It appears whole or not at all: it is made under
// another name, so that a crash in the middle leaves nothing that is taken for one.
func (j *Journal) create(ctx context.Context) error {
	if damage := remains(j.path); damage != "" {
		return &Damaged{Path: j.path, Damage: []string{damage}}
	}
	fresh := j.path + ".new"
	for _, left := range []string{fresh, fresh + "-journal", j.path + "-journal", j.path + "-wal", j.path + "-shm"} {
		if err := os.Remove(left); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return errNoPlace(j.path, err)
		}
	}
	file, err := os.OpenFile(fresh, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600) // SQLite would make it readable to all
	if err != nil {
		return errNoPlace(j.path, err)
	}
	if err := file.Close(); err != nil {
		return inWords(err)
	}
	if err := layAt(ctx, fresh, j.meta); err != nil {
		_ = os.Remove(fresh)
		return inWords(err)
	}
	if err := os.Rename(fresh, j.path); err != nil {
		return errNoPlace(j.path, err)
	}
	if err := syncDir(filepath.Dir(j.path)); err != nil {
		return inWords(err)
	}
	return nil
}

// layAt makes the tables of a new journal in an empty file, and has them on disk.
func layAt(ctx context.Context, path string, m Meta) (err error) {
	db, err := open(path, "_pragma=journal_mode(DELETE)&_pragma=synchronous(FULL)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return lay(ctx, conn, m)
}

// remains says what is known of a journal whose file is gone or empty, and of which
// something is left beside it; "" if nothing is lost by making a new one. A file that
// was put away on purpose leaves no more than its head.
func remains(path string) string {
	info, err := os.Stat(path)
	emptied := err == nil && info.Size() == 0
	if err == nil && !emptied {
		return ""
	}
	what := "its file is missing"
	if emptied {
		what = "its file is empty"
	}
	last, known, unclear := readHead(headOf(path))
	there := ""
	if known && unclear == nil {
		there = fmt.Sprintf("; there were events up to record %d", last.n)
	}
	log := path + "-wal"
	if info, err := os.Stat(log); err == nil && info.Size() > 0 {
		return fmt.Sprintf("%s%s, of which the newest may be in %s alone: put the file back, or move both away to begin anew", what, there, log)
	}
	if emptied && known {
		return fmt.Sprintf("%s%s: put it back as it was, or move it and %s away to begin anew", what, there, headOf(path))
	}
	return ""
}

// syncDir has the names in a directory on disk. Systems that cannot do so are forgiven.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

// errNoPlace is that nothing can be made where a journal should be.
func errNoPlace(path string, err error) error {
	return fmt.Errorf("nothing can be kept in %s: %w; name another directory with --state", path, cause(err))
}
