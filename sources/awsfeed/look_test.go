package awsfeed

import (
	"compress/gzip"
	"encoding/binary"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

func bomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	zip := gzip.NewWriter(w)
	for range bodyLimit>>20 + 1 {
		if _, err := zip.Write(huge[:1<<20]); err != nil {
			return
		}
	}
	_ = zip.Close()
}

func TestAnEventIsReadInEveryEncoding(t *testing.T) {
	text := encoded([]any{dynamo()})
	big, little := wide(text, binary.BigEndian), wide(text, binary.LittleEndian)
	for name, encoding := range map[string][]byte{
		"UTF-16 BE": big, "UTF-16 LE": little, "UTF-16 BE without a mark": big[2:], "UTF-16 LE without a mark": little[2:],
		"UTF-8": text, "UTF-8 with a mark": append([]byte("\xEF\xBB\xBF"), text...),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.feed.answer(only("currentevents", body(encoding)))
			signals, failure := w.look()
			if failure != nil {
				t.Fatal(failure)
			}
			expectDynamo(t, signals, "current events")
		})
	}
}

func TestAnEventIsToldWhole(t *testing.T) {
	w := newWorld(t)
	signals, failure := w.look()
	if failure != nil {
		t.Fatal(failure)
	}
	s := signals[dynamoKey]
	want := room.Signal{
		Key: dynamoKey, Kind: room.KindHealth, Scope: Scope, State: room.Critical, Word: "OPEN", Title: "DynamoDB: Increased Error Rates",
		Reason: "It is DNS.", Service: "DynamoDB", Region: "us-east-1", Since: at("07:11"),
		Detail: &room.HealthDetail{
			ARN: dynamoARN, Service: "DYNAMODB", TypeCode: "AWS_DYNAMODB_OPERATIONAL_ISSUE", Category: "issue", Scope: "PUBLIC",
			Start: at("07:11"), Updated: at("09:01"), Feed: "current events", Severity: "disrupted",
			Updates: []room.Update{{At: at("09:01"), Text: "It is DNS. We work on it."}, {At: at("07:11"), Text: "We are investigating. More soon."}},
			Affected: []room.AffectedService{
				{ID: "ec2-us-east-1", Name: "Amazon Elastic Compute Cloud", Now: "disrupted", Worst: "disrupted"},
				{ID: "iam", Name: "AWS Identity and Access Management", Now: "resolved", Worst: "degraded"},
			},
		},
	}
	if !s.SameTruth(&want) {
		t.Errorf("got  %+v\nwith %+v", s, s.Detail)
	}
}

func TestAnEmptyListIsQuiet(t *testing.T) {
	w := newWorld(t)
	w.look()
	w.feed.answer(events())
	if signals, failure := w.look(); failure != nil || len(signals) != 0 {
		t.Errorf("got %d signals and %v", len(signals), failure)
	}
	if w.mirror.times()+w.rss.times() > 0 {
		t.Error("the other places were asked for nothing")
	}
}

func TestHowBadAnEventIs(t *testing.T) {
	with := func(key string, value any) map[string]any {
		e := dynamo()
		e[key] = value
		return e
	}
	month := over()
	month["end_time"] = at("10:35").AddDate(0, 0, -3).Unix()
	old := with("date", "1740000000")
	old["event_log"] = []any{map[string]any{"message": "Still.", "status": 3, "timestamp": 1758000000000}}
	for name, c := range map[string]struct {
		event map[string]any
		state room.State
		word  string
	}{
		"disrupted":                {dynamo(), room.Critical, "OPEN"},
		"degraded":                 {with("status", 2), room.Warning, "OPEN"},
		"informational":            {with("status", "1"), room.Warning, "OPEN"},
		"a status that is new":     {with("status", "4"), room.Unknown, "UNKNOWN"},
		"a status in a new shape":  {with("status", []int{3}), room.Unknown, "UNKNOWN"},
		"no status":                {with("status", nil), room.Unknown, "UNKNOWN"},
		"status 0":                 {with("status", 0), room.OK, "CLOSED"},
		"an end":                   {with("end_time", at("10:35").Unix()), room.OK, "CLOSED"},
		"resolved in the headline": {with("summary", "[RESOLVED] Errors"), room.OK, "CLOSED"},
		"open for months":          {old, room.OK, "OLD"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.feed.answer(events(c.event))
			signals, _ := w.look()
			if s, ok := signals[dynamoKey]; !ok || s.State != c.state || s.Word != c.word {
				t.Errorf("got %s %s (%t)", s.State, s.Word, ok)
			}
		})
	}
	w := newWorld(t)
	w.feed.answer(events(month))
	w.clock.on(closedWindow)
	if signals, failure := w.look(); len(signals) != 0 || failure != nil {
		t.Errorf("an event that ended days ago gives %d signals and %v", len(signals), failure)
	}
}

