package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// span reads a duration that is kept in milliseconds; NULL is 0, for ever.
type span struct{ d *time.Duration }

// Scan reads milliseconds or NULL.
func (s span) Scan(v any) error {
	switch n := v.(type) {
	case nil:
		*s.d = 0
	case int64:
		*s.d = time.Duration(n) * time.Millisecond
	default:
		return fmt.Errorf("a %T is no duration", v)
	}
	return nil
}

// spanOf writes a duration.
func spanOf(d time.Duration) any {
	if d == 0 {
		return nil
	}
	return d.Milliseconds()
}

func readRetention(r reader) (*hub.Retention, error) {
	v := &hub.Retention{}
	err := r("SELECT version, history, payloads, unmatched, audit, begins_at, updated_at FROM retention", nil, func(row scanner) error {
		return row.Scan(&v.Version, span{&v.History}, span{&v.Payloads}, span{&v.Unmatched}, span{&v.Audit}, millis{&v.BeginsAt}, maybeMillis{&v.UpdatedAt})
	})
	if err != nil {
		return nil, err
	}
	v.Flows, err = readAll(r, func(row scanner) (f hub.FlowRetention, err error) {
		err = row.Scan(&f.FlowKey, &f.Version, span{&f.OwnHistory}, span{&f.OwnPayloads})
		return f, err
	}, "SELECT flow, version, history, payloads FROM flow_retention ORDER BY flow")
	return v, err
}

// Retention reads how long the hub keeps things. It needs SEE on settings/general.
func (db *DB) Retention(ctx context.Context, c hub.Caller) (*hub.Retention, error) {
	if err := c.Need(hub.RowGeneral, hub.See); err != nil {
		return nil, err
	}
	return db.RetentionNow(ctx)
}

// RetentionNow is Retention for the engine: it asks nobody.
func (db *DB) RetentionNow(ctx context.Context) (*hub.Retention, error) {
	return readRetention(db.reads(ctx))
}

// RetentionVersion grows with every change of how long things are kept, those of single flows among them.
func (db *DB) RetentionVersion() uint64 { return db.retention.Load() }

// RetentionUpdate changes how long the hub keeps things. An expected version other than 0 that is not the current one is a
// CONFLICT. A dry run answers what it would be and changes nothing. It needs EDIT on settings/general.
func (db *DB) RetentionUpdate(ctx context.Context, c hub.Caller, in hub.RetentionInput) (*hub.Retention, error) {
	if err := c.Need(hub.RowGeneral, hub.Edit); err != nil {
		return nil, err
	}
	return write(ctx, db, func(tx *Tx) (*hub.Retention, error) {
		r, err := readRetention(tx.each)
		if err != nil {
			return nil, err
		}
		if err := fresh(in.ExpectedVersion, r.Version); err != nil {
			return nil, err
		}
		before := *r
		if err := r.Apply(in); err != nil || in.DryRun {
			return r, err
		}
		at := tx.now
		r.Version, r.UpdatedAt = r.Version+1, &at
		if err := tx.exec("UPDATE retention SET version = ?, history = ?, payloads = ?, unmatched = ?, audit = ?, begins_at = ?, updated_at = ?",
			r.Version, spanOf(r.History), spanOf(r.Payloads), spanOf(r.Unmatched), spanOf(r.Audit), ms(r.BeginsAt), ms(at)); err != nil {
			return nil, err
		}
		tx.AfterCommit(func() { db.retention.Add(1) })
		return r, tx.Audit(c, hub.AuditEntry{Kind: hub.AuditRetentionChanged, Changes: hub.AuditChanges(before.Audited(), r.Audited())})
	})
}

