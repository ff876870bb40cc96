package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"warroom/internal/clean"
	"warroom/internal/room"
)

// A process that keeps a room takes acts from other commands of the same user over a
// Unix socket: one line of JSON there, one line back.

// actVersion is the version of these lines.
const actVersion = 1

// order is an act that another process asks for.
type order struct {
	Version int      `json:"version"`
	Actor   string   `json:"actor"`
	Do      string   `json:"do"` // note, mark or ack
	Keys    []string `json:"keys,omitempty"`
	Text    string   `json:"text,omitempty"`
}

// answer says what came of it.
type answer struct {
	Version int    `json:"version"`
	Error   string `json:"error,omitempty"`  // why it was not done, for people
	Unkept  string `json:"unkept,omitempty"` // it was done, and is not on disk: why
}

const (
	// orderLimit bounds one line, in bytes: the longest text that is taken has 4 KB.
	orderLimit = 64 << 10
	// orderTime is how long one may take to ask, and to take the answer, in real time.
	orderTime = 5 * time.Second
	// betweenTurns is how long one waits before asking again for a journal that another
	// command has, and turnTime how long the screen does before it shows that one's room.
	betweenTurns, turnTime = 20 * time.Millisecond, time.Second
	// ordersAtOnce bounds how many may ask at a time.
	ordersAtOnce = 16
	// socketLimit is how long the path of a socket may be. Source: unix(7), sun_path.
	socketLimit = 107
	// nameRunes and keyRunes bound a person's name, and the key of a signal.
	nameRunes, keyRunes = 64, 1024
)

// serveActs takes acts at a socket until the context ends or close is called. Whoever
// calls it keeps the room, so that a socket which is there is that of a dead process.
func serveActs(ctx context.Context, path string, desk func(actor string) room.Desk, log *slog.Logger) (stop func(), err error) {
	if len(path) > socketLimit {
		return nil, fmt.Errorf("the path of the socket %s has %d bytes, and no system takes more than %d; name a shorter directory with --state", path, len(path), socketLimit)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the socket %s of an earlier warroom cannot be removed: %w", path, reason(err))
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("no socket can be made at %s; acts from other commands reach this room only when it is closed", path)
	}
	if err := os.Chmod(path, 0o600); err != nil { // its directory is the user's alone all the while
		_ = listener.Close()
		return nil, fmt.Errorf("the socket %s cannot be closed to others: %w", path, reason(err))
	}
	ends := context.AfterFunc(ctx, func() { _ = listener.Close() })
	turns := make(chan struct{}, ordersAtOnce)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			turns <- struct{}{}
			go func() {
				defer func() { <-turns }()
				defer connection.Close()
				if err := takeOrder(connection, desk); err != nil {
					log.Info("somebody at the socket was not understood", "why", err)
				}
			}()
		}
	}()
	return func() {
		ends()
		_ = listener.Close()
	}, nil
}

// takeOrder does what one connection asks for.
func takeOrder(connection net.Conn, desk func(string) room.Desk) error {
	_ = connection.SetDeadline(time.Now().Add(orderTime))
	line, err := bufio.NewReader(io.LimitReader(connection, orderLimit)).ReadBytes('\n')
	if errors.Is(err, io.EOF) && len(line) == 0 {
		return nil // only looked whether somebody is here
	}
	if err != nil {
		return reply(connection, answer{Error: fmt.Sprintf("what was asked for has no end within %d KB; shorten it", orderLimit>>10)})
	}
	var o order
	if err := json.Unmarshal(line, &o); err != nil {
		return reply(connection, answer{Error: "what was asked for cannot be understood"})
	}
	if o.Version != actVersion {
		return reply(connection, answer{Error: "another version of warroom keeps this room; use that one"})
	}
	_ = connection.SetDeadline(time.Time{})
	err = o.obey(desk)
	_ = connection.SetDeadline(time.Now().Add(orderTime))
	var unkept *room.NotKept
	switch {
	case errors.As(err, &unkept):
		return reply(connection, answer{Unkept: unkept.Error()})
	case err != nil:
		return reply(connection, answer{Error: err.Error()})
	}
	return reply(connection, answer{})
}

func reply(connection net.Conn, a answer) error {
	a.Version = actVersion
	return json.NewEncoder(connection).Encode(a)
}

// obey acts. All text was written by somebody outside and is cleaned here.
func (o order) obey(desk func(string) room.Desk) error {
	act := room.Act{Do: room.EventType(o.Do), Text: clean.Line(o.Text, orderLimit)}
	switch act.Do {
	case room.EventNote, room.EventMark, room.EventAck:
	default:
		return fmt.Errorf("nobody can %q from another command", clean.Line(o.Do, nameRunes))
	}
	for _, key := range o.Keys {
		act.Keys = append(act.Keys, clean.Line(key, keyRunes))
	}
	name := clean.Line(o.Actor, nameRunes)
	if name == "" {
		name = "local"
	}
	return desk(name).Act(act)
}
