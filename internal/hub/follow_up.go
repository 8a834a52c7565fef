package hub

import (
	"fmt"
	"time"
)

// FollowUp has a target send only what a message of another target did not achieve: that failed, or did not arrive in time. Which message
// of the two belongs together says the row that both are about, and who is named at the same place of their recipients.
type FollowUp struct {
	Of            int               `json:"of"`               // the place of the other target, which stands before this one
	When          FollowUpCondition `json:"when"`             // what must have become of its message
	WithinSeconds int               `json:"within,omitempty"` // in which time it had to arrive; with FAILED for how long a failure counts, 0: for a day
}

// FollowUpCondition is what must have become of a message for its follow-up to go.
type FollowUpCondition string

// The conditions. A message that FAILED satisfies each of them at once.
const (
	FollowFailed       FollowUpCondition = "FAILED"        // it failed
	FollowNotDelivered FollowUpCondition = "NOT_DELIVERED" // it was not delivered in time
	FollowNotRead      FollowUpCondition = "NOT_READ"      // it was not read in time
)

// Bounds of follow-ups.
const (
	MaxFollowUpDepth    = 3 // follow-ups of follow-ups of a message
	MaxFollowUpWait     = 30 * 24 * time.Hour
	DefaultFailedWithin = 24 * time.Hour
)

// Within is the time in force.
func (f *FollowUp) Within() time.Duration {
	if f.WithinSeconds == 0 && f.When == FollowFailed {
		return DefaultFailedWithin
	}
	return time.Duration(f.WithinSeconds) * time.Second
}

// Follows says whether a target sends only what messages of another one did not achieve.
func (d *FlowDefinition) Follows(target int) bool {
	return target < len(d.Targets) && d.Targets[target].FollowUp != nil
}

// HasFollowUps says whether any of the targets does.
func (d *FlowDefinition) HasFollowUps() bool {
	for i := range d.Targets {
		if d.Targets[i].FollowUp != nil {
			return true
		}
	}
	return false
}

// Awaited ties a follow-up to a message of which it waits to hear. A follow-up may have several, if they all lead to the same recipient:
// it goes once, if any of them comes to nothing.
type Awaited struct {
	DeliveryKey int64 // the follow-up
	FollowsKey  int64 // the message
	When        FollowUpCondition
	Within      time.Duration
	Until       *time.Time // when the time is over; nil: it has not begun
	HeldAt      *time.Time // when the condition came to hold; nil: it did not yet
}

// FollowUpStep is what follows for a follow-up from what is known of a message.
type FollowUpStep string

// The steps.
const (
	FollowUpWaits     FollowUpStep = "WAITS"
	FollowUpGoes      FollowUpStep = "GOES"
	FollowUpNotNeeded FollowUpStep = "NOT_NEEDED"
)

// FollowUpVerdict is what a message says to a follow-up of it.
type FollowUpVerdict struct {
	Step   FollowUpStep
	Until  *time.Time        // with WAITS: when the time is over; nil: it has not begun
	Held   FollowUpCondition // with GOES: what became of the message
	Reason Reason
}

// Judge says what the message says to its follow-up at a time. unreachable is whether it is SUPPRESSED because its recipient cannot be
// reached by its integration at the moment: then it would only have failed. Once the condition has held, only that the message arrived
// after all takes that back.
func (a *Awaited) Judge(d *Delivery, unreachable bool, now time.Time) FollowUpVerdict {
	switch {
	case d.State == Read:
		return a.not("not needed: the message that it follows up was read")
	case d.State == Delivered && a.When != FollowNotRead:
		return a.not("not needed: the message that it follows up was delivered")
	case a.HeldAt != nil:
		return FollowUpVerdict{Step: FollowUpGoes, Held: a.When}
	case d.State == DeliveryFailed:
		return a.goes(FollowFailed, "the message that it follows up failed")
	case d.State == DeliveryCancelled:
		return a.not("not needed: the message that it follows up was taken back")
	case d.State == Suppressed && unreachable:
		return a.goes(FollowFailed, "the recipient of the message that it follows up cannot be reached that way")
	case d.State == Suppressed:
		return a.not("not needed: the message that it follows up was not to be sent")
	case a.When == FollowFailed:
		return a.judgeFailed(d, now)
	}
	return a.judgeArrival(d, now)
}

// judgeFailed waits until a failure that is told later would not count any more. While the message is still to be sent there is no time
// that could be over.
func (a *Awaited) judgeFailed(d *Delivery, now time.Time) FollowUpVerdict {
	if d.State.Open() {
		return a.waits(nil)
	}
	until := a.until(now)
	switch {
	case now.Before(*until):
		return a.waits(until)
	case d.State == Unknown:
		v := a.not("not sent: nobody could tell whether the message that it follows up failed")
		if a.Within > 0 {
			v.Reason.Message = fmt.Sprintf("not sent: within %s nobody could tell whether the message that it follows up failed", plainSpan(a.Within))
		}
		v.Reason.NextStep = "settle that message; send this one yourself if it is to go"
		return v
	}
	if a.Within == 0 { // its connector tells nothing more
		return a.not("not needed: the message that it follows up did not fail")
	}
	return a.not(fmt.Sprintf("not needed: the message that it follows up did not fail within %s", plainSpan(a.Within)))
}

// judgeArrival waits until the time in which the message had to arrive is over. It begins with the first try, or when the way to its
// provider is found to be closed; quiet hours, an order, a rate and a pause hold it back, and nobody expects it then.
func (a *Awaited) judgeArrival(d *Delivery, now time.Time) FollowUpVerdict {
	begun := a.Until != nil || d.Tries > 0 || d.State != Pending || d.WaitingFor == ReasonBreakerOpen || d.WaitingFor == ReasonConnectorDown
	if !begun {
		return a.waits(nil)
	}
	until := a.until(now)
	switch {
	case now.Before(*until):
		return a.waits(until)
	case a.When == FollowNotDelivered:
		return a.goes(a.When, fmt.Sprintf("the message that it follows up was not delivered within %s", plainSpan(a.Within)))
	}
	return a.goes(a.When, fmt.Sprintf("the message that it follows up was not read within %s", plainSpan(a.Within)))
}

// until is when the time is over; it begins now if it has not.
func (a *Awaited) until(now time.Time) *time.Time {
	if a.Until != nil {
		return a.Until
	}
	end := now.Add(a.Within)
	return &end
}

func (a *Awaited) waits(until *time.Time) FollowUpVerdict {
	v := FollowUpVerdict{Step: FollowUpWaits, Until: until, Reason: a.reason(ReasonFollowUp, "it goes only if the message that it follows up fails")}
	switch a.When {
	case FollowNotDelivered:
		v.Reason.Message = fmt.Sprintf("it goes only if the message that it follows up is not delivered within %s", plainSpan(a.Within))
	case FollowNotRead:
		v.Reason.Message = fmt.Sprintf("it goes only if the message that it follows up is not read within %s", plainSpan(a.Within))
	}
	return v
}

func (a *Awaited) goes(held FollowUpCondition, message string) FollowUpVerdict {
	return FollowUpVerdict{Step: FollowUpGoes, Held: held, Reason: a.reason(ReasonFollowUp, message)}
}

func (a *Awaited) not(message string) FollowUpVerdict {
	return FollowUpVerdict{Step: FollowUpNotNeeded, Reason: a.reason(ReasonNotNeeded, message)}
}

func (a *Awaited) reason(code ReasonCode, message string) Reason {
	return Reason{Code: code, Message: message, By: ID(KindDelivery, a.FollowsKey)}
}
