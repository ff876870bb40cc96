package probe

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// exchange is what a server says and what it must have been told before it.
type exchange struct{ told, say string }

// playing plays one side of a dialogue, and then TLS if a certificate is given.
func playing(t *testing.T, certificate *tls.Certificate, script ...exchange) string {
	return listen(t, func(conn net.Conn) {
		for _, step := range script {
			told := make([]byte, len(step.told))
			if _, err := io.ReadFull(conn, told); err != nil {
				return
			}
			if string(told) != step.told {
				t.Errorf("told %q, want %q", told, step.told)
			}
			_, _ = io.WriteString(conn, step.say)
		}
		if certificate == nil {
			untilClosed(conn)
			return
		}
		secure := serverSide(conn, *certificate)
		_ = secure.Handshake()
		untilClosed(secure)
	})
}

const (
	ldapStartTLS     = "\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"
	ldapSuccess      = "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"
	ldapSuccessLong  = "\x30\x84\x00\x00\x00\x10\x02\x01\x01\x78\x84\x00\x00\x00\x07\x0a\x01\x00\x04\x00\x04\x00" // of Active Directory
	ldapProtocol     = "\x30\x13\x02\x01\x01\x78\x0e\x0a\x01\x02\x04\x00\x04\x07no \x1b[2J"
	postgresSSL      = "\x00\x00\x00\x08\x04\xd2\x16\x2f"
	speaksFromStart  = "ADDRESS speaks TLS from the start; use tls://"
	goesOnInPlain    = "ADDRESS goes on in plain text after it has agreed to TLS"
	waitingForTLS    = "timed out after 300ms waiting for the TLS handshake"
	closedBeforeHint = "the connection was closed before "
)

// agreeing are the dialogues of servers that go over to TLS.
var agreeing = map[string][]exchange{
	"smtp":     {{"", "220-mail.example\r\n220 ESMTP\r\n"}, {"EHLO warroom\r\n", "250-mail.example\r\n250-SIZE\r\n250 STARTTLS\r\n"}, {"STARTTLS\r\n", "220 go ahead\r\n"}},
	"imap":     {{"", "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"}, {"a STARTTLS\r\n", "* 1 EXISTS\r\na OK begin\r\n"}},
	"pop3":     {{"", "+OK ready\r\n"}, {"STLS\r\n", "+OK begin\r\n"}},
	"ldap":     {{ldapStartTLS, ldapSuccess}},
	"postgres": {{postgresSSL, "S"}},
}

func TestT20StartTLS(t *testing.T) {
	ours := newAuthority(t)
	env := &Environment{Roots: ours.pool}
	good, other := ours.issue(t, leaf{common: "mail", names: []string{"127.0.0.1"}}), ours.issue(t, leaf{names: []string{"other.example"}})
	scripts := map[string][]exchange{"ldap of Active Directory": {{ldapStartTLS, ldapSuccessLong}}}
	for scheme, script := range agreeing {
		scripts[scheme] = script
	}
	for name, script := range scripts {
		scheme, _, _ := strings.Cut(name, " ")
		t.Run(name, func(t *testing.T) {
			got := probeOnce(t, Spec{URL: scheme + "://" + playing(t, &good, script...)}, env)
			got.wantUp(t)
			if c := shownOf(got); c == nil || c.Subject != "mail" || c.Version != "1.3" {
				t.Errorf("shown is %+v", c)
			}
			if p := got.sample.Phases; p.FirstByte <= 0 || p.TLS <= 0 || p.Transfer >= 0 || !strings.HasPrefix(got.sample.Text, "TLS 1.3") {
				t.Errorf("phases %+v, text %q", p, got.sample.Text)
			}
			probeOnce(t, Spec{URL: scheme + "://" + playing(t, &other, script...)}, env).want(t, "DOWN", "cert", "the certificate is for other.example, not for 127.0.0.1")
			probeOnce(t, Spec{URL: scheme + "://" + playing(t, &other, script...), TLS: TLS{Name: "other.example", Minimum: "1.3"}}, env).wantUp(t)

			injected := append([]exchange(nil), script...)
			injected[len(injected)-1].say += "250 more\r\n"
			address := playing(t, nil, injected...)
			probeOnce(t, Spec{URL: scheme + "://" + address}, env).want(t, "DOWN", "protocol", strings.ReplaceAll(goesOnInPlain, "ADDRESS", address))
			silent := probeOnce(t, Spec{URL: scheme + "://" + playing(t, nil, script...), Timeout: 300 * time.Millisecond}, env)
			silent.want(t, "DOWN", "timeout", waitingForTLS)
			if silent.sample.Phase != "tls" {
				t.Errorf("in the phase %s", silent.sample.Phase)
			}
		})
	}
}

