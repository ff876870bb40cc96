// Package screen draws one screen for many terminals: viewers that see the same share
// one model and its frames, and each further one costs no more than sending it bytes.
//
//	viewer ─┐
//	viewer ─┼─▶ stage: one Screen, drawn when somebody wants to see it ─▶ Frame, delta
//	viewer ─┘
//
// A viewer in front of a shared stage who presses a key gets a stage of his own, with a
// copy of the screen. Some time after the last key he goes back to a shared one: to that
// of others who look at the same by now, if there are any.
package screen

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	tea "charm.land/bubbletea/v2"
)

// Screen is what is drawn. It is used by one goroutine at a time.
type Screen interface {
	tea.Model
	// Key is everything that the frames depend on, beside what all screens have in common:
	// the room, the roster and the clock. It is comparable; screens with equal keys draw
	// equal frames from then on, until something is pressed. shared is false while a screen
	// has something that cannot be shared, such as an open input.
	Key() (key any, shared bool)
	// Copy makes a screen that draws the same, and is nobody's own: what a person has on
	// it, such as a Desk, is not copied. It waits for news until ctx ends.
	Copy(ctx context.Context) Screen
	// Waits is what a copied screen waits for, in the place of Init.
	Waits() tea.Cmd
	// Close lets go of what the screen holds.
	Close() error
}

// House has the stages of all viewers of a program. Safe for concurrent use; the zero
// House is empty.
type House struct {
	mu     sync.Mutex
	stages map[*stage]struct{}
	calm   sync.Mutex // held while a frame is drawn that nobody has asked for with a key
}

// Stages is how many screens are drawn for all the viewers there are.
func (h *House) Stages() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.stages)
}

// stage is a screen and those who look at it.
type stage struct {
	house  *House
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	screen  Screen
	owner   *viewer // nil if it is shared
	viewers map[*viewer]struct{}
	dirty   bool
	frame   *Frame
	closed  bool
}

// open puts a stage into the house. The caller holds its lock.
func (h *House) open(ctx context.Context, cancel context.CancelFunc, screen Screen, owner *viewer) *stage {
	s := &stage{house: h, ctx: ctx, cancel: cancel, screen: screen, owner: owner, viewers: make(map[*viewer]struct{}), dirty: true}
	if h.stages == nil {
		h.stages = make(map[*stage]struct{})
	}
	h.stages[s] = struct{}{}
	return s
}

// seat moves a viewer to a stage, and closes the one that nobody looks at any more. The
// caller holds the lock of the house, and of neither stage.
func (h *House) seat(v *viewer, s *stage) {
	old := v.stage.Load()
	if s != nil {
		s.mu.Lock()
		s.viewers[v] = struct{}{}
		if s.owner == v && old != nil { // so that the next delta is one for what v sees
			old.mu.Lock()
			s.frame = old.frame
			old.mu.Unlock()
		}
		s.mu.Unlock()
	}
	v.stage.Store(s)
	if old != nil {
		old.mu.Lock()
		delete(old.viewers, v)
		empty := len(old.viewers) == 0
		old.mu.Unlock()
		if empty {
			h.close(old)
		}
	}
	v.ring()
}

// close ends a stage. The caller holds the lock of the house.
func (h *House) close(s *stage) {
	delete(h.stages, s)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	s.cancel()
	_ = s.screen.Close()
}

// own gives a viewer a stage of his own, and returns it.
func (h *House) own(v *viewer) *stage {
	h.mu.Lock()
	defer h.mu.Unlock()
	old := v.stage.Load()
	if old.owner == v {
		return old
	}
	ctx, cancel := context.WithCancel(v.ctx)
	old.mu.Lock()
	screen := old.screen.Copy(ctx)
	old.mu.Unlock()
	if v.options.Own != nil {
		v.options.Own(screen)
	}
	s := h.open(ctx, cancel, screen, v)
	h.seat(v, s)
	s.run(screen.Waits())
	return s
}

// share takes a viewer who has been still to a stage that others may share: one that
// shows what he sees, or else one made of his own.
func (h *House) share(v *viewer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	own := v.stage.Load()
	if own == nil || own.owner != v {
		return
	}
	own.mu.Lock()
	key, ok := own.screen.Key()
	if ok && v.options.Part != nil {
		v.options.Part(own.screen)
	}
	own.mu.Unlock()
	if !ok {
		return
	}
	for other := range h.stages {
		if other.shows(key) {
			h.seat(v, other)
			return
		}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(own.ctx))
	own.mu.Lock()
	screen, frame := own.screen.Copy(ctx), own.frame
	own.mu.Unlock()
	s := h.open(ctx, cancel, screen, nil)
	s.frame = frame
	h.seat(v, s)
	s.run(screen.Waits())
}

// shows says whether a stage is shared, and shows what a key stands for.
func (s *stage) shows(key any) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.owner != nil || s.closed {
		return false
	}
	other, ok := s.screen.Key()
	return ok && other == key
}

// send hands messages to the screen, and draws it if somebody waits for a frame: once for
// all who see it. What the clock and the world change is drawn stage by stage, since all
// of them change at the same second: so there is a processor left for whoever has just
// pressed a key, and is urgent.
func (s *stage) send(urgent bool, messages ...tea.Msg) {
	if !urgent {
		s.house.calm.Lock()
		defer s.house.calm.Unlock()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	defer s.contain()
	for _, message := range messages {
		_, command := s.screen.Update(message)
		s.run(command)
	}
	s.dirty = true
	before, waiting := s.frame, false
	for v := range s.viewers {
		waiting = waiting || v.waits.Load()
	}
	if !waiting {
		return // they find it dirty when they come to look
	}
	if s.draw(); s.frame == before {
		return
	}
	for v := range s.viewers {
		v.ring()
	}
}

// draw draws the screen. The caller holds the lock.
func (s *stage) draw() {
	s.dirty = false
	s.frame = newFrame(s.screen.View(), s.frame)
}

// contain ends the viewers of a screen that panics, and nobody else. The caller holds the
// lock, and defers it.
func (s *stage) contain() {
	if cause := recover(); cause != nil {
		err := &Broken{Cause: fmt.Sprint(cause), Stack: string(debug.Stack())}
		for v := range s.viewers {
			v.end(err)
		}
	}
}

// Broken is that a screen had a defect.
type Broken struct{ Cause, Stack string }

func (b *Broken) Error() string { return "the screen broke on a defect of its own; join again" }

// current is the newest frame, drawn now if need be; nil if there is none.
func (s *stage) current() *Frame {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.dirty || s.closed {
		return s.frame
	}
	defer s.contain()
	s.draw()
	return s.frame
}

// run runs a command outside of the screen and sends it what comes of it.
func (s *stage) run(command tea.Cmd) {
	if command == nil {
		return
	}
	go func() {
		defer func() {
			if cause := recover(); cause != nil {
				s.mu.Lock()
				defer s.mu.Unlock()
				for v := range s.viewers {
					v.end(&Broken{Cause: fmt.Sprint(cause), Stack: string(debug.Stack())})
				}
			}
		}()
		switch message := command().(type) {
		case nil:
		case tea.BatchMsg:
			for _, each := range message {
				s.run(each)
			}
		case tea.QuitMsg:
			s.each(func(v *viewer) { v.end(nil) })
		case tea.RawMsg:
			s.each(func(v *viewer) { v.say(fmt.Sprint(message.Msg)) })
		default:
			s.send(false, message)
		}
	}()
}

func (s *stage) each(do func(*viewer)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for v := range s.viewers {
		do(v)
	}
}
