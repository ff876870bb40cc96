package probe

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// A dialogue is how a protocol that begins in plain text is asked for TLS.
type dialogue struct {
	name  string // as people call the protocol
	port  uint16 // its usual one (IANA, Service Name Registry)
	turns []turn // the last one asks for TLS
}

// turn is what is said to the server, if anything, and its answer.
type turn struct {
	send, awaited string
	read          func(*bufio.Reader) (said, error)
}

// said is an answer as a whole. words end a sentence with it, for when it is no consent.
type said struct {
	agrees bool
	words  string
}

// errForeign is of an answer that is not in the protocol; its words show how it begins.
var errForeign = errors.New("the answer is not in the protocol")

const greeting, consent = "the greeting", "an answer to STARTTLS"

// dialogues are those that are known, by the scheme of a URL.
var dialogues = map[string]dialogue{
	"smtp": {"SMTP", 25, []turn{ // RFC 3207
		{"", greeting, smtpReply}, {"EHLO " + userAgent + "\r\n", "an answer to EHLO", smtpReply}, {"STARTTLS\r\n", consent, smtpReply},
	}},
	"imap": {"IMAP", 143, []turn{ // RFC 9051, section 6.2.1
		{"", greeting, imapReply}, {"a STARTTLS\r\n", consent, imapTagged},
	}},
	"pop3": {"POP3", 110, []turn{ // RFC 2595, section 4
		{"", greeting, popReply}, {"STLS\r\n", consent, popReply},
	}},
	"ldap": {"LDAP", 389, []turn{ // RFC 4511, section 4.14: an ExtendedRequest, its name the OID of StartTLS
		{"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037", consent, ldapReply},
	}},
	"postgres": {"PostgreSQL", 5432, []turn{ // PostgreSQL, Message Formats: SSLRequest
		{"\x00\x00\x00\x08\x04\xd2\x16\x2f", "an answer to SSLRequest", postgresReply},
	}},
}

// replySize is how long one line, or one LDAP message, may be.
const replySize = 4 << 10

// replyLines is how many lines an answer may have.
const replyLines = 100

// startTLS goes through a dialogue up to the point at which TLS begins. It is the phase
// up to the first byte, since the server's words are what is waited for.
func (d *dialogue) startTLS(t *target, conn io.ReadWriter, watch *stopwatch) *failure {
	r := bufio.NewReaderSize(conn, replySize)
	for i, turn := range d.turns {
		_, writeError := io.WriteString(conn, turn.send) // why it failed is there to be read
		got, err := turn.read(r)
		watch.lap(phaseFirstByte)
		last := i == len(d.turns)-1
		switch {
		case err != nil:
			return d.unanswered(t, turn, got, errors.Join(err, writeError))
		case !got.agrees && last:
			return &failure{class: classTLS, phase: phaseFirstByte, reason: fmt.Sprintf("%s does not go over to TLS: %s", t.endpoint, got.words)}
		case !got.agrees:
			return &failure{class: classProtocol, phase: phaseFirstByte, reason: fmt.Sprintf("%s does not let us in: %s", t.endpoint, got.words)}
		}
	}
	if r.Buffered() > 0 { // somebody in between may have put it there, to be taken for what came over TLS
		return &failure{class: classProtocol, phase: phaseFirstByte, reason: fmt.Sprintf("%s goes on in plain text after it has agreed to TLS", t.endpoint)}
	}
	return nil
}

// unanswered says why there is no answer that makes sense.
func (d *dialogue) unanswered(t *target, turn turn, got said, err error) *failure {
	f := &failure{class: classProtocol, phase: phaseFirstByte, cause: err}
	switch {
	case errors.Is(err, errForeign) && strings.HasPrefix(got.words, `"\x15\x03`):
		f.reason = fmt.Sprintf("%s speaks TLS from the start; use tls://", t.endpoint)
	case errors.Is(err, errForeign):
		f.reason = fmt.Sprintf("%s does not speak %s: it says %s", t.endpoint, d.name, got.words)
	case isTimeout(err):
		f.class = classTimeout
		f.reason = fmt.Sprintf("timed out after %s waiting for %s of %s", plainDuration(t.spec.Timeout), turn.awaited, d.name)
		if turn.awaited == greeting {
			f.reason += "; if TLS begins at once there, use tls://"
		}
	default:
		return brokenOff(t, phaseFirstByte, err, turn.awaited+" came")
	}
	return f
}

// foreign is the answer of a server that speaks something else. What has come of it is shown.
func foreign(r *bufio.Reader) (said, error) {
	start, _ := r.Peek(min(shownBytes, r.Buffered()))
	return said{words: escaped(start)}, errForeign
}

// line reads one line, if it begins as one of the protocol does; if it does not, errForeign
// comes with how it begins.
func line(r *bufio.Reader, begins func(start string) bool) (string, error) {
	const least = 4 // bytes that even the shortest answer has
	start, err := r.Peek(least)
	if len(start) > 0 && !begins(string(start)) {
		found, err := foreign(r)
		return found.words, err
	}
	if err != nil {
		return "", err
	}
	whole, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return escaped(whole[:shownBytes]), errForeign
	}
	return strings.TrimRight(string(whole), "\r\n"), err
}

// lineSaid is what a line amounts to; with an error, line's.
func lineSaid(line string, agrees bool, err error) (said, error) {
	if err != nil {
		return said{words: line}, err
	}
	return said{agrees, "it says " + escaped([]byte(line))}, nil
}

// smtpReply reads three digits and a text, over several lines if a hyphen follows the
// digits (RFC 5321, section 4.2).
func smtpReply(r *bufio.Reader) (said, error) {
	digits := func(start string) bool {
		return strings.IndexFunc(start[:min(3, len(start))], func(c rune) bool { return !unicode.IsDigit(c) }) < 0
	}
	for range replyLines {
		got, err := line(r, digits)
		if err != nil || len(got) < 4 || got[3] != '-' {
			return lineSaid(got, strings.HasPrefix(got, "2"), err)
		}
	}
	return foreign(r)
}

// imapReply reads one line that nobody has asked for, which begins with a star.
func imapReply(r *bufio.Reader) (said, error) {
	got, err := line(r, func(start string) bool { return start[0] == '*' })
	return lineSaid(got, strings.HasPrefix(strings.ToUpper(got), "* OK"), err)
}

// imapTagged reads up to the line that begins as the command did.
func imapTagged(r *bufio.Reader) (said, error) {
	for range replyLines {
		got, err := line(r, func(start string) bool { return start[0] == '*' || start[0] == 'a' })
		if err != nil || got[0] == 'a' {
			return lineSaid(got, strings.HasPrefix(strings.ToUpper(got), "A OK"), err)
		}
	}
	return foreign(r)
}

// popReply reads one line that begins with +OK or -ERR (RFC 1939, section 3).
func popReply(r *bufio.Reader) (said, error) {
	got, err := line(r, func(start string) bool { return start[0] == '+' || start[0] == '-' })
	return lineSaid(got, strings.HasPrefix(strings.ToUpper(got), "+OK"), err)
}

// postgresReply reads one letter: S, or N for no (or the beginning of an old server's error).
func postgresReply(r *bufio.Reader) (said, error) {
	start, err := r.Peek(1)
	switch {
	case err != nil:
		return said{}, err
	case start[0] != 'S' && start[0] != 'N' && start[0] != 'E':
		return foreign(r)
	}
	_, err = r.Discard(1)
	return said{start[0] == 'S', "it has TLS turned off"}, err
}
