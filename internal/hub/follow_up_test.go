package hub_test

import (
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

func TestWhatAMessageSaysToItsFollowUp(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	over, later := now.Add(-time.Minute), now.Add(10*time.Minute)
	const none = "none"
	for _, c := range []struct {
		name  string
		when  hub.FollowUpCondition
		of    hub.Delivery
		until *time.Time
		held  bool
		away  bool // its recipient cannot be reached
		want  string
	}{
		{"one that is to be sent has no time yet", hub.FollowNotRead, hub.Delivery{State: hub.Pending}, nil, false, false, "WAITS none"},
		{"nor has one that is held back on purpose", hub.FollowNotRead, hub.Delivery{State: hub.Pending, WaitingFor: hub.ReasonQuietHours}, nil, false, false, "WAITS none"},
		{"one whose provider is down has", hub.FollowNotRead, hub.Delivery{State: hub.Pending, WaitingFor: hub.ReasonBreakerOpen}, nil, false, false, "WAITS 10m0s"},
		{"one that is on its way has", hub.FollowNotRead, hub.Delivery{State: hub.Sending, Tries: 1}, nil, false, false, "WAITS 10m0s"},
		{"a time that runs goes on", hub.FollowNotRead, hub.Delivery{State: hub.Delivered, Tries: 1}, &later, false, false, "WAITS 10m0s"},
		{"and ends", hub.FollowNotRead, hub.Delivery{State: hub.Delivered, Tries: 1}, &over, false, false, "GOES NOT_READ"},
		{"whatever is tried meanwhile", hub.FollowNotDelivered, hub.Delivery{State: hub.Pending, Tries: 3}, &over, false, false, "GOES NOT_DELIVERED"},
		{"delivered is enough for one", hub.FollowNotDelivered, hub.Delivery{State: hub.Delivered}, &over, false, false, "NOT_NEEDED"},
		{"of one of which nobody knows it is not known that it was read", hub.FollowNotRead, hub.Delivery{State: hub.Unknown, Tries: 1}, &over, false, false, "GOES NOT_READ"},
		{"a failure needs no time", hub.FollowNotRead, hub.Delivery{State: hub.DeliveryFailed}, &later, false, false, "GOES FAILED"},
		{"one that was taken back needs none", hub.FollowNotRead, hub.Delivery{State: hub.DeliveryCancelled}, &over, false, false, "NOT_NEEDED"},
		{"nor does one that was not to be sent", hub.FollowFailed, hub.Delivery{State: hub.Suppressed}, nil, false, false, "NOT_NEEDED"},
		{"but one that could not be reached", hub.FollowFailed, hub.Delivery{State: hub.Suppressed}, nil, false, true, "GOES FAILED"},
		{"what did not fail may fail yet", hub.FollowFailed, hub.Delivery{State: hub.Accepted, Tries: 1}, nil, false, false, "WAITS 10m0s"},
		{"until the time is over", hub.FollowFailed, hub.Delivery{State: hub.Sent, Tries: 1}, &over, false, false, "NOT_NEEDED"},
		{"what is tried again has time", hub.FollowFailed, hub.Delivery{State: hub.Pending, Tries: 2}, &over, false, false, "WAITS none"},
		{"one of which nobody knows did not fail", hub.FollowFailed, hub.Delivery{State: hub.Unknown, Tries: 1}, &over, false, false, "NOT_NEEDED"},
		{"what came to hold, holds", hub.FollowNotRead, hub.Delivery{State: hub.Pending, Tries: 1}, &over, true, false, "GOES NOT_READ"},
		{"unless it arrived after all", hub.FollowNotRead, hub.Delivery{State: hub.Read}, &over, true, false, "NOT_NEEDED"},
	} {
		a := &hub.Awaited{DeliveryKey: 2, FollowsKey: 1, When: c.when, Within: 10 * time.Minute, Until: c.until}
		if c.held {
			a.HeldAt = &over
		}
		v := a.Judge(&c.of, c.away, now)
		got := string(v.Step)
		switch {
		case v.Step == hub.FollowUpGoes:
			got += " " + string(v.Held)
		case v.Step == hub.FollowUpWaits && v.Until == nil:
			got += " " + none
		case v.Step == hub.FollowUpWaits:
			got += " " + v.Until.Sub(now).String()
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if !c.held && (v.Reason.Message == "" || v.Reason.By != hub.ID(hub.KindDelivery, 1)) {
			t.Errorf("%s: it says %+v", c.name, v.Reason)
		}
	}
}

func TestFollowUpsThatMakeNoSenseAreProblems(t *testing.T) {
	t.Parallel()
	tells, silent := &hub.Connector{Name: "chat", Version: "1", Capabilities: hub.Capabilities{Receipts: true}}, &hub.Connector{Name: "mail", Version: "1"}
	chain := func(of ...int) (list []*hub.FollowUp) {
		for _, at := range of {
			if at < 0 {
				list = append(list, nil)
				continue
			}
			list = append(list, &hub.FollowUp{Of: at, When: hub.FollowFailed})
		}
		return list
	}
	for _, c := range []struct {
		name  string
		first *hub.Connector
		list  []*hub.FollowUp
		want  string
	}{
		{"in order", tells, []*hub.FollowUp{nil, {Of: 0, When: hub.FollowNotRead, WithinSeconds: 60}}, ""},
		{"three deep", tells, chain(-1, 0, 1, 2), ""},
		{"four deep", tells, chain(-1, 0, 1, 2, 3), "FOLLOW_UP_INVALID targets.4.followUp.of"},
		{"of itself", tells, chain(-1, 1), "FOLLOW_UP_INVALID targets.1.followUp.of"},
		{"of a later one, which could lead back", tells, chain(-1, 2, 1), "FOLLOW_UP_INVALID targets.1.followUp.of"},
		{"the first one", tells, chain(0), "FOLLOW_UP_INVALID targets.0.followUp.of"},
		{"of one that is not there", tells, chain(-1, 7), "FOLLOW_UP_INVALID targets.1.followUp.of"},
		{"without a condition", tells, []*hub.FollowUp{nil, {Of: 0}}, "FOLLOW_UP_INVALID targets.1.followUp.when"},
		{"without a time", tells, []*hub.FollowUp{nil, {Of: 0, When: hub.FollowNotRead}}, "FOLLOW_UP_INVALID targets.1.followUp.within"},
		{"with a time that is too long", tells, []*hub.FollowUp{nil, {Of: 0, When: hub.FollowNotRead, WithinSeconds: 31 * 24 * 3600}}, "FOLLOW_UP_INVALID targets.1.followUp.within"},
		{"of what is never said", silent, []*hub.FollowUp{nil, {Of: 0, When: hub.FollowNotRead, WithinSeconds: 60}}, "FOLLOW_UP_UNTOLD targets.1.followUp.when"},
		{"of what is never said to arrive", silent, []*hub.FollowUp{nil, {Of: 0, When: hub.FollowNotDelivered, WithinSeconds: 60}}, "FOLLOW_UP_UNTOLD targets.1.followUp.when"},
		{"of a failure, which is said at once", silent, chain(-1, 0), ""},
		{"of a connector that has not described itself", &hub.Connector{Name: "mail"}, []*hub.FollowUp{nil, {Of: 0, When: hub.FollowNotRead, WithinSeconds: 60}}, ""},
	} {
		f := &hub.Flow{Description: "d"}
		facts := hub.FlowFacts{}
		for i, up := range c.list {
			f.Definition.Targets = append(f.Definition.Targets, hub.FlowTarget{IntegrationKey: 1, Action: "send", FollowUp: up})
			connector := tells
			if i == 0 {
				connector = c.first
			}
			facts.Targets = append(facts.Targets, hub.TargetFacts{Integration: &hub.Integration{Name: "in"}, Connector: connector})
		}
		var got []string
		for _, p := range hub.FlowProblems(f, facts) {
			if strings.Contains(p.Path, "followUp") {
				got = append(got, string(p.Code)+" "+p.Path)
			}
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %v, want %q", c.name, got, c.want)
		}
	}
}

func TestWhyAFollowUpGoesOrNotNamesItsTimeInFull(t *testing.T) {
	t.Parallel()
	over := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	for within, want := range map[time.Duration]string{3 * time.Second: "3s", 10 * time.Second: "10s", 90 * time.Second: "1m30s", time.Minute: "1m",
		10 * time.Minute: "10m", 90 * time.Minute: "1h30m", time.Hour: "1h", 20 * time.Hour: "20h", time.Hour + 10*time.Second: "1h0m10s"} {
		for _, c := range []struct {
			when  hub.FollowUpCondition
			state hub.DeliveryState
		}{{hub.FollowFailed, hub.Sent}, {hub.FollowFailed, hub.Unknown}, {hub.FollowNotDelivered, hub.Sent}, {hub.FollowNotRead, hub.Sent}} {
			a := &hub.Awaited{When: c.when, Within: within, Until: &over}
			v := a.Judge(&hub.Delivery{State: c.state, Tries: 1}, false, over)
			if !strings.Contains(v.Reason.Message+" ", "within "+want+" ") {
				t.Errorf("%s, %s of %s: %s", c.when, c.state, within, v.Reason.Message)
			}
		}
	}
	for state, want := range map[hub.DeliveryState]string{
		hub.Accepted: "not needed: the message that it follows up did not fail",
		hub.Unknown:  "not sent: nobody could tell whether the message that it follows up failed",
	} {
		a := &hub.Awaited{When: hub.FollowFailed} // its connector tells nothing more
		if v := a.Judge(&hub.Delivery{State: state, Tries: 1}, false, over); v.Reason.Message != want {
			t.Errorf("%s, when nothing more is told: %q", state, v.Reason.Message)
		}
	}
}
