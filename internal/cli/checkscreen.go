package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"golang.org/x/term"

	"warroom/internal/terminal"
	"warroom/theme"
)

const (
	// answerPatience is how long, in real time, a terminal may take to answer before
	// it counts as one that does not: ten times the way around the world and back.
	answerPatience = 2 * time.Second
	// slowAnswer is from when on keys are felt to lag.
	slowAnswer = 500 * time.Millisecond
	// leastColumns and leastRows are what the screen needs to show more than one pane.
	leastColumns, leastRows = 60, 16
)

// surface is what is known about the terminal that the report goes to.
type surface struct {
	findings []finding
	terminal bool // standard output is one
	dark     bool
	columns  int
	profile  colorprofile.Profile
}

// screen looks at the terminal. While others are still looking at the world, a
// terminal that answers late is still listened to, so that its answer does not end
// up on the command line. The error is that the user pressed ctrl+c.
func (c *checker) screen(ctx context.Context, others *sync.WaitGroup) (*surface, error) {
	about := subject{topic: topicTerminal, name: "standard output"}
	s := &surface{dark: true}
	out := asTerminal(c.out)
	if out == nil {
		s.findings = []finding{about.skip("it is not a terminal", "run warroom check in the terminal that you mean to use")}
		return s, nil
	}
	s.terminal = true
	name := environment("TERM")
	s.add(c.judgeTERM(about.called("TERM"), name))
	s.measure(about.called("size"), out)
	s.profile = detectColours(ctx, out)
	s.add(judgeColours(about.called("colours"), s.profile))
	s.add(c.judgeLocale(about.called("locale")))

	in := asTerminal(c.in)
	if in == nil || name == "" || name == "dumb" {
		s.add(about.called("answers").skip("this terminal cannot be asked", "run warroom check at a keyboard, with TERM set"))
		return s, nil
	}
	answers, waited, err := c.ask(ctx, in, out, others)
	switch {
	case errors.Is(err, terminal.ErrInterrupted):
		return s, err
	case errors.Is(err, terminal.ErrBackground):
		s.add(about.called("answers").skip("this program runs in the background, where asking would stop it", "run it in the foreground"))
		return s, nil
	case err != nil:
		c.log.Warn("the terminal could not be asked", "why", err)
		s.add(about.called("answers").fail("the terminal could not be asked", "the log has the reason (--log FILE)"))
		return s, nil
	}
	s.add(c.judgeAnswers(about, answers, waited)...)
	s.add(abilities(about, answers)...)
	s.add(tmuxFindings(ctx, about)...)
	if answers.Background != nil {
		s.dark = tea.BackgroundColorMsg{Color: answers.Background}.IsDark()
	}
	return s, nil
}

func (s *surface) add(findings ...finding) { s.findings = append(s.findings, findings...) }

// asTerminal is the file behind a stream if it is a terminal, or nil.
func asTerminal(stream any) *os.File {
	file, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	return file
}

// ask asks the terminal, and says how long it was listened to.
func (c *checker) ask(ctx context.Context, in, out *os.File, others *sync.WaitGroup) (terminal.Answers, time.Duration, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	patience := time.AfterFunc(c.patience, func() {
		others.Wait()
		stop()
	})
	defer patience.Stop()
	began := time.Now()
	answers, err := terminal.Ask(ctx, in, out, c.marks())
	return answers, time.Since(began), err
}

// marks are the shapes whose width is worth measuring.
func (c *checker) marks() []string {
	if c.ascii {
		return nil
	}
	return beyondASCII(theme.Unicode)
}

