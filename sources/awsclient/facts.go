package awsclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// facts is what can be told from an SDK's error without trusting its wording.
type facts struct {
	err      error
	text     string    // the whole error in lower case, for the few causes that have no type
	profile  string    // whose credentials were used or asked for, or ""
	login    string    // the profile to log in with, or ""
	ended    time.Time // when the credentials before have ended, or zero
	renewing bool      // the call that failed was made to get credentials
	service  string    // of the call that failed, as the SDK names it
	action   string    // the IAM action that the call needs
	host     string
	status   int           // HTTP status, 0 if there was no answer
	kind     string        // content type of the answer
	skew     time.Duration // of our clock, by the answer's Date; positive if ours is ahead
	code     string        // the API's error code, or ""
	garbled  bool          // the answer could not be read
}

func gather(err error) *facts {
	f := &facts{err: err, text: strings.ToLower(err.Error())}
	var credentials *CredentialsError
	if errors.As(err, &credentials) {
		f.profile, f.login, f.ended, f.renewing = credentials.Profile, credentials.Login, credentials.Ended, true
	}
	var caller *callerError
	if errors.As(err, &caller) {
		f.profile, f.login = caller.profile, caller.login
	}
	var call *smithy.OperationError
	for inner := err; errors.As(inner, &call); inner = call.Err {
		f.renewing = f.renewing || f.service != ""
		f.service = call.ServiceID
		f.action = action(call.ServiceID, call.OperationName)
		err = call
	}
	f.gatherAnswer(err)
	return f
}

// gatherAnswer reads what the innermost call met.
func (f *facts) gatherAnswer(err error) {
	var sent *url.Error
	if errors.As(err, &sent) {
		if target, parseErr := url.Parse(sent.URL); parseErr == nil {
			f.host = target.Hostname()
		}
	}
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.Response != nil && response.Response.Response != nil {
		f.status = response.Response.StatusCode
		f.kind = response.Response.Header.Get("Content-Type")
		if date, dateErr := http.ParseTime(response.Response.Header.Get("Date")); dateErr == nil {
			f.skew = time.Since(date)
		}
		if request := response.Response.Request; request != nil {
			f.host = request.URL.Hostname()
		}
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		f.code = api.ErrorCode()
	}
	var unread *smithy.DeserializationError
	if errors.As(err, &unread) {
		f.garbled = true
		f.code = jsonCode(unread.Snapshot)
	}
	f.garbled = f.garbled || errors.Is(err, errForeign)
}

// jsonCode finds the error code in a JSON answer to a client that expected CBOR,
// which is how a front door that does not know the newer protocol throttles.
func jsonCode(body []byte) string {
	var answer struct {
		Type string `json:"__type"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	return answer.Type[strings.LastIndex(answer.Type, "#")+1:]
}

// prefixes are the names of services in IAM where they differ from the SDK's.
var prefixes = map[string]string{"SSO OIDC": "sso-oauth"}

// action is the permission that an operation needs. A batch of SQS needs that of the single
// one. Source: SQS, "Amazon SQS API permissions".
func action(service, operation string) string {
	if service == "SQS" {
		operation = strings.TrimSuffix(operation, "Batch")
	}
	prefix, ok := prefixes[service]
	if !ok {
		prefix = strings.ToLower(strings.ReplaceAll(service, " ", ""))
	}
	return prefix + ":" + operation
}

func (f *facts) is(target error) bool { return errors.Is(f.err, target) }

func (f *facts) coded(codes ...string) bool {
	for _, code := range codes {
		if f.code == code {
			return true
		}
	}
	return false
}

func (f *facts) says(phrases ...string) bool {
	for _, phrase := range phrases {
		if strings.Contains(f.text, phrase) {
			return true
		}
	}
	return false
}

// ssoEnded says whether a login with SSO has ended, in any of the SDK's ways to put it: a
// cached token that is old or gone, a portal that refuses it, or a service that does not
// renew it. A service that is merely down is none of them.
func (f *facts) ssoEnded() bool {
	switch f.service {
	case "SSO":
		return f.status == http.StatusUnauthorized
	case "SSO OIDC":
		return f.coded("InvalidGrantException", "ExpiredTokenException", "UnauthorizedClientException", "InvalidClientException")
	}
	return isA[*ssocreds.InvalidTokenError](f.err) || f.says("cached sso token")
}

// skewLimit is how wrong a clock may be before AWS refuses what it signs. Source:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html.
const skewLimit = 5 * time.Minute

// skewed is the skew as the middle of a sentence: "62 minutes ahead of".
func (f *facts) skewed() string {
	side := "ahead of"
	if f.skew < 0 {
		side = "behind"
	}
	return strconv.Itoa(int(f.skew.Abs().Round(time.Minute)/time.Minute)) + " minutes " + side
}

func (f *facts) timedOut() bool {
	var network net.Error
	return f.is(context.DeadlineExceeded) || errors.As(f.err, &network) && network.Timeout()
}

func (f *facts) distrusted() bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var record tls.RecordHeaderError
	return errors.As(f.err, &verification) || errors.As(f.err, &authority) || errors.As(f.err, &name) ||
		errors.As(f.err, &record) || f.says("tls: ", "server gave http response to https client")
}

// cutOff says whether a connection that stood was lost.
func (f *facts) cutOff() bool {
	var operation *net.OpError
	return f.is(io.ErrUnexpectedEOF) || f.is(io.EOF) || f.is(syscall.ECONNRESET) ||
		errors.As(f.err, &operation) && operation.Op != "dial"
}

func (f *facts) unresolved() (failure *net.DNSError, ok bool) {
	ok = errors.As(f.err, &failure)
	return failure, ok
}

func (f *facts) dialled() bool {
	var operation *net.OpError
	return errors.As(f.err, &operation)
}

// statusLine is the status as people know it: 503 Service Unavailable.
func (f *facts) statusLine() string {
	return strings.TrimSpace(strconv.Itoa(f.status) + " " + http.StatusText(f.status))
}
