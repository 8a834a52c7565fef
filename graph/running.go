package graph

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/meter"
)

// running is an operation whose answers go to the client one by one: over a websocket or as an event stream.
type running struct {
	exec      graphql.GraphExecutor
	errs      presenter
	ctx       context.Context
	op        *graphql.OperationContext
	responses graphql.ResponseHandler
	stop      context.CancelFunc
	followers *meter.Gauge // counts subscriptions, by the way on which they came
	after     string       // the cursor to begin after, whatever the operation says; empty: as it says

	mu      sync.Mutex
	end     gqlerror.List // why a subscription has ended, if it did not end by itself
	source  *engine.Subscription
	offered [2]string // cursors of the items that the next two answers can be, by whether their number is odd
	answers int64     // that were written
	left    int64     // items that the source sent and that were left out
	taken   string    // cursor of the last answer
	written string    // cursor of the last answer that was written
}

type runningKey struct{}

// runningOf is the operation that ctx belongs to, if its answers go out one by one; nil otherwise.
func runningOf(ctx context.Context) *running {
	r, _ := ctx.Value(runningKey{}).(*running)
	return r
}

// judge prepares an operation. What it is not run for are the errors.
func (h *handler) judge(ctx context.Context, params *graphql.RawParams) (*running, gqlerror.List) {
	ctx = graphql.StartOperationTrace(ctx)
	op, list := h.exec.CreateOperationContext(ctx, params)
	if len(list) > 0 {
		return nil, h.exec.DispatchError(graphql.WithOperationContext(ctx, op), list).Errors
	}
	return &running{exec: h.exec, errs: h.errs, ctx: ctx, op: op}, nil
}

// kind says whether it is a query, a mutation or a subscription.
func (r *running) kind() ast.Operation { return r.op.Operation.Operation }

// begin starts it; followers counts it if it is a subscription. Whoever begins it must stop it. A query or a mutation has its time, a subscription as long as it wants.
func (h *handler) begin(r *running, followers *meter.Gauge) {
	r.followers = followers
	r.ctx = context.WithValue(r.ctx, runningKey{}, r)
	if r.kind() == ast.Subscription {
		r.ctx, r.stop = context.WithCancel(r.ctx)
	} else {
		r.ctx, r.stop = context.WithTimeout(r.ctx, h.timeout)
	}
	r.guarded(func() *graphql.Response {
		r.responses, r.ctx = r.exec.DispatchOperation(r.ctx, r.op)
		return nil
	})
}

// guarded turns a panic into an error with which the operation ends.
func (r *running) guarded(do func() *graphql.Response) (response *graphql.Response) {
	defer func() {
		if panicked := recover(); panicked != nil {
			r.fail(r.errs.present(r.ctx, r.errs.recovered(r.ctx, panicked)))
			response = nil
		}
	}()
	return do()
}

// next waits for the next answer; nil when there are no more, with why it ended if it did not end by itself. An operation that was refused
// has no answers, only errors.
func (r *running) next() (*graphql.Response, gqlerror.List) {
	var response *graphql.Response
	if r.responses != nil {
		response = r.guarded(func() *graphql.Response { return r.responses(r.ctx) })
	}
	if response != nil && len(response.Data) == 0 && len(response.Errors) > 0 {
		return nil, response.Errors
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case response != nil:
	case r.kind() != ast.Subscription && r.answers == 0 && errors.Is(r.ctx.Err(), context.DeadlineExceeded):
		return nil, gqlerror.List{r.errs.present(r.ctx, r.ctx.Err())}
	default:
		return nil, r.end
	}
	r.taken = r.offered[r.answers%2]
	return response, nil
}

// fail says why a subscription ends.
func (r *running) fail(err *gqlerror.Error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end = append(r.end, err)
}

// follows says what a subscription follows, and after which cursor.
func (r *running) follows(s *engine.Subscription, after string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.source, r.written = s, after
}

// offer says that an item with this cursor may be taken as the next answer, the first of which has the number 0. It takes the place
// of one that was offered and not taken.
func (r *running) offer(number int64, cursor string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.offered[number%2] = cursor
}

// leave says that an item of the source is left out.
func (r *running) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left++
}

// cursor is the place of the answer that next gave last; empty if it has none.
func (r *running) cursor() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.taken
}

// wrote says that the answer that next gave last has been written.
func (r *running) wrote() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers++
	r.written = r.taken
}

// reached is the cursor after which the client can go on without missing anything: the newest of the journal if there is nothing
// on its way, else that of the last answer. Empty for what has no place in the journal.
func (r *running) reached() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.source == nil {
		return ""
	}
	if cursor, sent, ok := r.source.Reached(); ok && sent == r.answers+r.left {
		return cursor
	}
	return r.written
}

// appendResponse writes an answer. What the executor wrote is JSON already, and is not written again. Of an operation that was not run there is
// no data, not even null (GraphQL §7.1).
func appendResponse(b []byte, response *graphql.Response) []byte {
	var errs, extensions []byte
	var err error
	if len(response.Errors) > 0 {
		errs, err = json.Marshal(response.Errors)
	}
	if err == nil && len(response.Extensions) > 0 {
		extensions, err = json.Marshal(response.Extensions)
	}
	if err != nil {
		return append(b, unwritable...)
	}
	before := byte('{')
	for _, part := range []struct {
		name string
		json []byte
	}{{"errors", errs}, {"data", response.Data}, {"extensions", extensions}} {
		if len(part.json) > 0 {
			b = append(append(append(append(b, before, '"'), part.name...), `":`...), part.json...)
			before = ','
		}
	}
	if before == '{' {
		b = append(b, before)
	}
	return append(b, '}')
}

// encode writes an answer by itself.
func encode(response *graphql.Response) []byte {
	return appendResponse(make([]byte, 0, len(response.Data)+200), response)
}

// unwritable is what is said in place of an answer that cannot be written.
const unwritable = `{"errors":[{"message":"something went wrong inside the hub; its log says what","extensions":{"code":"INTERNAL"}}]}`
