package hub

import (
	"strings"
	"time"
)

// Pause is what a person holds back: the queue, a flow or an integration. It ends when a person resumes it, or when its time
// comes; no check and no good news ends it.
type Pause struct {
	Reason Reason     `json:"reason"` // OPERATOR, in the person's own words, and who it was
	Since  time.Time  `json:"since"`
	Until  *time.Time `json:"until,omitempty"` // when it ends by itself; nil: when a person resumes it
}

// PauseInput is why something is paused, and until when.
type PauseInput struct {
	Reason          string
	Until           *time.Time // nil: until a person resumes it
	ExpectedVersion *int       // of the flow or the integration; nil: nothing is checked
}

// Expected is the version that the caller has seen; 0 if it did not say.
func (in PauseInput) Expected() int {
	if in.ExpectedVersion == nil {
		return 0
	}
	return *in.ExpectedVersion
}

// Pause is the pause that a consumer asks for. One without a reason is INVALID, and so is one that has ended already.
func (in PauseInput) Pause(by *Consumer, now time.Time) (*Pause, error) {
	why := strings.TrimSpace(in.Reason)
	if problems := checkText("reason", why, MaxDescription, false); len(problems) > 0 {
		return nil, WithProblems(problems)
	}
	switch {
	case why == "":
		return nil, Invalid("reason", "say why it is paused, for whoever finds it so")
	case in.Until != nil && !in.Until.After(now):
		return nil, Invalid("until", "this time is over; give one that is to come, or none")
	}
	return &Pause{Reason: Reason{Code: ReasonOperator, Message: why, By: by.ID()}, Since: now, Until: in.Until}, nil
}

// Audited is what the audit log compares of a pause.
func (p *Pause) Audited() Facts {
	if p == nil {
		return nil
	}
	return Facts{"reason": Facts{"message": p.Reason.Message}, "until": p.Until}
}
