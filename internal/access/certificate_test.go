package access

import (
	"crypto/rand"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// ca is trusted in these tests.
var ca = ed(100)

// goodFor is a certificate of ana's for a shift, signed by ca after change had it.
func goodFor(t testing.TB, by gossh.Signer, change func(c *gossh.Certificate)) *gossh.Certificate {
	t.Helper()
	c := &gossh.Certificate{
		Key: ed(1).PublicKey(), Serial: 12, CertType: gossh.UserCert, KeyId: "Ana@corp",
		ValidPrincipals: []string{"ana", "warroom-responder"},
		ValidAfter:      uint64(today.Add(-time.Minute).Unix()), ValidBefore: uint64(today.Add(8 * time.Hour).Unix()),
		Permissions: gossh.Permissions{Extensions: map[string]string{"permit-pty": ""}},
	}
	if change != nil {
		change(c)
	}
	must(t, c.SignCert(rand.Reader, by))
	return c
}

// sent is a certificate as it comes over the wire.
func sent(t testing.TB, c *gossh.Certificate) gossh.PublicKey {
	t.Helper()
	key, err := gossh.ParsePublicKey(c.Marshal())
	must(t, err)
	return key
}

func TestWhoMayEnterWithACertificate(t *testing.T) {
	o := files(t)
	rsaCA := rsaKey(t, 2048)
	sha1, err := gossh.NewSignerWithAlgorithms(rsaCA.(gossh.AlgorithmSigner), []string{gossh.KeyAlgoRSA})
	must(t, err)
	short := rsaKey(t, 1024)
	put(t, o.Authorized, `role="admin" `+line(ed(50))+" root", line(ed(51))+" vera")
	put(t, o.TrustedCA, "# the CAs", line(ca)+" corp", line(rsaCA), line(ed(101)))
	put(t, o.Revoked, "serial: 66", "id: eve@corp", print(ed(66)), line(ed(101)), "id: ma�lory")
	k := open(t, o)
	const begins = `the certificate "Ana@corp", serial 12, `
	principals := func(p ...string) func(*gossh.Certificate) {
		return func(c *gossh.Certificate) { c.ValidPrincipals = p }
	}
	lives := func(from, to time.Duration) func(*gossh.Certificate) {
		return func(c *gossh.Certificate) {
			c.ValidAfter, c.ValidBefore = uint64(today.Add(from).Unix()), uint64(today.Add(to).Unix())
		}
	}
	critical := func(name, value string) func(*gossh.Certificate) {
		return func(c *gossh.Certificate) { c.CriticalOptions = map[string]string{name: value} }
	}
	id := func(id string) func(*gossh.Certificate) { return func(c *gossh.Certificate) { c.KeyId = id } }
	for _, c := range []struct {
		name   string
		by     gossh.Signer
		change func(*gossh.Certificate)
		who    string
		want   string
	}{
		{"a good one", ca, nil, "ana responder", ""},
		{"of an RSA CA", rsaCA, nil, "ana responder", ""},
		{"signed with SHA-1", sha1, nil, "", begins + "is signed with SHA-1; have the CA sign with rsa-sha2-512"},
		{"of a host", ca, func(c *gossh.Certificate) { c.CertType = gossh.HostCert }, "", begins + "is not one of a user"},
		{"of no type", ca, func(c *gossh.Certificate) { c.CertType = 0 }, "", begins + "is not one of a user"},
		{"of a CA that is not trusted", ed(102), nil, "", begins + "is signed by " + print(ed(102)) + ", a CA that is not trusted"},
		{"of a CA that is revoked", ed(101), nil, "", begins + "is revoked in line 4"},
		{"without principals", ca, principals(), "", begins + "has no principals, so it is anybody's"},
		{"without a role", ca, principals("ana", "root", "warroom", "warroom-", "warroom-boss"), "", begins + "names no role; have it signed for the principal warroom-viewer or another role's"},
		{"the mightiest role", ca, principals("warroom-kiosk", "warroom-admin", "warroom-viewer"), "ana admin", ""},
		{"a viewer", ca, principals("warroom-kiosk", "warroom-viewer"), "ana viewer", ""},
		{"a wall", ca, principals("warroom-kiosk"), "ana kiosk", ""},
		{"for exactly 16 hours", ca, lives(-time.Hour, 15*time.Hour), "ana responder", ""},
		{"for a second more", ca, lives(-time.Hour, 15*time.Hour+time.Second), "", begins + "is good for 16h0m1s; ask for one of 8h, at most 16h with what issuers date it back"},
		{"for ever", ca, func(c *gossh.Certificate) { c.ValidBefore = gossh.CertTimeInfinity }, "", begins + "never ends; ask for one of 8h, at most 16h with what issuers date it back"},
		{"since ever", ca, func(c *gossh.Certificate) { c.ValidAfter = 0 }, "", begins + "is good for more than ten years; ask for one of 8h, at most 16h with what issuers date it back"},
		{"until after the end of time", ca, func(c *gossh.Certificate) { c.ValidAfter, c.ValidBefore = 1<<63, 1<<63+10 }, "", begins + "never ends; ask for one of 8h, at most 16h with what issuers date it back"},
		{"backwards", ca, lives(time.Hour, -time.Hour), "", begins + "ends before it begins"},
		{"not yet", ca, lives(time.Second, time.Hour), "", begins + "is good only from 2026-11-25 09:00 UTC; look at the clocks"},
		{"from this moment", ca, lives(0, time.Hour), "ana responder", ""},
		{"not any more", ca, lives(-time.Hour, 0), "", begins + "has expired at 2026-11-25 09:00 UTC"},
		{"a command is forced", ca, critical("force-command", "id"), "", begins + `has the restriction "force-command", which is not kept here; have it signed without`},
		{"a PIN is wanted", ca, critical("verify-required", ""), "", begins + `has the restriction "verify-required", which is not kept here; have it signed without`},
		{"an unknown restriction", ca, critical("moon\x1b[2J", ""), "", begins + `has the restriction "moon␛[2J", which is not kept here; have it signed without`},
		{"from where it may", ca, critical("source-address", "10.0.0.0/8,192.0.2.7"), "ana responder", ""},
		{"from elsewhere", ca, critical("source-address", "10.0.0.0/8"), "", begins + "may not come from 192.0.2.7; it is for 10.0.0.0/8"},
		{"from no address", ca, critical("source-address", ""), "", begins + `has the source-address "", which is no list of addresses`},
		{"from addresses that are none", ca, critical("source-address", "10.0.0.0/8,corp"), "", begins + `has the source-address "10.0.0.0/8,corp", which is no list of addresses`},
		{"from all but", ca, critical("source-address", "0.0.0.0/0,!10.0.0.0/8"), "", begins + `has the source-address "0.0.0.0/0,!10.0.0.0/8", which is no list of addresses`},
		{"revoked by serial", ca, func(c *gossh.Certificate) { c.Serial = 66 }, "", `the certificate "Ana@corp", serial 66, is revoked in line 1`},
		{"revoked by id", ca, id("eve@corp"), "", `the certificate "eve@corp", serial 12, is revoked in line 2`},
		{"revoked by its id as the log shows it", ca, id("ma\x07lory"), "", `the certificate "ma�lory", serial 12, is revoked in line 5`},
		{"revoked by its key", ca, func(c *gossh.Certificate) { c.Key = ed(66).PublicKey() }, "", begins + "is revoked in line 3"},
		{"of a short key", ca, func(c *gossh.Certificate) { c.Key = short.PublicKey() }, "", begins + "cannot be taken: the RSA key has 1024 bits and needs 2048; make one with ssh-keygen -t ed25519"},
		{"without an id", ca, id(""), "key-" + start(ed(1).PublicKey(), 6) + " responder", ""},
		{"with a reserved id", ca, id("system@corp"), "key-" + start(ed(1).PublicKey(), 6) + " responder", ""},
		{"with the name of somebody mightier", ca, id("root"), "root~" + start(ed(1).PublicKey(), 4) + " responder", ""},
		{"with the name of a peer", ca, func(c *gossh.Certificate) { c.KeyId, c.ValidPrincipals = "vera", []string{"warroom-viewer"} }, "vera viewer", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			certificate := goodFor(t, c.by, c.change)
			g, err := k.Admit(sent(t, certificate), home)
			if told(err, o) != c.want {
				t.Fatalf("got  %v\nwant %s", err, c.want)
			}
			if c.want != "" {
				if g != nil {
					t.Errorf("let in as %+v all the same", g)
				}
				return
			}
			if got := g.Person.Name + " " + string(g.Person.Role); got != c.who || g.Person.Key != print(ed(1)) {
				t.Errorf("got %s with %s, want %s", got, g.Person.Key, c.who)
			}
			if g.Expires.Unix() != int64(certificate.ValidBefore) || len(g.Permissions.Extensions) > 0 || g.Permissions.CriticalOptions["source-address"] != certificate.CriticalOptions["source-address"] {
				t.Errorf("got %+v with %+v", g, g.Permissions)
			}
		})
	}
	g, err := k.Admit(sent(t, goodFor(t, ca, id("ana\x1b]0;x@corp"))), home)
	must(t, err)
	if g.Cert != "ana␛]0;x@corp 12" {
		t.Errorf("the log is told %q", g.Cert)
	}
}

