package cli

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"warroom/internal/config"
)

// readConfig reads the config that the other parts follow, with the theme that it or a
// flag asks for, and says how they are. An error is a mistake in a flag.
func (c *checker) readConfig() ([]finding, error) {
	about := subject{topic: topicConfig, name: "file"}
	path, err := config.Find(c.flags.config)
	if err == nil {
		c.cfg, err = config.Load(path, c.allowed())
	}
	var findings []finding
	switch {
	case err != nil:
		c.broken, c.cfg = true, config.Default()
		findings = mistakes(err)
	case path == "":
		findings = []finding{about.ok("there is none, so the defaults hold; warroom config init writes a first one")}
	default:
		findings = []finding{about.ok(path + " is valid"), secrets(c.cfg)}
	}
	for _, name := range slices.Sorted(maps.Keys(c.themes.bad)) {
		findings = append(findings, mistakes(c.themes.bad[name])...)
	}
	if err := c.override(c.cfg); err != nil {
		return nil, err
	}
	c.ascii = c.onlyASCII(c.cfg)
	c.library, err = c.themes.with(c.cfg.Theme)
	if _, isFile := config.ThemeFile(c.cfg.Theme, ""); isFile && err != nil { // those with a name have been named
		findings = append(findings, mistakes(err)...)
	}
	return findings, nil
}

// mistakes is one finding for every mistake of a file.
func mistakes(err error) []finding {
	var problems config.Problems
	if !errors.As(err, &problems) {
		problems = config.Problems{{Message: err.Error()}}
	}
	findings := make([]finding, 0, len(problems))
	for _, problem := range problems {
		name := problem.File
		if problem.Line > 0 {
			name += fmt.Sprintf(":%d:%d", problem.Line, problem.Column)
		}
		found, fix := problem.Message, ""
		if end := strings.LastIndex(found, "; "); end >= 0 { // the words end with what to write instead
			found, fix = found[:end], found[end+2:]
		}
		if problem.Path != "" {
			found = problem.Path + ": " + found
		}
		about := subject{topic: topicConfig, name: cmp.Or(name, "file")}
		findings = append(findings, about.fail(found, cmp.Or(fix, "correct it there; docs/config.md has every key")))
	}
	return findings
}

// secrets says how many references to secrets there are. Each has been followed, or
// the file would have mistakes.
func secrets(cfg *config.Config) finding {
	count := 0
	add := func(s config.Secret) {
		if s.IsReference() {
			count++
		}
	}
	for _, scope := range cfg.Scopes {
		add(scope.ExternalID)
	}
	for _, probe := range cfg.Probes {
		add(probe.Body)
		for _, values := range probe.Headers {
			for _, value := range values {
				add(value)
			}
		}
	}
	about := subject{topic: topicConfig, name: "secrets"}
	switch count {
	case 0:
		return about.ok("no references to follow")
	case 1:
		return about.ok("1 reference, and it leads to a value")
	}
	return about.ok(fmt.Sprintf("%d references, and each leads to a value", count))
}
