package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/web"
)

func TestPagesOfTheOriginsThatAreNamedMayAsk(t *testing.T) {
	t.Parallel()
	const screens = "https://screens.example.org"
	h := open(t, func(o *web.Options) { o.Origins = []string{screens, "http://localhost:5173"} })
	preflight := func(h *house, path, origin string) *httptest.ResponseRecorder {
		return h.do(request("OPTIONS", path, "", "Origin", origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type"))
	}
	for _, path := range []string{"/graphql", "/events", "/oauth/token", "/.well-known/jwks.json"} {
		w := preflight(h, path, screens)
		if w.Code != http.StatusNoContent || w.Header().Get("Access-Control-Allow-Origin") != screens || w.Header().Get("Access-Control-Allow-Methods") != "POST" ||
			w.Header().Get("Access-Control-Allow-Headers") != "authorization,content-type" || w.Header().Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("before asking %s a page is told %d %v", path, w.Code, w.Header())
		}
	}
	t.Run("and read the answer, also when it is refused", func(t *testing.T) {
		w := h.do(request("POST", "/events", "{}", "Origin", "http://localhost:5173"))
		if w.Code != http.StatusUnauthorized || w.Header().Get("Access-Control-Allow-Origin") != "http://localhost:5173" || !strings.Contains(w.Header().Get("Access-Control-Expose-Headers"), "Retry-After") {
			t.Errorf("it is answered %d %v", w.Code, w.Header())
		}
	})
	for name, c := range map[string]struct {
		h            *house
		path, origin string
	}{
		"another origin":      {h, "/graphql", "https://evil.example"},
		"part of one":         {h, "/graphql", "https://screens.example.org.evil.example"},
		"a callback":          {h, "/callbacks/int_1", screens},
		"where none is named": {open(t), "/graphql", screens},
	} {
		t.Run(name+" is told nothing", func(t *testing.T) {
			if w := preflight(c.h, c.path, c.origin); w.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("it is answered %d %v", w.Code, w.Header())
			}
		})
	}
}

func TestLongAnswersOfGraphQLAreCompressed(t *testing.T) {
	t.Parallel()
	long := `{"data":"` + strings.Repeat("work order ", 1000) + `"}`
	h := open(t, func(o *web.Options) {
		o.GraphQL = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", r.Header.Get("X-Type"))
			_, _ = io.WriteString(w, long[:min(len(long), len(r.URL.RawQuery)*1000+100)])
			if strings.Contains(r.Header.Get("X-Type"), "stream") {
				_ = http.NewResponseController(w).Flush()
			}
		})
	})
	const jsonType, graphQLType, stream = "application/json; charset=utf-8", "application/graphql-response+json; charset=utf-8", "text/event-stream"
	for name, c := range map[string]struct {
		size, accept, encoding, typ string
		compressed                  bool
	}{
		"a long one":                         {"xxxxxxxxxxxxx", "", "gzip", jsonType, true},
		"one of GraphQL's own type":          {"xxxxxxxxxxxxx", "", "gzip", graphQLType, true},
		"a short one":                        {"", "", "gzip", jsonType, false},
		"one for a client that cannot":       {"xxxxxxxxxxxxx", "", "", jsonType, false},
		"one for a client that will not":     {"xxxxxxxxxxxxx", "", "gzip;q=0", jsonType, false},
		"a stream":                           {"xxxxxxxxxxxxx", stream, "gzip", stream, false},
		"a stream that nobody has asked for": {"xxxxxxxxxxxxx", "", "gzip", stream, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := h.do(request("POST", "/graphql?"+c.size, "", "Accept-Encoding", c.encoding, "Accept", c.accept, "X-Type", c.typ))
			body := io.Reader(w.Body)
			if got := w.Header().Get("Content-Encoding") == "gzip"; got != c.compressed {
				t.Fatalf("it is answered with %v", w.Header())
			}
			size := w.Body.Len()
			if c.compressed {
				z, err := gzip.NewReader(w.Body)
				if err != nil {
					t.Fatal(err)
				}
				body = z
			}
			text, err := io.ReadAll(body)
			if want := long[:min(len(long), len(c.size)*1000+100)]; err != nil || string(text) != want {
				t.Errorf("it reads %q, %v", text, err)
			}
			if c.compressed && size > len(text)/10 {
				t.Errorf("%d bytes became %d", len(text), size)
			}
			if c.accept == "" && !strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Accept-Encoding") {
				t.Errorf("a cache would give it to everybody: %v", w.Header())
			}
		})
	}
}
