package config

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Edit changes the probes of a config file and leaves every line as it is that has
// nothing to do with the change. Each of its methods gives the Config that the file then
// holds, for the next Edit; the error is one plain sentence, and nothing was written.
// Two edits of one file may not overlap.
type Edit struct {
	Config  *Config // as it was loaded: a file that has changed since is not written over
	Path    string  // the file that is made if the Config was read from none
	Allowed Allowed // as for Load
	// Shared says that it is asked for on a screen which others share, by somebody who is
	// not trusted with all that the file can do: what is added is guarded, only such
	// probes are changed or removed, and no value leads to secrets or files of this
	// machine. Any probe can be paused.
	Shared bool
}

// NewProbe is a probe to be added. Keys are the rest of it, as Change takes them.
type NewProbe struct {
	Name, URL string
	Keys      map[string]string
}

// Add writes a probe behind the others.
func (e Edit) Add(p NewProbe) (*Config, error) {
	if e.Shared && leadsInside("url", p.URL) {
		return nil, errInside
	}
	first := []string{"name: " + showText(p.Name), "url: " + showText(p.URL)}
	added := map[string]any{"name": p.Name, "url": p.URL}
	if e.Shared {
		first, added["guarded"] = append(first, "guarded: true"), "true"
	}
	return e.write(func(m *manuscript) error { return m.add(first) }, func(probes []any) ([]any, int) {
		return append(probes, added), len(probes)
	}, p.Keys)
}

// Change gives keys of a probe new values, and takes away those whose value is "". A key
// of a section has its name before it: expect.status, headers.Accept.
func (e Edit) Change(name string, keys map[string]string) (*Config, error) {
	i, err := e.find(name)
	if err != nil {
		return nil, err
	}
	if _, paused := keys["paused"]; e.Shared && !(paused && len(keys) == 1) && !e.Config.Probes[i].Guarded {
		return nil, errTrusted
	}
	return e.write(nil, func(probes []any) ([]any, int) { return probes, i }, keys)
}

// Remove takes a probe away, with the comments inside it.
func (e Edit) Remove(name string) (*Config, error) {
	i, err := e.find(name)
	if err != nil {
		return nil, err
	}
	if e.Shared && !e.Config.Probes[i].Guarded {
		return nil, errTrusted
	}
	return e.write(func(m *manuscript) error { return m.remove(i) }, func(probes []any) ([]any, int) {
		return slices.Delete(probes, i, i+1), -1
	}, nil)
}

var (
	errTrusted = errors.New("this probe stands in the config by the hand of whoever runs warroom, and from here it can be paused only; have it changed in the file")
	errInside  = errors.New("a probe of a shared screen may hold no reference and name no file, since it could send secrets of this machine anywhere; write the text itself, or have it put into the config file")
	errGuarded = errors.New("guarded is taken away in the config file only, by whoever runs warroom")
)

// namesFile are the keys of a probe whose values are paths.
var namesFile = []string{"tls.authority", "tls.certificate", "tls.key"}

// leadsInside says whether a value of a probe stands for something on this machine.
func leadsInside(key, value string) bool {
	return strings.Contains(value, "${") || value != "" && contains(namesFile, key)
}

// allows says whether keys of a probe may be changed at all, and to these values.
func (e Edit) allows(probe map[string]any, keys map[string]string) error {
	for key, value := range keys {
		switch {
		case e.Shared && key == "guarded":
			return errGuarded
		case e.Shared && (leadsInside(key, value) || key != "paused" && holdsInside("", probe)):
			return errInside
		}
	}
	return nil
}

func (e Edit) find(name string) (int, error) {
	i := slices.IndexFunc(e.Config.Probes, func(p Probe) bool { return p.Name == name })
	if i >= 0 {
		return i, nil
	}
	var known []string
	for _, p := range e.Config.Probes {
		known = append(known, p.Name)
	}
	return 0, fmt.Errorf("the config has no probe %s%s", quote(name), Meant(name, known, "see the list of probes"))
}

// write changes the lines, then the keys of the one probe that expected names, and holds
// the outcome against what expected makes of the probes as they were.
func (e Edit) write(lines func(*manuscript) error, expected func([]any) ([]any, int), keys map[string]string) (*Config, error) {
	path := e.path()
	var content []byte
	if e.Config.file != "" {
		var err error
		if content, err = readFile(path); err != nil {
			return nil, inSentence(err)
		}
		if sha256.Sum256(content) != e.Config.digest {
			return nil, errChanged(path)
		}
	}
	m, err := newManuscript(path, content)
	if err != nil {
		return nil, inSentence(err)
	}
	root := m.values()
	before, _ := root["probes"].([]any)
	probes, i := expected(before)
	if lines != nil {
		if err := lines(m); err != nil {
			return nil, byHand(path, err)
		}
	}
	var wanted map[string]any
	if i >= 0 {
		wanted, _ = probes[i].(map[string]any)
	}
	if err := e.allows(wanted, keys); err != nil {
		return nil, err
	}
	for _, key := range sortedKeys(keys) {
		value, err := valueOf(key, keys[key])
		if err != nil {
			return nil, err
		}
		if m, err = newManuscript(path, m.content()); err != nil {
			return nil, byHand(path, errUnusual) // so what has been added does not fit there
		}
		if err := m.set(i, key, value); err != nil {
			return nil, byHand(path, err)
		}
		keep(wanted, key, keys[key])
	}
	root["probes"] = probes
	return e.put(path, m.content(), root, taken(keys))
}

