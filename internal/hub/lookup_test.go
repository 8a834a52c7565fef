package hub_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// asked lists when a provider is asked about a delivery that stays in a state.
func asked(s hub.DeliveryState) (list []time.Duration) {
	since := time.Unix(1_790_000_000, 0)
	for at := hub.NextLookup(s, since, since); at != nil; at = hub.NextLookup(s, since, *at) {
		list = append(list, at.Sub(since))
	}
	return list
}

func TestAProviderIsAskedEverMoreSeldomAndNotForEver(t *testing.T) {
	unknown := asked(hub.Unknown)
	if got := strings.Trim(fmt.Sprint(unknown[:9]), "[]"); got != "10s 30s 2m0s 5m0s 12m0s 30m0s 1h0m0s 2h0m0s 3h0m0s" {
		t.Errorf("an UNKNOWN one is asked about after %s", got)
	}
	if n := len(unknown); n != 36 || unknown[29] != 24*time.Hour || unknown[30] != 48*time.Hour || unknown[35] != 7*24*time.Hour {
		t.Errorf("an UNKNOWN one is asked about %d times, the last time after %s", n, unknown[n-1])
	}
	for _, s := range []hub.DeliveryState{hub.Accepted, hub.Sent} {
		if got := strings.Trim(fmt.Sprint(asked(s)), "[]"); got != "1m0s 5m0s 30m0s 2h0m0s 8h0m0s 24h0m0s 48h0m0s" {
			t.Errorf("an %s one is asked about after %s", s, got)
		}
	}
	for _, s := range []hub.DeliveryState{hub.Pending, hub.Sending, hub.Delivered, hub.Read, hub.DeliveryFailed, hub.Suppressed, hub.DeliveryCancelled} {
		if list := asked(s); list != nil {
			t.Errorf("one that is %s is asked about after %v", s, list)
		}
	}
	since := time.Unix(1_790_000_000, 0)
	if at := hub.NextLookup(hub.Unknown, since, since.Add(90*time.Minute)); !at.Equal(since.Add(2 * time.Hour)) {
		t.Errorf("after a pause it is asked about at %v; what was missed is not made up for", at)
	}
}

func TestWhatWasNeverTakenIsTriedAgainWithinTheFlowsBounds(t *testing.T) {
	now := time.Unix(1_790_000_000, 0)
	for _, c := range []struct {
		name     string
		attempts int
		age      time.Duration
		want     hub.DeliveryState
		reason   hub.ReasonCode
	}{
		{"the first time", 1, time.Minute, hub.Pending, hub.ReasonLookup},
		{"one that never counted", 0, time.Minute, hub.Pending, hub.ReasonLookup},
		{"attempts used up", hub.DefaultMaxAttempts, time.Minute, hub.DeliveryFailed, hub.ReasonAttempts},
		{"too old", 1, hub.DefaultMaxAge, hub.DeliveryFailed, hub.ReasonTooOld},
	} {
		d := hub.NeverTaken(c.attempts, now.Add(-c.age), "never seen", hub.FlowSettings{}, now, 0.5)
		if d.State != c.want || d.Reason.Code != c.reason || d.Reason.Message != "never seen" || d.Attempts != c.attempts {
			t.Errorf("%s: %+v", c.name, d)
		}
		if d.State == hub.Pending && !d.DueAt.After(now) {
			t.Errorf("%s: it is due at %v", c.name, d.DueAt)
		}
	}
}

// sequences calls fn with every sequence of one to five statuses.
func sequences(fn func([]hub.ReceiptStatus)) {
	all := []hub.ReceiptStatus{hub.ReceiptSent, hub.ReceiptDelivered, hub.ReceiptRead, hub.ReceiptFailed}
	var extend func([]hub.ReceiptStatus)
	extend = func(seq []hub.ReceiptStatus) {
		if len(seq) > 0 {
			fn(seq)
		}
		if len(seq) == 5 {
			return
		}
		for _, s := range all {
			extend(append(seq[:len(seq):len(seq)], s))
		}
	}
	extend(nil)
}

// furthest is what is true after all of these receipts, in whatever order they came.
func furthest(seq []hub.ReceiptStatus) hub.DeliveryState {
	rank := map[hub.ReceiptStatus]int{hub.ReceiptSent: 0, hub.ReceiptFailed: 1, hub.ReceiptDelivered: 2, hub.ReceiptRead: 3}
	best := seq[0]
	for _, s := range seq {
		if rank[s] > rank[best] {
			best = s
		}
	}
	return hub.DeliveryState(best)
}

func TestReceiptsInEveryOrderEndAtTheSameStateAndNeverGoDown(t *testing.T) {
	rank := map[hub.DeliveryState]int{hub.Accepted: 1, hub.Sent: 2, hub.DeliveryFailed: 3, hub.Delivered: 4, hub.Read: 5}
	for _, from := range []hub.DeliveryState{hub.Sending, hub.Unknown, hub.Accepted} {
		sequences(func(seq []hub.ReceiptStatus) {
			state, flags, contradicts := from, 0, false
			for i, s := range seq {
				path, flagged := hub.ReceiptMove(state, s)
				for _, to := range path {
					if !state.May(to) || rank[to] < rank[state] {
						t.Fatalf("%s, %v: %s → %s", from, seq[:i+1], state, to)
					}
					state = to
				}
				if flagged {
					flags++
				}
				for _, earlier := range seq[:i] {
					contradicts = contradicts || (s == hub.ReceiptFailed) != (earlier == hub.ReceiptFailed) && s != hub.ReceiptSent && earlier != hub.ReceiptSent
				}
			}
			if want := furthest(seq); state != want {
				t.Errorf("from %s, %v ends at %s, want %s", from, seq, state, want)
			}
			if contradicts && flags == 0 {
				t.Errorf("from %s, %v says both that it failed and that it arrived, and nothing is flagged", from, seq)
			}
		})
	}
	// A delivery that waits to be sent again: that an earlier attempt failed is no news, everything else settles it.
	sequences(func(seq []hub.ReceiptStatus) {
		state := hub.Pending
		for _, s := range seq {
			path, _ := hub.ReceiptMove(state, s)
			for _, to := range path {
				state = to
			}
		}
		arrived, failed := false, true
		for _, s := range seq {
			arrived, failed = arrived || s == hub.ReceiptDelivered || s == hub.ReceiptRead, failed && s == hub.ReceiptFailed
		}
		if arrived && state != furthest(seq) || failed && state != hub.Pending {
			t.Errorf("from PENDING, %v ends at %s", seq, state)
		}
	})
}
