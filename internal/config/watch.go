package config

import (
	"context"
	"crypto/sha256"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// quiet is how long a file must have been left alone before it is read: an editor
// that saves makes several changes within a few milliseconds.
const quiet = 100 * time.Millisecond

// emptyQuiet is how long an empty file may stay so before it is believed: a slow save
// empties the file first, and an empty config is a valid one.
const emptyQuiet = time.Second

// Watch tells of every change of the file that current was read from, beginning
// with one that was made since, until the context is done; then it returns nil and
// nothing is left running. changed gets either a valid Config, or Problems while
// the file is broken or gone, in which case the caller keeps the Config it has. It
// is called from one goroutine, never twice for the same content in a row.
//
// If current was read from no file, one that comes up where Find looks is taken, and
// watched from then on.
//
// The folder is watched and not the file, because most editors save by renaming
// another file over it. A file that is a symbolic link is followed. A file named in
// a reference is not watched. The error says in plain words why it cannot be
// watched; Load still works then.
func Watch(ctx context.Context, current *Config, allowed Allowed, changed func(*Config, error)) error {
	events, err := fsnotify.NewWatcher()
	if err != nil {
		return unwatched(current.file)
	}
	defer func() { _ = events.Close() }()
	w := &watch{path: current.file, allowed: allowed, changed: changed, seen: current.digest, events: events}
	if !w.watchPlaces() {
		return unwatched(current.file)
	}
	w.followLink()
	return w.run(ctx)
}

func unwatched(path string) error {
	if path == "" {
		path = FileName
	}
	return Problems{{File: path, Message: "changes of the config file cannot be watched on this system; use :reload after a change"}}
}

type watch struct {
	path    string // "" until there is a file
	allowed Allowed
	changed func(*Config, error)
	events  *fsnotify.Watcher
	seen    digest
	broken  string // the last thing said about a file that could not be read
	emptied bool   // the file was found empty once
}

func (w *watch) run(ctx context.Context) error {
	settled := time.NewTimer(0) // look at once, for a change made since the file was loaded
	defer settled.Stop()
	waiting := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case event, ok := <-w.events.Events:
			if !ok {
				return unwatched(w.path)
			}
			// Another file in the folder may be what a link points at, but one that is
			// written all the time must not put off our look for ever.
			if !waiting || w.isFile(event.Name) {
				settled.Reset(quiet)
				waiting = true
			}
		case _, ok := <-w.events.Errors:
			if !ok {
				return unwatched(w.path)
			}
			settled.Reset(quiet) // changes may have been lost, so look
			waiting = true
		case <-settled.C:
			waiting = false
			if w.path == "" && !w.find() {
				continue
			}
			w.followLink()
			if !w.look() {
				settled.Reset(emptyQuiet)
				waiting = true
			}
		}
	}
}

// look reads the file and tells of it if it is not what was seen last. It returns
// false if it should look again, because the file may be half saved.
func (w *watch) look() bool {
	content, err := readFile(w.path)
	if err != nil {
		w.complain(err)
		return true
	}
	sum := sha256.Sum256(content)
	if sum == w.seen && w.broken == "" {
		w.emptied = false
		return true
	}
	if w.emptied = len(content) == 0 && !w.emptied; w.emptied {
		return false
	}
	w.seen, w.broken = sum, ""
	w.changed(Parse(w.path, content, w.allowed))
	return true
}

// complain tells of a file that cannot be read, once.
func (w *watch) complain(err error) {
	if w.broken != err.Error() {
		w.broken = err.Error()
		w.changed(nil, err)
	}
}

// followLink watches the folder of the file that a link points at, too. Adding a
// folder again does nothing, and one that is not there is no harm.
func (w *watch) followLink() {
	if target, err := filepath.EvalSymlinks(w.path); err == nil {
		_ = w.events.Add(filepath.Dir(target))
	}
}
