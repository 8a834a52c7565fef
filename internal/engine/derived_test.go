package engine_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// rec is a record to write.
func rec(typ, key string, data hub.Fields) hub.RecordInput {
	return hub.RecordInput{Type: typ, Name: key, Data: data}
}

// with is a record with other fields.
func with(r hub.RecordInput, change hub.Fields) hub.RecordInput {
	r.Data = maps.Clone(r.Data)
	maps.Copy(r.Data, change)
	return r
}

// derives writes records and says what the hub noticed in them: "under_review OT-1 [1 2]", sorted.
func derives(t testing.TB, h *hubtest.Hub, records ...hub.RecordInput) string {
	t.Helper()
	out, err := h.Engine.RecordsUpsert(t.Context(), h.Admin, hub.RecordsInput{Records: records})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range out.Derived {
		stored, err := h.DB.Occurrence(t.Context(), h.Admin, o.Key)
		if err != nil || stored.Source != hub.SourceDerived || stored.ConsumerKey != h.Admin.Consumer.Key {
			t.Errorf("%s is stored as %+v, %v", o.Name, stored, err)
		}
	}
	return summary(out.Derived)
}

// summary writes occurrences in few words.
func summary(list []*hub.Occurrence) string {
	var words []string
	for _, o := range list {
		var rows []string
		for _, r := range o.Records {
			rows = append(rows, r.Name)
		}
		words = append(words, fmt.Sprintf("%s %s %v", o.Type[strings.LastIndexByte(o.Type, '.')+1:], o.Subject, rows))
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

// told are the occurrences from a source, in few words.
func told(t testing.TB, h *hubtest.Hub, source string) string {
	t.Helper()
	l, err := h.DB.Occurrences(t.Context(), h.Admin, hub.OccurrenceFilter{}, hub.Page{First: hub.MaxPage})
	if err != nil {
		t.Fatal(err)
	}
	return summary(slices.DeleteFunc(l.Items, func(o *hub.Occurrence) bool { return o.Source != source }))
}

// bare runs a test in fake time on a hub without flows. restart begins again on the same data, after a while.
func bare(t *testing.T, play func(t *testing.T, h *hubtest.Hub, restart func(after time.Duration) *hubtest.Hub)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		now := h
		play(t, h, func(after time.Duration) *hubtest.Hub {
			now.Stop(t)
			time.Sleep(after)
			now = hubtest.Engine(t, hubtest.EngineOptions{Dir: h.Dir})
			synctest.Wait()
			return now
		})
	})
}

func orderTask(folio, key string, status int) hub.RecordInput {
	return rec("work_order_task", key, hub.Fields{"wo_folio": folio, "id_status_work_order": status})
}

func label(name string) map[string]any {
	return map[string]any{"description": name, "color": "red", "enabled": true}
}

