package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestWhatTheREADMESaysWorks tries every command that the documents name, and looks
// for every file that they link to.
func TestWhatTheREADMESaysWorks(t *testing.T) {
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, file := range append(files, "../../README.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[file] = string(text)
	}
	if !strings.HasPrefix(strings.SplitN(texts["../../README.md"], "```sh\n", 2)[1], "go run . drill ") {
		t.Error("the README does not begin with the drill")
	}
	command := regexp.MustCompile("(?m)(?:^|`)warroom ((?:drill|kiosk|serve|status|check|config|keys|--)[^`#\n]*)")
	link := regexp.MustCompile(`\]\(([a-zA-Z./-]+)\)`)
	tried := 0
	for file, text := range texts {
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), found[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", file, found[1])
			}
		}
		for _, found := range command.FindAllStringSubmatch(text, -1) {
			words := strings.TrimSpace(found[1])
			if strings.ContainsAny(words, ">|…[") {
				continue // a synopsis, or a shell's doing
			}
			tried++
			if status, _, stderr := run(t, append(strings.Fields(words), "--help")...); status != exitCalm {
				t.Errorf("%s: warroom %s: status %d, %s", file, words, status, stderr)
			}
		}
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `warroom.*$").FindAllString(texts["../../README.md"], -1) {
		for _, found := range regexp.MustCompile("`warroom ([a-z]+)`").FindAllStringSubmatch(row, -1) {
			tried++
			if status, _, stderr := run(t, "help", found[1]); status != exitCalm {
				t.Errorf("the README lists warroom %s: status %d, %s", found[1], status, stderr)
			}
		}
	}
	if tried < 10 {
		t.Errorf("only %d commands were found to try", tried)
	}
}
