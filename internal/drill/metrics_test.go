package drill

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// errors5xx asks for what checkout-5xx looks at.
func errors5xx(period int32, region string) cwtypes.MetricDataQuery {
	return cwtypes.MetricDataQuery{Id: aws.String("m"), MetricStat: &cwtypes.MetricStat{
		Period: aws.Int32(period), Stat: aws.String("Sum"),
		Metric: &cwtypes.Metric{Namespace: aws.String("AWS/ApplicationELB"), MetricName: aws.String("HTTPCode_Target_5XX_Count"), Dimensions: []cwtypes.Dimension{
			{Name: aws.String("LoadBalancer"), Value: aws.String("app/checkout-" + region + "/50dc6c495c0c9188")},
			{Name: aws.String("TargetGroup"), Value: aws.String("targetgroup/checkout/943f017f100becff")},
		}},
	}}
}

// fetch reads one metric to its end.
func fetch(t *testing.T, client *cloudwatch.Client, in *cloudwatch.GetMetricDataInput) (times []time.Time, values []float64, codes []cwtypes.StatusCode) {
	t.Helper()
	pages := cloudwatch.NewGetMetricDataPaginator(client, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil || len(page.MetricDataResults) != 1 {
			t.Fatalf("%d results, %v", len(page.MetricDataResults), err)
		}
		result := page.MetricDataResults[0]
		times, values, codes = append(times, result.Timestamps...), append(values, result.Values...), append(codes, result.StatusCode)
	}
	if len(times) != len(values) {
		t.Fatalf("%d times and %d values", len(times), len(values))
	}
	return times, values, codes
}

func TestTheSDKReadsMetricsPageByPage(t *testing.T) {
	w := played(t, "07:30")
	client := cloudwatch.NewFromConfig(sdk(w, "us-east-1"))
	in := &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(at(t, w.story, "06:30")), EndTime: aws.Time(at(t, w.story, "07:45")),
		MetricDataQueries: []cwtypes.MetricDataQuery{errors5xx(60, "us-east-1")},
	}
	times, values, codes := fetch(t, client, in)
	if len(times) != 60 || !slices.Equal(codes, []cwtypes.StatusCode{cwtypes.StatusCodeComplete}) {
		t.Fatalf("%d readings from 06:30 to 07:30, %v", len(times), codes)
	}
	if !times[0].Equal(at(t, w.story, "07:29")) || values[0] <= 25 || values[59] > 25 {
		t.Errorf("the newest is %g at %s, the oldest %g", values[0], times[0], values[59])
	}
	in.MaxDatapoints = aws.Int32(25)
	if pagedTimes, paged, codes := fetch(t, client, in); !slices.Equal(paged, values) || !slices.EqualFunc(pagedTimes, times, time.Time.Equal) ||
		!slices.Equal(codes, []cwtypes.StatusCode{"PartialData", "PartialData", "Complete"}) {
		t.Errorf("in pages it is something else: %v", codes)
	}
	in.MaxDatapoints, in.ScanBy = nil, cwtypes.ScanByTimestampAscending
	_, ascending, _ := fetch(t, client, in)
	slices.Reverse(ascending)
	if !slices.Equal(ascending, values) {
		t.Error("oldest first is not newest first turned round")
	}
	in.MetricDataQueries[0].MetricStat.Period = aws.Int32(300)
	in.ScanBy = ""
	if times, sums, _ := fetch(t, client, in); len(times) != 12 || sums[0] != values[0]+values[1]+values[2]+values[3]+values[4] {
		t.Errorf("by five minutes there are %d, the newest %g of %v", len(times), sums[0], values[:5])
	}
}

func TestMetricsWithoutReadingsAreEmptyAndComplete(t *testing.T) {
	w := played(t, "09:10")
	client := cloudwatch.NewFromConfig(sdk(w, "us-east-1"))
	in := &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(at(t, w.story, "08:00")), EndTime: aws.Time(at(t, w.story, "09:00")),
		MetricDataQueries: []cwtypes.MetricDataQuery{{Id: aws.String("cpu"), MetricStat: &cwtypes.MetricStat{
			Period: aws.Int32(60), Stat: aws.String("Average"),
			Metric: &cwtypes.Metric{Namespace: aws.String("AWS/ECS"), MetricName: aws.String("CPUUtilization"), Dimensions: []cwtypes.Dimension{
				{Name: aws.String("ClusterName"), Value: aws.String("prod-us-east-1")}, {Name: aws.String("ServiceName"), Value: aws.String("checkout")},
			}},
		}}},
	}
	if times, _, codes := fetch(t, client, in); len(times) != 0 || codes[0] != cwtypes.StatusCodeComplete {
		t.Errorf("checkout-cpu has no data at 08:00, and %d readings, %v", len(times), codes)
	}
	in.MetricDataQueries[0].MetricStat.Metric.Dimensions = nil
	if times, _, codes := fetch(t, client, in); len(times) != 0 || codes[0] != cwtypes.StatusCodeComplete {
		t.Errorf("a metric that nobody writes has %d readings, %v", len(times), codes)
	}
	in.MetricDataQueries[0] = errors5xx(60, "eu-west-1")
	if times, _, _ := fetch(t, client, in); len(times) != 0 {
		t.Errorf("a metric of eu-west-1 has %d readings in us-east-1", len(times))
	}
	in.MetricDataQueries[0] = errors5xx(10, "us-east-1")
	in.StartTime = aws.Time(at(t, w.story, "05:00"))
	if times, _, _ := fetch(t, client, in); len(times) == 0 || times[len(times)-1].Before(at(t, w.story, "06:10")) {
		t.Errorf("%d readings by ten seconds, which are kept for three hours", len(times))
	}
}

