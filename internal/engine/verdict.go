package engine

import (
	"context"
	"math/rand/v2"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// failure is a receipt that says FAILED, held against what is known of the delivery.
type failure struct {
	news bool // it may be about the attempt by which the delivery is where it is
	sure bool // it certainly is, so that the delivery may be sent again
}

// premature says whether a receipt may be about an attempt that has no answer yet: then it waits for its delivery, as one does of which
// nobody knows the delivery, since the answer tells the provider's id.
func (e *Engine) premature(tx *sqlite.Tx, d *hub.Delivery, rc *hub.Receipt) (bool, error) {
	if d.State != hub.Sending || d.Tries <= 1 || rc.Status != hub.ReceiptFailed || rc.ProviderID == "" {
		return false, nil
	}
	of, err := tx.AttemptOfProvider(d.Key, rc.ProviderID)
	return of == 0, err
}

// outdated says whether a receipt that a message was sent on is older than one that it failed, which had the delivery sent again: those
// come in any order.
func (r *run) outdated(it *item, rc *hub.Receipt) (bool, error) {
	if rc.Status != hub.ReceiptSent || it.State != hub.Pending && it.Tries <= 1 || rc.ProviderID == "" {
		return false, nil
	}
	return r.tx.SaidFailed(it.Key, rc.ProviderID)
}

// judgeFailure says of which attempt a receipt is. Providers repeat and reorder: one about an earlier attempt must neither fail the
// one that came after it nor have the message sent once more.
func (r *run) judgeFailure(it *item, rc *hub.Receipt) (failure, error) {
	if it.Tries <= 1 {
		return failure{news: true, sure: true}, nil
	}
	of := 0
	if rc.ProviderID != "" {
		var err error
		if of, err = r.tx.AttemptOfProvider(it.Key, rc.ProviderID); err != nil {
			return failure{}, err
		}
	}
	switch {
	case of == it.Tries:
		return failure{news: true, sure: true}, nil
	case of > 0, it.State == hub.Sending: // an earlier one, or perhaps
		return failure{}, nil
	case it.State == hub.Unknown:
		return failure{news: true}, nil
	}
	// Either it is of the message that a receipt or a lookup has told of, or the attempt was accepted under another id, if its provider
	// gives any.
	return failure{news: rc.ProviderID == "" || it.ProviderID == "" || it.ProviderID == rc.ProviderID}, nil
}

// demand does what a receipt asks for beyond the delivery's state, whichever attempt it is about: the recipient is left alone. That they
// cannot be reached for a while is not so of somebody whom the message reached, on another of their phones perhaps; what they want is.
func (r *run) demand(it *item, rc *hub.Receipt) error {
	arrived := it.State == hub.Delivered || it.State == hub.Read
	if rc.Status != hub.ReceiptFailed || arrived && rc.Suppress > 0 {
		return nil
	}
	o := rc.Outcome()
	reason := hub.Reason{Code: hub.ReasonReceipt, Message: rc.Message, Provider: rc.Code, NextStep: rc.NextStep}
	return r.e.suppress(r.tx, it.Delivery, &o, hub.SuppressedByReceipt, reason)
}

// failedLater lets a delivery that a receipt has made FAILED go on as if the provider had said so at once: it is sent again, or waits
// until what is set up wrongly is mended. One that is flagged is not: the recipient may have the message.
func (r *run) failedLater(it *item, rc *hub.Receipt) error {
	if it.State != hub.DeliveryFailed || it.Flagged {
		return nil
	}
	settings, err := r.settings()
	if err != nil || settings == nil {
		return err
	}
	if err := r.e.aged(r.tx, it.Delivery); err != nil {
		return err
	}
	d := hub.DecideReceipt(it.Attempts, it.Since(), rc, *settings, r.tx.Now(), rand.Float64())
	if d.State != hub.Pending {
		it.Reason = &d.Reason
		return nil
	}
	if d.Attempts < it.Attempts {
		if err := r.tx.AttemptUncount(it.Key, it.Tries); err != nil {
			return err
		}
	}
	in, err := r.e.integration(context.Background(), r.e.now(), it.IntegrationKey)
	if err != nil {
		return err
	}
	r.e.slowDown(in, it.Delivery, rc.Outcome(), d, r.tx.Now())
	apply(r, it, hub.Outcome{}, d)
	if d.Pause != "" {
		if err := r.e.pause(r.tx, it.Delivery, d); err != nil {
			return err
		}
	}
	r.tx.AfterCommit(r.e.nudge)
	return nil
}

// failedEarly is failedLater for a receipt that came before the connector's answer: only now that this is there may the delivery be
// sent again. An answer that refuses the message for good has the last word.
func (r *run) failedEarly(it *item, answer *hub.Outcome) error {
	if it.State != hub.DeliveryFailed || it.Reason == nil || it.Reason.Code != hub.ReasonReceipt || answer.Kind == hub.OutcomeRejected {
		return nil
	}
	rc, err := r.tx.FailedReceipt(it.Key)
	if err != nil || rc == nil {
		return err
	}
	switch f, err := r.judgeFailure(it, rc); {
	case err != nil:
		return err
	case f.sure:
		return r.failedLater(it, rc)
	}
	return nil
}

// settings are those of the flow version that made the execution; nil if it cannot run any more. They are kept after the first time, and
// a transaction that is under way is not given up for them.
func (r *run) settings() (*hub.FlowSettings, error) {
	return r.e.settings(context.Background(), r.exec.FlowKey, r.exec.FlowVersion)
}
