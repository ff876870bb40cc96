package probe

import (
	"testing"
	"time"

	"github.com/miekg/dns"
)

func TestN5AnswersAsExpected(t *testing.T) {
	two := []string{"www.example.com. 60 IN A 192.0.2.2", "www.example.com. 30 IN A 192.0.2.1"}
	six := []string{"www.example.com. 60 IN AAAA 2001:db8::1"}
	mail := []string{"www.example.com. 60 IN MX 10 Mail.example.com."}
	text := []string{`www.example.com. 60 IN TXT "v=spf1 " "-all"`}
	for _, c := range []struct {
		name         string
		kind         string
		records      []string
		expect       Answers
		reason, text string
	}{
		{"the set, in whatever order", "A", two, Answers{Are: []string{"192.0.2.1", "192.0.2.2"}}, "", ""},
		{"addresses however they are written", "AAAA", six, Answers{Are: []string{"2001:DB8:0::1"}}, "", ""},
		{"names whatever their case", "MX", mail, Answers{Are: []string{"10  mail.EXAMPLE.com"}}, "", ""},
		{"text without quotes", "TXT", text, Answers{Have: []string{"v=spf1 -all"}}, "", ""},
		{"text in quotes", "TXT", text, Answers{Have: []string{`"v=spf1 -all"`}}, "", ""},
		{"a service", "SRV", []string{"www.example.com. 60 IN SRV 10 5 5060 Sip.example.com."}, Answers{Are: []string{"10 5 5060 sip.example.com"}}, "", ""},
		{"who may certify", "CAA", []string{`www.example.com. 60 IN CAA 0 issue "amazonaws.com"`}, Answers{Have: []string{`0 issue "amazonaws.com"`}}, "", ""},
		{"an alias itself", "CNAME", []string{"www.example.com. 60 IN CNAME d1.cloudfront.example."}, Answers{Are: []string{"d1.cloudfront.example"}}, "", ""},
		{"some of them", "A", two, Answers{Have: []string{"192.0.2.2"}}, "", ""},
		{"as many", "A", two, Answers{Count: "2"}, "", ""},
		{"at least so many", "A", two, Answers{Count: "2.."}, "", ""},
		{"at most so many", "A", two, Answers{Count: "..2"}, "", ""},
		{"the least TTL", "A", two, Answers{TTL: 30 * time.Second}, "", ""},
		{"one too many", "A", two, Answers{Are: []string{"192.0.2.1"}}, "expected the answers 192.0.2.1, and there are others", "got 192.0.2.1, 192.0.2.2"},
		{"one too few", "A", two[:1], Answers{Are: []string{"192.0.2.1", "192.0.2.2"}}, "expected the answers 192.0.2.1, 192.0.2.2, and there are others", "got 192.0.2.2"},
		{"one is missing", "A", two, Answers{Have: []string{"192.0.2.1", "192.0.2.3"}}, "expected 192.0.2.3 among the answers, and it is missing", "got 192.0.2.1, 192.0.2.2"},
		{"fewer", "A", two, Answers{Count: "3..4"}, "expected 3..4 answers, and there are fewer", "got 192.0.2.1, 192.0.2.2"},
		{"more", "A", two, Answers{Count: "..1"}, "expected ..1 answers, and there are more", "got 192.0.2.1, 192.0.2.2"},
		{"a shorter TTL", "A", two, Answers{TTL: 31 * time.Second}, "expected a TTL of 31s or more, and it is less", "got a TTL of 30s, expected 31s or more"},
		{"N6 not authoritative", "A", two, Answers{Authoritative: true}, "expected an authoritative answer, and the name server hands on what it was told (no AA)", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			address := answersOf(t, func(q *dns.Msg, _ string) [][]byte { return [][]byte{says(q, dns.RcodeSuccess, c.records...)} })
			got := probeOnce(t, Spec{URL: "dns://" + address + "/www.example.com?type=" + c.kind, Timeout: 30 * time.Second, Expect: Expect{Answers: c.expect}}, nil)
			word, class := "UP", ""
			if c.reason != "" {
				word, class = "DOWN", "assert"
			}
			got.want(t, word, class, c.reason)
			if c.text != "" && got.sample.Text != c.text {
				t.Errorf("it says %q", got.sample.Text)
			}
		})
	}
}

func TestN6AnAuthoritativeAnswer(t *testing.T) {
	address := answersOf(t, func(q *dns.Msg, _ string) [][]byte {
		answer := new(dns.Msg).SetReply(q)
		record, _ := dns.NewRR("www.example.com. 60 IN A 192.0.2.1")
		answer.Answer, answer.Authoritative = []dns.RR{record}, true
		return [][]byte{packed(answer)}
	})
	probeOnce(t, Spec{URL: "dns://" + address + "/www.example.com?recurse=no", Expect: Expect{Answers: Answers{Authoritative: true}}}, nil).wantUp(t)
}

func TestExpectedAnswersThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		url, reason string
		expect      Answers
	}{
		{"dns://192.0.2.53/a.example", `the expected answer "a.example" is no address, and records of type A are`, Answers{Are: []string{"a.example"}}},
		{"dns://192.0.2.53/a.example", `the expected count "many" cannot be read; write it like 2, 2..4, 2.. or ..4`, Answers{Count: "many"}},
		{"dns://192.0.2.53/a.example", `the expected count "4..2" cannot be read; write it like 2, 2..4, 2.. or ..4`, Answers{Count: "4..2"}},
		{"dns://192.0.2.53/a.example", `the expected count ".." cannot be read; write it like 2, 2..4, 2.. or ..4`, Answers{Count: ".."}},
		{"dns://192.0.2.53/a.example", `the expected count "0" cannot be read; write it like 2, 2..4, 2.. or ..4`, Answers{Count: "0"}},
		{"https://a.example", "probes of https know no DNS records; leave them out, or use one of dns", Answers{Count: "1"}},
	} {
		if _, err := New(Spec{Name: "shop", URL: c.url, Expect: Expect{Answers: c.expect}}, nil); err == nil || err.Error() != `probe "shop": `+c.reason {
			t.Errorf("%+v: got %v", c.expect, err)
		}
	}
}
