package cli

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"warroom/internal/config"
	"warroom/theme"
)

// wardrobe puts theme files into the user's folder of an otherwise empty home.
func wardrobe(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = alone(t)
	if err := os.MkdirAll(config.UserThemes(), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		write(t, filepath.Join(config.UserThemes(), name), text)
	}
	return dir
}

func TestThemesThatCannotBeWornAreRefusedAndOthersDoNotMatter(t *testing.T) {
	dir := wardrobe(t, map[string]string{"night.yaml": "ok: blue\n", "broken.yaml": "okk: blue\ncritical: redd\n", "dark.yaml": "okk: blue\n"})
	write(t, filepath.Join(dir, "mine.yaml"), "ok: blue\n")
	write(t, filepath.Join(dir, "bad.yaml"), "ok: bluue\nstale: 300\n")
	if err := os.Mkdir("etc", 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, "etc/mine.yaml", "ok: greeen\n")
	for name, text := range map[string]string{"path": "./mine.yaml", "absolute": filepath.Join(dir, "mine.yaml"), "own": "night", "broken": "broken", "meant": "color-blind"} {
		write(t, "etc/"+name+".conf", "theme: "+text+"\n")
	}
	for _, args := range [][]string{
		{"--theme", "colour-blind"},
		{"--theme", "night"},
		{"--theme", "dark"},
		{"--theme", "./mine.yaml"},
		{"--theme", "mine.yaml"},
		{"--config", "etc/path.conf", "--theme", "./mine.yaml"},
		{"--config", "etc/absolute.conf"},
		{"--config", "etc/own.conf"},
		{"--config", "etc/broken.conf", "--theme", "mono"},
	} {
		if status, _, stderr := run(t, append([]string{"config", "show"}, args...)...); status != exitCalm {
			t.Errorf("warroom config show %v: status %d, stderr\n%s", args, status, stderr)
		}
	}
	broken := filepath.Join(config.UserThemes(), "broken.yaml")
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"--theme", "color-blind"}, []string{`--theme: there is no theme "color-blind"; did you mean "colour-blind"?`}},
		{[]string{"--theme", "nigth"}, []string{`did you mean "night"?`}},
		{[]string{"--theme", "zzzz"}, []string{"there are auto, dark, light, high-contrast, colour-blind, ansi16, mono, night, broken"}},
		{[]string{"--theme", "broken"}, []string{broken + `:1:1: okk: unknown key "okk"; did you mean "ok"?`, broken + `:2:11: critical: there is no colour or style "redd"; did you mean "red"?`}},
		{[]string{"drill", "--theme", "broken"}, []string{broken + ":1:1", broken + ":2:11"}},
		{[]string{"--theme", "bad.yaml"}, []string{`bad.yaml:1:5: ok: there is no colour or style "bluue"; did you mean "blue"?`, "bad.yaml:2:8: stale: there is no colour 300"}},
		{[]string{"--theme", "./absent.yaml"}, []string{"absent.yaml: the theme does not exist; check the path"}},
		{[]string{"--config", "etc/broken.conf"}, []string{broken + ":1:1"}},
		{[]string{"--config", "etc/path.conf"}, []string{`etc/mine.yaml:1:5: ok: there is no colour or style "greeen"`}},
		{[]string{"drill", "--config", "etc/path.conf"}, []string{"etc/mine.yaml:1:5"}},
		{[]string{"--config", "etc/meant.conf"}, []string{`etc/meant.conf:1:8: theme: there is no theme "color-blind"; did you mean "colour-blind"?`}},
	} {
		status, out, stderr := run(t, c.args...)
		for _, want := range c.want {
			if status != exitCannot || !strings.Contains(stderr, want) || out != "" {
				t.Errorf("warroom %v: status %d, out %q, stderr\n%s\nwant status 2 and %q", c.args, status, out, stderr, want)
			}
		}
	}
}

func TestHelpAndSchemaListTheThemes(t *testing.T) {
	wardrobe(t, map[string]string{"night.yaml": ""})
	_, help, _ := run(t, "--help")
	_, schema, _ := run(t, "config", "schema")
	for _, name := range append(theme.Library{}.Names(), "night") {
		if !strings.Contains(strings.Join(strings.Fields(help), " "), " "+name+", ") || !strings.Contains(schema, `"`+name+`"`) {
			t.Errorf("the theme %s is not in\n%s", name, help)
		}
	}
}

