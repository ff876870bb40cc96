package awsfeed

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"warroom/internal/clean"
	"warroom/internal/room"
)

// Limits of texts in runes, and of lists. The recordings have at most 23 updates and
// 150 services in one event.
const (
	arnLimit      = 1600
	wordLimit     = 100
	titleLimit    = 300
	textLimit     = 16_000
	updateLimit   = 100
	affectedLimit = 500
)

// event is one public event, cleaned.
type event struct {
	id       string // its ARN, or where there is none the id of its service and its start as it was first seen
	arn      string // "" where the feed has none
	item     string // the feeds' own id of its service: ec2-us-east-1
	service  string // AWS's code: EC2
	name     string // Amazon Elastic Compute Cloud
	code     string // AWS_EC2_OPERATIONAL_ISSUE; "" without an ARN
	region   string
	summary  string
	severity severity
	start    time.Time
	end      time.Time // zero while it goes on
	closed   bool
	updates  []room.Update // newest first
	affected []room.AffectedService
	feed     string // where it was read
}

// updated is when AWS last said something of it.
func (e *event) updated() time.Time {
	at := e.start
	if len(e.updates) > 0 && e.updates[0].At.After(at) {
		at = e.updates[0].At
	}
	if e.end.After(at) {
		at = e.end
	}
	return at
}

// endBy takes an event for over if AWS gives an end that is behind us. One that lies ahead is
// no end yet.
func (e *event) endBy(now time.Time) {
	if e.end.After(now) && !e.closed {
		e.end = time.Time{}
	}
	e.closed = e.closed || !e.end.IsZero()
}

// itemRegion finds the region at the end of the id of a service.
var itemRegion = regexp.MustCompile(`^(.+?)-([a-z]{2,4}-(?:gov-|iso[a-z]?-|de-)?(?:north|south|east|west|central)+-[0-9]{1,2})$`)

// regionName is what a region is called. What is called otherwise is taken for no region, so
// that nothing is left out that may be about a region in use.
var regionName = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$`)

// splitItem takes the id of a service apart: ec2-us-east-1 is ec2 in us-east-1, and
// route53, which has no region, is global.
func splitItem(item string) (service, region string) {
	if parts := itemRegion.FindStringSubmatch(item); parts != nil {
		return parts[1], parts[2]
	}
	return item, globalRegion
}

// healthCodes are what AWS Health calls services that the feeds call otherwise.
var healthCodes = map[string]string{
	"elb": "ELASTICLOADBALANCING", "emr": "ELASTICMAPREDUCE", "management-console": "MANAGEMENTCONSOLE", "multipleservices": "MULTIPLE_SERVICES",
}

// place fills in what follows from the ARN, or without one from the service's id.
// Source: arn:aws:health:REGION::event/SERVICE/CODE/ID.
func (e *event) place() {
	service, region := splitItem(e.item)
	e.service, e.region = cmp.Or(healthCodes[service], strings.ToUpper(service)), region
	parts := strings.SplitN(e.arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		e.id = e.item + "/" + e.start.Format(time.RFC3339)
		return
	}
	e.id = e.arn
	if region := strings.ToLower(parts[3]); region == globalRegion || regionName.MatchString(region) {
		e.region = region
	}
	if path := strings.Split(parts[5], "/"); len(path) >= 4 {
		e.service, e.code = path[1], path[2]
	}
}

// concerns says whether the event is about one of the regions, or about no region.
func (e *event) concerns(regions []string) bool {
	if len(regions) == 0 || e.region == globalRegion || slices.Contains(regions, e.region) {
		return true
	}
	return slices.ContainsFunc(e.affected, func(a room.AffectedService) bool {
		_, region := splitItem(a.ID)
		return region != e.region && (region == globalRegion || slices.Contains(regions, region))
	})
}

// write puts the texts in order, newest first, without those that repeat another.
func (e *event) write(updates []room.Update) {
	slices.SortStableFunc(updates, func(a, b room.Update) int { return b.At.Compare(a.At) })
	e.updates = slices.CompactFunc(updates, func(a, b room.Update) bool { return a.At.Equal(b.At) && a.Text == b.Text })
	e.updates = e.updates[:min(len(e.updates), updateLimit)]
}

// affect puts the services in order, the worst first.
func (e *event) affect(affected []room.AffectedService) {
	order := []string{disrupted.String(), degraded.String(), informational.String(), unsaid.String(), resolved.String()}
	slices.SortFunc(affected, func(a, b room.AffectedService) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Now), slices.Index(order, b.Now)),
			cmp.Compare(slices.Index(order, a.Worst), slices.Index(order, b.Worst)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	e.affected = affected[:min(len(affected), affectedLimit)]
}

// resolvedMark begins the headline of an event that is over.
const resolvedMark = "[RESOLVED]"

// headline cleans a summary and says whether it calls the event over.
func headline(text string) (summary string, over bool) {
	summary = clean.Line(plain(text), titleLimit)
	if rest, ok := strings.CutPrefix(summary, resolvedMark); ok {
		return strings.TrimSpace(rest), true
	}
	return summary, false
}
