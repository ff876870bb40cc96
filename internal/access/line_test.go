package access

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

func TestABadLineRejectsOnlyItselfAndSaysWhy(t *testing.T) {
	ana, key := line(ed(1)), line(ed(2))
	for _, c := range []struct{ name, line, want string }{
		{"a role that is none", `role="boss" ` + key, `role="boss" is none; write admin, responder, viewer or kiosk`},
		{"an option that is none", `rolle="admin" ` + key, `there is no option "rolle"; take it away, or see docs/roles.md`},
		{"a command", `command="/bin/sh" ` + key, `the option command is not taken; take it away; a role says what a key may do`},
		{"a CA", `cert-authority ` + key, `the option cert-authority is not taken; take the line away, and put the key into a file for --trusted-ca`},
		{"principals", `principals="ana" ` + key, `the option principals is not taken; take it away; a certificate says its role, such as warroom-viewer`},
		{"a PIN", `verify-required ` + key, `the option verify-required is not taken; take it away; that a PIN was asked for is not checked here`},
		{"a name of a host", `from="*.corp.example" ` + key, `from has the name of a host, "*.corp.example", and takes only addresses; write an address or a network, such as 192.0.2.7 or 10.0.0.0/8`},
		{"a whole name of a host", `from="bastion" ` + key, `from has the name of a host, "bastion", and takes only addresses; write an address or a network, such as 192.0.2.7 or 10.0.0.0/8`},
		{"bits behind the length", `from="10.1.0.0/8" ` + key, `"10.1.0.0/8" is not a network: it has bits behind its length; write 10.0.0.0/8`},
		{"no address", `from="300.1.1.1" ` + key, `"300.1.1.1" is not an address; write an address or a network, such as 192.0.2.7 or 10.0.0.0/8`},
		{"an empty address", `from="10.0.0.0/8," ` + key, `an address in from is empty; write an address or a network, such as 192.0.2.7 or 10.0.0.0/8`},
		{"only who may not", `from="!10.0.0.0/8" ` + key, `from says only which addresses may not; name one that may, such as 0.0.0.0/0`},
		{"too many addresses", `from="` + strings.Repeat("10.0.0.1,", 100) + `10.0.0.1" ` + key, `from names more than 100 addresses; name networks instead`},
		{"a date that is none", `expiry-time="20260231" ` + key, `expiry-time="20260231" is not a time; write YYYYMMDD or YYYYMMDDHHMM, with Z behind it for UTC`},
		{"a date with dashes", `expiry-time="2026-12-31" ` + key, `expiry-time="2026-12-31" is not a time; write YYYYMMDD or YYYYMMDDHHMM, with Z behind it for UTC`},
		{"a zone that is none", `tz="Europe/Atlantis" ` + key, `tz="Europe/Atlantis" is no time zone; write one such as Europe/Berlin`},
		{"this machine's zone", `tz="Local" ` + key, `tz="Local" is no time zone; write one such as Europe/Berlin`},
		{"no night", `night="22-25" ` + key, `night="22-25" is no part of a day; write the hours from and to, such as night="22-07"`},
		{"a night without length", `night="07-07" ` + key, `night="07-07" is no part of a day; write the hours from and to, such as night="22-07"`},
		{"no sessions", `sessions="0" ` + key, `sessions="0" is not how many; write a number from 1 to 64`},
		{"too many sessions", `sessions="65" ` + key, `sessions="65" is not how many; write a number from 1 to 64`},
		{"an option twice", `role="admin",Role="viewer" ` + key, `the option role is there twice; keep one`},
		{"an option without value", `role ` + key, `the option role has no value; write role="…"`},
		{"a value without quotes", `role=admin ` + key, `the value of an option is not in quotes; write name="value"`},
		{"a value of two parts", `role="ad""min" ` + key, `the value of an option is not in quotes; write name="value"`},
		{"a quote that is not ended", `role="admin ` + key, `a quote is not ended; end it`},
		{"a quote before =", `"role"="admin" ` + key, `there is a quote before =; write name="value"`},
		{"an empty option", `restrict,,pty ` + key, `an option is empty; take a comma away`},
		{"options alone", `role="admin"`, `the line holds no key; write it as a .pub file has it`},
		{"options and no key", `role="admin" hello`, `where the type of the key belongs is something else; write it as a .pub file has it`},
		{"a type alone", `ssh-ed25519`, `after "ssh-ed25519" there is no key; write it as a .pub file has it`},
		{"half a key", key[:40], `the key is not whole, or of a type that is not known; copy it again, in one piece, or make one with ssh-keygen -t ed25519`},
		{"a key with a hole", strings.Replace(key, "AAAAC3", "AAAA?3", 1), `the key is not whole; copy it again, in one piece`},
		{"another type than it says", "ssh-rsa " + strings.Fields(key)[1], `it says "ssh-rsa" and holds a key of the type "ssh-ed25519"; copy it again`},
		{"DSA", "ssh-dss AAAA", `keys of the type ssh-dss are broken; make one with ssh-keygen -t ed25519`},
		{"a short RSA key", line(rsaKey(t, 1024)), `the RSA key has 1024 bits and needs 2048; make one with ssh-keygen -t ed25519`},
		{"a certificate", "ssh-ed25519-cert-v01@openssh.com AAAA", `it is a certificate, not a key; trust the CA that signed it, with --trusted-ca`},
		{"the same key again", `role="admin" ` + ana, `the key stands in line 1 already, which counts; take one of them away`},
		{"a line that is too long", key + " " + strings.Repeat("x", lineLimit), fmt.Sprintf("the line has %d bytes and 16384 are taken; put one key on a line", len(key)+1+lineLimit)},
		{"NUL", key + " an\x00a", `the line holds a control character (0x00); write the line anew`},
		{"an escape", key + " \x1b[2J", `the line holds a control character (0x1b); write the line anew`},
		{"a private key", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk AAAA\n-----END OPENSSH PRIVATE KEY-----", `it is a private key, which belongs on nobody else's machine; take it away, and put the .pub file's line there`},
	} {
		t.Run(c.name, func(t *testing.T) {
			entries, problems := Parse("keys", []byte(ana+" ana\n"+c.line+"\n"+line(ed(3))+" ben\n"))
			if len(entries) != 2 || entries[0].Name != "ana" || entries[1].Name != "ben" {
				t.Errorf("the lines around it give %v", entries)
			}
			if len(problems) != 1 || problems[0].Error() != "keys:2: "+c.want {
				t.Errorf("problems %v, want\nkeys:2: %s", problems, c.want)
			}
		})
	}
}

func TestAPrivateKeyThatNeverEndsTakesNobodyElseAlong(t *testing.T) {
	entries, problems := Parse("keys", []byte("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n"+line(ed(1))+"\nrole=\"boss\" "+line(ed(2))))
	if len(entries) != 1 || len(problems) != 2 {
		t.Errorf("entries %v, problems %v", entries, problems)
	}
}

func TestWhatALineSays(t *testing.T) {
	key := ed(1)
	berlin, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	for _, c := range []struct {
		name, line string
		want       Entry
	}{
		{"a key alone", line(key), Entry{Name: "key-" + start(key.PublicKey(), 6), Role: room.Viewer}},
		{"a comment", line(key) + " Ana@laptop, old", Entry{Name: "ana", Role: room.Viewer, Comment: "Ana@laptop, old"}},
		{"every option", `role="admin",name="Ana",from="10.0.0.0/8,!10.9.0.0/16,::ffff:192.0.2.7",expiry-time="202612312359Z",tz="Europe/Berlin",night="22-07",sessions="4" ` + line(key) + " x",
			Entry{Name: "ana", Role: room.Admin, Expires: time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC), Zone: berlin, Night: "22-07", Sessions: 4, Comment: "x"}},
		{"options of sshd", `restrict,no-PTY,X11-forwarding,permitopen="a:1",environment="A=\"b, c\"",Role="kiosk" ` + line(key), Entry{Name: "key-" + start(key.PublicKey(), 6), Role: room.Kiosk}},
		{"blanks and tabs", "  role=\"kiosk\"\t " + strings.Replace(line(key), " ", "\t ", 1) + " \t", Entry{Name: "key-" + start(key.PublicKey(), 6), Role: room.Kiosk}},
		{"the end of a line from Windows", line(key) + " ana\r", Entry{Name: "ana", Role: room.Viewer, Comment: "ana"}},
		{"a byte order mark", "\ufeff" + line(key) + " ana", Entry{Name: "ana", Role: room.Viewer, Comment: "ana"}},
		{"a date of this machine", `expiry-time="20261231" ` + line(key) + " a", Entry{Name: "a", Role: room.Viewer, Comment: "a", Expires: time.Date(2026, 12, 31, 0, 0, 0, 0, time.Local)}},
		{"a date in UTC", `expiry-time="20261231Z" ` + line(key) + " a", Entry{Name: "a", Role: room.Viewer, Comment: "a", Expires: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)}},
		{"to the second", `expiry-time="20261231235958Z" ` + line(key) + " a", Entry{Name: "a", Role: room.Viewer, Comment: "a", Expires: time.Date(2026, 12, 31, 23, 59, 58, 0, time.UTC)}},
		{"a comment that steers a terminal", line(key) + " a\u202eb\u200bc", Entry{Name: "abc", Role: room.Viewer, Comment: "abc"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			entries, problems := Parse("keys", []byte(c.line))
			if len(problems) > 0 || len(entries) != 1 {
				t.Fatalf("entries %v, problems %v", entries, problems)
			}
			got := entries[0]
			if got.Fingerprint() != print(key) || got.Line != 1 {
				t.Errorf("the key is %s in line %d", got.Fingerprint(), got.Line)
			}
			if got.Name != c.want.Name || got.Role != c.want.Role || !got.Expires.Equal(c.want.Expires) || got.Night != c.want.Night || got.Sessions != c.want.Sessions || got.Comment != c.want.Comment || fmt.Sprint(got.Zone) != fmt.Sprint(c.want.Zone) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
			if again, err := parseLine(got.String()); err != nil || again.String() != got.String() {
				t.Errorf("written again it is %s, %v", got, err)
			}
		})
	}
}

