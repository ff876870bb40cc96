package journal

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"warroom/internal/record"
	"warroom/internal/room"
)

// Damaged is a journal of which something is lost or changed.
type Damaged struct {
	Path   string
	Damage []string // what exactly, a sentence each
}

func (e *Damaged) Error() string {
	return fmt.Sprintf("the journal %s is damaged: %s; it is left as it is. `warroom journal verify` says all, `warroom journal salvage` saves the rest", e.Path, e.Damage[0])
}

// Report is what a journal was found to hold, and what of it is lost or changed.
type Report struct {
	Path        string
	Meta        Meta
	Events      int       // that are what was written
	Readings    int       // likewise
	Charts      int       // likewise
	Checkpoints int       //
	Removed     int64     // events that retention has let go, signed off
	First, Last time.Time // room time of the first and the last event
	Head        string    // the hash of the last event
	Damage      []string  // what is lost or changed, a sentence each; none if all is well
	Remarks     []string  // what does no harm, but should be known
}

// Verify reads a whole journal and says what of it is lost or changed. It changes
// nothing. The error is that it could not be read at all; *Newer if a later version of
// this program has written it.
func Verify(path string) (Report, error) {
	r, err := OpenReader(path)
	if err != nil {
		return Report{Path: path}, err
	}
	defer r.Close()
	v := &verifier{r: r, Report: Report{Path: path, Meta: r.meta}}
	v.all(context.Background(), func(int64, room.Record) {})
	return v.Report, nil
}

// recent looks at the end of a journal only: its head, and the chain since the last
// checkpoint.
func (r *Reader) recent(ctx context.Context) (damage []string, err error) {
	v := &verifier{r: r, Report: Report{Path: r.path, Meta: r.meta}}
	var from int64
	if err := r.db.QueryRowContext(ctx, "SELECT coalesce(max(n), 0) FROM checkpoints").Scan(&from); err != nil {
		return nil, err
	}
	if v.chain, err = hashBefore(ctx, r.db, r.meta, from); err != nil {
		return []string{err.Error()}, nil
	}
	v.known = from > 0
	v.events(ctx, from, func(int64, room.Record) {})
	v.headOf()
	return v.Damage, nil
}

// verifier walks through a journal.
type verifier struct {
	Report
	r     *Reader
	chain hash // up to the last event, as it should be
	known bool // events before the walk were not looked at
	last  head // the last event, as it is stored
	open  *suspect
	nodes map[string]uint64 // the last number of each node
	ids   map[room.EventID]struct{}
}

// suspect is an event whose hash does not fit. The event after it tells whether its
// content was changed, or only its hash.
type suspect struct {
	n        int64
	computed hash // from what is there
	stored   hash
	what     string
	record   room.Record
	readable bool
}

func (v *verifier) damage(format string, args ...any) {
	v.Damage = append(v.Damage, fmt.Sprintf(format, args...))
}

// all walks through everything, and hands over every record that is what was written.
func (v *verifier) all(ctx context.Context, good func(int64, room.Record)) {
	v.structure(ctx)
	v.seals(ctx)
	v.events(ctx, 0, good)
	v.headOf()
	v.Readings = v.measured(ctx, "readings", good)
	v.Charts = v.measured(ctx, "charts", good)
	v.checkpoints(ctx)
	v.Head = fmt.Sprintf("%x", v.last.hash[:])
}

// structure lets SQLite look at its own pages.
func (v *verifier) structure(ctx context.Context) {
	rows, err := v.r.db.QueryContext(ctx, "PRAGMA quick_check(100)")
	if err != nil {
		v.damage("the file cannot be read as a database: %s", troubleOf(err).Why)
		return
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil || line != "ok" {
			n++
		}
	}
	if rows.Err() != nil {
		n++
	}
	if n > 0 {
		v.damage("the structure of the file is broken in %d places or more: pages of it are missing or changed", n)
	}
}

