package cli

import (
	"encoding/json"
	"maps"
	"slices"
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
		_, byConfig := config.Parse(config.FileName, content, allowed())
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
