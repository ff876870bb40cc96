package drill

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// faults is what a scenario can make an AWS API do.
var faults = []string{"answer", "throttle", "fail", "hang"}

// requestLimit bounds a request that is read; the SDK's are a few hundred bytes.
const requestLimit = 1 << 20

// awsServer answers as AWS's endpoints do, for every region at one address: the
// region is read from the signature, as the SDK wrote it.
type awsServer struct {
	story *story
	clock *Clock
	queue *queue
}

// credentialScope is the part of a version 4 signature that names region and
// service. Source: AWS Signature Version 4, "Authorization header".
var credentialScope = regexp.MustCompile(`Credential=[^/]+/[0-9]{8}/([a-z0-9-]+)/([a-z]+)/aws4_request`)

func (s *awsServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	scope := credentialScope.FindStringSubmatch(r.Header.Get("Authorization"))
	if scope == nil {
		http.Error(w, "the request is not signed", http.StatusForbidden)
		return
	}
	region, service := scope[1], scope[2]
	body, err := io.ReadAll(io.LimitReader(r.Body, requestLimit))
	if err != nil {
		return
	}
	switch service {
	case "health":
		if !s.fault(w, r, apiKey{"health", region}, writeJSONError) {
			s.health(w, r, body, region)
		}
	case "monitoring":
		if !s.fault(w, r, apiKey{"cloudwatch", region}, writeCBORError) {
			s.cloudwatch(w, r, body, region)
		}
	case queueService:
		if !s.fault(w, r, apiKey{queueService, region}, failQueue) {
			s.queue.serve(w, r, body, region)
		}
	case "sts":
		s.identity(w, body)
	default:
		http.Error(w, "this drill does not simulate "+service, http.StatusNotFound)
	}
}

// fault does what the script wants instead of an answer, and says whether it did.
func (s *awsServer) fault(w http.ResponseWriter, r *http.Request, key apiKey, fail func(http.ResponseWriter, int, string, string)) bool {
	now, ok := latest(s.story.apis[key], s.clock.Now())
	if !ok {
		return false
	}
	switch now.to {
	case "throttle":
		fail(w, http.StatusBadRequest, "ThrottlingException", "Rate exceeded")
	case "fail":
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "<html><body><h1>503 Service Unavailable</h1></body></html>")
	case "hang":
		<-r.Context().Done()
	default:
		return false
	}
	return true
}

// identity answers GetCallerIdentity, in the query protocol's XML.
func (s *awsServer) identity(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "text/xml")
	asked, err := url.ParseQuery(string(body))
	if err != nil || asked.Get("Action") != "GetCallerIdentity" || asked.Get("Version") != "2011-06-15" {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>`+
			`<Code>InvalidAction</Code><Message>this drill answers GetCallerIdentity only</Message></Error><RequestId>drill</RequestId></ErrorResponse>`)
		return
	}
	fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`+
		`<Arn>arn:aws:iam::%[1]s:user/drill</Arn><UserId>DRILL</UserId><Account>%[1]s</Account></GetCallerIdentityResult>`+
		`<ResponseMetadata><RequestId>drill</RequestId></ResponseMetadata></GetCallerIdentityResponse>`, s.story.scenario.Account)
}

// page cuts one page out of a list of the given length and makes the token for the
// next, which is empty at the end. ok is false for a token that it did not make.
func page(token string, size, length int) (from, to int, next string, ok bool) {
	if token != "" {
		text, err := base64.StdEncoding.DecodeString(token)
		if err != nil || !strings.HasPrefix(string(text), "from ") {
			return 0, 0, "", false
		}
		if from, err = strconv.Atoi(string(text[5:])); err != nil || from < 0 || from > length {
			return 0, 0, "", false
		}
	}
	to = min(from+size, length)
	if to < length {
		next = base64.StdEncoding.EncodeToString([]byte("from " + strconv.Itoa(to)))
	}
	return from, to, next, true
}

// epoch is a time as awsJson writes it.
func epoch(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
