package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"

	"warroom/ui"
)

// The files in which a person's screen is remembered. A drill has its own, so that a
// rehearsal changes nothing of the real screen.
const (
	liveMemory  = "screen.json"
	drillMemory = "screen-drill.json"
)

// memoryLimit bounds a file that is read back, in bytes: fifty views have a few KB.
const memoryLimit = 1 << 20

// stateDir is where what is to last is kept: --state, else the user's own place.
// Source: XDG Base Directory Specification, 0.8. It is "" if the user has no home.
func (a *app) stateDir() string {
	if a.flags.state != "" {
		return a.flags.state
	}
	folder := environment("XDG_STATE_HOME")
	if !filepath.IsAbs(folder) {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		folder = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(folder, "warroom")
}

// errDamaged is that a file cannot be understood.
var errDamaged = errors.New("it is damaged")

// memoryFile is one person's screen in a file, which other screens of this person
// keep theirs in as well. Not safe for concurrent use; the file is, by any number of
// them.
type memoryFile struct {
	path  string
	views map[string]ui.View // the saved views that this screen knows to be in the file
}

// load reads what was remembered. A file that cannot be understood is set aside under
// another name, which is then returned. After an error the file holds what is not
// ours to write over, and must not be kept in.
func (f *memoryFile) load() (memory ui.Memory, aside string, err error) {
	memory, err = f.read()
	if errors.Is(err, errDamaged) {
		var unlock func()
		if unlock, err = f.lock(); err == nil {
			memory, aside, err = f.readOrSetAside()
			unlock()
		}
	}
	if err != nil {
		return ui.Memory{}, "", fmt.Errorf("how the screen was left is not known from %s, which is left alone: %w; the screen starts as new and is not remembered", f.path, reason(err))
	}
	f.views = memory.Views
	return memory, aside, nil
}

// keep writes a memory whole or not at all. Of the saved views it changes those that
// this screen has changed; the others are as other screens have left them.
func (f *memoryFile) keep(memory ui.Memory) error {
	err := os.MkdirAll(filepath.Dir(f.path), 0o700)
	if err == nil {
		err = f.merge(memory)
	}
	if err != nil {
		return fmt.Errorf("how the screen is left cannot be remembered in %s: %w; name another folder with --state", f.path, reason(err))
	}
	f.views = memory.Views
	return nil
}

// merge brings a memory into the file while no other screen does.
func (f *memoryFile) merge(memory ui.Memory) error {
	unlock, err := f.lock()
	if err != nil {
		return err
	}
	defer unlock()
	there, _, err := f.readOrSetAside()
	if err != nil {
		return err
	}
	memory.Views = changedViews(there.Views, f.views, memory.Views)
	content, err := json.MarshalIndent(memory, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(f.path, append(content, '\n'))
}

// changedViews is what is there with every difference between before and now.
func changedViews(there, before, now map[string]ui.View) map[string]ui.View {
	views := maps.Clone(there)
	if views == nil {
		views = map[string]ui.View{}
	}
	for name := range before {
		if _, still := now[name]; !still {
			delete(views, name)
		}
	}
	for name, view := range now {
		if known, ok := before[name]; !ok || !reflect.DeepEqual(known, view) {
			views[name] = view
		}
	}
	return views
}

// read reads the file; there need not be one. The error says why not, after the name
// of the file: errDamaged if it cannot be understood.
func (f *memoryFile) read() (ui.Memory, error) {
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ui.Memory{}, nil
	case err != nil:
		return ui.Memory{}, err
	case !info.Mode().IsRegular() || info.Size() > memoryLimit:
		return ui.Memory{}, errors.New("it is no file of warroom's")
	}
	content, err := os.ReadFile(f.path)
	if err != nil {
		return ui.Memory{}, err
	}
	var memory ui.Memory
	if json.Unmarshal(content, &memory) != nil {
		return ui.Memory{}, errDamaged
	}
	return memory, nil
}

// readOrSetAside is read by the one who has the lock: a damaged file is moved away,
// and there is none then.
func (f *memoryFile) readOrSetAside() (memory ui.Memory, aside string, err error) {
	if memory, err = f.read(); !errors.Is(err, errDamaged) {
		return memory, "", err
	}
	aside = f.path + ".broken"
	if err := os.Rename(f.path, aside); err != nil {
		return ui.Memory{}, "", fmt.Errorf("it is damaged and cannot be set aside as %s: %w", aside, reason(err))
	}
	return ui.Memory{}, aside, nil
}

// lock waits until no other screen is at the file. The lock is a file beside it, since
// the file itself is replaced; it stays there.
func (f *memoryFile) lock() (unlock func(), err error) { return lockFile(f.path + ".lock") }

// replaceFile puts content in the place of a file in one step.
func replaceFile(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	if _, err = file.Write(content); err == nil {
		err = file.Sync() // else a crash may leave an empty file under the name
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

// recall gives a screen its memory, and notes in the log if there is none to be had. A
// file that could not be read is not written over either.
func (a *app) recall(o *ui.Options, name string, log *ownLog) {
	folder := a.stateDir()
	if folder == "" {
		return
	}
	file := &memoryFile{path: filepath.Join(folder, name)}
	memory, aside, err := file.load()
	if err != nil {
		log.Warn(err.Error())
		return
	}
	if aside != "" {
		log.Warn(fmt.Sprintf("how the screen was left was damaged; the file is kept as %s, and the screen starts as new", aside))
	}
	o.Memory, o.Keep = memory, file.keep
}

// keepScreen remembers how a screen was left, and notes in the log if it cannot be. There
// is nothing to remember if keep is nil.
func keepScreen(keep func(ui.Memory) error, left ui.Memory, log *ownLog) {
	if keep == nil {
		return
	}
	if err := keep(left); err != nil {
		log.Warn(err.Error())
	}
}
