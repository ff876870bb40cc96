package probe

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strconv"
	"testing"
	"time"

	"warroom/internal/room"
)

// below makes an authority whose certificate another one has signed, until a time.
func (a *authority) below(t testing.TB, common string, until time.Time) *authority {
	t.Helper()
	b := &authority{key: newKey(t), pool: x509.NewCertPool()}
	b.certificate = a.certify(t, common, b, until)
	return b
}

// certify signs the certificate of another authority.
func (a *authority) certify(t testing.TB, common string, b *authority, until time.Time) *x509.Certificate {
	t.Helper()
	serial++
	return sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(serial + 1), Subject: pkix.Name{CommonName: common},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, a.certificate, b.key, a.key)
}

// shownOf is the certificate that a reading tells of.
func shownOf(r reading) *room.Certificate { return r.Detail.(*room.ProbeDetail).Certificate }

func TestAChainThatIsNotWhole(t *testing.T) {
	root := newAuthority(t)
	middle := root.below(t, "War Room Test Intermediate", time.Now().Add(time.Hour))
	certificate := middle.issue(t, leaf{common: "shop", names: []string{"127.0.0.1"}})
	env := &Environment{Roots: root.pool}
	alone := secured(t, &tls.Config{Certificates: []tls.Certificate{certificate}})
	probeOnce(t, Spec{URL: "https://" + alone}, env).want(t, "DOWN", "cert",
		`the certificate of "shop" is signed by "War Room Test Intermediate", which is not trusted here, or an intermediate certificate is missing`)

	whole := certificate
	whole.Certificate = append(whole.Certificate, middle.certificate.Raw)
	probeOnce(t, Spec{URL: "https://" + secured(t, &tls.Config{Certificates: []tls.Certificate{whole}})}, env).wantUp(t)

	elsewhere := middle.issue(t, leaf{common: "shop", names: []string{"127.0.0.1"}, issuerAt: "http://ca.example/r11.der"})
	got := probeOnce(t, Spec{URL: "https://" + secured(t, &tls.Config{Certificates: []tls.Certificate{elsewhere}})}, env)
	got.want(t, "DOWN", "cert", `the certificate of "shop" is signed by "War Room Test Intermediate", whose certificate the server should send and does not: an intermediate certificate is missing`)
	if c := shownOf(got); c == nil || c.Subject != "shop" || c.DaysLeft(time.Now()) != 0 || !c.Chain.IsZero() {
		t.Errorf("T7: shown is %+v", c)
	}

	lower := middle.below(t, "War Room Test Lower", time.Now().Add(time.Hour))
	deep := lower.issue(t, leaf{common: "shop", names: []string{"127.0.0.1"}})
	stranger := newAuthority(t)
	stranger.certificate = stranger.certify(t, "Stranger", stranger, time.Now().Add(time.Hour))
	for _, c := range []struct {
		name   string
		sent   []*authority
		roots  *authority
		reason string
	}{
		{"whole, in another order", []*authority{root, middle, lower}, root, ""},
		{"the root and not what is below it", []*authority{lower, root}, root, `the certificate of "shop": that of its issuer "War Room Test Lower" is signed by "War Room Test Intermediate", whose certificate the server should send and does not: an intermediate certificate is missing`},
		{"only the root", []*authority{root}, root, `the certificate of "shop" is signed by "War Room Test Lower", whose certificate the server should send and does not: an intermediate certificate is missing`},
		{"whole, of a root that is not trusted", []*authority{lower, middle, root}, stranger, `the certificate of "shop" is signed by "War Room Test Root", which is not trusted here`},
		{"without that root", []*authority{lower, middle}, stranger, `the certificate of "shop" is signed by "War Room Test Root", which is not trusted here`},
	} {
		sent := deep
		for _, one := range c.sent {
			sent.Certificate = append(sent.Certificate[:len(sent.Certificate):len(sent.Certificate)], one.certificate.Raw)
		}
		got := probeOnce(t, Spec{URL: "tls://" + secured(t, &tls.Config{Certificates: []tls.Certificate{sent}})}, &Environment{Roots: c.roots.pool})
		if got.Reason != c.reason {
			t.Errorf("T7, %s:\ngot  %s\nwant %s", c.name, got.Reason, c.reason)
		}
	}
}

