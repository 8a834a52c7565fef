package engine

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// replayable is an execution that is to be replayed, and what is known of that.
type replayable struct {
	original *hub.Execution
	flow     *hub.Flow   // in the version that is to run
	program  *program    // nil if that version cannot run
	rows     []string    // names of the records that the replay is narrowed to; empty: those of the subject, or that the source query finds
	root     int64       // the execution with which replays of it began
	nowhere  bool        // it was gathered for a recipient, and the version has no target that reaches them
	fetched  bool        // what the original's source gave is there, and this version would ask it for the same
	sent     *sent       // what went out already
	refused  *hub.Reason // why it is not replayed; nil if it can be
}

// judge says whether an execution can be replayed. An error is one of the caller or of the store; what lies in the execution or its
// flow is the reason for a refusal.
func (x *replaying) judge(ctx context.Context, tx *sqlite.Tx, key int64) (*replayable, error) {
	original, err := tx.Execution(key)
	if err != nil {
		return nil, err
	}
	if original == nil {
		return nil, hub.NotFound(hub.KindExecution, key)
	}
	r := &replayable{original: original}
	if r.flow, err = x.version(ctx, tx, original); err != nil {
		return nil, err
	}
	if err := x.e.mayUse(x.c, r.flow); err != nil {
		return nil, err
	}
	if r.program, err = x.e.program(ctx, r.flow.Key, r.flow.Version); err != nil {
		if !cannotRun(err) {
			return nil, err
		}
		r.refuse(hub.ReasonInvalidFlow, fmt.Sprintf("version %d of the flow cannot run any more: %v", r.flow.Version, err))
	} else if err := x.mayAskFor(r); err != nil {
		return nil, err
	}
	if err := x.origin(tx, r); err != nil {
		return nil, err
	}
	if err := x.address(ctx, tx, r); err != nil {
		return nil, err
	}
	if err := x.history(ctx, tx, r); err != nil {
		return nil, err
	}
	if err := x.fetched(ctx, tx, r); err != nil {
		return nil, err
	}
	x.lookAt(r)
	return r, x.chooseRows(ctx, tx, r)
}

// refuse notes why it is not replayed; the first reason counts.
func (r *replayable) refuse(code hub.ReasonCode, message string) {
	if r.refused == nil {
		r.refused = &hub.Reason{Code: code, Message: message}
	}
}

// version is the flow of an execution, in the version that a replay is to run.
func (x *replaying) version(ctx context.Context, tx *sqlite.Tx, original *hub.Execution) (*hub.Flow, error) {
	f, err := tx.Flow(original.FlowKey)
	if err != nil || x.in.Version == hub.ReplayCurrent || f.Version == original.FlowVersion {
		return f, err
	}
	then, err := x.e.db.FlowForEngine(ctx, original.FlowKey, original.FlowVersion)
	if err != nil {
		return nil, err
	}
	own := *f
	own.Version, own.Description, own.Definition = then.Version, then.Description, then.Definition
	return &own, nil
}

// mayAskFor asks for SEE on what the parameters of the original read. Parameters that make no sense any more end the replay
// with that reason.
func (x *replaying) mayAskFor(r *replayable) error {
	q, err := x.e.query(r.program, r.original)
	if err != nil {
		return nil
	}
	for _, row := range q.needs {
		if err := x.c.Need(row, hub.See); err != nil {
			return err
		}
	}
	return nil
}

// lookAt says what of the execution and its flow keeps it from being replayed.
func (x *replaying) lookAt(r *replayable) {
	switch name := hub.Clip(r.flow.Description, 60); {
	case r.original.Test:
		r.refuse(hub.ReasonTest, "it was a test message; test the flow again instead (flowTest)")
	case r.original.State != hub.Closed:
		r.refuse(hub.ReasonUnderWay, "it is still under way; wait until it is closed, or cancel it (executionCancel)")
	case r.flow.ArchivedAt != nil:
		r.refuse(hub.ReasonFlowDisabled, fmt.Sprintf("the flow %q is archived and runs no more; make a new one", name))
	case !r.flow.Enabled:
		r.refuse(hub.ReasonFlowDisabled, fmt.Sprintf("the flow %q is not enabled; enable it first (flowEnable)", name))
	case r.original.EmptiedAt != nil:
		r.refuse(hub.ReasonPruned, "what was in it has not been kept, so it is not known any more who got a message; run the flow for the records anew (flowRun)")
	case x.in.Records == hub.RecordsThen && r.original.OccurrenceKey == 0 && !r.fetched:
		r.refuse(hub.ReasonNoOccurrence, "no occurrence brought its records, so they can only be read as they are now; leave out records, or give them")
	}
}

