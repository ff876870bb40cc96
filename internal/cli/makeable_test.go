package cli

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"warroom/internal/config"
)

// TestAProbeThatCannotBeMadeIsAMistakeOfTheConfig holds that it is told with its place, before
// anything starts.
func TestAProbeThatCannotBeMadeIsAMistakeOfTheConfig(t *testing.T) {
	t.Setenv("WARROOM_TEST_KEY", "dGhlIHNhbXBsZSBub25jZQ==")
	for _, c := range []struct{ probe, says string }{
		{"url: icmp://a.example?count=99", "count"},
		{"url: dns://127.0.0.1/a.example?type=NOPE", "nope"},
		{"url: dns://127.0.0.1/a.example?transport=quic", "quic"},
		{"url: dns://127.0.0.1/a.example?type=A\n    expect: {answers: {are: [foo]}}", "foo"},
		{"url: https://h(1)/", "host"},
		{"url: wss://a.example\n    headers: {Sec-WebSocket-Key: '${env:WARROOM_TEST_KEY}'}", "the header Sec-Websocket-Key"},
	} {
		_, err := config.Parse(config.FileName, []byte("probes:\n  - name: well\n    url: a.example\n  - name: shop\n    "+c.probe+"\n"), new(app).allowed())
		problems, ok := errors.AsType[config.Problems](err)
		if !ok || len(problems) != 1 {
			t.Errorf("%s: %v", c.probe, err)
			continue
		}
		p := problems[0]
		if p.Path != "probes[1].url" || p.Line != 5 || p.Column != 10 || !strings.Contains(p.Message, c.says) || strings.Contains(p.Message, `probe "`) || strings.Contains(p.Message, "dGhl") {
			t.Errorf("%s: %v", c.probe, p)
		}
	}
}

func TestAProbeWithAMistakeIsNotToldOfTwice(t *testing.T) {
	for _, probe := range []string{
		"{name: a, url: 'https://a.example/?key=${env:WARROOM_TEST_NOT_SET}'}",
		"{name: a, url: 'https://h(1)/', headers: {Authorization: 'Bearer ${env:WARROOM_TEST_NOT_SET}'}}",
		"{name: a, url: 'https://h(1)/', timeout: often}",
	} {
		_, err := config.Parse(config.FileName, []byte("probes: ["+probe+"]"), new(app).allowed())
		if problems, ok := errors.AsType[config.Problems](err); !ok || len(problems) != 1 || strings.Contains(problems[0].Message, "cannot be made") {
			t.Errorf("%s: %v", probe, err)
		}
	}
}

// BenchmarkParseAConfigOf10000Probes takes in that each is made to see whether it can be.
func BenchmarkParseAConfigOf10000Probes(b *testing.B) {
	var text strings.Builder
	text.WriteString("probes:\n")
	for i := range 10_000 {
		fmt.Fprintf(&text, "  - {name: service-%d, url: 'https://service-%d.example.com/health', expect: {status: \"200..299,!204\", body: '/\"ok\"/'}}\n", i, i)
	}
	allowed := new(app).allowed()
	for b.Loop() {
		if _, err := config.Parse(config.FileName, []byte(text.String()), allowed); err != nil {
			b.Fatal(err)
		}
	}
}
