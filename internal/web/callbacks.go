package web

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// maxCallback is how large a provider's callback can be, in bytes. Meta's can have 3 MB.
const maxCallback = 3 << 20

// callback hands a provider's request to the engine as it came, with its whole header and the URL that the provider
// called, because a signature can cover any of them. No token is asked for: the signature is the proof.
func (s *surface) callback(w http.ResponseWriter, r *http.Request) {
	// Whatever comes back was written by strangers: it must not run in anybody's browser.
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	key, err := hub.ParseKey(hub.KindIntegration, r.PathValue("integration"), "integration")
	if err != nil {
		s.fail(w, r, &hub.Error{Code: hub.CodeNotFound, Path: "integration", Message: "there is no such integration"})
		return
	}
	var body bytes.Buffer // not from a pool: what is kept for later verification outlives this call
	if err := readBody(r, maxCallback, &body); err != nil {
		s.fail(w, r, err)
		return
	}
	reception, err := s.engine.Callback(r.Context(), key, hub.Callback{
		Method: r.Method, URL: s.publicURL + r.URL.RequestURI(), Header: callbackHeader(r), Body: body.Bytes(), ReceivedAt: time.Now().UTC(),
	})
	switch {
	case err != nil:
		s.fail(w, r, err)
	case !reception.Verified:
		w.Header().Set("WWW-Authenticate", `Signature realm="recado"`)
		s.fail(w, r, &hub.Error{Code: hub.CodeUnauthenticated, Message: "the signature or verify token of this callback is wrong; nothing of it was kept"})
	default:
		s.answerCallback(w, r, reception)
	}
}

// callbackHeader is the header as the provider sent it: without the request id, which is ours, but with the host, which
// net/http keeps apart.
func callbackHeader(r *http.Request) map[string][]string {
	h := maps.Clone(r.Header)
	delete(h, requestIDHeader)
	h["Host"] = []string{r.Host}
	return h
}

// ours are the headers that a connector cannot set: those that belong to the connection, and those that would make a browser do
// something on the hub's behalf.
var ours = []string{"Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length", "Date",
	"Location", "Refresh", "Set-Cookie", "Www-Authenticate", "Content-Security-Policy", "X-Content-Type-Options", requestIDHeader}

// answerCallback answers what the connector said.
func (s *surface) answerCallback(w http.ResponseWriter, r *http.Request, a hub.Reception) {
	status := a.Status
	if status == 0 {
		status = http.StatusOK
	}
	if status < 200 || status > 599 {
		s.fail(w, r, fmt.Errorf("a connector wanted a callback answered with the status %d", a.Status))
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	for name, value := range a.Header {
		name = textproto.CanonicalMIMEHeaderKey(name)
		if !slices.Contains(ours, name) && !strings.HasPrefix(name, "Access-Control-") {
			h.Set(name, value)
		}
	}
	w.WriteHeader(status)
	w.Write(a.Body)
}
