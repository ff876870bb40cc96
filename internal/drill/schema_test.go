package drill

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/schemas"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/health/types"
	queueschemas "github.com/aws/aws-sdk-go-v2/service/sqs/schemas"
	"github.com/aws/smithy-go"
	"github.com/fxamacker/cbor/v2"
)

// outputs are the SDK's schemas of the answers of CloudWatch and SQS. The modules of Health
// and STS publish none.
var outputs = map[string]*smithy.Schema{
	"ReceiveMessage":               queueschemas.ReceiveMessageResult,
	"DeleteMessageBatch":           queueschemas.DeleteMessageBatchResult,
	"ChangeMessageVisibilityBatch": queueschemas.ChangeMessageVisibilityBatchResult,

	"GetAlarmMuteRule":          schemas.GetAlarmMuteRuleOutput,
	"DescribeAlarms":            schemas.DescribeAlarmsOutput,
	"DescribeAlarmContributors": schemas.DescribeAlarmContributorsOutput,
	"DescribeAlarmHistory":      schemas.DescribeAlarmHistoryOutput,
	"GetMetricData":             schemas.GetMetricDataOutput,
	"ListAlarmMuteRules":        schemas.ListAlarmMuteRulesOutput,
}

// document is a body as it was on the wire, in maps, lists and leaves.
func document(contentType string, body []byte) (out map[string]any, err error) {
	switch contentType {
	case "application/cbor":
		mode, err := cbor.DecOptions{DefaultMapType: reflect.TypeFor[map[string]any]()}.DecMode()
		if err != nil {
			return nil, err
		}
		err = mode.Unmarshal(body, &out)
		return out, err
	case "application/x-amz-json-1.1", "application/x-amz-json-1.0":
		err = json.Unmarshal(body, &out)
		return out, err
	case "text/xml":
		return identityIn(body)
	}
	return nil, fmt.Errorf("nothing known speaks %q", contentType)
}

// identityIn is what the query protocol wraps in GetCallerIdentity's answer.
func identityIn(body []byte) (map[string]any, error) {
	var answer struct {
		XMLName xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
		Result  struct {
			Members []struct {
				XMLName xml.Name
				Text    string `xml:",chardata"`
			} `xml:",any"`
		} `xml:"GetCallerIdentityResult"`
	}
	err := xml.Unmarshal(body, &answer)
	out := map[string]any{}
	for _, member := range answer.Result.Members {
		out[member.XMLName.Local] = member.Text
	}
	return out, err
}

// fits says what of a document is not as the schema has it: unknown members and wrong
// kinds. What it has not is no fault, since AWS leaves members out as well.
func fits(path string, s *smithy.Schema, raw any, say func(string)) {
	switch s.Type() {
	case smithy.ShapeTypeStructure:
		members, ok := raw.(map[string]any)
		if !ok {
			say(fmt.Sprintf("%s is %T, not a structure", path, raw))
		}
		for name, value := range members {
			if member := s.Member(name); member == nil {
				say(path + "." + name + " is unknown")
			} else {
				fits(path+"."+name, member, value, say)
			}
		}
	case smithy.ShapeTypeMap:
		entries, ok := raw.(map[string]any)
		if !ok {
			say(fmt.Sprintf("%s is %T, not a map", path, raw))
		}
		for _, value := range entries {
			fits(path, s.MapValue(), value, say)
		}
	case smithy.ShapeTypeList:
		list, ok := raw.([]any)
		if !ok {
			say(fmt.Sprintf("%s is %T, not a list", path, raw))
		}
		for _, value := range list {
			fits(path, s.ListMember(), value, say)
		}
	default:
		if !kind(s, raw) {
			say(fmt.Sprintf("%s is %T, not %s", path, raw, s.TargetID().Name))
		}
	}
}

// kind says whether a leaf is of the kind that the schema wants. A kind that no answer
// has had so far is refused, and has to be added.
func kind(s *smithy.Schema, raw any) bool {
	switch raw.(type) {
	case string:
		return s.Type() == smithy.ShapeTypeString || s.Type() == smithy.ShapeTypeEnum
	case time.Time: // tagged as one
		return s.Type() == smithy.ShapeTypeTimestamp
	case uint64, int64:
		return s.Type() == smithy.ShapeTypeInteger || s.Type() == smithy.ShapeTypeLong
	case float64:
		return s.Type() == smithy.ShapeTypeDouble
	case bool:
		return s.Type() == smithy.ShapeTypeBoolean
	}
	return false
}

