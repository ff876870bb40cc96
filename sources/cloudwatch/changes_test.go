package cloudwatch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"warroom/internal/room"
	"warroom/sources"
)

// handClock is room time that a test moves.
type handClock struct{ now time.Time }

func (c *handClock) Now() time.Time                               { return c.now }
func (c *handClock) Sleep(ctx context.Context, _ time.Time) error { return ctx.Err() }

// region is a simulated region of many alarms whose history is written.
type region struct {
	*server
	t       testing.TB
	clock   *handClock
	watch   sources.Watch
	history []fields // newest first
}

func newRegion(t testing.TB, count int) *region {
	r := &region{server: serve(t), t: t, clock: &handClock{changed.Add(time.Hour)}}
	r.alarms = alarms(count)
	r.others["DescribeAlarmHistory"] = r.past
	r.watch = New(Options{Config: r.config, Account: "222222222222", Region: "eu-west-1", Clock: r.clock})
	return r
}

// past answers DescribeAlarmHistory.
func (r *region) past(asked fields) fields {
	var all []fields
	start, _ := asked["StartDate"].(time.Time)
	for _, line := range r.history {
		if line["HistoryItemType"] == asked["HistoryItemType"] && !line["Timestamp"].(time.Time).Before(start) {
			all = append(all, line)
		}
	}
	from := 0
	if token, ok := asked["NextToken"].(string); ok {
		from, _ = strconv.Atoi(token)
	}
	to := min(len(all), from+int(asked["MaxRecords"].(uint64)))
	answer := fields{"AlarmHistoryItems": append([]fields{}, all[from:to]...)}
	if to < len(all) {
		answer["NextToken"] = strconv.Itoa(to)
	}
	return answer
}

// write adds a line to the history.
func (r *region) write(name, kind string) {
	r.history = slices.Insert(r.history, 0, fields{"AlarmName": name, "AlarmType": "MetricAlarm", "HistoryItemType": kind,
		"HistorySummary": "of a test", "HistoryData": "{}", "Timestamp": r.clock.now})
}

// flip changes the state of an alarm and writes that down.
func (r *region) flip(i int, state string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.alarms[i]["StateValue"], r.alarms[i]["StateTransitionedTimestamp"], r.alarms[i]["StateUpdatedTimestamp"] = state, r.clock.now, r.clock.now
	r.write(r.alarms[i]["AlarmName"].(string), "StateUpdate")
}

// later lets time pass and looks.
func (r *region) later(by time.Duration) (titles []string, whole bool) {
	r.t.Helper()
	r.clock.now = r.clock.now.Add(by)
	pages, err := look(r.t, r.watch)
	if err != nil && !errors.Is(err, sources.OnlyChanges) {
		r.t.Fatal(err)
	}
	for _, signal := range slices.Concat(pages...) {
		titles = append(titles, signal.Title)
	}
	return titles, err == nil
}

func TestAfterTheFirstLookOnlyWhatHasChangedIsAskedFor(t *testing.T) {
	r := newRegion(t, 450)
	if all, whole := r.later(0); !whole || len(all) != 450 {
		t.Fatalf("the first look shows %d", len(all))
	}
	r.tally()
	r.flip(7, "ALARM")
	titles, whole := r.later(30 * time.Second)
	if whole || len(titles) != 1 || titles[0] != r.alarms[7]["AlarmName"] {
		t.Errorf("of one that changed it shows %v, whole %v", titles, whole)
	}
	if calls := r.tally(); calls["DescribeAlarms"] != 1 || calls["DescribeAlarmHistory"] != 2 {
		t.Errorf("it took %v", calls)
	}
	if titles, whole = r.later(30 * time.Second); whole || len(titles) != 1 || titles[0] != r.alarms[7]["AlarmName"] {
		t.Errorf("nothing has changed, and beside the one in ALARM it shows %v", titles)
	}
	if calls := r.tally(); calls["DescribeAlarms"] != 1 || calls["DescribeAlarmHistory"] != 2 {
		t.Errorf("nothing has changed, and it took %v", calls)
	}
	r.flip(7, "OK")
	r.mu.Lock()
	r.history[0]["Timestamp"] = r.clock.now.Add(-50 * time.Second) // written late
	r.write(r.alarms[9]["AlarmName"].(string), "ConfigurationUpdate")
	r.mu.Unlock()
	if titles, _ = r.later(30 * time.Second); len(titles) != 2 {
		t.Errorf("of one that is told late and one made anew it shows %v", titles)
	}
}

