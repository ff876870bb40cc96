package serve

import (
	"encoding/binary"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// Limits of what a client may ask of a session before it begins. Nothing that small is
// too little for a person; without them a client can take all the memory there is.
const (
	columnsLimit = 500
	rowsLimit    = 200
	askedLimit   = 256 // requests
	askingTime   = 10 * time.Second
	environLimit = 8 << 10 // bytes
	commandLimit = 8 << 10 // bytes
)

// terminalName is what TERM may be. It decides about colours, and is no path.
var terminalName = regexp.MustCompile(`^[A-Za-z0-9._+-]{1,32}$`)

// environment is which variables a client may set. What begins with LC_ is of the locale.
var environment = []string{"COLORTERM", "LANG", "NO_COLOR", "TZ", "TERM_PROGRAM"}

// asked is what a client has asked for in a session.
type asked struct {
	terminal bool
	term     string
	size     tea.WindowSizeMsg
	environ  []string
	bytes    int // of the environment
	requests int
	command  string
	begun    bool
}

// session is one channel of a connection.
func (s *Server) session(_ *ssh.Server, conn *gossh.ServerConn, offered gossh.NewChannel, ctx ssh.Context) {
	c := ctx.Value(connectionKey{}).(*connection)
	if c.grant == nil { // nobody comes here without one
		_ = offered.Reject(gossh.Prohibited, "who are you?")
		return
	}
	if err := c.begin(conn); err != nil {
		_ = offered.Reject(gossh.ResourceShortage, err.Error())
		return
	}
	defer s.guests.Done()
	defer c.closed()
	finish := sync.OnceFunc(c.finish)
	defer finish()
	channel, requests, err := offered.Accept()
	if err != nil {
		return
	}
	defer channel.Close()
	g := newGuest(s, c, channel)
	defer g.cancel(errHungUp)
	served := g.hear(requests, finish)
	g.cancel(errHungUp)
	_ = channel.Close()
	<-served
	finish()
	for range requests { // the client may take its time to close its side, within channelsEach
	}
}

// hear takes requests until the client has closed its side, or has asked for nothing to
// be served for too long. served is closed once what it asked for is over.
func (g *Guest) hear(requests <-chan *gossh.Request, finish func()) (served chan struct{}) {
	served = make(chan struct{})
	close(served)
	late := time.NewTimer(min(askingTime, g.server.options.Stall))
	defer late.Stop()
	for {
		select {
		case <-late.C:
			if !g.asked.begun {
				return served
			}
		case request, open := <-requests:
			if !open {
				return served
			}
			ok := g.asks(request)
			if request.WantReply {
				_ = request.Reply(ok, nil)
			}
			if ok && !g.asked.begun && (request.Type == "shell" || request.Type == "exec") {
				g.asked.begun = true
				served = make(chan struct{})
				go func() {
					defer close(served)
					defer g.channel.Close()
					g.serve(finish)
				}()
			}
			if g.asked.requests > askedLimit && !g.asked.begun {
				return served
			}
		}
	}
}

// asks takes one request of a client, and says whether it is granted. There is no agent,
// no forwarding, no subsystem and no window system here.
func (g *Guest) asks(request *gossh.Request) bool {
	g.asked.requests++
	switch request.Type {
	case "pty-req":
		return !g.asked.begun && !g.asked.terminal && g.askedForTerminal(request.Payload)
	case "env":
		return !g.asked.begun && g.askedForVariable(request.Payload)
	case "window-change":
		return g.askedForSize(request.Payload)
	case "shell":
		return !g.asked.begun
	case "exec":
		var exec struct{ Command string }
		if g.asked.begun || gossh.Unmarshal(request.Payload, &exec) != nil || len(exec.Command) > commandLimit {
			return false
		}
		g.asked.command = exec.Command
		return true
	case "signal":
		return g.asked.begun && g.signal(request.Payload)
	}
	return false
}

// askedForTerminal is RFC 4254, 6.2.
func (g *Guest) askedForTerminal(payload []byte) bool {
	var pty struct {
		Term                         string
		Columns, Rows, Width, Height uint32
		Modes                        string
	}
	if gossh.Unmarshal(payload, &pty) != nil {
		return false
	}
	g.asked.terminal, g.asked.size = true, clamped(pty.Columns, pty.Rows)
	if g.asked.term = "dumb"; terminalName.MatchString(pty.Term) {
		g.asked.term = pty.Term
	}
	return true
}

// clamped is a size that can be drawn. A terminal that says nothing of its size gets that
// of old.
func clamped(columns, rows uint32) tea.WindowSizeMsg {
	if columns == 0 || rows == 0 {
		columns, rows = 80, 24
	}
	return tea.WindowSizeMsg{Width: int(min(columns, columnsLimit)), Height: int(min(rows, rowsLimit))}
}

// askedForVariable is RFC 4254, 6.4.
func (g *Guest) askedForVariable(payload []byte) bool {
	var variable struct{ Name, Value string }
	if gossh.Unmarshal(payload, &variable) != nil {
		return false
	}
	known := slices.Contains(environment, variable.Name) || strings.HasPrefix(variable.Name, "LC_")
	if g.asked.bytes += len(variable.Name) + len(variable.Value); !known || g.asked.bytes > environLimit {
		return false
	}
	g.asked.environ = append(g.asked.environ, variable.Name+"="+variable.Value)
	return true
}

// askedForSize is RFC 4254, 6.7. Of many sizes the last one counts.
func (g *Guest) askedForSize(payload []byte) bool {
	if len(payload) < 8 || !g.asked.terminal {
		return false
	}
	size := clamped(binary.BigEndian.Uint32(payload), binary.BigEndian.Uint32(payload[4:]))
	if !g.asked.begun {
		g.asked.size = size
		return true
	}
	select {
	case <-g.sizes:
	default:
	}
	g.sizes <- size // this goroutine alone puts sizes in
	return true
}

// signal is RFC 4254, 6.9: what ends a program ends a session.
func (g *Guest) signal(payload []byte) bool {
	var signal struct{ Name string }
	if gossh.Unmarshal(payload, &signal) != nil {
		return false
	}
	switch signal.Name {
	case "INT", "TERM", "HUP", "QUIT", "KILL":
		g.cancel(errHungUp)
		return true
	}
	return false
}
