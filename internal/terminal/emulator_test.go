package terminal

import (
	"io"
	"slices"
	"testing"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

func TestARealEmulatorAnswersAndKeepsItsScreen(t *testing.T) {
	keyboard, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	screen := vt.NewEmulator(80, 24)
	drawn := make(chan struct{})
	go func() {
		defer close(drawn)
		_, _ = io.Copy(screen, keyboard)
	}()
	go func() { _, _ = io.Copy(keyboard, screen) }()

	marks := []string{"✖", "▲", "a", "日"}
	if _, err := tty.WriteString("before"); err != nil {
		t.Fatal(err)
	}
	got, err := Ask(t.Context(), tty, tty, marks)
	if want := []int{1, 1, 1, 2}; err != nil || !got.Whole || !slices.Equal(got.Widths, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := tty.WriteString(" after"); err != nil {
		t.Fatal(err)
	}
	tty.Close() // what was written is still read
	<-drawn
	keyboard.Close()
	if got := screen.String(); got[:12] != "before after" {
		t.Errorf("the screen is %q", got[:40])
	}
	_ = screen.InputPipe().(io.Closer).Close()
}
