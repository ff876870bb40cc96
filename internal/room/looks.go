package room

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"time"
)

// Looks is what the looks at one signal came to, by the minute for an hour and by the
// hour for three days. Immutable: a look makes a new one, which shares what is over.
type Looks struct {
	Minutes, Hours []Stretch // that are over, oldest first
	Minute, Hour   Stretch   // that go on
	Last           time.Time // room time of the last look, also of one that found nothing out

	// Timed is the whole hour, of room time, from which on stretches know for how long it was
	// up and down. Those of earlier versions do not; it is zero if none does.
	Timed time.Time
}

const (
	minutesKept = 60
	hoursKept   = 72 // the longest window of an error budget, three days
)

// Stretch is the looks of one minute or one hour.
type Stretch struct {
	From  time.Time // room time, a whole minute or hour; zero if there were none
	Looks uint32    // that found something out
	Good  uint32    // of those, right answers, slow ones included
	Up    uint32    // milliseconds for which the good ones speak, see with
	Down  uint32    // and the others
	Took  []Count   // how long the good ones took, by bucket
}

// Count is how many looks took about as long as each other: in an hour of one every 60 ms
// still no more than it can hold; there it stops.
type Count struct {
	Bucket uint16
	Looks  uint16
}

// Buckets are linear below 32 µs, and 32 to an octave from there on: a percentile lies
// within 1.6 per cent of the exact one, in a few bytes a minute, and buckets of many
// minutes add up.
const (
	octaveBits = 5
	octave     = 1 << octaveBits
)

func bucketOf(took time.Duration) uint16 {
	us := uint64(max(took.Microseconds(), 0))
	us = min(us, 1<<40) // twelve days; no look takes as long
	shift := max(bits.Len64(us)-1-octaveBits, 0)
	return uint16(shift*octave + int(us>>shift))
}

// middle is the time in the middle of a bucket.
func middle(bucket uint16) time.Duration {
	shift := max(int(bucket)/octave-1, 0)
	low := uint64(int(bucket)-shift*octave) << shift
	return time.Duration(low)*time.Microsecond + time.Duration(uint64(1)<<shift)*time.Microsecond/2
}

// standsFor is for how many intervals at the most a look speaks for the time before it: what
// was not looked at for longer was neither up nor down.
const standsFor = 2

// with is the looks with one more, of those that come every interval; 0 if that is not
// known. It speaks for the time since the one before, and the first for an interval. One of
// which nothing came, because of trouble of our own, says nothing.
func (l *Looks) with(s *Sample, every time.Duration) *Looks {
	if l == nil && s.State == Unknown {
		return nil
	}
	next, since := Looks{Timed: s.At.Truncate(time.Hour)}, every
	if l != nil {
		next = *l
	}
	if next.Timed.IsZero() { // the hour that goes on is half of an earlier version
		next.Timed = s.At.Truncate(time.Hour).Add(time.Hour)
	}
	if !next.Last.IsZero() {
		since = s.At.Sub(next.Last)
	}
	next.Last = s.At
	if s.State == Unknown {
		return &next
	}
	since = min(max(since, 0), standsFor*every)
	next.Minutes, next.Minute = onward(next.Minutes, next.Minute, s, since, time.Minute, minutesKept)
	next.Hours, next.Hour = onward(next.Hours, next.Hour, s, since, time.Hour, hoursKept)
	return &next
}

// onward adds a look to the stretch that goes on, or ends it and begins the look's own.
func onward(over []Stretch, open Stretch, s *Sample, since, length time.Duration, kept int) ([]Stretch, Stretch) {
	from := s.At.Truncate(length)
	if open.Looks > 0 && from.After(open.From) {
		over = slices.Concat(over[max(0, len(over)+1-kept):], []Stretch{open}) // once a minute and no bigger than it must be
		open = Stretch{}
	}
	if open.Looks == 0 {
		open.From = from
	}
	open.Looks++
	if s.State == Critical {
		open.Down = lasting(open.Down, since)
		return over, open
	}
	open.Good++
	open.Up = lasting(open.Up, since)
	if s.Total >= 0 {
		open.Took = counted(open.Took, bucketOf(s.Total))
	}
	return over, open
}

// lasting adds a time to milliseconds, of which there is room for 49 days.
func lasting(ms uint32, d time.Duration) uint32 {
	return uint32(min(int64(ms)+d.Round(time.Millisecond).Milliseconds(), math.MaxUint32))
}

// counted is counts with one more in a bucket; the given ones stay as they are.
func counted(counts []Count, bucket uint16) []Count {
	at, found := slices.BinarySearchFunc(counts, bucket, func(c Count, b uint16) int { return cmp.Compare(c.Bucket, b) })
	if found {
		counts = slices.Clone(counts)
		counts[at].Looks = max(counts[at].Looks, counts[at].Looks+1)
		return counts
	}
	return slices.Concat(counts[:at], []Count{{bucket, 1}}, counts[at:])
}

