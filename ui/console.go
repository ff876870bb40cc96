package ui

import (
	"net/url"
	"strings"

	"warroom/internal/room"
)

// consoles is where AWS's console is, by partition, and the region it answers from
// for what has none. Source: AWS General Reference, "AWS Management Console endpoints".
var consoles = map[string]struct{ host, health, region string }{
	"aws":        {"console.aws.amazon.com", "health.aws.amazon.com", "us-east-1"},
	"aws-cn":     {"console.amazonaws.cn", "phd.amazonaws.cn", "cn-northwest-1"},
	"aws-us-gov": {"console.amazonaws-us-gov.com", "phd.amazonaws-us-gov.com", "us-gov-west-1"},
}

// consoleURL is where AWS's own console shows a signal: an alarm's page, or a Health
// event's. A probe has its target instead. It is built from known parts only; "" if
// there is none.
func consoleURL(s *room.Signal) string {
	switch detail := s.Detail.(type) {
	case *room.AlarmDetail:
		partition, region := arnPlace(detail.ARN)
		console, ok := consoles[partition]
		if !ok || region == "" {
			return ""
		}
		return "https://" + region + "." + console.host + "/cloudwatch/home?region=" + region +
			"#alarmsV2:alarm/" + url.PathEscape(s.Title)
	case *room.HealthDetail:
		partition, _ := arnPlace(detail.ARN)
		console, ok := consoles[partition]
		if !ok {
			return ""
		}
		list := "open-issues"
		if detail.Category == "scheduledChange" {
			list = "scheduled-changes"
		} else if !detail.End.IsZero() || detail.Category == "accountNotification" {
			list = "event-log"
		}
		return "https://" + console.health + "/health/home?region=" + console.region +
			"#/account/dashboard/" + list + "?eventID=" + url.QueryEscape(detail.ARN) + "&eventTab=details"
	}
	return ""
}

// arnPlace is the partition and the region of an ARN. What does not read like one
// has neither.
func arnPlace(arn string) (partition, region string) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return "", ""
	}
	for _, char := range parts[3] {
		if char != '-' && (char < '0' || char > '9') && (char < 'a' || char > 'z') {
			return parts[1], ""
		}
	}
	return parts[1], parts[3]
}

// targetURL is the address of a probe's target, if a browser can open it.
func targetURL(s *room.Signal) string {
	if detail, ok := s.Detail.(*room.ProbeDetail); ok && (strings.HasPrefix(detail.Target, "https://") || strings.HasPrefix(detail.Target, "http://")) {
		return detail.Target
	}
	return ""
}
