package awsclient

import (
	"io"
	"net/http"
	"slices"
	"testing"
)

func TestAConfigThatIsReadAgainWhileSTSIsDownGoesOnWithTheCredentialsThatHold(t *testing.T) {
	s, sessions := newTokenService(t), new(Sessions)
	home(t, "[default]\naws_access_key_id = A\naws_secret_access_key = S\n")
	t.Setenv("AWS_ENDPOINT_URL_STS", s.url)
	load := func(role string) error {
		cfg, err := Load(t.Context(), Options{RoleARN: "arn:aws:iam::222222222222:role/" + role, Region: "eu-west-1", Now: s.clock, Sessions: sessions, settings: slices.Clone(impatient)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = cfg.Credentials.Retrieve(t.Context())
		return err
	}
	if err := load("r"); err != nil {
		t.Fatal(err)
	}
	s.do(answer(503, "text/html", html))
	if err := load("r"); err != nil {
		t.Errorf("the same settings again: %v", err)
	}
	if err := load("another"); err == nil {
		t.Error("another role goes with the credentials of the first one")
	}
}

func TestAnInstanceWhoseMetadataDemandsATokenGivesCredentials(t *testing.T) {
	home(t, "")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "false")
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", *serve(t, func(w http.ResponseWriter, r *http.Request) {
		const token = "X-Aws-Ec2-Metadata-Token"
		switch {
		case r.Method == http.MethodPut && r.URL.Path == "/latest/api/token":
			w.Header().Set(token+"-Ttl-Seconds", "21600")
			io.WriteString(w, "sesame")
		case r.Header.Get(token) != "sesame":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/latest/meta-data/iam/security-credentials/":
			io.WriteString(w, "warroom")
		default:
			io.WriteString(w, `{"Code":"Success","AccessKeyId":"ASIAIMDS","SecretAccessKey":"S","Token":"T","Expiration":"2999-01-01T00:00:00Z"}`)
		}
	}).BaseEndpoint)
	cfg, err := Load(t.Context(), Options{Region: "eu-west-1"})
	if err != nil {
		t.Fatal(err)
	}
	expectKey(t, cfg, "ASIAIMDS")
}
