package engine_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

const officePhone = "+5511999990099"

// pair is a flow that tells each work order twice: through one integration to whoever is responsible, and through another to the office.
type pair struct {
	*hubtest.Hub
	first, second *hub.Integration
	flow          *hub.Flow
}

// secondTarget tells the office the folio alone.
func secondTarget(integration int64) hub.FlowTarget {
	return hub.FlowTarget{IntegrationKey: integration, Action: hubtest.AssignmentAction, Parameters: json.RawMessage(`{"template":"office"}`),
		Recipient: hub.Recipient{Constant: officePhone}, Mapping: []hub.MappingEntry{{Field: "wo_folio", Position: 1}}}
}

// twice runs a test in fake time with such a flow.
func twice(t *testing.T, change func(*hub.FlowInput), play func(*testing.T, *pair)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		p := &pair{Hub: h, second: h.Integration(t, "the office")}
		a := h.Assignment(t, func(f *hub.FlowInput, _ *hub.EventInput) {
			*f.Targets = append(*f.Targets, secondTarget(p.second.Key))
			if change != nil {
				change(f)
			}
		})
		p.first, p.flow = a.Integration, a.Flow
		play(t, p)
	})
}

// publish publishes a work order for Jonas, and waits until nothing moves.
func (p *pair) publish(t *testing.T, folio string) int64 {
	t.Helper()
	key := started(t, p.Publish(t, forJonas(folio)))
	settled()
	return key
}

// through says what went through an integration: the first value of each message.
func (p *pair) through(t *testing.T, in *hub.Integration) (list []string) {
	t.Helper()
	for _, h := range p.Connector.Sent() {
		d, err := p.DB.Delivery(t.Context(), p.Admin, h.Key)
		if err != nil {
			t.Fatal(err)
		}
		if d.IntegrationKey == in.Key {
			list = append(list, h.Values[0])
		}
	}
	return list
}

func TestEachTargetOfAFlowGetsItsOwnMessages(t *testing.T) {
	twice(t, nil, func(t *testing.T, p *pair) {
		key := p.publish(t, "OT-1")
		is(t, p.Hub, key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED")
		_, list := execution(t, p.Hub, key)
		for i, want := range []struct {
			integration int64
			recipient   string
			values      int
		}{{p.first.Key, jonasPhone, 7}, {p.second.Key, officePhone, 1}} {
			if d := list[i]; d.Target != i || d.IntegrationKey != want.integration || d.Recipient != want.recipient || len(d.Values) != want.values {
				t.Errorf("the message of target %d is %+v", i, d)
			}
		}
		if sent := p.Connector.Sent(); string(sent[0].Parameters) != `{"template":"wo_assignment"}` || string(sent[1].Parameters) != `{"template":"office"}` {
			t.Errorf("sent were %s and %s", sent[0].Parameters, sent[1].Parameters)
		}
	})
}

func TestAnOutcomeIsThatOfAllTargets(t *testing.T) {
	twice(t, nil, func(t *testing.T, p *pair) {
		p.Connector.Script(officePhone, hub.Outcome{Kind: hub.OutcomeRejected, Code: "1"})
		key := p.publish(t, "OT-1")
		is(t, p.Hub, key, "CLOSED PARTIAL: ACCEPTED FAILED")
		_, list := execution(t, p.Hub, key)
		if _, err := p.Engine.DeliveryRetry(t.Context(), p.Admin, list[1].Key); err != nil {
			t.Fatal(err)
		}
		settled()
		is(t, p.Hub, key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED")
	})
}

func TestWhatHoldsOneTargetBackHoldsNoOther(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*hub.FlowInput)
		hold   func(*testing.T, *pair)
		goOn   func(*testing.T, *pair)
	}{
		{"a pause of its integration", nil, pauseFirst, resumeFirst},
		{"a pause of its integration, of messages that keep an order", func(f *hub.FlowInput) { f.Settings = &hub.FlowSettings{Ordering: hub.OrderedByRecord} }, pauseFirst, resumeFirst},
		{"a connector without room for it", nil, func(t *testing.T, p *pair) {
			one := 1
			if _, err := p.Engine.IntegrationUpdate(t.Context(), p.Admin, p.first.Key, 0, hub.IntegrationInput{MaxInFlight: &one}); err != nil {
				t.Fatal(err)
			}
			p.Connector.Decide(func(h hub.Handover) hub.Outcome {
				if h.Recipient == jonasPhone {
					return hub.Outcome{} // which does not come
				}
				return hub.Outcome{Kind: hub.OutcomeAccepted}
			})
		}, func(_ *testing.T, p *pair) {
			p.Connector.Decide(nil)
			for _, h := range p.Connector.Sent() {
				if h.Recipient == jonasPhone {
					p.Engine.Outcomes(p.first.Key, []hub.Outcome{{Key: h.Key, Attempt: h.Attempt, Kind: hub.OutcomeAccepted, ProviderID: hubtest.ProviderID(h.Key)}})
				}
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			twice(t, c.change, func(t *testing.T, p *pair) {
				c.hold(t, p)
				var keys []int64
				for _, folio := range []string{"OT-1", "OT-2", "OT-3"} {
					keys = append(keys, p.publish(t, folio))
				}
				after(5 * time.Second)
				if got := p.through(t, p.second); !slices.Equal(got, []string{"OT-1", "OT-2", "OT-3"}) {
					t.Errorf("the office was told %v", got)
				}
				if got := p.through(t, p.first); len(got) > 1 {
					t.Errorf("Jonas was told %v", got)
				}
				c.goOn(t, p)
				after(5 * time.Second)
				for _, key := range keys {
					is(t, p.Hub, key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED")
				}
				if n := len(p.Connector.Sent()); n != 6 {
					t.Errorf("%d messages were sent, want 6", n)
				}
			})
		})
	}
}

func pauseFirst(t *testing.T, p *pair) {
	t.Helper()
	if _, err := p.Engine.IntegrationPause(t.Context(), p.Admin, p.first.Key, hub.PauseInput{Reason: "moving house"}); err != nil {
		t.Fatal(err)
	}
}

func resumeFirst(t *testing.T, p *pair) {
	t.Helper()
	if _, err := p.Engine.IntegrationResume(t.Context(), p.Admin, p.first.Key, 0); err != nil {
		t.Fatal(err)
	}
}

func TestAReplaySendsThroughThoseTargetsThatHaveNotSent(t *testing.T) {
	sameRecipient := func(f *hub.FlowInput) { (*f.Targets)[1].Recipient = hub.Recipient{Field: "responsible.sms"} }
	for _, swapped := range []bool{false, true} {
		t.Run(map[bool]string{false: "by the same version", true: "by one that has them in another order"}[swapped], func(t *testing.T) {
			twice(t, sameRecipient, func(t *testing.T, p *pair) {
				p.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeAccepted}, hub.Outcome{Kind: hub.OutcomeRejected})
				key := p.publish(t, "OT-1")
				is(t, p.Hub, key, "CLOSED PARTIAL: ACCEPTED FAILED")
				in, want := hub.ReplayInput{Version: hub.ReplayPinned}, "CLOSED SUCCEEDED: SUPPRESSED ACCEPTED"
				if swapped {
					targets := slices.Clone(p.flow.Definition.Targets)
					slices.Reverse(targets)
					if _, err := p.Engine.FlowUpdate(t.Context(), p.Admin, p.flow.Key, 0, hub.FlowInput{Targets: &targets}); err != nil {
						t.Fatal(err)
					}
					in, want = hub.ReplayInput{Version: hub.ReplayCurrent}, "CLOSED SUCCEEDED: ACCEPTED SUPPRESSED"
				}
				out, err := p.Engine.ExecutionReplay(t.Context(), p.Admin, key, in)
				if err != nil {
					t.Fatal(err)
				}
				settled()
				is(t, p.Hub, out.Execution.Key, want)
				if got := p.through(t, p.first); len(got) != 1 {
					t.Errorf("through the first integration went %v", got)
				}
			})
		})
	}
}

