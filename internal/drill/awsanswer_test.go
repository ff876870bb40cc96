package drill

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/health"
	"github.com/aws/aws-sdk-go-v2/service/health/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"warroom/sources/awsclient"
)

// recorder keeps what went over the real connection the last time.
type recorder struct {
	request       *http.Request
	asked, answer []byte
	contentType   string // of the answer
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.request, r.asked = req, nil
	req = req.Clone(req.Context())
	if req.Body != nil {
		var err error
		if r.asked, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req.Body = io.NopCloser(bytes.NewReader(r.asked))
	}
	answer, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if r.answer, err = io.ReadAll(answer.Body); err != nil {
		return nil, err
	}
	r.contentType = answer.Header.Get("Content-Type")
	answer.Body = io.NopCloser(bytes.NewReader(r.answer))
	return answer, nil
}

// clients are the SDK's clients of all that the simulated AWS serves, with their requests
// and answers recorded.
type clients struct {
	recorder
	cloudwatch *cloudwatch.Client
	health     *health.Client
	sts        *sts.Client
	sqs        *sqs.Client // in the queue's region
}

func recorded(w *World, region string) *clients {
	c := new(clients)
	settings := sdk(w, region)
	settings.HTTPClient = &http.Client{Transport: &c.recorder}
	c.cloudwatch, c.health = cloudwatch.NewFromConfig(settings), health.NewFromConfig(settings)
	c.sqs = c.queue(settings, w.Queue())
	settings.APIOptions = nil // STS answers in XML
	c.sts = sts.NewFromConfig(settings)
	return c
}

// queue is a client that may take messages off one queue.
func (c *clients) queue(settings aws.Config, address string) *sqs.Client {
	return sqs.NewFromConfig(settings, func(o *sqs.Options) {
		o.Region = queueRegion
		o.APIOptions = append(slices.Clone(o.APIOptions), awsclient.OnlyQueue(address))
	})
}

// compare compares the answer on the wire with what the SDK makes of it.
func (c *clients) compare(t *testing.T, output any, err error, seen map[string]bool) {
	t.Helper()
	operation := strings.TrimSuffix(reflect.TypeOf(output).Elem().Name(), "Output")
	if err != nil {
		t.Fatalf("%s: %v", operation, err)
	}
	raw, err := document(c.contentType, c.answer)
	if err != nil {
		t.Fatalf("%s: %v", operation, err)
	}
	say := func(what string) { t.Error(what) }
	if schema := outputs[operation]; schema != nil {
		fits(operation, schema, raw, say)
	} else if c.contentType == "application/cbor" {
		t.Errorf("%s has no schema here", operation)
	}
	seen[operation] = true
	kept(operation, raw, reflect.ValueOf(output), seen, say)
}

