package history

import (
	"fmt"
	"math/rand/v2"
	"time"

	"warroom/internal/room"
)

var dusk = time.Date(2025, 10, 20, 6, 40, 0, 0, time.UTC)

// night is a room through an outage of some hours, on a clock of its own: three
// hundred alarms in three regions looked at every minute, two dozen probes every
// fifteen seconds, and people who act. Each look comes a few milliseconds after the
// one before, as it does in the world.
type night struct {
	room   *room.Room
	clock  *stopped
	random *rand.Rand
	states map[string]room.State
	since  map[string]time.Time
	told   chan struct{} // of one slot: something has been kept
	often  int           // how many times as often as usual everything turns
}

func newNight(random *rand.Rand, o room.Options) *night {
	n := &night{clock: &stopped{now: dusk}, random: random, states: map[string]room.State{}, since: map[string]time.Time{}, told: make(chan struct{}, 1), often: 1}
	o.Name, o.Clock, o.OnFlush = "night", n.clock, true
	n.room = room.New(o)
	return n
}

const nightStep = 15 * time.Second

// pass lets room time go by, a step at a time; each is called after every step.
func (n *night) pass(length time.Duration, each func(now time.Time)) {
	for end := n.clock.Now().Add(length); n.clock.Now().Before(end); {
		n.clock.set(n.clock.Now().Add(nightStep))
		n.look()
		n.settle()
		each(n.clock.Now())
	}
}

// settle waits until everything is kept, and publishes.
func (n *night) settle() {
	for n.room.Flush(); n.room.Snapshot().Keeping.Waiting > 0; n.room.Flush() {
		<-n.told
	}
}

func (n *night) look() {
	now := n.clock.Now()
	step := int(now.Sub(dusk) / nightStep)
	for i := range 24 {
		n.probe(i, now)
	}
	if step%4 == 0 {
		for _, region := range []string{"us-east-1", "us-west-2", "eu-west-1"} {
			n.alarms(region, now)
		}
	}
	if step%20 == 7 {
		n.act(step)
	}
}

// act lets people do something about what is worst.
func (n *night) act(step int) {
	n.room.Flush()
	desk := n.room.Desk([]string{"ana", "bo"}[step%2])
	acts := []room.Act{{Do: room.EventNote, Text: fmt.Sprint("step ", step)}, {Do: room.EventMark, Text: fmt.Sprint("deploy checkout v", step)}}
	if worst := n.room.Snapshot().Of(room.KindAlarm).Signals; len(worst) > 0 && worst[0].State == room.Critical {
		acts = append(acts, room.Act{Do: room.EventAck, Keys: []string{worst[0].Key}, Text: "on it"}, room.Act{Do: room.EventClaim, Keys: []string{worst[0].Key}})
	}
	_ = desk.Act(acts[n.random.IntN(len(acts))]) // one that changes nothing is refused, and that is fine
}

// turn moves a signal now and then, more often in the bad hours.
func (n *night) turn(key string, now time.Time) (room.State, time.Time) {
	odds := 400
	if hour := now.Sub(dusk).Hours(); hour > 1 && hour < 3 {
		odds = 40
	}
	if _, known := n.states[key]; !known {
		n.states[key], n.since[key] = room.OK, dusk
	}
	if n.random.IntN(odds/n.often) == 0 {
		n.states[key] = []room.State{room.OK, room.Critical, room.Unknown}[n.random.IntN(3)]
		n.since[key] = now.Add(-time.Duration(n.random.IntN(60)) * time.Second)
	}
	return n.states[key], n.since[key]
}

func (n *night) probe(i int, now time.Time) {
	scope := room.Scope{Source: "probe", Region: []string{"us-east-1", "eu-west-1"}[i%2]}
	key := fmt.Sprintf("probe/endpoint-%02d", i)
	state, since := n.turn(key, now)
	word := map[room.State]string{room.OK: "UP", room.Critical: "DOWN", room.Unknown: "ERROR"}[state]
	took := time.Duration(20+n.random.IntN(200)) * time.Millisecond
	sample := room.Sample{At: now, State: state, Total: took, Phases: room.Phases{Resolve: took / 8, Connect: took / 8, TLS: took / 4, FirstByte: took / 4, Transfer: took / 4}, Text: fmt.Sprintf("200 in %dms", took.Milliseconds()), Status: 200}
	n.room.Observe(room.Observation{
		Scope: scope, Watch: key, At: now, Done: true, Complete: false, Interval: nightStep, Next: now.Add(nightStep),
		Signals: []room.Signal{{
			Key: key, Kind: room.KindProbe, Scope: scope, State: state, Word: word, Title: key[6:], Region: scope.Region, Since: since, Reason: "expected status 200..299, got 503",
			Detail: &room.ProbeDetail{Target: "https://" + key[6:] + ".example.com/health", Interval: nightStep, Timeout: 5 * time.Second, Expect: []string{"status 200..299"}}, Samples: []room.Sample{sample},
		}},
	})
	n.clock.set(n.clock.Now().Add(3 * time.Millisecond))
}

func (n *night) alarms(region string, now time.Time) {
	scope := room.Scope{Source: "cloudwatch", Account: "111111111111", Region: region}
	o := room.Observation{Scope: scope, Watch: scope.String(), At: now, Begins: true, Done: true, Complete: true, Interval: time.Minute, Next: now.Add(time.Minute)}
	if n.random.IntN(60) == 0 {
		o.Complete, o.Trouble = false, &room.Trouble{What: "CloudWatch alarms in " + region + " could not be read", Why: "the API answered 503 Service Unavailable", Next: "trying again in 20 s; nothing to do"}
	}
	for i := range 100 {
		key := fmt.Sprintf("alarm/111111111111/%s/orders-p99-latency-%02d", region, i)
		state, since := n.turn(key, now)
		word := map[room.State]string{room.OK: "OK", room.Critical: "ALARM", room.Unknown: "NO DATA"}[state]
		o.Signals = append(o.Signals, room.Signal{
			Key: key, Kind: room.KindAlarm, Scope: scope, State: state, Word: word, Title: fmt.Sprintf("orders-p99-latency-%02d", i), Service: "orders",
			Account: scope.Account, Region: region, Since: since, Reason: "Threshold Crossed: 3 out of the last 5 datapoints [7.2 (20/10/25 07:52:00)] were greater than the threshold (2.0).",
			Detail: &room.AlarmDetail{ARN: "arn:aws:cloudwatch:" + region + ":111111111111:alarm:orders-p99-latency", Type: "metric", Judging: &room.Judging{Namespace: "AWS/ApplicationELB", Metric: "TargetResponseTime", Statistic: "p99", Comparison: "GreaterThanThreshold", Threshold: "2", Period: time.Minute, Evaluate: 5, Breach: 3, Missing: "missing"}, Dimensions: []room.Dimension{{Name: "LoadBalancer", Value: "app/orders/50dc6c495c0c9188"}}},
		})
	}
	n.room.Observe(o)
	n.clock.set(n.clock.Now().Add(3 * time.Millisecond))
}
