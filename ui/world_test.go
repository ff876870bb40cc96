package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/room"
)

// noon is the moment at which every test's room stands.
var noon = time.Date(2026, 3, 14, 14, 3, 22, 0, time.UTC)

// standing is a clock that only moves when told.
type standing struct{ now time.Time }

func (c *standing) Now() time.Time                         { return c.now }
func (c *standing) Sleep(context.Context, time.Time) error { return errors.New("does not run") }
func (c *standing) ago(d time.Duration) time.Time          { return c.now.Add(-d) }
func observed(r *room.Room, o room.Observation, every int) {
	o.Interval = time.Duration(every) * time.Second
	r.Observe(o)
}
func scope(source, account, region string) room.Scope {
	return room.Scope{Source: source, Account: account, Region: region}
}
func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// world is an outage in us-east-1, small enough to read in a golden file.
func world(clock *standing) *room.Room {
	r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
	strike(r, clock)
	return r
}

// strike lets the outage happen in a room.
func strike(r *room.Room, clock *standing) {
	observed(r, room.Observation{
		Scope: scope("health", "111111111111", "global"), Watch: "h", At: clock.ago(14 * time.Second), Done: true, Complete: true,
		Signals: []room.Signal{
			health(clock, "DynamoDB operational issue", "DynamoDB", room.Critical, "OPEN", 42),
			health(clock, "EC2 API issue", "EC2", room.Warning, "OPEN", 31),
			health(clock, "Lambda operational issue", "Lambda", room.OK, "CLOSED", 400),
		},
	}, 60)
	east, west := scope("cloudwatch", "prod", "us-east-1"), scope("cloudwatch", "prod", "eu-west-1")
	observed(r, room.Observation{
		Scope: east, Watch: "a", At: clock.ago(9 * time.Second), Done: true, Complete: true,
		Signals: []room.Signal{
			alarmIn(clock, east, "checkout-5xx", room.Critical, "ALARM", 41),
			alarmIn(clock, east, "orders-p99-latency", room.Critical, "ALARM", 40),
			alarmIn(clock, east, "queue-depth", room.Unknown, "NO DATA", 38),
			alarmIn(clock, east, "cart-errors", room.OK, "OK", 4000),
		},
	}, 30)
	observed(r, room.Observation{
		Scope: west, Watch: "a", At: clock.ago(6 * time.Minute), Done: true, Complete: true,
		Signals: []room.Signal{alarmIn(clock, west, "checkout-5xx", room.OK, "OK", 9000)},
	}, 30)
	observed(r, room.Observation{
		Scope: west, Watch: "a", At: clock.ago(3 * time.Second), Done: true,
		Trouble: &room.Trouble{
			What: "CloudWatch alarms in eu-west-1 could not be read", Why: "the API answered 503 Service Unavailable",
			Next: "trying again at 14:03:40Z; nothing to do",
		},
	}, 30)
	for _, p := range []room.Signal{
		probeIn(clock, "checkout", "us-east-1", room.Critical, "DOWN", "expected status 200..299, got 503", 40),
		probeIn(clock, "checkout", "eu-west-1", room.OK, "UP", "", 5000),
		probeIn(clock, "orders", "us-east-1", room.Warning, "SLOW", "", 12),
	} {
		observed(r, room.Observation{Scope: p.Scope, Watch: p.Key, At: clock.ago(2 * time.Second), Done: true, Signals: []room.Signal{p}}, 15)
	}
	_ = r.Desk("ana").Act(room.Act{Do: room.EventNote, Text: "failing over checkout to eu-west-1"})
}

func health(clock *standing, title, service string, state room.State, word string, ago int) room.Signal {
	arn := "arn:aws:health:us-east-1::event/" + service + "/X/1"
	return room.Signal{
		Key: "health/" + arn, Kind: room.KindHealth, Scope: scope("health", "111111111111", "global"), State: state, Word: word,
		Title: title, Reason: "We are investigating increased error rates.", Service: service, Region: "us-east-1",
		Since: clock.ago(minutes(ago)),
		Detail: &room.HealthDetail{
			ARN: arn, TypeCode: "AWS_X_OPERATIONAL_ISSUE", Category: "issue", Scope: "PUBLIC", Start: clock.ago(minutes(ago)),
			Updated: clock.ago(minutes(3)), Entities: []room.Entity{{Value: "orders-table", Status: "IMPAIRED"}},
			Updates: []room.Update{
				{At: clock.ago(minutes(3)), Text: "We have identified the cause.\n\nCustomers may want to retry failed requests."},
				{At: clock.ago(minutes(20)), Text: "We are investigating increased error rates."},
			},
		},
	}
}

func alarmIn(clock *standing, in room.Scope, name string, state room.State, word string, ago int) room.Signal {
	return room.Signal{
		Key: "alarm/" + in.Account + "/" + in.Region + "/" + name, Kind: room.KindAlarm, Scope: in, State: state, Word: word,
		Title: name, Reason: "Threshold Crossed: 3 datapoints were greater than the threshold (5.0).", Service: "checkout",
		Account: in.Account, Region: in.Region, Since: clock.ago(minutes(ago)),
		Detail: &room.AlarmDetail{
			ARN: "arn:aws:cloudwatch:" + in.Region + ":111111111111:alarm:" + name, Type: "metric", Description: "Pages the checkout team", Judging: &room.Judging{
				Namespace: "AWS/ApplicationELB", Metric: "HTTPCode_Target_5XX_Count", Statistic: "Sum", Comparison: "GreaterThanThreshold",
				Threshold: "5", Period: time.Minute, Evaluate: 5, Breach: 3, Missing: "notBreaching"},
			Dimensions: []room.Dimension{{Name: "LoadBalancer", Value: "app/checkout/50dc6c495c0c9188"}},
		},
	}
}

