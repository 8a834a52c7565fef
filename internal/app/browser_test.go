//go:build unix

package app_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"testing"
)

// browserChecks runs a script of testdata/browser, which drives a real browser. There is none that a package registry has, so a machine without one
// cannot run it.
func browserChecks(t *testing.T, script, url string, args ...string) {
	t.Helper()
	command := append([]string{"node", script, url}, args...)
	programChecks(t, npmInstall(t, "browser"), command, "CLIENT_ID="+adminKey, "CLIENT_SECRET="+adminSecret, "CHROMIUM="+chromium(t), "PICTURES="+os.Getenv("RECADO_PICTURES"))
}

func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if at, err := exec.LookPath(name); err == nil {
			return at
		}
	}
	t.Skip("NOT TESTED: what pages do needs a browser, and this machine has no chromium")
	return ""
}

// A browser uses GraphiQL behind a proxy that puts the hub under a path.
func TestGraphiQLIsUsedInABrowser(t *testing.T) {
	t.Parallel()
	chromium(t)
	var hub *url.URL
	front := httptest.NewServer(http.StripPrefix("/recado", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httputil.NewSingleHostReverseProxy(hub).ServeHTTP(w, r)
	})))
	defer front.Close()
	hub, err := url.Parse(serve(t, t.TempDir(), anyPort, "RECADO_PUBLIC_URL="+front.URL+"/recado").url)
	if err != nil {
		t.Fatal(err)
	}
	browserChecks(t, "graphiql.mjs", front.URL+"/recado")
}

// Screens are mostly served from another origin than the hub.
func TestPagesOfOtherOriginsAskInABrowserIfTheyMay(t *testing.T) {
	t.Parallel()
	chromium(t)
	page := func() string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<!doctype html><title>A screen</title>")
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	named, other := page(), page()
	browserChecks(t, "page.mjs", serve(t, t.TempDir(), anyPort, "RECADO_CORS_ORIGINS="+named).url, named, other)
}
