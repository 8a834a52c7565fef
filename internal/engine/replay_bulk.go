package engine

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// replayBatch is how many executions are replayed in one transaction: few, so that nobody waits long for the writer.
const replayBatch = 25

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
	if err := checkBulk(&in); err != nil {
		return nil, err
	}
	x, err := e.replaying(ctx, c, hub.ReplayInput{Version: in.Version, Records: in.Records, EvenIfSent: in.EvenIfSent})
	if err != nil {
		return nil, err
	}
	b := &bulk{replaying: x, in: in, began: time.Now(), roots: map[int64]int64{}, BulkReplay: &hub.BulkReplay{Results: []hub.ReplayResult{}}}
	if !c.May(hub.RowHub, hub.See) {
		return b.BulkReplay, nil
	}
	keys, err := b.find(ctx)
	if err != nil {
		return nil, err
	}
	slices.Reverse(keys)
	for some := range slices.Chunk(keys, replayBatch) {
		if err := b.replay(ctx, some); err != nil {
			return nil, err
		}
	}
	e.nudge()
	return b.BulkReplay, nil
}

func checkBulk(in *hub.BulkReplayInput) error {
	switch {
	case in.AtMost < 1 || in.AtMost > hub.MaxReplays:
		return hub.Invalid("atMost", "say how many are to be replayed at most: between 1 and %d", hub.MaxReplays)
	case in.PerSecond < 0 || in.PerSecond > hub.MaxReplayPace:
		return hub.Invalid("perSecond", "must be between 1 and %d; leave it out for %d", hub.MaxReplayPace, hub.DefaultReplayPace)
	case in.Records == hub.RecordsGiven:
		return hub.Invalid("records", "records can be given for one execution only (executionReplay)")
	case in.ID == "":
		return hub.Invalid("idempotencyKey", "give the call a key of your own, so that it can be repeated without replaying anything twice")
	case in.Filter.Test != nil && *in.Filter.Test:
		return hub.Invalid("filter.test", "test messages are not replayed; test the flow again instead (flowTest)")
	}
	if in.PerSecond == 0 {
		in.PerSecond = hub.DefaultReplayPace
	}
	if len(in.Filter.Outcomes) == 0 {
		in.Filter.Outcomes = hub.ReplayedOutcomes
	}
	in.Filter.Test = new(bool)
	return checkRunInput(&hub.FlowRunInput{ID: in.ID})
}

// bulk is a replay of many executions.
type bulk struct {
	*replaying
	*hub.BulkReplay
	in    hub.BulkReplayInput
	began time.Time
	roots map[int64]int64 // by the execution with which replays began: which of its family this call has replayed
}

// runID is the id of the replay of one execution, which is the same however often the call is repeated.
func (b *bulk) runID(original int64) string {
	return b.in.ID + "/" + hub.ID(hub.KindExecution, original)
}

// find lists the executions to look at, newest first, and counts how many there are in all.
func (b *bulk) find(ctx context.Context) (keys []int64, err error) {
	page := hub.Page{First: hub.MaxPage, After: b.in.After}
	for {
		list, err := b.e.db.Executions(ctx, b.c, b.in.Filter, page)
		if err != nil {
			return nil, err
		}
		for _, exec := range list.Items {
			page.After = hub.Cursor(exec.Key)
			switch {
			case exec.Trigger == hub.StartedByReplay && exec.StartedByKey == b.c.Consumer.Key && strings.HasPrefix(exec.RunID, b.in.ID+"/"):
				continue // this call made it
			case b.Matched == hub.MaxReplayMatches:
				return keys, nil
			case len(keys) < b.in.AtMost:
				keys, b.End = append(keys, exec.Key), page.After
			default:
				b.HasMore = true
			}
			b.Matched++
		}
		if !list.HasNext {
			return keys, nil
		}
	}
}

// replay replays some executions in one transaction.
func (b *bulk) replay(ctx context.Context, keys []int64) error {
	var tried *bulk
	err := b.e.db.Write(ctx, func(tx *sqlite.Tx) error {
		own, counts := *b, *b.BulkReplay // the function may run twice
		own.BulkReplay, own.roots = &counts, maps.Clone(b.roots)
		own.Results = slices.Clip(b.Results)
		tried = &own
		if b.e.draining.Load() {
			return errDraining
		}
		for _, key := range keys {
			if err := tried.one(ctx, tx, key); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		*b = *tried
	}
	return err
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
	due := b.began.Add(time.Duration(b.Replayed) * time.Second / time.Duration(b.in.PerSecond))
	result := hub.ReplayResult{OriginalKey: r.original.Key}
	if !b.in.DryRun {
		run, err := b.make(tx, r, b.runID(r.original.Key), due)
		if err != nil {
			return err
		}
		if err := run.save(); err != nil {
			return err
		}
		if err := tx.ReplayInsert(run.replay, json.RawMessage(nil)); err != nil {
			return err
		}
		result.ReplayKey = run.exec.Key
	}
	b.Replayed++
	b.LastDue = &due
	b.Results = append(b.Results, result)
	return nil
}
