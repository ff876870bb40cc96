package awsclient

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// ofTheQueue are the only actions that do more than read, and only on the queue that is
// warroom's own.
var ofTheQueue = []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"}

// resourceOf is on what actions may be allowed: all, or for those that do more than read a
// queue.
func resourceOf(actions []string) string {
	for _, action := range actions {
		if strings.HasPrefix(action, "sqs:") {
			return "arn:aws:sqs:us-west-2:111122223333:warroom"
		}
	}
	return "*"
}

func TestThePolicyAllowsWhatIsCalledAndNoMore(t *testing.T) {
	raw, err := os.ReadFile("../../docs/iam-policy.json")
	if err != nil {
		t.Fatal(err)
	}
	var policy struct {
		Version   string
		Statement []struct {
			Effect   string
			Action   []string
			Resource string
		}
	}
	if err := json.Unmarshal(raw, &policy); err != nil {
		t.Fatal(err)
	}
	var allowed []string
	for _, statement := range policy.Statement {
		if statement.Effect != "Allow" || statement.Resource != resourceOf(statement.Action) {
			t.Errorf("statement %+v", statement)
		}
		allowed = append(allowed, statement.Action...)
	}
	var needed []string
	for name := range operations(t) {
		// GetCallerIdentity needs no permission, and who may assume a role is said by the role.
		if service, operation, _ := strings.Cut(name, "."); service != "STS" {
			needed = append(needed, action(service, operation))
		}
	}
	slices.Sort(allowed)
	slices.Sort(needed)
	if !slices.Equal(allowed, slices.Compact(needed)) || policy.Version != "2012-10-17" {
		t.Errorf("allowed %v\nneeded  %v", allowed, needed)
	}
	for _, action := range allowed {
		if slices.Contains(ofTheQueue, action) {
			continue
		}
		if _, operation, _ := strings.Cut(action, ":"); !slices.ContainsFunc(readingVerbs, func(verb string) bool { return strings.HasPrefix(operation, verb) }) {
			t.Errorf("%s may do more than read", action)
		}
	}
}
