package probe

// Confirm says how many looks make a verdict. The zero value believes every look at once.
type Confirm struct {
	Down int // looks that must fail …
	Of   int // … among so many before an endpoint is DOWN; no more than flapWindow, which is what is remembered
	Up   int // good looks in a row that bring it back
}

// filled is the rule with what was left out.
func (c Confirm) filled() Confirm {
	c.Down, c.Up = max(c.Down, 1), max(c.Up, 1)
	c.Of = max(c.Of, c.Down)
	return c
}

// grade is what one look was worth.
type grade uint8

const (
	good grade = iota
	tardy
	bad
)

const (
	// flapWindow is how many looks flapping is judged by: five minutes of one every 15 s.
	flapWindow = 20
	// flapChanges between right and wrong within the window are flapping, and flapCalm or
	// fewer end it: three separate failures begin it, one is a failure like any other.
	flapChanges, flapCalm = 6, 2
	// flapDown is how many looks in a row must fail until what flaps is DOWN: half of the
	// window, of which flapping that goes on has no run as long.
	flapDown = flapWindow / 2
	// flapMost is how many of the window must fail for the same: what is right once in ten
	// looks takes turns, and is down.
	flapMost = flapWindow * 3 / 4
)

// tally makes a verdict of many looks. It does not know time, only the order of looks.
//
//	looks      ✔ ✖ ✔ ✖ ✖ ✖ ✔ ✔      2 of 3 fail → DOWN, 2 in a row → UP
//	verdict    U ? U D D D D U      ? is DOWN?
type tally struct {
	rule     Confirm
	recent   []grade // newest last, as many as any rule looks back at
	standing grade   // what is confirmed
	flapping bool
	down     bool // the failure is confirmed, and more than one turn of what flaps
	failed   int  // looks in a row that failed
	calmed   int  // looks in a row that did not fail
	prompt   int  // looks in a row that neither failed nor were slow
}

func newTally(rule Confirm) *tally { return &tally{rule: rule.filled()} }

// take adds a look and changes what is confirmed.
func (t *tally) take(g grade) {
	if len(t.recent) == flapWindow {
		t.recent = append(t.recent[:0], t.recent[1:]...)
	}
	t.recent = append(t.recent, g)
	t.failed, t.calmed, t.prompt = t.failed+1, t.calmed+1, t.prompt+1
	if g == bad {
		t.calmed = 0
	} else {
		t.failed = 0
	}
	if g != good {
		t.prompt = 0
	}
	t.settle()
	switch changes := t.changes(); {
	case changes >= flapChanges:
		t.flapping = true
	case changes <= flapCalm:
		t.flapping = false
	}
	t.fall()
}

// fall says whether what is confirmed makes an endpoint DOWN. What flaps and has come back
// is not DOWN at each of its turns, which would call people again and again, but once it
// stays wrong, or is wrong nearly always.
func (t *tally) fall() {
	switch {
	case t.standing != bad:
		t.down = false
	case !t.flapping || t.failed >= flapDown || t.failures() >= flapMost:
		t.down = true
	}
}

// worsens says whether what flaps has failed for longer than its turns are, but not yet for
// so long that it is DOWN.
func (t *tally) worsens() bool {
	return t.flapping && t.standing == bad && !t.down && t.failed >= flapDown/2
}

// failures counts the looks that failed.
func (t *tally) failures() int {
	count := 0
	for _, one := range t.recent {
		if one == bad {
			count++
		}
	}
	return count
}

// goOn begins with what was confirmed before.
func (t *tally) goOn(from grade) { t.standing, t.down = from, from == bad }

// settle confirms what the last look completes. What is confirmed stays until as many
// looks in a row as the rule asks for speak against it.
func (t *tally) settle() {
	last := t.recent[len(t.recent)-1]
	switch {
	case last == bad && t.among(bad) >= t.rule.Down:
		t.standing = bad
	case t.standing == bad && t.calmed < t.rule.Up:
	case last == tardy && t.among(tardy) >= t.rule.Down:
		t.standing = tardy
	case t.standing == tardy && t.prompt < t.rule.Up:
	default:
		t.standing = good
	}
}

// unconfirmed says whether the last look failed and others have to bear it out.
func (t *tally) unconfirmed() bool {
	return t.standing != bad && len(t.recent) > 0 && t.recent[len(t.recent)-1] == bad
}

// among counts the looks of a grade or worse that the rule looks back at.
func (t *tally) among(g grade) int {
	count := 0
	for _, one := range t.recent[max(0, len(t.recent)-t.rule.Of):] {
		if one >= g {
			count++
		}
	}
	return count
}

// changes counts how often right and wrong took turns.
func (t *tally) changes() int {
	count := 0
	window := t.recent[max(0, len(t.recent)-flapWindow):]
	for i := 1; i < len(window); i++ {
		if (window[i] == bad) != (window[i-1] == bad) {
			count++
		}
	}
	return count
}
