//go:build unix

package app_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestServeOffersGraphiQLUnlessItIsSwitchedOff(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]int{"RECADO_GRAPHIQL=true": http.StatusOK, "RECADO_GRAPHIQL=false": http.StatusNotFound} {
		hub := serve(t, t.TempDir(), anyPort, setting)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, hub.url+"/graphql", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", "text/html")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("with %s a browser is answered %d", setting, answer.StatusCode)
		}
		hub.end(t, syscall.SIGTERM) // then all is said
		if told := strings.Contains(hub.out.String(), "in a browser: "+hub.url+"/graphql"); told != (want == http.StatusOK) {
			t.Errorf("with %s the first start says:\n%s", setting, hub.out.String())
		}
	}
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
