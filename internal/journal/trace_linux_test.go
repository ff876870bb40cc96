package journal

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// traced runs the writer under strace and gives what it printed, and what it asked the
// system for: a line a call, or two if another thread's came between.
func traced(t *testing.T) (printed, calls []string) {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("there is no strace here")
	}
	if out, err := exec.CommandContext(t.Context(), strace, "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("strace may not look at another process here: %s", out)
	}
	dir := t.TempDir()
	trace := filepath.Join(dir, "trace")
	cmd := asWriter(t.Context(), dir, writerActs+"=4")
	// -s: all of a page is wanted, since it shows which note is on it.
	cmd.Args = append([]string{"strace", "-f", "-y", "-s", "8192", "-e", "trace=fdatasync,fsync,pwrite64,write", "-o", trace}, cmd.Path)
	cmd.Path = strace
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, complaints.String())
	}
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(out.String()), "\n"), strings.Split(strings.TrimSpace(string(text)), "\n")
}

// call is one call of the system: from the line on which it began to the one on which
// it returned.
type call struct {
	text     string
	from, to int
}

var (
	startedCall = regexp.MustCompile(`^(\d+) +((?:fsync|fdatasync|pwrite64|write)\(.*)`)
	resumedCall = regexp.MustCompile(`^(\d+) +<\.\.\. (?:fsync|fdatasync|pwrite64|write) resumed>(.*)`)
)

// callsIn puts the halves of calls together that others came between.
func callsIn(lines []string) []call {
	var all []call
	open := map[string]int{} // by thread
	for i, line := range lines {
		if found := startedCall.FindStringSubmatch(line); found != nil {
			text, unfinished := strings.CutSuffix(found[2], " <unfinished ...>")
			if unfinished {
				open[found[1]] = len(all)
			}
			all = append(all, call{text, i, i})
		} else if found := resumedCall.FindStringSubmatch(line); found != nil {
			if at, known := open[found[1]]; known {
				all[at].text += found[2]
				all[at].to = i
				delete(open, found[1])
			}
		}
	}
	return all
}

// synced says whether a note was on the disk before it was acknowledged: it was written
// to SQLite's log, then that log was synced with success, and only then was it printed.
func synced(calls []call, note string) bool {
	log := regexp.MustCompile(`^\w+\(\d+<[^>]*-wal>`)
	carried := slices.IndexFunc(calls, func(c call) bool {
		return strings.HasPrefix(c.text, "pwrite64(") && log.MatchString(c.text) && strings.Contains(c.text, `\"`+note+`\"`)
	})
	printed := slices.IndexFunc(calls, func(c call) bool {
		return strings.HasPrefix(c.text, "write(1<") && strings.Contains(c.text, `"kept `+note+`\n"`)
	})
	if carried < 0 || printed < 0 {
		return false
	}
	return slices.ContainsFunc(calls, func(c call) bool {
		sync := strings.HasPrefix(c.text, "fsync(") || strings.HasPrefix(c.text, "fdatasync(")
		return sync && log.MatchString(c.text) && strings.HasSuffix(c.text, "= 0") && c.from > calls[carried].to && c.to < calls[printed].from
	})
}

func TestASyncLiesBetweenEveryNoteAndItsAcknowledgement(t *testing.T) {
	printed, lines := traced(t)
	calls := callsIn(lines)
	unsynced := slices.DeleteFunc(slices.Clone(calls), func(c call) bool { return strings.Contains(c.text, "sync(") })
	if len(printed) != 4*writers {
		t.Fatalf("%d acknowledgements of %d notes: %q", len(printed), 4*writers, printed)
	}
	for _, line := range printed {
		note, kept := strings.CutPrefix(line, "kept ")
		if !kept {
			t.Fatal(line)
		}
		if !synced(calls, note) {
			t.Errorf("%s was acknowledged before the disk had it", note)
		}
		if synced(unsynced, note) {
			t.Fatal("this test does not notice that no call syncs")
		}
	}
}