func TestNamesThatNobodyCanMistake(t *testing.T) {
	key := ed(1).PublicKey()
	unnamed := "key-" + start(key, 6)
	for text, want := range map[string]string{
		"ana": "ana", "Ana.Maria_2": "ana.maria_2", "Ana Müller": "ana-m-ller", "аna": "na", "漢字": unnamed, "": unnamed, "---": unnamed, ".": unnamed,
		"system": unnamed, "SYSTEM": unnamed, "aws": unnamed, "warroom": unnamed, "-system-": unnamed, "-rf": "rf", "a~b": "a-b",
		strings.Repeat("x", 30): strings.Repeat("x", 24), strings.Repeat("x", 23) + "-y": strings.Repeat("x", 23), strings.Repeat("é", 1000): unnamed,
	} {
		if got := named(handle(text), key); got != want {
			t.Errorf("%q is called %q, want %q", text, got, want)
		}
	}
}

func TestTwoKeysWithOneName(t *testing.T) {
	suffix := "~" + start(ed(3).PublicKey(), 4)
	entries, problems := Parse("keys", []byte(strings.Join([]string{
		line(ed(1)) + " ana", line(ed(2)) + " ana@home", `role="admin" ` + line(ed(3)) + " ana",
		`role="admin",name="` + strings.Repeat("x", 24) + `" ` + line(ed(4)), `name="` + strings.Repeat("x", 24) + `" ` + line(ed(5)),
	}, "\n")))
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
	}
	want := []string{"ana", "ana", "ana" + suffix, strings.Repeat("x", 24), strings.Repeat("x", 19) + "~" + start(ed(5).PublicKey(), 4)}
	if fmt.Sprint(names) != fmt.Sprint(want) || len(problems) > 0 {
		t.Errorf("got %v and %v, want %v", names, problems, want)
	}
}