func TestRequestsForMetricsAreRefusedAsAWSDoes(t *testing.T) {
	w := played(t, "07:30")
	client := cloudwatch.NewFromConfig(sdk(w, "us-east-1"))
	for name, spoil := range map[string]func(*cloudwatch.GetMetricDataInput){
		"an end before the beginning": func(in *cloudwatch.GetMetricDataInput) { in.EndTime = in.StartTime },
		"no query":                    func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries = []cwtypes.MetricDataQuery{} },
		"too many queries": func(in *cloudwatch.GetMetricDataInput) {
			in.MetricDataQueries = make([]cwtypes.MetricDataQuery, 501)
			for i := range in.MetricDataQueries {
				in.MetricDataQueries[i] = errors5xx(60, "us-east-1")
			}
		},
		"an Id twice": func(in *cloudwatch.GetMetricDataInput) {
			in.MetricDataQueries = append(in.MetricDataQueries, in.MetricDataQueries[0])
		},
		"an Id in capitals": func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries[0].Id = aws.String("M") },
		"a period of 90 s":  func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries[0].MetricStat.Period = aws.Int32(90) },
		"an expression": func(in *cloudwatch.GetMetricDataInput) {
			in.MetricDataQueries[0].MetricStat, in.MetricDataQueries[0].Expression = nil, aws.String("SUM(METRICS())")
		},
		"neither metric nor expression": func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries[0].MetricStat = nil },
		"too many readings a page":      func(in *cloudwatch.GetMetricDataInput) { in.MaxDatapoints = aws.Int32(100_801) },
		"an order that is none":         func(in *cloudwatch.GetMetricDataInput) { in.ScanBy = "Sideways" },
		"a stranger's page mark":        func(in *cloudwatch.GetMetricDataInput) { in.NextToken = aws.String("next") },
	} {
		in := &cloudwatch.GetMetricDataInput{
			StartTime: aws.Time(at(t, w.story, "06:30")), EndTime: aws.Time(at(t, w.story, "07:30")),
			MetricDataQueries: []cwtypes.MetricDataQuery{errors5xx(60, "us-east-1")},
		}
		spoil(in)
		if _, err := client.GetMetricData(t.Context(), in); code(err) != "ValidationError" && code(err) != "InvalidNextToken" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMetricsAndHistoryFailWithTheirAPI(t *testing.T) {
	w := played(t, "06:56")
	client := cloudwatch.NewFromConfig(sdk(w, "us-east-1"))
	if _, err := client.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{}); err == nil {
		t.Error("a request without anything was sent")
	}
	metrics := func(ctx context.Context) error {
		_, err := client.GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
			StartTime: aws.Time(at(t, w.story, "06:30")), EndTime: aws.Time(at(t, w.story, "06:50")),
			MetricDataQueries: []cwtypes.MetricDataQuery{errors5xx(60, "us-east-1")},
		})
		return err
	}
	history := func(ctx context.Context) error {
		_, err := client.DescribeAlarmHistory(ctx, &cloudwatch.DescribeAlarmHistoryInput{})
		return err
	}
	for _, call := range []func(context.Context) error{metrics, history} {
		if err := call(t.Context()); code(err) != "ThrottlingException" {
			t.Errorf("06:56 CloudWatch throttles, and says %v", err)
		}
	}
	if err := w.Clock().Jump(at(t, w.story, "07:05")); err != nil {
		t.Fatal(err)
	}
	for _, call := range []func(context.Context) error{metrics, history} {
		if err := call(t.Context()); err != nil {
			t.Errorf("07:05 CloudWatch answers, and says %v", err)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := call(ended); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	}
}
