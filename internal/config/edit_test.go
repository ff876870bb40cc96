package config

import (
	"reflect"
	"strings"
	"testing"
)

// edited makes an edit in a file with some text and gives what the file then has.
func edited(t *testing.T, text string, edit func(Edit) (*Config, error)) (string, error) {
	t.Helper()
	path := write(t, text)
	c, err := Load(path, Allowed{})
	must(t, err)
	next, err := edit(Edit{Config: c})
	content, readError := readFile(path)
	must(t, readError)
	if err != nil {
		if string(content) != text {
			t.Errorf("the error is %v, and the file has\n%s", err, content)
		}
		if next != nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v and %q", next, err)
		}
		return "", err
	}
	if again, err := Load(path, Allowed{}); err != nil || string(again.Show()) != string(next.Show()) {
		t.Errorf("what was given is not what the file has: %v\n%s", err, content)
	}
	return string(content), nil
}

func add(name, url string, keys map[string]string) func(Edit) (*Config, error) {
	return func(e Edit) (*Config, error) { return e.Add(NewProbe{Name: name, URL: url, Keys: keys}) }
}

func change(name string, pairs ...string) func(Edit) (*Config, error) {
	keys := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		keys[pairs[i]] = pairs[i+1]
	}
	return func(e Edit) (*Config, error) { return e.Change(name, keys) }
}

func removal(name string) func(Edit) (*Config, error) {
	return func(e Edit) (*Config, error) { return e.Remove(name) }
}

