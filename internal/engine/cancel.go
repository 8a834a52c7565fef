package engine

import (
	"context"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// DeliveryCancel takes back a delivery that has not left; one in any other state than PENDING is a CONFLICT. EDIT on
// automator/fracttal_hub.
func (e *Engine) DeliveryCancel(ctx context.Context, c hub.Caller, key int64) (*hub.Delivery, error) {
	return e.operateDelivery(ctx, c, hub.AuditCancelled, key, func(r *run, it *item, cause hub.Reason) error {
		if it.State != hub.Pending {
			return hub.Conflict("id", "the delivery is %s; only a PENDING one can be cancelled", it.State)
		}
		r.takeBack(it, cancelled(cause.By))
		return nil
	})
}

func cancelled(by string) hub.Reason {
	return hub.Reason{Code: hub.ReasonCancelled, Message: "cancelled by a person", By: by}
}

// takeBack cancels a delivery that has not left.
func (r *run) takeBack(it *item, cause hub.Reason) {
	it.Reason = &cause
	r.move(it, hub.DeliveryCancelled, cause)
}

// cancel takes back what has not left of an execution; n is how many messages that are.
func (r *run) cancel(cause hub.Reason) (n int) {
	for _, it := range r.items {
		if it.State == hub.Pending {
			r.takeBack(it, cause)
			n++
		}
	}
	r.exec.Reading = false
	if len(r.items) == 0 {
		r.exec.Reason = &cause
	}
	return n
}

// ExecutionsCancel takes back what has not left of the executions of a list, each as [Engine.ExecutionCancel] does: at most as many
// as the caller says, the newest of the list. What was cancelled is not in the list any more, so a repeat goes on where it
// ended. It needs EDIT on automator/fracttal_hub; the list is that of [sqlite.DB.Executions], so that it is empty for who may not
// see executions.
func (e *Engine) ExecutionsCancel(ctx context.Context, c hub.Caller, in hub.BulkCancelInput) (*hub.BulkCancel, error) {
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	if err := checkCancels(&in); err != nil {
		return nil, err
	}
	b := &cancelling{e: e, c: c, dry: in.DryRun, BulkCancel: hub.BulkCancel{Results: []hub.CancelResult{}}}
	if !c.May(hub.RowHub, hub.See) {
		return &b.BulkCancel, nil
	}
	read := func(p hub.Page) (hub.List[*hub.Execution], error) { return e.db.Executions(ctx, c, in.Filter, p) }
	found, err := gather(in.AtMost, in.After, read, func(exec *hub.Execution) int64 { return exec.Key }, nil)
	if err != nil {
		return nil, err
	}
	b.Matched, b.HasMore, b.End = found.matched, found.hasMore, found.end
	if err := inParts(ctx, e, found.items, b, cancelling.copied, func(tx *sqlite.Tx, b *cancelling, some []*hub.Execution) error { return b.cancel(tx, some) }); err != nil {
		return nil, err
	}
	e.nudge()
	return &b.BulkCancel, nil
}

func checkCancels(in *hub.BulkCancelInput) error {
	f := &in.Filter
	switch {
	case slices.Contains(f.States, hub.Closed):
		return hub.Invalid("filter.states", "an execution that is CLOSED cannot be cancelled")
	case len(f.Outcomes) > 0:
		return hub.Invalid("filter.outcomes", "an execution that has an outcome is closed and cannot be cancelled; leave this out")
	}
	if len(f.States) == 0 {
		f.States = []hub.ExecutionState{hub.Queued, hub.Running, hub.Waiting}
	}
	return checkBulk(in.AtMost)
}

// cancelling is the cancelling of many executions.
type cancelling struct {
	e   *Engine
	c   hub.Caller
	dry bool
	hub.BulkCancel
}

// copied is a copy that can be changed apart.
func (b cancelling) copied() cancelling {
	b.Results = slices.Clip(b.Results)
	return b
}

func (b *cancelling) cancel(tx *sqlite.Tx, some []*hub.Execution) error {
	for _, exec := range some {
		if err := b.one(tx, exec.Key); err != nil {
			return err
		}
	}
	return nil
}

// one cancels an execution, or notes why not.
func (b *cancelling) one(tx *sqlite.Tx, key int64) error {
	exec, err := tx.Execution(key)
	if err != nil || exec == nil {
		return err // it has gone since
	}
	r, err := b.e.takeUp(tx, exec)
	if err != nil {
		return err
	}
	if why := r.mayCancel(); why != nil {
		b.Refused++
		b.Results = append(b.Results, hub.CancelResult{ExecutionKey: key, Reason: why})
		return nil
	}
	from, cause := exec.State, cancelled(b.c.Consumer.ID())
	b.Cancelled++
	b.Results = append(b.Results, hub.CancelResult{ExecutionKey: key, Deliveries: r.cancel(cause)})
	if b.dry {
		return nil // what was not saved did not happen
	}
	if err := r.gatherNoMore(); err != nil {
		return err
	}
	if err := r.settleQuietly(cause); err != nil {
		return err
	}
	return tx.Audit(b.c, hub.AuditEntry{Kind: hub.AuditCancelled, Subject: hub.AuditExecution, SubjectKey: key, Changes: moved(string(from), string(exec.State))})
}

// mayCancel says why nothing of an execution can be taken back; nil if something can.
func (r *run) mayCancel() *hub.Reason {
	switch {
	case r.exec.State == hub.Closed:
		return &hub.Reason{Code: hub.ReasonOutcome, Message: "it has come to its end since"}
	case len(r.items) == 0 || r.exec.Reading:
		return nil
	case slices.ContainsFunc(r.items, func(it *item) bool { return it.State == hub.Pending }):
		return nil
	}
	return &hub.Reason{Code: hub.ReasonUnderWay, Message: "all that is left of it is with its connector"}
}