// Each rule of the catalogue that looks at records has its line: what is written first, and what then makes it fire.
var upsertRules = map[string]struct {
	before []hub.RecordInput
	then   hub.RecordInput
	want   string
	undone hub.Fields // takes it back, so that it can fire again; nil if a new record is needed for that
}{
	"work_management.work_orders.in_process":   {[]hub.RecordInput{orderTask("OT-1", "1", 2)}, orderTask("OT-1", "1", 1), "in_process OT-1 [1]", nil},
	"work_management.work_orders.under_review": {[]hub.RecordInput{orderTask("OT-1", "1", 1)}, orderTask("OT-1", "1", 2), "under_review OT-1 [1]", nil},
	"work_management.work_orders.completed":    {[]hub.RecordInput{orderTask("OT-1", "1", 1)}, orderTask("OT-1", "1", 3), "completed OT-1 [1]", nil},
	"work_management.work_orders.cancelled":    {[]hub.RecordInput{orderTask("OT-1", "1", 1)}, orderTask("OT-1", "1", 4), "cancelled OT-1 [1]", nil},
	"work_management.work_orders.task_assigned": {[]hub.RecordInput{with(orderTask("OT-1", "1", 1), hub.Fields{"code_responsible": jonas})},
		with(orderTask("OT-1", "1", 1), hub.Fields{"code_responsible": marta}), "task_assigned OT-1 [1]", hub.Fields{"code_responsible": nil}},
	"work_management.work_orders.failure_reported": {[]hub.RecordInput{orderTask("OT-1", "1", 1)},
		with(orderTask("OT-1", "1", 1), hub.Fields{"types_description": "Leak"}), "failure_reported OT-1 [1]", hub.Fields{"types_description": nil}},
	"work_management.work_orders.label_added": {[]hub.RecordInput{orderTask("OT-1", "1", 1)},
		with(orderTask("OT-1", "1", 1), hub.Fields{"labels": []any{label("urgent")}}), "label_added OT-1 [1]", nil},
	"work_management.work_orders.label_removed": {[]hub.RecordInput{with(orderTask("OT-1", "1", 1), hub.Fields{"labels": []any{label("urgent")}})},
		orderTask("OT-1", "1", 1), "label_removed OT-1 [1]", nil},
	"work_management.budgets.approved": {[]hub.RecordInput{rec("budget", "B1", hub.Fields{"status": "PENDING"})}, rec("budget", "B1", hub.Fields{"status": "APPROVED"}), "approved B1 [B1]", hub.Fields{"status": "PENDING"}},
	"work_management.budgets.rejected": {[]hub.RecordInput{rec("budget", "B1", hub.Fields{"status": "PENDING"})}, rec("budget", "B1", hub.Fields{"status": "REJECTED"}), "rejected B1 [B1]", hub.Fields{"status": "PENDING"}},
	"warehouses.stock.under_minimum": {[]hub.RecordInput{rec("stock_item", "S1", hub.Fields{"code": "SP-1", "stock": 5, "min_stock_level": 5})},
		rec("stock_item", "S1", hub.Fields{"code": "SP-1", "stock": 4.5, "min_stock_level": 5}), "under_minimum SP-1 [S1]", hub.Fields{"stock": 6}},
	"warehouses.stock.reorder_level": {[]hub.RecordInput{rec("stock_item", "S1", hub.Fields{"code": "SP-1", "stock": 9, "reorder_level": 8})},
		rec("stock_item", "S1", hub.Fields{"code": "SP-1", "stock": 7, "reorder_level": 8}), "reorder_level SP-1 [S1]", hub.Fields{"stock": 9}},
	"warehouses.stock.over_maximum": {[]hub.RecordInput{rec("stock_item", "S1", hub.Fields{"code": "SP-1", "stock": 9, "max_stock_level": 9})},
		rec("stock_item", "S1", hub.Fields{"code": "SP-1", "stock": 10, "max_stock_level": 9}), "over_maximum SP-1 [S1]", hub.Fields{"stock": 9}},
	"warehouses.purchase_orders.approved":        status("purchase_order", "APPROVED"),
	"warehouses.purchase_orders.rejected":        status("purchase_order", "REJECTED"),
	"warehouses.purchase_orders.received":        status("purchase_order", "RECEIVED"),
	"warehouses.material_requisitions.approved":  status("material_requisition", "APPROVED"),
	"warehouses.material_requisitions.rejected":  status("material_requisition", "REJECTED"),
	"warehouses.material_requisitions.delivered": status("material_requisition", "DELIVERED"),
	"material_requests.my_requests.approved":     status("purchase_request", "APPROVED"),
	"material_requests.my_requests.rejected":     status("purchase_request", "REJECTED"),
	"work_requests.my_requests.new":              {nil, rec("work_request", "R1", hub.Fields{"id_status": 1}), "new R1 [R1]", nil},
	"work_requests.my_requests.status_changed":   {requestIn(1), rec("work_request", "R1", hub.Fields{"id_status": 8}), "status_changed R1 [R1]", hub.Fields{"id_status": 9}},
	"work_requests.my_requests.approved":         {requestIn(1), rec("work_request", "R1", hub.Fields{"id_status": 7}), "approved R1 [R1], status_changed R1 [R1]", hub.Fields{"id_status": 1}},
	"work_requests.my_requests.rejected":         {requestIn(1), rec("work_request", "R1", hub.Fields{"id_status": 12}), "rejected R1 [R1], status_changed R1 [R1]", hub.Fields{"id_status": 1}},
	"work_requests.my_requests.solved":           {requestIn(1), rec("work_request", "R1", hub.Fields{"id_status": 6}), "solved R1 [R1], status_changed R1 [R1]", hub.Fields{"id_status": 1}},
	"work_requests.my_requests.cancelled":        {requestIn(1), rec("work_request", "R1", hub.Fields{"id_status": 5}), "cancelled R1 [R1], status_changed R1 [R1]", hub.Fields{"id_status": 1}},
	"monitoring.meters.out_of_range":             {gauge(false), reading("1", 120), "out_of_range M1 [1]", nil},
	"assets.locations.out_of_service":            available("location", true, "out_of_service L1 [L1]"),
	"assets.locations.back_in_service":           available("location", false, "back_in_service L1 [L1]"),
	"assets.equipment.out_of_service":            available("asset", true, "out_of_service L1 [L1]"),
	"assets.equipment.back_in_service":           available("asset", false, "back_in_service L1 [L1]"),
	"teams.agenda_programming.changed":           {agenda("PLANNED", "2026-01-01T08:00:00Z"), agenda("PLANNED", "2026-01-02T08:00:00Z")[0], "changed A1 [A1]", hub.Fields{"start_date": "2026-01-01T08:00:00Z"}},
	"teams.agenda_programming.cancelled":         {agenda("PLANNED", "2026-01-01T08:00:00Z"), agenda("CANCELLED", "2026-01-01T08:00:00Z")[0], "cancelled A1 [A1]", hub.Fields{"status": "PLANNED"}},
}