// TestAnswersAreThoseOfTheSDKsSchemas calls all that the simulated AWS serves, at a time
// of each shipped drill, and compares every member of every answer.
func TestAnswersAreThoseOfTheSDKsSchemas(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range []struct{ scenario, from string }{{"2025-10-20", "09:30"}, {"2025-10-20", "21:39"}, {"2021-12-07", "17:00"}, {"2020-11-25", "14:30"}} {
		t.Run(c.scenario+" "+c.from, func(t *testing.T) {
			w := playedOf(t, c.scenario, c.from)
			for _, region := range w.Regions() {
				recorded(w, region).askAll(t, w, seen)
				recorded(w, region).askMutes(t, seen)
			}
		})
	}
	w := played(t, "06:45")
	recorded(w, queueRegion).askQueue(t, w, seen)
	for operation := range reads {
		if !seen[operation] {
			t.Errorf("%s is never asked", operation)
		}
	}
	for _, path := range strings.Fields(`
		DescribeAlarms.NextToken DescribeAlarms.MetricAlarms.Dimensions.Name DescribeAlarms.CompositeAlarms.AlarmRule DescribeAlarms.LogAlarms.AlarmName
		DescribeAlarms.MetricAlarms.StateTransitionedTimestamp DescribeAlarms.MetricAlarms.ExtendedStatistic DescribeAlarms.MetricAlarms.Threshold
		DescribeAlarmHistory.NextToken DescribeAlarmHistory.AlarmHistoryItems.HistoryData
		DescribeAlarmContributors.NextToken DescribeAlarmContributors.AlarmContributors.ContributorId DescribeAlarmContributors.AlarmContributors.ContributorAttributes.zone
		DescribeAlarmContributors.AlarmContributors.StateTransitionedTimestamp DescribeAlarmContributors.AlarmContributors.StateReason
		ListAlarmMuteRules.AlarmMuteRuleSummaries.AlarmMuteRuleArn ListAlarmMuteRules.AlarmMuteRuleSummaries.Status ListAlarmMuteRules.AlarmMuteRuleSummaries.ExpireDate
		GetAlarmMuteRule.Rule.Schedule.Expression GetAlarmMuteRule.Rule.Schedule.Duration GetAlarmMuteRule.MuteTargets.AlarmNames GetAlarmMuteRule.Status
		ReceiveMessage.Messages.Body ReceiveMessage.Messages.MD5OfBody ReceiveMessage.Messages.ReceiptHandle ReceiveMessage.Messages.MessageId
		DeleteMessageBatch.Successful.Id DeleteMessageBatch.Failed.Code DeleteMessageBatch.Failed.SenderFault ChangeMessageVisibilityBatch.Successful.Id ChangeMessageVisibilityBatch.Failed.Message
		GetMetricData.NextToken GetMetricData.MetricDataResults.Timestamps GetMetricData.MetricDataResults.Values
		DescribeEvents.nextToken DescribeEvents.events.endTime DescribeEvents.events.lastUpdatedTime
		DescribeEventDetails.successfulSet.event.arn DescribeEventDetails.successfulSet.eventDescription.latestDescription DescribeEventDetails.failedSet.errorName
		DescribeAffectedEntities.nextToken DescribeAffectedEntities.entities.entityValue
		GetCallerIdentity.Account GetCallerIdentity.Arn GetCallerIdentity.UserId`) {
		if !seen[path] {
			t.Errorf("%s was in no answer, so it was not compared", path)
		}
	}
}

func (c *clients) askAll(t *testing.T, w *World, seen map[string]bool) {
	ctx, now := t.Context(), w.Clock().Now()
	allTypes := cwtypes.AlarmType("").Values()
	alarms, err := c.cloudwatch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmTypes: allTypes, MaxRecords: aws.Int32(100)})
	c.compare(t, alarms, err, seen)
	for pages := cloudwatch.NewDescribeAlarmsPaginator(c.cloudwatch, &cloudwatch.DescribeAlarmsInput{AlarmTypes: allTypes, MaxRecords: aws.Int32(20)}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		c.compare(t, page, err, seen)
	}
	history, err := c.cloudwatch.DescribeAlarmHistory(ctx, &cloudwatch.DescribeAlarmHistoryInput{AlarmTypes: allTypes, MaxRecords: aws.Int32(10)})
	c.compare(t, history, err, seen)
	contributors, err := c.cloudwatch.DescribeAlarmContributors(ctx, &cloudwatch.DescribeAlarmContributorsInput{AlarmName: aws.String("checkout-error-log")})
	c.compare(t, contributors, err, seen)
	first := alarms.MetricAlarms[0]
	metrics, err := c.cloudwatch.GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(now.Add(-2 * time.Hour)), EndTime: &now, MaxDatapoints: aws.Int32(3),
		MetricDataQueries: []cwtypes.MetricDataQuery{{Id: aws.String("m"), MetricStat: &cwtypes.MetricStat{
			Metric: &cwtypes.Metric{Namespace: first.Namespace, MetricName: first.MetricName, Dimensions: first.Dimensions}, Period: aws.Int32(60), Stat: aws.String("Maximum"),
		}}},
	})
	c.compare(t, metrics, err, seen)
	events, err := c.health.DescribeEvents(ctx, &health.DescribeEventsInput{MaxResults: aws.Int32(1)})
	c.compare(t, events, err, seen)
	arn := aws.ToString(events.Events[0].Arn)
	details, err := c.health.DescribeEventDetails(ctx, &health.DescribeEventDetailsInput{EventArns: []string{arn, "arn:aws:health:us-east-1::event/X/Y/Z"}})
	c.compare(t, details, err, seen)
	entities, err := c.health.DescribeAffectedEntities(ctx, &health.DescribeAffectedEntitiesInput{MaxResults: aws.Int32(1), Filter: &types.EntityFilter{EventArns: []string{arn}}})
	c.compare(t, entities, err, seen)
	who, err := c.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	c.compare(t, who, err, seen)
}

