package awsfeed

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"syscall"
)

// trouble is why one address gave nothing that can be used, in words, and the cause for
// the log.
type trouble struct {
	why   string
	cause error // may be nil
	calls bool  // the server could not be reached or did not answer, so that asking it for more is no use
}

// Error implements error with the words.
func (t *trouble) Error() string {
	if t.cause != nil {
		return t.why + ": " + t.cause.Error()
	}
	return t.why
}

// Unwrap gives the cause.
func (t *trouble) Unwrap() error { return t.cause }

// unreadable is an answer that is not what was asked for.
func unreadable(why string) *trouble { return &trouble{why: why} }

// What is told of answers in more places than one.
const (
	halfAnswer = "the answer ends in the middle"
	newShape   = "the answer has a shape that is not known here"
	webPage    = "a web page came instead of the feed, as from a captive portal or a proxy"
)

// disconnected puts words to a request that brought no answer, or half of one.
func disconnected(ctx context.Context, err error) *trouble {
	var name *net.DNSError
	var record tls.RecordHeaderError
	var network net.Error
	var packed flate.CorruptInputError
	t := &trouble{cause: err, calls: true, why: "the connection failed"}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		t.why = "the look was called off"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		t.why = "there was no answer in time"
	case errors.As(err, &name) && name.IsNotFound:
		t.why = "its name has no address"
	case errors.As(err, &name):
		t.why = "its name could not be resolved"
	case errors.Is(err, syscall.ECONNREFUSED):
		t.why = "the connection was refused"
	case isCertificate(err):
		t.why = "its certificate is not to be trusted, as with a captive portal or a proxy"
	case errors.As(err, &record):
		t.why = "it does not speak TLS, as with a captive portal or a proxy"
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &packed):
		t.why, t.calls = "the answer cannot be unpacked", false
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		t.why = "the connection broke off"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		t.why = "there is no way to it from here"
	}
	return t
}

func isCertificate(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &host) || errors.As(err, &invalid)
}
