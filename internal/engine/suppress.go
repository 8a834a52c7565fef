package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// suppressed ends a delivery whose recipient is to be left alone, and says whether it did. What only messages of a category must not
// be sent goes along with the handover: which category a message has, its connector knows.
func (r *run) suppressed(it *item, h *hub.Handover) (bool, error) {
	list, err := r.tx.Suppressions(it.IntegrationKey, h.Recipient)
	if err != nil || len(list) == 0 {
		return false, err
	}
	whole, categories := hub.Holding(list, r.tx.Now())
	if whole == nil {
		h.HeldCategories = categories
		return false, nil
	}
	if it.Recipient != h.Recipient {
		it.Recipient, it.anew = h.Recipient, true
	}
	cause := whole.Held()
	it.Reason = &cause
	r.move(it, hub.Suppressed, cause)
	return true, nil
}

// heldBack names the suppression because of which a connector did not send, as the reason of the decision. A connector that holds
// back what nobody told it to has refused the message.
func (e *Engine) heldBack(tx *sqlite.Tx, l *landing) (*hub.Reason, error) {
	if l.outcome.HeldCategory == "" {
		return nil, nil
	}
	category := hub.Category(l.outcome.HeldCategory)
	if l.outcome.Kind != hub.OutcomeRejected || !slices.Contains(l.handover.HeldCategories, category) {
		l.outcome.HeldCategory = ""
		return nil, nil
	}
	list, err := tx.Suppressions(l.delivery.IntegrationKey, l.handover.Recipient)
	if err != nil {
		return nil, err
	}
	if s := hub.HoldingCategory(list, category, tx.Now()); s != nil {
		held := s.Held()
		return &held, nil
	}
	return nil, nil // it was removed meanwhile: the connector's words have to do
}

// suppress leaves the recipient of a delivery alone for as long as an outcome, or a receipt as an outcome, demands.
func (e *Engine) suppress(tx *sqlite.Tx, d *hub.Delivery, o *hub.Outcome, from hub.SuppressionSource, reason hub.Reason) error {
	s := o.Suppression(d, from, reason, tx.Now())
	if s == nil {
		return nil
	}
	_, _, err := tx.Suppress(s, d.ExecutionKey)
	return err
}

// reached ends what a failure of a delivery demanded for a while, once a receipt has moved it on: the recipient has the message after
// all. What they want themselves stays.
func (r *run) reached(it *item, moved bool) error {
	if !moved || it.State != hub.Delivered && it.State != hub.Read {
		return nil
	}
	now := r.tx.Now()
	list, err := r.tx.Suppressions(it.IntegrationKey, it.Recipient)
	for _, s := range list {
		if s.Ground == hub.GroundPassing && s.DeliveryKey == it.Key && s.Active(now) {
			cause := hub.Reason{Code: hub.ReasonReceipt, Message: "the message has arrived after all"}
			err = errors.Join(err, r.tx.SuppressionLift(s, now, cause))
		}
	}
	return err
}

// optOut does what a recipient asked for: to be left alone, or to get messages again. Both hold for the category that the notice names
// and no other.
func (e *Engine) optOut(tx *sqlite.Tx, integration int64, n hub.Notice) error {
	now := tx.Now()
	if n.At.IsZero() || n.At.After(now) {
		n.At = now
	}
	if n.Recipient == "" || len(n.Recipient) > hub.MaxAttribute || len(n.Category) > hub.MaxCategory {
		return nil // it is about nobody to whom the hub could send
	}
	if n.Kind == hub.NoticeOptedIn {
		return optIn(tx, integration, &n)
	}
	last, err := tx.LastDeliveryTo(integration, n.Recipient)
	if err != nil {
		return err
	}
	_, _, err = tx.Suppress(&hub.Suppression{IntegrationKey: integration, Recipient: n.Recipient, Category: hub.Category(n.Category), Ground: hub.GroundLasting,
		Source: hub.SuppressedByNotice, Reason: hub.Reason{Code: hub.ReasonOptedOut, Message: "the recipient has asked not to get messages"}, Since: n.At, DeliveryKey: last}, 0)
	return err
}

