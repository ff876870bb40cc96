package drill

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"warroom/internal/config"
)

//go:embed scenarios/*.yaml
var shipped embed.FS

// DefaultScenario is played when none is named.
const DefaultScenario = "2025-10-20-us-east-1"

// Scenario is an outage as its file tells it. docs/drill.md describes every key.
type Scenario struct {
	Name      string           `yaml:"name"`
	Title     string           `yaml:"title"`
	Begin     time.Time        `yaml:"begin"`
	End       time.Time        `yaml:"end"`
	Lasts     time.Duration    `yaml:"lasts"` // real time it is told in, at its own speed
	Account   string           `yaml:"account"`
	Regions   []string         `yaml:"regions"`
	Services  []config.Service `yaml:"services"`
	Alarms    []AlarmCast      `yaml:"alarms"`
	Endpoints []EndpointCast   `yaml:"endpoints"`
	Script    []Step           `yaml:"script"`

	Mutes       []MuteCast           `yaml:"mutes"`
	Maintenance []config.Maintenance `yaml:"maintenance"`
	Groups      []config.Group       `yaml:"groups"`
}

// AlarmCast stands for one alarm per service and region. {service} and {region} in
// its texts are replaced.
type AlarmCast struct {
	Name       string            `yaml:"name"`
	Type       string            `yaml:"type"` // metric (the default), composite or log
	Services   []string          `yaml:"services"`
	Regions    []string          `yaml:"regions"` // all of the scenario's if empty
	Namespace  string            `yaml:"namespace"`
	Metric     string            `yaml:"metric"`
	Statistic  string            `yaml:"statistic"`
	Threshold  float64           `yaml:"threshold"`
	Below      bool              `yaml:"below"` // alarms when the metric is below the threshold
	Periods    int               `yaml:"periods"`
	Dimensions map[string]string `yaml:"dimensions"`
	Rule       string            `yaml:"rule"`
	Suppressor string            `yaml:"suppressor"` // of a composite, whose actions it suppresses while it is in ALARM
	Wait       time.Duration     `yaml:"wait"`       // how long actions wait for it
	Extension  time.Duration     `yaml:"extension"`  // how long they wait after it
	About      string            `yaml:"about"`

	Contributors []string `yaml:"contributors"` // name=value of the groups that a log alarm sees beyond its threshold
}

// MuteCast stands for one alarm mute rule per region, for one window of time.
type MuteCast struct {
	Name    string        `yaml:"name"`
	Alarms  []string      `yaml:"alarms"` // globs
	Regions []string      `yaml:"regions"`
	From    string        `yaml:"from"` // a time as a step has it
	Lasts   time.Duration `yaml:"lasts"`
}

// EndpointCast stands for one endpoint per region.
type EndpointCast struct {
	Name    string        `yaml:"name"`
	Service string        `yaml:"service"`
	Regions []string      `yaml:"regions"`
	Scheme  string        `yaml:"scheme"` // https (the default), http or tcp
	Takes   time.Duration `yaml:"takes"`  // real time a good answer takes
	Slow    time.Duration `yaml:"slow"`   // real time from which the probe calls it slow

	Interval  time.Duration `yaml:"interval"`  // simulated time from one look to the next; a minute if 0
	Confirm   int           `yaml:"confirm"`   // how many looks in a row must fail; each is believed if 0
	Addresses int           `yaml:"addresses"` // how many its name has, each probed by itself; one if 0
	Token     string        `yaml:"token"`     // the endpoint of the same region that gives its probe tokens
	Paused    bool          `yaml:"paused"`    // nobody looks at it
	Guarded   bool          `yaml:"guarded"`   // its probe reaches nothing inside
}

// Step is what happens at one time. Any number of its parts may be given.
type Step struct {
	At        string        `yaml:"at"` // 06:48, or 2025-10-21T01:00:00Z for another day
	Health    *HealthStep   `yaml:"health"`
	Alarms    *AlarmStep    `yaml:"alarms"`
	Endpoints *EndpointStep `yaml:"endpoints"`
	API       *APIStep      `yaml:"api"`

	Announcement *string `yaml:"announcement"` // the banner of AWS's status page; "" takes it away
}

// HealthStep opens an event of AWS Health, adds a text to it, or closes it.
type HealthStep struct {
	Event    string   `yaml:"event"`   // the scenario's own name for it
	Service  string   `yaml:"service"` // needed when it opens
	Region   string   `yaml:"region"`
	Code     string   `yaml:"code"`
	Began    string   `yaml:"began"` // when AWS says it began; the step's time if empty
	Says     string   `yaml:"says"`
	Entities []string `yaml:"entities"`
	Closes   bool     `yaml:"closes"`
}

// AlarmStep flips alarms.
type AlarmStep struct {
	Names   []string      `yaml:"names"` // globs
	Regions []string      `yaml:"regions"`
	Become  string        `yaml:"become"` // ALARM, OK or INSUFFICIENT_DATA
	Within  time.Duration `yaml:"within"` // spread over this long
	Reason  string        `yaml:"reason"`
}

