package config

import (
	"fmt"
	"strings"
	"time"
)

// Maintenance is a time in which probes may fail without calling anybody. They are looked
// at all the same.
type Maintenance struct {
	Probes []string `yaml:"probes,omitempty" doc:"Which probes; names with * for any text." usual:"all" example:"[\"checkout-*\"]"`
	Daily  string   `yaml:"daily,omitempty" doc:"A part of every day, in UTC; without it from and to say when." example:"\"02:00-03:30\""`
	From   string   `yaml:"from,omitempty" doc:"When it begins, in UTC." example:"\"2026-11-28 22:00\""`
	To     string   `yaml:"to,omitempty" doc:"When it ends, in UTC." example:"\"2026-11-29 02:00\""`
}

// momentLayout is how a moment of a maintenance is written.
const momentLayout = "2006-01-02 15:04"

// announced is a Maintenance that has been read.
type announced struct {
	globs      []*glob       // none for all probes
	begin, end time.Duration // of a daily one, since midnight
	from, to   time.Time     // of one that is once
}

func (r *reader) checkMaintenance(c *Config) {
	for i := range c.Maintenance {
		m, path := &c.Maintenance[i], fmt.Sprintf("maintenance[%d]", i)
		var w announced
		for j, pattern := range m.Probes {
			g, err := compileGlob(pattern)
			if err != nil {
				r.wrong(fmt.Sprintf("%s.probes[%d]", path, j), "%s %s", quote(pattern), err.Error())
				continue
			}
			w.globs = append(w.globs, g)
		}
		if r.checkWhen(path, m, &w) {
			c.announced = append(c.announced, w)
		}
	}
}

// checkWhen reads when a maintenance is, and says whether it could.
func (r *reader) checkWhen(path string, m *Maintenance, w *announced) bool {
	switch {
	case m.Daily != "" && (m.From != "" || m.To != ""):
		r.wrong(path+".daily", "it is either every day or once; take this away, or from and to")
	case m.Daily != "":
		if !quietPattern.MatchString(m.Daily) || m.Daily[:5] == m.Daily[6:] {
			r.wrong(path+".daily", `%s is no part of a day; write two different times, such as "02:00-03:30"`, quote(m.Daily))
			return false
		}
		w.begin, w.end = sinceMidnight(m.Daily[:5]), sinceMidnight(m.Daily[6:])
		return true
	case m.From == "" || m.To == "":
		r.wrong(path, `a maintenance needs from and to, such as "2026-11-28 22:00", or daily, such as "02:00-03:30"`)
	default:
		from, wrongFrom := time.Parse(momentLayout, m.From)
		to, wrongTo := time.Parse(momentLayout, m.To)
		switch {
		case wrongFrom != nil:
			r.wrong(path+".from", `%s is no moment; write it as "2026-11-28 22:00", in UTC`, quote(m.From))
		case wrongTo != nil:
			r.wrong(path+".to", `%s is no moment; write it as "2026-11-28 22:00", in UTC`, quote(m.To))
		case !to.After(from):
			r.wrong(path+".to", "it would end before it begins; write a later moment")
		default:
			w.from, w.to = from, to
			return true
		}
	}
	return false
}

// covers says whether a moment lies in it, and until when it lasts.
func (w *announced) covers(at time.Time) (until time.Time, in bool) {
	at = at.UTC()
	if w.begin == w.end {
		return w.to, !at.Before(w.from) && at.Before(w.to)
	}
	midnight := at.Truncate(24 * time.Hour)
	from, to := midnight.Add(w.begin), midnight.Add(w.end)
	switch {
	case from.Before(to):
	case at.Before(to): // it began yesterday
		from = from.Add(-24 * time.Hour)
	default:
		to = to.Add(24 * time.Hour)
	}
	return to, !at.Before(from) && at.Before(to)
}

// MaintenanceOf gives what says whether a probe is in maintenance at a moment, and until
// when; nil if it never is. Safe for concurrent use.
func (c *Config) MaintenanceOf(probe string) func(at time.Time) (until time.Time, in bool) {
	var its []announced
	for _, w := range c.announced {
		all := len(w.globs) == 0
		for _, g := range w.globs {
			all = all || g.match(strings.ToLower(probe))
		}
		if all {
			its = append(its, w)
		}
	}
	if its == nil {
		return nil
	}
	return func(at time.Time) (last time.Time, in bool) {
		for i := range its {
			if until, covered := its[i].covers(at); covered && until.After(last) {
				last, in = until, true
			}
		}
		return last, in
	}
}
