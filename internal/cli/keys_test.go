package cli

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	gossh "golang.org/x/crypto/ssh"
)

// somebodysKey is an ed25519 key of its own for each number, as a .pub file has it.
func somebodysKey(t *testing.T, number byte) (line, fingerprint string) {
	t.Helper()
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{number}, ed25519.SeedSize))
	key, err := gossh.NewPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(gossh.MarshalAuthorizedKey(key))), gossh.FingerprintSHA256(key)
}

// holds is a file's content; "" if there is none.
func holds(path string) string {
	content, _ := os.ReadFile(path)
	return string(content)
}

func TestKeysAreAddedListedAndRevoked(t *testing.T) {
	dir := alone(t)
	path := filepath.Join(dir, "xdg", "warroom", "authorized_keys")
	ana, anaPrint := somebodysKey(t, 1)
	home, homePrint := somebodysKey(t, 2)
	wall, wallPrint := somebodysKey(t, 3)
	write(t, "ana.keys", ana+"\n"+home+"\n")
	write(t, "wall.pub", wall+" wall@lobby\n")
	expect := func(status int, out, stderr string, args ...string) {
		t.Helper()
		gotStatus, gotOut, gotErr := run(t, append([]string{"keys"}, args...)...)
		if gotStatus != status || gotOut != out || gotErr != stderr {
			t.Errorf("keys %v: status %d\n%s%s\nwant %d\n%s%s", args, gotStatus, gotOut, gotErr, status, out, stderr)
		}
	}
	expect(2, "", "warroom: there is no file of keys at "+path+"; `warroom keys add FILE` makes it, or name another one with --authorized-keys\n", "list")
	expect(0, "added ana as responder, "+anaPrint+"\nadded ana as responder, "+homePrint+"\n", "", "add", "--role", "responder", "ana.keys")
	expect(0, "ana is there already as responder, "+anaPrint+", in line 1\nana is there already as responder, "+homePrint+", in line 2\n", "", "add", "--role", "responder", "ana.keys")
	expect(2, "ana is there already as responder, "+anaPrint+", in line 1 with another role, from or expiry; revoke it first to change that\n", "", "add", ana+" ana")
	expect(0, "added wall as kiosk, "+wallPrint+"\n", "", "add", "--role", "kiosk", "--from", "192.0.2.0/24,!192.0.2.9", "--expires", "2999-12-31", "wall.pub")
	want := `role="responder",name="ana" ` + ana + "\n" + `role="responder",name="ana" ` + home + "\n" +
		`role="kiosk",name="wall",from="192.0.2.0/24,!192.0.2.9",expiry-time="29991231000000Z" ` + wall + " wall@lobby\n"
	if got := holds(path); got != want {
		t.Errorf("the file holds\n%s\nwant\n%s", got, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	row := func(name, role, key, from, ends string) string {
		return fmt.Sprintf("%-4s  %-9s  %s  %-23s  %s\n", name, role, key, from, ends)
	}
	table := row("NAME", "ROLE", "KEY"+strings.Repeat(" ", 47), "FROM", "EXPIRES") + row("ana", "responder", anaPrint, "anywhere", "never") +
		row("ana", "responder", homePrint, "anywhere", "never") + row("wall", "kiosk", wallPrint, "192.0.2.0/24,!192.0.2.9", "2999-12-31 00:00 UTC")
	expect(0, table, "", "list")

	write(t, path, "# people\r\n"+strings.TrimSuffix(want, "\n")+"\nhello\n\n# the end")
	expect(1, table+path+":5: the line holds no key; write it as a .pub file has it\n", "", "list")
	expect(2, "", "warroom: nobody is called \"anna\"; did you mean \"ana\"?\n", "revoke", "anna")
	expect(2, "", "warroom: 3 keys have a fingerprint that begins with SHA256:; write more of it\n", "revoke", "SHA256:")
	expect(2, "", "warroom: no key has a fingerprint that begins with SHA256:xxxx; `warroom keys list` lists them\n", "revoke", "SHA256:xxxx")
	expect(0, "revoked 2 keys of ana\n", "", "revoke", "ana")
	expect(0, "revoked one key of "+wallPrint[:14]+"\n", "", "revoke", wallPrint[:14])
	if got := holds(path); got != "# people\r\nhello\n\n# the end" {
		t.Errorf("the file holds %q", got)
	}
	expect(0, "added ana as viewer, "+anaPrint+"\n", "", "add", ana+" ana")
	if got := holds(path); got != "# people\r\nhello\n\n# the end\n"+`role="viewer",name="ana" `+ana+" ana\n" {
		t.Errorf("the file holds %q", got)
	}
}

func TestCertificatesAreRevoked(t *testing.T) {
	dir := alone(t)
	path := filepath.Join(dir, "xdg", "warroom", "revoked_keys")
	for range 2 { // once is enough
		if status, out, stderr := run(t, "keys", "revoke", "--cert-id", "ana@corp", "--serial", "12"); status != 0 || out != "revoked certificates with id: ana@corp or serial: 12, in "+path+"\n" {
			t.Fatalf("status %d, %s%s", status, out, stderr)
		}
	}
	if got := holds(path); got != "id: ana@corp\nserial: 12\n" {
		t.Errorf("the file holds %q", got)
	}
	if status, _, _ := run(t, "keys", "revoke", "--serial", "7", "--revoked", "mine"); status != 0 || holds("mine") != "serial: 7\n" {
		t.Errorf("status %d, the file holds %q", status, holds("mine"))
	}
}

func TestWhatCannotBeAddedOrRevokedIsToldWhy(t *testing.T) {
	alone(t)
	key, print := somebodysKey(t, 1)
	write(t, "bad.keys", `role="admin" `+key+"\nssh-dss AAAA\n")
	write(t, "empty.pub", "\n")
	write(t, "loose", key+"\n")
	if err := os.Chmod("loose", 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"add"}, "keys add needs a FILE of public keys, - for the input, or a key in quotes"},
		{[]string{"add", "absent.pub"}, "absent.pub cannot be read: no such file or directory; name a .pub file, or give the key itself in quotes"},
		{[]string{"add", "empty.pub"}, "empty.pub holds no key; name a .pub file"},
		{[]string{"add", "-"}, "the input holds no key; name a .pub file"},
		{[]string{"add", "bad.keys"}, "bad.keys:1: options before the key are not taken here; say --role, --name, --from and --expires instead\nwarroom: bad.keys:2: keys of the type ssh-dss are broken; make one with ssh-keygen -t ed25519"},
		{[]string{"add", "ssh-ed25519 AAAA"}, "the key:1: the key is not whole, or of a type that is not known; copy it again, in one piece, or make one with ssh-keygen -t ed25519"},
		{[]string{"add", "--role", "viever", key}, `--role: there is no role "viever"; did you mean "viewer"?`},
		{[]string{"add", "--name", "system", key}, `--name: nobody can be called "system"; write letters from a to z, and not what warroom calls itself`},
		{[]string{"add", "--from", "corp", key}, `--from: from has the name of a host, "corp", and takes only addresses; write an address or a network, such as 192.0.2.7 or 10.0.0.0/8`},
		{[]string{"add", "--expires", "20261231", key}, `--expires: "20261231" is not a day; write it like 2026-12-31`},
		{[]string{"add", "--expires", "2020-01-01", key}, "--expires: 2020-01-01 is over, so the keys would let nobody in; name a day to come"},
		{[]string{"add", "--authorized-keys", "loose", key}, "loose: others can write it (mode 0666); chmod go-w it, having looked at what stands in it"},
		{[]string{"revoke"}, "keys revoke needs a NAME, a fingerprint, --cert-id ID or --serial N; `warroom keys list` lists names and fingerprints"},
		{[]string{"revoke", "ana", "--authorized-keys", "absent"}, "there is no file of keys at absent; `warroom keys add FILE` makes it, or name another one with --authorized-keys"},
		{[]string{"revoke", "--serial", "0"}, `--serial: "0" is not a serial number; write a number from 1 up, or revoke by --cert-id`},
		{[]string{"revoke", "--cert-id", "a\nid: b"}, `--cert-id: "a id: b" is not an id that a line can hold; write it as the log shows it`},
	} {
		if status, out, stderr := run(t, append([]string{"keys"}, c.args...)...); status != exitCannot || out != "" || stderr != "warroom: "+c.want+"\n" {
			t.Errorf("keys %v: status %d\n%s%s\nwant\n%s", c.args, status, out, stderr, c.want)
		}
	}
	if found := holds("xdg/warroom/authorized_keys"); found != "" {
		t.Errorf("added all the same: %s", found)
	}
	write(t, "good.keys", "ssh-dss AAAA\n"+key+"\n")
	if status, out, _ := run(t, "keys", "add", "--name", "ana", "good.keys"); status != exitCannot || out != "added ana as viewer, "+print+"\n" {
		t.Errorf("one bad line of two: status %d, %s", status, out)
	}
}

func TestAddingAtOnceLosesNothingAndKeepsALink(t *testing.T) {
	alone(t)
	write(t, "real", "# people\n")
	if err := os.Symlink("real", "link"); err != nil {
		t.Fatal(err)
	}
	const people = 20
	var adding sync.WaitGroup
	for i := range people {
		line, _ := somebodysKey(t, byte(i+1))
		adding.Go(func() {
			var out, stderr bytes.Buffer
			if status := Run([]string{"keys", "add", "--authorized-keys", "link", "-"}, strings.NewReader(line+" ana\n"), &out, &stderr); status != 0 {
				t.Errorf("status %d, %s", status, &stderr)
			}
		})
	}
	adding.Wait()
	if got := strings.Count(holds("real"), "\n"); got != people+1 {
		t.Errorf("%d lines, want %d", got, people+1)
	}
}
