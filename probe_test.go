package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// TestProbesAreChangedOnTheScreenAndInTheFile: added, paused, let go on, changed and
// removed by the palette; the rows follow, and the file keeps its comments.
func TestProbesAreChangedOnTheScreenAndInTheFile(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	s := start(t, 140, 40, []string{"AWS_EC2_METADATA_DISABLED=true"})
	s.waitFor("WARROOM")
	path := filepath.Join(s.command.Dir, "warroom.yaml")
	head := "# what we watch\nhealth: {off: true}\nalarms: {off: true} # not yet\ncontrols: {off: true}\nprobes:\n  # the database\n  - name: db\n    url: " + server.URL + " # for now\n"
	if err := os.WriteFile(path, []byte(head), 0o600); err != nil {
		t.Fatal(err)
	}
	s.waitFor("db ")
	holds := func(what string, parts ...string) {
		t.Helper()
		content, err := os.ReadFile(path)
		if err != nil || !strings.HasPrefix(string(content), head) {
			t.Errorf("%s: the lines that were there are not there: %v\n%s", what, err, content)
		}
		if got := strings.Join(strings.Fields(strings.TrimPrefix(string(content), head)), " "); got != strings.Join(parts, " ") {
			t.Errorf("%s: the file goes on with %q", what, got)
		}
	}
	s.press(":probe " + server.URL + "/health shop interval=2s\r")
	s.waitFor("probe shop was added")
	s.wait("shows it UP", func(screen string) bool {
		return strings.Contains(lineWith(screen, " shop "), "UP")
	})
	holds("added", "- name: shop url:", server.URL+"/health", "interval: 2s")

	s.press(":probe pause shop\r")
	s.wait("shows it PAUSED", func(screen string) bool { return strings.Contains(lineWith(screen, " shop "), "PAUSED") })
	holds("paused", "- name: shop url:", server.URL+"/health", "interval: 2s paused: true")

	s.press(":probe resume shop\r")
	s.wait("shows it UP again", func(screen string) bool { return strings.Contains(lineWith(screen, " shop "), "UP") })

	s.press(":probe set shop expect.status=404\r")
	s.wait("shows it DOWN", func(screen string) bool { return strings.Contains(lineWith(screen, " shop "), "DOWN ") })

	s.press(":probe set shop slow=10s\r")
	s.waitFor("is not shorter than the timeout")

	s.press(":probe run shop\r")
	s.waitFor("looking at shop now")

	s.press(":probe remove shop\r")
	s.waitFor("probe shop was removed")
	s.wait("shows it no more", func(screen string) bool { return lineWith(screen, " shop ") == "" })
	holds("removed")
	s.press("q")
	s.status()
}

// TestServeLetsRespondersAddProbesThatReachOnlyWhatTheyMay: one at a key of the role
// responder adds a probe of the server's own machine, which is told as blocked and asks
// nothing; what the file had before can be paused and not be changed; a viewer is told
// which role it takes.
func TestServeLetsRespondersAddProbesThatReachOnlyWhatTheyMay(t *testing.T) {
	dir := people(t, map[string]string{"ana": "responder", "bo": "viewer", "cy": "admin"})
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	path := filepath.Join(dir, "warroom.yaml")
	write(t, path, "health: {off: true}\nalarms: {off: true}\ncontrols: {off: true}\nprobes:\n  - {name: db, url: \"tcp://127.0.0.1:1\"} # ours\n")
	h := serving(t, dir, "serve", "--config", path)
	ana, bo := h.join("ana"), h.join("bo")
	ana.waitFor("DOWN  db")
	ana.press(":probe " + server.URL + " mine interval=10s\r")
	ana.waitFor("probe mine was added")
	ana.wait("shows that it is blocked", func(screen string) bool {
		return strings.Contains(screen, "DOWN  mine") || strings.Contains(screen, "DOWN? mine")
	})
	bo.waitFor("ana announced: probe mine was added")
	if text := string(read(t, path)); !strings.Contains(text, "guarded: true") || !strings.Contains(text, "# ours") || asked.Load() != 0 {
		t.Errorf("it was asked %d times, and the file has\n%s", asked.Load(), text)
	}
	ana.press(":probe set db slow=1s\r")
	ana.waitFor("from here it can be paused only")
	ana.press(":probe set mine guarded=\r")
	ana.waitFor("guarded is taken away in the config file only")
	bo.press(":probe pause db\r")
	bo.waitFor("needs the role responder, and you are here as viewer")

	cy := h.join("cy")
	cy.waitFor("DOWN  db")
	cy.press(":probe " + server.URL + " theirs interval=2s\r")
	cy.wait("shows it UP", func(screen string) bool { return strings.Contains(screen, "UP    theirs") })
	cy.press("q")
	cy.left(0)
}

// leftSide is a line of a screen of so many columns up to the panes on the right, which have
// 54 of a hundred.
func leftSide(line string, columns int) string {
	cells := []rune(line)
	return string(cells[:min(len(cells), columns*46/100)])
}

// lineWith is the first row of a pane of probes with a text, on a screen of 140 columns;
// what stands in the pane to its right does not count.
func lineWith(screen, text string) string {
	for line := range strings.Lines(screen) {
		line = leftSide(line, 140)
		for _, word := range []string{"UP ", "DOWN", "PAUSED", "SLOW", "ERROR"} {
			if before, _, found := strings.Cut(line, text); found && strings.Contains(before, word) {
				return line
			}
		}
	}
	return ""
}
