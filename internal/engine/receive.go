package engine

import (
	"context"
	"errors"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// Callback takes a provider's request in. There is no Caller: the provider's signature, which the connector checks, is the
// proof. What is genuine is stored before it is answered; what is not is refused, and nothing of it is kept. While the
// connector is down, a POST is kept to be verified later, and anything else is UNAVAILABLE.
func (e *Engine) Callback(ctx context.Context, integrationKey int64, cb hub.Callback) (hub.Reception, error) {
	in, err := e.integration(ctx, e.now(), integrationKey)
	if err != nil {
		return hub.Reception{}, err
	}
	if in == nil {
		return hub.Reception{}, hub.NotFound(hub.KindIntegration, integrationKey)
	}
	got, err := e.connectors.Receive(ctx, in.open, cb)
	if err != nil {
		kept, err := e.keepCallback(ctx, integrationKey, cb, err)
		e.meters.received(true, kept, err)
		return kept, err
	}
	if !got.Verified {
		e.refused(integrationKey)
	} else if len(got.Receipts)+len(got.Notices) > 0 {
		err = e.db.Write(ctx, func(tx *sqlite.Tx) error { return e.receive(tx, integrationKey, got) })
	}
	e.meters.received(false, *got, err)
	return *got, err
}

// keepCallback keeps what cannot be verified at the moment. Any other error is for whoever called.
func (e *Engine) keepCallback(ctx context.Context, integrationKey int64, cb hub.Callback, cause error) (hub.Reception, error) {
	if hub.CodeOf(cause) != hub.CodeUnavailable {
		return hub.Reception{}, cause
	}
	if cb.Method != "POST" {
		return hub.Reception{}, &hub.Error{Code: hub.CodeUnavailable, Message: "the connector is not running; try again in a moment"}
	}
	if err := e.db.Write(ctx, func(tx *sqlite.Tx) error { return tx.CallbackKeep(integrationKey, cb) }); err != nil {
		return hub.Reception{}, err
	}
	e.log.Warn("a callback is kept until its connector is up", "integration", hub.ID(hub.KindIntegration, integrationKey), "error", cause)
	return hub.Reception{Verified: true, Status: 200}, nil
}

// callbackBatch is how many kept callbacks are read at once; each can have megabytes.
const callbackBatch = 16

// workOffCallbacks has kept callbacks verified, oldest first, as far as their connectors are up. A connector that does not answer is asked
// no more this time: others, and what else waits for this loop, must not wait for it again and again.
func (e *Engine) workOffCallbacks(ctx context.Context) error {
	silent := map[string]bool{}
	for after := int64(0); ; {
		var kept []sqlite.KeptCallback
		err := e.db.Write(ctx, func(tx *sqlite.Tx) (err error) { kept, err = tx.Callbacks(after, callbackBatch); return err })
		if err != nil || len(kept) == 0 {
			return err
		}
		for _, k := range kept {
			after = k.Key
			if err := e.workOffCallback(ctx, k, silent); err != nil {
				return err
			}
		}
	}
}

func (e *Engine) workOffCallback(ctx context.Context, k sqlite.KeptCallback, silent map[string]bool) error {
	said := &hub.Reception{}
	in, err := e.integration(ctx, e.now(), k.IntegrationKey)
	if err != nil {
		return err
	}
	if in != nil {
		if silent[in.Connector] {
			return nil
		}
		got, failed, err := e.receiveAgain(ctx, in, k)
		silent[in.Connector] = failed
		switch {
		case hub.CodeOf(err) == hub.CodeUnavailable || ctx.Err() != nil:
			return nil // it stays
		case err != nil || !got.Verified:
			e.refused(k.IntegrationKey)
		default:
			said = got
		}
		if err == nil {
			e.meters.received(false, *got, nil)
		}
	}
	err = e.db.Write(ctx, func(tx *sqlite.Tx) error {
		if err := e.receive(tx, k.IntegrationKey, said); err != nil {
			return err
		}
		return tx.CallbackDone(k.Key)
	})
	if err == nil {
		delete(e.failing, k.Key)
	}
	return err
}

// failing is a kept callback on which its connector failed although it was running.
type failing struct {
	times int
	next  time.Time // when it is tried again
}

// The waits before such a callback is tried again: the shortest, which then doubles, and the longest. One that crashes its
// connector must not keep it from sending.
const (
	failingFirst = 10 * time.Second
	failingMost  = time.Hour
)

// receiveAgain has a kept callback verified, if its connector is running. One on which it failed waits for its next time.
func (e *Engine) receiveAgain(ctx context.Context, in *integration, k sqlite.KeptCallback) (got *hub.Reception, failed bool, err error) {
	f, now := e.failing[k.Key], time.Now()
	connector := e.connectors.Connector(in.Connector)
	if connector == nil || connector.State != hub.ConnectorReady || now.Before(f.next) {
		return nil, false, &hub.Error{Code: hub.CodeUnavailable, Message: "the connector is not running, or failed on this callback"}
	}
	got, err = e.connectors.Receive(ctx, in.open, k.Callback)
	if failed = hub.CodeOf(err) == hub.CodeUnavailable; failed {
		e.failing[k.Key] = failing{f.times + 1, now.Add(min(failingFirst<<min(f.times, 10), failingMost))}
		e.log.Warn("the connector fails on a kept callback", "integration", in.ID(), "times", f.times+1, "error", err)
	}
	return got, failed, err
}

// refused counts a callback whose signature does not hold.
func (e *Engine) refused(integration int64) {
	if n, tell := counted(&e.stats.callbacksRefused); tell {
		e.log.Warn("a callback was refused: its signature does not hold", "integration", hub.ID(hub.KindIntegration, integration), "refusedSoFar", n)
	}
}

// receive stores receipts and moves their deliveries on, and lets follow what follows from notices.
func (e *Engine) receive(tx *sqlite.Tx, integration int64, got *hub.Reception) error {
	for _, rc := range got.Receipts {
		if err := e.receiveOne(tx, integration, rc); err != nil {
			return err
		}
	}
	return e.notices(tx, integration, got.Notices)
}

func (e *Engine) receiveOne(tx *sqlite.Tx, integration int64, rc hub.Receipt) error {
	d, of, err := e.findDelivery(tx, integration, rc)
	if err != nil {
		return err
	}
	if of == ours {
		switch early, err := e.premature(tx, d, &rc); {
		case err != nil:
			return err
		case early:
			of = waits
		}
	}
	rc.DeliveryKey, rc.ReceivedAt = 0, tx.Now()
	if rc.At.IsZero() {
		rc.At = rc.ReceivedAt
	}
	switch of {
	case ours:
		return e.keepReceipt(tx, integration, d, rc)
	case waits:
		e.stats.orphans.Store(true)
		if news, err := tx.ReceiptInsert(integration, rc); err != nil || !news {
			return err
		}
		_, err := tx.ReceiptsCrowd(integration)
		return err
	}
	tx.AfterCommit(func() { e.turnAway(integration, of) })
	return nil
}

// keepReceipt keeps a receipt of a delivery, if it is none that was kept before, and moves the delivery on by it.
func (e *Engine) keepReceipt(tx *sqlite.Tx, integration int64, d *hub.Delivery, rc hub.Receipt) error {
	rc.DeliveryKey = d.Key
	if d.EmptiedAt != nil { // what was taken away does not come back by a late word
		rc.ProviderID, rc.Recipient, rc.Message, rc.NextStep, rc.Detail = "pruned "+d.ID(), "", "", "", nil
	}
	news, err := tx.ReceiptInsert(integration, rc)
	if err != nil || !news {
		return err
	}
	if err := e.applyReceipt(tx, d.Key, rc); err != nil || d.ProviderID != "" {
		return err
	}
	return e.adopt(tx, d, rc.ProviderID)
}

// applyReceipt moves a delivery on by a receipt that was kept, and its execution's outcome with it.
func (e *Engine) applyReceipt(tx *sqlite.Tx, delivery int64, rc hub.Receipt) error {
	d, err := tx.Delivery(delivery)
	if err != nil || d == nil {
		return err
	}
	cause := hub.Reason{Code: hub.ReasonReceipt, Message: rc.Message, Provider: rc.Code, NextStep: rc.NextStep}
	if goesOn(d.State, rc.Status) && !e.followed(d) {
		return e.receiptAlone(tx, d, rc, cause)
	}
	return e.amend(tx, d.ExecutionKey, cause, func(r *run) error {
		it := r.find(delivery)
		if it == nil {
			return nil
		}
		return r.receipt(it, rc, cause)
	})
}

// goesOn says whether a receipt is about a message that was accepted and leaves it so: then nothing follows for its execution.
func goesOn(s hub.DeliveryState, status hub.ReceiptStatus) bool {
	switch s {
	case hub.Accepted, hub.Sent, hub.Delivered, hub.Read:
		return status != hub.ReceiptFailed
	}
	return false
}

// receiptAlone moves a delivery on without looking at the others of its execution, which may be hundreds.
func (e *Engine) receiptAlone(tx *sqlite.Tx, d *hub.Delivery, rc hub.Receipt, cause hub.Reason) error {
	exec, err := tx.Execution(d.ExecutionKey)
	if err != nil || exec == nil {
		return err
	}
	r := &run{e: e, tx: tx, exec: exec}
	it := &item{Delivery: d, from: d.State, tries: d.Tries}
	if err := r.receipt(it, rc, cause); err != nil {
		return err
	}
	if err := r.saveItem(it); err != nil {
		return err
	}
	for _, c := range r.lines {
		tx.Change(c)
	}
	return nil
}

func (r *run) receipt(it *item, rc hub.Receipt, cause hub.Reason) error {
	var failed failure
	if rc.Status == hub.ReceiptFailed {
		err := r.demand(it, &rc)
		if err == nil {
			failed, err = r.judgeFailure(it, &rc)
		}
		if err != nil {
			return err
		}
	}
	old, err := r.outdated(it, &rc)
	if err != nil {
		return err
	}
	if old || rc.Status == hub.ReceiptFailed && !failed.news {
		r.line(hub.SubjectDelivery, it.Key, hub.AspectReceipt, string(it.State), string(rc.Status), cause)
		return nil
	}
	if it.ProviderID == "" && rc.ProviderID != "" && it.EmptiedAt == nil {
		it.ProviderID, it.moved = rc.ProviderID, true
	}
	if rc.Recipient != "" && it.ProviderRecipient == "" {
		it.ProviderRecipient, it.moved = rc.Recipient, true
	}
	early := it.State == hub.Sending
	if early {
		if err := r.early(it, rc); err != nil {
			return err
		}
	}
	path, flagged := hub.ReceiptMove(it.State, rc.Status)
	for _, to := range path {
		step := cause
		if it.State == hub.Sending {
			step.Code = hub.ReasonEarly
		}
		if to == hub.DeliveryFailed {
			it.Reason = &cause
		} else {
			it.Reason = nil
		}
		r.move(it, to, step)
	}
	if len(path) == 0 {
		r.line(hub.SubjectDelivery, it.Key, hub.AspectReceipt, string(it.State), string(rc.Status), cause)
	}
	if flagged {
		it.Flagged, it.moved = true, true
		return errors.Join(r.tx.ReceiptFlag(it.Key, rc), r.reached(it, len(path) > 0))
	}
	if failed.sure && len(path) > 0 && !early { // else the connector's answer is to come first
		return r.failedLater(it, &rc)
	}
	return nil
}

// early notes the attempt that a receipt proves before the connector has answered for it; the answer replaces the note.
func (r *run) early(it *item, rc hub.Receipt) error {
	it.Attempts++
	if !it.Test {
		r.tx.Attempted(hub.OutcomeAccepted)
	}
	return r.tx.AttemptInsert(hub.Attempt{DeliveryKey: it.Key, Number: it.Tries, Counted: true, StartedAt: it.UpdatedAt, FinishedAt: r.tx.Now(),
		Kind: hub.OutcomeAccepted, Scope: hub.ScopeDelivery, ProviderID: rc.ProviderID, Message: "a receipt came before the connector's answer"})
}
