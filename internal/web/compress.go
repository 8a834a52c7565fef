package web

import (
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"
)

// leastCompressed is the size in bytes from which an answer is compressed: a smaller one fits into one packet as it is.
const leastCompressed = 1400

// whole is for answers that leave at once: their reader has to keep up, and those in JSON are compressed for clients that accept it, at the least
// effort, by which lists shrink to about a tenth. What goes on, a websocket or a stream of events, is left as it is.
func whole(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(leastCompressed), gzhttp.CompressionLevel(gzip.BestSpeed),
		gzhttp.ContentTypes([]string{"application/json", "application/graphql-response+json"}))
	if err != nil {
		panic(err) // the options are constants
	}
	inside := wrap(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" || strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
			next.ServeHTTP(w, r)
			return
		}
		a := &hurriedAnswer{ResponseWriter: w}
		defer a.end()
		inside.ServeHTTP(a, r)
	})
}
