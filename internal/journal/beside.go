package journal

import (
	"bytes"
	"context"
	"database/sql"

	"warroom/internal/record"
	"warroom/internal/room"
)

// seals follows the chain of what was let go.
func (v *verifier) seals(ctx context.Context) {
	before := v.Meta.genesis()
	v.chain.last.hash = before
	rows, err := v.db.QueryContext(ctx, "SELECT n, hash, removed, sum, at, seal FROM seals ORDER BY n")
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
		v.chain.last.head, newest = head{s.n, s.hash}, &s
		v.Removed += s.removed
	}
	if err := rows.Err(); err != nil {
		v.damage("the seals on removed events cannot be read: %s", troubleOf(err).Why)
	}
	if newest == nil {
		return
	}
	stands := sumUp{n: newest.n}
	err = v.db.QueryRowContext(ctx, "SELECT at, state FROM checkpoints WHERE n = ?", newest.n).Scan(&stands.at, &stands.state)
	if err != nil || stands.digest() != newest.sum {
		v.damage("the checkpoint that stands for the %d removed events is missing or was changed: what they amounted to is lost", v.Removed)
	}
}

// measured checks the readings or charts, and counts those that are what was written.
func (v *verifier) measured(ctx context.Context, table string, good func(int64, room.Record)) (count int) {
	rows, err := v.db.QueryContext(ctx, "SELECT n, at, payload, sum FROM "+table+" ORDER BY n")
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
			v.broken = append(v.broken, n)
			if broken++; broken == 1 {
				v.damage("record %d of the %s is not what was written", n, table)
			}
			continue
		}
		if count++; count == 1 && table == "readings" {
			v.keptFrom = n
		}
		v.there = append(v.there, n)
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
	rows, err := v.db.QueryContext(ctx, "SELECT n, at, state, sum FROM checkpoints ORDER BY n")
	if err != nil {
		return
	}
	defer rows.Close()
	for rows.Next() {
		var s sumUp
		var state, sum sql.RawBytes
		if err := rows.Scan(&s.n, &s.at, &state, &sum); err != nil {
			break
		}
		s.state = state
		if here := s.digest(); !bytes.Equal(here[:], sum) {
			v.damage("the checkpoint at record %d was changed; what it sums up is still there", s.n)
			continue
		}
		v.Checkpoints++
	}
	if rows.Err() != nil {
		v.damage("the checkpoints break off; what they sum up is still there")
	}
}
