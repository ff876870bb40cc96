package cli

import (
	"bytes"
	"net"
	"strings"
	"testing"

	"warroom/internal/access"
	"warroom/internal/serve"
)

func TestThoseWithoutAKeyAreToldHowToComeInBesideKeys(t *testing.T) {
	log, _ := logged(t)
	at := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 23234}
	for _, test := range []struct {
		keyring serve.Keyring
		want    string
	}{
		{nil, "everybody on this machine may look\n"},
		{new(access.Keyring), "everybody on this machine may look: ssh -t -p 23234 guest@127.0.0.1\n"},
	} {
		var out bytes.Buffer
		(&app{out: &out}).announce(serveFlags{openViewers: true}, at, serve.Options{Keyring: test.keyring}, log)
		if !strings.HasSuffix(out.String(), "\n"+test.want) {
			t.Errorf("with %v it says\n%s", test.keyring, out.String())
		}
	}
}
