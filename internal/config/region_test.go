package config

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestRegions(t *testing.T) {
	for _, region := range []string{"us-east-1", "us-gov-west-1", "eusc-de-east-1", "us-isob-west-1", "nz-central-1", "br-north-1", "af-northwest-12"} {
		if wrong := RegionMistake(region); wrong != "" {
			t.Errorf("%s: %s", region, wrong)
		}
	}
	for region, want := range map[string]string{
		"us-eats-1":  `"us-eats-1" is no AWS region that is known; did you mean "us-east-1"?`,
		"us-east-11": `"us-east-11" is no AWS region that is known; did you mean "us-east-1"?`,
		"eu-west-9":  `"eu-west-9" is no AWS region that is known; did you mean "eu-west-1"?`,
		"eu-wets-1":  `"eu-wets-1" is no AWS region that is known; did you mean "eu-west-1"?`,
		"su-east-1":  `"su-east-1" is no AWS region that is known; did you mean "sa-east-1"?`,
		"us-east1":   `"us-east1" is not an AWS region; did you mean "us-east-1"?`,
		"US-EAST-1":  `"US-EAST-1" is not an AWS region; did you mean "us-east-1"?`,
		"nowhere":    `"nowhere" is not an AWS region; write it like us-east-1`,
		"":           "a region is empty; write one such as us-east-1, or take it away",
	} {
		if got := RegionMistake(region); got != want {
			t.Errorf("%q: %s\nwant %s", region, got, want)
		}
	}
}

// TestTheKnownRegionsAreThoseOfTheSDK reads them in the SDK's own source, which has
// them in no package that may be imported.
func TestTheKnownRegionsAreThoseOfTheSDK(t *testing.T) {
	folder, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2").Output()
	must(t, err)
	content, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(folder)), "internal", "endpoints", "awsrulesfn", "partitions.go"))
	must(t, err)
	var regions []string
	for _, found := range regexp.MustCompile(`"([a-z0-9-]+)": `).FindAllStringSubmatch(string(content), -1) {
		if regionPattern.MatchString(found[1]) {
			regions = append(regions, found[1])
		}
	}
	slices.Sort(regions)
	if regions = slices.Compact(regions); !slices.Equal(regions, knownRegions) {
		t.Errorf("known here are\n%s\nand to the SDK\n%s", knownRegions, regions)
	}
}
