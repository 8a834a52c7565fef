package engine

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// ExecutionsReplay replays the executions of a list, each as [Engine.ExecutionReplay] does: at most as many as the caller says,
// the newest of the list, and of these the oldest first. They begin one after the other at a pace, behind what the hub has to
// do anyway. Of an execution and its replays one call replays one at most. The same id again replays nothing twice, whatever
// became of the first call: those that it made are repeats, and are themselves left out of the list.
//
// It needs EDIT on automator/fracttal_hub; the list is that of [sqlite.DB.Executions], so that it is empty for who may not
// see executions. An execution whose flow reads what the caller may not see is refused, and so are others, each with its reason.
func (e *Engine) ExecutionsReplay(ctx context.Context, c hub.Caller, in hub.BulkReplayInput) (*hub.BulkReplay, error) {
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	if err := checkReplays(&in); err != nil {
		return nil, err
	}
	x, err := e.replaying(ctx, c, hub.ReplayInput{Version: in.Version, Records: in.Records, EvenIfSent: in.EvenIfSent})
	if err != nil {
		return nil, err
	}
	b := &bulk{replaying: x, in: in, paces: newPaces(c, sqlite.BulkReplay, in.ID, in.PerSecond), roots: map[int64]int64{}, BulkReplay: &hub.BulkReplay{Results: []hub.ReplayResult{}}}
	if !c.May(hub.RowHub, hub.See) {
		return b.BulkReplay, nil
	}
	list, err := b.find(ctx)
	if err != nil {
		return nil, err
	}
	if err := inParts(ctx, e, list, b, bulk.copied, func(tx *sqlite.Tx, b *bulk, some []*hub.Execution) error { return b.replay(ctx, tx, some) }); err != nil {
		return nil, err
	}
	e.nudge()
	return b.BulkReplay, nil
}

func checkReplays(in *hub.BulkReplayInput) error {
	switch {
	case in.Records == hub.RecordsGiven:
		return hub.Invalid("records", "records can be given for one execution only (executionReplay)")
	case in.Filter.Test != nil && *in.Filter.Test:
		return hub.Invalid("filter.test", "test messages are not replayed; test the flow again instead (flowTest)")
	}
	if len(in.Filter.Outcomes) == 0 {
		in.Filter.Outcomes = hub.ReplayedOutcomes
	}
	in.Filter.Test = new(bool)
	if err := checkBulk(in.AtMost); err != nil {
		return err
	}
	return checkPace(&in.PerSecond, in.ID)
}

// bulk is a replay of many executions.
type bulk struct {
	*replaying
	*hub.BulkReplay
	in    hub.BulkReplayInput
	paces paces
	roots map[int64]int64 // by the execution with which replays began: which of its family this call has replayed
}

// runID is the id of the replay of one execution, which is the same however often the call is repeated.
func (b *bulk) runID(original int64) string {
	return b.in.ID + "/" + hub.ID(hub.KindExecution, original)
}

// find lists the executions to look at, oldest first, and counts how many there are in all.
func (b *bulk) find(ctx context.Context) ([]*hub.Execution, error) {
	read := func(p hub.Page) (hub.List[*hub.Execution], error) { return b.e.db.Executions(ctx, b.c, b.in.Filter, p) }
	found, err := gather(b.in.AtMost, b.in.After, read, func(exec *hub.Execution) int64 { return exec.Key }, func(exec *hub.Execution) bool {
		return exec.Trigger == hub.StartedByReplay && exec.StartedByKey == b.c.Consumer.Key && strings.HasPrefix(exec.RunID, b.in.ID+"/")
	})
	b.Matched, b.HasMore, b.End = found.matched, found.hasMore, found.end
	return found.items, err
}

// copied is a copy that can be changed apart.
func (b bulk) copied() bulk {
	counts := *b.BulkReplay
	counts.Results = slices.Clip(b.Results)
	b.BulkReplay, b.roots = &counts, maps.Clone(b.roots)
	return b
}

// replay replays some executions in one transaction.
func (b *bulk) replay(ctx context.Context, tx *sqlite.Tx, some []*hub.Execution) error {
	for _, exec := range some {
		if err := b.one(ctx, tx, exec.Key); err != nil {
			return err
		}
	}
	if b.in.DryRun {
		return nil
	}
	return b.paces.keep(tx)
}

// one replays an execution, or notes why it does not.
func (b *bulk) one(ctx context.Context, tx *sqlite.Tx, key int64) error {
	r, err := b.judge(ctx, tx, key)
	switch hub.CodeOf(err) {
	case hub.CodeForbidden:
		b.refused(key, hub.Reason{Code: hub.ReasonPermission, Message: "you lack a right with which the flow reads, or that its parameters ask for"})
		return nil
	case hub.CodeNotFound:
		return nil // it has gone since
	}
	if err != nil {
		return err
	}
	was, err := b.repeated(tx, r, b.runID(key))
	if err != nil {
		return err
	}
	other, twice := b.roots[r.root]
	switch {
	case was != nil:
		b.roots[r.root] = key
		b.Repeated++
		b.Results = append(b.Results, hub.ReplayResult{OriginalKey: key, ReplayKey: was.Key, Repeat: true})
	case twice:
		b.refused(key, hub.Reason{Code: hub.ReasonUnderWay, Message: "this call replays another execution of the same origin: " + hub.ID(hub.KindExecution, other)})
	case r.refused != nil:
		b.refused(key, *r.refused)
	default:
		b.roots[r.root] = key
		return b.start(tx, r)
	}
	return nil
}

func (b *bulk) refused(key int64, why hub.Reason) {
	b.Refused++
	b.Results = append(b.Results, hub.ReplayResult{OriginalKey: key, Reason: &why})
}

// start makes a replay that begins when it is its turn.
func (b *bulk) start(tx *sqlite.Tx, r *replayable) error {
	due, err := b.paces.turn(tx)
	if err != nil {
		return err
	}
	result := hub.ReplayResult{OriginalKey: r.original.Key}
	if !b.in.DryRun {
		run, err := b.make(tx, r, b.runID(r.original.Key), due)
		if err != nil {
			return err
		}
		if err := run.save(); err != nil {
			return err
		}
		if err := b.insert(tx, r, run); err != nil {
			return err
		}
		result.ReplayKey = run.exec.Key
	}
	b.Replayed++
	b.LastDue = &due
	b.Results = append(b.Results, result)
	return nil
}
