package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// Exec runs any statement inside the transaction.
func (tx *Tx) Exec(query string, args ...any) error { return tx.exec(query, args...) }

// Configured is configured for tests.
func (tx *Tx) Configured() { tx.configured() }

// Number reads one number from the pool.
func (db *DB) Number(ctx context.Context, query string, args ...any) (int, error) {
	return number(db.reads(ctx), query, args...)
}

// Explain says how SQLite answers a query, one line a step.
func (db *DB) Explain(ctx context.Context, query string, args ...any) ([]string, error) {
	return readAll(db.reads(ctx), func(r scanner) (step string, err error) {
		var id, parent, unused int
		err = r.Scan(&id, &parent, &unused, &step)
		return step, err
	}, "EXPLAIN QUERY PLAN "+query, args...)
}

// explainWalk is Explain of a first page, of a last one, and of one between two places.
func explainWalk[T any](ctx context.Context, db *DB, t table[T], q walk) (plan []string, err error) {
	between := stretch{limit: 51, back: true, after: &hub.Place{Key: 1 << 62}, before: &hub.Place{Key: 1}}
	for _, s := range []stretch{{limit: 51}, {limit: 51, back: true}, between} {
		query, args := q.statement(t.columns, t.name, byKey("key"), s)
		steps, err := db.Explain(ctx, query, args...)
		if err != nil {
			return nil, err
		}
		plan = append(plan, steps...)
	}
	return plan, nil
}

// ExplainGroups is Explain of a page of groups.
func (db *DB) ExplainGroups(ctx context.Context, p hub.Page) ([]string, error) {
	return explainPage(ctx, db, groups, walk{}, p)
}

func explainPage[T any](ctx context.Context, db *DB, t table[T], q walk, p hub.Page) ([]string, error) {
	o, err := t.order(p.Order)
	if err != nil {
		return nil, err
	}
	s, err := o.stretch(p)
	if err != nil {
		return nil, err
	}
	query, args := q.statement(t.columns, t.name, o.sortedBy, s)
	return db.Explain(ctx, query, args...)
}

// ExplainExecutions is Explain of a list of executions.
func (db *DB) ExplainExecutions(ctx context.Context, f hub.ExecutionFilter) ([]string, error) {
	return explainWalk(ctx, db, executions, executionWalk(f))
}

// ExplainAudit is Explain of the audit log.
func (db *DB) ExplainAudit(ctx context.Context, f hub.AuditFilter) ([]string, error) {
	return explainWalk(ctx, db, audit, auditWalk(f))
}

// FlushAudit writes what the audit log counted and has not written yet.
func (db *DB) FlushAudit() error { return db.flushAudit() }

// ExplainDeliveries is Explain of a list of deliveries.
func (db *DB) ExplainDeliveries(ctx context.Context, f hub.DeliveryFilter) ([]string, error) {
	return explainWalk(ctx, db, deliveries, deliveryWalk(f))
}

// ExplainSuppressions is Explain of a list of suppressions.
func (db *DB) ExplainSuppressions(ctx context.Context, f hub.SuppressionFilter) ([]string, error) {
	return explainWalk(ctx, db, suppressions, suppressionWalk(f, time.Now()))
}

// ExplainOccurrences is Explain of the list of occurrences as a caller would get it.
func (db *DB) ExplainOccurrences(ctx context.Context, c hub.Caller, f hub.OccurrenceFilter) ([]string, error) {
	types, all, err := db.eventTypes().visible(c, f.Type)
	if err != nil {
		return nil, err
	}
	return explainWalk(ctx, db, occurrences, occurrenceWalk(f, types, all))
}

// ExplainRecords is Explain of the list of records as a caller would get it.
func (db *DB) ExplainRecords(ctx context.Context, c hub.Caller, typ, subject string) ([]string, error) {
	types, all, err := db.recordTypes().visible(c, typ)
	if err != nil {
		return nil, err
	}
	return explainWalk(ctx, db, records, recordWalk(types, all, subject))
}

