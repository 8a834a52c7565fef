package web

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/auth"
	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/quota"
)

// Options is what the surface leads to. Auth, Engine and GraphQL are required.
type Options struct {
	Auth    *auth.Auth
	Engine  *engine.Engine
	GraphQL http.Handler
	// Quota is what each consumer may ask for in a minute; nil: without end. The GraphQL door has the same.
	Quota *quota.Quota
	// Denied is told of each refused request whose caller is known, for the audit log; nil: nobody is. It must not block.
	Denied func(hub.Denial)
	// Origins are those of the pages that may ask from a browser, such as "https://screens.example.org"; "*" is all, and none if it is empty.
	Origins []string
	// PublicURL is where the world reaches this surface, such as "https://hub.example.org/recado"; providers sign the URL
	// that they call, so callbacks are verified against it.
	PublicURL string
	// NoGraphiQL switches off the page that a browser gets at /graphql.
	NoGraphiQL bool
	// Metrics answers GET /metrics, to whom it may be shown; nil: that path is not there.
	Metrics http.Handler
	// Requests counts what is answered; nil: nobody reads it.
	Requests *Requests
	// Log gets requests (level debug), panics and internal errors; nil: slog.Default(). No token, no query string and no body
	// is ever written to it.
	Log *slog.Logger
}

// surface is the handler of everything.
type surface struct {
	auth      *auth.Auth
	engine    *engine.Engine
	publicURL string
	denied    func(hub.Denial)
	quota     *quota.Quota
	log       *slog.Logger
	mux       *http.ServeMux
	inside    http.Handler // the mux, behind what is asked of every request
	ids       requestIDs
	requests  *Requests
	other     *route // of paths that lead nowhere
}

// New mounts everything. The handler answers unknown paths, wrong methods and panics itself, all as problem details. Serve it with
// NewServer, whose limits it counts on.
func New(o Options) http.Handler {
	o.GraphQL = whole(o.GraphQL)
	s := &surface{
		auth: o.Auth, engine: o.Engine, publicURL: strings.TrimSuffix(o.PublicURL, "/"), log: o.Log,
		denied: o.Denied, quota: o.Quota, mux: http.NewServeMux(), ids: newRequestIDs(), requests: o.Requests,
	}
	if s.requests == nil {
		s.requests = &Requests{}
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	s.mount("/graphql", s.graphiql(o.NoGraphiQL, o.GraphQL), http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete)
	s.mount("/oauth/token", o.Auth.Token, http.MethodPost)
	s.mount("/oauth/introspect", o.Auth.Introspect, http.MethodPost)
	s.mount("/oauth/revoke", o.Auth.Revoke, http.MethodPost)
	s.mount(metadataPath, o.Auth.Metadata, http.MethodGet, http.MethodHead)
	s.mount(metadataPath+"/{issuer...}", s.metadata, http.MethodGet, http.MethodHead)
	s.mount("/.well-known/jwks.json", o.Auth.JWKS, http.MethodGet, http.MethodHead)
	s.mount("/events", s.events, http.MethodPost)
	s.mount("/callbacks/{integration}", s.callback, http.MethodGet, http.MethodPost)
	s.mount("/healthz", s.healthz, http.MethodGet, http.MethodHead)
	s.mount("/readyz", s.readyz, http.MethodGet, http.MethodHead)
	if o.Metrics != nil {
		s.mount(metricsPath, s.metrics(o.Metrics), http.MethodGet, http.MethodHead)
	}
	s.inside = crossOrigin(o.Origins, s.mux)
	s.other = s.requests.route("other")
	s.mux.HandleFunc("/", s.nowhere)
	return s
}

// metadataPath is where clients look for the description of the authorization server (RFC 8414 §3).
const metadataPath = "/.well-known/oauth-authorization-server"

// metadata answers where clients look if the public URL has a path: that stands behind the well-known one (RFC 8414 §3.1).
func (s *surface) metadata(w http.ResponseWriter, r *http.Request) {
	if u, err := url.Parse(s.publicURL); err != nil || u.Path != "/"+r.PathValue("issuer") {
		s.nowhere(w, r)
		return
	}
	s.auth.Metadata(w, r)
}

// mount leads a path to a handler. The methods are checked here and not by the mux, because its own answer is no problem
// details.
func (s *surface) mount(pattern string, h http.HandlerFunc, methods ...string) {
	allow, route := []string{strings.Join(methods, ", ")}, s.requests.route(pattern)
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if o, ok := w.(*observed); ok {
			o.route = route
		}
		for _, m := range methods {
			if r.Method == m {
				h(w, r)
				return
			}
		}
		w.Header()["Allow"] = allow
		s.fail(w, r, &fault{code: codeMethod, detail: "this path answers " + allow[0]})
	})
}

func (s *surface) nowhere(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, &fault{code: codeNoPath, detail: "nothing is here; the API is at /graphql and /events"})
}

// Limits of the server. There is no limit on a whole request: subscriptions live long. Bodies have their own time limit.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 32 << 10 // bytes
)

// NewServer makes the server for a handler of New. Its address, listening and shutting down are the caller's.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	if log == nil {
		log = slog.Default()
	}
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		// The server complains here of broken TLS handshakes and the like, which strangers cause.
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