func TestOnlyTheRegionsInUseAndWhatIsGlobal(t *testing.T) {
	at := func(arn, item string, impacted ...string) map[string]any {
		e := dynamo()
		e["arn"], e["service"] = arn, item
		services := map[string]any{}
		for _, id := range impacted {
			services[id] = map[string]any{"service_name": id, "current": 1, "max": 1}
		}
		e["impacted_services"] = services
		return e
	}
	list := []any{
		at("arn:aws:health:us-east-1::event/EC2/CODE/1", "ec2-us-east-1"),
		at("arn:aws:health:eu-west-1::event/EC2/CODE/2", "ec2-eu-west-1"),
		at("arn:aws:health:global::event/IAM/CODE/3", "iam"),
		at("", "route53"),
		at("", "rds-ap-northeast-1"),
		at("arn:aws:health:us-west-2::event/MULTIPLE_SERVICES/CODE/4", "multipleservices-us-west-2", "ec2-us-west-2", "ec2-eu-west-1"),
		at("", "s3-us-gov-west-1"),
	}
	for name, c := range map[string]struct {
		regions, want []string
	}{
		"all":    {nil, []string{"IAM global", "EC2 us-east-1", "EC2 eu-west-1", "ROUTE53 global", "RDS ap-northeast-1", "MULTIPLE_SERVICES us-west-2", "S3 us-gov-west-1"}},
		"one":    {[]string{"eu-west-1"}, []string{"IAM global", "EC2 eu-west-1", "ROUTE53 global", "MULTIPLE_SERVICES us-west-2"}},
		"others": {[]string{"us-gov-west-1"}, []string{"IAM global", "ROUTE53 global", "S3 us-gov-west-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, c.regions...)
			w.feed.answer(events(list...))
			signals, failure := w.look()
			var got []string
			for _, s := range signals {
				got = append(got, s.Detail.(*room.HealthDetail).Service+" "+s.Region)
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if failure != nil || !slices.Equal(got, c.want) {
				t.Errorf("got %q and %v, want %q", got, failure, c.want)
			}
		})
	}
}

func TestWhatCannotBeReadIsCountedAndTheRestIsKept(t *testing.T) {
	w := newWorld(t)
	second := dynamo()
	second["arn"] = "arn:aws:health:us-east-1::event/EC2/CODE/2"
	w.feed.answer(events(dynamo(), second))
	w.look()
	third := dynamo()
	third["arn"], third["impacted_services"] = "arn:aws:health:us-east-1::event/SQS/CODE/3", []int{1}
	w.feed.answer(events(dynamo(), 7, map[string]any{"date": "tomorrow", "arn": "x"}, third))
	signals, failure := w.look()
	if failure == nil || !failure.Partial || failure.What != "AWS's public feed was read, but for 3 of its 4 events" {
		t.Errorf("got %v", failure)
	}
	if keys := slices.Sorted(maps.Keys(signals)); len(keys) != 3 {
		t.Errorf("got %q: those that can be read, and the one that was known and may be what could not be", keys)
	}
	w.feed.answer(events(dynamo()))
	if signals, failure = w.look(); failure != nil || len(signals) != 1 {
		t.Errorf("afterwards there are %d signals and %v", len(signals), failure)
	}
}

func TestTheOtherPlacesAddToWhatIsKnownAndTakeBackNothing(t *testing.T) {
	w := newWorld(t)
	iam := dynamo()
	iam["arn"] = "arn:aws:health:global::event/IAM/CODE/2"
	w.feed.answer(events(dynamo(), iam))
	w.look()
	w.feed.answer(status(500, ""))
	older := dynamo()
	older["event_log"] = older["event_log"].([]any)[:1]
	w.mirror.answer(body(encoded(map[string]any{"dynamodb-us-east-1": []any{older}})))
	signals, _ := w.look()
	expectDynamo(t, signals, "current events") // a mirror that lags takes back no text
	if len(signals) != 2 {
		t.Errorf("there are %d signals: the one that the mirror does not have goes on", len(signals))
	}
	w.mirror.answer(body(encoded(map[string]any{"dynamodb-us-east-1": []any{over()}})))
	signals, _ = w.look()
	if s := signals[dynamoKey]; s.Word != "CLOSED" || !s.Since.Equal(at("10:35")) {
		t.Errorf("after a mirror has its end it is %s since %s", s.Word, s.Since)
	}
}

func TestWhileOnlyAnotherPlaceIsReadARoomKeepsWhatItWasLeftWith(t *testing.T) {
	w := newWorld(t)
	w.feed.answer(status(500, ""))
	w.mirror.answer(body(encoded(map[string]any{})))
	if _, failure := w.look(); failure == nil || !failure.Partial || !failure.Lacks {
		t.Errorf("a watch that has just begun, and reads a mirror, ends with %+v", failure)
	}
	w.feed.answer(events(dynamo()))
	w.look()
	w.feed.answer(status(500, ""))
	if _, failure := w.look(); failure == nil || failure.Lacks {
		t.Errorf("one that has read all once ends with %+v", failure)
	}
}

func TestTheRSSFeedGoesOnWithTheEventThatIsKnown(t *testing.T) {
	w := newWorld(t)
	w.look()
	w.feed.answer(status(500, ""))
	w.mirror.answer(status(500, ""))
	signals, _ := w.look()
	if len(signals) != 1 || len(signals[dynamoKey].Detail.(*room.HealthDetail).Updates) != 3 || signals[dynamoKey].Reason != "We see recovery." {
		t.Errorf("got %+v", signals)
	}
	resolved := strings.Replace(goodRSS, "Service disruption: Increased", "Service is operating normally: [RESOLVED] Increased", 1)
	w.rss.answer(body([]byte(strings.ReplaceAll(resolved, "1760959800", "1760961000"))))
	if signals, _ = w.look(); signals[dynamoKey].Word != "CLOSED" || len(signals) != 1 {
		t.Errorf("got %+v", signals)
	}
}

func TestTheMirrorsAreAskedOneAfterTheOther(t *testing.T) {
	w := newWorld(t)
	second := newHost(t)
	second.answer(good)
	w.feed.answer(status(500, ""))
	w.mirror.answer(status(500, ""))
	w.watch = New(Options{Clock: w.clock, Addresses: Addresses{
		Events: w.feed.URL + "/currentevents", Mirrors: []string{w.mirror.URL + "/historyevents.json", second.URL + "/historyevents.json"},
		RSS: w.rss.URL, Announcement: w.feed.URL + "/announcement",
	}})
	signals, failure := w.look()
	expectDynamo(t, signals, "history at "+hostOf(second.URL))
	if failure == nil || !strings.Contains(failure.Next, hostOf(second.URL)) || w.rss.times() > 0 {
		t.Errorf("got %v", failure)
	}
}

func TestTheAnnouncementIsAnEventOfItsOwn(t *testing.T) {
	w := newWorld(t)
	say := func(text string) { w.feed.answer(only("announcement", body(wide([]byte(text), binary.LittleEndian)))) }
	const key = "feed/announcement"
	say(`{"description": "<p>We cannot post about \u001b[31msingle services. See below.</p><p>More at noon.</p>"}`)
	first, failure := w.look()
	s, ok := first[key]
	if !ok || failure != nil || s.State != room.Warning || s.Word != "NOTICE" || s.Reason != "We cannot post about ␛[31msingle services." || !s.Since.Equal(noon) {
		t.Fatalf("got %+v and %v", s, failure)
	}
	w.clock.on(time.Minute)
	if again, _ := w.look(); !again[key].Since.Equal(noon) {
		t.Errorf("the same banner is new at every look: since %s", again[key].Since)
	}
	for _, broken := range []string{`{}`, `[]`, `{"description": 7}`, `<html></html>`, ``, `{"description": "a`} {
		say(broken)
		signals, failure := w.look()
		if failure == nil || !failure.Partial || failure.What != "AWS's public feed was read, but not its announcement" {
			t.Errorf("%q gives %v", broken, failure)
		}
		if _, ok := signals[key]; !ok {
			t.Errorf("%q takes the banner away", broken)
		}
		expectDynamo(t, signals, "current events")
	}
	say(`{"description": null}`)
	if signals, failure := w.look(); failure != nil || len(signals) != 1 {
		t.Errorf("without a banner there are %d signals and %v", len(signals), failure)
	}
}

func TestWhatHasNotChangedIsNotSentAgain(t *testing.T) {
	w := newWorld(t)
	sent := 0
	w.feed.answer(only("currentevents", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("ETag", `"one"`)
		rw.Header().Set("Last-Modified", "Mon, 20 Oct 2025 09:01:00 GMT")
		if r.Header.Get("If-None-Match") == `"one"` && r.Header.Get("If-Modified-Since") == "Mon, 20 Oct 2025 09:01:00 GMT" {
			rw.WriteHeader(http.StatusNotModified)
			return
		}
		sent++
		good(rw, r)
	}))
	for range 3 {
		signals, failure := w.look()
		if failure != nil {
			t.Fatal(failure)
		}
		expectDynamo(t, signals, "current events")
	}
	if sent != 1 {
		t.Errorf("sent %d times", sent)
	}
	if w.feed.last.Get("User-Agent") != "warroom" || w.feed.last.Get("Cookie") != "" || w.feed.last.Get("Authorization") != "" {
		t.Errorf("asked with %v", w.feed.last)
	}
}

