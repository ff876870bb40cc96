package cli

import (
	"regexp"
	"strings"

	"warroom/internal/room"
)

// accountNumber is what scripts are given as an account. On the screen an account may
// have a label of the config's, or its profile's name while STS does not say its number.
var accountNumber = regexp.MustCompile(`^[0-9]{12}$`)

// numbers are the numbers of accounts by the name that the room has for them, as far
// as what was seen tells; "" for a name that several accounts share.
type numbers map[string]string

// numbersIn learns the numbers from the ARNs of what the room shows, and from the names
// that the config gives to numbers.
func numbersIn(s *room.Snapshot, named map[string]string) numbers {
	known := numbers{}
	for number, name := range named {
		known[name] = number
	}
	for _, kind := range room.Kinds {
		for _, signal := range s.Of(kind).Signals {
			number := numberInARN(signal)
			if number == "" {
				continue
			}
			if before, seen := known[signal.Account]; seen && before != number {
				number = ""
			}
			known[signal.Account] = number
		}
	}
	return known
}

// of is the number of an account by its name in the room, or "".
func (n numbers) of(account string) string {
	if accountNumber.MatchString(account) {
		return account
	}
	return n[account]
}

// ofSignal is the number of the account that a signal is of, or "".
func (n numbers) ofSignal(signal *room.Signal) string {
	if number := numberInARN(signal); number != "" {
		return number
	}
	return n.of(signal.Account)
}

// numberInARN is the account in the ARN of an alarm or a Health event; a public event
// has none there. Source: arn:partition:service:region:account:resource.
func numberInARN(signal *room.Signal) string {
	arn := ""
	switch d := signal.Detail.(type) {
	case *room.AlarmDetail:
		arn = d.ARN
	case *room.HealthDetail:
		arn = d.ARN
	}
	const account = 4
	if parts := strings.Split(arn, ":"); len(parts) > account && accountNumber.MatchString(parts[account]) {
		return parts[account]
	}
	return ""
}
