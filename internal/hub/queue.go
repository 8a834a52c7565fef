package hub

import "time"

// Queue is what waits: the numbers of the screen Event queue.
type Queue struct {
	Paused     *Pause // nothing of it is taken up; nil: it is not paused
	Queued     int
	Running    int
	Waiting    int
	OldestAt   *time.Time          // creation of the oldest execution that is not closed
	WaitingFor []WaitingCount      // why the waiting executions wait, most frequent first
	Deliveries []WaitingDeliveries // why deliveries are held back, most frequent first
	At         time.Time           // when it was looked at
	Throughput Activity            // what happened in the last minute, or since the start of the hub if that is less
}

// Depth is how many executions are not closed.
func (q *Queue) Depth() int { return q.Queued + q.Running + q.Waiting }

// OldestAge is how old the oldest execution is that is not closed; nil if there is none.
func (q *Queue) OldestAge() *time.Duration {
	if q.OldestAt == nil {
		return nil
	}
	age := max(q.At.Sub(*q.OldestAt), 0)
	return &age
}

// WaitingCount is how many executions wait for one reason, and until when the first of them does: when it goes on by
// itself or, if it waits for somebody to mend something, when it is given up.
type WaitingCount struct {
	Reason ReasonCode
	Count  int
	Until  *time.Time
}

// WaitingDeliveries is how many deliveries are held back for one reason, and until when the first of them is, as in a WaitingCount.
type WaitingDeliveries struct {
	Reason ReasonCode
	Count  int
	Until  *time.Time
}
