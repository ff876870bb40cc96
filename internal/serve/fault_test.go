package serve

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"warroom/internal/room"
)

// witness is somebody who sees that the room goes on whatever happens to others, and how
// much the server held before it did.
type witness struct {
	*terminal
	h           *hosted
	goroutines  int
	descriptors int
	heap        uint64
}

// watch lets a witness in, and takes down what there is.
func (h *hosted) watch() *witness {
	w := &witness{terminal: h.join(h.lets("witness", room.Responder)), h: h}
	w.shows("checkout-5xx")
	w.press("3") // its own screen, not one that others may share
	w.settle()
	w.descriptors, w.heap = descriptors(), heap()
	// Between two commands a screen has one goroutine less than it has at rest.
	for range 20 {
		w.goroutines = max(w.goroutines, runtime.NumGoroutine())
		time.Sleep(5 * time.Millisecond)
	}
	return w
}

// settle waits until nobody is here but the witness.
func (w *witness) settle() {
	w.t.Helper()
	eventually(w.t, "one session is left", func() bool { return w.h.server.Sessions() == 1 })
}

// goesOn says that the room goes on for the witness, and that all that the others held
// is back.
func (w *witness) goesOn(what string) {
	w.t.Helper()
	burn(w.h.room, what, room.Critical, "ALARM")
	w.shows(what)
	w.settle()
	eventually(w.t, "nobody else is here", func() bool { return len(w.h.server.options.Roster.Here().Members) == 1 })
	eventually(w.t, "the screens of the others are closed", func() bool { return w.h.server.Stages() <= 1 })
	eventually(w.t, "all goroutines are over", func() bool { return runtime.NumGoroutine() <= w.goroutines })
	eventually(w.t, "all descriptors are closed", func() bool { return descriptors() <= w.descriptors })
	eventually(w.t, "the memory is free", func() bool { return heap() < w.heap+4<<20 })
}

// heap is how much memory is reached, in bytes.
func heap() uint64 {
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return memory.HeapAlloc
}

// eventually waits for what comes without telling.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			buffer := make([]byte, 1<<20)
			t.Fatalf("never: %s; goroutines:\n%s", what, buffer[:runtime.Stack(buffer, true)])
		}
	}
}

func descriptors() int {
	all, _ := os.ReadDir("/proc/self/fd")
	return len(all)
}

// lenient lets this machine try as often as it likes: who is counted out is tried apart.
func lenient(o *Options) {
	o.Exempt = append(o.Exempt, sourceOf(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}))
}

// swift cuts clients off sooner than anybody would want it.
func swift(o *Options) { o.Stall = 400 * time.Millisecond }

func TestAClientIsKilled(t *testing.T) {
	h := serve(t)
	w := h.watch()
	ana := h.join(h.lets("ana", room.Responder))
	ana.shows("2 here")
	ana.press("2\r")
	_ = ana.client.Close()
	w.goesOn("killed")
}

// line is a TCP line between a client and the server that can be held up, or break in one
// direction without anybody being told.
type line struct {
	mu   sync.Mutex
	held chan struct{} // closed while it passes
	net  net.Listener
	both []net.Conn
}

func newLine(t *testing.T, to string) *line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{net: listener, held: make(chan struct{})}
	close(l.held)
	go func() {
		here, err := listener.Accept()
		if err != nil {
			return
		}
		there, err := net.Dial("tcp", to)
		if err != nil {
			_ = here.Close()
			return
		}
		l.mu.Lock()
		l.both = []net.Conn{here, there}
		l.mu.Unlock()
		go l.pass(here, there)
		l.pass(there, here)
	}()
	t.Cleanup(l.cut)
	return l
}

func (l *line) pass(from, to net.Conn) {
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			_, _ = from.Close(), to.Close()
			return
		}
		l.mu.Lock()
		held := l.held
		l.mu.Unlock()
		<-held
		if _, err := to.Write(buffer[:n]); err != nil {
			_, _ = from.Close(), to.Close()
			return
		}
	}
}

// hold lets nothing through any more, in either direction.
func (l *line) hold() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = make(chan struct{})
}

// release lets everything through again.
func (l *line) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.held:
	default:
		close(l.held)
	}
}

func (l *line) cut() {
	_ = l.net.Close()
	l.release()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.both {
		_ = c.Close()
	}
}

// over joins over a line of its own.
func (h *hosted) over(l *line, key gossh.Signer) *terminal {
	h.t.Helper()
	through := *h
	through.address = l.net.Addr().String()
	return through.join(key)
}

func TestAClientIsSuspendedAndComesBackToThePresent(t *testing.T) {
	h := serve(t, func(o *Options) { o.Stall = patience })
	w := h.watch()
	l := newLine(t, h.address)
	ana := h.over(l, h.lets("ana", room.Responder))
	ana.shows("2 here")
	l.hold()
	for i := range 20 {
		burn(h.room, fmt.Sprintf("missed-%02d", i), room.Critical, "ALARM")
		w.press("2")
		w.shows(fmt.Sprintf("missed-%02d", i)) // nobody waits for ana
	}
	burn(h.room, "newest", room.Critical, "ALARM")
	l.release()
	ana.shows("newest")
	_ = ana.client.Close()
	l.cut()
	w.goesOn("suspended")
}

