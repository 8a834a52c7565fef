package engine

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// results collects outcomes until they are committed together.
type results struct {
	mu      sync.Mutex
	waiting []hub.Outcome
	more    chan struct{}
}

// Outcomes takes what became of deliveries from the host. It only notes them: the engine commits them, many at once. It is
// safe for use by many goroutines and never blocks. What can wait here is bounded by what is in flight.
func (e *Engine) Outcomes(_ int64, outcomes []hub.Outcome) {
	e.results.mu.Lock()
	e.results.waiting = append(e.results.waiting, outcomes...)
	e.results.mu.Unlock()
	select {
	case e.results.more <- struct{}{}:
	default:
	}
}

func (r *results) take() []hub.Outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.waiting
	r.waiting = nil
	return list
}

// settle is the loop that commits outcomes.
func (e *Engine) settle(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.results.more:
			e.land(ctx, e.pipes.leave(e.results.take()))
		}
	}
}

// settleRest commits what came in after the loops ended.
func (e *Engine) settleRest(ctx context.Context) error {
	rest := e.pipes.leave(e.results.take())
	if len(rest) == 0 {
		return nil
	}
	return e.commitLandings(ctx, rest)
}

// land commits landings, and tries again while the database cannot write: an outcome that is known must not be lost. When
// the hub ends first, what is left is SENDING in the database and becomes UNKNOWN at the next start.
func (e *Engine) land(ctx context.Context, landings []landing) {
	if len(landings) == 0 {
		return
	}
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		err := e.commitLandings(context.WithoutCancel(ctx), landings)
		if err == nil {
			e.judgeProviders(ctx, landings)
			break
		}
		if hub.CodeOf(err) != hub.CodeUnavailable {
			e.landApart(ctx, landings, err)
			break
		}
		e.log.Error("outcomes could not be written; trying again", "outcomes", len(landings), "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
	e.nudge() // there is room again
}

// landApart lands each on its own when one of many cannot be applied at all, so that it holds up no other. That one is
// left SENDING: when its lease ends, its delivery becomes UNKNOWN.
func (e *Engine) landApart(ctx context.Context, landings []landing, cause error) {
	if len(landings) == 1 {
		e.log.Error("an outcome could not be applied; its delivery becomes UNKNOWN", "delivery", landings[0].delivery.ID(), "error", cause)
		return
	}
	for i := range landings {
		e.land(ctx, landings[i:i+1])
	}
}

func (e *Engine) commitLandings(ctx context.Context, landings []landing) error {
	err := e.db.Write(ctx, func(tx *sqlite.Tx) error {
		slow := slowLandings{e: e, tx: tx}
		for i := range landings {
			if err := e.landOne(tx, &landings[i], &slow); err != nil {
				return err
			}
		}
		return slow.settle()
	})
	if err == nil {
		for i := range landings {
			e.landed(&landings[i])
		}
	}
	return err
}

// landOne writes one outcome: the attempt, the delivery, and the execution if it is decided by it.
func (e *Engine) landOne(tx *sqlite.Tx, l *landing, slow *slowLandings) error {
	now := tx.Now()
	l.first = false
	d := *l.delivery
	held, err := e.heldBack(tx, l)
	if err != nil {
		return err
	}
	decision := hub.Decide(d.Attempts, d.Since(), l.weighed(), l.program.flow.Definition.Settings, now, rand.Float64())
	if held != nil {
		decision.Reason = *held
	} else if path := &decision.Reason.Path; !ofSettings(*path) { // which the flow has no place for
		*path = pathInFlow(l.program, l.delivery, *path)
	}
	e.slowDown(l.in, l.delivery, l.outcome, decision, now)
	if err := tx.AttemptInsert(attempt(l, decision, now)); err != nil {
		return err
	}
	if err := e.suppress(tx, l.delivery, &l.outcome, hub.SuppressedByOutcome, decision.Reason); err != nil {
		return err
	}
	exec := *l.exec
	r := &run{e: e, tx: tx, exec: &exec, was: exec.State, held: exec.Claim}
	it := &item{Delivery: &d, from: hub.Sending, tries: d.Tries}
	apply(r, it, l.outcome, decision)
	if decision.Pause != "" {
		if err := e.pause(tx, l.delivery, decision); err != nil {
			return err
		}
	}
	if l.alone {
		r.items = []*item{it}
		if l.lookup {
			r.look(it)
		}
		switch err := r.settle(decision.Reason); err {
		case nil:
			ended(tx, l)
			return e.adopt(tx, it.Delivery, l.outcome.ProviderID)
		case errLost:
		default:
			return err
		}
	}
	return slow.land(l, decision)
}

// ended notes that an attempt ended with this outcome, and not before it.
func ended(tx *sqlite.Tx, l *landing) {
	l.first = true
	if !l.delivery.Test {
		tx.Attempted(l.outcome.Kind)
	}
}

// apply writes a decision over a delivery.
func apply(r *run, it *item, o hub.Outcome, decision hub.Decision) {
	it.Attempts = decision.Attempts
	if o.ProviderID != "" {
		it.ProviderID = o.ProviderID
	}
	if o.Recipient != "" {
		it.ProviderRecipient = o.Recipient
	}
	if decision.State != hub.Accepted {
		it.Reason = &decision.Reason
	} else {
		it.Reason = nil
	}
	r.move(it, decision.State, decision.Reason)
	switch decision.State {
	case hub.Pending:
		due, code := decision.DueAt, decision.Reason.Code
		if decision.Pause != "" {
			due, code = r.tx.Now(), pausedReason(decision.Pause)
		}
		it.WaitingFor, it.DueAt = code, &due
	case hub.Unknown:
		it.HoldAt = &decision.HoldAt
	}
}

func pausedReason(s hub.Scope) hub.ReasonCode {
	if s == hub.ScopeFlow {
		return hub.ReasonFlowPaused
	}
	return hub.ReasonIntegrationPaused
}

// pause holds back what is set up wrongly, instead of burning every message.
func (e *Engine) pause(tx *sqlite.Tx, d *hub.Delivery, decision hub.Decision) error {
	cause := decision.Reason
	cause.By = d.ID() // what is said of it may quote this message, so it is shown to who may see that
	if decision.Pause == hub.ScopeFlow {
		tx.AfterCommit(e.askAnew)
		return tx.FlowPause(d.FlowKey, cause)
	}
	return tx.IntegrationPause(d.IntegrationKey, cause)
}

// slowLandings settle executions by what the database says of all their deliveries: they have several, or a receipt was
// faster than the connector's answer. An execution is read once for all of its outcomes in a transaction, because it may
// have hundreds of deliveries.
type slowLandings struct {
	e    *Engine
	tx   *sqlite.Tx
	runs []*slowRun
}

type slowRun struct {
	*run
	cause  hub.Reason // the last
	landed []*landing
}

// run is the execution of a landing with its deliveries; nil if it is gone.
func (s *slowLandings) run(execution int64) (*slowRun, error) {
	for _, r := range s.runs {
		if r.exec.Key == execution {
			return r, nil
		}
	}
	exec, err := s.tx.Execution(execution)
	if err != nil || exec == nil {
		return nil, err
	}
	r, err := s.e.takeUp(s.tx, exec)
	if err != nil {
		return nil, err
	}
	s.runs = append(s.runs, &slowRun{run: r})
	return s.runs[len(s.runs)-1], nil
}

// land applies an outcome to its delivery as it is in the database.
func (s *slowLandings) land(l *landing, decision hub.Decision) error {
	r, err := s.run(l.exec.Key)
	if err != nil || r == nil {
		return err
	}
	it := r.find(l.delivery.Key)
	if it == nil || it.Tries != l.handover.Attempt {
		return nil // it is being sent again already
	}
	switch {
	case it.State == hub.Sending:
		ended(s.tx, l)
		apply(r.run, it, l.outcome, decision)
	case it.State == hub.Unknown && decision.State != hub.Unknown && it.State.May(decision.State):
		apply(r.run, it, l.outcome, decision) // the answer came after all
	default: // a receipt or a person was faster: what the outcome adds is kept
		it.Attempts, it.moved = decision.Attempts, true
		if it.ProviderID == "" {
			it.ProviderID = l.outcome.ProviderID
		}
		if it.ProviderRecipient == "" {
			it.ProviderRecipient = l.outcome.Recipient
		}
		if err := r.failedEarly(it, &l.outcome); err != nil {
			return err
		}
	}
	if l.lookup {
		r.look(it)
	}
	r.cause = decision.Reason
	r.landed = append(r.landed, l)
	return nil
}

// settle writes the executions, then what was waiting for the providers' ids.
func (s *slowLandings) settle() error {
	for _, r := range s.runs {
		if len(r.landed) == 0 {
			continue
		}
		if err := r.settleQuietly(r.cause); err != nil {
			return err
		}
		for _, l := range r.landed {
			if err := s.e.adopt(s.tx, l.delivery, l.outcome.ProviderID); err != nil {
				return err
			}
		}
	}
	return nil
}

// adopt applies receipts that came before anybody knew to which delivery the provider's id belongs.
func (e *Engine) adopt(tx *sqlite.Tx, d *hub.Delivery, providerID string) error {
	if providerID == "" || !e.stats.orphans.Load() {
		return nil
	}
	family, err := e.siblings(tx, d.IntegrationKey)
	if err != nil {
		return err
	}
	for _, integration := range family {
		waiting, err := tx.ReceiptsTake(integration, providerID)
		if err != nil {
			return err
		}
		for _, rc := range waiting {
			if err := e.keepReceipt(tx, integration, d, rc); err != nil {
				return err
			}
		}
	}
	return nil
}

func attempt(l *landing, decision hub.Decision, now time.Time) hub.Attempt {
	o := l.outcome
	scope := o.Scope
	if scope == "" {
		scope = hub.ScopeDelivery
	}
	for i := range o.Adjusted {
		o.Adjusted[i].Path = pathInFlow(l.program, l.delivery, o.Adjusted[i].Path)
	}
	return hub.Attempt{DeliveryKey: l.delivery.Key, Number: l.handover.Attempt, Counted: decision.Attempts > l.delivery.Attempts,
		StartedAt: l.started, FinishedAt: now, Kind: o.Kind, Scope: scope, ProviderID: o.ProviderID, Code: o.Code, Message: o.Message,
		NextStep: o.NextStep, Path: o.Path, RetryAfter: o.RetryAfter, Adjusted: o.Adjusted, Detail: o.Detail}
}
