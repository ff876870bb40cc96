package access

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// quiet is how long files must have been left alone before they are read: an editor
	// that saves makes several changes within a few milliseconds.
	quiet = 100 * time.Millisecond
	// emptyQuiet is how long an empty file may stay so before it is believed: a slow save
	// empties the file first, and an empty one lets nobody in.
	emptyQuiet = time.Second
	// patrol is how often the files are read without any sign of a change: network file
	// systems give none, and who was shown out must not stay for that.
	patrol = time.Minute
)

var errUnwatched = errors.New("changes of the files of keys cannot be watched on this system; use :reload after a change")

// Watch reads the files again whenever one changes, beginning with a change that was
// made since Open, until ctx ends; then it returns nil. Of a file that cannot be read,
// what was read last stays in force. changed is called after each reading that found
// something else, from one goroutine, so that live sessions can be admitted again. The
// error says in plain words that no file is watched, and Reload still works.
//
// The folders are watched and not the files, because most editors save by renaming
// another file over the old one. Links are followed.
func (k *Keyring) Watch(ctx context.Context, changed func()) error {
	events, err := fsnotify.NewWatcher()
	if err != nil {
		return errUnwatched
	}
	defer func() { _ = events.Close() }()
	k.follow(events)
	settled := time.NewTimer(0) // look at once, for a change made since Open
	defer settled.Stop()
	waiting, emptied := false, false
	for {
		select {
		case <-ctx.Done():
			return nil
		case event, ok := <-events.Events:
			if !ok {
				return errUnwatched
			}
			// Another file in a folder that is written all the time must not put off our
			// look for ever.
			if !waiting || k.isFile(event.Name) {
				settled.Reset(quiet)
				waiting = true
			}
		case _, ok := <-events.Errors:
			if !ok {
				return errUnwatched
			}
			settled.Reset(quiet) // changes may have been lost, so look
			waiting = true
		case <-settled.C:
			waiting = false
			k.follow(events)
			if emptied = k.isEmptied() && !emptied; emptied {
				settled.Reset(emptyQuiet)
				waiting = true
				continue
			}
			if another, _ := k.reload(); another { // what is wrong is in the log, and in Problems
				changed()
			}
			settled.Reset(k.patrol)
		}
	}
}

func (k *Keyring) files() []string {
	var named []string
	for _, path := range []string{k.o.Authorized, k.o.TrustedCA, k.o.Revoked} {
		if path != "" {
			named = append(named, path)
		}
	}
	return named
}

func (k *Keyring) isFile(name string) bool {
	for _, path := range k.files() {
		if filepath.Clean(path) == filepath.Clean(name) {
			return true
		}
	}
	return false
}

// follow watches the folders of the files and of what they are links to. Adding a folder
// again does nothing, and one that is not there is no harm.
func (k *Keyring) follow(events *fsnotify.Watcher) {
	for _, path := range k.files() {
		_ = events.Add(filepath.Dir(path))
		if target, err := filepath.EvalSymlinks(path); err == nil {
			_ = events.Add(filepath.Dir(target))
		}
	}
}

// isEmptied says whether one of the files has become empty.
func (k *Keyring) isEmptied() bool {
	s, nothing := k.now.Load(), digestOf(nil)
	for path, before := range map[string]digest{k.o.Authorized: s.authorized.digest, k.o.TrustedCA: s.trusted.digest, k.o.Revoked: s.revoked.digest} {
		if path == "" || before == nothing {
			continue
		}
		if content, err := ReadFile(path); err == nil && len(content) == 0 {
			return true
		}
	}
	return false
}
