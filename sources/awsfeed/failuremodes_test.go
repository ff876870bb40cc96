package awsfeed

import (
	"os"
	"strings"
	"testing"
)

// TestFailureModesHaveEveryFaultOfTheFeeds holds the document against the faults that
// are played here.
func TestFailureModesHaveEveryFaultOfTheFeeds(t *testing.T) {
	const document = "../../docs/failure-modes.md"
	content, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		row := "| the feed " + f.name + " | " + f.why
		if !strings.Contains(string(content), row) {
			t.Errorf("%s has no row that begins with %q", document, row)
		}
	}
}
