package awsclient_test

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/fxamacker/cbor/v2"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
	"warroom/sources/awshealth"
	"warroom/sources/cloudwatch"
)

// host is what AWS is called in the world of these tests.
const host = "api.aws.test"

// interval is how often its watches look, in its own time.
const interval = time.Minute

// world is an AWS on loopback, with CloudWatch in CBOR, Health in JSON, STS, the portal
// of SSO and a name server, each of which can be broken, and a room that looks at it.
type world struct {
	server *httptest.Server
	folder string // the home of the SDK's files
	watch  sources.Watch
	room   *room.Room
	log    *bytes.Buffer
	runner *sources.Runner

	mu    sync.Mutex
	now   time.Time
	api   http.HandlerFunc // of CloudWatch and Health; nil is well
	sts   http.HandlerFunc
	sso   http.HandlerFunc
	oidc  http.HandlerFunc
	names byte // the name server's response code; 0 is well
	empty bool // it gives no addresses
}

// loginSession is whom `aws login` has logged in.
const loginSession = "arn:aws:iam::222222222222:user/ana"

// profiles are the ways to have credentials in the world.
var profiles = map[string]string{
	"keys":     "aws_access_key_id = A\naws_secret_access_key = S\n",
	"role":     "role_arn = arn:aws:iam::222222222222:role/r\nsource_profile = base\n[profile base]\naws_access_key_id = A\naws_secret_access_key = S\n",
	"identity": "role_arn = arn:aws:iam::222222222222:role/r\nweb_identity_token_file = TOKEN\n",
	"login":    "login_session = " + loginSession + "\n",
	"sso":      "sso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\nsso_account_id = 222222222222\nsso_role_name = r\n",
	"session":  "sso_session = corp\nsso_account_id = 222222222222\nsso_role_name = r\n[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n",
	"on sso":   "role_arn = arn:aws:iam::222222222222:role/r\nsource_profile = base\n[profile base]\nregion = eu-west-1\nsso_session = corp\nsso_account_id = 222222222222\nsso_role_name = r\n[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n",
}

// newWorld makes a world in which all is well, and whose profile prod has its
// credentials in the given way. source is cloudwatch or health.
func newWorld(t *testing.T, source, profile string) *world {
	t.Helper()
	w := &world{now: time.Date(2025, 10, 20, 6, 0, 0, 0, time.UTC), log: new(bytes.Buffer)}
	w.server = httptest.NewServer(w)
	t.Cleanup(w.server.Close)
	w.folder = awsclient.Home(t, "")
	text := strings.ReplaceAll(profiles[profile], "TOKEN", filepath.Join(w.folder, "token"))
	w.write(t, "config", "[profile prod]\nregion = eu-west-1\n"+text)
	w.write(t, "token", "header.payload.signature")
	w.logIn(t, time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), "")
	w.awsLogIn(t)
	for _, name := range []string{"STS", "SSO", "SSO_OIDC"} {
		t.Setenv("AWS_ENDPOINT_URL_"+name, w.server.URL)
	}
	cfg, err := awsclient.Load(t.Context(), awsclient.Options{Profile: "prod", Now: w.clock}.Quickly())
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(w.server.Listener.Addr().String())
	cfg.BaseEndpoint = aws.String("http://" + net.JoinHostPort(host, port))
	cfg.HTTPClient = w.client(t)
	w.room = room.New(room.Options{Name: "test", Clock: w})
	w.runner = sources.NewRunner(w, w.room, slog.New(slog.NewTextHandler(w.log, nil)))
	switch source {
	case "cloudwatch":
		w.watch = cloudwatch.New(cloudwatch.Options{Config: cfg, Account: "222222222222", Region: "eu-west-1", Interval: interval})
	case "health":
		w.watch = awshealth.New(awshealth.Options{Config: cfg, Account: "222222222222", Clock: w, Interval: interval})
	}
	return w
}

func (w *world) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(w.folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// logIn leaves the files that `aws sso login` leaves. refresh is the token by which the
// login can be renewed, or "".
func (w *world) logIn(t *testing.T, until time.Time, refresh string) {
	t.Helper()
	token := map[string]string{"accessToken": "t", "expiresAt": until.Format(time.RFC3339), "region": "eu-west-1", "startUrl": "https://corp.awsapps.com/start"}
	if refresh != "" {
		token["clientId"], token["clientSecret"], token["refreshToken"] = "c", "s", refresh
	}
	text, err := json.Marshal(token)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"corp", "https://corp.awsapps.com/start"} {
		sum := sha1.Sum([]byte(key))
		w.write(t, filepath.Join(".aws", "sso", "cache", hex.EncodeToString(sum[:])+".json"), string(text))
	}
}

// awsLogIn leaves the file that `aws login` leaves, with credentials for a quarter of an
// hour of real time, which is what the SDK goes by.
func (w *world) awsLogIn(t *testing.T) {
	t.Helper()
	sum := sha256.Sum256([]byte(loginSession))
	w.write(t, filepath.Join(".aws", "login", "cache", hex.EncodeToString(sum[:])+".json"), fmt.Sprintf(
		`{"accessToken":{"accessKeyId":"ASIA","secretAccessKey":"s","sessionToken":"t","accountId":"222222222222","expiresAt":%q},"tokenType":"aws_sigv4","refreshToken":"r","idToken":"i","clientId":"c","dpopKey":"k"}`,
		time.Now().Add(15*time.Minute).UTC().Format(time.RFC3339)))
}

