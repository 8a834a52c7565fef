//go:build unix

package app_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// chromium is the browser of this machine. There is none that a package registry has, so a machine without one cannot run what needs it.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if at, err := exec.LookPath(name); err == nil {
			return at
		}
	}
	t.Skip("NOT TESTED: GraphiQL needs a browser, and this machine has no chromium")
	return ""
}

// A browser uses the page behind a proxy that puts the hub under a path.
func TestGraphiQLIsUsedInABrowser(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	dir := npmInstall(t, "graphiql")
	var hub *url.URL
	front := httptest.NewServer(http.StripPrefix("/recado", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httputil.NewSingleHostReverseProxy(hub).ServeHTTP(w, r)
	})))
	defer front.Close()
	address := serve(t, t.TempDir(), anyPort, "RECADO_PUBLIC_URL="+front.URL+"/recado").url
	hub, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	nodeChecks(t, dir, "browser.mjs", front.URL+"/recado", "CLIENT_ID="+adminKey, "CLIENT_SECRET="+adminSecret, "CHROMIUM="+browser, "PICTURES="+os.Getenv("RECADO_PICTURES"))
}

// What is embedded is what the sources of the page, and the packages that its lock file names, make today.
func TestWhatIsEmbeddedOfGraphiQLIsWhatItsSourcesMake(t *testing.T) {
	t.Parallel()
	needNode(t)
	from, dir := filepath.Join("..", "web", "graphiql"), t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", "build.mjs", "src/main.jsx", "src/bar.jsx", "src/fetcher.js", "src/session.js", "src/page.css"} {
		text, err := os.ReadFile(filepath.Join(from, "client", name))
		if err == nil {
			err = os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	installPackages(t, dir)
	build := exec.CommandContext(t.Context(), "node", "build.mjs", "made")
	build.Dir, build.Env = dir, environment()
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	committed, made := unpacked(t, filepath.Join(from, "built")), unpacked(t, filepath.Join(dir, "made"))
	for name, text := range made {
		if committed[name] != text {
			t.Errorf("built/%s is not what the sources make: run npm ci && npm run build in internal/web/graphiql/client, and commit what it writes", name)
		}
		delete(committed, name)
	}
	for name := range committed {
		t.Errorf("the sources do not make built/%s", name)
	}
}

// unpacked reads the files of a directory. How well they were compressed is of no account: it differs between versions of Node.
func unpacked(t *testing.T, dir string) map[string]string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, f := range list {
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err == nil && strings.HasSuffix(f.Name(), ".gz") {
			var z *gzip.Reader
			if z, err = gzip.NewReader(bytes.NewReader(text)); err == nil {
				text, err = io.ReadAll(z)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		texts[f.Name()] = string(text)
	}
	return texts
}
