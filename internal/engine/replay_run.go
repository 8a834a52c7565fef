package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/mapping"
)

// asReplay makes a run ready to find its rows if it is a replay: those that came along, or that were given. later says that
// there are too many rows for one transaction, or that its source query finds them: the loop that reads does it.
func (r *run) asReplay(ctx context.Context, p *program) (later bool, err error) {
	if r.exec.Trigger != hub.StartedByReplay {
		return false, nil
	}
	replay, err := r.replays()
	if err != nil {
		return false, err
	}
	fetches := p.flow.Definition.Source.Fetch != nil && replay.Records != hub.RecordsGiven
	if fetches && (p.flow.Definition.AsksAbout() || replay.Records == hub.RecordsThen) {
		r.exec.Reading = true // what was fetched is there, or it is asked for
		r.tx.AfterCommit(r.e.reread)
		return true, nil
	}
	if err := r.give(ctx, p, replay); err != nil || r.given != nil {
		return false, err
	}
	if r.exec.OccurrenceKey == 0 && len(r.exec.Rows) == 0 || len(r.exec.Rows) > makeBatch && p.collect == nil {
		r.exec.Reading = true
		r.tx.AfterCommit(r.e.reread)
		return true, nil
	}
	return false, nil
}

// rowsToRead are the rows of an execution whose rows are still to be read. A replay has some already.
func (e *Engine) rowsToRead(ctx context.Context, p *program, exec *hub.Execution) (out *toRead, why *hub.Reason, err error) {
	out = &toRead{}
	switch {
	case p.asks(exec):
		return e.selectFetched(ctx, p, exec)
	case len(exec.Rows) > 0:
		out.names = exec.Rows
		return out, nil, e.asThen(ctx, exec, out)
	}
	out.names, why, err = e.selectRows(ctx, p, exec)
	return out, why, err
}

// asThen has the records of a replay read as they were fetched, if that is what it is to be on.
func (e *Engine) asThen(ctx context.Context, exec *hub.Execution, out *toRead) error {
	then, err := e.asFetched(ctx, exec)
	if err != nil || !then {
		return err
	}
	kept, err := e.db.FetchedForEngine(ctx, exec.Key)
	if err == nil {
		out.fetch = &hub.Fetch{}
		names := out.names
		out.take(kept, nil, true)
		out.names = names
	}
	return err
}

// replays is what the run replays.
func (r *run) replays() (*hub.Replay, error) {
	if r.replay != nil {
		return r.replay, nil
	}
	replay, err := r.tx.Replay(r.exec.Key)
	if err == nil && replay == nil {
		err = fmt.Errorf("it is not known what %s replays", r.exec.ID())
	}
	r.replay = replay
	return replay, err
}

// give has the run read the records as the occurrence brought them, or as the caller gave them, instead of those of the hub.
// What they refer to is looked for among them first.
func (r *run) give(ctx context.Context, p *program, replay *hub.Replay) error {
	records := replay.Input
	if replay.Records != hub.RecordsGiven {
		if is, err := r.gatheredBefore(ctx, p, replay); is || err != nil {
			return err
		}
	}
	switch replay.Records {
	case hub.RecordsNow:
		return nil
	case hub.RecordsThen:
		o, err := r.e.db.OccurrenceForEngine(ctx, r.exec.OccurrenceKey)
		if err != nil {
			return err
		}
		records = o.Records
	}
	find := r.lookupAmong(records)
	about, err := r.aboutGiven(ctx, p)
	if err != nil {
		return err
	}
	all := len(r.exec.Rows) == 0 || p.flow.Definition.Source.Rows == hub.RowsSubject
	r.given = []*row{}
	for _, rec := range records {
		if rec.Type == p.records.Key && (all || slices.Contains(r.exec.Rows, rec.Name)) {
			r.given = append(r.given, &row{catalog: r.e.catalog, typ: p.records, name: rec.Name, data: rec.Data, lookup: find, about: about})
		}
	}
	return nil
}

// lookupAmong looks among some records first.
func (r *run) lookupAmong(records []hub.RecordInput) lookup {
	known := make(map[recordName]hub.Fields, len(records))
	for _, rec := range records {
		known[recordName{rec.Type, rec.Name}] = rec.Data
	}
	return func(typ, name string) (hub.Fields, error) {
		if data, ok := known[recordName{typ, name}]; ok {
			return data, nil
		}
		return r.lookup(typ, name)
	}
}

// aboutGiven is the row of the occurrence for records that are given in place of what was fetched: its first.
func (r *run) aboutGiven(ctx context.Context, p *program) (*row, error) {
	if p.about == nil || r.exec.OccurrenceKey == 0 {
		return nil, nil
	}
	o, err := r.e.db.OccurrenceForEngine(ctx, r.exec.OccurrenceKey)
	if err != nil {
		return nil, err
	}
	if rows := r.e.brought(ctx, o, p.about); len(rows) > 0 {
		return rows[0], nil
	}
	return nil, nil
}

// sentBefore says whether a message of a replay is not to be sent again. It is asked in the transaction that makes the message,
// so that nothing can go out in between.
func (r *run) sentBefore(ctx context.Context, p *program, target int, record, recipient string) (bool, error) {
	sent, err := r.familySent(ctx, p)
	return sent != nil && sent.has(sentPlace{target, record}, recipient), err
}

// untold are the rows of a message about many of which its recipient is still to be told. gone says that there are none: the message, about all
// of them, is not to be sent again.
func (r *run) untold(ctx context.Context, p *program, target int, one forOne) (rows []*row, gone bool, err error) {
	sent, err := r.familySent(ctx, p)
	if err != nil || sent == nil {
		return one.rows, false, err
	}
	for _, w := range one.rows {
		if !sent.has(sentPlace{target, w.name}, one.to.Text) {
			rows = append(rows, w)
		}
	}
	if len(rows) == 0 {
		return one.rows, true, nil
	}
	return rows, false, nil
}

// familySent is what others of the same origin sent; nil if that is no matter.
func (r *run) familySent(ctx context.Context, p *program) (*sent, error) {
	if r.exec.Trigger != hub.StartedByReplay {
		return nil, nil
	}
	replay, err := r.replays()
	if err != nil || replay.EvenIfSent {
		return nil, err
	}
	if r.sent == nil {
		family, err := r.tx.ReplayFamily(replay.RootKey)
		if err != nil {
			return nil, err
		}
		if r.sent, err = sentBy(r.tx, family, r.exec.Key, r.e.sameTargets(ctx, p.flow)); err != nil {
			return nil, err
		}
	}
	return r.sent, nil
}

// withhold leaves out a message that went out before.
func (r *run) withhold(it *item, to mapping.To, values []string) {
	cause := hub.Reason{Code: hub.ReasonAlreadySent, Message: "not sent again: an earlier execution sent it, or may have",
		NextStep: "replay it with evenIfSent to message people twice"}
	it.Recipient, it.Values, it.Reason = to.Text, values, &cause
	r.move(it, hub.Suppressed, cause)
}
