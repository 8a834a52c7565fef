package hub_test

import (
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

func TestBackoffDoublesWithJitterBetweenATenthAndItsCeiling(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		attempts int
		ceiling  time.Duration
	}{{0, 2 * time.Second}, {1, 2 * time.Second}, {2, 4 * time.Second}, {3, 8 * time.Second}, {5, 32 * time.Second}, {9, 512 * time.Second},
		{10, hub.BackoffMax}, {11, hub.BackoffMax}, {50, hub.BackoffMax}, {1 << 40, hub.BackoffMax}, {-3, 2 * time.Second}} {
		if got := hub.Backoff(c.attempts, 0, 0); got != c.ceiling/10 {
			t.Errorf("after %d attempts the least wait is %s, want %s", c.attempts, got, c.ceiling/10)
		}
		if got := hub.Backoff(c.attempts, 0, 0.999999); got > c.ceiling || got < c.ceiling-c.ceiling/1000 {
			t.Errorf("after %d attempts the longest wait is %s, want %s", c.attempts, got, c.ceiling)
		}
		if got, want := hub.Backoff(c.attempts, 0, 0.5), c.ceiling*55/100; got != want {
			t.Errorf("after %d attempts the middle wait is %s, want %s", c.attempts, got, want)
		}
	}
	if got := hub.Backoff(1, time.Hour, 0); got != time.Hour {
		t.Errorf("the provider asked for an hour and gets %s", got)
	}
	if got := hub.Backoff(10, time.Second, 0.5); got < time.Second*400 {
		t.Errorf("the provider's second shortens the wait to %s", got)
	}
}

// The world of the decisions below: a delivery made at dawn, and now a minute later.
var (
	dawn = time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	now  = dawn.Add(time.Minute)
)

func TestDecideFollowsKindAndScope(t *testing.T) {
	t.Parallel()
	everything := hub.Outcome{Code: "131000", Message: "said so", NextStep: "do this", Path: "values.1"}
	for _, c := range []struct {
		kind       hub.OutcomeKind
		scope      hub.Scope
		notStarted bool
		state      hub.DeliveryState
		attempts   int // after two that counted
		reason     hub.ReasonCode
		pause      hub.Scope
	}{
		{hub.OutcomeAccepted, "", false, hub.Accepted, 3, hub.ReasonOutcome, ""},
		{hub.OutcomeAccepted, hub.ScopeDelivery, false, hub.Accepted, 3, hub.ReasonOutcome, ""},
		{hub.OutcomeRetry, "", false, hub.Pending, 3, hub.ReasonRetry, ""},
		{hub.OutcomeRetry, hub.ScopeIntegration, false, hub.Pending, 3, hub.ReasonRetry, ""},
		{hub.OutcomeRetry, hub.ScopeIntegration, true, hub.Pending, 2, hub.ReasonRetry, ""},
		{hub.OutcomeRejected, "", false, hub.DeliveryFailed, 3, hub.ReasonRejected, ""},
		{hub.OutcomeRejected, hub.ScopeRecipient, false, hub.DeliveryFailed, 3, hub.ReasonRejected, ""},
		{hub.OutcomeRejected, hub.ScopeDelivery, true, hub.DeliveryFailed, 2, hub.ReasonRejected, ""},
		{hub.OutcomeMisconfigured, "", false, hub.DeliveryFailed, 3, hub.ReasonMisconfigured, ""},
		{hub.OutcomeMisconfigured, hub.ScopeDelivery, false, hub.DeliveryFailed, 3, hub.ReasonMisconfigured, ""},
		{hub.OutcomeMisconfigured, hub.ScopeRecipient, false, hub.DeliveryFailed, 3, hub.ReasonMisconfigured, ""},
		{hub.OutcomeMisconfigured, hub.ScopeFlow, false, hub.Pending, 2, hub.ReasonMisconfigured, hub.ScopeFlow},
		{hub.OutcomeMisconfigured, hub.ScopeIntegration, false, hub.Pending, 2, hub.ReasonMisconfigured, hub.ScopeIntegration},
		{hub.OutcomeMisconfigured, hub.ScopeIntegration, true, hub.Pending, 2, hub.ReasonMisconfigured, hub.ScopeIntegration},
		{hub.OutcomeUnknown, "", false, hub.Unknown, 3, hub.ReasonUnknown, ""},
		{hub.OutcomeUnknown, hub.ScopeIntegration, false, hub.Unknown, 3, hub.ReasonUnknown, ""},
		{"SOMETHING_NEW", "", false, hub.Unknown, 3, hub.ReasonUnknown, ""},
	} {
		o := everything
		o.Kind, o.Scope, o.NotStarted = c.kind, c.scope, c.notStarted
		d := hub.Decide(2, dawn, o, hub.FlowSettings{}, now, 0.5)
		reason := hub.Reason{Code: c.reason, Message: "said so", NextStep: "do this", Path: "values.1", Provider: "131000"}
		if d.State != c.state || d.Attempts != c.attempts || d.Pause != c.pause || d.Reason != reason {
			t.Errorf("%s %s (not started: %v): %+v", c.kind, c.scope, c.notStarted, d)
		}
		if due := c.kind == hub.OutcomeRetry; due == d.DueAt.IsZero() {
			t.Errorf("%s %s: due at %s", c.kind, c.scope, d.DueAt)
		}
		if hold := c.state == hub.Unknown; hold == d.HoldAt.IsZero() || hold && !d.HoldAt.Equal(now.Add(hub.DefaultUnknownWait)) {
			t.Errorf("%s %s: held until %s", c.kind, c.scope, d.HoldAt)
		}
	}
}

