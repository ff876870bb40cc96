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
		got, wrong := resolve(test.text, folder)
		if wrong != test.wrong || wrong == "" && got.Reveal() != test.value {
			t.Errorf("%q gives %q, %q; want %q, %q", test.text, got.Reveal(), wrong, test.value, test.wrong)
		}
	}
}
