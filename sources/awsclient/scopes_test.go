package awsclient

import (
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

const (
	keys    = "aws_access_key_id = A\naws_secret_access_key = S\n"
	roleARN = "arn:aws:iam::222222222222:role/r"
)

// questions is a name server that knows no name, and remembers which it was asked for.
type questions struct {
	mu    sync.Mutex
	names []string
}

// client resolves names with the server only.
func (q *questions) client(t *testing.T) func(*config.LoadOptions) error {
	t.Helper()
	connection, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	go q.answer(connection)
	return config.WithHTTPClient(named(aws.Config{}, connection.LocalAddr().String()).HTTPClient)
}

// answer says NXDOMAIN to every question (RFC 1035, 4.1).
func (q *questions) answer(connection net.PacketConn) {
	packet := make([]byte, 1500)
	for {
		_, from, err := connection.ReadFrom(packet)
		if err != nil {
			return
		}
		var labels []string
		end := 12
		for packet[end] != 0 {
			length := int(packet[end])
			labels = append(labels, string(packet[end+1:end+1+length]))
			end += 1 + length
		}
		q.mu.Lock()
		q.names = append(q.names, strings.Join(labels, "."))
		q.mu.Unlock()
		reply := packet[:end+5]
		reply[2], reply[3], reply[10], reply[11] = 0x81, 0x83, 0, 0
		connection.WriteTo(reply, from)
	}
}

// asked are the names, each once.
func (q *questions) asked() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	names := slices.Clone(q.names)
	slices.Sort(names)
	return slices.Compact(names)
}

// STS is asked in a region, never at the global endpoint, and everything in the partition
// and in the kind of endpoint that is wanted.
func TestWhereAWSIsAsked(t *testing.T) {
	for _, c := range []struct {
		name, shared string
		environment  map[string]string
		options      Options
		want         string
	}{
		{"a role, in the region of the scope", keys, nil, Options{RoleARN: roleARN, Region: "eu-west-1"}, "sts.eu-west-1.amazonaws.com"},
		{"the older setting of the SDKs changes nothing", keys, map[string]string{"AWS_STS_REGIONAL_ENDPOINTS": "legacy"}, Options{RoleARN: roleARN, Region: "us-east-1"}, "sts.us-east-1.amazonaws.com"},
		{"a role, without a region", keys, nil, Options{RoleARN: roleARN}, "sts.us-west-2.amazonaws.com"},
		{"a profile's role, without a region", "role_arn = " + roleARN + "\nsource_profile = base\n[profile base]\n" + keys, nil, Options{}, "sts.us-west-2.amazonaws.com"},
		{"a role in China", keys, nil, Options{RoleARN: "arn:aws-cn:iam::222222222222:role/r"}, "sts.cn-northwest-1.amazonaws.com.cn"},
		{"a profile's role in GovCloud", "role_arn = arn:aws-us-gov:iam::222222222222:role/r\nsource_profile = base\n[profile base]\n" + keys, nil, Options{}, "sts.us-gov-west-1.amazonaws.com"},
		{"a web identity", "role_arn = " + roleARN + "\nweb_identity_token_file = TOKEN\n", nil, Options{}, "sts.us-west-2.amazonaws.com"},
		{"alarms", keys, nil, Options{Region: "eu-west-1"}, "monitoring.eu-west-1.amazonaws.com"},
		{"alarms in China", keys, nil, Options{Region: "cn-north-1"}, "monitoring.cn-north-1.amazonaws.com.cn"},
		{"alarms by FIPS", keys, nil, Options{Region: "us-east-1", FIPS: true}, "monitoring-fips.us-east-1.amazonaws.com"},
		{"alarms by FIPS, by the environment", keys, map[string]string{"AWS_USE_FIPS_ENDPOINT": "true"}, Options{Region: "us-east-1"}, "monitoring-fips.us-east-1.amazonaws.com"},
		{"alarms by dual-stack", keys, nil, Options{Region: "eu-west-1", DualStack: true}, "monitoring.eu-west-1.api.aws"},
		{"alarms by dual-stack, by the profile", keys + "use_dualstack_endpoint = true\n", nil, Options{Region: "eu-west-1"}, "monitoring.eu-west-1.api.aws"},
		{"a role by FIPS", keys, nil, Options{RoleARN: roleARN, Region: "us-east-1", FIPS: true}, "sts-fips.us-east-1.amazonaws.com"},
		{"an endpoint that is to be ignored", keys, map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, Options{Region: "eu-west-1"}, "monitoring.eu-west-1.amazonaws.com"},
		{"an endpoint of one's own", keys, map[string]string{"AWS_ENDPOINT_URL_CLOUDWATCH": "http://vpce-1.monitoring.example"}, Options{Region: "eu-west-1"}, "vpce-1.monitoring.example"},
		{"an endpoint of one's own for STS", keys, map[string]string{"AWS_ENDPOINT_URL_STS": "http://vpce-1.sts.example"}, Options{RoleARN: roleARN, Region: "eu-west-1"}, "vpce-1.sts.example"},
		{"an endpoint of one's own in the profile", keys + "endpoint_url = http://all.example\n", nil, Options{Region: "eu-west-1"}, "all.example"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := home(t, "")
			token := filepath.Join(folder, "config") // any file will do
			write(t, folder, "[default]\n"+strings.ReplaceAll(c.shared, "TOKEN", token))
			for name, value := range c.environment {
				t.Setenv(name, value)
			}
			q := new(questions)
			c.options.settings = append(slices.Clone(impatient), q.client(t))
			cfg, err := Load(t.Context(), c.options)
			if err != nil {
				t.Fatal(err)
			}
			if err := describeAlarms(t.Context(), cfg); err == nil && cfg.Region != "" {
				t.Fatal("a name that does not exist was reached")
			}
			cfg.Credentials.Retrieve(t.Context()) // without a region no alarms are asked for
			if got := q.asked(); !slices.Equal(got, []string{c.want}) {
				t.Errorf("asked %v, want %s", got, c.want)
			}
		})
	}
}