func TestEveryAlarmIsReadNowAndThen(t *testing.T) {
	r := newRegion(t, 300)
	r.later(0)
	wholes := 0
	for range 20 {
		if _, whole := r.later(30 * time.Second); whole {
			wholes++
		}
	}
	if wholes != 2 {
		t.Errorf("in ten minutes there were %d sweeps", wholes)
	}
	r.watch.Asked()
	if titles, whole := r.later(30 * time.Second); !whole || len(titles) != 300 {
		t.Error("a person asked, and not all was read")
	}
	r.clock.now = r.clock.now.Add(-time.Hour)
	if _, whole := r.later(0); !whole {
		t.Error("the clock was put back, and not all was read")
	}
}

func TestAFewAlarmsAreSimplyReadEachTime(t *testing.T) {
	r := newRegion(t, 150)
	r.later(0)
	if titles, whole := r.later(30 * time.Second); !whole || len(titles) != 150 {
		t.Errorf("%d, whole %v", len(titles), whole)
	}
}

func TestWhatTheHistoryCannotTellIsReadInFull(t *testing.T) {
	for name, spoil := range map[string]func(*region){
		"refused": func(r *region) { delete(r.others, "DescribeAlarmHistory") },
		"more than is read": func(r *region) {
			for i := range changesPage*changesPages + 1 {
				r.clock.now = r.clock.now.Add(time.Millisecond)
				r.write(fmt.Sprint("of another kind ", i), "StateUpdate")
			}
		},
		"deleted": func(r *region) {
			r.clock.now = r.clock.now.Add(sweepRest)
			r.write(r.alarms[3]["AlarmName"].(string), "ConfigurationUpdate")
			r.alarms = slices.Delete(r.alarms, 3, 4)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRegion(t, 320)
			r.later(0)
			spoil(r)
			if titles, whole := r.later(30 * time.Second); !whole || len(titles) < 300 {
				t.Errorf("%d, whole %v", len(titles), whole)
			}
		})
	}
}

func TestDeletionsInARowDoNotReadEverythingEachTime(t *testing.T) {
	r := newRegion(t, 320)
	r.later(0)
	wholes := 0
	for range 8 {
		r.write(r.alarms[3]["AlarmName"].(string), "ConfigurationUpdate")
		r.alarms = slices.Delete(r.alarms, 3, 4)
		if _, whole := r.later(30 * time.Second); whole {
			wholes++
		}
	}
	if wholes < 3 || wholes > 4 {
		t.Errorf("%d sweeps in four minutes of deletions", wholes)
	}
}

func TestALookThatFailsIsFollowedByAWholeOne(t *testing.T) {
	r := newRegion(t, 320)
	r.later(0)
	r.flip(4, "ALARM")
	refuse := r.broken
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.watch.Look(ctx, func([]room.Signal) {}); err == nil || errors.Is(err, sources.OnlyChanges) {
		t.Fatalf("a look that was called off gives %v", err)
	}
	r.broken = refuse
	if titles, whole := r.later(30 * time.Second); !whole || len(titles) != 320 {
		t.Errorf("%d, whole %v", len(titles), whole)
	}
}

// rates are the calls per second that AWS allows an account in a region. Source: AWS
// General Reference, CloudWatch endpoints and quotas.
var rates = map[string]float64{"DescribeAlarms": 9, "DescribeAlarmHistory": 20, "ListAlarmMuteRules": 50, "GetAlarmMuteRule": 20}

// steady plays looks in a region in which three alarms change each minute, and counts the
// calls. Each look is held against a third of the rates.
func (r *region) steady(looks int) map[string]int {
	r.later(0)
	r.tally()
	const every = 30 * time.Second
	total := map[string]int{}
	for i := range looks {
		if i%2 == 0 {
			for n := range 3 {
				r.flip((i*31+n)%len(r.alarms), []string{"ALARM", "OK"}[i/2%2])
			}
		}
		r.later(every)
		for operation, n := range r.tally() {
			total[operation] += n
			if per := float64(n) / every.Seconds(); per > rates[operation]/3 {
				r.t.Errorf("look %d calls %s %.2f times a second, %v are allowed", i, operation, per, rates[operation])
			}
		}
	}
	return total
}

func TestNoOperationIsCalledMoreThanAThirdOfItsRate(t *testing.T) {
	const looks, count = 12, 900
	total := newRegion(t, count).steady(looks)
	if per := time.Second.Seconds() / calmSpacing.Seconds(); per > rates["DescribeAlarms"]/3 {
		t.Errorf("within a sweep DescribeAlarms is called %.2f times a second", per)
	}
	if all := looks * count / pageSize; total["DescribeAlarms"] > all/4 {
		t.Errorf("%v; reading all each time would be %d calls", total, all)
	}
}

