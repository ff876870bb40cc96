package awsfeed

import (
	"testing"
	"time"
)

func TestTheDateOfAnItem(t *testing.T) {
	for text, want := range map[string]string{
		"Fri, 10 Feb 2023 15:48:00 PST":   "2023-02-10T23:48:00Z",
		"Thu, 30 Apr 2026 00:25:54 PDT":   "2026-04-30T07:25:54Z",
		"Wed,  1 Mar 2017 08:01:02 PST":   "2017-03-01T16:01:02Z",
		"Fri, 10 Feb 2023 15:48:00 GMT":   "2023-02-10T15:48:00Z",
		"Fri, 10 Feb 2023 15:48:00 +0100": "2023-02-10T14:48:00Z",
		"Fri, 10 Feb 2023 15:48:00 CEST":  "0001-01-01T00:00:00Z",
		"yesterday":                       "0001-01-01T00:00:00Z",
		"":                                "0001-01-01T00:00:00Z",
	} {
		if got := itemDate(text).Format(time.RFC3339); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

func TestWhatAnItemSays(t *testing.T) {
	for _, c := range []struct {
		title, text string
		want        severity
		summary     string
	}{
		{"Service is operating normally: [RESOLVED] Packet loss", "", resolved, "Packet loss"},
		{"Informational message: [RESOLVED] Packet loss", "", resolved, "Packet loss"},
		{"Informational message: Packet loss", "We are looking.", informational, "Packet loss"},
		{"Informational message: Packet loss", "The issue has been resolved and the service is operating normally.", resolved, "Packet loss"},
		{"Service degradation: Errors", "", degraded, "Errors"},
		{"Service disruption: Errors: many", "", disrupted, "Errors: many"},
		{"Service impact: Errors", "", disrupted, "Errors"},
		{"Something new: Errors", "", unsaid, "Something new: Errors"},
		{"Errors", "", unsaid, "Errors"},
		{"", "", unsaid, ""},
	} {
		i := item{Title: c.title, Description: c.text}
		if got, summary := i.judge(); got != c.want || summary != c.summary {
			t.Errorf("%q, %q is %q %q, want %q %q", c.title, c.text, got, summary, c.want, c.summary)
		}
	}
}

func TestAnOldItemIsNoEventThatGoesOn(t *testing.T) {
	for _, c := range []struct {
		now  time.Time
		want int
	}{{noon, 1}, {noon.Add(staleItem), 0}} {
		read, err := readRSS([]byte(goodRSS), c.now)
		if err != nil || len(read.events) != c.want {
			t.Errorf("at %s there are %d events and %v, want %d", c.now, len(read.events), err, c.want)
		}
	}
}

func TestTheRegionAtTheEndOfAServicesID(t *testing.T) {
	for id, want := range map[string][2]string{
		"ec2-us-east-1":                 {"ec2", "us-east-1"},
		"directconnect-ap-south-1":      {"directconnect", "ap-south-1"},
		"multipleservices-me-central-1": {"multipleservices", "me-central-1"},
		"s3-us-gov-west-1":              {"s3", "us-gov-west-1"},
		"ec2-ap-northeast-3":            {"ec2", "ap-northeast-3"},
		"ec2-us-iso-east-1":             {"ec2", "us-iso-east-1"},
		"ec2-eusc-de-east-1":            {"ec2", "eusc-de-east-1"},
		"management-console":            {"management-console", "global"},
		"route53":                       {"route53", "global"},
	} {
		if service, region := splitItem(id); service != want[0] || region != want[1] {
			t.Errorf("%s is %s in %s", id, service, region)
		}
	}
}
