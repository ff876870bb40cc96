package triage

import (
	"fmt"
	"testing"
	"time"

	"warroom/internal/room"
)

// in are alarms of another account, each with a key of its own.
func in(account string, alarms []room.Signal) []room.Signal {
	for i := range alarms {
		a := &alarms[i]
		a.Scope.Account, a.Account, a.Key = account, account, "alarm/"+account+"/"+a.Title
	}
	return alarms
}

// pushed are alarms of which only messages tell, through a queue in us-west-2.
func pushed(account string, alarms []room.Signal) room.Observation {
	queue := room.Scope{Source: "push", Region: "us-west-2"}
	for i := range in(account, alarms) {
		alarms[i].Scope = queue
	}
	return seenNow(queue, alarms)
}

func seenNow(scope room.Scope, signals []room.Signal) room.Observation {
	return room.Observation{Scope: scope, Watch: scope.String(), At: night, Done: true, Complete: true, Interval: time.Minute, Signals: signals}
}

// unseen is a look of five minutes ago, where there is one each minute.
func unseen(o room.Observation) room.Observation {
	o.At = ago(5)
	return o
}

func looks(alarms []room.Signal) room.Observation { return seenNow(alarms[0].Scope, alarms) }

// changed are probes of which some are changed.
func changed(all []room.Signal, from, to int, change func(*room.Signal)) []room.Signal {
	for i := from; i < to; i++ {
		change(&all[i])
	}
	return all
}

func down(minutes int) func(*room.Signal) {
	return func(p *room.Signal) { p.State, p.Word, p.Since = room.Critical, "DOWN", ago(minutes) }
}

func inMaintenance(p *room.Signal) { p.State, p.Word = room.Warning, room.Maintenance }

func lastSeen(minutes int) func(*room.Signal) {
	return func(p *room.Signal) { p.Samples = []room.Sample{{At: ago(minutes)}} }
}

// connection is our own, which came back so many minutes ago.
func connection(minutes int) []room.Observation {
	o := room.Observation{Scope: room.Scope{Source: room.ConnectionSource}, Watch: "c", At: ago(minutes + 30), Done: true, Interval: time.Minute,
		Trouble: &room.Trouble{What: "our own connection is down", Why: "no control answers", Next: "look at the network"}}
	back := o
	back.At, back.Trouble = ago(minutes), nil
	return []room.Observation{o, back}
}

// slept are probes that were not looked at while a laptop slept, until so many minutes ago.
func slept(all []room.Signal, until int) []room.Signal {
	return changed(all, 0, len(all), func(p *room.Signal) {
		p.Samples = nil
		for at := 120; at >= 0; at-- {
			if at <= until || at > 90 {
				p.Samples = append(p.Samples, room.Sample{At: ago(at)})
			}
		}
	})
}

