package drill

import (
	"fmt"
	"hash/fnv"
	"slices"
	"sort"
	"strings"
	"time"
)

// story is a scenario written out: every alarm, event, endpoint and API with what
// becomes of it and when. It is never changed, so the state of the world at a time
// is a pure function of the two, and a jump lands on exactly what playing would.
type story struct {
	scenario  *Scenario
	alarms    []*alarm
	events    []*event
	endpoints []*endpoint
	mutes     []*mute
	apis      map[apiKey][]turn
	banner    []turn // what AWS announces over its status page
}

// turn is one change of something, at a time.
type turn struct {
	at    time.Time
	to    string
	why   string
	takes time.Duration
}

// latest is the turn in force at a time; ok is false before the first.
func latest(turns []turn, at time.Time) (t turn, ok bool) {
	i := sort.Search(len(turns), func(i int) bool { return turns[i].at.After(at) })
	if i == 0 {
		return turn{}, false
	}
	return turns[i-1], true
}

type alarm struct {
	cast    AlarmCast
	name    string
	service string
	region  string
	turns   []turn // from OK at the scenario's beginning
	changes []turn // those turns that change the state
}

type event struct {
	arn, service, code, region string
	began                      time.Time
	texts                      []turn // the first opens it, in public
	closed                     time.Time
	entities                   []string
}

type endpoint struct {
	cast   EndpointCast
	name   string // checkout-us-east-1
	region string
	turns  []turn
}

type apiKey struct{ service, region string }

// write writes a scenario out.
func write(s *Scenario) (*story, error) {
	w := &story{scenario: s, apis: make(map[apiKey][]turn)}
	w.castAlarms()
	if err := w.castMutes(); err != nil {
		return nil, err
	}
	for _, cast := range s.Endpoints {
		for _, region := range s.regions(cast.Regions) {
			w.endpoints = append(w.endpoints, &endpoint{cast: cast, name: cast.Name + "-" + region, region: region})
		}
	}
	for i := range s.Script {
		at, err := s.time(s.Script[i].At)
		if err != nil {
			return nil, err
		}
		if err := w.play(&s.Script[i], at); err != nil {
			return nil, err
		}
	}
	w.sort()
	done := map[*alarm]bool{}
	for _, a := range w.alarms {
		if err := w.follow(a, done); err != nil {
			return nil, fmt.Errorf("the alarm %s: %w", a.name, err)
		}
	}
	for _, a := range w.alarms {
		a.explain()
	}
	return w, nil
}

// calmBefore is how long ago, at the most, an alarm last changed before the story.
const calmBefore = 30 * 24 * time.Hour

func (w *story) castAlarms() {
	for _, cast := range w.scenario.Alarms {
		for _, region := range w.scenario.regions(cast.Regions) {
			for _, service := range cast.services() {
				a := &alarm{cast: cast, name: fill(cast.Name, service, region), service: service, region: region}
				since := w.scenario.Begin.Add(-spread(a.name+region, calmBefore))
				a.turns = []turn{{at: since, to: "OK"}}
				w.alarms = append(w.alarms, a)
			}
		}
	}
}

// periods is how many minutes in a row must be beyond the threshold.
func (a *alarm) periods() int { return max(1, a.cast.Periods) }

// since is when the state in force at a time began.
func (a *alarm) since(at time.Time) time.Time {
	change, _ := latest(a.changes, at)
	return change.at
}

// services are those of an alarm's cast; one that names none stands for itself.
func (c AlarmCast) services() []string {
	if len(c.Services) == 0 {
		return []string{""}
	}
	return c.Services
}

func fill(text, service, region string) string {
	return strings.NewReplacer("{service}", service, "{region}", region).Replace(text)
}

// spread is a duration below limit that depends on the name alone, so that a
// scenario is the same each time it is played.
func spread(name string, limit time.Duration) time.Duration {
	if limit <= 0 {
		return 0
	}
	return time.Duration(mixed(name) % uint64(limit)).Truncate(time.Second)
}

// mixed is 53 bits that depend on a name alone, far apart for names that differ in
// little.
func mixed(name string) uint64 {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(name))
	return hash.Sum64() * 0x9e3779b97f4a7c15 >> 11
}

func (w *story) play(step *Step, at time.Time) error {
	if s := step.Alarms; s != nil {
		for _, a := range w.alarms {
			if a.kind() != "composite" && matches(s.Names, a.name) && contains(s.Regions, a.region) {
				a.turns = append(a.turns, turn{at: at.Add(spread(a.name+a.region+step.At, s.Within)), to: s.Become, why: s.Reason})
			}
		}
	}
	if s := step.Endpoints; s != nil {
		for _, e := range w.endpoints {
			if matches(s.Names, e.cast.Name) && contains(s.Regions, e.region) {
				e.turns = append(e.turns, turn{at: at.Add(spread(e.name+step.At, s.Within)), to: s.Do, takes: s.Takes})
			}
		}
	}
	if s := step.API; s != nil {
		key := apiKey{s.Service, s.Region}
		w.apis[key] = append(w.apis[key], turn{at: at, to: s.Do, takes: s.Takes})
	}
	if s := step.Announcement; s != nil {
		w.banner = append(w.banner, turn{at: at, to: strings.TrimSpace(*s)})
	}
	if step.Health != nil {
		return w.playHealth(step.Health, at)
	}
	return nil
}

func contains(regions []string, region string) bool {
	for _, r := range regions {
		if r == region {
			return true
		}
	}
	return len(regions) == 0
}

// playHealth opens, updates or closes an event.
func (w *story) playHealth(s *HealthStep, at time.Time) error {
	arn := fmt.Sprintf("arn:aws:health:%s::event/%s/%s/%s", s.Region, s.Service, s.Code, s.Event)
	for _, e := range w.events {
		if strings.HasSuffix(e.arn, "/"+s.Event) {
			e.update(s, at)
			return nil
		}
	}
	e := &event{arn: arn, service: s.Service, code: s.Code, region: s.Region, began: at}
	if s.Began != "" {
		began, err := w.scenario.time(s.Began)
		if err != nil {
			return err
		}
		e.began = began
	}
	e.update(s, at)
	w.events = append(w.events, e)
	return nil
}

func (e *event) update(s *HealthStep, at time.Time) {
	if s.Says != "" || len(e.texts) == 0 {
		e.texts = append(e.texts, turn{at: at, to: strings.TrimSpace(s.Says)})
	}
	e.entities = append(e.entities, s.Entities...)
	if s.Closes {
		e.closed = at
	}
}

// onlyChanges leaves out the turns that set the state which is in force already.
func onlyChanges(turns []turn) []turn {
	return slices.CompactFunc(slices.Clone(turns), func(one, other turn) bool { return one.to == other.to })
}

func (w *story) sort() {
	byTime := func(turns []turn) {
		sort.SliceStable(turns, func(i, j int) bool { return turns[i].at.Before(turns[j].at) })
	}
	for _, a := range w.alarms {
		byTime(a.turns)
		a.changes = onlyChanges(a.turns)
	}
	for _, e := range w.endpoints {
		byTime(e.turns)
	}
	for _, turns := range w.apis {
		byTime(turns)
	}
	byTime(w.banner)
}
