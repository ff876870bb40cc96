package drill

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// The public feeds by the names under which a script lets them fail.
const (
	feedCurrent      = "currentevents"
	feedHistory      = "historyevents"
	feedRSS          = "rss"
	feedAnnouncement = "announcement"
)

var feeds = []string{feedCurrent, feedHistory, feedRSS, feedAnnouncement}

// feedServer answers as AWS's public feeds do, in their encodings and with their mixed
// types. What it tells, and when, is what AWS told in public.
type feedServer struct {
	story *story
	clock *Clock
}

func (s *feedServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := s.clock.Now()
	path := strings.TrimSuffix(r.URL.Path, "/historyevents.json") // of any mirror
	switch {
	case r.URL.Path == "/public/currentevents":
		s.answer(w, r, feedCurrent, func() []byte { return wide(s.story.current(now)) })
	case path != r.URL.Path:
		s.answer(w, r, feedHistory, func() []byte { return wide(s.story.history(now)) })
	case r.URL.Path == "/rss/all.rss":
		s.answer(w, r, feedRSS, func() []byte { return s.story.rss(now) })
	case r.URL.Path == "/public/announcement":
		s.answer(w, r, feedAnnouncement, func() []byte { return wide(s.story.announcement(now)) })
	default:
		http.NotFound(w, r)
	}
}

// answer writes a feed, unless the script wants it to fail, or it is known already.
func (s *feedServer) answer(w http.ResponseWriter, r *http.Request, feed string, body func() []byte) {
	refuse := func(w http.ResponseWriter, _ int, _, message string) {
		http.Error(w, message, http.StatusTooManyRequests)
	}
	if (&awsServer{story: s.story, clock: s.clock}).fault(w, r, apiKey{feed, ""}, refuse) {
		return
	}
	text := body()
	kind := "application/json;charset=utf-16"
	if feed == feedRSS {
		kind = "application/rss+xml;charset=utf-8"
	}
	sum := fnv.New64a()
	_, _ = sum.Write(text)
	tag := strconv.Quote(strconv.FormatUint(sum.Sum64(), 16))
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", kind)
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		_, _ = w.Write(text)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	zip := gzip.NewWriter(w)
	_, _ = zip.Write(text)
	_ = zip.Close()
}

// wide is JSON as AWS sends it: UTF-16, the big end first, with a mark.
func wide(v any) []byte {
	text, _ := json.Marshal(v) // maps and texts of our own, so it works
	out := []byte{0xFE, 0xFF}
	for _, unit := range utf16.Encode([]rune(string(text))) {
		out = binary.BigEndian.AppendUint16(out, unit)
	}
	return out
}

// lingers is for how long an event stays among the current ones after its end.
const lingers = 24 * time.Hour

func (w *story) current(now time.Time) []map[string]any {
	list := []map[string]any{}
	for _, e := range w.events {
		if e.public(now) && (e.status(now) != "closed" || now.Sub(e.closed) < lingers) {
			list = append(list, w.published(e, now, false))
		}
	}
	return list
}

func (w *story) history(now time.Time) map[string][]map[string]any {
	services := map[string][]map[string]any{"s3-us-east-1": {}} // which had none, as most
	for _, e := range w.events {
		if e.public(now) {
			services[e.item()] = append(services[e.item()], w.published(e, now, true))
		}
	}
	return services
}

func (w *story) announcement(now time.Time) map[string]any {
	said, ok := latest(w.banner, now)
	if !ok || said.to == "" {
		return map[string]any{"description": nil}
	}
	return map[string]any{"description": said.to}
}

// public says whether AWS has told of the event.
func (e *event) public(now time.Time) bool { return !e.texts[0].at.After(now) }

// item is the feeds' own id of a service and region.
func (e *event) item() string {
	id := strings.ToLower(strings.ReplaceAll(e.service, "_", ""))
	if e.region == "global" {
		return id
	}
	return id + "-" + e.region
}

// post is one public text, with how bad AWS called it: 0 over, 1 informational,
// 2 degraded, 3 disrupted. AWS begins low and goes up, as it did in the recordings.
type post struct {
	turn
	code int
}

func (e *event) posts(now time.Time) []post {
	worst := 2
	if strings.HasSuffix(e.code, "_OPERATIONAL_ISSUE") {
		worst = 3
	}
	var posts []post
	for i, text := range e.texts {
		if text.at.After(now) {
			break
		}
		posts = append(posts, post{text, min(i+1, worst)})
	}
	if e.status(now) == "closed" {
		if last := &posts[len(posts)-1]; last.at.Equal(e.closed) {
			last.code = 0
		} else {
			posts = append(posts, post{turn{at: e.closed, to: "The issue has been resolved and the service is operating normally."}, 0})
		}
	}
	return posts
}

// severity is how bad AWS calls the event now, and how bad it was at its worst.
func (e *event) severity(now time.Time) (current, worst int) {
	for _, p := range e.posts(now) {
		current, worst = p.code, max(worst, p.code)
	}
	return current, worst
}

func (e *event) summary() string {
	if strings.HasSuffix(e.code, "_API_ISSUE") {
		return "Increased API Error Rates"
	}
	return "Increased Error Rates and Latencies"
}

