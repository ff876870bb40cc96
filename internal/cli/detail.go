package cli

import (
	"time"

	"warroom/internal/room"
)

type healthReport struct {
	ARN      string     `json:"arn"`
	Type     string     `json:"type"`
	Category string     `json:"category"`
	Status   string     `json:"status"`
	Scope    *string    `json:"scope"`
	Start    *time.Time `json:"start"`
	End      *time.Time `json:"end"`
	Updated  *time.Time `json:"updated"`
	Updates  []update   `json:"updates"`
	Accounts []string   `json:"accounts"`
	Entities []entity   `json:"entities"`
	Feed     *string    `json:"feed"`
	Severity *string    `json:"severity"`
	Affected []affected `json:"affected"`
	From     []source   `json:"from"`
}

// source is where a Health event is known from.
type source struct {
	Source  string  `json:"source"`
	Account *string `json:"account"`
}

type update struct {
	At   *time.Time `json:"at"`
	Text string     `json:"text"`
}

type entity struct {
	Value   string  `json:"value"`
	Status  *string `json:"status"`
	Account *string `json:"account"`
}

type affected struct {
	ID    string  `json:"id"`
	Name  string  `json:"name"`
	Now   *string `json:"now"`
	Worst *string `json:"worst"`
}

type alarmReport struct {
	ARN        string            `json:"arn"`
	Type       string            `json:"type"`
	Word       string            `json:"word"`
	Namespace  *string           `json:"namespace"`
	Metric     *string           `json:"metric"`
	Statistic  *string           `json:"statistic"`
	Comparison *string           `json:"comparison"`
	Threshold  *string           `json:"threshold"`
	Rule       *string           `json:"rule"`
	Evaluation *string           `json:"evaluation"`
	Suppressed *string           `json:"suppressed"`
	EndsBy     *time.Time        `json:"suppressed_until"` // at the latest
	MutedBy    *string           `json:"muted_by"`
	Disputed   *string           `json:"api_says"` // the word of CloudWatch's API, where a push told something newer
	MutedUntil *time.Time        `json:"muted_until"`
	Dimensions map[string]string `json:"dimensions"`
}

type probeReport struct {
	Target string     `json:"target"`
	Word   string     `json:"word"`
	Total  *int64     `json:"total_us"`
	Phases phases     `json:"phases"`
	Class  *string    `json:"class"`
	Phase  *string    `json:"phase"`
	Status *int       `json:"status"`
	TLS    *tlsReport `json:"tls"`

	BadCertificate *string `json:"bad_certificate"` // why what was accepted does not verify
}

// groupReport is how many of a group's probes are DOWN, and with how many it is.
type groupReport struct {
	Word     string   `json:"word"`
	Down     int      `json:"down"`
	Limit    int      `json:"limit"`
	Unjudged int      `json:"unjudged"`
	Probes   []string `json:"probes"` // their keys
}

// tlsReport is what an endpoint showed of itself.
type tlsReport struct {
	Version  string  `json:"version"`
	DaysLeft int     `json:"days_left"`             // of what is over first, it or its chain
	Own      int     `json:"certificate_days_left"` // its own
	Name     *string `json:"name"`
	Cipher   *string `json:"cipher"`
	Curve    *string `json:"curve"`
	Verifies bool    `json:"verifies"`
}

// tlsOf is nil for an endpoint that shows no certificate.
func tlsOf(detail room.Detail, now time.Time) *tlsReport {
	d, ok := detail.(*room.ProbeDetail)
	if !ok || d.Certificate == nil {
		return nil
	}
	c := d.Certificate
	return &tlsReport{
		Version: c.Version, DaysLeft: c.DaysLeft(now), Own: (&room.Certificate{Expires: c.Expires}).DaysLeft(now),
		Name: text(c.Subject), Cipher: text(c.Cipher), Curve: text(c.Curve), Verifies: !c.Chain.IsZero(),
	}
}

// accepted is why a certificate does not verify that was accepted all the same.
func accepted(detail room.Detail) *string {
	d, ok := detail.(*room.ProbeDetail)
	if !ok || d.Certificate == nil {
		return nil
	}
	return text(d.Certificate.Accepted)
}

type phases struct {
	Resolve   *int64 `json:"resolve_us"`
	Connect   *int64 `json:"connect_us"`
	TLS       *int64 `json:"tls_us"`
	FirstByte *int64 `json:"first_byte_us"`
	Transfer  *int64 `json:"transfer_us"`
}

func newPhases(p room.Phases) phases {
	return phases{micros(p.Resolve), micros(p.Connect), micros(p.TLS), micros(p.FirstByte), micros(p.Transfer)}
}

// newDetail is the part of a signal that only its kind has.
func newDetail(s *room.Snapshot, signal *room.Signal) any {
	switch d := signal.Detail.(type) {
	case *room.HealthDetail:
		r := healthReport{
			ARN: d.ARN, Type: d.TypeCode, Category: d.Category, Status: signal.Word, Scope: text(d.Scope), Start: moment(d.Start),
			End: moment(d.End), Updated: moment(d.Updated), Updates: []update{},
			Accounts: append([]string{}, d.Accounts...), Entities: []entity{}, From: []source{},
			Feed: text(d.Feed), Severity: text(d.Severity), Affected: []affected{},
		}
		for _, u := range d.Updates {
			r.Updates = append(r.Updates, update{moment(u.At), u.Text})
		}
		for _, e := range d.Entities {
			r.Entities = append(r.Entities, entity{e.Value, text(e.Status), text(e.Account)})
		}
		for i := range d.Sightings {
			r.From = append(r.From, source{d.Sightings[i].Scope.Source, text(d.Sightings[i].Scope.Account)})
		}
		for _, a := range d.Affected {
			r.Affected = append(r.Affected, affected{a.ID, a.Name, text(a.Now), text(a.Worst)})
		}
		return r
	case *room.AlarmDetail:
		r := alarmReport{
			ARN: d.ARN, Type: d.Type, Word: signal.Word, Namespace: text(d.Namespace), Metric: text(d.Metric),
			Statistic: text(d.Statistic), Comparison: text(d.Comparison), Threshold: text(d.Threshold), Rule: text(d.Rule),
			Evaluation: text(d.Evaluation), Suppressed: text(d.Suppressed), Disputed: text(d.Disputed()), Dimensions: map[string]string{},
		}
		if end, ok := s.Suppression(signal); ok {
			r.EndsBy = moment(end.Until)
		}
		if d.Mute != nil {
			r.MutedBy, r.MutedUntil = text(d.Mute.By), moment(d.Mute.Until)
		}
		for _, dimension := range d.Dimensions {
			r.Dimensions[dimension.Name] = dimension.Value
		}
		return r
	case *room.ProbeDetail:
		r := probeReport{Target: d.Target, Word: signal.Word}
		if last, ok := signal.Series.Last(); ok {
			r.measure(last)
			r.TLS, r.BadCertificate = tlsOf(d, last.At), accepted(d)
		}
		return r
	case *room.GroupDetail:
		return groupReport{Word: signal.Word, Down: d.Down, Limit: d.Limit, Unjudged: d.Unjudged, Probes: d.Probes}
	}
	return struct{}{}
}

func (r *probeReport) measure(s room.Sample) {
	r.Total = micros(s.Total)
	r.Phases = newPhases(s.Phases)
	r.Class, r.Phase = text(s.Class), text(s.Phase)
	if s.Status != 0 {
		r.Status = &s.Status
	}
}

// micros is nil for a phase that did not take place.
func micros(d time.Duration) *int64 {
	if d < 0 {
		return nil
	}
	us := d.Microseconds()
	return &us
}
