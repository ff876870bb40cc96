package cli

import (
	"testing"

	"warroom/sources"
)

func TestWhatTwoScopesOfAConfigReachIsWatchedOnce(t *testing.T) {
	var taken claims
	first := taken.claim([]sources.Watch{{Name: "cloudwatch/1/us-east-1"}, {Name: "cloudwatch/1/eu-west-1"}})
	second := taken.claim([]sources.Watch{{Name: "cloudwatch/1/us-east-1"}, {Name: "cloudwatch/2/us-east-1"}})
	if len(first) != 2 || len(second) != 1 || second[0].Name != "cloudwatch/2/us-east-1" {
		t.Errorf("claimed %v, then %v", first, second)
	}
}
