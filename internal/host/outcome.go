package host

import (
	"errors"
	"fmt"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/plugins/sdk"
)

// notStarted is the outcome of a handover that certainly never left: its attempt does not count.
func notStarted(f *flight, why string) hub.Outcome {
	return hub.Outcome{
		Key: f.Key, Attempt: f.Attempt, Kind: hub.OutcomeRetry, Scope: hub.ScopeDelivery, Message: why, NotStarted: true, At: time.Now().UTC(),
	}
}

// refused is notStarted by a connector that is up.
func refused(f *flight, why string) hub.Outcome {
	o := notStarted(f, why)
	o.Refused = true
	return o
}

// unknown is the outcome of a handover that may have left.
func unknown(f *flight, why string) hub.Outcome {
	return hub.Outcome{
		Key: f.Key, Attempt: f.Attempt, Kind: hub.OutcomeUnknown, Scope: hub.ScopeDelivery, Message: why, At: time.Now().UTC(),
	}
}

// lost is unknown because the connector went away, which says nothing of its provider.
func lost(f *flight, why string) hub.Outcome {
	o := unknown(f, why)
	o.Lost = true
	return o
}

func rejectedAsTooLarge(f *flight, size int) hub.Outcome {
	return hub.Outcome{
		Key: f.Key, Attempt: f.Attempt, Kind: hub.OutcomeRejected, Scope: hub.ScopeDelivery, Code: "TOO_LARGE", At: time.Now().UTC(),
		Message:  fmt.Sprintf("the message has %d bytes; a connector is given at most %d", size, largestHandover),
		NextStep: "Shorten the values or parameters of the flow's mapping.",
	}
}

// misconfigured is the outcome of handovers whose integration the connector refused to open.
func (c *connector) misconfigured(f *flight, err error) hub.Outcome {
	o := hub.Outcome{
		Key: f.Key, Attempt: f.Attempt, Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeIntegration, NotStarted: true, At: time.Now().UTC(),
	}
	var settings *sdk.SettingsError
	if !errors.As(err, &settings) {
		o.Message = "the connector cannot send messages"
		o.NextStep = "Choose a connector with the role DESTINATION."
		return o
	}
	o.Message, o.NextStep = "the connector cannot use the settings of this integration", "Check the integration."
	if len(settings.Problems) > 0 {
		p := settings.Problems[0].Told(c.redact.text)
		o.Code, o.Path, o.Message, o.NextStep = p.Code, p.Path, p.Message, p.NextStep
	}
	return o
}

// outcome translates what a connector said of a delivery, without the secrets that it was given.
func (c *connector) outcome(said *sdk.Outcome, key int64, now time.Time) hub.Outcome {
	o := said.Told(c.redact.text)
	out := hub.Outcome{
		Key: key, Attempt: o.Attempt, Kind: hub.OutcomeKind(o.Kind), Scope: hub.Scope(o.Scope), ProviderID: o.ProviderID, Code: o.ProviderCode,
		Message: o.Message, NextStep: o.NextStep, Path: o.Path, RetryAfter: o.RetryAfter, Recipient: o.Recipient, Limit: o.Limit,
		Detail: o.Detail, NotStarted: o.NotStarted(), At: now, MostAttempts: o.MostAttempts, Suppress: o.Suppress, SuppressCategory: o.SuppressCategory,
		HeldCategory: o.HeldCategory,
	}
	for _, a := range o.Adjusted {
		out.Adjusted = append(out.Adjusted, hub.Adjustment(a))
	}
	return out
}
