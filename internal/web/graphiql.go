package web

import (
	"net/http"

	"github.com/recado-hub/recado/internal/web/graphiql"
)

// graphiql has a browser that wants to show something get GraphiQL at the address of the API, which all others ask as they did.
func (s *surface) graphiql(off bool, api http.Handler) http.HandlerFunc {
	if off {
		return func(w http.ResponseWriter, r *http.Request) {
			if graphiql.Wanted(r) {
				s.fail(w, r, &fault{code: codeNoPath, detail: "GraphiQL is switched off on this hub; the API is here, for programs"})
				return
			}
			api.ServeHTTP(w, r)
		}
	}
	page := graphiql.New()
	s.mount(graphiql.AssetsPath+"{name}", func(w http.ResponseWriter, r *http.Request) {
		a := &hurriedAnswer{ResponseWriter: w}
		defer a.end()
		if !page.ServeAsset(a, r, r.PathValue("name")) {
			s.nowhere(w, r)
		}
	}, http.MethodGet, http.MethodHead)
	return func(w http.ResponseWriter, r *http.Request) {
		if graphiql.Wanted(r) {
			page.ServeHTTP(w, r)
			return
		}
		api.ServeHTTP(w, r)
	}
}