// askMutes asks for all mute rules of a region, and for each by itself.
func (c *clients) askMutes(t *testing.T, seen map[string]bool) {
	mutes, err := c.cloudwatch.ListAlarmMuteRules(t.Context(), &cloudwatch.ListAlarmMuteRulesInput{})
	c.compare(t, mutes, err, seen)
	for _, summary := range mutes.AlarmMuteRuleSummaries {
		arn := aws.ToString(summary.AlarmMuteRuleArn)
		rule, err := c.cloudwatch.GetAlarmMuteRule(t.Context(), &cloudwatch.GetAlarmMuteRuleInput{AlarmMuteRuleName: aws.String(arn[strings.LastIndex(arn, ":")+1:])})
		c.compare(t, rule, err, seen)
	}
}

// askQueue takes a message off the queue in every way that there is.
func (c *clients) askQueue(t *testing.T, w *World, seen map[string]bool) {
	ctx, queue := t.Context(), aws.String(w.Queue())
	if err := w.Clock().Jump(w.Clock().Now().Add(15 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	got, err := c.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: queue, MaxNumberOfMessages: 10})
	c.compare(t, got, err, seen)
	receipt, none := aws.String("drill-0"), aws.String("made up")
	held, err := c.sqs.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: queue, ReceiptHandle: receipt, VisibilityTimeout: 1})
	c.compare(t, held, err, seen)
	heldAll, err := c.sqs.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: queue, Entries: []sqstypes.ChangeMessageVisibilityBatchRequestEntry{
		{Id: aws.String("a"), ReceiptHandle: receipt, VisibilityTimeout: 1}, {Id: aws.String("b"), ReceiptHandle: none, VisibilityTimeout: 1}}})
	c.compare(t, heldAll, err, seen)
	gone, err := c.sqs.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: queue, ReceiptHandle: receipt})
	c.compare(t, gone, err, seen)
	goneAll, err := c.sqs.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: queue, Entries: []sqstypes.DeleteMessageBatchRequestEntry{
		{Id: aws.String("a"), ReceiptHandle: receipt}, {Id: aws.String("b"), ReceiptHandle: none}}})
	c.compare(t, goneAll, err, seen)
}

// TestRefusalsAreTheSDKsOwnErrors holds that a refusal becomes the type that the SDK has
// for it, with its message.
func TestRefusalsAreTheSDKsOwnErrors(t *testing.T) {
	w := played(t, "09:30")
	c, token := recorded(w, "us-east-1"), aws.String("made up")
	_, err := c.cloudwatch.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{NextToken: token})
	var alarms *cwtypes.InvalidNextToken
	if !errors.As(err, &alarms) || alarms.ErrorMessage() == "" {
		t.Errorf("CloudWatch: %v", err)
	}
	_, err = c.health.DescribeEvents(t.Context(), &health.DescribeEventsInput{NextToken: token})
	var events *types.InvalidPaginationToken
	if !errors.As(err, &events) || events.ErrorMessage() == "" {
		t.Errorf("Health: %v", err)
	}
	for queue, receipt := range map[string]string{w.Queue() + "2": "drill-0", w.Queue(): "made up"} {
		_, err = c.queue(sdk(w, queueRegion), queue).DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &queue, ReceiptHandle: &receipt})
		var none *sqstypes.QueueDoesNotExist
		var invalid *sqstypes.ReceiptHandleIsInvalid
		if !errors.As(err, &none) && !errors.As(err, &invalid) || errors.As(err, &none) != strings.HasSuffix(queue, "2") {
			t.Errorf("SQS: %v", err)
		}
	}
	_, err = c.sts.GetAccessKeyInfo(t.Context(), &sts.GetAccessKeyInfoInput{AccessKeyId: aws.String("AKIAIOSFODNN7EXAMPLE")})
	if code(err) != "InvalidAction" {
		t.Errorf("STS: %v", err)
	}
}
