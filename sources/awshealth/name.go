package awshealth

import "strings"

// serviceNames are the names people use, where they differ from the API's in more
// than nothing.
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

// abbreviations stay in capitals when a type code becomes words.
var abbreviations = map[string]string{
	"API": "API", "DNS": "DNS", "EBS": "EBS", "EC2": "EC2", "IAM": "IAM", "RDS": "RDS",
	"SSL": "SSL", "TLS": "TLS", "VPC": "VPC", "VPN": "VPN",
}

// serviceName is the name people use for a service of the API.
func serviceName(service string) string {
	if name, ok := serviceNames[service]; ok {
		return name
	}
	return service
}

// title makes words of a type code: AWS_DYNAMODB_OPERATIONAL_ISSUE of DYNAMODB is
// "DynamoDB operational issue".
func title(name, service, code string) string {
	code = strings.TrimPrefix(code, "AWS_")
	code = strings.TrimPrefix(strings.TrimPrefix(code, service), "_")
	words := []string{name}
	for _, word := range strings.Split(code, "_") {
		if kept, ok := abbreviations[word]; ok {
			words = append(words, kept)
		} else if word != "" {
			words = append(words, strings.ToLower(word))
		}
	}
	return strings.TrimSpace(strings.Join(words, " "))
}
