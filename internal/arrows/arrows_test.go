// Package arrows holds the direction of imports that docs/design.md draws.
package arrows

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// may is which packages of ours each package may import. cli may import all.
var may = map[string][]string{
	"warroom":                    {"warroom/internal/cli"},
	"warroom/theme":              {},
	"warroom/ui":                 {"warroom/internal/room", "warroom/internal/triage", "warroom/internal/alarmrule", "warroom/internal/presence", "warroom/internal/clean", "warroom/theme"},
	"warroom/sources":            {"warroom/internal/room", "warroom/internal/clean"},
	"warroom/sources/awsclient":  {"warroom/sources", "warroom/internal/room", "warroom/internal/clean"},
	"warroom/sources/awspush":    {"warroom/sources", "warroom/sources/awsclient", "warroom/sources/awshealth", "warroom/sources/cloudwatch", "warroom/internal/room", "warroom/internal/clean"},
	"warroom/sources/cloudtrail": {"warroom/sources", "warroom/sources/awsclient", "warroom/internal/room", "warroom/internal/clean"},
	"warroom/sources/awsfeed":    {"warroom/sources", "warroom/sources/awsnames", "warroom/internal/room", "warroom/internal/clean"},
	"warroom/sources/awsnames":   {},
	"warroom/sources/awshealth":  {"warroom/sources", "warroom/sources/awsclient", "warroom/sources/awsnames", "warroom/internal/room", "warroom/internal/clean"},
	"warroom/sources/cloudwatch": {"warroom/sources", "warroom/sources/awsclient", "warroom/internal/room", "warroom/internal/clean"},
	"warroom/sources/probe":      {"warroom/sources", "warroom/internal/room", "warroom/internal/clean", "warroom/internal/trust"},
	"warroom/sources/groups":     {"warroom/sources", "warroom/internal/room"},
	"warroom/sources/sourcetest": {"warroom/sources", "warroom/internal/room", "warroom/internal/failuremodes"},
	"warroom/internal/room":      {},
	"warroom/internal/presence":  {"warroom/internal/room"},
	"warroom/internal/screen":    {},
	"warroom/internal/serve":     {"warroom/internal/access", "warroom/internal/presence", "warroom/internal/screen", "warroom/internal/room", "warroom/internal/clean", "warroom/ui"},
	"warroom/internal/record":    {"warroom/internal/room"},
	"warroom/internal/triage":    {"warroom/internal/room"},
	"warroom/internal/alarmrule": {},
	"warroom/internal/clean":     {},
	"warroom/internal/config":    {"warroom/internal/room", "warroom/internal/trust"},
	"warroom/internal/trust":     {},
	"warroom/internal/access":    {"warroom/internal/room", "warroom/internal/clean"},
	"warroom/internal/journal":   {"warroom/internal/room", "warroom/internal/record"},
	"warroom/internal/history":   {"warroom/internal/room", "warroom/internal/journal", "warroom/internal/playback"},
	"warroom/internal/export":    {"warroom/internal/room", "warroom/internal/record", "warroom/internal/journal", "warroom/internal/clean"},
	"warroom/internal/playback":  {},
	"warroom/internal/drill":     {"warroom/internal/config", "warroom/internal/playback", "warroom/internal/alarmrule", "warroom/internal/room", "warroom/internal/clean"},
	"warroom/internal/terminal":  {"warroom/internal/clean"},
	"warroom/internal/arrows":    {},

	"warroom/internal/failuremodes": {},

	"warroom/internal/serve/loadtest": {"warroom/internal/serve", "warroom/internal/access", "warroom/internal/presence", "warroom/internal/room", "warroom/ui"},
}

// never is what a package may not reach, not even through others; outside stands for
// everything that is not the standard library.
var never = map[string][]string{
	"warroom/ui":                 {"warroom/sources", "warroom/internal/drill", "warroom/internal/serve", "warroom/internal/journal", "github.com/aws/"},
	"warroom/sources":            {"warroom/ui", "warroom/theme", "charm.land/"},
	"warroom/sources/awsfeed":    {"warroom/ui", "warroom/theme", "charm.land/", "github.com/aws/"},
	"warroom/sources/awshealth":  {"warroom/ui", "warroom/theme", "charm.land/"},
	"warroom/sources/cloudtrail": {"warroom/ui", "warroom/theme", "charm.land/"},
	"warroom/sources/cloudwatch": {"warroom/ui", "warroom/theme", "charm.land/"},
	"warroom/sources/awspush":    {"warroom/ui", "warroom/theme", "charm.land/"},
	"warroom/sources/probe":      {"warroom/ui", "warroom/theme", "charm.land/", "github.com/aws/"},
	"warroom/theme":              {"warroom/internal", "warroom/sources", "warroom/ui"},
	"warroom/internal/room":      {outside},
	"warroom/internal/presence":  {outside},
	"warroom/internal/screen":    {"warroom/ui", "warroom/internal/room", "github.com/aws/"},
	"warroom/internal/triage":    {outside},
	"warroom/internal/alarmrule": {outside},
	"warroom/internal/clean":     {outside},
	"warroom/internal/trust":     {outside},
	"warroom/internal/terminal":  {"github.com/aws/", "charm.land/"},
	"warroom/internal/access":    {"github.com/aws/", "charm.land/"},
	"warroom/internal/serve":     {"warroom/sources", "warroom/internal/drill", "warroom/internal/journal", "github.com/aws/"},
}

