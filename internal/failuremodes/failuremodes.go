// Package failuremodes holds what the tests of faults see against the table in
// docs/failure-modes.md. Only tests import it.
package failuremodes

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// rewrite has every row written anew that a test of the run sees, where it differs.
var rewrite = flag.Bool("rewrite-rows", false, "write the rows of docs/failure-modes.md anew that these tests see; with several packages only together with -p 1")

// How old what is shown is, as the table puts it.
const (
	AgeCounts = "counts from the last good look"
	AgeFresh  = "fresh"
	AgeNever  = "nothing was seen yet"
)

// Recoveries that are more often than once.
const (
	NextLook = "with the next look"
	Nothing  = "nothing" // said
	Logged   = "nothing; the log has it once"
)

// Row is what a test saw of one fault: a row of the table but for its last cell, which
// names that test.
type Row struct {
	Fault     string
	Says      string // what the screen says, whole: what, why and what next
	Age       string // of what is shown
	Meanwhile string // the fallback taken
	Over      string // when the room has recovered, after the fault has healed
}

// cells is the row as the document has it, for a test of a folder of the module.
func (r Row) cells(folder, test string) []string {
	return []string{r.Fault, r.Says, r.Age, r.Meanwhile, r.Over, "`" + folder + " " + test + "`"}
}

// document is one file, which tests of a package that run together read and write. Those of
// several packages run in processes of their own, and would write over each other.
var document sync.Mutex

// Check fails the test if the document does not have the row as the test saw it. Call it
// from the test that the row names, or from one of its subtests.
func Check(t testing.TB, row Row) {
	t.Helper()
	document.Lock()
	defer document.Unlock()
	root, folder := module(t)
	path := filepath.Join(root, "docs", "failure-modes.md")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	test, _, _ := strings.Cut(t.Name(), "/")
	got, want, found := find(string(content), row.cells(folder, test))
	switch {
	case !found:
		t.Errorf("docs/failure-modes.md has no row for the fault %q; add one: | %s | | | | | |", row.Fault, row.Fault)
	case got == want:
	case *rewrite:
		if err := os.WriteFile(path, []byte(strings.Replace(string(content), got, want, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("docs/failure-modes.md is not what this test saw (go test ./%s -run %s -rewrite-rows writes it anew; with several packages add -p 1, or rows are lost)\nit has %s\nseen   %s", folder, test, got, want)
	}
}

// find gives the line of a document that is about the same fault as the cells, and what it
// should be.
func find(content string, cells []string) (got, want string, found bool) {
	want = "| " + strings.Join(cells, " | ") + " |"
	for line := range strings.Lines(content) {
		if strings.HasPrefix(line, "| "+cells[0]+" |") {
			return strings.TrimSuffix(line, "\n"), want, true
		}
	}
	return "", want, false
}

// module is where the module begins, and in which of its folders a test runs.
func module(t testing.TB) (root, folder string) {
	t.Helper()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for root = here; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			t.Fatal("these tests are in no module")
		}
	}
	folder, err = filepath.Rel(root, here)
	if err != nil {
		t.Fatal(err)
	}
	return root, filepath.ToSlash(folder)
}
