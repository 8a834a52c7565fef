package engine_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// followed is a flow whose second target follows the first one up.
func followed(when hub.FollowUpCondition, within time.Duration, more ...func(*hub.FlowInput)) func(*hub.FlowInput) {
	return func(f *hub.FlowInput) {
		(*f.Targets)[1].FollowUp = &hub.FollowUp{Of: 0, When: when, WithinSeconds: int(within / time.Second)}
		for _, change := range more {
			change(f)
		}
	}
}

// tell has the provider say something of the first message of an execution.
func (p *pair) tell(t *testing.T, key int64, status hub.ReceiptStatus) {
	t.Helper()
	_, list := execution(t, p.Hub, key)
	callback(t, p.Hub, p.first.Key, receipt(list[0].Key, status))
	settled()
}

// down has a connector's provider answer every message to Jonas with an outcome.
func (p *pair) down(o hub.Outcome) {
	p.Connector.Decide(func(h hub.Handover) hub.Outcome {
		if h.Recipient == jonasPhone {
			return o
		}
		return hub.Outcome{Kind: hub.OutcomeAccepted}
	})
}

func TestAFollowUpGoesIfAMessageComesToNothing(t *testing.T) {
	const half = 30 * time.Minute
	type play func(*testing.T, *pair, int64)
	wait := func(d time.Duration) play { return func(*testing.T, *pair, int64) { after(d) } }
	says := func(status hub.ReceiptStatus) play {
		return func(t *testing.T, p *pair, key int64) { p.tell(t, key, status) }
	}
	for _, c := range []struct {
		name   string
		when   hub.FollowUpCondition
		within time.Duration
		before func(*pair)
		plays  []play
		want   string
		says   string // the reason of the follow-up, or the cause in the journal that let it go
	}{
		{"not read: it was read in time", hub.FollowNotRead, half, nil, []play{wait(10 * time.Minute), says(hub.ReceiptRead), wait(time.Hour)}, "CLOSED SUCCEEDED: READ SUPPRESSED", "not needed: the message that it follows up was read"},
		{"not read: it was read in the last second", hub.FollowNotRead, half, nil, []play{wait(half - time.Second), says(hub.ReceiptRead), wait(time.Hour)}, "CLOSED SUCCEEDED: READ SUPPRESSED", "was read"},
		{"not read: it was only delivered", hub.FollowNotRead, half, nil, []play{says(hub.ReceiptDelivered), wait(half + time.Second)}, "CLOSED SUCCEEDED: DELIVERED ACCEPTED", "the message that it follows up was not read within 30m"},
		{"not read: the time is not over", hub.FollowNotRead, half, nil, []play{says(hub.ReceiptDelivered), wait(half - time.Second)}, "WAITING FOLLOW_UP: DELIVERED PENDING", "it goes only if the message that it follows up is not read within 30m"},
		{"not read: nothing was told", hub.FollowNotRead, half, nil, []play{wait(half + time.Second)}, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED", "was not read within 30m"},
		{"not read: it was refused, which needs no waiting", hub.FollowNotRead, half, func(p *pair) { p.down(hub.Outcome{Kind: hub.OutcomeRejected}) }, nil, "CLOSED PARTIAL: FAILED ACCEPTED", "the message that it follows up failed"},
		{"not read: it failed later", hub.FollowNotRead, half, nil, []play{wait(5 * time.Minute), says(hub.ReceiptFailed)}, "CLOSED PARTIAL: FAILED ACCEPTED", "failed"},
		{"not read: nobody knows whether it was sent", hub.FollowNotRead, half, func(p *pair) { p.down(hub.Outcome{Kind: hub.OutcomeUnknown}) }, []play{wait(half + time.Second)}, "CLOSED UNSETTLED: UNKNOWN ACCEPTED", "was not read within 30m"},
		{"not read: its provider is down, which it waits for", hub.FollowNotRead, half, func(p *pair) { p.down(hub.Outcome{Kind: hub.OutcomeRetry, RetryAfter: time.Hour}) }, []play{wait(half + time.Second)}, "WAITING RETRY: PENDING ACCEPTED", "was not read within 30m"},
		{"not read: its connector is down", hub.FollowNotRead, half, func(p *pair) { p.Connector.Down() }, []play{wait(half + time.Second)}, "WAITING CONNECTOR_DOWN: PENDING PENDING", "was not read within 30m"},
		{"not delivered: it was delivered in time", hub.FollowNotDelivered, half, nil, []play{wait(29 * time.Minute), says(hub.ReceiptDelivered), wait(time.Hour)}, "CLOSED SUCCEEDED: DELIVERED SUPPRESSED", "was delivered"},
		{"not delivered: it was read, so it was delivered", hub.FollowNotDelivered, half, nil, []play{says(hub.ReceiptRead)}, "CLOSED SUCCEEDED: READ SUPPRESSED", "was read"},
		{"not delivered: it was delivered too late", hub.FollowNotDelivered, half, nil, []play{says(hub.ReceiptSent), wait(31 * time.Minute), says(hub.ReceiptDelivered)}, "CLOSED SUCCEEDED: DELIVERED ACCEPTED", "was not delivered within 30m"},
		{"failed: it was delivered", hub.FollowFailed, 0, nil, []play{says(hub.ReceiptSent), wait(time.Hour), says(hub.ReceiptDelivered)}, "CLOSED SUCCEEDED: DELIVERED SUPPRESSED", "was delivered"},
		{"failed: it failed hours later", hub.FollowFailed, 0, nil, []play{wait(20 * time.Hour), says(hub.ReceiptFailed)}, "CLOSED PARTIAL: FAILED ACCEPTED", "failed"},
		{"failed: it did not fail for a day", hub.FollowFailed, 0, nil, []play{wait(25 * time.Hour)}, "CLOSED SUCCEEDED: ACCEPTED SUPPRESSED", "did not fail within 24h"},
		{"failed: it failed after its own time", hub.FollowFailed, time.Hour, nil, []play{wait(2 * time.Hour), says(hub.ReceiptFailed)}, "CLOSED FAILED: FAILED SUPPRESSED", "did not fail within 1h"},
		{"failed: it is tried for longer than that, and then fails", hub.FollowFailed, time.Minute, func(p *pair) { p.down(hub.Outcome{Kind: hub.OutcomeRetry, RetryAfter: 10 * time.Hour}) }, []play{wait(25 * time.Hour)}, "CLOSED PARTIAL: FAILED ACCEPTED", "failed"},
		{"failed: nobody knows for a day", hub.FollowFailed, 0, func(p *pair) { p.down(hub.Outcome{Kind: hub.OutcomeUnknown}) }, []play{wait(25 * time.Hour)}, "CLOSED UNSETTLED: UNKNOWN SUPPRESSED", "nobody could tell"},
		{"failed: a person knows that it was not sent", hub.FollowFailed, 0, func(p *pair) { p.down(hub.Outcome{Kind: hub.OutcomeUnknown}) }, []play{wait(time.Hour), func(t *testing.T, p *pair, key int64) {
			_, list := execution(t, p.Hub, key)
			if _, err := p.Engine.DeliveryResolve(t.Context(), p.Admin, list[0].Key, hub.ResolveFailed); err != nil {
				t.Fatal(err)
			}
			settled()
		}}, "CLOSED PARTIAL: FAILED ACCEPTED", "failed"},
		{"whoever cannot be reached that way", hub.FollowFailed, 0, func(p *pair) {
			p.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRejected, Suppress: time.Hour})
		}, []play{func(t *testing.T, p *pair, _ int64) {
			key := p.publish(t, "OT-2")
			is(t, p.Hub, key, "CLOSED SUCCEEDED: SUPPRESSED ACCEPTED")
		}}, "CLOSED PARTIAL: FAILED ACCEPTED", "failed"},
		{"a person took all of it back", hub.FollowNotRead, half, nil, []play{func(t *testing.T, p *pair, key int64) {
			if _, err := p.Engine.ExecutionCancel(t.Context(), p.Admin, key); err != nil {
				t.Fatal(err)
			}
		}, wait(time.Hour)}, "CLOSED SUCCEEDED: ACCEPTED CANCELLED", "cancelled by a person"},
	} {
		t.Run(c.name, func(t *testing.T) {
			twice(t, followed(c.when, c.within), func(t *testing.T, p *pair) {
				if c.before != nil {
					c.before(p)
				}
				key := p.publish(t, "OT-1")
				for _, play := range c.plays {
					play(t, p, key)
				}
				is(t, p.Hub, key, c.want)
				_, list := execution(t, p.Hub, key)
				var why []string
				if list[1].Reason != nil {
					why = append(why, list[1].Reason.Message)
				}
				for _, change := range p.Timeline(t, key) {
					if change.Aspect == hub.AspectFollowUp {
						why = append(why, change.Cause.Message)
						if change.Key != list[1].Key || change.Cause.By != list[0].ID() || change.Cause.Path != "targets.1.followUp" {
							t.Errorf("the journal says %+v", change)
						}
					}
				}
				if !strings.Contains(strings.Join(why, "; "), c.says) {
					t.Errorf("it says %q, want %q", why, c.says)
				}
				gone := list[1].Tries > 0
				if got := slices.Contains(recipients(p.Hub), officePhone); got != gone && c.name != "whoever cannot be reached that way" {
					t.Errorf("the office was told: %v; the delivery says %v", got, gone)
				}
			})
		})
	}
}