const outside = "outside the standard library"

// onlyCLI wires the others together and so may import all of them.
const onlyCLI = "warroom/internal/cli"

// pkg is what go list says about a package.
type pkg struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Deps       []string // all that it reaches
}

// root is the module's root.
const root = "../.."

// consult opens every folder of the module. What go list reads is not known to the
// test cache; what the test opens itself is, so that a new arrow is never answered
// with an old result.
func consult(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), ".") {
			return filepath.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// list is every package of the module and all that they reach.
func list(t *testing.T) map[string]pkg {
	t.Helper()
	consult(t)
	command := exec.Command("go", "list", "-deps", "-json=ImportPath,Standard,Imports,Deps", "./...")
	command.Dir = root
	var complaints bytes.Buffer
	command.Stderr = &complaints
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &complaints)
	}
	packages := make(map[string]pkg)
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages[p.ImportPath] = p
	}
}

func ours(path string) bool { return within(path, "warroom") }

// within says whether path is a package or below it.
func within(path, top string) bool { return path == top || strings.HasPrefix(path, top+"/") }

// wrongWay lists every arrow that the tables do not allow.
func wrongWay(packages map[string]pkg) []string {
	var wrong []string
	for from, p := range packages {
		if !ours(from) || from == onlyCLI {
			continue
		}
		allowed, known := may[from]
		if !known {
			wrong = append(wrong, from+" is not in the table; say there and in docs/design.md what it may import")
		}
		for _, to := range p.Imports {
			if known && ours(to) && !slices.Contains(allowed, to) {
				wrong = append(wrong, fmt.Sprintf("%s may not import %s", from, to))
			}
		}
		for _, to := range p.Deps {
			for _, banned := range never[from] {
				if reached := within(to, strings.TrimSuffix(banned, "/")); reached || banned == outside && !ours(to) && !packages[to].Standard {
					wrong = append(wrong, fmt.Sprintf("%s may not reach %s", from, to))
				}
			}
		}
	}
	slices.Sort(wrong)
	return wrong
}

func TestImportsRunOneWay(t *testing.T) {
	packages := list(t)
	for _, arrow := range wrongWay(packages) {
		t.Error(arrow)
	}
	for path := range may {
		if _, there := packages[path]; !there && path != "warroom/internal/arrows" {
			t.Errorf("%s is in the table and not in the module", path)
		}
	}
}

// TestWrongArrowsAreFound shows that the check can fail.
func TestWrongArrowsAreFound(t *testing.T) {
	for _, c := range []struct {
		name string
		p    pkg
		want string
	}{
		{"an arrow that is drawn", pkg{ImportPath: "warroom/ui", Imports: []string{"warroom/theme", "fmt"}}, ""},
		{"the command line", pkg{ImportPath: onlyCLI, Imports: []string{"warroom/ui", "warroom/sources"}}, ""},
		{"a source that draws", pkg{ImportPath: "warroom/sources/probe", Imports: []string{"warroom/theme"}}, "warroom/sources/probe may not import warroom/theme"},
		{"a room that knows sources", pkg{ImportPath: "warroom/internal/room", Imports: []string{"warroom/sources"}}, "warroom/internal/room may not import warroom/sources"},
		{"a screen that reaches AWS", pkg{ImportPath: "warroom/ui", Deps: []string{"github.com/aws/smithy-go"}}, "warroom/ui may not reach github.com/aws/smithy-go"},
		{"a room with a library", pkg{ImportPath: "warroom/internal/room", Deps: []string{"gopkg.in/yaml.v3"}}, "warroom/internal/room may not reach gopkg.in/yaml.v3"},
		{"a package nobody drew", pkg{ImportPath: "warroom/internal/utils"}, "warroom/internal/utils is not in the table; say there and in docs/design.md what it may import"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Join(wrongWay(map[string]pkg{c.p.ImportPath: c.p}), "\n")
			if got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}
