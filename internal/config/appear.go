package config

import (
	"os"
	"path/filepath"
)

// watchPlaces watches the folder of the file, or while there is none, the folders in
// which one may come up. It returns false if nothing can be watched.
func (w *watch) watchPlaces() bool {
	if w.path != "" {
		return w.events.Add(filepath.Dir(w.path)) == nil
	}
	watched := false
	for _, path := range searched() {
		watched = w.watchFolder(filepath.Dir(path)) || watched
	}
	return watched
}

// watchFolder watches a folder, or if it is not there, the nearest one above in which
// it may be made.
func (w *watch) watchFolder(folder string) bool {
	for {
		there := nearest(folder)
		if w.events.Add(there) != nil {
			return false
		}
		if nearest(folder) == there { // nothing was made before it was watched
			return true
		}
	}
}

// nearest is a folder itself, or the nearest one above that is there.
func nearest(folder string) string {
	for {
		above := filepath.Dir(folder)
		if about, err := os.Stat(folder); err == nil && about.IsDir() || above == folder {
			return folder
		}
		folder = above
	}
}

// find looks whether a file has come up, and from then on watches nothing but that one.
func (w *watch) find() bool {
	w.watchPlaces()
	path, err := Find("")
	if err != nil {
		w.complain(err)
		return false
	}
	if path == "" {
		if w.broken != "" { // what could not be read is gone
			w.broken = ""
			w.changed(Default(), nil)
		}
		return false
	}
	w.path = path
	for _, folder := range w.events.WatchList() {
		if filepath.Clean(folder) != filepath.Dir(path) {
			_ = w.events.Remove(folder)
		}
	}
	return true
}

// isFile says whether a changed file is the one that is read.
func (w *watch) isFile(name string) bool {
	if w.path == "" {
		return filepath.Base(name) == FileName
	}
	return filepath.Clean(name) == filepath.Clean(w.path)
}
