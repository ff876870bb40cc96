package config

import (
	"fmt"
	"testing"

	"warroom/internal/room"
)

func TestGlobs(t *testing.T) {
	for _, test := range []struct {
		pattern, name string
		want          bool
	}{
		{"checkout", "checkout", true},
		{"checkout", "checkout-5xx", false},
		{"Checkout-*", "CHECKOUT-5xx", true},
		{"*", "", true},
		{"*", "anything/at all", true},
		{"target*/x", "Target/a/b/x", true},
		{"*-p99-*", "orders-p99-latency", true},
		{"*-p99-*", "orders-p50-latency", false},
		{"a*b*c", "a-b-b-c", true},
		{"a*b*c", "a-b-b-d", false},
		{"a**", "a", true},
		{"?", "é", true},
		{"?", "ab", false},
		{"?", "", false},
		{"*é", "caféé", true},
		{"[a-c]x", "bx", true},
		{"[a-c]x", "dx", false},
		{"[!a-c]x", "dx", true},
		{"[!a-c]x", "BX", false},
		{"[a-]x", "-x", true},
		{`\*`, "*", true},
		{`\*`, "x", false},
		{`\[x]`, "[x]", true},
	} {
		g, err := compileGlob(test.pattern)
		if err != nil {
			t.Errorf("%s: %v", test.pattern, err)
			continue
		}
		if got := (globs{g}).match(lower(test.name)); got != test.want {
			t.Errorf("%s over %q: %v, want %v", test.pattern, test.name, got, test.want)
		}
	}
}

func lower(name string) string {
	out := []rune(name)
	for i, c := range out {
		if c >= 'A' && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return string(out)
}

func TestTheFirstServiceThatMatchesWins(t *testing.T) {
	catalogue := load(t, `
probes:
  - {name: named, url: a.example.com, service: orders}
services:
  - name: checkout
    match: {alarms: ["Checkout-*", "cart-*"], probes: ["checkout*"]}
  - name: payments
    match: {tags: {team: pay*, tier: "1"}}
  - name: orders
    match: {alarms: ["*"]}
`).Catalogue()
	for _, test := range []struct {
		kind  room.Kind
		title string
		tags  map[string]string
		want  string
	}{
		{room.KindAlarm, "checkout-5xx", nil, "checkout"},
		{room.KindAlarm, "CART-age", nil, "checkout"},
		{room.KindAlarm, "something", nil, "orders"},
		{room.KindProbe, "checkout-eu", nil, "checkout"},
		{room.KindProbe, "cart-eu", nil, ""},
		{room.KindProbe, "named", map[string]string{"team": "payments", "tier": "1"}, "orders"},
		{room.KindProbe, "x", map[string]string{"team": "Payments", "tier": "1"}, "payments"},
		{room.KindProbe, "x", map[string]string{"team": "payments"}, ""},
		{room.KindProbe, "x", map[string]string{"team": "core", "tier": "1"}, ""},
		{room.KindHealth, "checkout-5xx", nil, ""},
	} {
		if got := catalogue.Service(&room.Signal{Kind: test.kind, Title: test.title}, test.tags); got != test.want {
			t.Errorf("%s %s %v belongs to %q, want %q", test.kind, test.title, test.tags, got, test.want)
		}
	}
}

func TestAnAlarmIsFoundByTheDimensionsOfItsMetric(t *testing.T) {
	catalogue := load(t, `
services:
  - name: checkout
    match: {dimensions: {TableName: "Checkout-*", Operation: "*"}}
  - name: balancer
    match: {dimensions: {LoadBalancer: "app/shop/*"}}
  - name: tagged
    match: {tags: {TableName: "*"}}
`).Catalogue()
	alarm := func(dimensions ...room.Dimension) *room.AlarmDetail { return &room.AlarmDetail{Dimensions: dimensions} }
	for _, test := range []struct {
		signal room.Signal
		want   string
	}{
		{room.Signal{Kind: room.KindAlarm, Detail: alarm(room.Dimension{Name: "Operation", Value: "PutItem"}, room.Dimension{Name: "TableName", Value: "checkout-carts"})}, "checkout"},
		{room.Signal{Kind: room.KindAlarm, Detail: alarm(room.Dimension{Name: "TableName", Value: "checkout-carts"})}, ""},
		{room.Signal{Kind: room.KindAlarm, Detail: alarm(room.Dimension{Name: "Operation", Value: "x"}, room.Dimension{Name: "TableName", Value: "orders"})}, ""},
		{room.Signal{Kind: room.KindAlarm, Detail: alarm(room.Dimension{Name: "loadbalancer", Value: "app/shop/1"})}, ""},
		{room.Signal{Kind: room.KindAlarm, Detail: alarm(room.Dimension{Name: "LoadBalancer", Value: "app/Shop/50dc6c495c0c9188"})}, "balancer"},
		{room.Signal{Kind: room.KindAlarm, Detail: alarm()}, ""},
		{room.Signal{Kind: room.KindAlarm}, ""},
		{room.Signal{Kind: room.KindHealth, Detail: &room.HealthDetail{}}, ""},
	} {
		if got := catalogue.Service(&test.signal, nil); got != test.want {
			t.Errorf("%+v belongs to %q, want %q", test.signal.Detail, got, test.want)
		}
	}
}

func TestAlarmFilters(t *testing.T) {
	for _, test := range []struct {
		alarms Alarms
		name   string
		want   bool
	}{
		{Alarms{}, "any", true},
		{Alarms{Include: []string{"prod-*"}}, "PROD-a", true},
		{Alarms{Include: []string{"prod-*"}}, "test-a", false},
		{Alarms{Include: []string{"prod-*"}, Exclude: []string{"*-noise"}}, "prod-noise", false},
		{Alarms{Exclude: []string{"TargetTracking-*"}}, "TargetTracking-table/orders-AlarmHigh", false},
	} {
		if got := test.alarms.Watches()(test.name); got != test.want {
			t.Errorf("%+v: %s watched %v, want %v", test.alarms, test.name, got, test.want)
		}
	}
}

// BenchmarkFindTheServiceOfOneAlarmAmong50Services is the worst case: no rule matches.
func BenchmarkFindTheServiceOfOneAlarmAmong50Services(b *testing.B) {
	text := "services:\n"
	for i := range 50 {
		text += fmt.Sprintf("  - {name: service-%d, match: {alarms: [\"service-%d-*\", \"*-service-%d\", \"legacy-?%d-*\"], dimensions: {TableName: \"service-%d-*\"}}}\n", i, i, i, i, i)
	}
	catalogue := load(b, text).Catalogue()
	signal := &room.Signal{Kind: room.KindAlarm, Title: "TargetTracking-table/orders-ProvisionedCapacityHigh-5f1c2b7e-AlarmHigh",
		Detail: &room.AlarmDetail{Dimensions: []room.Dimension{{Name: "TableName", Value: "Orders"}}}}
	for b.Loop() {
		if catalogue.Service(signal, nil) != "" {
			b.Fatal("a service claims the alarm")
		}
	}
}