func TestAnEditChangesItsOwnLinesOnly(t *testing.T) {
	b := add("b", "b.example.com", nil)
	for _, c := range []struct {
		name   string
		before string
		edit   func(Edit) (*Config, error)
		after  string
	}{
		{"add to nothing", "", b, "probes:\n  - name: b\n    url: b.example.com\n"},
		{"add to comments", "# ours\n", b, "# ours\nprobes:\n  - name: b\n    url: b.example.com\n"},
		{"add without a section", "room: x # ours\n", b, "room: x # ours\n\nprobes:\n  - name: b\n    url: b.example.com\n"},
		{"add without a newline at the end", "room: x", b, "room: x\n\nprobes:\n  - name: b\n    url: b.example.com\n"},
		{"add before the end of the document", "---\nroom: x\n...\n", b, "---\nroom: x\n\nprobes:\n  - name: b\n    url: b.example.com\n...\n"},
		{"add after the start of a document", "# a\n---\n", b, "# a\n---\nprobes:\n  - name: b\n    url: b.example.com\n"},
		{"add to a section without entries", "probes: # ours\nroom: x\n", b, "probes: # ours\n  - name: b\n    url: b.example.com\nroom: x\n"},
		{"add to an empty list", "probes: [] # ours\n# end\n", b, "probes: # ours\n  - name: b\n    url: b.example.com\n# end\n"},
		{"add to null", "probes: ~\nroom: x\n", b, "probes:\n  - name: b\n    url: b.example.com\nroom: x\n"},
		{"add to a list", "probes:\n  - name: a\n    url: a.example.com\n", b, "probes:\n  - name: a\n    url: a.example.com\n  - name: b\n    url: b.example.com\n"},
		{"add to a list without indentation", "probes:\n- name: a\n  url: a.example.com\n# next\nroom: x\n", b,
			"probes:\n- name: a\n  url: a.example.com\n- name: b\n  url: b.example.com\n# next\nroom: x\n"},
		{"add to a list with wide dashes", "probes:\n    -   name: a\n        url: a.example.com\n", b,
			"probes:\n    -   name: a\n        url: a.example.com\n    -   name: b\n        url: b.example.com\n"},
		{"add to a list with lone dashes", "probes:\n  -\n    name: a\n    url: a.example.com\n", b,
			"probes:\n  -\n    name: a\n    url: a.example.com\n  - name: b\n    url: b.example.com\n"},
		{"add after comments of the last entry", "probes:\n  - name: a\n    url: a.example.com\n    # slow: 1s\n  # - name: z\n\n# next\nroom: x\n", b,
			"probes:\n  - name: a\n    url: a.example.com\n    # slow: 1s\n  - name: b\n    url: b.example.com\n  # - name: z\n\n# next\nroom: x\n"},
		{"add without a newline after the last entry", "probes:\n  - {name: a, url: a.example.com}", b, "probes:\n  - {name: a, url: a.example.com}\n  - name: b\n    url: b.example.com\n"},
		{"add as the others are set apart", "probes:\n  - name: a\n    url: a.example.com\n\n  # ours\n  - name: c\n    url: c.example.com\nroom: x\n", b,
			"probes:\n  - name: a\n    url: a.example.com\n\n  # ours\n  - name: c\n    url: c.example.com\n\n  - name: b\n    url: b.example.com\nroom: x\n"},
		{"add where lines end as on Windows", "room: x # ours\r\nprobes:\r\n  - name: a # ours\r\n    url: a.example.com\r\n\r\n# end\r\n", b,
			"room: x # ours\r\nprobes:\r\n  - name: a # ours\r\n    url: a.example.com\r\n  - name: b\r\n    url: b.example.com\r\n\r\n# end\r\n"},
		{"add after a byte order mark", "\ufeffprobes:\n- {name: a, url: a.example.com}\n", b, "\ufeffprobes:\n- {name: a, url: a.example.com}\n- name: b\n  url: b.example.com\n"},
		{"add after text of several lines", "probes:\n  - name: a\n    url: a.example.com\n    body: |\n      # no comment\n      - x\n\nroom: x\n", b,
			"probes:\n  - name: a\n    url: a.example.com\n    body: |\n      # no comment\n      - x\n  - name: b\n    url: b.example.com\n\nroom: x\n"},
		{"add where keys are indented, and tabs stand before comments", "  room: x\t# ours\n  probes:\n    - name: a\t# ours\n      url: a.example.com\n", b,
			"  room: x\t# ours\n  probes:\n    - name: a\t# ours\n      url: a.example.com\n    - name: b\n      url: b.example.com\n"},
		{"add what YAML would read as something else", "room: x\n", add("yes", "https://b.example.com/?a=b#c", map[string]string{"service": "1.10", "interval": "30s", "objective": "99.9", "expect.body": "a: [b] # c", "expect.status": "200", "tags.no": "off", "follow": "false", "headers.X-Team": "{x}"}),
			"room: x\n\nprobes:\n  - name: \"yes\"\n    url: \"https://b.example.com/?a=b#c\"\n    expect:\n      body: \"a: [b] # c\"\n      status: \"200\"\n    follow: false\n    headers:\n      X-Team: \"{x}\"\n    interval: 30s\n    objective: 99.9\n    service: \"1.10\"\n    tags:\n      \"no\": \"off\"\n"},
		{"remove the first", "probes:\n  # first\n  - name: a # ours\n    url: a.example.com\n    # slow: 1s\n  # second\n  - name: b\n    url: b.example.com\n", removal("a"),
			"probes:\n  # first\n  # second\n  - name: b\n    url: b.example.com\n"},
		{"remove the last", "probes:\n- {name: a, url: a.example.com}\n\n- {name: b, url: b.example.com}\n\n# end\nroom: x\n", removal("b"), "probes:\n- {name: a, url: a.example.com}\n\n# end\nroom: x\n"},
		{"remove the only one", "probes: # ours\n  - name: a\n    url: a.example.com\nroom: x\n", removal("a"), "probes: # ours\nroom: x\n"},
		{"change a value", "probes:\n  - name: a\n    interval:   5s   # ours\n    url: 'a.example.com'\n", change("a", "interval", "10s", "url", "b.example.com"),
			"probes:\n  - name: a\n    interval:   10s   # ours\n    url: b.example.com\n"},
		{"change a name", "probes:\n  - name: \"a\"  # ours\n    url: a.example.com\n", change("a", "name", "on"), "probes:\n  - name: \"on\"  # ours\n    url: a.example.com\n"},
		{"pause", "probes:\n  - name: a\n    url: a.example.com\n    # end\n\n  - name: b\n    url: b.example.com\n", change("a", "paused", "true"),
			"probes:\n  - name: a\n    url: a.example.com\n    # end\n    paused: true\n\n  - name: b\n    url: b.example.com\n"},
		{"pause no more", "probes:\n  - name: a\n    paused: true # night\n    url: a.example.com\n", change("a", "paused", ""), "probes:\n  - name: a\n    url: a.example.com\n"},
		{"pause in braces", "probes:\n  - {name: a, url: a.example.com} # ours\n", change("a", "paused", "true"), "probes:\n  - {name: a, url: a.example.com, paused: true} # ours\n"},
		{"pause no more in braces", "probes:\n  - { paused: true, name: a, url: a.example.com, slow: 1s }\n", change("a", "paused", "", "slow", ""), "probes:\n  - { name: a, url: a.example.com}\n"},
		{"change in braces", "probes:\n  - {name: a, url: \"a.example.com\", slow: , expect: {status: 200}}\n", change("a", "url", "b.example.com", "slow", "1s", "expect.status", "204", "expect.body", "ok"),
			"probes:\n  - {name: a, url: b.example.com, slow: 1s, expect: {status: \"204\", body: ok}}\n"},
		{"take away the key after the dash", "probes:\n  - slow: 1s # ours\n    name: a # theirs\n    url: a.example.com\n", change("a", "slow", ""), "probes:\n  - name: a # theirs\n    url: a.example.com\n"},
		{"give a key without a value one", "probes:\n  - name: a\n    slow: # ours\n    url: a.example.com\n    expect:\n", change("a", "slow", "1s", "expect.body", "ok"),
			"probes:\n  - name: a\n    slow: 1s # ours\n    url: a.example.com\n    expect:\n      body: ok\n"},
		{"change a key of a section", "probes:\n  - name: a\n    url: a.example.com\n    expect:\n      # ours\n      status: 200 # ours\n    # end\n", change("a", "expect.status", "204", "expect.body", "ok"),
			"probes:\n  - name: a\n    url: a.example.com\n    expect:\n      # ours\n      status: \"204\" # ours\n      body: ok\n    # end\n"},
		{"take a key of a section away", "probes:\n  - name: a\n    url: a.example.com\n    expect:\n      status: 200\n", change("a", "expect.status", "", "expect.body", "", "headers.X", "", "slow", ""),
			"probes:\n  - name: a\n    url: a.example.com\n    expect:\n"},
		{"change text of several lines", "probes:\n  - name: a\n    body: |\n      b\n      # c\n    # ours\n    url: tcp://a.example.com:1\n", change("a", "body", "x\n"), "probes:\n  - name: a\n    body: \"x\\n\"\n    # ours\n    url: tcp://a.example.com:1\n"},
		{"change what an alias brings", "x-i: &i 5s\nprobes:\n  - name: a\n    interval: *i # ours\n    url: a.example.com\n", change("a", "interval", "10s"), "x-i: &i 5s\nprobes:\n  - name: a\n    interval: 10s # ours\n    url: a.example.com\n"},
		{"change what is merged in", "x-i: &i {interval: 5s}\nprobes:\n  - <<: *i\n    name: a\n    url: a.example.com\n", change("a", "interval", "10s"), "x-i: &i {interval: 5s}\nprobes:\n  - <<: *i\n    name: a\n    url: a.example.com\n    interval: 10s\n"},
		{"take away what then is merged in", "x-i: &i {interval: 5s}\nprobes:\n  - <<: *i\n    name: a\n    interval: 9s\n    url: a.example.com\n", change("a", "interval", ""), "x-i: &i {interval: 5s}\nprobes:\n  - <<: *i\n    name: a\n    url: a.example.com\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := edited(t, c.before, c.edit)
			if err != nil || got != c.after {
				t.Errorf("%v\ngot\n%s\nwant\n%s", err, got, c.after)
			}
		})
	}
}

