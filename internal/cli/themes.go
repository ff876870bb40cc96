package cli

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"warroom/internal/config"
	"warroom/theme"
)

// themes is every theme that can be asked for by name, read once when the program
// starts.
type themes struct {
	library theme.Library
	bad     map[string]config.Problems // the user's own that have a mistake, by name
}

// themeWords is what the screen knows about themes.
func themeWords() config.ThemeWords {
	return config.ThemeWords{Bases: theme.Library{}.Names(), Words: theme.Words(), Mistake: theme.Mistake}
}

// loadThemes reads the user's own themes. It never fails: what has a mistake is left
// out, unless it is asked for.
func loadThemes() themes {
	good, bad := config.LoadThemes(config.UserThemes(), themeWords())
	t := themes{bad: bad}
	for _, name := range slices.Sorted(maps.Keys(good)) {
		library, err := t.library.With(own(name, good[name]))
		if err != nil {
			bad[name] = config.Problems{{File: config.UserThemes(), Message: err.Error()}}
		}
		t.library = library
	}
	return t
}

// own is what a theme file says, for the screen.
func own(name string, file *config.Theme) theme.Own {
	background := map[string]theme.Background{"dark": theme.Dark, "light": theme.Light}[file.Background]
	return theme.Own{Name: name, Base: file.Base, Background: background, Looks: file.Looks()}
}

// names lists what can be asked for by name, also what then turns out to have a
// mistake.
func (t *themes) names() []string {
	names := t.library.Names()
	for _, name := range slices.Sorted(maps.Keys(t.bad)) {
		if _, isFile := config.ThemeFile(name, ""); !isFile {
			names = append(names, name)
		}
	}
	return names
}

// with is the library that has the theme which is asked for: by a name that is known,
// or by the path of a file, which is read now. The error has every mistake of it.
func (t *themes) with(asked string) (theme.Library, error) {
	path, isFile := config.ThemeFile(asked, "")
	if !isFile {
		if problems, broken := t.bad[asked]; broken {
			return t.library, problems
		}
		return t.library, nil
	}
	file, err := config.LoadTheme(path, themeWords())
	if err != nil {
		return t.library, err
	}
	return t.library.With(own(asked, file))
}

// tell logs which themes were left out, and which colours are hard to read.
func (t *themes) tell(log *slog.Logger, library theme.Library) {
	for _, name := range slices.Sorted(maps.Keys(t.bad)) {
		log.Warn("a theme was left out", "theme", name, "why", t.bad[name].Summary())
	}
	for _, name := range library.Names() {
		for _, pale := range library.Pale(name) {
			ground := map[bool]string{false: "black", true: "white"}[pale.Light]
			log.Warn("a colour of a theme is hard to read", "theme", name, "colour", pale.Key, "contrast", fmt.Sprintf("%.1f:1 on %s", pale.Contrast, ground))
		}
	}
}
