package cli

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/health"
	healthtypes "github.com/aws/aws-sdk-go-v2/service/health/types"
	"github.com/aws/smithy-go"

	"warroom/internal/config"
	"warroom/sources/awsclient"
	"warroom/sources/awshealth"
)

// trial is one action that warroom asks of AWS, and the smallest call that shows
// whether it may.
type trial struct {
	action string
	call   func(context.Context) error
	cost   string // said beside "allowed"
}

// permissions tries every action in every region of a scope.
func (c *checker) permissions(ctx context.Context, scope config.Scope, settings aws.Config, account string) []finding {
	about := subject{topic: topicPermission, account: account}
	parts := []func() []finding{func() []finding { return c.healthPermissions(ctx, settings, account) }}
	regions := scope.Regions
	if len(regions) == 0 && settings.Region != "" {
		regions = []string{settings.Region}
	}
	for _, region := range regions {
		parts = append(parts, func() []finding { return c.alarmPermissions(ctx, settings, account, region) })
		if c.cfg.Changes.CloudTrail {
			parts = append(parts, func() []finding { return c.changePermission(ctx, settings, account, region) })
		}
	}
	found := byRegion(c.together(about.called("every action"), len(parts), func(i int) []finding { return parts[i]() }))
	if len(regions) == 0 && !c.cfg.Alarms.Off {
		missing := noRegion(account)
		found = append(found, about.called("cloudwatch").fail(missing.Why+", so no alarms are watched", missing.Next))
	}
	return found
}

// byRegion brings the findings of each region together, in the order of the first.
func byRegion(findings []finding) []finding {
	var order []string
	for _, f := range findings {
		if !slices.Contains(order, f.region) {
			order = append(order, f.region)
		}
	}
	slices.SortStableFunc(findings, func(a, b finding) int {
		return cmp.Compare(slices.Index(order, a.region), slices.Index(order, b.region))
	})
	return findings
}

func (c *checker) alarmPermissions(ctx context.Context, settings aws.Config, account, region string) []finding {
	about := subject{topic: topicPermission, account: account, region: region}
	if c.cfg.Alarms.Off {
		return []finding{about.called("cloudwatch").skip("the config switches the alarms off", "")}
	}
	client := cloudwatch.NewFromConfig(settings, func(o *cloudwatch.Options) {
		o.Region = region
		o.APIOptions = append(o.APIOptions, awsclient.Harden)
	})
	trials := alarmTrials(client)
	return c.together(about.called("cloudwatch"), len(trials), func(i int) []finding {
		found, _ := c.try(ctx, about, trials[i])
		return []finding{found}
	})
}

// changePermission tries the one action of CloudTrail.
func (c *checker) changePermission(ctx context.Context, settings aws.Config, account, region string) []finding {
	client := cloudtrail.NewFromConfig(settings, func(o *cloudtrail.Options) {
		o.Region = region
		o.APIOptions = append(o.APIOptions, awsclient.Harden)
	})
	found, _ := c.try(ctx, subject{topic: topicPermission, account: account, region: region}, changeTrial(client))
	return []finding{found}
}

func changeTrial(client *cloudtrail.Client) trial {
	return trial{action: "cloudtrail:LookupEvents", call: func(ctx context.Context) error {
		_, err := client.LookupEvents(ctx, &cloudtrail.LookupEventsInput{MaxResults: aws.Int32(1)})
		return err
	}}
}

