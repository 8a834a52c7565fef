package hub_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
)

var (
	executionStates = []hub.ExecutionState{hub.Queued, hub.Running, hub.Waiting, hub.Closed}
	deliveryStates  = []hub.DeliveryState{hub.Pending, hub.Sending, hub.Accepted, hub.Sent, hub.Delivered, hub.Read, hub.Unknown, hub.DeliveryFailed,
		hub.Suppressed, hub.DeliveryCancelled}
)

// arrows writes where a state may go.
func arrows[S ~string](states []S, may func(from, to S) bool) string {
	var out []string
	for _, from := range states {
		var to []string
		for _, s := range states {
			if may(from, s) {
				to = append(to, string(s))
			}
		}
		out = append(out, fmt.Sprintf("%s: %s", from, strings.Join(to, " ")))
	}
	return strings.Join(out, "\n")
}

func TestTheArrowsOfExecutions(t *testing.T) {
	t.Parallel()
	const want = `QUEUED: RUNNING CLOSED
RUNNING: QUEUED WAITING CLOSED
WAITING: RUNNING CLOSED
CLOSED: WAITING`
	if got := arrows(executionStates, hub.ExecutionState.May); got != want {
		t.Errorf("they are\n%s\nwant\n%s", got, want)
	}
	if hub.Queued.May("ELSEWHERE") || hub.ExecutionState("ELSEWHERE").May(hub.Queued) {
		t.Error("an arrow leads from or to a state that there is not")
	}
}

func TestTheArrowsOfDeliveries(t *testing.T) {
	t.Parallel()
	const want = `PENDING: SENDING SENT DELIVERED READ FAILED SUPPRESSED CANCELLED
SENDING: PENDING ACCEPTED UNKNOWN FAILED SUPPRESSED
ACCEPTED: SENT DELIVERED READ FAILED
SENT: DELIVERED READ FAILED
DELIVERED: READ
READ: 
UNKNOWN: PENDING ACCEPTED SENT DELIVERED READ FAILED
FAILED: PENDING DELIVERED READ
SUPPRESSED: PENDING
CANCELLED: `
	if got := arrows(deliveryStates, hub.DeliveryState.May); got != want {
		t.Errorf("they are\n%s\nwant\n%s", got, want)
	}
	for _, s := range deliveryStates {
		if s.Open() != (s == hub.Pending || s == hub.Sending) {
			t.Errorf("%s is open: %v", s, s.Open())
		}
	}
}

func TestWhatAReceiptDoesToADelivery(t *testing.T) {
	t.Parallel()
	// For each state what SENT, DELIVERED, READ, FAILED do: the states on the way, or - if it moves nothing; ! if it is flagged.
	for from, want := range map[hub.DeliveryState]string{
		hub.Pending:           "SENT DELIVERED READ -",
		hub.Sending:           "ACCEPTED,SENT ACCEPTED,DELIVERED ACCEPTED,READ ACCEPTED,FAILED",
		hub.Accepted:          "SENT DELIVERED READ FAILED",
		hub.Sent:              "- DELIVERED READ FAILED",
		hub.Delivered:         "- - READ -!",
		hub.Read:              "- - - -!",
		hub.Unknown:           "SENT DELIVERED READ FAILED",
		hub.DeliveryFailed:    "-! DELIVERED! READ! -",
		hub.Suppressed:        "-! -! -! -",
		hub.DeliveryCancelled: "-! -! -! -!",
	} {
		var got []string
		for _, s := range []hub.ReceiptStatus{hub.ReceiptSent, hub.ReceiptDelivered, hub.ReceiptRead, hub.ReceiptFailed} {
			path, flagged := hub.ReceiptMove(from, s)
			word := "-"
			if len(path) > 0 {
				var names []string
				at := from
				for _, next := range path {
					if !at.May(next) {
						t.Errorf("%s on %s goes %s→%s, where there is no arrow", s, from, at, next)
					}
					at = next
					names = append(names, string(next))
				}
				word = strings.Join(names, ",")
			}
			if flagged {
				word += "!"
			}
			got = append(got, word)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %s, want %s", from, strings.Join(got, " "), want)
		}
	}
}

