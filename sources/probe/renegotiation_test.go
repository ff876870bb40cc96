package probe

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"net"
	"strings"
	"testing"
)

// spied is the server's side of a connection that keeps what it has sent.
type spied struct {
	net.Conn
	sent bytes.Buffer
}

func (s *spied) Write(p []byte) (int, error) {
	s.sent.Write(p)
	return s.Conn.Write(p)
}

// expand is the PRF of TLS 1.2 (RFC 5246, section 5).
func expand(secret []byte, label string, seed []byte, size int) []byte {
	mac := func(parts ...[]byte) []byte {
		h := hmac.New(sha256.New, secret)
		for _, part := range parts {
			h.Write(part)
		}
		return h.Sum(nil)
	}
	seed = append([]byte(label), seed...)
	var out []byte
	for a := mac(seed); len(out) < size; a = mac(a) {
		out = append(out, mac(a, seed)...)
	}
	return out[:size]
}

// helloRequest is a record of TLS 1.2 that asks the client to renegotiate, as the second
// one that the server sends encrypted, with AES-128-GCM (RFC 5246, section 7.4.1.1; RFC
// 5288, section 3). crypto/tls has no server that sends one.
func helloRequest(t *testing.T, keyLog string, sent []byte) []byte {
	t.Helper()
	words := strings.Fields(keyLog) // CLIENT_RANDOM, the random, the master secret
	client, err := hex.DecodeString(words[1])
	if err != nil {
		t.Fatal(err)
	}
	master, err := hex.DecodeString(words[2])
	if err != nil {
		t.Fatal(err)
	}
	const random = 5 + 4 + 2 // the head of the record, that of ServerHello, the version
	keys := expand(master, "key expansion", append(bytes.Clone(sent[random:random+32]), client...), 2*16+2*4)
	block, err := aes.NewCipher(keys[16:32])
	if err != nil {
		t.Fatal(err)
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	number := binary.BigEndian.AppendUint64(nil, 1)
	message := []byte{0, 0, 0, 0} // HelloRequest, without a body
	about := append(bytes.Clone(number), 22, 3, 3, 0, byte(len(message)))
	sealed := seal.Seal(bytes.Clone(number), append(bytes.Clone(keys[36:40]), number...), message, about)
	return append([]byte{22, 3, 3, 0, byte(len(sealed))}, sealed...)
}

func TestT18AServerThatAsksToRenegotiate(t *testing.T) {
	ours := newAuthority(t)
	certificate := ours.issue(t, leaf{names: []string{"127.0.0.1"}})
	address := listen(t, func(conn net.Conn) {
		spy, keyLog := &spied{Conn: conn}, new(bytes.Buffer)
		secure := tls.Server(spy, &tls.Config{
			Certificates: []tls.Certificate{certificate}, MaxVersion: tls.VersionTLS12, KeyLogWriter: keyLog,
			CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
		})
		if _, err := secure.Read(make([]byte, 4096)); err != nil {
			t.Error(err)
			return
		}
		_, _ = conn.Write(helloRequest(t, keyLog.String(), spy.sent.Bytes()))
		untilClosed(conn)
	})
	got := probeOnce(t, Spec{URL: "https://" + address}, &Environment{Roots: ours.pool})
	got.want(t, "DOWN", "tls", address+" asks for TLS to be renegotiated, which is not done: TLS 1.3 has given it up as unsafe")
	if c := shownOf(got); got.sample.Phase != "first byte" || c == nil || c.Version != "1.2" {
		t.Errorf("in the phase %s, shown is %+v", got.sample.Phase, c)
	}
}

func TestT21AStapledAnswerIsNotLookedAt(t *testing.T) {
	ours := newAuthority(t)
	for _, staple := range [][]byte{nil, []byte("not OCSP at all"), bytes.Repeat([]byte{0x30}, 60<<10)} {
		certificate := ours.issue(t, leaf{names: []string{"127.0.0.1"}})
		certificate.OCSPStaple = staple
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			address := secured(t, &tls.Config{Certificates: []tls.Certificate{certificate}, MaxVersion: version})
			probeOnce(t, Spec{URL: "https://" + address}, &Environment{Roots: ours.pool}).wantUp(t)
		}
	}
}