func TestTheTimelineTellsOfAFollowUp(t *testing.T) {
	twice(t, followed(hub.FollowNotRead, time.Minute), func(t *testing.T, p *pair) {
		key := p.publish(t, "OT-1")
		exec, list := execution(t, p.Hub, key)
		if want := time.Now().Add(time.Minute); exec.Until == nil || !exec.Until.Equal(want) || list[1].DueAt == nil || !list[1].DueAt.Equal(want) {
			t.Errorf("it waits until %v and %v, want %v", exec.Until, list[1].DueAt, want)
		}
		after(2 * time.Minute)
		wantJournal(t, p.Hub, key,
			"EXECUTION →QUEUED MATCHED",
			"EXECUTION QUEUED→RUNNING WORKER",
			"DELIVERY →PENDING MATCHED",
			"DELIVERY →PENDING FOLLOW_UP",
			"DELIVERY PENDING→SENDING WORKER",
			"DELIVERY SENDING→ACCEPTED OUTCOME",
			"EXECUTION RUNNING→WAITING FOLLOW_UP",
			"EXECUTION WAITING→RUNNING WORKER",
			"DELIVERY FOLLOW_UP →NOT_READ FOLLOW_UP",
			"DELIVERY PENDING→SENDING WORKER",
			"DELIVERY SENDING→ACCEPTED OUTCOME",
			"EXECUTION RUNNING→CLOSED OUTCOME",
			"EXECUTION OUTCOME →SUCCEEDED OUTCOME")
	})
}

