package engine_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// BenchmarkPruning has a hub prune the older half of a history while events are published, and reports what publishing costs with
// and without it, in turns of a second in the same run: one event after the other, and eight side by side. RECADO_PRUNE says how many
// executions there are; 20,000 if it does not.
func BenchmarkPruning(b *testing.B) {
	n := 20_000
	if s := os.Getenv("RECADO_PRUNE"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	h := hubtest.Engine(b, hubtest.EngineOptions{})
	a := h.Assignment(b, nil)
	start := time.Now()
	seedHistory(b, h, a.Flow, n, 800*24*time.Hour)
	b.Logf("%d executions seeded in %v; %s", n, time.Since(start).Round(time.Second), room(b, h))
	never := time.Duration(0)
	if _, err := h.DB.RetentionUpdate(b.Context(), h.Admin, hub.RetentionInput{Payloads: &never}); err != nil {
		b.Fatal(err)
	}
	p := &pruner{h: h, wal: filepath.Join(h.Dir, sqlite.File+"-wal")}
	for b.Loop() {
		for _, publishers := range []int{1, 8} {
			p.compare(b, publishers)
		}
		p.alone(b)
	}
	b.Logf("afterwards: %s", room(b, h))
	before := size(b, h)
	seedHistory(b, h, a.Flow, n/4, 24*time.Hour)
	b.Logf("and with a quarter as many new ones: %s, %+.1f%%", room(b, h), 100*(float64(size(b, h))/float64(before)-1))
}

// pruner prunes by turns.
type pruner struct {
	h       *hubtest.Hub
	wal     string
	walMost int64
	done    bool
}

// turn lets the hub prune for a while, unless there is nothing left.
func (p *pruner) turn(b *testing.B, d time.Duration) {
	ctx, cancel := context.WithTimeout(b.Context(), d)
	defer cancel()
	whole, err := p.h.Engine.PruneRound(ctx, time.Now())
	if err != nil && ctx.Err() == nil {
		b.Error(err)
	}
	p.done = p.done || whole
	<-ctx.Done()
	if f, err := os.Stat(p.wal); err == nil {
		p.walMost = max(p.walMost, f.Size())
	}
}

func executions(b *testing.B, h *hubtest.Hub) (n int) {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(h.Dir, sqlite.File)+"?_pragma=busy_timeout(10000)")
	if err == nil {
		err = errors.Join(db.QueryRowContext(b.Context(), "SELECT count(*) FROM executions WHERE created_at < ?", time.Now().Add(-12*time.Hour).UnixMilli()).Scan(&n), db.Close())
	}
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func (p *pruner) compare(b *testing.B, publishers int) {
	var with, without []time.Duration
	before, turns := executions(b, p.h), 0
	for ; turns < 20 && !p.done; turns++ {
		without = append(without, publishing(b, p.h, publishers, func() { time.Sleep(time.Second) })...)
		with = append(with, publishing(b, p.h, publishers, func() { p.turn(b, time.Second) })...)
	}
	gone := before - executions(b, p.h)
	b.Logf("%d publishing at a time: %d/s, p50 %v, p99 %v; beside pruning of %d executions/s: %d/s, p50 %v, p99 %v; the WAL had %d MiB at most", publishers,
		len(without)/max(turns, 1), at(without, 50), at(without, 99), gone/max(turns, 1), len(with)/max(turns, 1), at(with, 50), at(with, 99), p.walMost>>20)
}

// alone lets the hub prune until there is nothing left, and nobody else do anything.
func (p *pruner) alone(b *testing.B) {
	before, turns := executions(b, p.h), 0
	for ; !p.done && turns < 900; turns++ {
		p.turn(b, time.Second)
	}
	gone := before - executions(b, p.h)
	b.Logf("pruning alone: %d executions/s; the WAL had %d MiB at most", gone/max(turns, 1), p.walMost>>20)
}

// publishing publishes from so many sides while fn runs, and says how long each took.
func publishing(b *testing.B, h *hubtest.Hub, publishers int, fn func()) (took []time.Duration) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for i := range publishers {
		wg.Go(func() {
			for j := 0; ; j++ {
				select {
				case <-stop:
					return
				default:
				}
				began := time.Now()
				h.Publish(b, forJonas(fmt.Sprintf("OT-%d-%d-%d", began.UnixNano(), i, j)))
				mu.Lock()
				took = append(took, time.Since(began))
				mu.Unlock()
			}
		})
	}
	fn()
	close(stop)
	wg.Wait()
	return took
}