// EndpointStep changes what endpoints do.
type EndpointStep struct {
	Names   []string      `yaml:"names"` // globs
	Regions []string      `yaml:"regions"`
	Do      string        `yaml:"do"` // answer, slow, refuse, fail, hang, lose-name, no-address, alternate, lose-one, lead-away
	Within  time.Duration `yaml:"within"`
	Takes   time.Duration `yaml:"takes"` // for slow
}

// APIStep changes what an AWS API does.
type APIStep struct {
	Service string        `yaml:"service"` // health, cloudwatch, sqs or eventbridge, or a public feed
	Region  string        `yaml:"region"`  // "" for a feed
	Do      string        `yaml:"do"`      // answer, throttle, fail, hang; of eventbridge answer or slow
	Takes   time.Duration `yaml:"takes"`   // simulated time by which slow makes messages of eventbridge late
}

// speed is how many times faster than real time the scenario is told by itself.
func (s *Scenario) speed() float64 { return float64(s.End.Sub(s.Begin)) / float64(s.Lasts) }

// Shipped is a scenario that comes along.
type Shipped struct{ Name, Title string }

// Scenarios lists the scenarios that come along, the newest outage first.
func Scenarios() []Shipped {
	var all []Shipped
	entries, _ := fs.ReadDir(shipped, "scenarios") // embedded, so it is there
	for _, entry := range slices.Backward(entries) {
		if s, err := Load(strings.TrimSuffix(entry.Name(), ".yaml")); err == nil {
			all = append(all, Shipped{s.Name, s.Title})
		}
	}
	return all
}

// Load reads a scenario that comes along by its name, or by the beginning of it, or
// one in a file by its path. An error names the file, the line and the column.
func Load(name string) (*Scenario, error) {
	if strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") || strings.ContainsRune(name, '/') {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("the scenario %s cannot be read: %w; --list shows those that come along", name, reason(err))
		}
		return parse(name, text)
	}
	entries, _ := fs.ReadDir(shipped, "scenarios")
	var names []string
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), name) && name != "" {
			text, err := shipped.ReadFile(path.Join("scenarios", entry.Name()))
			if err != nil {
				return nil, err
			}
			return parse(entry.Name(), text)
		}
		names = append(names, strings.TrimSuffix(entry.Name(), ".yaml"))
	}
	return nil, fmt.Errorf("there is no scenario %q%s", name,
		config.Meant(name, names, "there are "+strings.Join(names, ", ")+"; or name a YAML file"))
}

func reason(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

func parse(file string, text []byte) (*Scenario, error) {
	s := new(Scenario)
	decoder := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict())
	if err := decoder.Decode(s); err != nil {
		return nil, syntaxError(file, err)
	}
	c := &checker{file: file, text: text, scenario: s}
	c.check()
	if len(c.problems) > 0 {
		return nil, errors.New(strings.Join(c.problems, "\n"))
	}
	return s, nil
}

// syntaxError puts the library's complaint into the form of our own.
func syntaxError(file string, err error) error {
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil {
		position := at.GetToken().Position
		return fmt.Errorf("%s:%d:%d: %s", file, position.Line, position.Column, plainly(at.GetMessage()))
	}
	return fmt.Errorf("%s: %w", file, err)
}

// unknownField is how the YAML library begins to complain of a key it has no use for.
const unknownField = "unknown field "

// plainly adds to a complaint about a key what may have been meant.
func plainly(message string) string {
	name, ok := strings.CutPrefix(message, unknownField)
	if !ok {
		return message
	}
	return "unknown key " + name + config.Meant(strings.Trim(name, `"`), keys(reflect.TypeFor[Scenario]()), "docs/drill.md has them all")
}

// keys are the names of all keys of a scenario, in every part of it.
func keys(t reflect.Type) []string {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return keys(t.Elem())
	case reflect.Struct:
	default:
		return nil
	}
	var names []string
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "" {
			names = append(append(names, name), keys(t.Field(i).Type)...)
		}
	}
	return names
}

// time reads a step's time: of the first day, or whole.
func (s *Scenario) time(text string) (time.Time, error) {
	if at, err := time.Parse("15:04", text); err == nil {
		b := s.Begin.UTC()
		return time.Date(b.Year(), b.Month(), b.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC), nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC(), nil
	}
	return time.Time{}, fmt.Errorf("%q is not a time; write 06:48, or 2025-10-21T01:00:00Z", text)
}

// regions are the given ones, or all of the scenario.
func (s *Scenario) regions(given []string) []string {
	if len(given) > 0 {
		return given
	}
	return s.Regions
}

// matches reports whether a name fits any of the globs; none fits everything.
func matches(globs []string, name string) bool {
	return len(globs) == 0 || slices.ContainsFunc(globs, func(glob string) bool {
		ok, err := path.Match(glob, name)
		return ok && err == nil
	})
}
