package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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

// memoryFile is one person's screen in a file.
type memoryFile struct{ path string }

// load reads what was remembered. A file that cannot be understood is set aside under
// another name, so that keeping the next memory does not write over it.
func (f memoryFile) load() (ui.Memory, error) {
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ui.Memory{}, nil
	case err != nil:
		return ui.Memory{}, fmt.Errorf("how the screen was left (%s) cannot be read: %w; it starts as new", f.path, reason(err))
	case !info.Mode().IsRegular() || info.Size() > memoryLimit:
		return ui.Memory{}, fmt.Errorf("%s is no file of warroom's; it is left alone, and the screen starts as new", f.path)
	}
	content, err := os.ReadFile(f.path)
	if err != nil {
		return ui.Memory{}, fmt.Errorf("how the screen was left (%s) cannot be read: %w; it starts as new", f.path, reason(err))
	}
	var memory ui.Memory
	if json.Unmarshal(content, &memory) == nil {
		return memory, nil
	}
	aside := f.path + ".broken"
	if err := os.Rename(f.path, aside); err != nil {
		return ui.Memory{}, fmt.Errorf("how the screen was left (%s) is damaged; it starts as new", f.path)
	}
	return ui.Memory{}, fmt.Errorf("how the screen was left was damaged; the file is kept as %s, and the screen starts as new", aside)
}

// keep writes a memory whole or not at all.
func (f memoryFile) keep(memory ui.Memory) error {
	content, err := json.MarshalIndent(memory, "", "  ")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(f.path), 0o700)
	}
	if err == nil {
		err = replaceFile(f.path, append(content, '\n'))
	}
	if err != nil {
		return fmt.Errorf("how the screen is left cannot be remembered in %s: %w; name another folder with --state", f.path, reason(err))
	}
	return nil
}

// replaceFile puts content in the place of a file in one step.
func replaceFile(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

// recall gives a screen its memory, and notes in the log if there is none to be had.
func (a *app) recall(o *ui.Options, name string, log *ownLog) {
	folder := a.stateDir()
	if folder == "" {
		return
	}
	file := memoryFile{filepath.Join(folder, name)}
	memory, err := file.load()
	if err != nil {
		log.Warn(err.Error())
	}
	o.Memory, o.Keep = memory, file.keep
}

// leaveScreen closes a screen, and notes in the log if it could not be remembered.
func leaveScreen(screen *ui.Model, log *ownLog) {
	if err := screen.Close(); err != nil {
		log.Warn(err.Error())
	}
}
