package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/goccy/go-yaml"
)

func TestASecretIsNeverPrinted(t *testing.T) {
	t.Setenv("WARROOM_TEST_SECRET", testSecret)
	c := load(t, `
scopes: [{role: "arn:aws:iam::111111111111:role/warroom", external_id: "${env:WARROOM_TEST_SECRET}"}]
probes: [{name: a, url: a.example.com, headers: {Cookie: "${env:WARROOM_TEST_SECRET}"}, body: "${env:WARROOM_TEST_SECRET}"}]
`)
	secret := c.Probes[0].Body
	if secret.Reveal() != testSecret {
		t.Fatalf("revealed %q", secret.Reveal())
	}
	type unexported struct{ secret Secret }
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b", "%t", "%08.3f"} {
		for _, value := range []any{secret, &secret, Literal(testSecret), unexported{secret}, c, *c, c.Probes, []any{secret}} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
	}
	marshalled, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(marshalled)
	if marshalled, err = yaml.Marshal(c); err != nil {
		t.Fatal(err)
	}
	out.Write(marshalled)
	out.Write(c.Show())
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("loaded", "secret", secret, "config", c, "probe", c.Probes[0])
	slog.New(slog.NewJSONHandler(&log, nil)).Info("loaded", "secret", secret, "config", c, "probe", c.Probes[0])
	out.Write(log.Bytes())
	hex := fmt.Sprintf("%x", testSecret)
	if text := out.String(); strings.Contains(text, testSecret) || strings.Contains(strings.ToLower(text), hex) {
		t.Errorf("the secret was printed:\n%s", text)
	}
	if !strings.Contains(out.String(), "${env:WARROOM_TEST_SECRET}") {
		t.Error("the reference was not printed")
	}
	if got := fmt.Sprint(Literal("text"), Secret{}); got != hidden+" " {
		t.Errorf("a literal and nothing print as %q", got)
	}
}

func TestTheConfigShowsNoTextThatMayBeASecret(t *testing.T) {
	t.Setenv("WARROOM_TEST_SECRET", testSecret)
	c := load(t, `
scopes: [{role: "arn:aws:iam::111111111111:role/warroom", external_id: swordfish-1}]
probes:
  - {name: a, url: a.example.com, headers: {X-Shop: swordfish-2, Accept: text/plain, Authorization: "Bearer ${env:WARROOM_TEST_SECRET}"}, body: swordfish-3}
  - {name: b, url: b.example.com, headers: {Cookie: "swordfish-4=${env:WARROOM_TEST_SECRET}"}, body: "swordfish-5 $${x} ${env:WARROOM_TEST_SECRET}"}
`)
	shown := string(c.Show())
	if strings.Contains(shown, "swordfish") || strings.Contains(shown, "text/plain") || strings.Contains(shown, testSecret) {
		t.Errorf("something is shown:\n%s", shown)
	}
	for _, want := range []string{
		"\n# ••• hides text that may be a secret.\n", `external_id: "•••"`, `X-Shop: "•••"`, `Authorization: "Bearer ${env:WARROOM_TEST_SECRET}"`,
		`Cookie: "•••${env:WARROOM_TEST_SECRET}"`, `body: "•••${env:WARROOM_TEST_SECRET}"`,
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("%s is not shown:\n%s", want, shown)
		}
	}
}

