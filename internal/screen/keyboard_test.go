package screen

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// heard is what a keyboard makes of pieces of input, and then of nothing more.
func heard(pieces ...string) string {
	var k keyboard
	var all []string
	add := func(messages []tea.Msg) {
		for _, message := range messages {
			switch message := message.(type) {
			case tea.KeyPressMsg:
				all = append(all, message.String())
			case tea.PasteMsg:
				all = append(all, fmt.Sprintf("paste(%s)", message.Content))
			default:
				all = append(all, strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", message), "tea."), "Msg"))
			}
		}
	}
	for _, piece := range pieces {
		messages, _ := k.take([]byte(piece))
		add(messages)
	}
	add(k.expire())
	return strings.Join(all, " ")
}

func TestWhatATerminalSends(t *testing.T) {
	for _, test := range []struct {
		pieces []string
		want   string
	}{
		{[]string{"j"}, "j"},
		{[]string{"jk"}, "j k"},
		{[]string{"\x1b"}, "esc"},
		{[]string{"\x1b[A"}, "up"},
		{[]string{"\x1b", "[A"}, "up"},
		{[]string{"\x1b[", "A"}, "up"},
		{[]string{"\x1bOA"}, "up"},
		{[]string{"\r"}, "enter"},
		{[]string{"\x03"}, "ctrl+c"},
		{[]string{"\x7f"}, "backspace"},
		{[]string{"\x1b[5~"}, "pgup"},
		{[]string{"\x1b[97;5u"}, "ctrl+a"},
		{[]string{"é"}, "é"},
		{[]string{"\xc3", "\xa9"}, "é"},
		{[]string{"\x1b[200~two\rlines \x1b[201~x"}, "paste(two\nlines ) x"},
		{[]string{"\x1b[200~in ", "pieces\x1b[2", "01~"}, "paste(in pieces)"},
		{[]string{"\x1b[I", "\x1b[O"}, "Focus Blur"},
		{[]string{"\x1b[<0;10;10M"}, "MouseClick"},
		{[]string{"\x1b[<64;10;10M"}, "MouseWheel"},
		{[]string{"\x1b]11;rgb:ffff/ffff/ffff\a"}, "BackgroundColor"},
		{[]string{"\x1b]11;rgb:ff", "ff/ffff/ffff\x1b\\"}, "BackgroundColor"},
		{[]string{"\x1b]11;rgb:ffff/ffff/ffff\x1b", "\\"}, "BackgroundColor"},
		{[]string{"\x1b", "]11;rgb:ffff/ffff/ffff\x1b\\j"}, "BackgroundColor j"},
		{[]string{"\x1b_Gsecret\x1b\\j"}, "j"},
		{[]string{"\x1b]" + strings.Repeat("x", 3*sequenceLimit), "j"}, "j"},
		{[]string{"\x1b[201~j"}, "j"},
	} {
		if got := heard(test.pieces...); got != test.want {
			t.Errorf("%q: %s, want %s", test.pieces, got, test.want)
		}
	}
}

func TestAPasteIsBounded(t *testing.T) {
	if got := heard("\x1b[200~"+strings.Repeat("x", 4*pasteLimit), "\x1b[201~j"); len(got) > pasteLimit+20 || !strings.HasSuffix(got, " j") {
		t.Errorf("a paste of %d bytes gives %d", 4*pasteLimit, len(got))
	}
}

func FuzzWhateverATerminalSendsIsTakenInPiecesAsItIsAtOnce(f *testing.F) {
	f.Add([]byte("j\x1b[A\x1b[200~x\x1b[201~"), 3)
	f.Add([]byte("\xff\x1b]\x1b\\"), 1)
	f.Fuzz(func(t *testing.T, input []byte, at int) {
		if len(input) > sequenceLimit/2 {
			return
		}
		at = min(max(at, 0), len(input))
		var k keyboard
		_, _ = k.take(input[:at])
		_, _ = k.take(input[at:])
		_ = k.expire()
		if len(k.rest) > 0 {
			t.Errorf("%d bytes of %q are kept for ever", len(k.rest), input)
		}
	})
}
