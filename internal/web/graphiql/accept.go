package graphiql

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// Wanted reports whether a request is that of a browser that wants to show something: it prefers HTML to everything that the API answers with.
// A program that takes anything, or asks for a websocket or a stream of events, is none.
func Wanted(r *http.Request) bool {
	if r.Method != http.MethodGet || r.Header.Get("Upgrade") != "" {
		return false
	}
	html, other := 0.0, 0.0
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		media, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil {
			continue
		}
		switch q := quality(params); media {
		case "text/html":
			html = max(html, q)
		case "application/json", "application/graphql-response+json", "text/event-stream", "*/*":
			other = max(other, q)
		}
	}
	return html > other
}

// acceptsGzip reports whether a client takes what is compressed.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		coding, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err == nil && coding == "gzip" && quality(params) > 0 {
			return true
		}
	}
	return false
}

// quality is the weight of a part of an Accept header (RFC 9110 §12.4.2).
func quality(params map[string]string) float64 {
	q, ok := params["q"]
	if !ok {
		return 1
	}
	v, _ := strconv.ParseFloat(q, 64) // what is no number is not wanted
	return v
}