// seals follows the chain of what was let go.
func (v *verifier) seals(ctx context.Context) {
	v.chain = v.Meta.genesis()
	before := v.chain
	rows, err := v.r.db.QueryContext(ctx, "SELECT n, hash, removed, sum, at, seal FROM seals ORDER BY n")
	if err != nil {
		v.damage("the seals on removed events cannot be read: %s", troubleOf(err).Why)
		return
	}
	defer rows.Close()
	var newest *seal
	for rows.Next() {
		var s seal
		var chain, sum, closing []byte
		if err := rows.Scan(&s.n, &chain, &s.removed, &sum, &s.at, &closing); err != nil {
			break
		}
		copy(s.hash[:], chain)
		copy(s.sum[:], sum)
		if expected := s.close(before); !bytes.Equal(expected[:], closing) {
			v.damage("the seal on the %d events removed up to record %d was changed, or one before it is missing", s.removed, s.n)
		}
		before = hash(append(closing, make([]byte, len(before))...)[:len(before)])
		v.chain, newest = s.hash, &s
		v.Removed += s.removed
	}
	if err := rows.Err(); err != nil {
		v.damage("the seals on removed events cannot be read: %s", troubleOf(err).Why)
	}
	if newest == nil {
		return
	}
	var state []byte
	err = v.r.db.QueryRowContext(ctx, "SELECT state FROM checkpoints WHERE n = ?", newest.n).Scan(&state)
	if err != nil || digest(state) != newest.sum {
		v.damage("the checkpoint that stands for the %d removed events is missing or was changed: what they amounted to is lost", v.Removed)
	}
}

// events follows the chain from an order number on.
func (v *verifier) events(ctx context.Context, from int64, good func(int64, room.Record)) {
	v.nodes, v.ids, v.last = make(map[string]uint64), make(map[room.EventID]struct{}), head{hash: v.chain}
	upTo := v.walk(ctx, "SELECT n, payload, hash FROM events WHERE n > ? ORDER BY n", from, func(n int64, payload, stored []byte) {
		v.event(n, payload, stored, good)
	})
	v.clear(nil, good)
	if upTo < 0 {
		return
	}
	// The table breaks off after upTo. What lies behind the break is read from its end.
	type row struct {
		n               int64
		payload, stored []byte
	}
	var behind []row
	v.walk(ctx, "SELECT n, payload, hash FROM events WHERE n > ? ORDER BY n DESC", upTo, func(n int64, payload, stored []byte) {
		behind = append(behind, row{n, bytes.Clone(payload), bytes.Clone(stored)})
	})
	if len(behind) == 0 {
		v.damage("the events after %s cannot be read", v.lastName())
		return
	}
	first := behind[len(behind)-1]
	v.damage("events between %s and record %d cannot be read", v.lastName(), first.n)
	v.chain = hash(append(first.stored, make([]byte, len(v.chain))...)[:len(v.chain)])
	for i := len(behind) - 1; i >= 0; i-- {
		if i == len(behind)-1 {
			v.take(behind[i].n, behind[i].payload, good)
			v.last = head{behind[i].n, v.chain}
			continue
		}
		v.event(behind[i].n, behind[i].payload, behind[i].stored, good)
	}
	v.clear(nil, good)
}

// walk goes over rows; it returns the last that could be read if the table breaks off,
// else -1.
func (v *verifier) walk(ctx context.Context, query string, from int64, each func(n int64, payload, stored []byte)) (brokenAfter int64) {
	rows, err := v.r.db.QueryContext(ctx, query, from)
	if err != nil {
		return from
	}
	defer rows.Close()
	last := from
	for rows.Next() {
		var n int64
		var payload, stored sql.RawBytes
		if err := rows.Scan(&n, &payload, &stored); err != nil {
			return last
		}
		each(n, payload, stored)
		last = n
	}
	if rows.Err() != nil {
		return last
	}
	return -1
}

