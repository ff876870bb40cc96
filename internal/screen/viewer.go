package screen

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
)

// Options are what a viewer needs.
type Options struct {
	// Screen makes the first screen, which waits for news until ctx ends. The house closes it.
	Screen  func(ctx context.Context) (Screen, error)
	Own     func(Screen)                     // makes a copy the viewer's own; may be nil
	Part    func(Screen)                     // is shown the viewer's own screen before it is given up, as nobody's own or for good; may be nil
	In      io.Reader                        // what the terminal sends
	Out     io.Writer                        // the terminal; a write may take as long as it likes
	Size    tea.WindowSizeMsg                //
	Sizes   <-chan tea.WindowSizeMsg         // may be nil
	Called  <-chan struct{}                  // rings when there is something to see that is this viewer's alone; may be nil
	Profile colorprofile.Profile             //
	Environ []string                         // the terminal's
	Alone   bool                             // the screen is never shared: there is nobody to share it with
	Deaf    bool                             // nothing that is pressed reaches the screen, only what the terminal says of itself
	Press   func()                           // is told of everything that is pressed; may be nil
	Pace    time.Duration                    // the least time between two frames
	Rate    func(context.Context, int) error // waits until so many bytes of input may be taken; nil never waits
}

// viewer is one terminal in front of a stage.
type viewer struct {
	options Options
	ctx     context.Context
	cancel  context.CancelCauseFunc
	stage   atomic.Pointer[stage]
	bell    chan struct{}
	raw     chan string
	waits   atomic.Bool // it has written all there was
	seen    *Frame      // used by the writer alone
}

// Times of a viewer, in real time.
const (
	stillness  = 2 * time.Second       // without a key, after which a screen may be shared
	escapeTime = 50 * time.Millisecond // after which a lone escape is a key
	restTime   = time.Second           // after which the rest of a sequence does not come any more
)

// rawLimit is how many bells and the like may wait for a terminal.
const rawLimit = 8

// errOver ends a viewer by his own wish.
var errOver = errors.New("over")

// ErrHungUp is that the terminal has gone.
var ErrHungUp = errors.New("the terminal has hung up")

// Show draws for one terminal until its person leaves (nil), it hangs up (ErrHungUp),
// cannot be written to, or ctx ends (its cause). The terminal is given back as it was,
// if it can still be written to. last is the screen as it was left, the viewer's own,
// for whoever wants to remember it; it must be closed. It is nil if there was none: an
// error is then that of Options.Screen.
func (h *House) Show(ctx context.Context, o Options) (last Screen, err error) {
	v := &viewer{options: o, bell: make(chan struct{}, 1), raw: make(chan string, rawLimit)}
	v.ctx, v.cancel = context.WithCancelCause(ctx)
	defer v.cancel(nil)
	own, cancel := context.WithCancel(v.ctx)
	first, err := o.Screen(own)
	if err != nil {
		cancel()
		return nil, err
	}
	h.mu.Lock()
	s := h.open(own, cancel, first, v)
	h.seat(v, s)
	h.mu.Unlock()
	s.send(true, o.Size, tea.EnvMsg(uv.Environ(o.Environ)), tea.ColorProfileMsg{Profile: o.Profile})
	s.run(first.Init())
	first = nil // it is kept no longer than its stage
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		v.listen(h)
	}()
	v.draw()
	<-heard
	last = h.leave(v)
	switch cause := context.Cause(v.ctx); {
	case errors.Is(cause, errOver):
		return last, nil
	default:
		return last, cause
	}
}

// leave takes a viewer out of the house, and gives the screen that he had as his own.
func (h *House) leave(v *viewer) Screen {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := v.stage.Load()
	s.mu.Lock()
	if s.owner == v && v.options.Part != nil {
		v.options.Part(s.screen)
	}
	last := s.screen.Copy(context.Background())
	s.mu.Unlock()
	if v.options.Own != nil {
		v.options.Own(last)
	}
	h.seat(v, nil)
	return last
}

// end ends a viewer; nil is by his own wish.
func (v *viewer) end(err error) {
	if err == nil {
		err = errOver
	}
	v.cancel(err)
}

// ring says that there is something new to see. It waits for nobody.
func (v *viewer) ring() {
	select {
	case v.bell <- struct{}{}:
	default:
	}
}