type upsertRule = struct {
	before []hub.RecordInput
	then   hub.RecordInput
	want   string
	undone hub.Fields
}

func status(typ, to string) upsertRule {
	return upsertRule{[]hub.RecordInput{rec(typ, "P1", hub.Fields{"status": "PENDING"})}, rec(typ, "P1", hub.Fields{"status": to}),
		strings.ToLower(to) + " P1 [P1]", hub.Fields{"status": "PENDING"}}
}

func requestIn(status int) []hub.RecordInput {
	return []hub.RecordInput{rec("work_request", "R1", hub.Fields{"id_status": status})}
}

func gauge(counter bool) []hub.RecordInput {
	return []hub.RecordInput{rec("meter", "M1", hub.Fields{"code": "PMP-014", "min_value": 10, "max_value": 100.5, "is_counter": counter})}
}

func reading(key string, value any) hub.RecordInput {
	return rec("reading", key, hub.Fields{"serial": "M1", "data": map[string]any{"value": value, "date": "2000-01-01T00:00:00Z"}})
}

func available(typ string, was bool, want string) upsertRule {
	return upsertRule{[]hub.RecordInput{rec(typ, "L1", hub.Fields{"available": was})}, rec(typ, "L1", hub.Fields{"available": !was}), want, hub.Fields{"available": was}}
}

func agenda(status, start string) []hub.RecordInput {
	return []hub.RecordInput{rec("agenda_item", "A1", hub.Fields{"status": status, "start_date": start})}
}

