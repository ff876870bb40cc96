package cli

import (
	"encoding/json"
	"io"
	"time"

	"warroom/internal/room"
)

// probeLine is one look at one address, for scripts: a contract.
type probeLine struct {
	Schema  int        `json:"schema"`
	At      time.Time  `json:"at"`
	Target  string     `json:"target"`
	Address *string    `json:"address"`
	State   string     `json:"state"`
	Class   *string    `json:"class"`
	Phase   *string    `json:"phase"`
	Message *string    `json:"message"`
	Came    *string    `json:"came"` // in place of what was expected, where the message does not say it
	Total   *int64     `json:"total_us"`
	Phases  phases     `json:"phases"`
	Status  *int       `json:"status"`
	TLS     *tlsReport `json:"tls"`
	Hops    []hopLine  `json:"hops"` // null where nothing was redirected

	BadCertificate *string `json:"bad_certificate"` // why what was accepted does not verify
}

// hopLine is one request of a look that was redirected.
type hopLine struct {
	Target  string  `json:"target"`
	Address *string `json:"address"`
	Status  *int    `json:"status"`
	Total   *int64  `json:"total_us"`
	Phases  phases  `json:"phases"`
}

// probeJSON prints looks as lines of JSON.
type probeJSON struct{ out io.Writer }

func (p *probeJSON) round(seen []found) error {
	encoder := json.NewEncoder(p.out)
	encoder.SetEscapeHTML(false)
	for i := range seen {
		if err := encoder.Encode(lineOfProbe(&seen[i])); err != nil {
			return err
		}
	}
	return nil
}

func (p *probeJSON) over([]*aim) error { return nil }

// probeStates are the states of a look as scripts read them.
var probeStates = map[room.State]string{room.OK: "up", room.Warning: "slow", room.Critical: "down", room.Unknown: "error"}

func lineOfProbe(f *found) probeLine {
	s := &f.sample
	line := probeLine{
		Schema: 1, At: s.At.UTC(), Target: f.aim.target, Address: text(s.Address), State: probeStates[f.signal.State],
		Class: text(s.Class), Phase: text(s.Phase), Message: text(f.signal.Reason), Came: text(f.signal.Came), Total: micros(s.Total),
		TLS:    tlsOf(f.signal.Detail, s.At),
		Phases: newPhases(s.Phases), BadCertificate: accepted(f.signal.Detail),
	}
	if s.Address == "" && f.aim.address.IsValid() {
		line.Address = text(f.aim.address.String())
	}
	if s.Status != 0 {
		line.Status = &s.Status
	}
	for _, hop := range s.Hops.All() {
		one := hopLine{Target: hop.Target, Address: text(hop.Address), Total: micros(hop.Total), Phases: newPhases(hop.Phases)}
		if hop.Status != 0 {
			one.Status = &hop.Status
		}
		line.Hops = append(line.Hops, one)
	}
	return line
}