func TestAFollowUpThatCannotBeMadeIsNoFailureUnlessItIsNeeded(t *testing.T) {
	broken := func(f *hub.FlowInput) { (*f.Targets)[1].Recipient = hub.Recipient{Field: "responsible.email"} } // which nobody has, and no number either
	for want, status := range map[string]hub.ReceiptStatus{"CLOSED SUCCEEDED: READ SUPPRESSED": hub.ReceiptRead, "CLOSED FAILED: FAILED FAILED": hub.ReceiptFailed} {
		t.Run(want, func(t *testing.T) {
			twice(t, followed(hub.FollowNotRead, time.Hour, broken), func(t *testing.T, p *pair) {
				key := p.publish(t, "OT-1")
				is(t, p.Hub, key, "WAITING FOLLOW_UP: ACCEPTED PENDING")
				if _, list := execution(t, p.Hub, key); list[1].Reason == nil || list[1].Reason.Code != hub.ReasonRecipient {
					t.Errorf("it says %+v", list[1].Reason)
				}
				p.tell(t, key, status)
				is(t, p.Hub, key, want)
			})
		})
	}
}

func TestWhoHasNoNumberIsFollowedUpAtOnce(t *testing.T) {
	twice(t, followed(hub.FollowNotRead, time.Hour), func(t *testing.T, p *pair) {
		key := started(t, p.Publish(t, hubtest.WorkOrder("OT-1", hubtest.Task("OT-1", 1000, jonas), hubtest.Person(jonas, ""))))
		settled()
		is(t, p.Hub, key, "CLOSED PARTIAL: FAILED ACCEPTED")
	})
}

