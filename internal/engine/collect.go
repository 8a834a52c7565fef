package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// joining is what an occurrence brings to a collection, which it opens or finds open. It is planned before the occurrence is stored, since
// that names its executions, and written after.
type joining struct {
	exec   *hub.Execution
	run    *run // of an execution that is new; nil: it was there
	col    *hub.Collection
	brings hub.Collected
	full   bool            // it closes at once
	before *hub.Collection // the one that takes no more and is marked as open; nil if there is none
	cause  hub.Reason      // of its being collected
}

// sheaf is rows of an occurrence that a flow gathers together.
type sheaf struct {
	of   string
	rows []*row
}

// join plans which collections of a flow an occurrence opens or joins, beside what was planned for it already: two events may run the same
// flow. It returns the plan and the executions. ok is false for a version that cannot run: its execution is to say why.
func (e *Engine) join(ctx context.Context, tx *sqlite.Tx, o *hub.Occurrence, v *verdict, flow *hub.Flow, plan []starting) (_ []starting, keys []int64, ok bool, err error) {
	p, err := e.program(ctx, flow.Key, flow.Version)
	if code := hub.CodeOf(err); err != nil && (code == hub.CodeInvalid || code == hub.CodeNotFound) {
		return plan, nil, false, nil
	}
	if err != nil {
		return plan, nil, false, err
	}
	parts, err := e.gather(ctx, p, o, v.rows)
	if err != nil {
		return plan, nil, false, err
	}
	for _, part := range parts {
		j := planned(plan, p, part.of)
		if j == nil {
			if j, err = e.joining(ctx, tx, o, v, p, part); err != nil {
				return plan, nil, false, err
			}
			plan = append(plan, starting{joins: j})
		}
		j.bring(p, part.rows)
		if !slices.Contains(keys, j.exec.Key) {
			keys = append(keys, j.exec.Key)
		}
	}
	return plan, keys, true, nil
}

// planned is the collection that the same occurrence opens or joins already.
func planned(plan []starting, p *program, of string) *joining {
	for _, s := range plan {
		if j := s.joins; j != nil && j.col.FlowKey == p.flow.Key && j.col.FlowVersion == p.flow.Version && j.col.Of == of {
			return j
		}
	}
	return nil
}

