package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"warroom/ui"
)

// views are saved views that differ in their filter.
func views(filters map[string]string) map[string]ui.View {
	saved := map[string]ui.View{}
	for name, filter := range filters {
		saved[name] = ui.View{Filter: filter}
	}
	return saved
}

// remembered is what the next screen finds in a file.
func remembered(t *testing.T, path string) ui.Memory {
	t.Helper()
	memory, aside, err := (&memoryFile{path: path}).load()
	if err != nil || aside != "" {
		t.Fatalf("the file was set aside as %q, %v", aside, err)
	}
	return memory
}

func TestAScreenIsFoundAsItWasLeft(t *testing.T) {
	path := filepath.Join(t.TempDir(), "made", "when", "needed", liveMemory)
	file := &memoryFile{path: path}
	first, aside, err := file.load()
	if err != nil || aside != "" || !reflect.DeepEqual(first, ui.Memory{}) {
		t.Fatalf("a first visit finds %+v, %q, %v", first, aside, err)
	}
	left := ui.Memory{
		View: ui.View{Focus: 2, Zoom: true, Filter: "checkout", Orders: []string{"", "age"}}, Theme: "light", ThemeOver: "auto",
		Local: true, Mouse: true, Visited: true, Views: views(map[string]string{"mine": "a"}),
	}
	if err := file.keep(left); err != nil {
		t.Fatal(err)
	}
	if found := remembered(t, path); !reflect.DeepEqual(found, left) {
		t.Errorf("found is %+v, want %+v", found, left)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
}

func TestAMemoryThatCannotBeReadIsNotWrittenOver(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(path string) error
		want string // in the log
		keep bool
	}{
		{"none", func(string) error { return nil }, "", true},
		{"a good one", func(path string) error { return os.WriteFile(path, []byte(`{"visited":true,"later":1}`), 0o600) }, "", true},
		{"a damaged one is set aside", func(path string) error { return os.WriteFile(path, []byte(`{"visited":tr`), 0o600) },
			"how the screen was left was damaged; the file is kept as PATH.broken, and the screen starts as new", true},
		{"a damaged one that cannot be set aside", func(path string) error {
			return errors.Join(os.WriteFile(path, []byte(`{`), 0o600), os.MkdirAll(path+".broken/full", 0o700))
		}, "it is damaged and cannot be set aside as PATH.broken: ", false},
		{"one that is too large", func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte(" "), memoryLimit+1), 0o600) },
			"how the screen was left is not known from PATH, which is left alone: it is no file of warroom's; the screen starts as new and is not remembered", false},
		{"a folder", func(path string) error { return os.MkdirAll(path, 0o700) }, "it is no file of warroom's", false},
		{"one that leads to itself", func(path string) error { return os.Symlink(path, path) }, "too many levels of symbolic links", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, liveMemory)
			if err := c.make(path); err != nil {
				t.Fatal(err)
			}
			before := contents(t, folder)
			a := &app{flags: flags{state: folder}}
			log, err := a.openLog()
			if err != nil {
				t.Fatal(err)
			}
			var o ui.Options
			a.recall(&o, liveMemory, log)
			want := strings.ReplaceAll(c.want, "PATH", path)
			if text := told(log); !strings.Contains(text, want) || (text == "") != (want == "") {
				t.Errorf("the log says %q, want %q", text, want)
			}
			if (o.Keep != nil) != c.keep {
				t.Fatalf("it is kept: %v", o.Keep != nil)
			}
			if o.Keep == nil {
				if after := contents(t, folder); !reflect.DeepEqual(after, before) {
					t.Errorf("the folder had %v and has %v", before, after)
				}
				return
			}
			if err := o.Keep(ui.Memory{Theme: "mono"}); err != nil || remembered(t, path).Theme != "mono" {
				t.Errorf("it is not kept: %v", err)
			}
			if aside := contents(t, folder)[liveMemory+".broken"]; want != "" && aside != before[liveMemory] {
				t.Errorf("what was damaged is now %q", aside)
			}
		})
	}
}

// told is what the screen shows of a log.
func told(log *ownLog) string {
	var texts []string
	for _, line := range log.Lines() {
		texts = append(texts, line.Text)
	}
	return strings.Join(texts, "\n")
}