func TestAHalfOpenLineIsCutAndTheReasonWrittenDown(t *testing.T) {
	h := serve(t, swift)
	w := h.watch()
	l := newLine(t, h.address)
	ana := h.over(l, h.lets("ana", room.Responder))
	ana.shows("2 here")
	l.hold()
	w.waits("is alone again", func(text string) bool { return !strings.Contains(text, "2 here") })
	eventually(t, "the audit log says why", func() bool { return strings.Contains(h.audit.String(), errStalled.Error()) })
	l.cut()
	w.goesOn("half-open")
}

// TestAClientStopsReading fills the window of a client that answers everything but takes
// nothing of what its session sends: the write hangs, and the watchdog cuts it.
func TestAClientStopsReading(t *testing.T) {
	h := serve(t, swift)
	w := h.watch()
	client, err := h.dial(h.lets("ana", room.Viewer))
	if err != nil {
		t.Fatal(err)
	}
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := session.StdinPipe(); err != nil { // never closed
		t.Fatal(err)
	}
	if _, err := session.StdoutPipe(); err != nil { // never read
		t.Fatal(err)
	}
	if err := session.RequestPty("xterm-256color", 200, 500, nil); err != nil {
		t.Fatal(err)
	}
	if err := session.Shell(); err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		_ = client.Wait()
		close(gone)
	}()
	for i := 0; ; i++ {
		select {
		case <-gone:
			eventually(t, "the audit log says why", func() bool { return strings.Contains(h.audit.String(), errStalled.Error()) })
			w.goesOn("takes-nothing")
			return
		case <-time.After(5 * time.Millisecond): // a new size, and with it a whole new frame
			if err := session.WindowChange(150+i%2*50, 400+i%2*100); err != nil {
				t.Fatalf("%v\n%s", err, h.audit)
			}
		}
	}
}

func TestAChannelIsClosedAndItsConnectionLives(t *testing.T) {
	h := serve(t)
	w := h.watch()
	client, err := h.dial(h.lets("ana", room.Viewer))
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		one := h.open(client)
		one.shows("2 here")
		_ = one.session.Close()
		one.ends()
		w.waits("is alone again", func(text string) bool { return !strings.Contains(text, "2 here") })
	}
	_ = client.Close()
	w.goesOn("channel")
}

func TestTerminalsOfAnySize(t *testing.T) {
	h := serve(t)
	w := h.watch()
	for _, size := range [][2]int{{6000, 6000}, {0, 0}, {1, 1}, {1 << 30, 3}, {3, 1 << 30}} {
		client, err := h.dial(h.lets("ana", room.Viewer))
		if err != nil {
			t.Fatal(err)
		}
		session, err := client.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := session.StdinPipe(); err != nil {
			t.Fatal(err)
		}
		out, err := session.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := session.RequestPty("xterm", size[1], size[0], nil); err != nil {
			t.Fatal(err)
		}
		if err := session.Shell(); err != nil {
			t.Fatal(err)
		}
		first := make([]byte, 64)
		if _, err := io.ReadFull(out, first); err != nil {
			t.Errorf("%v: nothing is drawn: %v", size, err)
		}
		_ = session.WindowChange(size[0], size[1])
		_ = session.WindowChange(40, 120)
		go func() { _, _ = io.Copy(io.Discard, out) }()
		_ = client.Close()
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	if memory.HeapAlloc > 200<<20 {
		t.Errorf("%d MB are in use", memory.HeapAlloc>>20)
	}
	w.goesOn("sizes")
}

func TestAnEnvironmentOfThreeThousandVariables(t *testing.T) {
	h := serve(t)
	w := h.watch()
	client, err := h.dial(h.lets("ana", room.Viewer))
	if err != nil {
		t.Fatal(err)
	}
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	set := 0
	for i := range 3000 {
		if session.Setenv(fmt.Sprintf("LC_%d", i), strings.Repeat("x", 1000)) == nil {
			set++
		}
		if session.Setenv("PATH", "/tmp") == nil {
			t.Fatal("PATH is taken")
		}
	}
	if set == 0 || set > environLimit/1000 {
		t.Errorf("%d variables of 1,000 bytes were taken", set)
	}
	_ = client.Close()
	w.goesOn("environment")
}

func TestTwoThousandChannelsOnOneConnection(t *testing.T) {
	h := serve(t)
	w := h.watch()
	client, err := h.dial(h.lets("ana", room.Viewer))
	if err != nil {
		t.Fatal(err)
	}
	opened := 0
	for range 2000 {
		_, requests, err := client.OpenChannel("session", nil)
		var refused *gossh.OpenChannelError
		switch {
		case err == nil:
			opened++
			go gossh.DiscardRequests(requests)
		case !errors.As(err, &refused) || refused.Reason != gossh.ResourceShortage:
			t.Fatalf("channel %d: %v", opened, err)
		}
	}
	if opened != sessionsEach {
		t.Errorf("%d channels are open, want %d", opened, sessionsEach)
	}
	for _, kind := range []string{"direct-tcpip", "x11", "auth-agent@openssh.com", "direct-streamlocal@openssh.com"} {
		if _, _, err := client.OpenChannel(kind, nil); err == nil {
			t.Errorf("a channel %s is open", kind)
		}
	}
	if ok, _, _ := client.SendRequest("tcpip-forward", true, gossh.Marshal(struct {
		Address string
		Port    uint32
	}{"127.0.0.1", 0})); ok {
		t.Error("ports are forwarded")
	}
	_ = client.Close()
	w.goesOn("channels")
}

func TestWhatASessionDoesNotGrant(t *testing.T) {
	h := serve(t)
	client, err := h.dial(h.lets("ana", room.Admin))
	if err != nil {
		t.Fatal(err)
	}
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"subsystem", "auth-agent-req@openssh.com", "x11-req", "break", "xon-xoff", "eow@openssh.com"} {
		if ok, err := session.SendRequest(name, true, gossh.Marshal(struct{ Name string }{"sftp"})); ok || err != nil {
			t.Errorf("%s is granted: %v %v", name, ok, err)
		}
	}
	if err := session.Shell(); err != nil {
		t.Fatal(err)
	}
	if err := session.Start("status"); err == nil {
		t.Error("a second command is run in one session")
	}
}

