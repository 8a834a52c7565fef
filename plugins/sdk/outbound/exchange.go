package outbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"syscall"
)

// Answer is what came back for one request.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	// Cut tells that the body is not whole, and why in words for people: it was longer than was asked for, or the connection broke.
	Cut string
}

// Failure says that a request got no answer.
type Failure struct {
	// Left tells that a connection was there: the request may have been sent, and nobody can say what became of it. Without it
	// certainly nothing was.
	Left bool
	err  error
}

// Error says what went wrong in fixed words: the cause's own text may hold anything that was sent.
func (f *Failure) Error() string { return Words(f.err) }

// Unwrap is the cause; its text is not for people.
func (f *Failure) Unwrap() error { return f.err }

// Exchange sends a request once, with this body, and reads at most so many bytes of the answer's. An error is a [*Failure].
func (t *Transport) Exchange(ctx context.Context, like *http.Request, body []byte, most int64) (Answer, error) {
	var left atomic.Bool
	trace := &httptrace.ClientTrace{
		// A second connection is looked for only if nothing at all was written on the first: a POST is not repeated otherwise.
		GetConn: func(string) { left.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { left.Store(true) },
	}
	r := like.WithContext(httptrace.WithClientTrace(ctx, trace))
	if body != nil {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	answer, err := t.RoundTrip(r)
	if err != nil {
		return Answer{}, &Failure{left.Load(), err}
	}
	defer func() { _ = answer.Body.Close() }()
	a := Answer{Status: answer.StatusCode, Header: answer.Header}
	a.Body, err = io.ReadAll(io.LimitReader(answer.Body, most+1))
	switch {
	case err != nil:
		a.Cut = Words(err)
	case int64(len(a.Body)) > most:
		a.Body, a.Cut = a.Body[:most], "the answer is too long"
	}
	return a, nil
}

// Words says in fixed words what went wrong on the way. The error's own text is not used: it may hold anything that was sent, and the
// address that a name leads to.
func Words(err error) string {
	var refused *Refused
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var op *net.OpError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &refused):
		return refused.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "the time was up"
	case errors.Is(err, context.Canceled):
		return "it was cancelled"
	case errors.As(err, &dns):
		return "the host name could not be resolved"
	case errors.As(err, &cert):
		return "the server's certificate is not trusted"
	case errors.As(err, &record):
		return "the server does not speak TLS"
	case errors.As(err, &alert):
		return "the server refused the TLS handshake; TLS 1.2 is the least"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the connection was reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed"
	case errors.As(err, &op) && op.Op == "dial":
		return "no connection could be made"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "it took too long"
	}
	return "the connection failed"
}