// event checks one link of the chain.
func (v *verifier) event(n int64, payload, stored []byte, good func(int64, room.Record)) {
	here := hash(append(bytes.Clone(stored), make([]byte, len(v.chain))...)[:len(v.chain)])
	switch {
	case link(v.chain, n, payload) == here && len(stored) == len(here):
		v.clear(nil, good)
		v.take(n, payload, good)
	case v.open != nil && link(v.open.stored, n, payload) == here:
		v.clear(&v.open.stored, good) // it follows the suspect's hash: the suspect's content is not what was written
		v.take(n, payload, good)
	default:
		v.clear(nil, good)
		r, err := record.Decode(payload)
		v.open = &suspect{n: n, computed: link(v.chain, n, payload), stored: here, record: r, readable: err == nil, what: name(n, r, err)}
		v.chain = v.open.computed
		v.last = head{n, here}
		return
	}
	v.chain, v.last = here, head{n, here}
}

// clear says what is wrong with the event before, if anything is. followed is the hash
// that the next event goes on from, if it is the stored one.
func (v *verifier) clear(followed *hash, good func(int64, room.Record)) {
	s := v.open
	if s == nil {
		return
	}
	v.open = nil
	switch {
	case followed != nil:
		v.damage("%s: its content was changed, or events before it are missing", s.what)
	default:
		v.damage("%s: its hash, its content or its place was changed, or events before it are missing", s.what)
	}
}

// take takes in an event that is what was written.
func (v *verifier) take(n int64, payload []byte, good func(int64, room.Record)) {
	r, err := record.Decode(payload)
	if err != nil || r.Event == nil {
		v.damage("record %d is chained well and cannot be understood", n)
		return
	}
	e := r.Event
	if _, again := v.ids[e.ID]; again {
		v.damage("event %s is there twice", e.ID)
	}
	v.ids[e.ID] = struct{}{}
	before, seen := v.nodes[e.ID.Node]
	if gap := e.ID.Number != before+1 && e.ID.Node == v.Meta.Node && (seen || !v.known && v.Removed == 0); gap {
		v.damage("before %s the events %s-%d to %d are missing", name(n, r, nil), e.ID.Node, before+1, e.ID.Number-1)
	}
	v.nodes[e.ID.Node] = e.ID.Number
	if v.Events++; v.Events == 1 {
		v.First = e.Stamp.Time()
	}
	v.Last = e.Stamp.Time()
	good(n, r)
}

// name is how an event is called in a sentence.
func name(n int64, r room.Record, err error) string {
	if err != nil || r.Event == nil {
		return fmt.Sprintf("record %d, an event that cannot be understood any more", n)
	}
	return fmt.Sprintf("event %s (record %d, %s, %s)", r.Event.ID, n, r.Event.Type, r.Event.Stamp.Time().Format("2006-01-02 15:04:05Z"))
}

func (v *verifier) lastName() string {
	if v.Events == 0 {
		return "the beginning"
	}
	return fmt.Sprintf("record %d of %s", v.last.n, v.Last.Format("2006-01-02 15:04:05Z"))
}

// headOf compares the end of the chain with the head that is kept apart.
func (v *verifier) headOf() {
	h, exists, err := readHead(headOf(v.Path))
	switch {
	case err != nil:
		v.damage("the head, which shows whether the end is lost, is damaged: %s", err)
	case !exists && v.Events > 0 && !v.known:
		v.Remarks = append(v.Remarks, "there is no head beside the journal, so that a lost end would not show")
	case !exists:
	case h.n > v.last.n && !(v.last.n == 0 && h.hash == v.last.hash):
		v.damage("the end is lost: there were events up to record %d, and %s is the last that is left", h.n, v.lastName())
	case h.n == v.last.n && h.hash != v.last.hash:
		v.damage("the last event, record %d, is not the one that was written", h.n)
	case h.n < v.last.n && !v.known:
		v.headInChain(h)
	}
}

