package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"warroom/internal/journal"
	"warroom/internal/room"
)

// actCommands are the ones with which people act in a room from outside of its screen.
func (a *app) actCommands() []*cobra.Command {
	return []*cobra.Command{
		{
			Use: "mark TEXT", Short: "Announce a change to the room: a deploy, a flag, a failover",
			Long:    "Puts a line into the timeline of the room, under the name of the user. It reaches the warroom that\nis open on this machine; if none is, it is written into the room's journal.",
			Example: "warroom mark \"deploy checkout v42\"\nwarroom mark --room prod \"failover to eu-west-1\"",
			RunE: func(_ *cobra.Command, args []string) error {
				return a.act(order{Do: string(room.EventMark), Text: strings.Join(args, " ")}, "announced")
			},
		},
		{
			Use: "note TEXT", Short: "Write a line into the room's timeline",
			Example: "warroom note \"the vendor confirms\"",
			RunE: func(_ *cobra.Command, args []string) error {
				return a.act(order{Do: string(room.EventNote), Text: strings.Join(args, " ")}, "noted")
			},
		},
		{
			Use: "ack KEY [NOTE]", Short: "Acknowledge a signal of the room",
			Long:    "KEY names the signal; `warroom status --json` lists them.",
			Example: "warroom ack probe/checkout \"rolling back\"",
			RunE: func(_ *cobra.Command, args []string) error {
				if len(args) == 0 {
					return errors.New("ack needs the KEY of a signal; `warroom status --json` lists them")
				}
				return a.act(order{Do: string(room.EventAck), Keys: args[:1], Text: strings.Join(args[1:], " ")}, "acknowledged")
			},
		},
	}
}

// act does something in the room that a command means, wherever that is kept.
func (a *app) act(o order, done string) error {
	o.Version, o.Actor = actVersion, actor()
	place, name, err := a.place()
	if err != nil {
		return err
	}
	if len(o.Text) > orderLimit/2 {
		return fmt.Errorf("the text has %d bytes and 4096 are allowed; shorten it, or link to it", len(o.Text))
	}
	err = a.reach(place, name, o)
	var unkept *room.NotKept
	switch {
	case errors.As(err, &unkept):
		return &exit{exitCannot, unkept}
	case err != nil:
		if o.Do == string(room.EventAck) && strings.Contains(err.Error(), "has the key") {
			err = fmt.Errorf("%w; `warroom status --json` lists the keys", err)
		}
		return &exit{exitCannot, err}
	}
	_, err = fmt.Fprintln(a.out, done)
	return err
}

// reach does it in the process that keeps the room or, if none does, alone. Where another
// command has the journal for a moment it waits for its turn: a pipeline may announce
// many changes at once.
func (a *app) reach(place journal.Place, name string, o order) error {
	for end := time.Now().Add(orderTime); ; time.Sleep(betweenTurns) {
		err := ask(place.Socket(), o)
		if !errors.Is(err, errNobody) {
			return err
		}
		if !place.Exists() {
			return a.noRoom(name)
		}
		err = actAlone(place, name, o)
		var busy *journal.Busy
		if !errors.As(err, &busy) || time.Now().After(end) {
			return err
		}
	}
}

// errNobody is that no process takes acts for a room.
var errNobody = errors.New("nobody keeps this room at the moment")

// ask hands an act to the process that keeps the room.
func ask(socket string, o order) error {
	connection, err := net.DialTimeout("unix", socket, orderTime)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED), len(socket) > socketLimit:
		return errNobody
	case err != nil:
		return fmt.Errorf("the warroom that keeps this room cannot be reached at %s: %w", socket, reason(errors.Unwrap(err)))
	}
	defer connection.Close()
	line, err := json.Marshal(o)
	if err != nil {
		return err
	}
	_ = connection.SetWriteDeadline(time.Now().Add(orderTime))
	if _, err := connection.Write(append(line, '\n')); err != nil {
		return errors.New("the warroom that keeps this room does not listen; look whether it hangs")
	}
	_ = connection.SetReadDeadline(time.Now().Add(6 * orderTime)) // it waits for its disk
	text, err := bufio.NewReader(io.LimitReader(connection, orderLimit)).ReadBytes('\n')
	var found answer
	if err != nil || json.Unmarshal(text, &found) != nil {
		return errors.New("the warroom that keeps this room did not answer; look in its timeline whether it was done")
	}
	switch {
	case found.Unkept != "":
		return errors.New(found.Unkept)
	case found.Error != "":
		return errors.New(found.Error)
	}
	return nil
}

// answers says whether a process takes acts at a socket.
func answers(socket string) bool {
	connection, err := net.DialTimeout("unix", socket, orderTime)
	if err != nil {
		return false
	}
	_ = connection.Close()
	return true
}

// actAlone opens a room that nobody keeps, acts, and closes it.
func actAlone(place journal.Place, name string, o order) error {
	j, err := journal.Open(place, journal.Options{Room: name, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	r, err := roomIn(j, name, room.Wall{})
	if err != nil {
		return err
	}
	return errors.Join(o.obey(r.Desk), j.Close())
}
