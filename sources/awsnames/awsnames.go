// Package awsnames gives the names that people use for the services of AWS.
package awsnames

// serviceNames are the names people use, where they differ from the code.
var serviceNames = map[string]string{
	"APIGATEWAY":               "API Gateway",
	"APPSYNC":                  "AppSync",
	"ATHENA":                   "Athena",
	"AUTOSCALING":              "Auto Scaling",
	"BATCH":                    "Batch",
	"BEDROCK":                  "Bedrock",
	"BILLING":                  "Billing",
	"CLOUDFORMATION":           "CloudFormation",
	"CLOUDFRONT":               "CloudFront",
	"CLOUDTRAIL":               "CloudTrail",
	"CLOUDWATCH":               "CloudWatch",
	"CODEBUILD":                "CodeBuild",
	"COGNITO":                  "Cognito",
	"CONNECT":                  "Connect",
	"DIRECTCONNECT":            "Direct Connect",
	"DYNAMODB":                 "DynamoDB",
	"ELASTICACHE":              "ElastiCache",
	"ELASTICFILESYSTEM":        "EFS",
	"ELASTICLOADBALANCING":     "ELB",
	"ELASTICMAPREDUCE":         "EMR",
	"EVENTS":                   "EventBridge",
	"EVENTBRIDGE":              "EventBridge",
	"GLUE":                     "Glue",
	"IAMIDENTITYCENTER":        "IAM Identity Center",
	"INTERNETCONNECTIVITY":     "Internet",
	"KINESIS":                  "Kinesis",
	"LAMBDA":                   "Lambda",
	"MANAGEMENTCONSOLE":        "Console",
	"MULTIPLE_SERVICES":        "Multiple services",
	"NATGATEWAY":               "NAT Gateway",
	"OPENSEARCH":               "OpenSearch",
	"REDSHIFT":                 "Redshift",
	"ROUTE53":                  "Route 53",
	"SECRETSMANAGER":           "Secrets Manager",
	"SECURITY":                 "Security",
	"SIGNIN":                   "Sign-in",
	"SSO":                      "IAM Identity Center",
	"STATES":                   "Step Functions",
	"SUPPORTCENTER":            "Support Center",
	"TRANSITGATEWAY":           "Transit Gateway",
	"VPC_NETWORK_LOADBALANCER": "NLB",
}

// Service is the name people use for a service, by the code that AWS Health has for it.
// One that is not known keeps its code.
func Service(service string) string {
	if name, ok := serviceNames[service]; ok {
		return name
	}
	return service
}
