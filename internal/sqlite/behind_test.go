package sqlite_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

func TestAListBeforeATimeFindsWhatCameWhileTheClockWasSetBack(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	f := must(db.FlowCreate(ctx, admin, flow("f", 0, 0)))(t)
	now := time.Now().UTC().Truncate(time.Millisecond)
	// The clock stood at now, was set back by six hours, and went on from there: the keys go on from those of now.
	times := []time.Time{now.Add(-7 * time.Hour), now, now.Add(-6 * time.Hour), now.Add(-3 * time.Hour), now.Add(time.Millisecond), now.Add(time.Hour)}
	write(t, db, func(tx *sqlite.Tx) error {
		for i, at := range times {
			key := hub.KeyAt(now) + int64(10*i)
			if at.Before(now.Add(-6*time.Hour)) || at.After(now) {
				key = hub.KeyAt(at)
			}
			o := occurrence(tx, 1, i)
			o.Key, o.ReceivedAt = key, at
			e := execution(tx, f, o, hub.Sent)
			e.Key, e.CreatedAt = key+1, at
			d := delivery(tx, e, 0, hub.Sent)
			d.Key, d.CreatedAt = key+2, at
			if err := store(tx, o, e, d); err != nil {
				return err
			}
		}
		return nil
	})
	for i, until := range []time.Time{now.Add(-6 * time.Hour), now.Add(-5 * time.Hour), now.Add(-time.Hour), now, now.Add(time.Minute), now.Add(2 * time.Hour)} {
		want := 0
		for _, at := range times {
			if at.Before(until) {
				want++
			}
		}
		occurrences := must(db.Occurrences(ctx, admin, hub.OccurrenceFilter{Until: until}, hub.Page{}))(t)
		executions := must(db.Executions(ctx, admin, hub.ExecutionFilter{Until: until, FlowKey: f.Key}, hub.Page{}))(t)
		deliveries := must(db.Deliveries(ctx, admin, hub.DeliveryFilter{Until: until}, hub.Page{}))(t)
		if got := []int{len(occurrences.Items), len(executions.Items), len(deliveries.Items)}; !slices.Equal(got, []int{want, want, want}) {
			t.Errorf("%d: before %s there are %v, want %d", i, until, got, want)
		}
	}
}

func TestHowFarTheClockWasSetBackIsOneStepIntoAnIndex(t *testing.T) {
	t.Parallel()
	if hub.KeyAt(time.UnixMilli(1)) != 2097152 {
		t.Fatal("keys carry their time in another way than the indexes say")
	}
	db := hubtest.DB(t)
	until := time.Now()
	for table, plan := range map[string][]string{
		"executions":  must(db.ExplainExecutions(t.Context(), hub.ExecutionFilter{Until: until}))(t),
		"deliveries":  must(db.ExplainDeliveries(t.Context(), hub.DeliveryFilter{Until: until}))(t),
		"occurrences": must(db.ExplainOccurrences(t.Context(), hubtest.Admin(t, db), hub.OccurrenceFilter{Until: until}))(t),
	} {
		want := fmt.Sprintf("SEARCH %s USING INDEX %s_behind (<expr>>?)", table, table)
		if !slices.ContainsFunc(plan, func(step string) bool {
			return strings.ReplaceAll(step, "COVERING ", "") == want
		}) {
			t.Errorf("%s: %s", table, strings.Join(plan, " | "))
		}
	}
}
