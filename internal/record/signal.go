package record

import (
	"fmt"
	"slices"
	"time"

	"warroom/internal/room"
)

// signal is a room.Signal as it is written: the facts, and the detail of its kind.
type signal struct {
	Key     string    `json:"key"`
	Kind    string    `json:"kind"`
	Scope   *scope    `json:"scope"`
	State   word      `json:"state"`
	Word    string    `json:"word"`
	Title   string    `json:"title"`
	Reason  string    `json:"reason,omitempty"`
	Came    string    `json:"came,omitempty"`
	Service string    `json:"service,omitempty"`
	Account string    `json:"account,omitempty"`
	Region  string    `json:"region,omitempty"`
	Since   time.Time `json:"since,omitzero"`
	Heard   time.Time `json:"heard,omitzero"`
	Health  *health   `json:"health,omitempty"`
	Alarm   *alarm    `json:"alarm,omitempty"`
	Probe   *probe    `json:"probe,omitempty"`
	Group   *group    `json:"group,omitempty"`
}

type health struct {
	ARN      string    `json:"arn"`
	Service  string    `json:"service,omitempty"`
	TypeCode string    `json:"type_code,omitempty"`
	Category string    `json:"category,omitempty"`
	Scope    string    `json:"scope,omitempty"`
	Start    time.Time `json:"start,omitzero"`
	End      time.Time `json:"end,omitzero"`
	Updated  time.Time `json:"updated,omitzero"`
	Updates  []update  `json:"updates,omitempty"`
	Accounts []string  `json:"accounts,omitempty"`
	Entities []entity  `json:"entities,omitempty"`
	Feed     string    `json:"feed,omitempty"`
	Severity string    `json:"severity,omitempty"`

	Affected  []affected `json:"affected,omitempty"`
	Sightings []sighting `json:"sightings,omitempty"`
	Unlisted  time.Time  `json:"unlisted,omitzero"`
}

type affected struct {
	ID    string `json:"id"`
	Name  string `json:"name,omitempty"`
	Now   string `json:"now,omitempty"`
	Worst string `json:"worst,omitempty"`
}

// sighting is a scope through which a Health event is known.
type sighting struct {
	Scope    *scope    `json:"scope"`
	Accounts []string  `json:"accounts,omitempty"`
	Entities []entity  `json:"entities,omitempty"`
	Told     time.Time `json:"told,omitzero"`
	Heard    time.Time `json:"heard,omitzero"`
	Denied   []string  `json:"denied,omitempty"`
}

type update struct {
	At   time.Time `json:"at,omitzero"`
	Text string    `json:"text"`
}

type entity struct {
	Value   string `json:"value"`
	Status  string `json:"status,omitempty"`
	Account string `json:"account,omitempty"`
}

type alarm struct {
	ARN         string      `json:"arn"`
	Type        string      `json:"type,omitempty"`
	Description string      `json:"description,omitempty"`
	Namespace   string      `json:"namespace,omitempty"`
	Metric      string      `json:"metric,omitempty"`
	Statistic   string      `json:"statistic,omitempty"`
	Comparison  string      `json:"comparison,omitempty"`
	Threshold   string      `json:"threshold,omitempty"`
	Period      int64       `json:"period_ns,omitempty"`
	Evaluate    int32       `json:"evaluate,omitempty"`
	Breach      int32       `json:"breach,omitempty"`
	Missing     string      `json:"missing,omitempty"`
	Rule        string      `json:"rule,omitempty"`
	Evaluation  string      `json:"evaluation,omitempty"`
	Suppressed  string      `json:"suppressed,omitempty"`
	Suppressor  *suppressor `json:"suppressor,omitempty"`
	Silent      bool        `json:"silent,omitempty"`
	Configured  time.Time   `json:"configured,omitzero"`
	Mute        *mute       `json:"mute,omitempty"`
	Push        *push       `json:"push,omitempty"`
	Dimensions  []dimension `json:"dimensions,omitempty"`
}

type suppressor struct {
	Alarm     string `json:"alarm"`
	Why       string `json:"why,omitempty"`
	Wait      int64  `json:"wait_ns,omitempty"`
	Extension int64  `json:"extension_ns,omitempty"`
}

type mute struct {
	By    string    `json:"by"`
	Until time.Time `json:"until,omitzero"`
	As    time.Time `json:"as,omitzero"`
}

type push struct {
	Against string    `json:"against,omitempty"`
	Defined time.Time `json:"defined,omitzero"`
}

