package engine

import (
	"context"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// Queue counts what waits, and why. SEE on automator/fracttal_hub.
func (e *Engine) Queue(ctx context.Context, c hub.Caller) (*hub.Queue, error) {
	return e.db.Queue(ctx, c)
}

// Activity is how much happened in each bucket of a range, oldest first. SEE on automator/fracttal_hub.
func (e *Engine) Activity(ctx context.Context, c hub.Caller, r hub.ActivityRange) ([]*hub.Activity, error) {
	return e.db.Activity(ctx, c, r)
}

// ExecutionCancel takes back what has not left: deliveries that wait are CANCELLED; what is with a connector goes on. An
// execution that is closed cannot be cancelled. EDIT on automator/fracttal_hub.
func (e *Engine) ExecutionCancel(ctx context.Context, c hub.Caller, key int64) (*hub.Execution, error) {
	cause := hub.Reason{Code: hub.ReasonCancelled, Message: "cancelled by a person"}
	return e.operate(ctx, c, key, cause, func(r *run, cause hub.Reason) error {
		if r.exec.State == hub.Closed {
			return hub.Conflict("id", "the execution is closed; there is nothing to cancel")
		}
		r.cancel(cause)
		return r.gatherNoMore()
	})
}

// operate changes an execution on behalf of a caller.
func (e *Engine) operate(ctx context.Context, c hub.Caller, execution int64, cause hub.Reason, change func(*run, hub.Reason) error) (*hub.Execution, error) {
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	cause.By = c.Consumer.ID()
	var out *hub.Execution
	err := e.db.Write(ctx, func(tx *sqlite.Tx) error {
		before, err := tx.Execution(execution)
		if err != nil {
			return err
		}
		out = nil
		err = e.amend(tx, execution, cause, func(r *run) error { return change(r, cause) })
		if err != nil {
			return err
		}
		out, err = tx.Execution(execution)
		if out == nil && err == nil {
			return hub.NotFound(hub.KindExecution, execution)
		}
		if err != nil {
			return err
		}
		return tx.Audit(c, hub.AuditEntry{Kind: hub.AuditCancelled, Subject: hub.AuditExecution, SubjectKey: execution, Changes: moved(string(before.State), string(out.State))})
	})
	e.nudge()
	if err != nil {
		return nil, err
	}
	return out, e.db.Disclose(ctx, c, out, nil)
}

// DeliveryResolve settles an UNKNOWN delivery by the word of a person who knows. EDIT on automator/fracttal_hub.
func (e *Engine) DeliveryResolve(ctx context.Context, c hub.Caller, key int64, how hub.DeliveryResolution) (*hub.Delivery, error) {
	return e.operateDelivery(ctx, c, hub.AuditResolved, key, func(r *run, it *item, cause hub.Reason) error {
		if it.State != hub.Unknown {
			return hub.Conflict("id", "the delivery is %s; only an UNKNOWN one can be resolved", it.State)
		}
		switch how {
		case hub.ResolveAccepted:
			cause.Message = "a person saw that it was sent"
			it.Reason = nil
			r.move(it, hub.Accepted, cause)
		case hub.ResolveFailed:
			cause.Message = "a person knows that it was not sent"
			r.fail(it, cause)
		case hub.ResolveResend:
			r.redrive(it, cause)
		default:
			return hub.Invalid("resolution", "there is no resolution %q", how)
		}
		return nil
	})
}

// DeliveryRetry sends a FAILED or SUPPRESSED delivery again; its attempts and its age count anew. One that never left, because its
// recipient or a value could not be made, is made again from its record as it is then. It is a CONFLICT as long as its recipient is
// to be left alone. EDIT on automator/fracttal_hub.
func (e *Engine) DeliveryRetry(ctx context.Context, c hub.Caller, key int64) (*hub.Delivery, error) {
	return e.operateDelivery(ctx, c, hub.AuditRetried, key, func(r *run, it *item, cause hub.Reason) error {
		if it.State != hub.DeliveryFailed && it.State != hub.Suppressed {
			return hub.Conflict("id", "the delivery is %s; only a FAILED or a SUPPRESSED one can be sent again", it.State)
		}
		if it.EmptiedAt != nil {
			return hub.Conflict("id", "its recipient and values have not been kept; run the flow for the record anew (flowRun)")
		}
		if it.Flagged {
			return hub.Conflict("id", "the delivery failed, but a receipt contradicts it: the recipient may have the message")
		}
		if err := r.stillSuppressed(it); err != nil {
			return err
		}
		r.redrive(it, cause)
		return nil
	})
}

// DeliveryLookup asks the provider at once what became of a delivery, and settles the delivery by what it says. The answer's message is
// left out where the free text of the delivery is. CONFLICT where there is nothing to ask, or nobody; UNAVAILABLE while the connector
// cannot be asked. EDIT on automator/fracttal_hub.
func (e *Engine) DeliveryLookup(ctx context.Context, c hub.Caller, key int64) (*hub.Delivery, *hub.LookupAnswer, error) {
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, nil, err
	}
	asked, err := e.db.LookupOf(ctx, key)
	if err != nil {
		return nil, nil, err
	}
	answer, err := e.askNow(ctx, asked)
	if err != nil {
		return nil, nil, err
	}
	var out *hub.Delivery
	err = e.db.Write(ctx, func(tx *sqlite.Tx) error {
		if err := e.answerOne(ctx, tx, asked.Delivery, answer); err != nil {
			return err
		}
		var err error
		if out, err = tx.Delivery(key); err != nil {
			return err
		}
		return tx.Audit(c, hub.AuditEntry{Kind: hub.AuditLookedUp, Subject: hub.AuditDelivery, SubjectKey: key, Changes: moved(string(asked.State), string(out.State))})
	})
	e.nudge()
	if err != nil {
		return nil, nil, err
	}
	if err := e.db.Disclose(ctx, c, nil, out); err != nil {
		return nil, nil, err
	}
	if out.Hides("receipts") {
		answer.Message = ""
	}
	return out, &answer, nil
}

