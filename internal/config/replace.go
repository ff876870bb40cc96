package config

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// replace puts new content in the place of a file in one step, if its content still is
// what it was. Where the file is a link, it is what it points at that changes. Its mode
// stays.
func replace(path string, was digest, content []byte) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return unwritten(path, err)
	}
	about, err := os.Stat(target)
	if err != nil {
		return unwritten(path, err)
	}
	file, err := os.OpenFile(target, os.O_WRONLY, 0) // a file that may not be written is not replaced either
	if err != nil {
		return unwritten(path, err)
	}
	_ = file.Close()
	fresh, err := written(target, content, about.Mode().Perm())
	if err != nil {
		return unwritten(path, err)
	}
	defer os.Remove(fresh) // gone by then if all went well
	now, err := readFile(target)
	if err != nil || sha256.Sum256(now) != was {
		return errChanged(path)
	}
	if err := os.Rename(fresh, target); err != nil {
		return unwritten(path, err)
	}
	syncFolder(target)
	return nil
}

// create makes a file that is not there yet, for its owner alone.
func create(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return unwritten(path, err)
	}
	fresh, err := written(path, content, 0o600)
	if err != nil {
		return unwritten(path, err)
	}
	defer os.Remove(fresh)
	if err := os.Link(fresh, path); errors.Is(err, fs.ErrExist) { // a rename would write over it
		return errChanged(path)
	} else if err != nil {
		return unwritten(path, err)
	}
	syncFolder(path)
	return nil
}

// written makes a file beside another, on disk to its last byte, and gives its name.
func written(beside string, content []byte, mode fs.FileMode) (name string, err error) {
	file, err := os.CreateTemp(filepath.Dir(beside), "."+filepath.Base(beside)+".*")
	if err != nil {
		return "", err
	}
	if err = file.Chmod(mode); err == nil {
		_, err = file.Write(content)
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(file.Name())
		return "", err
	}
	return file.Name(), nil
}

// syncFolder has a new name of a file outlive a crash. Where a folder cannot be synced,
// the old file may be back after one.
func syncFolder(path string) {
	if folder, err := os.Open(filepath.Dir(path)); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
}

// unwritten says in one sentence why a file could not be written.
func unwritten(path string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%s may not be written by this user, so nothing was; give write permission to it and its folder", filepath.Base(path))
	}
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return fmt.Errorf("%s could not be written: %w; nothing was changed", filepath.Base(path), err)
}