func at(took []time.Duration, percent int) time.Duration {
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return took[min(len(took)*percent/100, len(took)-1)].Round(10 * time.Microsecond)
}

func size(b *testing.B, h *hubtest.Hub) int64 {
	b.Helper()
	f, err := os.Stat(filepath.Join(h.Dir, sqlite.File))
	if err != nil {
		b.Fatal(err)
	}
	return f.Size()
}

func room(b *testing.B, h *hubtest.Hub) string {
	return fmt.Sprintf("the database has %d MiB", size(b, h)>>20)
}

// seedHistory stores executions with all that belongs to them, as many for every stretch of a span that ends now.
func seedHistory(b *testing.B, h *hubtest.Hub, f *hub.Flow, n int, span time.Duration) {
	b.Helper()
	begin, step := time.Now().Add(-span), span/time.Duration(n)
	text := strings.Repeat("Trocar o selo da bomba. ", 40)
	for i := 0; i < n; {
		first := i
		err := h.DB.Write(b.Context(), func(tx *sqlite.Tx) error {
			for i = first; i < min(first+500, n); i++ {
				if err := seedOne(tx, h, f, begin.Add(time.Duration(i)*step), text, i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func seedOne(tx *sqlite.Tx, h *hubtest.Hub, f *hub.Flow, at time.Time, text string, i int) error {
	at = at.UTC().Truncate(time.Millisecond)
	key := hub.KeyAt(at) + int64(i%20_000)*3
	o := &hub.Occurrence{Key: key, ConsumerKey: h.Admin.Consumer.Key, Source: "/seed", Name: fmt.Sprint(tx.Now().UnixNano(), "-", i), Type: hubtest.NewWorkOrder,
		Subject: fmt.Sprint("WO-", i), Time: at, ReceivedAt: at, Hash: make([]byte, 32)}
	if _, err := tx.OccurrenceInsert(o, `[{"type":"work_order_task","key":"1","data":{"description":"`+text+`"}}]`); err != nil {
		return err
	}
	e := &hub.Execution{Key: key + 1, FlowKey: f.Key, FlowVersion: f.Version, Trigger: hub.StartedByEvent, EventKey: 1, OccurrenceKey: o.Key, Subject: o.Subject, Claim: 1,
		Rows: []string{"1"}, State: hub.Closed, Outcome: hub.Succeeded, ClosedAt: &at, CreatedAt: at, UpdatedAt: at, StartedAt: &at}
	if err := tx.ExecutionInsert(e); err != nil {
		return err
	}
	d := &hub.Delivery{Key: key + 2, ExecutionKey: e.Key, FlowKey: f.Key, FlowVersion: f.Version, IntegrationKey: 1, Record: "1", Action: "wo_assignment_pt_BR",
		Recipient: fmt.Sprintf("+55119%08d", i%5000), Values: []string{"Jonas Campos", "OT-1496", text[:60]}, State: hub.Read, Attempts: 1, Tries: 1,
		ProviderID: fmt.Sprint("wamid.", tx.Now().UnixNano(), "-", i), CreatedAt: at, UpdatedAt: at}
	if err := tx.DeliveryInsert(d); err != nil {
		return err
	}
	if err := tx.AttemptInsert(hub.Attempt{DeliveryKey: d.Key, Number: 1, Counted: true, StartedAt: at, FinishedAt: at, Kind: hub.OutcomeAccepted, Scope: hub.ScopeDelivery, ProviderID: d.ProviderID}); err != nil {
		return err
	}
	for _, s := range []hub.ReceiptStatus{hub.ReceiptSent, hub.ReceiptDelivered, hub.ReceiptRead} {
		if _, err := tx.ReceiptInsert(1, hub.Receipt{DeliveryKey: d.Key, ProviderID: d.ProviderID, Status: s, At: at, ReceivedAt: at}); err != nil {
			return err
		}
	}
	tx.Change(hub.Change{Subject: hub.SubjectOccurrence, Key: o.Key, To: "RECEIVED", Cause: hub.Reason{Code: hub.ReasonPublished}})
	for _, s := range []string{"PENDING", "SENDING", "ACCEPTED", "SENT", "DELIVERED", "READ"} {
		tx.Change(hub.Change{Subject: hub.SubjectDelivery, Key: d.Key, Root: e.Key, To: s, Cause: hub.Reason{Code: hub.ReasonReceipt}})
	}
	return nil
}
