package graph

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/quota"
)

// Where a request brings the token of the stream that was reserved.
const (
	streamTokenHeader = "X-GraphQL-Event-Stream-Token"
	streamTokenParam  = "token"
)

// reservation is the single connection mode of GraphQL over SSE: one stream that carries the answers of many operations, which come by
// requests of their own. PUT reserves it; one GET opens it, within a minute, with nothing but the token that PUT gave, so that an
// EventSource can; POST and DELETE bring the caller's own token too. It ends with its stream.
type reservation struct {
	*handler
	consumer int64
	wire     *wire
	ctx      context.Context
	stop     context.CancelFunc
	opened   chan struct{} // closes when there is a stream

	mu         sync.Mutex
	stream     *eventStream
	operations map[string]context.CancelFunc // under way, by their ids
}

// reservations are the streams that were reserved, open or not. The zero value is ready.
type reservations struct {
	mu   sync.Mutex
	live map[digest]*reservation
}

// keep gives a reservation its token. The error is UNAVAILABLE if its consumer has too many.
func (k *reservations) keep(res *reservation) (secret string, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := 0
	for _, other := range k.live {
		if other.consumer == res.consumer {
			n++
		}
	}
	if n >= maxTickets {
		return "", &hub.Error{Code: hub.CodeUnavailable, Message: "this consumer has 100 streams; end one, or wait a minute until those that were not opened are over"}
	}
	if k.live == nil {
		k.live = map[digest]*reservation{}
	}
	secret = rand.Text()
	d := digestOf(secret)
	k.live[d] = res
	context.AfterFunc(res.ctx, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.live, d)
	})
	return secret, nil
}

// of is the reservation whose token a request brings; nil if there is none.
func (k *reservations) of(r *http.Request) *reservation {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.live[digestOf(streamToken(r))]
}

func streamToken(r *http.Request) string {
	if token := r.Header.Get(streamTokenHeader); token != "" {
		return token
	}
	return r.URL.Query().Get(streamTokenParam)
}

// isReserved says whether a request is one of the single connection mode.
func isReserved(r *http.Request) bool {
	return r.Method == http.MethodPut || r.Method == http.MethodDelete || streamToken(r) != ""
}

func (h *handler) serveReserved(w http.ResponseWriter, r *http.Request, s session) {
	a := &answer{w: w, media: mediaOf(r.Header.Values("Accept")), locale: s.locale}
	var v *visit
	if r.Method != http.MethodGet || s.token != "" {
		var err error
		if v, err = h.open(r.Context(), s); err != nil {
			h.errs.denied(r.Context(), s, err)
			a.refuse(err, s)
			return
		}
		if h.usedUp(r.Context(), a, v, quota.Requests, 1) {
			return
		}
	}
	if r.Method == http.MethodPut {
		h.reserve(a, v)
		return
	}
	res := h.reservations.of(r)
	if res == nil || v != nil && v.caller.Consumer.Key != res.consumer {
		a.fail(&refusal{http.StatusNotFound, plainError(codeBadRequest, "no stream is reserved under this token, or not any more; reserve one by PUT"), ""})
		return
	}
	switch r.Method {
	case http.MethodGet:
		res.open(a, r)
	case http.MethodPost:
		res.take(a, r, v)
	case http.MethodDelete:
		res.drop(a, r)
	default:
		a.fail(&refusal{http.StatusMethodNotAllowed, plainError(codeBadRequest, "use PUT to reserve a stream, GET to open it, POST for operations and DELETE to end one"), "GET, POST, PUT, DELETE"})
	}
}

// reserve answers PUT.
func (h *handler) reserve(a *answer, v *visit) {
	res := &reservation{handler: h, consumer: v.caller.Consumer.Key, wire: &wire{authenticate: h.authenticate}, opened: make(chan struct{}), operations: map[string]context.CancelFunc{}}
	res.wire.opened(v.session, res.consumer)
	res.ctx, res.stop = context.WithCancel(withWire(withSession(h.stopping, v.session), res.wire)) // it outlives this request
	secret, err := h.reservations.keep(res)
	if err != nil {
		res.stop()
		a.refuse(err, v.session)
		return
	}
	time.AfterFunc(ticketLife, func() {
		select {
		case <-res.opened:
		default:
			res.stop()
		}
	})
	header := a.w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	a.w.WriteHeader(http.StatusCreated)
	_, _ = a.w.Write([]byte(secret)) // a client that is gone needs no answer
}