func TestEveryRuleAboutRecordsFiresOnceForItsCause(t *testing.T) {
	t.Parallel()
	for _, typ := range catalog.Load().EventTypes() {
		if typ.Derived == nil || typ.Derived.On != catalog.DerivedUpsert {
			continue
		}
		c, ok := upsertRules[typ.Key]
		if !ok {
			t.Errorf("no test says what makes the hub notice %s", typ.Key)
			continue
		}
		t.Run(typ.Key, func(t *testing.T) {
			bare(t, func(t *testing.T, h *hubtest.Hub, restart func(time.Duration) *hubtest.Hub) {
				if c.before != nil {
					derives(t, h, c.before...)
				}
				if got := derives(t, h, c.then); got != c.want {
					t.Fatalf("it makes %q, want %q", got, c.want)
				}
				if got := derives(t, h, c.then); got != "" {
					t.Errorf("the same again makes %q", got)
				}
				if got := derives(t, h, with(c.then, hub.Fields{"my_note": "seen"})); got != "" {
					t.Errorf("another field makes %q", got)
				}
				h = restart(time.Hour)
				if got := derives(t, h, c.then); got != "" {
					t.Errorf("the same after a restart makes %q", got)
				}
				if c.undone != nil {
					derives(t, h, with(c.then, c.undone))
					if got := derives(t, h, c.then); got != c.want {
						t.Errorf("the next time it makes %q, want %q", got, c.want)
					}
				}
			})
		})
	}
}

func TestAWorkOrderIsToldOfOnceThoughEachOfItsTasksTellsIt(t *testing.T) {
	bare(t, func(t *testing.T, h *hubtest.Hub, restart func(time.Duration) *hubtest.Hub) {
		all := func(status int) []hub.RecordInput {
			return []hub.RecordInput{orderTask("OT-1", "1", status), orderTask("OT-1", "2", status), orderTask("OT-1", "3", status)}
		}
		for i, c := range []struct {
			write []hub.RecordInput
			want  string
		}{
			{all(1), ""}, // new: nothing changed
			{all(2), "under_review OT-1 [1 2 3]"},
			{all(1)[:1], "in_process OT-1 [1]"},
			{all(1)[1:2], ""},
			{all(3)[:1], "completed OT-1 [1]"},
			{all(2)[2:], ""}, // it comes late
			{all(3)[1:], ""},
			{[]hub.RecordInput{orderTask("OT-2", "4", 1)}, ""},
			{[]hub.RecordInput{orderTask("OT-2", "4", 3)}, "completed OT-2 [4]"},
		} {
			if got := derives(t, h, c.write...); got != c.want {
				t.Errorf("step %d makes %q, want %q", i, got, c.want)
			}
			if i == 4 {
				h = restart(time.Minute)
			}
		}
	})
}

func TestEachLabelIsToldOfByItself(t *testing.T) {
	bare(t, func(t *testing.T, h *hubtest.Hub, _ func(time.Duration) *hubtest.Hub) {
		task := func(key string, labels ...any) hub.RecordInput {
			return with(orderTask("OT-1", key, 1), hub.Fields{"labels": labels})
		}
		derives(t, h, task("1"), task("2"))
		off := label("night")
		off["enabled"] = false
		for i, c := range []struct {
			write hub.RecordInput
			want  string
		}{
			{task("1", label("urgent"), label("safety")), "label_added OT-1 [1], label_added OT-1 [1]"},
			{task("2", label("urgent"), label("safety")), ""},
			{task("1", label("safety"), off), "label_removed OT-1 [1]"},
			{task("2", label("safety")), ""},
			{task("1", label("safety"), label("urgent")), "label_added OT-1 [1]"},
		} {
			if got := derives(t, h, c.write); got != c.want {
				t.Errorf("step %d makes %q, want %q", i, got, c.want)
			}
		}
	})
}