// TestWithinALookPagesKeepTheirDistanceToo: a look in which hundreds of alarms stop ringing,
// or one is gone, may have to ask more than a third of a second's calls. That there is less
// than the pause between two of them no slow machine can bring about.
func TestWithinALookPagesKeepTheirDistanceToo(t *testing.T) {
	r := newRegion(t, 320)
	for i := range 2*batch + 1 {
		r.turn(i, "ALARM")
	}
	r.later(0)
	for i := range 2*batch + 1 {
		r.turn(i, "OK")
	}
	check := func(after string, calls int) {
		t.Helper()
		first := len(r.times)
		r.later(30 * time.Second)
		if got := len(r.times) - first; got != calls {
			t.Errorf("after %s there were %d calls, want %d", after, got, calls)
		}
		for i := first + 1; i < len(r.times); i++ {
			begins := r.asked[i]["AlarmNames"] == nil && r.asked[i]["NextToken"] == nil // a sweep
			if gap := r.times[i].Sub(r.times[i-1]); gap < calmSpacing && !begins {
				t.Errorf("after %s call %d came %s after the one before", after, i-first, gap)
			}
		}
	}
	check("many alarms have stopped", 1+3)
	r.clock.now = r.clock.now.Add(sweepRest)
	r.write(r.alarms[3]["AlarmName"].(string), "ConfigurationUpdate")
	r.alarms = slices.Delete(r.alarms, 3, 4)
	check("one was deleted", 1+1+4)
}

func TestPagesOfTheHistoryKeepTheirDistance(t *testing.T) {
	if per := time.Second.Seconds() / pageSpacing.Seconds(); per > rates["DescribeAlarmHistory"]/3 {
		t.Errorf("within a look DescribeAlarmHistory is called %.2f times a second", per)
	}
	r := newRegion(t, 320)
	r.later(0)
	for range 2*changesPage + 1 {
		r.clock.now = r.clock.now.Add(time.Millisecond)
		r.write(r.alarms[3]["AlarmName"].(string), "StateUpdate")
	}
	var last time.Time
	pages := 0
	r.others["DescribeAlarmHistory"] = func(asked fields) fields {
		now := time.Now()
		if asked["NextToken"] != nil {
			pages++
			if gap := now.Sub(last); gap < pageSpacing {
				t.Errorf("a page came %s after the one before", gap)
			}
		}
		last = now
		return r.past(asked)
	}
	if r.later(30 * time.Second); pages != 2 {
		t.Errorf("%d more pages, want 2", pages)
	}
}

// BenchmarkAnHourOfARegionOf2500Alarms counts its calls. It takes two minutes, since within
// a sweep the pauses are real.
func BenchmarkAnHourOfARegionOf2500Alarms(b *testing.B) {
	for b.Loop() {
		for operation, calls := range newRegion(b, 2500).steady(120) {
			b.ReportMetric(float64(calls)/3600, operation+"/s")
		}
	}
}

func TestADeletionThatIsNewerThanAllAlarmsThatAreLeftIsTakenInOnce(t *testing.T) {
	s, at := new(since), time.Date(2025, 10, 20, 7, 0, 0, 0, time.UTC)
	s.begin(at, 0)
	deleted := []types.AlarmHistoryItem{{AlarmName: aws.String("old"), Timestamp: aws.Time(at.Add(time.Minute))}}
	n := new(news)
	n.take(deleted, types.HistoryItemTypeConfigurationUpdate, s, map[string]bool{})
	s.seen(n)
	s.begin(at, time.Second) // the sweep that follows does not find it
	again := new(news)
	again.take(deleted, types.HistoryItemTypeConfigurationUpdate, s, map[string]bool{})
	if len(n.names) != 1 || len(again.names) != 0 || !s.newest.Equal(at.Add(59*time.Second)) {
		t.Errorf("it is taken in %d and %d times, read up to %s", len(n.names), len(again.names), s.newest)
	}
}

func TestTroubleWithTheHistoryIsLoggedOnceWhileAllAlarmsAreRead(t *testing.T) {
	r := newRegion(t, 320)
	var log bytes.Buffer
	r.watch = New(Options{Config: r.config, Account: "222222222222", Region: "eu-west-1", Clock: r.clock, Log: slog.New(slog.NewTextHandler(&log, nil))})
	r.others["ListAlarmMuteRules"] = func(fields) fields { return fields{"AlarmMuteRuleSummaries": []fields{}} }
	r.later(0)
	r.others["DescribeAlarmHistory"] = nil // denied
	for range 3 {
		if titles, whole := r.later(30 * time.Second); !whole || len(titles) != 320 {
			t.Errorf("%d alarms, whole %v", len(titles), whole)
		}
	}
	if lines := strings.Count(log.String(), "\n"); lines != 1 || !strings.Contains(log.String(), "not authorized to perform DescribeAlarmHistory") {
		t.Errorf("the log is\n%s", &log)
	}
	r.others["DescribeAlarmHistory"] = r.past
	if _, whole := r.later(30 * time.Second); whole || strings.Count(log.String(), "over: ") != 1 {
		t.Errorf("whole %v, and the log is\n%s", whole, &log)
	}
}
