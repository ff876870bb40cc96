package cloudwatch

import (
	"slices"
	"testing"
	"time"
)

// turn changes the state of an alarm of which the history does not tell yet.
func (r *region) turn(i int, state string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.alarms[i]["StateValue"], r.alarms[i]["StateTransitionedTimestamp"], r.alarms[i]["StateUpdatedTimestamp"] = state, r.clock.now, r.clock.now
	return r.alarms[i]["AlarmName"].(string)
}

func TestWhereTheHistoryLagsANewAlarmAndItsEndAreSeenWithTheNextLook(t *testing.T) {
	r := newRegion(t, 450)
	r.later(0)
	r.tally()
	name := r.turn(9, "ALARM")
	if titles, whole := r.later(30 * time.Second); whole || !slices.Equal(titles, []string{name}) {
		t.Errorf("of an alarm that the history does not have it shows %v, whole %v", titles, whole)
	}
	r.turn(9, "OK")
	if titles, whole := r.later(30 * time.Second); whole || !slices.Equal(titles, []string{name}) {
		t.Errorf("of its end it shows %v, whole %v", titles, whole)
	}
	if titles, _ := r.later(30 * time.Second); len(titles) != 0 {
		t.Errorf("once it is over it shows %v", titles)
	}
	if calls := r.tally(); calls["DescribeAlarms"] != 4 {
		t.Errorf("it took %v, want a page with each look and one for the end", calls)
	}
	r.turn(20, "ALARM")
	r.later(30 * time.Second)
	r.mu.Lock()
	r.alarms = slices.Delete(r.alarms, 20, 21)
	r.mu.Unlock()
	r.clock.now = r.clock.now.Add(sweepRest)
	if titles, whole := r.later(30 * time.Second); !whole || len(titles) != 449 {
		t.Errorf("after one in ALARM was deleted it shows %d, whole %v", len(titles), whole)
	}
}

func TestMoreAlarmsThanAreListedTakeNothingForOver(t *testing.T) {
	r := newRegion(t, pageSize*alightPages+220)
	for i := range pageSize*alightPages + 20 {
		r.turn(i, "ALARM")
	}
	r.later(0)
	r.tally()
	titles, whole := r.later(30 * time.Second)
	if whole || len(titles) != pageSize*alightPages {
		t.Errorf("it shows %d, whole %v", len(titles), whole)
	}
	if calls := r.tally(); calls["DescribeAlarms"] != alightPages {
		t.Errorf("it took %v", calls)
	}
}
