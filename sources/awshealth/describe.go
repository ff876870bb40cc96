package awshealth

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/health"
	"github.com/aws/aws-sdk-go-v2/service/health/types"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

const (
	// batchSize is how many ARNs DescribeEventDetails and DescribeAffectedEntities take.
	batchSize = 10
	// textsPerLook bounds the first look at an account with a long list; the rest
	// follows with the next looks, worst first.
	textsPerLook = 200
	// issuesPerLook bounds for how many open issues the resources are read.
	issuesPerLook = 50
	// plansPerLook bounds for how many plans and notices they are read: two calls a
	// look, for an account that starts with hundreds of them; the rest follows.
	plansPerLook = 2 * batchSize
	// entityPages bounds the pages of resources for one batch of events: 1,000 are
	// more than anyone reads, and an account may have 100,000.
	entityPages = 10
	// entityLimit bounds the length of a resource's name in runes.
	entityLimit = 300
)

// describe fetches the texts of new and changed events and reports each batch. The
// error is the first call's that failed; what was fetched counts all the same.
func (w *watch) describe(ctx context.Context, failed []error, report sources.Report) error {
	lacking := w.choose(textsPerLook, func(r *record) bool { return !r.described() })
	return w.inBatches(ctx, lacking, failed, func(ctx context.Context, e *endpoint, batch []*record) error {
		read := e.details
		if w.wide {
			read = e.detailsForOrganization
		}
		details, err := read(ctx, batch)
		if err != nil {
			return err
		}
		// What is in the answer's failedSet has no text yet; the next look asks again.
		for i := range details {
			w.addText(&details[i])
		}
		var signals []room.Signal
		for _, known := range batch {
			if !known.shown {
				known.shown = true
				signals = append(signals, w.signal(known))
			}
		}
		report(signals)
		return nil
	})
}

func (e *endpoint) details(ctx context.Context, batch []*record) ([]types.EventDetails, error) {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	answer, err := e.client.DescribeEventDetails(ctx, &health.DescribeEventDetailsInput{EventArns: arns(batch)})
	if err != nil {
		return nil, err
	}
	return answer.SuccessfulSet, nil
}

// addText takes in one answer of DescribeEventDetails. Its own lastUpdatedTime says
// which version the text belongs to, since the region that answers may lag.
func (w *watch) addText(detail *types.EventDetails) {
	if detail.Event == nil || detail.EventDescription == nil {
		return
	}
	known := w.known[clean.Line(aws.ToString(detail.Event.Arn), arnLimit)]
	if known == nil {
		return
	}
	known.hasText, known.textOf = true, known.updated
	if detail.Event.LastUpdatedTime != nil {
		known.textOf = detail.Event.LastUpdatedTime.UTC()
	}
	text := clean.Text(aws.ToString(detail.EventDescription.LatestDescription), textLimit)
	if updates := addUpdates(known.updates, text, known.textOf); len(updates) != len(known.updates) {
		known.updates, known.shown = updates, false
	}
}

// impact reads which resources of ours the events name: those of open issues with
// every look, since their state changes while the issue goes on, and those of plans
// and notices once for each version, since the API throttles who asks often.
func (w *watch) impact(ctx context.Context, failed []error) error {
	ready := func(r *record) bool { return !w.wide || r.concernsOf.Equal(r.updated) } // else nobody knows whose they are
	wanted := slices.Concat(
		w.choose(issuesPerLook, func(r *record) bool { return r.troubles() && r.status == types.EventStatusCodeOpen && ready(r) }),
		w.choose(plansPerLook, func(r *record) bool { return r.concernsUs() && !r.impactOf.Equal(r.updated) && ready(r) }))
	return w.inBatches(ctx, wanted, failed, func(ctx context.Context, e *endpoint, batch []*record) error {
		found, err := w.entities(ctx, e, batch)
		if err != nil {
			return err
		}
		for _, known := range batch {
			known.impactOf = known.updated
			entities := found[known.arn]
			slices.SortFunc(entities, func(a, b room.Entity) int {
				return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Value, b.Value), strings.Compare(a.Status, b.Status))
			})
			if !slices.Equal(entities, known.entities) {
				known.entities, known.shown = entities, false
			}
		}
		return nil
	})
}