// TestT16OfTwoChainsTheLastToEndCounts: an intermediate that two roots have signed.
func TestT16OfTwoChainsTheLastToEndCounts(t *testing.T) {
	old, young := newAuthority(t), newAuthority(t)
	soon, later := time.Now().Add(10*24*time.Hour), time.Now().Add(40*24*time.Hour)
	for i, a := range []*authority{old, young} {
		a.certificate = sign(t, &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: a.certificate.Subject, NotBefore: time.Now().Add(-time.Hour), NotAfter: later.AddDate(1, 0, 0),
			IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, SubjectKeyId: []byte{byte(i + 1)},
		}, a.certificate, a.key, a.key)
	}
	roots := x509.NewCertPool()
	roots.AddCert(old.certificate)
	roots.AddCert(young.certificate)
	middle := old.below(t, "Middle", soon)
	certificate := middle.issue(t, leaf{names: []string{"127.0.0.1"}, to: later.AddDate(1, 0, 0)})
	crossed := young.certify(t, "Middle", middle, later)
	for _, c := range []struct {
		name  string
		sent  []*x509.Certificate
		until time.Time
	}{
		{"one", []*x509.Certificate{middle.certificate}, soon},
		{"both", []*x509.Certificate{middle.certificate, crossed}, later},
		{"both the other way round", []*x509.Certificate{crossed, middle.certificate}, later},
	} {
		t.Run(c.name, func(t *testing.T) {
			shown := certificate
			for _, one := range c.sent {
				shown.Certificate = append(shown.Certificate[:len(shown.Certificate):len(shown.Certificate)], one.Raw)
			}
			got := probeOnce(t, Spec{URL: "tls://" + secured(t, &tls.Config{Certificates: []tls.Certificate{shown}})}, &Environment{Roots: roots})
			got.wantUp(t)
			if ends := shownOf(got).Ends(); !ends.Equal(c.until.Truncate(time.Second)) {
				t.Errorf("it ends at %v, want %v", ends, c.until)
			}
		})
	}
}

func TestT19WhatIsNotTrustedAnyMore(t *testing.T) {
	root := newAuthority(t)
	old := root.below(t, "War Room Old", time.Now().Add(time.Hour))
	template := *old.certificate
	template.SignatureAlgorithm = x509.ECDSAWithSHA1
	old.certificate = sign(t, &template, root.certificate, old.key, root.key)
	for _, c := range []struct {
		name   string
		signer *authority
		want   leaf
		reason string
	}{
		{"SHA-1", root, leaf{common: "shop", algorithm: x509.ECDSAWithSHA1}, `the certificate of "shop" is signed with SHA-1, which is not trusted any more`},
		{"SHA-1 further up", old, leaf{common: "shop"}, `the certificate of "shop": that of its issuer "War Room Old" is signed with SHA-1, which is not trusted any more`},
		{"RSA-1024", root, leaf{common: "shop", bits: 1024}, `the certificate of "shop" has an RSA key of 1024 bits, which is too weak to be trusted; 2048 are the least`},
		{"RSA-2048", root, leaf{common: "shop", bits: 2048}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.want.names = []string{"127.0.0.1"}
			certificate := c.signer.issue(t, c.want)
			certificate.Certificate = append(certificate.Certificate, c.signer.certificate.Raw)
			address := secured(t, &tls.Config{Certificates: []tls.Certificate{certificate}})
			got := probeOnce(t, Spec{URL: "https://" + address}, &Environment{Roots: root.pool})
			if c.reason == "" {
				got.wantUp(t)
				return
			}
			got.want(t, "DOWN", "cert", c.reason)
			if shown := shownOf(got); shown == nil || shown.Subject != "shop" || !shown.Chain.IsZero() {
				t.Errorf("shown is %+v", shown)
			}
			probeOnce(t, Spec{URL: "https://" + address, Insecure: true}, &Environment{Roots: root.pool}).wantUp(t)
		})
	}
}

func TestACertificateIsShownWhenTheHandshakeFailsAfterIt(t *testing.T) { // T12
	ours := newAuthority(t)
	address := secured(t, &tls.Config{
		Certificates: []tls.Certificate{ours.issue(t, leaf{common: "shop", names: []string{"127.0.0.1"}})},
		ClientAuth:   tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12,
	})
	got := probeOnce(t, Spec{URL: "https://" + address}, &Environment{Roots: ours.pool})
	if c := shownOf(got); got.sample.Class != "tls" || c == nil || c.Subject != "shop" || c.Chain.IsZero() || c.Version != "1.2" {
		t.Errorf("%s, shown is %+v", got.sample.Class, c)
	}
}

