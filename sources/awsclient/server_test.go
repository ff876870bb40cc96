package awsclient

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/health"
)

// serve starts a server on loopback and returns a config whose clients call it.
func serve(t *testing.T, handler http.HandlerFunc) aws.Config {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return configFor(server.URL)
}

// configFor is a config with made-up keys and without pauses that a test would feel.
func configFor(url string) aws.Config {
	return aws.Config{
		Region:       "eu-west-1",
		BaseEndpoint: aws.String(url),
		Credentials:  credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
		HTTPClient:   HTTPClient().WithTimeout(300 * time.Millisecond),
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
	}
}

func describeAlarms(ctx context.Context, cfg aws.Config) error {
	client := cloudwatch.NewFromConfig(cfg, func(o *cloudwatch.Options) { o.APIOptions = append(o.APIOptions, Harden) })
	_, err := client.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
	return err
}

func describeEvents(ctx context.Context, cfg aws.Config) error {
	client := health.NewFromConfig(cfg, func(o *health.Options) { o.APIOptions = append(o.APIOptions, Harden) })
	_, err := client.DescribeEvents(ctx, &health.DescribeEventsInput{})
	return err
}

// answer makes a handler that always says the same.
func answer(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// hang keeps the request until the client goes away.
func hang(_ http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// reset answers with a TCP reset.
func reset(w http.ResponseWriter, _ *http.Request) {
	connection, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	connection.(*net.TCPConn).SetLinger(0)
	connection.Close()
}

// cut promises more than it sends.
func cut(w http.ResponseWriter, r *http.Request) {
	body := "{"
	if r.Header.Get("Smithy-Protocol") != "" {
		body = "\xbf"
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "1000")
	io.WriteString(w, body)
}

// nameServer answers every question with the given response code: 3 is NXDOMAIN,
// 2 is SERVFAIL (RFC 1035, 4.1.1). It returns its address.
func nameServer(t *testing.T, code byte) string {
	t.Helper()
	connection, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	go func() {
		packet := make([]byte, 1500)
		for {
			n, from, err := connection.ReadFrom(packet)
			if err != nil {
				return
			}
			reply := packet[:n]
			reply[2], reply[3] = 0x81, 0x80|code
			reply[10], reply[11] = 0, 0 // no additional records, though the question may have one
			end := 12
			for reply[end] != 0 {
				end += int(reply[end]) + 1
			}
			connection.WriteTo(reply[:end+5], from)
		}
	}()
	return connection.LocalAddr().String()
}

// named resolves names with the given server only.
func named(client aws.Config, server string) aws.Config {
	client.HTTPClient = HTTPClient().WithDialerOptions(func(dialer *net.Dialer) {
		dialer.Resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "udp", server)
		}}
	}).WithTransportOptions(func(transport *http.Transport) { transport.Proxy = nil })
	return client
}
