package engine_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// open is how many executions are not closed.
func open(t testing.TB, h *hubtest.Hub) int {
	t.Helper()
	q, err := h.Engine.Queue(t.Context(), h.Admin)
	if err != nil {
		t.Fatal(err)
	}
	return q.Queued + q.Running + q.Waiting
}

func TestUnderLoadEverythingIsAccountedForAndSentOnce(t *testing.T) {
	t.Parallel()
	h := hubtest.Engine(t, hubtest.EngineOptions{})
	h.Assignment(t, nil)
	h.Connector.InFlight(4) // far fewer than there are publishers: most of it goes through the queue
	const publishers, each = 64, 15
	var work sync.WaitGroup
	occurrences := make(chan int64, publishers*each)
	for p := range publishers {
		work.Go(func() {
			for i := range each {
				in := forJonas(fmt.Sprintf("OT-%d", p*each+i))
				out, err := h.Engine.Publish(t.Context(), h.Admin, in)
				if err == nil && i%5 == 0 { // and some repeat themselves
					out, err = h.Engine.Publish(t.Context(), h.Admin, in)
				}
				if err != nil {
					t.Error(err)
					return
				}
				occurrences <- out.Occurrence.Key
			}
		})
	}
	work.Wait()
	close(occurrences)
	h.Until(t, "every execution is closed", func() bool { return open(t, h) == 0 })

	sent := map[int64]int{}
	for _, s := range h.Connector.Sent() {
		sent[s.Key]++
	}
	n := 0
	for key := range occurrences {
		n++
		l, err := h.DB.Executions(t.Context(), h.Admin, hub.ExecutionFilter{OccurrenceKey: key}, hub.Page{})
		if err != nil || len(l.Items) != 1 {
			t.Fatalf("the occurrence %d has %d executions, %v", key, len(l.Items), err)
		}
		exec, d := one(t, h, l.Items[0].Key)
		if exec.Outcome != hub.Succeeded || d.State != hub.Accepted || sent[d.Key] != 1 {
			t.Errorf("the execution is %s %s, its delivery %s and was sent %d times", exec.State, exec.Outcome, d.State, sent[d.Key])
		}
	}
	if n != publishers*each || len(sent) != n {
		t.Errorf("%d occurrences, %d messages, want %d of each", n, len(sent), publishers*each)
	}
	if s := h.Engine.Stats(); s.InFlight != 0 {
		t.Errorf("%d are in flight", s.InFlight)
	}
}

// BenchmarkPublish publishes from 64 goroutines, each occurrence with one task and one person, to a connector that answers at
// once; it counts until the last outcome is committed.
func BenchmarkPublish(b *testing.B) {
	h := hubtest.Engine(b, hubtest.EngineOptions{FeedSize: 1 << 14})
	h.Assignment(b, nil)
	h.Connector.InFlight(1024)
	h.Connector.Forget()
	const publishers = 64
	var next atomic.Int64
	var work sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for range publishers {
		work.Go(func() {
			for {
				i := next.Add(1)
				if i > int64(b.N) {
					return
				}
				if _, err := h.Engine.Publish(context.Background(), h.Admin, forJonas(fmt.Sprintf("OT-%d", i))); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	work.Wait()
	h.Until(b, "every execution is closed", func() bool { return h.Engine.Stats().InFlight == 0 && open(b, h) == 0 })
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