// entities reads the resources of a batch, by the event's ARN.
func (w *watch) entities(ctx context.Context, e *endpoint, batch []*record) (map[string][]room.Entity, error) {
	read := e.entities
	if w.wide {
		read = e.entitiesForOrganization
	}
	all, err := read(ctx, batch)
	if err != nil {
		return nil, err
	}
	found := make(map[string][]room.Entity)
	for i := range all {
		entity := room.Entity{
			Value:  clean.Line(aws.ToString(all[i].EntityValue), entityLimit),
			Status: clean.Line(string(all[i].StatusCode), wordLimit),
		}
		if w.wide {
			entity.Account = w.nameOf(clean.Line(aws.ToString(all[i].AwsAccountId), wordLimit))
		}
		arn := clean.Line(aws.ToString(all[i].EventArn), arnLimit)
		found[arn] = append(found[arn], entity)
	}
	return found, nil
}

func (e *endpoint) entities(ctx context.Context, batch []*record) ([]types.AffectedEntity, error) {
	var found []types.AffectedEntity
	input := &health.DescribeAffectedEntitiesInput{
		Filter: &types.EntityFilter{EventArns: arns(batch)}, MaxResults: aws.Int32(pageSize),
	}
	for range entityPages {
		answer, err := e.affected(ctx, input)
		if err != nil {
			return nil, err
		}
		found = append(found, answer.Entities...)
		if aws.ToString(answer.NextToken) == "" {
			break
		}
		input.NextToken = answer.NextToken
	}
	return found, nil
}

func (e *endpoint) affected(ctx context.Context, input *health.DescribeAffectedEntitiesInput) (*health.DescribeAffectedEntitiesOutput, error) {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	return e.client.DescribeAffectedEntities(ctx, input)
}

// choose picks known events for a further call: issues that go on first, then what
// AWS updated last.
func (w *watch) choose(limit int, wanted func(*record) bool) []*record {
	var chosen []*record
	for _, known := range w.known {
		if wanted(known) {
			chosen = append(chosen, known)
		}
	}
	urgency := func(r *record) int {
		state, _ := judge(&r.event)
		return state.Urgency()
	}
	slices.SortFunc(chosen, func(a, b *record) int {
		return cmp.Or(cmp.Compare(urgency(b), urgency(a)), b.updated.Compare(a.updated), strings.Compare(a.arn, b.arn))
	})
	return chosen[:min(len(chosen), limit)]
}

// inBatches calls do for batches of events, each batch with the region that knew
// its events best, or with the other one if that failed. It goes on after an error
// and returns the first; a region that failed once is not asked again in this look.
func (w *watch) inBatches(ctx context.Context, records []*record, failed []error, do func(context.Context, *endpoint, []*record) error) error {
	var first error
	groups := make([][]*record, len(w.endpoints))
	for _, known := range records {
		groups[known.endpoint] = append(groups[known.endpoint], known)
	}
	for i, group := range groups {
		for batch := range slices.Chunk(group, batchSize) {
			for turn := range w.endpoints {
				at := (i + turn) % len(w.endpoints)
				if failed[at] != nil {
					continue
				}
				share, cancel := context.WithTimeout(ctx, shareOf(ctx))
				err := do(share, &w.endpoints[at], batch)
				cancel()
				if err == nil {
					break
				}
				failed[at], first = err, cmp.Or(first, err)
			}
		}
	}
	return first
}

func arns(batch []*record) []string {
	out := make([]string, len(batch))
	for i, known := range batch {
		out[i] = known.arn
	}
	return out
}