func TestAnAnswerThatCouldNotBeReadIsAskedForAgain(t *testing.T) {
	w := newWorld(t)
	broken := true
	w.feed.answer(only("currentevents", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("ETag", `"one"`)
		switch {
		case r.Header.Get("If-None-Match") == `"one"`:
			rw.WriteHeader(http.StatusNotModified)
		case broken:
			_, _ = rw.Write([]byte("<html>"))
		default:
			good(rw, r)
		}
	}))
	w.look()
	broken = false
	if _, failure := w.look(); failure != nil {
		t.Error(failure)
	}
}

// TestNoBrokenAnswerIsRememberedAsTheOneThatHasNotChanged has a server say of the answer that
// it mended meanwhile that nothing has changed, to whoever asks with the tag of the broken one.
func TestNoBrokenAnswerIsRememberedAsTheOneThatHasNotChanged(t *testing.T) {
	for _, path := range []string{"currentevents", "historyevents.json", "all.rss", "announcement"} {
		for name, broken := range map[string]string{
			"nothing": "", "a mark": "\xFE\xFF", "half a character": "\xFE\xFF\x00[\x00", "bytes": "\x9c\xff", "half an answer": `{"description": "a`, "a page": "<html>", "null": "null",
		} {
			t.Run(path+" is "+name, func(t *testing.T) {
				w := newWorld(t)
				mended, unchanged := false, 0
				tagged := func(rw http.ResponseWriter, r *http.Request) {
					switch {
					case r.Header.Get("If-None-Match") != "" || r.Header.Get("If-Modified-Since") != "":
						unchanged++
						rw.WriteHeader(http.StatusNotModified)
						return
					case !strings.HasSuffix(r.URL.Path, path):
						status(500, "")(rw, r)
						return
					}
					rw.Header().Set("ETag", `"one"`)
					rw.Header().Set("Last-Modified", "Mon, 20 Oct 2025 09:01:00 GMT")
					if mended {
						good(rw, r)
						return
					}
					_, _ = rw.Write([]byte(broken))
				}
				for _, place := range []*host{w.feed, w.mirror, w.rss} {
					place.answer(tagged)
				}
				if path == "announcement" {
					w.feed.answer(only(path, tagged))
				}
				if _, failure := w.look(); failure == nil {
					t.Fatal("the broken answer is no trouble")
				}
				mended = true
				if signals, _ := w.look(); unchanged > 0 || len(signals) != 1 {
					t.Errorf("mended, there are %d signals, and the broken answer was taken again %d times", len(signals), unchanged)
				}
				if _, failure := w.look(); unchanged == 0 {
					t.Errorf("the answer that was read is not remembered: %v", failure)
				}
			})
		}
	}
}

