package journal

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

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

// Verify reads a whole journal and says what of it is lost or changed. It changes
// nothing. The error is that it could not be read at all; *Newer if a later version of
// this program has written it.
func Verify(path string) (Report, error) {
	r, err := openDamaged(path)
	if gone := new(Damaged); errors.As(err, &gone) {
		return Report{Path: path, Damage: gone.Damage}, nil
	}
	if err != nil {
		return Report{Path: path}, err
	}
	defer r.Close()
	v, err := newVerifier(context.Background(), r)
	if err != nil {
		return Report{Path: path}, inWords(err)
	}
	defer v.close()
	v.all(context.Background(), func(int64, room.Record) {})
	return v.Report, nil
}

// recent looks at the end of a journal only: its head, and the chain since the last
// checkpoint.
func (r *Reader) recent(ctx context.Context) (damage []string, err error) {
	v, err := newVerifier(ctx, r)
	if err != nil {
		return nil, err
	}
	defer v.close()
	var from int64
	if err := v.db.QueryRowContext(ctx, "SELECT coalesce(max(n), 0) FROM checkpoints").Scan(&from); err != nil {
		return nil, err
	}
	before, err := hashBefore(ctx, v.db, r.meta, from)
	if err != nil {
		return []string{err.Error()}, nil
	}
	v.chain.last = sound{head: head{from, before}}
	v.known = from > 0
	v.events(ctx, from, func(int64, room.Record) {})
	v.headOf()
	return v.Damage, nil
}

// verifier walks through a journal.
type verifier struct {
	Report
	db      *sql.Tx
	unclear error // what is wrong with the meta
	apart   struct {
		head
		exists bool
		err    error
	}
	chain    chain
	known    bool    // events before the walk were not looked at
	last     head    // the last event, as it is stored
	keptFrom int64   // the first reading or chart, if any is there
	there    []int64 // the order numbers of all records that are what was written
	broken   []int64 // of those that are not

	written *hash // the one before the first event, as it was when the journal was made
}

// newVerifier looks at a journal as it is now, while a writer may go on. The head is
// read first: it never leads then.
func newVerifier(ctx context.Context, r *Reader) (*verifier, error) {
	v := &verifier{unclear: r.unclear, Report: Report{Path: r.path, Meta: r.meta}}
	v.apart.head, v.apart.exists, v.apart.err = readHead(headOf(r.path))
	var err error
	v.db, err = r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	return v, err
}

func (v *verifier) close() { _ = v.db.Rollback() }

func (v *verifier) damage(format string, args ...any) {
	v.Damage = append(v.Damage, fmt.Sprintf(format, args...))
}

// all walks through everything, and hands over every record that is what was written.
func (v *verifier) all(ctx context.Context, good func(int64, room.Record)) {
	v.structure(ctx)
	v.meta(ctx)
	v.seals(ctx)
	v.events(ctx, 0, good)
	v.headOf()
	v.Readings = v.measured(ctx, "readings", good)
	v.Charts = v.measured(ctx, "charts", good)
	v.missing()
	v.checkpoints(ctx)
	v.Head = fmt.Sprintf("%x", v.last.hash[:])
}

// structure lets SQLite look at its own pages.
func (v *verifier) structure(ctx context.Context) {
	rows, err := v.db.QueryContext(ctx, "PRAGMA quick_check(100)")
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

// meta looks whether the journal still says of itself what it was made with.
func (v *verifier) meta(ctx context.Context) {
	if v.unclear != nil {
		v.damage("%s", v.unclear)
	}
	var text string
	err := v.db.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = 'genesis'").Scan(&text)
	decoded, notHex := hex.DecodeString(text)
	if err != nil || notHex != nil || len(decoded) != len(hash{}) {
		v.damage("what the journal says of itself has no hash any more")
		return
	}
	written := hash(decoded)
	v.written = &written
	if written != v.Meta.genesis() && v.unclear == nil {
		v.damage("what the journal says of itself was changed: its room, node, drill, date or schema, or the hash of them")
	}
}

// missing says which order numbers no record has. Every record has one, without a gap;
// only the oldest readings and charts are let go.
func (v *verifier) missing() {
	if len(v.there) == 0 {
		return
	}
	last := slices.Max(v.there)
	for _, n := range v.broken { // a broken number may be any
		if n < last {
			v.there = append(v.there, n)
		}
	}
	slices.Sort(v.there)
	for i := 1; i < len(v.there); i++ {
		from, to := max(v.keptFrom, v.there[i-1])+1, v.there[i]-1
		if from <= to {
			v.damage("%s", span(from, to))
		}
	}
}

// span is that records are not there.
func span(from, to int64) string {
	if from == to {
		return fmt.Sprintf("record %d is missing", from)
	}
	return fmt.Sprintf("the %d records from %d to %d are missing", to-from+1, from, to)
}

// headOf compares the end of the chain with the head that is kept apart.
func (v *verifier) headOf() {
	h, exists, err := v.apart.head, v.apart.exists, v.apart.err
	switch {
	case err != nil:
		v.damage("the head, which shows whether the end is lost, is damaged: %s", err)
	case !exists && v.Events > 0 && !v.known:
		v.Remarks = append(v.Remarks, "there is no head beside the journal, so that a lost end would not show")
	case !exists:
	case h.n > v.last.n && !(v.last.n == 0 && h.hash == v.last.hash):
		v.damage("the end is lost: there were events up to record %d, and %s is the last that is left", h.n, v.lastName())
	case slices.ContainsFunc(v.chain.odds, func(o *odd) bool { return o.n == h.n || o.belongs == h.n }): // said already
	case h.n == v.last.n && h.hash != v.last.hash:
		v.damage("the last event, record %d, is not the one that was written", h.n)
	case h.n < v.last.n && !v.known:
		v.headInChain(h)
	}
}

// headInChain makes sure that a head which lags behind belongs to this journal.
func (v *verifier) headInChain(h head) {
	var stored []byte
	err := v.db.QueryRowContext(context.Background(), "SELECT hash FROM events WHERE n = ?", h.n).Scan(&stored)
	if err == nil && !bytes.Equal(stored, h.hash[:]) {
		v.damage("record %d is not the event that the head, which is kept apart, knows", h.n)
	}
	if errors.Is(err, sql.ErrNoRows) && v.Removed == 0 {
		v.damage("record %d, which the head knows, is missing", h.n)
	}
}
