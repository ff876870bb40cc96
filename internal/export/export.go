// Package export writes a room's journal for other programs, and reads back what it
// wrote: JSON lines, or CSV for spreadsheets. Either has every record whole, so that
// an import is the same room again; docs/journal.md names every field.
package export

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"time"

	"warroom/internal/journal"
	"warroom/internal/record"
	"warroom/internal/room"
)

// Schema is the version of the lines around the records. It grows when a reader of the
// version before would misunderstand.
const Schema = 1

// lineLimit bounds one line that is read, in bytes: the longest that is written, a
// Health event with a thousand resources, has a fiftieth of it.
const lineLimit = 8 << 20

// Header is what an export says of itself, before its records.
type Header struct {
	Warroom  string    `json:"warroom"` // "journal"
	Schema   int       `json:"schema"`
	Records  int       `json:"records"` // the schema of the records
	Room     string    `json:"room"`
	Node     string    `json:"node"`
	Drill    *string   `json:"drill"`            // the scenario, or null if what happened was real
	LetGo    bool      `json:"let_go,omitempty"` // events before the first of these were let go, and are not here
	Created  time.Time `json:"created"`
	Exported time.Time `json:"exported"` // real time
}

// LetGo says whether events before the first that is kept were let go. What they
// amounted to is not in an export.
func LetGo(r *journal.Reader) bool {
	marks, err := r.Marks()
	return err == nil && len(marks) > 0 && marks[0].N > 0
}

func headerOf(r *journal.Reader, now time.Time) Header {
	m := r.Meta()
	h := Header{Warroom: "journal", Schema: Schema, Records: m.Schema, Room: m.Room, Node: m.Node, Created: m.Created, Exported: now.UTC().Truncate(time.Second)}
	if m.Drill != "" {
		h.Drill = &m.Drill
	}
	h.LetGo = LetGo(r)
	return h
}

// Meta is what the header says of the journal.
func (h Header) Meta() journal.Meta {
	m := journal.Meta{Room: h.Room, Node: h.Node, Created: h.Created, Schema: h.Records}
	if h.Drill != nil {
		m.Drill = *h.Drill
	}
	return m
}

// check says why a header is not one that can be read here.
func (h Header) check() error {
	switch {
	case h.Warroom != "journal":
		return fmt.Errorf("this is no export of a warroom; its first line would be a header with \"warroom\":\"journal\"")
	case h.Schema > Schema || h.Records > record.Schema:
		return fmt.Errorf("a newer warroom has written this (schema %d of records %d, this one knows %d of %d); use that version", h.Schema, h.Records, Schema, record.Schema)
	case h.Schema < 1 || h.Node == "":
		return fmt.Errorf("the header is not complete: it needs a schema and a node")
	}
	return nil
}

// line is one record in an export: what record.Encode gives, with its place and, of an
// event, its link in the chain.
type line struct {
	N    int64  `json:"n"`
	Hash string `json:"hash,omitempty"`
}

// numbered puts a record's place before it.
func numbered(e journal.Entry) ([]byte, error) {
	text, err := record.Encode(e.Record)
	if err != nil {
		return nil, err
	}
	place, err := json.Marshal(line{e.N, e.Hash})
	if err != nil {
		return nil, err
	}
	return append(append(place[:len(place)-1], ','), text[1:]...), nil
}

// everything is all sorts of records.
const everything = journal.WantEvents | journal.WantReadings | journal.WantCharts

// JSONL writes a journal as lines of JSON: the header, then a record each, in order.
func JSONL(ctx context.Context, out io.Writer, r *journal.Reader, now time.Time) error {
	header, err := json.Marshal(headerOf(r, now))
	if err != nil {
		return err
	}
	if _, err := out.Write(append(header, '\n')); err != nil {
		return err
	}
	return r.Entries(ctx, 0, 0, everything, func(e journal.Entry) error {
		text, err := numbered(e)
		if err == nil {
			_, err = out.Write(append(text, '\n'))
		}
		return err
	})
}

// Broken is a place in an export that cannot be read.
type Broken struct {
	Line int    // from 1
	Why  string // in words
}

func (e *Broken) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Why) }

// order makes sure that records are those that were exported, in the order in which
// they were kept, each event once.
type order struct {
	last  int64
	known map[room.EventID]struct{}
	chain *journal.Chain
}

func newOrder(h Header) *order {
	return &order{known: make(map[room.EventID]struct{}), chain: journal.NewChain(h.Meta(), h.LetGo)}
}

func (o *order) check(l line, r room.Record) string {
	n := l.N
	if n <= o.last {
		return fmt.Sprintf("record %d comes after record %d; the lines are not in their order, or some are there twice", n, o.last)
	}
	o.last = n
	if r.Event != nil {
		if payload, err := record.Encode(r); err != nil || !o.chain.Follows(n, payload, l.Hash) {
			return fmt.Sprintf("record %d does not follow the event before it: one of them was changed since the export, or lines between them are missing", n)
		}
	}
	if r.Event == nil {
		return ""
	}
	if _, again := o.known[r.Event.ID]; again {
		return fmt.Sprintf("event %s is there twice", r.Event.ID)
	}
	o.known[r.Event.ID] = struct{}{}
	return ""
}

// Read reads an export of either form, told apart by how it begins: its header, and its
// records, one after the other. A record that cannot be read is a *Broken error, and
// the last that is given.
func Read(in io.Reader) (Header, iter.Seq2[room.Record, error], error) {
	lines := newLines(in)
	first, err := lines.next()
	if err != nil {
		return Header{}, nil, err
	}
	if isCSV(first) {
		return readCSV(lines)
	}
	var h Header
	if json.Unmarshal(first, &h) != nil {
		return h, nil, &Broken{1, "this is no export of a warroom; its first line would be a header with \"warroom\":\"journal\""}
	}
	if err := h.check(); err != nil {
		return h, nil, &Broken{1, err.Error()}
	}
	return h, func(yield func(room.Record, error) bool) {
		o := newOrder(h)
		for {
			text, err := lines.next()
			if err == io.EOF {
				return
			}
			var r room.Record
			if err == nil {
				r, err = parse(text, o, lines.number)
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}, nil
}

// parse reads one record.
func parse(text []byte, o *order, number int) (room.Record, error) {
	var l line
	r, err := record.Decode(text)
	if err == nil {
		err = json.Unmarshal(text, &l)
	}
	if err != nil {
		return r, &Broken{number, err.Error()}
	}
	if steers(text) {
		return r, &Broken{number, "it has characters that steer terminals, which no export has"}
	}
	if why := o.check(l, r); why != "" {
		return r, &Broken{number, why}
	}
	return r, nil
}
