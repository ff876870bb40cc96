package main

import (
	"os"
	"path/filepath"
	"testing"
)

// keptRoom is a session in a room that is kept in dir, in which one endpoint is down.
func keptRoom(t *testing.T, dir string) *session {
	t.Helper()
	config := filepath.Join(dir, "warroom.yaml")
	text := "room: prod\nhealth: {off: true}\nalarms: {off: true}\nprobes:\n  - {name: shop, url: \"tcp://127.0.0.1:1\"}\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return start(t, 130, 40, []string{"USER=ana"}, "--config", config, "--state", dir)
}

func TestWhatPeopleDidOutlivesAKill(t *testing.T) {
	dir := t.TempDir()
	s := keptRoom(t, dir)
	s.waitFor("DOWN  shop")
	s.press("3")
	s.press("a")
	s.waitFor("acknowledged shop")
	s.press("nrolling back to v41\r")
	s.waitFor("ana on shop: rolling back to v41")
	s.waitFor("noted")
	if err := s.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-s.ended

	again := keptRoom(t, dir)
	again.waitFor("rolling back to v41")
	again.waitFor("ana acknowledged shop")
	again.press("u")
	again.waitFor("rolling back to v41 (taken back by ana)")
}

func TestASecondScreenOnARoomLooksAndSaysWhoKeepsIt(t *testing.T) {
	dir := t.TempDir()
	s := keptRoom(t, dir)
	s.waitFor("DOWN  shop")
	second := keptRoom(t, dir)
	second.waitFor("DOWN  shop")
	s.press("3")
	s.press("a")
	second.waitFor("ana acknowledged shop")
	second.press("3")
	second.press("a")
	second.waitFor("another warroom (process")
}