func TestT20ServersThatDoNotStartTLS(t *testing.T) {
	smtp, imap := agreeing["smtp"], agreeing["imap"]
	for _, c := range []struct {
		name, scheme  string
		script        []exchange
		class, reason string
	}{
		{"smtp refuses", "smtp", []exchange{smtp[0], smtp[1], {"STARTTLS\r\n", "454 TLS not available\r\n"}}, "tls", `ADDRESS does not go over to TLS: it says "454 TLS not available"`},
		{"smtp knows no STARTTLS", "smtp", []exchange{smtp[0], smtp[1], {"STARTTLS\r\n", "502 what\x1b[2J?\r\n"}}, "tls", `ADDRESS does not go over to TLS: it says "502 what\x1b[2J?"`},
		{"smtp takes nobody", "smtp", []exchange{{"", "554 no service\r\n"}}, "protocol", `ADDRESS does not let us in: it says "554 no service"`},
		{"smtp takes not us", "smtp", []exchange{smtp[0], {"EHLO warroom\r\n", "550 who?\r\n"}}, "protocol", `ADDRESS does not let us in: it says "550 who?"`},
		{"imap refuses", "imap", []exchange{imap[0], {"a STARTTLS\r\n", "a NO TLS not available\r\n"}}, "tls", `ADDRESS does not go over to TLS: it says "a NO TLS not available"`},
		{"imap knows no STARTTLS", "imap", []exchange{imap[0], {"a STARTTLS\r\n", "a BAD what?\r\n"}}, "tls", `ADDRESS does not go over to TLS: it says "a BAD what?"`},
		{"imap takes nobody", "imap", []exchange{{"", "* BYE full\r\n"}}, "protocol", `ADDRESS does not let us in: it says "* BYE full"`},
		{"pop3 refuses", "pop3", []exchange{{"", "+OK ready\r\n"}, {"STLS\r\n", "-ERR no\r\n"}}, "tls", `ADDRESS does not go over to TLS: it says "-ERR no"`},
		{"ldap refuses", "ldap", []exchange{{ldapStartTLS, ldapProtocol}}, "tls", `ADDRESS does not go over to TLS: it answers with result 2, "no \x1b[2J"`},
		{"postgres refuses", "postgres", []exchange{{postgresSSL, "N"}}, "tls", "ADDRESS does not go over to TLS: it has TLS turned off"},

		{"smtp, something else", "smtp", []exchange{{"", "SSH-2.0-x\r\n"}}, "protocol", `ADDRESS does not speak SMTP: it says "SSH-2.0-x\r\n"`},
		{"imap, something else", "imap", []exchange{{"", "220 mail ESMTP\r\n"}}, "protocol", `ADDRESS does not speak IMAP: it says "220 mail ESMTP\r\n"`},
		{"imap, something else later", "imap", []exchange{imap[0], {"a STARTTLS\r\n", "b OK\r\n"}}, "protocol", `ADDRESS does not speak IMAP: it says "b OK\r\n"`},
		{"pop3, something else", "pop3", []exchange{{"", "* OK ready\r\n"}}, "protocol", `ADDRESS does not speak POP3: it says "* OK ready\r\n"`},
		{"ldap, something else", "ldap", []exchange{{ldapStartTLS, "\x00\x01garbage"}}, "protocol", `ADDRESS does not speak LDAP: it says "\x00\x01garbage"`},
		{"ldap, a length without end", "ldap", []exchange{{ldapStartTLS, "\x30\x84\xff\xff\xff\xff"}}, "protocol", `ADDRESS does not speak LDAP: it says "0\x84\xff\xff\xff\xff"`},
		{"ldap, another answer", "ldap", []exchange{{ldapStartTLS, strings.Replace(ldapSuccess, "\x78", "\x61", 1)}}, "protocol", `ADDRESS does not speak LDAP: it says "0\f\x02\x01\x01a\a\n\x01\x00\x04\x00\x04\x00"`},
		{"postgres, something else", "postgres", []exchange{{postgresSSL, "HTTP/1.1 400"}}, "protocol", `ADDRESS does not speak PostgreSQL: it says "HTTP/1.1 400"`},
		{"smtp, a line without end", "smtp", []exchange{{"", "220 " + strings.Repeat("x", 2*replySize)}}, "protocol", `ADDRESS does not speak SMTP: it says "220 xxxxxxxxxxxx"`},
		{"smtp, lines without end", "smtp", []exchange{{"", strings.Repeat("220-x\r\n", 2*replyLines)}}, "protocol", `ADDRESS does not speak SMTP: it says "220-x\r\n220-x\r\n22"`},

		{"ldap, TLS from the start", "ldap", []exchange{{ldapStartTLS, "\x15\x03\x03\x00\x02\x02\x16"}}, "protocol", speaksFromStart},
		{"postgres, TLS from the start", "postgres", []exchange{{postgresSSL, "\x15\x03\x03\x00\x02\x02\x16"}}, "protocol", speaksFromStart},
		{"pop3, TLS from the start", "pop3", []exchange{{"", "\x15\x03\x03\x00\x02\x02\x16"}}, "protocol", speaksFromStart},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := playing(t, nil, c.script...)
			got := probeOnce(t, Spec{URL: c.scheme + "://" + address}, nil)
			got.want(t, "DOWN", c.class, strings.ReplaceAll(c.reason, "ADDRESS", address))
			if got.sample.Phase != "first byte" {
				t.Errorf("in the phase %s", got.sample.Phase)
			}
		})
	}
}