// Window is what the looks of a length of time came to.
type Window struct {
	Length        time.Duration
	Looks, Good   int
	Up, Down      time.Duration // for which the good ones speak, and the others; 0 if that is not known of all
	P50, P90, P99 time.Duration // of the good ones, within 1.6 per cent; Absent if there are none
	Slowest       time.Duration // of the good ones, likewise
}

// Tells says whether a percentile of so many looks, by nearest rank, is another than the
// slowest of them: the p90 of ten, the p99 of a hundred.
func Tells(percent, looks int) bool { return looks*(100-percent) >= 100 }

// Share is the part of the looks that were good, from 0 to 1; 1 without any.
func (w Window) Share() float64 {
	if w.Looks == 0 {
		return 1
	}
	return float64(w.Good) / float64(w.Looks)
}

// Uptime is the part of the time that was looked at in which it was up, from 0 to 1: looks
// that are closer together for a while count for no more. Without any it is the Share.
func (w Window) Uptime() float64 {
	if w.Up+w.Down == 0 {
		return w.Share()
	}
	return float64(w.Up) / float64(w.Up+w.Down)
}

// Over sums up the looks of the last length of room time: to the minute up to an hour,
// to the hour beyond, and three days at the most.
func (l *Looks) Over(now time.Time, length time.Duration) Window {
	w := Window{Length: length, P50: Absent, P90: Absent, P99: Absent, Slowest: Absent}
	if l == nil {
		return w
	}
	over, open := l.Minutes, l.Minute
	if length > time.Hour {
		over, open = l.Hours, l.Hour
	}
	var took [octave * 40]uint32
	begin, timed := now.Add(-length), !l.Timed.IsZero()
	add := func(s *Stretch) {
		if !s.From.After(begin) {
			return
		}
		timed = timed && (s.Looks == 0 || !s.From.Before(l.Timed))
		w.Looks, w.Good = w.Looks+int(s.Looks), w.Good+int(s.Good)
		w.Up, w.Down = w.Up+time.Duration(s.Up)*time.Millisecond, w.Down+time.Duration(s.Down)*time.Millisecond
		for _, c := range s.Took {
			took[c.Bucket] += uint32(c.Looks)
		}
	}
	for i := range over {
		add(&over[i])
	}
	add(&open)
	if !timed {
		w.Up, w.Down = 0, 0
	}
	for _, one := range []struct {
		percent int
		into    *time.Duration
	}{{50, &w.P50}, {90, &w.P90}, {99, &w.P99}, {100, &w.Slowest}} {
		*one.into = percentile(took[:], one.percent)
	}
	return w
}

// percentile is by nearest rank: the least time that as many per cent do not exceed.
func percentile(took []uint32, percent int) time.Duration {
	total := 0
	for _, n := range took {
		total += int(n)
	}
	rank := (percent*total + 99) / 100
	for bucket, n := range took {
		if rank -= int(n); rank <= 0 && n > 0 {
			return middle(uint16(bucket))
		}
	}
	return Absent
}

// Burn is how fast an error budget goes, over a long window and a short one: 1 uses it up
// exactly by the end of the objective's period.
type Burn struct {
	Long, Short         Window
	LongRate, ShortRate float64
	Limit               float64 // what both must exceed to be worth waking somebody
}

// Exceeded says whether the budget goes too fast over both windows: the long one makes
// sure that it matters, the short one that it still goes on.
func (b Burn) Exceeded() bool { return b.LongRate >= b.Limit && b.ShortRate >= b.Limit }

// Burns measures an error budget against an objective in per cent, such as 99.9, over the
// windows and rates of Google's SRE workbook, chapter 5, "Alerting on SLOs": 2 % of a
// month's budget in an hour, 5 % in six, 10 % in three days. The short window is a
// twelfth of the long one.
func (l *Looks) Burns(now time.Time, objective float64) []Burn {
	budget := 1 - objective/100
	var burns []Burn
	for _, rule := range []struct {
		long, short time.Duration
		limit       float64
	}{{time.Hour, 5 * time.Minute, 14.4}, {6 * time.Hour, 30 * time.Minute, 6}, {72 * time.Hour, 6 * time.Hour, 1}} {
		b := Burn{Long: l.Over(now, rule.long), Short: l.Over(now, rule.short), Limit: rule.limit}
		if budget > 0 {
			b.LongRate, b.ShortRate = (1-b.Long.Share())/budget, (1-b.Short.Share())/budget
		}
		burns = append(burns, b)
	}
	return burns
}
