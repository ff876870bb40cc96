package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryCommandTellsWhatCame: that something else was expected is half of what one asks.
func TestEveryCommandTellsWhatCame(t *testing.T) {
	dir, url := alone(t), endpoint(t)
	write(t, filepath.Join(dir, "warroom.yaml"), fmt.Sprintf("health: {off: true}\nalarms: {off: true}\nfeeds: {off: true}\nprobes: [{name: shop, url: %q, expect: {body: fine}}]\n", url))
	const reason = `the body does not hold what it should: expected that it contains "fine"`
	for _, c := range []struct {
		args string
		want []string
	}{
		{"status", []string{reason + ` (got "all ok")`}},
		{"status --json", []string{`"came": "got \"all ok\""`}},
		{"check", []string{"DOWN: " + reason + ` (got "all ok"), after`}},
		{"probe " + url + " --expect body~fine", []string{url + "  200 in ", `(got "all ok")`}},
		{"probe " + url + " --expect body~fine --json", []string{`"came":"got \"all ok\""`}},
	} {
		status, out, stderr := run(t, strings.Fields(c.args)...)
		said := strings.Join(strings.Fields(out), " ")
		for _, want := range c.want {
			if want = strings.Join(strings.Fields(want), " "); !strings.Contains(said, want) || status != exitTrouble {
				t.Errorf("%s: status %d, no %s in\n%s%s", c.args, status, want, out, stderr)
			}
		}
	}
}

// TestScriptsSeeThatABadCertificateWasAccepted: state and class do not say it.
func TestScriptsSeeThatABadCertificateWasAccepted(t *testing.T) {
	dir := alone(t)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "http://"+r.URL.Query().Get("to"), http.StatusFound)
		}
	}))
	t.Cleanup(server.Close)
	plain := strings.TrimPrefix(endpoint(t), "http://")
	write(t, filepath.Join(dir, "warroom.yaml"), fmt.Sprintf("health: {off: true}\nalarms: {off: true}\nfeeds: {off: true}\nprobes: [{name: shop, url: %q, insecure: true}]\n", server.URL))
	for _, args := range []string{
		"probe " + server.URL + " --insecure --json",
		"probe " + server.URL + "/moved?to=" + plain + " --insecure --json",
		"status --json",
	} {
		status, out, stderr := run(t, strings.Fields(args)...)
		if _, said, ok := strings.Cut(out, `"bad_certificate":`); !ok || !strings.Contains(said, "is self-signed\"") || status != exitCalm {
			t.Errorf("%s: status %d\n%s%s", args, status, out, stderr)
		}
	}
}