// alarmTrials are the actions of CloudWatch. GetMetricData is asked for a metric
// that nobody has: what is paid for is the question.
func alarmTrials(client *cloudwatch.Client) []trial {
	kinds := []cloudwatchtypes.AlarmType{
		cloudwatchtypes.AlarmTypeMetricAlarm, cloudwatchtypes.AlarmTypeCompositeAlarm, cloudwatchtypes.AlarmTypeLogAlarm,
	}
	one := aws.Int32(1)
	return []trial{
		{action: "cloudwatch:DescribeAlarms", call: func(ctx context.Context) error {
			_, err := client.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmTypes: kinds, MaxRecords: one})
			return err
		}},
		{action: "cloudwatch:DescribeAlarmHistory", call: func(ctx context.Context) error {
			_, err := client.DescribeAlarmHistory(ctx, &cloudwatch.DescribeAlarmHistoryInput{AlarmTypes: kinds, MaxRecords: one})
			return err
		}},
		{action: "cloudwatch:ListAlarmMuteRules", call: func(ctx context.Context) error {
			_, err := client.ListAlarmMuteRules(ctx, &cloudwatch.ListAlarmMuteRulesInput{MaxRecords: one})
			return err
		}},
		{action: "cloudwatch:GetAlarmMuteRule", call: func(ctx context.Context) error {
			_, err := client.GetAlarmMuteRule(ctx, &cloudwatch.GetAlarmMuteRuleInput{AlarmMuteRuleName: aws.String(nothingCalled)})
			return unlessMissing(err)
		}},
		{action: "cloudwatch:DescribeAlarmContributors", call: func(ctx context.Context) error {
			_, err := client.DescribeAlarmContributors(ctx, &cloudwatch.DescribeAlarmContributorsInput{AlarmName: aws.String(nothingCalled)})
			return unlessMissing(err)
		}},
		{action: "cloudwatch:GetMetricData", cost: "; asking this once cost 0.00001 USD", call: func(ctx context.Context) error {
			end := time.Now()
			_, err := client.GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
				StartTime: aws.Time(end.Add(-5 * time.Minute)), EndTime: aws.Time(end), MaxDatapoints: one,
				MetricDataQueries: []cloudwatchtypes.MetricDataQuery{{Id: aws.String("nothing"), MetricStat: &cloudwatchtypes.MetricStat{
					Metric: &cloudwatchtypes.Metric{Namespace: aws.String("warroom/check"), MetricName: aws.String("nothing")},
					Period: aws.Int32(60), Stat: aws.String("Sum"),
				}}},
			})
			return err
		}},
	}
}

// nothingCalled is a name that nobody gives to an alarm or a rule.
const nothingCalled = "warroom-check-nothing"

// unlessMissing is no error where AWS answers that there is no such thing: that may be asked.
func unlessMissing(err error) error {
	var answer smithy.APIError
	if errors.As(err, &answer) && strings.HasPrefix(answer.ErrorCode(), "ResourceNotFound") {
		return nil
	}
	return err
}

// healthPermissions tries DescribeEvents in both regions of the Health API, and the
// other two actions in the first region that answered.
func (c *checker) healthPermissions(ctx context.Context, settings aws.Config, account string) []finding {
	about := subject{topic: topicPermission, account: account}
	if c.cfg.Health.Off {
		return []finding{about.called("health").skip("the config switches AWS Health off", "")}
	}
	var regions, arns []string
	var clients []*health.Client
	for _, region := range awshealth.Regions(settings.Region) {
		if client := awshealth.Client(settings, region); client != nil {
			regions, arns, clients = append(regions, region), append(arns, unlikelyARN(region)), append(clients, client)
		}
	}
	errs := make([]error, len(regions))
	events := c.together(about.called("health"), len(regions), func(i int) []finding {
		var found finding
		found, errs[i] = c.try(ctx, about.in(account, regions[i]), eventsTrial(clients[i], &arns[i]))
		return []finding{found}
	})
	at, why := whereToGoOn(errs)
	events = oneSided(events, errs, regions)
	about.region = regions[at]
	trials := healthTrials(clients[at], arns[at])
	if c.cfg.Wide(account) {
		trials = append(trials, organizationTrials(clients[at], arns[at])...)
	}
	details := c.together(about.called("health"), len(trials), func(i int) []finding {
		if why != "" {
			return []finding{about.called(trials[i].action).skip(why, "mend health:DescribeEvents first")}
		}
		found, _ := c.try(ctx, about, trials[i])
		return []finding{found}
	})
	return append(append([]finding{events[at]}, details...), slices.Delete(events, at, at+1)...)
}

// whereToGoOn is the region for the actions that follow DescribeEvents: one that
// answered, or else one that refused only that. why is why there is none.
func whereToGoOn(errs []error) (at int, why string) {
	for i, err := range errs {
		if err == nil {
			return i, ""
		}
	}
	for i, err := range errs {
		switch awsclient.Classify(err).Name {
		case awsclient.CauseDenied:
			return i, ""
		case awsclient.CauseSubscription:
			return i, "not tried: the support plan does not include the API"
		}
	}
	return 0, "not tried: neither region of the API answered"
}

