package sqlite_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestThePagesOfManyThingsAreThoseOfEach(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	var keys []int64
	for n := range 4 { // a group with none, with one, two and three consumers
		group := must(db.GroupCreate(ctx, admin, hub.GroupInput{Description: new(fmt.Sprint("Group ", n))}))(t)
		keys = append(keys, group.Key)
		for i := range n {
			must(db.ConsumerCreate(ctx, admin, hub.ConsumerInput{Name: new(fmt.Sprint(n, i)), GroupKey: &group.Key}))(t)
		}
	}
	for _, first := range []int{1, 2, 3, 50} {
		pages := must(db.ConsumersOfGroups(ctx, admin, keys, hub.Page{First: first}))(t)
		for n, key := range keys {
			same := func(got hub.List[*hub.Consumer], p hub.Page) {
				t.Helper()
				want := must(db.Consumers(ctx, admin, hub.ListFilter{GroupKey: key}, p))(t)
				if !slices.EqualFunc(got.Items, want.Items, func(a, b *hub.Consumer) bool { return a.Key == b.Key }) || got.HasNext != want.HasNext || must(got.Total())(t) != n {
					t.Errorf("first %d of group %d: got %d (more: %v), want %d (more: %v)", first, n, len(got.Items), got.HasNext, len(want.Items), want.HasNext)
				}
			}
			same(pages[key], hub.Page{First: first})
			if items := pages[key].Items; len(items) > 0 {
				p := hub.Page{First: first, After: hub.Cursor(items[len(items)-1].Key)}
				same(must(db.ConsumersOfGroups(ctx, admin, keys, p))(t)[key], p)
			}
		}
	}
	// Who may not see groups finds the consumers of its own alone.
	own := hubtest.CallerWith(t, db, hubtest.May(hub.RowAPIConnections, hub.See))
	pages := must(db.ConsumersOfGroups(ctx, own, append(keys, own.Group.Key), hub.Page{}))(t)
	if len(pages[own.Group.Key].Items) != 1 || len(pages[keys[3]].Items) != 0 || pages[keys[3]].Total != nil {
		t.Errorf("it finds %+v", pages)
	}
}

func TestAPageInsideOfEachThingReadsNoFurtherThanThePage(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	for name, steps := range must(db.ExplainPages(t.Context()))(t) {
		t.Log(name, strings.Join(steps, " | "))
		if len(steps) == 0 || slices.ContainsFunc(steps, func(step string) bool { return strings.HasPrefix(step, "SCAN ") }) {
			t.Errorf("%s: %s", name, strings.Join(steps, " | "))
		}
	}
}
