package probe

import (
	"fmt"
	"strconv"
	"strings"
)

// statuses is which HTTP statuses are right.
type statuses struct {
	text           string // as it was written
	wanted, barred []statusRange
}

type statusRange struct{ from, to int }

// parseStatuses reads "200", "200..299", "301,302", "200..299,!204". With nothing
// but barred ones every other status is right.
func parseStatuses(text string) (statuses, error) {
	if strings.TrimSpace(text) == "" {
		text = DefaultStatus
	}
	s := statuses{text: text}
	for part := range strings.SplitSeq(text, ",") {
		part, barred := strings.CutPrefix(strings.TrimSpace(part), "!")
		from, to, isRange := strings.Cut(part, "..")
		if !isRange {
			to = from
		}
		r := statusRange{statusNumber(from), statusNumber(to)}
		if r.from == 0 || r.to == 0 || r.from > r.to {
			return s, fmt.Errorf("the expected status %q cannot be read; write it like 200..299,!204, with numbers from 100 to 999", text)
		}
		if barred {
			s.barred = append(s.barred, r)
		} else {
			s.wanted = append(s.wanted, r)
		}
	}
	return s, nil
}

// statusNumber reads a status of three digits; 0 if it is none.
func statusNumber(text string) int {
	text = strings.TrimSpace(text)
	number, err := strconv.Atoi(text)
	if err != nil || len(text) != 3 || number < 100 {
		return 0
	}
	return number
}

// accept says whether a status is right.
func (s statuses) accept(status int) bool {
	for _, r := range s.barred {
		if status >= r.from && status <= r.to {
			return false
		}
	}
	for _, r := range s.wanted {
		if status >= r.from && status <= r.to {
			return true
		}
	}
	return len(s.wanted) == 0
}
