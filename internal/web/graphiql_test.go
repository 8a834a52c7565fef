package web_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/web"
)

const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

// api stands for the GraphQL door, to tell who gets there.
func api(o *web.Options) {
	o.GraphQL = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "the API") })
}

func TestABrowserGetsGraphiQLAtTheAddressOfTheAPI(t *testing.T) {
	t.Parallel()
	h := open(t, api)
	w := h.do(request("GET", "/graphql", "", "Accept", browser))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "GraphiQL") {
		t.Fatalf("it is answered %d %s", w.Code, w.Body)
	}
	t.Run("and every file that it names", func(t *testing.T) {
		files := regexp.MustCompile(`graphql/assets/[^"]+`).FindAllString(w.Body.String(), -1)
		if len(files) != 3 {
			t.Fatalf("it names %q", files)
		}
		for _, file := range files {
			if got := h.do(request("GET", "/"+file, "")); got.Code != http.StatusOK || got.Body.Len() == 0 {
				t.Errorf("%s is answered %d", file, got.Code)
			}
			if got := h.do(request("HEAD", "/"+file, "")); got.Code != http.StatusOK || got.Body.Len() > 0 {
				t.Errorf("HEAD of %s is answered %d, %d bytes", file, got.Code, got.Body.Len())
			}
		}
	})
	t.Run("but no other file", func(t *testing.T) {
		if got := h.do(request("GET", "/graphql/assets/index.json", "")); got.Code != http.StatusNotFound || got.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("it is answered %d %v", got.Code, got.Header())
		}
	})
	for what, r := range map[string]*http.Request{
		"a query by GET":                 request("GET", "/graphql?query={viewer{locale}}", "", "Accept", "application/json"),
		"a program that takes anything":  request("GET", "/graphql", "", "Accept", "*/*"),
		"a program that says nothing":    request("GET", "/graphql", ""),
		"a request by POST":              request("POST", "/graphql", "{}", "Accept", browser),
		"an event stream":                request("GET", "/graphql", "", "Accept", "text/event-stream"),
		"a websocket from a page":        request("GET", "/graphql", "", "Accept", browser, "Connection", "Upgrade", "Upgrade", "websocket"),
		"the reservation of a stream":    request("PUT", "/graphql", "", "Accept", browser),
		"the end of one of its requests": request("DELETE", "/graphql", "", "Accept", browser),
	} {
		t.Run(what+" reaches the API as before", func(t *testing.T) {
			if got := h.do(r); got.Body.String() != "the API" {
				t.Errorf("it is answered %d %s", got.Code, got.Body)
			}
		})
	}
}

func TestGraphiQLCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	on := open(t, api).do(request("GET", "/graphql", "", "Accept", browser)).Body.String()
	h := open(t, api, func(o *web.Options) { o.NoGraphiQL = true })
	w := h.do(request("GET", "/graphql", "", "Accept", browser, "Accept-Language", "pt-BR"))
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "o GraphiQL está desligado") {
		t.Errorf("a browser is answered %d %s", w.Code, w.Body)
	}
	for _, file := range regexp.MustCompile(`graphql/assets/[^"]+`).FindAllString(on, -1) {
		if got := h.do(request("GET", "/"+file, "")); got.Code != http.StatusNotFound {
			t.Errorf("%s is answered %d", file, got.Code)
		}
	}
	if got := h.do(request("GET", "/graphql", "", "Accept", "application/json")); got.Body.String() != "the API" {
		t.Errorf("a program is answered %d %s", got.Code, got.Body)
	}
}
