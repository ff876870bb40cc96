package awshealth

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/health"
	"github.com/aws/aws-sdk-go-v2/service/health/types"
	"github.com/aws/smithy-go"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

const (
	// concernsPerLook bounds for how many events it is asked whom they concern: a call for
	// each, of an operation that throttles early. The rest follows with the next looks.
	concernsPerLook = 30
	// accountPages bounds the pages of accounts of one event: 1,000 are more than anyone reads.
	accountPages = 10
	// filtersPerBatch bounds of how many accounts the resources are read for one batch.
	filtersPerBatch = 10 * batchSize
)

// eventsForOrganization is events for the whole organization. Who is concerned is not in
// the list.
func (e *endpoint) eventsForOrganization(ctx context.Context, q query) ([]types.Event, *string, error) {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	filter := &types.OrganizationEventFilter{EventStatusCodes: goingOn}
	if q.over {
		filter = &types.OrganizationEventFilter{EventStatusCodes: []types.EventStatusCode{types.EventStatusCodeClosed}, EndTime: &types.DateTimeRange{From: &q.since}}
	}
	answer, err := e.client.DescribeEventsForOrganization(ctx, &health.DescribeEventsForOrganizationInput{
		Filter: filter, MaxResults: aws.Int32(pageSize), NextToken: q.token,
	})
	if err != nil {
		return nil, nil, err
	}
	events := make([]types.Event, len(answer.Events))
	for i, from := range answer.Events {
		events[i] = types.Event{
			Arn: from.Arn, Service: from.Service, EventTypeCode: from.EventTypeCode, EventTypeCategory: from.EventTypeCategory, Region: from.Region,
			EventScopeCode: from.EventScopeCode, StatusCode: from.StatusCode, Actionability: from.Actionability,
			StartTime: from.StartTime, EndTime: from.EndTime, LastUpdatedTime: from.LastUpdatedTime,
		}
	}
	return events, answer.NextToken, nil
}

// concern reads which accounts of the organization each event concerns, once for each
// version of it.
func (w *watch) concern(ctx context.Context, failed []error) error {
	if !w.wide {
		return nil
	}
	wanted := w.choose(concernsPerLook, func(r *record) bool { return !r.concernsOf.Equal(r.updated) })
	return w.inBatches(ctx, wanted, failed, func(ctx context.Context, e *endpoint, batch []*record) error {
		for _, known := range batch {
			numbers, err := e.accounts(ctx, known.arn)
			if err != nil {
				return err
			}
			known.concernsOf = known.updated
			if !slices.Equal(numbers, known.numbers) {
				known.numbers, known.shown = numbers, false
			}
		}
		return nil
	})
}

// accounts are the numbers of the accounts that an event concerns, sorted.
func (e *endpoint) accounts(ctx context.Context, arn string) (numbers []string, err error) {
	input := &health.DescribeAffectedAccountsForOrganizationInput{EventArn: &arn, MaxResults: aws.Int32(pageSize)}
	for range accountPages {
		answer, err := e.affectedAccounts(ctx, input)
		if err != nil {
			return nil, err
		}
		for _, number := range answer.AffectedAccounts {
			numbers = append(numbers, clean.Line(number, wordLimit))
		}
		if aws.ToString(answer.NextToken) == "" {
			break
		}
		input.NextToken = answer.NextToken
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), nil
}

func (e *endpoint) affectedAccounts(ctx context.Context, input *health.DescribeAffectedAccountsForOrganizationInput) (
	*health.DescribeAffectedAccountsForOrganizationOutput, error) {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	return e.client.DescribeAffectedAccountsForOrganization(ctx, input)
}

// detailsForOrganization is details for the whole organization. What is not public is
// asked for through one of the accounts that it concerns: the text is the same in all.
func (e *endpoint) detailsForOrganization(ctx context.Context, batch []*record) ([]types.EventDetails, error) {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	filters := make([]types.EventAccountFilter, len(batch))
	for i, known := range batch {
		filters[i].EventArn = &known.arn
		if known.scope != types.EventScopeCodePublic && len(known.numbers) > 0 {
			filters[i].AwsAccountId = &known.numbers[0]
		}
	}
	answer, err := e.client.DescribeEventDetailsForOrganization(ctx, &health.DescribeEventDetailsForOrganizationInput{OrganizationEventDetailFilters: filters})
	if err != nil {
		return nil, err
	}
	details := make([]types.EventDetails, len(answer.SuccessfulSet))
	for i, from := range answer.SuccessfulSet {
		details[i] = types.EventDetails{Event: from.Event, EventDescription: from.EventDescription}
	}
	return details, nil
}

