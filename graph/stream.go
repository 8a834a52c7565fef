package graph

import (
	"bytes"
	"context"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/quota"
)

// mediaStream is the media type of server-sent events, over which operations are answered as GraphQL over SSE has it
// (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md).
const mediaStream = "text/event-stream"

// lastEventID is the header by which a client says where to go on, and the parameter for who cannot send it.
const (
	lastEventID      = "Last-Event-ID"
	lastEventIDParam = "lastEventId"
)

// wantsStream says whether a client asks for events: rather than for one answer, since some name all that they understand with every
// request. Who brings a ticket does.
func wantsStream(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet:
		return prefersStream(r.Header.Values("Accept")) || r.URL.Query().Has(ticketParam)
	case http.MethodPost:
		return prefersStream(r.Header.Values("Accept"))
	}
	return false
}

// serveDistinct answers one operation as a stream of its own: distinct connections mode. Once the request is well-formed and its caller is known,
// whatever is wrong is told in the stream, since an EventSource shows nothing else to its page.
func (h *handler) serveDistinct(w http.ResponseWriter, r *http.Request, s session) {
	a := &answer{w: w, media: mediaJSON, locale: s.locale}
	ticket, redeemed := h.tickets.redeem(r)
	if redeemed {
		s.token, s.locale, a.locale = ticket.token, ticket.locale, ticket.locale
	} else if r.URL.Query().Has(ticketParam) {
		err := &hub.Error{Code: hub.CodeUnauthenticated, Message: "the ticket is not valid: one opens one stream, within a minute; ask for another with streamTicketCreate"}
		h.errs.denied(r.Context(), s, err)
		a.refuse(err, s)
		return
	}
	ctx := hub.WithTrace(r.Context(), hub.TraceOfHeader(r.Header))
	v, err := h.open(ctx, s)
	if err != nil {
		h.errs.denied(ctx, s, err)
		a.refuse(err, s)
		return
	}
	if h.usedUp(ctx, a, v, quota.Requests, 1) {
		return
	}
	params := ticket.params
	if !redeemed {
		var failed *refusal
		if params, failed = h.params(w, r); failed != nil {
			a.fail(failed)
			return
		}
	}
	run, errs := h.judge(withVisit(ctx, v), params)
	if run != nil && run.kind() == ast.Mutation && r.Method == http.MethodGet {
		a.fail(mutationByGet())
		return
	}
	if run != nil && h.usedUp(ctx, a, v, quota.Cost, costOf(run.op)) {
		return
	}
	w.Header().Set("Content-Language", a.locale)
	stream := h.openStream(w, r)
	defer stream.close()
	if run == nil {
		stream.event("next", "", encode(&graphql.Response{Errors: errs}), nil)
		stream.event("complete", "", nil, nil)
		return
	}
	run.after = cursorToGoOn(r)
	h.stream(stream, run)
}

// stream runs an operation and sends its answers.
func (h *handler) stream(stream *eventStream, run *running) {
	ctx, stop := context.WithCancel(run.ctx)
	defer stop()
	defer context.AfterFunc(stream.ctx, stop)()
	run.ctx = ctx
	h.begin(run, h.streams)
	defer run.stop()
	beats := newBeats(h.keepAlive, func() {
		if !stream.beat(run.reached) {
			stop()
		}
	})
	defer beats.end()
	for {
		response, errs := run.next()
		if ctx.Err() != nil {
			return // cut off: whoever reads goes on after the last id
		}
		if response == nil {
			if len(errs) > 0 {
				stream.event("next", "", encode(&graphql.Response{Errors: errs}), nil)
			}
			stream.event("complete", "", nil, nil)
			return
		}
		if !stream.event("next", run.cursor(), appendResponse(nil, response), run.wrote) {
			return
		}
	}
}

// cursorToGoOn is the cursor after which a client wants to go on: the header says so when it was cut off, and is then newer than what
// the URL of its first request says.
func cursorToGoOn(r *http.Request) string {
	if id := r.Header.Get(lastEventID); id != "" {
		return id
	}
	return r.URL.Query().Get(lastEventIDParam)
}

// eventStream writes server-sent events.
type eventStream struct {
	ctx      context.Context // ends with the client, or with the hub
	stop     context.CancelFunc
	alone    func() bool   // it does not end with the hub any more
	patience time.Duration // for what is written to be taken by the client

	mu sync.Mutex
	w  http.ResponseWriter
	to *http.ResponseController
}

// openStream begins to answer with events.
func (h *handler) openStream(w http.ResponseWriter, r *http.Request) *eventStream {
	header := w.Header()
	header.Set("Content-Type", mediaStream)
	header.Set("Cache-Control", "no-store")
	header.Add("Vary", vary)
	header.Set("X-Accel-Buffering", "no") // proxies of the usual kind would keep events back
	s := &eventStream{patience: missedPings * h.keepAlive, w: w, to: http.NewResponseController(w)}
	s.ctx, s.stop = context.WithCancel(r.Context())
	s.alone = context.AfterFunc(h.stopping, s.stop)
	w.WriteHeader(http.StatusOK)
	s.beat(nowhere) // so that the client sees that it is open
	return s
}

// nowhere is the place of a stream that has none.
func nowhere() string { return "" }

// close ends it; what is written last must still be taken.
func (s *eventStream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.to.SetWriteDeadline(time.Now().Add(s.patience)) // of a connection without deadlines nothing can be asked
	s.alone()
	s.stop()
}

// write writes and flushes, under its lock; false if the client is gone, or does not read.
func (s *eventStream) write(text []byte) bool {
	if s.ctx.Err() != nil {
		return false
	}
	_ = s.to.SetWriteDeadline(time.Now().Add(s.patience)) // likewise
	_, err := s.w.Write(text)
	if err == nil {
		err = s.to.Flush()
	}
	if err != nil {
		s.stop()
	}
	return err == nil
}

// event sends an event. Each line of its data is one of its own; without data an EventSource would not tell its page. written is
// called when it is out, before anything else is.
func (s *eventStream) event(name, id string, data []byte, written func()) bool {
	b := make([]byte, 0, len(data)+64)
	if id != "" {
		b = append(append(append(b, "id: "...), id...), '\n')
	}
	b = append(append(append(b, "event: "...), name...), '\n')
	data = bytes.ReplaceAll(data, []byte{'\r'}, []byte{' '}) // white space between JSON's tokens, which would end a line
	for line := range bytes.Lines(append(data, '\n')) {
		b = append(append(b, "data: "...), bytes.TrimSuffix(line, []byte{'\n'})...)
		b = append(b, '\n')
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.write(append(b, '\n')) {
		return false
	}
	if written != nil {
		written()
	}
	return true
}

// beat says that the hub is there. With an id, which must not be older than what went out before, it moves the place after which the
// client will go on; without data it is no event.
func (s *eventStream) beat(id func() string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := []byte(":\n")
	if id := id(); id != "" {
		b = append(append(append(b, "id: "...), id...), '\n')
	}
	return s.write(append(b, '\n'))
}

// prefersStream says whether an Accept header names events before all other media types: by its weights, then by its order.
func prefersStream(accept []string) (prefers bool) {
	best := 0.0
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		media, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil {
			continue
		}
		weight, err := strconv.ParseFloat(params["q"], 64)
		if err != nil {
			weight = 1
		}
		if weight > best {
			best, prefers = weight, media == mediaStream
		}
	}
	return prefers
}
