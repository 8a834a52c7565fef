package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// collecting has the flow gather, and its messages say how many rows and occurrences there are, which, the first, the last, and whose.
func collecting(c hub.Collect) func(*hub.FlowInput, *hub.EventInput) {
	return func(f *hub.FlowInput, _ *hub.EventInput) {
		f.Settings = &hub.FlowSettings{Collect: &c, Locale: "en"}
		(*f.Targets)[0].Mapping = []hub.MappingEntry{{Position: 1, Field: "collected.count"}, {Position: 2, Field: "collected.occurrences"},
			{Position: 3, Expression: json.RawMessage(`{"list":[{"var":"collected.all.wo_folio"},3]}`)}, {Position: 4, Field: "collected.first.wo_folio"},
			{Position: 5, Field: "collected.last.wo_folio"}, {Position: 6, Field: "wo_folio"}, {Position: 7, Field: "collected.all.code"}}
	}
}

func aMinute(by hub.CollectBy) hub.Collect { return hub.Collect{By: by, WindowSeconds: 60} }

// toldOf are the values of what was sent, in its order: "2 2 OT-1, OT-2 OT-1 OT-2 OT-2".
func toldOf(h *hubtest.Hub) string {
	var list []string
	for _, s := range h.Connector.Sent() {
		list = append(list, s.Recipient[len(s.Recipient)-4:]+": "+strings.Join(s.Values[:6], "|"))
	}
	return strings.Join(list, "; ")
}

func TestWhatComesWithinTheWindowIsToldInOneMessage(t *testing.T) {
	scene(t, collecting(aMinute(hub.CollectByFlow)), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		start := time.Now()
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "WAITING COLLECTING:")
		if exec, _ := execution(t, h, key); !exec.Until.Equal(start.Add(time.Minute)) || exec.StartedAt != nil {
			t.Errorf("it is %+v", exec)
		}
		for i := 2; i <= 5; i++ {
			after(10 * time.Second)
			p := h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i)))
			if got := started(t, p); got != key || p.Occurrence.Matches[0].Executions[0] != key {
				t.Fatalf("the occurrence went into %d, want %d", got, key)
			}
		}
		after(19900 * time.Millisecond)
		if n := len(h.Connector.Sent()); n != 0 {
			t.Fatalf("%d were sent before the window closed", n)
		}
		late := h.Publish(t, forJonas("OT-5")) // a repeat
		if !late.Repeat || started(t, late) != key {
			t.Errorf("the repeat is %+v", late)
		}
		after(200 * time.Millisecond)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		if got := toldOf(h); got != "0001: 5|5|OT-1, OT-2, OT-3 and 2 more|OT-1|OT-5|OT-5" {
			t.Errorf("it says %s", got)
		}
		exec, d := one(t, h, key)
		if len(exec.Rows) != 5 || d.Record != exec.Rows[4] || d.Values[6] != "PMP-014" {
			t.Errorf("the execution has the rows %v and the delivery %+v", exec.Rows, d)
		}
		next := started(t, h.Publish(t, forJonas("OT-6")))
		if next == key {
			t.Error("it joined what was closed")
		}
		after(time.Minute)
		is(t, h, next, "CLOSED SUCCEEDED: ACCEPTED")
		wantJournal(t, h, next, "EXECUTION →WAITING MATCHED", "EXECUTION WAITING→RUNNING WORKER", "DELIVERY →PENDING MATCHED", "DELIVERY PENDING→SENDING WORKER",
			"DELIVERY SENDING→ACCEPTED OUTCOME", "EXECUTION RUNNING→CLOSED OUTCOME", "EXECUTION OUTCOME →SUCCEEDED OUTCOME")
		if got := journal(t, h, key); strings.Count(got, "EXECUTION COLLECTED") != 4 || !strings.Contains(got, "EXECUTION COLLECTED 4→5 MATCHED") {
			t.Errorf("its journal is\n%s", got)
		}
	})
}

