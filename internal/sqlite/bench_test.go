package sqlite_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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

// BenchmarkNoteDenial measures what a token or a denial pays for being in the audit log: the same again and again, and from as
// many addresses as there can be.
func BenchmarkNoteDenial(b *testing.B) {
	for _, addresses := range []int{1, 100_000} {
		b.Run(fmt.Sprintf("%d addresses", addresses), func(b *testing.B) {
			db := hubtest.DB(b)
			vias := make([]hub.Via, addresses)
			for i := range vias {
				vias[i] = hub.ViaOf(hub.DoorOAuth, fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&255, i&255), "request")
			}
			now := time.Now()
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				db.NoteDenial(hub.Denial{Kind: hub.AuditTokenRefused, ConsumerKey: 7, Reason: "invalid_client", Via: vias[i%addresses]}, now)
			}
		})
	}
}

// BenchmarkAudited measures a change of configuration with its entry in the audit log, which is mostly the wait for the disk, and
// what of it an entry costs: many in one transaction share that wait.
func BenchmarkAudited(b *testing.B) {
	db := hubtest.DB(b)
	admin := hubtest.Admin(b, db)
	e := must(db.EventCreate(b.Context(), admin, event("e")))(b)
	b.Run("an event enabled or disabled", func(b *testing.B) {
		for on := false; b.Loop(); {
			on = !on
			must(db.EventSetEnabled(b.Context(), admin, e.Key, 0, on, nil))(b)
		}
	})
	b.Run("an entry of many", func(b *testing.B) {
		changed := *e
		changed.Enabled = true
		for left := b.N; left > 0; left -= 1000 {
			write(b, db, func(tx *sqlite.Tx) error {
				for range min(left, 1000) {
					entry := hub.AuditEntry{Kind: hub.AuditEnabled, Subject: hub.AuditEvent, SubjectKey: e.Key, SubjectName: e.Description,
						Changes: hub.AuditChanges(e.Audited(), changed.Audited())}
					if err := tx.Audit(admin, entry); err != nil {
						return err
					}
				}
				return nil
			})
		}
	})
}