// headInChain makes sure that a head which lags behind belongs to this journal.
func (v *verifier) headInChain(h head) {
	var stored []byte
	err := v.r.db.QueryRowContext(context.Background(), "SELECT hash FROM events WHERE n = ?", h.n).Scan(&stored)
	if err == nil && !bytes.Equal(stored, h.hash[:]) {
		v.damage("record %d is not the event that the head, which is kept apart, knows", h.n)
	}
	if errors.Is(err, sql.ErrNoRows) && v.Removed == 0 {
		v.damage("record %d, which the head knows, is missing", h.n)
	}
}

// measured checks the readings or charts, and counts those that are what was written.
func (v *verifier) measured(ctx context.Context, table string, good func(int64, room.Record)) (count int) {
	rows, err := v.r.db.QueryContext(ctx, "SELECT n, at, payload, sum FROM "+table+" ORDER BY n")
	if err != nil {
		v.damage("the %s cannot be read: %s", table, troubleOf(err).Why)
		return 0
	}
	defer rows.Close()
	broken := 0
	for rows.Next() {
		var n, at, sum int64
		var payload sql.RawBytes
		if err := rows.Scan(&n, &at, &payload, &sum); err != nil {
			broken++
			continue
		}
		r, err := record.Decode(payload)
		if err != nil || sumOf(n, at, payload) != sum {
			if broken++; broken == 1 {
				v.damage("record %d of the %s is not what was written", n, table)
			}
			continue
		}
		count++
		good(n, r)
	}
	if rows.Err() != nil {
		v.damage("the %s break off after the first %d", table, count)
	}
	if broken > 1 {
		v.damage("so are %d more of the %s", broken-1, table)
	}
	return count
}

// checkpoints checks those that only save work.
func (v *verifier) checkpoints(ctx context.Context) {
	rows, err := v.r.db.QueryContext(ctx, "SELECT n, state, sum FROM checkpoints ORDER BY n")
	if err != nil {
		return
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		var state, sum sql.RawBytes
		if err := rows.Scan(&n, &state, &sum); err != nil {
			break
		}
		if here := digest(state); !bytes.Equal(here[:], sum) {
			v.damage("the checkpoint at record %d was changed; what it sums up is still there", n)
			continue
		}
		v.Checkpoints++
	}
	if rows.Err() != nil {
		v.damage("the checkpoints break off; what they sum up is still there")
	}
}

// String is the report for people, with a newline at the end.
func (r Report) String() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n", r.Path)
	fmt.Fprintf(&out, "  room %q, node %s, since %s\n", r.Meta.Room, r.Meta.Node, r.Meta.Created.Format("2006-01-02 15:04:05Z"))
	if r.Meta.Drill != "" {
		fmt.Fprintf(&out, "  a DRILL: %s\n", r.Meta.Drill)
	}
	fmt.Fprintf(&out, "  %d events, %d readings, %d charts, %d checkpoints\n", r.Events, r.Readings, r.Charts, r.Checkpoints)
	if r.Events > 0 {
		fmt.Fprintf(&out, "  from %s to %s\n", r.First.Format("2006-01-02 15:04:05Z"), r.Last.Format("2006-01-02 15:04:05Z"))
	}
	if r.Removed > 0 {
		fmt.Fprintf(&out, "  %d older events were let go, and that is signed off\n", r.Removed)
	}
	fmt.Fprintf(&out, "  head %s\n", r.Head)
	for _, each := range r.Damage {
		fmt.Fprintf(&out, "DAMAGED  %s\n", each)
	}
	for _, each := range r.Remarks {
		fmt.Fprintf(&out, "note     %s\n", each)
	}
	if len(r.Damage) == 0 {
		out.WriteString("nothing is lost or changed: the chain holds from the first event to the last\n")
	}
	return out.String()
}