func TestTheWindowOfADebounceBeginsAnewAndClosesAtLast(t *testing.T) {
	c := aMinute(hub.CollectByFlow)
	c.Mode, c.AtMostSeconds = hub.Debounce, 150
	scene(t, collecting(c), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		start := time.Now()
		key := started(t, h.Publish(t, forJonas("OT-1")))
		after(50 * time.Second)
		h.Publish(t, forJonas("OT-2"))
		settled()
		if exec, _ := execution(t, h, key); !exec.Until.Equal(start.Add(110 * time.Second)) {
			t.Errorf("it waits until %s", exec.Until.Sub(start))
		}
		after(59 * time.Second)
		h.Publish(t, forJonas("OT-3"))
		settled()
		if exec, _ := execution(t, h, key); !exec.Until.Equal(start.Add(150 * time.Second)) {
			t.Errorf("in the end it waits until %s", exec.Until.Sub(start))
		}
		after(42 * time.Second)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		quiet := started(t, h.Publish(t, forJonas("OT-4")))
		after(59900 * time.Millisecond)
		is(t, h, quiet, "WAITING COLLECTING:")
		after(200 * time.Millisecond)
		is(t, h, quiet, "CLOSED SUCCEEDED: ACCEPTED")
		if got := toldOf(h); got != "0001: 3|3|OT-1, OT-2, OT-3|OT-1|OT-3|OT-3; 0001: 1|1|OT-4|OT-4|OT-4|OT-4" {
			t.Errorf("it says %s", got)
		}
	})
}

func TestACollectionClosesAtOnceWithItsLimit(t *testing.T) {
	c := aMinute(hub.CollectByFlow)
	c.Limit = 3
	scene(t, collecting(c), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		first := started(t, h.Publish(t, forJonas("OT-1")))
		h.Publish(t, forJonas("OT-2"))
		if got := started(t, h.Publish(t, forJonas("OT-3"))); got != first {
			t.Error("the third did not join")
		}
		second := started(t, h.Publish(t, forJonas("OT-4")))
		settled()
		is(t, h, first, "CLOSED SUCCEEDED: ACCEPTED")
		is(t, h, second, "WAITING COLLECTING:")
		if got := toldOf(h); got != "0001: 3|3|OT-1, OT-2, OT-3|OT-1|OT-3|OT-3" {
			t.Errorf("it says %s", got)
		}
	})
}

func TestWhatIsGatheredApartHasItsOwnWindow(t *testing.T) {
	two := func(folio string) hub.OccurrenceInput {
		return hubtest.WorkOrder(folio, hubtest.Task(folio, number(folio), jonas), hubtest.Task(folio, number(folio)+1, marta), hubtest.Person(jonas, jonasPhone), hubtest.Person(marta, martaPhone))
	}
	for name, c := range map[string]struct {
		collect hub.Collect
		in      []hub.OccurrenceInput
		starts  string // how many executions each is in
		says    string
	}{
		"for the whole flow, each recipient is told of what is theirs": {aMinute(hub.CollectByFlow), []hub.OccurrenceInput{two("OT-1"), forJonas("OT-2")}, "1 1",
			"0001: 2|2|OT-1, OT-2|OT-1|OT-2|OT-2; 0002: 1|1|OT-1|OT-1|OT-1|OT-1"},
		"for each recipient": {aMinute(hub.CollectByRecipient), []hub.OccurrenceInput{two("OT-1"), forJonas("OT-2")}, "2 1",
			"0001: 2|2|OT-1, OT-2|OT-1|OT-2|OT-2; 0002: 1|1|OT-1|OT-1|OT-1|OT-1"},
		"for each work order": {hub.Collect{By: hub.CollectByField, Field: "wo_folio", WindowSeconds: 60}, []hub.OccurrenceInput{two("OT-1"), forJonas("OT-2")}, "1 1",
			"0001: 1|1|OT-1|OT-1|OT-1|OT-1; 0002: 1|1|OT-1|OT-1|OT-1|OT-1; 0001: 1|1|OT-2|OT-2|OT-2|OT-2"},
		"for each person behind a reference": {hub.Collect{By: hub.CollectByField, Field: "responsible.name", WindowSeconds: 60}, []hub.OccurrenceInput{two("OT-1"), forJonas("OT-2")}, "2 1",
			"0001: 2|2|OT-1, OT-2|OT-1|OT-2|OT-2; 0002: 1|1|OT-1|OT-1|OT-1|OT-1"},
		"for each record": {aMinute(hub.CollectByRecord), []hub.OccurrenceInput{two("OT-1"), again(forJonas("OT-1"), "once more")}, "2 1",
			"0001: 2|2|OT-1|OT-1|OT-1|OT-1; 0002: 1|1|OT-1|OT-1|OT-1|OT-1"},
	} {
		t.Run(name, func(t *testing.T) {
			scene(t, collecting(c.collect), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
				var n []string
				for _, in := range c.in {
					n = append(n, fmt.Sprint(len(h.Publish(t, in).Executions)))
				}
				if got := strings.Join(n, " "); got != c.starts {
					t.Errorf("they are in %s executions, want %s", got, c.starts)
				}
				after(61 * time.Second)
				if got := toldOf(h); got != c.says {
					t.Errorf("it says\n%s, want\n%s", got, c.says)
				}
			})
		})
	}
}

