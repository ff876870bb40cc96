package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNoExportTakesThePlaceOfAJournal(t *testing.T) {
	dir := t.TempDir()
	in := []string{"--state", dir, "--room", "prod"}
	s := keptRoom(t, dir)
	s.waitFor("DOWN  shop")
	if out, status := command(t, append(in, "note", "this stays")...); status != 0 {
		t.Fatal(out)
	}
	files := filepath.Join(dir, "rooms", "prod.")
	for _, end := range []string{"db", "db-wal", "db-shm", "head", "lock", "sock"} {
		if out, status := command(t, append(in, "export", "-o", files+end)...); status != 2 || !strings.Contains(out, "would look like a journal") {
			t.Errorf("%s: %d %s", end, status, out)
		}
	}
	if err := s.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-s.ended
	if out, status := command(t, append(in, "journal", "verify")...); status != 0 {
		t.Fatalf("%d %s", status, out)
	}
	if out, _ := command(t, append(in, "export")...); !strings.Contains(out, "this stays") {
		t.Error("the note is lost")
	}
	copied := filepath.Join(dir, "backup")
	command(t, append(in, "journal", "compact")...)
	if err := os.WriteFile(copied, read(t, files+"db"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, status := command(t, "export", copied, "-o", copied); status != 2 || !strings.Contains(out, "is a journal, and would be lost") {
		t.Errorf("%d %s", status, out)
	}
	if out, status := command(t, append(in[:3:3], "new", "journal", "import", dir)...); status != 2 || !strings.Contains(out, dir+" cannot be read: is a directory") {
		t.Errorf("%d %s", status, out)
	}
}
