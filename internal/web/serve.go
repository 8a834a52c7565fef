package web

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

const requestIDHeader = "X-Request-Id"

// mediaStream is the media type of answers that go on.
const mediaStream = "text/event-stream"

// Headers of every answer, made once. What is answered here is data: a browser must not take it for anything else.
var noSniff = []string{"nosniff"}

// ServeHTTP gives the request its id, leads it to its handler, and sees to it that a panic ends neither the process nor
// unanswered. It stands before the hot path and allocates one object and one short text.
func (s *surface) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	o := &observed{inner: w, route: s.other}
	o.id[0] = s.ids.of(r)
	// The handlers behind read it from the request, for their own logs.
	r.Header[requestIDHeader] = o.id[:]
	h := w.Header()
	h[requestIDHeader] = o.id[:]
	h["X-Content-Type-Options"] = noSniff
	o.hurry(r)
	defer s.finish(o, r, started)
	s.inside.ServeHTTP(o, r)
}

// finish is deferred: it answers for a handler that panicked, and writes the access log.
func (s *surface) finish(o *observed, r *http.Request, started time.Time) {
	if v := recover(); v != nil {
		if v == http.ErrAbortHandler {
			panic(v)
		}
		s.log.LogAttrs(r.Context(), slog.LevelError, "panic", slog.String("request", o.id[0]), slog.String("method", r.Method),
			slog.String("path", r.URL.Path), slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
		if o.status != 0 {
			// Half an answer must not look like a whole one.
			panic(http.ErrAbortHandler)
		}
		s.fail(o, r, errPanic)
	}
	took := time.Since(started)
	o.route.count(o.status, o.Header().Get("Content-Type") == mediaStream, took)
	if s.log.Enabled(r.Context(), slog.LevelDebug) {
		s.log.LogAttrs(r.Context(), slog.LevelDebug, "request", slog.String("request", o.id[0]), slog.String("method", r.Method),
			slog.String("path", r.URL.Path), slog.Int("status", o.status), slog.Int64("bytes", o.bytes),
			slog.Duration("took", took), slog.String("from", r.RemoteAddr))
	}
}

// requestIDs makes ids that differ within a process and, by their random beginning, between processes.
type requestIDs struct {
	prefix string
	last   *atomic.Uint64
}

func newRequestIDs() requestIDs {
	return requestIDs{prefix: strings.ToLower(rand.Text()[:10]) + "-", last: new(atomic.Uint64)}
}

// of is the id that the caller gave its request, if it is one that can stand in a log, or else a new one.
func (ids requestIDs) of(r *http.Request) string {
	if given := r.Header[requestIDHeader]; len(given) == 1 && plain(given[0]) {
		return given[0]
	}
	var b [32]byte
	return string(strconv.AppendUint(append(b[:0], ids.prefix...), ids.last.Add(1), 36))
}

// requestID is the id that ServeHTTP gave the request.
func requestID(r *http.Request) string { return r.Header.Get(requestIDHeader) }

func plain(id string) bool {
	if id == "" || len(id) > 128 {
		return false
	}
	for i := range len(id) {
		c := id[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-_.:/+=", c) >= 0) {
			return false
		}
	}
	return true
}
