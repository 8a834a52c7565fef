package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

var pinned = hub.ReplayInput{Version: hub.ReplayPinned}

func replay(t testing.TB, h *hubtest.Hub, key int64, in hub.ReplayInput) *hub.Execution {
	t.Helper()
	out, err := h.Engine.ExecutionReplay(t.Context(), h.Admin, key, in)
	if err != nil {
		t.Fatal(err)
	}
	return out.Execution
}

// notReplayed holds that a replay is a CONFLICT that says why.
func notReplayed(t testing.TB, h *hubtest.Hub, key int64, in hub.ReplayInput, part string) {
	t.Helper()
	_, err := h.Engine.ExecutionReplay(t.Context(), h.Admin, key, in)
	wantError(t, err, hub.CodeConflict, "id", part)
}

func rejected(h *hubtest.Hub, recipient string) {
	h.Connector.Script(recipient, hub.Outcome{Kind: hub.OutcomeRejected, Code: "131026", Message: "cannot be delivered"})
}

func TestAReplaySendsOnlyWhatDidNotGoOut(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		key := started(t, h.Publish(t, crew("OT-1")))
		settled()
		upsert(t, h, hubtest.Person("P-4", "+5511999991004"))
		again := replay(t, h, key, pinned)
		settled()
		is(t, h, key, "CLOSED PARTIAL: ACCEPTED ACCEPTED ACCEPTED ACCEPTED FAILED ACCEPTED ACCEPTED ACCEPTED ACCEPTED ACCEPTED")
		is(t, h, again.Key, "CLOSED SUCCEEDED: SUPPRESSED SUPPRESSED SUPPRESSED SUPPRESSED ACCEPTED SUPPRESSED SUPPRESSED SUPPRESSED SUPPRESSED SUPPRESSED")
		sent := h.Connector.Sent()
		if len(sent) != 10 || sent[9].Recipient != "+5511999991004" || sent[9].Attempt != 1 {
			t.Fatalf("%d were sent, the last one %+v", len(sent), sent[len(sent)-1])
		}
		_, was := execution(t, h, key)
		exec, is := execution(t, h, again.Key)
		for i, d := range is {
			if d.Key == was[i].Key {
				t.Error("a delivery has the key of the one that it replays")
			}
			if i != 4 && (d.Reason == nil || d.Reason.Code != hub.ReasonAlreadySent || d.Recipient != was[i].Recipient) {
				t.Errorf("one that was left out is %+v", d)
			}
		}
		if exec.Trigger != hub.StartedByReplay || exec.StartedByKey != h.Admin.Consumer.Key || exec.EventKey != a.Event.Key || exec.Subject != "OT-1" || exec.ScheduledFor != nil {
			t.Errorf("it is %+v", exec)
		}
		if c := h.Timeline(t, again.Key)[0].Cause; c.Code != hub.ReasonReplayed || c.By != h.Admin.Consumer.ID() {
			t.Errorf("its cause is %+v", c)
		}
		list, err := hubtest.Alone(h.DB.ReplaysOf(t.Context(), h.Admin, []int64{key}, hub.Page{}))
		if err != nil || len(list.Items) != 1 || list.Items[0].Key != again.Key {
			t.Errorf("its replays are %+v, %v", list.Items, err)
		}
		for _, one := range []int64{key, again.Key} { // whichever of them somebody looks at
			notReplayed(t, h, one, pinned, "sent already")
		}
		both := replay(t, h, again.Key, hub.ReplayInput{Version: hub.ReplayPinned, EvenIfSent: true})
		settled()
		if n := len(h.Connector.Sent()); n != 20 {
			t.Errorf("%d were sent", n)
		}
		of, err := h.DB.ReplaysByKey(t.Context(), h.Admin, []int64{both.Key, again.Key, key})
		if err != nil || of[0].OriginalKey != again.Key || of[0].RootKey != key || !of[0].EvenIfSent || of[1].OriginalKey != key || of[2] != nil {
			t.Errorf("they replay %+v, %v", of, err)
		}
	})
}