func TestCertificatesThatAreNotWhatTheySeem(t *testing.T) {
	o := files(t)
	put(t, o.TrustedCA, line(ca))
	k := open(t, o)
	refuse := func(name string, c *gossh.Certificate, want string) {
		t.Run(name, func(t *testing.T) {
			if g, err := k.Admit(c, home); g != nil || told(err, o) != want {
				t.Errorf("got %+v, %v\nwant %s", g, err, want)
			}
		})
	}
	changed := goodFor(t, ca, nil)
	changed.ValidPrincipals = []string{"warroom-admin"}
	refuse("changed after it was signed", changed, `the certificate "Ana@corp", serial 12, is not good: certificate signature does not verify`)
	forged := goodFor(t, ed(102), nil)
	forged.SignatureKey = ca.PublicKey()
	refuse("signed by another than it says", forged, `the certificate "Ana@corp", serial 12, is not good: certificate signature does not verify`)
	nested := goodFor(t, ca, nil)
	nested.Key = goodFor(t, ca, nil)
	refuse("a certificate of a certificate", nested, "the certificate holds another certificate where a key belongs")
	nested = goodFor(t, ca, nil)
	nested.SignatureKey = goodFor(t, ca, nil)
	refuse("signed by a certificate", nested, "the certificate holds another certificate where a key belongs")
	refuse("nothing", nil, "the certificate is not whole")
	refuse("empty", &gossh.Certificate{}, "the certificate is not whole")
	if _, err := k.Admit(ed(1).PublicKey(), home); err == nil {
		t.Error("the key without its certificate is let in")
	}
	if _, err := k.Admit(ca.PublicKey(), home); err == nil {
		t.Error("the CA itself is let in")
	}
}

