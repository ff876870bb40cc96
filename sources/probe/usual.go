package probe

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// usualOf is how many right answers make what is usual, and usualFrom how many there
	// must be before anything is unusual.
	usualOf   = 60
	usualFrom = 20
)

// usual is what an endpoint's right answers usually take: the median of the last ones. One
// that becomes slower for good is usual again after half of them.
type usual struct {
	last   []time.Duration
	next   int
	median time.Duration // 0 while there are too few
}

// take takes in how long a right answer took.
func (u *usual) take(total time.Duration) {
	if len(u.last) < usualOf {
		u.last = append(u.last, total)
	} else {
		u.last[u.next] = total
		u.next = (u.next + 1) % usualOf
	}
	if len(u.last) >= usualFrom {
		sorted := slices.Clone(u.last)
		slices.Sort(sorted)
		u.median = sorted[len(sorted)/2]
	}
}

// slowFrom says, in words, from when on a right answer is slow.
func (t *target) slowFrom() string {
	var limits []string
	if t.spec.Slow > 0 {
		limits = append(limits, plainDuration(t.spec.Slow))
	}
	if t.spec.Slower > 0 {
		limits = append(limits, strconv.FormatFloat(t.spec.Slower, 'g', 3, 64)+" times the usual")
	}
	return strings.Join(limits, " or ")
}

// exceeded says whether an answer took more than so many times the usual; times 0: never.
func (u *usual) exceeded(total time.Duration, times float64) bool {
	return times > 0 && u.median > 0 && float64(total) > times*float64(u.median)
}