func TestWhatMayHaveBeenSentIsNotReplayed(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeUnknown, Message: "no answer"})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "CLOSED UNSETTLED: UNKNOWN")
		notReplayed(t, h, key, pinned, "may have been")
		_, d := one(t, h, key)
		if _, err := h.Engine.DeliveryResolve(t.Context(), h.Admin, d.Key, hub.ResolveFailed); err != nil {
			t.Fatal(err)
		}
		again := replay(t, h, key, pinned)
		settled()
		is(t, h, again.Key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestAReplayWaitsForTheEndOfWhatItReplays(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		rejected(h, jonasPhone)
		h.Connector.Hold()
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		for _, again := range []bool{false, true} {
			notReplayed(t, h, key, hub.ReplayInput{Version: hub.ReplayPinned, EvenIfSent: again}, "still under way")
		}
		h.Connector.Release()
		settled()
		is(t, h, key, "CLOSED FAILED: FAILED")
		h.Connector.Hold()
		first := replay(t, h, key, pinned)
		settled()
		notReplayed(t, h, key, pinned, first.ID())
		h.Connector.Release()
		settled()
		is(t, h, first.Key, "CLOSED SUCCEEDED: ACCEPTED")
		notReplayed(t, h, key, pinned, "sent already")
	})
}

func TestAReplayIsMadeOnceUnderAKey(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		rejected(h, jonasPhone)
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		in := hub.ReplayInput{Version: hub.ReplayPinned, ID: "k"}
		first := replay(t, h, key, in)
		settled()
		again, err := h.Engine.ExecutionReplay(t.Context(), h.Admin, key, in)
		if err != nil || !again.Repeat || again.Execution.Key != first.Key {
			t.Errorf("the repeat is %+v, %v", again, err)
		}
		in.EvenIfSent = true
		_, err = h.Engine.ExecutionReplay(t.Context(), h.Admin, key, in)
		wantError(t, err, hub.CodeConflict, "idempotencyKey", first.ID())
		records, err := h.DB.Records(t.Context(), h.Admin, "work_order_task", "", hub.Page{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Engine.FlowRun(t.Context(), h.Admin, a.Flow.Key, hub.FlowRunInput{ID: "k", RecordKeys: []int64{records.Items[0].Key}})
		wantError(t, err, hub.CodeConflict, "idempotencyKey", first.ID())
		if n := len(h.Connector.Sent()); n != 2 {
			t.Errorf("%d were sent", n)
		}
		if p := h.Publish(t, forJonas("OT-1")); !p.Repeat || len(p.Executions) != 1 || p.Executions[0].Key != key { // not what replayed it
			t.Errorf("a repeat of the occurrence is answered with %+v", p.Executions)
		}
	})
}

func TestAReplayReadsTheRecordsAsTheyAreAsTheyWereOrThoseThatAreGiven(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		rejected(h, jonasPhone)
		p := h.Publish(t, forJonas("OT-1"))
		key := started(t, p)
		settled()
		task := hubtest.Task("OT-1", number("OT-1"), marta)
		task.Data["description"] = "Replace the bearings"
		upsert(t, h, task, hubtest.Person(marta, martaPhone), hubtest.Person(jonas, "+5511999990009"))
		given := hubtest.Task("OT-1", number("OT-1"), "new")
		given.Data["description"] = "Paint the bearings"
		for _, c := range []struct {
			in   hub.ReplayInput
			want string
		}{
			{hub.ReplayInput{}, martaPhone + " Replace the bearings"},
			{hub.ReplayInput{Records: hub.RecordsNow}, martaPhone + " Replace the bearings"},
			{hub.ReplayInput{Records: hub.RecordsThen}, jonasPhone + " Lubricate the bearings"},
			{hub.ReplayInput{Given: []hub.RecordInput{given, hubtest.Person("new", "+5511999990003")}}, "+5511999990003 Paint the bearings"},
		} {
			c.in.Version, c.in.EvenIfSent = hub.ReplayCurrent, true
			again := replay(t, h, key, c.in)
			settled()
			is(t, h, again.Key, "CLOSED SUCCEEDED: ACCEPTED")
			if _, d := one(t, h, again.Key); d.Recipient+" "+d.Values[1] != c.want {
				t.Errorf("%+v sends %s %v, not %s", c.in, d.Recipient, d.Values, c.want)
			}
		}
		if rec, err := h.DB.RecordNow(t.Context(), "person", "new"); err != nil || rec != nil {
			t.Errorf("the given records are kept as %+v, %v", rec, err)
		}
		for _, c := range []struct {
			in         hub.ReplayInput
			path, part string
		}{
			{hub.ReplayInput{Version: "LAST"}, "version", "PINNED or CURRENT"},
			{hub.ReplayInput{Version: hub.ReplayPinned, Records: hub.RecordsGiven}, "input", "give the records"},
			{hub.ReplayInput{Version: hub.ReplayPinned, Records: hub.RecordsThen, Given: []hub.RecordInput{given}}, "records", "stand in"},
			{hub.ReplayInput{Version: hub.ReplayPinned, Given: []hub.RecordInput{}}, "input", "between 1 and 500"},
			{hub.ReplayInput{Version: hub.ReplayPinned, Given: []hub.RecordInput{hubtest.Person("x", "1")}}, "input", "work_order_task"},
			{hub.ReplayInput{Version: hub.ReplayPinned, Given: []hub.RecordInput{{Type: "nothing"}}}, "input.0.type", "no record type"},
		} {
			_, err := h.Engine.ExecutionReplay(t.Context(), h.Admin, key, c.in)
			wantError(t, err, hub.CodeInvalid, c.path, c.part)
		}
	})
}

