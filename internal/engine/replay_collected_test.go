package engine_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

const paulo, pauloPhone = "PAULO", "+5511999990003"

// folios says which work orders a message is about, at once or for each row.
func folios(t *hub.FlowTarget, together bool) {
	t.Mapping = []hub.MappingEntry{{Position: 1, Field: "wo_folio"}}
	if together {
		t.Mapping = []hub.MappingEntry{{Position: 1, Expression: json.RawMessage(`{"list":[{"var":"collected.all.wo_folio"},9]}`)}}
	}
}

// byFolio has the flow gather by something, or not, and say the folios alone.
func byFolio(by hub.CollectBy) func(*hub.FlowInput, *hub.EventInput) {
	return func(f *hub.FlowInput, _ *hub.EventInput) {
		f.Settings = &hub.FlowSettings{Locale: "en"}
		if by != "" {
			c := aMinute(by)
			f.Settings.Collect = &c
		}
		for i := range *f.Targets {
			folios(&(*f.Targets)[i], by != "")
		}
	}
}

// changedTo saves a version of the flow that gathers by something, or not, with other targets.
func changedTo(t *testing.T, h *hubtest.Hub, f *hub.Flow, by hub.CollectBy, targets ...hub.FlowTarget) {
	t.Helper()
	in := hub.FlowInput{Targets: &targets}
	byFolio(by)(&in, nil)
	if _, err := h.Engine.FlowUpdate(t.Context(), h.Admin, f.Key, 0, in); err != nil {
		t.Fatal(err)
	}
}

// toldSince are the messages after the first few: "0001: OT-1, OT-2".
func toldSince(h *hubtest.Hub, n int) string {
	var list []string
	for _, s := range h.Connector.Sent()[n:] {
		list = append(list, s.Recipient[len(s.Recipient)-4:]+": "+s.Values[0])
	}
	return strings.Join(list, "; ")
}

// three are tasks of a work order: two for Jonas and one for Marta.
func three() hub.OccurrenceInput {
	return hubtest.WorkOrder("OT-0", hubtest.Task("OT-1", 1, jonas), hubtest.Task("OT-2", 2, jonas), hubtest.Task("OT-3", 3, marta),
		hubtest.Person(jonas, jonasPhone), hubtest.Person(marta, martaPhone), hubtest.Person(paulo, pauloPhone))
}

