package serve

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	gossh "golang.org/x/crypto/ssh"

	"warroom/internal/access"
	"warroom/internal/presence"
	"warroom/internal/room"
	"warroom/ui"
)

// keyring is the keys of a test, by fingerprint.
type keyring struct {
	mu     sync.Mutex
	grants map[string]*access.Grant
}

func (k *keyring) Admit(key gossh.PublicKey, _ net.Addr) (*access.Grant, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if grant := k.grants[gossh.FingerprintSHA256(key)]; grant != nil {
		return grant, nil
	}
	return nil, errors.New("it is not in the file")
}

func (k *keyring) revoke(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for fingerprint, grant := range k.grants {
		if grant.Person.Name == name {
			delete(k.grants, fingerprint)
		}
	}
}

// host is a room that is served.
type hosted struct {
	t       testing.TB
	room    *room.Room
	server  *Server
	keys    *keyring
	address string
	audit   *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

func newKey(t testing.TB) gossh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// serve serves a room with one alarm.
func serve(t testing.TB, change ...func(*Options)) *hosted {
	t.Helper()
	r := room.New(room.Options{Name: "prod"})
	burn(r, "checkout-5xx", room.Critical, "ALARM")
	h := &hosted{t: t, room: r, keys: &keyring{grants: make(map[string]*access.Grant)}, audit: new(lockedBuffer)}
	o := Options{
		Keyring: h.keys, HostKeys: []gossh.Signer{newKey(t)}, Room: r, Roster: new(presence.Roster), Log: slog.New(slog.DiscardHandler),
		Audit:  slog.New(slog.NewJSONHandler(h.audit, nil)),
		Screen: func(*Guest) ui.Options { return ui.Options{Room: r, Look: ui.Look{Theme: "dark"}} },
		Kiosk:  func(*Guest) ui.KioskOptions { return ui.KioskOptions{Room: r, Look: ui.Look{Theme: "dark"}} },
		Plain: func(_ context.Context, g *Guest, out io.Writer) error {
			return ui.Plain(g.ctx, ui.PlainOptions{Room: r, Out: out})
		},
		Command: func(_ context.Context, g *Guest, verb, rest string, out, errs io.Writer) int {
			fmt.Fprintf(out, "%s %s\n", verb, rest)
			return 0
		},
	}
	for _, f := range change {
		f(&o)
	}
	var err error
	if h.server, err = New(o); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.address = listener.Addr().String()
	served := make(chan error, 1)
	go func() { served <- h.server.Serve(listener) }()
	t.Cleanup(func() {
		h.server.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return h
}

// burn lets an alarm of the room change.
func burn(r *room.Room, title string, state room.State, word string) {
	now := time.Now()
	scope := room.Scope{Source: "cloudwatch", Account: "prod", Region: "us-east-1"}
	r.Observe(room.Observation{
		Scope: scope, Watch: "a", At: now, Begins: true, Done: true, Interval: time.Hour,
		Signals: []room.Signal{{
			Key: "alarm/" + title, Kind: room.KindAlarm, State: state, Word: word, Title: title, Region: "us-east-1", Scope: scope, Since: now, Detail: &room.AlarmDetail{Judging: new(room.Judging)},
		}},
	})
	r.Flush()
}

// lets gives somebody a key.
func (h *hosted) lets(name string, role room.Role) gossh.Signer {
	key := newKey(h.t)
	fingerprint := gossh.FingerprintSHA256(key.PublicKey())
	h.keys.mu.Lock()
	defer h.keys.mu.Unlock()
	h.keys.grants[fingerprint] = &access.Grant{Person: room.Person{Name: name, Key: fingerprint, Role: role}, Permissions: &gossh.Permissions{}}
	return key
}

// dial connects with a key.
func (h *hosted) dial(key gossh.Signer) (*gossh.Client, error) {
	return gossh.Dial("tcp", h.address, &gossh.ClientConfig{
		User: "whoever", Auth: []gossh.AuthMethod{gossh.PublicKeys(key)}, HostKeyCallback: gossh.InsecureIgnoreHostKey(),
	})
}

// terminal is a client with a terminal of its own, which shows what is sent to it.
type terminal struct {
	t       testing.TB
	client  *gossh.Client
	session *gossh.Session
	input   io.WriteCloser

	mu     sync.Mutex
	screen *vt.Emulator
	news   chan struct{}
	bytes  int
	over   chan struct{}
	errs   lockedBuffer
}

// join joins with a terminal of 120x40.
func (h *hosted) join(key gossh.Signer) *terminal {
	h.t.Helper()
	client, err := h.dial(key)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.open(client)
}

func (h *hosted) open(client *gossh.Client) *terminal {
	h.t.Helper()
	s := &terminal{t: h.t, client: client, screen: vt.NewEmulator(120, 40), news: make(chan struct{}, 1), over: make(chan struct{})}
	// What it would answer is not sent: a terminal need not. Somebody has to
	// take it for as long as there is a terminal, or its next answer blocks it.
	go func() { _, _ = io.Copy(io.Discard, s.screen) }()
	var err error
	if s.session, err = client.NewSession(); err != nil {
		h.t.Fatal(err)
	}
	s.session.Stdout, s.session.Stderr = s, &s.errs
	if s.input, err = s.session.StdinPipe(); err != nil {
		h.t.Fatal(err)
	}
	if err := s.session.RequestPty("xterm-256color", 40, 120, gossh.TerminalModes{}); err != nil {
		h.t.Fatal(err)
	}
	if err := s.session.Shell(); err != nil {
		h.t.Fatal(err)
	}
	go func() {
		_ = s.session.Wait()
		_ = s.screen.InputPipe().(io.Closer).Close() // nothing to take any more; Emulator.Close would race with its Read
		close(s.over)
	}()
	h.t.Cleanup(func() { _ = client.Close() })
	return s
}

func (s *terminal) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes += len(p)
	select {
	case s.news <- struct{}{}:
	default:
	}
	return s.screen.Write(p)
}

// text is what the terminal shows.
func (s *terminal) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.screen.String()
}

// shows waits until the terminal shows something.
func (s *terminal) shows(what string) {
	s.t.Helper()
	s.waits("shows "+what, func(text string) bool { return strings.Contains(text, what) })
}

// altScreen says whether the terminal shows its other screen.
func (s *terminal) altScreen() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.screen.IsAltScreen()
}

