package ui

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/theme"
)

// What a ProbeAct can do.
const (
	ProbeAdd    = "add"
	ProbeSet    = "set"
	ProbePause  = "pause"
	ProbeResume = "resume"
	ProbeRun    = "run"
	ProbeRemove = "remove"
)

// probeVerbs are the words after :probe, as they are offered.
var probeVerbs = []string{ProbePause, ProbeResume, ProbeRun, ProbeSet, ProbeRemove}

// ProbeAct is one change of what is probed, as a person asks for it. What it holds has not
// been checked.
type ProbeAct struct {
	Do   string
	Name string
	URL  string            // of a new one
	Keys map[string]string // as in the config file: slow, expect.status; "" takes one away
}

// ProbeDesk does such an act and says in a few words what was done. The error is a plain
// sentence, and then nothing has changed. It may take as long as writing a file does, and
// be called from anywhere.
type ProbeDesk func(ProbeAct) (said string, err error)

// probeUsage is how :probe is written.
const probeUsage = "write :probe https://host/path [NAME] [key=value …], or :probe pause, resume, run, set or remove [NAME]"

// doProbe adds the probe of a URL, or changes the one that is named, or the one under the
// cursor:
//
//	:probe https://shop.example.com/health shop interval=10s expect.body=ok
//	:probe pause shop
//	:probe set slow=800ms
func (m *Model) doProbe(text string) tea.Cmd {
	if !m.mayAct() {
		return nil
	}
	if m.probe == nil {
		m.say(theme.Muted, "what is probed here cannot be changed")
		return nil
	}
	act, err := probeAct(text, m.probeUnderCursor())
	if err != nil {
		m.say(theme.Warning, err.Error())
		return nil
	}
	desk, probe := m.desk, m.probe
	return m.perform(func() (string, error) {
		said, err := probe(act)
		if err != nil || act.Do == ProbeRun {
			return said, err
		}
		return said, desk.Act(room.Act{Do: room.EventMark, Text: clean.Line(said, inputLimit)}) // what changed, for everybody and the record
	})
}

// probeUnderCursor is the name of the probe whose row is selected, or "".
func (m *Model) probeUnderCursor() string {
	it, ok := m.panes[m.focus].selected()
	if !ok || it.signal == nil || it.signal.Kind != room.KindProbe {
		return ""
	}
	key := it.signal.Key
	if detail, ok := it.signal.Detail.(*room.ProbeDetail); ok && detail.Part != "" {
		key = detail.Part
	}
	_, name, _ := strings.Cut(key, "/")
	return name
}

// probeChoices are what can follow :probe.
func (m *Model) probeChoices() []string {
	var choices []string
	for _, verb := range probeVerbs {
		choices = append(choices, strings.TrimSpace(verb+" "+m.probeUnderCursor()))
	}
	return choices
}

// probeAct reads what follows :probe. here is the probe that is meant when none is named.
func probeAct(text, here string) (ProbeAct, error) {
	words, err := shellWords(text)
	if err != nil {
		return ProbeAct{}, err
	}
	if len(words) == 0 {
		return ProbeAct{}, fmt.Errorf("probe: %s", probeUsage)
	}
	act := ProbeAct{Do: words[0], Name: here}
	rest := words[1:]
	if strings.Contains(words[0], "://") {
		act.Do, act.URL, act.Name = ProbeAdd, words[0], nameOfURL(words[0])
	} else if !slices.Contains(probeVerbs, act.Do) {
		return act, fmt.Errorf("probe: %q is neither a URL nor one of %s; %s", act.Do, strings.Join(probeVerbs, ", "), probeUsage)
	}
	if len(rest) > 0 && !strings.Contains(rest[0], "=") {
		act.Name, rest = rest[0], rest[1:]
	}
	if act.Name == "" {
		return act, fmt.Errorf("probe: say which one, as in :probe %s NAME, or go to its row", act.Do)
	}
	for _, word := range rest {
		key, value, found := strings.Cut(word, "=")
		if !found || key == "" {
			return act, fmt.Errorf("probe: %q is no key=value, such as slow=800ms", word)
		}
		if act.Keys == nil {
			act.Keys = map[string]string{}
		}
		act.Keys[key] = value
	}
	switch takes := act.Do == ProbeAdd || act.Do == ProbeSet; {
	case takes && act.Do == ProbeSet && len(act.Keys) == 0:
		return act, fmt.Errorf("probe: say what to set, as in :probe set %s slow=800ms", act.Name)
	case !takes && len(act.Keys) > 0:
		return act, fmt.Errorf("probe: %s takes a name and nothing else", act.Do)
	}
	return act, nil
}

// nameOfURL is what a new probe is called if nobody says: its host.
func nameOfURL(text string) string {
	if u, err := url.Parse(text); err == nil {
		return u.Hostname()
	}
	return ""
}

// shellWords parts a text at its spaces; double quotes hold what has some together.
func shellWords(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	quoted, begun := false, false
	for _, r := range text {
		switch {
		case r == '"':
			quoted, begun = !quoted, true
		case (r == ' ' || r == '\t') && !quoted:
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	if quoted {
		return nil, errors.New("probe: a quotation mark is not closed")
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}