func TestAReplayThatWaitedInTheQueueKnowsWhatItWasGiven(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.InFlight(1)
		rejected(h, jonasPhone)
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		h.Connector.Hold()
		for i := range 2 { // as many as it has room for
			h.Publish(t, forJonas(fmt.Sprint("OT-", i+2)))
		}
		settled()
		given := hubtest.Task("OT-9", 9, marta)
		again := replay(t, h, key, hub.ReplayInput{Version: hub.ReplayPinned, Given: []hub.RecordInput{given, hubtest.Person(marta, martaPhone)}})
		settled()
		is(t, h, again.Key, "QUEUED:")
		h.Connector.Release()
		after(2 * time.Second)
		is(t, h, again.Key, "CLOSED SUCCEEDED: ACCEPTED")
		if sent := h.Connector.Sent(); sent[3].Recipient != martaPhone || sent[3].Values[0] != "OT-9" {
			t.Errorf("it sent %+v", sent[3])
		}
	})
}

func TestAReplayRunsTheVersionThatItIsAskedFor(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		rejected(h, jonasPhone)
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		targets := []hub.FlowTarget{a.Flow.Definition.Targets[0]}
		targets[0].Mapping = []hub.MappingEntry{{Position: 1, Constant: ptr("the second version")}}
		if _, err := h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 1, hub.FlowInput{Targets: &targets}); err != nil {
			t.Fatal(err)
		}
		for version, want := range map[hub.ReplayVersion]string{hub.ReplayPinned: "OT-1", hub.ReplayCurrent: "the second version"} {
			again := replay(t, h, key, hub.ReplayInput{Version: version, EvenIfSent: true})
			settled()
			if exec, d := one(t, h, again.Key); d.Values[0] != want || d.FlowVersion != exec.FlowVersion || (exec.FlowVersion == 2) != (version == hub.ReplayCurrent) {
				t.Errorf("%s runs version %d and sends %v", version, exec.FlowVersion, d.Values)
			}
		}
		reader := hubtest.CallerWith(t, h.DB, hubtest.May(hub.Row{Module: "work_requests", Submodule: "administration"}, hub.See))
		source := &hub.FlowSource{Module: hub.SourceModuleRecords, ConsumerKey: reader.Consumer.Key, Action: "query_work_requests"}
		targets[0].Recipient = hub.Recipient{Constant: jonasPhone}
		if _, err := h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 2, hub.FlowInput{Source: &source, Targets: &targets}); err != nil {
			t.Fatal(err)
		}
		notReplayed(t, h, key, hub.ReplayInput{Version: hub.ReplayCurrent, EvenIfSent: true}, "reads records of the type work_request")
	})
}

