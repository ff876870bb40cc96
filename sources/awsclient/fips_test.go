package awsclient

import (
	"crypto/sha1"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ssoIn is a profile that logs in with SSO in a region.
func ssoIn(region string) string {
	return "sso_session = s\nsso_account_id = 444444444444\nsso_role_name = r\n[sso-session s]\nsso_start_url = https://x.awsapps.com/start\nsso_region = " + region + "\n"
}

// leaveToken leaves the token of a login that can be renewed.
func leaveToken(t *testing.T, folder, session, until string) {
	t.Helper()
	sum := sha1.Sum([]byte(session))
	cache := filepath.Join(folder, ".aws", "sso", "cache")
	token := `{"accessToken":"t","refreshToken":"r","clientId":"c","clientSecret":"s","expiresAt":"` + until + `","startUrl":"https://x.awsapps.com/start"}`
	if err := os.MkdirAll(cache, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(cache, hex.EncodeToString(sum[:])+".json"), []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestSSOByFIPS: the SDK's rules make up hosts of SSO for FIPS that do not exist anywhere.
func TestSSOByFIPS(t *testing.T) {
	for _, c := range []struct {
		name, until, want string
		options           Options
	}{
		{"without FIPS", "2999-01-01T00:00:00Z", "portal.sso.us-gov-west-1.amazonaws.com", Options{}},
		{"by FIPS", "2999-01-01T00:00:00Z", "portal.sso.us-gov-west-1.amazonaws.com", Options{FIPS: true}},
		{"by FIPS, whose login must be renewed", "2020-01-01T00:00:00Z", "oidc.us-gov-west-1.amazonaws.com", Options{FIPS: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := home(t, "[default]\n"+ssoIn("us-gov-west-1"))
			leaveToken(t, folder, "s", c.until)
			q := new(questions)
			c.options.Region, c.options.settings = "us-gov-west-1", append(slices.Clone(impatient), q.client(t))
			cfg, err := Load(t.Context(), c.options)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := cfg.Credentials.Retrieve(t.Context()); err == nil {
				t.Fatal("a name that does not exist was reached")
			}
			if got := strings.Join(q.asked(), " "); got != c.want {
				t.Errorf("asked %s, want %s", got, c.want)
			}
		})
	}
}

func TestSSOThatHasNoFIPSIsToldBeforeAnythingIsAsked(t *testing.T) {
	const why = "the profile default cannot be used: it logs in with SSO, which has no FIPS endpoint in us-east-1"
	role := "role_arn = " + roleARN + "\nsource_profile = base\n[profile base]\n"
	legacy := "sso_account_id = 444444444444\nsso_role_name = r\nsso_start_url = https://x.awsapps.com/start\nsso_region = us-east-1\n"
	for name, c := range map[string]struct {
		shared      string
		environment []string
		told        bool
	}{
		"a session":               {ssoIn("us-east-1"), nil, true},
		"of the older kind":       {legacy, nil, true},
		"below a role":            {role + legacy, nil, true},
		"by the environment":      {ssoIn("us-east-1"), []string{"AWS_USE_FIPS_ENDPOINT", "true"}, true},
		"keys of the environment": {ssoIn("us-east-1"), []string{"AWS_ACCESS_KEY_ID", "A", "AWS_SECRET_ACCESS_KEY", "S"}, false},
		"keys":                    {keys, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			home(t, "[default]\n"+c.shared)
			for i := 0; i < len(c.environment); i += 2 {
				t.Setenv(c.environment[i], c.environment[i+1])
			}
			_, err := Load(t.Context(), Options{Region: "us-east-1", FIPS: name != "by the environment"})
			if told := err != nil && strings.HasPrefix(err.Error(), why); told != c.told {
				t.Errorf("it says %v", err)
			}
		})
	}
}
