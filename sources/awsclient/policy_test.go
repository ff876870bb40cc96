package awsclient

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// called finds the API operations that a package's program text calls on its client.
func called(t *testing.T, folder, prefix string) (actions []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no program text in %s: %v", folder, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if client, ok := call.X.(*ast.SelectorExpr); ok && client.Sel.Name == "client" {
				actions = append(actions, prefix+":"+call.Sel.Name)
			}
			return true
		})
	}
	return actions
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
		if statement.Effect != "Allow" || statement.Resource != "*" {
			t.Errorf("statement %+v", statement)
		}
		allowed = append(allowed, statement.Action...)
	}
	needed := append(called(t, "../cloudwatch", "cloudwatch"), called(t, "../awshealth", "health")...)
	needed = append(needed, called(t, "../cloudtrail", "cloudtrail")...)
	slices.Sort(allowed)
	slices.Sort(needed)
	if !slices.Equal(allowed, slices.Compact(needed)) || policy.Version != "2012-10-17" {
		t.Errorf("allowed %v\nneeded  %v", allowed, needed)
	}
	for _, action := range allowed {
		if _, operation, _ := strings.Cut(action, ":"); !strings.HasPrefix(operation, "Describe") && !strings.HasPrefix(operation, "Get") && operation != "LookupEvents" {
			t.Errorf("%s may do more than read", action)
		}
	}
}
