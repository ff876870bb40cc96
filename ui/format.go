package ui

import (
	"fmt"
	"strings"
	"time"
)

// age writes how long ago something was, in at most six cells: 12s, 42m, 3h05m, 12d.
func age(d time.Duration) string {
	switch {
	case d < time.Second:
		return "0s"
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd", int(d.Hours())/24)
}

// ageStep is what an age is written from: two ages of one step read the same.
func ageStep(d time.Duration) time.Duration {
	switch {
	case d < time.Minute:
		return d.Truncate(time.Second)
	case d < 48*time.Hour:
		return d.Truncate(time.Minute)
	}
	return d.Truncate(24 * time.Hour)
}

// since is the age of a moment, or nothing where there is no moment.
func since(now, then time.Time) string {
	if then.IsZero() {
		return ""
	}
	return age(now.Sub(then))
}

// latency writes a measured time with the unit in which it says something. What
// did not take place is absent, never zero.
func (p *pen) latency(d time.Duration) string {
	micro := "µs"
	if p.ascii {
		micro = "us"
	}
	switch {
	case d < 0:
		return p.marks.Absent
	case d < time.Millisecond:
		return fmt.Sprintf("%d%s", d.Microseconds(), micro)
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1fms", float64(d)/float64(time.Millisecond))
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1fs", d.Seconds())
}

// clock writes a time of day, and says in which zone.
func (p *pen) clock(t time.Time) string {
	if p.local {
		return p.there(t).Format("15:04:05 MST")
	}
	return t.UTC().Format("15:04:05Z")
}

// moment writes a time of day without its zone, for columns.
func (p *pen) moment(t time.Time) string {
	if p.local {
		return p.there(t).Format("15:04:05")
	}
	return t.UTC().Format("15:04:05")
}

// date writes a full moment, for details.
func (p *pen) date(t time.Time) string {
	switch {
	case t.IsZero():
		return p.marks.Absent
	case p.local:
		return p.there(t).Format("2006-01-02 15:04:05 MST")
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}

// when is a moment of the last day, and the date of one before.
func (p *pen) when(t time.Time) string {
	if p.now.Sub(t) > 24*time.Hour {
		return p.zoned(t).Format("2006-01-02")
	}
	return p.moment(t)
}

// plural writes a count with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// there is a time where the screen's person is.
func (p *pen) there(t time.Time) time.Time {
	if p.zone != nil {
		return t.In(p.zone)
	}
	return t.Local()
}

// zoneName is where that is.
func (p *pen) zoneName() string {
	if p.zone != nil {
		return p.zone.String()
	}
	return ""
}

// zoned is a time in the zone that the screen shows.
func (p *pen) zoned(t time.Time) time.Time {
	if p.local {
		return p.there(t)
	}
	return t.UTC()
}

// regionCodeWidth fits the codes of every region that there is.
const regionCodeWidth = 5

// regionCode is a region in few letters: use1 for us-east-1, apse2 for ap-southeast-2.
// AWS bills under such codes. What is no region is cut.
func regionCode(name string) string {
	parts := strings.Split(name, "-")
	code := parts[0]
	for _, part := range parts[1:] {
		for _, direction := range []string{"north", "south", "east", "west", "central", "gov"} {
			if rest, ok := strings.CutPrefix(part, direction); ok {
				code, part = code+direction[:1], rest
			}
		}
		if part != "" {
			code += part[:1]
		}
	}
	if len(parts) == 1 {
		code = name[:min(len(name), regionCodeWidth)]
	}
	return code
}