func TestWhatLooksLikeASecret(t *testing.T) {
	for _, text := range []string{
		"Bearer abc", "bearer\tabc", "Basic YW5hOmh1bnRlcjI=", "a eyJhbGciOiJIUzI1NiJ9.e30.x", "AKIAIOSFODNN7EXAMPLE", "ghp_0123456789abcdef",
		"-----BEGIN RSA PRIVATE KEY-----", "pwd=hunter2", "user=ana&passwd=hunter2", `{"a": {"client_secret": "x"}}`, `{\"password\": \"x\"}`,
		"<password>hunter2</password>", "api-key: 1", "AUTH hunter2\r\nPING", "PING\r\nauth ana hunter2\r\n", "PASS hunter2",
		"user=" + referenceMark + "&pwd=hunter2", "Cookie: id=1",
	} {
		if !holdsSecret(text) {
			t.Errorf("%q passes", text)
		}
	}
	for _, text := range []string{
		"", "PING\r\n", "Bearer", "Bearer " + referenceMark, "Basic " + referenceMark, "X is basic monthly", "pwd=" + referenceMark, `{"password": "` + referenceMark + `"}`,
		"AUTH ana " + referenceMark, `{"password": null, "token": ""}`, `{"max_tokens": 1}`, "author: ana", "<password></password>", "text/plain; charset=utf-8",
		"passed: 3", "Authentication service",
	} {
		if holdsSecret(text) {
			t.Errorf("%q is taken for a secret", text)
		}
	}
	for text, want := range map[string]bool{
		"5f2b8c9d4e1a3b7c8d9e0f1a": true, "a/b wJalr7XUtn3FEMI5K7MDENG2bPxRfi": true, "orders-eu-west-1-checkout-2": false, "20251020T064000Z": false,
		"123e4567-e89b-12d3-a456-426614174000": false, "ProvisionedCapacityHigh": false, "111111111111111111": false, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36": false,
	} {
		if looksRandom(text) != want {
			t.Errorf("%q looks random: %v", text, !want)
		}
	}
	for name, want := range map[string]bool{
		"Authorization": true, "X-Auth": true, "Cookie": true, "X-Vault": true, "x-api-key": true, "X-Amz-Security-Token": true, "Ocp-Apim-Subscription-Key": true,
		"access_token": true, "sig": true, "apiKey": true, "subscriptionKey": true, "key": true, "X-Amz-Signature": true, "password": true, "pwd": true, "client_secret": true,
		"X-Author": false, "Authority": false, "Accept": false, "monkey": false, "keyword": false, "X-Bypass": false, "region": false, "design": false,
	} {
		if secretName.MatchString(name) != want {
			t.Errorf("%s is the name of a secret: %v", name, !want)
		}
	}
}

func TestAURLCanHoldReferencesInItsQuery(t *testing.T) {
	t.Setenv("WARROOM_TEST_SECRET", "a&b=%#\n")
	text := "https://checkout.example.com/health?x=1&token=${env:WARROOM_TEST_SECRET}&y=$${z}#top"
	c := load(t, "probes: [{name: a, url: '"+text+"'}, {name: b, url: 'b.example.com/?token=&max=3'}]")
	p := &c.Probes[0]
	if want := "https://checkout.example.com/health?x=1&token=a%26b%3D%25%23%0A&y=${z}#top"; p.Address() != want {
		t.Errorf("the address is %s, want %s", p.Address(), want)
	}
	if shown := string(c.Show()); p.URL != text || !strings.Contains(shown, text) || strings.Contains(shown, "a%26b") {
		t.Errorf("the URL is %s, and shown is\n%s", p.URL, shown)
	}
	if printed := fmt.Sprintf("%v %+v %#v", p, p, p); strings.Contains(printed, "a%26b") {
		t.Errorf("the address is printed: %s", printed)
	}
	if c.Probes[1].Address() != "b.example.com/?token=&max=3" {
		t.Errorf("a URL without references became %s", c.Probes[1].Address())
	}
}

// TestReferencesAreResolved (P5, and the body of H39).
func TestReferencesAreResolved(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("HOME", folder)
	t.Setenv("WARROOM_TEST_SECRET", testSecret)
	t.Setenv("WARROOM_TEST_EMPTY", "")
	for name, content := range map[string]string{"token": "t0k3n\r\n", "empty": "\n", "large": strings.Repeat("x", secretLimit+1)} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(folder, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ text, value, wrong string }{
		{"", "", ""},
		{"plain $ text", "plain $ text", ""},
		{"$${env:X}", "${env:X}", ""},
		{"a ${env:WARROOM_TEST_SECRET} b", "a " + testSecret + " b", ""},
		{"${file:token}${file:~/token}${file:" + folder + "/token}", "t0k3nt0k3nt0k3n", ""},
		{"${env:WARROOM_TEST_EMPTY}", "", "the environment variable WARROOM_TEST_EMPTY is empty; give it a value before starting warroom"},
		{"${env:}", "", "${env:} is not a reference; write ${env:NAME}, ${file:PATH}, or $${ for the characters themselves"},
		{"${file:empty}", "", `the file "empty" is empty; put the secret into it`},
		{"${file:large}", "", `the file "large" is too large; name the right file`},
		{"${file:pipe}", "", `the file "pipe" is not a plain file; name one`},
		{"${file:.}", "", `the file "." is not a plain file; name one`},
	} {
		got, wrong := resolve(test.text, folder, asItIs)
		if wrong != test.wrong || wrong == "" && got.Reveal() != test.value {
			t.Errorf("%q gives %q, %q; want %q, %q", test.text, got.Reveal(), wrong, test.value, test.wrong)
		}
	}
}
