package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// ExecutionReplay runs an execution again, as a new one that is linked to it: in the version that it had or in the current one, on its
// records as they are now, as its occurrence brought them, or on others that the caller gives, and with the rights that the
// flow's consumer has now. Its deliveries are new ones, with idempotency keys of their own, so no provider takes them for
// repeats; therefore what went out already, or may have, is left out unless the caller wants it, and where that is
// everything the replay is a CONFLICT. So it is while the original or another replay of it is under way, and while the flow
// is not enabled.
//
// The caller needs what running the flow needs: EDIT on automator/fracttal_hub and every right with which the version reads; to
// give records, also ADD on the rows that guard them. The same id again by the same consumer returns the first replay; with
// another input it is a CONFLICT. Who may not see executions is not told which it is.
func (e *Engine) ExecutionReplay(ctx context.Context, c hub.Caller, key int64, in hub.ReplayInput) (*hub.ExecutionReplay, error) {
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	x, err := e.replaying(ctx, c, in)
	if err != nil {
		return nil, err
	}
	if e.draining.Load() {
		return nil, errDraining
	}
	var out *hub.ExecutionReplay
	err = e.withRules(ctx, func(tx *sqlite.Tx, rules *rules, hand *handOver) (err error) {
		out, err = x.replay(ctx, tx, rules, key, hand)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !c.May(hub.RowHub, hub.See) { // as a link to it would be
		out.Execution = nil
		return out, nil
	}
	own := *out.Execution // the engine goes on with the other
	out.Execution = &own
	return out, e.db.Disclose(ctx, c, &own, nil)
}

// replaying is a replay that a caller asks for, of one execution or of many.
type replaying struct {
	e     *Engine
	c     hub.Caller
	in    hub.ReplayInput
	given string // the given records as JSON text
}

// replaying judges the input of a replay. Given records are judged by the catalogue as those of an occurrence are.
func (e *Engine) replaying(ctx context.Context, c hub.Caller, in hub.ReplayInput) (*replaying, error) {
	x := &replaying{e: e, c: c, in: in}
	if err := checkRunInput(&hub.FlowRunInput{ID: in.ID}); err != nil {
		return nil, err
	}
	switch in.Version {
	case hub.ReplayPinned, hub.ReplayCurrent:
	default:
		return nil, hub.Invalid("version", "there is no choice of a version %q; use PINNED or CURRENT", hub.Clip(string(in.Version), 20))
	}
	switch {
	case in.Given == nil && in.Records == hub.RecordsGiven:
		return nil, hub.Invalid("input", "give the records on which it is to be replayed")
	case in.Given == nil:
		if in.Records == "" {
			x.in.Records = hub.RecordsNow
		}
		return x, nil
	case in.Records != "" && in.Records != hub.RecordsGiven:
		return nil, hub.Invalid("records", "records that you give stand in for those of the original; leave this out, or the records")
	case len(in.Given) == 0 || len(in.Given) > hub.MaxOccurrenceRecord:
		return nil, hub.Invalid("input", "give between 1 and %d records", hub.MaxOccurrenceRecord)
	}
	return x, x.giving(ctx)
}

func (x *replaying) giving(ctx context.Context) error {
	parts, err := x.e.parts(x.in.Given, "input")
	if err != nil {
		return err
	}
	for i := range parts {
		if err := x.c.Need(parts[i].typ.Row, hub.Add); err != nil {
			return err
		}
	}
	if _, err := x.e.complete(ctx, parts); err != nil {
		return err
	}
	x.in.Records, x.in.Given, x.given = hub.RecordsGiven, nil, keptDoc(parts)
	for i := range parts {
		x.in.Given = append(x.in.Given, parts[i].in)
	}
	return nil
}

// hash tells a repeat from another replay under the same id.
func (x *replaying) hash(original int64) []byte {
	text, err := json.Marshal([]any{original, x.in.Version, x.in.Records, x.in.EvenIfSent, x.given})
	if err != nil {
		panic(err) // words, a number and text always can
	}
	sum := sha256.Sum256(text)
	return sum[:]
}

func (x *replaying) replay(ctx context.Context, tx *sqlite.Tx, rules *rules, key int64, hand *handOver) (*hub.ExecutionReplay, error) {
	r, err := x.judge(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	was, err := x.repeated(tx, r, x.in.ID)
	switch {
	case err != nil:
		return nil, err
	case was != nil:
		return &hub.ExecutionReplay{Execution: was, Repeat: true}, nil
	case r.refused != nil:
		return nil, hub.Conflict("id", "%s", r.refused.Message)
	}
	run, err := x.make(tx, r, x.in.ID, tx.Now())
	if err != nil {
		return nil, err
	}
	if err := x.e.startNow(ctx, rules, run, nil, hand); err != nil {
		return nil, err
	}
	return &hub.ExecutionReplay{Execution: run.exec}, x.insert(tx, r, run)
}

// repeated is the replay that was made of the same original under an id; nil if there is none.
func (x *replaying) repeated(tx *sqlite.Tx, r *replayable, id string) (*hub.Execution, error) {
	if id == "" {
		return nil, nil
	}
	was, err := tx.ExecutionOfRun(r.original.FlowKey, x.c.Consumer.Key, id)
	if err != nil || was == nil {
		return nil, err
	}
	if was.Trigger != hub.StartedByReplay || !bytes.Equal(was.RunHash, x.hash(r.original.Key)) {
		return nil, hub.Conflict("idempotencyKey", "you ran, tested or replayed this flow under this key before, with another input (%s); use a new key for a new replay", was.ID())
	}
	return was, nil
}

// make makes the execution, which the caller saves, and notes it in the audit log.
func (x *replaying) make(tx *sqlite.Tx, r *replayable, id string, due time.Time) (*run, error) {
	was, now := r.original, tx.Now()
	exec := &hub.Execution{Key: hub.NewKey(now), FlowKey: r.flow.Key, FlowVersion: r.flow.Version, Trigger: hub.StartedByReplay, EventKey: was.EventKey,
		OccurrenceKey: was.OccurrenceKey, Subject: was.Subject, Parameters: was.Parameters, StartedByKey: x.c.Consumer.Key, RunID: id, State: hub.Queued,
		DueAt: &due, CreatedAt: now, UpdatedAt: now, Rows: r.rows}
	if id != "" {
		exec.RunHash = x.hash(was.Key)
	}
	changes := []hub.AuditChange{hub.AuditMove("records", "", string(x.in.Records)), hub.AuditMove("replay", "", exec.ID()), hub.AuditMove("version", "", string(x.in.Version))}
	if x.in.EvenIfSent {
		changes = append(changes, hub.AuditMove("evenIfSent", "", "true"))
	}
	if err := tx.Audit(x.c, hub.AuditEntry{Kind: hub.AuditReplayed, Subject: hub.AuditExecution, SubjectKey: was.Key, Changes: changes}); err != nil {
		return nil, err
	}
	run := x.e.newRun(tx, exec, hub.Reason{Code: hub.ReasonReplayed, By: x.c.Consumer.ID()})
	run.replay = &hub.Replay{ExecutionKey: exec.Key, OriginalKey: was.Key, RootKey: r.root, Records: x.in.Records, EvenIfSent: x.in.EvenIfSent, Input: x.in.Given}
	return run, nil
}
