package export

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"warroom/internal/clean"
	"warroom/internal/journal"
	"warroom/internal/room"
)

var epoch = time.Date(2025, 10, 20, 6, 48, 0, 0, time.UTC)

// hostile is text as nobody should write it, after it has been cleaned.
var hostile = clean.Text("=cmd|'/c calc'!A1,\"quoted\"\r\nsecond line\ttab;\u202e\x1b[31mred <&> é, and as a programmer writes it: \\u001b[2J \\b C:\\users \\\\u0000", 1000)

// outage keeps a short bad night with a record of every sort, and gives its journal.
func outage(t *testing.T, drill string) string {
	t.Helper()
	place := journal.PlaceOf(t.TempDir(), "prod")
	j, err := journal.Open(place, journal.Options{Room: "prod", Drill: drill, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	r := room.New(room.Options{Name: "prod", Node: j.Node(), Keeper: j})
	j.Tell(r.Kept)
	probes, alarms := room.Scope{Source: "probe", Region: "us-east-1"}, room.Scope{Source: "cloudwatch", Account: "111111111111", Region: "us-east-1"}
	for i := range 5 {
		at := epoch.Add(time.Duration(i) * time.Minute)
		state, word := room.OK, "UP"
		if i%2 == 1 {
			state, word = room.Critical, "DOWN"
		}
		r.Observe(room.Observation{Scope: probes, Watch: "probe/a", At: at, Done: true, Complete: true, Interval: time.Minute, Signals: []room.Signal{{
			Key: "probe/a", Kind: room.KindProbe, Scope: probes, State: state, Word: word, Title: hostile, Since: at, Detail: &room.ProbeDetail{Target: "https://a.example"},
			Samples: []room.Sample{{At: at, State: state, Total: time.Second, Phases: room.NoPhases, Text: hostile}},
		}}})
		r.Observe(room.Observation{Scope: alarms, Watch: "alarms", At: at, Done: true, Trouble: &room.Trouble{What: "w", Why: hostile, Next: "n"}, Interval: time.Minute})
		j.Chart(&room.Chart{Key: "alarm/a", From: at.Add(-time.Hour), To: at, Points: []room.Point{{At: at, Value: 1.5}}})
	}
	for _, act := range []room.Act{
		{Do: room.EventNote, Text: hostile}, {Do: room.EventMark, Text: "-1 deploy"}, {Do: room.EventAck, Keys: []string{"probe/a"}, Text: "on it"}, {Do: room.EventClaim, Keys: []string{"probe/a"}},
	} {
		if err := r.Desk("ana").Act(act); err != nil && act.Do != room.EventAck {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return place.Path()
}

type writer func(io.Writer, *journal.Reader) error

func writers(t *testing.T) map[string]writer {
	return map[string]writer{
		"jsonl": func(out io.Writer, r *journal.Reader) error { return JSONL(t.Context(), out, r, epoch) },
		"csv":   func(out io.Writer, r *journal.Reader) error { return CSV(t.Context(), out, r, epoch) },
	}
}

func exported(t *testing.T, path string, write writer) string {
	t.Helper()
	reader, err := journal.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	var out bytes.Buffer
	if err := write(&out, reader); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWhatIsExportedAndImportedIsTheSameJournal(t *testing.T) {
	for form, write := range writers(t) {
		t.Run(form, func(t *testing.T) {
			first := exported(t, outage(t, ""), write)
			header, records, err := Read(strings.NewReader(first))
			if err != nil {
				t.Fatal(err)
			}
			again := filepath.Join(t.TempDir(), "again.db")
			if err := journal.Create(again, header.Meta(), records); err != nil {
				t.Fatal(err)
			}
			if second := exported(t, again, write); second != first {
				t.Fatalf("it is not the same\n%s\n%s", first, second)
			}
			if report, err := journal.Verify(again); err != nil || len(report.Damage) > 0 || report.Charts != 5 || report.Readings == 0 {
				t.Fatalf("%v\n%s", err, report)
			}
		})
	}
}

func TestWhatASpreadsheetHasSavedIsReadBack(t *testing.T) {
	text := "\ufeff" + strings.ReplaceAll(exported(t, outage(t, ""), writers(t)["csv"]), "\n", "\r\n")
	_, records, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range records {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n < 10 {
		t.Fatalf("%d records", n)
	}
}

func TestADrillSaysSoInEveryExport(t *testing.T) {
	for form, write := range writers(t) {
		text := exported(t, outage(t, "2025-10-20-us-east-1"), write)
		header, _, err := Read(strings.NewReader(text))
		if err != nil || header.Drill == nil || header.Meta().Drill != "2025-10-20-us-east-1" {
			t.Errorf("%s: %+v %v", form, header, err)
		}
		if form == "csv" && !strings.Contains(text, "DRILL: 2025-10-20-us-east-1") {
			t.Error("the CSV does not say so to people")
		}
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(exported(t, outage(t, ""), writers(t)["csv"]))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		for j, text := range row {
			if text != "" && strings.ContainsAny(text[:1], "=+-@\t\r") {
				t.Errorf("row %d, %s: %q", i+1, columns[j], text)
			}
		}
	}
}

func TestWhatIsBrokenIsNamedWithItsLine(t *testing.T) {
	whole := exported(t, outage(t, ""), writers(t)["jsonl"])
	table := exported(t, outage(t, ""), writers(t)["csv"])
	line := strings.SplitAfter(whole, "\n")
	eventAt := 1
	for !strings.Contains(line[eventAt], `"event"`) {
		eventAt++
	}
	for name, c := range map[string]struct {
		text string
		line int
		why  string
	}{
		"empty":                 {"", 1, "empty"},
		"no export":             {"hello\n", 1, "no export"},
		"other JSON":            {"{\"a\":1}\n", 1, "no export"},
		"newer":                 {strings.Replace(whole, `"schema":1`, `"schema":9`, 1), 1, "newer warroom"},
		"broken line":           {line[0] + line[1] + "{\"n\":\n" + line[3], 3, "no JSON"},
		"breaks off":            {whole[:len(whole)-20], len(line) - 1, "breaks off"},
		"out of order":          {line[0] + line[2] + line[1], 3, "not in their order"},
		"twice":                 {line[0] + line[1] + line[1], 3, "there twice"},
		"changed note":          {strings.Replace(whole, "-1 deploy", "-2 deploy", 1), strings.Count(whole[:strings.Index(whole, "-1 deploy")], "\n") + 1, "was changed since the export"},
		"steers":                {strings.Replace(whole, "-1 deploy", `\u001b[2J deploy`, 1), strings.Count(whole[:strings.Index(whole, "-1 deploy")], "\n") + 1, "steer terminals"},
		"hides":                 {strings.Replace(whole, "-1 deploy", `\u200b deploy`, 1), strings.Count(whole[:strings.Index(whole, "-1 deploy")], "\n") + 1, "steer terminals"},
		"reorders":              {strings.Replace(whole, "-1 deploy", `\u202E deploy`, 1), strings.Count(whole[:strings.Index(whole, "-1 deploy")], "\n") + 1, "steer terminals"},
		"goes back":             {strings.Replace(whole, "-1 deploy", `\b deploy`, 1), strings.Count(whole[:strings.Index(whole, "-1 deploy")], "\n") + 1, "steer terminals"},
		"after a backslash":     {strings.Replace(whole, "-1 deploy", `\\\u001b deploy`, 1), strings.Count(whole[:strings.Index(whole, "-1 deploy")], "\n") + 1, "steer terminals"},
		"missing event":         {strings.Join(append(append([]string{}, line[:eventAt]...), line[eventAt+1:]...), ""), 0, ""},
		"a CSV cell of 20 MB":   {strings.SplitAfter(table, "\n")[0] + strings.Repeat("x", 20<<20) + "\n", 0, ""},
		"a line of 9 MB":        {line[0] + strings.Repeat("x", 9<<20) + "\n", 2, "more than 8 MB"},
		"CSV breaks off":        {table[:len(table)-30], strings.Count(table, "\n") - 3, ""},
		"CSV without rows":      {strings.SplitAfter(table, "\n")[0], 2, "header of the export is missing"},
		"CSV with less columns": {strings.SplitAfter(table, "\n")[0] + "1,2,3\n", 2, "columns"},
	} {
		_, records, err := Read(strings.NewReader(c.text))
		if err == nil {
			for _, err = range records {
			}
		}
		var broken *Broken
		if name == "a CSV cell of 20 MB" && err != nil && strings.Contains(err.Error(), "more than 8 MB") {
			continue
		}
		if !errors.As(err, &broken) || broken.Line != c.line && c.why != "" || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v, want line %d: %s", name, err, c.line, c.why)
		}
	}
}

func TestTheEscapesOfOtherProgramsAreOnlyText(t *testing.T) {
	for text, want := range map[string]bool{
		`"a"`: false, `"\u00e9"`: false, `"\ud83d\ude00"`: false, `"\\u001b"`: false, `"\n\t\""`: false,
		`"\\\u001b"`: true, `"\r"`: true, `"\u009b"`: true, `"\udb40\udc41"`: true, `"\u12`: true, `"\`: false,
		"\"\u202e\"": true,
	} {
		if got := steers([]byte(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