func TestAnEndpointOfOnesOwnDoesNotGoWithFIPSOrDualStack(t *testing.T) {
	const why = "a custom endpoint and FIPS or dual-stack are asked for together, and there is no such host"
	for name, set := range map[string]func(*Options){
		"FIPS":                           func(o *Options) { o.FIPS = true },
		"dual-stack":                     func(o *Options) { o.DualStack = true },
		"FIPS, by the environment":       func(*Options) { t.Setenv("AWS_USE_FIPS_ENDPOINT", "true") },
		"dual-stack, by the environment": func(*Options) { t.Setenv("AWS_USE_DUALSTACK_ENDPOINT", "true") },
	} {
		t.Run(name, func(t *testing.T) {
			home(t, "[default]\n"+keys)
			t.Setenv("AWS_ENDPOINT_URL", *serve(t, hang).BaseEndpoint)
			options := Options{Region: "us-east-1", settings: impatient}
			set(&options)
			cfg, err := Load(t.Context(), options)
			if err != nil {
				t.Fatal(err)
			}
			expectCause(t, describeAlarms(t.Context(), cfg), "endpoint-conflict", why)
			options.RoleARN = roleARN
			if cfg, err = Load(t.Context(), options); err != nil {
				t.Fatal(err)
			}
			_, err = cfg.Credentials.Retrieve(t.Context())
			expectCause(t, err, "endpoint-conflict", "the credentials of profile default could not be had: "+why)
		})
	}
}