func TestTheScreenGetsTheThemeThatWasAskedFor(t *testing.T) {
	dir := wardrobe(t, map[string]string{"night.yaml": "base: mono\nbackground: light\ncritical: 201\n"})
	write(t, filepath.Join(dir, "mine.yaml"), "base: colour-blind\ncritical: 202\n")
	for asked, want := range map[string]string{"night": "\x1b[1;38;5;201m", "./mine.yaml": "\x1b[1;38;5;202m"} {
		a := &app{themes: loadThemes(), flags: flags{theme: asked}}
		cfg := config.Default()
		if err := a.override(cfg); err != nil {
			t.Fatal(err)
		}
		look, err := a.lookOf(cfg)
		if err != nil {
			t.Fatal(err)
		}
		worn := look.Themes.New(look.Theme, theme.Terminal{})
		if got := worn.Open(theme.Critical); got != want || worn.Light != (asked == "night") {
			t.Errorf("%s: critical is %q, light %v; want %q", asked, got, worn.Light, want)
		}
	}
}

func TestACheckReadsTheThemeOfAPathAndWearsIt(t *testing.T) {
	for _, c := range []struct {
		name, theme string
		args        []string
		status      int
		at          []string // of the mistakes
	}{
		{"a good one", "./mine.yaml", nil, exitCalm, nil},
		{"mistakes", "./bad.yaml", nil, exitTrouble, []string{"bad.yaml:1:5", "bad.yaml:2:8"}},
		{"not there", "./absent.yaml", nil, exitTrouble, []string{"absent.yaml"}},
		{"of a flag", "./mine.yaml", []string{"--theme", "./bad.yaml"}, exitTrouble, []string{"bad.yaml:1:5", "bad.yaml:2:8"}},
		{"another of a flag", "./bad.yaml", []string{"--theme", "./mine.yaml"}, exitCalm, nil},
		{"one with a name is told of once", "night", nil, exitTrouble, []string{"night.yaml:1:1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{}
			if c.theme == "night" {
				files["night.yaml"] = "okk: blue\n"
			}
			dir := wardrobe(t, files)
			write(t, filepath.Join(dir, "mine.yaml"), "base: dark\nok: 201\n")
			write(t, filepath.Join(dir, "bad.yaml"), "ok: bluue\nstale: 300\n")
			text := "health: {off: true}\nalarms: {off: true}\ntheme: " + c.theme + "\n"
			write(t, filepath.Join(dir, "warroom.yaml"), text)
			status, out, stderr := run(t, append([]string{"check", "--json"}, c.args...)...)
			var at []string
			for _, line := range checked(t, out).Checks {
				if line.Topic == topicConfig && line.State == stateFailed {
					at = append(at, filepath.Base(line.Name))
				}
			}
			if status != c.status || stderr != "" || !slices.Equal(at, c.at) {
				t.Errorf("status %d, stderr %q, mistakes at %v, want %v", status, stderr, at, c.at)
			}
			quiet(t)
			_, shown := inTerminal(t, 100, 40, answering("2", foot), append([]string{"check"}, c.args...)...)
			if worn := strings.Contains(shown, "\x1b[38;5;201m"); worn != (c.status == exitCalm) {
				t.Errorf("its colour is shown: %v\n%q", worn, shown)
			}
		})
	}
}

func TestReloadRefusesAThemeWithMistakes(t *testing.T) {
	dir := wardrobe(t, nil)
	path := filepath.Join(dir, "warroom.yaml")
	write(t, path, "theme: ./mine.yaml\n")
	write(t, filepath.Join(dir, "mine.yaml"), "ok: bluue\n")
	a := &app{themes: loadThemes()}
	taken := make(chan error, 1)
	reload := a.reload(path, func(_ *config.Config, err error) { taken <- err })
	if err := reload(); err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "mine.yaml:1:5: ok: there is no colour") {
		t.Errorf("got %v", err)
	}
	write(t, filepath.Join(dir, "mine.yaml"), "ok: blue\n")
	if err := errors.Join(reload(), <-taken); err != nil {
		t.Error(err)
	}
}

func TestTheLogTellsOfThemesThatWereLeftOutOrAreHardToRead(t *testing.T) {
	wardrobe(t, map[string]string{"broken.yaml": "okk: blue\n", "pale.yaml": "base: light\nwarning: \"#ffd75f\"\n", "good.yaml": "base: light\n", "old.yml": ""})
	var out bytes.Buffer
	worn := loadThemes()
	worn.tell(slog.New(slog.NewTextHandler(&out, nil)), worn.library)
	for _, want := range []string{
		`msg="a theme was left out" theme=broken why="`, `broken.yaml:1:1: okk: unknown key \"okk\"`, "call it old.yaml",
		`msg="a colour of a theme is hard to read" theme=pale colour=warning contrast="1.4:1 on white"`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the log does not say %s:\n%s", want, &out)
		}
	}
	if lines := strings.Count(out.String(), "\n"); lines != 3 {
		t.Errorf("the log has %d lines:\n%s", lines, &out)
	}
}
