// Package arrows holds the direction of imports that docs/design.md draws.
package arrows

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// may is which packages of ours each package may import. cli may import all.
var may = map[string][]string{
	"warroom":                    {"warroom/internal/cli"},
	"warroom/theme":              {},
	"warroom/ui":                 {"warroom/internal/room", "warroom/internal/clean", "warroom/theme"},
	"warroom/sources":            {"warroom/internal/room", "warroom/internal/clean"},
	"warroom/sources/awsclient":  {"warroom/sources", "warroom/internal/room", "warroom/internal/clean"},
	"warroom/sources/awshealth":  {"warroom/sources", "warroom/sources/awsclient", "warroom/internal/room", "warroom/internal/clean"},
	"warroom/sources/cloudwatch": {"warroom/sources", "warroom/sources/awsclient", "warroom/internal/room", "warroom/internal/clean"},
	"warroom/sources/probe":      {"warroom/sources", "warroom/internal/room", "warroom/internal/clean"},
	"warroom/sources/sourcetest": {"warroom/sources", "warroom/internal/room"},
	"warroom/internal/room":      {},
	"warroom/internal/clean":     {},
	"warroom/internal/config":    {"warroom/internal/room"},
	"warroom/internal/drill":     {"warroom/internal/config", "warroom/internal/room", "warroom/internal/clean"},
	"warroom/internal/arrows":    {},
}

// never is what a package may not even reach through others.
var never = map[string][]string{
	"warroom/ui":            {"warroom/sources", "warroom/internal/drill", "github.com/aws/"},
	"warroom/sources":       {"warroom/ui", "warroom/theme", "charm.land/"},
	"warroom/internal/room": {"github.com/", "charm.land/", "golang.org/x/"},
	"warroom/theme":         {"warroom/internal", "warroom/sources"},
	"warroom/sources/probe": {"github.com/aws/"},
}

// list runs go list in the module's root.
func list(t *testing.T, arguments ...string) []string {
	t.Helper()
	command := exec.Command("go", append([]string{"list"}, arguments...)...)
	command.Dir = "../.."
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list %v: %v", arguments, err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

func TestImportsRunOneWay(t *testing.T) {
	for _, line := range list(t, "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...") {
		fields := strings.Fields(line)
		from := fields[0]
		if from == "warroom/internal/cli" {
			continue
		}
		allowed, known := may[from]
		if !known {
			t.Errorf("%s is not in the table; say there and in docs/design.md what it may import", from)
		}
		for _, to := range fields[1:] {
			if strings.HasPrefix(to, "warroom") && !slices.Contains(allowed, to) {
				t.Errorf("%s may not import %s", from, to)
			}
		}
	}
}

func TestWhatMayNotBeReachedIsNotReachedThroughOthers(t *testing.T) {
	for from, forbidden := range never {
		for _, to := range list(t, "-deps", from) {
			for _, prefix := range forbidden {
				if strings.HasPrefix(to, prefix) && !strings.HasPrefix(from, to) {
					t.Errorf("%s reaches %s", from, to)
				}
			}
		}
	}
}
