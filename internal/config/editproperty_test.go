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

// plainly is a file with some probes and nothing special about it.
func plainly(t *testing.T, probes []*sketch, intervals Intervals) []Probe {
	t.Helper()
	text := "intervals: {probes: " + plain(intervals.Probes) + "}\nprobes:\n"
	for _, p := range probes {
		text += "  - " + strings.Join((&scribe{Rand: rand.New(rand.NewPCG(1, 1))}).pairsInLines(p.values), "\n    ") + "\n"
	}
	return load(t, text).Probes
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
		next, what, probes, gone, err := s.edit(Edit{Config: c}, probes)
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

// edit makes a random edit and gives what it is, how the probes then should be, and the
// lines of the entry that is changed or gone.
func (s *scribe) edit(e Edit, probes []*sketch) (next *Config, what string, after []*sketch, gone []string, err error) {
	if len(probes) == 0 || s.IntN(3) == 0 {
		p, rest := s.sketch(), map[string]string{}
		for key, value := range p.values {
			if key != "name" && key != "url" {
				rest[key] = value
			}
		}
		next, err = e.Add(NewProbe{Name: p.values["name"], URL: p.values["url"], Keys: rest})
		return next, fmt.Sprintf("add %v", p.values), append(probes, p), nil, err
	}
	i := s.IntN(len(probes))
	name, gone := probes[i].values["name"], probes[i].lines
	if s.IntN(2) == 0 {
		next, err = e.Remove(name)
		return next, "remove " + name, slices.Delete(probes, i, i+1), gone, err
	}
	keys := map[string]string{}
	for range 1 + s.IntN(3) {
		key := optional[s.IntN(len(optional))]
		keys[key] = s.maybe(s.value(key))
	}
	next, err = e.Change(name, keys)
	for key, value := range keys {
		if probes[i].values[key] = value; value == "" {
			delete(probes[i].values, key)
		}
	}
	return next, fmt.Sprintf("change %s: %v", name, keys), probes, gone, err
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
