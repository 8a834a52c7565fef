package sandbox

import (
	"embed"
	"net/http"
)

// The page is three files and nothing from elsewhere.
//
//go:embed page
var pageFiles embed.FS

// contentPolicy lets the page load its own files and talk to its own sandbox. Messages are hostile text: what of them would become a
// script, a style or a form is not run.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// servePage is GET /sandbox and its files.
func (s *Sandbox) servePage(w http.ResponseWriter, r *http.Request, name, kind string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		notAllowed(w, "GET, HEAD")
		return
	}
	text, err := pageFiles.ReadFile("page/" + name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind+"; charset=utf-8")
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache")
	_, _ = w.Write(text)
}