// patience bounds waiting for what should come at once.
const patience = 20 * time.Second

func (s *terminal) waits(what string, is func(string) bool) {
	s.t.Helper()
	end := time.After(patience)
	for !is(s.text()) {
		select {
		case <-s.news:
		case <-end:
			s.t.Fatalf("the terminal never %s; it has\n%s", what, s.text())
		}
	}
}

func (s *terminal) press(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.input, keys); err != nil {
		s.t.Fatal(err)
	}
}

// ends waits until the session is over.
func (s *terminal) ends() {
	s.t.Helper()
	select {
	case <-s.over:
	case <-time.After(patience):
		s.t.Fatalf("the session does not end; the terminal has\n%s", s.text())
	}
}

func TestTwoPeopleSeeEachOthersActs(t *testing.T) {
	h := serve(t)
	ana, bo := h.join(h.lets("ana", room.Responder)), h.join(h.lets("bo", room.Viewer))
	ana.shows("checkout-5xx")
	bo.shows("2 here")
	ana.press("2a")
	bo.shows("ana acknowledged checkout-5xx")
	bo.press("a")
	bo.shows("ack needs the role responder, and you are here as viewer")
	ana.press("q")
	ana.ends()
	bo.waits("shows that ana has left", func(text string) bool { return !strings.Contains(text, "2 here") })
	if !strings.Contains(h.audit.String(), `"act":"ack"`) {
		t.Errorf("the audit log has no act:\n%s", h.audit)
	}
}