func TestARetryIsBoundedByAttemptsAndAge(t *testing.T) {
	t.Parallel()
	retry := func(change func(*hub.Outcome)) hub.Outcome {
		o := hub.Outcome{Kind: hub.OutcomeRetry}
		if change != nil {
			change(&o)
		}
		return o
	}
	after := func(d time.Duration) func(*hub.Outcome) { return func(o *hub.Outcome) { o.RetryAfter = d } }
	notStarted := func(o *hub.Outcome) { o.NotStarted = true }
	most := func(n int) func(*hub.Outcome) { return func(o *hub.Outcome) { o.MostAttempts = n } }
	for _, c := range []struct {
		name     string
		attempts int
		outcome  hub.Outcome
		settings hub.FlowSettings
		since    time.Time
		state    hub.DeliveryState
		reason   hub.ReasonCode
		due      time.Duration // from now
	}{
		{"the first one", 0, retry(nil), hub.FlowSettings{}, dawn, hub.Pending, hub.ReasonRetry, 1100 * time.Millisecond},
		{"the third one", 2, retry(nil), hub.FlowSettings{}, dawn, hub.Pending, hub.ReasonRetry, 4400 * time.Millisecond},
		{"the last but one", 6, retry(nil), hub.FlowSettings{}, dawn, hub.Pending, hub.ReasonRetry, 70400 * time.Millisecond},
		{"the last one of the default", 7, retry(nil), hub.FlowSettings{}, dawn, hub.DeliveryFailed, hub.ReasonAttempts, 0},
		{"the only one", 0, retry(nil), hub.FlowSettings{MaxAttempts: 1}, dawn, hub.DeliveryFailed, hub.ReasonAttempts, 0},
		{"not started does not count", 0, retry(notStarted), hub.FlowSettings{MaxAttempts: 1}, dawn, hub.Pending, hub.ReasonRetry, 1100 * time.Millisecond},
		{"retryAfter is the least", 0, retry(after(time.Hour)), hub.FlowSettings{}, dawn, hub.Pending, hub.ReasonRetry, time.Hour},
		{"retryAfter shortens nothing", 4, retry(after(time.Second)), hub.FlowSettings{}, dawn, hub.Pending, hub.ReasonRetry, 17600 * time.Millisecond},
		{"retryAfter beyond the age", 0, retry(after(time.Hour)), hub.FlowSettings{MaxAgeSeconds: 3600}, dawn, hub.DeliveryFailed, hub.ReasonTooOld, 0},
		{"retryAfter just within the age", 0, retry(after(59 * time.Minute)), hub.FlowSettings{MaxAgeSeconds: 3600}, dawn, hub.Pending, hub.ReasonRetry, 59 * time.Minute},
		{"once more by its code", 1, retry(most(3)), hub.FlowSettings{}, dawn, hub.Pending, hub.ReasonRetry, 2200 * time.Millisecond},
		{"the last one of its code", 2, retry(most(3)), hub.FlowSettings{}, dawn, hub.DeliveryFailed, hub.ReasonAttempts, 0},
		{"a code allows more than the flow", 1, retry(most(30)), hub.FlowSettings{MaxAttempts: 2}, dawn, hub.DeliveryFailed, hub.ReasonAttempts, 0},
		{"older than a day", 0, retry(nil), hub.FlowSettings{}, dawn.Add(-24 * time.Hour), hub.DeliveryFailed, hub.ReasonTooOld, 0},
		{"not started and too old", 0, retry(notStarted), hub.FlowSettings{}, dawn.Add(-24 * time.Hour), hub.DeliveryFailed, hub.ReasonTooOld, 0},
		{"used up and too old", 7, retry(nil), hub.FlowSettings{}, dawn.Add(-24 * time.Hour), hub.DeliveryFailed, hub.ReasonAttempts, 0},
	} {
		d := hub.Decide(c.attempts, c.since, c.outcome, c.settings, now, 0.5)
		if d.State != c.state || d.Reason.Code != c.reason {
			t.Errorf("%s: %s because of %s", c.name, d.State, d.Reason.Code)
		}
		if c.due == 0 && !d.DueAt.IsZero() || c.due != 0 && !d.DueAt.Equal(now.Add(c.due)) {
			t.Errorf("%s: due in %s, want %s", c.name, d.DueAt.Sub(now), c.due)
		}
	}
}