// open answers GET, and returns when the stream has ended.
func (res *reservation) open(a *answer, r *http.Request) {
	res.mu.Lock()
	if res.stream != nil || res.ctx.Err() != nil {
		res.mu.Unlock()
		a.fail(&refusal{http.StatusConflict, plainError(codeBadRequest, "the stream of this token is open already; reserve another by PUT"), ""})
		return
	}
	a.w.Header().Set("Content-Language", a.locale)
	stream := res.openStream(a.w, r)
	res.stream = stream
	close(res.opened)
	res.mu.Unlock()
	defer stream.close()
	defer res.stop()
	beats := newBeats(res.keepAlive, func() { stream.beat(nowhere) })
	defer beats.end()
	<-stream.ctx.Done()
}

// take answers POST: it begins an operation, whose answers the stream will carry.
func (res *reservation) take(a *answer, r *http.Request, v *visit) {
	if s, _ := res.wire.now(); s.token != v.token {
		if _, err := res.wire.renew(r.Context(), v.token); err != nil {
			a.refuse(err, v.session)
			return
		}
	}
	params, failed := res.params(a.w, r)
	if failed != nil {
		a.fail(failed)
		return
	}
	id, _ := params.Extensions["operationId"].(string)
	if id == "" {
		a.fail(badRequest("give the operation an id: a text, as operationId in the extensions of the request"))
		return
	}
	on, err := res.openOn(r.Context(), res.wire)
	if err != nil {
		a.refuse(err, v.session)
		return
	}
	ctx, stop := context.WithCancel(withVisit(hub.WithTrace(res.ctx, hub.TraceOfHeader(r.Header)), on))
	run, errs := res.judge(ctx, params)
	if len(errs) > 0 {
		stop()
		a.invalid(&graphql.Response{Errors: errs})
		return
	}
	if failed := res.admit(id, stop); failed != nil {
		stop()
		a.fail(failed)
		return
	}
	a.w.WriteHeader(http.StatusAccepted)
	go res.run(run, id)
}

// admit takes up an operation, unless there is one of its id or there are too many.
func (res *reservation) admit(id string, stop context.CancelFunc) *refusal {
	res.mu.Lock()
	defer res.mu.Unlock()
	if _, there := res.operations[id]; there {
		return &refusal{http.StatusConflict, plainError(codeBadRequest, "there is an operation of this id already"), ""}
	}
	if len(res.operations) >= maxOperations {
		return &refusal{http.StatusBadRequest, tooMany(), ""}
	}
	res.operations[id] = stop
	return nil
}

// drop answers DELETE: it ends an operation. One that is over already may have crossed this request on the way.
func (res *reservation) drop(a *answer, r *http.Request) {
	id := r.URL.Query().Get("operationId")
	if id == "" {
		a.fail(badRequest("say which operation is to end: its id, as operationId in the URL"))
		return
	}
	res.mu.Lock()
	stop := res.operations[id]
	res.mu.Unlock()
	if stop != nil {
		stop()
	}
	a.w.WriteHeader(http.StatusOK)
}

// run runs an operation to its end.
func (res *reservation) run(run *running, id string) {
	ctx := run.ctx
	res.begin(run, res.streams)
	defer run.stop()
	for {
		response, errs := run.next()
		if response == nil {
			if len(errs) > 0 && ctx.Err() == nil {
				res.say(id, &graphql.Response{Errors: errs})
			}
			res.end(id)
			return
		}
		if !res.say(id, response) {
			res.end(id)
			return
		}
		run.wrote()
	}
}

// say sends an answer, as soon as there is a stream; false if there is none any more.
func (res *reservation) say(id string, response *graphql.Response) bool {
	return res.event("next", id, func(b []byte) []byte { return appendResponse(append(b, `,"payload":`...), response) })
}

// end says that an operation is over, and makes its id free.
func (res *reservation) end(id string) {
	res.mu.Lock()
	stop := res.operations[id]
	delete(res.operations, id)
	res.mu.Unlock()
	if stop != nil {
		stop()
	}
	res.event("complete", id, nil)
}

func (res *reservation) event(name, id string, more func([]byte) []byte) bool {
	select {
	case <-res.opened:
	case <-res.ctx.Done():
		return false
	}
	if res.ctx.Err() != nil {
		return false // it is being cut off, which is no end of any operation
	}
	text, _ := json.Marshal(id) // text always can
	b := append([]byte(`{"id":`), text...)
	if more != nil {
		b = more(b)
	}
	return res.stream.event(name, "", append(b, '}'), nil)
}
