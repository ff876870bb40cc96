package access

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"warroom/internal/room"
)

// proxied is an address as a load balancer tells it.
type proxied string

func (proxied) Network() string  { return "tcp" }
func (p proxied) String() string { return string(p) }

func TestWhoMayEnterWithAKey(t *testing.T) {
	o := files(t)
	rsa, ecdsa := rsaKey(t, 2048), ecdsaKey(t)
	put(t, o.Authorized,
		`role="admin",tz="Europe/Berlin",night="22-07",sessions="4",expiry-time="202611251000Z" `+line(ed(1))+" ana",
		line(rsa)+" ben", `role="kiosk" `+line(ecdsa)+" wall",
		`expiry-time="202611250900Z" `+line(ed(2))+" carl",
		`from="192.0.2.0/24,2001:db8::/32,!192.0.2.9" `+line(ed(3))+" dora",
		line(ed(4))+" emil",
		`from="::ffff:192.0.2.7" `+line(ed(5))+" fay", `from="::ffff:192.0.0.0/112" `+line(ed(6))+" gil", `from="::/0" `+line(ed(7))+" hal")
	put(t, o.Revoked, "# lost laptops", print(ed(4))+" emil's")
	k := open(t, o)
	at := func(ip string) net.Addr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: 1} }
	for _, c := range []struct {
		name string
		key  gossh.Signer
		from net.Addr
		who  string // name and role
		want string // or the error
	}{
		{"an administrator", ed(1), home, "ana admin", ""},
		{"RSA", rsa, home, "ben viewer", ""},
		{"ECDSA", ecdsa, nil, "wall kiosk", ""},
		{"a stranger", ed(99), home, "", "the key " + print(ed(99)) + " is not known; add it with `warroom keys add`"},
		{"one that has expired this moment", ed(2), home, "", "the key " + print(ed(2)) + " of carl has expired at 2026-11-25 09:00 UTC; revoke it and add it again with another date"},
		{"one that is revoked", ed(4), home, "", "the key " + print(ed(4)) + " of emil is revoked in line 2"},
		{"from an address that may", ed(3), home, "dora viewer", ""},
		{"from an IPv4 address in the clothes of IPv6", ed(3), at("::ffff:192.0.2.7"), "dora viewer", ""},
		{"behind a proxy, in the same clothes", ed(3), proxied("[::ffff:192.0.2.7]:22"), "dora viewer", ""},
		{"from an IPv6 address", ed(3), at("2001:db8::1"), "dora viewer", ""},
		{"from elsewhere", ed(3), at("192.0.3.1"), "", "the key " + print(ed(3)) + ` of dora may not come from 192.0.3.1; it has from="192.0.2.0/24,2001:db8::/32,!192.0.2.9"`},
		{"from the one that may not", ed(3), at("192.0.2.9"), "", "the key " + print(ed(3)) + ` of dora may not come from 192.0.2.9; it has from="192.0.2.0/24,2001:db8::/32,!192.0.2.9"`},
		{"from nowhere", ed(3), nil, "", "the key " + print(ed(3)) + ` of dora may not come from an address that is not known; it has from="192.0.2.0/24,2001:db8::/32,!192.0.2.9"`},
		{"from a socket", ed(3), &net.UnixAddr{Name: "/run/x"}, "", "the key " + print(ed(3)) + ` of dora may not come from an address that is not known; it has from="192.0.2.0/24,2001:db8::/32,!192.0.2.9"`},
		{"a line with an IPv4 address in the clothes of IPv6", ed(5), home, "fay viewer", ""},
		{"a line with such a network", ed(6), home, "gil viewer", ""},
		{"all of IPv6 is none of IPv4", ed(7), home, "", "the key " + print(ed(7)) + ` of hal may not come from 192.0.2.7; it has from="::/0"`},
		{"a link's own address", ed(7), &net.TCPAddr{IP: net.ParseIP("fe80::1"), Port: 1, Zone: "eth0"}, "hal viewer", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := k.Admit(c.key.PublicKey(), c.from)
			if told(err, o) != c.want {
				t.Fatalf("got %v\nwant %s", err, c.want)
			}
			if c.want != "" {
				if g != nil {
					t.Errorf("let in as %+v all the same", g)
				}
				return
			}
			if got := g.Person.Name + " " + string(g.Person.Role); got != c.who || g.Person.Key != print(c.key) || g.Cert != "" {
				t.Errorf("got %s, %+v, want %s", got, g, c.who)
			}
			if g.Permissions == nil || g.Permissions.Extensions == nil || len(g.Permissions.CriticalOptions) > 0 {
				t.Errorf("permissions %+v", g.Permissions)
			}
		})
	}
	g, err := k.Admit(ed(1).PublicKey(), home)
	must(t, err)
	if !g.Expires.Equal(today.Add(time.Hour)) || g.Zone.String() != "Europe/Berlin" || g.Night != "22-07" || g.Sessions != 4 {
		t.Errorf("the line says more than %+v", g)
	}
	if _, err := k.Admit(nil, home); err == nil || err.Error() != "there is no key" {
		t.Errorf("no key gives %v", err)
	}
}

