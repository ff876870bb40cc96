package cli

import (
	"crypto/md5"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// cloud is a server that answers as AWS does, in each API's own protocol, and
// refuses what a test wants. Its zero value allows everything.
type cloud struct {
	refuse func(action, region string) string // an error code; "" answers, "hang" never does
	ahead  time.Duration                      // of its clock before ours
	events []string                           // the ARNs of events
	pushed []string                           // the messages on the queue, each of which is received once

	mu    sync.Mutex
	asked []string // action region, and what was asked for
}

// signed is the part of a signature that names region and service.
var signed = regexp.MustCompile(`Credential=[^/]+/[0-9]{8}/([a-z0-9-]+)/([a-z]+)/aws4_request`)

// start serves and points the AWS SDK's own settings at it.
func (c *cloud) start(t *testing.T) {
	t.Helper()
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "swordfish")
	t.Setenv("AWS_REGION", "us-east-1")
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	region := ""
	if scope := signed.FindStringSubmatch(r.Header.Get("Authorization")); scope != nil {
		region = scope[1]
	}
	w.Header().Set("Date", time.Now().Add(c.ahead).UTC().Format(http.TimeFormat))
	action, write := "sts:GetCallerIdentity", writeXML
	if target, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "AWSHealth_20160804."); ok {
		action, write = "health:"+target, writeJSON
	} else if target, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS."); ok {
		action, write = "sqs:"+target, writeJSON
	} else if operation, ok := strings.CutPrefix(r.URL.Path, "/service/GraniteServiceVersion20100801/operation/"); ok {
		action, write = "cloudwatch:"+operation, writeCBOR
	}
	c.mu.Lock()
	c.asked = append(c.asked, action+" "+region+" "+string(body))
	c.mu.Unlock()
	code := ""
	if c.refuse != nil {
		code = c.refuse(action, region)
	}
	switch code {
	case "":
		if action == "cloudwatch:GetAlarmMuteRule" || action == "cloudwatch:DescribeAlarmContributors" { // of what was made up
			write(w, http.StatusNotFound, map[string]any{"__type": "ResourceNotFoundException", "message": "raw text of the API"})
			return
		}
		write(w, http.StatusOK, c.answer(action))
	case "hang":
		<-r.Context().Done()
	default:
		write(w, http.StatusBadRequest, map[string]any{"__type": code, "message": "raw text of the API"})
	}
}

// answer is the smallest right answer to an action.
func (c *cloud) answer(action string) map[string]any {
	events := []any{}
	for _, arn := range c.events {
		events = append(events, map[string]any{"arn": arn, "statusCode": "open", "startTime": 1.7e9, "lastUpdatedTime": 1.7e9})
	}
	return map[string]map[string]any{
		"health:DescribeEvents":           {"events": events},
		"health:DescribeEventDetails":     {"successfulSet": []any{}, "failedSet": []any{}},
		"health:DescribeAffectedEntities": {"entities": []any{}},

		"health:DescribeEventsForOrganization":           {"events": events},
		"health:DescribeAffectedAccountsForOrganization": {"affectedAccounts": []any{}},
		"health:DescribeEventDetailsForOrganization":     {"successfulSet": []any{}, "failedSet": []any{}},
		"health:DescribeAffectedEntitiesForOrganization": {"entities": []any{}},

		"cloudwatch:DescribeAlarms":       {"MetricAlarms": []any{}, "CompositeAlarms": []any{}, "LogAlarms": []any{}},
		"cloudwatch:DescribeAlarmHistory": {"AlarmHistoryItems": []any{}},
		"cloudwatch:ListAlarmMuteRules":   {"AlarmMuteRuleSummaries": []any{}},
		"cloudwatch:GetMetricData":        {"MetricDataResults": []any{}, "Messages": []any{}},
		"sqs:ReceiveMessage":              {"Messages": c.receive(action)},
		"sqs:DeleteMessageBatch":          {"Successful": []any{}, "Failed": []any{}},
	}[action]
}

// receive takes the messages off the queue, if that is what was asked for.
func (c *cloud) receive(action string) (messages []any) {
	if action != "sqs:ReceiveMessage" {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, body := range c.pushed {
		messages = append(messages, map[string]any{"MessageId": fmt.Sprint(i), "ReceiptHandle": fmt.Sprint("receipt ", i), "Body": body, "MD5OfBody": fmt.Sprintf("%x", md5.Sum([]byte(body)))})
	}
	c.pushed = nil
	return messages
}

func writeXML(w http.ResponseWriter, status int, answer map[string]any) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	if code, refused := answer["__type"]; refused {
		fmt.Fprintf(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>raw text of the API</Message></Error></ErrorResponse>`, code)
		return
	}
	_, _ = io.WriteString(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`+
		`<Arn>arn:aws:iam::222222222222:user/ana</Arn><UserId>U</UserId><Account>222222222222</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
}

func writeJSON(w http.ResponseWriter, status int, answer map[string]any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

func writeCBOR(w http.ResponseWriter, status int, answer map[string]any) {
	w.Header().Set("Content-Type", "application/cbor")
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.WriteHeader(status)
	_ = cbor.NewEncoder(w).Encode(answer)
}

// requests are what was asked so far.
func (c *cloud) requests() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.asked, "\n")
}