func TestAnEditThatCannotBeMadeWritesNothing(t *testing.T) {
	t.Setenv("WARROOM_TEST_SECRET", testSecret)
	b := add("b", "b.example.com", nil)
	shared := func(edit func(Edit) (*Config, error)) func(Edit) (*Config, error) {
		return func(e Edit) (*Config, error) {
			e.Shared = true
			return edit(e)
		}
	}
	guarded := func(p NewProbe) func(Edit) (*Config, error) {
		return shared(func(e Edit) (*Config, error) { return e.Add(p) })
	}
	const one = "probes:\n  - name: a\n    url: a.example.com\n"
	for _, c := range []struct {
		name, before string
		edit         func(Edit) (*Config, error)
		want         string
	}{
		{"one pair of brackets", "probes: [{name: a, url: a.example.com}]\n", b, "warroom.yaml cannot be changed from here: its probes stand in one pair of brackets, and not each on lines of its own after a dash; edit the file itself"},
		{"one pair of braces", "{room: x}\n", b, "warroom.yaml cannot be changed from here: it is written in one pair of braces; edit the file itself"},
		{"braces of several lines", "probes:\n  - {name: a,\n     url: a.example.com}\n", change("a", "slow", "1s"), "warroom.yaml cannot be changed from here: the braces around its keys go over several lines; edit the file itself"},
		{"an alias", "x-p: &p\n  - {name: a, url: a.example.com}\nprobes: *p\n", b, "warroom.yaml cannot be changed from here: it is written in an unusual way there; edit the file itself"},
		{"an entry that is an alias", "x-p: &p {name: a, url: a.example.com}\nprobes:\n  - *p\n", change("a", "slow", "1s"), "warroom.yaml cannot be changed from here: it is written in an unusual way there; edit the file itself"},
		{"a section that is merged in", "x-p: &p {expect: {status: 200}}\nprobes:\n  - <<: *p\n    name: a\n    url: a.example.com\n", change("a", "expect.body", "ok"), "warroom.yaml cannot be changed from here: it is written in an unusual way there; edit the file itself"},
		{"a value that others mean", "probes:\n  - name: a\n    url: a.example.com\n    slow: &s 1s\n  - name: c\n    url: c.example.com\n    slow: *s\n", change("a", "slow", "2s"), "warroom.yaml cannot be changed from here: other places may mean the value in line 4; edit the file itself"},
		{"text that keeps its last lines", "probes:\n  - name: a\n    url: tcp://a.example.com:1\n    body: |+\n      x\n\n\n", b, "warroom.yaml cannot be changed from here: it is written in an unusual way there; edit the file itself"},
		{"a name that is taken", one, add("A", "b.example.com", nil), `nothing was written: probes[1].name: "A" is the name of probes[0] in line 2 already; choose another`},
		{"a value that is none", one, change("a", "interval", "often"), `nothing was written: probes[0].interval: "often" is not a length of time; write a number with ms, s, m or h, such as 30s`},
		{"a key that is needed", one, change("a", "url", ""), `nothing was written: probes[0]: the key "url" is missing; add it, such as url: https://checkout.example.com/health`},
		{"a URL that is a secret", one, add("b", "https://b.example.com/?token=hunter2", nil), `nothing was written: probes[1].url: "token" in the query holds a secret, and a URL is shown on the screen; write a reference such as ${env:NAME} for its value, or send it in a header`},
		{"an unknown key", one, change("a", "intervall", "5s"), `a probe has no key "intervall"; did you mean "interval"?`},
		{"a key of more than one value", one, change("a", "tags", "x"), `"tags" of a probe is more than one value; edit the config file`},
		{"an unknown key of a section", one, change("a", "expect.boddy", "x"), `a probe's expect has no key "boddy" that can be changed from here; edit the config file`},
		{"an unknown probe", one, change("aa", "slow", "1s"), `the config has no probe "aa"; did you mean "a"?`},
		{"removal of an unknown probe", one, removal("zz"), `the config has no probe "zz"; see the list of probes`},
		{"an anchor that others use", "probes:\n  - &a\n    name: a\n    url: a.example.com\n  - <<: *a\n    name: b\n", removal("a"), "nothing was written: probes[0]: there is no anchor &a; write it before it is used"},
		{"a guarded reference in a URL", one, guarded(NewProbe{Name: "b", URL: "https://b.example.com/?x=${env:WARROOM_TEST_SECRET}"}), errInside.Error()},
		{"a guarded reference in a header", one, guarded(NewProbe{Name: "b", URL: "https://b.example.com/", Keys: map[string]string{"headers.X": "${file:/etc/passwd}"}}), errInside.Error()},
		{"a guarded reference afterwards", one + "    guarded: true\n", shared(change("a", "headers.X", "${env:WARROOM_TEST_SECRET}")), errInside.Error()},
		{"a guarded certificate", one, guarded(NewProbe{Name: "b", URL: "b.example.com", Keys: map[string]string{"tls.minimum": "1.3", "tls.certificate": "/etc/ssl/ours.pem", "tls.key": "/etc/ssl/ours.key"}}), errInside.Error()},
		{"a guard that is taken away", one + "    guarded: true\n", shared(change("a", "guarded", "")), errGuarded.Error()},
		{"a guarded probe to which somebody has given a secret", one + "    guarded: true\n    headers: {X: \"${env:WARROOM_TEST_SECRET}\"}\n", shared(change("a", "url", "b.example.com")), errInside.Error()},
		{"a guarded probe to which somebody has given a secret in a list", "probes:\n  - name: a\n    url: tcp://a.example.com:25\n    guarded: true\n    steps: [{send: \"${env:WARROOM_TEST_SECRET}\"}]\n", shared(change("a", "url", "tcp://b.example.com:25")), errInside.Error()},
		{"a probe of the file, from a shared screen", one, shared(change("a", "url", "b.example.com")), errTrusted.Error()},
		{"a probe of the file, paused and changed", one, shared(change("a", "paused", "true", "slow", "1s")), errTrusted.Error()},
		{"removal of a probe of the file", one, shared(removal("a")), errTrusted.Error()},
		{"a guarded probe that looks too often", one, guarded(NewProbe{Name: "b", URL: "b.example.com", Keys: map[string]string{"interval": "1s"}}), "nothing was written: probes[1].interval: 1s is too often for a probe that was added from a screen; write 5s or more, or less under additions.interval"},
		{"one guarded probe too many", "additions: {limit: 1}\n" + one + "    guarded: true\n", guarded(NewProbe{Name: "b", URL: "b.example.com"}), "nothing was written: probes[1].guarded: 1 probes can be added from a screen, and this is one more; take one away, or write more under additions.limit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := edited(t, c.before, c.edit)
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s\n%s", err, c.want, got)
			}
		})
	}
}

