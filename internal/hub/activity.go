package hub

import "time"

// Activity is how much happened within a length of time. Test messages are not in it: they count in no statistics.
type Activity struct {
	From, To    time.Time // from included, to not
	Occurrences OccurrenceActivity
	Executions  ExecutionActivity
	Deliveries  DeliveryActivity
	Attempts    AttemptActivity
}

// OccurrenceActivity is how many occurrences came in.
type OccurrenceActivity struct {
	Published int // by somebody
	Noticed   int // by the hub itself: in records, or by the clock
}

// ExecutionActivity is how many executions came to be, and how many came to each outcome. One whose outcome changes later, by a
// late receipt or because a person had something sent again, is counted at both times.
type ExecutionActivity struct {
	Started, Succeeded, Partial, Failed, Skipped, Cancelled, Unsettled int
}

// Closed is how many came to an outcome.
func (a ExecutionActivity) Closed() int {
	return a.Succeeded + a.Partial + a.Failed + a.Skipped + a.Cancelled + a.Unsettled
}

// DeliveryActivity is how many deliveries came to be, and how many came into each state. A delivery is counted in every state that
// it passes.
type DeliveryActivity struct {
	Made, Accepted, Sent, Delivered, Read, Unknown, Failed, Suppressed, Cancelled int
}

// AttemptActivity is how many attempts ended, by how. One whose answer came after all, when it had been taken for unknown or a
// receipt had told of it, is counted as what it was taken for first.
type AttemptActivity struct {
	Accepted, Retry, Rejected, Misconfigured, Unknown int
}

// ActivityNumbers is how many numbers an Activity has.
const ActivityNumbers = 2 + 7 + 9 + 5

// Numbers are all of its numbers, always in the same order.
func (a *Activity) Numbers() [ActivityNumbers]*int {
	o, e, d, t := &a.Occurrences, &a.Executions, &a.Deliveries, &a.Attempts
	return [...]*int{&o.Published, &o.Noticed,
		&e.Started, &e.Succeeded, &e.Partial, &e.Failed, &e.Skipped, &e.Cancelled, &e.Unsettled,
		&d.Made, &d.Accepted, &d.Sent, &d.Delivered, &d.Read, &d.Unknown, &d.Failed, &d.Suppressed, &d.Cancelled,
		&t.Accepted, &t.Retry, &t.Rejected, &t.Misconfigured, &t.Unknown}
}

// Add adds what happened in another length of time.
func (a *Activity) Add(b *Activity) {
	from := b.Numbers()
	for i, n := range a.Numbers() {
		*n += *from[i]
	}
}

// Nothing says that nothing happened.
func (a *Activity) Nothing() bool {
	for _, n := range a.Numbers() {
		if *n != 0 {
			return false
		}
	}
	return true
}

// Count adds what a line of the journal tells.
func (a *Activity) Count(c *Change) {
	if n := a.of(c); n != nil && !c.Test {
		*n++
	}
}

// Count adds an attempt that ended.
func (a *AttemptActivity) Count(kind OutcomeKind) {
	switch kind {
	case OutcomeAccepted:
		a.Accepted++
	case OutcomeRetry:
		a.Retry++
	case OutcomeRejected:
		a.Rejected++
	case OutcomeMisconfigured:
		a.Misconfigured++
	default:
		a.Unknown++
	}
}

// of is the number in which a line of the journal counts; nil if it counts in none.
func (a *Activity) of(c *Change) *int {
	switch c.Subject {
	case SubjectOccurrence:
		if c.Cause.Code == ReasonPublished {
			return &a.Occurrences.Published
		}
		return &a.Occurrences.Noticed
	case SubjectExecution:
		return a.Executions.of(c)
	case SubjectDelivery:
		if c.Aspect == AspectState {
			return a.Deliveries.of(c)
		}
	}
	return nil
}

func (a *ExecutionActivity) of(c *Change) *int {
	if c.Aspect != AspectOutcome {
		if c.From == "" {
			return &a.Started
		}
		return nil
	}
	switch ExecutionOutcome(c.To) {
	case Succeeded:
		return &a.Succeeded
	case Partial:
		return &a.Partial
	case Failed:
		return &a.Failed
	case Skipped:
		return &a.Skipped
	case Cancelled:
		return &a.Cancelled
	case Unsettled:
		return &a.Unsettled
	}
	return nil
}

func (a *DeliveryActivity) of(c *Change) *int {
	if c.From == "" {
		return &a.Made
	}
	switch DeliveryState(c.To) {
	case Accepted:
		return &a.Accepted
	case Sent:
		return &a.Sent
	case Delivered:
		return &a.Delivered
	case Read:
		return &a.Read
	case Unknown:
		return &a.Unknown
	case DeliveryFailed:
		return &a.Failed
	case Suppressed:
		return &a.Suppressed
	case DeliveryCancelled:
		return &a.Cancelled
	}
	return nil
}

// Bounds of what can be asked of the activity. Numbers are kept by the minute and by the quarter of an hour: so a day can begin at any
// midnight of the world.
const (
	MaxActivityBuckets = 1000
	ActivityMinute     = time.Minute
	ActivityQuarter    = 15 * time.Minute
)

// ActivityRange is a length of time in buckets of the same length.
type ActivityRange struct {
	From, To time.Time
	Bucket   time.Duration
}

// Step is by how much the times of the range must be divisible: the resolution of the numbers that it is read from.
func (r ActivityRange) Step() time.Duration {
	if r.Bucket%ActivityQuarter == 0 {
		return ActivityQuarter
	}
	return ActivityMinute
}

// Check judges a range and makes it whole: it begins at a full step, and ends with its last bucket.
func (r ActivityRange) Check() (ActivityRange, error) {
	switch {
	case r.Bucket < ActivityMinute || r.Bucket%ActivityMinute != 0:
		return r, Invalid("bucket", "a bucket is whole minutes, and at least one: PT1M, PT15M, PT1H, P1D")
	case r.Bucket > ActivityQuarter && r.Bucket%ActivityQuarter != 0:
		return r, Invalid("bucket", "a bucket of more than 15 minutes is whole quarters of an hour: PT30M, PT1H, P1D")
	case !r.From.Before(r.To):
		return r, Invalid("to", "to must be later than from")
	case r.From.UnixMilli() < 0:
		return r, Invalid("from", "from is before 1970; nothing was counted then")
	}
	r.From = r.From.UTC().Truncate(r.Step())
	if r.To.Sub(r.From) > MaxActivityBuckets*r.Bucket { // Sub ends at 292 years, which is more than any number of buckets
		return r, Invalid("bucket", "this would be more than %d buckets; ask for longer ones, or for less time", MaxActivityBuckets)
	}
	n := (r.To.Sub(r.From) + r.Bucket - 1) / r.Bucket
	r.To = r.From.Add(n * r.Bucket)
	return r, nil
}
