// Package serve is the SSH server through which a room has many viewers: who may enter,
// as what, how many, and for how long.
//
//	TCP ─▶ door ─▶ handshake, key ─▶ connection ─▶ session ─▶ guest: a screen, lines, a command
//	       limits   admission         keepalive     requests
package serve

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"

	"warroom/internal/access"
	"warroom/internal/presence"
	"warroom/internal/room"
	"warroom/internal/screen"
	"warroom/ui"
)

// Keyring says who somebody with a key is; see access.Keyring.
type Keyring interface {
	Admit(key gossh.PublicKey, from net.Addr) (*access.Grant, error)
}

// Room is what guests come to see.
type Room interface {
	room.Reader
	DeskOf(room.Person) room.Desk
	Came(p room.Person, text string)
	Left(p room.Person, why string)
}

// Options are what a server needs. Keyring may be nil only with OpenViewers.
type Options struct {
	Keyring     Keyring
	OpenViewers bool // whoever comes is a viewer, without a key
	HostKeys    []gossh.Signer
	Room        Room
	Roster      *presence.Roster
	// Screen is what the screens of people are made of, beside what is a person's own.
	Screen func(*Guest) ui.Options
	// Remember gives how the owner of a key left the screen the last time, and what keeps it;
	// if it is nil that is forgotten with the server.
	Remember func(key string) (ui.Memory, func(ui.Memory) error)
	// Kiosk is what walls are made of.
	Kiosk func(*Guest) ui.KioskOptions
	// Personal is what a person may do beside acting, by the role; nil gives nothing.
	Personal func(*Guest) ui.Personal
	// Plain tells the room in lines until ctx ends, or nothing is left to tell.
	Plain func(ctx context.Context, g *Guest, out io.Writer) error
	// Command runs one command line of a guest and gives its exit status. It is called
	// only with what the guest's role allows.
	Command func(ctx context.Context, g *Guest, verb, rest string, out, errs io.Writer) int

	Exempt      []netip.Prefix   // sources without penalties and without a rate
	MaxSessions int              // of all guests together; DefaultSessions if 0
	Stall       time.Duration    // after which a terminal that takes nothing is cut off; DefaultStall if 0
	Now         func() time.Time // real time; time.Now if nil
	Log         *slog.Logger     // the program's own trouble
	Audit       *slog.Logger     // who did what; nothing else
}

// Defaults.
const (
	DefaultSessions = 500 // some hundred MB at the worst: see docs/performance.md
	DefaultStall    = time.Minute
)

// Server lets guests into a room. Make one with New.
type Server struct {
	options Options
	door    *door
	house   screen.House
	left    memories
	zones   sync.Map // by name
	screens sync.Map // how they were left, by key
	ssh     *ssh.Server
	stop    context.CancelCauseFunc
	ctx     context.Context
	guests  sync.WaitGroup

	mu          sync.Mutex
	connections map[*connection]struct{}
	sessions    int
	number      uint64 // of the last connection that was let in
}

// errStopping ends every session when the server does.
var errStopping = errors.New("the room is closing; join again when it is back")

// New makes a server. The error says why nobody could enter.
func New(o Options) (*Server, error) {
	switch {
	case o.Keyring == nil && !o.OpenViewers:
		return nil, errors.New("nobody could enter: there are no keys; add one with `warroom keys add`, or let everybody on this machine look with --open-viewers")
	case len(o.HostKeys) == 0:
		return nil, errors.New("the server has no host key; name one with --host-key")
	}
	if o.MaxSessions == 0 {
		o.MaxSessions = DefaultSessions
	}
	if o.Stall == 0 {
		o.Stall = DefaultStall
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{options: o, connections: make(map[*connection]struct{})}
	s.door = newDoor(o.Exempt, o.Now)
	s.ctx, s.stop = context.WithCancelCause(context.Background())
	s.ssh = &ssh.Server{
		Version:                  "warroom",
		ConnCallback:             s.knock,
		ServerConfigCallback:     s.config,
		ConnectionFailedCallback: s.failed,
		HandshakeTimeout:         handshakeTime,
		ChannelHandlers:          map[string]ssh.ChannelHandler{"session": s.session},
		RequestHandlers:          map[string]ssh.RequestHandler{},
		SubsystemHandlers:        map[string]ssh.SubsystemHandler{},
	}
	for _, key := range o.HostKeys {
		s.ssh.HostSigners = append(s.ssh.HostSigners, key)
	}
	return s, nil
}

// Serve lets guests in until Stop; then it returns nil.
func (s *Server) Serve(listener net.Listener) error {
	err := s.ssh.Serve(listener)
	if errors.Is(err, ssh.ErrServerClosed) {
		return nil
	}
	return err
}

// stopTime is how long guests have to get their terminals back.
const stopTime = 5 * time.Second

// Stop ends the server: nobody is let in any more, every terminal is given back as it was,
// and then the connections are closed.
func (s *Server) Stop() {
	s.stop(errStopping)
	gone := make(chan struct{})
	go func() {
		s.guests.Wait()
		close(gone)
	}()
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	_ = s.ssh.Shutdown(closed()) // it only stops listening: waiting for connections is ours
	select {
	case <-gone:
	case <-ctx.Done():
	}
	_ = s.ssh.Close()
}

// closed is a context that has ended.
func closed() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// Sessions is how many there are.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions
}

// Stages is how many screens are drawn for them.
func (s *Server) Stages() int { return s.house.Stages() }
