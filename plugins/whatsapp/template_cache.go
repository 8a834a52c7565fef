package whatsapp

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// How long what was read of a template holds. Meta lets an app ask 200 times an hour for an account, so that templates are never
// read for each message.
const (
	templateFresh = 10 * time.Minute // to show a text, and to send through Twilio, which tells of no change
	templateSent  = 12 * time.Hour   // to send through Meta, which tells of changes, and refuses what does not fit
	templateJust  = 3 * time.Second  // to judge a flow: that is the moment to look
	templateRetry = 5 * time.Second  // after a failure that may pass by itself
	mostTemplates = 1024
)

// unread says why templates could not be read, as an outcome: nothing was sent.
type unread struct{ sdk.Outcome }

// problem is the same for someone who sets up a flow. What only keeps us from looking is a warning: the message may well go out.
func (u *unread) problem() sdk.Problem {
	if u.Scope == sdk.ScopeFlow { // the answer is that there is none
		return sdk.Problem{Code: "TEMPLATE_MISSING", Path: u.Path, Message: u.Message, NextStep: u.NextStep, Severity: sdk.SeverityError}
	}
	p := sdk.Problem{Code: sdk.CodeUnchecked, Path: u.Path, Message: "the template could not be read: " + u.Message, NextStep: u.NextStep, Severity: sdk.SeverityError}
	if u.Kind == sdk.Retry {
		p.Severity = sdk.SeverityWarning
	}
	if p.Path == "" {
		p.Path = "parameters.template"
	}
	return p
}

// templateKey names what is read at once: at Meta all languages of a name, at Twilio one content.
type templateKey struct {
	integration string
	version     int64
	address     string
	account     string
	name        string
}

// templates remembers templates of all integrations. news grows whenever one is read anew or forgotten.
type templates struct {
	mu    sync.Mutex
	known map[templateKey]*templateEntry
	news  atomic.Uint64
}

// templateEntry is what was read last. busy has room for one: whoever reads holds it, and the others wait for the result.
type templateEntry struct {
	busy   chan struct{}
	at     time.Time
	list   []template
	failed *unread
}

func newTemplates() *templates { return &templates{known: map[templateKey]*templateEntry{}} }

// get gives what was read no longer than holds ago, or reads it. While the provider does not answer, what was known before goes on to
// hold: it is given beside the failure.
func (c *templates) get(ctx context.Context, key templateKey, holds time.Duration, read func(context.Context) ([]template, *unread)) ([]template, *unread) {
	e := c.entry(key)
	select {
	case e.busy <- struct{}{}:
		defer func() { <-e.busy }()
	case <-ctx.Done():
		return nil, waited(ctx.Err())
	}
	now := time.Now()
	switch {
	case e.failed == nil:
	case e.failed.Kind == sdk.Retry:
		holds = min(holds, templateRetry)
	default:
		holds = min(holds, templateFresh)
	}
	if !e.at.IsZero() && now.Sub(e.at) < holds {
		return e.list, e.failed
	}
	list, failed := read(ctx)
	if failed != nil && ctx.Err() != nil {
		return nil, failed // the caller's own impatience says nothing to others
	}
	if failed == nil || failed.Kind != sdk.Retry {
		e.list = list
	}
	if failed == nil {
		c.news.Add(1)
	}
	e.at, e.failed = now, failed
	return e.list, e.failed
}

func waited(err error) *unread {
	return &unread{sdk.Outcome{Kind: sdk.Retry, Scope: sdk.ScopeDelivery, Message: "the template was still being read: " + failureText(err), NextStep: "Nothing: it is tried again."}}
}

func (c *templates) entry(key templateKey) *templateEntry {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.known[key]
	if e == nil {
		if len(c.known) >= mostTemplates {
			clear(c.known)
		}
		e = &templateEntry{busy: make(chan struct{}, 1)}
		c.known[key] = e
	}
	return e
}

// forget has a template of an account read anew, whatever integration knew it: the provider says that it is not as we know it.
func (c *templates) forget(account, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range c.known {
		if key.account == account && key.name == name {
			delete(c.known, key)
		}
	}
	c.news.Add(1)
}
