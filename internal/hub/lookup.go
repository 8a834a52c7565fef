package hub

import "time"

// A delivery whose outcome nobody knows is asked for soon, since a technician waits for it, and then more and more seldom for as long as
// a provider may still have something to say: Meta repeats its callbacks for seven days, and after that a person has to decide.
var unknownLookups = append([]time.Duration{10 * time.Second, 30 * time.Second, 2 * time.Minute, 5 * time.Minute, 12 * time.Minute, 30 * time.Minute},
	append(steps(time.Hour, time.Hour, 24), steps(48*time.Hour, 24*time.Hour, 6)...)...)

// One that was accepted is asked for because its receipts may have been lost: Twilio calls back once and no more. After two days nothing
// is expected any more.
var acceptedLookups = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 8 * time.Hour, 24 * time.Hour, 48 * time.Hour}

func steps(first, every time.Duration, n int) (list []time.Duration) {
	for i := range n {
		list = append(list, first+time.Duration(i)*every)
	}
	return list
}

// NextLookup says when a provider is asked next what became of a delivery that is in a state since a time; nil if it is not, because
// nothing is expected (any more). What was missed meanwhile is not made up for.
func NextLookup(s DeliveryState, since, now time.Time) *time.Time {
	var waits []time.Duration
	switch s {
	case Unknown:
		waits = unknownLookups
	case Accepted, Sent:
		waits = acceptedLookups
	}
	for _, wait := range waits {
		if at := since.Add(wait); at.After(now) {
			return &at
		}
	}
	return nil
}

// NeverTaken is what follows for an UNKNOWN delivery that its provider certainly never took: it is tried again as after RETRY, within
// the flow's bounds. attempts is how many counted so far, random in [0, 1) for the jitter.
func NeverTaken(attempts int, since time.Time, message string, s FlowSettings, now time.Time, random float64) Decision {
	d := Decision{Attempts: attempts, Reason: Reason{Message: message}}
	d = d.again(Outcome{}, since, s.Retry(), now, random)
	if d.State == Pending {
		d.Reason.Code = ReasonLookup
	}
	return d
}