func TestAReplayOfWhatWasGatheredSendsEachRowThatDidNotGoOutAndNoOther(t *testing.T) {
	for name, c := range map[string]struct {
		then, now  hub.CollectBy // of the version that the original ran, and that the replay runs
		reassigned []hub.RecordInput
		want       string
	}{
		"by the same version":                              {hub.CollectByFlow, hub.CollectByFlow, nil, "0002: OT-3"},
		"by one that does not gather":                      {hub.CollectByFlow, "", nil, "0002: OT-3"},
		"by one that gathers for each recipient":           {hub.CollectByFlow, hub.CollectByRecipient, nil, "0002: OT-3"},
		"by one that gathers what was not gathered":        {"", hub.CollectByFlow, nil, "0002: OT-3"},
		"to who was told of others":                        {hub.CollectByFlow, hub.CollectByFlow, []hub.RecordInput{hubtest.Task("OT-3", 3, jonas)}, "0001: OT-3"},
		"to who was told of others, gathered no more":      {hub.CollectByFlow, "", []hub.RecordInput{hubtest.Task("OT-3", 3, jonas)}, "0001: OT-3"},
		"what went out to somebody goes to nobody else":    {hub.CollectByFlow, hub.CollectByFlow, []hub.RecordInput{hubtest.Task("OT-2", 2, paulo)}, "0002: OT-3"},
		"nor does it if nothing is gathered any more":      {hub.CollectByFlow, "", []hub.RecordInput{hubtest.Task("OT-2", 2, paulo)}, "0002: OT-3"},
		"nor did it ever, where nothing is gathered":       {"", "", []hub.RecordInput{hubtest.Task("OT-2", 2, paulo)}, "0002: OT-3"},
		"what did not go out goes with nothing that did":   {hub.CollectByFlow, hub.CollectByFlow, []hub.RecordInput{hubtest.Task("OT-2", 2, paulo), hubtest.Task("OT-3", 3, paulo)}, "0003: OT-3"},
		"and so it does by one that gathers what was not ": {"", hub.CollectByFlow, []hub.RecordInput{hubtest.Task("OT-2", 2, paulo), hubtest.Task("OT-3", 3, paulo)}, "0003: OT-3"},
	} {
		t.Run(name, func(t *testing.T) {
			scene(t, byFolio(c.then), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				rejected(h, martaPhone)
				key := started(t, h.Publish(t, three()))
				after(time.Minute)
				if exec, _ := execution(t, h, key); exec.Outcome != hub.Partial {
					t.Fatalf("the original is %s", exec.Outcome)
				}
				if c.then != c.now {
					changedTo(t, h, a.Flow, c.now, a.Flow.Definition.Targets[0])
				}
				if c.reassigned != nil {
					upsert(t, h, c.reassigned...)
				}
				n := len(h.Connector.Sent())
				v, err := h.Engine.ExecutionReplayPreview(t.Context(), h.Admin, key, hub.ReplayInput{Version: hub.ReplayCurrent})
				if err != nil || !strings.Contains(messages(v), "PENDING +551199999"+strings.Replace(c.want, ":", "", 1)) || strings.Count(messages(v), "PENDING") != 1 {
					t.Errorf("the preview says %s, %v", messages(v), err)
				}
				replay(t, h, key, hub.ReplayInput{Version: hub.ReplayCurrent})
				settled()
				if got := toldSince(h, n); got != c.want {
					t.Errorf("it says %s, want %s", got, c.want)
				}
				notReplayed(t, h, key, hub.ReplayInput{Version: hub.ReplayCurrent}, "sent already")
			})
		})
	}
}

func TestWhatTheSameRecipientWasNotToldYetIsToldByAVersionThatGathers(t *testing.T) {
	scene(t, byFolio(""), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		failing := true
		h.Connector.Decide(func(d hub.Handover) hub.Outcome {
			if failing && d.Values[0] == "OT-2" {
				return hub.Outcome{Kind: hub.OutcomeRejected}
			}
			return hub.Outcome{Kind: hub.OutcomeAccepted}
		})
		key := started(t, h.Publish(t, three()))
		settled()
		failing = false
		hubtest.Turn()
		changedTo(t, h, a.Flow, hub.CollectByFlow, a.Flow.Definition.Targets[0])
		again := replay(t, h, key, hub.ReplayInput{Version: hub.ReplayCurrent})
		settled()
		is(t, h, again.Key, "CLOSED SUCCEEDED: ACCEPTED SUPPRESSED")
		if got := toldSince(h, 3); got != "0001: OT-2" {
			t.Errorf("it says %s", got)
		}
	})
}

func TestAMessageMadeAnewTellsOnlyOfItsOwnRows(t *testing.T) {
	scene(t, byFolio(hub.CollectByFlow), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		in := three()
		in.Records[4] = hubtest.Person(marta, "") // who cannot be told
		key := started(t, h.Publish(t, in))
		after(time.Minute)
		is(t, h, key, "CLOSED PARTIAL: ACCEPTED FAILED")
		_, list := execution(t, h, key)
		upsert(t, h, hubtest.Task("OT-3", 3, jonas))
		if _, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, list[1].Key); err != nil {
			t.Fatal(err)
		}
		settled()
		if got := toldSince(h, 1); got != "0001: OT-3" {
			t.Errorf("it says %s", got)
		}
		notReplayed(t, h, key, pinned, "sent already")
	})
}