// FlowRetentionUpdate changes for how long the history of a flow is kept, whether it is archived or not. It makes no version of the flow.
// An expected version other than 0 that is not the current one is a CONFLICT. A dry run answers what it would be and changes nothing. It needs REMOVE on automator/fracttal_hub, since it may destroy history.
func (db *DB) FlowRetentionUpdate(ctx context.Context, c hub.Caller, key int64, in hub.FlowRetentionInput) (*hub.FlowRetention, error) {
	if err := c.Need(hub.RowHub, hub.Remove); err != nil {
		return nil, err
	}
	return write(ctx, db, func(tx *Tx) (*hub.FlowRetention, error) {
		f, err := flows.get(tx.each, key)
		if err != nil {
			return nil, err
		}
		r, err := readRetention(tx.each)
		if err != nil {
			return nil, err
		}
		before := r.Of(key)
		if err := fresh(in.ExpectedVersion, before.Version); err != nil {
			return nil, err
		}
		after := before
		if err := after.Apply(*r, in); err != nil || in.DryRun {
			return &after, err
		}
		after.Version++
		if err := tx.exec("INSERT INTO flow_retention (flow, version, history, payloads) VALUES (?, ?, ?, ?) "+
			"ON CONFLICT (flow) DO UPDATE SET version = excluded.version, history = excluded.history, payloads = excluded.payloads",
			key, after.Version, spanOf(after.OwnHistory), spanOf(after.OwnPayloads)); err != nil {
			return nil, err
		}
		tx.AfterCommit(func() { db.retention.Add(1) })
		return &after, tx.Audit(c, hub.AuditEntry{Kind: hub.AuditChanged, Subject: hub.AuditFlow, SubjectKey: key, SubjectName: f.Description,
			Changes: hub.AuditChanges(before.Audited(), after.Audited())})
	})
}

// FlowRetentions reads what holds for many flows, in the order of the keys. It needs SEE on automator/fracttal_hub.
func (db *DB) FlowRetentions(ctx context.Context, c hub.Caller, flowKeys []int64) ([]*hub.FlowRetention, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	r, err := db.RetentionNow(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]*hub.FlowRetention, len(flowKeys))
	for i, key := range flowKeys {
		f := r.Of(key)
		list[i] = &f
	}
	return list, nil
}

// RetentionReady says whether it is time to prune. Where it is not known since when, or the clock has leapt since this was last
// asked, that is put off by [hub.PruneGrace], and leapt says so.
func (tx *Tx) RetentionReady() (ready, leapt bool, err error) {
	r, err := readRetention(tx.each)
	if err != nil {
		return false, false, err
	}
	var seen time.Time
	if _, err := tx.get("SELECT upto FROM prune_walks WHERE kind = 'CLOCK' AND flow = 0", nil, millis{&seen}); err != nil {
		return false, false, err
	}
	leapt = !seen.IsZero() && tx.now.Sub(seen) > hub.PruneLeap
	if begins := tx.now.Add(hub.PruneGrace); (seen.IsZero() || leapt) && r.BeginsAt.Before(begins) {
		r.BeginsAt = begins
		if err := tx.exec("UPDATE retention SET begins_at = ?", ms(begins)); err != nil {
			return false, false, err
		}
	}
	return !tx.now.Before(r.BeginsAt), leapt, tx.walked("CLOCK", 0, tx.now.UnixMilli())
}

// Prunable counts, up to hub.MaxPrunable each, what is over its time by some settings. It needs SEE on settings/general.
func (db *DB) Prunable(ctx context.Context, c hub.Caller, r *hub.Retention) (*hub.Prunable, error) {
	if err := c.Need(hub.RowGeneral, hub.See); err != nil {
		return nil, err
	}
	p := &hub.Prunable{}
	into := map[hub.PruneKind]*int{hub.PruneHistory: &p.Executions, hub.PrunePayloads: &p.ExecutionPayloads, hub.PruneOccurrences: &p.Occurrences,
		hub.PruneOccurrencePayloads: &p.OccurrencePayloads}
	for _, t := range r.Tasks(time.Now()) {
		n := into[t.Kind]
		if n == nil || *n >= hub.MaxPrunable {
			continue
		}
		query, args := countPrunable(t, hub.MaxPrunable-*n)
		more, err := number(db.reads(ctx), query, args...)
		if err != nil {
			return nil, err
		}
		*n += more
	}
	return p, nil
}

func countPrunable(t hub.PruneTask, most int) (string, []any) {
	var q walk
	switch t.Kind {
	case hub.PruneHistory, hub.PrunePayloads:
		q.number("flow", "", t.FlowKey)
		if t.FlowKey == 0 {
			q.rest.and("flow + 0 NOT IN (SELECT flow FROM flow_retention)")
		}
	}
	table := "executions"
	if t.Kind == hub.PruneOccurrences || t.Kind == hub.PruneOccurrencePayloads {
		table = "occurrences"
	}
	if t.Kind == hub.PrunePayloads || t.Kind == hub.PruneOccurrencePayloads {
		q.rest.and("emptied_at IS NULL")
	}
	q.rest.and("key > coalesce((SELECT upto FROM prune_walks WHERE kind = ? AND prune_walks.flow = ?), 0)", string(t.Kind), t.FlowKey)
	query, args := q.newest("key", table, hub.KeyAt(t.Before), most)
	return "SELECT count(*) FROM (" + query + ")", args
}
