package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhatIsNoJournalOfOursIsRefusedAndLeftAsItIs(t *testing.T) {
	whole, err := wholeJournal()
	if err != nil {
		t.Fatal(err)
	}
	with := func(at int, number uint32) []byte {
		content := bytes.Clone(whole[".db"])
		binary.BigEndian.PutUint32(content[at:], number)
		return content
	}
	for what, c := range map[string]struct {
		content []byte
		say     string
	}{
		"a newer one":          {with(60, version+1), "was written by a newer warroom (layout 2, this one knows 1); it is left as it is"},
		"of another program":   {with(68, 7), "another program has made it; it is left as it is"},
		"a text":               {[]byte(strings.Repeat("dear diary\n", 40)), "it is no SQLite file; it is left as it is"},
		"a short text":         {[]byte("dear"), "it is no SQLite file; it is left as it is"},
		"only SQLite's header": {whole[".db"][:100], ""},
	} {
		place := PlaceOf(t.TempDir(), "a")
		if err := os.MkdirAll(filepath.Dir(place.Path()), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(place.Path(), c.content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, opened := Open(place, Options{Room: "a"})
		_, read := OpenReader(place.Path())
		_, verified := Verify(place.Path())
		for _, err := range []error{opened, read} {
			if err == nil || !strings.Contains(err.Error(), c.say) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if verified == nil && c.say != "" {
			t.Errorf("%s is verified", what)
		}
		if newer := new(Newer); c.say != "" && strings.Contains(c.say, "newer") && !errors.As(opened, &newer) {
			t.Errorf("%s: %T", what, opened)
		}
		if after, err := os.ReadFile(place.Path()); err != nil || !bytes.Equal(after, c.content) {
			t.Errorf("%s: it was changed: %v", what, err)
		}
		beside, err := os.ReadDir(filepath.Dir(place.Path()))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range beside {
			if file.Name() != "a.db" && file.Name() != "a.lock" && c.say != "" {
				t.Errorf("%s: %s was put beside it", what, file.Name())
			}
		}
	}
}

func TestADirectoryInAJournalsPlaceIsRefused(t *testing.T) {
	place := PlaceOf(t.TempDir(), "a")
	if err := os.MkdirAll(place.Path(), 0o700); err != nil {
		t.Fatal(err)
	}
	for what, open := range map[string]func() error{
		"Open":       func() error { _, err := Open(place, Options{Room: "a"}); return err },
		"OpenReader": func() error { _, err := OpenReader(place.Path()); return err },
	} {
		if err := open(); err == nil || !strings.Contains(err.Error(), "directory") || !strings.Contains(err.Error(), place.Path()) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestAnEmptyFileIsMadeAJournal(t *testing.T) {
	place := PlaceOf(t.TempDir(), "a")
	if err := os.MkdirAll(filepath.Dir(place.Path()), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(place.Path(), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r, j, err := openRoom(place, Options{Room: "a"})
	if err != nil {
		t.Fatal(err)
	}
	if err := note(r, "first"); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	check(t, place.Path(), map[string]bool{"first": true})
}

func TestASecondWriterIsToldWhoTheFirstIs(t *testing.T) {
	dir := t.TempDir()
	cmd := asWriter(t.Context(), dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	if _, err := out.Read(make([]byte, 1)); err != nil { // it has begun
		t.Fatal(err)
	}
	_, err = Open(PlaceOf(dir, "crash"), Options{Room: "crash"})
	var busy *Busy
	if !errors.As(err, &busy) || busy.PID != cmd.Process.Pid || !strings.Contains(err.Error(), fmt.Sprintf("process %d", cmd.Process.Pid)) || busy.Since.IsZero() {
		t.Fatalf("%v", err)
	}
}

func TestEveryNameOfARoomHasAPlaceOfItsOwnInsideTheDirectory(t *testing.T) {
	long := strings.Repeat("ä", 400)
	names := []string{
		"", "a", "A", ".", "..", "../a", "/etc/passwd", "a/b", "a%2Fb", "%", "%2E", "a\x00b", "a b", "a\nb", "ü", "u", ".hidden", "a.", "a.db", "con", "*", "[a]", "~", "-",
		long, long + "x", long[:len(long)-2] + "ö", strings.Repeat("a", 200), strings.Repeat("a", 201), strings.Repeat("a", 202), "\xff", "\xfe",
	}
	dir := t.TempDir()
	taken := map[string]string{}
	for _, name := range names {
		place := PlaceOf(dir, name)
		if other, again := taken[place.Path()]; again {
			t.Errorf("%q and %q have the same place", name, other)
		}
		taken[place.Path()] = name
		if filepath.Dir(place.Path()) != filepath.Join(dir, "rooms") || len(filepath.Base(place.Path())) > 210 {
			t.Errorf("%q is kept at %s", name, place.Path())
		}
		j, err := Open(place, Options{Room: name})
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if err := j.Close(); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	if found := Rooms(dir); len(found) != len(names) {
		t.Errorf("%d rooms of %d are listed", len(found), len(names))
	}
}