func TestAMessageOfWhichAReplayToldARowSinceIsNotSentAgainWithManyOthers(t *testing.T) {
	scene(t, byFolio(hub.CollectByFlow), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		rejected(h, jonasPhone)
		key := started(t, h.Publish(t, three()))
		after(time.Minute)
		is(t, h, key, "CLOSED PARTIAL: FAILED ACCEPTED")
		upsert(t, h, hubtest.Task("OT-1", 1, paulo), hubtest.Task("OT-2", 2, marta)) // the last row of the message is still to be told
		rejected(h, martaPhone)
		again := replay(t, h, key, pinned)
		settled()
		is(t, h, again.Key, "CLOSED PARTIAL: ACCEPTED FAILED")
		out, err := h.Engine.DeliveriesRetry(t.Context(), h.Admin, hub.BulkRetryInput{ID: "k", AtMost: 10, Filter: hub.DeliveryFilter{FlowKey: a.Flow.Key}})
		if err != nil || out.Refused != 1 || out.Retried != 1 {
			t.Fatalf("it is answered %+v, %v", out, err)
		}
		after(time.Minute)
		if got := toldSince(h, 4); got != "0002: OT-2" {
			t.Errorf("it says %s", got)
		}
	})
}

func TestAReplayOfWhatWasGatheredReadsWhatItRefersToAsEachOccurrenceBroughtIt(t *testing.T) {
	scene(t, byFolio(hub.CollectByFlow), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		key := started(t, h.Publish(t, forJonas("OT-1")))
		h.Publish(t, hubtest.WorkOrder("OT-2", hubtest.Task("OT-2", 2, jonas), hubtest.Person(jonas, martaPhone)))
		h.Publish(t, hubtest.WorkOrder("OT-3", hubtest.Task("OT-3", 3, jonas))) // which brought nobody
		after(time.Minute)
		upsert(t, h, hubtest.Person(jonas, pauloPhone))
		for _, c := range []struct {
			records hub.ReplayRecords
			want    string
		}{{hub.RecordsThen, "0001: OT-1; 0002: OT-2; 0003: OT-3"}, {hub.RecordsNow, "0003: OT-1, OT-2, OT-3"}} {
			n := len(h.Connector.Sent())
			replay(t, h, key, hub.ReplayInput{Version: hub.ReplayPinned, Records: c.records, EvenIfSent: true})
			settled()
			if got := toldSince(h, n); got != c.want {
				t.Errorf("%s: it says %s, want %s", c.records, got, c.want)
			}
		}
	})
}

// gatheredTwice runs a test with a flow that gathers for each recipient of two targets: whoever is responsible through one integration, and their
// e-mail address through another. What goes to Jonas's telephone has failed.
func gatheredTwice(t *testing.T, play func(t *testing.T, h *hubtest.Hub, f *hub.Flow, key int64)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		second := h.Integration(t, "by e-mail")
		a := h.Assignment(t, func(f *hub.FlowInput, e *hub.EventInput) {
			*f.Targets = append(*f.Targets, secondTarget(second.Key))
			(*f.Targets)[1].Recipient = hub.Recipient{Field: "responsible.email"}
			byFolio(hub.CollectByRecipient)(f, e)
		})
		who := hubtest.Person(jonas, jonasPhone)
		who.Data["email"] = "+5511999990077" // as the connector takes telephones alone
		rejected(h, jonasPhone)
		p := h.Publish(t, hubtest.WorkOrder("OT-1", hubtest.Task("OT-1", 1, jonas), who))
		after(time.Minute)
		play(t, h, a.Flow, p.Executions[0].Key)
	})
}

func TestWhatWasGatheredGoesThroughTheTargetForWhichItWas(t *testing.T) {
	gatheredTwice(t, func(t *testing.T, h *hubtest.Hub, f *hub.Flow, key int64) {
		is(t, h, key, "CLOSED FAILED: FAILED")
		targets := f.Definition.Targets
		changedTo(t, h, f, hub.CollectByRecipient, targets[1], targets[0])
		again := replay(t, h, key, hub.ReplayInput{Version: hub.ReplayCurrent})
		settled()
		if _, d := one(t, h, again.Key); d.State != hub.Accepted || d.Recipient != jonasPhone || d.Target != 1 || d.IntegrationKey != targets[0].IntegrationKey {
			t.Errorf("it went out as %+v", d)
		}
	})
}