type dimension struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type probe struct {
	Target    string   `json:"target"`
	Interval  int64    `json:"interval_ns,omitempty"`
	Timeout   int64    `json:"timeout_ns,omitempty"`
	Expect    []string `json:"expect,omitempty"`
	Objective float64  `json:"objective,omitempty"`
	Every     bool     `json:"every,omitempty"`
	Part      string   `json:"part,omitempty"`
	Canary    bool     `json:"canary,omitempty"`
	Answers   []string `json:"answers,omitempty"`

	Certificate *certificate `json:"certificate,omitempty"`
}

type group struct {
	Probes   []string `json:"probes,omitempty"`
	Limit    int      `json:"limit,omitempty"`
	Down     int      `json:"down,omitempty"`
	Unjudged int      `json:"unjudged,omitempty"`
}

type certificate struct {
	Subject     string    `json:"subject,omitempty"`
	Issuer      string    `json:"issuer,omitempty"`
	Names       []string  `json:"names,omitempty"`
	Expires     time.Time `json:"expires,omitzero"`
	Chain       time.Time `json:"chain,omitzero"`
	Fingerprint string    `json:"fingerprint"`
	Version     string    `json:"version,omitempty"`
	Cipher      string    `json:"cipher,omitempty"`
	Curve       string    `json:"curve,omitempty"`
	Accepted    string    `json:"accepted,omitempty"`
}

func certificateOf(c *room.Certificate) *certificate {
	if c == nil {
		return nil
	}
	w := certificate(*c)
	w.Expires, w.Chain = writable(c.Expires), writable(c.Chain)
	return &w
}

func (w *certificate) room() *room.Certificate {
	if w == nil {
		return nil
	}
	c := room.Certificate(*w)
	return &c
}

func signalOf(s *room.Signal) *signal {
	w := &signal{
		Key: s.Key, Kind: string(s.Kind), Scope: scopeOf(s.Scope), State: word(s.State), Word: s.Word, Title: s.Title,
		Reason: s.Reason, Came: s.Came, Service: s.Service, Account: s.Account, Region: s.Region, Since: writable(s.Since), Heard: writable(s.Heard),
	}
	switch d := s.Detail.(type) {
	case *room.HealthDetail:
		w.Health = healthOf(d)
	case *room.AlarmDetail:
		w.Alarm = alarmOf(d)
	case *room.ProbeDetail:
		w.Probe = &probe{d.Target, int64(d.Interval), int64(d.Timeout), d.Expect, d.Objective, d.Every, d.Part, d.Canary, d.Answers, certificateOf(d.Certificate)}
	case *room.GroupDetail:
		w.Group = (*group)(d)
	}
	return w
}

func (w *signal) room() (*room.Signal, error) {
	if w.Key == "" || !slices.Contains(room.Kinds, room.Kind(w.Kind)) || w.Scope == nil {
		return nil, fmt.Errorf("a signal needs a key, a scope, and one of the kinds %v", room.Kinds)
	}
	s := &room.Signal{
		Key: w.Key, Kind: room.Kind(w.Kind), Scope: w.Scope.room(), State: room.State(w.State), Word: w.Word, Title: w.Title,
		Reason: w.Reason, Came: w.Came, Service: w.Service, Account: w.Account, Region: w.Region, Since: w.Since, Heard: w.Heard,
	}
	switch {
	case w.Health != nil:
		s.Detail = w.Health.room()
	case w.Alarm != nil:
		s.Detail = w.Alarm.room()
	case w.Probe != nil:
		s.Detail = &room.ProbeDetail{
			Target: w.Probe.Target, Interval: time.Duration(w.Probe.Interval), Timeout: time.Duration(w.Probe.Timeout), Expect: w.Probe.Expect,
			Objective: w.Probe.Objective, Every: w.Probe.Every, Part: w.Probe.Part, Canary: w.Probe.Canary, Answers: w.Probe.Answers, Certificate: w.Probe.Certificate.room(),
		}
	case w.Group != nil:
		s.Detail = (*room.GroupDetail)(w.Group)
	}
	return s, nil
}