func (c *checker) judgeTERM(about subject, name string) finding {
	const fix = "set TERM to what your terminal is, such as xterm-256color, or use warroom status"
	switch {
	case name == "":
		return about.fail("it is not set, so nobody knows how to draw here", fix)
	case name == "dumb":
		return about.fail("dumb is a terminal that cannot move its cursor", fix)
	case name == "linux" && c.unasked():
		return about.warn("the font of the Linux console lacks most of the marks, so ASCII is taken by itself", "for the marks: ssh in from a graphical terminal")
	case name == "linux" && !c.ascii:
		return about.warn("the font of the Linux console lacks most of the marks", "take --ascii=false away, or ssh in from a graphical terminal")
	case strings.HasPrefix(name, "vt") && c.unasked():
		return about.warn(name+" has no marks, so ASCII is taken by itself", "if the terminal has more: export TERM=xterm-256color")
	}
	return about.ok(name)
}

// measure looks at the size, and keeps the width.
func (s *surface) measure(about subject, out *os.File) {
	columns, rows, err := term.GetSize(int(out.Fd()))
	if err != nil || columns == 0 || rows == 0 {
		s.add(about.warn("the terminal does not say how large it is", "tell it: stty columns 120 rows 40"))
		return
	}
	s.columns = columns
	size := fmt.Sprintf("%dx%d", columns, rows)
	if columns < leastColumns || rows < leastRows {
		s.add(about.warn(size+" shows one pane at a time", fmt.Sprintf("make the window %dx%d or larger, or its letters smaller", leastColumns, leastRows)))
		return
	}
	s.add(about.ok(size))
}

// detectColours asks the environment, terminfo and tmux. A tmux that hangs is not
// waited for.
func detectColours(ctx context.Context, out *os.File) colorprofile.Profile {
	if environment("NO_COLOR") != "" { // any value counts: https://no-color.org
		return colorprofile.ASCII
	}
	found := make(chan colorprofile.Profile, 1)
	go func() { found <- colorprofile.Detect(out, os.Environ()) }()
	select {
	case profile := <-found:
		return profile
	case <-ctx.Done():
		return colorprofile.Env(os.Environ())
	}
}

func judgeColours(about subject, profile colorprofile.Profile) finding {
	because := ", from TERM=" + environment("TERM")
	inTmux := environment("TMUX") != ""
	switch {
	case environment("NO_COLOR") != "":
		return about.ok("none, since NO_COLOR is set")
	case profile == colorprofile.TrueColor:
		if colour := environment("COLORTERM"); colour != "" && !inTmux {
			because = ", from COLORTERM=" + colour
		}
		return about.ok("16 million" + because)
	case inTmux:
		return about.warn("fewer than the terminal may have, since tmux is not told that it has 16 million",
			`write into ~/.tmux.conf: set -ga terminal-features ",*:RGB"; then: tmux source ~/.tmux.conf, detach and attach again`)
	case profile == colorprofile.ANSI256:
		return about.ok("256" + because + " without COLORTERM=truecolor")
	case profile == colorprofile.ANSI:
		return about.warn("16"+because, "if the terminal has more: export TERM=xterm-256color, or COLORTERM=truecolor")
	}
	return about.warn("none"+because, "if the terminal has colours: export TERM=xterm-256color")
}

// judgeLocale looks at what says to other programs that text is UTF-8. We always
// write it; tmux and ssh go by the locale.
func (c *checker) judgeLocale(about subject) finding {
	variable, value := locale()
	set := variable + "=" + value
	fix := "export LANG=C.UTF-8"
	if variable != "" && variable != "LANG" { // it wins over LANG
		fix = "unset " + variable + "; " + fix
	}
	switch {
	case variable == "" && c.ascii:
		return about.ok("none is set, and ASCII needs none")
	case variable == "":
		return about.warn("none is set, so tmux and others take it that there is no UTF-8", fix+", or use --ascii")
	case isUTF8(value), c.cfg.ASCII:
		return about.ok(set)
	case c.ascii:
		return about.warn(set+" is not UTF-8, so ASCII is taken by itself", "for the marks: "+fix)
	}
	return about.warn(set+" is not UTF-8, by which tmux and others go", fix)
}
