package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/creack/pty"
)

// BenchmarkFromStartToTheFirstFrame measures from the start of the process to the
// first frame with a header, in a real pseudo-terminal.
func BenchmarkFromStartToTheFirstFrame(b *testing.B) {
	path, err := build()
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	for b.Loop() {
		command := exec.Command(path)
		command.Dir = dir
		command.Env = []string{"HOME=" + dir, "TERM=xterm-256color", "AWS_EC2_METADATA_DISABLED=true", "AWS_REGION=us-east-1"}
		tty, err := pty.StartWithSize(command, &pty.Winsize{Rows: 60, Cols: 200})
		if err != nil {
			b.Fatal(err)
		}
		var seen []byte
		buffer := make([]byte, 64<<10)
		for !bytes.Contains(seen, []byte("WARROOM")) {
			n, err := tty.Read(buffer)
			if err != nil {
				b.Fatalf("it ended without a frame: %q", seen)
			}
			seen = append(seen, buffer[:n]...)
		}
		b.StopTimer()
		_ = command.Process.Kill()
		_ = command.Wait()
		_ = tty.Close()
		b.StartTimer()
	}
}

// BenchmarkBytesWrittenWhileNothingHappens counts what reaches the terminal in a
// drill that stands still, over one second each time.
func BenchmarkBytesWrittenWhileNothingHappens(b *testing.B) {
	s := start(b, 200, 60, nil, "drill", "--from", "07:15")
	s.waitFor("ALARM")
	s.press("p")
	s.waitFor("paused")
	<-time.After(6 * time.Second) // looks under way end, retries included, and are drawn
	total := 0
	for b.Loop() {
		before := s.written()
		<-time.After(time.Second)
		total += s.written() - before
	}
	b.ReportMetric(float64(total)/float64(b.N), "B/s")
}

// calm is a live room in which all is well: one probe, no AWS.
func calm(b *testing.B, columns, rows int) *session {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = listener.Close() })
	config := filepath.Join(b.TempDir(), "warroom.yaml")
	text := "health: {off: true}\nalarms: {off: true}\nprobes: [{name: shop, url: \"tcp://" + listener.Addr().String() + "\"}]\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	s := start(b, columns, rows, nil, "--config", config)
	s.waitFor("0 DOWN of 1")
	s.press("j") // the hints for a first visit go away
	return s
}

// BenchmarkBytesWrittenInACalmMinute counts what reaches a terminal of 200x60 while only
// the clock and a probe's readings change.
func BenchmarkBytesWrittenInACalmMinute(b *testing.B) {
	s := calm(b, 200, 60)
	<-time.After(2 * time.Second)
	total := 0
	for b.Loop() {
		before := s.written()
		<-time.After(time.Minute)
		total += s.written() - before
	}
	b.ReportMetric(float64(total)/float64(b.N), "B/min")
}

// BenchmarkBytesWrittenInTheWorstMinuteOfTheDrill plays, at the speed of real time, the
// minute of the drill that has most to tell.
func BenchmarkBytesWrittenInTheWorstMinuteOfTheDrill(b *testing.B) {
	total := 0
	for b.Loop() {
		s := start(b, 200, 60, nil, "drill", "--from", worstMinute, "--speed", "1")
		s.waitFor("ALARM")
		before := s.written()
		<-time.After(time.Minute)
		total += s.written() - before
		s.press("q")
		s.status()
	}
	b.ReportMetric(float64(total)/float64(b.N), "B/min")
}

// worstMinute is where that minute begins: CloudWatch, throttled until then, tells of
// everything at once, and probes go down. To find it:
//
//	go run . drill --plain --speed 1500 | grep -o ' [0-9][0-9]:[0-9][0-9]:' | sort | uniq -c | sort -n
const worstMinute = "07:05"

// written is how many bytes the program has written so far.
func (s *session) written() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw.Len()
}