func TestAReplayHasTheRightsThatItsFlowAndItsCallerHaveNow(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		rejected(h, jonasPhone)
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		ask := func(in hub.ReplayInput, perms ...hub.Permission) error {
			_, err := h.Engine.ExecutionReplay(t.Context(), hubtest.CallerWith(t, h.DB, perms...), key, in)
			return err
		}
		edit, orders, persons := hubtest.May(hub.RowHub, hub.Edit), hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See)
		given := hub.ReplayInput{Version: hub.ReplayPinned, Given: []hub.RecordInput{hubtest.Task("OT-1", 1, jonas)}}
		for name, err := range map[string]error{
			"without EDIT":                ask(pinned, orders, persons, hubtest.May(hub.RowHub, hub.See)),
			"without what it reads":       ask(pinned, edit, orders),
			"given what it may not write": ask(given, edit, orders, persons),
		} {
			if hub.CodeOf(err) != hub.CodeForbidden {
				t.Errorf("%s it is answered with %v", name, err)
			}
		}
		c := hubtest.CallerWith(t, h.DB, edit, orders, persons)
		if out, err := h.Engine.ExecutionReplay(t.Context(), c, key, pinned); err != nil || out.Execution != nil {
			t.Errorf("who may not see executions is answered with %+v, %v", out, err)
		}
		settled()
		if n := len(h.Connector.Sent()); n != 2 {
			t.Errorf("%d were sent", n)
		}
		if _, err := h.DB.GroupUpdate(t.Context(), h.Admin, a.Reader.Group.Key, 0, hub.GroupInput{UnselectAll: true}); err != nil {
			t.Fatal(err)
		}
		again := replay(t, h, key, hub.ReplayInput{Version: hub.ReplayPinned, EvenIfSent: true})
		settled()
		is(t, h, again.Key, "CLOSED FAILED:")
		if exec, _ := execution(t, h, again.Key); exec.Reason.Code != hub.ReasonPermission {
			t.Errorf("it failed because %+v", exec.Reason)
		}
	})
}

func TestWhatCannotBeReplayedSaysWhy(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		rejected(h, jonasPhone)
		p := h.Publish(t, forJonas("OT-1"))
		key := started(t, p)
		settled()
		_, err := h.Engine.ExecutionReplay(t.Context(), h.Admin, 404, pinned)
		if hub.CodeOf(err) != hub.CodeNotFound {
			t.Errorf("one that there is not is answered with %v", err)
		}
		test, err := h.Engine.FlowTest(t.Context(), h.Admin, a.Flow.Key, hub.TestInput{Sample: hub.Sample{OccurrenceKey: p.Occurrence.Key}, Recipient: martaPhone})
		if err != nil {
			t.Fatal(err)
		}
		settled()
		notReplayed(t, h, test.Execution.Key, hub.ReplayInput{Version: hub.ReplayPinned, EvenIfSent: true}, "test message")
		if _, err := h.Engine.FlowDisable(t.Context(), h.Admin, a.Flow.Key, 0); err != nil {
			t.Fatal(err)
		}
		notReplayed(t, h, key, pinned, "flowEnable")
		if _, err := h.Engine.EventArchive(t.Context(), h.Admin, a.Event.Key, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Engine.FlowArchive(t.Context(), h.Admin, a.Flow.Key, 0); err != nil {
			t.Fatal(err)
		}
		notReplayed(t, h, key, pinned, "is archived")
	})
}

func TestAReplayOfARunSendsToWhomThatRunMeantTo(t *testing.T) {
	byClock(t, nil, nil, func(t *testing.T, p *planned) {
		tasks(t, p.Hub, 100, 249)
		failing := 0
		p.Connector.Decide(func(d hub.Handover) hub.Outcome {
			if failing < 3 && strings.HasSuffix(d.Values[0], "7") {
				failing++
				return hub.Outcome{Kind: hub.OutcomeRejected}
			}
			return hub.Outcome{Kind: hub.OutcomeAccepted}
		})
		key := run(t, p.Hub, p.flow.Key, hub.FlowRunInput{}).Execution.Key
		after(time.Minute)
		tasks(t, p.Hub, 1000, 5) // which it did not find
		again := replay(t, p.Hub, key, pinned)
		after(time.Minute)
		exec, list := execution(t, p.Hub, again.Key)
		count := map[hub.DeliveryState]int{}
		for _, d := range list {
			count[d.State]++
		}
		if !strings.Contains(journal(t, p.Hub, again.Key), "RUNNING→WAITING READING") { // so that nobody waits long for the writer
			t.Error("its messages are made in one transaction")
		}
		if exec.Outcome != hub.Succeeded || count[hub.Accepted] != 3 || count[hub.Suppressed] != 247 || len(p.Connector.Sent()) != 253 {
			t.Errorf("it is %s with %v, and %d were sent", exec.Outcome, count, len(p.Connector.Sent()))
		}
	})
}

