package access

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// patience bounds the wait for a change that must come.
const patience = 10 * time.Second

// enters says whether a key is let in.
func enters(k *Keyring, key gossh.PublicKey) bool {
	_, err := k.Admit(key, home)
	return err == nil
}

func TestReadingAgain(t *testing.T) {
	o := files(t)
	var log bytes.Buffer
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	put(t, o.Authorized, line(ed(1)), line(ed(2)))
	put(t, o.TrustedCA, line(ca))
	put(t, o.Revoked, "serial: 66")
	k := open(t, o)
	ana, ben := ed(1).PublicKey(), ed(2).PublicKey()
	certificate := goodFor(t, ca, nil)
	lost := goodFor(t, ca, func(c *gossh.Certificate) { c.Serial = 66 })
	expect := func(step string, err error, want string, keys ...bool) {
		t.Helper()
		if told(err, o) != want {
			t.Errorf("%s: got %v, want %s", step, err, want)
		}
		for i, key := range []gossh.PublicKey{ana, ben, certificate, lost} {
			if enters(k, key) != keys[i] {
				t.Errorf("%s: key %d is let in: %t", step, i, !keys[i])
			}
		}
	}
	expect("at first", nil, "", true, true, true, false)

	put(t, o.Authorized, line(ed(1)), "hello")
	expect("before it is read again", nil, "", true, true, true, false)
	expect("a line is taken away", k.Reload(), "", true, false, true, false)
	if problems := k.Problems(); len(problems) != 1 || problems[0].Line != 2 || !strings.Contains(log.String(), "authorized_keys:2: the line holds no key") {
		t.Errorf("problems %v, log %s", problems, &log)
	}

	must(t, os.Chmod(o.Authorized, 0o666))
	expect("others can write it", k.Reload(), "authorized_keys: others can write it (mode 0666), so what it said before goes on; chmod go-w it, having looked at what stands in it", true, false, true, false)
	for _, path := range []string{o.Authorized, o.TrustedCA, o.Revoked} {
		must(t, os.Remove(path))
	}
	const gone = ": the file does not exist, so what it said before goes on; make it"
	expect("all are gone", k.Reload(), "authorized_keys"+gone+"\nca"+gone+"\nrevoked"+gone, true, false, true, false)
	before := log.Len()
	expect("still", k.Reload(), "authorized_keys"+gone+"\nca"+gone+"\nrevoked"+gone, true, false, true, false)
	if log.Len() != before {
		t.Errorf("the same is logged twice: %s", &log)
	}

	put(t, o.Authorized, line(ed(2)))
	put(t, o.TrustedCA, line(ca))
	put(t, o.Revoked, "serial: sixty-six", "serial: 12")
	for range 2 { // and it stays so
		expect("a revocation that nobody understands adds, and takes nothing away", k.Reload(), "", false, true, false, false)
	}
	put(t, o.Revoked)
	expect("nobody is revoked", k.Reload(), "", false, true, true, true)
	put(t, o.Revoked, line(ed(2)))
	put(t, o.TrustedCA, "# none")
	expect("the CA is trusted no more", k.Reload(), "", false, false, false, false)
	put(t, o.Revoked)
	put(t, o.Authorized)
	expect("an empty file", k.Reload(), "", false, false, false, false)
}

// watched starts Watch and returns what it calls.
func watched(t *testing.T, k *Keyring) <-chan struct{} {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	changes, done := make(chan struct{}, 100), make(chan error, 1)
	go func() { done <- k.Watch(ctx, func() { changes <- struct{}{} }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Watch ended with %v", err)
		}
		if len(changes) > 0 {
			t.Error("a change too many was told")
		}
	})
	return changes
}

func heard(t *testing.T, changes <-chan struct{}) {
	t.Helper()
	select {
	case <-changes:
	case <-time.After(patience):
		t.Fatal("a change was not told")
	}
}

