package config

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// sketch is a probe as the test knows it: keys with their values, and how its lines in
// the file were written.
type sketch struct {
	values map[string]string
	lines  []string
}

// scribe writes configs as people do, each in another way.
type scribe struct {
	*rand.Rand
	count int
}

func (s *scribe) one(of ...string) string { return of[s.IntN(len(of))] }

func (s *scribe) maybe(text string) string { return s.one("", text) }

// value is a value for a key of a probe.
func (s *scribe) value(key string) string {
	switch key {
	case "interval":
		return s.one("5s", "1m", "90s")
	case "slow":
		return s.one("800ms", "1s")
	case "paused", "insecure":
		return "true"
	case "follow":
		return "false"
	case "objective":
		return s.one("99.9", "95")
	case "expect.status":
		return s.one("200", "200..299,!204")
	case "expect.latency":
		return "2s"
	}
	return s.one("a", "a b", "a # b", "a: b", "'a'", `"a"`, `a\b`, "[a, b]", "{a}", "yes", "1.10", "~", "é", "- a", "*a", "&a", "!a", "a}", "x, y", "0x10", "#a")
}

// optional are the keys that a probe may have besides its name and URL.
var optional = strings.Fields("interval slow paused insecure follow objective expect.status expect.body expect.latency headers.X-Team tags.team tags.no")

// written is a value in one of the ways that mean the same.
func (s *scribe) written(value string) string {
	single := "'" + strings.ReplaceAll(value, "'", "''") + "'"
	if bareValue.MatchString(value) && !contains(bareWords, value) || value == "true" || value == "false" {
		if value == "true" || value == "false" || value[0] <= '9' {
			return value
		}
		return s.one(value, single, showText(value))
	}
	return s.one(single, showText(value))
}

func (s *scribe) comment(indent int) []string {
	if s.IntN(4) > 0 {
		return nil
	}
	return []string{strings.Repeat(" ", indent) + s.one("# ours", "#- name: x", "# probes:", "#")}
}

func (s *scribe) sketch() *sketch {
	s.count++
	p := &sketch{values: map[string]string{"name": fmt.Sprintf("%s %d", s.one("a", "b", "c"), s.count), "url": s.one("a.example.com", "https://b.example.com/?a=b#c", "http://[::1]:8080/x")}}
	for _, key := range optional {
		if s.IntN(4) == 0 {
			p.values[key] = s.value(key)
		}
	}
	return p
}

// write gives the lines of an entry. Keys after the first are indented by column.
func (s *scribe) write(p *sketch, indent int) {
	gap := 1 + s.IntN(2)*s.IntN(3)
	dash, column := strings.Repeat(" ", indent)+"-"+strings.Repeat(" ", gap), indent+1+gap
	if s.IntN(4) == 0 {
		p.lines = []string{dash + "{" + strings.Join(s.pairs(p.values), ", ") + s.maybe(" ") + "}" + s.maybe("  # ours")}
		return
	}
	groups := map[string][]string{}
	for _, key := range sortedKeys(p.values) {
		group, _, _ := strings.Cut(key, ".")
		groups[group] = append(groups[group], key)
	}
	order := sortedKeys(groups)
	s.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	for _, group := range order {
		p.lines = append(p.lines, s.group(p, group, groups[group], column)...)
		p.lines = append(p.lines, s.comment(column)...)
	}
	p.lines[0] = dash + p.lines[0][column:]
}

// group gives the lines of a key, or of a section.
func (s *scribe) group(p *sketch, group string, keys []string, column int) []string {
	pad := strings.Repeat(" ", column)
	if keys[0] == group {
		return []string{pad + group + ":" + s.one(" ", "   ") + s.written(p.values[group]) + s.maybe(" # ours")}
	}
	inner := map[string]string{}
	for _, key := range keys {
		inner[strings.TrimPrefix(key, group+".")] = p.values[key]
	}
	if s.IntN(2) == 0 {
		return []string{pad + group + ": {" + strings.Join(s.pairs(inner), ", ") + "}" + s.maybe("\t# ours")}
	}
	lines := []string{pad + group + ":" + s.maybe(" # ours")}
	for _, key := range sortedKeys(inner) {
		lines = append(lines, pad+"  "+showText(key)+": "+s.written(inner[key])+s.maybe(" # ours"))
		lines = append(lines, s.comment(column+2)...)
	}
	return lines
}

// pairs are keys and values for braces.
func (s *scribe) pairs(values map[string]string) []string {
	sections := map[string]map[string]string{}
	var all []string
	for _, key := range sortedKeys(values) {
		if group, inner, nested := strings.Cut(key, "."); nested {
			if sections[group] == nil {
				sections[group] = map[string]string{}
			}
			sections[group][inner] = values[key]
		} else {
			all = append(all, showText(key)+": "+s.written(values[key]))
		}
	}
	for _, group := range sortedKeys(sections) {
		all = append(all, group+": {"+strings.Join(s.pairs(sections[group]), ", ")+"}")
	}
	s.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// config is a whole file with some probes in it.
func (s *scribe) config() (text string, probes []*sketch) {
	var before, after []string
	before = append(before, s.comment(0)...)
	before = append(before, s.one("room: x # ours", "intervals: {probes: 30s}", "services:\n  - name: s\n    # ours\n", "theme: 'dark'", "# nothing"))
	after = append(after, s.one("room2", "alarms:\n  off: true\n", "keys: {zoom: [z]}", "", "# the end", "\n\n# next\nhealth: {off: true}"))
	if after[0] == "room2" {
		after = nil
	}
	middle := []string{"probes:" + s.maybe("  # ours")}
	indent := s.IntN(3) * 2
	for range s.IntN(4) {
		p := s.sketch()
		s.write(p, indent)
		probes = append(probes, p)
		middle = append(middle, s.comment(indent)...)
		middle = append(middle, p.lines...)
		if s.IntN(3) == 0 {
			middle = append(middle, "")
		}
	}
	if len(probes) == 0 {
		middle = []string{s.one("probes:", "probes: []", "probes: ~  # ours", "# none")}
	}
	text = strings.Join(slices.Concat(before, middle, after), "\n") + s.one("\n", "\n", "", "\n\n")
	if s.IntN(4) == 0 {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text, probes
}

func (s *scribe) pairsInLines(values map[string]string) []string {
	var lines []string
	last := ""
	for _, key := range sortedKeys(values) {
		group, inner, nested := strings.Cut(key, ".")
		if nested && group != last {
			lines = append(lines, group+":")
		}
		last = group
		written := showText(values[key])
		if t, err := typeOf(key); err == nil && t.String() != "string" && t != secretType {
			written = values[key]
		}
		if nested {
			lines = append(lines, "  "+showText(inner)+": "+written)
		} else {
			lines = append(lines, group+": "+written)
		}
	}
	return lines
}
