package graph

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// operation is one that is under way on a websocket.
type operation struct {
	id     string
	socket *socket
	stop   context.CancelFunc

	mu      sync.Mutex // held while it writes, so that nothing of it follows on its end
	running *running
	over    bool
}

// run runs it to its end.
func (o *operation) run(ctx context.Context, params *graphql.RawParams) {
	defer o.stop()
	r, errs := o.socket.judge(ctx, params)
	if len(errs) > 0 {
		o.fail(errs)
		return
	}
	o.socket.begin(r, o.socket.sockets)
	defer r.stop()
	o.begun(r)
	for {
		response, errs := r.next()
		switch {
		case ctx.Err() != nil:
			o.release() // the client has ended it, or the connection
			return
		case len(errs) > 0:
			o.fail(errs)
			return
		case response == nil:
			o.say("complete", nil, true)
			return
		}
		if !o.say("next", func(b []byte) []byte { return appendResponse(b, response) }, false) {
			return
		}
		r.wrote()
	}
}

func (o *operation) begun(r *running) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.running = r
}

// reached is how far its subscriber is; empty if that cannot be said, or not now.
func (o *operation) reached() string {
	if !o.mu.TryLock() {
		return "" // it writes at this moment
	}
	defer o.mu.Unlock()
	if o.running == nil {
		return ""
	}
	return o.running.reached()
}

// fail ends it with a message of the type error, on which nothing follows.
func (o *operation) fail(errs gqlerror.List) {
	o.say("error", func(b []byte) []byte {
		text, _ := json.Marshal(errs) // text always can
		return append(b, text...)
	}, true)
}

// say sends a message of it, unless it is over; the last one makes it so.
func (o *operation) say(kind string, payload func([]byte) []byte, last bool) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.over {
		return false
	}
	if last {
		o.forget()
	}
	id, _ := json.Marshal(o.id) // text always can
	b := append(append(append(append([]byte(`{"id":`), id...), `,"type":"`...), kind...), '"')
	if payload != nil {
		b = payload(append(b, `,"payload":`...))
	}
	return o.socket.write(append(b, '}')) == nil
}

// release ends it without a word.
func (o *operation) release() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.forget()
}

// forget makes its id free.
func (o *operation) forget() {
	o.over = true
	o.socket.mu.Lock()
	defer o.socket.mu.Unlock()
	if o.socket.operations[o.id] == o {
		delete(o.socket.operations, o.id)
	}
}
