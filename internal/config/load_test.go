package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func load(t testing.TB, text string) *Config {
	t.Helper()
	c, err := Parse(FileName, []byte(text), Allowed{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// write puts a config file into a folder of its own and returns its path.
func write(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), FileName)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestGoodFilesLoadAndShowThemselves(t *testing.T) {
	t.Setenv("WARROOM_TEST_SECRET", testSecret)
	for _, file := range filesIn(t, "testdata/good") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			first, err := Load(file, known)
			if err != nil {
				t.Fatal(err)
			}
			if shown := first.Show(); bytes.Contains(shown, []byte(hidden)) {
				if again, err := Parse(file, shown, known); err == nil {
					t.Errorf("dots are taken for values: %+v", again)
				}
				first = byReference(first)
			}
			shown := first.Show()
			if strings.Contains(string(shown), testSecret) {
				t.Errorf("the secret is shown:\n%s", shown)
			}
			again, err := Parse(file, shown, known)
			if err != nil {
				t.Fatalf("what was shown cannot be loaded: %v\n%s", err, shown)
			}
			again.digest = first.digest
			if !reflect.DeepEqual(first, again) {
				t.Errorf("what was shown gives another config:\n%s\ngot  %+v\nwant %+v", shown, again, first)
			}
		})
	}
}

// byReference puts a reference in the place of every text that Show would hide.
func byReference(c *Config) *Config {
	reference, _ := resolve("${env:WARROOM_TEST_SECRET}", "", asItIs)
	for i := range c.Probes {
		p := &c.Probes[i]
		for _, values := range p.Headers {
			for i, value := range values {
				if strings.Contains(value.String(), hidden) {
					values[i] = reference
				}
			}
		}
		if strings.Contains(p.Body.String(), hidden) {
			p.Body = reference
		}
	}
	return c
}

func TestEverythingIsRead(t *testing.T) {
	t.Setenv("WARROOM_TEST_SECRET", testSecret)
	c, err := Load("testdata/good/everything.yaml", known)
	if err != nil {
		t.Fatal(err)
	}
	secret, price, body := testSecret, "${price}", "ping"
	bearer, accept := "Bearer "+testSecret, "text/plain"
	want := Probe{
		Name: "checkout-eu", URL: "checkout.example.com/health", Service: "checkout", Region: "eu-west-1",
		Tags: map[string]string{"team": "payments", "version": "1.10"}, Method: "POST",
		Headers: map[string]Values{
			"Authorization": {{"Bearer ${env:WARROOM_TEST_SECRET}", true, &bearer}},
			"Accept":        {{"text/plain", false, &accept}},
			"X-Price":       {{"$${price}", false, &price}},
		},
		Body: Secret{"${file:body.txt}", true, &body}, Interval: 30 * time.Second, Timeout: 3 * time.Second, Slow: 800 * time.Millisecond,
		Confirm: "3 of 5", Recover: "1",
		Expect: Expect{Status: "200..299,!204", Latency: 2 * time.Second}, Insecure: true,
	}
	if !reflect.DeepEqual(c.Probes[0], want) {
		t.Errorf("got  %+v\nwant %+v", c.Probes[0], want)
	}
	orders := c.Probes[1]
	if orders.Timeout != time.Second || orders.Interval != 2*time.Second || orders.Region != "dc-1" || !orders.Follow || orders.Method != "GET" {
		t.Errorf("a timeout that is not given is half a short interval, and merged keys give way: %+v", orders)
	}
	if db := c.Probes[2]; db.Method != "" || db.Expect.Status != "" || db.Interval != 10*time.Second || db.Timeout != 5*time.Second || db.Body.Reveal() != "PING\r\n" {
		t.Errorf("a tcp probe has no HTTP settings and the usual times: %+v", db)
	}
	wantScope := Scope{Account: "012345678901", Profile: "prod", Role: "arn:aws:iam::111111111111:role/path/warroom",
		ExternalID: Secret{"${env:WARROOM_TEST_SECRET}", true, &secret}, Regions: []string{"us-east-1", "eu-west-1", "ap-southeast-7"}}
	if !reflect.DeepEqual(c.Scopes[0], wantScope) {
		t.Errorf("got  %+v\nwant %+v", c.Scopes[0], wantScope)
	}
	otherScopes := []Scope{{Account: "test", Regions: []string{"us-gov-west-1", "eusc-de-east-1"}},
		{Profile: "root", Role: "ops/warroom", Organization: true, FIPS: true, DualStack: true}}
	if !reflect.DeepEqual(c.Scopes[1:], otherScopes) {
		t.Errorf("got  %+v\nwant %+v", c.Scopes[1:], otherScopes)
	}
	if c.AccountName("111122223333") != "payments" || c.AccountName("012345678901") != "old one" || c.AccountName("222222222222") != "222222222222" {
		t.Errorf("accounts are called %v", c.Accounts)
	}
	if c.Intervals != (Intervals{2 * time.Minute, time.Minute, 10 * time.Second}) || !c.Health.Off || c.Alarms.Off || !c.ASCII || c.Theme != "dark" {
		t.Errorf("got %+v", c)
	}
	if s := c.Services; s[0].Weight != 2.5 || s[1].Weight != 0 || s[0].Contact != "#payments-oncall" {
		t.Errorf("got %+v", s)
	}
	if down, of, up := c.Probes[1].Confirmed(); down != 2 || of != 3 || up != 2 {
		t.Errorf("without a word two of three looks decide: got %d of %d, and %d", down, of, up)
	}
	if c.Canaries.Off || !slices.Equal(c.Canaries.Wanted(), []string{"dynamodb", "s3"}) || c.Canaries.Interval != time.Minute || !slices.Equal(c.Canaries.Regions, []string{"us-east-1"}) {
		t.Errorf("got %+v", c.Canaries)
	}
	if f := c.Feeds; f.Off || f.Interval != 2*time.Minute || !slices.Equal(f.Regions, []string{"us-east-1"}) || f.Events != "https://a.example/e" || !slices.Equal(f.Mirrors, []string{"https://a.example/h"}) || f.RSS != "http://a.example/r" || f.Announcement != "https://a.example/a" || !f.Elsewhere() {
		t.Errorf("got %+v", f)
	}
	allow, deny := c.Additions.Ranges()
	if fmt.Sprint(allow, deny) != "[127.0.0.1/32 ::1/128] [10.0.0.0/8 fd00::/8]" || c.Additions.Interval != 10*time.Second || c.Additions.Limit != 1 {
		t.Errorf("got %v, %v, %+v", allow, deny, c.Additions)
	}
	if added := c.Probes[len(c.Probes)-1]; !added.Paused || !added.Guarded || c.Probes[2].Paused || c.Probes[2].Guarded {
		t.Errorf("got %+v", added)
	}
	if !slices.Equal(c.Controls.Wanted(), []string{"192.0.2.1:443", "[2001:db8::1]:53"}) {
		t.Errorf("got %+v", c.Controls)
	}
	if keys, given := c.Keys["freeze"]; !given || len(keys) != 0 {
		t.Errorf("an empty list of keys takes an action's keys away; got %v, %v", keys, given)
	}
}

