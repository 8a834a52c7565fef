package engine

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// recentAttempts is of how many attempts the times are kept: enough for a 99th percentile, and few enough that it says how it is now.
const recentAttempts = 1024

// recent is how long the last attempts of a connector took. Adding to it takes no lock.
type recent struct {
	n    atomic.Int64
	took [recentAttempts]atomic.Int64
}

func (r *recent) add(took time.Duration) { r.took[(r.n.Add(1)-1)%recentAttempts].Store(int64(took)) }

// read sorts them.
func (r *recent) read() hub.Latency {
	list := make([]time.Duration, min(r.n.Load(), recentAttempts))
	if len(list) == 0 {
		return hub.Latency{}
	}
	for i := range list {
		list[i] = time.Duration(r.took[i].Load())
	}
	slices.Sort(list)
	at := func(percent int) time.Duration { return list[(len(list)*percent+99)/100-1].Round(time.Microsecond) }
	return hub.Latency{Attempts: len(list), P50: at(50), P95: at(95), P99: at(99)}
}
