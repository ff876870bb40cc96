package awsclient_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"warroom/internal/failuremodes"
	"warroom/sources/awsclient"
	"warroom/sources/cloudwatch"
	"warroom/sources/sourcetest"
)

// stranger is a certificate that it has signed for itself.
func stranger(t *testing.T) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestACertificateThatNobodyTrusts(t *testing.T) {
	var shown atomic.Pointer[tls.Certificate] // nil is the server's own
	server := httptest.NewUnstartedServer(http.HandlerFunc(alarms))
	server.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		if other := shown.Load(); other != nil {
			return &tls.Config{Certificates: []tls.Certificate{*other}}, nil
		}
		return nil, nil
	}}
	server.StartTLS()
	defer server.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	clock := sourcetest.NewHand(time.Date(2025, 10, 20, 6, 0, 0, 0, time.UTC))
	cfg := aws.Config{BaseEndpoint: aws.String(server.URL), Credentials: credentials.NewStaticCredentialsProvider("A", "S", ""),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		HTTPClient: awsclient.HTTPClient().WithTransportOptions(func(transport *http.Transport) {
			transport.TLSClientConfig = &tls.Config{RootCAs: trusted}
			transport.DisableKeepAlives = true
		})}
	watch := cloudwatch.New(cloudwatch.Options{Config: cfg, Account: "222222222222", Region: "eu-west-1", Interval: interval, Clock: clock})
	failuremodes.Check(t, sourcetest.Play(t, sourcetest.Fault{
		Name: "a certificate that nobody trusts", Watch: watch, Clock: clock,
		Breaks:    func() { shown.Store(stranger(t)) },
		Heals:     func() { shown.Store(nil) },
		Meanwhile: "the last good data stands", Hosts: []string{"127.0.0.1", "monitoring.eu-west-1.amazonaws.com"},
	}))
}
