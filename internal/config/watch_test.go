package config

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience bounds the wait for a change that must come.
const patience = 10 * time.Second

// heard is one call of the function given to Watch.
type heard struct {
	room string
	err  error
}

// watching starts Watch on a loaded file. At the end of the test it must return.
func watching(t *testing.T, path string) <-chan heard {
	t.Helper()
	c, err := Load(path, known)
	if err != nil {
		t.Fatal(err)
	}
	return watchingFrom(t, c)
}

func watchingFrom(t *testing.T, c *Config) <-chan heard {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	changes, done := make(chan heard, 100), make(chan error, 1)
	go func() {
		done <- Watch(ctx, c, known, func(c *Config, err error) {
			if err != nil {
				changes <- heard{err: err}
				return
			}
			changes <- heard{room: c.Room}
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Watch ended with %v", err)
		}
		if len(changes) > 0 {
			t.Errorf("heard of a change too many: %+v", <-changes)
		}
	})
	return changes
}

// expectRoom waits for a change to a config whose room has the name.
func expectRoom(t *testing.T, changes <-chan heard, room string) {
	t.Helper()
	select {
	case got := <-changes:
		if got.err != nil || got.room != room {
			t.Fatalf("heard %+v, want room %q", got, room)
		}
	case <-time.After(patience):
		t.Fatalf("heard nothing, want room %q", room)
	}
}

// expectQuiet gives an event that must not be heard several times as long as one
// that must be.
func expectQuiet(t *testing.T, changes <-chan heard) {
	t.Helper()
	select {
	case got := <-changes:
		t.Fatalf("heard %+v, want nothing", got)
	case <-time.After(5 * quiet):
	}
}

func expectError(t *testing.T, changes <-chan heard, part string) {
	t.Helper()
	select {
	case got := <-changes:
		if got.err == nil || !strings.Contains(got.err.Error(), part) {
			t.Fatalf("heard %+v, want an error with %q", got, part)
		}
	case <-time.After(patience):
		t.Fatalf("heard nothing, want an error with %q", part)
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestASavedFileIsReadAgain(t *testing.T) {
	path := write(t, "room: one\n")
	changes := watching(t, path)
	put(t, path, "room: two\n")
	expectRoom(t, changes, "two")

	// As vim and most editors save: another file is renamed over it.
	put(t, path+".new", "room: three\n")
	must(t, os.Rename(path+".new", path))
	expectRoom(t, changes, "three")

	put(t, path, "romo: four\n")
	expectError(t, changes, `did you mean "room"?`)
	put(t, path, "room: three\n") // back to what it was before it broke
	expectRoom(t, changes, "three")

	put(t, path, "") // empty is valid, if it stays so
	expectRoom(t, changes, "")

	must(t, os.Remove(path))
	expectError(t, changes, "does not exist")
	put(t, path, "room: three\n")
	expectRoom(t, changes, "three")

	put(t, path+".new", "room: three\n")
	must(t, os.Rename(path+".new", path))
	expectQuiet(t, changes)
}

func TestTheSameContentIsNoChange(t *testing.T) {
	path := write(t, "room: one\n")
	changes := watching(t, path)
	put(t, path, "room: one\n")
	put(t, filepath.Join(filepath.Dir(path), "another-file"), "x")
	put(t, path+".new", "room: one\n")
	must(t, os.Rename(path+".new", path))
	expectQuiet(t, changes)
	put(t, path, "room: two\n")
	expectRoom(t, changes, "two")
}

func TestAChangeBetweenLoadingAndWatchingIsNotMissed(t *testing.T) {
	path := write(t, "room: one\n")
	c, err := Load(path, known)
	must(t, err)
	put(t, path, "room: two\n")
	expectRoom(t, watchingFrom(t, c), "two")
}

// TestALinkIsFollowed changes a file as a mounted Kubernetes ConfigMap changes: the
// file is a link through a folder that is itself a link, which is swapped.
func TestALinkIsFollowed(t *testing.T) {
	folder := t.TempDir()
	for _, version := range []string{"one", "two"} {
		must(t, os.Mkdir(filepath.Join(folder, ".."+version), 0o700))
		put(t, filepath.Join(folder, ".."+version, FileName), "room: "+version+"\n")
	}
	must(t, os.Symlink("..one", filepath.Join(folder, "..data")))
	path := filepath.Join(folder, FileName)
	must(t, os.Symlink(filepath.Join("..data", FileName), path))
	changes := watching(t, path)
	must(t, os.Symlink("..two", filepath.Join(folder, "..new")))
	must(t, os.Rename(filepath.Join(folder, "..new"), filepath.Join(folder, "..data")))
	expectRoom(t, changes, "two")
	put(t, filepath.Join(folder, "..two", FileName), "room: three\n")
	expectRoom(t, changes, "three")
}

func TestWatchingAFolderThatIsGone(t *testing.T) {
	path := write(t, "room: one\n")
	c, err := Load(path, known)
	must(t, err)
	must(t, os.RemoveAll(filepath.Dir(path)))
	err = Watch(t.Context(), c, known, func(*Config, error) { t.Error("called") })
	if err == nil || !strings.Contains(err.Error(), "use :reload") {
		t.Errorf("got %v", err)
	}
}

// nowhere is a working directory and a user without any config. It returns the user's
// home.
func nowhere(t *testing.T) (home string) {
	t.Helper()
	t.Chdir(t.TempDir())
	home = t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	return home
}

func TestAFileThatComesUpInTheWorkingDirectoryIsTaken(t *testing.T) {
	nowhere(t)
	changes := watchingFrom(t, Default())
	put(t, "another.yaml", "room: other\n")
	put(t, FileName, "room: one\n")
	expectRoom(t, changes, "one")
	put(t, FileName, "room: two\n")
	expectRoom(t, changes, "two")
	must(t, os.Remove(FileName))
	expectError(t, changes, "does not exist")
}

func TestAFileThatComesUpInTheUsersFolderIsTaken(t *testing.T) {
	home := nowhere(t)
	changes := watchingFrom(t, Default())
	must(t, os.MkdirAll(filepath.Join(home, ".config", "warroom"), 0o700))
	put(t, UserFile(), "room: one\n")
	expectRoom(t, changes, "one")
	put(t, UserFile()+".new", "room: two\n")
	must(t, os.Rename(UserFile()+".new", UserFile()))
	expectRoom(t, changes, "two")
}

func TestAFileThatComesUpUnderTheWrongNameIsToldOnce(t *testing.T) {
	nowhere(t)
	changes := watchingFrom(t, Default())
	put(t, "warroom.yml", "room: one\n")
	expectError(t, changes, "call it warroom.yaml")
	put(t, "warroom.yml", "room: two\n")
	must(t, os.Remove("warroom.yml"))
	expectRoom(t, changes, "") // the defaults
	put(t, "warroom.yml", "room: two\n")
	expectError(t, changes, "call it warroom.yaml")
	must(t, os.Rename("warroom.yml", FileName))
	expectRoom(t, changes, "two")
}

func TestWithoutAFileWatchingEndsWithTheContext(t *testing.T) {
	nowhere(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Watch(ctx, Default(), known, func(*Config, error) { t.Error("called") }); err != nil {
		t.Error(err)
	}
}
