package hub

import "time"

// Queue is what waits: the numbers of the screen Event queue.
type Queue struct {
	Paused     *Pause // nothing of it is taken up; nil: it is not paused
	Queued     int
	Running    int
	Waiting    int
	OldestAt   *time.Time     // creation of the oldest execution that is not closed
	WaitingFor []WaitingCount // why the waiting ones wait
}

// WaitingCount is how many executions wait for one reason, and until when the first of them does: when it goes on by
// itself or, if it waits for somebody to mend something, when it is given up.
type WaitingCount struct {
	Reason ReasonCode
	Count  int
	Until  *time.Time
}
