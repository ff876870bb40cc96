package ui

import "testing"

func TestReasonsAreBriefInRows(t *testing.T) {
	for reason, want := range map[string]string{
		"Threshold Crossed: 3 out of the last 3 datapoints [76.0 (20/10/25 06:55:00), 59.0 (20/10/25 06:54:00), 42.0 (20/10/25 06:53:00)] were greater than the threshold (25.0) (minimum 3 datapoints for OK -> ALARM transition).": "76 > 25",
		"Threshold Crossed: 1 out of the last 1 datapoints [1.5 (20/10/25 06:48:00)] was less than or equal to the threshold (2.5) (minimum 1 datapoint for OK -> ALARM transition).":                                                "1.5 < 2.5",
		"Threshold Crossed: 1 datapoint [3.0 (20/10/25 09:31:00)] was not greater than the threshold (10.0).":                                                                                                                        "3 not > 10",
		"arn:aws:cloudwatch:us-east-1:123456789012:alarm:checkout-5xx transitioned to ALARM at Monday 20 October, 2025 06:51:00 UTC":                                                                                                 "because of checkout-5xx in ALARM",
		"Insufficient Data: 5 datapoints were unknown.": "Insufficient Data: 5 datapoints were unknown.",
		"expected status 200..299, got 503":             "expected status 200..299, got 503",
	} {
		if got := brief(reason); got != want {
			t.Errorf("%q is %q, want %q", reason, got, want)
		}
	}
}