func TestFollowUpsOfFollowUpsWaitForEachOther(t *testing.T) {
	third := func(f *hub.FlowInput) {
		*f.Targets = append(*f.Targets, (*f.Targets)[1])
		(*f.Targets)[2].Recipient = hub.Recipient{Constant: martaPhone}
		(*f.Targets)[2].FollowUp = &hub.FollowUp{Of: 1, When: hub.FollowNotRead, WithinSeconds: 60}
	}
	twice(t, followed(hub.FollowNotRead, time.Minute, third), func(t *testing.T, p *pair) {
		key := p.publish(t, "OT-1")
		after(61 * time.Second)
		is(t, p.Hub, key, "WAITING FOLLOW_UP: ACCEPTED ACCEPTED PENDING")
		after(61 * time.Second)
		is(t, p.Hub, key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED ACCEPTED")

		read := p.publish(t, "OT-2")
		p.tell(t, read, hub.ReceiptRead)
		is(t, p.Hub, read, "CLOSED SUCCEEDED: READ SUPPRESSED SUPPRESSED")
	})
}

func TestOneFollowUpStandsForAllMessagesThatLeadToTheSameRecipient(t *testing.T) {
	both := func(f *hub.FlowInput) {
		(*f.Targets)[0].Recipient = hub.Recipient{All: []hub.Recipient{{Field: "responsible.sms"}, {Constant: martaPhone}}}
	}
	twice(t, followed(hub.FollowNotRead, time.Minute, both), func(t *testing.T, p *pair) {
		key := p.publish(t, "OT-1")
		is(t, p.Hub, key, "WAITING FOLLOW_UP: ACCEPTED ACCEPTED PENDING")
		p.tell(t, key, hub.ReceiptRead) // Jonas; Marta does not
		is(t, p.Hub, key, "WAITING FOLLOW_UP: READ ACCEPTED PENDING")
		after(2 * time.Minute)
		is(t, p.Hub, key, "CLOSED SUCCEEDED: READ ACCEPTED ACCEPTED")
	})
}

func TestAFollowUpGoesToWhoeverStandsForTheRecipient(t *testing.T) {
	pairs := func(f *hub.FlowInput) {
		(*f.Targets)[0].Recipient = hub.Recipient{All: []hub.Recipient{{Field: "responsible.sms"}, {Constant: martaPhone}}}
		(*f.Targets)[1].Recipient = hub.Recipient{All: []hub.Recipient{{Constant: officePhone}, {Constant: "+5511999990098"}}}
	}
	twice(t, followed(hub.FollowNotRead, time.Minute, pairs), func(t *testing.T, p *pair) {
		key := p.publish(t, "OT-1")
		p.tell(t, key, hub.ReceiptRead) // Jonas
		after(2 * time.Minute)
		is(t, p.Hub, key, "CLOSED SUCCEEDED: READ ACCEPTED SUPPRESSED ACCEPTED")
		if got := recipients(p.Hub); slices.Contains(got, officePhone) || !slices.Contains(got, "+5511999990098") {
			t.Errorf("told were %v", got)
		}
	})
}

func TestAFollowUpIsQuietAndIsTakenBackIfTheMessageIsReadMeanwhile(t *testing.T) {
	night := func(f *hub.FlowInput) {
		f.Settings = &hub.FlowSettings{TimeZone: "UTC", QuietHours: &hub.QuietHours{From: "00:05", To: "07:00", Zone: hub.QuietFlow}}
	}
	for _, read := range []bool{true, false} {
		twice2(t, map[bool]string{true: "read", false: "never read"}[read], followed(hub.FollowNotRead, 10*time.Minute, night), func(t *testing.T, p *pair) {
			key := p.publish(t, "OT-1")
			after(11 * time.Minute)
			is(t, p.Hub, key, "WAITING QUIET_HOURS: ACCEPTED PENDING")
			want := "CLOSED SUCCEEDED: ACCEPTED ACCEPTED"
			if read {
				p.tell(t, key, hub.ReceiptRead)
				want = "CLOSED SUCCEEDED: READ SUPPRESSED"
			}
			after(8 * time.Hour)
			is(t, p.Hub, key, want)
		})
	}
}

func twice2(t *testing.T, name string, change func(*hub.FlowInput), play func(*testing.T, *pair)) {
	t.Helper()
	t.Run(name, func(t *testing.T) { twice(t, change, play) })
}

func TestTheAgeOfAFollowUpCountsFromWhenItIsToGo(t *testing.T) {
	young := func(f *hub.FlowInput) { f.Settings = &hub.FlowSettings{MaxAgeSeconds: 3600} }
	twice(t, followed(hub.FollowNotRead, 2*time.Hour, young), func(t *testing.T, p *pair) {
		p.Connector.Script(officePhone, hub.Outcome{Kind: hub.OutcomeRetry, RetryAfter: time.Minute})
		key := p.publish(t, "OT-1")
		after(2*time.Hour + 5*time.Minute)
		is(t, p.Hub, key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED")
		if _, list := execution(t, p.Hub, key); list[1].Tries != 2 {
			t.Errorf("it was tried %d times", list[1].Tries)
		}
	})
}

func TestAFollowUpThatWaitsHoldsNoMessageBehindIt(t *testing.T) {
	same := func(f *hub.FlowInput) {
		f.Settings = &hub.FlowSettings{Ordering: hub.OrderedByRecord}
		(*f.Targets)[1].IntegrationKey = (*f.Targets)[0].IntegrationKey
	}
	twice(t, followed(hub.FollowNotRead, time.Hour, same), func(t *testing.T, p *pair) {
		p.down(hub.Outcome{Kind: hub.OutcomeUnknown})
		first := p.publish(t, "OT-1")
		again := forJonas("OT-1")
		again.ID = "OT-1 again"
		p.down(hub.Outcome{Kind: hub.OutcomeAccepted})
		second := started(t, p.Publish(t, again))
		after(20 * time.Minute) // the first one is UNKNOWN and holds it for a quarter of an hour
		is(t, p.Hub, second, "WAITING FOLLOW_UP: ACCEPTED PENDING")
		after(time.Hour)
		is(t, p.Hub, first, "CLOSED UNSETTLED: UNKNOWN ACCEPTED")
		is(t, p.Hub, second, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED")
	})
}

func TestFollowUpsOfADigestAreDigests(t *testing.T) {
	digest := func(f *hub.FlowInput) {
		f.Settings = &hub.FlowSettings{Collect: &hub.Collect{By: hub.CollectByRecipient, WindowSeconds: 60}}
		(*f.Targets)[1].Mapping = []hub.MappingEntry{{Field: "collected.count", Position: 1}}
	}
	twice(t, followed(hub.FollowNotRead, time.Hour, digest), func(t *testing.T, p *pair) {
		key := p.publish(t, "OT-1")
		if p.publish(t, "OT-2") != key {
			t.Fatal("the second one was not gathered with the first")
		}
		after(2 * time.Minute)
		is(t, p.Hub, key, "WAITING FOLLOW_UP: ACCEPTED PENDING")
		after(2 * time.Hour)
		is(t, p.Hub, key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED")
		if got := p.through(t, p.second); !slices.Equal(got, []string{"2"}) {
			t.Errorf("the office was told of %v", got)
		}
	})
}

func TestAReplayRepeatsNoFollowUp(t *testing.T) {
	twice(t, followed(hub.FollowNotRead, time.Minute), func(t *testing.T, p *pair) {
		p.down(hub.Outcome{Kind: hub.OutcomeRejected})
		key := p.publish(t, "OT-1")
		is(t, p.Hub, key, "CLOSED PARTIAL: FAILED ACCEPTED")
		p.Connector.Decide(nil)
		out, err := p.Engine.ExecutionReplay(t.Context(), p.Admin, key, hub.ReplayInput{Version: hub.ReplayPinned})
		if err != nil {
			t.Fatal(err)
		}
		after(2 * time.Minute)
		is(t, p.Hub, out.Execution.Key, "CLOSED SUCCEEDED: ACCEPTED SUPPRESSED")

		read := p.publish(t, "OT-2")
		p.tell(t, read, hub.ReceiptRead)
		_, err = p.Engine.ExecutionReplay(t.Context(), p.Admin, read, hub.ReplayInput{Version: hub.ReplayPinned})
		wantError(t, err, hub.CodeConflict, "id", "was sent already")
	})
}

func TestAPersonSendsAFollowUpThatWasNotNeeded(t *testing.T) {
	twice(t, followed(hub.FollowNotRead, time.Minute), func(t *testing.T, p *pair) {
		key := p.publish(t, "OT-1")
		p.tell(t, key, hub.ReceiptRead)
		_, list := execution(t, p.Hub, key)
		if _, err := p.Engine.DeliveryRetry(t.Context(), p.Admin, list[1].Key); err != nil {
			t.Fatal(err)
		}
		settled()
		is(t, p.Hub, key, "CLOSED SUCCEEDED: READ ACCEPTED")
	})
}

func TestAFollowUpOutlivesACrash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var key int64
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{Dir: dir})
		second := h.Integration(t, "the office")
		h.Assignment(t, func(f *hub.FlowInput, _ *hub.EventInput) {
			*f.Targets = append(*f.Targets, secondTarget(second.Key))
			followed(hub.FollowNotRead, 10*time.Minute)(f)
		})
		key = started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "WAITING FOLLOW_UP: ACCEPTED PENDING")
		h.Stop(t)
		// Its time comes while the hub is down.
		time.Sleep(time.Hour)
		h = hubtest.Engine(t, hubtest.EngineOptions{Dir: dir})
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED")
		if got := recipients(h); !slices.Equal(got, []string{officePhone}) {
			t.Errorf("told were %v", got)
		}
	})
}

func TestAPreviewSaysWhatAFollowUpWaitsFor(t *testing.T) {
	twice(t, followed(hub.FollowNotRead, time.Minute), func(t *testing.T, p *pair) {
		for _, c := range []struct {
			phone, want string
		}{{jonasPhone, "SUCCEEDED: PENDING PENDING FOLLOW_UP"}, {"", "PARTIAL: FAILED PENDING"}} {
			records := []hub.RecordInput{hubtest.Task("OT-1", 1000, jonas), hubtest.Person(jonas, c.phone)}
			v, err := p.Engine.FlowPreview(t.Context(), p.Admin, hub.PreviewInput{FlowKey: p.flow.Key, Sample: hub.Sample{Records: records}})
			if err != nil {
				t.Fatal(err)
			}
			got := string(v.Executions[0].Outcome) + ":"
			for _, d := range v.Executions[0].Deliveries() {
				got += " " + string(d.State)
				if d.WaitingFor != "" {
					got += " " + string(d.WaitingFor)
				}
			}
			if got != c.want {
				t.Errorf("the preview says %q, want %q", got, c.want)
			}
		}
	})
}