func TestWhatWasNotBegunWaitsLongerWithEachTryThoughNoneCounts(t *testing.T) {
	t.Parallel()
	for _, refused := range []bool{false, true} {
		for tries, want := range map[int]time.Duration{1: 1100 * time.Millisecond, 4: 8800 * time.Millisecond, 8: 140800 * time.Millisecond, 500: 140800 * time.Millisecond} {
			o := hub.Outcome{Kind: hub.OutcomeRetry, NotStarted: true, Refused: refused, Attempt: tries}
			d := hub.Decide(0, dawn, o, hub.FlowSettings{MaxAttempts: 1}, now, 0.5)
			if d.State != hub.Pending || d.Attempts != 0 || !d.DueAt.Equal(now.Add(want)) {
				t.Errorf("refused: %v: after try %d it is %s, due in %s, want %s; %d attempts counted", refused, tries, d.State, d.DueAt.Sub(now), want, d.Attempts)
			}
		}
	}
	many := hub.Outcome{Kind: hub.OutcomeRetry, NotStarted: true, Attempt: 2}
	if d := hub.Decide(5, dawn, many, hub.FlowSettings{}, now, 0.5); !d.DueAt.Equal(now.Add(17600 * time.Millisecond)) {
		t.Errorf("after five attempts that counted it is due in %s", d.DueAt.Sub(now))
	}
}

func TestWhatAConnectorHoldsBackIsSuppressedAndCountsAsNoAttempt(t *testing.T) {
	t.Parallel()
	d := hub.Decide(1, dawn, hub.Outcome{Kind: hub.OutcomeRejected, HeldCategory: "marketing", Message: "m"}, hub.FlowSettings{}, now, 0)
	if d.State != hub.Suppressed || d.Attempts != 1 || d.Reason != (hub.Reason{Code: hub.ReasonSuppressed, Message: "m"}) {
		t.Errorf("it is decided as %+v", d)
	}
}

func TestAnAttemptThatTheHubCutOffDoesNotCount(t *testing.T) {
	t.Parallel()
	d := hub.Decide(2, dawn, hub.Outcome{Kind: hub.OutcomeUnknown, CutOff: true}, hub.FlowSettings{}, now, 0)
	if d.State != hub.Unknown || d.Attempts != 2 {
		t.Errorf("it is decided as %+v", d)
	}
}

func TestAnUnknownOneIsHeldForAsLongAsTheFlowSays(t *testing.T) {
	t.Parallel()
	d := hub.Decide(0, dawn, hub.Outcome{Kind: hub.OutcomeUnknown}, hub.FlowSettings{UnknownWaitSeconds: 90}, now, 0)
	if !d.HoldAt.Equal(now.Add(90 * time.Second)) {
		t.Errorf("held until %s", d.HoldAt)
	}
}

func TestTheAgeOfADeliveryCountsFromWhenAPersonLastSentItAgain(t *testing.T) {
	t.Parallel()
	d := hub.Delivery{CreatedAt: dawn}
	if !d.Since().Equal(dawn) {
		t.Errorf("it counts from %s", d.Since())
	}
	d.RedrivenAt = &now
	if !d.Since().Equal(now) {
		t.Errorf("it counts from %s", d.Since())
	}
}

func TestSettingsHaveDefaults(t *testing.T) {
	t.Parallel()
	none, all := hub.FlowSettings{}, hub.FlowSettings{MaxAttempts: 3, MaxAgeSeconds: 60, UnknownPolicy: hub.Resend, UnknownWaitSeconds: 30}
	if none.Retry() != (hub.RetryPolicy{MaxAttempts: 8, MaxAge: 24 * time.Hour}) || none.Unknown() != hub.Hold || none.UnknownWait() != 15*time.Minute {
		t.Errorf("the defaults are %+v, %s, %s", none.Retry(), none.Unknown(), none.UnknownWait())
	}
	if all.Retry() != (hub.RetryPolicy{MaxAttempts: 3, MaxAge: time.Minute}) || all.Unknown() != hub.Resend || all.UnknownWait() != 30*time.Second {
		t.Errorf("set they are %+v, %s, %s", all.Retry(), all.Unknown(), all.UnknownWait())
	}
}
