package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// server is the process whose servers are probed.
type server struct {
	serving serving
	process *exec.Cmd
	ask     io.WriteCloser
	answers *json.Decoder
}

func startServer() (*server, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &server{process: exec.Command(program, asServer)}
	s.process.Stderr = os.Stderr
	if s.ask, err = s.process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	s.answers = json.NewDecoder(bufio.NewReader(out))
	if err := s.answers.Decode(&s.serving); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// stop ends the server's input, and so the server.
func (s *server) stop() error {
	s.ask.Close()
	return s.process.Wait()
}

// counted is what was counted for a protocol since it was last asked.
func (s *server) counted(protocol string) (c count, err error) {
	if _, err := fmt.Fprintln(s.ask, protocol); err != nil {
		return c, err
	}
	return c, s.answers.Decode(&c)
}

// child does a task in a process of its own.
func child(result any, as string, t task) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	text, err := json.Marshal(t)
	if err != nil {
		return err
	}
	process := exec.Command(program, as, string(text))
	process.Stderr = os.Stderr
	out, err := process.Output()
	if err != nil {
		return err
	}
	return json.Unmarshal(out, result)
}

// straggling is how long a server may take to accept what was connected and closed.
const straggling = 5 * time.Second

// race is one run of one contestant. It fails unless the server counted what was probed.
func (s *server) race(t task) (f figures, err error) {
	if _, err := s.counted(t.Protocol); err != nil { // what was left over from a run that failed
		return f, err
	}
	if err := child(&f, asContestant, t); err != nil {
		return f, err
	}
	want := expected(t.Protocol, int64(f.Made))
	var got count
	for until := time.Now().Add(straggling); ; time.Sleep(10 * time.Millisecond) {
		more, err := s.counted(t.Protocol)
		if err != nil {
			return f, err
		}
		got.Accepts, got.Requests, got.Resumed = got.Accepts+more.Accepts, got.Requests+more.Requests, got.Resumed+more.Resumed
		if got == want || time.Now().After(until) {
			break
		}
	}
	if got != want {
		return f, fmt.Errorf("%d probes were made, and the server counted %+v instead of %+v", f.Made, got, want)
	}
	return f, nil
}

// expected is what the server counts if every probe asked once on a fresh connection, with
// a full handshake. There are no connections in DNS over UDP, no requests in a bare
// connection, and nobody but the system answers a ping.
func expected(protocol string, probes int64) count {
	switch protocol {
	case "icmp":
		return count{}
	case "tcp":
		return count{Accepts: probes}
	case "dns":
		return count{Requests: probes}
	}
	return count{Accepts: probes, Requests: probes}
}