// longNames are AWS's own names of the services and regions that scenarios speak of.
var longNames = map[string]string{
	"CLOUDWATCH": "Amazon CloudWatch", "DYNAMODB": "Amazon DynamoDB", "EC2": "Amazon Elastic Compute Cloud", "KINESIS": "Amazon Kinesis Data Streams",
	"LAMBDA": "AWS Lambda", "MULTIPLE_SERVICES": "Multiple services", "S3": "Amazon Simple Storage Service", "STS": "AWS Security Token Service",
	"us-east-1": "N. Virginia", "us-west-2": "Oregon", "eu-west-1": "Ireland",
}

func longName(code string) string {
	if name, ok := longNames[code]; ok {
		return name
	}
	return code
}

// published is an event as a feed writes it: its start and status as text, those of its
// posts as numbers, and milliseconds in one place. The history has the worst status.
func (w *story) published(e *event, now time.Time, history bool) map[string]any {
	current, worst := e.severity(now)
	summary, log := e.summary(), []map[string]any{}
	for _, p := range e.posts(now) {
		log = append(log, map[string]any{"summary": summary, "message": p.to, "status": p.code, "timestamp": p.at.Unix()})
	}
	status := current
	if history {
		status = worst
	}
	out := map[string]any{
		"date": strconv.FormatInt(e.texts[0].at.Unix(), 10), "arn": e.arn, "region_name": longName(e.region), "status": strconv.Itoa(status),
		"service": e.item(), "service_name": longName(e.service), "summary": summary, "event_log": log,
	}
	if e.status(now) == "closed" {
		out["end_time"], out["summary"] = strconv.FormatInt(e.closed.Unix(), 10), "[RESOLVED] "+summary
	}
	if e.service == "MULTIPLE_SERVICES" {
		out["impacted_services"], out["impacted_service_status_changes"] = w.impacted(e, now)
	}
	return out
}

// impacted are the services of the other events of the region, and how their status
// changed.
func (w *story) impacted(e *event, now time.Time) (services map[string]any, changes []map[string]any) {
	services, changes = map[string]any{}, []map[string]any{}
	for _, other := range w.events {
		if other == e || other.region != e.region || !other.public(now) {
			continue
		}
		current, worst := other.severity(now)
		services[other.item()] = map[string]any{"service_name": longName(other.service), "current": strconv.Itoa(current), "max": strconv.Itoa(worst)}
		before := 0
		for _, p := range other.posts(now) {
			if p.code != before {
				changes = append(changes, map[string]any{
					"service": other.item(), "service_name": longName(other.service), "previous_status": strconv.Itoa(before),
					"current_status": strconv.Itoa(p.code), "timestamp": p.at.UnixMilli(),
				})
			}
			before = p.code
		}
	}
	return services, changes
}

// rssPrefixes begin the title of an item, by the code of its post.
var rssPrefixes = [...]string{"Service is operating normally: [RESOLVED] ", "Informational message: ", "Service degradation: ", "Service disruption: "}

// rssItems is how many items the feed holds.
const rssItems = 50

// rss is every post as an item of its own, the newest first.
func (w *story) rss(now time.Time) []byte {
	type item struct {
		at   time.Time
		text string
	}
	var items []item
	for _, e := range w.events {
		if !e.public(now) {
			continue
		}
		for _, p := range e.posts(now) {
			items = append(items, item{p.at, fmt.Sprintf("     <item>\n      <title><![CDATA[%s%s]]></title>\n      <link>https://status.aws.amazon.com/</link>\n"+
				"      <pubDate>%s</pubDate>\n      <guid isPermaLink=\"false\">https://status.aws.amazon.com/#%s_%d</guid>\n      <description><![CDATA[%s]]></description>\n     </item>\n",
				rssPrefixes[p.code], e.summary(), pacific(p.at), e.item(), p.at.Unix(), p.to)})
		}
	}
	slices.SortStableFunc(items, func(a, b item) int { return b.at.Compare(a.at) })
	var out bytes.Buffer
	out.WriteString(xml.Header + "<rss version=\"2.0\">\n  <channel>\n    <title><![CDATA[Amazon Web Services Service Status]]></title>\n" +
		"    <link>https://status.aws.amazon.com/</link>\n    <language>en-us</language>\n    <lastBuildDate>" + pacific(now) + "</lastBuildDate>\n    <ttl>5</ttl>\n")
	for _, each := range items[:min(len(items), rssItems)] {
		out.WriteString(each.text)
	}
	out.WriteString("  </channel>\n</rss>\n")
	return out.Bytes()
}

// pacific is a time as the RSS feed writes it. In the west of the United States summer
// time lasts from the second Sunday of March to the first of November, at two o'clock.
func pacific(t time.Time) string {
	sunday := func(month time.Month, from int, utcHour int) time.Time {
		first := time.Date(t.UTC().Year(), month, from, utcHour, 0, 0, 0, time.UTC)
		return first.AddDate(0, 0, (7-int(first.Weekday()))%7)
	}
	zone := time.FixedZone("PST", -8*60*60)
	if !t.Before(sunday(time.March, 8, 10)) && t.Before(sunday(time.November, 1, 9)) {
		zone = time.FixedZone("PDT", -7*60*60)
	}
	return t.In(zone).Format("Mon, 02 Jan 2006 15:04:05 MST")
}
