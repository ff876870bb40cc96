package access

import (
	"bytes"
	"strings"
	"testing"
)

// FuzzALineThatIsTakenCanBeWrittenAgain looks for bytes that make the readers fall over,
// for words that a terminal would obey, and for an entry that changes when it is written.
func FuzzALineThatIsTakenCanBeWrittenAgain(f *testing.F) {
	key := line(ed(1))
	for _, before := range []string{"", `role="admin" `, `restrict,name="a\"b",from="::/0,!fe80::/10,::ffff:10.0.0.0/104" `, `expiry-time="99991231",tz="UTC",night="22-07",sessions="4" `, `Role="kiosk",environment="A=b, c" `} {
		f.Add([]byte(before + key + " Ana@lap\xfftop"))
	}
	f.Add([]byte("\ufeff" + key + "\r\n-----BEGIN\n" + key + "\x00\n" + line(ecdsaKey(f)) + " a\u0301\u0301\u0301"))
	f.Add([]byte("serial: 12\nid: ana@corp\n" + print(ed(2))))
	f.Fuzz(func(t *testing.T, content []byte) {
		entries, problems := Parse("keys", content)
		_, more := parseRevoked("revoked", content)
		_, plain := ParsePlain("plain", content)
		for _, p := range append(append(problems, more...), plain...) {
			if strings.ContainsAny(p.Error(), "\n\r\x1b\x00") {
				t.Errorf("the problem holds what a terminal obeys: %q", p)
			}
		}
		for _, e := range entries {
			again, err := parseLine(e.String())
			if err != nil {
				t.Fatalf("%s cannot be read again: %v", e, err)
			}
			if !bytes.Equal(again.Key.Marshal(), e.Key.Marshal()) || again.String() != e.String() || again.Role != e.Role || again.handle != e.handle ||
				again.Comment != e.Comment || !again.Expires.Equal(e.Expires) || again.From.String() != e.From.String() || again.Sessions != e.Sessions || again.Night != e.Night {
				t.Errorf("%s\nis another line when it is read again:\n%s", e, again)
			}
		}
	})
}
