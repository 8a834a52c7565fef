package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

const batchType = "application/cloudevents-batch+json"

type result struct {
	answer
	Status    int    `json:"status"`
	Code      string `json:"code"`
	Path      string `json:"path"`
	Detail    string `json:"detail"`
	RequestID string `json:"requestId"`
}

// batch posts a list of events as the administrator.
func (h *house) batch(t *testing.T, body string) (status int, results []result) {
	t.Helper()
	w := h.publish(body, func(r *http.Request) { r.Header.Set("Content-Type", batchType) })
	var a struct{ Results []result }
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatalf("got %d %s: %v", w.Code, w.Body, err)
	}
	return w.Code, a.Results
}

// inPlant is an event about a record of its own; text stands in its description.
func inPlant(id, key, text string) string {
	e := strings.NewReplacer("OT-1496", "OT-"+key, "884213", key, "Check the bearing", text)
	return e.Replace(newWorkOrder(id))
}

func list(events ...string) string { return "[" + strings.Join(events, ",\n") + "]" }

func TestABatchIsAnsweredWithWhatBecameOfEachOfItsEvents(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, flow := h.rule(t, hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "personnel_description", Operation: "EQUAL", Value: "Jonas Campos"}}})
	accepted(t, h.publish(inPlant("old", "1", "as ever"), nil))
	status, got := h.batch(t, list(
		inPlant("a", "2", "first"),
		strings.Replace(inPlant("b", "3", "wrong"), "work_orders.new", "work_orders.nonsense", 1),
		inPlant("old", "1", "as ever"),
		inPlant("old", "1", "otherwise"),
		`17`,
		strings.Replace(inPlant("c", "4", "wrong"), `"Jonas Campos"`, `["Jonas"]`, 1),
		inPlant("d", "5", strings.Repeat("long ", 1<<18)),
		inPlant("e", "6", "last"),
	))
	if status != http.StatusOK || len(got) != 8 {
		t.Fatalf("got %d %+v", status, got)
	}
	for i, want := range []struct {
		status             int
		code, path, detail string
	}{
		{202, "", "", ""}, {400, "INVALID", "type", "nonsense"}, {202, "", "", ""}, {409, "CONFLICT", "id", ""}, {400, "INVALID", "", "object"},
		{400, "INVALID", "data.records.0.data.personnel_description", ""}, {413, "TOO_LARGE", "", "1048576"}, {202, "", "", ""},
	} {
		r := got[i]
		if r.Status != want.status || r.Code != want.code || r.Path != want.path || !strings.Contains(r.Detail, want.detail) {
			t.Errorf("event %d: got %+v, want %+v", i, r, want)
		}
		if taken := want.status == 202; taken != (r.ID != "") || taken != (len(r.Executions) == 1 && r.Executions[0]["flow"] == flow.ID()) || taken == (r.RequestID != "") {
			t.Errorf("event %d: got %+v", i, r)
		}
		if r.Repeat != (i == 2) {
			t.Errorf("event %d: repeat %v", i, r.Repeat)
		}
	}
	stored, err := h.db.Occurrences(t.Context(), h.admin, hub.OccurrenceFilter{}, hub.Page{})
	if err != nil || len(stored.Items) != 3 {
		t.Errorf("kept %d, %v", len(stored.Items), err)
	}
}

func TestEventsOfABatchAboutOneRecordAreTakenInTheirOrder(t *testing.T) {
	t.Parallel()
	h := open(t)
	var events []string
	const records, times = 7, 20
	for i := range records * times {
		events = append(events, inPlant(fmt.Sprint("e", i), fmt.Sprint(100+i%records), fmt.Sprint("state ", i/records)))
	}
	status, got := h.batch(t, list(events...))
	if status != http.StatusOK || slices.ContainsFunc(got, func(r result) bool { return r.Status != 202 }) {
		t.Fatalf("got %d %+v", status, got)
	}
	kept, err := h.db.Records(t.Context(), h.admin, "work_order_task", "", hub.Page{})
	if err != nil || len(kept.Items) != records {
		t.Fatalf("kept %d records, %v", len(kept.Items), err)
	}
	for _, r := range kept.Items {
		if r.Data["description"] != fmt.Sprint("state ", times-1) {
			t.Errorf("the record %s is left in %v", r.Name, r.Data["description"])
		}
	}
	for i := range got[:len(got)-records] {
		_, one, _ := hub.ParseID(got[i].ID)
		_, next, _ := hub.ParseID(got[i+records].ID)
		if one >= next {
			t.Errorf("%d came after %d", i, i+records)
		}
	}
}