func TestAReadingSaysHowFarItIsOutOfTheRangeOfItsMeter(t *testing.T) {
	bare(t, func(t *testing.T, h *hubtest.Hub, _ func(time.Duration) *hubtest.Hub) {
		derives(t, h, gauge(false)...)
		for key, c := range map[string]struct {
			value     any
			out       bool
			deviation string
		}{"1": {100.5, false, "0"}, "2": {100.7, true, "0.2"}, "3": {7, true, "-3"}, "4": {10, false, "0"}} {
			want := ""
			if c.out {
				want = "out_of_range M1 [" + key + "]"
			}
			if got := derives(t, h, reading(key, c.value)); got != want {
				t.Errorf("%v makes %q, want %q", c.value, got, want)
			}
			r, err := h.DB.RecordNamed(t.Context(), h.Admin, "reading", key)
			if err != nil || r.Data["out_of_range"] != c.out || fmt.Sprint(r.Data["deviation"]) != c.deviation {
				t.Errorf("%v is kept as %v, %v", c.value, r.Data, err)
			}
		}
		t.Log("a counter has no range, and neither has a meter that nobody knows")
		derives(t, h, gauge(true)...)
		if got := derives(t, h, reading("5", 1000)); got != "" {
			t.Errorf("a counter makes %q", got)
		}
		unknown := reading("6", 1000)
		unknown.Data["serial"] = "M9"
		if got := derives(t, h, unknown); got != "" {
			t.Errorf("an unknown meter makes %q", got)
		}
		t.Log("a meter may come behind its reading")
		m := gauge(false)[0]
		m.Name = "M2"
		r := reading("7", 1000)
		r.Data["serial"] = "M2"
		if got := derives(t, h, r, m); got != "out_of_range M2 [7]" {
			t.Errorf("with its meter behind it makes %q", got)
		}
	})
}

func TestWhatAnOccurrenceTellsIsNotToldTwice(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		publish := func(id, typ string, derive *bool, records ...hub.RecordInput) string {
			t.Helper()
			in := hub.OccurrenceInput{Source: "cmms", ID: id, Type: typ, Subject: "OT-1", Records: records, Derive: derive}
			return summary(h.Publish(t, in).Derived)
		}
		assigned := with(orderTask("OT-1", "1", 1), hub.Fields{"code_responsible": jonas})
		if got := publish("1", hubtest.NewWorkOrder, nil, assigned); got != "" {
			t.Errorf("a new work order, with no event for its assignment, makes %q", got)
		}
		if got := publish("2", "work_management.work_orders.completed", nil, with(assigned, hub.Fields{"id_status_work_order": 3})); got != "" {
			t.Errorf("its own type makes %q", got)
		}
		if got := derives(t, h, orderTask("OT-1", "2", 1)); got != "" {
			t.Errorf("a new task makes %q", got)
		}
		if got := derives(t, h, orderTask("OT-1", "2", 3)); got != "" {
			t.Errorf("a task that comes after the occurrence makes %q", got)
		}
		if got := publish("3", "work_management.work_orders.label_added", nil, with(assigned, hub.Fields{"id_status_work_order": 1, "code_responsible": marta, "labels": []any{label("x")}})); got != "in_process OT-1 [1], task_assigned OT-1 [1]" {
			t.Errorf("what else the records tell is %q", got)
		}
		if got := publish("4", "work_management.work_orders.label_added", ptr(false), with(assigned, hub.Fields{"id_status_work_order": 2, "labels": []any{label("y")}})); got != "" {
			t.Errorf("with derive off it makes %q", got)
		}
	})
}

func TestANewTaskIsToldAsAssignedWhenAnEventWaitsForIt(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Event(t, hub.EventInput{Description: ptr("Assigned"), Type: ptr("work_management.work_orders.task_assigned"), FlowKeys: &[]int64{a.Flow.Key}})
		out := h.Publish(t, forJonas("OT-1"))
		if got := summary(out.Derived); got != "task_assigned OT-1 [2000]" || len(out.Derived[0].Matches) != 1 || !out.Derived[0].Matches[0].Fired {
			t.Fatalf("it makes %q: %+v", got, out.Derived)
		}
		settled()
		is(t, h, out.Derived[0].Matches[0].Executions[0], "CLOSED SUCCEEDED: ACCEPTED")
		if got := len(h.Connector.Sent()); got != 2 {
			t.Errorf("%d messages, want one of each event", got)
		}
		if again := h.Publish(t, forJonas("OT-1")); !again.Repeat || again.Derived != nil {
			t.Errorf("the repeat makes %+v", again.Derived)
		}
	})
}

