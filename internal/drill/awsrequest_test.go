package drill

import (
	"encoding/base64"
	"io"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// reads are what the simulated AWS reads of the requests of each operation.
var reads = map[string]any{
	"DescribeAlarms":            alarmsRequest{},
	"DescribeAlarmHistory":      historyRequest{},
	"GetMetricData":             metricsRequest{},
	"DescribeAlarmContributors": contributorsRequest{},
	"ListAlarmMuteRules":        mutesRequest{},
	"GetAlarmMuteRule":          muteRequest{},

	"ReceiveMessage":               receiveRequest{},
	"DeleteMessage":                receiptRequest{},
	"DeleteMessageBatch":           batchRequest{},
	"ChangeMessageVisibility":      receiptRequest{},
	"ChangeMessageVisibilityBatch": batchRequest{},

	"DescribeEvents":           eventsRequest{},
	"DescribeEventDetails":     detailsRequest{},
	"DescribeAffectedEntities": entitiesRequest{},
	"GetCallerIdentity":        struct{}{},
}

// ignored is what the simulated AWS does not read on purpose, with the reason: a member,
// or all of an operation's. What the program sends must not stand here.
var ignored = map[string]string{
	"ReceiveMessage.AttributeNames":                "EventBridge sets none, and SQS's own are not asked for",
	"ReceiveMessage.MessageAttributeNames":         "EventBridge sets none",
	"ReceiveMessage.MessageSystemAttributeNames":   "SQS's own are not asked for",
	"ReceiveMessage.ReceiveRequestAttemptId":       "it is for FIFO queues, which this is none of",
	"DeleteMessage.VisibilityTimeout":              "what deletes and what hides are read alike",
	"DeleteMessageBatch.Entries.VisibilityTimeout": "what deletes and what hides are read alike",

	"DescribeAlarms.ActionPrefix":                     "the alarms of a drill have no actions",
	"DescribeAlarms.ChildrenOfAlarmName":              "the program reads the children from the rule",
	"DescribeAlarms.ParentsOfAlarmName":               "the program reads the parents from the rules",
	"DescribeAlarmHistory.AlarmContributorId":         "no alarm of a drill has contributors",
	"GetMetricData.LabelOptions":                      "it is the time zone of labels that the program does not ask for",
	"GetMetricData.MetricDataQueries.AccountId":       "a drill has one account",
	"GetMetricData.MetricDataQueries.Period":          "it is the period of expressions, which a drill refuses",
	"GetMetricData.MetricDataQueries.MetricStat.Unit": "the metrics of a drill are written in one unit",

	"DescribeEvents.locale":                            "a drill speaks English, as AWS does unasked",
	"DescribeEventDetails.locale":                      "a drill speaks English, as AWS does unasked",
	"DescribeAffectedEntities.locale":                  "a drill speaks English, as AWS does unasked",
	"DescribeEvents.filter.eventTypeCategories":        "every event of a drill is an issue",
	"DescribeEvents.filter.actionabilities":            "the program filters by status and end only",
	"DescribeEvents.filter.personas":                   "the program filters by status and end only",
	"DescribeEvents.filter.tags":                       "the program filters by status and end only",
	"DescribeEvents.filter.eventTypeCodes":             "the program filters by status and end only",
	"DescribeEvents.filter.availabilityZones":          "the program filters by status and end only",
	"DescribeEvents.filter.entityArns":                 "the program filters by status and end only",
	"DescribeEvents.filter.entityValues":               "the program filters by status and end only",
	"DescribeAffectedEntities.filter.entityArns":       "the program filters by event only",
	"DescribeAffectedEntities.filter.entityValues":     "the program filters by event only",
	"DescribeAffectedEntities.filter.lastUpdatedTimes": "the program filters by event only",
	"DescribeAffectedEntities.filter.statusCodes":      "the program filters by event only",
	"DescribeAffectedEntities.filter.tags":             "the program filters by event only",
}

// complete gives every member of a request a value that AWS would take.
func complete(v reflect.Value, name string, now time.Time) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(now))
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		complete(v.Elem(), name, now)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				complete(v.Field(i), field.Name, now)
			}
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		complete(v.Index(0), name, now)
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("team"), reflect.ValueOf("shop"))
	case v.Kind() == reflect.String:
		v.SetString(text(v, name))
	case v.CanInt():
		v.SetInt(60) // a page, and a period in seconds
		if most, ok := map[string]int64{"MaxNumberOfMessages": receiveMost, "WaitTimeSeconds": 1}[name]; ok {
			v.SetInt(most)
		}
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	}
}

func text(v reflect.Value, name string) string {
	if values := v.MethodByName("Values"); values.IsValid() {
		return values.Call(nil)[0].Index(0).String()
	}
	switch name {
	case "NextToken":
		return base64.StdEncoding.EncodeToString([]byte("from 0"))
	case "AlarmName":
		return "checkout-error-log"
	case "AlarmMuteRuleName":
		return "nightly-booking"
	case "QueueUrl":
		return "https://sqs.us-west-2.amazonaws.com/123456789012/warroom"
	case "ReceiptHandle":
		return "drill-0"
	}
	return "filled"
}

