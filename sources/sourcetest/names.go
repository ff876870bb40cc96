package sourcetest

import (
	"context"
	"net"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// names is a name server that knows no name at all, so that no test asks the
// machine's own.
type names struct{ udp net.PacketConn }

func newNames(t *testing.T) *names {
	t.Helper()
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &names{udp}
	go n.serve()
	return n
}

func (n *names) close() { _ = n.udp.Close() }

func (n *names) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", n.udp.LocalAddr().String())
	}}
}

func (n *names) serve() {
	buffer := make([]byte, 4096)
	for {
		length, from, err := n.udp.ReadFrom(buffer)
		if err != nil {
			return
		}
		var message dnsmessage.Message
		if message.Unpack(buffer[:length]) != nil {
			continue
		}
		message.Response, message.RCode, message.Additionals = true, dnsmessage.RCodeNameError, nil
		if answer, err := message.Pack(); err == nil {
			_, _ = n.udp.WriteTo(answer, from)
		}
	}
}
