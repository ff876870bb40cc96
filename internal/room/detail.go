package room

import (
	"slices"
	"time"
)

// Detail is what only one kind of signal knows. The set is closed:
// *HealthDetail, *AlarmDetail, *ProbeDetail and *GroupDetail.
type Detail interface {
	// Equal reports whether the other detail states the same facts.
	Equal(Detail) bool
}

// HealthDetail is what AWS says about one event, in the Health API or in a public feed.
// Source: DescribeEvents, DescribeEventDetails, DescribeAffectedEntities; for the feeds
// docs/feeds.md.
type HealthDetail struct {
	ARN      string
	Service  string    // AWS's own code: DYNAMODB; the Signal's Service has the name people use
	TypeCode string    // AWS_DYNAMODB_OPERATIONAL_ISSUE
	Category string    // issue, accountNotification, scheduledChange, investigation
	Scope    string    // PUBLIC, ACCOUNT_SPECIFIC, NONE
	Start    time.Time //
	End      time.Time // zero while it goes on
	Updated  time.Time // AWS's lastUpdatedTime
	Updates  []Update  // what AWS wrote, newest first
	Accounts []string  // those that AWS names as concerned, where it was asked of more than one
	Entities []Entity  // resources of ours that AWS names
	Feed     string    // the public feed that says so, in words; "" for the Health API
	Severity string    // how bad a public feed calls it: informational, degraded, disrupted, resolved; "" if it does not say
	Affected []AffectedService

	// Unlisted is when a look that shows all there is did not have an event any more of which
	// messages had told, and of whose end none did; zero for all others. Room time.
	Unlisted time.Time

	// Sightings are where it is known from, what is nearest to AWS's own word first. The
	// room keeps them; a source leaves them out.
	Sightings []Sighting
}

// AffectedService is one AWS service that an event about several affects, as a public
// feed has it.
type AffectedService struct {
	ID    string // ec2-us-east-1; without a region for a global one
	Name  string // Amazon Elastic Compute Cloud
	Now   string // how bad it is, in the words of Severity
	Worst string // how bad it was at its worst
}

// Update is one text that AWS published about a Health event.
type Update struct {
	At   time.Time
	Text string // may hold newlines, nothing else below a space
}

// Entity is one affected resource.
type Entity struct {
	Value   string // an instance id, an ARN, or AWS_ACCOUNT
	Status  string // IMPAIRED, UNIMPAIRED, UNKNOWN, PENDING, RESOLVED, or ""
	Account string // whose it is, where several accounts are looked at; else ""
}

// Equal implements Detail.
func (d *HealthDetail) Equal(other Detail) bool {
	o, ok := other.(*HealthDetail)
	return ok && d.ARN == o.ARN && d.Service == o.Service && d.TypeCode == o.TypeCode && d.Category == o.Category && d.Scope == o.Scope &&
		d.Start.Equal(o.Start) && d.End.Equal(o.End) && d.Updated.Equal(o.Updated) &&
		slices.EqualFunc(d.Updates, o.Updates, func(a, b Update) bool { return a.At.Equal(b.At) && a.Text == b.Text }) &&
		slices.Equal(d.Accounts, o.Accounts) && slices.Equal(d.Entities, o.Entities) &&
		d.Feed == o.Feed && d.Unlisted.Equal(o.Unlisted) && d.Severity == o.Severity && slices.Equal(d.Affected, o.Affected) &&
		slices.EqualFunc(d.Sightings, o.Sightings, Sighting.equal)
}

// AlarmDetail is the rule of one CloudWatch alarm. Source: DescribeAlarms.
type AlarmDetail struct {
	ARN         string
	Type        string // metric, composite or log
	Description string
	*Judging                // never nil; of many alarms that judge alike, there is one
	Rule        string      // a composite's rule, or a log alarm's query
	Evaluation  string      // "", PARTIAL_DATA, EVALUATION_ERROR, EvaluationFailure
	Suppressed  string      // by what its actions are suppressed; "" if they are not
	Suppressor  *Suppressor // what may suppress a composite's actions; nil if nothing does
	Silent      bool        // its actions are switched off
	Configured  time.Time   // when it was made, or last made anew; zero if that is not known
	Mute        *Mute       // the mute rule that silences it at the moment; nil if none does
	Push        *Push       // what messages say otherwise than looks; nil for what looks show
	Dimensions  []Dimension
}

// Push is what messages make of an alarm. Immutable.
type Push struct {
	Against string    // the word that looks still show although a message told something newer; "" if they do not
	Defined time.Time // of an alarm known by messages alone: when AWS sent the definition that stands; else zero
}

// Equal reports whether two are the same. Either may be nil.
func (p *Push) Equal(o *Push) bool {
	return p == o || p != nil && o != nil && p.Against == o.Against && p.Defined.Equal(o.Defined)
}

// Disputed is the word that CloudWatch's API still shows of an alarm although a message told
// something newer; "" if the two agree.
func (d *AlarmDetail) Disputed() string {
	if d.Push == nil {
		return ""
	}
	return d.Push.Against
}

