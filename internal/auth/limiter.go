package auth

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// How many failed attempts are answered before whoever makes them has to wait, and how long until one more is. Secrets are
// too long to be guessed; this keeps guessing from being a burden.
const (
	failureBurst    = 10
	failureInterval = 6 * time.Second

	maxBuckets = 10_000 // bounds memory, whoever calls
)

// limiter counts failures in token buckets, by names such as a client's and an address's.
type limiter struct {
	mu      sync.Mutex
	buckets map[string]time.Time // when each is full again: every failure moves that on by failureInterval
	known   map[string]struct{}
}

func newLimiter() *limiter {
	return &limiter{buckets: map[string]time.Time{}, known: map[string]struct{}{}}
}

// wait is how long until a client may try from an address; 0 if it may now.
//
// A client that has signed in from the address before has a bucket of its own, so that somebody who fails with its name, or from the
// same address, cannot lock it out.
func (l *limiter) wait(client, address string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	var longest time.Duration
	for _, name := range l.names(client, address) {
		if full, ok := l.buckets[name]; ok {
			// Empty when failureBurst failures are still to be forgotten.
			longest = max(longest, full.Sub(now)-(failureBurst-1)*failureInterval)
		}
	}
	return longest
}

// fail counts a failure.
func (l *limiter) fail(client, address string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, name := range l.names(client, address) {
		full, ok := l.buckets[name]
		if !ok && len(l.buckets) >= maxBuckets {
			l.forget(now)
		}
		if full.Before(now) {
			full = now
		}
		l.buckets[name] = full.Add(failureInterval)
	}
}

// succeed remembers that a client signed in from an address.
func (l *limiter) succeed(client, address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.known) >= maxBuckets {
		for name := range l.known {
			delete(l.known, name)
			break
		}
	}
	l.known[pair(client, address)] = struct{}{}
}

func (l *limiter) names(client, address string) []string {
	if _, ok := l.known[pair(client, address)]; ok {
		return []string{"pair " + pair(client, address)}
	}
	return []string{"client " + client, "address " + address}
}

func pair(client, address string) string { return client + " " + address }

// forget drops the buckets that are full again, or any one if none is.
func (l *limiter) forget(now time.Time) {
	for name, full := range l.buckets {
		if !now.Before(full) {
			delete(l.buckets, name)
		}
	}
	if len(l.buckets) < maxBuckets {
		return
	}
	for name := range l.buckets {
		delete(l.buckets, name)
		return
	}
}

// peer is the address of the connection's other end. Of an IPv6 address it is the first 64 bits, which is what one
// subscriber of a network has.
func peer(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if ip = ip.Unmap(); ip.Is6() {
		if prefix, err := ip.WithZone("").Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return ip.String()
}
