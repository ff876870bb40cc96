package awsclient

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

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
		if statement.Effect != "Allow" || statement.Resource != "*" {
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
		if _, operation, _ := strings.Cut(action, ":"); !slices.ContainsFunc(readingVerbs, func(verb string) bool { return strings.HasPrefix(operation, verb) }) {
			t.Errorf("%s may do more than read", action)
		}
	}
}
