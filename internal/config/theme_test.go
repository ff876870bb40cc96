package config

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"warroom/theme"
)

const themesFile = "../../docs/themes.md"

// ours is what the screen knows about themes.
var ours = ThemeWords{Bases: theme.Library{}.Names(), Words: theme.Words(), Mistake: theme.Mistake}

// TestBadThemes reads every file of testdata/themes, each named after its mistake,
// and compares the whole message with the text beside it.
func TestBadThemes(t *testing.T) {
	for _, file := range filesIn(t, "testdata/themes") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			content, err := os.ReadFile(file)
			must(t, err)
			got, err := ParseTheme("mine.yaml", content, ours)
			var problems Problems
			if !errors.As(err, &problems) || got != nil {
				t.Fatalf("got %v, %v; a bad file gives Problems and nothing else", got, err)
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".txt", err.Error()+"\n")
		})
	}
}

func TestAThemeIsRead(t *testing.T) {
	got, err := ParseTheme("mine.yaml", []byte("x-red: &red \"#ff0000 9 bold\"\nbase: light\nbackground: light\ncritical: *red\nok: 77\nunknown: 0\nstale: plain\n"), ours)
	must(t, err)
	want := map[string]string{"critical": "#ff0000 9 bold", "ok": "77", "unknown": "0", "stale": "plain"}
	if got.Base != "light" || got.Background != "light" || !maps.Equal(got.Looks(), want) {
		t.Errorf("got %+v", got)
	}
	got, err = ParseTheme("mine.yaml", nil, ours)
	must(t, err)
	if !reflect.DeepEqual(got, &Theme{Base: "auto"}) {
		t.Errorf("an empty file is %+v", got)
	}
}

func TestThemeFilesHaveTheKeysOfTheScreen(t *testing.T) {
	var keys []string
	for _, f := range lookFields() {
		keys = append(keys, f.key)
	}
	if !slices.Equal(keys, theme.Keys()) {
		t.Errorf("files have  %v\nthe screen %v", keys, theme.Keys())
	}
}

func TestExamplesOfTheTagsOfThemesAreValid(t *testing.T) {
	for _, f := range fieldsOf(reflect.TypeFor[Theme]()) {
		text := f.key + ": " + f.example + "\n"
		if got, err := ParseTheme("mine.yaml", []byte(text), ours); err != nil || f.key != "base" && reflect.ValueOf(got).Elem().Field(f.index).IsZero() {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestWhatTheDocumentsSayOfThemesIsTrue(t *testing.T) {
	content, err := os.ReadFile(themesFile)
	must(t, err)
	examples := fenced.FindAllStringSubmatch(string(content), -1)
	for _, found := range examples {
		if _, err := ParseTheme("mine.yaml", []byte(found[1]), ours); err != nil {
			t.Errorf("%s\n%s", found[1], err)
		}
	}
	if len(examples) < 3 {
		t.Errorf("found only %d examples", len(examples))
	}
	for _, name := range ours.Bases {
		if !strings.Contains(string(content), "\n| `"+name+"` | ") {
			t.Errorf("there is nothing about the theme %s", name)
		}
	}
	for _, word := range ours.Words {
		if color, bright := strings.CutPrefix(word, "bright-"); !strings.Contains(string(content), "`"+color+"`") {
			t.Errorf("there is nothing about the word %s (%v)", word, bright)
		}
	}
	_, err = ParseTheme("mine.yaml", []byte("\n\ncritical: bright-redd bold\n"), ours)
	if err == nil || !strings.Contains(string(content), err.Error()+"\n") {
		t.Errorf("the mistake that is shown there reads\n%v", err)
	}
}

func TestThemesAreFoundInTheirFolder(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	folder := UserThemes()
	if good, bad := LoadThemes(folder, ours); len(good)+len(bad) != 0 {
		t.Errorf("without a folder there are %v, %v", good, bad)
	}
	must(t, os.MkdirAll(filepath.Join(folder, "folder.yaml"), 0o700))
	for name, text := range map[string]string{
		"night.yaml": "ok: blue\n", "empty.yaml": "", "broken.yaml": "okk: blue\n", "other.yml": "", "dark.yaml": "", "My Theme.yaml": "",
		".hidden.yaml": "okk: blue\n", "readme.txt": "okk", "large.yaml": strings.Repeat("#", themeSizeLimit+1),
	} {
		must(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	must(t, os.Symlink(filepath.Join(folder, "night.yaml"), filepath.Join(folder, "linked.yaml")))
	good, bad := LoadThemes(folder, ours)
	if names := slices.Sorted(maps.Keys(good)); !slices.Equal(names, []string{"empty", "linked", "night"}) || good["night"].OK != "blue" || good["linked"].OK != "blue" {
		t.Errorf("good are %v", good)
	}
	want := map[string]string{
		"broken":        `broken.yaml:1:1: okk: unknown key "okk"; did you mean "ok"?`,
		"folder":        "folder.yaml: the theme is not a plain file; name one",
		"large":         "large.yaml: the theme is too large; name the right file",
		"other.yml":     "other.yml: the theme is not read under this name; call it other.yaml",
		"dark.yaml":     "dark.yaml: dark is a theme that comes along; give the file another name",
		"My Theme.yaml": "My Theme.yaml: a theme is called by small letters, digits, - and _; give the file such a name",
	}
	for name, problems := range bad {
		if got := problems.Summary(); got != folder+"/"+want[name] {
			t.Errorf("%s: %s", name, got)
		}
	}
	if len(bad) != len(want) {
		t.Errorf("bad are %v", slices.Sorted(maps.Keys(bad)))
	}
}

func TestAFolderOfThemesThatIsNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "themes")
	must(t, os.WriteFile(file, nil, 0o600))
	good, bad := LoadThemes(file, ours)
	if len(good) != 0 || len(bad) != 1 || !strings.HasPrefix(bad[file].Summary(), file+": the folder of themes could not be read") {
		t.Errorf("got %v, %v", good, bad)
	}
}

func TestWhichThemesAreFiles(t *testing.T) {
	t.Setenv("HOME", "/home/ana")
	for text, want := range map[string]string{
		"dark": "", "colour-blind": "", "mine": "", "yaml": "", "": "",
		"mine.yaml": "etc/mine.yaml", "./mine.yaml": "etc/mine.yaml", "../mine": "mine", "themes/mine.yml": "etc/themes/mine.yml",
		"/opt/mine.yaml": "/opt/mine.yaml", "~/mine.yaml": "/home/ana/mine.yaml",
	} {
		if got, isFile := ThemeFile(text, "etc"); got != want || isFile != (want != "") {
			t.Errorf("%q is %q, %v; want %q", text, got, isFile, want)
		}
	}
	if _, err := Parse(FileName, []byte("theme: ./mine.yaml\n"), known); err != nil {
		t.Errorf("the path of a theme is refused: %v", err)
	}
	schema := compiled(t, known)
	for text, good := range map[string]bool{"theme: ./mine.yaml": true, "theme: mine.yaml": true, "theme: dark": true, "theme:": true, "theme: drak": false} {
		if err := schema.Validate(decoded(t, []byte(text))); (err == nil) != good {
			t.Errorf("the schema says of %q: %v", text, err)
		}
	}
}

func TestAThemeThatCannotBeRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.yaml")
	if _, err := LoadTheme(path, ours); err == nil || err.Error() != path+": the theme does not exist; check the path" {
		t.Errorf("got %v", err)
	}
}