// put writes a file that loads, and that says what it is expected to say.
func (e Edit) put(path string, content []byte, expected map[string]any, without []string) (*Config, error) {
	next, err := Parse(path, content, e.Allowed)
	if err != nil {
		return nil, inSentence(err)
	}
	again, err := newManuscript(path, content)
	if err != nil {
		return nil, byHand(path, errUnusual)
	}
	got := again.values()
	for _, key := range without { // a merge key may bring back what was taken away
		forget(got, key)
		forget(expected, key)
	}
	if !reflect.DeepEqual(tidy(got), tidy(expected)) {
		return nil, byHand(path, errUnusual)
	}
	if len(content) > sizeLimit {
		return nil, inSentence(Problems{{File: path, Message: "the config file would be too large; take something out of it first"}})
	}
	if e.Config.file == "" {
		err = create(path, content)
	} else {
		err = replace(path, e.Config.digest, content)
	}
	if err != nil {
		return nil, err
	}
	return next, nil
}

func (e Edit) path() string {
	if e.Config.file != "" {
		return e.Config.file
	}
	return e.Path
}

func errChanged(path string) error {
	return fmt.Errorf("%s has changed since it was read, so nothing was written; do it again when the change has been taken over", filepath.Base(path))
}

// errUnusual is of a file whose lines do not mean what they look like.
var errUnusual = errors.New("it is written in an unusual way there")

// byHand says that a file is to be edited by whoever wrote it as it is.
func byHand(path string, why error) error {
	return fmt.Errorf("%s cannot be changed from here: %w; edit the file itself", filepath.Base(path), why)
}

// inSentence is the first mistake of a file that would be written, without its line: that
// file is nowhere.
func inSentence(err error) error {
	problems, ok := errors.AsType[Problems](err)
	if !ok {
		return err
	}
	where := problems[0].Path
	if where == "" {
		where = filepath.Base(problems[0].File)
	}
	return fmt.Errorf("nothing was written: %s: %s", where, problems[0].Message)
}

var bareValue = regexp.MustCompile(`^[0-9A-Za-z.]+$`)

// valueOf is a key's value as it is to be written, "" to take the key away.
func valueOf(key, text string) (string, error) {
	t, err := typeOf(key)
	switch {
	case err != nil:
		return "", err
	case text == "":
		return "", nil
	case (t == durationType || t.Kind() == reflect.Bool || t.Kind() == reflect.Float64) && bareValue.MatchString(text):
		return text, nil
	}
	return showText(text), nil
}

// typeOf is what a key of a probe takes.
func typeOf(path string) (reflect.Type, error) {
	t, known := reflect.TypeFor[Probe](), []string(nil)
	key, inner, nested := strings.Cut(path, ".")
	for _, f := range fieldsOf(t) {
		known = append(known, f.key)
		switch {
		case f.key != key:
		case !nested && !isSection(f.typ) && f.typ.Kind() != reflect.Map && f.typ.Kind() != reflect.Slice:
			return f.typ, nil
		case nested && inner != "" && f.typ.Kind() == reflect.Map && f.typ.Elem() == valuesType:
			return secretType, nil // one value; several are a matter of the file
		case nested && inner != "" && f.typ.Kind() == reflect.Map && f.typ.Elem().Kind() != reflect.Slice && !isSection(f.typ.Elem()):
			return f.typ.Elem(), nil
		case nested && isSection(f.typ):
			for _, in := range fieldsOf(f.typ) {
				if in.key == inner && !isSection(in.typ) && in.typ.Kind() != reflect.Map && in.typ.Kind() != reflect.Slice {
					return in.typ, nil
				}
			}
			return nil, fmt.Errorf("a probe's %s has no key %s that can be changed from here; edit the config file", key, quote(inner))
		default:
			return nil, fmt.Errorf("%s of a probe is more than one value; edit the config file", quote(path))
		}
	}
	return nil, fmt.Errorf("a probe has no key %s%s", quote(path), Meant(key, known, "see docs/config.md"))
}
