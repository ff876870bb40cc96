package awshealth

import (
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

// fields is one structure as it goes over the wire.
type fields = map[string]any

// server speaks the Health API in awsJson1.1. It tells the two regions apart by
// the signature, as AWS does by the host.
type server struct {
	config   aws.Config
	mu       sync.Mutex
	regions  map[string][]fields // the events each region knows
	texts    map[string]string   // by ARN; an ARN without one is in the failedSet
	accounts map[string][]string // of the organization, by the ARN of what concerns them
	entities []fields
	broken   map[string]http.HandlerFunc // by "region operation"
	asked    []call
}

// call is one request.
type call struct {
	name string // "us-east-1 DescribeEvents"
	body fields
}

// now is room time in these tests.
var now = time.Date(2025, 10, 20, 12, 0, 0, 0, time.UTC)

// still is a clock that stands.
type still struct{ room.Wall }

func (still) Now() time.Time { return now }

func serve(t *testing.T) *server {
	t.Helper()
	s := newServer()
	listener := httptest.NewServer(s)
	t.Cleanup(listener.Close)
	s.config = configFor(listener.URL)
	return s
}

func newServer() *server {
	return &server{regions: map[string][]fields{}, texts: map[string]string{}, accounts: map[string][]string{}, broken: map[string]http.HandlerFunc{}}
}

func configFor(base string) aws.Config {
	return aws.Config{
		Region:       "eu-west-1",
		BaseEndpoint: aws.String(base),
		Credentials:  credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
		HTTPClient:   awsclient.HTTPClient(),
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
	}
}

func (s *server) watch() sources.Watch { return s.watchOf(Options{}) }

// watchOf is a watch of both regions of the server.
func (s *server) watchOf(options Options) sources.Watch {
	options.Config, options.Account, options.Clock = s.config, cmp.Or(options.Account, "222222222222"), cmp.Or[room.Clock](options.Clock, still{})
	return newWatch(options, endpointsOf(s.config))
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body fields
	raw, _ := io.ReadAll(r.Body)
	if err := json.Unmarshal(raw, &body); err != nil {
		http.Error(w, "not JSON", http.StatusBadRequest)
		return
	}
	region := strings.Split(r.Header.Get("Authorization"), "/")[2]
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "AWSHealth_20160804.")
	name := region + " " + operation
	s.mu.Lock()
	s.asked = append(s.asked, call{name, body})
	broken := s.broken[name]
	s.mu.Unlock()
	if broken != nil {
		broken(w, r)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch operation {
	case "DescribeEvents":
		s.describeEvents(w, region, body)
	case "DescribeEventDetails":
		s.describeDetails(w, region, body)
	case "DescribeAffectedEntities":
		s.describeEntities(w, body)
	case "DescribeEventsForOrganization":
		filter := body["filter"].(fields)
		if end, ok := filter["endTime"]; ok {
			filter["endTimes"] = []any{end}
		}
		s.describeEvents(w, region, body)
	case "DescribeAffectedAccountsForOrganization":
		paged(w, body, "affectedAccounts", s.accounts[body["eventArn"].(string)])
	case "DescribeEventDetailsForOrganization":
		s.describeOrganizationDetails(w, region, body)
	case "DescribeAffectedEntitiesForOrganization":
		s.describeOrganizationEntities(w, body)
	default:
		http.Error(w, "unknown operation", http.StatusBadRequest)
	}
}

func (s *server) describeEvents(w http.ResponseWriter, region string, body fields) {
	filter := body["filter"].(fields)
	var from float64
	if ends, ok := filter["endTimes"].([]any); ok {
		from = ends[0].(fields)["from"].(float64)
	}
	matching := []fields{}
	for _, e := range s.regions[region] {
		end, _ := e["endTime"].(int64)
		if slices.Contains(filter["eventStatusCodes"].([]any), e["statusCode"]) && float64(end) >= from {
			matching = append(matching, e)
		}
	}
	paged(w, body, "events", matching)
}

// paged answers with the page of a list that was asked for.
func paged[T any](w http.ResponseWriter, body fields, name string, all []T) {
	start, size := 0, int(body["maxResults"].(float64))
	if token, ok := body["nextToken"].(string); ok {
		start, _ = strconv.Atoi(token)
	}
	end := min(start+size, len(all))
	answer := fields{name: all[start:end]}
	if end < len(all) {
		answer["nextToken"] = strconv.Itoa(end)
	}
	writeJSON(w, http.StatusOK, answer)
}

func (s *server) describeDetails(w http.ResponseWriter, region string, body fields) {
	good, bad := []fields{}, []fields{}
	for _, arn := range body["eventArns"].([]any) {
		i := slices.IndexFunc(s.regions[region], func(e fields) bool { return e["arn"] == arn })
		text, ok := s.texts[arn.(string)]
		if !ok || i < 0 {
			bad = append(bad, fields{"eventArn": arn, "errorName": "INTERNAL_SERVICE_ERROR", "errorMessage": "no"})
			continue
		}
		good = append(good, fields{"event": s.regions[region][i], "eventDescription": fields{"latestDescription": text}})
	}
	writeJSON(w, http.StatusOK, fields{"successfulSet": good, "failedSet": bad})
}

func (s *server) describeEntities(w http.ResponseWriter, body fields) {
	asked := body["filter"].(fields)["eventArns"].([]any)
	matching := []fields{}
	for _, entity := range s.entities {
		if slices.Contains(asked, entity["eventArn"]) {
			matching = append(matching, entity)
		}
	}
	paged(w, body, "entities", matching)
}

// describeOrganizationDetails refuses what is not public where no account is named, or one
// that it does not concern, as AWS does.
func (s *server) describeOrganizationDetails(w http.ResponseWriter, region string, body fields) {
	good, bad := []fields{}, []fields{}
	for _, each := range body["organizationEventDetailFilters"].([]any) {
		filter := each.(fields)
		arn, account := filter["eventArn"].(string), filter["awsAccountId"]
		i := slices.IndexFunc(s.regions[region], func(e fields) bool { return e["arn"] == arn })
		text, ok := s.texts[arn]
		if !ok || i < 0 || (s.regions[region][i]["eventScopeCode"] == "PUBLIC") != (account == nil) ||
			account != nil && !slices.Contains(s.accounts[arn], account.(string)) {
			bad = append(bad, fields{"eventArn": arn, "awsAccountId": account, "errorName": "INVALID", "errorMessage": "no"})
			continue
		}
		good = append(good, fields{"awsAccountId": account, "event": s.regions[region][i], "eventDescription": fields{"latestDescription": text}})
	}
	writeJSON(w, http.StatusOK, fields{"successfulSet": good, "failedSet": bad})
}

func (s *server) describeOrganizationEntities(w http.ResponseWriter, body fields) {
	matching := []fields{}
	for _, each := range body["organizationEntityAccountFilters"].([]any) {
		filter := each.(fields)
		for _, entity := range s.entities {
			if entity["eventArn"] == filter["eventArn"] && entity["awsAccountId"] == filter["awsAccountId"] {
				matching = append(matching, entity)
			}
		}
	}
	paged(w, body, "entities", matching)
}

func writeJSON(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(answer)
}

// both puts an event into both regions.
func (s *server) both(events ...fields) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, region := range []string{"us-east-1", "us-east-2"} {
		s.regions[region] = append(s.regions[region], events...)
	}
}

