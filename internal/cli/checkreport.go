package cli

import (
	"encoding/json"
	"io"
	"time"
)

// checkReport takes the findings of a check and prints them: as text as they come,
// or as one JSON object at the end.
type checkReport struct {
	out   io.Writer
	json  bool
	print *checkPrinter
	all   []finding
}

// checkJSON is what `warroom check --json` prints: schema 1 of the contract that
// scripts rely on. Times are RFC 3339 in UTC; what is absent is null.
type checkJSON struct {
	Schema int         `json:"schema"`
	At     time.Time   `json:"at"`
	State  string      `json:"state"`
	Checks []checkLine `json:"checks"`
}

type checkLine struct {
	Topic string      `json:"topic"`
	Name  string      `json:"name"`
	Scope *checkScope `json:"scope"`
	State string      `json:"state"`
	Found string      `json:"found"`
	Fix   *string     `json:"fix"`
}

type checkScope struct {
	Account *string `json:"account"`
	Region  *string `json:"region"`
}

// add takes in a topic that is whole.
func (r *checkReport) add(findings []finding) error {
	r.all = append(r.all, findings...)
	if r.json {
		return nil
	}
	return r.print.topic(findings)
}

// end prints what comes last.
func (r *checkReport) end(now time.Time) error {
	if !r.json {
		return r.print.sum(r.all)
	}
	report := checkJSON{Schema: 1, At: now.UTC(), State: r.worst(), Checks: []checkLine{}}
	for _, f := range r.all {
		line := checkLine{Topic: f.topic, Name: f.name, State: f.state, Found: f.found, Fix: text(f.fix)}
		if f.account != "" || f.region != "" {
			line.Scope = &checkScope{Account: text(f.account), Region: text(f.region)}
		}
		report.Checks = append(report.Checks, line)
	}
	encoder := json.NewEncoder(r.out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(report)
}

// worst is the state of the whole.
func (r *checkReport) worst() string { return worstState(r.all) }