func TestWhatWasGatheredForATargetThatIsGoneIsNotReplayedThroughAnother(t *testing.T) {
	for name, by := range map[string]hub.CollectBy{"while the flow gathers": hub.CollectByRecipient, "while it gathers everything": hub.CollectByFlow, "once it does not": ""} {
		t.Run(name, func(t *testing.T) {
			gatheredTwice(t, func(t *testing.T, h *hubtest.Hub, f *hub.Flow, key int64) {
				changedTo(t, h, f, by, f.Definition.Targets[1])
				current := hub.ReplayInput{Version: hub.ReplayCurrent}
				n := len(h.Connector.Sent())
				v, err := h.Engine.ExecutionReplayPreview(t.Context(), h.Admin, key, current)
				if err != nil || len(v.Obstacles) != 1 || v.Obstacles[0].Code != hub.ReasonInvalidFlow || len(v.Executions) != 0 {
					t.Errorf("the preview is %+v, %v", v, err)
				}
				notReplayed(t, h, key, current, "version 2 of the flow does not have; replay it with its own version")
				out, err := h.Engine.ExecutionsReplay(t.Context(), h.Admin, hub.BulkReplayInput{ID: "k", Version: hub.ReplayCurrent, AtMost: 10})
				if err != nil || out.Refused != 1 || out.Replayed != 0 {
					t.Errorf("with many it is answered %+v, %v", out, err)
				}
				replay(t, h, key, pinned)
				settled()
				if got := toldSince(h, n); got != "0001: OT-1" {
					t.Errorf("it says %s", got)
				}
			})
		})
	}
}

func TestATargetThatStandsInForTheOnlyOneGetsWhatWasGatheredIfItTakesTheSameAddresses(t *testing.T) {
	for field, want := range map[string]bool{"responsible.sms": true, "responsible.email": false} {
		t.Run(field, func(t *testing.T) {
			scene(t, byFolio(hub.CollectByRecipient), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				rejected(h, jonasPhone)
				key := started(t, h.Publish(t, forJonas("OT-1")))
				after(time.Minute)
				other := secondTarget(h.Integration(t, "another provider").Key)
				other.Recipient = hub.Recipient{Field: field}
				changedTo(t, h, a.Flow, hub.CollectByRecipient, other)
				if !want {
					notReplayed(t, h, key, hub.ReplayInput{Version: hub.ReplayCurrent}, "does not have")
					return
				}
				again := replay(t, h, key, hub.ReplayInput{Version: hub.ReplayCurrent})
				settled()
				if _, d := one(t, h, again.Key); d.State != hub.Accepted || d.Recipient != jonasPhone || d.IntegrationKey != other.IntegrationKey {
					t.Errorf("it went out as %+v", d)
				}
			})
		})
	}
}

func TestWhatWasGatheredForOneOfManyGoesToThemAloneHoweverTheFlowGathersNow(t *testing.T) {
	for _, by := range []hub.CollectBy{hub.CollectByRecipient, hub.CollectByFlow, ""} {
		t.Run("now by "+string(by), func(t *testing.T) {
			both := func(f *hub.FlowInput, e *hub.EventInput) {
				byFolio(hub.CollectByRecipient)(f, e)
				(*f.Targets)[0].Recipient = hub.Recipient{All: []hub.Recipient{{Field: "responsible.sms"}, {Constant: officePhone}}}
			}
			scene(t, both, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				rejected(h, jonasPhone)
				p := h.Publish(t, forJonas("OT-1"))
				after(time.Minute)
				if by != hub.CollectByRecipient {
					changedTo(t, h, a.Flow, by, a.Flow.Definition.Targets[0])
				}
				n := len(h.Connector.Sent())
				replay(t, h, p.Executions[0].Key, hub.ReplayInput{Version: hub.ReplayCurrent})
				settled()
				if got := toldSince(h, n); n != 2 || got != "0001: OT-1" {
					t.Errorf("after %d it says %s", n, got)
				}
			})
		})
	}
}

