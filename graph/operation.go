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
	ctx, err := o.socket.enter(ctx)
	if err != nil {
		o.fail(gqlerror.List{o.socket.errs.present(ctx, err)})
		return
	}
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
			o.say("complete", nil, nil)
			return
		}
		if !o.say("next", func(b []byte) []byte { return appendResponse(b, response) }, r.wrote) {
			return
		}
	}
}

func (o *operation) begun(r *running) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.running = r
}

// hold keeps it from writing, and says how far its subscriber is; ok is false if it writes at this moment, and is not held then.
func (o *operation) hold() (cursor string, ok bool) {
	if !o.mu.TryLock() {
		return "", false
	}
	if o.running == nil {
		return "", true
	}
	return o.running.reached(), true
}

// fail ends it with a message of the type error, on which nothing follows.
func (o *operation) fail(errs gqlerror.List) {
	o.say("error", func(b []byte) []byte {
		text, _ := json.Marshal(said(o.socket.locale(), errs...)) // text always can
		return append(b, text...)
	}, nil)
}

// say sends a message of it, unless it is over. written is called when it is out, before anything else of it is; without that it is
// the last.
func (o *operation) say(kind string, payload func([]byte) []byte, written func()) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.over {
		return false
	}
	if written == nil {
		o.forget()
	}
	id, _ := json.Marshal(o.id) // text always can
	b := append(append(append(append([]byte(`{"id":`), id...), `,"type":"`...), kind...), '"')
	if payload != nil {
		b = payload(append(b, `,"payload":`...))
	}
	if o.socket.write(append(b, '}')) != nil {
		return false
	}
	if written != nil {
		written()
	}
	return true
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