// TestTheServerKeepsTheRestrictionsToo shakes hands with a real server and client, with
// what Admit returned.
func TestTheServerKeepsTheRestrictionsToo(t *testing.T) {
	o := files(t)
	put(t, o.TrustedCA, line(ca))
	k := open(t, o)
	for allowed, enters := range map[string]bool{"127.0.0.0/8": true, "10.0.0.0/8": false} {
		c := goodFor(t, ca, func(c *gossh.Certificate) { c.CriticalOptions = map[string]string{"source-address": allowed} })
		config := &gossh.ServerConfig{PublicKeyCallback: func(_ gossh.ConnMetadata, key gossh.PublicKey) (*gossh.Permissions, error) {
			g, err := k.Admit(key, &net.TCPAddr{IP: net.ParseIP(map[bool]string{true: "127.0.0.1", false: "10.0.0.1"}[enters]), Port: 1}) // ours agrees either way
			if err != nil {
				return nil, err
			}
			g.Permissions.Extensions["name"] = g.Person.Name
			return g.Permissions, nil
		}}
		config.AddHostKey(ed(200))
		by, err := gossh.NewCertSigner(c, ed(1))
		must(t, err)
		if got := shake(t, config, by); (got == "ana") != enters {
			t.Errorf("from 127.0.0.1 with %s: entered as %q", allowed, got)
		}
	}
}

// shake returns the name that a client has at a server, "" if it is not let in.
func shake(t *testing.T, config *gossh.ServerConfig, by gossh.Signer) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	entered := make(chan string, 1)
	go func() {
		connection, err := listener.Accept()
		if err != nil {
			entered <- ""
			return
		}
		defer connection.Close()
		server, _, _, err := gossh.NewServerConn(connection, config)
		if err != nil {
			entered <- ""
			return
		}
		entered <- server.Permissions.Extensions["name"]
		_ = server.Close()
	}()
	client, err := gossh.Dial("tcp", listener.Addr().String(), &gossh.ClientConfig{
		User: "root", Auth: []gossh.AuthMethod{gossh.PublicKeys(by)}, HostKeyCallback: gossh.FixedHostKey(ed(200).PublicKey()),
	})
	if err == nil {
		defer client.Close()
	}
	return <-entered
}

// TestWhatSSHKeygenSigns follows docs/roles.md with the real program.
func TestWhatSSHKeygenSigns(t *testing.T) {
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Skip("there is no ssh-keygen here")
	}
	o := files(t)
	o.Now = time.Now
	folder := filepath.Dir(o.Authorized)
	ssh := func(args ...string) {
		t.Helper()
		command := exec.Command(keygen, args...)
		command.Dir = folder
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen %v: %v\n%s", args, err, out)
		}
	}
	for _, name := range []string{"ca", "id_ed25519"} {
		ssh("-q", "-t", "ed25519", "-N", "", "-f", name)
	}
	o.TrustedCA = filepath.Join(folder, "ca.pub")
	k := open(t, o)
	for lasting, want := range map[string]string{"+8h": "ana responder ana@corp 12", "+17h": ""} {
		ssh("-q", "-s", "ca", "-I", "ana@corp", "-n", "warroom-responder", "-V", lasting, "-z", "12", "id_ed25519.pub")
		text, err := os.ReadFile(filepath.Join(folder, "id_ed25519-cert.pub"))
		must(t, err)
		key, _, _, _, err := gossh.ParseAuthorizedKey(text)
		must(t, err)
		got := ""
		if g, err := k.Admit(key, home); err == nil {
			got = g.Person.Name + " " + string(g.Person.Role) + " " + g.Cert
		}
		if got != want {
			t.Errorf("for %s: got %q, want %q", lasting, got, want)
		}
	}
}
