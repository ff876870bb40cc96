package awsclient

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/health"
)

// A server on loopback answers faster than the client finishes its request; with the
// SDK's own body some fifteen in a hundred calls lose their connection.
func TestAFastServerKeepsItsConnection(t *testing.T) {
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(answer(200, jsonKind, `{"events":[]}`))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	client := health.NewFromConfig(configFor(server.URL), func(o *health.Options) { o.APIOptions = append(o.APIOptions, Harden) })
	for range 500 {
		if _, err := client.DescribeEvents(t.Context(), &health.DescribeEventsInput{MaxResults: aws.Int32(100)}); err != nil {
			t.Fatal(err)
		}
	}
	if n := connections.Load(); n > 2 {
		t.Errorf("500 calls took %d connections", n)
	}
}
