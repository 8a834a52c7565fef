package engine

import (
	"context"
	"math/bits"
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
		return e.keepCallback(ctx, integrationKey, cb, err)
	}
	if !got.Verified {
		e.refused(integrationKey)
		return *got, nil
	}
	if len(got.Receipts) == 0 {
		return *got, nil
	}
	err = e.db.Write(ctx, func(tx *sqlite.Tx) error { return e.receive(tx, integrationKey, got.Receipts) })
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

// workOffCallbacks has kept callbacks verified, oldest first, as far as their connectors are up.
func (e *Engine) workOffCallbacks(ctx context.Context) error {
	for after := int64(0); ; {
		var kept []sqlite.KeptCallback
		err := e.db.Write(ctx, func(tx *sqlite.Tx) (err error) { kept, err = tx.Callbacks(after, claimBatch); return err })
		if err != nil || len(kept) == 0 {
			return err
		}
		for _, k := range kept {
			after = k.Key
			if err := e.workOffCallback(ctx, k); err != nil {
				return err
			}
		}
	}
}

func (e *Engine) workOffCallback(ctx context.Context, k sqlite.KeptCallback) error {
	var receipts []hub.Receipt
	in, err := e.integration(ctx, e.now(), k.IntegrationKey)
	if err != nil {
		return err
	}
	if in != nil {
		got, err := e.receiveAgain(ctx, in, k)
		switch {
		case hub.CodeOf(err) == hub.CodeUnavailable || ctx.Err() != nil:
			return nil // it stays
		case err != nil || !got.Verified:
			e.refused(k.IntegrationKey)
		default:
			receipts = got.Receipts
		}
	}
	err = e.db.Write(ctx, func(tx *sqlite.Tx) error {
		if err := e.receive(tx, k.IntegrationKey, receipts); err != nil {
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
func (e *Engine) receiveAgain(ctx context.Context, in *integration, k sqlite.KeptCallback) (*hub.Reception, error) {
	f, now := e.failing[k.Key], time.Now()
	connector := e.connectors.Connector(in.Connector)
	if connector == nil || connector.State != hub.ConnectorReady || now.Before(f.next) {
		return nil, &hub.Error{Code: hub.CodeUnavailable, Message: "the connector is not running, or failed on this callback"}
	}
	got, err := e.connectors.Receive(ctx, in.open, k.Callback)
	if hub.CodeOf(err) == hub.CodeUnavailable {
		e.failing[k.Key] = failing{f.times + 1, now.Add(min(failingFirst<<min(f.times, 10), failingMost))}
		e.log.Warn("the connector fails on a kept callback", "integration", in.ID(), "times", f.times+1, "error", err)
	}
	return got, err
}

// refused counts a callback whose signature does not hold. It is logged at each power of two, so that nobody can fill the
// log with them.
func (e *Engine) refused(integration int64) {
	if n := e.stats.callbacksRefused.Add(1); bits.OnesCount64(uint64(n)) == 1 {
		e.log.Warn("a callback was refused: its signature does not hold", "integration", hub.ID(hub.KindIntegration, integration), "refusedSoFar", n)
	}
}

// receive stores receipts and moves their deliveries on.
func (e *Engine) receive(tx *sqlite.Tx, integration int64, receipts []hub.Receipt) error {
	for _, rc := range receipts {
		if err := e.receiveOne(tx, integration, rc); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) receiveOne(tx *sqlite.Tx, integration int64, rc hub.Receipt) error {
	d, err := findDelivery(tx, rc)
	if err != nil {
		return err
	}
	rc.DeliveryKey, rc.ReceivedAt = 0, tx.Now()
	if d != nil {
		rc.DeliveryKey = d.Key
		if d.EmptiedAt != nil { // what was taken away does not come back by a late word
			rc.ProviderID, rc.Recipient, rc.Message, rc.Detail = "pruned "+d.ID(), "", "", nil
		}
	}
	if rc.At.IsZero() {
		rc.At = rc.ReceivedAt
	}
	news, err := tx.ReceiptInsert(integration, rc)
	if err != nil || !news {
		return err
	}
	if d == nil {
		e.stats.orphans.Store(true)
		return nil
	}
	return e.applyReceipt(tx, d.Key, rc)
}

// findDelivery finds the delivery of a receipt: by our own key, which only we give out, else by the provider's id.
func findDelivery(tx *sqlite.Tx, rc hub.Receipt) (*hub.Delivery, error) {
	if rc.DeliveryKey != 0 {
		if d, err := tx.Delivery(rc.DeliveryKey); err != nil || d != nil {
			return d, err
		}
	}
	if rc.ProviderID == "" {
		return nil, nil
	}
	return tx.DeliveryOfProvider(rc.ProviderID)
}

// applyReceipt moves a delivery on by a receipt that was kept, and its execution's outcome with it.
func (e *Engine) applyReceipt(tx *sqlite.Tx, delivery int64, rc hub.Receipt) error {
	d, err := tx.Delivery(delivery)
	if err != nil || d == nil {
		return err
	}
	cause := hub.Reason{Code: hub.ReasonReceipt, Message: rc.Message, Provider: rc.Code}
	if goesOn(d.State, rc.Status) {
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
	if it.ProviderID == "" && rc.ProviderID != "" && it.EmptiedAt == nil {
		it.ProviderID, it.moved = rc.ProviderID, true
	}
	if rc.Recipient != "" && it.ProviderRecipient == "" {
		it.ProviderRecipient, it.moved = rc.Recipient, true
	}
	if it.State == hub.Sending {
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
		return r.tx.ReceiptFlag(rc)
	}
	return nil
}

// early notes the attempt that a receipt proves before the connector has answered for it; the answer replaces the note.
func (r *run) early(it *item, rc hub.Receipt) error {
	it.Attempts++
	return r.tx.AttemptInsert(hub.Attempt{DeliveryKey: it.Key, Number: it.Tries, Counted: true, StartedAt: it.UpdatedAt, FinishedAt: r.tx.Now(),
		Kind: hub.OutcomeAccepted, Scope: hub.ScopeDelivery, ProviderID: rc.ProviderID, Message: "a receipt came before the connector's answer"})
}
