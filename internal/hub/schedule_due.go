package hub

import (
	"fmt"
	"time"

	"github.com/recado-hub/recado/internal/schedule"
)

// DueRuns is what is to be run of a schedule at a time.
type DueRuns struct {
	Runs   []time.Time // planned times to run, oldest first
	Next   *time.Time  // the planned time after them; nil if there is none
	Missed int         // planned times that were missed
	More   bool        // there were more than Missed says
	From   time.Time   // the first that was missed
	To     time.Time   // the last
	policy MissedRuns
}

// Due says what is to be run at a time, of all planned times from one on. What is not later than OnTime is run; for what was
// missed the policy decides.
func (s *Schedule) Due(plan schedule.Plan, planned, now time.Time) DueRuns {
	d := DueRuns{policy: s.Policy()}
	recent := now.Add(-OnTime)
	t, ok := planned, true
	for ; ok && t.Before(recent) && d.Missed < maxCounted; t, ok = plan.Next(t) {
		if d.Missed == 0 {
			d.From = t
		}
		if d.policy == MissedAll && d.Missed < MaxMissedRuns {
			d.Runs = append(d.Runs, t)
		}
		d.Missed, d.To = d.Missed+1, t
	}
	if ok && t.Before(recent) {
		d.More, d.To = true, plan.Last(t, recent.Add(-1))
		t, ok = plan.Next(d.To)
	}
	if d.policy == MissedOnce && d.Missed > 0 && !(ok && !t.After(now)) {
		d.Runs = append(d.Runs, d.To)
	}
	for ; ok && !t.After(now); t, ok = plan.Next(t) {
		d.Runs = append(d.Runs, t)
	}
	if ok {
		d.Next = &t
	}
	return d
}

// Why is the cause of the execution of one of Runs.
func (d *DueRuns) Why(run time.Time) Reason {
	switch {
	case d.Missed == 0 || d.policy == MissedSkip || d.policy == MissedAll && run.After(d.To):
		return Reason{Code: ReasonScheduled}
	case d.policy == MissedAll:
		return Reason{Code: ReasonMissed, Message: "its time was missed and is made up for"}
	}
	if run.After(d.To) || d.Missed > 1 {
		return Reason{Code: ReasonMissed, Message: fmt.Sprintf("it stands for %s", d.missed())}
	}
	return Reason{Code: ReasonMissed, Message: "its time was missed and is made up for"}
}

// PassedOver says which missed times are not run and why; nil if there are none.
func (d *DueRuns) PassedOver() *Reason {
	const cause = ": the hub was not running, or its clock leapt"
	switch {
	case d.policy == MissedSkip && d.Missed > 0:
		return &Reason{Code: ReasonMissed, Message: d.missed() + ", and none is made up for" + cause,
			NextStep: "run the flow by hand if they matter; with the policy ONCE or ALL they are made up for"}
	case d.policy == MissedOnce && (d.Missed > 1 || d.Missed == 1 && d.Runs[0].After(d.To)):
		return &Reason{Code: ReasonMissed, Message: d.missed() + ", and one run stands for them" + cause}
	case d.policy == MissedAll && d.Missed > MaxMissedRuns:
		return &Reason{Code: ReasonMissed, Message: fmt.Sprintf("%s, and only the first %d are made up for%s", d.missed(), MaxMissedRuns, cause),
			NextStep: "run the flow by hand if the others matter"}
	}
	return nil
}

// missed counts in words: "3 planned runs that were missed, from 2026-11-22T08:00:00Z to …".
func (d *DueRuns) missed() string {
	from, to := d.From.UTC().Format(time.RFC3339), d.To.UTC().Format(time.RFC3339)
	switch {
	case d.More:
		return fmt.Sprintf("more than %d planned runs that were missed, from %s to %s", d.Missed, from, to)
	case d.Missed == 1:
		return "1 planned run that was missed, at " + from
	}
	return fmt.Sprintf("%d planned runs that were missed, from %s to %s", d.Missed, from, to)
}

// Timing is what the hub keeps of a flow that runs by itself.
type Timing struct {
	FlowKey int64
	Next    *time.Time // when it runs next; nil if it is not time again
	Note    *Reason    // which planned times were passed over last, and why; nil if none were
}

// FlowRunInput is what running a flow by hand needs.
type FlowRunInput struct {
	ID         string  // the caller's own id of the run: the same again is a repeat; may be empty
	Parameters []byte  // of the source action, as JSON, in place of those of the flow; nil: those of the flow
	RecordKeys []int64 // to which records the run is narrowed; empty: all that the source query finds
}

// MaxRunRecords is to how many records a run by hand can be narrowed.
const MaxRunRecords = 500

// FlowRun is what became of a run by hand.
type FlowRun struct {
	Execution *Execution
	Repeat    bool // the same run had been asked for before; this is the first one
}
