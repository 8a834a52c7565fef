//go:build unix

package sqlite_test

import (
	"flag"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

var floorHistory = flag.Int("history", 20_000, "how many events BenchmarkFloorOfLongHistory has behind it")

// BenchmarkFloorOfLongHistory measures the same rows in a database that has a history and in one that has none, by turns of a thousand events: what
// the ids' indexes, into which every event goes at a place of its own, cost when they are long. The ratios are those of the rates and, which a
// busy disk does not touch, of the events that a second of CPU writes.
func BenchmarkFloorOfLongHistory(b *testing.B) {
	for _, c := range []struct {
		name string
		drop []string
	}{{"all indexes", nil}, {"none of providers' ids", []string{"deliveries_provider"}}} {
		b.Run(c.name, func(b *testing.B) {
			var took, worked [2]time.Duration // with none, with a history
			var dbs [2]*sqlite.DB
			var flows [2]*hub.Flow
			for i := range dbs {
				dbs[i] = hubtest.DB(b)
				flows[i] = seed(b, dbs[i], history{flows: 1, perFlow: 1, delivery: hub.Sent}).flows[0]
				for _, index := range c.drop {
					write(b, dbs[i], func(tx *sqlite.Tx) error { return tx.Exec("DROP INDEX " + index) })
				}
			}
			for i := 0; i < *floorHistory; i += 20 {
				whole20(b, dbs[1], flows[1], i)
			}
			b.ResetTimer()
			for begun := 0; begun < b.N; begun += 1000 {
				for i, db := range dbs {
					began, busy := time.Now(), hubtest.CPU(b)
					for j := begun; j < begun+1000; j += 20 {
						whole20(b, db, flows[i], *floorHistory+j)
					}
					took[i] += time.Since(began)
					worked[i] += hubtest.CPU(b) - busy
				}
			}
			b.ReportMetric(took[0].Seconds()/took[1].Seconds(), "ratio")
			b.ReportMetric(worked[0].Seconds()/worked[1].Seconds(), "cpu-ratio")
			b.ReportMetric(float64(worked[0].Microseconds())/float64(b.N), "none-cpu-µs")
			b.ReportMetric(float64(worked[1].Microseconds())/float64(b.N), "history-cpu-µs")
		})
	}
}