// askNow asks about one delivery, if there is anything to ask and anybody.
func (e *Engine) askNow(ctx context.Context, asked sqlite.Asked) (hub.LookupAnswer, error) {
	none := hub.LookupAnswer{State: hub.LookupUndecided}
	switch asked.State {
	case hub.Unknown, hub.Accepted, hub.Sent, hub.Delivered:
	default:
		return none, hub.Conflict("id", "the delivery is %s; a provider is asked only about one that is UNKNOWN, ACCEPTED, SENT or DELIVERED", asked.State)
	}
	in, err := e.integration(ctx, e.now(), asked.IntegrationKey)
	if err != nil {
		return none, err
	}
	if in == nil {
		return none, hub.Conflict("id", "the integration was deleted, so nobody can be asked")
	}
	answers, err := e.lookUp(ctx, in, []sqlite.Asked{asked})
	if hub.CodeOf(err) == hub.CodeNotFound {
		return none, hub.Conflict("id", "this provider cannot be asked what became of a message; wait for its receipt, or settle the delivery yourself")
	}
	if a, ok := answers[asked.Key]; ok {
		none = a
	}
	return none, err
}

// redrive has a delivery sent again because a person wants it: its attempts and its age count anew.
func (r *run) redrive(it *item, cause hub.Reason) {
	now := r.tx.Now()
	cause.Message = "a person had it sent again"
	it.Attempts, it.RedrivenAt = 0, &now
	r.again(it, cause)
}

func (e *Engine) operateDelivery(ctx context.Context, c hub.Caller, kind hub.AuditKind, key int64, change func(*run, *item, hub.Reason) error) (*hub.Delivery, error) {
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	cause := hub.Reason{Code: hub.ReasonOperator, By: c.Consumer.ID()}
	var out *hub.Delivery
	err := e.db.Write(ctx, func(tx *sqlite.Tx) error {
		d, err := tx.Delivery(key)
		if err != nil {
			return err
		}
		if d == nil {
			return hub.NotFound(hub.KindDelivery, key)
		}
		if err := e.amend(tx, d.ExecutionKey, cause, func(r *run) error { return change(r, r.find(key), cause) }); err != nil {
			return err
		}
		if out, err = tx.Delivery(key); err != nil {
			return err
		}
		return tx.Audit(c, hub.AuditEntry{Kind: kind, Subject: hub.AuditDelivery, SubjectKey: key, Changes: moved(string(d.State), string(out.State))})
	})
	e.nudge()
	if err != nil {
		return nil, err
	}
	return out, e.db.Disclose(ctx, c, nil, out)
}

// moved is what the audit log says of a state that a person changed; nothing if it stayed, as it does while a part is still with
// a connector.
func moved(from, to string) []hub.AuditChange {
	if from == to {
		return nil
	}
	return []hub.AuditChange{hub.AuditMove("state", from, to)}
}
