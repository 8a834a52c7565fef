package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Transport sends requests to what a [Guard] lets through. It is an [http.RoundTripper]: it follows no redirects and knows no cookies.
//
// Plain http:// goes only to addresses that the operator names. https:// goes through the proxy of the environment (HTTPS_PROXY, NO_PROXY) if there is
// one, whose address needs no leave, since the operator set it. A proxy resolves names itself: the guard judges what they lead
// to from here, and what the proxy makes of them is for the proxy's own rules.
type Transport struct {
	guard                  *Guard
	direct, plain, proxied *http.Transport
	proxy                  func(*http.Request) (*url.URL, error)
}

// maxHeader bounds the header of an answer, in bytes.
const maxHeader = 64 << 10

// Transport makes a transport for so many connections to one host at once. It speaks TLS 1.2 at least, and HTTP/1.1 only: on the one
// connection of HTTP/2 a single reset would leave every request under way unknown. How long an answer may take is each request's own deadline.
func (g *Guard) Transport(connections int) *Transport {
	t := &Transport{guard: g, proxy: http.ProxyFromEnvironment}
	t.direct = newTransport(g.Dialer(), connections)
	t.plain = newTransport(g.StrictDialer(), connections)
	t.proxied = newTransport(&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}, connections)
	t.proxied.Proxy = func(r *http.Request) (*url.URL, error) {
		to, err := t.proxy(r)
		if err == nil && to == nil { // its dialer is not guarded: it may only ever see the proxy
			err = errors.New("there is no proxy")
		}
		return to, err
	}
	return t
}

func newTransport(dialer *net.Dialer, connections int) *http.Transport {
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{},
		MaxIdleConns:           4 * connections,
		MaxIdleConnsPerHost:    connections,
		MaxConnsPerHost:        connections,
		IdleConnTimeout:        30 * time.Second, // shorter than servers usually have: a request on a connection that they just closed is unknown
		MaxResponseHeaderBytes: maxHeader,
		DisableCompression:     true, // a small answer could become a large one
	}
}

// RoundTrip sends one request.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	way, err := t.way(r)
	if err != nil {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, err
	}
	return way.RoundTrip(r)
}

// way chooses how a request goes out.
func (t *Transport) way(r *http.Request) (*http.Transport, error) {
	switch r.URL.Scheme {
	case "http":
		return t.plain, nil
	case "https":
	default:
		return nil, &Refused{"something that is neither https:// nor http://"}
	}
	proxy, err := t.proxy(r)
	if err != nil {
		return nil, errors.New("the proxy of the environment cannot be used")
	}
	if proxy == nil {
		return t.direct, nil
	}
	if err := t.guard.JudgeHost(r.Context(), r.URL.Hostname(), portOf(r.URL)); err != nil {
		return nil, err
	}
	return t.proxied, nil
}

func portOf(u *url.URL) uint16 {
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	switch {
	case err == nil:
		return uint16(n)
	case u.Scheme == "http":
		return 80
	}
	return 443
}

// ErrProxied says that a server can be reached only through the proxy, which is not asked for no reason.
var ErrProxied = errors.New("the server is reached through a proxy")

// Reach makes a connection to an address, with TLS if it is https://, and ends it again: nothing is asked.
func (t *Transport) Reach(ctx context.Context, u *url.URL) error {
	way, err := t.way((&http.Request{Method: http.MethodGet, URL: u}).WithContext(ctx))
	if err != nil {
		return err
	}
	if way == t.proxied {
		return ErrProxied
	}
	conn, err := way.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), strconv.Itoa(int(portOf(u)))))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if way == t.plain {
		return nil
	}
	config := way.TLSClientConfig.Clone()
	config.ServerName = u.Hostname()
	ctx, cancel := context.WithTimeout(ctx, way.TLSHandshakeTimeout)
	defer cancel()
	return tls.Client(conn, config).HandshakeContext(ctx)
}

// CloseIdleConnections closes what is open and not in use.
func (t *Transport) CloseIdleConnections() {
	for _, way := range []*http.Transport{t.direct, t.plain, t.proxied} {
		way.CloseIdleConnections()
	}
}
