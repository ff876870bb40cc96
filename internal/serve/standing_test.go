package serve

import (
	"fmt"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"warroom/internal/room"
)

// tries opens one more session over a connection, and gives the reason why not.
func tries(c *gossh.Client) error {
	session, err := c.NewSession()
	if err == nil {
		_ = session.Close()
	}
	return err
}

func TestNobodyWhoseKeyIsGoneComesBackOverAnOldConnection(t *testing.T) {
	for _, each := range []struct {
		name   string
		change func(*hosted, gossh.Signer)
		why    error
	}{
		{"revoked", func(h *hosted, _ gossh.Signer) { h.keys.revoke("ana") }, errNoMore},
		{"another role", func(h *hosted, key gossh.Signer) {
			h.keys.mu.Lock()
			defer h.keys.mu.Unlock()
			grant := *h.keys.grants[gossh.FingerprintSHA256(key.PublicKey())]
			grant.Person.Role = room.Viewer
			h.keys.grants[gossh.FingerprintSHA256(key.PublicKey())] = &grant
		}, errAnother},
	} {
		for _, reviewed := range []bool{true, false} {
			t.Run(fmt.Sprint(each.name, reviewed), func(t *testing.T) {
				h := serve(t)
				key := h.lets("ana", room.Responder)
				idle, err := h.dial(key) // as ssh -N, or with ControlPersist
				if err != nil {
					t.Fatal(err)
				}
				defer idle.Close()
				ana := h.join(key)
				ana.shows("checkout-5xx")
				each.change(h, key)
				if reviewed {
					h.server.Review()
					ana.ends()
				}
				for _, client := range []*gossh.Client{idle, ana.client} {
					if err := tries(client); err == nil || reviewed && client == idle && !strings.Contains(err.Error(), each.why.Error()) {
						t.Errorf("another session: %v", err)
					}
				}
				if !reviewed {
					ana.ends()
				}
			})
		}
	}
}

func TestAnExpiredKeyGetsNoOtherSession(t *testing.T) {
	h := serve(t)
	key := h.lets("ana", room.Responder)
	h.keys.grants[gossh.FingerprintSHA256(key.PublicKey())].Expires = time.Now()
	ana := h.join(key)
	ana.ends()
	if err := tries(ana.client); err == nil {
		t.Error("there is another session")
	}
	if err := ana.client.Wait(); err == nil {
		t.Error("the connection was closed by the client")
	}
}

func TestConnectionsWithoutASessionKeepNobodyOut(t *testing.T) {
	h := serve(t, lenient)
	key := h.lets("wall", room.Kiosk)
	for range 2 * sourceStarts {
		client, err := h.dial(key)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
	}
	eventually(t, "the oldest are closed", func() bool {
		h.server.mu.Lock()
		defer h.server.mu.Unlock()
		return len(h.server.connections) == idleOfKey
	})
	h.join(h.lets("ana", room.Admin)).shows("checkout-5xx")
}

func TestAConnectionWithoutASessionIsClosed(t *testing.T) {
	h := serve(t, swift)
	client, err := h.dial(h.lets("ana", room.Viewer))
	if err != nil {
		t.Fatal(err)
	}
	_ = client.Wait()
	eventually(t, "the audit log says so", func() bool { return strings.Contains(h.audit.String(), `"msg":"gone"`) })
}

func TestASessionThatAsksForNothingTakesNoPlace(t *testing.T) {
	h := serve(t, lenient, swift, func(o *Options) { o.MaxSessions = 2 })
	client, err := h.dial(h.lets("wall", room.Kiosk))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for range 2 {
		if _, _, err := client.OpenChannel("session", nil); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the places are free again", func() bool { return h.server.Sessions() == 0 })
	h.join(h.lets("ana", room.Admin)).shows("checkout-5xx")
}

func TestASessionThatBeginsAsItsConnectionEndsLeavesNothing(t *testing.T) {
	h := serve(t, lenient)
	key := h.lets("ana", room.Viewer)
	for i := range 60 {
		client, err := h.dial(key)
		if err != nil {
			t.Fatal(err)
		}
		for range 12 {
			go func() { _, _, _ = client.OpenChannel("session", nil) }()
		}
		time.Sleep(time.Duration(i%5) * 300 * time.Microsecond) // so that it ends at another moment each time
		_ = client.Close()
	}
	eventually(t, "no connection is known", func() bool {
		h.server.mu.Lock()
		defer h.server.mu.Unlock()
		return len(h.server.connections) == 0 && h.server.sessions == 0
	})
}
