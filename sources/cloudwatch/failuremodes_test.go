package cloudwatch

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"testing"

	"warroom/internal/failuremodes"
	"warroom/internal/room"
	"warroom/sources/sourcetest"
)

// faultOf is a fault of a region of so many alarms, which breaks and heals by hand.
func faultOf(t *testing.T, name string, count int) (*region, sourcetest.Fault) {
	t.Helper()
	r, log, clock := newRegion(t, count), new(bytes.Buffer), sourcetest.NewHand(changed)
	r.others["ListAlarmMuteRules"] = func(fields) fields { return fields{"AlarmMuteRuleSummaries": []fields{}} }
	watch := New(Options{Config: r.config, Account: "222222222222", Region: "eu-west-1", Clock: clock, Log: slog.New(slog.NewTextHandler(log, nil))})
	return r, sourcetest.Fault{Name: name, Watch: watch, Clock: clock, Log: log, Meanwhile: "the last good data stands"}
}

// set changes what the region answers, between two looks.
func (r *region) set(change func()) func() {
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		change()
	}
}

func TestAPageMarkThatComesAgainAndAgain(t *testing.T) {
	r, f := faultOf(t, "a page mark that is given out twice", 3)
	f.Breaks = r.set(func() { r.tokens = func(int) string { return "0" } })
	f.Heals = r.set(func() { r.tokens = nil })
	f.Meanwhile = "the pages that were read stand"
	failuremodes.Check(t, sourcetest.Play(t, f))
}

func TestAPageThatFailsAfterOthers(t *testing.T) {
	r, f := faultOf(t, "a page that fails after others", 150)
	f.Breaks = r.set(func() {
		r.broken[len(r.asked)+2] = func(w http.ResponseWriter, _ *http.Request) {
			writeCBOR(w, http.StatusBadRequest, fields{"__type": "ThrottlingException", "message": "Rate exceeded"})
		}
	})
	f.Heals = func() {} // only that page fails
	f.Meanwhile = "the pages that were read stand, and what was known of the others"
	failuremodes.Check(t, sourcetest.Play(t, f))
}

func TestMuteRulesThatAreRefused(t *testing.T) {
	r, f := faultOf(t, "alarm mute rules that cannot be read, or are denied", 5)
	r.muteRule("nightly backup", "cron(0 2 * * *)", "PT1H", 3)
	whole := r.others["ListAlarmMuteRules"]
	f.Breaks = r.set(func() { r.others["ListAlarmMuteRules"] = nil })
	f.Heals = r.set(func() { r.others["ListAlarmMuteRules"] = whole })
	f.Meanwhile, f.Over, f.Within = "all alarms are read; the mutes that were known stay", "asked again every five minutes", mutesEvery
	failuremodes.Check(t, playMutes(t, f))
}

func TestMuteRulesThatNeverEnd(t *testing.T) {
	r, f := faultOf(t, "a list of alarm mute rules that never ends", 5)
	r.muteRule("nightly backup", "cron(0 2 * * *)", "PT1H", 3)
	whole := r.others["ListAlarmMuteRules"]
	f.Breaks = r.set(func() {
		r.others["ListAlarmMuteRules"] = func(asked fields) fields {
			answer := whole(asked)
			answer["NextToken"] = "again"
			return answer
		}
	})
	f.Heals = r.set(func() { r.others["ListAlarmMuteRules"] = whole })
	f.Meanwhile, f.Over, f.Within = "all alarms are read; the mutes that were known stay", "asked again every five minutes", mutesEvery
	failuremodes.Check(t, playMutes(t, f))
}

// playMutes plays a fault of the mute rules, which are asked for every five minutes, and
// wants the log to say that it is over.
func playMutes(t *testing.T, f sourcetest.Fault) failuremodes.Row {
	t.Helper()
	breaks := f.Breaks
	f.Breaks = func() {
		breaks()
		f.Clock.Pass(mutesEvery)
	}
	f.Stands = func(now *room.Snapshot) error {
		muted := 0
		for _, signal := range now.Of(room.KindAlarm).Signals {
			if signal.Detail.(*room.AlarmDetail).Mute != nil {
				muted++
			}
		}
		if total := len(now.Of(room.KindAlarm).Signals); total != 5 || muted != 1 {
			return fmt.Errorf("of %d alarms %d are muted", total, muted)
		}
		return nil
	}
	row := sourcetest.Play(t, f)
	if !bytes.Contains(f.Log.Bytes(), []byte("over: ")) {
		t.Errorf("after it has healed the log is\n%s", f.Log)
	}
	return row
}

func TestAHistoryThatIsDenied(t *testing.T) {
	r, f := faultOf(t, "the history of alarms that fails or is denied", 320)
	f.Breaks = r.set(func() { r.others["DescribeAlarmHistory"] = nil })
	f.Heals = r.set(func() { r.others["DescribeAlarmHistory"] = r.past })
	f.Meanwhile = "all alarms are read with each look instead"
	row := sourcetest.Play(t, f)
	if calls := r.tally(); calls["DescribeAlarms"] < 4*4 {
		t.Errorf("in four looks, of four pages each, it was %v", calls)
	}
	if !bytes.Contains(f.Log.Bytes(), []byte("over: ")) {
		t.Errorf("after it has healed the log is\n%s", f.Log)
	}
	failuremodes.Check(t, row)
}
