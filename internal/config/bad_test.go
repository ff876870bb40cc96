package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the expected files anew")

// testSecret is a value that must never be printed.
const testSecret = "v4lu3-of-the-s3cr3t"

// known is what the rest of the program would hand in.
var known = Allowed{
	Themes:  []string{"auto", "dark", "light"},
	Actions: []string{"open", "zoom", "note", "freeze", "quit"},
	Keys:    map[string][]string{"open": {"enter"}, "zoom": {"z"}, "note": {"n"}, "freeze": {"f"}, "quit": {"q", "ctrl+c"}},
	Kept:    []string{"quit"},
}

// TestBadFiles loads every file of testdata/bad, each named after its mistake, and
// compares the whole message with the text beside it.
func TestBadFiles(t *testing.T) {
	t.Setenv("WARROOM_TEST_SECRET", testSecret)
	for _, file := range filesIn(t, "testdata/bad") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c, err := Parse(FileName, content, known)
			var problems Problems
			if !errors.As(err, &problems) || c != nil {
				t.Fatalf("got %v, %v; a bad file gives Problems and nothing else", c, err)
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".txt", err.Error()+"\n")
			for _, secret := range []string{testSecret, "s3cr3t", "k3y", "hunter2"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the message shows the secret %q:\n%s", secret, err)
				}
			}
		})
	}
}

func filesIn(t testing.TB, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", folder, err)
	}
	return files
}

// golden compares text with a file, or writes the file anew with -update.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run the test with -update to write it", err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant, from %s,\n%s", got, file, want)
	}
}