// again is the same news under another id.
func again(in hub.OccurrenceInput, id string) hub.OccurrenceInput {
	in.ID = id
	return in
}

func TestARecordThatComesAgainIsToldAsItWasEachTime(t *testing.T) {
	scene(t, func(f *hub.FlowInput, e *hub.EventInput) {
		collecting(aMinute(hub.CollectByRecord))(f, e)
		m := (*f.Targets)[0].Mapping
		m[2] = hub.MappingEntry{Position: 3, Field: "collected.all.description"}
		m[3], m[4], m[5] = hub.MappingEntry{Position: 4, Field: "collected.first.description"}, hub.MappingEntry{Position: 5, Field: "collected.last.description"}, hub.MappingEntry{Position: 6, Field: "description"}
	}, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		for i, text := range []string{"leaks", "leaks more", "leaks"} {
			task := hubtest.Task("OT-1", 1, jonas)
			task.Data["description"] = text
			h.Publish(t, again(hubtest.WorkOrder("OT-1", task, hubtest.Person(jonas, jonasPhone)), fmt.Sprint(i)))
		}
		after(time.Minute)
		if got := toldOf(h); got != "0001: 3|3|leaks, leaks more|leaks|leaks|leaks" {
			t.Errorf("it says %s", got)
		}
	})
}

func TestAPersonMayCloseOrCancelACollection(t *testing.T) {
	scene(t, collecting(aMinute(hub.CollectByFlow)), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		key := started(t, h.Publish(t, forJonas("OT-1")))
		h.Publish(t, forJonas("OT-2"))
		if _, err := h.Engine.ExecutionFlush(t.Context(), h.Admin, key); err != nil {
			t.Fatal(err)
		}
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		_, err := h.Engine.ExecutionFlush(t.Context(), h.Admin, key)
		wantError(t, err, hub.CodeConflict, "id", "does not collect")
		_, err = h.Engine.ExecutionFlush(t.Context(), hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.See)), key)
		if hub.CodeOf(err) != hub.CodeForbidden {
			t.Errorf("who may only see is answered %v", err)
		}
		other := started(t, h.Publish(t, forJonas("OT-3")))
		if _, err := h.Engine.ExecutionCancel(t.Context(), h.Admin, other); err != nil {
			t.Fatal(err)
		}
		is(t, h, other, "CLOSED CANCELLED:")
		third := started(t, h.Publish(t, forJonas("OT-4")))
		if third == other {
			t.Error("it joined what was cancelled")
		}
		after(time.Minute)
		is(t, h, other, "CLOSED CANCELLED:")
		if got := toldOf(h); got != "0001: 2|2|OT-1, OT-2|OT-1|OT-2|OT-2; 0001: 1|1|OT-4|OT-4|OT-4|OT-4" {
			t.Errorf("it says %s", got)
		}
	})
}

