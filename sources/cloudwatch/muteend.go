package cloudwatch

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"warroom/internal/clean"
)

// muteLongest is the longest that one window of a mute rule lasts.
// Source: Schedule, Duration: 15 days.
const muteLongest = 15 * 24 * time.Hour

// muteEnd is when the window ends in which a rule mutes at a moment; zero if its schedule
// cannot be read, or if it has none then. Source: types.Schedule.
func muteEnd(rule *cloudwatch.GetAlarmMuteRuleOutput, now time.Time) time.Time {
	end := time.Time{}
	if rule.Rule != nil && rule.Rule.Schedule != nil {
		schedule := rule.Rule.Schedule
		zone, err := time.LoadLocation(aws.ToString(schedule.Timezone)) // "" is UTC
		length, ok := isoDuration(aws.ToString(schedule.Duration))
		if err == nil && ok {
			if began := windowBegan(aws.ToString(schedule.Expression), now.In(zone), length); !began.IsZero() {
				end = began.Add(length).UTC()
			}
		}
	}
	if expires := aws.ToTime(rule.ExpireDate); !expires.IsZero() && (end.IsZero() || expires.Before(end)) {
		end = expires.UTC()
	}
	if !end.After(now) {
		return time.Time{}
	}
	return end
}

// windowBegan is when the newest window began that is open at a moment, in whose zone the
// expression is meant; zero if there is none.
func windowBegan(expression string, now time.Time, length time.Duration) time.Time {
	if text, ok := inBrackets(expression, "at("); ok {
		began, err := time.ParseInLocation("2006-01-02T15:04", text, now.Location())
		if err != nil || began.After(now) || !began.Add(length).After(now) {
			return time.Time{}
		}
		return began
	}
	text, ok := inBrackets(expression, "cron(")
	if !ok {
		return time.Time{}
	}
	c, ok := readCron(text)
	if !ok {
		return time.Time{}
	}
	for at := now.Truncate(time.Minute); at.Add(length).After(now); at = at.Add(-time.Minute) {
		if c.fires(at) {
			return at
		}
	}
	return time.Time{}
}

func inBrackets(text, lead string) (string, bool) {
	text = clean.Line(text, wordLimit+len(lead))
	inner, led := strings.CutPrefix(text, lead)
	inner, closed := strings.CutSuffix(inner, ")")
	return strings.TrimSpace(inner), led && closed
}

// cron is the five fields of a schedule: minute, hour, day of the month, month, day of the
// week, each the numbers that it allows; nil allows all.
type cron [5][]int

// cronLeast and cronMost are the numbers that each field can have. The day of the week is
// 0 to 6 from Sunday; 7 is Sunday too.
var cronLeast, cronMost = [5]int{0, 0, 1, 1, 0}, [5]int{59, 23, 31, 12, 7}

var cronNames = map[string]int{
	"JAN": 1, "FEB": 2, "MAR": 3, "APR": 4, "MAY": 5, "JUN": 6, "JUL": 7, "AUG": 8, "SEP": 9, "OCT": 10, "NOV": 11, "DEC": 12,
	"SUN": 0, "MON": 1, "TUE": 2, "WED": 3, "THU": 4, "FRI": 5, "SAT": 6,
}

// readCron reads the five fields, with *, lists, ranges and English names.
func readCron(text string) (c cron, ok bool) {
	fields := strings.Fields(text)
	if len(fields) != len(c) {
		return c, false
	}
	for i, field := range fields {
		if field == "*" || field == "?" {
			continue
		}
		for _, part := range strings.Split(field, ",") {
			first, last, ranged := strings.Cut(part, "-")
			from, ok := cronNumber(first)
			to := from
			if ranged {
				var known bool
				to, known = cronNumber(last)
				ok = ok && known
			}
			if !ok || from < cronLeast[i] || to > cronMost[i] || from > to {
				return c, false
			}
			for n := from; n <= to; n++ {
				c[i] = append(c[i], n)
			}
		}
	}
	return c, true
}

func cronNumber(text string) (int, bool) {
	if n, ok := cronNames[strings.ToUpper(text)]; ok {
		return n, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// fires says whether a window begins in a minute. Where both days are given, either will
// do, as cron has it.
func (c *cron) fires(at time.Time) bool {
	allowed := func(field, n int) bool { return c[field] == nil || slices.Contains(c[field], n) }
	day := allowed(2, at.Day())
	week := allowed(4, int(at.Weekday())) || at.Weekday() == time.Sunday && slices.Contains(c[4], 7)
	days := day && week
	if c[2] != nil && c[4] != nil {
		days = day || week
	}
	return days && allowed(0, at.Minute()) && allowed(1, at.Hour()) && allowed(3, int(at.Month()))
}

// isoLength is a length of time as ISO 8601 writes it, without years and months.
var isoLength = regexp.MustCompile(`^P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?$`)

func isoDuration(text string) (time.Duration, bool) {
	parts := isoLength.FindStringSubmatch(text)
	if parts == nil {
		return 0, false
	}
	var length time.Duration
	for i, unit := range []time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute, time.Second} {
		n, _ := strconv.Atoi(parts[i+1]) // digits, or none
		length += time.Duration(n) * unit
	}
	return length, length > 0 && length <= muteLongest
}