// contents is what is in a folder, by the paths in it, besides locks.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || strings.HasSuffix(path, ".lock") {
			return err
		}
		content := entry.Type().String()
		if entry.Type().IsRegular() {
			raw, err := os.ReadFile(path)
			if err != nil && !errors.Is(err, fs.ErrPermission) {
				return err
			}
			content = string(raw)
		}
		name, err := filepath.Rel(folder, path)
		found[name] = content
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestTwoScreensDoNotLoseEachOthersViews(t *testing.T) {
	path := filepath.Join(t.TempDir(), liveMemory)
	begin := views(map[string]string{"old": "1", "shared": "1", "dropped": "1"})
	if err := (&memoryFile{path: path}).keep(ui.Memory{Views: begin}); err != nil {
		t.Fatal(err)
	}
	var files [2]*memoryFile
	for i := range files {
		files[i] = &memoryFile{path: path}
		if _, _, err := files[i].load(); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		name   string
		screen int
		views  map[string]string // as this screen knows them
		want   map[string]string
	}{
		{"the first adds one", 0, map[string]string{"old": "1", "shared": "1", "dropped": "1", "first": "a"},
			map[string]string{"old": "1", "shared": "1", "dropped": "1", "first": "a"}},
		{"the second adds, replaces and forgets", 1, map[string]string{"old": "1", "shared": "2", "second": "b"},
			map[string]string{"old": "1", "shared": "2", "first": "a", "second": "b"}},
		{"the first changes nothing", 0, map[string]string{"old": "1", "shared": "1", "dropped": "1", "first": "a"},
			map[string]string{"old": "1", "shared": "2", "first": "a", "second": "b"}},
		{"the first forgets its own", 0, map[string]string{"old": "1", "shared": "1", "dropped": "1"},
			map[string]string{"old": "1", "shared": "2", "second": "b"}},
		{"the first changes what the second has forgotten", 0, map[string]string{"old": "1", "shared": "1", "dropped": "3"},
			map[string]string{"old": "1", "shared": "2", "second": "b", "dropped": "3"}},
		{"the second forgets all that it knows", 1, nil, map[string]string{"dropped": "3"}},
		{"the second is left", 1, nil, map[string]string{"dropped": "3"}},
	} {
		if err := files[step.screen].keep(ui.Memory{Views: views(step.views), Theme: fmt.Sprint(step.screen)}); err != nil {
			t.Fatal(err)
		}
		memory := remembered(t, path)
		if !reflect.DeepEqual(memory.Views, views(step.want)) || memory.Theme != fmt.Sprint(step.screen) {
			t.Errorf("%s: there is %+v, want %v", step.name, memory, step.want)
		}
	}
}

func TestScreensThatAreKeptAtOnceLoseNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), liveMemory)
	const screens, each = 6, 5
	var all sync.WaitGroup
	for i := range screens {
		file := &memoryFile{path: path}
		all.Go(func() {
			saved := map[string]ui.View{}
			for j := range each {
				saved[fmt.Sprintf("view %d of %d", j, i)] = ui.View{Focus: j}
				if err := file.keep(ui.Memory{Views: saved}); err != nil {
					t.Error(err)
				}
				saved = maps.Clone(saved)
			}
		})
	}
	all.Wait()
	if found := remembered(t, path); len(found.Views) != screens*each {
		t.Errorf("%d views are left, want %d", len(found.Views), screens*each)
	}
}

func TestAMemoryIsKeptWholeOrNotAtAll(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, liveMemory)
	file := &memoryFile{path: path}
	if err := file.keep(ui.Memory{Theme: "dark"}); err != nil {
		t.Fatal(err)
	}
	before := contents(t, folder)
	if err := replaceFile(filepath.Join(folder, "absent", "file"), []byte("{}")); err == nil {
		t.Error("a file is written into a folder that is not there")
	}
	if err := os.Mkdir(filepath.Join(folder, "taken"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(filepath.Join(folder, "taken"), []byte("{}")); err == nil {
		t.Error("a folder is replaced by a file")
	}
	before["taken"] = "d---------"
	if after := contents(t, folder); !reflect.DeepEqual(after, before) {
		t.Errorf("something half done is left: %v, before %v", after, before)
	}

	// What has become unreadable in the meantime stays as well.
	if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
		t.Fatal(err)
	}
	err := file.keep(ui.Memory{Theme: "light"})
	if want := "how the screen is left cannot be remembered in " + path + ": it is no file of warroom's; name another folder with --state"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestAFolderThatCannotBeMadeIsNamedWithAReason(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "file"), "")
	path := filepath.Join(dir, "file", "state", liveMemory)
	err := (&memoryFile{path: path}).keep(ui.Memory{})
	if want := "how the screen is left cannot be remembered in " + path + ": not a directory; name another folder with --state"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