func TestAReplayOfARunThatMadeNoMessageAsksItsQueryAgain(t *testing.T) {
	byClock(t, hourly(""), nil, func(t *testing.T, p *planned) {
		reader := p.flow.Definition.Source.ConsumerKey
		off, on := false, true
		change := func(enabled *bool) {
			t.Helper()
			if _, err := p.DB.ConsumerUpdate(t.Context(), p.Admin, reader, 0, hub.ConsumerInput{HubEnabled: enabled}); err != nil {
				t.Fatal(err)
			}
		}
		change(&off)
		after(time.Hour + time.Minute)
		key := p.ran(t)[0].Key
		is(t, p.Hub, key, "CLOSED FAILED:")
		change(&on)
		for i := range 2 { // the planned time is run once, but replayed as often as somebody wants
			again := replay(t, p.Hub, key, hub.ReplayInput{Version: hub.ReplayPinned, EvenIfSent: i > 0})
			settled()
			is(t, p.Hub, again.Key, "CLOSED SUCCEEDED: ACCEPTED")
		}
		_, err := p.Engine.ExecutionReplay(t.Context(), p.Admin, key, hub.ReplayInput{Version: hub.ReplayPinned, Records: hub.RecordsThen, EvenIfSent: true})
		wantError(t, err, hub.CodeConflict, "id", "no occurrence")
	})
}

func TestARowThatWasToldIsNotToldToAnotherNumberAndOfSeveralOnlyWhoMissedIt(t *testing.T) {
	change := func(f *hub.FlowInput, _ *hub.EventInput) {
		(*f.Targets)[0].Recipient = hub.Recipient{All: []hub.Recipient{{Field: "responsible.sms"}, {Constant: martaPhone}}}
	}
	scene(t, change, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		rejected(h, martaPhone)
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "CLOSED PARTIAL: ACCEPTED FAILED")
		first := replay(t, h, key, pinned)
		settled()
		is(t, h, first.Key, "CLOSED SUCCEEDED: SUPPRESSED ACCEPTED")
		other := hubtest.Task("OT-2", 2, marta)
		p := h.Publish(t, hubtest.WorkOrder("OT-2", hubtest.Task("OT-2", 1, jonas), other, hubtest.Person(marta, "no number")))
		settled()
		is(t, h, started(t, p), "CLOSED PARTIAL: ACCEPTED ACCEPTED FAILED ACCEPTED")
		upsert(t, h, hubtest.Person(jonas, "+5511999990009"), hubtest.Person(marta, "+5511999990008"))
		again := replay(t, h, started(t, p), pinned)
		settled()
		is(t, h, again.Key, "CLOSED SUCCEEDED: SUPPRESSED SUPPRESSED ACCEPTED SUPPRESSED")
		if sent := h.Connector.Sent(); sent[len(sent)-1].Recipient != "+5511999990008" {
			t.Errorf("it went to %s", sent[len(sent)-1].Recipient)
		}
	})
}

func TestAReplayOfWhatWasBroughtIsNarrowedToTheRowsForWhichTheEventFired(t *testing.T) {
	change := func(_ *hub.FlowInput, e *hub.EventInput) {
		e.Terms = &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "responsible", Operation: hub.Equal, Value: jonas}}}
	}
	scene(t, change, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		rejected(h, jonasPhone)
		key := started(t, h.Publish(t, hubtest.WorkOrder("OT-1", hubtest.Task("OT-1", 1, jonas), hubtest.Task("OT-1", 2, marta), hubtest.Person(jonas, jonasPhone), hubtest.Person(marta, martaPhone))))
		settled()
		for _, records := range []hub.ReplayRecords{hub.RecordsNow, hub.RecordsThen} {
			again := replay(t, h, key, hub.ReplayInput{Version: hub.ReplayPinned, Records: records, EvenIfSent: true})
			settled()
			if _, d := one(t, h, again.Key); d.Recipient != jonasPhone {
				t.Errorf("%s: it went to %s", records, d.Recipient)
			}
		}
	})
}