func TestKeysOfStrangersHaveNoOptions(t *testing.T) {
	entries, problems := ParsePlain("ana.keys", []byte(line(ed(1))+"\n# two\n"+`role="admin" `+line(ed(2))+"\nnonsense\n"+line(ecdsaKey(t))+"\n"))
	if len(entries) != 2 || entries[0].Line != 1 || entries[1].Line != 5 {
		t.Errorf("entries %v", entries)
	}
	want := "[ana.keys:3: options before the key are not taken here; say --role, --name, --from and --expires instead ana.keys:4: where the type of the key belongs is something else; write it as a .pub file has it]"
	if got := fmt.Sprint(problems); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTakingALineOutLeavesTheOthersByteForByte(t *testing.T) {
	bom, gone := "\ufeff# who may enter\r\n", line(ed(2))
	keep := []string{bom, "\n", line(ed(1)) + "  ana \r\n", "nonsense\t\n", line(ed(3))}
	content := keep[0] + gone + " ben\n" + keep[1] + keep[2] + keep[3] + `role="admin" ` + gone + "\r\n" + keep[4]
	rest, lines := Without([]byte(content), map[string]bool{print(ed(2)): true})
	if want := strings.Join(keep, ""); string(rest) != want || lines != 2 {
		t.Errorf("%d lines gone, left\n%q\nwant\n%q", lines, rest, want)
	}
}
