package graphiql_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/web/graphiql"
)

// open asks for the page as a browser does.
func open(t *testing.T, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/graphql", nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	graphiql.New().ServeHTTP(w, r)
	return w
}

// asset asks for a file of the page, for which a client of today takes gzip.
func asset(t *testing.T, name, encoding string) (*httptest.ResponseRecorder, bool) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, graphiql.AssetsPath+"x", nil)
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	found := graphiql.New().ServeAsset(w, r, name)
	return w, found
}

// named are the names of files in a text, as the build writes them: with a hash.
var named = regexp.MustCompile(`[\w.]+-(?:[A-Z0-9]{8}|[0-9a-f]{8})\.(?:js|css|ttf|txt)\b`)

func TestEveryFileThatThePageNeedsIsInTheBinaryAndNoOther(t *testing.T) {
	t.Parallel()
	reached := map[string]bool{}
	left := named.FindAllString(open(t).Body.String(), -1)
	for len(left) > 0 {
		name := left[0]
		left = left[1:]
		if reached[name] {
			continue
		}
		reached[name] = true
		w, found := asset(t, name, "")
		if !found {
			t.Errorf("%s is named, and is not there", name)
			continue
		}
		if !strings.HasSuffix(name, ".txt") && !strings.HasSuffix(name, ".ttf") {
			left = append(left, named.FindAllString(w.Body.String(), -1)...)
		}
	}
	built, err := filepath.Glob("built/*.gz")
	if err != nil || len(built) < 10 {
		t.Fatalf("the build has %d files: %v", len(built), err)
	}
	for _, file := range built {
		if name := strings.TrimSuffix(filepath.Base(file), ".gz"); !reached[name] {
			t.Errorf("%s is in the binary, and nothing leads to it", name)
		}
	}
}

func TestThePageAndItsStylesNameNoOtherPlace(t *testing.T) {
	t.Parallel()
	page := open(t).Body.String()
	texts := map[string]string{"the page": page}
	for _, name := range named.FindAllString(page, -1) {
		if strings.HasSuffix(name, ".css") {
			w, _ := asset(t, name, "")
			texts[name] = w.Body.String()
		}
	}
	if len(texts) != 3 {
		t.Fatalf("the page has %d style sheets", len(texts)-1)
	}
	elsewhere := regexp.MustCompile(`(?i)(?:src|href|action)="(?:[a-z]+:)?//[^"]*|(?:url\(|@import\s)\s*["']?(?:[a-z]+:)?//[^)]*`)
	for what, text := range texts {
		if found := elsewhere.FindAllString(text, -1); found != nil {
			t.Errorf("%s names %q", what, found)
		}
	}
	if !strings.Contains(page, `src="graphql/assets/`) {
		t.Error("the page does not name its script relative to its own address, as it has to behind a proxy")
	}
}

func TestABrowserIsHeldToThePageItself(t *testing.T) {
	t.Parallel()
	w := open(t)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("it is answered %d %v", w.Code, w.Header())
	}
	policy := w.Header().Get("Content-Security-Policy")
	for _, rule := range []string{"default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'"} {
		if !strings.Contains("; "+policy+";", "; "+rule+";") {
			t.Errorf("its policy has no %s: %s", rule, policy)
		}
	}
	if strings.Contains(policy, "//") || strings.Contains(policy, "*") || strings.Contains(policy, "unsafe-eval") {
		t.Errorf("its policy lets in others: %s", policy)
	}
	for name, value := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache"} {
		if got := w.Header().Get(name); got != value {
			t.Errorf("%s is %q", name, got)
		}
	}
	if again := open(t, "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("the same again is answered %d", again.Code)
	}
}

func TestFilesAreKeptByBrowsersAndComeAsTheyCanReadThem(t *testing.T) {
	t.Parallel()
	for _, name := range named.FindAllString(open(t).Body.String(), -1) {
		packed, _ := asset(t, name, "br, gzip;q=0.8")
		plain, _ := asset(t, name, "gzip;q=0, identity")
		if packed.Header().Get("Content-Encoding") != "gzip" || plain.Header().Get("Content-Encoding") != "" {
			t.Fatalf("%s comes with %v and %v", name, packed.Header(), plain.Header())
		}
		z, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(z); err != nil || string(text) != plain.Body.String() || len(text) == 0 {
			t.Errorf("%s differs, compressed and not: %v", name, err)
		}
		for _, w := range []*httptest.ResponseRecorder{packed, plain} {
			h := w.Header()
			if h.Get("Cache-Control") != "public, max-age=31536000, immutable" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Vary") != "Accept-Encoding" ||
				!strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("%s comes with %v", name, h)
			}
		}
		if media := plain.Header().Get("Content-Type"); strings.HasSuffix(name, ".js") != strings.HasPrefix(media, "text/javascript") || strings.HasSuffix(name, ".css") != strings.HasPrefix(media, "text/css") {
			t.Errorf("%s is %s", name, media)
		}
	}
	for _, name := range []string{"", "index.json", "nothing-AAAAAAAA.js", "../page.html", "../built/index.json", "built"} {
		if _, found := asset(t, name, ""); found {
			t.Errorf("there is a file %q", name)
		}
	}
}

func TestOnlyABrowserThatWantsToShowSomethingGetsThePage(t *testing.T) {
	t.Parallel()
	const chromium = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"
	for accept, want := range map[string]bool{
		chromium: true,
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": true,
		"text/html":                      true,
		"text/html;q=0.2, */*;q=0.1":     true,
		"":                               false,
		"*/*":                            false,
		"application/json":               false,
		"application/json, text/html":    false,
		"text/html;q=0.9, */*":           false,
		"text/html;q=0":                  false,
		"text/html;q=much, */*;q=0":      false,
		"text/event-stream":              false,
		"application/json;q=0.9, text/*": false,
		"text/html;q=0.5, application/graphql-response+json;q=0.6": false,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/graphql", nil)
		r.Header.Set("Accept", accept)
		if got := graphiql.Wanted(r); got != want {
			t.Errorf("with Accept: %s it is %v", accept, got)
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodHead, http.MethodPut, http.MethodDelete} {
		r := httptest.NewRequestWithContext(t.Context(), method, "/graphql", nil)
		r.Header.Set("Accept", chromium)
		if graphiql.Wanted(r) {
			t.Errorf("%s is taken for a visit", method)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/graphql", nil)
	r.Header.Set("Accept", chromium)
	r.Header.Set("Upgrade", "websocket")
	if graphiql.Wanted(r) {
		t.Error("a websocket is taken for a visit")
	}
}

// The operations that are open at the first visit are those of the screens, which other tests run.
func TestWhatIsOpenAtTheFirstVisitStandsOnTheScreens(t *testing.T) {
	t.Parallel()
	var screens strings.Builder
	for _, text := range contents(t, "../../../schema/screens/*.graphql") {
		screens.WriteString(text)
	}
	tabs := contents(t, "tabs/*.graphql")
	if len(tabs) == 0 {
		t.Fatal("there are no tabs")
	}
	comments := regexp.MustCompile(`(?m)^#.*\n`)
	for name, text := range tabs {
		if operation := comments.ReplaceAllString(text, ""); !strings.Contains(screens.String(), operation) {
			t.Errorf("%s does not stand as it is in schema/screens:\n%s", name, operation)
		}
	}
}

func contents(t *testing.T, pattern string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(text)
	}
	return texts
}
