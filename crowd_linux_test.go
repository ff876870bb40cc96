package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// held is the memory of a process that is resident, in MB.
func held(t testing.TB, pid int) float64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	kilobytes, err := strconv.Atoi(strings.Fields(after)[0])
	if err != nil {
		t.Fatal(err)
	}
	return float64(kilobytes) / 1024
}

// crowdServer answers any request with 200 and counts the answers.
func crowdServer(b *testing.B, answered chan<- struct{}) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = bufio.NewReader(conn).Peek(1)
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
				answered <- struct{}{}
			}()
		}
	}()
	return listener.Addr().String()
}

// crowdConfig is a config of so many probes and nothing else, each looked at once an hour.
func crowdConfig(b *testing.B, probes int, address string) string {
	var text bytes.Buffer
	text.WriteString("health: {off: true}\nalarms: {off: true}\nprobes:\n")
	for i := range probes {
		fmt.Fprintf(&text, "  - name: endpoint-%05d\n    url: http://%s/service/%d/health\n    interval: 1h\n    timeout: 5s\n    expect: {status: \"200\", body: ok}\n", i, address, i)
	}
	path := filepath.Join(b.TempDir(), "warroom.yaml")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkManyProbes is the program as people have it: a config in YAML, a journal, and a
// screen of 200x60. It tells the time to the first frame and until every probe was looked at,
// the resident memory then, and the processor time of a key and of a letter of a filter.
// What a second without keys takes is taken away from neither; it is told beside them.
func BenchmarkManyProbes(b *testing.B) {
	for _, probes := range []int{1000, 10_000} {
		b.Run(strconv.Itoa(probes), func(b *testing.B) {
			for b.Loop() {
				crowd(b, probes)
			}
		})
	}
}

func crowd(b *testing.B, probes int) {
	answered := make(chan struct{}, probes)
	config := crowdConfig(b, probes, crowdServer(b, answered))
	if _, err := build(); err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	s := start(b, 200, 60, nil, "--config", config)
	pid := s.command.Process.Pid
	s.waitFor("WARROOM")
	b.ReportMetric(time.Since(began).Seconds(), "s-to-first-frame")
	for range probes {
		<-answered
	}
	b.ReportMetric(time.Since(began).Seconds(), "s-to-all-looks")
	s.press("3j") // the hints for a first visit go away
	<-time.After(3 * time.Second)
	b.ReportMetric(held(b, pid), "MB-resident")
	idle := worked(b, pid)
	<-time.After(5 * time.Second)
	b.ReportMetric(float64((worked(b, pid)-idle).Milliseconds())/5, "ms-of-an-idle-second")
	b.ReportMetric(pressed(b, s, strings.Repeat("j", 100)), "ms-key")
	s.press("/")
	b.ReportMetric(pressed(b, s, strings.Repeat("endpoint-0"+strings.Repeat("\x7f", 10), 5)), "ms-filter-key")
}

// pressed is the processor time that one of so many keys takes, in ms, each with the time
// to be drawn.
func pressed(b *testing.B, s *session, keys string) float64 {
	before := worked(b, s.command.Process.Pid)
	for _, key := range keys {
		s.press(string(key))
		<-time.After(40 * time.Millisecond)
	}
	return float64((worked(b, s.command.Process.Pid) - before).Milliseconds()) / float64(len(keys))
}
