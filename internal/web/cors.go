package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/rs/cors"
)

// preflightAge is how long a browser may remember what it was allowed.
const preflightAge = 2 * time.Hour

// shared are the paths, or the beginnings of paths, that pages of other origins may ask. Callbacks and metrics are no business of a page.
var shared = []string{"/graphql", "/events", "/oauth/", "/.well-known/"}

// crossOrigin lets pages of these origins ask; "*" is all. Nothing is allowed by it that a token does not allow: there are no cookies, so a
// page has only the token that it was given.
func crossOrigin(origins []string, next http.Handler) http.Handler {
	if len(origins) == 0 {
		return next
	}
	open := cors.New(cors.Options{
		AllowedOrigins: origins,
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete},
		AllowedHeaders: []string{"*"}, // the attributes of an event are headers of any name
		ExposedHeaders: []string{requestIDHeader, "RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate"},
		MaxAge:         int(preflightAge.Seconds()),
	}).Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, path := range shared {
			if strings.HasPrefix(r.URL.Path, path) {
				open.ServeHTTP(w, r)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}
