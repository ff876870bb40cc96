package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// TestAGroupIsDownWithTheSecondOfItsThreeEndpoints: on the screen, in its timeline and in
// its details; one that is paused is not counted, and what comes back brings it back.
func TestAGroupIsDownWithTheSecondOfItsThreeEndpoints(t *testing.T) {
	var fails [3]atomic.Bool
	config := "health: {off: true}\nalarms: {off: true}\ncontrols: {off: true}\nprobes:\n"
	for i := range fails {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if fails[i].Load() {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}))
		defer server.Close()
		config += fmt.Sprintf("  - {name: shop-%c, url: %s, interval: 3s, timeout: 2s, confirm: 1, recover: 1, tags: {team: store}}\n", 'a'+i, server.URL)
	}
	s := start(t, 180, 40, []string{"AWS_EC2_METADATA_DISABLED=true"})
	s.waitFor("WARROOM")
	path := filepath.Join(s.command.Dir, "warroom.yaml")
	write(t, path, config+"groups: [{tag: team, down: 2}]\n")
	says := func(word, text string) {
		t.Helper()
		s.wait("a group that says "+word+" "+text, func(screen string) bool {
			for line := range strings.Lines(screen) {
				if row := leftSide(line, 180); strings.Contains(row, " "+word+" ") && strings.Contains(row, "team store") && strings.Contains(row, text) {
					return true
				}
			}
			return false
		})
	}
	says("UP", "3 of 3 up")
	fails[0].Store(true)
	says("2/3", "2 of 3 up")
	fails[1].Store(true)
	says("DOWN", "1 of 3 up")
	s.waitFor("1 of 1 groups DOWN")
	s.waitFor("group team store 2/3 → DOWN: 2 of 3 DOWN: shop-a, shop-b")

	s.press(":probe pause shop-b\r")
	says("1/2", "1 of 2 up")
	says("1/2", "1 not judged")
	s.press(":probe resume shop-b\r")
	says("DOWN", "1 of 3 up")
	s.press("3/kind:group\r\r")
	s.waitFor("DOWN when 2 of its 3 probes are")
	fails[0].Store(false)
	fails[1].Store(false)
	says("CLEARED", "3 of 3 up") // since nobody has acknowledged it

	write(t, path, config)
	s.wait("no group any more", func(screen string) bool { return !strings.Contains(screen, "CLEARED team store") })
	s.press("q")
	s.status()
}