// client looks names up in the world's name server, and every time anew.
func (w *world) client(t *testing.T) *awshttp.BuildableClient {
	t.Helper()
	names, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { names.Close() })
	go w.resolve(names)
	return awsclient.HTTPClient().WithTimeout(2 * time.Second).WithDialerOptions(func(dialer *net.Dialer) {
		dialer.Resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "udp", names.LocalAddr().String())
		}}
	}).WithTransportOptions(func(transport *http.Transport) {
		transport.Proxy = nil
		transport.DisableKeepAlives = true
	})
}

// resolve answers every question with 127.0.0.1 (RFC 1035, 4.1).
func (w *world) resolve(names net.PacketConn) {
	packet := make([]byte, 1500)
	for {
		n, from, err := names.ReadFrom(packet)
		if err != nil {
			return
		}
		end := 12
		for end < n && packet[end] != 0 {
			end += int(packet[end]) + 1
		}
		end += 5
		w.mu.Lock()
		code, empty := w.names, w.empty
		w.mu.Unlock()
		reply := bytes.Clone(packet[:end])
		reply[2], reply[3] = 0x81, 0x80|code
		reply[10], reply[11] = 0, 0
		if isA := reply[end-3] == 1; isA && code == 0 && !empty {
			reply[7] = 1
			reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
		}
		names.WriteTo(reply, from)
	}
}

// Now implements room.Clock.
func (w *world) Now() time.Time { return w.clock() }

// Sleep implements room.Clock; nobody sleeps here.
func (w *world) Sleep(ctx context.Context, _ time.Time) error { return ctx.Err() }

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// pass lets time pass.
func (w *world) pass(length time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(length)
}

// change breaks or mends something.
func (w *world) change(what func(*world)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	what(w)
}

// look makes one look and returns what the room shows of it.
func (w *world) look(t *testing.T) (status *room.ScopeStatus, signals int) {
	t.Helper()
	w.watch.Timeout = 10 * time.Second
	w.runner.Once(t.Context(), []sources.Watch{w.watch})
	w.room.Flush()
	now := w.room.Snapshot()
	for _, kind := range room.Kinds {
		signals += len(now.Of(kind).Signals)
	}
	if len(now.Scopes.List) != 1 {
		t.Fatalf("the room has the scopes %+v", now.Scopes.List)
	}
	return now.Scopes.List[0], signals
}

// ServeHTTP implements http.Handler.
func (w *world) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	api, sts, sso, oidc, now := w.api, w.sts, w.sso, w.oidc, w.now
	w.mu.Unlock()
	well := func(broken, usual http.HandlerFunc) {
		if broken != nil {
			usual = broken
		}
		usual(out, r)
	}
	switch {
	case r.Header.Get("Smithy-Protocol") != "":
		well(api, alarms)
	case r.Header.Get("X-Amz-Target") != "":
		well(api, events)
	case r.URL.Path == "/federation/credentials":
		well(sso, says(200, "application/json", fmt.Sprintf(`{"roleCredentials":{"accessKeyId":"ASIA","secretAccessKey":"s","sessionToken":"t","expiration":%d}}`, now.Add(time.Hour).UnixMilli())))
	case r.URL.Path == "/token":
		well(oidc, says(200, "application/json", `{"accessToken":"new","expiresIn":3600,"refreshToken":"next"}`))
	default:
		action := "AssumeRole"
		if body, _ := io.ReadAll(r.Body); bytes.Contains(body, []byte("Action=AssumeRoleWithWebIdentity")) {
			action = "AssumeRoleWithWebIdentity"
		}
		well(sts, says(200, "text/xml", fmt.Sprintf(`<%[1]sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%[1]sResult><AssumedRoleUser><Arn>arn:aws:sts::222222222222:assumed-role/r/warroom</Arn><AssumedRoleId>X:warroom</AssumedRoleId></AssumedRoleUser><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>%[2]s</Expiration></Credentials></%[1]sResult></%[1]sResponse>`, action, now.Add(time.Hour).Format(time.RFC3339))))
	}
}

// says makes a handler that always says the same.
func says(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// alarms answers DescribeAlarms with one alarm.
func alarms(w http.ResponseWriter, r *http.Request) {
	speak(w, 200, map[string]any{"MetricAlarms": []map[string]any{{"AlarmName": "checkout-5xx", "StateValue": "ALARM",
		"AlarmArn": "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:checkout-5xx", "StateReason": "Threshold Crossed"}}})
}

// speak answers in CBOR.
func speak(w http.ResponseWriter, status int, answer any) {
	body, err := cbor.Marshal(answer)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.Header().Set("Content-Type", "application/cbor")
	w.WriteHeader(status)
	w.Write(body)
}

// events answers the operations of Health with one event.
func events(w http.ResponseWriter, r *http.Request) {
	const event = `{"arn":"arn:aws:health:eu-west-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/1","service":"EC2","eventTypeCode":"AWS_EC2_OPERATIONAL_ISSUE","eventTypeCategory":"issue","region":"eu-west-1","startTime":1760942940,"lastUpdatedTime":1760942940,"statusCode":"open","eventScopeCode":"ACCOUNT_SPECIFIC"}`
	body := `{"entities":[]}`
	switch r.Header.Get("X-Amz-Target") {
	case "AWSHealth_20160804.DescribeEvents":
		body = `{"events":[` + event + `]}`
	case "AWSHealth_20160804.DescribeEventDetails":
		body = `{"successfulSet":[{"event":` + event + `,"eventDescription":{"latestDescription":"We are looking into it."}}],"failedSet":[]}`
	}
	says(200, "application/x-amz-json-1.1", body)(w, r)
}
