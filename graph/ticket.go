package graph

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

// ticketParam is the parameter of the URL that brings a ticket.
const ticketParam = "ticket"

// Limits of tickets, which are kept in memory.
const (
	ticketLife      = time.Minute
	maxTickets      = 100      // that a consumer has at once
	maxTicketLength = 64 << 10 // bytes of an operation with its variables
)

// ticket is what stands in for a token at one request: a browser's EventSource cannot send a header, and a token has no place in a
// URL. It opens one operation of one consumer, once.
type ticket struct {
	session
	consumer int64
	params   *graphql.RawParams
	until    time.Time
}

// digest is how a secret of one use is kept.
type digest [sha256.Size]byte

func digestOf(secret string) digest { return sha256.Sum256([]byte(secret)) }

// tickets are those that were given out and not used. The zero value is ready.
type tickets struct {
	mu   sync.Mutex
	live map[digest]*ticket
}

// issue gives a ticket out. The error is UNAVAILABLE if the consumer has too many.
func (k *tickets) issue(t *ticket) (secret string, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now, n := time.Now(), 0
	for d, other := range k.live {
		if !now.Before(other.until) {
			delete(k.live, d)
		} else if other.consumer == t.consumer {
			n++
		}
	}
	if n >= maxTickets {
		return "", &hub.Error{Code: hub.CodeUnavailable, Message: "this consumer has 100 tickets that were not used; use them, or wait a minute until they are over"}
	}
	if k.live == nil {
		k.live = map[digest]*ticket{}
	}
	t.until = now.Add(ticketLife)
	secret = rand.Text()
	k.live[digestOf(secret)] = t
	return secret, nil
}

// redeem takes the ticket that a request brings, if it brings one that is valid.
func (k *tickets) redeem(r *http.Request) (ticket, bool) {
	secret := r.URL.Query().Get(ticketParam)
	if secret == "" || r.Method != http.MethodGet {
		return ticket{}, false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	d := digestOf(secret)
	t, there := k.live[d]
	delete(k.live, d)
	if !there || !time.Now().Before(t.until) {
		return ticket{}, false
	}
	return *t, true
}

// streamTicketCreate judges an operation and makes a ticket for it: what is wrong with it, its page would not be shown later.
func (r *resolver) streamTicketCreate(ctx context.Context, in model.StreamTicketCreateInput) (*model.StreamTicketCreatePayload, error) {
	t, secret := &ticket{session: visitOf(ctx).session}, ""
	c := caller(ctx)
	err := c.NeedToken()
	if err == nil {
		t.consumer = c.Consumer.Key
		t.params, err = r.ticketParams(ctx, in)
	}
	if err == nil {
		secret, err = r.tickets.issue(t)
	}
	errs, err := userErrors(err)
	payload := &model.StreamTicketCreatePayload{UserErrors: errs}
	if err == nil && len(errs) == 0 {
		payload.Ticket, payload.ExpiresAt = &secret, &t.until
	}
	return payload, err
}

// ticketParams reads the operation that a ticket is for, and judges whether it can be run at all.
func (r *resolver) ticketParams(ctx context.Context, in model.StreamTicketCreateInput) (*graphql.RawParams, error) {
	if n := len(in.Query) + len(in.Variables); n > maxTicketLength {
		return nil, &hub.Error{Code: hub.CodeTooLarge, Path: "query", Message: fmt.Sprintf("the operation and its variables have %d bytes, at most %d are kept for a ticket", n, maxTicketLength)}
	}
	params := &graphql.RawParams{Query: in.Query}
	hub.Assign(&params.OperationName, in.OperationName)
	if len(in.Variables) > 0 {
		if err := decode(bytes.NewReader(in.Variables), &params.Variables); err != nil {
			return nil, hub.Invalid("variables", "the variables are no JSON object: %s", sayJSON(err))
		}
	}
	op, errs := r.exec.CreateOperationContext(ctx, params)
	switch {
	case len(errs) > 0:
		path, what := refused(ctx, op, errs[0])
		return nil, hub.Invalid(path, "the operation cannot be run: %s", what)
	case op.Operation.Operation != ast.Subscription:
		return nil, hub.Invalid("query", "a ticket is for a subscription; send a query or a mutation as a request of its own")
	}
	return params, nil
}
