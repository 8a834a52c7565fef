package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// makeBatch is how many deliveries one transaction makes of the rows that were read.
const makeBatch = 100

// read is the loop that reads the rows of executions that are not read where they start. Flows take turns; of one it is one execution after
// the other.
func (e *Engine) read(ctx context.Context) {
	e.loop(ctx, "reader", e.reading, retryLoop, func(ctx context.Context) (time.Time, error) { return time.Time{}, e.readAll(ctx) })
	e.fetching.all.Wait()
}

// reread wakes the loop; it never blocks.
func (e *Engine) reread() { signal(e.reading) }

// readAll reads for every execution that waits for it. A fault of the store ends it; one that lies in an execution ends that.
func (e *Engine) readAll(ctx context.Context) error {
	for !e.draining.Load() {
		any, err := e.readRound(ctx)
		if err != nil || !any {
			return err
		}
	}
	return nil
}

// readRound gives each flow a turn, from the one behind that which had the last: what waits for a place at a source is not asked for in the
// order in which it came, or a flood of one flow would have all others wait until it is over.
func (e *Engine) readRound(ctx context.Context) (any bool, err error) {
	from := e.reader
	for flow, wrapped := from, false; !e.draining.Load(); {
		if flow, err = e.db.NextReadingFlow(ctx, flow); err != nil {
			return any, err
		}
		switch {
		case flow == 0 && wrapped, wrapped && flow > from:
			return any, nil
		case flow == 0: // behind the last one comes the first
			wrapped = true
			continue
		}
		did, err := e.readTurn(ctx, flow)
		if err != nil {
			return any, err
		}
		if did {
			any, e.reader = true, flow
		}
	}
	return any, nil
}

// readTurn reads one execution of a flow, or begins to: its source may be slow, so that it is read beside the others. It does nothing if the first
// that is not under way has to wait.
func (e *Engine) readTurn(ctx context.Context, flow int64) (did bool, err error) {
	for after := int64(0); ; {
		exec, err := e.db.NextReading(ctx, flow, after)
		if err != nil || exec == nil {
			return false, err
		}
		switch how, err := e.fetches(ctx, exec); {
		case err != nil:
			return false, err
		case how == fetchNot:
			return true, e.readOrBury(ctx, exec)
		case how != fetchUnderWay:
			return how == fetchBegun, nil
		}
		after = exec.Key
	}
}

// readOrBury reads one execution; a fault that lies in it ends it.
func (e *Engine) readOrBury(ctx context.Context, exec *hub.Execution) error {
	err := e.readOne(ctx, exec)
	switch code := hub.CodeOf(err); {
	case err == nil:
		return nil
	case ctx.Err() != nil || code != hub.CodeInternal:
		return err
	}
	return e.bury(ctx, &stuckError{exec, err})
}

// readOne reads the rows of an execution and makes its deliveries, some at a time; with the last of them they are sent.
func (e *Engine) readOne(ctx context.Context, exec *hub.Execution) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	p, err := e.program(ctx, exec.FlowKey, exec.FlowVersion)
	from := &toRead{}
	var why *hub.Reason
	if err == nil {
		from, why, err = e.rowsToRead(ctx, p, exec)
	}
	var later *notNow
	if errors.As(err, &later) {
		return e.readLater(ctx, p, exec.Key, later)
	}
	if cannotRun(err) {
		why, err = &hub.Reason{Code: hub.ReasonInvalidFlow, Message: err.Error()}, nil
	}
	if err != nil {
		return err
	}
	batch, names := makeBatch, from.names
	if err == nil && why == nil && p.collect != nil { // its messages are about many rows, so all are read at once
		if batch = maxRows; len(names) > batch {
			why = tooMany(fmt.Sprintf("the flow collects, and the source query found more than %d rows; nothing was sent", batch))
		}
	}
	if why != nil {
		return e.endReading(ctx, exec.Key, from.fetch, *why)
	}
	for more := true; more; {
		some := names[:min(len(names), batch)]
		names = names[len(some):]
		if more, err = e.makeDeliveries(ctx, exec.Key, p, from, some, len(names) == 0); err != nil {
			return err
		}
	}
	return nil
}