// unread says what of a request is not read by the structure given, and what it would
// read that is never sent.
func unread(path string, raw any, by reflect.Type, say func(path, what string)) {
	for by.Kind() == reflect.Pointer {
		by = by.Elem()
	}
	switch raw := raw.(type) {
	case []any:
		if by.Kind() == reflect.Slice {
			unread(path, raw[0], by.Elem(), say)
		}
	case map[string]any:
		read := map[string]reflect.Type{}
		for i := range by.NumField() {
			read[wireName(by.Field(i))] = by.Field(i).Type
		}
		for name, value := range raw {
			if read[name] == nil {
				say(path+"."+name, "is not read")
			} else {
				unread(path+"."+name, value, read[name], say)
			}
		}
		for name := range read {
			if raw[name] == nil {
				say(path+"."+name, "is read, but the SDK never sends it")
			}
		}
	}
}

func wireName(field reflect.StructField) string {
	for _, key := range []string{"cbor", "json"} {
		if name, _, _ := strings.Cut(field.Tag.Get(key), ","); name != "" {
			return name
		}
	}
	return field.Name
}

// TestAllOfEveryRequestIsReadOrIgnoredOnPurpose sends every operation with every member set.
func TestAllOfEveryRequestIsReadOrIgnoredOnPurpose(t *testing.T) {
	w := played(t, "09:30")
	c := recorded(w, "us-east-1")
	used := map[string]bool{}
	for _, client := range []any{c.cloudwatch, c.health, c.sts, c.sqs} {
		for operation, read := range reads {
			method := reflect.ValueOf(client).MethodByName(operation)
			if !method.IsValid() {
				continue
			}
			in := reflect.New(method.Type().In(1).Elem())
			complete(in.Elem(), "", w.Clock().Now())
			out := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
			// one query with an expression and a metric is more than AWS takes
			if err, _ := out[1].Interface().(error); err != nil && (operation != "GetMetricData" || code(err) != "ValidationError") {
				t.Errorf("%s: %v", operation, err)
			}
			if operation == "GetCallerIdentity" {
				if string(c.asked) != "Action=GetCallerIdentity&Version=2011-06-15" {
					t.Errorf("it asks %s", c.asked)
				}
				continue
			}
			raw, err := document(c.request.Header.Get("Content-Type"), c.asked)
			if err != nil || len(raw) != in.Elem().NumField()-1 { // but for noSmithyDocumentSerde
				t.Fatalf("%s sends %v, %v", operation, raw, err)
			}
			unread(operation, raw, reflect.TypeOf(read), func(path, what string) {
				for _, known := range []string{operation, path} {
					if ignored[known] != "" {
						used[known] = true
						return
					}
				}
				t.Errorf("%s %s", path, what)
			})
		}
	}
	for path := range ignored {
		if !used[path] {
			t.Errorf("%s is not ignored, or is never sent", path)
		}
	}
}

func TestAnUnreadMemberIsFound(t *testing.T) {
	var said []string
	unread("x", map[string]any{"eventArns": []any{"arn"}, "locale": "en"}, reflect.TypeFor[struct {
		ARNs []string `json:"eventArns"`
		Size int      `json:"maxResult"`
	}](), func(path, what string) { said = append(said, path+" "+what) })
	if want := []string{"x.locale is not read", "x.maxResult is read, but the SDK never sends it"}; !slices.Equal(said, want) {
		t.Errorf("%q, want %q", said, want)
	}
}

// unknownOperation is how the simulated services refuse what they do not serve.
var unknownOperation = regexp.MustCompile(`UnknownOperationException|InvalidAction`)

// TestEveryServedOperationIsCompared asks for each operation that the SDK's clients have,
// in each service that the program speaks to.
func TestEveryServedOperationIsCompared(t *testing.T) {
	w := played(t, "09:30")
	c := recorded(w, "us-east-1")
	clients := map[string]any{"cloudwatch": c.cloudwatch, "health": c.health, "sts": c.sts, "sqs": c.sqs}
	modules, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, module := range regexp.MustCompile(`aws-sdk-go-v2/service/(\w+) `).FindAllStringSubmatch(string(modules), -1) {
		client := clients[module[1]]
		if client == nil {
			if status, _ := bare(t, w, module[1], "X"); status != http.StatusNotFound {
				t.Errorf("%s is served, but not compared", module[1])
			}
			continue
		}
		for i := range reflect.TypeOf(client).NumMethod() {
			operation := reflect.TypeOf(client).Method(i).Name
			if operation == "Options" {
				continue
			}
			status, answer := bare(t, w, module[1], operation)
			served := status != http.StatusNotFound && !unknownOperation.MatchString(answer)
			if _, known := reads[operation]; known != served {
				t.Errorf("%s %s: served is %v, compared is %v", module[1], operation, served, known)
			}
		}
	}
}

// bare sends a request for an operation without members.
func bare(t *testing.T, w *World, service, operation string) (status int, answer string) {
	t.Helper()
	path, body, scope := "/", "{}", service
	switch service {
	case "cloudwatch":
		path, body, scope = "/service/GraniteServiceVersion20100801/operation/"+operation, "\xa0", "monitoring"
	case "sts":
		body = "Version=2011-06-15&Action=" + operation
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.AWSURL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=DRILL/20251020/us-east-1/"+scope+"/aws4_request")
	r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
	r.Header.Set("X-Amz-Target", map[string]string{"sqs": "AmazonSQS."}[service]+operation)
	if service == "health" {
		r.Header.Set("X-Amz-Target", "AWSHealth_20160804."+operation)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, string(text)
}
