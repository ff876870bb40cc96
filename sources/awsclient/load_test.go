package awsclient

import (
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"warroom/internal/failuremodes"
	"warroom/sources"
)

// home gives the SDK a home of its own with the given shared config, and an
// environment without anything of AWS in it.
func home(t *testing.T, shared string) string {
	t.Helper()
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // restores it afterwards
			os.Unsetenv(name)
		}
	}
	folder := t.TempDir()
	t.Setenv("HOME", folder)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(folder, "config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(folder, "credentials"))
	write(t, folder, shared)
	return folder
}

// write writes the shared config of a home.
func write(t *testing.T, folder, shared string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, "config"), []byte(shared), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestLoadTakesProfileAndRegion(t *testing.T) {
	home(t, "[profile prod]\nregion = eu-central-1\naws_access_key_id = A\naws_secret_access_key = S\n")
	cfg, err := Load(t.Context(), Options{Profile: "prod"})
	if err != nil || cfg.Region != "eu-central-1" {
		t.Fatalf("region %q, %v", cfg.Region, err)
	}
	if cfg, err = Load(t.Context(), Options{Profile: "prod", Region: "us-west-2"}); err != nil || cfg.Region != "us-west-2" {
		t.Fatalf("region %q, %v", cfg.Region, err)
	}
	if attempts := cfg.Retryer().MaxAttempts(); attempts != maxAttempts {
		t.Errorf("%d attempts", attempts)
	}
	if cfg.AppID != appID {
		t.Errorf("app id %q", cfg.AppID)
	}
}

func TestTheSDKWritesNothingOnTheScreen(t *testing.T) {
	home(t, "")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "false")
	// An instance's metadata that refuses the newer protocol is worth a warning to the SDK.
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", *serve(t, answer(403, "text/plain", "no")).BaseEndpoint)
	written, err := os.CreateTemp(t.TempDir(), "stderr")
	if err != nil {
		t.Fatal(err)
	}
	defer written.Close()
	usual := os.Stderr
	os.Stderr = written
	defer func() { os.Stderr = usual }()
	cfg, err := Load(t.Context(), Options{Region: "eu-west-1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cfg.Credentials.Retrieve(t.Context()); err == nil {
		t.Error("there are credentials")
	}
	if text, err := os.ReadFile(written.Name()); err != nil || len(text) > 0 {
		t.Errorf("written: %q, %v", text, err)
	}
}

func TestProfilesThatCannotBeUsed(t *testing.T) {
	cases := []struct {
		name, shared, profile, cause, why, next string
		row                                     failuremodes.Row
	}{
		{"unknown", "", "prdo", "no-profile", "the profile prdo is in neither ~/.aws/config nor ~/.aws/credentials", "aws configure --profile prdo",
			failuremodes.Row{Fault: "a profile that does not exist", Meanwhile: "the other scopes go on", Over: "with the next look when the profile is there"}},
		{"unknown source", "[profile prod]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = Nowhere\n", "prod", "bad-settings", "the shared AWS files cannot be used as they are", "~/.aws/config", failuremodes.Row{}},
		{"mfa", "[profile prod]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\nmfa_serial = m\n[profile base]\naws_access_key_id = A\naws_secret_access_key = S\n",
			"prod", "mfa", "the profile prod asks for an MFA code, which cannot be typed here", "SSO",
			failuremodes.Row{Fault: "a role that asks for MFA", Meanwhile: "the other scopes go on", Over: "with the next look after the profile was changed"}},
		{"no source", "[profile prod]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\n", "prod", "bad-settings", "the shared AWS files cannot be used as they are", "log", failuremodes.Row{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			home(t, c.shared)
			_, err := Load(t.Context(), Options{Profile: c.profile})
			expectLoadFailure(t, err, c.cause, c.why, c.next)
			if c.row.Fault == "" {
				return
			}
			home(t, "[profile "+c.profile+"]\nregion = eu-west-1\naws_access_key_id = A\naws_secret_access_key = S\n")
			if _, mended := Load(t.Context(), Options{Profile: c.profile}); mended != nil {
				t.Errorf("after it was mended: %v", mended)
			}
			var failure *sources.Failure
			if !errors.As(err, &failure) {
				t.Fatal(err)
			}
			c.row.Says, c.row.Age = failure.Error(), failuremodes.AgeNever
			failuremodes.Check(t, c.row)
		})
	}
}

func expectLoadFailure(t *testing.T, err error, cause, why, next string) {
	t.Helper()
	var failure *sources.Failure
	if !errors.As(err, &failure) {
		failure = Failure("alarms could not be read", err)
	}
	if got := Classify(failure.Err).Name; got != cause || failure.Why != why || !strings.Contains(failure.Next, next) {
		t.Errorf("%v\n is %s: %s\nwant %s: %s (%s)", failure.Err, got, failure.Error(), cause, why, next)
	}
}

func TestLoginsThatDoNotHold(t *testing.T) {
	const session = "sso_start_url = https://example.awsapps.com/start\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = r\n"
	cases := []struct{ name, shared, cause, why, next string }{
		{"nothing at all", "[profile prod]\nregion = eu-west-1\n", "no-credentials", "no AWS credentials were found", "AWS_PROFILE"},
		{"old SSO never logged in", "[profile prod]\nregion = eu-west-1\n" + session, "sso-expired", "the SSO session of profile prod has expired", "run: aws sso login --profile prod"},
		{"SSO session expired", "[profile prod]\nregion = eu-west-1\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n[sso-session corp]\nsso_start_url = https://example.awsapps.com/start\nsso_region = eu-west-1\n",
			"sso-expired", "the SSO session of profile prod has expired", "run: aws sso login --profile prod"},
		{"aws login", "[profile prod]\nregion = eu-west-1\nlogin_session = arn:aws:iam::1:user/ana\n", "login-expired", "the login of profile prod has expired", "run: aws login --profile prod"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			expireSession(t, home(t, c.shared), "corp")
			cfg, err := Load(t.Context(), Options{Profile: "prod"})
			if err != nil {
				t.Fatal(err)
			}
			cfg.BaseEndpoint = aws.String("http://127.0.0.1:1")
			expectLoadFailure(t, describeAlarms(t.Context(), cfg), c.cause, c.why, c.next)
		})
	}
}

