package awsclient_test

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"warroom/internal/failuremodes"
	"warroom/internal/room"
)

const (
	page   = "<html><body><h1>Please log in</h1></body></html>"
	json11 = "application/x-amz-json-1.1"
)

// fault is one row of docs/failure-modes.md that AWS can be to blame for.
type fault struct {
	name     string
	says     string // why, as people read it; ACTION is the action that was refused
	next     string // what to do, at least
	recovery string // when it is over, if that is not with the next look
	profile  string // how the credentials are had; "" for keys
	breaks   func(t *testing.T, w *world)
	heals    func(t *testing.T, w *world)
}

// answered is a fault of what CloudWatch and Health answer.
func answered(name, says string, does http.HandlerFunc) fault {
	return fault{name: name, says: says,
		breaks: func(_ *testing.T, w *world) { w.change(func(w *world) { w.api = does }) },
		heals:  func(_ *testing.T, w *world) { w.change(func(w *world) { w.api = nil }) },
	}
}

// unresolved is a fault of the name server.
func unresolved(name, says string, code byte, empty bool) fault {
	return fault{name: name, says: says,
		breaks: func(_ *testing.T, w *world) { w.change(func(w *world) { w.names, w.empty = code, empty }) },
		heals:  func(_ *testing.T, w *world) { w.change(func(w *world) { w.names, w.empty = 0, false }) },
	}
}

// unrenewed is a fault of whoever gives credentials, told when the old ones have ended.
func unrenewed(name, profile, says, next string, set func(w *world, does http.HandlerFunc), does http.HandlerFunc) fault {
	return fault{name: name, profile: profile, says: says, next: next,
		breaks: func(_ *testing.T, w *world) {
			w.change(func(w *world) { set(w, does) })
			w.pass(time.Hour)
		},
		heals: func(_ *testing.T, w *world) { w.change(func(w *world) { set(w, nil) }) },
	}
}

func inSTS(w *world, does http.HandlerFunc)  { w.sts = does }
func inSSO(w *world, does http.HandlerFunc)  { w.sso = does }
func inOIDC(w *world, does http.HandlerFunc) { w.oidc = does }