// fetched notes whether the replay can have what the original has fetched: no source need be asked twice for the same.
func (x *replaying) fetched(ctx context.Context, tx *sqlite.Tx, r *replayable) error {
	s := r.flow.Definition.Source
	if s == nil || s.Fetch == nil || x.in.Records == hub.RecordsGiven {
		return nil
	}
	if r.flow.Version != r.original.FlowVersion {
		then, err := x.e.program(ctx, r.original.FlowKey, r.original.FlowVersion)
		if cannotRun(err) || err == nil && !s.Fetch.Same(then.flow.Definition.Source.Fetch) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	var err error
	r.fetched, err = tx.HasFetched(r.original.Key)
	return err
}

// insert stores what a replay is of, and what its original has fetched, if it is to be on that.
func (x *replaying) insert(tx *sqlite.Tx, r *replayable, run *run) error {
	if err := tx.ReplayInsert(run.replay, json.RawMessage(x.given)); err != nil {
		return err
	}
	if !r.fetched || x.in.Records != hub.RecordsThen && !r.flow.Definition.AsksAbout() {
		return nil
	}
	return tx.FetchCopy(r.original.Key, run.exec.Key)
}

// origin finds the execution with which replays began.
func (x *replaying) origin(tx *sqlite.Tx, r *replayable) error {
	r.root = r.original.Key
	if r.original.Trigger != hub.StartedByReplay {
		return nil
	}
	replay, err := tx.Replay(r.original.Key)
	if err == nil && replay != nil {
		r.root = replay.RootKey
	}
	return err
}

// address refuses what was gathered for a recipient if the version has no target any more that reaches them: what another one takes for an
// address may be none for it, or somebody else's.
func (x *replaying) address(ctx context.Context, tx *sqlite.Tx, r *replayable) error {
	if x.in.Given != nil {
		return nil // goes to whom they name
	}
	col, err := tx.Collection(r.root)
	if err != nil || col == nil {
		return err
	}
	one, err := x.e.gatheredForOne(ctx, r.flow, col)
	if err != nil || one == nil || one.target >= 0 {
		return err
	}
	r.nowhere = true
	r.refuse(hub.ReasonInvalidFlow, fmt.Sprintf("it was gathered for a recipient of a target that version %d of the flow does not have; replay it with its own version, or give the records", r.flow.Version))
	return nil
}

// history reads what became of the original and of its replays. What is under way, or went out, refuses a replay that is not to
// message people twice.
func (x *replaying) history(ctx context.Context, tx *sqlite.Tx, r *replayable) error {
	family, err := tx.ReplayFamily(r.root)
	if err != nil {
		return err
	}
	if r.sent, err = sentBy(tx, family, 0, x.e.sameTargets(ctx, r.flow)); err != nil || x.in.EvenIfSent {
		return err
	}
	for _, other := range family {
		if other.EmptiedAt != nil && other.Key != r.original.Key {
			r.refuse(hub.ReasonPruned, fmt.Sprintf("what was in another execution of the same origin has not been kept (%s), so it is not known any more who got a message; say evenIfSent to message people twice", other.ID()))
		}
		if other.State != hub.Closed && other.Key != r.original.Key {
			r.refuse(hub.ReasonUnderWay, fmt.Sprintf("another execution of the same origin is still under way (%s); wait until it is closed, or cancel it", other.ID()))
		}
	}
	if r.original.State == hub.Closed && r.sent.all() {
		r.refuse(hub.ReasonAlreadySent, "everything in it was sent already, or may have been; say evenIfSent to message people twice")
	}
	return nil
}

// chooseRows narrows the replay to what the original was about. One that found its records by its source query is narrowed to
// those that it had messages for; if it had none the query is asked again.
func (x *replaying) chooseRows(ctx context.Context, tx *sqlite.Tx, r *replayable) error {
	switch {
	case r.program == nil:
		return nil
	case x.in.Given != nil:
		for _, rec := range x.in.Given {
			if rec.Type == r.program.records.Key {
				r.rows = append(r.rows, rec.Name)
			}
		}
		if r.rows == nil {
			return hub.Invalid("input", "the flow reads records of the type %s, and there is none among these", r.program.records.Key)
		}
		return nil
	case len(r.original.Rows) > 0 || r.original.OccurrenceKey != 0:
		r.rows = r.original.Rows
	default:
		list, err := tx.DeliveriesOf(r.original.Key)
		if err != nil {
			return err
		}
		for _, d := range list {
			if n := len(r.rows); n == 0 || r.rows[n-1] != d.Record { // those of a record follow each other
				r.rows = append(r.rows, d.Record)
			}
		}
	}
	return x.sameType(ctx, r)
}

// sameType refuses a version that reads records of another type than those by whose names the replay is narrowed.
func (x *replaying) sameType(ctx context.Context, r *replayable) error {
	if len(r.rows) == 0 || r.flow.Version == r.original.FlowVersion {
		return nil
	}
	then, err := x.e.program(ctx, r.original.FlowKey, r.original.FlowVersion)
	if err != nil {
		if cannotRun(err) {
			return nil // it is not known what it read; names that are not there find nothing
		}
		return err
	}
	if was, is := then.started(), r.program.started(); was != is {
		r.refuse(hub.ReasonInvalidFlow, fmt.Sprintf("the current version reads records of the type %s, and this execution read %s; replay it with its own version", is.Key, was.Key))
	}
	return nil
}

// started is the type of the records by whose names an execution of the program is narrowed: those of the occurrence for which it fetches, or
// those that it reads.
func (p *program) started() *catalog.RecordType {
	if p.about != nil {
		return p.about
	}
	return p.records
}