// oneSided turns the failure of one region into a warning, since the other one is
// enough. A denial stays one: it would meet both.
func oneSided(events []finding, errs []error, regions []string) []finding {
	for i := range events {
		other := len(events) - 1 - i // itself, if there is one alone
		if errs[i] != nil && errs[other] == nil && events[i].state == stateFailed && awsclient.Classify(errs[i]).Name != awsclient.CauseDenied {
			events[i].state = stateWarning
			events[i].found += "; " + regions[other] + " answers, and is enough"
		}
	}
	return events
}

// unlikelyARN is an ARN in the form of an event's, for accounts without events. The
// API answers that there is no such event, unless it refuses to look.
func unlikelyARN(region string) string {
	partition := "aws"
	switch {
	case strings.HasPrefix(region, "us-gov-"):
		partition = "aws-us-gov"
	case strings.HasPrefix(region, "cn-"):
		partition = "aws-cn"
	}
	return "arn:" + partition + ":health:" + region + "::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/AWS_EC2_OPERATIONAL_ISSUE_WARROOM_CHECK"
}

// eventsTrial also notes the ARN of an event, if there is one.
func eventsTrial(client *health.Client, arn *string) trial {
	return trial{action: "health:DescribeEvents", call: func(ctx context.Context) error {
		answer, err := client.DescribeEvents(ctx, &health.DescribeEventsInput{MaxResults: aws.Int32(1)})
		if err == nil && len(answer.Events) > 0 && aws.ToString(answer.Events[0].Arn) != "" {
			*arn = *answer.Events[0].Arn
		}
		return err
	}}
}

func healthTrials(client *health.Client, arn string) []trial {
	return []trial{
		{action: "health:DescribeEventDetails", call: func(ctx context.Context) error {
			_, err := client.DescribeEventDetails(ctx, &health.DescribeEventDetailsInput{EventArns: []string{arn}})
			return err
		}},
		{action: "health:DescribeAffectedEntities", call: func(ctx context.Context) error {
			_, err := client.DescribeAffectedEntities(ctx, &health.DescribeAffectedEntitiesInput{
				Filter: &healthtypes.EntityFilter{EventArns: []string{arn}}, MaxResults: aws.Int32(1),
			})
			return err
		}},
	}
}

// organizationTrials are the actions of AWS Health for the account that is asked for its
// whole organization.
func organizationTrials(client *health.Client, arn string) []trial {
	return []trial{
		{action: "health:DescribeEventsForOrganization", call: func(ctx context.Context) error {
			_, err := client.DescribeEventsForOrganization(ctx, &health.DescribeEventsForOrganizationInput{MaxResults: aws.Int32(1)})
			return err
		}},
		{action: "health:DescribeAffectedAccountsForOrganization", call: func(ctx context.Context) error {
			_, err := client.DescribeAffectedAccountsForOrganization(ctx, &health.DescribeAffectedAccountsForOrganizationInput{EventArn: &arn})
			return err
		}},
		{action: "health:DescribeEventDetailsForOrganization", call: func(ctx context.Context) error {
			_, err := client.DescribeEventDetailsForOrganization(ctx, &health.DescribeEventDetailsForOrganizationInput{
				OrganizationEventDetailFilters: []healthtypes.EventAccountFilter{{EventArn: &arn}},
			})
			return err
		}},
		{action: "health:DescribeAffectedEntitiesForOrganization", call: func(ctx context.Context) error {
			_, err := client.DescribeAffectedEntitiesForOrganization(ctx, &health.DescribeAffectedEntitiesForOrganizationInput{
				OrganizationEntityAccountFilters: []healthtypes.EntityAccountFilter{{EventArn: &arn}}, MaxResults: aws.Int32(1),
			})
			return err
		}},
	}
}

// try makes one call when its turn has come. The error is the call's.
func (c *checker) try(ctx context.Context, about subject, t trial) (finding, error) {
	about.name = t.action
	done, err := c.turn(ctx)
	if err != nil {
		return c.overdue(about), err
	}
	defer done()
	began := time.Now()
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	if err := t.call(ctx); err != nil {
		return c.refused(about, err, time.Since(began)), err
	}
	return about.ok("allowed" + t.cost), nil
}