func TestWhatIsCancelledInBulkTakesNoMoreAndADryRunChangesNothing(t *testing.T) {
	scene(t, collecting(aMinute(hub.CollectByFlow)), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		key := started(t, h.Publish(t, forJonas("OT-1")))
		in := hub.BulkCancelInput{Filter: hub.ExecutionFilter{FlowKey: a.Flow.Key}, AtMost: 10, DryRun: true}
		if out, err := h.Engine.ExecutionsCancel(t.Context(), h.Admin, in); err != nil || out.Cancelled != 1 {
			t.Fatalf("a dry run is answered %+v, %v", out, err)
		}
		if joined := started(t, h.Publish(t, forJonas("OT-2"))); joined != key {
			t.Error("a dry run closed the collection")
		}
		in.DryRun = false
		if out, err := h.Engine.ExecutionsCancel(t.Context(), h.Admin, in); err != nil || out.Cancelled != 1 {
			t.Fatalf("it is answered %+v, %v", out, err)
		}
		is(t, h, key, "CLOSED CANCELLED:")
		if col, err := h.DB.CollectionForEngine(t.Context(), key); err != nil || col.Open {
			t.Errorf("its collection is %+v, %v", col, err)
		}
		h.Publish(t, forJonas("OT-3"))
		after(time.Minute)
		is(t, h, key, "CLOSED CANCELLED:")
		if got := toldOf(h); got != "0001: 1|1|OT-3|OT-3|OT-3|OT-3" {
			t.Errorf("it says %s", got)
		}
	})
}

func TestMessagesAboutManyKeepTheOrderOfTheirRecipientAndTheNight(t *testing.T) {
	change := func(f *hub.FlowInput, e *hub.EventInput) {
		collecting(aMinute(hub.CollectByRecipient))(f, e)
		f.Settings.Ordering, f.Settings.TimeZone = hub.OrderedByRecipient, "America/Sao_Paulo"
		f.Settings.QuietHours = &hub.QuietHours{From: "22:00", To: "07:00", Zone: hub.QuietFlow}
	}
	scene(t, change, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		var keys []int64
		for i := range 3 { // it is night in São Paulo
			keys = append(keys, started(t, h.Publish(t, forJonas(fmt.Sprintf("OT-%d", 1+2*i)))))
			h.Publish(t, forJonas(fmt.Sprintf("OT-%d", 2+2*i)))
			after(2 * time.Minute)
		}
		is(t, h, keys[0], "WAITING QUIET_HOURS: PENDING")
		is(t, h, keys[2], "WAITING ORDERED: PENDING")
		after(12 * time.Hour)
		if got := toldOf(h); got != "0001: 2|2|OT-1, OT-2|OT-1|OT-2|OT-2; 0001: 2|2|OT-3, OT-4|OT-3|OT-4|OT-4; 0001: 2|2|OT-5, OT-6|OT-5|OT-6|OT-6" {
			t.Errorf("it says %s", got)
		}
	})
}

