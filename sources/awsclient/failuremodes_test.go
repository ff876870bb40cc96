package awsclient_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of faults in docs/failure-modes.md anew")

// The faults that TestFaults plays stand between these two lines.
const (
	faultsBegin = "<!-- faults: begin, generated from the faults of sources/awsclient; go test ./sources/awsclient -run FailureModes -update writes them anew -->\n"
	faultsEnd   = "<!-- faults: end -->\n"
	rowsHead    = "| fault | what the screen says | meanwhile | it is over | test |\n| --- | --- | --- | --- | --- |\n"
	failureDoc  = "../../docs/failure-modes.md"
)

// leastFaults is how many faults the program has to be tried with.
const leastFaults = 20

// faultRows are the faults of TestFaults as rows of the table.
func faultRows() string {
	rows := rowsHead
	for _, f := range faults {
		meanwhile, over := "the last good data stands, with its age", "with the next look"
		if f.profile != "" {
			meanwhile = "the old credentials are used to their real end, then the last good data stands, with its age"
		}
		if f.recovery != "" {
			over = f.recovery
		}
		told := f.says
		if strings.HasPrefix(f.next, "run: ") {
			told += "; " + f.next
		}
		told = strings.NewReplacer("ACTION", "cloudwatch:DescribeAlarms", host, "monitoring.eu-west-1.amazonaws.com", "127.0.0.1", "sts.eu-west-1.amazonaws.com").Replace(told)
		if strings.Contains(f.name, "SSO") {
			told = strings.ReplaceAll(told, "sts.eu-west-1", "portal.sso.eu-west-1")
		}
		rows += "| " + strings.Join([]string{f.name, told, meanwhile, over, "`sources/awsclient TestFaults`"}, " | ") + " |\n"
	}
	return rows
}

func TestFailureModesHaveEveryFaultThatIsPlayed(t *testing.T) {
	content, err := os.ReadFile(failureDoc)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(content), faultsBegin)
	table, after, ends := strings.Cut(rest, faultsEnd)
	switch {
	case !begins || !ends:
		t.Errorf("%s has no place for the table between %q and %q", failureDoc, faultsBegin, faultsEnd)
	case table == faultRows():
	case *update:
		if err := os.WriteFile(failureDoc, []byte(before+faultsBegin+faultRows()+faultsEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Error("docs/failure-modes.md is not what TestFaults plays; run go test ./sources/awsclient -run FailureModes -update")
	}
}

// TestFailureModesNameTestsThatExist holds every row of every table of the document, so
// that other parts of the program can add theirs.
func TestFailureModesNameTestsThatExist(t *testing.T) {
	content, err := os.ReadFile(failureDoc)
	if err != nil {
		t.Fatal(err)
	}
	rows, wrong := failureModes(string(content))
	for _, line := range wrong {
		t.Error(line)
	}
	if rows < leastFaults {
		t.Errorf("%d faults, want at least %d", rows, leastFaults)
	}
}

var (
	testName = regexp.MustCompile("^`([a-z/]+) (Test[A-Za-z0-9]+)`$")
	faultRow = regexp.MustCompile(`(?m)^\| .* \|$`)
)

// failureModes counts the rows of a document and lists what is wrong with them.
func failureModes(document string) (rows int, wrong []string) {
	var seen []string
	for _, line := range faultRow.FindAllString(document, -1) {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if cells[0] == "fault" || strings.HasPrefix(cells[0], "---") {
			continue
		}
		rows++
		if len(cells) != 5 || slices.Contains(cells, "") {
			wrong = append(wrong, "not five cells: "+line)
			continue
		}
		if slices.Contains(seen, cells[0]) {
			wrong = append(wrong, "told twice: "+cells[0])
		}
		seen = append(seen, cells[0])
		for _, test := range strings.Split(cells[4], ", ") {
			named := testName.FindStringSubmatch(test)
			if named == nil || !declared(named[1], named[2]) {
				wrong = append(wrong, cells[0]+": there is no test "+test+"; write it as `sources/awsclient TestFaults`")
			}
		}
	}
	return rows, wrong
}

// declared says whether a folder of the module has a test of a name.
func declared(folder, name string) bool {
	files, _ := filepath.Glob(filepath.Join("../..", folder, "*_test.go"))
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		return err == nil && strings.Contains(string(text), "\nfunc "+name+"(t *testing.T)")
	})
}

func TestTheCheckOfFailureModesCanFail(t *testing.T) {
	for row, want := range map[string]string{
		"| a | b | c | d | `sources/awsclient TestFaults` |":                       "",
		"| a | b | c | d | `sources/awsclient TestNobody` |":                       "there is no test",
		"| a | b | c | d | `sources/nowhere TestFaults` |":                         "there is no test",
		"| a | b | c | d | TestFaults |":                                           "there is no test",
		"| a | b | c | `sources/awsclient TestFaults` |":                           "not five cells",
		"| a | b | c | d | `sources/awsclient TestFaults`, `sources TestNobody` |": "there is no test",
		strings.Repeat("| a | b | c | d | `sources/awsclient TestFaults` |\n", 2):  "told twice",
	} {
		_, wrong := failureModes(row)
		if got := strings.Join(wrong, "\n"); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", row, got, want)
		}
	}
}
