package config

import (
	"crypto/sha256"
	"reflect"

	"github.com/goccy/go-yaml/ast"
)

// sizeLimit bounds the file, in bytes. A thousand full probes have about 300 KB.
const sizeLimit = 4 << 20

// Allowed is what the rest of the program knows by name. What is nil is not checked.
type Allowed struct {
	Themes  []string            // what theme may be, beside the path of a file
	Actions []string            // what keys may be bound to
	Keys    map[string][]string // the keys that an action has if the file gives it none
	Kept    []string            // the actions that must have a key
	Probe   func(*Probe) error  // why a probe that is right by the config cannot be made, in a plain sentence without secrets
}

// digest tells the contents of two files apart.
type digest [sha256.Size]byte

// Load reads and checks a config file. The path "" gives the defaults. An error is
// always Problems and has every mistake of the file; nothing is returned with it.
func Load(path string, allowed Allowed) (*Config, error) {
	if path == "" {
		return Default(), nil
	}
	content, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, content, allowed)
}

// readFile reads the bytes of a config file; an error is Problems.
func readFile(path string) ([]byte, error) {
	content, err := readRegular(path, sizeLimit)
	if err != nil {
		return nil, Problems{{File: path, Message: "the config file " + why(err)}}
	}
	return content, nil
}

// Parse is Load for content that has been read. Relative paths in references are
// taken from the folder of path.
func Parse(path string, content []byte, allowed Allowed) (*Config, error) {
	c := Default()
	c.file, c.digest = path, sha256.Sum256(content)
	r := newReader(path, content)
	r.allowed, r.elsewhere, r.model = allowed, elsewhere, "the example that `warroom config init` writes"
	if body := r.parse(); body != nil {
		r.read(body, c)
	}
	if err := r.outcome(); err != nil {
		return nil, err
	}
	return c, nil
}

func (r *reader) read(body ast.Node, c *Config) {
	ast.Walk(anchorFinder{r}, body)
	r.value(body, reflect.ValueOf(c).Elem(), "")
	r.checkLine("room", c.Room)
	r.checkLine("theme", c.Theme)
	if _, isFile := ThemeFile(c.Theme, ""); !isFile && r.allowed.Themes != nil && !contains(r.allowed.Themes, c.Theme) {
		r.wrong("theme", "there is no theme %s%s", quote(c.Theme), Meant(c.Theme, r.allowed.Themes, "use one of: "+list(r.allowed.Themes)))
	}
	r.checkAttention(&c.Attention)
	r.checkIntervals(c)
	r.checkScopes(c)
	r.checkAccounts(c)
	r.checkPush(c)
	r.checkHealth(c)
	r.checkGlobs("alarms.include", c.Alarms.Include)
	r.checkGlobs("alarms.exclude", c.Alarms.Exclude)
	r.checkProbes(c)
	r.checkAdditions(c)
	r.checkCanaries(c)
	r.checkChanges(c)
	r.checkFeeds(c)
	r.checkControls(c)
	r.checkMaintenance(c)
	r.checkServices(c)
	r.checkProbeServices(c)
	r.checkGroups(c)
	r.checkKeys(c)
}