func TestAChangeIsSeen(t *testing.T) {
	o := files(t)
	put(t, o.Authorized, line(ed(1)))
	k := open(t, o)
	put(t, o.Authorized, line(ed(1)), line(ed(2))) // between Open and Watch
	changes := watched(t, k)
	heard(t, changes)
	if !enters(k, ed(2).PublicKey()) {
		t.Error("who was added is not let in")
	}
	put(t, o.Revoked, print(ed(2)))
	heard(t, changes)
	if enters(k, ed(2).PublicKey()) {
		t.Error("who is revoked is let in")
	}
	put(t, o.TrustedCA, line(ca))
	heard(t, changes)
	if !enters(k, goodFor(t, ca, nil)) {
		t.Error("the CA is not trusted")
	}
	must(t, os.WriteFile(o.Authorized, []byte(line(ed(1))+"\nhello\n"), 0o600)) // in its place
	heard(t, changes)
	must(t, os.Remove(o.Authorized))
	put(t, o.Revoked, print(ed(3)))
	heard(t, changes)
	if len(k.Problems()) != 1 || !enters(k, ed(1).PublicKey()) {
		t.Errorf("a file that is gone changes more than %v", k.Problems())
	}
	put(t, o.Authorized) // empty, and it stays so
	heard(t, changes)
	if enters(k, ed(1).PublicKey()) {
		t.Error("who was taken away is let in")
	}
}

// TestAChangeThatNoFolderTellsOfIsSeen changes the second of two links, in a folder that
// is neither that of the file's name nor that of what it leads to.
func TestAChangeThatNoFolderTellsOfIsSeen(t *testing.T) {
	o := files(t)
	between := filepath.Join(t.TempDir(), "link")
	one, two := put(t, filepath.Join(t.TempDir(), "one"), line(ed(1))), put(t, filepath.Join(t.TempDir(), "two"), line(ed(2)))
	must(t, os.Symlink(one, between))
	must(t, os.Symlink(between, o.Authorized))
	k := open(t, o)
	k.patrol = quiet
	changes := watched(t, k)
	put(t, o.Revoked, print(ed(3)))
	heard(t, changes) // it has looked by now
	must(t, os.Symlink(two, between+".new"))
	must(t, os.Rename(between+".new", between))
	heard(t, changes)
	if enters(k, ed(1).PublicKey()) || !enters(k, ed(2).PublicKey()) {
		t.Error("what the link leads to now is not what counts")
	}
}

// TestAnEmptyFileIsLookedAtTwice holds the sign on which Watch waits: a slow save empties
// a file first.
func TestAnEmptyFileIsLookedAtTwice(t *testing.T) {
	o := files(t)
	o.TrustedCA = ""
	put(t, o.Authorized, line(ed(1)))
	put(t, o.Revoked)
	k := open(t, o)
	if k.isEmptied() {
		t.Error("a file that was empty before has been emptied")
	}
	must(t, os.Truncate(o.Authorized, 0))
	if !k.isEmptied() {
		t.Error("an emptied file is not seen")
	}
	must(t, k.Reload())
	if k.isEmptied() {
		t.Error("a file that is believed to be empty is emptied again")
	}
}

// TestAskingWhileFilesAreRead is for the race detector, and for a reader that would see
// half of a change: of two keys one is always let in, and never both.
func TestAskingWhileFilesAreRead(t *testing.T) {
	o := files(t)
	put(t, o.Authorized, line(ed(1)))
	put(t, o.TrustedCA, line(ca))
	k := open(t, o)
	certificate := goodFor(t, ca, nil)
	done := make(chan struct{})
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				s := k.now.Load()
				_, first := s.admitKey(ed(1).PublicKey(), home, today)
				_, second := s.admitKey(ed(2).PublicKey(), home, today)
				if (first == nil) == (second == nil) {
					t.Errorf("let in are both or neither: %v, %v", first, second)
					return
				}
				if !enters(k, certificate) {
					t.Error("the certificate is not let in")
					return
				}
				k.Problems()
			}
		})
	}
	for i := range 200 {
		put(t, o.Authorized, line(ed(byte(1+i%2))))
		if err := k.Reload(); err != nil {
			t.Error(err)
		}
	}
	close(done)
	asking.Wait()
}
