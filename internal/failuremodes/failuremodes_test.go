package failuremodes

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// leastFaults is how many faults the program has to be tried with.
const leastFaults = 20

// TestEveryRowIsPlayed holds every row of the document against the tests that there are:
// the one that it names is there, checks rows, and its folder's tests write the fault's
// name. What the row says is held by that test itself.
func TestEveryRowIsPlayed(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(root, "docs", "failure-modes.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows, wrong := examine(string(content))
	for _, line := range wrong {
		t.Error(line)
	}
	if rows < leastFaults {
		t.Errorf("%d faults, want at least %d", rows, leastFaults)
	}
}

var (
	testName = regexp.MustCompile("^`([a-z/]+) (Test[A-Za-z0-9]+)`$")
	rowOf    = regexp.MustCompile(`(?m)^\| .* \|$`)
)

// examine counts the rows of a document and lists what is wrong with them.
func examine(document string) (rows int, wrong []string) {
	var seen []string
	folders := map[string]*played{}
	for _, line := range rowOf.FindAllString(document, -1) {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if cells[0] == "fault" || strings.HasPrefix(cells[0], "---") {
			continue
		}
		rows++
		if len(cells) != 6 || slices.Contains(cells, "") {
			wrong = append(wrong, "not six cells: "+line)
			continue
		}
		if slices.Contains(seen, cells[0]) {
			wrong = append(wrong, "told twice: "+cells[0])
		}
		seen = append(seen, cells[0])
		named := testName.FindStringSubmatch(cells[5])
		if named == nil {
			wrong = append(wrong, cells[0]+": "+cells[5]+" names no test; write it as `sources/awsclient TestFaults`")
			continue
		}
		if folders[named[1]] == nil {
			folders[named[1]] = playedIn(named[1])
		}
		switch folder := folders[named[1]]; {
		case !slices.Contains(folder.checking, named[2]):
			wrong = append(wrong, cells[0]+": there is no test "+cells[5]+" that checks rows")
		case !folder.writes(cells[0]):
			wrong = append(wrong, cells[0]+": no test of "+named[1]+" plays it")
		}
	}
	return rows, wrong
}

// played is what the tests of one folder say.
type played struct {
	checking []string        // tests that call Check
	texts    map[string]bool // string literals
}

func playedIn(folder string) *played {
	p := &played{texts: map[string]bool{}}
	names, _ := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			continue // the compiler says it better
		}
		for _, declaration := range file.Decls {
			test, isFunc := declaration.(*ast.FuncDecl)
			ast.Inspect(declaration, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BasicLit:
					if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
						p.texts[text] = true
					}
				case *ast.SelectorExpr:
					of, ok := n.X.(*ast.Ident)
					if ok && isFunc && of.Name == "failuremodes" && n.Sel.Name == "Check" {
						p.checking = append(p.checking, test.Name.Name)
					}
				}
				return true
			})
		}
	}
	return p
}

// writes says whether the folder's tests have the name of a fault, whole or in two parts.
func (p *played) writes(fault string) bool {
	if p.texts[fault] {
		return true
	}
	for i := range fault {
		if p.texts[fault[:i]] && p.texts[fault[i:]] {
			return true
		}
	}
	return false
}

func TestTheCheckOfTheRowsCanFail(t *testing.T) {
	const known = "| a server that hangs | b | c | d | e | `sources/awsclient TestFaults` |"
	for row, want := range map[string]string{
		known: "",
		"| a server that sings | b | c | d | e | `sources/awsclient TestFaults` |":          "plays it",
		"| a | b | c | d | e | `sources/awsclient TestNobody` |":                            "there is no test",
		"| a | b | c | d | e | `sources/awsclient TestCallsAreKeptBelowThePublishedRate` |": "there is no test",
		"| a | b | c | d | e | `sources/nowhere TestFaults` |":                              "there is no test",
		"| a | b | c | d | e | TestFaults |":                                                "names no test",
		"| a | b | c | d | `sources/awsclient TestFaults` |":                                "not six cells",
		"| a | b |  | d | e | `sources/awsclient TestFaults` |":                             "not six cells",
		strings.Repeat(known+"\n", 2):                                                       "told twice",
	} {
		_, wrong := examine(row)
		if got := strings.Join(wrong, "\n"); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", row, got, want)
		}
	}
}

// ear is a test that hears what it is told.
type ear struct {
	testing.TB
	told []string
}

func (e *ear) Helper()                           {}
func (e *ear) Name() string                      { return "TestFaults/one of them" }
func (e *ear) Errorf(format string, args ...any) { e.told = append(e.told, format) }

// A row of which one word is another is not what was seen, whichever cell it is in.
func TestEveryCellIsCompared(t *testing.T) {
	seen := Row{"a fault", "what: why; next", AgeCounts, "it goes on", NextLook}
	document := "| a fault | what: why; next | counts from the last good look | it goes on | with the next look | `sources/x TestFaults` |\n"
	if got, want, found := find(document, seen.cells("sources/x", "TestFaults")); !found || got != want {
		t.Errorf("the same row is another: %q, %q", got, want)
	}
	for i := range 5 {
		cells := seen.cells("sources/x", "TestFaults")
		cells[i+1] += "!"
		if got, want, found := find(document, cells); !found || got == want {
			t.Errorf("another cell %d is the same", i+1)
		}
	}
	if _, _, found := find(document, Row{Fault: "a"}.cells("sources/x", "TestFaults")); found {
		t.Error("the beginning of a fault's name is taken for it")
	}
	told := &ear{TB: t}
	Check(told, Row{Fault: "a fault that nobody plays"})
	if len(told.told) != 1 {
		t.Errorf("told %q", told.told)
	}
}

// Packages that are tested at once would write over each other's rows.
func TestWhoIsToldToRewriteRowsIsToldHowNoneIsLost(t *testing.T) {
	if *rewrite {
		t.Skip("this would write a row that nobody saw")
	}
	told := &ear{TB: t}
	Check(told, Row{Fault: "a page mark that is given out twice"})
	if len(told.told) != 1 || !strings.Contains(told.told[0], "-rewrite-rows") || !strings.Contains(told.told[0], "-p 1") {
		t.Errorf("told %q", told.told)
	}
}
