package hub

import "time"

// Queue is what waits: the numbers of the screen Event queue.
type Queue struct {
	Queued     int
	Running    int
	Waiting    int
	OldestAt   *time.Time     // creation of the oldest execution that is not closed
	WaitingFor []WaitingCount // why the waiting ones wait
}

// WaitingCount is how many executions wait for one reason.
type WaitingCount struct {
	Reason ReasonCode
	Count  int
}
