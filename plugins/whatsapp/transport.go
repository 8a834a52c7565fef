package whatsapp

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// newTransport is tuned for many small requests to one host. It speaks HTTP/1.1 only: on the one connection of HTTP/2 a single
// reset would leave every request under way unknown. How long an answer may take is each request's own deadline.
func newTransport(connections int) *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		TLSHandshakeTimeout:   5 * time.Second,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
		TLSNextProto:          map[string]func(string, *tls.Conn) http.RoundTripper{},
		MaxIdleConns:          4 * connections,
		MaxIdleConnsPerHost:   connections,
		IdleConnTimeout:       30 * time.Second, // shorter than servers usually have: a request on a connection that they just closed is unknown
		DisableCompression:    true,
		ExpectContinueTimeout: 0,
		WriteBufferSize:       8 << 10,
		ReadBufferSize:        8 << 10,
	}
}

// flight is one request on its way: its body, and how far the transport has come with it.
type flight struct {
	body    bytes.Reader
	trace   httptrace.ClientTrace
	left    atomic.Bool // a connection is in hand: from here on the request may have been sent
	written atomic.Bool // the transport no longer looks at the body
}

// request makes the request of this flight. The body is of a kind that net/http knows to be in memory: for others it sends the
// header in a packet of its own.
func (f *flight) request(ctx context.Context, like *http.Request, body []byte) *http.Request {
	f.body.Reset(body)
	// The transport looks for another connection only if nothing at all was written on the first: a POST is not repeated otherwise.
	f.trace.GetConn = func(string) { f.left.Store(false); f.written.Store(false) }
	f.trace.GotConn = func(httptrace.GotConnInfo) { f.left.Store(true) }
	f.trace.WroteRequest = func(httptrace.WroteRequestInfo) { f.written.Store(true) }
	r := like.WithContext(httptrace.WithClientTrace(ctx, &f.trace))
	r.Body, r.ContentLength = io.NopCloser(&f.body), int64(len(body))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	return r
}
