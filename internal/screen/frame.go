package screen

import (
	"strings"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// frames numbers all frames of the process, so that one is never taken for another.
var frames atomic.Uint64

// Frame is what a terminal shows at one moment. It is immutable, and shared by all who
// see the same.
type Frame struct {
	number uint64
	lines  []string
	view   tea.View // all but the lines: cursor, title, modes

	from  uint64 // the frame after which delta turns a terminal into this one
	delta []byte
}

// newFrame makes the frame of a view, after another one that terminals show already; nil
// if it is the first. If they would show the same it is that one.
func newFrame(view tea.View, before *Frame) *Frame {
	f := &Frame{number: frames.Add(1), view: view, lines: strings.Split(view.Content, "\n")}
	if before != nil {
		if f.from, f.delta = before.number, f.after(before); len(f.delta) == 0 {
			return before
		}
	}
	return f
}

// bytes is what a terminal needs that shows an earlier frame, or none.
func (f *Frame) bytes(shown *Frame) []byte {
	if shown != nil && shown.number == f.from {
		return f.delta
	}
	return f.after(shown)
}

// after is what turns a terminal that shows one frame into this one: only what differs.
// A nil Frame is a terminal of which nothing is known.
func (f *Frame) after(shown *Frame) []byte {
	var out strings.Builder
	if shown == nil {
		out.WriteString(ansi.ResetStyle + ansi.EraseEntireScreen)
		shown = &Frame{}
	}
	var lines canvas
	for i, line := range f.lines {
		switch {
		case i >= len(shown.lines):
			paintLine(&out, i+1, line, false)
		case line != shown.lines[i]:
			lines.repaint(&out, i+1, shown.lines[i], line)
		}
	}
	for i := len(f.lines); i < len(shown.lines); i++ {
		out.WriteString(ansi.CursorPosition(1, i+1) + ansi.EraseEntireLine)
	}
	f.modes(&out, &shown.view)
	f.cursor(&out, shown.view.Cursor)
	return []byte(out.String())
}

// cursor puts the terminal's own cursor where the view has it, if anything was written or
// it stands elsewhere.
func (f *Frame) cursor(out *strings.Builder, before *tea.Cursor) {
	now := f.view.Cursor
	switch {
	case now == nil:
		if before != nil {
			out.WriteString(ansi.HideCursor)
		}
		return
	case out.Len() == 0 && before != nil && *before == *now:
		return
	}
	out.WriteString(ansi.CursorPosition(now.X+1, now.Y+1))
	if before == nil {
		out.WriteString(ansi.ShowCursor)
	}
}

// modes changes what of the terminal is not cells.
func (f *Frame) modes(out *strings.Builder, before *tea.View) {
	now := &f.view
	if now.WindowTitle != before.WindowTitle {
		out.WriteString(ansi.SetWindowTitle(now.WindowTitle))
	}
	if now.MouseMode != before.MouseMode {
		out.WriteString(mouse(now.MouseMode))
	}
	if now.ReportFocus != before.ReportFocus {
		out.WriteString(choose(now.ReportFocus, ansi.SetModeFocusEvent, ansi.ResetModeFocusEvent))
	}
	if pastes(now) != pastes(before) {
		out.WriteString(choose(pastes(now), ansi.SetModeBracketedPaste, ansi.ResetModeBracketedPaste))
	}
	if a, b := taskbar(now.ProgressBar), taskbar(before.ProgressBar); a != b {
		out.WriteString(a)
	}
}

// pastes says whether a view of the alternate screen wants pasted text to be marked. The
// zero View stands for a terminal that was not touched yet.
func pastes(v *tea.View) bool { return v.AltScreen && !v.DisableBracketedPasteMode }

func mouse(mode tea.MouseMode) string {
	switch mode {
	case tea.MouseModeCellMotion:
		return ansi.SetModeMouseButtonEvent + ansi.SetModeMouseExtSgr
	case tea.MouseModeAllMotion:
		return ansi.SetModeMouseAnyEvent + ansi.SetModeMouseExtSgr
	}
	return ansi.ResetModeMouseButtonEvent + ansi.ResetModeMouseAnyEvent + ansi.ResetModeMouseExtSgr
}

// taskbar is the progress that the terminal shows outside of its cells (ConEmu's OSC 9;4).
func taskbar(bar *tea.ProgressBar) string {
	if bar == nil {
		return ansi.ResetProgressBar
	}
	switch bar.State {
	case tea.ProgressBarDefault:
		return ansi.SetProgressBar(bar.Value)
	case tea.ProgressBarError:
		return ansi.SetErrorProgressBar(bar.Value)
	case tea.ProgressBarIndeterminate:
		return ansi.SetIndeterminateProgressBar
	case tea.ProgressBarWarning:
		return ansi.SetWarningProgressBar(bar.Value)
	}
	return ansi.ResetProgressBar
}

func choose(yes bool, one, other string) string {
	if yes {
		return one
	}
	return other
}

// enter makes a terminal ready: the other screen, so that what was there comes back at
// the end, no cursor until a view has one, and keys that can be told apart (kitty's
// keyboard protocol; terminals without it take no note).
const enter = ansi.SetModeAltScreenSaveCursor + ansi.HideCursor + "\x1b[>1u"

// leave gives the terminal back as it was, whatever the last frame had switched on.
func (f *Frame) leave() []byte {
	var out strings.Builder
	if f != nil {
		(&Frame{view: tea.View{}}).modes(&out, &f.view)
	}
	out.WriteString("\x1b[<u" + ansi.ResetStyle + ansi.ShowCursor + ansi.ResetModeAltScreenSaveCursor)
	return []byte(out.String())
}
