package config

import (
	"regexp"
	"strings"
	"time"
)

// Attention is how new trouble calls whoever does not look at the terminal.
type Attention struct {
	Bell   bool   `yaml:"bell" doc:"Ring the terminal's bell." default:"true"`
	Notice string `yaml:"notice" doc:"Show a desktop notice, by the sequence that the terminal understands; auto chooses by its name." default:"auto" allow:"auto osc9 osc99 osc777 off"`
	Quiet  string `yaml:"quiet,omitempty" doc:"Hours of the day, in local time, in which neither happens." example:"\"22:00-07:00\""`
}

// quietPattern is two times of day with a dash between them.
var quietPattern = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$`)

func (r *reader) checkAttention(a *Attention) {
	if a.Quiet == "" {
		return
	}
	if !quietPattern.MatchString(a.Quiet) {
		r.wrong("attention.quiet", `%s is no part of a day; write two times, such as "22:00-07:00"`, quote(a.Quiet))
	} else if from, to := a.QuietHours(); from == to {
		r.wrong("attention.quiet", "from %s to %s is no time at all; write two different times, or set bell to false and notice to off", a.Quiet[:5], a.Quiet[6:])
	}
}

// QuietHours is when the quiet begins and ends, since local midnight; equal if never.
func (a *Attention) QuietHours() (from, to time.Duration) {
	begin, end, ok := strings.Cut(a.Quiet, "-")
	if !ok {
		return 0, 0
	}
	return sinceMidnight(begin), sinceMidnight(end)
}

func sinceMidnight(clock string) time.Duration {
	at, err := time.Parse("15:04", clock)
	if err != nil {
		return 0
	}
	return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
}