func TestABatchOfWhichNothingIsTakenSaysWhy(t *testing.T) {
	t.Parallel()
	h := open(t)
	nonsense := strings.Replace(newWorkOrder("1"), "work_orders.new", "work_orders.nonsense", 1)
	if status, got := h.batch(t, list(nonsense, nonsense)); status != 400 || len(got) != 2 || got[1].Path != "type" {
		t.Errorf("got %d %+v", status, got)
	}
	reader := hubtest.CallerWith(t, h.db, hubtest.May(hubtest.RowWorkOrders, hub.See))
	name := "may only see"
	made, err := h.db.ConsumerCreate(t.Context(), h.admin, hub.ConsumerInput{Name: &name, GroupKey: &reader.Group.Key})
	if err != nil {
		t.Fatal(err)
	}
	h.token = h.signIn(made.Consumer.ClientID, made.Secret)
	if status, got := h.batch(t, list(newWorkOrder("1"), newWorkOrder("2"))); status != 403 || len(got) != 2 || got[0].Code != "FORBIDDEN" || len(h.denied) != 2 {
		t.Errorf("got %d %+v, and the audit log is told %+v", status, got, h.denied)
	}
	if status, got := h.batch(t, list(newWorkOrder("1"), nonsense)); status != 400 || got[0].Status != 403 || got[1].Status != 400 {
		t.Errorf("got %d %+v", status, got)
	}
}

// CloudEvents lets a batch be empty.
func TestAnEmptyBatchIsTaken(t *testing.T) {
	t.Parallel()
	if status, got := open(t).batch(t, " [ ] "); status != 200 || got == nil || len(got) != 0 {
		t.Errorf("got %d %+v", status, got)
	}
}

func TestABatchThatCannotBeReadIsRefusedWholeAndNothingOfItIsKept(t *testing.T) {
	t.Parallel()
	h := open(t)
	many := make([]string, hub.MaxBatchEvents+1)
	for i := range many {
		many[i] = "{}"
	}
	for _, c := range []struct {
		name, body   string
		status       int
		code, detail string
	}{
		{"no body", "", 400, "INVALID", "empty"},
		{"an event alone", newWorkOrder("1"), 400, "INVALID", "a list of CloudEvents"},
		{"one that ends early", list(newWorkOrder("1"), newWorkOrder("2"))[:500], 400, "INVALID", "ends too early"},
		{"one whose second event is no JSON", list(newWorkOrder("1"), `{"id":nonsense}`), 400, "INVALID", "line "},
		{"a name twice", list(newWorkOrder("1"), `{"id":"1","id":"2"}`), 400, "INVALID", "stands twice"},
		{"more behind it", list(newWorkOrder("1")) + "[]", 400, "INVALID", "end of the batch"},
		{"too many events", list(many...), 413, "TOO_LARGE", "1000"},
		{"too large", list(newWorkOrder("1"), `"`+strings.Repeat("a", hub.MaxBatchBytes)+`"`), 413, "TOO_LARGE", "4194304"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := h.publish(c.body, func(r *http.Request) { r.Header.Set("Content-Type", batchType) })
			p := problem(t, w)
			if w.Code != c.status || p["code"] != c.code || !strings.Contains(p["detail"].(string), c.detail) {
				t.Errorf("got %d %v", w.Code, p)
			}
		})
	}
	w := h.publish(list(newWorkOrder("1")), func(r *http.Request) {
		r.Header.Set("Content-Type", batchType)
		r.Header.Del("Authorization")
	})
	if p := problem(t, w); w.Code != 401 {
		t.Errorf("without a token: %d %v", w.Code, p)
	}
	stored, err := h.db.Occurrences(t.Context(), h.admin, hub.OccurrenceFilter{}, hub.Page{})
	if err != nil || len(stored.Items) != 0 {
		t.Errorf("kept %v, %v", stored.Items, err)
	}
}
