package sqlite_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// manyOccurrences stores many occurrences of one type and consumer, one each second from a time on.
func manyOccurrences(t *testing.T, db *sqlite.DB, many int, from time.Time) {
	t.Helper()
	write(t, db, func(tx *sqlite.Tx) error {
		return tx.Exec(`WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
			INSERT INTO occurrences (key, consumer, source, name, type, subject, time, received_at, hash, records, matches)
			SELECT (? + 1000 * i) * 2097152, 1, '/test', i, ?, '', ? + 1000 * i, ? + 1000 * i, x'01', '[]', '[]' FROM n`,
			many, from.UnixMilli(), newWorkOrder, from.UnixMilli(), from.UnixMilli())
	})
}

// What is beyond the bound is not looked at: it would be known otherwise that nothing there is meant.
func TestAListIsCountedAsFarAsTheBoundAndNoFurther(t *testing.T) {
	t.Parallel()
	const many = hub.MaxCounted + 2000
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	from := time.Now().UTC().Truncate(time.Second).Add(-many * time.Second)
	manyOccurrences(t, db, many, from)
	for what, c := range map[string]struct {
		filter hub.OccurrenceFilter
		want   hub.Count
	}{
		"all":                                 {hub.OccurrenceFilter{}, hub.Count{N: hub.MaxCounted}},
		"of a type":                           {hub.OccurrenceFilter{Type: newWorkOrder}, hub.Count{N: hub.MaxCounted}},
		"of a type and of a consumer":         {hub.OccurrenceFilter{Type: newWorkOrder, ConsumerKey: 1}, hub.Count{N: hub.MaxCounted}},
		"of a type and of nobody":             {hub.OccurrenceFilter{Type: newWorkOrder, ConsumerKey: 404}, hub.Count{}},
		"of nobody":                           {hub.OccurrenceFilter{ConsumerKey: 404}, hub.Count{Exact: true}},
		"of the first hour":                   {hub.OccurrenceFilter{Until: from.Add(time.Hour)}, hub.Count{N: 3600, Exact: true}},
		"of the first hour, by a type":        {hub.OccurrenceFilter{Type: newWorkOrder, Until: from.Add(time.Hour)}, hub.Count{N: 3600, Exact: true}},
		"of the first hour, of nobody":        {hub.OccurrenceFilter{ConsumerKey: 404, Until: from.Add(time.Hour)}, hub.Count{Exact: true}},
		"of some minutes in the midst of all": {hub.OccurrenceFilter{Since: from.Add(2 * time.Hour), Until: from.Add(2*time.Hour + 5*time.Minute)}, hub.Count{N: 300, Exact: true}},
	} {
		l := must(db.Occurrences(ctx, admin, c.filter, hub.Page{First: 1}))(t)
		if n := must(l.Total())(t); n != c.want {
			t.Errorf("%s: counted %+v, want %+v", what, n, c.want)
		}
	}
}

func TestACountStopsAtItsBoundAndIsNotSorted(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	plans := must(db.ExplainCounts(t.Context(), hubtest.Admin(t, db)))(t)
	for what, plan := range plans {
		if slices.ContainsFunc(plan, func(step string) bool {
			return strings.Contains(step, "TEMP B-TREE") || strings.HasPrefix(step, "MATERIALIZE")
		}) {
			t.Errorf("%s: %v", what, plan)
		}
		if all := what == "all executions"; !all && slices.ContainsFunc(plan, func(step string) bool { return strings.HasPrefix(step, "SCAN executions") }) {
			t.Errorf("%s: %v", what, plan)
		}
	}
	if len(plans) < 4 {
		t.Error("nothing was explained")
	}
}

// A count must not tell what the list leaves out.
func TestWhatIsLeftOutOfAListIsNotCounted(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	ctx := t.Context()
	h := seed(t, db, history{flows: 1, perFlow: 3, delivery: hub.Sent})
	blind := hubtest.CallerWith(t, db, hubtest.May(hub.RowHub, hub.See))
	for what, l := range map[string]func() (hub.Count, error){
		"executions by a subject":   must(db.Executions(ctx, blind, hub.ExecutionFilter{Subject: h.executions[0].Subject}, hub.Page{}))(t).Total,
		"deliveries by a recipient": must(db.Deliveries(ctx, blind, hub.DeliveryFilter{Recipient: h.deliveries[0].Recipient}, hub.Page{}))(t).Total,
		"deliveries by an id":       must(db.Deliveries(ctx, blind, hub.DeliveryFilter{ProviderID: "x"}, hub.Page{}))(t).Total,
		"suppressions":              must(db.Suppressions(ctx, blind, hub.SuppressionFilter{Recipient: "+1"}, hub.Page{}))(t).Total,
	} {
		if l != nil {
			t.Errorf("%s are counted", what)
		}
	}
	if n := must(must(db.Executions(ctx, blind, hub.ExecutionFilter{}, hub.Page{}))(t).Total())(t); n != (hub.Count{N: 3, Exact: true}) {
		t.Errorf("all are counted as %v", n)
	}
}