// say sends the terminal a sequence that is no part of a frame. A terminal that takes
// nothing goes without.
func (v *viewer) say(sequence string) {
	select {
	case v.raw <- sequence:
	default:
	}
}

// draw writes frames until the viewer is over. Frames that come while a write takes its
// time are left out: the next one drawn is the newest.
func (v *viewer) draw() {
	if !v.write([]byte(enter)) {
		return
	}
	pace := time.NewTimer(0)
	defer pace.Stop()
	for {
		v.waits.Store(true)
		if v.behind() {
			v.ring()
		}
		select {
		case <-v.bell:
			v.waits.Store(false)
		case sequence := <-v.raw:
			v.write([]byte(sequence))
			continue
		case <-v.ctx.Done():
			cause := context.Cause(v.ctx)
			if !errors.Is(cause, ErrHungUp) && !errors.Is(cause, errWrite) {
				_, _ = v.options.Out.Write(v.seen.leave())
			}
			return
		}
		if !v.paint() {
			continue
		}
		pace.Reset(v.options.Pace)
		select {
		case <-pace.C:
		case <-v.ctx.Done():
		}
	}
}

// behind says whether there is a frame that was left out while the terminal was busy.
func (v *viewer) behind() bool {
	s := v.stage.Load()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dirty || s.frame != v.seen
}

// paint writes the newest frame, if it is another than the terminal shows.
func (v *viewer) paint() bool {
	frame := v.stage.Load().current()
	if frame == nil || frame == v.seen {
		return false
	}
	bytes := frame.bytes(v.seen)
	v.seen = frame
	return len(bytes) > 0 && v.write(bytes)
}

// errWrite is that a terminal cannot be written to.
var errWrite = errors.New("the terminal takes nothing")

func (v *viewer) write(bytes []byte) bool {
	if _, err := v.options.Out.Write(bytes); err != nil {
		v.cancel(errors.Join(errWrite, err))
		return false
	}
	return true
}

// listen hands on what comes from the terminal until the viewer is over.
func (v *viewer) listen(h *House) {
	input := make(chan []byte)
	go v.read(input)
	var keys keyboard
	escape, still := time.NewTimer(stillness), time.NewTimer(stillness)
	escape.Stop()
	defer escape.Stop()
	defer still.Stop()
	for {
		var messages []tea.Msg
		select {
		case bytes := <-input:
			waits := false
			messages, waits = keys.take(bytes)
			switch {
			case !waits:
				escape.Stop()
			case keys.lone():
				escape.Reset(escapeTime)
			default:
				escape.Reset(restTime)
			}
		case <-escape.C:
			messages = keys.expire()
		case size, ok := <-v.options.Sizes:
			if !ok {
				v.options.Sizes = nil
				continue
			}
			messages = []tea.Msg{size}
		case <-v.options.Called:
			h.own(v)
			still.Reset(stillness)
			continue
		case <-still.C:
			if !v.options.Alone {
				h.share(v)
			}
			continue
		case <-v.ctx.Done():
			return
		}
		if messages = v.heard(messages); len(messages) > 0 {
			h.own(v).send(true, messages...)
			still.Reset(stillness)
		}
	}
}

// heard leaves out what does not reach a screen, and tells what is pressed.
func (v *viewer) heard(messages []tea.Msg) []tea.Msg {
	kept := messages[:0]
	for _, message := range messages {
		switch message.(type) {
		case tea.WindowSizeMsg, tea.BackgroundColorMsg:
		default:
			if v.options.Deaf {
				continue
			}
			if v.options.Press != nil {
				v.options.Press()
			}
		}
		kept = append(kept, message)
	}
	return kept
}

// readSize is how many bytes are read at once: a key has a few, a paste comes in pieces.
const readSize = 256

// read reads until the terminal hangs up.
func (v *viewer) read(input chan<- []byte) {
	var buffer [readSize]byte
	for {
		n, err := v.options.In.Read(buffer[:])
		if n > 0 {
			if v.options.Rate != nil && v.options.Rate(v.ctx, n) != nil {
				return
			}
			select {
			case input <- append([]byte(nil), buffer[:n]...):
			case <-v.ctx.Done():
				return
			}
		}
		if err != nil {
			v.cancel(ErrHungUp)
			return
		}
	}
}