func TestT20ServersThatFallSilent(t *testing.T) {
	const hint = "; if TLS begins at once there, use tls://"
	awaited := map[string][]string{
		"smtp": {"the greeting", "an answer to EHLO", "an answer to STARTTLS"}, "imap": {"the greeting", "an answer to STARTTLS"},
		"pop3": {"the greeting", "an answer to STARTTLS"}, "ldap": {"an answer to STARTTLS"}, "postgres": {"an answer to SSLRequest"},
	}
	for scheme, script := range agreeing {
		for i, what := range awaited[scheme] {
			t.Run(scheme+" "+what, func(t *testing.T) {
				want := "timed out after 300ms waiting for " + what + " of " + dialogues[scheme].name
				if what == greeting {
					want += hint
				}
				got := probeOnce(t, Spec{URL: scheme + "://" + playing(t, nil, script[:i]...), Timeout: 300 * time.Millisecond}, nil)
				got.want(t, "DOWN", "timeout", want)
				ends := listen(t, func(conn net.Conn) {
					for _, step := range script[:i] {
						_, _ = io.ReadFull(conn, make([]byte, len(step.told)))
						_, _ = io.WriteString(conn, step.say)
					}
					_ = conn.(*net.TCPConn).CloseWrite()
					untilClosed(conn)
				})
				probeOnce(t, Spec{URL: scheme + "://" + ends}, nil).want(t, "DOWN", "protocol", closedBeforeHint+what+" came")
			})
		}
	}
}

func TestThePortsOfSTARTTLS(t *testing.T) {
	for text, want := range map[string]uint16{
		"smtp://mail.example": 25, "smtp://mail.example:587": 587, "imap://mail.example": 143, "pop3://mail.example": 110, "ldap://dc.example": 389, "postgres://db.example": 5432,
	} {
		target, err := newTarget(Spec{Name: "shop", URL: text}, new(Environment))
		if err != nil || target.endpoint.port != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// FuzzRepliesToSTARTTLS (Q5): whatever a server says, there is a verdict and no panic.
func FuzzRepliesToSTARTTLS(f *testing.F) {
	for _, script := range agreeing {
		for _, step := range script {
			f.Add([]byte(step.say))
		}
	}
	f.Add([]byte(ldapProtocol))
	f.Fuzz(func(t *testing.T, said []byte) {
		for _, dialogue := range dialogues {
			for _, turn := range dialogue.turns {
				got, err := turn.read(bufio.NewReaderSize(bytes.NewReader(said), replySize))
				if err == nil && !got.agrees && got.words == "" {
					t.Errorf("%s: %q is refused without a word", dialogue.name, said)
				}
			}
		}
	})
}