func TestWhatASharedScreenMayEdit(t *testing.T) {
	shared := func(edit func(Edit) (*Config, error)) func(Edit) (*Config, error) {
		return func(e Edit) (*Config, error) {
			e.Shared = true
			return edit(e)
		}
	}
	text := "probes:\n  - name: a\n    url: a.example.com\n    headers: {X: \"${env:WARROOM_TEST_SECRET}\"}\n"
	t.Setenv("WARROOM_TEST_SECRET", testSecret)
	for _, edit := range []func(Edit) (*Config, error){
		add("b", "b.example.com", map[string]string{"slow": "1s"}), change("b", "slow", "2s", "paused", "true"), change("a", "paused", "true"),
	} {
		var err error
		text, err = edited(t, text, shared(edit))
		must(t, err)
	}
	want := "probes:\n  - name: a\n    url: a.example.com\n    headers: {X: \"${env:WARROOM_TEST_SECRET}\"}\n    paused: true\n  - name: b\n    url: b.example.com\n    guarded: true\n    slow: 2s\n    paused: true\n"
	if text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if _, err := edited(t, text, shared(removal("b"))); err != nil {
		t.Error(err)
	}
}

// TestEveryKeyThatNamesAFileIsKnown looks at what the keys of a probe say of themselves.
func TestEveryKeyThatNamesAFileIsKnown(t *testing.T) {
	found := 0
	var look func(reflect.Type, string)
	look = func(t2 reflect.Type, before string) {
		for _, f := range fieldsOf(t2) {
			if isSection(f.typ) {
				look(f.typ, before+f.key+".")
			} else if strings.Contains(f.doc, " file") {
				if found++; !contains(namesFile, before+f.key) {
					t.Errorf("%s names a file, and a shared screen could choose it", before+f.key)
				}
			}
		}
	}
	if look(reflect.TypeFor[Probe](), ""); found != len(namesFile) {
		t.Errorf("found %d of %d", found, len(namesFile))
	}
}

// TestReferencesStayAsTheyAreWritten has secrets in the file, whose values must not get
// into it.
func TestReferencesStayAsTheyAreWritten(t *testing.T) {
	t.Setenv("WARROOM_TEST_SECRET", testSecret)
	before := "probes:\n  - name: a\n    url: https://a.example.com/?key=${env:WARROOM_TEST_SECRET}\n    headers: {Authorization: \"Bearer ${env:WARROOM_TEST_SECRET}\"}\n"
	got, err := edited(t, before, change("a", "headers.X-Team", "${env:WARROOM_TEST_SECRET}", "slow", "1s"))
	want := strings.Replace(before, `}"}`, `}", X-Team: "${env:WARROOM_TEST_SECRET}"}`, 1) + "    slow: 1s\n"
	if err != nil || got != want {
		t.Errorf("%v\n%s", err, got)
	}
}
