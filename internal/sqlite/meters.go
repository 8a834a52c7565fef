package sqlite

import (
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/meter"
)

// commitMeters measure the writer.
type commitMeters struct {
	seconds   *meter.Histogram // nanoseconds, of commits that were made
	functions *meter.Histogram // in one commit
	failed    meter.Counter    // commits
}

func newCommitMeters() commitMeters {
	const us, ms, s = time.Microsecond, time.Millisecond, time.Second
	return commitMeters{
		seconds:   meter.NewDurations(500*us, ms, 2500*us, 5*ms, 10*ms, 25*ms, 50*ms, 100*ms, 250*ms, 500*ms, s, 2500*ms, 10*s),
		functions: meter.NewHistogram(1, 2, 4, 8, 16, 32, 64, 128, maxBatch),
	}
}

func (m *commitMeters) observe(took time.Duration, functions int) {
	m.seconds.Observe(int64(took))
	m.functions.Observe(int64(functions))
}

// Meters are what the store counted since it was opened. They say nothing of anybody, so nobody is asked.
type Meters struct {
	CommitTime      meter.Distribution // nanoseconds: of a transaction of the writer, from its beginning until it is durable
	CommitFunctions meter.Distribution // how many callers shared one
	CommitsFailed   int64              // of which nothing was kept
	Waiting         int                // callers that wait for their turn to write, without those in the commit under way
	Activity        hub.Activity       // what was committed
	Reads           int64              // statements beside the transactions of the writer
}

// Meters reads what was counted.
func (db *DB) Meters() Meters {
	m := &db.w.meters
	return Meters{CommitTime: m.seconds.Read(), CommitFunctions: m.functions.Read(), CommitsFailed: m.failed.Value(),
		Waiting: len(db.w.queue), Activity: db.w.lately.total(), Reads: db.read.asked.Value()}
}