func optIn(tx *sqlite.Tx, integration int64, n *hub.Notice) error {
	list, err := tx.Suppressions(integration, n.Recipient)
	if err != nil {
		return err
	}
	for _, s := range list {
		if s.LiftedBy(n, tx.Now()) {
			cause := hub.Reason{Code: hub.ReasonOptedIn, Message: "the recipient wants messages again"}
			if err := tx.SuppressionLift(s, n.At, cause); err != nil {
				return err
			}
		}
	}
	return nil
}

// stillSuppressed refuses to send a delivery again as long as its recipient is to be left alone, for all messages or for that because of
// which it was not sent.
func (r *run) stillSuppressed(it *item) error {
	list, err := r.tx.Suppressions(it.IntegrationKey, it.Recipient)
	if err != nil {
		return err
	}
	holds, _ := hub.Holding(list, r.tx.Now())
	for _, s := range list {
		if holds == nil && it.Reason != nil && it.Reason.By == s.ID() && s.Active(r.tx.Now()) {
			holds = s
		}
	}
	if holds == nil {
		return nil
	}
	return hub.Conflict("id", "the recipient is still to be left alone; remove the suppression %s first", holds.ID())
}

// SuppressionAdd has a recipient left alone by an integration, as a person decides; the recipient's own opting in does not end it. One
// that is there on the same ground becomes longer, never shorter. ADD on automator/fracttal_hub.
func (e *Engine) SuppressionAdd(ctx context.Context, c hub.Caller, in hub.SuppressionInput) (out *hub.Suppression, err error) {
	if err := c.Need(hub.RowHub, hub.Add); err != nil {
		return nil, err
	}
	if problems := in.Problems(time.Now()); len(problems) > 0 {
		return nil, hub.WithProblems(problems)
	}
	to, err := e.suppressible(ctx, &in)
	if err != nil {
		return nil, err
	}
	err = e.db.Write(ctx, func(tx *sqlite.Tx) error {
		last, err := tx.LastDeliveryTo(in.IntegrationKey, to)
		if err != nil {
			return err
		}
		s := &hub.Suppression{IntegrationKey: in.IntegrationKey, Recipient: to, Category: hub.Category(in.Category), Ground: hub.GroundOperator,
			Source: hub.SuppressedByOperator, Reason: hub.Reason{Code: hub.ReasonOperator, Message: "a person decided it", By: c.Consumer.ID()},
			Note: strings.TrimSpace(in.Note), Since: tx.Now(), Until: in.Until, DeliveryKey: last, ConsumerKey: c.Consumer.Key}
		var news bool
		if out, news, err = tx.Suppress(s, 0); err != nil || !news {
			return err
		}
		return tx.AuditSuppressed(c, out)
	})
	if err != nil {
		return nil, err
	}
	return out, e.db.DiscloseSuppression(ctx, c, out)
}

// suppressible is the recipient as deliveries through the integration write it.
func (e *Engine) suppressible(ctx context.Context, in *hub.SuppressionInput) (string, error) {
	of, err := e.integration(ctx, e.now(), in.IntegrationKey)
	if err != nil {
		return "", err
	}
	if of == nil {
		return "", hub.Invalid("integration", "there is no integration with this id")
	}
	to := strings.TrimSpace(in.Recipient)
	connector := e.connectors.Connector(of.Connector)
	if connector == nil || len(connector.Actions) == 0 {
		return to, nil
	}
	normal, err := hub.NormalRecipient(to, &connector.Actions[0], "")
	if err != nil {
		return "", hub.Invalid("recipient", "%v", err)
	}
	return normal, nil
}

// SuppressionRemove takes a suppression away, whatever its ground. What it held back is not sent by that: a person sends it again with
// DeliveryRetry. REMOVE on automator/fracttal_hub.
func (e *Engine) SuppressionRemove(ctx context.Context, c hub.Caller, key int64) error {
	if err := c.Need(hub.RowHub, hub.Remove); err != nil {
		return err
	}
	return e.db.Write(ctx, func(tx *sqlite.Tx) error { return tx.SuppressionRemove(c, key) })
}