// endReading ends an execution that has nothing to send, and notes what became of asking its source, if it asked.
func (e *Engine) endReading(ctx context.Context, key int64, f *hub.Fetch, why hub.Reason) error {
	return e.db.Write(ctx, func(tx *sqlite.Tx) error {
		if f != nil && f.DoneAt == nil && f.AskedAt != nil {
			if err := tx.FetchSave(f); err != nil {
				return err
			}
		}
		return e.amendReading(tx, key, func(r *run) error {
			r.unfit(why)
			return r.settle(hub.Reason{Code: hub.ReasonWorker})
		})
	})
}

// amendReading changes an execution if its rows are still being read: somebody may have cancelled it.
func (e *Engine) amendReading(tx *sqlite.Tx, key int64, change func(*run) error) error {
	exec, err := tx.Execution(key)
	if err != nil || exec == nil || !exec.Reading || exec.State == hub.Closed {
		return err
	}
	r, err := e.takeUp(tx, exec)
	if err != nil {
		return err
	}
	return change(r)
}

// makeDeliveries makes the deliveries of some rows, and after the last of them sends what may go. It begins anew when
// configuration changed meanwhile. more says that the execution still reads.
func (e *Engine) makeDeliveries(ctx context.Context, key int64, p *program, from *toRead, names []string, last bool) (more bool, err error) {
	for {
		rules := e.now()
		hand := handOver{e: e}
		err = e.db.Write(ctx, func(tx *sqlite.Tx) error {
			hand.again()
			more = false
			if e.draining.Load() {
				return nil // the next start reads again
			}
			if tx.ConfigChanged() || e.db.ConfigVersion() != rules.version {
				return errStale
			}
			tx.AfterCommit(hand.leave)
			return e.amendReading(tx, key, func(r *run) error {
				r.setOut()
				r.read = from
				err := r.readSome(ctx, rules, p, names, last)
				hand.out = append(hand.out, r.out...)
				if err != nil {
					return err
				}
				more = r.exec.Reading
				if err := r.settle(hub.Reason{Code: hub.ReasonWorker}); err != nil {
					return err
				}
				r.arrive()
				return nil
			})
		})
		hand.done(err)
		if !errors.Is(err, errStale) {
			if err == nil && last {
				e.nudge()
			}
			return more, err
		}
	}
}

// readSome is one step of reading: the deliveries of some rows. A row that has its delivery from before a restart gets no
// other, and one that does not pass the filter any more gets none.
func (r *run) readSome(ctx context.Context, rules *rules, p *program, names []string, last bool) error {
	r.quiet = r.exec.State == hub.Waiting && !last // it was taken up by the first step
	now := r.tx.Now()
	if r.exec.StartedAt == nil {
		r.exec.StartedAt = &now
	}
	refused, err := r.e.rights(ctx, p)
	if err != nil {
		return err
	}
	if refused != nil {
		r.unfit(*refused)
		return nil
	}
	if p.collect != nil {
		err = r.deliverRecordsTogether(ctx, p, names)
	} else {
		err = r.deliverRecords(ctx, p, names)
	}
	if err != nil {
		return err
	}
	if !last {
		return nil
	}
	r.exec.Reading = false
	if len(r.items) == 0 {
		r.exec.Reason = &hub.Reason{Code: hub.ReasonNoRows, Message: "the rows that the source query had found were gone or passed the filter no more"}
	}
	return r.dispatch(ctx, rules, p)
}

func (r *run) deliverRecords(ctx context.Context, p *program, names []string) error {
	made := make(map[string]bool, len(r.items))
	for _, it := range r.items {
		made[it.Record] = true
	}
	for _, name := range names {
		if made[name] {
			continue
		}
		if err := r.deliverRecord(ctx, p, name); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) deliverRecord(ctx context.Context, p *program, name string) error {
	rec, err := r.read.record(name, func() (*hub.Record, error) { return r.tx.Record(p.records.Key, name) })
	if err != nil || rec == nil {
		return err
	}
	w := r.row(p, rec)
	w.about = r.read.about[name]
	if p.filter.Match(w, w.moment(r.tx.Now())) {
		for i := range p.flow.Definition.Targets {
			if err := r.deliver(ctx, p, i, w); err != nil {
				return err
			}
		}
	}
	return w.err
}
