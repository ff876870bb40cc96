package drill

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// alarmPage is the most alarms that DescribeAlarms gives at once, and alarmPageUsual
// what it gives unasked. Source: its API reference.
const (
	alarmPage      = 100
	alarmPageUsual = 50
)

// alarmTypes is how the API names the types, and where its answer has them.
var alarmTypes = map[string]struct{ name, list string }{
	"metric":    {"MetricAlarm", "MetricAlarms"},
	"composite": {"CompositeAlarm", "CompositeAlarms"},
	"log":       {"LogAlarm", "LogAlarms"},
}

type alarmsRequest struct {
	AlarmTypes      []string `cbor:"AlarmTypes"`
	AlarmNames      []string `cbor:"AlarmNames"`
	AlarmNamePrefix string   `cbor:"AlarmNamePrefix"`
	StateValue      string   `cbor:"StateValue"`
	MaxRecords      int      `cbor:"MaxRecords"`
	NextToken       string   `cbor:"NextToken"`
}

// cborModes write times as RPC v2 CBOR has them: tag 1, seconds since 1970.
// Source: Smithy RPC v2 CBOR protocol, "Timestamps".
var cborModes, _ = cbor.EncOptions{Time: cbor.TimeUnixMicro, TimeTag: cbor.EncTagRequired}.EncMode()

// cloudwatch answers CloudWatch in RPC v2 CBOR.
func (s *awsServer) cloudwatch(w http.ResponseWriter, r *http.Request, body []byte, region string) {
	operation, ok := strings.CutPrefix(r.URL.Path, "/service/GraniteServiceVersion20100801/operation/")
	if !ok || r.Header.Get("Smithy-Protocol") != "rpc-v2-cbor" {
		http.Error(w, "CloudWatch speaks RPC v2 CBOR here", http.StatusNotFound)
		return
	}
	switch operation {
	case "DescribeAlarms":
		take(w, body, func(in *alarmsRequest) { s.describeAlarms(w, in, region) })
	case "DescribeAlarmHistory":
		take(w, body, func(in *historyRequest) { s.describeHistory(w, in, region) })
	case "ListAlarmMuteRules":
		take(w, body, func(in *mutesRequest) { s.listMutes(w, in, region) })
	case "GetAlarmMuteRule":
		take(w, body, func(in *muteRequest) { s.getMute(w, in, region) })
	case "DescribeAlarmContributors":
		take(w, body, func(in *contributorsRequest) { s.describeContributors(w, in, region) })
	case "GetMetricData":
		take(w, body, func(in *metricsRequest) { s.getMetricData(w, in, region) })
	default:
		writeCBORError(w, http.StatusBadRequest, "UnknownOperationException", operation)
	}
}

// take reads a request's body, or refuses it.
func take[T any](w http.ResponseWriter, body []byte, answer func(*T)) {
	in := new(T)
	if err := cbor.Unmarshal(body, in); err != nil {
		writeCBORError(w, http.StatusBadRequest, "SerializationException", "the body is not CBOR")
		return
	}
	answer(in)
}

func (s *awsServer) describeAlarms(w http.ResponseWriter, in *alarmsRequest, region string) {
	if in.MaxRecords < 0 || in.MaxRecords > alarmPage {
		writeCBORError(w, http.StatusBadRequest, "ValidationError", "MaxRecords must be between 1 and 100")
		return
	}
	if in.MaxRecords == 0 {
		in.MaxRecords = alarmPageUsual
	}
	if len(in.AlarmTypes) == 0 {
		in.AlarmTypes = []string{"MetricAlarm"} // as AWS does
	}
	now := s.clock.Now()
	var wanted []*alarm
	for _, a := range s.story.alarms {
		if a.region == region && in.wants(a, now) {
			wanted = append(wanted, a)
		}
	}
	from, to, next, ok := page(in.NextToken, in.MaxRecords, len(wanted))
	if !ok {
		writeCBORError(w, http.StatusBadRequest, "InvalidNextToken", "the token is not one of ours")
		return
	}
	answer := map[string]any{"MetricAlarms": []any{}, "CompositeAlarms": []any{}, "LogAlarms": []any{}}
	for _, a := range wanted[from:to] {
		list := alarmTypes[a.kind()].list
		described := a.describe(s.story.scenario.Account, now)
		s.story.suppress(a, described, now)
		answer[list] = append(answer[list].([]any), described)
	}
	if next != "" {
		answer["NextToken"] = next
	}
	writeCBOR(w, http.StatusOK, answer)
}

func (in *alarmsRequest) wants(a *alarm, now time.Time) bool {
	state, _ := latest(a.turns, now)
	return slices.Contains(in.AlarmTypes, alarmTypes[a.kind()].name) && wantedIn(in.AlarmNames, a.name) &&
		strings.HasPrefix(a.name, in.AlarmNamePrefix) && (in.StateValue == "" || in.StateValue == state.to)
}

func (a *alarm) kind() string {
	if a.cast.Type == "" {
		return "metric"
	}
	return a.cast.Type
}

// describe is an alarm as DescribeAlarms gives it.
func (a *alarm) describe(account string, now time.Time) map[string]any {
	state, _ := latest(a.turns, now)
	out := map[string]any{
		"AlarmName": a.name, "AlarmArn": a.arn(account),
		"AlarmDescription": fill(a.cast.About, a.service, a.region), "ActionsEnabled": true,
		"AlarmConfigurationUpdatedTimestamp": a.turns[0].at.Add(-calmBefore), "StateValue": state.to, "StateReason": state.why,
		"StateUpdatedTimestamp": state.at, "StateTransitionedTimestamp": a.since(now),
	}
	if a.kind() == "composite" {
		out["AlarmRule"] = fill(a.cast.Rule, a.service, a.region)
		return out
	}
	comparison := "GreaterThanThreshold"
	if a.cast.Below {
		comparison = "LessThanThreshold"
	}
	out["ComparisonOperator"], out["Threshold"], out["TreatMissingData"] = comparison, a.cast.Threshold, "missing"
	if a.kind() == "log" {
		return out
	}
	periods := a.periods()
	dimensions := []any{}
	for _, name := range sortedNames(a.cast.Dimensions) {
		dimensions = append(dimensions, map[string]any{"Name": name, "Value": fill(a.cast.Dimensions[name], a.service, a.region)})
	}
	out["Namespace"], out["MetricName"], out["Dimensions"] = a.cast.Namespace, a.cast.Metric, dimensions
	out["Period"], out["EvaluationPeriods"], out["DatapointsToAlarm"] = 60, periods, periods
	if strings.HasPrefix(a.cast.Statistic, "p") {
		out["ExtendedStatistic"] = a.cast.Statistic
	} else {
		out["Statistic"] = a.cast.Statistic
	}
	return out
}

func sortedNames(m map[string]string) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func writeCBOR(w http.ResponseWriter, status int, answer any) {
	body, err := cborModes.Marshal(answer)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.Header().Set("Content-Type", "application/cbor")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func writeCBORError(w http.ResponseWriter, status int, code, message string) {
	writeCBOR(w, status, map[string]string{"__type": "com.amazonaws.cloudwatch#" + code, "message": message})
}