// entitiesForOrganization is entities for the whole organization: of each event in each
// account that it concerns.
func (e *endpoint) entitiesForOrganization(ctx context.Context, batch []*record) ([]types.AffectedEntity, error) {
	var filters []types.EntityAccountFilter
	for _, known := range batch {
		for i := range known.numbers {
			filters = append(filters, types.EntityAccountFilter{EventArn: &known.arn, AwsAccountId: &known.numbers[i]})
		}
	}
	var found []types.AffectedEntity
	for some := range slices.Chunk(filters[:min(len(filters), filtersPerBatch)], batchSize) {
		input := &health.DescribeAffectedEntitiesForOrganizationInput{OrganizationEntityAccountFilters: some, MaxResults: aws.Int32(pageSize)}
		for range entityPages {
			answer, err := e.affectedForOrganization(ctx, input)
			if err != nil {
				return nil, err
			}
			found = append(found, answer.Entities...)
			if aws.ToString(answer.NextToken) == "" {
				break
			}
			input.NextToken = answer.NextToken
		}
	}
	return found, nil
}

func (e *endpoint) affectedForOrganization(ctx context.Context, input *health.DescribeAffectedEntitiesForOrganizationInput) (
	*health.DescribeAffectedEntitiesForOrganizationOutput, error) {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	return e.client.DescribeAffectedEntitiesForOrganization(ctx, input)
}

// rejected says whether a call for the organization's events was answered with a refusal, so
// that the account's own events are worth asking for.
func rejected(err error) bool { return closedToUs(err) || awsclient.Classify(err).Name == "rejected" }

// passing are codes with which the API refuses a call and says nothing of the organization: it
// is being changed just now, or the request was not understood.
var passing = []string{"ConcurrentModificationException", "UnsupportedLocale", "SerializationException", "UnknownOperationException", "UnknownError"}

// closedToUs says whether AWS does not give the organization's events to this account: it
// may not ask, or it is neither the management account nor a delegated administrator, or
// the organization view is not enabled. AWS has no one code for the last two, so it is any
// that the API itself gives and that says nothing else; not what something in between answers.
func closedToUs(err error) bool {
	switch awsclient.Classify(err).Name {
	case awsclient.CauseDenied, noOrganization:
		return true
	case "rejected":
		var said smithy.APIError
		return errors.As(err, &said) && said.ErrorCode() != "" && !slices.Contains(passing, said.ErrorCode())
	}
	return false
}

const noOrganization = "no-organization"

// narrowedBy is the warning of a look that was refused the organization's events and has read
// the account's own. If AWS does not show the organization to this account they are not asked
// for again for a while; what else was refused once may be given with the next look.
func (w *watch) narrowedBy(failed []error) *sources.Failure {
	warning := func(err error, why, next string) *sources.Failure {
		return &sources.Failure{Err: err, Partial: true, Trouble: room.Trouble{
			What: "AWS Health is read for this account, and not for its organization", Why: why, Next: next,
		}}
	}
	closed := slices.IndexFunc(failed, closedToUs)
	if closed < 0 {
		err := failed[slices.IndexFunc(failed, rejected)]
		return warning(err, awsclient.Classify(err).Why, "the organization is asked for again with the next look")
	}
	err, why := failed[closed], "AWS does not show the organization to this account"
	next := "enable the organization view in AWS Health, and ask with its management account or a delegated administrator"
	switch cause := awsclient.Classify(err); cause.Name {
	case awsclient.CauseDenied:
		why, next = cause.Why, "allow it in their policy (docs/iam-policy.json); "+next
	case noOrganization:
		why, next = cause.Why, "take organization out of health: in the config, or name a management account there"
	}
	w.narrow = w.refused(warning(err, why, next))
	return w.narrow.failure
}

// nameOf is what an account is called.
func (w *watch) nameOf(number string) string {
	if w.options.AccountName == nil {
		return number
	}
	return w.options.AccountName(number)
}

// accountNames are the accounts that an event concerns, as far as more than one is asked
// of; account is the one that its row names.
func (w *watch) accountNames(r *record) (names []string, account string) {
	if !w.wide {
		return nil, w.scope.Account
	}
	for _, number := range r.numbers {
		names = append(names, w.nameOf(number))
	}
	switch len(names) {
	case 0:
		return nil, w.scope.Account
	case 1:
		return names, names[0]
	}
	return names, ""
}
