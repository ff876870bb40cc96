package cloudwatch

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/sources/awsclient"
)

const (
	// contributorLimit is how many contributors are told; an alarm may have 500.
	contributorLimit = 50
	// contributorPages bounds the pages that are read for them.
	contributorPages = 4
)

// contributes says whether an alarm can have contributors: one on a query, which gives
// several time series, and not on a metric or a formula of metrics.
func contributes(d *room.AlarmDetail) bool {
	promQL := d.Metric != "" && d.Comparison == "" // it is compared within the query
	selects := strings.HasPrefix(strings.ToUpper(strings.TrimSpace(d.Metric)), "SELECT")
	return d.Type == typeLog || d.Type == typeMetric && d.Namespace == "" && (promQL || selects)
}

// contributors asks which of an alarm's time series are in ALARM, the newest first. more
// says that there are others.
func (p *place) contributors(ctx context.Context, name string) (found []room.Contributor, more bool, err error) {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	input := &cloudwatch.DescribeAlarmContributorsInput{AlarmName: aws.String(name)}
	for page := 1; ; page++ {
		answer, err := p.client.DescribeAlarmContributors(ctx, input)
		if err != nil {
			return nil, false, err
		}
		for i := range answer.AlarmContributors {
			c := &answer.AlarmContributors[i]
			found = append(found, room.Contributor{
				Name:   cmp.Or(attributes(c.ContributorAttributes), line(c.ContributorId, nameLimit)),
				Reason: line(c.StateReason, reasonLimit), Since: aws.ToTime(c.StateTransitionedTimestamp).UTC(),
			})
		}
		more = aws.ToString(answer.NextToken) != ""
		if !more || page == contributorPages {
			break
		}
		input.NextToken = answer.NextToken
	}
	slices.SortStableFunc(found, func(a, b room.Contributor) int {
		return cmp.Or(b.Since.Compare(a.Since), cmp.Compare(a.Name, b.Name))
	})
	return found[:min(len(found), contributorLimit)], more || len(found) > contributorLimit, nil
}

// contribute fills in an alarm's contributors, and returns what people should know beside
// them.
func (p *place) contribute(ctx context.Context, name string, chart *room.Chart) (notes []string) {
	found, more, err := p.contributors(ctx, name)
	switch {
	case err != nil:
		return []string{awsclient.Failure("What contributes to it could not be had", err).Error()}
	case more:
		notes = []string{"More contribute to it than are listed"}
	}
	chart.Contributors = found
	return notes
}

// attributes are what tells a contributor from the others, by name.
func attributes(of map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(of)) {
		parts = append(parts, name+"="+of[name])
	}
	return clean.Line(strings.Join(parts, " "), descriptionLimit)
}
