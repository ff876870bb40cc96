// Package alarmrule reads the rules of CloudWatch's composite alarms: what a rule is
// made of, which alarms it names, and whether it holds.
package alarmrule

import (
	"slices"
	"strconv"
	"strings"
)

// Op is what one part of a rule is.
type Op uint8

// The parts of a rule.
const (
	False   Op = iota
	True       //
	InState    // ALARM(x): the alarm is in the state
	Not        // the one Part does not hold
	And        // all Parts hold
	Or         // one of the Parts holds
	AtLeast    // AT_LEAST(2, ALARM, (x, y, z)): so many of the Parts hold, each of them InState or Not
)

// Rule is a rule, or a part of one. Immutable.
// Source: PutCompositeAlarm, AlarmRule; CloudWatch User Guide, "Create a composite alarm".
type Rule struct {
	Op      Op
	State   string  // InState: ALARM, OK or INSUFFICIENT_DATA
	Alarm   string  // InState: a name or an ARN, as it is written
	Count   int     // AtLeast
	Percent bool    // AtLeast: Count is a share of the Parts in per cent
	Parts   []*Rule // Not, And, Or, AtLeast
}

// States are those in which a rule can want an alarm.
var States = []string{"ALARM", "OK", "INSUFFICIENT_DATA"}

// Truth is what is known of whether a part of a rule holds.
type Truth uint8

// The truths. Unknown is of what names an alarm that nobody knows.
const (
	Unknown Truth = iota
	No
	Yes
)

// Holds says whether a rule holds, given the state of each alarm that it names; "" stands
// for one that is not known. It is Unknown only if that alarm decides.
func (r *Rule) Holds(state func(alarm string) string) Truth {
	switch r.Op {
	case True:
		return Yes
	case InState:
		now := state(r.Alarm)
		if now == "" {
			return Unknown
		}
		return truth(now == r.State)
	case Not:
		switch r.Parts[0].Holds(state) {
		case Yes:
			return No
		case No:
			return Yes
		}
		return Unknown
	case And, Or, AtLeast:
		return r.reached(state)
	}
	return No
}

// reached says whether as many parts hold as have to.
func (r *Rule) reached(state func(string) string) Truth {
	yes, unknown := 0, 0
	for _, part := range r.Parts {
		switch part.Holds(state) {
		case Yes:
			yes++
		case Unknown:
			unknown++
		}
	}
	switch need := r.Need(); {
	case yes >= need:
		return Yes
	case yes+unknown >= need:
		return Unknown
	}
	return No
}

// Need is how many of the Parts have to hold: all for And, one for Or.
func (r *Rule) Need() int {
	switch {
	case r.Op == And:
		return len(r.Parts)
	case r.Op == Or:
		return 1
	case r.Percent:
		return (r.Count*len(r.Parts) + 99) / 100
	}
	return r.Count
}

func truth(holds bool) Truth {
	if holds {
		return Yes
	}
	return No
}

// Alarms are the alarms that a rule names, as they are written, each once and in the order
// of the rule.
func (r *Rule) Alarms() []string {
	var names []string
	known := map[string]bool{}
	r.walk(func(part *Rule) {
		if part.Op == InState && !known[part.Alarm] {
			known[part.Alarm] = true
			names = append(names, part.Alarm)
		}
	})
	return names
}

func (r *Rule) walk(visit func(*Rule)) {
	visit(r)
	for _, part := range r.Parts {
		part.walk(visit)
	}
}

// Name is the name of an alarm that a rule names by name or by ARN.
func Name(alarm string) string {
	if _, name, ok := strings.Cut(alarm, ":alarm:"); ok && strings.HasPrefix(alarm, "arn:") {
		return name
	}
	return alarm
}

// String writes a rule such that reading it gives the same rule again.
func (r *Rule) String() string { return r.write(Or) }

// write puts brackets around what binds less than its surroundings.
func (r *Rule) write(around Op) string {
	switch r.Op {
	case True:
		return "TRUE"
	case InState:
		return r.State + "(" + quote(r.Alarm) + ")"
	case Not:
		return "NOT " + r.Parts[0].write(Not)
	case AtLeast:
		return r.writeAtLeast()
	case And, Or:
		word := map[Op]string{And: " AND ", Or: " OR "}[r.Op]
		parts := make([]string, len(r.Parts))
		for i, part := range r.Parts {
			parts[i] = part.write(r.Op)
		}
		text := strings.Join(parts, word)
		if around == Not || around == And && r.Op == Or {
			return "(" + text + ")"
		}
		return text
	}
	return "FALSE"
}

func (r *Rule) writeAtLeast() string {
	count := strconv.Itoa(r.Count)
	if r.Percent {
		count += "%"
	}
	alarms := make([]string, len(r.Parts))
	condition := ""
	for i, part := range r.Parts {
		condition = ""
		if part.Op == Not {
			condition, part = "NOT ", part.Parts[0]
		}
		condition += part.State
		alarms[i] = quote(part.Alarm)
	}
	return "AT_LEAST(" + count + ", " + condition + ", (" + strings.Join(alarms, ", ") + "))"
}

// quote writes the name of an alarm.
func quote(name string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
}

// joined joins parts by And or Or. Those of the same sort become one.
func joined(op Op, parts []*Rule) *Rule {
	if len(parts) == 1 {
		return parts[0]
	}
	all := &Rule{Op: op}
	for _, part := range parts {
		if part.Op == op {
			all.Parts = slices.Concat(all.Parts, part.Parts)
		} else {
			all.Parts = append(all.Parts, part)
		}
	}
	return all
}
