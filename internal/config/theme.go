package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// themeSizeLimit bounds a theme file, in bytes. One with every key and a comment on
// each has 2 KB.
const themeSizeLimit = 64 << 10

// Theme is a theme file. Immutable once loaded. Its struct tags are read as those of
// Config are, and its keys after background are those of the package theme, in the
// same order.
type Theme struct {
	Base       string `yaml:"base" doc:"The theme that everything comes from which is not said here." default:"auto" example:"dark"`
	Background string `yaml:"background,omitempty" doc:"What it is made for." usual:"what the base is made for" allow:"dark light" example:"dark"`
	Muted      string `yaml:"muted,omitempty" doc:"Secondary facts: regions, ages, hints." example:"\"#8b949e\""`
	Strong     string `yaml:"strong,omitempty" doc:"Names of panes, headings." example:"bold"`
	Accent     string `yaml:"accent,omitempty" doc:"The focused pane, what can be pressed." example:"\"#58a6ff bright-cyan\""`
	Critical   string `yaml:"critical,omitempty" doc:"Act now." example:"\"#ff7b72 bright-red bold\""`
	Warning    string `yaml:"warning,omitempty" doc:"Look soon." example:"bright-yellow"`
	OK         string `yaml:"ok,omitempty" doc:"Good." example:"77"`
	Unknown    string `yaml:"unknown,omitempty" doc:"No data; never to be taken for good." example:"bright-magenta"`
	Stale      string `yaml:"stale,omitempty" doc:"What cannot be seen any more." usual:"the colour of muted" example:"faint italic"`
	Border     string `yaml:"border,omitempty" doc:"Frames and axes." example:"\"#6e7681 243\""`
	Selected   string `yaml:"selected,omitempty" doc:"The row under the cursor." example:"reverse"`
	Badge      string `yaml:"badge,omitempty" doc:"The name in the header." example:"bold reverse"`
	Drill      string `yaml:"drill,omitempty" doc:"The word DRILL." example:"\"#f778ba bold reverse\""`
	Frozen     string `yaml:"frozen,omitempty" doc:"That the screen stands still on purpose." usual:"the colour of accent" example:"blue bold reverse"`
	Match      string `yaml:"match,omitempty" doc:"Letters that a filter has found." usual:"the colour of accent" example:"underline"`
	Unseen     string `yaml:"unseen,omitempty" doc:"Trouble that nobody has looked at yet." usual:"the colour of accent" example:"bright-cyan bold"`
	Pending    string `yaml:"pending,omitempty" doc:"What is not on disk yet." usual:"the colour of muted" example:"italic"`
	Past       string `yaml:"past,omitempty" doc:"That the screen shows another moment than now." example:"cyan bold reverse"`
}

// themeElsewhere is what other programs call the keys of a theme.
var themeElsewhere = map[string]string{
	"name": "not needed, because a theme is called what its file is", "inherits": "base", "extends": "base", "light": "background, which is dark or light",
	"text": "the terminal's own colour, and cannot be chosen", "foreground": "the terminal's own colour, and cannot be chosen",
	"error": "critical", "danger": "critical", "warn": "warning", "success": "ok", "good": "ok", "info": "accent",
	"dim": "muted", "comment": "muted", "frame": "border", "focus": "accent", "selection": "selected", "highlight": "match",
}

// Looks is how each key is to be drawn of which the file says something.
func (t *Theme) Looks() map[string]string {
	looks := map[string]string{}
	for _, f := range lookFields() {
		if text := reflect.ValueOf(t).Elem().Field(f.index).String(); text != "" {
			looks[f.key] = text
		}
	}
	return looks
}

// lookFields are the keys whose value is a look.
func lookFields() []field { return fieldsOf(reflect.TypeFor[Theme]())[2:] }

// ThemeWords is what the screen knows about themes.
type ThemeWords struct {
	Bases   []string                                  // the themes that come along
	Words   []string                                  // the words of a look, beside numbers and #rrggbb
	Mistake func(look string) (unknown, wrong string) // what is wrong with a look, or ""; unknown is a word that does not exist
}