func TestWhatOpensAndWhatDoesNot(t *testing.T) {
	const next = ", or add a key with `warroom keys add FILE`, or trust a CA with --trusted-ca FILE"
	key := line(ed(1))
	for _, c := range []struct {
		name string
		make func(o *Options)
		want string
	}{
		{"a key", func(o *Options) { put(t, o.Authorized, key) }, ""},
		{"a CA", func(o *Options) { put(t, o.TrustedCA, key) }, ""},
		{"nothing is named", func(o *Options) { *o = Options{} }, "nobody could enter: neither a file of keys nor a CA is named" + strings.Replace(next, ", or add", "; add", 1)},
		{"nothing is there", func(o *Options) {}, "nobody could enter: authorized_keys: the file does not exist; make it" + next},
		{"an empty file", func(o *Options) { o.TrustedCA = ""; put(t, o.Authorized) }, "nobody could enter: no key is in force and no CA is trusted" + strings.Replace(next, ", or add", "; add", 1)},
		{"bad lines only", func(o *Options) { put(t, o.Authorized, "hello") }, "nobody could enter: authorized_keys:1: the line holds no key; write it as a .pub file has it" + next},
		{"only a key that has expired", func(o *Options) { o.TrustedCA = ""; put(t, o.Authorized, `expiry-time="20200101" `+key) }, "nobody could enter: no key is in force and no CA is trusted" + strings.Replace(next, ", or add", "; add", 1)},
		{"only a key that is revoked", func(o *Options) { o.TrustedCA = ""; put(t, o.Authorized, key); put(t, o.Revoked, key) }, "nobody could enter: no key is in force and no CA is trusted" + strings.Replace(next, ", or add", "; add", 1)},
		{"only a CA that is revoked", func(o *Options) { o.Authorized = ""; put(t, o.TrustedCA, key); put(t, o.Revoked, key) }, "nobody could enter: no key is in force and no CA is trusted" + strings.Replace(next, ", or add", "; add", 1)},
		{"a file that the group can write", func(o *Options) { put(t, o.Authorized, key); must(t, os.Chmod(o.Authorized, 0o620)) }, "nobody could enter: authorized_keys: others can write it (mode 0620); chmod go-w it, having looked at what stands in it" + next},
		{"a file that all can write", func(o *Options) { put(t, o.TrustedCA, key); o.Authorized = ""; must(t, os.Chmod(o.TrustedCA, 0o602)) }, "nobody could enter: ca: others can write it (mode 0602); chmod go-w it, having looked at what stands in it" + next},
		{"a folder", func(o *Options) { must(t, os.Mkdir(o.Authorized, 0o700)) }, "nobody could enter: authorized_keys: it is not a regular file; name a file" + next},
		{"a large file", func(o *Options) { put(t, o.Authorized, strings.Repeat("#\n", fileLimit/2), key) }, "nobody could enter: authorized_keys: it is larger than 4 MiB; name a file of keys" + next},
		{"UTF-16", func(o *Options) { put(t, o.Authorized, "\xff\xfes\x00s\x00h\x00") }, "nobody could enter: authorized_keys: it is saved as UTF-16; save it as UTF-8" + next},
		{"a CA that is a certificate", func(o *Options) { o.Authorized = ""; put(t, o.TrustedCA, "ssh-ed25519-cert-v01@openssh.com AAAA") }, "nobody could enter: ca:1: it is a certificate, not a key; trust the CA that signed it, with --trusted-ca" + next},
		{"a CA with options", func(o *Options) { o.Authorized = ""; put(t, o.TrustedCA, "cert-authority "+key) }, "nobody could enter: ca:1: options before the key are not taken here; write only the public key of a CA on a line" + next},
		{"revocations that nobody understands", func(o *Options) { put(t, o.Authorized, key); put(t, o.Revoked, "# x", "serial: twelve") },
			`it is not known who is revoked, so nobody is let in: revoked:2: "twelve" is not a serial number; write serial: and a number from 1 up; certificates without one are revoked by id:`},
		{"revocations that others can write", func(o *Options) { put(t, o.Authorized, key); put(t, o.Revoked); must(t, os.Chmod(o.Revoked, 0o666)) },
			"it is not known who is revoked, so nobody is let in: revoked: others can write it (mode 0666); chmod go-w it, having looked at what stands in it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := files(t)
			named := o
			c.make(&o)
			if _, err := Open(o); told(err, named) != c.want {
				t.Errorf("got  %s\nwant %s", told(err, named), c.want)
			}
		})
	}
}

