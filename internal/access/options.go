package access

import (
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a line is good or bad whatever this machine has installed

	"warroom/internal/room"
)

const (
	// mostSessions bounds what a line may allow itself: a wall of screens has fewer.
	mostSessions = 64
	// expiryForm is how a time of expiry is written; sshd has shorter forms as well.
	expiryForm = "20060102150405Z"
)

// ignored are options of sshd for what warroom does not have: without them nothing more
// could be done here, and with them nothing less.
var ignored = []string{
	"restrict", "pty", "no-pty", "agent-forwarding", "no-agent-forwarding", "port-forwarding", "no-port-forwarding",
	"x11-forwarding", "no-x11-forwarding", "user-rc", "no-user-rc", "no-touch-required",
	"permitopen", "permitlisten", "tunnel", "environment",
}

// refused are options of sshd that promise something which warroom does not do.
var refused = map[string]string{
	"cert-authority":  "take the line away, and put the key into a file for --trusted-ca",
	"command":         "take it away; a role says what a key may do",
	"principals":      "take it away; a certificate says its role, such as warroom-viewer",
	"verify-required": "take it away; that a PIN was asked for is not checked here",
}

// takers are the options that say something here.
var takers = map[string]func(e *Entry, value string) error{
	"role": func(e *Entry, value string) error {
		e.Role = room.Role(value)
		if !slices.Contains(room.Roles, e.Role) {
			return wrong("write admin, responder, viewer or kiosk", "role=%s is none", quote(value))
		}
		return nil
	},
	"name": func(e *Entry, value string) error {
		e.handle = handle(value)
		return nil
	},
	"from": func(e *Entry, value string) (err error) {
		e.From, err = ParseFrom(value)
		return err
	},
	"expiry-time": func(e *Entry, value string) (err error) {
		e.Expires, err = parseExpiry(value)
		return err
	},
	"tz": func(e *Entry, value string) (err error) {
		// "" and Local are what this machine has set, which is not the key's.
		e.Zone, err = time.LoadLocation(value)
		if err != nil || value == "" || value == "Local" {
			return wrong("write one such as Europe/Berlin", "tz=%s is no time zone", quote(value))
		}
		return nil
	},
	"night": func(e *Entry, value string) error {
		e.Night = value
		if !isNight(value) {
			return wrong(`write the hours from and to, such as night="22-07"`, "night=%s is no part of a day", quote(value))
		}
		return nil
	},
	"sessions": func(e *Entry, value string) error {
		var ok bool
		if e.Sessions, ok = number(value, mostSessions); !ok {
			return wrong("write a number from 1 to 64", "sessions=%s is not how many", quote(value))
		}
		return nil
	},
}

// checkOptions refuses options that are not known, have no value where they need one,
// or stand there twice.
func checkOptions(options []option) error {
	for i, o := range options {
		next, forbidden := refused[o.name]
		_, known := takers[o.name]
		switch {
		case o.name == "":
			return wrong("take a comma away", "an option is empty")
		case forbidden:
			return wrong(next, "the option %s is not taken", o.name)
		case slices.Contains(ignored, o.name):
		case !known:
			return wrong("take it away, or see docs/roles.md", "there is no option %s", quote(o.name))
		case !o.given:
			return wrong("write "+o.name+`="…"`, "the option %s has no value", o.name)
		case slices.ContainsFunc(options[:i], func(before option) bool { return before.name == o.name }):
			return wrong("keep one", "the option %s is there twice", o.name)
		}
	}
	return nil
}

// take does what an option says.
func (e *Entry) take(o option) error {
	if taker, ours := takers[o.name]; ours {
		return taker(e, o.value)
	}
	return nil
}

// parseExpiry reads a time as sshd does: YYYYMMDD[Z] or YYYYMMDDHHMM[SS][Z], with Z in
// UTC and else in the time of this machine.
func parseExpiry(text string) (time.Time, error) {
	digits, utc := strings.CutSuffix(text, "Z")
	place := time.Local
	if utc {
		place = time.UTC
	}
	layout := expiryForm[:len(expiryForm)-1]
	if len(digits) == 8 || len(digits) == 12 {
		layout = layout[:len(digits)]
	}
	at, err := time.ParseInLocation(layout, digits, place)
	if year := at.UTC().Year(); err != nil || len(digits) != len(layout) || year < 1970 || year > 9999 {
		return time.Time{}, wrong("write YYYYMMDD or YYYYMMDDHHMM, with Z behind it for UTC", "expiry-time=%s is not a time", quote(text))
	}
	return at, nil
}

// isNight says whether a text is two different hours, such as 22-07.
func isNight(text string) bool {
	from, to, ok := strings.Cut(text, "-")
	return ok && isHour(from) && isHour(to) && from != to
}

func isHour(text string) bool {
	return len(text) == 2 && text >= "00" && text <= "23" && text[1] >= '0' && text[1] <= '9'
}