func TestACollectionKeepsTheVersionWithWhichItWasOpened(t *testing.T) {
	scene(t, collecting(aMinute(hub.CollectByFlow)), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		key := started(t, h.Publish(t, forJonas("OT-1")))
		var changed hub.FlowInput
		same := a.Flow.Definition.Targets
		changed.Targets, changed.Settings = &same, &hub.FlowSettings{Locale: "pt-BR", Collect: &hub.Collect{WindowSeconds: 3600}}
		if _, err := h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 0, changed); err != nil {
			t.Fatal(err)
		}
		other := started(t, h.Publish(t, forJonas("OT-2")))
		if other == key {
			t.Fatal("what came after the change joined what was opened before")
		}
		after(time.Minute)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		is(t, h, other, "WAITING COLLECTING:")
		if _, err := h.Engine.FlowDisable(t.Context(), h.Admin, a.Flow.Key, 0); err != nil {
			t.Fatal(err)
		}
		if p := h.Publish(t, forJonas("OT-3")); len(p.Executions) != 0 || len(p.Occurrence.Matches[0].Skipped) != 1 {
			t.Errorf("a flow that is not enabled collects: %s", matches(p.Occurrence))
		}
		after(time.Hour)
		is(t, h, other, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestACollectionSurvivesACrashAndLosesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		h.Assignment(t, collecting(aMinute(hub.CollectByFlow)))
		key := started(t, h.Publish(t, forJonas("OT-1")))
		h.Publish(t, forJonas("OT-2"))
		h.Stop(t)
		after(30 * time.Second)
		h = hubtest.Engine(t, hubtest.EngineOptions{Dir: h.Dir})
		settled()
		is(t, h, key, "WAITING COLLECTING:")
		if got := started(t, h.Publish(t, forJonas("OT-3"))); got != key {
			t.Error("what comes after the restart does not join")
		}
		h.Stop(t)
		after(time.Hour)
		h = hubtest.Engine(t, hubtest.EngineOptions{Dir: h.Dir})
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		if got := toldOf(h); got != "0001: 3|3|OT-1, OT-2, OT-3|OT-1|OT-3|OT-3" {
			t.Errorf("it says %s", got)
		}
	})
}

func TestTwoEventsThatRunTheSameFlowBringAnOccurrenceOnce(t *testing.T) {
	scene(t, collecting(aMinute(hub.CollectByFlow)), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Event(t, hub.EventInput{Description: ptr("another"), Type: ptr(hubtest.NewWorkOrder), FlowKeys: &[]int64{a.Flow.Key}})
		p := h.Publish(t, forJonas("OT-1"))
		key := started(t, p)
		for _, m := range p.Occurrence.Matches {
			if fmt.Sprint(m.Executions) != fmt.Sprint([]int64{key}) {
				t.Errorf("a match went into %v", m.Executions)
			}
		}
		after(time.Minute)
		if got := toldOf(h); got != "0001: 1|1|OT-1|OT-1|OT-1|OT-1" {
			t.Errorf("it says %s", got)
		}
	})
}

func TestEveryOccurrenceIsInOneCollectionWhoeverPublishesWhen(t *testing.T) {
	c := aMinute(hub.CollectByFlow)
	c.Limit = 7
	scene(t, collecting(c), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		in := map[string]int64{} // by folio
		var mu sync.Mutex
		var wait sync.WaitGroup
		for publisher := range 4 {
			wait.Go(func() {
				for i := range 40 {
					folio := fmt.Sprintf("OT-%d", 100*publisher+i)
					p, err := h.Engine.Publish(t.Context(), h.Admin, forJonas(folio))
					if err != nil || len(p.Executions) != 1 {
						t.Errorf("%s: %v", folio, err)
						return
					}
					mu.Lock()
					in[folio] = p.Executions[0].Key
					mu.Unlock()
					time.Sleep(time.Duration(3+publisher*7+i%5) * time.Second) // some at the moment at which a window closes
				}
			})
		}
		wait.Wait()
		after(2 * time.Minute)
		told := map[string]int64{}
		for key := range distinct(in) {
			is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
			list, err := hubtest.Alone(h.DB.CollectedOf(t.Context(), h.Admin, []int64{key}, hub.Page{First: 100}))
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range list.Items {
				if told[o.Subject] != 0 {
					t.Errorf("%s is in two collections", o.Subject)
				}
				told[o.Subject] = key
			}
			exec, d := one(t, h, key)
			if n := fmt.Sprint(len(list.Items)); d.Values[0] != n || len(list.Items) > 7 || len(exec.Rows) != len(list.Items) {
				t.Errorf("it has %s occurrences and says %v of %d rows", n, d.Values, len(exec.Rows))
			}
		}
		if len(told) != 160 {
			t.Errorf("%d of 160 were told", len(told))
		}
		for folio, key := range in {
			if told[folio] != key {
				t.Errorf("%s was said to be in %d and is in %d", folio, key, told[folio])
			}
		}
		if got := h.Connector.Sent(); len(got) != len(distinct(in)) {
			t.Errorf("%d messages for %d collections", len(got), len(distinct(in)))
		}
	})
}

