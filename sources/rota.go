package sources

import (
	"container/heap"
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// rota is when one watch is looked at. The Runner's lock guards it.
type rota struct {
	watch   Watch
	grid    time.Time // a due time; the others are whole intervals away
	due     time.Time // when it is looked at next, or should have been
	breaker breaker
	place   int  // in the queue of those that wait; away if it is not there
	skipped int  // slots that have passed without a look since the last one
	removed bool // nobody watches it any more
}

// away is the place of a rota that is looked at, or waits for others to be over.
const away = -1

func newRota(w Watch, now time.Time) *rota {
	return &rota{watch: w, grid: gridOf(w), due: now.Add(time.Duration(share(w.Name) * float64(min(w.Interval, firstWithin)))), place: away}
}

// asked tells the watch that a person wants to know.
func (t *rota) asked() {
	if t.watch.Asked != nil {
		t.watch.Asked()
	}
}

// next sets when the watch is looked at again after a look that is over now, and counts
// the slots that have passed meanwhile.
func (t *rota) next(now time.Time) time.Time {
	w := t.watch
	before := t.due
	ahead := nextOnGrid(t.grid, now, w.Interval)
	if t.breaker.failures > 0 && w.Interval > 0 && ahead.Sub(now) > w.Interval {
		ahead = ahead.Add(-w.Interval) // what fails is never tried later than after an interval
	}
	t.due = t.breaker.next(now, ahead, w.Interval)
	if w.Unbroken && t.breaker.failures == 0 {
		t.due = now
	}
	if sooner := now.Add(max(w.Interval/recheck, leastRecheck)); w.Soon != nil && w.Soon() && sooner.Before(t.due) {
		t.due = sooner
	}
	if w.Interval > 0 {
		t.skipped += max(0, slot(t.grid, now, w.Interval)-slot(t.grid, before, w.Interval))
	}
	return t.due
}

// share is a watch's place between 0 and 1 in its interval, the same after every start.
// Names that differ in one digit do not land together.
func share(name string) float64 {
	hash := sha256.Sum256([]byte(name))
	return float64(binary.BigEndian.Uint32(hash[:])) / (1 << 32)
}

// gridOf is a due time of a watch. Due times are spread over the whole interval and hang
// on the watch's name alone: a restart does not move them, and a thousand watches of one
// interval are never due together.
func gridOf(w Watch) time.Time {
	return time.Unix(0, 0).UTC().Add(time.Duration(share(w.Name) * float64(w.Interval)))
}

// slot counts the due times of a grid up to a moment.
func slot(grid, at time.Time, interval time.Duration) int {
	into := at.Sub(grid)
	if into < 0 {
		into -= interval - 1
	}
	return int(into / interval)
}

// nextOnGrid is the first due time that is not only just ahead: a clock that wakes a
// little early would else be due twice. Slots that have passed are skipped.
func nextOnGrid(grid, now time.Time, interval time.Duration) time.Time {
	if interval <= 0 {
		return now.Add(unsaidInterval)
	}
	into := now.Sub(grid) % interval
	if into < 0 {
		into += interval
	}
	ahead := interval - into
	if ahead < interval/justAhead {
		ahead += interval
	}
	return now.Add(ahead)
}

// queue holds the ones that wait, the one that is due first in front: a heap.
type queue []*rota

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].due.Before(q[j].due) }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}

// Push implements heap.Interface.
func (q *queue) Push(x any) {
	t := x.(*rota)
	t.place = len(*q)
	*q = append(*q, t)
}

// Pop implements heap.Interface.
func (q *queue) Pop() any {
	last := len(*q) - 1
	t := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	t.place = away
	return t
}

func (q *queue) add(t *rota) { heap.Push(q, t) }

func (q *queue) remove(t *rota) {
	if t.place != away {
		heap.Remove(q, t.place)
	}
}

// first takes out the one that is due at a moment; nil if none is, and then until when.
func (q *queue) first(now time.Time) (t *rota, until time.Time) {
	if len(*q) == 0 {
		return nil, now.Add(longestSleep)
	}
	if due := (*q)[0].due; due.After(now) {
		return nil, earlier(due, now.Add(longestSleep))
	}
	return heap.Pop(q).(*rota), now
}

// replan gives all that wait another due time.
func (q *queue) replan(due func(*rota) time.Time) {
	for _, t := range *q {
		t.due = due(t)
	}
	heap.Init(q)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
