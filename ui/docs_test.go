package ui

import (
	"flag"
	"os"
	"strings"
	"testing"
)

// The table of keys stands between these two lines.
const (
	keysBegin = "<!-- keys: begin, generated from the action table; go test ./ui -run Docs -update writes it anew -->\n"
	keysEnd   = "<!-- keys: end -->\n"
)

func TestDocsHaveTheKeysOfTheActionTable(t *testing.T) {
	for _, path := range []string{"../README.md", "../docs/keys.md"} {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		before, rest, begins := strings.Cut(string(content), keysBegin)
		table, after, ends := strings.Cut(rest, keysEnd)
		switch {
		case !begins || !ends:
			t.Errorf("%s has no place for the table of keys between %q and %q", path, keysBegin, keysEnd)
		case table == KeyTable():
		case flag.Lookup("update").Value.String() == "true":
			if err := os.WriteFile(path, []byte(before+keysBegin+KeyTable()+keysEnd+after), 0o644); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("the table of keys in %s is not that of the action table; run go test ./ui -run Docs -update", path)
		}
	}
}
