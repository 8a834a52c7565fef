package web

import (
	"net"
	"net/http"

	"github.com/recado-hub/recado/internal/auth"
	"github.com/recado-hub/recado/internal/hub"
)

const metricsPath = "/metrics"

// metrics shows the metrics to this machine, and to whoever has a token with which it may see the queue. They tell nothing of anybody, but how
// much goes through a hub is nobody else's business.
func (s *surface) metrics(h http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !fromHere(r) {
			if err := s.mayWatch(r); err != nil {
				s.fail(w, r, err)
				return
			}
		}
		w.Header().Set("Cache-Control", "no-store")
		h.ServeHTTP(w, r)
	}
}

func (s *surface) mayWatch(r *http.Request) error {
	token, err := auth.Bearer(r.Header)
	if err != nil {
		return err
	}
	caller, _, err := s.auth.Caller(r.Context(), token, localeOf(r))
	if err != nil {
		return err
	}
	return caller.Need(hub.RowHub, hub.See)
}

// forwarded are what proxies write of those for whom they ask.
var forwarded = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via"}

// fromHere says whether a request comes from this machine itself. One that a proxy on it passes on does not, whatever its address is.
func fromHere(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || !net.ParseIP(host).IsLoopback() {
		return false
	}
	for _, name := range forwarded {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	return true
}
