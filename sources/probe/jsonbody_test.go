package probe

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
)

// answeringJSON is a server whose body is what it is given.
func answeringJSON(t *testing.T, body string) string {
	return "http://" + saying(t, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
}

func TestH33ValuesOfJSON(t *testing.T) {
	const body = `{"status": "ok", "queue": 12, "big": 9007199254740993, "half": 5e-1, "ready": true, "nothing": null,
		"checks": [{"state": "up"}, {"state": "ready"}], "a.b": {"c d": "ü"}, "token": "hunter2",
		"twice": {"x": 1}, "twice": {"y": 2}, "five": "5"}`
	for _, c := range []struct{ path, value, reason string }{
		{"$.status", "ok", ""},
		{"$.status", `"ok"`, ""},
		{"$.status", "/^o.$/", ""},
		{"$.queue", "12", ""},
		{"$.queue", "1.2e1", ""},
		{"$.queue", "<100", ""},
		{"$.queue", "<= 12", ""},
		{"$.queue", ">11.999999999999999999999", ""},
		{"$.queue", ">=-1", ""},
		{"$.big", "9007199254740993", ""},
		{"$.half", "0.50", ""},
		{"$.ready", "true", ""},
		{"$.nothing", "null", ""},
		{"$.checks[1].state", "/up|ready/", ""},
		{`$["a.b"]["c d"]`, "ü", ""},
		{"$.five", `"5"`, ""},
		{"$.twice.y", "2", ""},
		{"$.status", "fine", `expected that $.status is "fine", and it is not`},
		{"$.status", "/fine/", "expected that $.status matches /fine/, and it is not"},
		{"$.queue", "<12", "expected that $.queue < 12, and it is not"},
		{"$.queue", "> 12", "expected that $.queue > 12, and it is not"},
		{"$.big", "9007199254740992", "expected that $.big is 9007199254740992, and it is not"},
		{"$.ready", "false", "expected that $.ready is false, and it is not"},
		{"$.five", "5", "expected that $.five is 5, and it is text"},
		{"$.queue", `"12"`, `expected that $.queue is "12", and it is a number`},
		{"$.queue", "/12/", "expected that $.queue matches /12/, and it is a number"},
		{"$.status", "<5", "expected that $.status < 5, and it is text"},
		{"$.nothing", "x", `expected that $.nothing is "x", and it is null`},
		{"$.checks", "up", `expected that $.checks is "up", and it is an array`},
		{"$", "up", `expected that $ is "up", and it is an object`},
		{"$.missing", "x", `expected that $.missing is "x", and $ has no key "missing"`},
		{"$.checks[2].state", "x", `expected that $.checks[2].state is "x", and $.checks ends before [2]`},
		{"$.checks.state", "x", `expected that $.checks.state is "x", and $.checks is an array and has no keys`},
		{"$[0]", "x", `expected that $[0] is "x", and $ is an object and no array`},
		{"$.nothing.x", "x", `expected that $.nothing.x is "x", and $.nothing is null and has no keys`},
		{"$.queue[0]", "x", `expected that $.queue[0] is "x", and $.queue is a number and no array`},
		{"$.twice.x", "1", `expected that $.twice.x is 1, and $.twice has no key "x"`},
		{"$.token", "x", `expected that $.token is "x", and it is not`},
	} {
		t.Run(c.path+" "+c.value, func(t *testing.T) {
			word, class := "UP", ""
			if c.reason != "" {
				word, class = "DOWN", "assert"
			}
			got := probeOnce(t, Spec{URL: answeringJSON(t, body), Expect: Expect{JSON: map[string]string{c.path: c.value}}}, nil)
			got.want(t, word, class, c.reason)
			if strings.Contains(got.sample.Text, "hunter2") {
				t.Errorf("a secret is shown: %s", got.sample.Text)
			}
			if c.value == "fine" && got.sample.Text != `got "ok", expected that $.status is "fine"` {
				t.Errorf("it says %s", got.sample.Text)
			}
		})
	}
}

func TestH32BodiesThatAreNoJSON(t *testing.T) {
	deep := strings.Repeat("[", 10_000)
	for _, c := range []struct{ name, body, reason string }{
		{"empty", "", "expected JSON, and the body is empty"},
		{"H32 a byte order mark", "\xef\xbb\xbf{}", "expected JSON, and the body begins with a byte order mark"},
		{"H32 UTF-16 with a mark", "\xff\xfe{\x00}\x00", "expected JSON, and the body is UTF-16 and not UTF-8"},
		{"H32 UTF-16 without one", "\x00{\x00}", "expected JSON, and the body is UTF-16 and not UTF-8"},
		{"a page", "<html>\x1b[31m", `expected JSON, and the body begins with "<html>\x1b[31m"`},
		{"a mistake", `{"a": 1,}`, "expected JSON, and the body has a mistake in it"},
		{"cut off", `{"a": [1, 2`, "expected JSON, and the body ends in the middle of it"},
		{"cut off in text", `{"a": "b`, "expected JSON, and the body ends in the middle of it"},
		{"only blanks", "  \n", "expected JSON, and the body ends in the middle of it"},
		{"two values", `{"a": 1} {"a": 1}`, "expected JSON, and the body goes on after the JSON"},
		{"H33 depth 10,000", deep + strings.Repeat("]", 10_000), "expected JSON, and the body has JSON that is nested more than 1000 deep"},
		{"H33 depth 10,000 of objects", strings.Repeat(`{"a":`, 10_000), "expected JSON, and the body has JSON that is nested more than 1000 deep"},
		{"larger than the limit", `{"a": "` + strings.Repeat("x", bodyLimit) + `"}`, "expected JSON, and the body's first 1024 KiB are not all of it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := probeOnce(t, Spec{URL: answeringJSON(t, c.body), Expect: Expect{JSON: map[string]string{"$.a": "1"}}}, nil)
			got.want(t, "DOWN", "assert", c.reason)
		})
	}
}

