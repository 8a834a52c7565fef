package engine

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// ExecutionReplayPreview says what a replay would send and to whom, as [Engine.FlowPreview] does for a flow: nothing is stored
// and nothing is sent. What would refuse the replay is among the obstacles, and the preview goes on in spite of it; messages
// that went out before are SUPPRESSED, as they would be. The caller needs SEE on automator/fracttal_hub and every right with
// which the version reads; to give records, also ADD on the rows that guard them.
func (e *Engine) ExecutionReplayPreview(ctx context.Context, c hub.Caller, key int64, in hub.ReplayInput) (*hub.FlowPreview, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	x, err := e.replaying(ctx, c, in)
	if err != nil {
		return nil, err
	}
	v := &previewing{e: e, c: c, now: time.Now(), on: &tried{}, FlowPreview: &hub.FlowPreview{}}
	if err := inTime(ctx, func(ctx context.Context) error { return v.replay(ctx, x, key) }); err != nil {
		return nil, err
	}
	return v.FlowPreview, nil
}

func (v *previewing) replay(ctx context.Context, x *replaying, key int64) error {
	var r *replayable
	err := v.e.db.Write(ctx, func(tx *sqlite.Tx) (err error) { // which writes nothing: it reads what belongs together at one moment
		r, err = x.judge(ctx, tx, key)
		return err
	})
	if err != nil {
		return err
	}
	v.Flow, v.in.Parameters = r.flow, r.original.Parameters
	problems, err := v.e.flowProblems(ctx, v.c, v.Flow, nil)
	if err != nil {
		return err
	}
	v.Problems, v.Warnings = hub.Apart(problems)
	if err := v.obstacles(ctx); err != nil {
		return err
	}
	if why := r.refused; why != nil && why.Code != hub.ReasonFlowDisabled { // which the obstacles say by themselves
		v.Obstacles = append(v.Obstacles, *why)
	}
	p, why := v.program()
	if p == nil {
		v.Executions = []*hub.ExecutionPreview{v.failed(*why)}
		v.Executions[0].Trigger = hub.StartedByReplay
		return nil
	}
	if r.nowhere || x.in.Records == hub.RecordsThen && r.original.OccurrenceKey == 0 && !r.fetched {
		return nil // the obstacle says why there is nothing to show
	}
	return v.run(ctx, p, why, []startedBy{v.replayOf(x, r)})
}

// replayOf is the execution that a replay would be.
func (v *previewing) replayOf(x *replaying, r *replayable) startedBy {
	was := r.original
	exec := &hub.Execution{Key: hub.NewKey(v.now), FlowKey: r.flow.Key, FlowVersion: r.flow.Version, Trigger: hub.StartedByReplay, EventKey: was.EventKey,
		OccurrenceKey: was.OccurrenceKey, Subject: was.Subject, Parameters: was.Parameters, CreatedAt: v.now, Rows: r.rows}
	fetched := int64(0)
	if r.fetched && (x.in.Records == hub.RecordsThen || r.flow.Definition.AsksAbout()) {
		fetched = was.Key
	}
	return startedBy{exec: exec, fetched: fetched, query: was.OccurrenceKey == 0 && len(r.rows) == 0, sent: r.sent,
		replay: &hub.Replay{OriginalKey: was.Key, RootKey: r.root, Records: x.in.Records, EvenIfSent: x.in.EvenIfSent, Input: x.in.Given}}
}
