package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// own answers what belongs to the sandbox and not to a provider; false if it is for neither.
func (s *Sandbox) own(w http.ResponseWriter, r *http.Request) bool {
	path, ok := strings.CutPrefix(r.URL.Path, "/sandbox")
	if s.options.Front && r.URL.Path == "/" {
		path, ok = "", true
	}
	if !ok || path != "" && path[0] != '/' {
		return false
	}
	if err := crossOrigin.Check(r); err != nil {
		writeJSON(w, http.StatusForbidden, map[string]string{"error": "pages of other origins may not change the sandbox"})
		return true
	}
	if strangeHost(r) {
		writeJSON(w, http.StatusForbidden, map[string]string{"error": "the sandbox of this machine is opened as localhost, or by its IP address"})
		return true
	}
	switch path {
	case "", "/":
		s.servePage(w, r, "index.html", "text/html")
	case "/page.css":
		s.servePage(w, r, "page.css", "text/css")
	case "/page.js":
		s.servePage(w, r, "page.js", "text/javascript")
	case "/stream":
		s.serveStream(w, r)
	case "/messages":
		s.serveMessages(w, r)
	case "/faults":
		s.serveFaults(w, r)
	case "/stats":
		writeJSON(w, http.StatusOK, s.Stats())
	case "/templates":
		act(w, r, func() any { return s.templateViews() }, func(ctx context.Context, c TemplateChange) (any, error) {
			told, err := s.ChangeTemplate(ctx, c)
			return map[string]any{"webhooks": told}, err
		})
	case "/webhook":
		act(w, r, func() any { return s.webhooks() }, s.setWebhook)
	case "/incoming":
		act(w, r, nil, func(ctx context.Context, in Incoming) (any, error) {
			id, told, err := s.Receive(ctx, in)
			return heard{id, told}, err
		})
	case "/preferences":
		act(w, r, nil, func(ctx context.Context, in Preference) (any, error) { return s.Prefer(ctx, in) })
	case "/account":
		act(w, r, nil, func(ctx context.Context, e AccountEvent) (any, error) { return s.HappenToAccount(ctx, e) })
	case "/number":
		act(w, r, nil, func(ctx context.Context, e NumberEvent) (any, error) { return s.HappenToNumber(ctx, e) })
	default:
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "the sandbox has no " + r.URL.Path})
	}
	return true
}

// crossOrigin keeps pages of other origins, which a browser lets post, from steering the sandbox.
var crossOrigin = http.NewCrossOriginProtection()

// strangeHost tells whether a request that came to this machine alone asks for another name: that is what a page does that has its
// name resolved to this machine, in order to pass as of the same origin.
func strangeHost(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if !ok || !local.IP.IsLoopback() {
		return false
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return host != "localhost" && net.ParseIP(strings.Trim(host, "[]")) == nil
}

// act answers GET with what is there, if there is something to be seen, and POST by doing what its body, a JSON object, asks for.
func act[In any](w http.ResponseWriter, r *http.Request, see func() any, do func(context.Context, In) (any, error)) {
	switch {
	case r.Method == http.MethodGet && see != nil:
		writeJSON(w, http.StatusOK, see())
		return
	case r.Method != http.MethodPost && see != nil:
		notAllowed(w, "GET, POST")
		return
	case r.Method != http.MethodPost:
		notAllowed(w, "POST")
		return
	}
	var in In
	if err := readJSON(w, r, &in); err != nil {
		badRequest(w, err)
		return
	}
	out, err := do(r.Context(), in)
	if err != nil {
		badRequest(w, err)
		return
	}
	writeJSON(w, http.StatusOK, out)
}

// readJSON reads one JSON object without unknown fields.
func readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return err
	}
	if !json.Valid(text) {
		return errors.New("the body is not JSON")
	}
	return strictJSON(text, into)
}

func badRequest(w http.ResponseWriter, err error) {
	writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
}

func notAllowed(w http.ResponseWriter, allowed string) {
	w.Header().Set("Allow", allowed)
	writeJSON(w, http.StatusMethodNotAllowed, map[string]string{"error": "only " + allowed})
}

// changed tells the page that something besides messages is not as it was.
func (s *Sandbox) changed() {
	s.changes.Add(1)
	s.log.touch()
}

// spoil keeps that a fault spoiled the answer to a send.
func (s *Sandbox) spoil(m *Message, f *Fault) {
	text := "the connection was dropped"
	if f.Status != 0 && !f.Drop {
		text = fmt.Sprintf("answered with HTTP status %d", f.Status)
	}
	if m.ID != "" {
		text += ", after the message was accepted"
	}
	s.log.refuse(Refusal{Provider: m.Provider, At: time.Now(), To: m.To, Message: text})
}