func TestSilentClientsArePutOutAndKeepNobodyOut(t *testing.T) {
	h := serve(t, func(o *Options) { o.Exempt = nil })
	w := h.watch()
	var silent []net.Conn
	for range sourceStarts + 5 {
		c, err := net.Dial("tcp", h.address)
		if err != nil {
			t.Fatal(err)
		}
		silent = append(silent, c)
	}
	refused := 0
	eventually(t, "those beyond the limit are refused", func() bool {
		refused = strings.Count(h.audit.String(), "too many connections that show no key")
		return refused == 5
	})
	for _, c := range silent {
		_ = c.Close()
	}
	eventually(t, "the door has forgotten them", func() bool {
		h.server.door.mu.Lock()
		defer h.server.door.mu.Unlock()
		return h.server.door.starts == 0
	})
	ana := h.join(h.lets("ana", room.Viewer))
	ana.shows("2 here")
	_ = ana.client.Close()
	w.goesOn("silent")
}

func TestAThousandWrongKeys(t *testing.T) {
	h := serve(t, lenient)
	w := h.watch()
	tried := 0
	for tried < 1000 {
		var keys []gossh.Signer
		for range authTries {
			keys = append(keys, newKey(t))
		}
		tried += len(keys)
		client, err := gossh.Dial("tcp", h.address, &gossh.ClientConfig{
			User: "root", Auth: []gossh.AuthMethod{gossh.PublicKeys(keys...)}, HostKeyCallback: gossh.InsecureIgnoreHostKey(),
		})
		if err == nil {
			_ = client.Close()
			t.Fatal("a wrong key opens")
		}
	}
	if n := strings.Count(h.audit.String(), `"msg":"key refused"`); n < 1000 {
		t.Errorf("%d of 1,000 tries are written down", n)
	}
	w.goesOn("wrong-keys")
}

func TestHostileNamesReachNoScreenAndNoLog(t *testing.T) {
	const evil = "\x1b]0;owned\a\x1b[31m\u009b31m\nfake=1"
	h := serve(t)
	w := h.watch()
	key := h.lets("ana", room.Viewer)
	client, err := gossh.Dial("tcp", h.address, &gossh.ClientConfig{
		User: evil, Auth: []gossh.AuthMethod{gossh.PublicKeys(key)}, HostKeyCallback: gossh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, term := range []string{"../../../../etc/passwd", "xterm\x1b]0;owned\a", strings.Repeat("x", 5000), ""} {
		session, err := client.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		var errs lockedBuffer
		session.Stderr = &errs
		if err := session.RequestPty(term, 40, 120, nil); err != nil {
			t.Fatal(err)
		}
		_ = session.Setenv("LC_ALL", evil)
		_ = session.Setenv("TZ", "../../../etc/shadow")
		_ = session.Run("no\x1b]0;owned\asuch " + evil)
		if strings.ContainsAny(strings.TrimSuffix(errs.String(), "\r\n"), "\x1b\a\n\u009b") {
			t.Errorf("the client is sent %q", errs.String())
		}
	}
	_ = client.Close()
	w.goesOn("hostile")
	if text := h.audit.String(); strings.Contains(text, "\x1b") || strings.Contains(text, `\u001b`) || strings.Contains(text, "\u009b") || strings.Contains(text, `\nfake`) {
		t.Errorf("the audit log has what was sent:\n%s", text)
	}
	if strings.Contains(w.text(), "owned") {
		t.Errorf("the witness sees\n%s", w.text())
	}
}
