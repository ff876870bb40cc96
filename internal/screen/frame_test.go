package screen

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// terminal is a terminal that shows what is written to it.
func terminal(t testing.TB, width, height int) *vt.Emulator {
	t.Helper()
	e := vt.NewEmulator(width, height)
	_, _ = e.WriteString(enter)
	return e
}

// scribble is a painted line of a width: words in styles, links, now and then a wide
// character.
func scribble(r *rand.Rand, width int) string {
	var line strings.Builder
	styles := []string{"", "\x1b[1m", "\x1b[31m", "\x1b[1;38;2;10;20;30m", "\x1b[7m", "\x1b[48;5;17m", "\x1b[3m\x1b[32m"}
	words := []string{"alarm", " ", "    ", "checkout-5xx", "✖", "│", "42m", "世界"}
	used := 0
	for used < width {
		word := words[r.IntN(len(words))]
		if r.IntN(30) > 0 && ansi.StringWidth(word) != len([]rune(word)) {
			continue // wide ones are rare
		}
		if word = ansi.Truncate(word, width-used, ""); word == "" {
			word = " "
		}
		used += ansi.StringWidth(word)
		style := styles[r.IntN(len(styles))]
		if r.IntN(12) == 0 {
			word = ansi.SetHyperlink("https://example.com/"+fmt.Sprint(r.IntN(3)), "id=1") + word + ansi.ResetHyperlink()
		}
		if style != "" {
			word = style + word + "\x1b[m"
		}
		line.WriteString(word)
	}
	return line.String()
}

// edited is a line with a few words of it changed, as lines mostly are.
func edited(r *rand.Rand, lines []string, width int) []string {
	changed := append([]string(nil), lines...)
	for range r.IntN(4) {
		i := r.IntN(len(changed))
		switch r.IntN(4) {
		case 0:
			changed[i] = scribble(r, width)
		case 1:
			changed[i] = strings.Replace(changed[i], "alarm", "ALARM", 1)
		case 2:
			changed[i] = strings.Replace(changed[i], "42m", "\x1b[36m43m\x1b[m", 1)
		case 3: // a pane scrolls
			copy(changed[i:], changed[i+1:])
			changed[len(changed)-1] = scribble(r, width)
		}
	}
	return changed
}

// TestAnyTerminalEndsOnTheSameFrame writes frames after each other to terminals of which
// some leave frames out, and compares what they show with a terminal that got the last
// frame alone.
func TestAnyTerminalEndsOnTheSameFrame(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 3))
		width, height := 20+r.IntN(60), 5+r.IntN(10)
		diligent, lazy := terminal(t, width, height), terminal(t, width, height)
		var shown, lazyShown, frame *Frame
		lines := make([]string, height)
		for i := range lines {
			lines[i] = scribble(r, width)
		}
		for step := range 25 {
			lines = edited(r, lines, width)
			view := tea.NewView(strings.Join(lines[:height-r.IntN(2)], "\n"))
			if r.IntN(3) > 0 {
				view.Cursor = tea.NewCursor(r.IntN(width), r.IntN(height))
			}
			frame = newFrame(view, frame)
			_, _ = diligent.Write(frame.bytes(shown))
			shown = frame
			if r.IntN(3) == 0 {
				_, _ = lazy.Write(frame.bytes(lazyShown))
				lazyShown = frame
			}
			fresh := terminal(t, width, height)
			_, _ = fresh.Write(frame.after(nil))
			if got, want := diligent.Render(), fresh.Render(); got != want {
				t.Fatalf("seed %d, step %d: the terminal shows\n%s\nwant\n%s", seed, step, got, want)
			}
			if lazyShown == frame && lazy.Render() != fresh.Render() {
				t.Fatalf("seed %d, step %d: the terminal that left frames out shows\n%s\nwant\n%s", seed, step, lazy.Render(), fresh.Render())
			}
			if cursor := frame.view.Cursor; cursor != nil {
				if at := diligent.CursorPosition(); at.X != cursor.X || at.Y != cursor.Y {
					t.Fatalf("seed %d, step %d: the cursor is at %v, want %v", seed, step, at, cursor.Position)
				}
			}
		}
	}
}

func TestOnlyWhatDiffersIsWritten(t *testing.T) {
	line := "\x1b[1m WARROOM \x1b[m calm" + strings.Repeat(" ", 80) + "14:03:22Z"
	before := newFrame(tea.NewView(line+"\nsecond"), nil)
	after := newFrame(tea.NewView(strings.Replace(line, "22Z", "23Z", 1)+"\nsecond"), before)
	if got := string(after.delta); !strings.Contains(got, "3") || len(got) > 12 {
		t.Errorf("a second later %d bytes are written: %q", len(got), got)
	}
	if again := newFrame(tea.NewView(strings.Replace(line, "22Z", "23Z", 1)+"\nsecond"), after); again != after {
		t.Error("an equal view makes another frame")
	}
}

func TestATerminalIsGivenBackAsItWas(t *testing.T) {
	view := tea.NewView("x")
	view.AltScreen, view.ReportFocus, view.MouseMode, view.WindowTitle = true, true, tea.MouseModeCellMotion, "warroom"
	view.ProgressBar = tea.NewProgressBar(tea.ProgressBarError, 100)
	f := newFrame(view, nil)
	on, off := enter+string(f.after(nil)), string(f.leave())
	for _, mode := range []string{"1049", "1004", "1002", "1006", "2004"} {
		if !strings.Contains(on, "\x1b[?"+mode+"h") || !strings.Contains(off, "\x1b[?"+mode+"l") {
			t.Errorf("mode %s is not switched on and off:\n%q\n%q", mode, on, off)
		}
	}
	for _, end := range []string{ansi.ResetProgressBar, ansi.ShowCursor, ansi.SetWindowTitle(""), "\x1b[<u"} {
		if !strings.Contains(off, end) {
			t.Errorf("%q is missing in %q", end, off)
		}
	}
	if (*Frame)(nil).leave() == nil {
		t.Error("one who left before the first frame gets nothing back")
	}
}

func BenchmarkADeltaOfOneChangedRowAt160x48(b *testing.B) {
	lines := make([]string, 48)
	for i := range lines {
		lines[i] = strings.Repeat("\x1b[31malarm\x1b[m ok  ", 16)
	}
	before := newFrame(tea.NewView(strings.Join(lines, "\n")), nil)
	lines[20] = strings.Replace(lines[20], "alarm", "ALARM", 3)
	view := tea.NewView(strings.Join(lines, "\n"))
	for b.Loop() {
		_ = newFrame(view, before)
	}
}

// BenchmarkADeltaOfAllRowsAt200x60 is what walking through a list takes that is longer than
// the screen.
func BenchmarkADeltaOfAllRowsAt200x60(b *testing.B) {
	views := make([]tea.View, 2)
	for i := range views {
		lines := make([]string, 60)
		for row := range lines {
			lines[row] = strings.Repeat("\x1b[31malarm\x1b[m "+strconv.Itoa(100+row+i)+"  ", 18)
		}
		views[i] = tea.NewView(strings.Join(lines, "\n"))
	}
	before := newFrame(views[0], nil)
	b.ReportAllocs()
	for b.Loop() {
		_ = newFrame(views[1], before)
	}
}
