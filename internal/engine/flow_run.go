package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// FlowRun runs an enabled flow by hand, whatever its trigger is, and returns the execution, which can be read at once. One
// with the trigger EVENT is for what an occurrence brought, so it must be narrowed to records. The caller needs what
// enabling the flow needs, since it has messages sent with the rights of the flow's consumer: EDIT on
// automator/fracttal_hub and every right with which the flow reads. The same id again by the same consumer returns the
// first execution; with other parameters or records it is a CONFLICT.
func (e *Engine) FlowRun(ctx context.Context, c hub.Caller, key int64, in hub.FlowRunInput) (out *hub.FlowRun, err error) {
	ctx, span := e.door(ctx, "flowRun")
	defer func() { closeDoor(span, err) }()
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	if err := checkRunInput(&in); err != nil {
		return nil, err
	}
	if e.draining.Load() {
		return nil, errDraining
	}
	err = e.withRules(ctx, func(tx *sqlite.Tx, rules *rules, hand *handOver) (err error) {
		out, err = e.flowRun(ctx, tx, rules, c, key, in, hand)
		return err
	})
	if err != nil {
		return nil, err
	}
	own := *out.Execution // the engine goes on with the other
	out.Execution = &own
	return out, e.db.Disclose(ctx, c, &own, nil)
}

func checkRunInput(in *hub.FlowRunInput) error {
	if err := (&hub.Once{Key: in.ID}).Check(); err != nil {
		return err
	}
	switch {
	case len(in.RecordKeys) > hub.MaxRunRecords:
		return hub.Invalid("records", "a run can be narrowed to at most %d records; leave them out to have the source query find all, or run the flow several times", hub.MaxRunRecords)
	case len(in.Parameters) > 64<<10:
		return hub.Invalid("parameters", "the parameters are larger than 64 KiB")
	}
	if len(in.Parameters) > 0 {
		var compact bytes.Buffer
		if err := json.Compact(&compact, in.Parameters); err != nil {
			return hub.Invalid("parameters", "the parameters are no JSON")
		}
		if in.Parameters = compact.Bytes(); string(in.Parameters) == "null" {
			in.Parameters = nil
		}
	}
	return nil
}

func (e *Engine) flowRun(ctx context.Context, tx *sqlite.Tx, rules *rules, c hub.Caller, key int64, in hub.FlowRunInput, hand *handOver) (*hub.FlowRun, error) {
	f, err := tx.Flow(key)
	if err != nil {
		return nil, err
	}
	if err := e.mayUse(c, f); err != nil {
		return nil, err
	}
	exec, err := e.manual(tx, c, f, in)
	if err != nil {
		return nil, err
	}
	out := &hub.FlowRun{}
	if out.Execution, out.Repeat, err = repeatedRun(tx, exec); err != nil || out.Repeat {
		return out, err
	}
	if err := e.mayRun(c, f, in); err != nil {
		return nil, err
	}
	exec.Trace = hub.TraceFrom(ctx)
	out.Execution = exec
	if err := tx.Audit(c, hub.AuditEntry{Kind: hub.AuditStarted, Subject: hub.AuditFlow, SubjectKey: f.Key, SubjectName: f.Description,
		Changes: []hub.AuditChange{hub.AuditMove("execution", "", exec.ID())}}); err != nil {
		return nil, err
	}
	r := e.newRun(tx, exec, hub.Reason{Code: hub.ReasonManual, By: c.Consumer.ID()})
	return out, e.startOrRead(ctx, rules, r, nil, hand)
}

// manual is the execution that a run by hand would be.
func (e *Engine) manual(tx *sqlite.Tx, c hub.Caller, f *hub.Flow, in hub.FlowRunInput) (*hub.Execution, error) {
	exec := newExecution(f, hub.StartedByHand, tx.Now())
	exec.StartedByKey, exec.RunID, exec.Parameters = c.Consumer.Key, in.ID, in.Parameters
	if len(in.RecordKeys) == 0 {
		return exec, nil
	}
	if f.Definition.Source == nil {
		return exec, nil // mayRun says more: such a flow cannot be enabled
	}
	action := e.catalog.SourceAction(f.Definition.Source.Action)
	if action == nil {
		return exec, nil // mayRun says so, too
	}
	typ := action.RecordType
	if f.Definition.AsksAbout() { // they stand for what an occurrence is about
		typ = f.Definition.Source.Fetch.TypeAbout(typ)
	}
	found, err := tx.RecordsByKey(in.RecordKeys)
	if err != nil {
		return nil, err
	}
	for i, rec := range found {
		switch {
		case rec == nil || rec.Type != typ: // of which type another is, the caller need not be allowed to know
			return nil, hub.Invalid(hub.Path("records", i), "there is no record %s of the type %s, which the flow reads", hub.ID(hub.KindRecord, in.RecordKeys[i]), typ)
		case slices.Contains(exec.Rows, rec.Name):
			return nil, hub.Invalid(hub.Path("records", i), "this record is in the list already; give each once")
		}
		exec.Rows = append(exec.Rows, rec.Name)
	}
	if !f.Definition.AsksAbout() {
		due := exec.CreatedAt
		exec.Reading, exec.DueAt = false, &due
	}
	return exec, nil
}

// repeatedRun is the execution that the same run had before.
func repeatedRun(tx *sqlite.Tx, asked *hub.Execution) (*hub.Execution, bool, error) {
	if asked.RunID == "" {
		return nil, false, nil
	}
	was, err := tx.ExecutionOfRun(asked.FlowKey, asked.StartedByKey, asked.RunID)
	if err != nil || was == nil {
		return nil, false, err
	}
	if was.Test || was.Trigger != asked.Trigger || !bytes.Equal(was.Parameters, asked.Parameters) || !slices.Equal(was.Rows, asked.Rows) {
		return nil, false, hub.Conflict("idempotencyKey", "you ran this flow under this key before, with other parameters or records (%s); use a new key for a new run", was.ID())
	}
	return was, true, nil
}

// mayRun says why a flow cannot be run by hand as it is. Parameters ask for what the caller may see itself.
func (e *Engine) mayRun(c hub.Caller, f *hub.Flow, in hub.FlowRunInput) error {
	switch {
	case f.ArchivedAt != nil:
		return hub.Conflict("id", "the flow %q is archived and runs no more; make a new one", hub.Clip(f.Description, 60))
	case !f.Enabled:
		return hub.Conflict("id", "the flow %q is not enabled; enable it first (flowEnable)", hub.Clip(f.Description, 60))
	case f.ForEvents() && len(in.RecordKeys) == 0:
		return hub.Invalid("records", "this flow has the trigger EVENT: say for which records it is to run, or it would send a message for every record that there is")
	}
	action := e.catalog.SourceAction(f.Definition.Source.Action)
	if action == nil {
		return hub.Invalid("id", "the flow has the source action %q, which is not known any more", f.Definition.Source.Action)
	}
	q, err := e.sourceQuery(action, in.Parameters)
	if err != nil {
		return err
	}
	for _, row := range q.needs {
		if err := c.Need(row, hub.See); err != nil {
			return err
		}
	}
	return nil
}