// TestT24AChainIsBelievedForAWhile: what was found good is found again for a minute, by
// who asks the same, and never after the first of its certificates has ended.
func TestT24AChainIsBelievedForAWhile(t *testing.T) {
	root, other := newAuthority(t), newAuthority(t)
	now := time.Now()
	soon := now.Add(20 * time.Second).Truncate(time.Second)
	parsed := func(c tls.Certificate) []*x509.Certificate {
		one, err := x509.ParseCertificate(c.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		return []*x509.Certificate{one, root.certificate}
	}
	lasting, ending := parsed(root.issue(t, leaf{})), parsed(root.issue(t, leaf{to: soon}))
	c := chains{good: map[chainKey]goodChain{}}
	for _, chain := range [][]*x509.Certificate{lasting, ending} {
		c.keep(chainKeyOf(chain, "shop.example", root.pool), chain, [][]*x509.Certificate{chain}, now)
	}
	for _, ask := range []struct {
		name  string
		key   chainKey
		at    time.Time
		known bool
	}{
		{"the same", chainKeyOf(lasting, "shop.example", root.pool), now, true},
		{"nearly a minute later", chainKeyOf(lasting, "shop.example", root.pool), now.Add(chainBelieved - time.Millisecond), true},
		{"a minute later", chainKeyOf(lasting, "shop.example", root.pool), now.Add(chainBelieved), false},
		{"after the clock was set back", chainKeyOf(lasting, "shop.example", root.pool), now.Add(-time.Second), false},
		{"another name", chainKeyOf(lasting, "other.example", root.pool), now, false},
		{"other roots", chainKeyOf(lasting, "shop.example", other.pool), now, false},
		{"the same roots read again", chainKeyOf(lasting, "shop.example", root.pool.Clone()), now, false},
		{"the system's roots", chainKeyOf(lasting, "shop.example", nil), now, false},
		{"a shorter chain", chainKeyOf(lasting[:1], "shop.example", root.pool), now, false},
		{"another order", chainKeyOf([]*x509.Certificate{lasting[1], lasting[0]}, "shop.example", root.pool), now, false},
		{"before it ends", chainKeyOf(ending, "shop.example", root.pool), soon.Add(-time.Millisecond), true},
		{"when it ends", chainKeyOf(ending, "shop.example", root.pool), soon, false},
	} {
		if _, known := c.find(ask.key, ask.at); known != ask.known {
			t.Errorf("%s: known is %v", ask.name, known)
		}
	}
	for i := range 2 * chainsKept {
		c.keep(chainKey{host: strconv.Itoa(i)}, lasting, [][]*x509.Certificate{lasting}, now)
	}
	if len(c.good) > chainsKept {
		t.Errorf("%d are kept, want %d at most", len(c.good), chainsKept)
	}
}

// TestT24AVerdictIsNotTakenOver: the same endpoint, asked for otherwise, is judged anew.
func TestT24AVerdictIsNotTakenOver(t *testing.T) {
	ours, other := newAuthority(t), newAuthority(t)
	address := secured(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, leaf{names: []string{"127.0.0.1"}})}})
	good := Spec{URL: "tls://" + address}
	for range 2 {
		probeOnce(t, good, &Environment{Roots: ours.pool}).wantUp(t)
	}
	if got := probeOnce(t, good, &Environment{Roots: other.pool}); got.sample.Class != "cert" {
		t.Errorf("with other roots: %s %s", got.Word, got.Reason)
	}
	env := nameServer(t, func(question) *reply { return &reply{addresses: []string{"127.0.0.1"}} })
	env.Roots = ours.pool
	_, port, _ := net.SplitHostPort(address)
	if got := probeOnce(t, Spec{URL: "tls://other.example:" + port}, env); got.sample.Class != "cert" {
		t.Errorf("with another name: %s %s", got.Word, got.Reason)
	}
}

func TestT23HugeChains(t *testing.T) {
	root := newAuthority(t)
	env := &Environment{Roots: root.pool}
	later := time.Now().Add(time.Hour)
	chain := make([]*authority, 100)
	for i := range chain {
		above := root
		if i > 0 {
			above = chain[i-1]
		}
		chain[i] = above.below(t, "Authority "+strconv.Itoa(i), later)
	}
	certificate := chain[99].issue(t, leaf{common: "shop", names: []string{"127.0.0.1"}})
	for i := range chain {
		certificate.Certificate = append(certificate.Certificate, chain[99-i].certificate.Raw)
	}
	address := secured(t, &tls.Config{Certificates: []tls.Certificate{certificate}})
	got := probeOnce(t, Spec{URL: "https://" + address}, env)
	got.want(t, "DOWN", "cert", `the certificate of "shop" stands on a chain that is too long to be verified`)
	if c := shownOf(got); c == nil || c.Subject != "shop" {
		t.Errorf("shown is %+v", c)
	}

	good := root.issue(t, leaf{names: []string{"127.0.0.1"}})
	for i := range chain { // which it does not stand on
		good.Certificate = append(good.Certificate, chain[i].certificate.Raw)
	}
	probeOnce(t, Spec{URL: "https://" + secured(t, &tls.Config{Certificates: []tls.Certificate{good}})}, env).wantUp(t)

	for len(good.Certificate) < 1000 { // some 300 KiB
		good.Certificate = append(good.Certificate, chain[0].certificate.Raw)
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		address := secured(t, &tls.Config{Certificates: []tls.Certificate{good}, MaxVersion: version})
		got := probeOnce(t, Spec{URL: "https://" + address}, env)
		got.want(t, "DOWN", "tls", address+" sends a handshake message of TLS that is larger than any real one")
	}
}