// expireSession leaves the token that a login of yesterday leaves behind.
func expireSession(t *testing.T, folder, session string) {
	t.Helper()
	sum := sha1.Sum([]byte(session))
	cache := filepath.Join(folder, ".aws", "sso", "cache")
	token := `{"accessToken":"t","expiresAt":"2020-01-01T00:00:00Z","region":"eu-west-1","startUrl":"https://example.awsapps.com/start"}`
	if err := os.MkdirAll(cache, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(cache, hex.EncodeToString(sum[:])+".json"), []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
}

const assumed = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><Arn>arn:aws:sts::222222222222:assumed-role/r/warroom</Arn><AssumedRoleId>X:warroom</AssumedRoleId></AssumedRoleUser><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`

func TestARoleIsAssumedForAnHourWithItsExternalID(t *testing.T) {
	home(t, "[default]\naws_access_key_id = A\naws_secret_access_key = S\n")
	form := make(chan http.Request, 1)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.ParseForm() == nil && r.Form.Get("Action") == "AssumeRole" {
			form <- *r
			answer(200, "text/xml", assumed)(w, r)
		}
	})
	t.Setenv("AWS_ENDPOINT_URL", *server.BaseEndpoint)
	cfg, err := Load(t.Context(), Options{RoleARN: "arn:aws:iam::222222222222:role/r", ExternalID: "secret-handshake"})
	if err != nil {
		t.Fatal(err)
	}
	credentials, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil || credentials.AccessKeyID != "ASIA" {
		t.Fatalf("%+v, %v", credentials.AccessKeyID, err)
	}
	asked := <-form
	for name, want := range map[string]string{
		"DurationSeconds": "3600", "ExternalId": "secret-handshake", "RoleSessionName": "warroom", "RoleArn": "arn:aws:iam::222222222222:role/r",
	} {
		if got := asked.Form.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestTroubleWithTheRoleIsToldAsSuch(t *testing.T) {
	const denial = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%</Code><Message>raw text of the SDK</Message></Error></ErrorResponse>`
	cases := []struct {
		name       string
		handler    http.HandlerFunc
		cause, why string
	}{
		{"denied", answer(403, "text/xml", strings.ReplaceAll(denial, "%", "AccessDenied")), "role-denied", "profile default may not assume its role"},
		{"identity provider", answer(400, "text/xml", strings.ReplaceAll(denial, "%", "InvalidIdentityToken")), "identity-provider", "STS could not reach the identity provider that vouches for this workload"},
		{"unknown keys", answer(403, "text/xml", strings.ReplaceAll(denial, "%", "InvalidClientTokenId")), "unknown-keys", "AWS does not know the credentials of profile default"},
		{"STS is down", answer(503, "text/html", html), "server-error", "the credentials of profile default could not be had: 127.0.0.1 answered 503 Service Unavailable"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			home(t, "[default]\naws_access_key_id = A\naws_secret_access_key = S\n")
			t.Setenv("AWS_ENDPOINT_URL", *serve(t, c.handler).BaseEndpoint)
			cfg, err := Load(t.Context(), Options{RoleARN: "arn:aws:iam::222222222222:role/r", Region: "eu-west-1"})
			if err != nil {
				t.Fatal(err)
			}
			expectCause(t, describeAlarms(t.Context(), cfg), c.cause, c.why)
		})
	}
}

func TestARefusalNamesTheProfileThatCalled(t *testing.T) {
	home(t, "[profile prod]\nregion = eu-west-1\naws_access_key_id = A\naws_secret_access_key = S\n")
	t.Setenv("AWS_ENDPOINT_URL", *serve(t, coded(403, "AccessDenied")).BaseEndpoint)
	cfg, err := Load(t.Context(), Options{Profile: "prod"})
	if err != nil {
		t.Fatal(err)
	}
	expectCause(t, describeAlarms(t.Context(), cfg), "denied", "the credentials of profile prod may not call cloudwatch:DescribeAlarms")
}

func TestTheAccountIsLearnedOrNamedAfterTheProfile(t *testing.T) {
	home(t, "[profile prod]\nregion = eu-west-1\naws_access_key_id = A\naws_secret_access_key = S\n")
	const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>a</Arn><UserId>u</UserId><Account>222222222222</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`
	cases := []struct {
		handler http.HandlerFunc
		account string
		fails   bool
	}{
		{answer(200, "text/xml", identity), "222222222222", false},
		{answer(200, "text/xml", ""), "prod", true},
		{answer(503, "text/html", html), "prod", true},
	}
	for _, c := range cases {
		t.Setenv("AWS_ENDPOINT_URL", *serve(t, c.handler).BaseEndpoint)
		cfg, err := Load(t.Context(), Options{Profile: "prod"})
		if err != nil {
			t.Fatal(err)
		}
		account, err := Account(t.Context(), cfg)
		if account != c.account || (err != nil) != c.fails {
			t.Errorf("account %q, %v; want %q", account, err, c.account)
		}
		who, err := WhoAmI(t.Context(), cfg)
		if want := (Identity{Account: "222222222222", ARN: "a"}); !c.fails && (err != nil || who != want) {
			t.Errorf("%+v, %v; want %+v", who, err, want)
		}
	}
}
