package cli

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/ui"
)

// TestTheConfigAndTheScreenTakeTheSameKeys holds that no config which loads is refused
// by the screen, where no line could be named any more.
func TestTheConfigAndTheScreenTakeTheSameKeys(t *testing.T) {
	cases := []map[string][]string{
		{"zoom": {"x"}}, {"zoom": {"x", "x"}}, {"zoom": {"x"}, "note": {"x"}}, {"zoom": {"f"}}, {"zoom": {"f"}, "freeze": {}},
		{"zoom": {"f"}, "freeze": {"z"}}, {"zom": {"x"}}, {"quit": {"x"}}, {"zoom": {"q"}}, {"zoom": {"q", "ctrl+c"}, "quit": {}}, {"theme": {"ctrl+t"}},
	}
	for _, action := range slices.Sorted(maps.Keys(ui.DefaultKeys())) {
		cases = append(cases, map[string][]string{action: {}}, map[string][]string{action: {"f12"}})
	}
	refused := 0
	for _, keys := range cases {
		content, err := json.Marshal(map[string]any{"keys": keys}) // JSON is YAML
		if err != nil {
			t.Fatal(err)
		}
		_, byConfig := config.Parse(config.FileName, content, new(app).allowed())
		_, byScreen := ui.New(ui.Options{Room: room.New(room.Options{Clock: room.Wall{}}), Look: ui.Look{Theme: "auto", Keys: keys}})
		if (byConfig == nil) != (byScreen == nil) {
			t.Errorf("%v: the config says %v, and the screen %v", keys, byConfig, byScreen)
		}
		if byConfig != nil {
			refused++
		}
	}
	if refused < 6 {
		t.Errorf("only %d were refused", refused)
	}
}

func TestWhatConfigShowPrintsIsAConfigThatShowsTheSame(t *testing.T) {
	dir := alone(t)
	t.Setenv("WARROOM_TEST_TOKEN", "swordfish")
	full := "room: prod\nscopes:\n  - {}\n  - {profile: prod, regions: [us-east-1]}\nprobes:\n" +
		"  - {name: a, url: 'https://a.example/?key=${env:WARROOM_TEST_TOKEN}', tags: {team: a}, headers: {Authorization: 'Bearer ${env:WARROOM_TEST_TOKEN}'}}\n" +
		"services:\n  - {name: a, match: {tags: {team: a}}, weight: 0}\nkeys: {zoom: [x, '?'], help: []}\n"
	for _, c := range []struct {
		file   string
		args   []string
		begins string
		has    string
	}{
		{"", nil, "# No warroom.yaml was found; these are the defaults.\ntheme: auto\n", "health:\n  off: false\n"},
		{"", []string{"--profile", "prod,test", "--region", "us-east-1"}, "# No warroom.yaml", "scopes:\n  - profile: prod\n    regions: [us-east-1]\n  - profile: test\n"},
		{"", []string{"--region", "us-east-1,eu-west-1", "--ascii"}, "# No warroom.yaml", "scopes:\n  - regions: [us-east-1, eu-west-1]\n"},
		{full, nil, "# In force, read from warroom.yaml, defaults filled in.\nroom: prod\n", "  - {}\n  - profile: prod\n"},
	} {
		path := filepath.Join(dir, "shown.yaml")
		if c.file != "" {
			write(t, filepath.Join(dir, "warroom.yaml"), c.file)
		}
		status, shown, stderr := run(t, append([]string{"config", "show"}, c.args...)...)
		if status != exitCalm || !strings.HasPrefix(shown, c.begins) || !strings.Contains(shown, c.has) || strings.Contains(shown, "scopes:\nhealth") {
			t.Errorf("show %v: status %d\n%s%s", c.args, status, shown, stderr)
		}
		write(t, path, shown)
		_, first, _ := strings.Cut(shown, "\n")
		status, again, stderr := run(t, "config", "show", "--config", path)
		if _, second, _ := strings.Cut(again, "\n"); status != exitCalm || first != second {
			t.Errorf("what was shown, shown again: status %d\n%s%s\nwant\n%s", status, again, stderr, shown)
		}
	}
}