// defined is when the definition was sent; zero if a look showed it.
func (d *AlarmDetail) defined() time.Time {
	if d.Push == nil {
		return time.Time{}
	}
	return d.Push.Defined
}

// Judging is what an alarm looks at, but for the resource, and when that is too much. Alarms
// on many resources have it in common. Immutable, and comparable.
type Judging struct {
	Namespace  string // "" for a composite, an expression, a query or a log alarm
	Metric     string // the metric, or an expression or PromQL query as it is written
	Statistic  string // Average, p99 …
	Comparison string // GreaterThanThreshold …
	Threshold  string // as text, because an anomaly band has no number; "" if none
	Period     time.Duration
	Evaluate   int32  // periods looked at
	Breach     int32  // periods that must breach (M of N); 0 means all
	Missing    string // treatMissingData
}

// Suppressor is the alarm that suppresses a composite's actions while it is in ALARM.
// Immutable.
type Suppressor struct {
	Alarm string // its name or ARN
	Why   string // why it does so now, in CloudWatch's words; "" if it does not

	// How long actions are held back at the most until it goes into ALARM, and how long
	// after it went out of it; 0 if that is not known.
	Wait, Extension time.Duration
}

// Equal reports whether two are the same. Either may be nil.
func (s *Suppressor) Equal(o *Suppressor) bool { return s == o || s != nil && o != nil && *s == *o }

// Mute is a rule that silences an alarm's actions, though not its state. Immutable.
// Source: GetAlarmMuteRule.
type Mute struct {
	By    string    // the rule's name
	Until time.Time // the end of its time; zero if it is not known
	As    time.Time // room time at which that was known last, while it cannot be asked; else zero
}

// Equal reports whether two mutes are the same. Either may be nil.
func (m *Mute) Equal(o *Mute) bool {
	return m == o || m != nil && o != nil && m.By == o.By && m.Until.Equal(o.Until) && m.As.Equal(o.As)
}

// EvaluationFailure is the Evaluation of an alarm that CloudWatch itself is in no
// state to judge. Source: DescribeAlarms, EvaluationState.
const EvaluationFailure = "EVALUATION_FAILURE"

// Dimension is one name and value of a metric.
type Dimension struct{ Name, Value string }

// judging is how the alarm judges, which a detail that was not made by a source may lack.
func (d *AlarmDetail) judging() Judging {
	if d.Judging == nil {
		return Judging{}
	}
	return *d.Judging
}

// Equal implements Detail.
func (d *AlarmDetail) Equal(other Detail) bool {
	o, ok := other.(*AlarmDetail)
	return ok && d.ARN == o.ARN && d.Type == o.Type && d.Description == o.Description && d.judging() == o.judging() &&
		d.Rule == o.Rule && d.Evaluation == o.Evaluation && d.Suppressed == o.Suppressed &&
		d.Suppressor.Equal(o.Suppressor) && d.Silent == o.Silent && d.Configured.Equal(o.Configured) && d.Mute.Equal(o.Mute) && d.Push.Equal(o.Push) &&
		slices.Equal(d.Dimensions, o.Dimensions)
}

// ProbeDetail is how one endpoint is probed.
type ProbeDetail struct {
	Target      string        // the URL, without user information and what its query keeps secret
	Interval    time.Duration // room time between two looks
	Timeout     time.Duration // real time
	Expect      []string      // the assertions, as people read them
	Certificate *Certificate  // what it showed last; nil if it shows none
	Answers     []string      // what a name server answered, sorted, the first few; nil for other endpoints
	Every       bool          // each address of its name is a signal of its own
	Part        string        // the key of the probe of which this is one address; "" if it is a whole one
	Objective   float64       // the share of good looks that is aimed at, in per cent; 0 if none is
	Canary      bool          // a front door of AWS's, and nothing of one's own
}

// Equal implements Detail.
func (d *ProbeDetail) Equal(other Detail) bool {
	o, ok := other.(*ProbeDetail)
	return ok && d.Target == o.Target && d.Interval == o.Interval && d.Timeout == o.Timeout && d.Objective == o.Objective && d.Every == o.Every && d.Part == o.Part && d.Canary == o.Canary && d.Certificate.Equal(o.Certificate) && slices.Equal(d.Expect, o.Expect) && slices.Equal(d.Answers, o.Answers)
}

// GroupDetail is what probes that are judged together come to.
type GroupDetail struct {
	Probes   []string // the keys of their signals
	Limit    int      // the group is DOWN when so many of them are
	Down     int      // that are
	Unjudged int      // that say nothing now: ERROR, STALE, PAUSED, MAINT
}

// Equal implements Detail.
func (d *GroupDetail) Equal(other Detail) bool {
	o, ok := other.(*GroupDetail)
	return ok && d.Limit == o.Limit && d.Down == o.Down && d.Unjudged == o.Unjudged && slices.Equal(d.Probes, o.Probes)
}