// kept says what of a document the SDK lost or changed when it decoded it, and notes in
// seen every member that had a value.
func kept(path string, raw any, got reflect.Value, seen map[string]bool, say func(string)) {
	for got.Kind() == reflect.Pointer && !got.IsNil() {
		got = got.Elem()
	}
	switch raw := raw.(type) {
	case map[string]any:
		if got.Kind() == reflect.Map && got.Len() == len(raw) {
			for name, value := range raw {
				kept(path+"."+name, value, got.MapIndex(reflect.ValueOf(name)), seen, say)
			}
			return
		}
		if got.Kind() != reflect.Struct {
			say(fmt.Sprintf("%s is a structure, the SDK has %s", path, got.Type()))
			return
		}
		for name, value := range raw {
			field := got.FieldByName(strings.ToUpper(name[:1]) + name[1:])
			if !field.IsValid() {
				say(path + "." + name + " is unknown")
				continue
			}
			kept(path+"."+name, value, field, seen, say)
		}
	case []any:
		if got.Kind() != reflect.Slice || got.Len() != len(raw) {
			say(fmt.Sprintf("%s has %d members, the SDK has %v", path, len(raw), got))
			return
		}
		for i, value := range raw {
			kept(path, value, got.Index(i), seen, say)
		}
	default:
		seen[path] = true
		if !same(raw, got) {
			say(fmt.Sprintf("%s is %v on the wire, the SDK has %v", path, raw, got))
		}
		if named := got.MethodByName("Values"); named.IsValid() && !among(got, named.Call(nil)[0]) {
			say(fmt.Sprintf("%s is %v, which the SDK does not know", path, raw))
		}
	}
}

func among(value, list reflect.Value) bool {
	for i := range list.Len() {
		if list.Index(i).Equal(value) {
			return true
		}
	}
	return false
}

// same compares a leaf with what became of it. Times are kept to the millisecond.
func same(raw any, got reflect.Value) bool {
	if at, ok := got.Interface().(time.Time); ok {
		switch raw := raw.(type) {
		case time.Time:
			return at.Sub(raw).Abs() <= time.Millisecond
		case float64: // seconds since 1970
			return math.Abs(raw-epoch(at)) < 0.001
		}
		return false
	}
	switch raw := raw.(type) {
	case string:
		return got.Kind() == reflect.String && got.String() == raw
	case bool:
		return got.Kind() == reflect.Bool && got.Bool() == raw
	case uint64:
		return got.CanInt() && got.Int() == int64(raw)
	case int64:
		return got.CanInt() && got.Int() == raw
	case float64:
		return got.CanFloat() && got.Float() == raw || got.CanInt() && float64(got.Int()) == raw
	}
	return false
}

// TestADriftedAnswerIsFound holds what compares answers against documents that are wrong.
func TestADriftedAnswerIsFound(t *testing.T) {
	name, now := "checkout", time.Unix(1, 0).UTC()
	alarm := cwtypes.MetricAlarm{AlarmName: &name, StateValue: cwtypes.StateValueOk, StateUpdatedTimestamp: &now}
	event := types.Event{Arn: &name, StartTime: &now, StatusCode: "ajar"}
	for _, c := range []struct {
		raw    map[string]any
		schema *smithy.Schema
		got    any
		want   string // of the two walks together
	}{
		{map[string]any{"AlarmName": "checkout", "StateValue": "OK", "StateUpdatedTimestamp": now}, schemas.MetricAlarm, alarm, ""},
		{map[string]any{"alarmName": "checkout"}, schemas.MetricAlarm, cwtypes.MetricAlarm{}, "x.alarmName is unknown; x.alarmName is checkout on the wire, the SDK has <nil>"},
		{map[string]any{"Priority": "high"}, schemas.MetricAlarm, alarm, "x.Priority is unknown; x.Priority is unknown"},
		{map[string]any{"StateUpdatedTimestamp": 1.0}, schemas.MetricAlarm, alarm, "x.StateUpdatedTimestamp is float64, not Timestamp"},
		{map[string]any{"AlarmActions": "none"}, schemas.MetricAlarm, alarm, "x.AlarmActions is string, not a list; x.AlarmActions is none on the wire, the SDK has []"},
		{map[string]any{"arn": "checkout", "startTime": 1.0}, nil, event, ""},
		{map[string]any{"startTime": "1970-01-01"}, nil, event, "x.startTime is 1970-01-01 on the wire, the SDK has 1970-01-01 00:00:01 +0000 UTC"},
		{map[string]any{"statusCode": "ajar"}, nil, event, "x.statusCode is ajar, which the SDK does not know"},
	} {
		var said []string
		say := func(what string) { said = append(said, what) }
		if c.schema != nil {
			fits("x", c.schema, c.raw, say)
		}
		kept("x", c.raw, reflect.ValueOf(c.got), map[string]bool{}, say)
		if got := strings.Join(said, "; "); got != c.want {
			t.Errorf("%v: %q, want %q", c.raw, got, c.want)
		}
	}
}