// set replaces all that one region knows.
func (s *server) set(region string, events ...fields) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.regions[region] = events
}

func (s *server) write(arn, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts[arn] = text
}

func (s *server) breakDown(name string, how http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if how == nil {
		delete(s.broken, name)
		return
	}
	s.broken[name] = how
}

// calls are the requests since the last time it was asked, of one operation.
func (s *server) calls(operation string) (found []call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.asked {
		if strings.HasSuffix(c.name, " "+operation) {
			found = append(found, c)
		}
	}
	s.asked = slices.DeleteFunc(s.asked, func(c call) bool { return strings.HasSuffix(c.name, " "+operation) })
	return found
}

// arn is that of an event with a short name.
func arn(name string) string {
	return "arn:aws:health:us-east-1::event/DYNAMODB/AWS_DYNAMODB_OPERATIONAL_ISSUE/" + name
}

// key is that of an event's signal.
func key(name string) string { return room.HealthKey(arn(name)) }

// issue is an open operational issue, updated some minutes before now.
func issue(name string, minutesAgo int, change ...fields) fields {
	e := fields{
		"arn": arn(name), "service": "DYNAMODB", "eventTypeCode": "AWS_DYNAMODB_OPERATIONAL_ISSUE",
		"eventTypeCategory": "issue", "region": "us-east-1", "statusCode": "open", "eventScopeCode": "PUBLIC",
		"startTime": now.Add(-5 * time.Hour).Unix(), "lastUpdatedTime": now.Add(time.Duration(-minutesAgo) * time.Minute).Unix(),
	}
	for _, c := range change {
		maps.Copy(e, c)
	}
	return e
}

// closed is what an event gains when it ends some minutes before now.
func closed(minutesAgo int) fields {
	return fields{"statusCode": "closed", "endTime": now.Add(time.Duration(-minutesAgo) * time.Minute).Unix()}
}

// refuse answers with an API error.
func refuse(code string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusBadRequest, fields{"__type": code, "message": "raw text of the SDK"})
	}
}

// story is everything one look reported: the last word about each key, and every
// report in order.
type story struct {
	last    map[string]room.Signal
	reports [][]room.Signal
}

func look(t *testing.T, w sources.Watch) (story, error) {
	t.Helper()
	told := story{last: map[string]room.Signal{}}
	err := w.Look(t.Context(), func(signals []room.Signal) {
		told.reports = append(told.reports, signals)
		for _, signal := range signals {
			told.last[signal.Key] = signal
		}
	})
	return told, err
}

func (s story) of(name string) room.Signal { return s.last[key(name)] }

func (s story) detail(t *testing.T, name string) *room.HealthDetail {
	t.Helper()
	detail, ok := s.of(name).Detail.(*room.HealthDetail)
	if !ok {
		t.Fatalf("%s was not reported", name)
	}
	return detail
}

// times is how often an event was reported.
func (s story) times(name string) (count int) {
	for _, report := range s.reports {
		for _, signal := range report {
			if signal.Key == key(name) {
				count++
			}
		}
	}
	return count
}
