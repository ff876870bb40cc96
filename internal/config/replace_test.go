package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const oneProbe = "probes:\n  - name: a\n    url: a.example.com\n"

func textOfFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	must(t, err)
	return string(content)
}

// filesOf are the names in a folder: nothing may be left behind beside the config.
func filesOf(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	must(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestAnEditGoesThroughALinkAndKeepsTheMode(t *testing.T) {
	folder := t.TempDir()
	target, link := filepath.Join(folder, "real.yaml"), filepath.Join(folder, "link.yaml")
	must(t, os.WriteFile(target, []byte(oneProbe), 0o640))
	must(t, os.Chmod(target, 0o640))
	must(t, os.Symlink("real.yaml", link))
	c, err := Load(link, Allowed{})
	must(t, err)
	_, err = Edit{Config: c}.Change("a", map[string]string{"paused": "true"})
	must(t, err)
	if about, err := os.Lstat(link); err != nil || about.Mode().Type() != fs.ModeSymlink {
		t.Errorf("the link is %v, %v", about, err)
	}
	if about, err := os.Stat(target); err != nil || about.Mode().Perm() != 0o640 || textOfFile(t, target) != oneProbe+"    paused: true\n" {
		t.Errorf("got %v, %v\n%s", about, err, textOfFile(t, target))
	}
	if names := filesOf(t, folder); !slices.Equal(names, []string{"link.yaml", "real.yaml"}) {
		t.Errorf("left behind: %v", names)
	}
}

func TestAFileThatHasChangedIsNotWrittenOver(t *testing.T) {
	path := write(t, oneProbe)
	c, err := Load(path, Allowed{})
	must(t, err)
	changed := oneProbe + "room: x\n"
	must(t, os.WriteFile(path, []byte(changed), 0o600))
	const want = "warroom.yaml has changed since it was read, so nothing was written; do it again when the change has been taken over"
	if _, err := (Edit{Config: c}).Remove("a"); err == nil || err.Error() != want || textOfFile(t, path) != changed {
		t.Errorf("%v\n%s", err, textOfFile(t, path))
	}
	if err := replace(path, c.digest, []byte("room: y\n")); err == nil || err.Error() != want || textOfFile(t, path) != changed {
		t.Errorf("a change in the last moment: %v\n%s", err, textOfFile(t, path))
	}
	if names := filesOf(t, filepath.Dir(path)); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
	must(t, os.Remove(path))
	if _, err := (Edit{Config: c}).Remove("a"); err == nil || !strings.Contains(err.Error(), "the config file does not exist") {
		t.Errorf("got %v", err)
	}
}

func TestOneEditCanFollowAnother(t *testing.T) {
	path := write(t, oneProbe)
	c, err := Load(path, Allowed{})
	must(t, err)
	for _, edit := range []func(Edit) (*Config, error){add("b", "b.example.com", nil), change("b", "paused", "true"), removal("a"), change("b", "paused", ""), removal("b")} {
		c, err = edit(Edit{Config: c})
		must(t, err)
	}
	if got := textOfFile(t, path); got != "probes:\n" {
		t.Errorf("got\n%s", got)
	}
}

func TestAConfigThatIsNotThereIsMade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "warroom", FileName)
	edit := Edit{Config: Default(), Path: path, Shared: true}
	c, err := edit.Add(NewProbe{Name: "a", URL: "a.example.com"})
	must(t, err)
	const want = "probes:\n  - name: a\n    url: a.example.com\n    guarded: true\n"
	if about, err := os.Stat(path); err != nil || about.Mode().Perm() != 0o600 || textOfFile(t, path) != want || c.File() != path {
		t.Errorf("%v, %v, read from %s\n%s", about, err, c.File(), textOfFile(t, path))
	}
	if _, err := edit.Add(NewProbe{Name: "b", URL: "b.example.com"}); err == nil || !strings.Contains(err.Error(), "has changed since it was read") || textOfFile(t, path) != want {
		t.Errorf("a file that has come up is written over: %v\n%s", err, textOfFile(t, path))
	}
	if names := filesOf(t, filepath.Dir(path)); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
}

func TestAFileThatMayNotBeWrittenIsNotReplaced(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everything")
	}
	path := write(t, oneProbe)
	must(t, os.Chmod(path, 0o400))
	c, err := Load(path, Allowed{})
	must(t, err)
	if _, err := (Edit{Config: c}).Remove("a"); err == nil || !strings.Contains(err.Error(), "may not be written by this user") || textOfFile(t, path) != oneProbe {
		t.Errorf("%v\n%s", err, textOfFile(t, path))
	}
}