func distinct(in map[string]int64) map[int64]bool {
	keys := map[int64]bool{}
	for _, key := range in {
		keys[key] = true
	}
	return keys
}

func TestAReplayOfACollectionIsAboutAllThatItHad(t *testing.T) {
	for _, by := range []hub.CollectBy{hub.CollectByFlow, hub.CollectByRecipient} {
		t.Run(string(by), func(t *testing.T) {
			scene(t, collecting(aMinute(by)), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
				key := started(t, h.Publish(t, forJonas("OT-1")))
				h.Publish(t, forJonas("OT-2"))
				after(time.Minute)
				_, err := h.Engine.ExecutionReplay(t.Context(), h.Admin, key, hub.ReplayInput{Version: hub.ReplayPinned})
				wantError(t, err, hub.CodeConflict, "id", "sent already")
				for _, records := range []hub.ReplayRecords{hub.RecordsNow, hub.RecordsThen} {
					replay, err := h.Engine.ExecutionReplay(t.Context(), h.Admin, key, hub.ReplayInput{Version: hub.ReplayPinned, Records: records, EvenIfSent: true})
					if err != nil {
						t.Fatal(err)
					}
					settled()
					is(t, h, replay.Execution.Key, "CLOSED SUCCEEDED: ACCEPTED")
				}
				const both = "0001: 2|2|OT-1, OT-2|OT-1|OT-2|OT-2"
				if got := toldOf(h); got != both+"; "+both+"; "+both {
					t.Errorf("it says %s", got)
				}
			})
		})
	}
}

func TestAMessageAboutManyThatCouldNotBeMadeIsMadeAnew(t *testing.T) {
	scene(t, collecting(aMinute(hub.CollectByFlow)), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		nobody := func(folio string) hub.OccurrenceInput {
			return hubtest.WorkOrder(folio, hubtest.Task(folio, number(folio), jonas), hubtest.Person(jonas, ""))
		}
		key := started(t, h.Publish(t, nobody("OT-1")))
		h.Publish(t, nobody("OT-2"))
		after(time.Minute)
		is(t, h, key, "CLOSED FAILED: FAILED")
		_, d := one(t, h, key)
		if _, err := h.Engine.RecordsUpsert(t.Context(), h.Admin, hub.RecordsInput{Records: []hub.RecordInput{hubtest.Person(jonas, jonasPhone)}}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key); err != nil {
			t.Fatal(err)
		}
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		if got := toldOf(h); got != "0001: 2|2|OT-1, OT-2|OT-1|OT-2|OT-2" {
			t.Errorf("it says %s", got)
		}
	})
}

func TestARunByHandAndAPreviewTellAllRowsTogether(t *testing.T) {
	scene(t, collecting(aMinute(hub.CollectByFlow)), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		p := h.Publish(t, hubtest.WorkOrder("OT-1", hubtest.Task("OT-1", 1, jonas), hubtest.Task("OT-1", 2, marta), hubtest.Task("OT-1", 3, jonas), hubtest.Person(jonas, jonasPhone), hubtest.Person(marta, martaPhone)))
		after(time.Minute)
		if got := toldOf(h); got != "0001: 2|1|OT-1|OT-1|OT-1|OT-1; 0002: 1|1|OT-1|OT-1|OT-1|OT-1" {
			t.Errorf("it says %s", got)
		}
		v := preview(t, h, hub.PreviewInput{FlowKey: a.Flow.Key, Sample: hub.Sample{OccurrenceKey: p.Occurrence.Key}})
		if got := messages(v); got != "SUCCEEDED; PENDING +5511999990002 1; PENDING +5511999990001 2" {
			t.Errorf("the preview says %s", got)
		}
		if len(v.Obstacles) != 1 || v.Obstacles[0].Code != hub.ReasonCollecting {
			t.Errorf("its obstacles are %+v", v.Obstacles)
		}
		var keys []int64
		for _, name := range []string{"1", "2", "3"} {
			rec, err := h.DB.RecordNamed(t.Context(), h.Admin, "work_order_task", name)
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, rec.Key)
		}
		run, err := h.Engine.FlowRun(t.Context(), h.Admin, a.Flow.Key, hub.FlowRunInput{RecordKeys: keys})
		if err != nil {
			t.Fatal(err)
		}
		settled()
		is(t, h, run.Execution.Key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED")
		if exec, _ := execution(t, h, run.Execution.Key); len(exec.Rows) != 3 {
			t.Errorf("the run has the rows %v", exec.Rows)
		}
		out := testMessage(t, h, a.Flow.Key, hub.TestInput{Sample: sampleFor("OT-9"), Recipient: mine})
		settled()
		if _, d := one(t, h, out.Execution.Key); strings.Join(d.Values[:6], "|") != "1|1|OT-9|OT-9|OT-9|OT-9" {
			t.Errorf("the test says %v", d.Values)
		}
	})
}

