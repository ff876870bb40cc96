package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/smithy-go/middleware"
)

// Prices in dollars. What is not here costs nothing, or so little that it would not show.
// Sources: the prices of CloudWatch and SQS in us-east-1.
const (
	pricePerMetric  = 0.01 / 1000      // of GetMetricData, for each metric that is asked for
	pricePerReceive = 0.40 / 1_000_000 // of SQS, for each request
)

// dollars is what some calls cost.
func dollars(operation string, calls, units int) float64 {
	switch operation {
	case "CloudWatch:GetMetricData":
		return float64(units) * pricePerMetric
	case "SQS:ReceiveMessage", "SQS:DeleteMessageBatch", "SQS:DeleteMessage", "SQS:ChangeMessageVisibility", "SQS:ChangeMessageVisibilityBatch":
		return float64(calls) * pricePerReceive
	}
	return 0
}

type unitsKey struct{}

// withUnits remembers what AWS charges a call by, as long as its input can be seen.
func withUnits(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
	middleware.InitializeOutput, middleware.Metadata, error) {
	if query, ok := in.Parameters.(*cloudwatch.GetMetricDataInput); ok {
		metrics := 0
		for _, q := range query.MetricDataQueries {
			if q.MetricStat != nil { // an expression over them is not charged
				metrics++
			}
		}
		ctx = middleware.WithStackValue(ctx, unitsKey{}, metrics)
	}
	return next.HandleInitialize(ctx, in)
}

func unitsOf(ctx context.Context) int {
	units, _ := middleware.GetStackValue(ctx, unitsKey{}).(int)
	return units
}