func TestJSONAndTextOfOneBody(t *testing.T) {
	address := answeringJSON(t, `{"status": "ok"}`+strings.Repeat(" ", 3*windowBytes))
	look := func(text, status string) reading {
		return probeOnce(t, Spec{URL: address, Expect: Expect{Body: text, JSON: map[string]string{"$.status": status}}}, nil)
	}
	look("status", "ok").wantUp(t)
	look("/sta.us/", "ok").wantUp(t)
	look("status", "bad").want(t, "DOWN", "assert", `expected that $.status is "bad", and it is not`)
	look("state", "ok").want(t, "DOWN", "assert", `the body does not hold what it should: expected that it contains "state"`)
	broken := "http://" + saying(t, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{")
	probeOnce(t, Spec{URL: broken, Expect: Expect{JSON: map[string]string{"$.a": "1"}}}, nil).want(t, "DOWN", "body", "the body was cut off before its promised length")
	squashed := "http://" + saying(t, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"+squeezed(t, `{"a": 1}`))
	probeOnce(t, Spec{URL: squashed, Expect: Expect{JSON: map[string]string{"$.a": "1"}}}, nil).wantUp(t)
	empty := "http://" + saying(t, "HTTP/1.1 204 No Content\r\n\r\n")
	probeOnce(t, Spec{URL: empty, Expect: Expect{JSON: map[string]string{"$.a": "1"}}}, nil).want(t, "DOWN", "assert", "expected JSON, and the body is empty")
}

func TestExpectedJSONThatIsRefused(t *testing.T) {
	for _, c := range []struct{ path, value, url, reason string }{
		{"status", "ok", "shop.example", `the path "status" cannot be read; write it like $.checks[0].state or $["a key"]`},
		{"$.a[", "ok", "shop.example", `the path "$.a[" cannot be read; write it like $.checks[0].state or $["a key"]`},
		{"$.a[-1]", "ok", "shop.example", `the path "$.a[-1]" cannot be read; write it like $.checks[0].state or $["a key"]`},
		{`$["\x"]`, "ok", "shop.example", `the path "$[\"\\x\"]" cannot be read; write it like $.checks[0].state or $["a key"]`},
		{"$.a", "/(/", "shop.example", "$.a: the expected /(/ is not a regular expression; see the syntax of RE2"},
		{"$.a", "<b", "shop.example", "$.a: after < comes a number; put text that begins so into double quotes"},
		{"$.a", "[1]", "shop.example", "$.a: objects and arrays cannot be expected as a whole; expect something in them"},
		{"$.a", "1", "ws://shop.example", "probes of ws know no JSON; leave them out, or use one of http, https"},
	} {
		_, err := New(Spec{Name: "shop", URL: c.url, Expect: Expect{JSON: map[string]string{c.path: c.value}}}, nil)
		if err == nil || err.Error() != `probe "shop": `+c.reason {
			t.Errorf("%s: %s: got %v", c.path, c.value, err)
		}
	}
	if _, err := New(Spec{Name: "shop", URL: "shop.example", Method: "HEAD", Expect: Expect{JSON: map[string]string{"$.a": "1"}}}, nil); err == nil {
		t.Error("JSON is expected of HEAD")
	}
}

func TestDecimals(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"0", "-0.00e5", 0}, {"1", "1.0", 0}, {"100", "1e2", 0}, {"0.001", "1E-3", 0}, {"-1", "1", -1}, {"-2", "-1", -1}, {"2", "10", -1},
		{"9007199254740993", "9007199254740992", 1}, {"1e999999999", "2", 1}, {"1e-999999999", "0", 1}, {"-1e99999999999999999999", "1e-99999999999999999999", -1},
		{"0.1", "0.12", -1}, {"-0.1", "-0.12", 1}, {"120", "12", 1},
	} {
		if got := decimalOf(c.a).compare(decimalOf(c.b)); got != c.want {
			t.Errorf("%s and %s: %d", c.a, c.b, got)
		}
		if got := decimalOf(c.b).compare(decimalOf(c.a)); got != -c.want {
			t.Errorf("%s and %s: %d", c.b, c.a, got)
		}
	}
}

// lookedUp finds a value as encoding/json decodes it.
func lookedUp(body []byte, steps []jsonStep) (jsonValue, bool) {
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return jsonValue{}, false
	}
	for _, step := range steps {
		switch inside := value.(type) {
		case map[string]any:
			found, ok := inside[step.key]
			if !ok || step.index >= 0 {
				return jsonValue{}, false
			}
			value = found
		case []any:
			if step.index < 0 || step.index >= len(inside) {
				return jsonValue{}, false
			}
			value = inside[step.index]
		default:
			return jsonValue{}, false
		}
	}
	switch value.(type) {
	case map[string]any:
		return jsonValue{kind: jsonObject}, true
	case []any:
		return jsonValue{kind: jsonArray}, true
	}
	return scalarOf(value), true
}

