package room

import (
	"testing"
	"time"
)

func TestUntilWhenACompositeIsSuppressed(t *testing.T) {
	at := func(minute int) time.Time { return epoch.Add(time.Duration(minute) * time.Minute) }
	const place = "arn:aws:cloudwatch:us-east-1:111111111111:alarm:"
	for name, c := range map[string]struct {
		suppressed string
		by         *Suppressor
		other      *Signal
		until      time.Time
		watched    bool
	}{
		"wait":                           {SuppressedByWait, &Suppressor{Alarm: "maintenance", Wait: 2 * time.Minute}, nil, at(12), false},
		"wait of unknown length":         {SuppressedByWait, &Suppressor{Alarm: "maintenance"}, nil, time.Time{}, false},
		"extension":                      {SuppressedByExtension, &Suppressor{Alarm: place + "maintenance", Extension: 3 * time.Minute}, &Signal{State: OK, Since: at(20)}, at(23), true},
		"extension, not watched":         {SuppressedByExtension, &Suppressor{Alarm: "maintenance", Extension: 3 * time.Minute}, nil, time.Time{}, false},
		"extension, of another place":    {SuppressedByExtension, &Suppressor{Alarm: "arn:aws:cloudwatch:us-east-1:222222222222:alarm:maintenance", Extension: time.Minute}, &Signal{State: OK, Since: at(20)}, time.Time{}, false},
		"extension, still seen in ALARM": {SuppressedByExtension, &Suppressor{Alarm: "maintenance", Extension: 3 * time.Minute}, &Signal{State: Critical, Since: at(5)}, time.Time{}, true},
		"alarm":                          {"alarm maintenance", &Suppressor{Alarm: "maintenance", Extension: 3 * time.Minute}, &Signal{State: Critical, Since: at(5)}, time.Time{}, true},
		"by what is not told":            {"alarm", nil, &Signal{State: Critical, Since: at(5)}, time.Time{}, false},
	} {
		r := New(Options{Clock: &ticking{now: at(30)}, OnFlush: true})
		composite := alarm("checkout", Critical, "ALARM", at(10))
		composite.Detail = &AlarmDetail{ARN: place + "checkout", Suppressed: c.suppressed, Suppressor: c.by}
		signals := []Signal{composite, alarm("maintenance-of-others", Critical, "ALARM", at(1))}
		if c.other != nil {
			signals = append(signals, alarm("maintenance", c.other.State, "", c.other.Since))
		}
		r.Observe(whole(at(30), signals...))
		r.Flush()
		s := r.Snapshot()
		for _, signal := range s.Of(KindAlarm).Signals {
			end, ok := s.Suppression(signal)
			switch {
			case signal.Title != "checkout" && ok:
				t.Errorf("%s: %s is suppressed", name, signal.Title)
			case signal.Title == "checkout" && (!ok || !end.Until.Equal(c.until) || (end.By != nil) != c.watched):
				t.Errorf("%s: it is suppressed (%t) by %+v until %s, want %s", name, ok, end.By, end.Until, c.until)
			}
		}
	}
}
