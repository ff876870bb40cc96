package ui

import (
	"encoding/binary"
	"hash/maphash"

	"warroom/internal/room"
)

// digest is a number for what the lines of a pane depend on, and what changes all the
// time without being seen: equal for equal parts, in one process.
type digest []byte

var digestSeed = maphash.MakeSeed()

func (d *digest) number(n int64) { *d = binary.AppendVarint(*d, n) }

func (d *digest) flag(yes bool) {
	if yes {
		d.number(1)
	} else {
		d.number(0)
	}
}

func (d *digest) text(text string) {
	d.number(int64(len(text)))
	*d = append(*d, text...)
}

func (d *digest) sum() uint64 { return maphash.Bytes(digestSeed, *d) }

// ages sums up everything in a pane that time alone can change: how old its data is and
// its rows are, as they are written, and what cannot be seen any more. While it stays
// the same nothing has to be drawn, and most seconds nothing has.
func (p *pane) ages(pen *pen, s *room.Snapshot, height int) uint64 {
	if p.tail {
		return 0 // lines of the timeline have their times, and no ages
	}
	var sum digest
	for _, status := range p.scopes(s) {
		sum.number(int64(ageStep(pen.now.Sub(status.Seen))))
		sum.number(int64(status.Visibility(pen.now)))
		sum.flag(!status.Next.IsZero() && pen.now.After(status.Next))
	}
	for i := max(0, p.top); i < min(p.top+height, p.rows.len()); i++ {
		signal := p.rows.signals[i]
		sum.number(int64(ageStep(pen.now.Sub(signal.Since))))
		for _, act := range []*room.Event{signal.Ack, signal.Claim} {
			if act != nil {
				sum.number(int64(ageStep(pen.now.Sub(act.At))))
			}
		}
		sum.number(int64(s.Visibility(signal, pen.now)))
	}
	return sum.sum()
}

// scopesSum sums up what a pane shows of the scopes that feed it, beside their ages: a
// look that found nothing new changes nothing of it.
func (p *pane) scopesSum(s *room.Snapshot) uint64 {
	var sum digest
	sum.number(int64(accounts(s.Scopes.List)))
	for _, status := range p.scopes(s) {
		sum.text(status.Scope.String())
		sum.flag(status.Seen.IsZero())
		sum.flag(status.Loading)
		sum.number(int64(status.Loaded))
		sum.number(int64(status.Waiting))
		sum.number(int64(status.Interval))
		if sum.flag(status.Trouble != nil); status.Trouble != nil {
			sum.text(status.Trouble.What)
			sum.text(status.Trouble.Why)
			sum.text(status.Trouble.Next)
		}
	}
	return sum.sum()
}