func probeIn(clock *standing, name, region string, state room.State, word, reason string, ago int) room.Signal {
	s := room.Signal{
		Key: "probe/" + name + "-" + region, Kind: room.KindProbe, Scope: scope("probe", "", region), State: state, Word: word,
		Title: name, Reason: reason, Service: "checkout", Region: region, Since: clock.ago(minutes(ago)),
		Detail: &room.ProbeDetail{
			Certificate: &room.Certificate{
				Subject: name, Issuer: "Example CA R11", Names: []string{name + ".example", "www." + name + ".example"}, Version: "1.3", Cipher: "TLS_AES_128_GCM_SHA256", Curve: "X25519MLKEM768",
				Expires: clock.now.Add(41 * 24 * time.Hour), Chain: clock.now.Add(41 * 24 * time.Hour), Fingerprint: "3f2a99c01b7e0f11",
			},
			Target: "https://" + name + "." + region + ".example/health", Interval: 15 * time.Second, Timeout: 2 * time.Second,
			Expect: []string{"status 200..299", `body contains "ok"`},
		},
	}
	for i := range 9 {
		total := time.Duration(40+i*i*9) * time.Millisecond
		sample := room.Sample{
			At: clock.ago(time.Duration(8-i)*15*time.Second + 2*time.Second), State: state, Total: total, Status: 200,
			Phases: room.Phases{
				Resolve: 900 * time.Microsecond, Connect: 2 * time.Millisecond, TLS: 11 * time.Millisecond,
				FirstByte: total - 14900*time.Microsecond, Transfer: time.Millisecond,
			},
			Text: fmt.Sprintf("200 in %dms", total.Milliseconds()),
		}
		if state == room.Critical && i > 3 {
			sample.Class, sample.Phase, sample.Status, sample.Text = "status", "first byte", 503, fmt.Sprintf("503 in %dms", total.Milliseconds())
		} else if state == room.Critical {
			sample.State = room.OK
		}
		s.Samples = append(s.Samples, sample)
	}
	return s
}

// screen is a viewer of a room, at a size.
func screen(t testing.TB, r *room.Room, clock *standing, width, height int, change ...func(*Options)) *Model {
	t.Helper()
	o := Options{Room: r, Desk: r.Desk("ana"), Charts: chartOf{clock}, Memory: Memory{Visited: true}, Look: Look{Theme: "dark", Services: map[string]Service{
		"checkout": {Owner: "storefront", Contact: "#storefront-oncall", Runbook: "https://runbooks.acme.example/checkout"},
	}}}
	for _, f := range change {
		f(&o)
	}
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	m.Update(tea.WindowSizeMsg{Width: width, Height: height})
	settle(t, m)
	return m
}

// settle lets the screen take in everything that the room knows.
func settle(t testing.TB, m *Model) {
	t.Helper()
	m.reader.(*room.Room).Flush()
	m.Update(changed{})
}

// press types keys by their names.
func press(m *Model, keys ...string) tea.Cmd {
	var last tea.Cmd
	for _, name := range keys {
		_, last = m.Update(key(name))
	}
	return last
}

func key(name string) tea.KeyPressMsg {
	special := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "down": tea.KeyDown, "up": tea.KeyUp, "pgdown": tea.KeyPgDown, "end": tea.KeyEnd, "home": tea.KeyHome, "backspace": tea.KeyBackspace}
	if code, ok := special[name]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	if rest, ok := cutCtrl(name); ok {
		return tea.KeyPressMsg{Code: rest, Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

func cutCtrl(name string) (rune, bool) {
	if len(name) == 6 && name[:5] == "ctrl+" {
		return rune(name[5]), true
	}
	return 0, false
}

// typeIn types text into the open line.
func typeIn(m *Model, text string) {
	for _, r := range text {
		m.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// chartOf is what CloudWatch would say about an alarm of the world: calm until the
// alarm rang, and beyond its threshold since, with ten minutes missing.
type chartOf struct{ clock *standing }

func (c chartOf) Chart(_ context.Context, alarm *room.Signal, to time.Time, length time.Duration) (*room.Chart, error) {
	if strings.HasPrefix(alarm.Title, "queue") {
		return nil, errors.New("the readings of queue-depth could not be had: AWS is throttling calls to cloudwatch:GetMetricData; nothing to do")
	}
	if to.IsZero() {
		to = c.clock.now
	}
	from := to.Add(-length)
	chart := &room.Chart{
		Key: alarm.Key, Metric: "Sum of AWS/ApplicationELB HTTPCode_Target_5XX_Count", Unit: "Count",
		From: from, To: to, Period: time.Minute,
		Bounds: [][]room.Point{{{At: from, Value: 25}, {At: to, Value: 25}}},
		Turns:  []room.Turn{{At: alarm.Since, State: alarm.State, Word: alarm.Word}},
	}
	for i := range int(length / time.Minute) {
		at := from.Add(minutes(i))
		if i >= 60 && i < 70 {
			continue
		}
		value := float64(2 + i*7%5)
		if !at.Before(alarm.Since) {
			value = 60 + float64(i*13%23)
		}
		chart.Points = append(chart.Points, room.Point{At: at, Value: value})
	}
	return chart, nil
}

// play runs a command and what follows from it, as the program would, but waits for
// no clock: only charts are waited for.
func play(t testing.TB, m *Model, cmd tea.Cmd) {
	t.Helper()
	if cmd == nil {
		return
	}
	switch message := cmd().(type) {
	case tea.BatchMsg:
		for _, each := range message {
			play(t, m, each)
		}
	case chartDue, chartCame, acted, arrived:
		_, next := m.Update(message)
		play(t, m, next)
	}
}
