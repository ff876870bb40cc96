package config

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
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

// plainly is a file with some probes and nothing special about it.
func plainly(t *testing.T, probes []*sketch, intervals Intervals) []Probe {
	t.Helper()
	text := "intervals: {probes: " + plain(intervals.Probes) + "}\nprobes:\n"
	for _, p := range probes {
		text += "  - " + strings.Join((&scribe{Rand: rand.New(rand.NewPCG(1, 1))}).pairsInLines(p.values), "\n    ") + "\n"
	}
	return load(t, text).Probes
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

// withoutEmpty are probes without what is left when the last tag or header is taken away.
func withoutEmpty(probes []Probe) []Probe {
	probes = slices.Clone(probes)
	for i := range probes {
		if p := &probes[i]; len(p.Tags) == 0 {
			p.Tags = nil
		}
		if p := &probes[i]; len(p.Headers) == 0 {
			p.Headers = nil
		}
	}
	return probes
}

// within says which line of some is not among others in the same order, "" if all are.
func within(some, others []string) string {
	for _, line := range some {
		at := slices.Index(others, line)
		if at < 0 {
			return fmt.Sprintf("%q", line)
		}
		others = others[at+1:]
	}
	return ""
}

// linesOf are the lines of a text without their ends, nor blank ones at the end.
func linesOf(text string) []string {
	text = strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// TestWhateverIsEditedAllOtherLinesStay makes random edits of random configs.
func TestWhateverIsEditedAllOtherLinesStay(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	for seed := range uint64(250) {
		s := &scribe{Rand: rand.New(rand.NewPCG(seed, 7))}
		text, probes := s.config()
		must(t, os.WriteFile(path, []byte(text), 0o600))
		c, err := Load(path, Allowed{})
		if err != nil {
			t.Fatalf("seed %d: the test wrote a config that does not load: %v\n%s", seed, err, text)
		}
		edit, what, gone := Edit{Config: c}, "", []string(nil)
		var next *Config
		switch i := 0; {
		case len(probes) == 0 || s.IntN(3) == 0:
			p := s.sketch()
			what, probes = fmt.Sprintf("add %v", p.values), append(probes, p)
			rest := map[string]string{}
			for key, value := range p.values {
				if key != "name" && key != "url" {
					rest[key] = value
				}
			}
			next, err = edit.Add(NewProbe{Name: p.values["name"], URL: p.values["url"], Keys: rest})
		case s.IntN(2) == 0:
			i = s.IntN(len(probes))
			what, gone = "remove "+probes[i].values["name"], probes[i].lines
			next, err = edit.Remove(probes[i].values["name"])
			probes = slices.Delete(probes, i, i+1)
		default:
			i = s.IntN(len(probes))
			keys := map[string]string{}
			for range 1 + s.IntN(3) {
				key := optional[s.IntN(len(optional))]
				keys[key] = s.maybe(s.value(key))
			}
			what, gone = fmt.Sprintf("change %s: %v", probes[i].values["name"], keys), probes[i].lines
			next, err = edit.Change(probes[i].values["name"], keys)
			for key, value := range keys {
				if probes[i].values[key] = value; value == "" {
					delete(probes[i].values, key)
				}
			}
		}
		content, _ := os.ReadFile(path)
		fail := func(format string, about ...any) {
			t.Helper()
			t.Fatalf("seed %d, %s: %s\nbefore\n%s\nafter\n%s", seed, what, fmt.Sprintf(format, about...), text, content)
		}
		if err != nil {
			fail("%v", err)
		}
		stay := linesOf(text)
		if gone != nil {
			at := 0
			for !slices.Equal(stay[at:min(at+len(gone), len(stay))], gone) {
				at++
			}
			stay = slices.Delete(slices.Clone(stay), at, at+len(gone))
			if strings.HasPrefix(what, "change") { // the comments inside stay as well
				stay = slices.Insert(stay, at, slices.DeleteFunc(slices.Clone(gone), func(line string) bool { return !strings.HasPrefix(strings.TrimSpace(line), "#") })...)
			}
			if strings.HasPrefix(what, "remove") && at > 0 && strings.TrimSpace(stay[at-1]) == "" {
				stay = slices.Delete(stay, at-1, at) // of two blank lines one goes
			}
		}
		stay = slices.DeleteFunc(stay, func(line string) bool {
			return strings.HasPrefix(line, "probes: []") || strings.HasPrefix(line, "probes: ~")
		})
		if lost := within(stay, linesOf(string(content))); lost != "" {
			fail("the line %s is lost", lost)
		}
		if strings.HasPrefix(what, "remove") {
			if fresh := within(linesOf(string(content)), linesOf(text)); fresh != "" {
				fail("the line %s is new", fresh)
			}
		}
		got, want := withoutEmpty(next.Probes), plainly(t, probes, c.Intervals)
		if len(want)+len(got) > 0 && !reflect.DeepEqual(got, want) {
			fail("got  %+v\nwant %+v", got, want)
		}
		old, now := *c, *next
		old.Probes, now.Probes, old.digest, now.digest = nil, nil, digest{}, digest{}
		if !reflect.DeepEqual(old, now) {
			fail("the rest of the config is another one")
		}
	}
}

// FuzzAnEditDoesWhatItShouldOrNothing looks for files in which an edit changes more than
// it says.
func FuzzAnEditDoesWhatItShouldOrNothing(f *testing.F) {
	for seed := range uint64(40) {
		text, _ := (&scribe{Rand: rand.New(rand.NewPCG(seed, 8))}).config()
		f.Add([]byte(text), byte(seed), "service", "a: b # c")
	}
	for _, file := range filesIn(f, "testdata/good") {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content, byte(1), "expect.body", "x\n")
	}
	path := filepath.Join(f.TempDir(), FileName)
	f.Fuzz(func(t *testing.T, content []byte, op byte, key, value string) {
		editsRightly(t, path, content, op, key, value)
	})
}

// TestConfigsWithSlipsAreEditedRightlyOrNotAtAll puts characters that mean something in
// YAML anywhere into random configs.
func TestConfigsWithSlipsAreEditedRightlyOrNotAtAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	made := 0
	for seed := range uint64(500) {
		s := &scribe{Rand: rand.New(rand.NewPCG(seed, 9))}
		text, _ := s.config()
		for range 1 + s.IntN(3) {
			at := s.IntN(len(text) + 1)
			to := min(len(text), at+s.IntN(2)*s.IntN(6))
			text = text[:at] + s.one("", "\n", " ", "  ", "#", " #", "\"", "'", "|\n", ">-\n", "&x ", "*x", "\t", "\r\n", "\r", "- ", ": ", "{", "}", "[", "]", ",", "---\n", "...\n", "\n\n", "?", "<<: ", "!", "é", "x") + text[to:]
		}
		key := optional[s.IntN(len(optional))]
		if editsRightly(t, path, []byte(text), byte(s.IntN(30)), key, s.maybe(s.value(key))) {
			made++
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if made < 50 {
		t.Errorf("only %d edits were made", made)
	}
}

// editsRightly makes an edit, and says whether it came about. Nothing else may have changed.
func editsRightly(t *testing.T, path string, content []byte, op byte, key, value string) bool {
	t.Helper()
	t.Setenv("WARROOM_TEST_SECRET", testSecret)
	must(t, os.WriteFile(path, content, 0o600))
	c, err := Load(path, Allowed{})
	if err != nil {
		return false
	}
	edit, i, want := Edit{Config: c}, -1, slices.Clone(c.Probes)
	if len(want) > 0 {
		i = int(op/3) % len(want)
	}
	var next *Config
	switch {
	case op%3 == 0 || i < 0:
		next, err = edit.Add(NewProbe{Name: "added by the test", URL: "a.example.com", Keys: map[string]string{key: value}})
		i = len(want)
		want = append(want, Probe{})
	case op%3 == 1:
		next, err = edit.Remove(want[i].Name)
		want = slices.Delete(want, i, i+1)
		i = -1
	default:
		next, err = edit.Change(want[i].Name, map[string]string{key: value})
	}
	after, readError := os.ReadFile(path)
	must(t, readError)
	if err != nil {
		if string(after) != string(content) || strings.ContainsAny(err.Error(), "\n\r\x1b\x00") {
			t.Fatalf("%q\n%s", err, after)
		}
		return false
	}
	stay := slices.DeleteFunc(linesOf(string(content)), func(line string) bool { return strings.Contains(line, "probes") })
	if lost := within(stay, linesOf(string(after))); op%3 == 0 && lost != "" {
		t.Fatalf("the line %s is lost\n%s\nbecame\n%s", lost, content, after)
	}
	if len(next.Probes) != len(want) {
		t.Fatalf("%d probes and not %d\n%s\nbecame\n%s", len(next.Probes), len(want), content, after)
	}
	for j := range want {
		if j != i && !reflect.DeepEqual(next.Probes[j], want[j]) {
			t.Errorf("got  %+v\nwant %+v\n%s\nbecame\n%s", next.Probes[j], want[j], content, after)
		}
	}
	old, now := *c, *next
	old.Probes, now.Probes, old.digest, now.digest = nil, nil, digest{}, digest{}
	if !reflect.DeepEqual(old, now) {
		t.Errorf("the rest is another\n%s\nbecame\n%s", content, after)
	}
	return true
}