const (
	ended   = "the credentials of profile prod ended at 07:00Z and could not be renewed: "
	denial  = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>CODE</Code><Message>raw text</Message></Error><RequestId>1</RequestId></ErrorResponse>`
	expired = "the SSO session of profile prod has expired"
)

func refusal(code string) http.HandlerFunc {
	return says(400, "text/xml", strings.ReplaceAll(denial, "CODE", code))
}

// faults are all that these tests play.
var faults = []fault{
	answered("a server that hangs", host+" did not answer in time", hang),
	answered("a connection that is reset", host+" broke the connection off in the middle", reset),
	answered("a connection that is reset in the middle of an answer", host+" broke the connection off in the middle", resetInside),
	answered("an answer that is cut off", host+" broke the connection off in the middle", cut),
	answered("an answer that is complete and whose page is not", host+" sent a page that cannot be read to its end", half),
	{name: "a server that refuses connections", says: host + " refused the connection", breaks: refuse, heals: listen},
	unresolved("a name that does not exist (NXDOMAIN)", "the name "+host+" does not exist in DNS", 3, false),
	unresolved("a name without an address (an empty DNS answer)", "the name "+host+" does not exist in DNS", 0, true),
	unresolved("a name server that fails (SERVFAIL)", "the name server gave no answer for "+host, 2, false),
	answered("503 with HTML", host+" answered 503 Service Unavailable", says(503, "text/html", page)),
	answered("500 with nothing", host+" answered 500 Internal Server Error", says(500, "text/plain", "")),
	answered("a login page of the network (200 with HTML)", host+" answered 200 OK with something that is not from the API", says(200, "text/html", page)),
	answered("a redirect (302)", host+" answered 302 Found, which AWS never does", says(302, "text/html", page)),
	answered("a firewall's 403 with HTML", "something on the way to "+host+" forbids the call (403 Forbidden, not from the API)", says(403, "text/html", page)),
	answered("throttling (429 with HTML)", "AWS is throttling calls to ACTION", says(429, "text/html", page)),
	answered("throttling in JSON, also to a client that speaks CBOR", "AWS is throttling calls to ACTION", says(400, json11, `{"__type":"ThrottlingException","message":"Rate exceeded"}`)),
	answered("throttling", "AWS is throttling calls to ACTION", api(400, "ThrottlingException")),
	answered("throttling under its old name", "AWS is throttling calls to ACTION", throttledOf2010),
	answered("a token that has expired", "the credentials of profile prod have expired", api(403, "ExpiredTokenException")),
	{name: "keys in the shared files that have ended", says: "the credentials of profile prod have expired", recovery: "with the first look after new keys were written there",
		breaks: func(_ *testing.T, w *world) { w.change(func(w *world) { w.api = oldKeys }) },
		heals: func(t *testing.T, w *world) {
			w.write(t, "config", "[profile prod]\nregion = eu-west-1\naws_access_key_id = NEW\naws_secret_access_key = S\n")
		}},
	answered("keys that AWS does not know", "AWS does not know the credentials of profile prod", api(403, "UnrecognizedClientException")),
	answered("an action that is denied", "the credentials of profile prod may not call ACTION", api(403, "AccessDeniedException")),
	answered("a clock that is an hour wrong", "this machine's clock is 60 minutes behind AWS's, so AWS refuses what it signs", skewed),
	answered("a page mark that AWS takes back", "AWS no longer accepts the page mark that it gave out", api(400, "InvalidNextToken")),
	unrenewed("STS down past the end of the credentials", "role", ended+"127.0.0.1 answered 503 Service Unavailable", "", inSTS, says(503, "text/html", page)),
	unrenewed("STS hanging past the end of the credentials", "role", ended+"127.0.0.1 did not answer in time", "", inSTS, hang),
	unrenewed("a role that may not be assumed any more", "role", "profile prod may not assume its role", "trust policy", inSTS, refusal("AccessDenied")),
	unrenewed("an identity provider that STS cannot reach", "identity", "STS could not reach the identity provider that vouches for this workload", "", inSTS, refusal("InvalidIdentityToken")),
	unrenewed("the portal of SSO down past the end of the credentials", "sso", ended+"127.0.0.1 answered 503 Service Unavailable", "", inSSO, says(503, "text/html", page)),
	unrenewed("a role that SSO no longer gives", "sso", "SSO no longer gives profile prod its role", "sso_role_name", inSSO, says(403, "application/json", `{"__type":"ForbiddenException","message":"No access"}`)),
	unrenewed("an SSO session that was ended", "session", expired, "run: aws sso login --profile prod", inSSO, says(401, "application/json", `{"__type":"UnauthorizedException","message":"Session token not found or invalid"}`)),
	loggedOut("an SSO session that has expired", "session", expired, "run: aws sso login --profile prod", ""),
	loggedOut("an SSO login of the older kind that has expired", "sso", expired, "run: aws sso login --profile prod", ""),
	loggedOut("an expired SSO session under an assumed role", "on sso", expired, "run: aws sso login --profile base", ""),
	{name: "an expired login of aws login", profile: "login", says: "the login of profile prod has expired", next: "run: aws login --profile prod", recovery: "with the first look after the login",
		breaks: func(t *testing.T, w *world) {
			if err := os.RemoveAll(filepath.Join(w.folder, ".aws", "login")); err != nil {
				t.Fatal(err)
			}
			w.pass(time.Since(w.clock()) + time.Hour) // the credentials end by real time
		},
		heals: func(t *testing.T, w *world) { w.awsLogIn(t) }},
	unrefreshed("an SSO session that SSO does not renew", expired, "run: aws sso login --profile prod", says(400, "application/json", `{"__type":"InvalidGrantException","error":"invalid_grant"}`)),
	unrefreshed("an SSO that is down while it should renew a session", ended+"127.0.0.1 answered 503 Service Unavailable", "", says(503, "text/html", page)),
}

// loggedOut is a login that is over until somebody has logged in again.
func loggedOut(name, profile, says, next, refresh string) fault {
	return fault{name: name, profile: profile, says: says, next: next, recovery: "with the first look after the login",
		breaks: func(t *testing.T, w *world) {
			w.logIn(t, time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), refresh)
			w.pass(time.Hour)
		},
		heals: func(t *testing.T, w *world) { w.logIn(t, time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), "") },
	}
}

// unrefreshed is a login that could be renewed, were it not for the service that does it.
func unrefreshed(name, says, next string, does http.HandlerFunc) fault {
	f := loggedOut(name, "session", says, next, "refresh")
	out := f.breaks
	f.breaks = func(t *testing.T, w *world) {
		w.change(func(w *world) { inOIDC(w, does) })
		out(t, w)
	}
	return f
}

// api is an error of the API, in the language it was asked in.
func api(status int, code string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Smithy-Protocol") != "" {
			speak(w, status, map[string]string{"__type": "com.amazonaws#" + code, "message": "raw text"})
			return
		}
		says(status, json11, `{"__type":"com.amazonaws#`+code+`","message":"raw text"}`)(w, r)
	}
}

// throttledOf2010 has the code of the API's older protocol in a header.
func throttledOf2010(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("x-amzn-query-error", "Throttling;Sender")
	api(400, "ThrottlingException")(w, r)
}

// skewed is a server whose clock is an hour ahead of ours.
func skewed(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
	api(403, "InvalidSignatureException")(w, r)
}

func hang(_ http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// take takes the connection away from the HTTP server.
func take(w http.ResponseWriter) *net.TCPConn {
	connection, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	return connection.(*net.TCPConn)
}

func reset(w http.ResponseWriter, _ *http.Request) {
	connection := take(w)
	connection.SetLinger(0) // close sends RST
	connection.Close()
}

// begun is the beginning of a good answer.
func begun(r *http.Request) string {
	head := "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Type: "
	if r.Header.Get("Smithy-Protocol") != "" {
		return head + "application/cbor\r\nSmithy-Protocol: rpc-v2-cbor\r\n\r\n\xbf"
	}
	return head + json11 + "\r\n\r\n{"
}

func cut(w http.ResponseWriter, r *http.Request) {
	connection := take(w)
	io.WriteString(connection, begun(r))
	connection.Close()
}

func resetInside(w http.ResponseWriter, r *http.Request) {
	connection := take(w)
	io.WriteString(connection, begun(r))
	connection.SetLinger(0)
	connection.Close()
}

// half is an answer of the API whose body was cut by something that made it whole HTTP again.
func half(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Smithy-Protocol") != "" {
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		says(200, "application/cbor", "\xbf\x6cMetricAlarms\x9f\xbf\x69AlarmName\x6echeckout")(w, r)
		return
	}
	says(200, json11, `{"events":[{"arn":"arn:aws:health:eu-west-1::event/EC2/AWS_EC2`)(w, r)
}

// oldKeys is an AWS for which the keys of the profile have ended.
func oldKeys(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.Contains(r.Header.Get("Authorization"), "Credential=A/"):
		api(403, "ExpiredTokenException")(w, r)
	case r.Header.Get("Smithy-Protocol") != "":
		alarms(w, r)
	default:
		events(w, r)
	}
}

// refuse closes the server's port, and listen opens the same one again.
func refuse(_ *testing.T, w *world) { w.server.Listener.Close() }

func listen(t *testing.T, w *world) {
	listener, err := net.Listen("tcp", w.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: w}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
}

// raw is what only an SDK or a library would write.
var raw = []string{"operation error", "https response error", "DeserializationError", "deserializ", "RequestID", "RequestId", "StatusCode", "raw text",
	"dial tcp", "EOF", "lookup ", "context ", "{", "%!"}

// TestFaults plays every fault to the real watches in a real room: the sentence, the last
// good data with its age, the whole truth in the log, and recovery within one look.
func TestFaults(t *testing.T) {
	actions := map[string]string{"cloudwatch": "cloudwatch:DescribeAlarms", "health": "health:DescribeEvents"}
	for _, f := range faults {
		for _, source := range []string{"cloudwatch", "health"} {
			t.Run(f.name+", "+source, func(t *testing.T) {
				profile := f.profile
				if profile == "" {
					profile = "keys"
				}
				w := newWorld(t, source, profile)
				good, count := w.look(t)
				if good.Trouble != nil || count != 1 {
					t.Fatalf("%d signals, %v, before anything is broken", count, good.Trouble)
				}
				w.pass(interval)
				f.breaks(t, w)
				w.log.Reset()
				status, count := w.look(t)
				if status.Trouble == nil {
					t.Fatal("the fault is not told")
				}
				told := *status.Trouble
				if want := strings.ReplaceAll(f.says, "ACTION", actions[source]); told.Why != want && !strings.HasPrefix(told.Why, want+", and us-") {
					t.Errorf("it says  %q\nwant     %q", told.Why, want)
				}
				if told.What == "" || told.Next == "" || !strings.Contains(told.Next, f.next) {
					t.Errorf("what %q, next %q", told.What, told.Next)
				}
				for _, unfit := range raw {
					if strings.Contains(told.String(), unfit) {
						t.Errorf("not for people: %q", told.String())
					}
				}
				if log := w.log.String(); !strings.Contains(log, "operation error") {
					t.Errorf("the log does not have the SDK's own words: %s", log)
				}
				if count != 1 || !status.Seen.Equal(good.Seen) {
					t.Errorf("%d signals, seen at %s; the last good one was seen at %s", count, status.Seen, good.Seen)
				}
				f.heals(t, w)
				w.pass(interval)
				if healed, count := w.look(t); healed.Trouble != nil || count != 1 || !healed.Seen.After(good.Seen) {
					t.Errorf("after it has healed: %d signals, %v, seen at %s", count, healed.Trouble, healed.Seen)
				}
				if source == "cloudwatch" { // what Health says differs by the name of its API alone
					failuremodes.Check(t, f.row(&told))
				}
			})
		}
	}
}

// row is a fault as the table has it, with what the room said of it.
func (f fault) row(told *room.Trouble) failuremodes.Row {
	row := failuremodes.Row{Fault: f.name, Age: failuremodes.AgeCounts, Meanwhile: "the last good data stands", Over: failuremodes.NextLook}
	if f.profile != "" {
		row.Meanwhile = "the old credentials are used to their real end, then the last good data stands"
	}
	if f.recovery != "" {
		row.Over = f.recovery
	}
	giver := "sts.eu-west-1.amazonaws.com"
	if strings.Contains(f.name, "SSO") {
		giver = "portal.sso.eu-west-1.amazonaws.com"
	}
	row.Says = strings.NewReplacer(host, "monitoring.eu-west-1.amazonaws.com", "127.0.0.1", giver).Replace(told.String())
	return row
}
