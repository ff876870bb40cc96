package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestDeployHasTheLimitsOfTheServer compares the table of limits with the constants that
// the server is built with: every one of them is there, with its value.
func TestDeployHasTheLimitsOfTheServer(t *testing.T) {
	built := numbersOf(t, "internal/serve")
	row := regexp.MustCompile("(?m)^\\| `([A-Za-z]+)` \\| ([^|]+) \\| [^|]+ \\|$")
	told := map[string]bool{}
	for _, found := range row.FindAllStringSubmatch(document(t, "docs/deploy.md"), -1) {
		name, text := found[1], found[2]
		want, ok := built[name]
		if told[name] = true; !ok {
			t.Errorf("docs/deploy.md has the limit %s, and the server has none of that name", name)
			continue
		}
		if got, err := numberOf(text); err != nil || got != want {
			t.Errorf("docs/deploy.md says that %s is %s; it is %d (%v)", name, text, want, err)
		}
	}
	for name, value := range built {
		if !told[name] {
			t.Errorf("the server has the limit %s = %d; docs/deploy.md does not say so", name, value)
		}
	}
}

// numbersOf is every constant of a package that is a number, durations in nanoseconds.
func numbersOf(t *testing.T, folder string) map[string]int64 {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	source := "package limits\nimport \"time\"\nvar _ time.Duration\n"
	for _, path := range paths {
		if !strings.HasSuffix(path, "_test.go") {
			source += constantsIn(t, path)
		}
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "limits.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	checked, err := (&types.Config{Importer: onlyTime{}}).Check("limits", files, []*ast.File{file}, nil)
	if err != nil {
		t.Fatalf("%s has constants that this test does not understand: %v", folder, err)
	}
	numbers := map[string]int64{}
	for _, name := range checked.Scope().Names() {
		c, ok := checked.Scope().Lookup(name).(*types.Const)
		if ok && c.Val().Kind() == constant.Int {
			numbers[name], _ = constant.Int64Val(c.Val())
		}
	}
	return numbers
}

// constantsIn is the source of the declarations of constants in a file.
func constantsIn(t *testing.T, path string) string {
	t.Helper()
	text := document(t, path)
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found strings.Builder
	for _, declaration := range file.Decls {
		if general, ok := declaration.(*ast.GenDecl); ok && general.Tok == token.CONST {
			found.WriteString(text[files.Position(general.Pos()).Offset:files.Position(general.End()).Offset] + "\n")
		}
	}
	return found.String()
}

// onlyTime imports the durations of package time, and nothing else.
type onlyTime struct{}

func (onlyTime) Import(path string) (*types.Package, error) {
	if path != "time" {
		return nil, fmt.Errorf("a limit needs %s", path)
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "time.go", `package time
type Duration int64
const (
	Nanosecond  Duration = 1
	Microsecond          = 1000 * Nanosecond
	Millisecond          = 1000 * Microsecond
	Second               = 1000 * Millisecond
	Minute               = 60 * Second
	Hour                 = 60 * Minute
)`, 0)
	if err != nil {
		return nil, err
	}
	return new(types.Config).Check("time", files, []*ast.File{file}, nil)
}

// numberOf reads a limit as the document writes it: 65536, 4 KiB, 15 s, 60 a second.
func numberOf(text string) (int64, error) {
	digits, unit, _ := strings.Cut(text, " ")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, err
	}
	units := map[string]int64{
		"": 1, "KiB": 1 << 10, "%": 1,
		"ms": int64(time.Millisecond), "s": int64(time.Second), "min": int64(time.Minute),
	}
	if unit == "a second" {
		return int64(time.Second) / n, nil
	}
	factor, ok := units[unit]
	if !ok {
		return 0, fmt.Errorf("%q is no unit", unit)
	}
	return n * factor, nil
}

func document(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// unitCommand is the command line of the systemd unit.
func unitCommand(t *testing.T) []string {
	t.Helper()
	text := strings.ReplaceAll(document(t, "docs/deploy/warroom.service"), "\\\n", " ")
	found := regexp.MustCompile(`(?m)^ExecStart=(.+)$`).FindStringSubmatch(text)
	if found == nil {
		t.Fatal("the unit starts nothing")
	}
	return strings.Fields(found[1])
}

// containerCommand is what the container runs.
func containerCommand(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, keyword := range []string{"ENTRYPOINT", "CMD"} {
		found := regexp.MustCompile(`(?m)^` + keyword + ` (\[.+\])$`).FindStringSubmatch(document(t, "docs/deploy/Containerfile"))
		var words []string
		if found == nil || json.Unmarshal([]byte(found[1]), &words) != nil {
			t.Fatalf("the Containerfile has no %s in JSON", keyword)
		}
		all = append(all, words...)
	}
	return all
}

// TestDeployStartsTheProgramAsItIs gives the program the command lines of the unit, the
// Containerfile and the document, and has it parse them.
func TestDeployStartsTheProgramAsItIs(t *testing.T) {
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	commands := [][]string{unitCommand(t), containerCommand(t)}
	shell := regexp.MustCompile(`(?m)^ *warroom ((?:serve|drill)[^#|>\n]*)`)
	for _, name := range []string{"docs/deploy.md", "docs/serve.md"} {
		found := shell.FindAllString(document(t, name), -1)
		if len(found) == 0 {
			t.Errorf("%s starts nothing", name)
		}
		for _, line := range found {
			commands = append(commands, strings.Fields(line))
		}
	}
	for _, words := range commands {
		if filepath.Base(words[0]) != "warroom" {
			t.Errorf("%q starts another program", words)
			continue
		}
		command := exec.Command(path, append(words[1:len(words):len(words)], "--help")...)
		command.Env = environment(t)
		if out, err := command.CombinedOutput(); err != nil {
			t.Errorf("%q is not understood: %v\n%s", words, err, out)
		}
	}
}

// TestDeployUnitIsOneOfSystemd has systemd read the unit, where there is systemd.
func TestDeployUnitIsOneOfSystemd(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("there is no systemd-analyze here")
	}
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	unit := strings.Replace(document(t, "docs/deploy/warroom.service"), unitCommand(t)[0], path, 1)
	file := filepath.Join(t.TempDir(), "warroom.service")
	if err := os.WriteFile(file, []byte(unit), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(analyze, "verify", file).CombinedOutput(); err != nil || strings.Contains(string(out), file) {
		t.Errorf("systemd does not like the unit: %v\n%s", err, out)
	}
}
