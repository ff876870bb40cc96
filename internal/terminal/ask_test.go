package terminal

import (
	"bufio"
	"context"
	"errors"
	"image/color"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/term"
)

// fake is a pseudo-terminal whose other end is played by the test.
type fake struct {
	t        *testing.T
	tty      *os.File // the program's end
	keyboard *os.File // the terminal's end
	asked    chan string
}

// start opens a pseudo-terminal and collects what the program writes up to the last
// question.
func start(t *testing.T) *fake {
	t.Helper()
	keyboard, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{t: t, tty: tty, keyboard: keyboard, asked: make(chan string, 1)}
	done := make(chan struct{})
	t.Cleanup(func() {
		tty.Close()
		keyboard.Close()
		<-done
	})
	go func() {
		defer close(done)
		var seen strings.Builder
		buffer := make([]byte, 1<<10)
		for {
			n, err := keyboard.Read(buffer)
			if err != nil {
				return
			}
			seen.Write(buffer[:n])
			if strings.HasSuffix(seen.String(), "\x1b[c") {
				f.asked <- seen.String()
				seen.Reset()
			}
		}
	}()
	return f
}

// reply sends what a terminal, or a person, sends.
func (f *fake) reply(text string) {
	if _, err := f.keyboard.WriteString(text); err != nil {
		f.t.Error(err)
	}
}

// modes are the terminal's modes as they are now.
func (f *fake) modes() *term.State {
	f.t.Helper()
	state, err := term.GetState(int(f.tty.Fd()))
	if err != nil {
		f.t.Fatal(err)
	}
	return state
}

// untouched checks that the modes are as they were and that nothing is left of the
// answers for whoever reads the command line next.
func (f *fake) untouched(before *term.State) {
	f.t.Helper()
	if after := f.modes(); !reflect.DeepEqual(before, after) {
		f.t.Errorf("the modes were %+v and are %+v", before, after)
	}
	f.reply("next\n")
	line := make([]byte, 1<<10)
	n, err := f.tty.Read(line)
	if got := string(line[:n]); err != nil || got != "next\n" {
		f.t.Errorf("the next line is %q, %v", got, err)
	}
}

func TestWhatATerminalAnswers(t *testing.T) {
	const attributes = "\x1b[?62;22;52c"
	everything := "\x1b[1;2R\x1b[1;3R\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\\x1b[?2026;2$y\x1bP>|foot(1.16.2)\x1b\\"
	whole := Answers{Whole: true, Attributes: []int{62, 22, 52}}
	full := whole
	full.Widths, full.Name, full.Synchronized = []int{1, 2}, "foot(1.16.2)", Offered
	full.Background = color.RGBA{R: 0x1e, G: 0x1e, B: 0x2e, A: 0xff}
	with := func(change func(*Answers)) Answers {
		a := whole
		change(&a)
		return a
	}
	for _, c := range []struct {
		name   string
		replys []string
		want   Answers
	}{
		{"everything at once", []string{everything + attributes}, full},
		{"in pieces, cut in the middle of an answer", []string{everything[:3], everything[3:30], everything[30:] + attributes[:4], attributes[4:]}, full},
		{"keys pressed in between", []string{"ls" + everything + "\r" + attributes}, full},
		{"only the last question", []string{attributes}, whole},
		{"attributes without numbers", []string{"\x1b[?c"}, Answers{Whole: true}},
		{"BEL in place of ST", []string{"\x1b]11;rgb:ffff/ffff/ffff\x07" + attributes}, with(func(a *Answers) { a.Background = color.RGBA{255, 255, 255, 255} })},
		{"a colour that is none", []string{"\x1b]11;mauve\x07" + attributes}, whole},
		{"mode 2026 unknown", []string{"\x1b[?2026;0$y" + attributes}, with(func(a *Answers) { a.Synchronized = Lacking })},
		{"mode 2026 for ever off", []string{"\x1b[?2026;4$y" + attributes}, with(func(a *Answers) { a.Synchronized = Lacking })},
		{"one width of two", []string{"\x1b[1;2R" + attributes}, whole},
		{"a name that would steer", []string{"\x1bP>|evil\u202e name\x1b\\" + attributes}, with(func(a *Answers) { a.Name = "evil name" })},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := start(t)
			before := f.modes()
			go func() {
				<-f.asked
				for _, reply := range c.replys {
					f.reply(reply)
				}
			}()
			got, err := Ask(t.Context(), f.tty, f.tty, []string{"✖", "▲"})
			if err != nil {
				t.Fatal(err)
			}
			if got.Took <= 0 {
				t.Error("no time was taken")
			}
			got.Took = 0
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
			f.untouched(before)
		})
	}
}

func TestTheScreenIsLeftAsItWasWhateverIsAnswered(t *testing.T) {
	f := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		text := <-f.asked
		f.asked <- text
		cancel()
	}()
	before := f.modes()
	got, err := Ask(ctx, f.tty, f.tty, []string{"✖"})
	if err != nil || !reflect.DeepEqual(got, Answers{}) {
		t.Errorf("%+v, %v", got, err)
	}
	f.untouched(before)
	text := <-f.asked
	parts := []string{"\x1b[?1049h", "✖", "\x1b[6n", "\x1b]11;?", "\x1b[?2026$p", "\x1b[>q", "\x1b[K", "\x1b[?1049l", "\x1b[c"}
	places := make([]int, len(parts))
	for i, part := range parts {
		if places[i] = strings.Index(text, part); places[i] < 0 {
			t.Errorf("%q is not asked in %q", part, text)
		}
	}
	if !slices.IsSorted(places) {
		t.Errorf("asked out of order: %q", text)
	}
}

func TestControlCEndsTheQuestions(t *testing.T) {
	f := start(t)
	before := f.modes()
	go func() {
		<-f.asked
		f.reply("\x03")
	}()
	if _, err := Ask(t.Context(), f.tty, f.tty, nil); !errors.Is(err, ErrInterrupted) {
		t.Errorf("%v", err)
	}
	f.untouched(before)
}

func TestATerminalThatGoesAwayEndsTheQuestions(t *testing.T) {
	keyboard, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	go func() { // closed by its only reader, so that it really closes
		buffer := make([]byte, 1<<10)
		if _, err := keyboard.Read(buffer); err != nil {
			t.Error(err)
		}
		keyboard.Close()
	}()
	got, err := Ask(t.Context(), tty, tty, nil)
	if err != nil || got.Whole {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestATerminalThatNeverStopsTalkingIsNotHeardForEver(t *testing.T) {
	f := start(t)
	flooded := make(chan struct{})
	go func() {
		defer close(flooded)
		<-f.asked
		line := strings.Repeat("x", 1<<10-1) + "\n"
		for range 2 * answerLimit / len(line) {
			f.reply(line)
		}
	}()
	got, err := Ask(t.Context(), f.tty, f.tty, nil)
	if err != nil || got.Whole {
		t.Errorf("%+v, %v", got, err)
	}
	drained := make(chan struct{})
	go func() { // so that the flood can end
		defer close(drained)
		lines := bufio.NewScanner(f.tty)
		for lines.Scan() && lines.Text() != "end" {
		}
	}()
	<-flooded
	f.reply("\nend\n")
	<-drained
}

func TestAFileIsNoTerminal(t *testing.T) {
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := Ask(t.Context(), file, file, nil); err == nil {
		t.Error("a file was asked")
	}
}