func TestTheNameOfARecordIsNoRecipient(t *testing.T) {
	scene(t, byFolio(hub.CollectByRecord), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		rejected(h, jonasPhone)
		key := started(t, h.Publish(t, forJonas("OT-1")))
		after(time.Minute)
		changedTo(t, h, a.Flow, hub.CollectByRecipient, a.Flow.Definition.Targets[0])
		replay(t, h, key, hub.ReplayInput{Version: hub.ReplayCurrent})
		settled()
		if got := toldSince(h, 1); got != "0001: OT-1" {
			t.Errorf("it says %s", got)
		}
	})
}

func TestRowsOfASubjectThatAreSomebodyElsesAreNotToldToWhomItWasGatheredFor(t *testing.T) {
	change := func(f *hub.FlowInput, e *hub.EventInput) {
		byFolio(hub.CollectByRecipient)(f, e)
		(*f.Source).Rows = hub.RowsSubject
	}
	scene(t, change, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		rejected(h, jonasPhone)
		p := h.Publish(t, hubtest.WorkOrder("OT-1", hubtest.Task("OT-1", 1, jonas), hubtest.Task("OT-1", 2, marta), hubtest.Person(jonas, jonasPhone), hubtest.Person(marta, martaPhone)))
		after(time.Minute)
		changedTo(t, h, a.Flow, "", a.Flow.Definition.Targets[0])
		again := replay(t, h, p.Executions[0].Key, hub.ReplayInput{Version: hub.ReplayCurrent})
		settled()
		is(t, h, again.Key, "CLOSED SUCCEEDED: ACCEPTED")
		if got := toldSince(h, 2); got != "0001: OT-1" {
			t.Errorf("it says %s", got)
		}
	})
}

func TestEachRowIsToldOnceHoweverOftenItIsReplayedAndWhateverChangesMeanwhile(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r, luck := rand.New(rand.NewPCG(seed, 11)), rand.New(rand.NewPCG(seed, 12))
			ways := []hub.CollectBy{"", hub.CollectByFlow, hub.CollectByRecipient, hub.CollectByRecord}
			scene(t, byFolio(ways[r.IntN(2)]), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				told, failing := map[string]int{}, true
				h.Connector.Decide(func(d hub.Handover) hub.Outcome {
					if failing && luck.IntN(3) > 0 {
						return hub.Outcome{Kind: hub.OutcomeRejected}
					}
					for folio := range strings.SplitSeq(d.Values[0], ", ") {
						told[folio]++
					}
					return hub.Outcome{Kind: hub.OutcomeAccepted}
				})
				in := hubtest.WorkOrder("OT-0")
				for i := range 6 {
					in.Records = append(in.Records, hubtest.Task(fmt.Sprint("OT-", i), i, fmt.Sprint("P", r.IntN(3))))
				}
				for i := range 4 {
					in.Records = append(in.Records, hubtest.Person(fmt.Sprint("P", i), fmt.Sprint("+551199999000", i)))
				}
				key := started(t, h.Publish(t, in))
				after(time.Minute)
				for round := range 6 {
					failing = round < 5
					hubtest.Turn()
					for i := range 6 {
						if r.IntN(4) == 0 {
							upsert(t, h, hubtest.Task(fmt.Sprint("OT-", i), i, fmt.Sprint("P", r.IntN(4))))
						}
					}
					if r.IntN(2) == 0 {
						changedTo(t, h, a.Flow, ways[r.IntN(len(ways))], a.Flow.Definition.Targets[0])
					}
					_, err := h.Engine.ExecutionReplay(t.Context(), h.Admin, key, hub.ReplayInput{Version: []hub.ReplayVersion{hub.ReplayPinned, hub.ReplayCurrent}[r.IntN(2)]})
					if err != nil && hub.CodeOf(err) != hub.CodeConflict {
						t.Fatal(err)
					}
					after(time.Second)
				}
				for i := range 6 {
					if n := told[fmt.Sprint("OT-", i)]; n != 1 {
						t.Errorf("OT-%d was told %d times", i, n)
					}
				}
			})
		})
	}
}
