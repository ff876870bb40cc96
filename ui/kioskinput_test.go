package ui

import (
	"reflect"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// FuzzNothingThatIsTypedReachesTheWall throws what a terminal sends at a wall that is not
// this machine's: the frame stays, and nothing follows from it.
func FuzzNothingThatIsTypedReachesTheWall(f *testing.F) {
	for kind := range byte(9) {
		f.Add([]byte{kind, 'q', 1, 3})
	}
	f.Add([]byte("\x00q\x00\x00\x00c\x04\x00\x02paste"))
	f.Fuzz(func(t *testing.T, data []byte) {
		clock := &standing{now: noon}
		k := wallOf(t, world(clock), clock, 80, 24)
		before := k.View()
		setting := k.setting
		for len(data) >= 4 {
			_, cmd := k.Update(typedAtWall(data[:4]))
			if cmd != nil {
				t.Fatalf("%v leads to a command", data[:4])
			}
			data = data[4:]
		}
		if k.setting != setting || k.dirty {
			t.Error("something has changed")
		}
		if after := k.View(); !reflect.DeepEqual(after, before) {
			t.Errorf("the frame has changed:\n%s", after.Content)
		}
	})
}

// typedAtWall makes four bytes into something that a terminal or its person sends.
func typedAtWall(b []byte) tea.Msg {
	key := tea.Key{Code: rune(b[1]), Text: string(rune(b[1])), Mod: tea.KeyMod(b[2])}
	mouse := tea.Mouse{X: int(b[1]), Y: int(b[3]), Button: tea.MouseButton(b[2] % 12), Mod: tea.KeyMod(b[3])}
	return []tea.Msg{
		tea.KeyPressMsg(key), tea.KeyReleaseMsg(key), tea.PasteMsg{Content: string(b[1:])}, tea.PasteStartMsg{},
		tea.MouseClickMsg(mouse), tea.MouseWheelMsg(mouse), tea.MouseMotionMsg(mouse), tea.MouseReleaseMsg(mouse),
		tea.FocusMsg{}, tea.BlurMsg{}, tea.CursorPositionMsg{X: int(b[1]), Y: int(b[2])}, tea.EnvMsg{"TERM=" + string(b[1:])},
		tea.ClipboardMsg{Content: string(b[1:])}, string(b[1:]), struct{}{}, nil,
	}[int(b[0])%16]
}

func TestAWallOfThisMachineIsEndedByTwoKeysAndNoOther(t *testing.T) {
	clock := &standing{now: noon}
	for name, ends := range map[string]bool{"q": true, "ctrl+c": true, "esc": false, "enter": false, "x": false, "?": false, "ctrl+d": false} {
		for _, local := range []bool{true, false} {
			k := wallOf(t, world(clock), clock, 80, 24, func(o *KioskOptions) { o.Local = local })
			_, cmd := k.Update(key(name))
			quits := false
			if cmd != nil {
				_, quits = cmd().(tea.QuitMsg)
			}
			if quits != (ends && local) {
				t.Errorf("%s, local %v: it ends: %v", name, local, quits)
			}
		}
	}
}

func TestAWallAsksNothingOfItsTerminal(t *testing.T) {
	clock := &standing{now: noon}
	v := wallOf(t, world(clock), clock, 160, 48).View()
	if !v.AltScreen || !v.DisableBracketedPasteMode || v.Cursor != nil || v.ReportFocus || v.MouseMode != tea.MouseModeNone || v.OnMouse != nil {
		t.Errorf("the view is %+v", v)
	}
	if v.WindowTitle != "TROUBLE 1 probe, 2 alarms, 1 health critical - warroom prod" {
		t.Errorf("the title is %q", v.WindowTitle)
	}
}
