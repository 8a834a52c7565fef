package sdk

import (
	"encoding/json"
	"strings"
	"sync"
)

// Problems collects what is wrong, so that all of it is told at once.
type Problems []Problem

// Add adds one of severity [SeverityError].
func (p *Problems) Add(code, path, message, next string) {
	*p = append(*p, Problem{Code: code, Path: path, Message: message, NextStep: next, Severity: SeverityError})
}

// OfFlow tells whether a problem lies in the flow's own settings, and thus concerns all of its deliveries.
func (p Problem) OfFlow() bool { return p.Path == "action" || strings.HasPrefix(p.Path, "parameters") }

// Outcome is that of a delivery which cannot be sent because of the problem: REJECTED, or MISCONFIGURED for one of the flow.
func (p Problem) Outcome() Outcome {
	o := Outcome{Kind: Rejected, Scope: ScopeDelivery, Path: p.Path, Message: p.Path + " " + p.Message, NextStep: p.NextStep}
	if p.OfFlow() {
		o.Kind, o.Scope = Misconfigured, ScopeFlow
	}
	return o
}

// mostPlans bounds the memory for parameters that never come again.
const mostPlans = 256

// Plans keeps what a connector made of the parameters of its actions, which are the same for all deliveries of a flow version. It is safe for
// use by many goroutines; the zero value is empty.
type Plans[T any] struct {
	mu    sync.Mutex
	known map[[2]string]*T
}

// Of gives what parse makes of an action and its parameters. What has problems is parsed again each time.
func (k *Plans[T]) Of(action string, parameters json.RawMessage, parse func(string, json.RawMessage) (*T, Problems)) (*T, Problems) {
	key := [2]string{action, string(parameters)}
	k.mu.Lock()
	p := k.known[key]
	k.mu.Unlock()
	if p != nil {
		return p, nil
	}
	p, found := parse(action, parameters)
	if len(found) > 0 {
		return nil, found
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || len(k.known) >= mostPlans {
		k.known = map[[2]string]*T{}
	}
	k.known[key] = p
	return p, nil
}
