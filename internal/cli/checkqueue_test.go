package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestTheQueueIsTriedWithoutTakingAnythingOffIt(t *testing.T) {
	receipt := func(action, _ string) string {
		if action == "sqs:DeleteMessage" || action == "sqs:ChangeMessageVisibility" {
			return "ReceiptHandleIsInvalid"
		}
		return ""
	}
	for _, c := range []struct {
		refuse                  func(string, string) string
		line, state, found, fix string
	}{
		{receipt, "sqs:ReceiveMessage", stateOK, "allowed", ""},
		{receipt, "sqs:DeleteMessage", stateOK, "allowed", ""},
		{receipt, "sqs:ChangeMessageVisibility", stateOK, "allowed", ""},
		{refusing("sqs:DeleteMessage", "", "AccessDeniedException"), "sqs:DeleteMessage", stateFailed, "may not call sqs:DeleteMessage", "docs/iam-policy.json"},
		{refusing("sqs:ReceiveMessage", "", "QueueDoesNotExist"), "sqs:ReceiveMessage", stateFailed, "there is no queue warroom in us-west-2", "docs/push.md"},
	} {
		dir := alone(t)
		aws := &cloud{refuse: c.refuse}
		aws.start(t)
		write(t, filepath.Join(dir, "warroom.yaml"), "health: {off: true}\nalarms: {off: true}\npush: {queue: \"https://sqs.us-west-2.amazonaws.com/111122223333/warroom\"}\n")
		_, out, _ := run(t, "check", "--json")
		lineOf(t, checked(t, out), topicPermission, c.line, "us-west-2").says(t, c.state, c.found, c.fix)
		if asked := aws.requests(); strings.Count(asked, "ReceiptHandle") != strings.Count(asked, noReceipt) {
			t.Errorf("asked %s", asked)
		}
	}
}
