package sqlite_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// BenchmarkGroupCommit measures how many occurrences, each with its execution, delivery, attempt, receipt and journal, so
// many callers get stored durably in a second.
func BenchmarkGroupCommit(b *testing.B) {
	for _, writers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("%d writers", writers), func(b *testing.B) {
			db := hubtest.DB(b)
			h := seed(b, db, history{flows: 1, perFlow: 1, delivery: hub.Sent})
			var next atomic.Int64
			next.Store(1)
			b.ResetTimer()
			var wg sync.WaitGroup
			for range writers {
				wg.Go(func() {
					for {
						i := next.Add(1)
						if i > int64(b.N)+1 {
							return
						}
						if err := db.Write(b.Context(), func(tx *sqlite.Tx) error {
							o := occurrence(tx, 1, int(i))
							e := execution(tx, h.flows[0], o, hub.Sent)
							return store(tx, o, e, delivery(tx, e, 0, hub.Sent))
						}); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// BenchmarkCaller measures what every call of the API pays to know who asks.
func BenchmarkCaller(b *testing.B) {
	db := hubtest.DB(b)
	admin := hubtest.Admin(b, db)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := db.Caller(b.Context(), admin.Consumer.Key, "en"); err != nil {
			b.Fatal(err)
		}
	}
}
