package cloudwatch

import (
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"warroom/internal/room"
)

// Signals are those that a look at an account and region shows when CloudWatch gives this
// answer, for whoever has learned the same in another way.
func Signals(account, region string, answer *cloudwatch.DescribeAlarmsOutput) []room.Signal {
	w := &watch{
		scope:  room.Scope{Source: SourceName, Account: account, Region: region},
		wanted: func(string) bool { return true }, words: make(interner), alike: newAlike(),
	}
	return w.signals(answer)
}