// FuzzJSON looks any path up in any body, and finds what encoding/json does.
func FuzzJSON(f *testing.F) {
	for _, seed := range [][3]string{
		{`{"a": [1, {"b": "ok"}], "a": null}`, "$.a[1].b", "ok"}, {`[[[]]]`, "$[0][0]", "<1e99"}, {`{"": 1}`, `$[""]`, "/1/"},
		{"\xef\xbb\xbf{}", "$", ">=-0"}, {"1 2", "$", "null"}, {`{"a":{"a":{"b":1}},"a":{}}`, "$.a.a.b", "1"}, {"\x00{", "$.x", `"\u00fc"`},
	} {
		f.Add([]byte(seed[0]), seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, body []byte, path, value string) {
		matches, err := parseJSON(map[string]string{path: value})
		if err != nil {
			return
		}
		search := newJSONSearch(matches)
		if _, err := (&textAndJSON{nil, search}).in(strings.NewReader(string(body))); err != nil {
			t.Fatal(err)
		}
		wrong := search.failure(strings.Clone, 0)
		if wrong != nil && (wrong.reason == "" || wrong.class == "") {
			t.Errorf("failure %+v", wrong)
		}
		valid := json.Valid(body)
		if search.wrong == errDeep || valid != (search.wrong == nil) {
			if valid && search.wrong != errDeep || !valid && search.wrong == nil {
				t.Errorf("%q: %v, valid %v", body, search.wrong, valid)
			}
			return
		}
		if !valid {
			return
		}
		want, there := lookedUp(body, matches[0].steps)
		if got := search.found[0]; (got.missing == "") != there || there && got.value != want {
			t.Errorf("%s in %q: got %+v, want %+v, %v", path, body, got, want, there)
		}
		if (wrong == nil) != (there && matches[0].accepts(want)) {
			t.Errorf("%s: %s in %q: %+v", path, value, body, wrong)
		}
	})
}

func BenchmarkABodyOfJSON(b *testing.B) {
	body := `{"checks": [` + strings.Repeat(`{"state": "up", "since": 12},`, 100) + `{}], "status": "ok"}`
	matches, err := parseJSON(map[string]string{"$.status": "ok", "$.checks[99].state": "up"})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		search := newJSONSearch(matches)
		if _, err := (&textAndJSON{nil, search}).in(struct{ io.Reader }{strings.NewReader(body)}); err != nil || search.failure(strings.Clone, 0) != nil {
			b.Fatal(err, search.failure(strings.Clone, 0))
		}
	}
}

// TestWhatIsLongInJSONIsLeftOut: a text beyond what is looked at, with an escape sequence
// wherever the limit may fall, and blanks. What comes after it is found all the same.
func TestWhatIsLongInJSONIsLeftOut(t *testing.T) {
	look := func(body, path, value string) reading {
		return probeOnce(t, Spec{URL: answeringJSON(t, body), Expect: Expect{JSON: map[string]string{path: value}}}, nil)
	}
	for before := range 16 {
		long := strings.Repeat("x", thinLimit-before) + strings.Repeat(`\u00e4\"\\`, 1000)
		look(`{"long": "`+long+`", "a": 1}`, "$.a", "1").wantUp(t)
		look(`{"`+long+`": [2],`+strings.Repeat(" \n", thinLimit)+`"a": "b  c"}`, "$.a", "b  c").wantUp(t)
		look(`["`+long+`"]`, "$[0]", `/^x+(ä"\\)*ä?"?$/`).wantUp(t)
	}
	look(`{"a": "`+strings.Repeat("x", thinLimit)+`"}`, "$.a", "/^x{1000}/").wantUp(t)
	look(`{"n": 1`+strings.Repeat("0", thinLimit)+`, "a": 1}`, "$.a", "1").want(t, "DOWN", "assert", "expected JSON, and the body has a number of more than 32 KiB")
	look(`{"n": 1`+strings.Repeat("0", thinLimit-1)+`, "a": 1}`, "$.a", "1").wantUp(t)
}
