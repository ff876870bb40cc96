package config

import (
	"fmt"
	"strings"
	"testing"
)

func BenchmarkLoadAConfigOf1000Probes(b *testing.B) { loadProbes(b, 1000) }

func BenchmarkLoadAConfigOf10000Probes(b *testing.B) { loadProbes(b, 10_000) }

func loadProbes(b *testing.B, probes int) {
	b.Helper()
	b.Setenv("WARROOM_TEST_SECRET", testSecret)
	var text strings.Builder
	text.WriteString("probes:\n")
	for i := range probes {
		fmt.Fprintf(&text, `  - name: service-%d-eu-west-1
    url: https://service-%d.eu-west-1.example.com/health
    region: eu-west-1
    tags: {team: payments, tier: "1"}
    headers:
      Authorization: Bearer ${env:WARROOM_TEST_SECRET}
    interval: 15s
    timeout: 5s
    slow: 800ms
    expect: {status: "200..299,!204", body: '/"ok"/'}
`, i, i)
	}
	content := []byte(text.String())
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(FileName, content, known); err != nil {
			b.Fatal(err)
		}
	}
}