func TestWhatWasGatheredForSomebodyGoesToThemWhateverTheRecordsSayNow(t *testing.T) {
	scene(t, collecting(aMinute(hub.CollectByRecipient)), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Publish(t, forJonas("OT-1"))
		moved := hubtest.WorkOrder("OT-2", hubtest.Task("OT-2", number("OT-2"), jonas), hubtest.Person(jonas, martaPhone))
		h.Publish(t, moved)
		after(time.Minute)
		if got := toldOf(h); got != "0001: 1|1|OT-1|OT-1|OT-1|OT-1; 0002: 1|1|OT-2|OT-2|OT-2|OT-2" {
			t.Errorf("it says %s", got)
		}
	})
}

func TestRowsOfASubjectAreToldOnceHoweverOftenItCame(t *testing.T) {
	for by, want := range map[hub.CollectBy]string{hub.CollectByFlow: "0001: 1|2|OT-1|OT-1|OT-1|OT-1; 0002: 1|2|OT-1|OT-1|OT-1|OT-1",
		hub.CollectByRecipient: "0001: 1|2|OT-1|OT-1|OT-1|OT-1; 0002: 1|2|OT-1|OT-1|OT-1|OT-1"} {
		t.Run(string(by), func(t *testing.T) {
			scene(t, func(f *hub.FlowInput, e *hub.EventInput) {
				collecting(aMinute(by))(f, e)
				(*f.Source).Rows = hub.RowsSubject
			}, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
				for _, id := range []string{"a", "b"} {
					h.Publish(t, again(hubtest.WorkOrder("OT-1", hubtest.Task("OT-1", 1, jonas), hubtest.Task("OT-1", 2, marta), hubtest.Person(jonas, jonasPhone), hubtest.Person(marta, martaPhone)), id))
				}
				after(time.Minute)
				if got := toldOf(h); got != want {
					t.Errorf("it says %s", got)
				}
			})
		})
	}
}

func TestNothingIsLostOrToldTwiceWhateverHappens(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newChance(t, seed)
				for range 120 {
					c.step()
				}
				after(time.Hour)
				c.judge()
			})
		})
	}
}

// chance does this and that to a flow that collects, and remembers what must have become of it.
type chance struct {
	t         *testing.T
	h         *hubtest.Hub
	r         *rand.Rand
	n         int
	in        map[string]int64 // by folio, the execution that its publishing named
	cancelled map[int64]bool
}

func newChance(t *testing.T, seed uint64) *chance {
	c := &chance{t: t, h: hubtest.Engine(t, hubtest.EngineOptions{}), r: rand.New(rand.NewPCG(seed, 7)), in: map[string]int64{}, cancelled: map[int64]bool{}}
	how := hub.Collect{By: hub.CollectByRecipient, WindowSeconds: 60, Limit: 5}
	if seed%2 == 1 {
		how.Mode, how.AtMostSeconds = hub.Debounce, 90
	}
	c.h.Assignment(t, collecting(how))
	return c
}