func TestWhatTheHubNoticesIsMatchedAndSentAsWhatIsPublished(t *testing.T) {
	reassigned := func(f *hub.FlowInput, e *hub.EventInput) {
		e.Type = ptr("work_management.work_orders.task_assigned")
		e.Terms = &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "code_responsible", Operation: hub.ChangedFrom, Value: jonas}}}
	}
	scene(t, reassigned, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		task := hubtest.Task("OT-1", 1, jonas)
		task.Data["id_status_work_order"] = 1
		upsert(t, h, hubtest.Person(jonas, jonasPhone), hubtest.Person(marta, martaPhone), task)
		settled()
		if sent := h.Connector.Sent(); len(sent) != 0 {
			t.Fatalf("the first assignment sent %+v", sent)
		}
		task.Data["code_responsible"] = marta
		out, err := h.Engine.RecordsUpsert(t.Context(), h.Admin, hub.RecordsInput{Records: []hub.RecordInput{task}})
		if err != nil || len(out.Derived) != 1 || len(out.Derived[0].Matches) != 1 {
			t.Fatalf("%+v, %v", out, err)
		}
		settled()
		exec := out.Derived[0].Matches[0].Executions[0]
		is(t, h, exec, "CLOSED SUCCEEDED: ACCEPTED")
		if got := recipients(h); len(got) != 1 || got[0] != martaPhone {
			t.Errorf("sent to %v", got)
		}
		if e, _ := one(t, h, exec); e.OccurrenceKey != out.Derived[0].Key || e.Subject != "OT-1" {
			t.Errorf("the execution is %+v", e)
		}
	})
}

func TestWhoMayWriteARecordNeedsNoRightToDeriveAndSeesOnlyWhatItMay(t *testing.T) {
	bare(t, func(t *testing.T, h *hubtest.Hub, _ func(time.Duration) *hubtest.Hub) {
		row := catalog.Load().RecordType("stock_item").Row
		writer := hubtest.CallerWith(t, h.DB, hubtest.May(row, hub.Add), hubtest.May(row, hub.Edit))
		out, err := h.Engine.RecordsUpsert(t.Context(), writer, hub.RecordsInput{Records: []hub.RecordInput{rec("stock_item", "S1", hub.Fields{"code": "SP-1", "stock": 1, "min_stock_level": 5})}})
		if err != nil || len(out.Derived) != 0 {
			t.Errorf("who may not see stock is shown %+v, %v", out, err)
		}
		if got := told(t, h, hub.SourceDerived); got != "under_minimum SP-1 [S1]" {
			t.Errorf("what was noticed is %q", got)
		}
	})
}

func TestASilentWriteIsNotedAndNotTold(t *testing.T) {
	bare(t, func(t *testing.T, h *hubtest.Hub, _ func(time.Duration) *hubtest.Hub) {
		silent := func(records ...hub.RecordInput) {
			t.Helper()
			if _, err := h.Engine.RecordsUpsert(t.Context(), h.Admin, hub.RecordsInput{Records: records, Silent: true}); err != nil {
				t.Fatal(err)
			}
		}
		derives(t, h, orderTask("OT-1", "1", 1), orderTask("OT-1", "2", 1))
		silent(orderTask("OT-1", "1", 3))
		if got := derives(t, h, orderTask("OT-1", "2", 3)); got != "" {
			t.Errorf("the second task makes %q", got)
		}
		old := rec("document", "D1", hub.Fields{"valid_through": time.Now().Add(-48 * time.Hour).UTC().Format(time.RFC3339)})
		silent(old)
		derives(t, h, with(old, hub.Fields{"version": "2"}))
		after(time.Minute)
		if got := told(t, h, hub.SourceClock); got != "" {
			t.Errorf("the clock tells %q", got)
		}
	})
}

func TestNobodyPublishesUnderTheHubsOwnSource(t *testing.T) {
	bare(t, func(t *testing.T, h *hubtest.Hub, _ func(time.Duration) *hubtest.Hub) {
		_, err := h.Engine.Publish(context.Background(), h.Admin, hub.OccurrenceInput{Source: hub.SourceDerived, ID: "1", Type: hubtest.NewWorkOrder})
		wantError(t, err, hub.CodeInvalid, "source", "the hub's own")
	})
}
