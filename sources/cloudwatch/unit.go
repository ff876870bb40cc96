package cloudwatch

import (
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// units are those in which AWS publishes its metrics, where knowing it changes how a
// reading is written: GetMetricData does not tell, and alarms seldom do. What is not
// here is a plain number. Source: each service's page on its CloudWatch metrics.
var units = map[string]types.StandardUnit{
	"AWS/ApiGateway IntegrationLatency":              types.StandardUnitMilliseconds,
	"AWS/ApiGateway Latency":                         types.StandardUnitMilliseconds,
	"AWS/ApplicationELB TargetResponseTime":          types.StandardUnitSeconds,
	"AWS/DynamoDB SuccessfulRequestLatency":          types.StandardUnitMilliseconds,
	"AWS/EC2 CPUUtilization":                         types.StandardUnitPercent,
	"AWS/ECS CPUUtilization":                         types.StandardUnitPercent,
	"AWS/ECS MemoryUtilization":                      types.StandardUnitPercent,
	"AWS/ELB Latency":                                types.StandardUnitSeconds,
	"AWS/ElastiCache CPUUtilization":                 types.StandardUnitPercent,
	"AWS/ElastiCache EngineCPUUtilization":           types.StandardUnitPercent,
	"AWS/Kinesis GetRecords.IteratorAgeMilliseconds": types.StandardUnitMilliseconds,
	"AWS/Lambda Duration":                            types.StandardUnitMilliseconds,
	"AWS/Lambda IteratorAge":                         types.StandardUnitMilliseconds,
	"AWS/RDS CPUUtilization":                         types.StandardUnitPercent,
	"AWS/RDS FreeStorageSpace":                       types.StandardUnitBytes,
	"AWS/RDS FreeableMemory":                         types.StandardUnitBytes,
	"AWS/RDS ReadLatency":                            types.StandardUnitSeconds,
	"AWS/RDS WriteLatency":                           types.StandardUnitSeconds,
	"AWS/S3 FirstByteLatency":                        types.StandardUnitMilliseconds,
	"AWS/S3 TotalRequestLatency":                     types.StandardUnitMilliseconds,
	"AWS/SQS ApproximateAgeOfOldestMessage":          types.StandardUnitSeconds,
	"AWS/States ExecutionTime":                       types.StandardUnitMilliseconds,
}

// unitOf is the unit of a statistic of one of AWS's metrics, or "".
func unitOf(namespace, metric, statistic string) string {
	if statistic == string(types.StatisticSampleCount) {
		return string(types.StandardUnitCount)
	}
	return string(units[namespace+" "+metric])
}
