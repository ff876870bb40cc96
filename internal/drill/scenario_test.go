package drill

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the messages anew")

// TestBadScenariosAreToldWithTheirPlace holds each file under testdata/bad, named
// after its mistake, against the message beside it.
func TestBadScenariosAreToldWithTheirPlace(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		_, err := Load(file)
		if err == nil {
			t.Errorf("%s was taken", file)
			continue
		}
		beside := strings.TrimSuffix(file, ".yaml") + ".txt"
		if *update {
			if err := os.WriteFile(beside, []byte(err.Error()+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, readErr := os.ReadFile(beside)
		if got := err.Error() + "\n"; readErr != nil || got != string(want) {
			t.Errorf("%s says\n%swant\n%s", file, got, want)
		}
	}
}

// told is the shipped story.
func told(t *testing.T) *story {
	t.Helper()
	s, err := Load(DefaultScenario)
	if err != nil {
		t.Fatal(err)
	}
	w, err := write(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func at(t *testing.T, w *story, clock string) time.Time {
	t.Helper()
	when, err := w.scenario.time(clock)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

// inAlarm counts the alarms in a state, in a region or in all.
func (w *story) inAlarm(when time.Time, region, state string) int {
	n := 0
	for _, a := range w.alarms {
		if now, _ := latest(a.turns, when); now.to == state && (region == "" || a.region == region) {
			n++
		}
	}
	return n
}

func (w *story) failing(when time.Time) int {
	n := 0
	for _, e := range w.endpoints {
		if does := e.state(when).to; does != doAnswer && does != doSlow {
			n++
		}
	}
	return n
}

func (w *story) open(when time.Time) int {
	n := 0
	for _, e := range w.events {
		if !e.texts[0].at.After(when) && e.status(when) == "open" {
			n++
		}
	}
	return n
}

func TestTheShippedStoryIsThatOfTheDay(t *testing.T) {
	w := told(t)
	if len(w.alarms) != 306 || len(w.endpoints) != 31 || len(w.scenario.Regions) != 3 {
		t.Errorf("%d alarms and %d endpoints in %v", len(w.alarms), len(w.endpoints), w.scenario.Regions)
	}
	for _, c := range []struct {
		clock                string
		alarms, most         int
		failing, mostFailing int
		healthOpen           int
		what                 string
	}{
		{"06:45", 0, 0, 0, 0, 0, "calm before"},
		{"06:52", 8, 60, 3, 5, 0, "we know, AWS has not said a word"},
		{"07:10", 45, 60, 4, 6, 0, "23 minutes in, still not a word"},
		{"07:12", 45, 60, 4, 6, 1, "the first post"},
		{"09:00", 40, 60, 3, 6, 2, "DynamoDB is named"},
		{"09:45", 2, 10, 0, 0, 2, "the false recovery: all but a few alarms are well, and every probe"},
		{"10:40", 12, 20, 0, 0, 2, "EC2 launches nothing"},
		{"12:28", 12, 20, 0, 0, 2, "the quiet middle"},
		{"14:30", 65, 80, 5, 8, 3, "the second wave is worse than the first"},
		{"16:00", 65, 80, 6, 8, 3, "STS fails again"},
		{"18:00", 10, 25, 0, 0, 3, "connected again"},
		{"21:30", 0, 0, 0, 0, 0, "over"},
	} {
		when := at(t, w, c.clock)
		alarms, failing, open := w.inAlarm(when, "", "ALARM"), w.failing(when), w.open(when)
		if alarms < c.alarms || alarms > c.most || failing < c.failing || failing > c.mostFailing || open != c.healthOpen {
			t.Errorf("%s, %s: %d alarms (want %d..%d), %d endpoints failing (want %d..%d), %d Health events open (want %d)",
				c.clock, c.what, alarms, c.alarms, c.most, failing, c.failing, c.mostFailing, open, c.healthOpen)
		}
	}
	if w.inAlarm(at(t, w, "08:00"), "eu-west-1", "ALARM") != 0 || w.inAlarm(at(t, w, "09:10"), "eu-west-1", "ALARM") == 0 {
		t.Error("eu-west-1 is to notice global tables at 09:01 and nothing before")
	}
	if w.inAlarm(at(t, w, "07:30"), "us-east-1", "INSUFFICIENT_DATA") < 20 {
		t.Error("metrics are to be missing at 07:30")
	}
}

// TestTheRecoveryIsFalseAndTheSecondWaveTheWorse holds the shape of the day: nearly
// over at 09:45, by the clock of the 09:27 post, and worse than ever at 14:30.
func TestTheRecoveryIsFalseAndTheSecondWaveTheWorse(t *testing.T) {
	w := told(t)
	rings := func(clock string) int { return w.inAlarm(at(t, w, clock), "", "ALARM") }
	before, false9, middle, second := rings("09:20"), rings("09:45"), rings("13:00"), rings("14:30")
	if false9*5 > before {
		t.Errorf("%d alarms at 09:20 and still %d at 09:45: that is no recovery", before, false9)
	}
	if false9 >= middle || middle >= second {
		t.Errorf("from the false recovery to the second wave there are %d, %d and %d alarms", false9, middle, second)
	}
	first, down := 0, 0
	for when := w.scenario.Begin; when.Before(at(t, w, "09:25")); when = when.Add(time.Minute) {
		first, down = max(first, w.inAlarm(when, "", "ALARM")), max(down, w.failing(when))
	}
	if second <= first || w.failing(at(t, w, "14:30")) <= down {
		t.Errorf("the second wave has %d alarms and %d endpoints failing, the first at its worst %d and %d", second, w.failing(at(t, w, "14:30")), first, down)
	}
	for _, a := range w.alarms {
		if now, _ := latest(a.turns, at(t, w, "09:45")); now.to != "OK" && !strings.HasSuffix(a.name, "-running-tasks") && !strings.HasSuffix(a.name, "-queue-age") {
			t.Errorf("at 09:45 %s in %s is %s; only what needs new instances, or Lambda to read SQS, is not well", a.name, a.region, now.to)
		}
	}
}

// posts are the times of AWS's public posts, the P marks of its minute table.
var posts = strings.Fields("07:11 07:51 08:26 09:01 09:22 09:27 10:03 10:35 11:08 12:10 13:42 14:14 15:04 15:43 16:13 17:03 17:38 18:22 19:15 20:03")

func TestAWSSaysNothingButAtTheTimesOfItsPosts(t *testing.T) {
	w := told(t)
	said := map[string]bool{}
	for _, e := range w.events {
		for _, text := range e.texts {
			clock := text.at.Format("15:04")
			said[clock] = true
			if !slices.Contains(posts, clock) || text.to == "" {
				t.Errorf("at %s %s says %q, and AWS posted nothing then", clock, e.arn, text.to)
			}
		}
		if e.closed.IsZero() {
			t.Errorf("%s never ends", e.arn)
		}
	}
	for _, clock := range posts {
		if !said[clock] {
			t.Errorf("AWS's post of %s is missing", clock)
		}
	}
}

func TestAStoryIsToldInItsTimeAndTheSameEachTime(t *testing.T) {
	one, two := told(t), told(t)
	for i := range one.alarms {
		for j, turn := range one.alarms[i].turns {
			if turn != two.alarms[i].turns[j] {
				t.Fatalf("%s differs: %v and %v", one.alarms[i].name, turn, two.alarms[i].turns[j])
			}
		}
	}
	if one.scenario.Lasts != 5*time.Minute {
		t.Errorf("it is told in %s", one.scenario.Lasts)
	}
	names := map[string]bool{}
	for _, a := range one.alarms {
		if names[a.region+a.name] {
			t.Errorf("there are two alarms %s in %s", a.name, a.region)
		}
		names[a.region+a.name] = true
	}
}

// TestProbesOfTheShippedStoryFitIntoItsMinute holds at the scenario's own speed:
// what hangs is given up, and what is slow has answered, before its next look.
func TestProbesOfTheShippedStoryFitIntoItsMinute(t *testing.T) {
	w := told(t)
	minute := time.Duration(float64(time.Minute) * float64(w.scenario.Lasts) / float64(w.scenario.End.Sub(w.scenario.Begin)))
	if probeTimeout >= minute {
		t.Errorf("a probe hangs for %s and a simulated minute lasts %s", probeTimeout, minute)
	}
	const spare = 50 * time.Millisecond // for a busy machine
	for _, e := range w.endpoints {
		for _, turn := range e.turns {
			if turn.to == doSlow && (turn.takes <= e.cast.Slow || turn.takes+spare > probeTimeout) {
				t.Errorf("%s is to be SLOW, over %s, and answers in %s of %s", e.name, e.cast.Slow, turn.takes, probeTimeout)
			}
		}
	}
}
