package sqlite

import (
	"context"
	"slices"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// A page inside of each thing of a page: the pages of all things are read in one statement. It goes from thing to thing, and of each along an
// index no further than its page, however much there is of one.

// within asks for what belongs to many things.
type within struct {
	columns string // of the table, with commas between
	table   string
	owner   string // the column that says to which thing a row belongs
	order   string // the column by which a page falls
	things  string // their table, whose key that column has
	rest    terms  // narrows all pages; its columns need no table before them
}

// statement writes the question; in is the list of the things' keys, whose arguments come first.
func (w within) statement(in string) string {
	inner := terms{slices.Clone(w.rest.text), nil}
	inner.and("i." + w.owner + " = o.thing")
	inner.and("i." + w.order + " < ?")
	return "SELECT " + w.columns + " FROM (SELECT key AS thing FROM " + w.things + " WHERE key IN " + in + ") o JOIN " + w.table + " ON " + w.owner + " = thing AND " + w.order +
		" IN (SELECT i." + w.order + " FROM " + w.table + " i" + inner.String() + " ORDER BY i." + w.order + " DESC LIMIT ?) ORDER BY " + w.order + " DESC"
}

// What belongs to things, of which a page can be asked inside of each.
var (
	consumersWithin    = within{columns: consumers.columns, table: consumers.name, owner: "group_key", order: "key", things: groups.name}
	versionsWithin     = within{columns: flowVersionColumns, table: "flow_versions", owner: "flow", order: "version", things: flows.name}
	suppressionsWithin = within{columns: suppressions.columns, table: suppressions.name, owner: "integration", order: "key", things: integrations.name}
	replaysWithin      = within{columns: "execution, original", table: "replays", owner: "original", order: "execution", things: executions.name}
)

// pagesOf reads the same page of each of many things. A thing of which nothing was found is not in the answer.
func pagesOf[T any](r reader, w within, keys []int64, p hub.Page, scan func(scanner) (T, error), of func(T) int64) (map[int64]hub.List[T], error) {
	limit, below, err := newestFirst(p)
	if err != nil {
		return nil, err
	}
	lists := make(map[int64][]T, len(keys))
	err = eachIn(keys, func(in string, args []any) error {
		list, err := readAll(r, scan, w.statement(in), slices.Concat(args, w.rest.args, []any{below, limit + 1})...)
		for _, v := range list {
			lists[of(v)] = append(lists[of(v)], v)
		}
		return err
	})
	pages := make(map[int64]hub.List[T], len(lists))
	for key, list := range lists {
		pages[key] = cutOff(list, limit)
	}
	return pages, err
}

// ConsumersOfGroups is [DB.Consumers] for many groups: the same page of those of each, newest first. It needs SEE on
// settings/api_connections; of other groups than the caller's own it finds none without SEE on settings/user_accounts.
func (db *DB) ConsumersOfGroups(ctx context.Context, c hub.Caller, groupKeys []int64, p hub.Page) (map[int64]hub.List[*hub.Consumer], error) {
	if err := c.Need(hub.RowAPIConnections, hub.See); err != nil {
		return nil, err
	}
	if !c.May(hub.RowUserAccounts, hub.See) {
		groupKeys = only(groupKeys, c.Group.Key)
	}
	pages, err := pagesOf(db.reads(ctx), consumersWithin, groupKeys, p, consumers.scan, func(v *hub.Consumer) int64 { return v.GroupKey })
	return counted(ctx, db, pages, groupKeys, "SELECT count(*) FROM consumers WHERE group_key = ?"), err
}

// FlowHistories lists the versions of many flows: the same page of those of each, newest first; the cursor of one is its number. It needs SEE on automator/fracttal_hub.
func (db *DB) FlowHistories(ctx context.Context, c hub.Caller, flowKeys []int64, p hub.Page) (map[int64]hub.List[*hub.FlowVersion], error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	pages, err := pagesOf(db.reads(ctx), versionsWithin, flowKeys, p, scanFlowVersion, func(v *hub.FlowVersion) int64 { return v.FlowKey })
	return counted(ctx, db, pages, flowKeys, "SELECT count(*) FROM flow_versions WHERE flow = ?"), err
}

// SuppressionsOf is [DB.Suppressions] for many integrations: the same page of those of each; active narrows it if it is given. It needs SEE on
// automator/fracttal_hub, and finds none without SEE on settings/api_connections.
func (db *DB) SuppressionsOf(ctx context.Context, c hub.Caller, integrationKeys []int64, active *bool, p hub.Page) (map[int64]hub.List[*hub.Suppression], error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil || !c.May(hub.RowAPIConnections, hub.See) {
		return nil, err
	}
	w := suppressionsWithin
	if active != nil {
		w.rest.and("(until IS NULL OR until > ?) = ?", ms(time.Now()), *active)
	}
	pages, err := pagesOf(db.reads(ctx), w, integrationKeys, p, suppressions.scan, func(v *hub.Suppression) int64 { return v.IntegrationKey })
	if err != nil {
		return nil, err
	}
	var all []*hub.Suppression
	for _, page := range pages {
		all = append(all, page.Items...)
	}
	return pages, db.discloseSuppressions(ctx, c, all)
}

// ReplaysOf lists the replays of many executions: the same page of those of each, newest first. It needs SEE on automator/fracttal_hub.
func (db *DB) ReplaysOf(ctx context.Context, c hub.Caller, originals []int64, p hub.Page) (map[int64]hub.List[*hub.Execution], error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	type replay struct{ execution, original int64 }
	found, err := pagesOf(db.reads(ctx), replaysWithin, originals, p, func(r scanner) (v replay, err error) { err = r.Scan(&v.execution, &v.original); return v, err }, func(v replay) int64 { return v.original })
	if err != nil {
		return nil, err
	}
	var keys []int64
	for _, original := range originals {
		for _, v := range found[original].Items {
			keys = append(keys, v.execution)
		}
	}
	list, err := db.ExecutionsByKey(ctx, c, keys)
	if err != nil {
		return nil, err
	}
	pages := make(map[int64]hub.List[*hub.Execution], len(found))
	for _, original := range originals {
		n := len(found[original].Items)
		pages[original], list = hub.List[*hub.Execution]{Items: list[:n:n], HasNext: found[original].HasNext}, list[n:]
	}
	return pages, nil
}

// counted offers to count the whole list of each thing; query has the thing's key.
func counted[T any](ctx context.Context, db *DB, pages map[int64]hub.List[T], keys []int64, query string) map[int64]hub.List[T] {
	if pages == nil {
		return nil
	}
	for _, key := range keys {
		page := pages[key]
		page.Total = func() (int, error) { return number(db.reads(ctx), query, key) }
		pages[key] = page
	}
	return pages
}

// only is the key alone if it is among the keys.
func only(keys []int64, key int64) []int64 {
	for _, k := range keys {
		if k == key {
			return []int64{key}
		}
	}
	return nil
}
