// Package terminal asks a terminal what it is and what it can do.
//
// A terminal answers on the same line that keys come from, whenever it likes. So
// all questions go out in one piece, with one at the end that every terminal knows:
// once that is answered, no answer is still to come. Until then nobody else reads
// the line, and nothing of it is shown.
package terminal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/cancelreader"
	"golang.org/x/term"
)

var (
	// ErrInterrupted says that ctrl+c was pressed while the terminal was listened to.
	ErrInterrupted = errors.New("interrupted")
	// ErrBackground says that another program has the terminal, so that asking would
	// stop this one.
	ErrBackground = errors.New("this program runs in the background of its terminal")
)

// answerLimit bounds what is read, in bytes: a terminal's answers are under two
// kilobytes, and whatever else comes has been typed or pasted.
const answerLimit = 64 << 10

// interrupt is what ctrl+c sends while nobody makes a signal of it.
const interrupt = 0x03

// Ask asks a terminal everything, and measures how many cells each of the marks
// takes. It listens until the last question is answered or the context ends; either
// way the answers so far come back, with the terminal as it was before: its modes,
// its screen and its cursor. What is typed meanwhile is lost. in and out must be
// the same terminal.
func Ask(ctx context.Context, in, out *os.File, marks []string) (Answers, error) {
	if !foreground(in) {
		return Answers{}, ErrBackground
	}
	reader, err := cancelreader.NewReader(in)
	if err != nil {
		return Answers{}, fmt.Errorf("listen to the terminal: %w", err)
	}
	defer reader.Close()
	modes, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return Answers{}, fmt.Errorf("keep the answers off the screen: %w", err)
	}
	defer term.Restore(int(in.Fd()), modes)

	heard := make(chan []byte)
	stopped := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		listen(reader, heard, stopped)
	}()
	defer func() { // before the modes are restored, so that the line is read empty
		close(stopped)
		if reader.Cancel() {
			<-ended
		}
	}()
	asked := time.Now()
	if _, err := out.WriteString(questions(marks)); err != nil {
		return Answers{}, fmt.Errorf("ask the terminal: %w", err)
	}
	return collect(ctx, heard, ended, asked, len(marks))
}

// listen passes on what is read until there is no more, or nobody wants it.
func listen(reader cancelreader.CancelReader, heard chan<- []byte, stopped <-chan struct{}) {
	for {
		buffer := make([]byte, 1<<10)
		n, err := reader.Read(buffer)
		if n > 0 {
			select {
			case heard <- buffer[:n]:
			case <-stopped:
			}
		}
		if err != nil {
			return
		}
	}
}

// collect puts together what is heard until the last answer is there.
func collect(ctx context.Context, heard <-chan []byte, ended <-chan struct{}, asked time.Time, marks int) (Answers, error) {
	var text []byte
	for {
		select {
		case part := <-heard:
			for _, key := range part {
				if key == interrupt {
					return Answers{}, ErrInterrupted
				}
			}
			text = append(text, part...)
			if attributesForm.Match(text) {
				answers := read(text, marks)
				answers.Took = time.Since(asked)
				return answers, nil
			}
			if len(text) > answerLimit {
				return read(text, marks), nil
			}
		case <-ended:
			return read(text, marks), nil
		case <-ctx.Done():
			return read(text, marks), nil
		}
	}
}

// questions is all that is sent. It goes to the alternate screen, where a terminal
// that does not know a question may print rubbish without harm, and comes back
// before any answer is awaited:
//
//	alternate screen ─ marks, each at the left edge, each asked for its width ─
//	background ─ mode 2026 ─ name ─ main screen ─ attributes, the last question
func questions(marks []string) string {
	var b strings.Builder
	b.WriteString(ansi.SetModeAltScreenSaveCursor)
	for _, mark := range marks {
		// A terminal that is not in UTF-8 may take a byte of the mark for the begin of
		// a control string, which ST ends.
		b.WriteString("\r" + mark + "\x1b\\" + ansi.RequestCursorPositionReport)
	}
	b.WriteString(ansi.RequestBackgroundColor + ansi.RequestModeSynchronizedOutput + ansi.RequestNameVersion)
	b.WriteString("\r" + ansi.EraseLineRight + ansi.ResetModeAltScreenSaveCursor)
	b.WriteString(ansi.RequestPrimaryDeviceAttributes)
	return b.String()
}
