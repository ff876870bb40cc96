package room

import (
	"testing"
	"time"
)

func TestHowLongACertificateLasts(t *testing.T) {
	now := time.Date(2026, 3, 14, 14, 0, 0, 0, time.UTC)
	in := func(d time.Duration) time.Time { return now.Add(d) }
	for _, c := range []struct {
		name           string
		expires, chain time.Time
		days           int
	}{
		{"41 and a half days", in(41*24*time.Hour + 12*time.Hour), in(90 * 24 * time.Hour), 41},
		{"its issuer ends first", in(41 * 24 * time.Hour), in(2 * 24 * time.Hour), 2},
		{"it does not verify", in(3 * 24 * time.Hour), time.Time{}, 3},
		{"hours", in(5 * time.Hour), time.Time{}, 0},
		{"over for an hour", in(-time.Hour), time.Time{}, -1},
		{"over for a day and an hour", in(-25 * time.Hour), time.Time{}, -2},
	} {
		if got := (&Certificate{Expires: c.expires, Chain: c.chain}).DaysLeft(now); got != c.days {
			t.Errorf("%s: %d days", c.name, got)
		}
	}
}

func TestAnotherCertificateIsALineAndAnotherVersionOfTLSIsNone(t *testing.T) {
	clock := Wall{}
	r := New(Options{Name: "prod", Clock: clock})
	scope := Scope{Source: "probe"}
	show := func(c *Certificate) {
		r.Observe(Observation{Scope: scope, Watch: "probe/shop", At: clock.Now(), Done: true, Signals: []Signal{{
			Key: "probe/shop", Kind: KindProbe, Scope: scope, State: OK, Word: "UP", Title: "shop", Since: clock.Now(), Detail: &ProbeDetail{Certificate: c},
		}}})
		r.Flush()
	}
	lines := func() int { return len(r.Snapshot().Timeline.Events) }
	show(&Certificate{Fingerprint: "a", Version: "1.3"})
	show(&Certificate{Fingerprint: "a", Version: "1.2"})
	show(&Certificate{Fingerprint: "a", Version: "1.2", Cipher: "TLS_AES_128_GCM_SHA256", Curve: "X25519"})
	if n := lines(); n != 0 {
		t.Errorf("%d lines before anything has changed", n)
	}
	if detail := r.Snapshot().Of(KindProbe).Signals[0].Detail.(*ProbeDetail); detail.Certificate.Version != "1.2" || detail.Certificate.Curve != "X25519" {
		t.Errorf("the version that is shown is %s, the curve %s", detail.Certificate.Version, detail.Certificate.Curve)
	}
	show(&Certificate{Fingerprint: "b", Version: "1.3"})
	if n := lines(); n != 1 || !r.Snapshot().Timeline.Events[0].Wrote {
		t.Errorf("%d lines after the certificate has changed", n)
	}
	if was := r.Snapshot().Timeline.Events[0].WasBy; was != "a" {
		t.Errorf("T17: it took the place of %q", was)
	}
}

func TestOtherAnswersOfANameServerAreALine(t *testing.T) { // N10
	clock := Wall{}
	r := New(Options{Name: "prod", Clock: clock})
	scope := Scope{Source: "probe"}
	lines := func(answers ...string) int {
		r.Observe(Observation{Scope: scope, Watch: "probe/names", At: clock.Now(), Done: true, Signals: []Signal{{
			Key: "probe/names", Kind: KindProbe, Scope: scope, State: OK, Word: "UP", Title: "names", Since: clock.Now(), Detail: &ProbeDetail{Answers: answers},
		}}})
		r.Flush()
		return len(r.Snapshot().Timeline.Events)
	}
	if n := lines() + lines("192.0.2.1") + lines("192.0.2.1"); n != 0 {
		t.Errorf("%d lines before anything has changed", n)
	}
	if n := lines("192.0.2.2"); n != 1 || !r.Snapshot().Timeline.Events[0].Wrote {
		t.Errorf("%d lines after the answer has changed", n)
	}
}
