package outbound

import (
	"net"
	"net/http"
	"net/url"
)

// Resolving is the guard with another resolver.
func (g *Guard) Resolving(r *net.Resolver) *Guard { return &Guard{allowed: g.allowed, resolver: r} }

// Through is the transport with a proxy that does not come from the environment.
func (t *Transport) Through(proxy func(*http.Request) (*url.URL, error)) *Transport {
	t.proxy = proxy
	return t
}

// Trust replaces the roots of trust by those of a client.
func (t *Transport) Trust(c *http.Client) *Transport {
	roots := c.Transport.(*http.Transport).TLSClientConfig.RootCAs
	for _, way := range []*http.Transport{t.direct, t.proxied} {
		way.TLSClientConfig.RootCAs = roots
	}
	return t
}
