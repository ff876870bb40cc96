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

func (r *reader) checkMaintenance(c *Config) {
	for i := range c.Maintenance {
		m, path := &c.Maintenance[i], fmt.Sprintf("maintenance[%d]", i)
		for j, pattern := range m.Probes {
			if _, err := compileGlob(pattern); err != nil {
				r.wrong(fmt.Sprintf("%s.probes[%d]", path, j), "%s %s", quote(pattern), err.Error())
			}
		}
		if key, wrong := m.Mistake(); wrong != "" {
			r.wrong(strings.TrimSuffix(path+"."+key, "."), "%s", wrong)
		}
	}
}

// Mistake says in words why it cannot be told when this is, or "", and in which key the
// mistake is; in none if it is of the whole.
func (m *Maintenance) Mistake() (key, wrong string) {
	from, wrongFrom := time.Parse(momentLayout, m.From)
	to, wrongTo := time.Parse(momentLayout, m.To)
	switch {
	case m.Daily != "" && (m.From != "" || m.To != ""):
		return "daily", "it is either every day or once; take this away, or from and to"
	case m.Daily != "":
		if !quietPattern.MatchString(m.Daily) || m.Daily[:5] == m.Daily[6:] {
			return "daily", quote(m.Daily) + ` is no part of a day; write two different times, such as "02:00-03:30"`
		}
	case m.From == "" || m.To == "":
		return "", `a maintenance needs from and to, such as "2026-11-28 22:00", or daily, such as "02:00-03:30"`
	case wrongFrom != nil:
		return "from", quote(m.From) + ` is no moment; write it as "2026-11-28 22:00", in UTC`
	case wrongTo != nil:
		return "to", quote(m.To) + ` is no moment; write it as "2026-11-28 22:00", in UTC`
	case !to.After(from):
		return "to", "it would end before it begins; write a later moment"
	}
	return "", ""
}

// announced is when a Maintenance is.
type announced struct {
	begin, end time.Duration // of a daily one, since midnight
	from, to   time.Time     // of one that is once
}

// announced reads one without mistakes.
func (m *Maintenance) announced() announced {
	if m.Daily != "" {
		return announced{begin: sinceMidnight(m.Daily[:5]), end: sinceMidnight(m.Daily[6:])}
	}
	var w announced
	w.from, _ = time.Parse(momentLayout, m.From)
	w.to, _ = time.Parse(momentLayout, m.To)
	return w
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
	for i := range c.Maintenance {
		m := &c.Maintenance[i]
		if len(m.Probes) == 0 || compileGlobs(m.Probes).match(strings.ToLower(probe)) {
			its = append(its, m.announced())
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