// TestNightsOnWhichItIsEasyToBeWrong: those without a sentence are no blindness.
func TestNightsOnWhichItIsEasyToBeWrong(t *testing.T) {
	east4 := func() []room.Signal { return probes("us-east-1", 4, 20) }
	muted := func(_ *room.Signal, d *room.AlarmDetail) { d.Mute = &room.Mute{By: "nightly"} }
	rings := func(minutes int) []room.Signal {
		return with(fleet(20), 0, 1, func(s *room.Signal, _ *room.AlarmDetail) {
			s.State, s.Word, s.Since = room.Critical, "ALARM", ago(minutes)
		})
	}
	gone := func(n int) []room.Signal { return with(fleet(n), 0, n, dark(ago(30))) }
	for _, c := range []struct {
		name string
		s    *room.Snapshot
		want string
	}{
		// Alarms of which only messages tell.
		{"no message comes, which may be late", stand(nil, east4(), pushed("333", fleet(20))), ""},
		{"too few others stand still beside them", stand(fleet(9), east4(), pushed("333", fleet(20))), ""},
		{"enough others stand still beside them", stand(fleet(30), east4(), pushed("333", fleet(20))), "CloudWatch is blind in us-east-1 (prod): none of 30 alarms has moved while 4 probes failed for 20 minutes"},
		{"probes burn where the queue is", stand(nil, probes("us-west-2", 4, 20), pushed("333", fleet(20))), ""},
		{"one of them has moved", stand(fleet(100), east4(), pushed("333", with(fleet(1), 0, 1, func(s *room.Signal, _ *room.AlarmDetail) { s.Since = ago(12) }))), ""},

		// Several accounts in a region.
		{"an account in which nothing happens, and one whose alarms ring", stand(fleet(100), east4(),
			looks(in("shop", rings(15)))), ""},
		{"the one whose alarms rang is not seen any more", stand(fleet(100), east4(), unseen(looks(in("shop", rings(15))))), ""},
		{"one that is not seen has no alarms that stand still", stand(fleet(9), east4(), unseen(looks(in("shop", fleet(20))))), ""},
		{"one that is not seen last rang yesterday", stand(fleet(30), east4(), unseen(looks(in("shop", rings(600))))), "CloudWatch is blind in us-east-1 (prod): none of 30 alarms has moved while 4 probes failed for 20 minutes"},
		{"a few alarms in each that stand still", stand(fleet(6), east4(), looks(in("shop", fleet(6)))), "CloudWatch is blind in us-east-1: none of 12 alarms has moved while 4 probes failed for 20 minutes"},
		{"three alarms in each that lose their data", stand(gone(3), nil, looks(in("shop", gone(3))), looks(in("search", gone(3))), looks(in("mail", gone(3)))), "CloudWatch is blind in us-east-1: 12 of 12 alarms lost their data within 1 minute"},
		{"beside them an account that is not seen", stand(gone(4), nil, looks(in("shop", gone(4))), looks(in("search", gone(4))), unseen(looks(in("mail", with(fleet(100), 0, 1, dark(ago(30))))))), "CloudWatch is blind in us-east-1: 12 of 12 alarms lost their data within 1 minute"},
		{"most of them are not seen", stand(gone(4), nil, looks(in("shop", gone(4))), unseen(looks(in("search", gone(4))))), ""},
		{"all but one account is not seen", stand(gone(4), nil, unseen(looks(in("shop", gone(12))))), ""},
		{"three alarms of one account that lose their data", stand(gone(3), nil), ""},
		{"three of many in two accounts", stand(with(fleet(100), 0, 6, dark(ago(30))), nil, looks(in("shop", with(fleet(100), 0, 6, dark(ago(30)))))), ""},
		{"an account with three alarms", stand(fleet(3), probes("us-east-1", 6, 20)), ""},

		// What alarms can say.
		{"alarms that have had no data for months", stand(with(fleet(30), 0, 25, dark(ago(90_000))), east4()), ""},
		{"alarms rang before the probes, and still do", stand(with(fleet(30), 0, 2, func(s *room.Signal, _ *room.AlarmDetail) { s.State, s.Word, s.Since = room.Critical, "ALARM", ago(50) }), east4()), ""},
		{"an alarm that has rung since yesterday", stand(with(fleet(30), 0, 1, func(s *room.Signal, _ *room.AlarmDetail) { s.State, s.Word, s.Since = room.Critical, "ALARM", ago(600) }), east4()),
			"CloudWatch is blind in us-east-1 (prod): none of 30 alarms has moved while 4 probes failed for 20 minutes"},
		{"all muted on a quiet night", stand(with(fleet(30), 0, 30, muted), probes("us-east-1", 0, 0)), ""},
		{"all muted, which evaluates them all the same", stand(with(fleet(30), 0, 30, muted), east4()), "CloudWatch is blind in us-east-1 (prod): none of 30 alarms has moved while 4 probes failed for 20 minutes"},
		{"all muted, and they lose their data", stand(with(gone(30), 0, 30, muted), nil), "CloudWatch is blind in us-east-1 (prod): 30 of 30 alarms lost their data within 1 minute"},

		// What probes can say.
		{"a few have failed for long, and enough only now", stand(fleet(30), changed(probes("us-east-1", 2, 600), 2, 4, down(1))), ""},
		{"three of twelve for hours, three more just now", stand(fleet(30), append(probes("us-east-1", 3, 600), renamed(probes("us-east-1", 3, 1))...)), ""},
		{"they have failed for two days", stand(fleet(30), probes("us-east-1", 6, 2*24*60), looks(in("shop", fleet(1)))), ""},
		{"half of those that are not in maintenance", stand(fleet(30), append(probes("us-east-1", 3, 20), changed(renamed(probes("us-east-1", 0, 0)), 0, 6, inMaintenance)...)), "CloudWatch is blind in us-east-1 (prod): none of 30 alarms has moved while 3 probes failed for 20 minutes"},
		{"all are in maintenance", stand(fleet(30), changed(probes("us-east-1", 0, 0), 0, 6, inMaintenance)), ""},
		{"half of those that are seen", stand(fleet(30), append(probes("us-east-1", 3, 20), changed(renamed(probes("us-east-1", 0, 0)), 0, 6, lastSeen(30))...)), "CloudWatch is blind in us-east-1 (prod): none of 30 alarms has moved while 3 probes failed for 20 minutes"},
		{"everything fails everywhere", stand(fleet(30), append(probes("us-east-1", 6, 20), probes("eu-west-1", 6, 20)...)), ""},
		{"everything of our office fails too", stand(fleet(30), append(probes("us-east-1", 6, 20), probes("", 6, 20)...)), ""},
		{"only our office fails", stand(fleet(30), append(probes("us-east-1", 0, 0), probes("", 6, 20)...)), ""},

		// What nobody looked at.
		{"our own connection came back just now", stand(fleet(30), probes("us-east-1", 4, 50), connection(5)...), ""},
		{"our own connection came back a while ago", stand(fleet(30), probes("us-east-1", 4, 50), connection(18)...), "CloudWatch is blind in us-east-1 (prod): none of 30 alarms has moved while 4 probes failed for 18 minutes"},
		{"the laptop woke just now", stand(fleet(30), slept(probes("us-east-1", 4, 95), 5)), ""},
		{"the laptop woke a while ago", stand(fleet(30), slept(probes("us-east-1", 4, 95), 17)), "CloudWatch is blind in us-east-1 (prod): none of 30 alarms has moved while 4 probes failed for 17 minutes"},
		{"the probes were seen before the laptop slept", stand(fleet(30), changed(probes("us-east-1", 6, 95), 0, 6, lastSeen(90))), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var said string
			for _, b := range CloudWatch(c.s, night) {
				said += b.Sentence()
			}
			if said != c.want {
				t.Errorf("it says\n%s\nwant\n%s", said, c.want)
			}
		})
	}
}

// renamed are more probes of a region.
func renamed(all []room.Signal) []room.Signal {
	return changed(all, 0, len(all), func(p *room.Signal) { p.Key, p.Title = fmt.Sprint(p.Key, "-more"), p.Title+"-more" })
}