func TestTheOutcomeOfAnExecutionFollowsFromItsDeliveries(t *testing.T) {
	t.Parallel()
	reason := func(c hub.ReasonCode) *hub.Reason { return &hub.Reason{Code: c} }
	for _, c := range []struct {
		states []hub.DeliveryState
		reason *hub.Reason
		want   hub.ExecutionOutcome
	}{
		{[]hub.DeliveryState{hub.Accepted}, nil, hub.Succeeded},
		{[]hub.DeliveryState{hub.Accepted, hub.Sent, hub.Delivered, hub.Read}, nil, hub.Succeeded},
		{[]hub.DeliveryState{hub.Read, hub.DeliveryFailed}, nil, hub.Partial},
		{[]hub.DeliveryState{hub.Accepted, hub.DeliveryCancelled, hub.Suppressed}, nil, hub.Succeeded},
		{[]hub.DeliveryState{hub.DeliveryFailed}, nil, hub.Failed},
		{[]hub.DeliveryState{hub.DeliveryFailed, hub.DeliveryCancelled, hub.Suppressed}, nil, hub.Failed},
		{[]hub.DeliveryState{hub.DeliveryCancelled, hub.Suppressed}, nil, hub.Cancelled},
		{[]hub.DeliveryState{hub.Suppressed}, nil, hub.Skipped},
		{[]hub.DeliveryState{hub.Unknown}, nil, hub.Unsettled},
		{[]hub.DeliveryState{hub.Unknown, hub.Read, hub.DeliveryFailed}, nil, hub.Unsettled},
		{[]hub.DeliveryState{hub.Accepted}, reason(hub.ReasonPermission), hub.Succeeded},
		{nil, nil, hub.Skipped},
		{nil, reason(hub.ReasonNoRows), hub.Skipped},
		{nil, reason(hub.ReasonFilteredOut), hub.Skipped},
		{nil, reason(hub.ReasonFlowDisabled), hub.Skipped},
		{nil, reason(hub.ReasonCancelled), hub.Cancelled},
		{nil, reason(hub.ReasonOperator), hub.Cancelled},
		{nil, reason(hub.ReasonPermission), hub.Failed},
		{nil, reason(hub.ReasonHubDisabled), hub.Failed},
		{nil, reason(hub.ReasonNoConsumer), hub.Failed},
		{nil, reason(hub.ReasonInvalidFlow), hub.Failed},
	} {
		count := map[hub.DeliveryState]int{}
		for _, s := range c.states {
			count[s]++
		}
		if got := hub.OutcomeOf(count, c.reason); got != c.want {
			t.Errorf("%v because of %v: %s, want %s", c.states, c.reason, got, c.want)
		}
	}
}

func TestAChangeKnowsItsExecution(t *testing.T) {
	t.Parallel()
	for subject, want := range map[hub.Subject]int64{hub.SubjectExecution: 7, hub.SubjectDelivery: 7, hub.SubjectOccurrence: 0, hub.SubjectIntegration: 0,
		hub.SubjectFlow: 0, hub.SubjectConnector: 0} {
		if got := (hub.Change{Subject: subject, Key: 9, Root: 7}).Execution(); got != want {
			t.Errorf("%s: %d, want %d", subject, got, want)
		}
	}
}

func TestEveryArrowLeadsToAKnownState(t *testing.T) {
	t.Parallel()
	for from, list := range hub.DeliveryArrows {
		for _, to := range append(list, from) {
			if !slices.Contains(deliveryStates, to) {
				t.Errorf("%s→%s", from, to)
			}
		}
	}
	for from, list := range hub.ExecutionArrows {
		for _, to := range append(list, from) {
			if !slices.Contains(executionStates, to) {
				t.Errorf("%s→%s", from, to)
			}
		}
	}
}
