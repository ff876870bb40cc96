package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// load is a run.
type load struct {
	viewers, frozen int
	different       bool
	length          time.Duration
	change          string

	address string
	server  *exec.Cmd
	orders  io.WriteCloser
	answers *bufio.Scanner
}

// viewer is one client.
type viewer struct {
	bytes  atomic.Int64
	frozen chan struct{} // closed so that nothing is read any more
	input  io.Writer
	news   chan struct{}
}

func (l *load) run() error {
	if err := l.start(); err != nil {
		return err
	}
	defer l.server.Wait()
	defer l.orders.Close()
	time.Sleep(2 * time.Second)
	empty := l.memory()
	var all []*viewer
	for i := range l.viewers {
		v, err := l.join(i)
		if err != nil {
			return fmt.Errorf("viewer %d: %w", i, err)
		}
		all = append(all, v)
	}
	time.Sleep(8 * time.Second) // until those are shared that can be
	fmt.Fprintln(l.orders, l.change)
	for _, v := range all[:l.frozen] {
		close(v.frozen)
	}
	time.Sleep(2 * time.Second)
	cpu, began := l.cpu(), time.Now()
	var bytes int64
	for _, v := range all[l.frozen:] {
		bytes -= v.bytes.Load()
	}
	time.Sleep(l.length)
	took := time.Since(began)
	for _, v := range all[l.frozen:] {
		bytes += v.bytes.Load()
	}
	used := l.cpu() - cpu
	full := l.memory()
	fmt.Fprintln(l.orders, "stages")
	l.answers.Scan()
	n := float64(l.viewers)
	fmt.Printf("viewers %d, different %v, frozen %d, change %s, for %s; stages, sessions, slowest publication: %s\n", l.viewers, l.different, l.frozen, l.change, l.length, l.answers.Text())
	fmt.Printf("cpu        %6.2f %% of a core\n", 100*used.Seconds()/took.Seconds())
	fmt.Printf("memory     %6.3f MB a viewer (%0.1f MB with none, %0.1f MB with all)\n", (full-empty)/n, empty, full)
	fmt.Printf("traffic    %6.0f bytes a second to each\n", float64(bytes)/float64(l.viewers-l.frozen)/took.Seconds())
	if l.viewers > l.frozen {
		fmt.Printf("key to frame: %s\n", keys(all[len(all)-1]))
	}
	return nil
}

func (l *load) start() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	l.server = exec.Command(self, "server")
	l.server.Stderr = os.Stderr
	if l.orders, err = l.server.StdinPipe(); err != nil {
		return err
	}
	out, err := l.server.StdoutPipe()
	if err != nil {
		return err
	}
	if err := l.server.Start(); err != nil {
		return err
	}
	l.answers = bufio.NewScanner(out)
	l.answers.Scan()
	l.address = l.answers.Text()
	return l.answers.Err()
}

// join lets one more look, with a key of its own.
func (l *load) join(i int) (*viewer, error) {
	key, err := hostKey()
	if err != nil {
		return nil, err
	}
	v := &viewer{frozen: make(chan struct{}), news: make(chan struct{}, 1)}
	tcp, err := net.Dial("tcp", l.address)
	if err != nil {
		return nil, err
	}
	conn, channels, requests, err := gossh.NewClientConn(&freezer{tcp, v.frozen}, l.address, &gossh.ClientConfig{
		User: "load", Auth: []gossh.AuthMethod{gossh.PublicKeys(key)}, HostKeyCallback: gossh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		return nil, err
	}
	session, err := gossh.NewClient(conn, channels, requests).NewSession()
	if err != nil {
		return nil, err
	}
	columns, rows := 160, 48
	if l.different {
		columns, rows = 121+i%120, 40+i%20
	}
	if err := session.RequestPty("xterm-256color", rows, columns, nil); err != nil {
		return nil, err
	}
	if v.input, err = session.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := session.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := session.Shell(); err != nil {
		return nil, err
	}
	go v.read(out)
	if l.different {
		_, err = io.WriteString(v.input, string(rune('1'+i%4))+strings.Repeat("j", i%9))
	}
	return v, err
}

func (v *viewer) read(out io.Reader) {
	var buffer [32 << 10]byte
	for {
		n, err := out.Read(buffer[:])
		v.bytes.Add(int64(n))
		select {
		case v.news <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// freezer is a connection of which, once it is frozen, nothing more is read.
type freezer struct {
	net.Conn
	frozen <-chan struct{}
}

func (f *freezer) Read(p []byte) (int, error) {
	select {
	case <-f.frozen:
		select {}
	default:
	}
	return f.Conn.Read(p)
}

// keys measures how long it takes from a key to what it changes on the screen.
func keys(v *viewer) string {
	var took []time.Duration
	for i := range 200 {
		select {
		case <-v.news:
		default:
		}
		key := "j"
		if i%2 == 1 {
			key = "k"
		}
		began := time.Now()
		_, _ = io.WriteString(v.input, key)
		select {
		case <-v.news:
			took = append(took, time.Since(began))
		case <-time.After(time.Second):
		}
		time.Sleep(50 * time.Millisecond)
	}
	slices.Sort(took)
	if len(took) == 0 {
		return "never"
	}
	at := func(p int) time.Duration { return took[min(len(took)-1, len(took)*p/100)].Round(10 * time.Microsecond) }
	return fmt.Sprintf("p50 %s, p99 %s of %d", at(50), at(99), len(took))
}

// memory is the server's resident memory in MB.
func (l *load) memory() float64 {
	content, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", l.server.Process.Pid))
	for _, line := range strings.Split(string(content), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

// cpu is the time that the server has used. Source: proc(5), /proc/pid/stat, in hundredths
// of a second on every Linux.
func (l *load) cpu() time.Duration {
	content, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", l.server.Process.Pid))
	fields := strings.Fields(string(content[strings.LastIndexByte(string(content), ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}