// themeFilePattern matches the value of theme that is the path of a file.
var themeFilePattern = regexp.MustCompile(`/|\.ya?ml$`)

// ThemeFile says which file a theme is read from that is asked for by its path: with
// a slash in it, or .yaml at its end. A relative one is taken from the folder. ok is
// false for the name of a theme.
func ThemeFile(theme, folder string) (path string, ok bool) {
	if !themeFilePattern.MatchString(theme) {
		return "", false
	}
	return from(folder, theme), true
}

// LoadTheme reads and checks a theme file. An error is always Problems and has every
// mistake of the file.
func LoadTheme(path string, words ThemeWords) (*Theme, error) {
	content, err := readRegular(path, themeSizeLimit)
	if err != nil {
		return nil, Problems{{File: path, Message: "the theme " + why(err)}}
	}
	return ParseTheme(path, content, words)
}

// ParseTheme is LoadTheme for content that has been read.
func ParseTheme(path string, content []byte, words ThemeWords) (*Theme, error) {
	t := new(Theme)
	fillDefaults(t)
	r := newReader(path, content)
	r.elsewhere, r.model = themeElsewhere, "an example of docs/themes.md"
	if body := r.parse(); body != nil {
		r.readTheme(body, t, words)
	}
	if err := r.outcome(); err != nil {
		return nil, err
	}
	return t, nil
}

func (r *reader) readTheme(body ast.Node, t *Theme, words ThemeWords) {
	ast.Walk(anchorFinder{r}, body)
	r.value(body, reflect.ValueOf(t).Elem(), "")
	if !contains(words.Bases, t.Base) {
		r.wrong("base", "there is no theme %s that comes along%s", quote(t.Base), Meant(t.Base, words.Bases, "use one of: "+list(words.Bases)))
	}
	for _, f := range fieldsOf(reflect.TypeFor[Theme]()) {
		if at, written := r.keys[f.key]; written && !r.given(f.key) {
			r.problem(at, f.key, "there is no value; write one, and a colour that begins with # in quotes, because # begins a comment")
		}
	}
	for _, f := range lookFields() {
		if !r.given(f.key) || r.failed[f.key] {
			continue
		}
		unknown, wrong := words.Mistake(reflect.ValueOf(t).Elem().Field(f.index).String())
		switch {
		case unknown != "":
			r.wrong(f.key, "there is no colour or style %s%s", quote(unknown), Meant(unknown, words.Words, "use #rrggbb in quotes, 0 to 255, or words: "+list(words.Words)))
		case wrong != "":
			r.wrong(f.key, "%s", wrong)
		}
	}
}

// themeName is what a theme file may be called, without its ending.
var themeName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// LoadThemes reads every NAME.yaml of a folder, which need not be there. What has a
// mistake is in bad: a theme by its name, anything else by what it is called.
func LoadThemes(folder string, words ThemeWords) (good map[string]*Theme, bad map[string]Problems) {
	good, bad = map[string]*Theme{}, map[string]Problems{}
	entries, err := os.ReadDir(folder)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			bad[folder] = Problems{{File: folder, Message: "the folder of themes " + why(err)}}
		}
		return good, bad
	}
	for _, entry := range entries {
		file := entry.Name()
		name, isTheme := strings.CutSuffix(file, ".yaml")
		path := filepath.Join(folder, file)
		switch {
		case strings.HasPrefix(file, "."):
		case strings.HasSuffix(file, ".yml"):
			bad[file] = Problems{{File: path, Message: "the theme is not read under this name; call it " + clip(strings.TrimSuffix(file, ".yml")) + ".yaml"}}
		case !isTheme:
		case !themeName.MatchString(name):
			bad[file] = Problems{{File: path, Message: "a theme is called by small letters, digits, - and _; give the file such a name"}}
		case contains(words.Bases, name):
			bad[file] = Problems{{File: path, Message: name + " is a theme that comes along; give the file another name"}}
		default:
			theme, err := LoadTheme(path, words)
			var problems Problems
			if errors.As(err, &problems) {
				bad[name] = problems
				continue
			}
			good[name] = theme
		}
	}
	return good, bad
}
