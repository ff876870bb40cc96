package config

import (
	"testing"
	"time"
)

func TestWhenAMaintenanceIs(t *testing.T) {
	c, err := Parse("warroom.yaml", []byte(`
maintenance:
  - {probes: ["Orders*"], daily: "22:00-02:30"}
  - {probes: [shop, orders-db], from: "2026-11-28 22:00", to: "2026-11-29 02:00"}
`), Allowed{})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []struct{ probe, at, until string }{
		{"orders-db", "2026-03-01 21:59", ""},
		{"orders-db", "2026-03-01 22:00", "2026-03-02 02:30"},
		{"orders-db", "2026-03-02 00:00", "2026-03-02 02:30"},
		{"orders-db", "2026-03-02 02:29", "2026-03-02 02:30"},
		{"orders-db", "2026-03-02 02:30", ""},
		{"orders-db", "2026-11-28 23:00", "2026-11-29 02:30"}, // the later of two
		{"shop", "2026-11-28 21:59", ""},
		{"shop", "2026-11-28 22:00", "2026-11-29 02:00"},
		{"shop", "2026-11-29 02:00", ""},
		{"shop", "2026-03-01 23:00", ""},
	} {
		at, err := time.Parse(momentLayout, m.at)
		must(t, err)
		until, in := c.MaintenanceOf(m.probe)(at.In(time.FixedZone("elsewhere", 5*3600)))
		if got := until.Format(momentLayout); in != (m.until != "") || in && got != m.until {
			t.Errorf("%s at %s: %t until %s, want %q", m.probe, m.at, in, got, m.until)
		}
	}
	if c.MaintenanceOf("cart") != nil {
		t.Error("a probe that is not named has a maintenance")
	}
}
