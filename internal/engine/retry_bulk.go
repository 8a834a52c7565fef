package engine

import (
	"context"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// DeliveriesRetry sends the FAILED deliveries of a list again, each as [Engine.DeliveryRetry] does: at most as many as the caller
// says, the newest of the list, and of these the oldest first. They go one after the other at a pace, behind what the hub has to do
// anyway. The same id again sends none of them twice, whatever became of the first call.
//
// Nobody is messaged twice: what a receipt contradicts is refused, and what a replay of its execution sent since, or still may.
// It needs EDIT on automator/fracttal_hub; the list is that of [sqlite.DB.Deliveries], so that it is empty for who may not see
// deliveries.
func (e *Engine) DeliveriesRetry(ctx context.Context, c hub.Caller, in hub.BulkRetryInput) (*hub.BulkRetry, error) {
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	if err := checkRetries(&in); err != nil {
		return nil, err
	}
	out := hub.BulkRetry{Results: []hub.RetryResult{}}
	if !c.May(hub.RowHub, hub.See) {
		return &out, nil
	}
	read := func(p hub.Page) (hub.List[*hub.Delivery], error) { return e.db.Deliveries(ctx, c, in.Filter, p) }
	found, err := gather(in.AtMost, in.After, read, func(d *hub.Delivery) int64 { return d.Key }, nil)
	if err != nil {
		return nil, err
	}
	out.Matched, out.HasMore, out.End = found.matched, found.hasMore, found.end
	b := &retrying{e: e, c: c, in: in, paces: newPaces(c, sqlite.BulkRetry, in.ID, in.PerSecond), BulkRetry: out}
	if err := inParts(ctx, e, found.items, b, retrying.copied, func(tx *sqlite.Tx, b *retrying, some []*hub.Delivery) error { return b.retry(ctx, tx, some) }); err != nil {
		return nil, err
	}
	e.nudge()
	return &b.BulkRetry, nil
}

func checkRetries(in *hub.BulkRetryInput) error {
	f := &in.Filter
	if len(f.States) > 0 && !slices.Equal(f.States, []hub.DeliveryState{hub.DeliveryFailed}) {
		return hub.Invalid("filter.states", "only FAILED deliveries are sent again; leave this out")
	}
	f.States = []hub.DeliveryState{hub.DeliveryFailed}
	if f.Test == nil {
		f.Test = new(bool)
	}
	if err := checkBulk(in.AtMost); err != nil {
		return err
	}
	return checkPace(&in.PerSecond, in.ID)
}

// retrying is the sending again of many deliveries.
type retrying struct {
	e     *Engine
	c     hub.Caller
	in    hub.BulkRetryInput
	paces paces
	hub.BulkRetry
}

// copied is a copy that can be changed apart.
func (b retrying) copied() retrying {
	b.Results = slices.Clip(b.Results)
	return b
}

// retry has some deliveries sent again in one transaction; those of one execution follow each other and are read once.
func (b *retrying) retry(ctx context.Context, tx *sqlite.Tx, some []*hub.Delivery) error {
	for start := 0; start < len(some); {
		end := start + 1
		for end < len(some) && some[end].ExecutionKey == some[start].ExecutionKey {
			end++
		}
		if err := b.ofExecution(ctx, tx, some[start].ExecutionKey, some[start:end]); err != nil {
			return err
		}
		start = end
	}
	if b.in.DryRun {
		return nil
	}
	return b.paces.keep(tx)
}

func (b *retrying) ofExecution(ctx context.Context, tx *sqlite.Tx, execution int64, some []*hub.Delivery) error {
	exec, err := tx.Execution(execution)
	if err != nil || exec == nil {
		return err // it has gone since
	}
	r, err := b.e.takeUp(tx, exec)
	if err != nil {
		return err
	}
	since, err := r.replayed(ctx)
	if err != nil {
		return err
	}
	cause, before := hub.Reason{Code: hub.ReasonOperator, By: b.c.Consumer.ID()}, b.Retried
	for _, d := range some {
		if it := r.find(d.Key); it != nil {
			if err := b.one(r, it, since, cause); err != nil {
				return err
			}
		}
	}
	if b.in.DryRun || b.Retried == before {
		return nil // what was not saved did not happen
	}
	return r.settleQuietly(cause)
}

// one has a delivery sent again, or notes why it is not.
func (b *retrying) one(r *run, it *item, since *others, cause hub.Reason) error {
	was, err := r.tx.Redriven(b.c.Consumer.Key, b.in.ID, it.Key)
	if err != nil {
		return err
	}
	if was {
		b.Repeated++
		b.Results = append(b.Results, hub.RetryResult{DeliveryKey: it.Key, Repeat: true})
		return nil
	}
	if why := mayRedrive(it, since); why != nil {
		b.Refused++
		b.Results = append(b.Results, hub.RetryResult{DeliveryKey: it.Key, Reason: why})
		return nil
	}
	due, err := b.paces.turn(r.tx)
	if err != nil {
		return err
	}
	b.Retried++
	b.LastDue = &due
	b.Results = append(b.Results, hub.RetryResult{DeliveryKey: it.Key, At: &due})
	if b.in.DryRun {
		return nil
	}
	if _, err := r.tx.RedriveInsert(b.c.Consumer.Key, b.in.ID, it.Key); err != nil {
		return err
	}
	r.redrive(it, cause)
	it.DueAt, it.RedrivenAt = &due, &due // its age counts from when it is its turn
	return r.tx.Audit(b.c, hub.AuditEntry{Kind: hub.AuditRetried, Subject: hub.AuditDelivery, SubjectKey: it.Key,
		Changes: moved(string(hub.DeliveryFailed), string(it.State))})
}

// mayRedrive says why a delivery is not sent again with many others; nil if it is.
func mayRedrive(it *item, since *others) *hub.Reason {
	switch {
	case it.State != hub.DeliveryFailed:
		return &hub.Reason{Code: hub.ReasonUnderWay, Message: "it is not failed any more"}
	case it.EmptiedAt != nil:
		return &hub.Reason{Code: hub.ReasonPruned, Message: "its recipient and values have not been kept"}
	case it.Flagged:
		return &hub.Reason{Code: hub.ReasonReceipt, Message: "a receipt contradicts that it failed: the recipient may have the message"}
	case since.told(it.Delivery):
		return &hub.Reason{Code: hub.ReasonAlreadySent, Message: "a replay of its execution has sent it since, or may have"}
	case since.open != nil:
		return &hub.Reason{Code: hub.ReasonUnderWay, Message: "a replay of its execution is under way: " + since.open.ID()}
	}
	return nil
}

// others are the executions of the same origin as one.
type others struct {
	sent *sent              // what they sent, or may have
	open *hub.Execution     // one of them that has not come to its end; nil if all have
	rows map[int64][]string // by delivery of the one, which rows it is about where these are others than its record
}

// told says whether others sent a message about any of the rows of a delivery: sent again, it would tell them all.
func (o *others) told(d *hub.Delivery) bool {
	return slices.ContainsFunc(recordsTold(d, o.rows), func(record string) bool { return o.sent.has(sentPlace{d.Target, record}, d.Recipient) })
}

// replayed looks at the executions that replay the same as this one, or that this one replays.
func (r *run) replayed(ctx context.Context) (*others, error) {
	root := r.exec.Key
	if r.exec.Trigger == hub.StartedByReplay {
		replay, err := r.replays()
		if err != nil {
			return nil, err
		}
		root = replay.RootKey
	}
	family, err := r.tx.ReplayFamily(root)
	if err != nil {
		return nil, err
	}
	o := &others{}
	for _, exec := range family {
		if exec.Key != r.exec.Key && exec.State != hub.Closed {
			o.open = exec
		}
	}
	same := func(*hub.Execution) ([]int, error) { return nil, nil } // of a version that cannot run, their places have to do
	if p, err := r.e.program(ctx, r.exec.FlowKey, r.exec.FlowVersion); err == nil {
		same = r.e.sameTargets(ctx, p.flow)
	} else if !cannotRun(err) {
		return nil, err
	}
	if o.sent, err = sentBy(r.tx, family, r.exec.Key, same); err != nil {
		return nil, err
	}
	o.rows, err = r.tx.DeliveryRows(r.exec.Key)
	return o, err
}
