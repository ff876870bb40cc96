package ui

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"warroom/internal/room"
)

// notebook keeps what happens in a room, and makes any moment of it again.
type notebook struct {
	room    *room.Room
	records []room.Record
	charts  []*room.Chart
	telling sync.Mutex
	number  atomic.Uint64 // of the newest event
	asked   []string      // what the room's past was asked for
}

// keptRoom is an empty room that is kept in a notebook.
func keptRoom(clock *standing) (*room.Room, *notebook) {
	n := &notebook{}
	n.room = room.New(room.Options{Name: "prod", Node: "test", Clock: clock, Keeper: n, OnFlush: true})
	return n.room, n
}

func (n *notebook) Event(e *room.Event) {
	n.records = append(n.records, room.Record{Event: e})
	n.number.Store(e.ID.Number)
	go n.tell()
}
func (n *notebook) Reading(r *room.Reading)     { n.records = append(n.records, room.Record{Reading: r}) }
func (n *notebook) Checkpoint(*room.Checkpoint) {}

// tell tells the room that everything is on disk.
func (n *notebook) tell() {
	n.telling.Lock()
	defer n.telling.Unlock()
	n.room.Kept(room.Keeping{UpTo: n.number.Load()})
}

func (n *notebook) Span() (first, last time.Time) {
	return n.records[0].At(), n.records[len(n.records)-1].At()
}

func (n *notebook) At(_ context.Context, moment time.Time) (*room.Snapshot, error) {
	n.asked = append(n.asked, moment.Format("15:04:05"))
	if first, _ := n.Span(); moment.Before(first) {
		return nil, room.ErrBeforeSpan
	}
	r := room.Restore(room.Options{Name: "prod", Node: "test", Clock: &standing{now: moment}, OnFlush: true}, nil, nil)
	r.Kept(room.Keeping{UpTo: math.MaxUint64})
	for _, record := range n.records {
		if !record.At().After(moment) {
			r.Replay(record)
		}
	}
	r.Flush()
	return r.Snapshot(), nil
}

func (n *notebook) Step(_ context.Context, from time.Time, by int) (time.Time, error) {
	var seconds []time.Time
	for _, record := range n.records {
		if record.Event != nil && record.Event.Worth() {
			seconds = append(seconds, endOfSecond(record.At()))
		}
	}
	seconds = slices.CompactFunc(seconds, time.Time.Equal)
	i, found := slices.BinarySearchFunc(seconds, endOfSecond(from), time.Time.Compare)
	if i += by; by > 0 && !found {
		i--
	}
	if i < 0 || i >= len(seconds) {
		return time.Time{}, room.ErrNoStep
	}
	return seconds[i], nil
}

func (n *notebook) Chart(_ context.Context, alarm *room.Signal, at time.Time, length time.Duration) (*room.Chart, error) {
	for _, c := range slices.Backward(n.charts) {
		if c.Key == alarm.Key && !c.To.After(at) {
			return c, nil
		}
	}
	return &room.Chart{Key: alarm.Key, From: at.Add(-length), To: at, Note: "nobody had this alarm open by then"}, nil
}