func TestDefaultsWithoutAFile(t *testing.T) {
	c, err := Load("", known)
	if err != nil {
		t.Fatal(err)
	}
	if c.Theme != "auto" || c.Intervals != (Intervals{time.Minute, 30 * time.Second, 15 * time.Second}) || c.File() != "" {
		t.Errorf("got %+v", c)
	}
}

func TestAFileThatCannotBeRead(t *testing.T) {
	folder := t.TempDir()
	large := filepath.Join(folder, "large.yaml")
	if err := os.WriteFile(large, make([]byte, sizeLimit+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(folder, "missing.yaml"): "the config file does not exist; check the path",
		folder:                                "the config file is not a plain file; name one",
		large:                                 "the config file is too large; name the right file",
	} {
		_, err := Load(path, known)
		if err == nil || err.Error() != path+": "+want {
			t.Errorf("got %v, want %s: %s", err, path, want)
		}
	}
}

func TestManyMistakesAreCountedAndSummed(t *testing.T) {
	text := ""
	for i := range problemLimit + 5 {
		text += fmt.Sprintf("wrong%d: 1\n", i)
	}
	_, err := Parse(FileName, []byte(text), known)
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != problemLimit+5 {
		t.Fatalf("got %d problems: %v", len(problems), err)
	}
	if !strings.HasSuffix(err.Error(), "\nand 5 more") {
		t.Errorf("the end is %q", err.Error()[len(err.Error())-40:])
	}
	if summary := problems.Summary(); strings.Contains(summary, "\n") || !strings.HasSuffix(summary, "(and 24 more)") {
		t.Errorf("the summary is %q", summary)
	}
}

func TestAliasesThatMultiplyAreStopped(t *testing.T) {
	text := "x-0: &a0 [z, z, z, z, z, z, z, z, z, z]\n"
	for i := 1; i < 9; i++ {
		text += fmt.Sprintf("x-%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1)
	}
	_, err := Parse(FileName, []byte(text+"scopes: *a8\n"), known)
	if err == nil || !strings.Contains(err.Error(), "found a list") {
		t.Errorf("got %v", err)
	}
	merges := "x-0: &m0 {a: 1}\n"
	for i := 1; i < 9; i++ {
		merges += fmt.Sprintf("x-%d: &m%d {<<: [%s*m%d]}\n", i, i, strings.Repeat(fmt.Sprintf("*m%d, ", i-1), 9), i-1)
	}
	if _, err := Parse(FileName, []byte(merges+"health: *m8\n"), known); err == nil {
		t.Error("nothing was said")
	}
}

func TestFindLooksInThreePlaces(t *testing.T) {
	working, xdg := t.TempDir(), t.TempDir()
	t.Chdir(working)
	t.Setenv("XDG_CONFIG_HOME", xdg)
	find := func(given, want string) {
		t.Helper()
		if got, err := Find(given); err != nil || got != want {
			t.Errorf("found %q, %v; want %q", got, err, want)
		}
	}
	put := func(path string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	find("", "")
	users := filepath.Join(xdg, "warroom", FileName)
	put(users)
	find("", users)
	put("warroom.yaml")
	find("", "warroom.yaml")
	find("other.yaml", "other.yaml")

	if err := os.Rename("warroom.yaml", "warroom.yml"); err != nil {
		t.Fatal(err)
	}
	if _, err := Find(""); err == nil || !strings.Contains(err.Error(), "call it warroom.yaml") {
		t.Errorf("a file with another ending is passed over in silence: %v", err)
	}
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("HOME", "/home/ana")
	if got := UserFile(); got != "/home/ana/.config/warroom/warroom.yaml" {
		t.Errorf("got %s", got)
	}
}

func TestLinesThatEndAsOnWindowsAreCountedOnce(t *testing.T) {
	_, err := Parse(FileName, []byte("# ours\r\nroom: x # ours\r\nprobes: # ours\r\n  - name: a # ours\r\n    url: a.example.com\r\n    slow: often\r\n"), Allowed{})
	if err == nil || !strings.HasPrefix(err.Error(), "warroom.yaml:6:11: probes[0].slow: ") {
		t.Errorf("got %v", err)
	}
}
