package probe

import (
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

// fullBacklog is an address whose queue of connections is full, so that the next
// one waits for ever.
func fullBacklog(t testing.TB) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	if err := errors.Join(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), syscall.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	bound, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(bound.(*syscall.SockaddrInet4).Port))
	for range 100 {
		conn, err := net.DialTimeout("tcp", address, 100*time.Millisecond)
		if err != nil {
			return address
		}
		t.Cleanup(func() { conn.Close() })
	}
	t.Fatal("the queue never fills")
	return ""
}

func TestTCP(t *testing.T) {
	banner := func(text string) string {
		return listen(t, func(conn net.Conn) {
			_, _ = io.WriteString(conn, text)
			untilClosed(conn)
		})
	}
	pieces := listen(t, func(conn net.Conn) {
		for _, piece := range []string{"220 ma", "il.exam", "ple ESM", "TP\r\n"} {
			_, _ = io.WriteString(conn, piece)
			<-time.After(5 * time.Millisecond)
		}
		untilClosed(conn)
	})
	echo := listen(t, func(conn net.Conn) { _, _ = io.Copy(conn, conn) })
	closing := listen(t, func(conn net.Conn) { _, _ = io.WriteString(conn, "go away\r\n") })
	closed := closedPort(t)
	silent := listen(t, untilClosed)
	cases := []struct {
		name                string
		spec                Spec
		word, class, reason string
	}{
		{"C1 open", Spec{URL: "tcp://" + silent}, "UP", "", ""},
		{"C2 refused", Spec{URL: "tcp://" + closed}, "DOWN", "connect", "connection refused by " + closed},
		{"C4 reset after connect", Spec{URL: "tcp://" + listen(t, func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)); reset(conn) }), Body: "HELO", Expect: Expect{Body: "220"}}, "DOWN", "protocol", "the connection was reset before the expected text came"},
		{"C4 closed after connect", Spec{URL: "tcp://" + listen(t, func(net.Conn) {}), Expect: Expect{Body: "220"}}, "DOWN", "protocol", "the connection was closed before the expected text came"},
		{"C5 banner", Spec{URL: "tcp://" + banner("SSH-2.0-x\r\n"), Expect: Expect{Body: "SSH-2.0"}}, "UP", "", ""},
		{"C5 banner in pieces", Spec{URL: "tcp://" + pieces, Expect: Expect{Body: "/^220 .*ESMTP/"}}, "UP", "", ""},
		{"C5 wrong banner", Spec{URL: "tcp://" + closing, Expect: Expect{Body: "220"}}, "DOWN", "assert", `the banner does not hold what it should: expected that it contains "220"`},
		{"C5 send and expect", Spec{URL: "tcp://" + echo, Body: "PING\r\n", Expect: Expect{Body: "PING"}}, "UP", "", ""},
		{"C5 64 KiB and no more", Spec{URL: "tcp://" + banner(strings.Repeat("x", 65<<10)+"220"), Expect: Expect{Body: "220"}}, "DOWN", "assert", `the banner's first 64 KiB does not hold what it should: expected that it contains "220"`},
		{"C6 no banner", Spec{URL: "tcp://" + silent, Timeout: 100 * time.Millisecond, Expect: Expect{Body: "220"}}, "DOWN", "timeout", "timed out after 100ms waiting for the first byte"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := probeOnce(t, c.spec, nil)
			got.want(t, c.word, c.class, c.reason)
		})
	}
}

func TestC8NoFreeFileDescriptorIsNotTheEndpointsFault(t *testing.T) {
	address := listen(t, untilClosed)
	watch := watchOf(t, Spec{URL: "tcp://" + address}, nil)
	lookOnce(t.Context(), t, watch).wantUp(t)

	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	tight := limit
	tight.Cur = 3 // standard input, output and error are open in any case
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &tight); err != nil {
		t.Fatal(err)
	}
	got := lookOnce(t.Context(), t, watch)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}

	got.want(t, "ERROR", "error", "this process has no free file descriptor")
	trouble, ok := errors.AsType[*sources.Failure](got.err)
	if !ok || trouble.Why != got.Reason || trouble.Next == "" || got.State != room.Unknown {
		t.Errorf("state %v, error %v", got.State, got.err)
	}
	lookOnce(t.Context(), t, watch).wantUp(t)
}
