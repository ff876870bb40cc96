package cli

import (
	"time"

	"warroom/internal/room"
	"warroom/internal/triage"
)

// report is what `warroom status --json` prints: schema 1 of the contract that
// scripts rely on. Times are RFC 3339 in UTC; what is absent is null.
type report struct {
	Schema  int            `json:"schema"`
	At      time.Time      `json:"at"`
	State   room.Condition `json:"state"`
	Verdict *string        `json:"verdict"` // nothing judges whose fault it is yet
	Counts  counts         `json:"counts"`
	Blind   []blindReport  `json:"cloudwatch_blind"`
	Scopes  []scopeReport  `json:"scopes"`
	Signals []signalReport `json:"signals"`
}

type counts struct {
	Health struct {
		Open     int `json:"open"`
		Upcoming int `json:"upcoming"`
		Closed   int `json:"closed"`
	} `json:"health"`
	Alarms struct {
		Alarm            int `json:"alarm"`
		InsufficientData int `json:"insufficient_data"`
		OK               int `json:"ok"`
	} `json:"alarms"`
	Probes struct {
		Down        int `json:"down"`
		Unconfirmed int `json:"unconfirmed"`
		Slow        int `json:"slow"`
		Up          int `json:"up"`
		Error       int `json:"error"`
		Paused      int `json:"paused"`
		Maintenance int `json:"maintenance"` // right or wrong, at a time when it may be either
	} `json:"probes"`
	Groups struct {
		Down     int `json:"down"`
		Degraded int `json:"degraded"`
		Up       int `json:"up"`
		Unknown  int `json:"unknown"`
	} `json:"groups"`
}

type scopeReport struct {
	Source   string         `json:"source"`
	Account  *string        `json:"account"`
	Region   *string        `json:"region"`
	State    string         `json:"state"`
	Seen     *time.Time     `json:"seen"`
	Fallback *string        `json:"fallback"`
	Pushed   *time.Time     `json:"pushed"` // when a message came through it last
	Error    *troubleReport `json:"error"`
}

// blindReport is an account and region in which CloudWatch cannot be believed.
type blindReport struct {
	Account *string    `json:"account"`
	Region  *string    `json:"region"`
	Since   *time.Time `json:"since"`
	Why     string     `json:"why"`
}

type troubleReport struct {
	What string `json:"what"`
	Why  string `json:"why"`
	Next string `json:"next"`
}

type signalReport struct {
	Key          string     `json:"key"`
	Kind         room.Kind  `json:"kind"`
	State        string     `json:"state"`
	Visibility   string     `json:"visibility"`
	Muted        *string    `json:"muted"`
	Title        string     `json:"title"`
	Reason       *string    `json:"reason"`
	Came         *string    `json:"came"` // in place of what was expected, where the reason does not say it
	Service      *string    `json:"service"`
	Account      *string    `json:"account"`
	Region       *string    `json:"region"`
	Since        *time.Time `json:"since"`
	Seen         *time.Time `json:"seen"`
	Acknowledged *ackReport `json:"acknowledged"`
	Detail       any        `json:"detail"`
}

type ackReport struct {
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Note *string   `json:"note"`
}

// newReport says what a Snapshot holds at room time now, and what of it is known to
// the people of the room. named are the names of accounts by their numbers.
func newReport(s *room.Snapshot, now time.Time, known acknowledged, named map[string]string) report {
	r := report{
		Schema: 1, At: now.UTC(), State: triage.Condition(s, now), Counts: count(s),
		Blind: []blindReport{}, Scopes: []scopeReport{}, Signals: []signalReport{},
	}
	accounts := numbersIn(s, named)
	for _, b := range triage.CloudWatch(s, now) {
		r.Blind = append(r.Blind, blindReport{text(accounts.of(b.Scope.Account)), text(b.Scope.Region), moment(b.Since), b.Why})
	}
	for _, status := range s.Scopes.List {
		r.Scopes = append(r.Scopes, newScopeReport(status, accounts, now))
	}
	for _, kind := range room.Kinds {
		for _, signal := range s.Of(kind).Signals {
			r.Signals = append(r.Signals, newSignalReport(s, signal, accounts, now))
			r.Signals[len(r.Signals)-1].Acknowledged = known.report(signal)
		}
	}
	return r
}

func count(s *room.Snapshot) (c counts) {
	for _, signal := range s.Of(room.KindHealth).Signals {
		switch signal.Word {
		case "CLOSED":
			c.Health.Closed++
		case "UPCOMING":
			c.Health.Upcoming++
		default:
			c.Health.Open++
		}
	}
	for _, signal := range s.Of(room.KindAlarm).Signals {
		switch signal.State {
		case room.Critical:
			c.Alarms.Alarm++
		case room.OK:
			c.Alarms.OK++
		default:
			c.Alarms.InsufficientData++
		}
	}
	words := s.Of(room.KindProbe).Counts
	c.Probes.Down, c.Probes.Slow, c.Probes.Up, c.Probes.Error = words["DOWN"], words["SLOW"], words["UP"], words["ERROR"]
	c.Probes.Paused, c.Probes.Maintenance = words[room.Paused], words[room.Maintenance]
	c.Probes.Unconfirmed = words[room.Unconfirmed] + words["FLAPS"]
	states := s.Of(room.KindGroup).States
	c.Groups.Down, c.Groups.Degraded, c.Groups.Up, c.Groups.Unknown = states[room.Critical], states[room.Warning], states[room.OK], states[room.Unknown]
	return c
}

func newScopeReport(status *room.ScopeStatus, known numbers, now time.Time) scopeReport {
	r := scopeReport{
		Source: status.Scope.Source, Account: text(known.of(status.Scope.Account)), Region: text(status.Scope.Region),
		State: status.Word(now), Seen: moment(status.Seen), Pushed: moment(status.Heard),
	}
	if t := status.Trouble; t != nil {
		r.Error = &troubleReport{What: t.What, Why: t.Why, Next: t.Next}
	}
	return r
}

func newSignalReport(s *room.Snapshot, signal *room.Signal, known numbers, now time.Time) signalReport {
	seen, _ := s.Seen(signal)
	return signalReport{
		Key: signal.Key, Kind: signal.Kind, State: signal.State.String(), Visibility: s.Visibility(signal, now).String(),
		Title: signal.Title, Reason: text(signal.Reason), Came: text(signal.Came), Service: text(service(signal)), Account: text(known.ofSignal(signal)),
		Region: text(signal.Region), Since: moment(signal.Since), Seen: moment(seen), Detail: newDetail(s, signal),
	}
}

// service is AWS's own code for what a Health event is about, and otherwise the
// service that the signal belongs to.
func service(signal *room.Signal) string {
	if d, ok := signal.Detail.(*room.HealthDetail); ok {
		return d.Service
	}
	return signal.Service
}

// text is nil for what is absent.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// moment is nil for a time that never was.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
