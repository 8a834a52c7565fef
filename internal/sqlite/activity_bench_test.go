package sqlite_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// million is how many executions stand in the table that is counted.
const million = 1_000_000

// fill puts executions with a delivery each into the store, so many of which wait; the rest is closed.
func fill(b *testing.B, db *sqlite.DB, all, waiting int) {
	f := must(db.FlowCreate(b.Context(), hubtest.Admin(b, db), flow("filled", 0, 0)))(b)
	base := hub.NewKey(time.Now())
	numbers := fmt.Sprintf("WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d - 1) ", all)
	why := "CASE i % 5 WHEN 0 THEN 'RETRY' WHEN 1 THEN 'PACED' WHEN 2 THEN 'CONNECTOR_DOWN' WHEN 3 THEN 'BACKPRESSURE' ELSE 'FLOW_PAUSED' END"
	open := fmt.Sprintf("i < %d", waiting)
	write(b, db, func(tx *sqlite.Tx) error {
		err := tx.Exec(numbers+`INSERT INTO executions (key, flow, flow_version, event, occurrence, subject, state, outcome, waiting_for, rows, claim, due_at, created_at, closed_at, updated_at)
			SELECT ? + i, ?, 1, 0, 0, 'OT-' || i, iif(`+open+`, 'WAITING', 'CLOSED'), iif(`+open+`, NULL, 'SUCCEEDED'), iif(`+open+`, `+why+`, NULL), '[]', 1,
			iif(`+open+`, 2000000000000 + i, NULL), 1800000000000 + i, iif(`+open+`, NULL, 1800000000000 + i), 0 FROM n`, base, f.Key)
		if err != nil {
			return err
		}
		return tx.Exec(numbers+`INSERT INTO deliveries (key, execution, flow, flow_version, integration, target, record, action, recipient, "values", state, attempts, tries, due_at,
			waiting_for, flagged, created_at, updated_at) SELECT ?1 + i, ?1 + i, ?2, 1, 1, 0, 'r', 'a', '+55', '[]', iif(`+open+`, 'PENDING', 'READ'), 0, 0,
			iif(`+open+`, 2000000000000 + i, NULL), iif(`+open+`, `+why+`, NULL), 0, 0, 0 FROM n`, base, f.Key)
	})
}

// BenchmarkQueue measures what the screen Event queue and a scrape cost beside a million executions: when few of them wait, and
// when all do.
func BenchmarkQueue(b *testing.B) {
	for _, waiting := range []int{1000, million} {
		b.Run(fmt.Sprintf("%d wait", waiting), func(b *testing.B) {
			db := hubtest.DB(b)
			fill(b, db, million, waiting)
			for b.Loop() {
				if q := must(db.QueueForHub(b.Context()))(b); q.Waiting != waiting || len(q.Deliveries) != 5 {
					b.Fatal(q)
				}
			}
		})
	}
}

// BenchmarkActivity measures the series of a dashboard over ten busy years, in which something happened in every minute: the last day
// by the minute, the last month by the hour, and all of it by ten days.
func BenchmarkActivity(b *testing.B) {
	db := hubtest.DB(b)
	admin := hubtest.Admin(b, db)
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	end := begin.AddDate(10, 0, 0)
	write(b, db, func(tx *sqlite.Tx) error {
		for _, span := range []int64{60, 900} {
			numbers := ""
			for range hub.ActivityNumbers {
				numbers += ", i % 100"
			}
			rows := int64(end.Sub(begin)/time.Second) / span
			if err := tx.Exec("WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?3 - 1) INSERT INTO activity SELECT ?1, ?2 + i * ?1 * 1000"+numbers+" FROM n",
				span, begin.UnixMilli(), rows); err != nil {
				return err
			}
		}
		return nil
	})
	day := 24 * time.Hour
	for name, r := range map[string]hub.ActivityRange{
		"16 hours by the minute":  {From: end.Add(-16 * time.Hour), To: end, Bucket: time.Minute},
		"10 days by the quarter":  {From: end.Add(-10 * day), To: end, Bucket: 15 * time.Minute},
		"a month by the hour":     {From: end.Add(-30 * day), To: end, Bucket: time.Hour},
		"ten years by ten days":   {From: begin, To: end, Bucket: 10 * day},
		"a week by seven minutes": {From: end.Add(-4 * day), To: end, Bucket: 7 * time.Minute},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				must(db.Activity(b.Context(), admin, r))(b)
			}
		})
	}
}