func TestCredentialsFromEveryPlace(t *testing.T) {
	until := time.Now().Add(6 * time.Hour).UTC().Format(time.RFC3339)
	temporary := `{"Code":"Success","Version":1,"AccessKeyId":"ASIA","SecretAccessKey":"s","Token":"t","SessionToken":"t","Expiration":"` + until + `"}`
	machine := func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/latest/api/token":
			w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "300")
			answer(200, "text/plain", "token")(w, r)
		case "/latest/meta-data/iam/security-credentials/r", "/latest/meta-data/iam/security-credentials-extended/r", "/container":
			answer(200, "application/json", temporary)(w, r)
		case "/latest/meta-data/iam/security-credentials/", "/latest/meta-data/iam/security-credentials-extended/":
			answer(200, "text/plain", "r")(w, r)
		default:
			answer(200, "text/xml", strings.ReplaceAll(assumed, "AssumeRoleRes", r.Form.Get("Action")+"Res"))(w, r) // STS
		}
	}
	for name, c := range map[string]struct {
		shared      string
		environment map[string]string
		options     Options
		key, known  string
	}{
		"the environment":       {"", map[string]string{"AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "S"}, Options{}, "E", ""},
		"a profile's keys":      {"[profile prod]\n" + keys, nil, Options{Profile: "prod"}, "A", ""},
		"a process":             {"[profile prod]\ncredential_process = echo '" + temporary + "'\n", nil, Options{Profile: "prod"}, "ASIA", ""},
		"this machine's role":   {"", map[string]string{"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "SERVER"}, Options{}, "ASIA", ""},
		"a container's role":    {"", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/container"}, Options{}, "ASIA", ""},
		"a role of the config":  {"[profile prod]\n" + keys, nil, Options{Profile: "prod", RoleARN: roleARN}, "ASIA", "222222222222"},
		"a role of the profile": {"[profile prod]\nrole_arn = " + roleARN + "\nsource_profile = base\n[profile base]\n" + keys, nil, Options{Profile: "prod"}, "ASIA", "222222222222"},
		"a chain of roles": {"[profile prod]\nrole_arn = arn:aws:iam::333333333333:role/r\nexternal_id = other\nsource_profile = base\n[profile base]\n" + keys, nil,
			Options{Profile: "prod", RoleARN: roleARN, ExternalID: "x1"}, "ASIA", "222222222222"},
		"a web identity of the environment": {"", map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": "CONFIG", "AWS_ROLE_ARN": roleARN}, Options{}, "ASIA", "222222222222"},
		"a web identity of a profile":       {"[profile prod]\nrole_arn = " + roleARN + "\nweb_identity_token_file = CONFIG\n", nil, Options{Profile: "prod"}, "ASIA", "222222222222"},
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			var sessions []string
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/" && r.ParseForm() == nil {
					mu.Lock()
					sessions = append(sessions, r.Form.Get("RoleArn")+" "+r.Form.Get("DurationSeconds")+" "+r.Form.Get("ExternalId"))
					mu.Unlock()
				}
				machine(w, r)
			})
			folder := home(t, "")
			fill := strings.NewReplacer("SERVER", *server.BaseEndpoint, "CONFIG", filepath.Join(folder, "config"))
			write(t, folder, fill.Replace("# a token\n"+c.shared))
			t.Setenv("AWS_ENDPOINT_URL_STS", *server.BaseEndpoint)
			for variable, value := range c.environment {
				t.Setenv(variable, fill.Replace(value))
			}
			c.options.Region, c.options.settings = "eu-west-1", []func(*config.LoadOptions) error{config.WithRetryer(func() aws.Retryer { return aws.NopRetryer{} })}
			cfg, err := Load(t.Context(), c.options)
			if err != nil {
				t.Fatal(err)
			}
			expectKey(t, cfg, c.key)
			for _, session := range sessions {
				if !strings.Contains(session, " 3600 ") {
					t.Errorf("a session of another length: %s", session)
				}
			}
			if want := []string{"arn:aws:iam::333333333333:role/r 3600 other", roleARN + " 3600 x1"}; name == "a chain of roles" && !slices.Equal(sessions, want) {
				t.Errorf("assumed %v, want %v", sessions, want)
			}
			if known := cfg.Credentials.(*lasting).account; known != c.known {
				t.Errorf("the settings say account %q, want %q", known, c.known)
			}
		})
	}
}

// With STS down an account still goes by its number where the settings say it.
func TestTheSettingsSayTheAccount(t *testing.T) {
	for shared, want := range map[string]string{
		"sso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\nsso_account_id = 444444444444\nsso_role_name = r\n":                                                                    "444444444444",
		"login_session = arn:aws:sts::555555555555:assumed-role/r/ana\n":                                                                                                                             "555555555555",
		"role_arn = " + roleARN + "\nsource_profile = base\n[profile base]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\nsso_account_id = 444444444444\nsso_role_name = r\n": "222222222222",
		keys: "",
	} {
		home(t, "[profile prod]\nregion = eu-west-1\n"+shared)
		t.Setenv("AWS_ENDPOINT_URL", *serve(t, answer(503, "text/html", html)).BaseEndpoint)
		cfg, err := Load(t.Context(), Options{Profile: "prod", settings: impatient})
		if err != nil {
			t.Fatal(err)
		}
		number, err := Account(t.Context(), cfg)
		if want != "" && (number != want || err != nil) || want == "" && (number != "prod" || err == nil) {
			t.Errorf("%s\nis account %q, %v; want %q", shared, number, err, want)
		}
	}
}
