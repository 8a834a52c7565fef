// Package graphiql is what a browser gets at /graphql: GraphiQL, in which queries are written and run and subscriptions followed. Everything
// it needs is inside the binary, as client/ builds it into built/; nothing is fetched from anywhere else, and its content security policy
// holds the browser to that. The page itself is public and knows no secret: what is asked on it needs a token, as everywhere.
//
// It is a room of its own because what is embedded is none of the business of those who serve it.
package graphiql

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// AssetsPath is where the files of the page are, followed by their names. The page names them relative to its own address, so that a proxy may
// put it anywhere.
const AssetsPath = "/graphql/assets/"

//go:embed built tabs page.html
var files embed.FS

// Page answers with the page and its files. It does not change, and may be used by many at once.
type Page struct {
	html []byte
	etag string
}

// index says which of the files the page has to name; client/build.mjs writes it.
type index struct {
	Script   string            `json:"script"`
	Styles   []string          `json:"styles"`
	Workers  map[string]string `json:"workers"`
	Licences string            `json:"licences"`
}

// given is what the script reads from the page.
type given struct {
	Workers  map[string]string `json:"workers"`
	Licences string            `json:"licences"`
	Tabs     []tab             `json:"tabs"` // that are open at the first visit
}

type tab struct {
	Query     string `json:"query"`
	Variables string `json:"variables,omitempty"`
}

// New puts the page together. It panics if what is embedded does not fit together, which a test would have seen.
func New() *Page {
	var i index
	must(json.Unmarshal(read("built/index.json"), &i))
	tabs, err := fs.Glob(files, "tabs/*.graphql")
	must(err)
	g := given{Workers: i.Workers, Licences: i.Licences}
	for _, name := range tabs {
		t := tab{Query: string(read(name))}
		if variables, err := files.ReadFile(strings.TrimSuffix(name, ".graphql") + ".json"); err == nil {
			t.Variables = string(variables)
		}
		g.Tabs = append(g.Tabs, t)
	}
	page, err := template.ParseFS(files, "page.html")
	must(err)
	var html bytes.Buffer
	must(page.Execute(&html, struct {
		index
		Assets string
		Given  given
	}{i, strings.TrimPrefix(AssetsPath, "/"), g}))
	sum := sha256.Sum256(html.Bytes())
	return &Page{html.Bytes(), `"` + hex.EncodeToString(sum[:8]) + `"`}
}

// policy is the content security policy of the page. The editor sets styles of its own, which it cannot be told to leave; scripts are none but ours.
const policy = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; " +
	"img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// assetPolicy is that of the files. Workers keep to that of their own file, and load parts that they share.
const assetPolicy = "default-src 'none'; script-src 'self'; frame-ancestors 'none'"

// ServeHTTP answers with the page. The browser asks each time whether it is still the same.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	secure(h, policy)
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", p.etag)
	h.Add("Vary", "Accept")
	if strings.Contains(r.Header.Get("If-None-Match"), p.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	send(w, r, p.html)
}

// ServeAsset answers with a file of the page, and reports whether there is one of that name. A name has the hash of what is in it, so a
// browser may keep it for ever.
func (p *Page) ServeAsset(w http.ResponseWriter, r *http.Request, name string) (found bool) {
	media := mediaOf(name)
	packed, err := files.ReadFile("built/" + name + ".gz")
	if media == "" || err != nil {
		return false
	}
	h := w.Header()
	secure(h, assetPolicy)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", media)
	h.Add("Vary", "Accept-Encoding")
	if acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		send(w, r, packed)
	} else {
		send(w, r, unpack(packed))
	}
	return true
}

func secure(h http.Header, policy string) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}

func send(w http.ResponseWriter, r *http.Request, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a client that is gone needs no answer
	}
}

// mediaOf is the media type of a file; empty for what a browser has no business with.
func mediaOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".ttf":
		return "font/ttf"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return ""
}

func unpack(packed []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	must(err)
	var out bytes.Buffer
	_, err = out.ReadFrom(z)
	must(err)
	return out.Bytes()
}

func read(name string) []byte {
	text, err := files.ReadFile(name)
	must(err)
	return text
}

// must is for what is embedded, and so is the same at every start.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
