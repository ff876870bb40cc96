package awshealth

import "strings"

// abbreviations stay in capitals when a type code becomes words.
var abbreviations = map[string]string{
	"API": "API", "DNS": "DNS", "EBS": "EBS", "EC2": "EC2", "IAM": "IAM", "RDS": "RDS",
	"SSL": "SSL", "TLS": "TLS", "VPC": "VPC", "VPN": "VPN",
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