func TestProblemsAreNamedWithTheirLines(t *testing.T) {
	o := files(t)
	put(t, o.Authorized, line(ed(1)), "hello", `role="boss" `+line(ed(2)))
	put(t, o.TrustedCA, line(ed(3)), "ssh-dss AAAA")
	var got []string
	for _, p := range open(t, o).Problems() {
		got = append(got, filepath.Base(p.Error()))
	}
	want := []string{
		"authorized_keys:2: the line holds no key; write it as a .pub file has it",
		`authorized_keys:3: role="boss" is none; write admin, responder, viewer or kiosk`,
		"ca:2: keys of the type ssh-dss are broken; make one with ssh-keygen -t ed25519",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

func TestLinesThatRevoke(t *testing.T) {
	dsa := "ssh-dss " + "AAAAB3NzaC1kc3MAAAAA"
	for text, want := range map[string]string{
		"serial: 12":                   "",
		"SERIAL: 18446744073709551615": "",
		"id: ana@corp, home":           "",
		print(ed(1)):                   "",
		line(ed(1)) + " old":           "",
		line(rsaKey(t, 1024)):          "",
		"# serial: x":                  "",
		"serial: 0":                    `"0" is not a serial number; write serial: and a number from 1 up; certificates without one are revoked by id:`,
		"serial: -1":                   `"-1" is not a serial number; write serial: and a number from 1 up; certificates without one are revoked by id:`,
		"serial: 1 2":                  `"1 2" is not a serial number; write serial: and a number from 1 up; certificates without one are revoked by id:`,
		"id:":                          "the id is missing; write id: and the id",
		print(ed(1))[:20]:              `"` + print(ed(1))[:20] + `" is not a whole fingerprint; copy it again, as ssh-keygen -l prints it`,
		"MD5:00:11":                    "the line is nothing that can be revoked; write serial: N, id: ID, SHA256:… or a public key",
		dsa:                            "the line is nothing that can be revoked; write serial: N, id: ID, SHA256:… or a public key",
		`role="x" ` + line(ed(1)):      "the line is nothing that can be revoked; write serial: N, id: ID, SHA256:… or a public key",
		"id: a\x00":                    "the line holds a control character (0x00); write the line anew",
	} {
		_, problems := parseRevoked("revoked", []byte("\n"+text+"\r\n"))
		if want == "" && len(problems) > 0 || want != "" && (len(problems) != 1 || problems[0].Error() != "revoked:2: "+want) {
			t.Errorf("%s gives %v, want %s", text, problems, want)
		}
	}
	for id, want := range map[string]string{"ana@corp": "id: ana@corp", "": "", " ana": "", "a\nid: b": "", "ana home": "id: ana home"} {
		if got, err := RevokeLine(id); got != want || (err == nil) != (want != "") {
			t.Errorf("%q gives %q, %v", id, got, err)
		}
	}
}

func TestARoleIsNeverMoreThanTheLineSays(t *testing.T) {
	o := files(t)
	put(t, o.Authorized, line(ed(1)))
	g, err := open(t, o).Admit(ed(1).PublicKey(), home)
	must(t, err)
	if g.Person.Role != room.Viewer || g.Person.Role.May(room.MayAct) {
		t.Errorf("a line without a role gives %s", g.Person.Role)
	}
}
