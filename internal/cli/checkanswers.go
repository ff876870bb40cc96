package cli

import (
	"fmt"
	"image/color"
	"reflect"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/terminal"
	"warroom/theme"
)

// judgeAnswers judges what a terminal said of itself, or that it said nothing.
func (c *checker) judgeAnswers(about subject, a terminal.Answers, waited time.Duration) []finding {
	answers := about.called("answers")
	switch {
	case !a.Whole:
		fix := "if the screen looks wrong: --ascii, and theme: dark or light in the config"
		if c.ascii {
			fix = "if the screen looks wrong: theme: dark or light in the config"
		}
		answer := answers.warn("none within "+coarse(waited)+", so this terminal tells nothing of itself", fix)
		return append([]finding{answer}, c.judgeMarks(about.called("marks"), a.Widths), c.judgeBackground(about.called("background"), a.Background))
	case a.Took > slowAnswer:
		return append([]finding{answers.warn("after "+coarse(a.Took)+", so the way to the terminal is slow",
			"keys will lag as much; mosh, or a machine nearer to you, helps")}, c.judgeWhole(about, a)...)
	}
	return append([]finding{answers.ok("after " + coarse(a.Took) + with(", by ", a.Name))}, c.judgeWhole(about, a)...)
}

func (c *checker) judgeWhole(about subject, a terminal.Answers) []finding {
	frames := about.called("frames")
	drawn := frames.ok("drawn as they come, so they may flicker on a slow line; nothing else is lost")
	if a.Synchronized == terminal.Offered {
		drawn = frames.ok("drawn at once (mode 2026)")
	}
	return []finding{c.judgeMarks(about.called("marks"), a.Widths), c.judgeBackground(about.called("background"), a.Background), drawn}
}

// judgeMarks looks at how many cells the marks took. The screen counts on one each.
func (c *checker) judgeMarks(about subject, widths []int) finding {
	marks := c.marks()
	switch {
	case c.unasked():
		return about.ok("ASCII, which is taken by itself here, and is one cell wide everywhere")
	case c.ascii:
		return about.ok("ASCII, which is one cell wide everywhere")
	case len(widths) == 0:
		return about.skip("their width could not be measured", "if frames look torn: --ascii")
	}
	var wide []string
	for i, width := range widths {
		switch width {
		case 1:
		case 2:
			wide = append(wide, marks[i])
		default:
			return about.fail(fmt.Sprintf("%s took %d cells, so this terminal is not in UTF-8", marks[i], width),
				"switch the terminal to UTF-8, or use --ascii (ascii: true in the config)")
		}
	}
	if len(wide) > 0 {
		return about.fail("two cells wide instead of one: "+strings.Join(wide, " "),
			"use --ascii (ascii: true in the config), or set the terminal's ambiguous width to narrow")
	}
	return about.ok(fmt.Sprintf("%d, each one cell wide", len(widths)))
}

func (c *checker) judgeBackground(about subject, background color.Color) finding {
	switch {
	case background != nil && (tea.BackgroundColorMsg{Color: background}).IsDark():
		return about.ok("dark")
	case background != nil:
		return about.ok("light")
	case c.cfg.Theme != theme.Auto:
		return about.ok("not told, and the theme is " + c.cfg.Theme + " anyway")
	}
	return about.warn("not told, so it is taken for dark", "write theme: dark or theme: light into the config")
}

// beyondASCII is every shape of a set that is not ASCII, once.
func beyondASCII(marks theme.Marks) []string {
	var found []string
	seen := map[string]bool{}
	add := func(mark string) {
		if mark != "" && mark[0] >= 0x80 && !seen[mark] {
			seen[mark] = true
			found = append(found, mark)
		}
	}
	all := reflect.ValueOf(marks)
	for i := range all.NumField() {
		switch field := all.Field(i); field.Kind() {
		case reflect.String:
			add(field.String())
		case reflect.Slice, reflect.Array:
			for j := range field.Len() {
				if field.Index(j).Kind() == reflect.String {
					add(field.Index(j).String())
				}
			}
		}
	}
	plot := marks.Plot
	for bits := range 1 << (plot.Across * plot.Down) {
		if bits == 0 || bits&(bits-1) == 0 { // nothing, and each dot alone: the others are the same block
			add(plot.Glyph(bits))
		}
	}
	return found
}
