package sqlite_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// Nothing is sorted to answer a page, wherever it begins and whichever way it is read.
func TestEveryOrderOfWhatPeopleSetUpIsReadAlongItsIndex(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	for _, field := range []hub.OrderField{hub.ByName, hub.ByDescription, hub.ByUpdatedAt, hub.ByCreatedAt} {
		for _, way := range []hub.OrderDirection{hub.Ascending, hub.Descending} {
			place := hub.SortedCursor("7", 7)
			if field == hub.ByCreatedAt {
				place = hub.Cursor(7)
			}
			for _, p := range []hub.Page{{}, {Last: 5}, {After: place}, {Before: place}, {After: place, Before: place, Last: 3}} {
				p.Order = hub.Order{Field: field, Direction: way}
				for table, plan := range must(db.ExplainConfigured(t.Context(), p))(t) {
					if len(plan) == 0 || slices.ContainsFunc(plan, func(step string) bool { return strings.HasSuffix(step, "ORDER BY") }) {
						t.Errorf("%s, %+v: %v", table, p, plan)
					}
				}
			}
		}
	}
}

func TestRecordsAreReadByTheirOwnKeysAlongTheirIndex(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	everything, two := hubtest.Admin(t, db), hubtest.CallerWith(t, db, seeWorkOrders, hubtest.May(hub.Row{Module: "warehouses", Submodule: "stock"}, hub.See))
	place := hub.SortedCursor("7", 7)
	for _, c := range []hub.Caller{everything, two} {
		for _, typ := range []string{"", "work_order_task"} {
			for _, p := range []hub.Page{{}, {Last: 5}, {After: place}, {Before: place}, {After: place, Before: place, Last: 3}} {
				p.Order = hub.Order{Field: hub.ByKey, Direction: hub.Ascending}
				answeredByIndex(t, "records", must(db.ExplainRecordsBy(t.Context(), c, typ, p))(t), false)
			}
		}
	}
}