func TestGzipIsReadAndARedirectOnTheSameHostFollowed(t *testing.T) {
	w := newWorld(t)
	w.feed.answer(func(rw http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "public/currentevents"):
			http.Redirect(rw, r, "/v2/currentevents", http.StatusMovedPermanently)
		case strings.HasSuffix(r.URL.Path, "v2/currentevents"):
			if r.Header.Get("Accept-Encoding") != "gzip" {
				t.Errorf("asked with Accept-Encoding %q", r.Header.Get("Accept-Encoding"))
			}
			rw.Header().Set("Content-Encoding", "gzip")
			zip := gzip.NewWriter(rw)
			_, _ = zip.Write(wide(encoded([]any{dynamo()}), binary.BigEndian))
			_ = zip.Close()
		default:
			good(rw, r)
		}
	})
	signals, failure := w.look()
	if failure != nil {
		t.Fatal(failure)
	}
	expectDynamo(t, signals, "current events")
}

func TestTextsAreCleaned(t *testing.T) {
	w := newWorld(t)
	e := dynamo()
	e["arn"], e["service_name"], e["summary"] = dynamoARN+"\x1b[2J", "Amazon\u202e DynamoDB", "Errors\x07 &amp; <script>x</script>"
	e["event_log"] = []any{map[string]any{"message": "日本語 <br/>a &lt; b\x1b]0;x\x07", "status": 1, "timestamp": at("07:11").Unix()}}
	w.feed.answer(events(e))
	signals, _ := w.look()
	for _, s := range signals {
		if text := s.Detail.(*room.HealthDetail).Updates[0].Text; text != "日本語\na < b␛]0;x�" {
			t.Errorf("the text is %q", text)
		}
		if s.Title != "DynamoDB: Errors� & x" || strings.ContainsAny(s.Key, "\x1b\u202e") {
			t.Errorf("the title is %q and the key %q", s.Title, s.Key)
		}
	}
}
