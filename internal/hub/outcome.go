package hub

import "time"

// OutcomeKind is what became of one attempt, as the connector says it. It is data, never guessed from text.
type OutcomeKind string

// The kinds of outcomes.
const (
	OutcomeAccepted      OutcomeKind = "ACCEPTED"      // the provider took the message
	OutcomeRetry         OutcomeKind = "RETRY"         // provably not sent; trying again makes sense
	OutcomeRejected      OutcomeKind = "REJECTED"      // provably not sent; trying again makes no sense
	OutcomeMisconfigured OutcomeKind = "MISCONFIGURED" // not sent, and nothing else will be until somebody mends Scope
	OutcomeUnknown       OutcomeKind = "UNKNOWN"       // the request may have left; nobody knows
)

// Scope says for what an outcome holds.
type Scope string

// The scopes.
const (
	ScopeDelivery    Scope = "DELIVERY"
	ScopeRecipient   Scope = "RECIPIENT"
	ScopeFlow        Scope = "FLOW"
	ScopeIntegration Scope = "INTEGRATION"
)

// Outcome is the answer of a connector to one Handover.
type Outcome struct {
	Key        int64 // of the delivery
	Attempt    int   // which attempt it answers
	Kind       OutcomeKind
	Scope      Scope
	ProviderID string // the provider's id of the message
	Code       string // the provider's code
	Message    string
	NextStep   string
	Path       string // the parameter at fault
	RetryAfter time.Duration
	Recipient  string            // as the provider writes it
	Limit      string            // the declared limit that was hit
	Detail     map[string]string // trace ids and the like
	NotStarted bool              // the connector never worked on it: the attempt does not count
	Refused    bool              // with NotStarted: it is up and would not begin, or was too late, which neither the hub nor a restart is to blame for
	CutOff     bool              // the hub stopped before the connector could say: the attempt does not count
	Adjusted   []Adjustment      // what the connector changed so that the provider takes it
	Lost       bool              // the connector went away while it worked on it, which says nothing of the provider
	At         time.Time

	MostAttempts     int           // after a failure of this kind, try no more often than this in all; 0 leaves it to the flow
	Suppress         time.Duration // leave the recipient alone for so long; 0: not at all; SuppressForever
	SuppressCategory string        // what Suppress covers, "marketing" for example; empty: everything
	HeldCategory     string        // with REJECTED: the provider was not asked, since the message is of this one of the handover's HeldCategories
}

// RetryPolicy bounds how often and for how long a delivery is tried.
type RetryPolicy struct {
	MaxAttempts int
	MaxAge      time.Duration
}

// Backoff bounds, chosen so that a short outage costs seconds and a long one does not flood the provider afterwards.
const (
	BackoffBase = 2 * time.Second
	BackoffMax  = 15 * time.Minute
)

// mostUnbegun bounds how far the waits grow of a delivery that nobody began on: it is a matter of minutes, as with a breaker.
const mostUnbegun = 8

// Backoff is how long to wait before attempt number attempts+1: exponential with full jitter. random is in [0, 1).
// A provider's retryAfter is the least.
func Backoff(attempts int, retryAfter time.Duration, random float64) time.Duration {
	ceiling := BackoffMax
	if attempts < 10 {
		ceiling = min(ceiling, BackoffBase<<max(attempts-1, 0))
	}
	// Full jitter spreads retries evenly; the floor of a tenth keeps two attempts from touching.
	wait := ceiling/10 + time.Duration(random*float64(ceiling-ceiling/10))
	return max(wait, retryAfter)
}

// Decision is what follows from an outcome for a delivery.
type Decision struct {
	State    DeliveryState
	Attempts int       // attempts that count, after this one
	DueAt    time.Time // with PENDING: when to try again; zero while something is paused
	HoldAt   time.Time // with UNKNOWN: when the flow's policy for unknown ones takes effect
	Reason   Reason
	Pause    Scope // FLOW or INTEGRATION if that must be paused, else empty
}

// Decide says what follows from an outcome. attempts is how many attempts counted before this one, since when the age of
// the delivery began to count, random in [0, 1) for the jitter.
func Decide(attempts int, since time.Time, o Outcome, s FlowSettings, now time.Time, random float64) Decision {
	reason := Reason{Code: ReasonOutcome, Message: o.Message, Path: o.Path, Provider: o.Code, NextStep: o.NextStep}
	d := Decision{Attempts: attempts + 1, Reason: reason}
	if o.NotStarted || o.CutOff {
		d.Attempts = attempts
	}
	switch o.Kind {
	case OutcomeAccepted:
		d.State = Accepted
	case OutcomeRetry:
		return d.again(o, since, s.Retry(), now, random)
	case OutcomeRejected:
		d.State, d.Reason.Code = DeliveryFailed, ReasonRejected
		if o.HeldCategory != "" {
			d.State, d.Reason.Code, d.Attempts = Suppressed, ReasonSuppressed, attempts // the provider was not asked
		}
	case OutcomeMisconfigured:
		return d.misconfigured(o, attempts)
	default:
		d.State, d.Reason.Code, d.HoldAt = Unknown, ReasonUnknown, now.Add(s.UnknownWait())
	}
	return d
}

// again waits for the next attempt. One that a rate of the provider refused did nothing wrong, so it does not count: the delivery waits
// as others do that the rate holds back. Nor does one that was not begun; but the waits grow with all tries, those that do not count among
// them, or else whoever never begins would be asked every second.
func (d Decision) again(o Outcome, since time.Time, p RetryPolicy, now time.Time, random float64) Decision {
	d.Reason.Code = ReasonRetry
	tries := d.Attempts
	switch {
	case o.NotStarted:
		tries = max(tries, min(o.Attempt, mostUnbegun))
	case o.Limit != "":
		tries = max(tries, o.Attempt)
		d.Attempts--
		d.Reason.Code = ReasonPaced
	}
	wait := Backoff(tries, o.RetryAfter, random)
	most := p.MaxAttempts
	if o.MostAttempts > 0 {
		most = min(most, o.MostAttempts)
	}
	switch {
	case !o.NotStarted && o.Limit == "" && d.Attempts >= most:
		d.State, d.Reason.Code = DeliveryFailed, ReasonAttempts
	case now.Add(wait).Sub(since) > p.MaxAge:
		d.State, d.Reason.Code = DeliveryFailed, ReasonTooOld
	default:
		d.State, d.DueAt = Pending, now.Add(wait)
	}
	return d
}

// misconfigured keeps the delivery and pauses what is wrong, so that one bad setting does not burn every message. What is
// wrong with a single delivery or recipient cannot be paused: it failed.
func (d Decision) misconfigured(o Outcome, attempts int) Decision {
	d.Reason.Code = ReasonMisconfigured
	if o.Scope != ScopeFlow && o.Scope != ScopeIntegration {
		d.State = DeliveryFailed
		return d
	}
	d.State, d.Pause = Pending, o.Scope
	d.Attempts = attempts // the message did nothing wrong
	return d
}
