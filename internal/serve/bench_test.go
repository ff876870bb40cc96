package serve

import (
	"fmt"
	"strings"
	"testing"

	"warroom/internal/room"
)

// BenchmarkAnActOfOneViewerReachesTheTerminalOfAnother is from the key press of one SSH
// client to the characters on the terminal of the other. The room publishes ten times a
// second at the most.
func BenchmarkAnActOfOneViewerReachesTheTerminalOfAnother(b *testing.B) {
	h := serve(b)
	ana, bo := h.join(h.lets("ana", room.Responder)), h.join(h.lets("bo", room.Viewer))
	ana.shows("2 here")
	bo.shows("2 here")
	bo.press("4")
	n := 0
	desk := ana
	for b.Loop() {
		n++
		text := fmt.Sprintf("note-%04d", n)
		if n%actsBurst == 0 { // who acts so fast is asked to wait: another one goes on
			desk = h.join(h.lets(fmt.Sprint("ana", n), room.Responder))
			desk.shows("here")
		}
		desk.press(":note " + text + "\r")
		bo.waits("shows it", func(shown string) bool { return strings.Contains(shown, text) })
	}
}