func TestATestMessageIsThatOfTheTargetThatIsNamed(t *testing.T) {
	twice(t, nil, func(t *testing.T, p *pair) {
		on := hub.Sample{Records: forJonas("OT-1").Records}
		out, err := p.Engine.FlowTest(t.Context(), p.Admin, p.flow.Key, hub.TestInput{Sample: on, Recipient: martaPhone, Target: 1})
		if err != nil {
			t.Fatal(err)
		}
		if d := out.Delivery; d.Target != 1 || d.IntegrationKey != p.second.Key || d.Recipient != martaPhone || len(d.Values) != 1 {
			t.Errorf("the test is %+v", d)
		}
		_, err = p.Engine.FlowTest(t.Context(), p.Admin, p.flow.Key, hub.TestInput{Sample: on, Recipient: martaPhone, Target: 2})
		wantError(t, err, hub.CodeInvalid, "target", "has 2 targets")
	})
}

func TestADigestIsGatheredForEachTarget(t *testing.T) {
	twice(t, func(f *hub.FlowInput) {
		f.Settings = &hub.FlowSettings{Collect: &hub.Collect{By: hub.CollectByRecipient, WindowSeconds: 60}}
	}, func(t *testing.T, p *pair) {
		for _, in := range []hub.OccurrenceInput{forJonas("OT-1"), hubtest.WorkOrder("OT-2", hubtest.Task("OT-2", 2000, marta), hubtest.Person(marta, martaPhone))} {
			if n := len(p.Publish(t, in).Executions); n != 2 {
				t.Errorf("%s is gathered in %d executions, want one for each target", in.ID, n)
			}
		}
		after(2 * time.Minute)
		if got := strings.Join(recipients(p.Hub), " "); got != jonasPhone+" "+martaPhone+" "+officePhone {
			t.Errorf("told were %s", got)
		}
	})
}

func TestProblemsNameTheTarget(t *testing.T) {
	twice(t, nil, func(t *testing.T, p *pair) {
		targets := slices.Clone(p.flow.Definition.Targets)
		targets[1].Mapping = []hub.MappingEntry{{Field: "no_such_field", Position: 1}}
		_, err := p.Engine.FlowUpdate(t.Context(), p.Admin, p.flow.Key, 0, hub.FlowInput{Targets: &targets})
		wantError(t, err, hub.CodeInvalid, "targets.1.mapping.0.field", "no_such_field")
		for range hub.MaxTargets {
			targets = append(targets, secondTarget(p.second.Key))
		}
		_, err = p.Engine.FlowUpdate(t.Context(), p.Admin, p.flow.Key, 0, hub.FlowInput{Targets: &targets})
		wantError(t, err, hub.CodeInvalid, "targets", "at most 10 targets")
	})
}

func TestAPreviewShowsTheMessagesOfEachTarget(t *testing.T) {
	twice(t, nil, func(t *testing.T, p *pair) {
		v, err := p.Engine.FlowPreview(t.Context(), p.Admin, hub.PreviewInput{FlowKey: p.flow.Key, Sample: hub.Sample{Records: forJonas("OT-1").Records}})
		if err != nil {
			t.Fatal(err)
		}
		list := v.Executions[0].Deliveries()
		if len(list) != 2 || list[0].Target != 0 || list[1].Target != 1 || list[1].Recipient != officePhone || list[1].IntegrationKey != p.second.Key {
			t.Errorf("the preview shows %+v", list)
		}
	})
}
