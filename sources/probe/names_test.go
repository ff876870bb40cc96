package probe

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// question is what a name server is asked.
type question struct {
	name string // without the last dot
	kind dnsmessage.Type
}

// reply is what a name server says; nil for nothing at all.
type reply struct {
	code      dnsmessage.RCode
	addresses []string // those of the wrong family are left out
	truncated bool     // over UDP, so that the client comes back over TCP
}

// nameServer runs a name server on loopback, UDP and TCP, and returns an
// environment that asks it and no other.
func nameServer(t testing.TB, answer func(question) *reply) *Environment {
	t.Helper()
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, 1500)
		for {
			n, from, err := packets.ReadFrom(buffer)
			if err != nil {
				return
			}
			message := append([]byte(nil), buffer[:n]...)
			go func() {
				if out := respond(t, message, answer, false); out != nil {
					_, _ = packets.WriteTo(out, from)
				}
			}()
		}
	}()
	t.Cleanup(func() { packets.Close(); <-done })
	stream := listen(t, func(conn net.Conn) {
		var length [2]byte
		if _, err := io.ReadFull(conn, length[:]); err != nil {
			return
		}
		message := make([]byte, binary.BigEndian.Uint16(length[:]))
		if _, err := io.ReadFull(conn, message); err != nil {
			return
		}
		out := respond(t, message, answer, true)
		_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(out))), out...))
	})
	return &Environment{Resolver: resolverAt(packets.LocalAddr().String(), stream)}
}

// resolverAt asks the given servers, whatever the system's are.
func resolverAt(packets, stream string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var dialer net.Dialer
		if strings.HasPrefix(network, "tcp") {
			return dialer.DialContext(ctx, "tcp", stream)
		}
		return dialer.DialContext(ctx, "udp", packets)
	}}
}

func respond(t testing.TB, message []byte, answer func(question) *reply, overTCP bool) []byte {
	var parser dnsmessage.Parser
	header, err := parser.Start(message)
	if err != nil {
		return nil
	}
	asked, err := parser.Question()
	if err != nil {
		return nil
	}
	said := answer(question{strings.TrimSuffix(asked.Name.String(), "."), asked.Type})
	if said == nil {
		return nil
	}
	out := dnsmessage.Message{
		Header: dnsmessage.Header{
			ID: header.ID, Response: true, RecursionAvailable: true, RCode: said.code,
			Truncated: said.truncated && !overTCP,
		},
		Questions: []dnsmessage.Question{asked},
	}
	for _, text := range said.addresses {
		address := netip.MustParseAddr(text)
		resource := dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: asked.Name, Class: dnsmessage.ClassINET, TTL: 5}}
		switch {
		case out.Truncated:
		case address.Is4() && asked.Type == dnsmessage.TypeA:
			resource.Body = &dnsmessage.AResource{A: address.As4()}
		case address.Is6() && asked.Type == dnsmessage.TypeAAAA:
			resource.Body = &dnsmessage.AAAAResource{AAAA: address.As16()}
		}
		if resource.Body != nil {
			out.Answers = append(out.Answers, resource)
		}
	}
	packed, err := out.Pack()
	if err != nil {
		t.Error(err)
	}
	return packed
}