func (c *chance) step() {
	switch n := c.r.IntN(20); {
	case n < 14:
		who := c.r.IntN(3)
		folio := fmt.Sprintf("OT-%d", c.n)
		c.n++
		p := c.h.Publish(c.t, hubtest.WorkOrder(folio, hubtest.Task(folio, number(folio), fmt.Sprint("P", who)), hubtest.Person(fmt.Sprint("P", who), fmt.Sprintf("+551199999000%d", who))))
		c.in[folio] = started(c.t, p)
	case n < 16:
		time.Sleep(time.Duration(c.r.IntN(61)) * time.Second)
	case n == 16:
		settled() // what is with its connector would be UNKNOWN
		c.h.Stop(c.t)
		sent := c.h.Connector
		c.h = hubtest.Engine(c.t, hubtest.EngineOptions{Dir: c.h.Dir, Connector: sent})
	default:
		list, err := c.h.DB.Executions(c.t.Context(), c.h.Admin, hub.ExecutionFilter{States: []hub.ExecutionState{hub.Waiting}}, hub.Page{})
		if err != nil {
			c.t.Fatal(err)
		}
		if len(list.Items) == 0 {
			return
		}
		key := list.Items[c.r.IntN(len(list.Items))].Key
		if n == 17 {
			var exec *hub.Execution
			exec, err = c.h.Engine.ExecutionCancel(c.t.Context(), c.h.Admin, key)
			c.cancelled[key] = err == nil && exec.Outcome == hub.Cancelled // else it is with its connector already, and goes on
		} else {
			_, err = c.h.Engine.ExecutionFlush(c.t.Context(), c.h.Admin, key)
		}
		if err != nil && hub.CodeOf(err) != hub.CodeConflict {
			c.t.Fatal(err)
		}
	}
	if c.r.IntN(2) == 0 {
		settled()
	}
}

// judge holds that each occurrence is in the one execution that its publishing named, and that the messages tell of each once but for what a
// person cancelled.
func (c *chance) judge() {
	found, rows, want := map[string]int64{}, 0, 0
	for key := range distinct(c.in) {
		list, err := hubtest.Alone(c.h.DB.CollectedOf(c.t.Context(), c.h.Admin, []int64{key}, hub.Page{First: 100}))
		if err != nil {
			c.t.Fatal(err)
		}
		for _, o := range list.Items {
			if found[o.Subject] != 0 {
				c.t.Errorf("%s is in two collections", o.Subject)
			}
			found[o.Subject] = key
		}
		if c.cancelled[key] {
			is(c.t, c.h, key, "CLOSED CANCELLED:")
			continue
		}
		is(c.t, c.h, key, "CLOSED SUCCEEDED: ACCEPTED")
		want += len(list.Items)
	}
	if fmt.Sprint(found) != fmt.Sprint(c.in) {
		c.t.Errorf("they are in %v, and were said to be in %v", found, c.in)
	}
	for _, s := range c.h.Connector.Sent() {
		n, err := strconv.Atoi(s.Values[0])
		if err != nil {
			c.t.Fatal(err)
		}
		rows += n
	}
	if rows != want {
		c.t.Errorf("the messages tell of %d, want %d", rows, want)
	}
}

func TestTheRightsCountWhenTheWindowCloses(t *testing.T) {
	scene(t, collecting(aMinute(hub.CollectByFlow)), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		key := started(t, h.Publish(t, forJonas("OT-1")))
		no := false
		if _, err := h.DB.ConsumerUpdate(context.WithoutCancel(t.Context()), h.Admin, a.Reader.Consumer.Key, 0, hub.ConsumerInput{HubEnabled: &no}); err != nil {
			t.Fatal(err)
		}
		after(time.Minute)
		is(t, h, key, "CLOSED FAILED:")
		if exec, _ := execution(t, h, key); exec.Reason.Code != hub.ReasonHubDisabled {
			t.Errorf("it says %+v", exec.Reason)
		}
	})
}