func healthOf(d *room.HealthDetail) *health {
	w := &health{
		ARN: d.ARN, Service: d.Service, TypeCode: d.TypeCode, Category: d.Category, Scope: d.Scope,
		Start: writable(d.Start), End: writable(d.End), Updated: writable(d.Updated), Accounts: d.Accounts, Entities: entitiesOf(d.Entities),
		Feed: d.Feed, Severity: d.Severity, Unlisted: writable(d.Unlisted),
	}
	for _, u := range d.Updates {
		w.Updates = append(w.Updates, update{writable(u.At), u.Text})
	}
	for _, s := range d.Sightings {
		w.Sightings = append(w.Sightings, sighting{scopeOf(s.Scope), s.Accounts, entitiesOf(s.Entities), writable(s.Told), writable(s.Heard), s.Denied})
	}
	for _, a := range d.Affected {
		w.Affected = append(w.Affected, affected(a))
	}
	return w
}

func entitiesOf(all []room.Entity) (written []entity) {
	for _, e := range all {
		written = append(written, entity(e))
	}
	return written
}

func entities(written []entity) (all []room.Entity) {
	for _, e := range written {
		all = append(all, room.Entity(e))
	}
	return all
}

func (w *health) room() *room.HealthDetail {
	d := &room.HealthDetail{
		ARN: w.ARN, Service: w.Service, TypeCode: w.TypeCode, Category: w.Category, Scope: w.Scope, Start: w.Start, End: w.End, Updated: w.Updated,
		Feed: w.Feed, Severity: w.Severity, Unlisted: w.Unlisted,
		Accounts: w.Accounts, Entities: entities(w.Entities),
	}
	for _, u := range w.Updates {
		d.Updates = append(d.Updates, room.Update(u))
	}
	for _, s := range w.Sightings {
		if s.Scope != nil {
			d.Sightings = append(d.Sightings, room.Sighting{Scope: s.Scope.room(), Accounts: s.Accounts, Entities: entities(s.Entities), Told: s.Told, Heard: s.Heard, Denied: s.Denied})
		}
	}
	for _, a := range w.Affected {
		d.Affected = append(d.Affected, room.AffectedService(a))
	}
	return d
}

func alarmOf(d *room.AlarmDetail) *alarm {
	w := &alarm{
		ARN: d.ARN, Type: d.Type, Description: d.Description, Namespace: d.Namespace, Metric: d.Metric, Statistic: d.Statistic,
		Comparison: d.Comparison, Threshold: d.Threshold, Period: int64(d.Period), Evaluate: d.Evaluate, Breach: d.Breach, Missing: d.Missing,
		Rule: d.Rule, Evaluation: d.Evaluation, Suppressed: d.Suppressed, Silent: d.Silent,
		Configured: writable(d.Configured),
	}
	if d.Suppressor != nil {
		w.Suppressor = &suppressor{d.Suppressor.Alarm, d.Suppressor.Why, int64(d.Suppressor.Wait), int64(d.Suppressor.Extension)}
	}
	if d.Mute != nil {
		w.Mute = &mute{d.Mute.By, writable(d.Mute.Until), writable(d.Mute.As)}
	}
	if d.Push != nil {
		w.Push = &push{d.Push.Against, writable(d.Push.Defined)}
	}
	for _, each := range d.Dimensions {
		w.Dimensions = append(w.Dimensions, dimension(each))
	}
	return w
}

func (w *alarm) room() *room.AlarmDetail {
	d := &room.AlarmDetail{
		ARN: w.ARN, Type: w.Type, Description: w.Description,
		Judging: &room.Judging{
			Namespace: w.Namespace, Metric: w.Metric, Statistic: w.Statistic, Comparison: w.Comparison, Threshold: w.Threshold,
			Period: time.Duration(w.Period), Evaluate: w.Evaluate, Breach: w.Breach, Missing: w.Missing,
		},
		Rule: w.Rule, Evaluation: w.Evaluation, Suppressed: w.Suppressed, Silent: w.Silent,
		Configured: w.Configured,
	}
	if w.Suppressor != nil {
		d.Suppressor = &room.Suppressor{
			Alarm: w.Suppressor.Alarm, Why: w.Suppressor.Why, Wait: time.Duration(w.Suppressor.Wait), Extension: time.Duration(w.Suppressor.Extension),
		}
	}
	if w.Mute != nil {
		d.Mute = &room.Mute{By: w.Mute.By, Until: w.Mute.Until, As: w.Mute.As}
	}
	if w.Push != nil {
		d.Push = &room.Push{Against: w.Push.Against, Defined: w.Push.Defined}
	}
	for _, each := range w.Dimensions {
		d.Dimensions = append(d.Dimensions, room.Dimension(each))
	}
	return d
}