// ExplainParts is Explain of what reads the parts of many wholes.
func (db *DB) ExplainParts(ctx context.Context) (map[string][]string, error) {
	plans := map[string][]string{}
	for name, query := range map[string]string{"deliveries of executions": deliveriesOf, "attempts of deliveries": attemptsOf, "receipts of deliveries": receiptsOf,
		"timelines of executions": timelines} {
		err := eachIn(make([]int64, 40), func(in string, args []any) (err error) {
			plans[name], err = db.Explain(ctx, fmt.Sprintf(query, in), args...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return plans, nil
}

// WriterQueue is writerQueue for tests.
const WriterQueue = writerQueue

// Sealed reads every sealed value as it is stored.
func (db *DB) Sealed(ctx context.Context) (all [][]byte, err error) {
	for _, c := range sealedColumns {
		values, err := c.read(db.reads(ctx), 0, 1<<30)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			all = append(all, v.sealed)
		}
	}
	return all, nil
}

// SealedColumns names the columns that Reseal seals anew.
func SealedColumns() (names []string) {
	for _, c := range sealedColumns {
		names = append(names, c.table+"."+c.column)
	}
	return names
}

// ExplainOptions is Explain of a page of what pickers list.
func (db *DB) ExplainOptions(ctx context.Context, types []string, search string, p hub.Page) ([]string, error) {
	q, err := optionsWalk(types, search)
	if err != nil {
		return nil, err
	}
	p.Order = hub.Order{Field: hub.ByName, Direction: hub.Ascending}
	return explainPage(ctx, db, folded, q, p)
}

// ReadMatches reads matches from the text of their column.
func ReadMatches(text string) (list []hub.Match, err error) {
	err = matchesColumn{&list}.Scan(text)
	return list, err
}

// Script runs several statements without arguments inside the transaction.
func (tx *Tx) Script(text string) error { tx.c.ran++; return tx.c.script(text) }

// ActivityStatement reads the activity of a range.
var ActivityStatement = activityRead

// QueueStatements are what the queue asks.
func QueueStatements() map[string]string {
	return map[string]string{"how many are open": "SELECT count(*) FROM executions WHERE closed_at IS NULL AND state = 'QUEUED'", "the oldest": oldestOpen,
		"waiting executions": countWaiting("executions"), "waiting deliveries": countWaiting("deliveries")}
}

// ExplainFailures is Explain of the view of what failed.
func (db *DB) ExplainFailures(ctx context.Context, f hub.DeliveryFilter) ([]string, error) {
	query, args := failuresQuery(f, hub.MaxFailures)
	return db.Explain(ctx, query, args...)
}

// Columns names the columns of a table.
func (db *DB) Columns(ctx context.Context, table string) ([]string, error) {
	return readAll(db.reads(ctx), func(r scanner) (name string, err error) {
		err = r.Scan(&name)
		return name, err
	}, "SELECT name FROM pragma_table_info(?)", table)
}

// PruneQueries are what pruning asks over tables that hold years.
func PruneQueries() map[string]string {
	return map[string]string{
		"executions of a flow":     findOfFlow,
		"executions of all others": findOthers,
		"occurrences":              findOccurrences,
		"lines of the journal":     findLines,
		"states of records":        findRecordVersions,
		"the audit log":            findAudit,
		"receipts":                 findReceipts,
		"callbacks":                findCallbacks,
		"an execution":             endedQuery,
	}
}

// ExplainConfigured is Explain of a page of each list of what people set up that has the order.
func (db *DB) ExplainConfigured(ctx context.Context, p hub.Page) (map[string][]string, error) {
	plans := map[string][]string{}
	add := func(name string) func([]string, error) error {
		return func(plan []string, err error) error {
			if hub.CodeOf(err) == hub.CodeInvalid { // an order that this list does not have
				return nil
			}
			plans[name] = plan
			return err
		}
	}
	return plans, errors.Join(
		add("groups")(explainPage(ctx, db, groups, walk{}, p)), add("consumers")(explainPage(ctx, db, consumers, walk{}, p)),
		add("integrations")(explainPage(ctx, db, integrations, walk{}, p)), add("flows")(explainPage(ctx, db, flows, walk{}, p)),
		add("events")(explainPage(ctx, db, events, walk{}, p)))
}

// ExplainRecordsBy is Explain of a page of records as a caller would get it.
func (db *DB) ExplainRecordsBy(ctx context.Context, c hub.Caller, typ string, p hub.Page) ([]string, error) {
	types, _, err := db.recordTypes().visible(c, typ)
	if err != nil {
		return nil, err
	}
	return explainPage(ctx, db, records, recordWalk(types, false, ""), p)
}

// ExplainCounts is Explain of what counts lists.
func (db *DB) ExplainCounts(ctx context.Context, c hub.Caller) (map[string][]string, error) {
	types, all, err := db.recordTypes().visible(c, "")
	if err != nil {
		return nil, err
	}
	plans := map[string][]string{}
	for name, q := range map[string]struct {
		table string
		walk  walk
	}{
		"all executions":           {"executions", executionWalk(hub.ExecutionFilter{})},
		"executions of a flow":     {"executions", executionWalk(hub.ExecutionFilter{FlowKey: 1, Outcomes: []hub.ExecutionOutcome{hub.Succeeded}})},
		"open executions":          {"executions", executionWalk(hub.ExecutionFilter{States: []hub.ExecutionState{hub.Queued, hub.Running}, Since: time.Now()})},
		"executions by occurrence": {"executions", executionWalk(hub.ExecutionFilter{OccurrenceKey: 1})},
		"records":                  {"records", recordWalk(types, all, "")},
		"records of a subject":     {"records", recordWalk(types, all, "WO-1")},
		"failed deliveries":        {"deliveries", deliveryWalk(hub.DeliveryFilter{States: []hub.DeliveryState{hub.DeliveryFailed, hub.Suppressed}})},
	} {
		query, args := q.walk.tally(q.table, hub.MaxCounted)
		if plans[name], err = db.Explain(ctx, query, args...); err != nil {
			return nil, err
		}
	}
	return plans, nil
}

// ExplainNests is Explain of pages of each list inside of many things, and of its count.
func (db *DB) ExplainNests(ctx context.Context) (map[string][]string, error) {
	plans := map[string][]string{}
	yes := true
	c, err := consumers.nested("group_key", hub.Order{})
	errs := errors.Join(err, explainNest(ctx, db, plans, "consumers", c))
	for _, by := range []hub.OrderField{hub.ByCreatedAt, hub.ByUpdatedAt} {
		s, err := suppressions.nested("integration", hub.Order{Field: by})
		s.rest.active(&yes, time.Now())
		errs = errors.Join(errs, err, explainNest(ctx, db, plans, "suppressions by "+string(by), s))
	}
	return plans, errors.Join(errs, explainNest(ctx, db, plans, "versions of flows", flowHistories), explainNest(ctx, db, plans, "states of records", recordHistories),
		explainNest(ctx, db, plans, "replays", replaysOf), explainNest(ctx, db, plans, "collected occurrences", collectedIn))
}

func explainNest[R any](ctx context.Context, db *DB, plans map[string][]string, name string, n nest[R]) error {
	var errs error
	explain := func(what, query string, args []any) {
		steps, err := db.Explain(ctx, query, args...)
		plans[what], errs = steps, errors.Join(errs, err)
	}
	at := &hub.Place{Text: "7", Key: 7}
	for what, s := range map[string]stretch{"the first": {limit: 51}, "the last": {limit: 51, back: true}, "the first of a part": {limit: 51, after: at, before: at},
		"the last of a part": {limit: 51, back: true, after: at, before: at}} {
		query, args := n.statement([]travel{{1, s}, {2, s}}, 8)
		explain(what+" "+name, query, args)
	}
	query, args := n.tally([]int64{1, 2}, 8, hub.MaxCounted)
	explain("the number of "+name, query, args)
	return errs
}