// gather tells the rows of an occurrence apart by what the flow gathers. Rows of another type than the flow reads, and an occurrence
// without any, are gathered by what the occurrence is about.
func (e *Engine) gather(ctx context.Context, p *program, o *hub.Occurrence, rows []*row) ([]sheaf, error) {
	by := p.collect.Key()
	if by == hub.CollectByFlow {
		return []sheaf{{rows: rows}}, nil
	}
	if len(rows) == 0 || rows[0].typ != p.records {
		return []sheaf{{of: "@" + o.Subject, rows: rows}}, nil
	}
	var list []sheaf
	at := map[string]int{}
	for _, w := range rows {
		of, err := e.inCommon(ctx, p, w)
		if err != nil {
			return nil, err
		}
		for _, key := range of {
			i, known := at[key]
			if !known {
				i = len(list)
				at[key], list = i, append(list, sheaf{of: key})
			}
			list[i].rows = append(list[i].rows, w)
		}
		if err := w.fault(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// inCommon is what a row has in common with those that it is gathered with. One with several recipients is gathered for each, and so is one
// of each target.
func (e *Engine) inCommon(ctx context.Context, p *program, w *row) (keys []string, err error) {
	switch p.collect.Key() {
	case hub.CollectByRecord:
		return []string{"=" + shortened(w.name)}, nil
	case hub.CollectByField:
		return []string{"=" + shortened(plain(valueAt(w, p.collect.Field)))}, nil
	}
	for i := range p.flow.Definition.Targets {
		if p.flow.Definition.Follows(i) {
			continue // they follow what was gathered
		}
		normal, err := e.normal(ctx, &p.flow.Definition, i)
		if err != nil {
			return nil, err
		}
		for _, to := range p.to[i].Resolve(w, normal) {
			if key := (gatheredFor{i, to.Text}).key(); !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys, nil
}

// shortened is a key as the store keeps it: of a long one, its hash.
func shortened(key string) string {
	if len(key) <= hub.MaxAttribute {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return "#" + hex.EncodeToString(sum[:])
}

// joining finds the collection that an occurrence joins, or opens one: none may be open, its window may have closed, or it may have no
// room for so many rows.
func (e *Engine) joining(ctx context.Context, tx *sqlite.Tx, o *hub.Occurrence, v *verdict, p *program, part sheaf) (*joining, error) {
	now := tx.Now()
	j := &joining{brings: hub.Collected{OccurrenceKey: o.Key, Subject: o.Subject}, cause: hub.Reason{Code: hub.ReasonMatched, By: o.ID()}}
	col, err := tx.CollectionOpen(p.flow.Key, p.flow.Version, part.of)
	if err != nil {
		return nil, err
	}
	if col != nil {
		exec, err := tx.Execution(col.ExecutionKey)
		if err != nil {
			return nil, err
		}
		if gathers(exec) && exec.DueAt.After(now) && col.Rows+len(part.rows) <= hub.MaxCollected {
			j.exec, j.col = exec, col
			j.col.LastAt = now
			return j, nil
		}
		j.before = col
	}
	closes := p.collect.Closes(now, now)
	j.exec = &hub.Execution{Key: hub.NewKey(now), FlowKey: p.flow.Key, FlowVersion: p.flow.Version, Trigger: hub.StartedByEvent, EventKey: v.event.Key, OccurrenceKey: o.Key,
		Trace: hub.TraceFrom(ctx), Subject: o.Subject, State: hub.Waiting, WaitingFor: hub.ReasonCollecting, DueAt: &closes, Until: &closes, CreatedAt: now, UpdatedAt: now, Rows: []string{}}
	j.run = &run{e: e, tx: tx, exec: j.exec, made: true}
	j.run.line(hub.SubjectExecution, j.exec.Key, hub.AspectState, "", string(hub.Waiting), hub.Reason{Code: hub.ReasonMatched, By: v.event.ID()})
	j.col = &hub.Collection{ExecutionKey: j.exec.Key, FlowKey: p.flow.Key, FlowVersion: p.flow.Version, Of: part.of, Open: true, OpenedAt: now, LastAt: now}
	return j, nil
}

// gathers says whether an execution gathers, and its window has not closed.
func gathers(exec *hub.Execution) bool {
	return exec != nil && exec.State == hub.Waiting && exec.WaitingFor == hub.ReasonCollecting && exec.StartedAt == nil && exec.DueAt != nil
}

// gatherNoMore closes the collection of an execution that is cancelled: what comes from now on opens another one.
func (r *run) gatherNoMore() error {
	if !gathers(r.exec) {
		return nil
	}
	return r.tx.CollectionClose(r.exec.Key)
}

// bring adds rows to what the occurrence brings, each once, and sees when the window closes now.
func (j *joining) bring(p *program, rows []*row) {
	if j.brings.ExecutionKey == 0 {
		j.brings.ExecutionKey = j.exec.Key
		j.col.Occurrences++
	}
	for _, w := range rows {
		if slices.ContainsFunc(j.brings.Rows, func(r hub.CollectedRow) bool { return r.Name == w.name }) {
			continue
		}
		r := hub.CollectedRow{Name: w.name}
		if w.typ == p.records {
			r.Data = w.data
		}
		j.brings.Rows = append(j.brings.Rows, r)
		j.col.Rows++
	}
	due := p.collect.Closes(j.col.OpenedAt, j.col.LastAt)
	if j.full = j.col.Occurrences >= p.collect.Most() || j.col.Rows >= hub.MaxCollected; j.full {
		due, j.col.Open = j.col.LastAt, false
	}
	j.exec.DueAt, j.exec.Until, j.exec.UpdatedAt = &due, &due, j.col.LastAt
}

// save writes what was planned, in the transaction in which it was, and says whether a worker has to look at the time.
func (j *joining) save(tx *sqlite.Tx) (wake bool, err error) {
	if b := j.before; b != nil {
		b.Open = false
		if err := tx.CollectionSave(b); err != nil {
			return false, err
		}
		if err := tx.CollectionDue(b.ExecutionKey, tx.Now()); err != nil {
			return false, err
		}
	}
	if j.run != nil {
		if err := j.run.save(); err != nil {
			return false, err
		}
		if err := tx.CollectionInsert(j.col); err != nil {
			return false, err
		}
		return true, tx.CollectedInsert(&j.brings)
	}
	if err := tx.CollectionSave(j.col); err != nil {
		return false, err
	}
	if err := tx.CollectionDue(j.exec.Key, *j.exec.DueAt); err != nil {
		return false, err
	}
	tx.Change(j.told(j.col.Occurrences-1, j.cause))
	return j.full, tx.CollectedInsert(&j.brings)
}

// told is the line of the journal that a collection has grown, or is to close.
func (j *joining) told(from int, cause hub.Reason) hub.Change {
	return hub.Change{Subject: hub.SubjectExecution, Key: j.exec.Key, Root: j.exec.Key, Aspect: hub.AspectCollected, From: strconv.Itoa(from),
		To: strconv.Itoa(j.col.Occurrences), Cause: cause, FlowKey: j.exec.FlowKey, EventKey: j.exec.EventKey}
}

// ExecutionFlush closes the window of an execution that collects: it sends what it has gathered now. What comes later opens another one. It is
// a CONFLICT for one that does not collect any more. EDIT on automator/fracttal_hub.
func (e *Engine) ExecutionFlush(ctx context.Context, c hub.Caller, key int64) (*hub.Execution, error) {
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	var out *hub.Execution
	err := e.db.Write(ctx, func(tx *sqlite.Tx) (err error) {
		if out, err = e.flush(tx, c, key); err != nil {
			return err
		}
		return tx.Audit(c, hub.AuditEntry{Kind: hub.AuditFlushed, Subject: hub.AuditExecution, SubjectKey: key})
	})
	if err != nil {
		return nil, err
	}
	e.nudge()
	return out, e.db.Disclose(ctx, c, out, nil)
}

func (e *Engine) flush(tx *sqlite.Tx, c hub.Caller, key int64) (*hub.Execution, error) {
	exec, err := tx.Execution(key)
	if err != nil {
		return nil, err
	}
	if exec == nil {
		return nil, hub.NotFound(hub.KindExecution, key)
	}
	col, err := tx.Collection(key)
	if err != nil {
		return nil, err
	}
	if col == nil || !gathers(exec) {
		return nil, hub.Conflict("id", "the execution does not collect, or not any more; there is nothing to close")
	}
	j := &joining{exec: exec, col: col}
	col.Open = false
	if err := tx.CollectionSave(col); err != nil {
		return nil, err
	}
	due := tx.Now()
	if exec.DueAt.Before(due) {
		due = *exec.DueAt // it has its turn already
	}
	if err := tx.CollectionDue(key, due); err != nil {
		return nil, err
	}
	tx.Change(j.told(col.Occurrences, hub.Reason{Code: hub.ReasonOperator, Message: "a person closed it before its time", By: c.Consumer.ID()}))
	return tx.Execution(key)
}
