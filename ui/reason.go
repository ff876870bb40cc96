package ui

import (
	"regexp"
	"strings"
)

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + brief(reason)
}

// CloudWatch's reasons, of which a row needs the value and the threshold, or the name.
// Source: the StateReason of metric and composite alarms in DescribeAlarms.
var (
	crossed = regexp.MustCompile(`^Threshold Crossed: .*?\[(-?[0-9.E+-]+) .*?\]? ?(?:was|were) (not )?(greater|less) than (?:or equal to )?the threshold \((-?[0-9.E+-]+)\)`)
	caused  = regexp.MustCompile(`^arn:[^ ]*:alarm:([^ ]+) transitioned to ([A-Z_]+)`)
)

// brief is a reason in few words, for rows. The details have it whole.
func brief(reason string) string {
	if found := crossed.FindStringSubmatch(reason); found != nil {
		sign := map[string]string{"greater": ">", "less": "<", "not greater": "not >", "not less": "not <"}[found[2]+found[3]]
		return strings.TrimSuffix(found[1], ".0") + " " + sign + " " + strings.TrimSuffix(found[4], ".0")
	}
	if found := caused.FindStringSubmatch(reason); found != nil {
		return "because of " + found[1] + " in " + found[2]
	}
	return reason
}
